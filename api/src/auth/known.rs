//! Browsers in which an account was signed in before, known by a cookie that stays when the
//! session goes (OWASP's device cookies). It opens nothing: it only counts its holder's mistakes
//! apart from those of strangers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::values::account::Email;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::keys::derived;

/// Random bytes by which a device is told from others.
const NONCE: usize = 16;

#[derive(Clone)]
pub struct KnownDevices {
    keyed: Hmac<Sha256>,
}

impl KnownDevices {
    pub fn new(sessions_key: &[u8]) -> Self {
        Self { keyed: derived(sessions_key, "known devices") }
    }

    /// What the device's cookie says from now on: as before, where it is known already.
    pub fn introduce(&self, shown: Option<&str>, email: &Email) -> String {
        if let Some(shown) = shown
            && self.recognise(shown, email).is_some()
        {
            return shown.to_owned();
        }
        let nonce = rand::random::<[u8; NONCE]>();
        let mac = self.mac(&nonce, email).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([&nonce[..], &mac[..]].concat())
    }

    /// Which device it is, if the account of `email` was signed in there.
    pub fn recognise(&self, shown: &str, email: &Email) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(shown).ok()?;
        let (nonce, mac) = bytes.split_at_checked(NONCE)?;
        self.mac(nonce, email).verify_slice(mac).ok()?;
        Some(URL_SAFE_NO_PAD.encode(nonce))
    }

    fn mac(&self, nonce: &[u8], email: &Email) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        mac.update(nonce);
        mac.update(email.as_str().to_lowercase().as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_to_the_account_that_was_signed_in_there_alone() {
        let email = |text| Email::try_from(text).expect("an address");
        let (ann, bob) = (email("ann@example.com"), email("bob@example.com"));
        let devices = KnownDevices::new(b"a key");
        let cookie = devices.introduce(None, &ann);
        assert!(devices.recognise(&cookie, &email("Ann@Example.com")).is_some());
        assert_eq!(devices.recognise(&cookie, &bob), None);
        assert_eq!(devices.introduce(Some(&cookie), &ann), cookie);
        let other = devices.introduce(Some(&cookie), &bob);
        assert_ne!(devices.recognise(&other, &bob), devices.recognise(&cookie, &ann));
        assert_eq!(KnownDevices::new(b"another").recognise(&cookie, &ann), None);
        for bad in ["", "x", &cookie[..20], &cookie[..cookie.len() - 2]] {
            assert_eq!(devices.recognise(bad, &ann), None, "{bad}");
        }
    }
}
