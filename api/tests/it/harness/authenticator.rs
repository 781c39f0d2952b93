//! A device that makes passkeys and signs with them, as WebAuthn Level 3 has it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// The page that asks, as the device's browser knows it.
const ORIGIN: &str = "http://localhost:8080";

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const WITH_CREDENTIAL: u8 = 0x40;

/// With one passkey, once it was asked for one.
pub struct Authenticator {
    random: SystemRandom,
    key: EcdsaKeyPair,
    credential: [u8; 16],
    /// Of whom the passkey is.
    pub user: Vec<u8>,
    pub origin: String,
    /// Whether whoever holds the device has shown that it is theirs.
    pub verifies: bool,
    pub counter: u32,
}

impl Authenticator {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).expect("a key");
        let mut credential = [0; 16];
        random.fill(&mut credential).expect("random bytes");
        let origin = ORIGIN.to_owned();
        Self { random, key, credential, user: vec![], origin, verifies: true, counter: 0 }
    }

    /// Its passkey's name for itself.
    pub fn name(&self) -> String {
        BASE64.encode(self.credential)
    }

    /// What a browser answers to `navigator.credentials.create()`.
    pub fn create(&mut self, options: &Value) -> Value {
        self.user = BASE64.decode(text(&options["user"]["id"])).expect("base64");
        let public = self.key.public_key().as_ref();
        let (x, y) = (&public[1..33], &public[33..65]);
        // COSE: an elliptic curve's key (2), for ES256 (-7), on P-256 (1).
        let key = [
            b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".as_slice(),
            x,
            b"\x22\x58\x20".as_slice(),
            y,
        ];
        let mut data = self.data(text(&options["rp"]["id"]), WITH_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential.len()).expect("short").to_be_bytes());
        data.extend(self.credential);
        data.extend(key.concat());
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": …}
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).expect("below 256"));
        attestation.extend(data);
        let response = json!({
            "clientDataJSON": BASE64.encode(self.client_data("webauthn.create", options)),
            "attestationObject": BASE64.encode(attestation),
        });
        self.answer(response)
    }

    /// What a browser answers to `navigator.credentials.get()`.
    pub fn get(&mut self, options: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(text(&options["rpId"]), 0);
        let hash = digest(&SHA256, &client_data);
        let signed = [&data, hash.as_ref()].concat();
        let signature = self.key.sign(&self.random, &signed).expect("a signature");
        let response = json!({
            "clientDataJSON": BASE64.encode(client_data),
            "authenticatorData": BASE64.encode(data),
            "signature": BASE64.encode(signature),
            "userHandle": BASE64.encode(&self.user),
        });
        self.answer(response)
    }

    fn answer(&self, response: Value) -> Value {
        let id = self.name();
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response,
                "clientExtensionResults": {} })
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({ "type": kind, "challenge": options["challenge"],
                           "origin": self.origin, "crossOrigin": false });
        data.to_string().into_bytes()
    }

    fn data(&self, site: &str, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut data = digest(&SHA256, site.as_bytes()).as_ref().to_vec();
        data.push(PRESENT | verified | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}
