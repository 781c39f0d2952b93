//! Opens one encrypted message with the key that its reporter reveals, and with no other.
//!
//! The server cannot read what the two of a match write encrypted. Who reports a message may
//! reveal its key; then what was sent, and nothing else, opens. AES-GCM alone would let a liar
//! make a second key under which the same bytes say something else: so every message carries a
//! commitment to its key, which both the recipient's browser and this check. The forms are in
//! docs/adr/0011, and the browser's side of them in `frontend/src/lib/encryption`.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use domain::values::encryption::{Envelope, MessageKey};
use domain::values::ids::{MessageId, UserId};
use domain::values::room::Room;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use serde::Deserialize;

/// Where a message was said, and by whom: elsewhere it does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub room: Room,
    pub message: MessageId,
    pub author: UserId,
}

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Said {
    /// As of messages that are not encrypted: `text` or `link`.
    #[serde(rename = "type")]
    pub kind: String,
    pub content: String,
}

/// The key is not the one that the message was sent with there, or there is no such message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key does not open the message")]
pub struct DoesNotOpen;

const LENGTH: usize = 32;
const BODY: &[u8] = b"spotlight.cam chat/1 body";
const COMMITMENT: &[u8] = b"spotlight.cam chat/1 commitment";

/// `envelope` is the message's content as it is stored.
pub fn open(envelope: &str, key: &MessageKey, place: Place) -> Result<Said, DoesNotOpen> {
    let envelope = Envelope::try_from(envelope).map_err(|_| DoesNotOpen)?;
    let parts = envelope.parts();
    let secret = Salt::new(HKDF_SHA256, &[]).extract(&decoded(key.as_str())?);
    if derived(&secret, COMMITMENT)?[..] != decoded(parts.commitment)?[..] {
        return Err(DoesNotOpen);
    }
    let key = UnboundKey::new(&AES_256_GCM, &derived(&secret, BODY)?).map_err(|_| DoesNotOpen)?;
    let mut body = decoded(parts.body)?;
    // The key was made for this message alone, so it needs no nonce.
    let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
    let padded = LessSafeKey::new(key)
        .open_in_place(nonce, Aad::from(written(place)), &mut body)
        .map_err(|_| DoesNotOpen)?;
    serde_json::from_slice(without_padding(padded)?).map_err(|_| DoesNotOpen)
}

/// Encrypts as a browser does, but for devices that are made up.
#[cfg(any(test, feature = "seal"))]
pub fn seal(kind: &str, content: &str, key: &MessageKey, place: Place) -> String {
    const PADDED: usize = 256;
    let text = serde_json::json!({ "type": kind, "content": content }).to_string();
    let mut body = (text.len() as u32).to_be_bytes().to_vec();
    body.extend(text.as_bytes());
    body.resize(body.len().next_power_of_two().max(PADDED), 0);
    let secret = Salt::new(HKDF_SHA256, &[]).extract(&decoded(key.as_str()).expect("a key"));
    let derived = |purpose| derived(&secret, purpose).expect("32 bytes");
    let key = UnboundKey::new(&AES_256_GCM, &derived(BODY)).expect("a key");
    let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
    LessSafeKey::new(key)
        .seal_in_place_append_tag(nonce, Aad::from(written(place)), &mut body)
        .expect("sealed");
    let [device, wrapped] =
        [[7; LENGTH].as_slice(), [7; 48].as_slice()].map(|it| BASE64.encode(it));
    let (commitment, body) = (BASE64.encode(derived(COMMITMENT)), BASE64.encode(body));
    format!("e1.{device}.{device}.{commitment}.{body}.{device}:{wrapped}")
}

/// As the browsers write it.
fn written(Place { room, message, author }: Place) -> String {
    format!("spotlight.cam chat/1\n{room}\n{message}\n{author}")
}

fn without_padding(padded: &[u8]) -> Result<&[u8], DoesNotOpen> {
    let (length, rest) = padded.split_first_chunk::<4>().ok_or(DoesNotOpen)?;
    rest.get(..u32::from_be_bytes(*length) as usize).ok_or(DoesNotOpen)
}

fn decoded(text: &str) -> Result<Vec<u8>, DoesNotOpen> {
    BASE64.decode(text).map_err(|_| DoesNotOpen)
}

struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        LENGTH
    }
}

fn derived(secret: &Prk, purpose: &[u8]) -> Result<[u8; LENGTH], DoesNotOpen> {
    let mut bytes = [0; LENGTH];
    let purpose = [purpose];
    let expanded = secret.expand(&purpose, Bytes32).map_err(|_| DoesNotOpen)?;
    expanded.fill(&mut bytes).map_err(|_| DoesNotOpen)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
