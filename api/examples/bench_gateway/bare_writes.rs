//! The least that a server with a connection for each listener can do: for each message one
//! write to each of them, and nothing else. No who, no where, nothing kept. What it comes to is
//! the system's price, beyond which nobody gets.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::Failure;

const UPGRADED: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const GREETING: &str = r#"{"type":"hello","data":{}}"#;
const ANSWER: &str = r#"{"type":"ack","id":1,"data":{}}"#;

/// What surrounds a message in a frame of ours: as many bytes, with nothing in them.
const SURROUNDING: usize = 330;

/// More than any of its clients sends at a time.
const BUFFER: usize = 4 * 1024;

#[derive(Clone, Default)]
struct Room(Arc<Mutex<Vec<Arc<TcpStream>>>>);

pub async fn serve() -> Result<(), Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?.port());
    let room = Room::default();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let room = room.clone();
        // Who leaves is left in the room: it ends with the measurement.
        tokio::spawn(async move { room.welcome(stream).await });
    }
}

impl Room {
    async fn welcome(&self, mut stream: TcpStream) -> Result<(), Failure> {
        let mut buffer = vec![0; BUFFER];
        if stream.read(&mut buffer).await? == 0 {
            return Ok(());
        }
        stream.write_all(&[UPGRADED, &frame(GREETING)].concat()).await?;
        let stream = Arc::new(stream);
        loop {
            stream.readable().await?;
            let said = match stream.try_read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => &buffer[..count],
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error.into()),
            };
            match content(said) {
                Some(content) => self.pass_on(content),
                None => self.lock().push(stream.clone()),
            }
            stream.try_write(&frame(ANSWER))?;
        }
    }

    fn pass_on(&self, content: &str) {
        let surrounding = "-".repeat(SURROUNDING);
        let event = format!(
            r#"{{"type":"event_message","data":{{"content":"{content}","rest":"{surrounding}"}}}}"#
        );
        let frame = frame(&event);
        for stream in &*self.lock() {
            // Who is gone, or slow, misses it.
            let _ = stream.try_write(&frame);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<TcpStream>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a client of these measurements says in clear: its mask changes nothing.
fn content(said: &[u8]) -> Option<&str> {
    const BEFORE: &str = r#""content":""#;
    // The frame's head is no text.
    let text = said.get(8..).map(std::str::from_utf8)?.ok()?;
    let (_, rest) = text.split_once(BEFORE)?;
    Some(rest.split_once('"')?.0)
}

fn frame(text: &str) -> Vec<u8> {
    let mut bytes = vec![0x81];
    match text.len() {
        length @ ..126 => bytes.push(length as u8),
        length => {
            bytes.push(126);
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
        }
    }
    bytes.extend_from_slice(text.as_bytes());
    bytes
}
