//! Access tokens: short-lived JWTs that name a person and a session.

use domain::values::ids::UserId;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::SignedIn;
use crate::problem::{Problem, Result};

/// How long an access token is good for, in seconds.
pub const ACCESS_SECONDS: i64 = 15 * 60;

/// Who issues and who accepts. A token of another product under the same secret is refused.
const ISSUER: &str = "spotlight.cam";
const AUDIENCE: &str = "spotlight.cam";

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    sid: Uuid,
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
}

#[derive(Clone)]
pub struct AccessTokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl AccessTokens {
    pub fn new(key: &[u8]) -> Self {
        // The one algorithm we sign with, whatever the token's header says.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.leeway = 0;
        Self {
            encoding: EncodingKey::from_secret(key),
            decoding: DecodingKey::from_secret(key),
            validation,
        }
    }

    pub fn issue(&self, user: UserId, session: Uuid) -> Result<String> {
        self.issue_for(user, session, ACCESS_SECONDS)
    }

    fn issue_for(&self, user: UserId, session: Uuid, seconds: i64) -> Result<String> {
        let now = chrono::Utc::now().timestamp();
        let claims = Claims {
            sub: user,
            sid: session,
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            iat: now,
            exp: now + seconds,
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| Problem::internal(&error))
    }

    /// None for a token that is forged, expired or not ours; which one is nobody's business.
    pub fn verify(&self, token: &str) -> Option<SignedIn> {
        let claims = decode::<Claims>(token, &self.decoding, &self.validation).ok()?.claims;
        Some(SignedIn { id: claims.sub, session: claims.sid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

    #[test]
    fn a_token_names_its_person_and_session() {
        let (user, session) = (UserId::new(), Uuid::now_v7());
        let tokens = AccessTokens::new(KEY);
        let token = tokens.issue(user, session).expect("issued");
        assert_eq!(tokens.verify(&token), Some(SignedIn { id: user, session }));
    }

    #[test]
    fn an_expired_a_forged_and_a_foreign_token_are_refused() {
        let (user, session) = (UserId::new(), Uuid::now_v7());
        let tokens = AccessTokens::new(KEY);
        let expired = tokens.issue_for(user, session, -1).expect("issued");
        let forged = AccessTokens::new(b"another key of the same length..").issue(user, session);
        let mut foreign = AccessTokens::new(KEY);
        foreign.validation.set_audience(&["elsewhere"]);
        let sound = tokens.issue(user, session).expect("issued");

        assert_eq!(tokens.verify(&expired), None);
        assert_eq!(tokens.verify(&forged.expect("issued")), None);
        assert_eq!(foreign.verify(&sound), None);
        assert_eq!(tokens.verify("e30.e30."), None);
        let unsigned =
            "eyJhbGciOiJub25lIn0.".to_owned() + sound.split('.').nth(1).expect("claims") + ".";
        assert_eq!(tokens.verify(&unsigned), None, "the algorithm \"none\" is no way in");
    }
}
