//! One person's key: AES-256-GCM with a random nonce for each part.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

/// Bytes of a key.
pub(crate) const LENGTH: usize = 32;

/// As it is kept: what the cipher makes of it is seventeen times as long, and quickly made anew.
#[derive(Clone, Copy)]
pub(crate) struct Secret([u8; LENGTH]);

#[derive(Debug)]
pub(crate) struct Key(LessSafeKey);

#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum CipherError {
    #[error("a person's key has another length")]
    Length,
    #[error("the operating system gave no random numbers")]
    Random,
    #[error("the text is too long to be sealed")]
    TooLong,
    #[error("the part is not what was sealed here")]
    Forged,
}

impl Secret {
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, CipherError> {
        bytes.try_into().map(Self).map_err(|_| CipherError::Length)
    }

    pub(crate) fn key(&self) -> Result<Key, CipherError> {
        let key = UnboundKey::new(&AES_256_GCM, &self.0).map_err(|_| CipherError::Length)?;
        Ok(Key(LessSafeKey::new(key)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Key {
    /// `place` is where the text belongs: elsewhere it does not open.
    pub(crate) fn seal(&self, place: &str, text: String) -> Result<String, CipherError> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut sealed = text.into_bytes();
        let tag = self
            .0
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place),
                &mut sealed,
            )
            .map_err(|_| CipherError::TooLong)?;
        Ok(BASE64.encode([&nonce, &*sealed, tag.as_ref()].concat()))
    }

    pub(crate) fn open(&self, place: &str, sealed: &str) -> Result<String, CipherError> {
        let mut bytes = BASE64.decode(sealed).map_err(|_| CipherError::Forged)?;
        let (nonce, text) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(CipherError::Forged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CipherError::Forged)?;
        let text =
            self.0.open_in_place(nonce, Aad::from(place), text).map_err(|_| CipherError::Forged)?;
        String::from_utf8(text.to_vec()).map_err(|_| CipherError::Forged)
    }
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], CipherError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| CipherError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(byte: u8) -> Key {
        Secret::new(&[byte; LENGTH]).and_then(|secret| secret.key()).expect("a key")
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_under_its_key_alone() {
        let key = key_of(1);
        let sealed = key.seal("message/1", "see you".into()).expect("sealed");
        assert_eq!(key.open("message/1", &sealed).expect("opened"), "see you");
        assert!(key.open("message/2", &sealed).is_err(), "moved to another place");
        let other = key_of(2);
        assert!(other.open("message/1", &sealed).is_err(), "under another key");
        assert!(key.open("message/1", &sealed[..sealed.len() - 4]).is_err(), "cut short");
        assert!(key.open("message/1", "").is_err() && key.open("message/1", "??").is_err());
    }

    #[test]
    fn the_same_text_is_never_sealed_alike() {
        let key = key_of(1);
        let seal = || key.seal("message/1", "see you".into()).expect("sealed");
        assert_ne!(seal(), seal());
    }
}
