//! What clients of ours and of Socket.IO say and hear; the rest of a client is the same.

use serde_json::json;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// docs/websocket.md.
    Ours,
    /// Engine.IO 4 and Socket.IO 5, over WebSocket alone.
    SocketIo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The server's first frame.
    Greeting,
    /// It knows who we are.
    Welcome,
    /// To what was asked last.
    Answer,
    Refused,
    Said(Stamp),
    Ping,
    Other,
}

/// When something was said, in nanoseconds since the turn began; or that it was the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    At(u64),
    Last,
}

/// What a stamped text begins with, and what comes before it in a frame.
const MARK: u8 = b'@';
const BEFORE: &[u8] = br#""content":""#;
const DIGITS: usize = 16;

impl Stamp {
    /// A text of `length` bytes that carries this.
    pub fn text(self, length: usize) -> String {
        let at = match self {
            Self::At(nanos) => nanos,
            Self::Last => u64::MAX,
        };
        format!("{:x<length$}", format!("@{at:016x} "))
    }

    fn find(frame: &[u8]) -> Option<Self> {
        let mark = frame.iter().position(|byte| *byte == MARK)?;
        if !frame[..mark].ends_with(BEFORE) {
            return None;
        }
        let digits = frame.get(mark + 1..=mark + DIGITS)?;
        let at = digits
            .iter()
            .try_fold(0, |at, digit| Some(at << 4 | u64::from(char::from(*digit).to_digit(16)?)))?;
        Some(if at == u64::MAX { Self::Last } else { Self::At(at) })
    }
}

impl Dialect {
    /// The path that is asked for, and headers besides the usual ones.
    pub fn request(self, token: &str) -> (&'static str, String) {
        match self {
            Self::Ours => ("/ws", format!("Authorization: Bearer {token}\r\n")),
            Self::SocketIo => ("/socket.io/?EIO=4&transport=websocket", String::new()),
        }
    }

    /// What is said after the greeting, where more is to be said than the request did.
    pub fn introduction(self, token: &str) -> Option<String> {
        match self {
            Self::Ours => None,
            Self::SocketIo => Some(format!("40{}", json!({ "token": token }))),
        }
    }

    pub fn join(self, event: &str) -> String {
        self.asked("join_event_room", &json!({ "eventId": event }))
    }

    pub fn say(self, event: &str, content: &str) -> String {
        let id = Uuid::now_v7();
        let data = json!({ "eventId": event, "content": content, "messageId": id });
        self.asked("send_event_message", &data)
    }

    fn asked(self, kind: &str, data: &serde_json::Value) -> String {
        match self {
            Self::Ours => format!(r#"{{"type":"{kind}","id":1,"data":{data}}}"#),
            Self::SocketIo => format!(r#"421["{kind}",{data}]"#),
        }
    }

    pub fn read(self, frame: &[u8]) -> Heard {
        match self {
            Self::Ours => read_ours(frame),
            Self::SocketIo => read_socket_io(frame),
        }
    }
}

fn read_ours(frame: &[u8]) -> Heard {
    let Some(kind) = frame.strip_prefix(br#"{"type":""#) else { return Heard::Other };
    match kind {
        [b'e', b'v', ..] => Stamp::find(frame).map_or(Heard::Other, Heard::Said),
        [b'a', b'c', b'k', ..] => Heard::Answer,
        [b'h', b'e', b'l', ..] => Heard::Greeting,
        [b'e', b'r', ..] => Heard::Refused,
        _ => Heard::Other,
    }
}

fn read_socket_io(frame: &[u8]) -> Heard {
    match frame {
        [b'4', b'2', ..] => Stamp::find(frame).map_or(Heard::Other, Heard::Said),
        // Our peers answer `[{"error": …}]` where they refuse.
        [b'4', b'3', ..] if frame.ends_with(br#""}]"#) && frame.starts_with(br#"431[{"error""#) => {
            Heard::Refused
        }
        [b'4', b'3', ..] => Heard::Answer,
        [b'4', b'0', ..] => Heard::Welcome,
        [b'4', b'4', ..] => Heard::Refused,
        [b'0', ..] => Heard::Greeting,
        [b'2'] => Heard::Ping,
        _ => Heard::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_both_are_told_apart() {
        let said = Heard::Said(Stamp::At(255));
        let text = Stamp::At(255).text(30);
        for (frame, heard) in [
            (r#"{"type":"hello","data":{}}"#.to_owned(), Heard::Greeting),
            (r#"{"type":"ack","id":1,"data":{"content":"@0000"}}"#.to_owned(), Heard::Answer),
            (r#"{"type":"error","id":1,"data":{}}"#.to_owned(), Heard::Refused),
            (r#"{"type":"active_users","data":{}}"#.to_owned(), Heard::Other),
            (r#"{"type":"heartbeat","data":{}}"#.to_owned(), Heard::Other),
            (format!(r#"{{"type":"event_message","data":{{"content":"{text}"}}}}"#), said),
        ] {
            assert_eq!(Dialect::Ours.read(frame.as_bytes()), heard, "{frame}");
        }
        for (frame, heard) in [
            (r#"0{"sid":"x"}"#.to_owned(), Heard::Greeting),
            (r#"40{"sid":"x"}"#.to_owned(), Heard::Welcome),
            (r#"44{"message":"unauthenticated"}"#.to_owned(), Heard::Refused),
            (r#"431[{"roomId":"x"}]"#.to_owned(), Heard::Answer),
            (r#"431[{"error":"internal"}]"#.to_owned(), Heard::Refused),
            ("2".to_owned(), Heard::Ping),
            (format!(r#"42["event_message",{{"id":1,"content":"{text}"}}]"#), said),
        ] {
            assert_eq!(Dialect::SocketIo.read(frame.as_bytes()), heard, "{frame}");
        }
    }

    #[test]
    fn a_text_has_its_length_and_carries_its_stamp() {
        for stamp in [Stamp::At(0), Stamp::At(123_456_789_012), Stamp::Last] {
            let text = stamp.text(200);
            assert_eq!(text.len(), 200);
            let frame = json!({ "content": text }).to_string();
            assert_eq!(Stamp::find(frame.as_bytes()), Some(stamp));
        }
        assert_eq!(Stamp::find(br#"{"content":"@12"}"#), None);
    }
}
