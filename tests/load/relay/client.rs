//! One WebSocket of the generator, and the language that is spoken over it.
//!
//! A socket is opened in blocking mode, until the server has let the client in and sent the text; then it is given to
//! [`Crowd`](crate::crowd::Crowd), which reads it when there is something to read.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use borrador_tests::socket::{Kind, frame, take_frame};
use bytes::{Buf, BytesMut};

/// A server that does not open the text within this time cannot serve it.
const OPENING: Duration = Duration::from_secs(90);

/// The language of a kind of server, as one client speaks it.
pub trait Speaker {
    /// What is said when the socket is open.
    fn greets(&mut self) -> Vec<Vec<u8>>;

    /// Takes a message; notes what it brings and what is said in reply.
    fn hears(&mut self, message: &[u8], heard: &mut Heard);

    /// The message that types one letter. `place` is drawn at random, for the speaker to choose a place in the text by.
    fn types(&mut self, place: u64) -> Vec<u8>;

    /// What this client says now and then of its own accord, every so often at most; `None`: nothing.
    fn acknowledges(&mut self) -> Option<Vec<u8>> {
        None
    }
}

/// How often a client acknowledges of its own accord, as our browser's does.
pub const PAUSE: Duration = Duration::from_millis(250);

/// What a message brought.
#[derive(Default)]
pub struct Heard {
    /// Edits of the generator's writers: whose, and which of theirs, both counted from 0.
    pub edits: Vec<(u32, u32)>,
    /// What to say in reply.
    pub replies: Vec<Vec<u8>>,
    /// The text has come.
    pub is_open: bool,
}

/// How a server is reached.
#[derive(Clone)]
pub struct Door {
    /// Host and port.
    pub address: String,
    /// The path of the upgrade.
    pub path: String,
    /// Its headers, each line with its end.
    pub headers: String,
}

/// A client with its socket.
pub struct Client {
    stream: TcpStream,
    input: BytesMut,
    /// What the socket did not take yet.
    unsent: Vec<u8>,
    pub speaker: Box<dyn Speaker>,
    pub received_bytes: u64,
    pub acknowledged_at: Instant,
}

/// How the text came: since the socket was open, and in how many bytes.
pub struct Opened {
    pub after: Duration,
    pub size_bytes: u64,
}

impl Client {
    /// Opens the text and waits until it is there.
    pub fn open(door: &Door, mut speaker: Box<dyn Speaker>) -> Result<(Client, Opened), String> {
        let failed = |error: std::io::Error| format!("the text did not open: {error}");
        let mut stream = TcpStream::connect(&door.address).map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        stream.set_read_timeout(Some(OPENING)).map_err(failed)?;
        let head = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: Qm9ycmFkb3JCb3JyYWRvcg==\r\n{}\r\n",
            door.path, door.address, door.headers
        );
        stream.write_all(head.as_bytes()).map_err(failed)?;
        let mut input = read_head(&mut stream)?;
        let opened_at = Instant::now();
        for message in speaker.greets() {
            stream.write_all(&frame(Kind::Binary, true, &message)).map_err(failed)?;
        }
        let mut heard = Heard::default();
        let mut size_bytes = 0;
        let mut buffer = vec![0; 256 << 10];
        while !heard.is_open {
            if opened_at.elapsed() > OPENING {
                return Err("the text did not open in time".to_owned());
            }
            match take_frame(&mut input) {
                Some((2, message)) => {
                    speaker.hears(&message, &mut heard);
                    for reply in heard.replies.drain(..) {
                        stream.write_all(&frame(Kind::Binary, true, &reply)).map_err(failed)?;
                    }
                }
                Some((8, reason)) => return Err(format!("the server hung up: {reason:?}")),
                Some((9, payload)) => {
                    stream.write_all(&frame(Kind::Pong, true, &payload)).map_err(failed)?;
                }
                Some(_) => {}
                None => match stream.read(&mut buffer).map_err(failed)? {
                    0 => return Err("the server hung up".to_owned()),
                    count => {
                        size_bytes += count as u64;
                        input.extend_from_slice(&buffer[..count]);
                    }
                },
            }
        }
        let opened = Opened { after: opened_at.elapsed(), size_bytes };
        stream.set_nonblocking(true).map_err(failed)?;
        let acknowledged_at = Instant::now();
        let client =
            Client { stream, input, unsent: Vec::new(), speaker, received_bytes: 0, acknowledged_at };
        Ok((client, opened))
    }

    /// The socket, to be watched.
    pub fn socket(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }

    /// Says something. What the socket does not take at once goes out before what is said next.
    pub fn says(&mut self, message: &[u8]) -> Result<(), String> {
        let bytes = frame(Kind::Binary, true, message);
        self.sends(&bytes)
    }

    fn sends(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.unsent.extend_from_slice(bytes);
        let mut sent = 0;
        while sent < self.unsent.len() {
            match self.stream.write(&self.unsent[sent..]) {
                Ok(count) => sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(format!("the server does not listen: {error}")),
            }
        }
        self.unsent.drain(..sent);
        Ok(())
    }

    /// Sends what the socket did not take before.
    pub fn sends_the_rest(&mut self) -> Result<(), String> {
        if self.unsent.is_empty() { Ok(()) } else { self.sends(&[]) }
    }

    /// Reads what has come, into `heard`, and answers. `buffer` is scratch space. `Err` when the server hung up: nothing that was
    /// measured counts then.
    pub fn reads(&mut self, buffer: &mut [u8], heard: &mut Heard) -> Result<(), String> {
        match self.stream.read(buffer) {
            Ok(0) => return Err("the server hung up".to_owned()),
            Ok(count) => {
                self.received_bytes += count as u64;
                self.input.extend_from_slice(&buffer[..count]);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(format!("the server hung up: {error}")),
        }
        while let Some((kind, payload)) = take_frame(&mut self.input) {
            match kind {
                2 => self.speaker.hears(&payload, heard),
                8 => return Err(format!("the server hung up: {payload:?}")),
                9 => self.sends(&frame(Kind::Pong, true, &payload))?,
                _ => {}
            }
        }
        for reply in std::mem::take(&mut heard.replies) {
            self.says(&reply)?;
        }
        if self.acknowledged_at.elapsed() >= PAUSE
            && let Some(message) = self.speaker.acknowledges()
        {
            self.acknowledged_at = Instant::now();
            self.says(&message)?;
        }
        Ok(())
    }
}

fn read_head(stream: &mut TcpStream) -> Result<BytesMut, String> {
    let mut input = BytesMut::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = input.windows(4).position(|four| four == b"\r\n\r\n") {
            if !input.starts_with(b"HTTP/1.1 101") {
                return Err(format!("the door is closed: {}", String::from_utf8_lossy(&input[..end])));
            }
            input.advance(end + 4);
            return Ok(input);
        }
        match stream.read(&mut buffer) {
            Ok(0) => return Err("the server hung up".to_owned()),
            Ok(count) => input.extend_from_slice(&buffer[..count]),
            Err(error) => return Err(format!("the server does not answer: {error}")),
        }
    }
}
