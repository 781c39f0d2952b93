//! Hashes, keys and signatures: so many bytes, written as base64.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// `N` bytes that read and print as base64, and in no other way.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Bytes<const N: usize>([u8; N]);

/// A SHA-256 hash.
pub type Digest = Bytes<32>;

/// An Ed25519 signature.
pub type Signature = Bytes<64>;

#[derive(Debug, thiserror::Error)]
#[error("must be {0} bytes in base64")]
pub struct NotSoManyBytes(usize);

impl<const N: usize> Bytes<N> {
    pub(super) const fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    pub(super) const fn array(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> fmt::Display for Bytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl<const N: usize> fmt::Debug for Bytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const N: usize> FromStr for Bytes<N> {
    type Err = NotSoManyBytes;

    fn from_str(text: &str) -> Result<Self, NotSoManyBytes> {
        STANDARD.decode(text).map_err(|_| NotSoManyBytes(N))?.try_into()
    }
}

impl<const N: usize> TryFrom<Vec<u8>> for Bytes<N> {
    type Error = NotSoManyBytes;

    fn try_from(bytes: Vec<u8>) -> Result<Self, NotSoManyBytes> {
        bytes.try_into().map(Self).map_err(|_| NotSoManyBytes(N))
    }
}

impl<const N: usize> TryFrom<String> for Bytes<N> {
    type Error = NotSoManyBytes;

    fn try_from(text: String) -> Result<Self, NotSoManyBytes> {
        text.parse()
    }
}

impl<const N: usize> From<Bytes<N>> for String {
    fn from(bytes: Bytes<N>) -> Self {
        bytes.to_string()
    }
}
