//! The key that signs seals. It lies where a superuser of the database cannot reach.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::str::FromStr;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::bytes::{Bytes, Digest, NotSoManyBytes, Signature};
use super::error::AuditError;

#[derive(Clone)]
pub struct SealKey(SigningKey);

/// What anybody may know, and needs to check a seal. Prints as base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicKey(Bytes<32>);

impl SealKey {
    /// The key in `file`; made there at the first start of all. Two servers that start at once
    /// on one directory agree.
    pub fn load_or_make(file: &Path) -> Result<Self, AuditError> {
        if let Some(key) = Self::load(file)? {
            return Ok(key);
        }
        make(file).map_err(|source| AuditError::File { path: file.into(), source })?;
        Self::load(file)?.ok_or_else(|| AuditError::NoKey(file.into()))
    }

    /// None where there is no such file.
    pub fn load(file: &Path) -> Result<Option<Self>, AuditError> {
        let refused = |source| AuditError::File { path: file.into(), source };
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(refused(error)),
        };
        let others = fs::metadata(file).map_err(refused)?.permissions().mode() & 0o077;
        if others != 0 {
            return Err(AuditError::KeyInTheOpen(file.into()));
        }
        let key = text.trim().parse();
        key.map(Some).map_err(|source| AuditError::NotAKey { path: file.into(), source })
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(Bytes::new(self.0.verifying_key().to_bytes()))
    }

    pub(super) fn sign(&self, hash: &Digest) -> Signature {
        Signature::new(self.0.sign(hash.array()).to_bytes())
    }
}

/// All of it or nothing, and never over one that is there: what it signed could not be
/// proven any more.
fn make(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|it| !it.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    // Readable by its owner alone from the start.
    let mut file = NamedTempFile::new_in(directory)?;
    writeln!(file, "{}", Bytes::<32>::new(rand::random()))?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => File::open(directory)?.sync_all(),
        Err(lost) if lost.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(lost) => Err(lost.error),
    }
}

impl FromStr for SealKey {
    type Err = NotSoManyBytes;

    fn from_str(text: &str) -> Result<Self, NotSoManyBytes> {
        let seed: Bytes<32> = text.parse()?;
        Ok(Self(SigningKey::from_bytes(seed.array())))
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(secret key of {})", self.public())
    }
}

impl PublicKey {
    pub(super) const fn array(&self) -> &[u8; 32] {
        self.0.array()
    }

    pub(super) fn has_signed(&self, hash: &Digest, signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature.array());
        VerifyingKey::from_bytes(self.array())
            .is_ok_and(|key| key.verify_strict(hash.array(), &signature).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for PublicKey {
    type Err = NotSoManyBytes;

    fn from_str(text: &str) -> Result<Self, NotSoManyBytes> {
        text.parse().map(Self)
    }
}

impl TryFrom<Vec<u8>> for PublicKey {
    type Error = NotSoManyBytes;

    fn try_from(bytes: Vec<u8>) -> Result<Self, NotSoManyBytes> {
        bytes.try_into().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_found_again() {
        let home = TempDir::new().expect("a directory");
        let file = home.path().join("new/seal.key");
        let made = SealKey::load_or_make(&file).expect("made");
        let mode = fs::metadata(&file).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(SealKey::load_or_make(&file).expect("found").public(), made.public());
        make(&file).expect("another came first");
        assert_eq!(SealKey::load_or_make(&file).expect("kept").public(), made.public());
    }

    #[test]
    fn a_key_that_others_can_read_and_one_that_is_none_are_refused() {
        let home = TempDir::new().expect("a directory");
        let file = home.path().join("seal.key");
        assert!(SealKey::load(&file).expect("nothing wrong").is_none());
        SealKey::load_or_make(&file).expect("made");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("opened");
        assert!(matches!(SealKey::load(&file), Err(AuditError::KeyInTheOpen(_))));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("closed");
        fs::write(&file, "half a k").expect("written");
        assert!(matches!(SealKey::load(&file), Err(AuditError::NotAKey { .. })));
    }

    #[test]
    fn a_secret_key_is_not_printed() {
        let secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let key: SealKey = secret.parse().expect("a key");
        assert!(!format!("{key:?}").contains(secret));
    }
}
