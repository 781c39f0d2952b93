//! What the two of a match write so that only their devices can read it. Nothing is decrypted
//! here, and nothing needs to be: these are forms. What is in them, and why, is docs/adr/0011.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::text::Invalid;

/// 32 bytes in base64url without padding, as 43 characters.
const BYTES_32: usize = 43;
/// A message's key under the key of one device: 32 bytes and a tag of 16.
const WRAPPED: usize = 64;
/// The body: at least the smallest padded text and its tag, at most the largest.
const BODY: std::ops::RangeInclusive<usize> = 363..=21_867;
/// Devices one message may be for, of both people together.
const MOST_DEVICES: usize = 40;

/// Whether it is base64url of whole bytes, in the one way to write them: the bits that the last
/// character has too many are zero.
fn is_base64url(text: &str) -> bool {
    let value = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    };
    let last = text.bytes().last().and_then(value).unwrap_or_default();
    let whole = match text.len() % 4 {
        0 => true,
        2 => last.trailing_zeros() >= 4,
        3 => last.trailing_zeros() >= 2,
        _ => false,
    };
    whole && text.bytes().all(|c| value(c).is_some())
}

macro_rules! key {
    ($(#[$doc:meta])* $name:ident, $form:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl TryFrom<&str> for $name {
            type Error = Invalid;

            fn try_from(text: &str) -> Result<Self, Invalid> {
                if text.len() == BYTES_32 && is_base64url(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(Invalid::Form($form))
                }
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                Self::try_from(text)
            }
        }

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

key!(
    /// The public X25519 key of one device, which names the device.
    DeviceKey,
    "must be the public key of a device"
);
key!(
    /// The key of one message, as the person who reports it reveals it.
    MessageKey,
    "must be the key of a message"
);

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({})", self.0)
    }
}

impl fmt::Debug for MessageKey {
    /// Whoever logs it reads the message.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageKey(…)")
    }
}

/// An encrypted message: `e1.FROM.EPHEMERAL.COMMITMENT.BODY.DEVICE:KEY,DEVICE:KEY…`, all of it
/// base64url.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope(String);

/// What an envelope says in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The device that it comes from.
    pub from: &'a str,
    /// A public key that was made for this message alone.
    pub ephemeral: &'a str,
    /// What no other message key leads to.
    pub commitment: &'a str,
    pub body: &'a str,
    /// The message's key for each device that may read it: `DEVICE:KEY,…`.
    keys: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("e1.")?.split('.');
        let mut next = || parts.next();
        let (from, ephemeral, commitment) = (next()?, next()?, next()?);
        let found = Self { from, ephemeral, commitment, body: next()?, keys: next()? };
        next().is_none().then_some(found)
    }

    pub fn keys(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.keys.split(',').map(|pair| pair.split_once(':').unwrap_or_default())
    }

    fn is_sound(self) -> bool {
        let is = |text: &str, length: usize| text.len() == length && is_base64url(text);
        let open = [self.from, self.ephemeral, self.commitment].iter().all(|it| is(it, BYTES_32));
        let body = BODY.contains(&self.body.len()) && is_base64url(self.body);
        let mut devices: Vec<_> = self.keys().map(|(device, _)| device).collect();
        let named = devices.len();
        devices.sort_unstable();
        devices.dedup();
        let keys = self.keys().all(|(device, key)| is(device, BYTES_32) && is(key, WRAPPED));
        open && body && keys && named <= MOST_DEVICES && devices.len() == named
    }
}

impl Envelope {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn parts(&self) -> Parts<'_> {
        Parts::of(&self.0).unwrap_or(Parts {
            from: "",
            ephemeral: "",
            commitment: "",
            body: "",
            keys: "",
        })
    }
}

impl From<Envelope> for String {
    fn from(envelope: Envelope) -> Self {
        envelope.0
    }
}

impl TryFrom<&str> for Envelope {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        match Parts::of(text) {
            Some(parts) if parts.is_sound() => Ok(Self(text.to_owned())),
            _ => Err(Invalid::Form("must be an encrypted message")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digit: char) -> String {
        digit.to_string().repeat(42) + "A"
    }

    fn envelope(body: &str, keys: &str) -> String {
        format!("e1.{}.{}.{}.{body}.{keys}", key('a'), key('b'), key('c'))
    }

    fn wrapped(digit: char) -> String {
        format!("{}:{}", key(digit), "w".repeat(64))
    }

    #[test]
    fn an_envelope_reads_back_part_by_part() {
        let (body, keys) = ("x".repeat(364), format!("{},{}", wrapped('d'), wrapped('e')));
        let text = envelope(&body, &keys);
        let read = Envelope::try_from(text.as_str()).expect("an envelope");
        let parts = read.parts();
        assert_eq!((parts.from, parts.ephemeral, parts.body), (&*key('a'), &*key('b'), &*body));
        let devices: Vec<_> = parts.keys().map(|(device, _)| device.to_owned()).collect();
        assert_eq!(devices, [key('d'), key('e')]);
    }

    #[test]
    fn what_is_no_envelope_is_refused() {
        let (body, one) = ("x".repeat(364), wrapped('d'));
        let good = envelope(&body, &one);
        assert!(Envelope::try_from(good.as_str()).is_ok());
        let many: Vec<_> = (0..41).map(wrapped_by).collect();
        for bad in [
            String::new(),
            "see you at the bar".to_owned(),
            good.replace("e1.", "e2."),
            format!("{good}.more"),
            format!("{good},"),
            envelope("", &one),
            envelope("short", &one),
            envelope(&"x".repeat(22_000), &one),
            envelope(&body.replacen('x', "+", 1), &one),
            envelope(&body, ""),
            envelope(&body, &one[..one.len() - 1]),
            envelope(&body, &format!("{one},{one}")),
            envelope(&body, &many.join(",")),
        ] {
            assert!(Envelope::try_from(bad.as_str()).is_err(), "{bad}");
        }
        assert!(Envelope::try_from(envelope(&body, &many[..40].join(",")).as_str()).is_ok());
    }

    fn wrapped_by(number: usize) -> String {
        format!("{number:0>42}A:{}", "w".repeat(64))
    }

    #[test]
    fn a_key_is_32_bytes_written_in_the_one_way_there_is() {
        assert!(DeviceKey::try_from(key('a').as_str()).is_ok());
        // Its last bits would be lost.
        assert!(DeviceKey::try_from("a".repeat(43).as_str()).is_err());
        assert!(DeviceKey::try_from(format!("{}B", "a".repeat(42)).as_str()).is_err());
        assert!(DeviceKey::try_from(format!("{}=", "a".repeat(42)).as_str()).is_err());
    }

    #[test]
    fn a_revealed_key_is_not_printed() {
        let key = MessageKey::try_from(key('k').as_str()).expect("a key");
        assert_eq!(format!("{key:?}"), "MessageKey(…)");
    }
}
