//! A WebSocket client made to cost little, so that a measurement is of the server: one buffer,
//! one read for all frames that have come, nothing parsed that is not asked about.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::Failure;
use crate::dialect::{Dialect, Heard};

/// Any key does, as nobody looks on.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const OPCODE_TEXT: u8 = 1;
const OPCODE_CLOSE: u8 = 8;
const OPCODE_PING: u8 = 9;
const OPCODE_PONG: u8 = 10;

/// Sockets that share one source address. A system has some 28,000 ports for each, of which those
/// of earlier turns stay taken for a minute; where half are, finding a free one takes a thousand
/// times as long, and the load generator becomes the bound.
const SOCKETS_PER_SOURCE: u32 = 1_000;
const FIRST_SOURCE: Ipv4Addr = Ipv4Addr::new(127, 1, 0, 0);

/// Of the whole run.
static OPENED: AtomicU32 = AtomicU32::new(0);

pub struct Socket {
    stream: TcpStream,
    inbox: Inbox,
    outgoing: Vec<u8>,
}

/// What has come, as far as it is not looked at.
pub struct Inbox {
    dialect: Dialect,
    received: Received,
}

/// What was found when it was looked at.
pub enum Found {
    Heard(Heard),
    /// The server wants this back, as it is.
    Owed(Vec<u8>),
}

/// Bytes that came, and how far they are looked at.
struct Received {
    bytes: Vec<u8>,
    from: usize,
    to: usize,
}

/// Where a socket is to be opened.
#[derive(Clone, Copy)]
pub struct Place {
    pub address: SocketAddr,
    pub dialect: Dialect,
    /// Bytes read at a time.
    pub buffer: usize,
}

impl Socket {
    /// Opens a socket as somebody who shows `token`, and enters the room of `event`.
    pub async fn enter(place: Place, token: &str, event: &str) -> Result<Self, Failure> {
        let Place { address, dialect, buffer } = place;
        let tcp = TcpSocket::new_v4()?;
        let before = OPENED.fetch_add(1, Ordering::Relaxed);
        let source = Ipv4Addr::from(u32::from(FIRST_SOURCE) + before / SOCKETS_PER_SOURCE);
        tcp.bind((source, 0).into())?;
        let stream = tcp.connect(address).await?;
        stream.set_nodelay(true)?;
        let received = Received { bytes: vec![0; buffer], from: 0, to: 0 };
        let mut socket = Self { stream, inbox: Inbox { dialect, received }, outgoing: vec![] };
        socket.upgrade(address, token).await?;
        socket.await_frame(Heard::Greeting).await?;
        if let Some(hello) = dialect.introduction(token) {
            socket.send(&hello).await?;
            socket.await_frame(Heard::Welcome).await?;
        }
        socket.send(&dialect.join(event)).await?;
        socket.await_frame(Heard::Answer).await?;
        Ok(socket)
    }

    /// As a connection that nobody waits at, and what has come of it.
    pub fn into_parts(self) -> Result<(std::net::TcpStream, Inbox), Failure> {
        Ok((self.stream.into_std()?, self.inbox))
    }

    pub fn from_parts(stream: std::net::TcpStream, inbox: Inbox) -> Result<Self, Failure> {
        Ok(Self { stream: TcpStream::from_std(stream)?, inbox, outgoing: vec![] })
    }

    async fn upgrade(&mut self, address: SocketAddr, token: &str) -> Result<(), Failure> {
        let (path, headers) = self.inbox.dialect.request(token);
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\
             {headers}\r\n"
        );
        self.stream.write_all(request.as_bytes()).await?;
        loop {
            self.fill().await?;
            let received = &mut self.inbox.received;
            let answer = &received.bytes[..received.to];
            if let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                if !answer.starts_with(b"HTTP/1.1 101") {
                    return Err(String::from_utf8_lossy(answer).into());
                }
                received.from = end + 4;
                return Ok(());
            }
        }
    }

    async fn await_frame(&mut self, wanted: Heard) -> Result<(), Failure> {
        loop {
            while let Some(heard) = self.next().await? {
                if heard == wanted {
                    return Ok(());
                }
            }
            self.fill().await?;
        }
    }

    /// Waits until more has come.
    pub async fn fill(&mut self) -> Result<(), Failure> {
        let count = self.stream.read(self.inbox.room()).await?;
        self.inbox.came(count)
    }

    /// The next of what has come; none until [`Self::fill`] brings more.
    pub async fn next(&mut self) -> Result<Option<Heard>, Failure> {
        loop {
            match self.inbox.next()? {
                None => return Ok(None),
                Some(Found::Heard(heard)) => return Ok(Some(heard)),
                Some(Found::Owed(answer)) => self.stream.write_all(&answer).await?,
            }
        }
    }

    pub async fn send(&mut self, text: &str) -> Result<(), Failure> {
        self.outgoing.clear();
        encode(OPCODE_TEXT, text.as_bytes(), &mut self.outgoing);
        Ok(self.stream.write_all(&self.outgoing).await?)
    }
}

