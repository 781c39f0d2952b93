//! One person's key: AES-256-GCM with a random nonce for each part.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

/// Bytes of a key.
pub(crate) const LENGTH: usize = 32;

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

impl Key {
    pub(crate) fn new(secret: &[u8]) -> Result<Self, CipherError> {
        let key = UnboundKey::new(&AES_256_GCM, secret).map_err(|_| CipherError::Length)?;
        Ok(Self(LessSafeKey::new(key)))
    }

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

    #[test]
    fn what_is_sealed_opens_in_its_place_under_its_key_alone() {
        let key = Key::new(&[1; LENGTH]).expect("a key");
        let sealed = key.seal("message/1", "see you".into()).expect("sealed");
        assert_eq!(key.open("message/1", &sealed).expect("opened"), "see you");
        assert!(key.open("message/2", &sealed).is_err(), "moved to another place");
        let other = Key::new(&[2; LENGTH]).expect("a key");
        assert!(other.open("message/1", &sealed).is_err(), "under another key");
        assert!(key.open("message/1", &sealed[..sealed.len() - 4]).is_err(), "cut short");
        assert!(key.open("message/1", "").is_err() && key.open("message/1", "??").is_err());
    }

    #[test]
    fn the_same_text_is_never_sealed_alike() {
        let key = Key::new(&[1; LENGTH]).expect("a key");
        let seal = || key.seal("message/1", "see you".into()).expect("sealed");
        assert_ne!(seal(), seal());
    }
}
