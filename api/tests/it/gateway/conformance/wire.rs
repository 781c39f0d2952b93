//! A WebSocket client that says whatever it likes, right or wrong.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::harness::{Client, Text};

pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;
pub const FIN: u8 = 0x80;

/// What a close frame without a code is said to have.
pub const NO_CODE: u16 = 1005;

/// Longer than the server keeps a client that is silent.
const PATIENCE: Duration = Duration::from_mins(1);

/// A masked frame. `head` is its first byte.
pub fn frame(head: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    let mut bytes = vec![head];
    match payload.len() {
        length @ 0..126 => bytes.push(0x80 | length as u8),
        length @ 126..65_536 => {
            bytes.push(0x80 | 0x7e);
            bytes.extend((length as u16).to_be_bytes());
        }
        length => {
            bytes.push(0x80 | 0x7f);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend(mask);
    bytes.extend(payload.iter().enumerate().map(|(place, byte)| byte ^ mask[place % 4]));
    bytes
}

/// What the server answers.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen {
    /// The id of an ack, or the code of an error.
    Answer(String),
    Pong(Vec<u8>),
    Close(u16),
    /// The connection has ended.
    End,
}

pub struct Wire {
    pub stream: TcpStream,
}

impl Wire {
    /// Shakes hands and reads the greeting.
    pub async fn open(client: &Client) -> Self {
        let host = client.base.strip_prefix("http://").expect("an address");
        let mut stream = TcpStream::connect(host).await.expect("connected");
        stream.set_nodelay(true).expect("at once");
        let request = format!(
            "GET /ws HTTP/1.1\r\nHost: {host}\r\nOrigin: {}\r\nCookie: {}\r\n\
             Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            client.base,
            client.cookies()
        );
        stream.write_all(request.as_bytes()).await.expect("asked");
        let mut head = vec![];
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("an answer"));
        }
        let head = String::from_utf8(head).expect("text");
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "the key is not answered: {head}");
        let mut wire = Self { stream };
        let (_, greeting) = wire.frame().await.expect("a greeting");
        assert!(greeting.starts_with(br#"{"type":"hello""#));
        wire
    }

    /// In pieces of this many bytes, each on its way before the next. The server may have gone
    /// in the middle of it.
    pub async fn send(&mut self, bytes: &[u8], chop: usize) {
        for piece in bytes.chunks(chop) {
            if self.stream.write_all(piece).await.is_err() {
                return;
            }
            if chop < bytes.len() {
                tokio::task::yield_now().await;
            }
        }
    }

    /// The next thing that is no heartbeat and none of the server's own pings.
    pub async fn see(&mut self) -> Seen {
        loop {
            let Some((opcode, payload)) = self.frame().await else { return Seen::End };
            match opcode {
                PONG => return Seen::Pong(payload),
                CLOSE => {
                    let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                    return Seen::Close(code.unwrap_or(NO_CODE));
                }
                TEXT => {
                    let frame: Value = serde_json::from_slice(&payload).expect("JSON");
                    match frame["type"].text().as_str() {
                        "ack" => return Seen::Answer(frame["id"].text()),
                        "error" => return Seen::Answer(frame["data"]["code"].text()),
                        _ => {}
                    }
                }
                PING => {}
                other => panic!("the server sends frames of kind {other}"),
            }
        }
    }

    async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let reading = read_frame(&mut self.stream);
        timeout(PATIENCE, reading).await.expect("an answer in time")
    }
}

/// A frame as the server must send it: whole, unmasked, without reserved bits. None where the
/// connection ends.
pub async fn read_frame(stream: &mut (impl AsyncRead + Unpin)) -> Option<(u8, Vec<u8>)> {
    let head = stream.read_u8().await.ok()?;
    assert_eq!(head & 0xf0, FIN, "{head:#x}");
    let length = match stream.read_u8().await.ok()? {
        126 => u64::from(stream.read_u16().await.ok()?),
        127 => stream.read_u64().await.ok()?,
        masked @ 128.. => panic!("the server masks: {masked:#x}"),
        length => length.into(),
    };
    let mut payload = vec![0; length as usize];
    stream.read_exact(&mut payload).await.ok()?;
    Some((head & 0x0f, payload))
}
