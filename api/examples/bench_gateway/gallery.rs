//! Those who only listen.
//!
//! Nobody waits at their connections: they are looked at from time to time, and when something
//! has come is what the system noted as it came. So a server is measured by when its
//! words arrive, neither by how fast this program reads them nor by how much it is in the way,
//! and a write of the server's wakes nobody here.

use std::io::{IoSliceMut, Write};
use std::net::TcpStream;
use std::os::fd::AsRawFd;
use std::time::{Duration, SystemTime};

use nix::cmsg_space;
use nix::errno::Errno;
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt::ReceiveTimestampns,
};
use nix::sys::time::TimeSpec;

use crate::Failure;
use crate::dialect::Heard;
use crate::socket::{Found, Inbox, Socket};

pub struct Listener {
    stream: TcpStream,
    inbox: Inbox,
    /// When the last of what was read had come.
    arrived: SystemTime,
}

impl Listener {
    pub fn new(socket: Socket) -> Result<Self, Failure> {
        let (stream, inbox) = socket.into_parts()?;
        setsockopt(&stream, ReceiveTimestampns, &true)?;
        Ok(Self { stream, inbox, arrived: SystemTime::now() })
    }

    pub fn into_socket(self) -> Result<Socket, Failure> {
        Socket::from_parts(self.stream, self.inbox)
    }

    /// The next of what has come, and when it came; none once all is looked at.
    pub fn next(&mut self) -> Result<Option<(Heard, SystemTime)>, Failure> {
        loop {
            match self.inbox.next()? {
                Some(Found::Heard(heard)) => return Ok(Some((heard, self.arrived))),
                Some(Found::Owed(answer)) => self.stream.write_all(&answer)?,
                None if self.receive()? => {}
                None => return Ok(None),
            }
        }
    }

    /// Whether there was something.
    fn receive(&mut self) -> Result<bool, Failure> {
        let mut room = [IoSliceMut::new(self.inbox.room())];
        let mut noted = cmsg_space!(TimeSpec);
        let fd = self.stream.as_raw_fd();
        let received = match recvmsg::<()>(fd, &mut room, Some(&mut noted), MsgFlags::empty()) {
            Ok(received) => received,
            Err(Errno::EAGAIN) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let count = received.bytes;
        // Should nothing be noted, it counts as late.
        self.arrived = SystemTime::now();
        for note in received.cmsgs()? {
            if let ControlMessageOwned::ScmTimestampns(at) = note {
                self.arrived = SystemTime::UNIX_EPOCH + Duration::from(at);
            }
        }
        self.inbox.came(count)?;
        Ok(true)
    }
}
