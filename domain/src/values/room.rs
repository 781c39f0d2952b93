//! Where messages are said.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::encryption::Envelope;
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

impl Room {
    /// That of the event or of the match.
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Event(id) => id.uuid(),
            Self::Match(id) => id.uuid(),
        }
    }
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
    /// Any of these for the devices of the two alone: the content is an envelope.
    Encrypted,
}

impl MessageKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Link => "link",
            Self::Video => "video",
            Self::Encrypted => "encrypted",
        }
    }
}

impl MessageKind {
    /// Whether a message of this kind may say this: a link is one https address and nothing
    /// else, as it is shown as something to press; what is encrypted is an envelope.
    pub fn admits(self, content: &MessageContent) -> Result<(), Invalid> {
        match self {
            Self::Link => check_link(content.as_str()),
            Self::Text | Self::Video => Ok(()),
            Self::Encrypted => Envelope::try_from(content.as_str()).map(drop),
        }
    }
}

fn check_link(text: &str) -> Result<(), Invalid> {
    const SCHEME: &str = "https://";
    const FORM: Invalid = Invalid::Form("must be an https address and nothing else");
    const HOST: Invalid = Invalid::Form("must name a host, like drive.example");
    let begins = text.get(..SCHEME.len()).is_some_and(|it| it.eq_ignore_ascii_case(SCHEME));
    if !begins || text.contains(|c: char| c.is_whitespace() || "\"<>\\^`{|}".contains(c)) {
        return Err(FORM);
    }
    let authority = text[SCHEME.len()..].split(['/', '?', '#']).next().unwrap_or_default();
    // What stands before an @ looks like the host to people, and is a name or a password.
    if authority.contains('@') {
        return Err(Invalid::Form("must not have a name or a password before its host"));
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let sound_port = |port: &str| {
        port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    };
    let sound = port.is_none_or(sound_port) && (is_name(host) || is_ipv6(host));
    if sound { Ok(()) } else { Err(HOST) }
}

/// A name of dotted labels or an IPv4 address; labels may be in any script.
fn is_name(host: &str) -> bool {
    const LONGEST: usize = 253;
    let host = host.strip_suffix('.').unwrap_or(host);
    host.len() <= LONGEST
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        })
}

fn is_ipv6(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

impl TryFrom<&str> for MessageKind {
    type Error = Invalid;

    fn try_from(text: &str) -> Result<Self, Invalid> {
        match text {
            "text" => Ok(Self::Text),
            "link" => Ok(Self::Link),
            "video" => Ok(Self::Video),
            "encrypted" => Ok(Self::Encrypted),
            _ => Err(Invalid::Form("must be text, link, video or encrypted")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_one_https_address_with_a_host_and_nothing_else() {
        let refusal = |kind: MessageKind, text: &str| {
            let content = MessageContent::try_from(text).expect("content");
            kind.admits(&content).err().map(|refusal| refusal.to_string())
        };
        for good in [
            "https://drive.example/v?id=7#t",
            "HTTPS://example.com",
            "https://a.b:8443/",
            "https://wetransfer.example/a@b",
            "https://münchen.example./v",
            "https://192.0.2.7:443/v",
            "https://[2001:db8::7]:8443/v",
        ] {
            assert_eq!(refusal(MessageKind::Link, good), None, "{good}");
        }
        let form = "must be an https address and nothing else";
        let host = "must name a host, like drive.example";
        let credentials = "must not have a name or a password before its host";
        for (bad, why) in [
            ("javascript:alert(1)", form),
            ("data:text/html,x", form),
            ("ftp://example.com/v", form),
            ("http://example.com/v", form),
            ("not an address", form),
            ("éé", form),
            ("https://example.com and more", form),
            ("https://example.com\\@evil.example/", form),
            ("https://drive.example@evil.example/", credentials),
            ("https://ann:secret@drive.example/", credentials),
            ("https://", host),
            ("https:///path", host),
            ("https://:443/", host),
            ("https://.example/", host),
            ("https://a..example/", host),
            ("https://-a.example/", host),
            ("https://a.example:/", host),
            ("https://a.example:0/", host),
            ("https://a.example:70000/", host),
            ("https://a.example:+1/", host),
            ("https://[2001:db8::7/", host),
            ("https://[drive.example]/", host),
            ("https://%41.example/", host),
        ] {
            assert_eq!(refusal(MessageKind::Link, bad).as_deref(), Some(why), "{bad}");
        }
        assert_eq!(refusal(MessageKind::Text, "not an address"), None);
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
