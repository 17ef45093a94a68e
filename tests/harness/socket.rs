//! WebSockets and plain HTTP, written by hand: a client that can also do what no honest client does.
//!
//! Frames of any kind, in any pieces, masked with zeros (which the protocol allows, and which costs nothing).

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// The kind of a WebSocket frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// More of the message before.
    Continuation = 0,
    /// Words.
    Text = 1,
    /// Bytes.
    Binary = 2,
    /// The end.
    Close = 8,
    /// Are you there?
    Ping = 9,
    /// Yes.
    Pong = 10,
}

/// What came over a socket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// A message.
    Message(Bytes),
    /// The server hangs up, with this code.
    Closed(u16),
    /// The connection ended without a word.
    Gone,
}

/// Why a socket did not open.
#[derive(Debug)]
pub enum NoSocket {
    /// The server said no, with this HTTP status.
    Refused(u16),
    /// The line broke, or there was none.
    Broken(io::Error),
}

impl From<io::Error> for NoSocket {
    fn from(error: io::Error) -> NoSocket {
        NoSocket::Broken(error)
    }
}

/// An open WebSocket.
pub struct Socket {
    stream: TcpStream,
    input: BytesMut,
}

impl Socket {
    /// Opens a socket.
    pub async fn open(address: &str, path: &str, headers: &[(&str, &str)]) -> Result<Socket, NoSocket> {
        let stream = TcpStream::connect(address).await?;
        Self::upgrade(stream, address, path, headers).await
    }

    /// Opens a socket that takes in next to nothing unless it is read.
    pub async fn open_narrow(
        address: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Socket, NoSocket> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4_096)?;
        let stream = socket.connect(address.parse().expect("an address")).await?;
        Self::upgrade(stream, address, path, headers).await
    }

    async fn upgrade(
        mut stream: TcpStream,
        host: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Socket, NoSocket> {
        stream.set_nodelay(true)?;
        let mut head = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: Qm9ycmFkb3JCb3JyYWRvcg==\r\n"
        );
        headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
        head += "\r\n";
        stream.write_all(head.as_bytes()).await?;
        let mut input = BytesMut::new();
        let (status, _, rest) = read_head(&mut stream, &mut input).await?;
        input.advance(rest);
        if status == 101 { Ok(Socket { stream, input }) } else { Err(NoSocket::Refused(status)) }
    }

    /// The same connection twice: to write to from a thread that keeps time, and to hear from.
    pub fn splits(self) -> (std::net::TcpStream, Socket) {
        let stream = self.stream.into_std().expect("a socket belongs to the system");
        let writer = stream.try_clone().expect("a socket can be shared");
        let stream = TcpStream::from_std(stream).expect("a socket belongs to the runtime");
        (writer, Socket { stream, input: self.input })
    }

    /// Sends one message.
    pub async fn sends(&mut self, message: &[u8]) -> io::Result<()> {
        self.sends_raw(&frame(Kind::Binary, true, message)).await
    }

    /// Sends these bytes as they are.
    pub async fn sends_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Waits for the next message or the end. Answers pings.
    pub async fn hears(&mut self) -> Heard {
        loop {
            while let Some((kind, payload)) = take_frame(&mut self.input) {
                match kind {
                    2 => return Heard::Message(payload),
                    8 if payload.len() >= 2 => {
                        return Heard::Closed(u16::from_be_bytes([payload[0], payload[1]]));
                    }
                    8 => return Heard::Gone,
                    // Should the server be gone already, the next read will say so.
                    9 => drop(self.stream.write_all(&frame(Kind::Pong, true, &payload)).await),
                    _ => {}
                }
            }
            if !matches!(self.stream.read_buf(&mut self.input).await, Ok(1..)) {
                return Heard::Gone;
            }
        }
    }
}

/// A frame as clients send them.
pub fn frame(kind: Kind, last: bool, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![u8::from(last) << 7 | kind as u8];
    match payload.len() {
        length @ 0..126 => frame.push(0x80 | length as u8),
        length @ 126..0x1_0000 => {
            frame.push(0x80 | 126);
            frame.extend((length as u16).to_be_bytes());
        }
        length => {
            frame.push(0x80 | 127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// Takes a whole frame of the server, which masks nothing, from the front of `input`.
pub fn take_frame(input: &mut BytesMut) -> Option<(u8, Bytes)> {
    let (start, length) = frame_parts(input)?;
    if input.len() < start + length {
        return None;
    }
    let kind = input[0] & 0x0f;
    input.advance(start);
    Some((kind, input.split_to(length).freeze()))
}

/// How long the frame is that begins here, with its head, in either direction; `None` while its head is not here.
pub fn frame_length(input: &[u8]) -> Option<usize> {
    frame_parts(input).map(|(start, length)| start + length)
}

/// The length of a frame's head, mask included, and of its payload.
fn frame_parts(input: &[u8]) -> Option<(usize, usize)> {
    let short = *input.get(1)?;
    let (start, length) = match short & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes(input.get(2..4)?.try_into().expect("two bytes")))),
        127 => (10, u64::from_be_bytes(input.get(2..10)?.try_into().expect("eight bytes")) as usize),
        short => (2, usize::from(short)),
    };
    let mask = if short & 0x80 == 0 { 0 } else { 4 };
    Some((start + mask, length))
}

/// An HTTP answer.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The head, as it came.
    pub head: String,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The value of the cookie that the answer sets, as a `Cookie` header says it.
    pub fn cookie(&self) -> Option<String> {
        let line = self.head.lines().find(|line| line.to_ascii_lowercase().starts_with("set-cookie:"))?;
        Some(line.split_once(':')?.1.trim().split(';').next()?.to_owned())
    }
}

/// Sends a request with a JSON body (none for `GET`) and waits for the answer.
pub async fn request(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    json: Option<&serde_json::Value>,
) -> io::Result<Reply> {
    let body = json.map(ToString::to_string).unwrap_or_default();
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    if json.is_some() {
        head += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).await?;
    let mut input = BytesMut::new();
    let (status, head, rest) = read_head(&mut stream, &mut input).await?;
    input.advance(rest);
    while stream.read_buf(&mut input).await? > 0 {}
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let body = if chunked { unchunked(input) } else { input.freeze() };
    Ok(Reply { status, head, body })
}

/// The status and the head of an answer, and how many bytes of `input` they are.
async fn read_head(stream: &mut TcpStream, input: &mut BytesMut) -> io::Result<(u16, String, usize)> {
    let end = loop {
        if let Some(end) = input.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(input).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let head = String::from_utf8_lossy(&input[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((status.ok_or(io::ErrorKind::InvalidData)?, head, end))
}

fn unchunked(mut input: BytesMut) -> Bytes {
    let mut body = BytesMut::new();
    while let Some(end) = input.windows(2).position(|two| two == b"\r\n") {
        let size = String::from_utf8_lossy(&input[..end]).into_owned();
        let size = usize::from_str_radix(&size, 16).expect("chunks say how long they are");
        input.advance(end + 2);
        body.extend_from_slice(&input.split_to(size));
        input.advance(2.min(input.len()));
    }
    body.freeze()
}
