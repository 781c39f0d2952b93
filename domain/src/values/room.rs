//! Where messages are said.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ids::{EventId, MatchId};
use super::text::{Invalid, MessageContent};

/// The room of a dance event, or the private one of a match.
///
/// Written `event:ID` or `match:ID`; clients treat the text as opaque.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "id")]
pub enum Room {
    Event(EventId),
    Match(MatchId),
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(id) => write!(f, "event:{id}"),
            Self::Match(id) => write!(f, "match:{id}"),
        }
    }
}

impl FromStr for Room {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const FORM: Invalid = Invalid::Form("must be a room id");
        match text.split_once(':').ok_or(FORM)? {
            ("event", id) => id.parse().map(Self::Event).map_err(|_| FORM),
            ("match", id) => id.parse().map(Self::Match).map_err(|_| FORM),
            _ => Err(FORM),
        }
    }
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    Text,
    /// An address where the video can be fetched, when no direct connection came about.
    Link,
    /// A note that a video was handed over.
    Video,
}

impl MessageKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Link => "link",
            Self::Video => "video",
        }
    }
}

impl MessageKind {
    /// Whether a message of this kind may say this: a link is one http or https address and
    /// nothing else, as it is shown as something to press.
    pub fn admits(self, content: &MessageContent) -> Result<(), Invalid> {
        const FORM: Invalid = Invalid::Form("must be an http or https address");
        let Self::Link = self else { return Ok(()) };
        let text = content.as_str();
        let address = ["https://", "http://"].iter().find_map(|scheme| {
            text.get(..scheme.len())?.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
        });
        let host = address.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or("");
        let sound = !host.is_empty()
            && !host.starts_with([':', '.', '@'])
            && !text.chars().any(|c| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\'));
        if sound { Ok(()) } else { Err(FORM) }
    }
}

impl TryFrom<&str> for MessageKind {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        match text {
            "text" => Ok(Self::Text),
            "link" => Ok(Self::Link),
            "video" => Ok(Self::Video),
            _ => Err(Invalid::Form("must be text, link or video")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_an_http_address_and_nothing_else() {
        let admits = |kind: MessageKind, text: &str| {
            kind.admits(&MessageContent::try_from(text).expect("content")).is_ok()
        };
        for good in ["https://drive.example/v?id=7#t", "HTTP://example.com", "https://a.b:8443/"] {
            assert!(admits(MessageKind::Link, good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "not an address",
            "https://",
            "https:///path",
            "https://example.com and more",
            "data:text/html,x",
            "ftp://example.com/v",
            "éé",
        ] {
            assert!(!admits(MessageKind::Link, bad), "{bad}");
        }
        assert!(admits(MessageKind::Text, "not an address"));
    }

    #[test]
    fn a_room_id_reads_back_as_the_room() {
        let room = Room::Event(EventId::new());
        assert_eq!(room.to_string().parse(), Ok(room));
        for bad in ["", "event", "event:1", "hall:00000000-0000-0000-0000-000000000000"] {
            assert!(bad.parse::<Room>().is_err(), "{bad}");
        }
    }
}
