//! Texts people write, each with its length and the characters it may hold.

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::encryption::Envelope;

/// Why a value was refused, in words for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    #[error("must be {min} to {max} characters long")]
    Length { min: usize, max: usize },
    #[error("must not contain control characters")]
    ControlCharacter,
    #[error("{0}")]
    Form(&'static str),
}

/// Whether an address may be written down anywhere as it is.
pub(super) fn is_plain(address: &str) -> bool {
    address.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '<' | '>' | '\\'))
}

/// Checks a text: trimmed, within `length` (in Unicode scalar values), free of control
/// characters (line breaks and tabs pass where `lines` is set; U+0000 never does, as
/// PostgreSQL cannot keep it).
pub(super) fn check(
    text: &str,
    length: RangeInclusive<usize>,
    lines: bool,
) -> Result<String, Invalid> {
    let text = text.trim();
    let allowed = |c: char| !c.is_control() || (lines && matches!(c, '\n' | '\r' | '\t'));
    if !text.chars().all(allowed) {
        return Err(Invalid::ControlCharacter);
    }
    if !length.contains(&text.chars().count()) {
        return Err(Invalid::Length { min: *length.start(), max: *length.end() });
    }
    Ok(text.to_owned())
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $length:expr, lines: $lines:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl TryFrom<&str> for $name {
            type Error = Invalid;

            fn try_from(text: &str) -> Result<Self, Invalid> {
                check(text, $length, $lines).map(Self)
            }
        }

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text!(
    /// What a chat message says: 1 to 2,000 characters, or an envelope around them.
    MessageContent, 1..=2_000, lines: true
);

impl From<Envelope> for MessageContent {
    fn from(envelope: Envelope) -> Self {
        Self(envelope.into())
    }
}

text!(
    /// What a person calls one of their passkeys.
    PasskeyName, 1..=60, lines: false
);
text!(
    /// A word with a rating: up to 500 characters.
    Comment, 1..=500, lines: true
);
text!(
    /// What a person says of themselves: up to 500 characters.
    Bio, 0..=500, lines: true
);
text!(
    /// A dance event's name.
    EventName, 1..=120, lines: false
);
text!(
    /// Where a dance event takes place.
    Location, 1..=120, lines: false
);
text!(
    /// What a dance event is about.
    Description, 1..=2_000, lines: true
);
text!(
    /// The event's number in the World Swing Dance Council's registry.
    WorldsdcId, 1..=32, lines: false
);
text!(
    /// What happened, in the words of the person who reports it.
    ReportDetails, 1..=2_000, lines: true
);
text!(
    /// What a moderator did about a report.
    Resolution, 1..=2_000, lines: true
);
text!(
    /// What a moderator tells somebody who has to mend their ways.
    Warning, 1..=1_000, lines: true
);
text!(
    /// A short reason, such as why a transfer failed or an account was suspended.
    Reason, 1..=300, lines: false
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrounding_white_space_is_not_content() {
        assert_eq!(MessageContent::try_from("  hello \n").map(|c| c.0), Ok("hello".into()));
        assert_eq!(MessageContent::try_from(" \n\t "), Err(Invalid::Length { min: 1, max: 2_000 }));
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(MessageContent::try_from("é".repeat(2_000).as_str()).is_ok());
        assert!(MessageContent::try_from("é".repeat(2_001).as_str()).is_err());
    }

    #[test]
    fn control_characters_are_refused_but_a_message_may_have_lines() {
        assert_eq!(MessageContent::try_from("a\0b"), Err(Invalid::ControlCharacter));
        assert_eq!(EventName::try_from("a\nb"), Err(Invalid::ControlCharacter));
        assert!(MessageContent::try_from("a\n\tb").is_ok());
    }
}
