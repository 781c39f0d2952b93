//! The stable names of problems, each with its status and title.

use axum::http::StatusCode;
use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $name:literal, $status:ident, $title:literal;)+) => {
        /// The stable names of problems.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, utoipa::ToSchema)]
        #[schema(as = ProblemCode, rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $code),+ }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$code),+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$code => $name),+ }
            }

            pub fn status(self) -> StatusCode {
                match self { $(Self::$code => StatusCode::$status),+ }
            }

            pub fn title(self) -> &'static str {
                match self { $(Self::$code => $title),+ }
            }
        }
    };
}

codes! {
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "The request does not fit";
    MalformedJson = "malformed_json", BAD_REQUEST, "The body is not JSON";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body is of a type that is not taken here";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "You are not signed in";
    BadCredentials = "bad_credentials", UNAUTHORIZED, "Wrong mail address or password";
    BadPasskey = "bad_passkey", UNAUTHORIZED, "This passkey signs nobody in here";
    InvalidToken = "invalid_token", UNPROCESSABLE_ENTITY, "The link or PIN is not good any more";
    Csrf = "csrf", FORBIDDEN, "The request came from another site";
    Forbidden = "forbidden", FORBIDDEN, "You may not do this";
    Suspended = "suspended", FORBIDDEN, "Your account is suspended";
    EmailNotVerified = "email_not_verified", FORBIDDEN, "Confirm your mail address first";
    NotParticipant = "not_participant", FORBIDDEN, "You do not take part in this event";
    NotFound = "not_found", NOT_FOUND, "There is no such thing";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "This address does not take that method";
    UsernameTaken = "username_taken", CONFLICT, "This username is taken";
    EmailTaken = "email_taken", CONFLICT, "This mail address has an account";
    MatchExists = "match_exists", CONFLICT, "You two already have a match here";
    IllegalTransition = "illegal_transition", CONFLICT, "This step is not possible now";
    AlreadyRated = "already_rated", CONFLICT, "You have already rated this";
    NotCompleted = "not_completed", CONFLICT, "The match is not completed";
    Conflict = "conflict", CONFLICT, "Too many acted at once";
    IdempotencyKeyReused = "idempotency_key_reused", CONFLICT, "This key was used for another request";
    EncryptionRequired = "encryption_required", CONFLICT, "This conversation is encrypted";
    NotEncrypted = "not_encrypted", CONFLICT, "This conversation is not encrypted";
    EventCancelled = "event_cancelled", CONFLICT, "The event is cancelled";
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The service is not available just now";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_code_in_snake_case_so_that_the_document_lists_what_is_sent() {
        for code in Code::ALL {
            let mut name = String::new();
            for c in format!("{code:?}").chars() {
                if c.is_uppercase() && !name.is_empty() {
                    name.push('_');
                }
                name.extend(c.to_lowercase());
            }
            assert_eq!(name, code.as_str());
        }
    }
}