impl Inbox {
    /// Where more is to be read to.
    pub fn room(&mut self) -> &mut [u8] {
        self.received.room()
    }

    /// So many bytes were read.
    pub fn came(&mut self, count: usize) -> Result<(), Failure> {
        if count == 0 {
            return Err("the server hung up".into());
        }
        self.received.to += count;
        Ok(())
    }

    /// The next of what has come.
    pub fn next(&mut self) -> Result<Option<Found>, Failure> {
        loop {
            let Some((opcode, range)) = self.received.frame()? else { return Ok(None) };
            let payload = &self.received.bytes[range];
            match opcode {
                OPCODE_TEXT => match self.dialect.read(payload) {
                    Heard::Ping => return Ok(Some(Found::owed(OPCODE_TEXT, b"3"))),
                    Heard::Refused => return Err(String::from_utf8_lossy(payload).into()),
                    heard => return Ok(Some(Found::Heard(heard))),
                },
                OPCODE_PING => return Ok(Some(Found::owed(OPCODE_PONG, b""))),
                OPCODE_CLOSE => return Err(String::from_utf8_lossy(payload).into()),
                _ => {}
            }
        }
    }
}

impl Found {
    fn owed(opcode: u8, payload: &[u8]) -> Self {
        let mut answer = vec![];
        encode(opcode, payload, &mut answer);
        Self::Owed(answer)
    }
}

impl Received {
    /// The next whole frame, and what its payload is.
    fn frame(&mut self) -> Result<Option<(u8, Range<usize>)>, Failure> {
        let bytes = &self.bytes[self.from..self.to];
        let [first, length, rest @ ..] = bytes else { return Ok(None) };
        if first & 0x80 == 0 || length & 0x80 != 0 {
            return Err("a frame in parts, or one that is masked".into());
        }
        let extended = match length {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let Some(written) = rest.get(..extended) else { return Ok(None) };
        let head = 2 + extended;
        let length = if extended == 0 {
            usize::from(*length)
        } else {
            written.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte))
        };
        if bytes.len() < head + length {
            return Ok(None);
        }
        let from = self.from + head;
        self.from = from + length;
        Ok(Some((first & 0x0f, from..self.from)))
    }

    /// Where more can be read to: what is looked at makes room, and a frame that is larger than
    /// all of it makes it larger.
    fn room(&mut self) -> &mut [u8] {
        if self.from == self.to {
            (self.from, self.to) = (0, 0);
        } else if self.to == self.bytes.len() {
            self.bytes.copy_within(self.from..self.to, 0);
            (self.from, self.to) = (0, self.to - self.from);
            if self.to > self.bytes.len() / 2 {
                self.bytes.resize(2 * self.bytes.len(), 0);
            }
        }
        &mut self.bytes[self.to..]
    }
}

/// A frame as clients have to send it: masked, by a mask that changes nothing.
fn encode(opcode: u8, payload: &[u8], out: &mut Vec<u8>) {
    out.push(0x80 | opcode);
    match payload.len() {
        length @ ..126 => out.push(0x80 | length as u8),
        length => {
            out.push(0x80 | 0x7e);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a server sends it.
    fn sent(length: usize) -> Vec<u8> {
        let mut bytes = vec![0x81];
        match length {
            ..126 => bytes.push(length as u8),
            126..65_536 => {
                bytes.push(126);
                bytes.extend_from_slice(&(length as u16).to_be_bytes());
            }
            _ => {
                bytes.push(127);
                bytes.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        bytes.extend((0..length).map(|at| at as u8));
        bytes
    }

    #[test]
    fn frames_are_found_however_they_are_cut() {
        let lengths = [0, 1, 125, 126, 300, 65_535, 65_536, 70_000, 5];
        let stream: Vec<u8> = lengths.iter().flat_map(|length| sent(*length)).collect();
        for step in [1, 7, 1_000, stream.len()] {
            let mut received = Received { bytes: vec![0; 16], from: 0, to: 0 };
            let (mut found, mut left) = (vec![], &stream[..]);
            while !left.is_empty() {
                let room = received.room();
                let count = left.len().min(step).min(room.len());
                room[..count].copy_from_slice(&left[..count]);
                left = &left[count..];
                received.to += count;
                while let Some((opcode, range)) = received.frame().expect("sound") {
                    assert_eq!(opcode, OPCODE_TEXT);
                    let payload = &received.bytes[range];
                    assert!(payload.iter().enumerate().all(|(at, byte)| *byte == at as u8));
                    found.push(payload.len());
                }
            }
            assert_eq!(found, lengths, "in steps of {step}");
        }
    }

    #[test]
    fn what_is_sent_is_masked_by_nothing() {
        let mut out = vec![];
        encode(OPCODE_TEXT, b"hi", &mut out);
        assert_eq!(out, [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
        out.clear();
        encode(OPCODE_TEXT, &[b'x'; 300], &mut out);
        assert_eq!(out[..8], [0x81, 0xfe, 1, 44, 0, 0, 0, 0]);
        assert_eq!(out.len(), 308);
    }
}
