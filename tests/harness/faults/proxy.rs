//! A bad network between clients and a real server: one TCP proxy, whose weather a test changes while it runs.
//!
//! ```text
//! client ── line ── proxy ── line ── server
//!             up ───────────────►
//!             ◄───────────── down
//! ```
//!
//! | Trouble | Said as |
//! |---|---|
//! | every message comes late | [`Passage::Late`] |
//! | one byte a second | [`Passage::Trickle`] |
//! | every message comes twice | [`Passage::Twice`] |
//! | half-open: nothing passes and nothing closes, until the weather changes | [`Passage::Nothing`] |
//! | half-open for good: what was open stays silent, new lines work | [`Proxy::loses_lines`] |
//! | reset | [`Proxy::resets_lines`] |
//! | cut in the middle of whatever passes | [`Proxy::cuts_after`] |
//! | cut when the server has answered and before the client hears of it | [`Proxy::cuts_at_the_next_message`] |
//!
//! The proxy knows where an HTTP head and a WebSocket frame end, and nothing else of what it carries. Lines that are reset or cut end
//! with a TCP reset on both sides, as a line does whose middle has gone.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use crate::socket::frame_length;

/// What waits inside the proxy for one direction of one line, at most (a single message may be longer); more is left with its sender.
const MOST_WAITING_BYTES: usize = 64 << 10;
/// What the kernel may take in for a line whose proxy does not read. Small, so that a sender soon notices.
const KERNEL_BYTES: u32 = 32 << 10;

/// A direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// How things pass in one direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Passage {
    /// At once.
    #[default]
    Clear,
    /// So much later than it was sent; order stays.
    Late(Duration),
    /// One byte, and after so long the next.
    Trickle(Duration),
    /// Every message arrives twice, but for the first of a line, which opens it.
    Twice,
    /// Not at all, until this changes.
    Nothing,
}

/// The proxy. It ends, and cuts its lines, when this is dropped.
pub struct Proxy {
    /// Where it listens.
    pub address: String,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

struct Shared {
    server: String,
    weather: watch::Sender<Weather>,
    cut: Mutex<Option<(Way, Cut)>>,
}

#[derive(Clone, Copy, Default)]
struct Weather {
    up: Passage,
    down: Passage,
    /// How many lines were opened.
    opened: u64,
    /// Lines up to this number carry nothing any more.
    lost: u64,
    /// Lines up to this number are reset.
    reset: u64,
    /// The proxy is gone.
    over: bool,
}

/// When the one line that meets it is cut.
#[derive(Clone, Copy)]
enum Cut {
    AfterBytes(u64),
    AtMessage,
}

impl Proxy {
    /// A clear line to this server.
    pub async fn to(server: &str) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        let weather = watch::channel(Weather::default()).0;
        let shared = Arc::new(Shared { server: server.to_owned(), weather, cut: Mutex::default() });
        let lines = shared.clone();
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let mut id = 0;
                lines.weather.send_modify(|weather| {
                    weather.opened += 1;
                    id = weather.opened;
                });
                tokio::spawn(carry(client, id, lines.clone()));
            }
        });
        Proxy { address, shared, listening }
    }

    /// From now on this is how things pass in one direction, on all lines.
    pub fn passes(&self, way: Way, passage: Passage) {
        self.shared.weather.send_modify(|weather| match way {
            Way::Up => weather.up = passage,
            Way::Down => weather.down = passage,
        });
    }

    /// All troubles end, but lines that were lost stay lost. What waited passes at once.
    pub fn heals(&self) {
        *self.cut() = None;
        self.passes(Way::Up, Passage::Clear);
        self.passes(Way::Down, Passage::Clear);
    }

    /// Whether things pass quickly in both directions.
    pub fn is_passable(&self) -> bool {
        let weather = *self.shared.weather.borrow();
        let quick = |passage| !matches!(passage, Passage::Nothing | Passage::Trickle(_));
        quick(weather.up) && quick(weather.down)
    }

    /// The lines that are open carry nothing any more and close for nobody: the machine behind them lost its power, or a router
    /// its memory.
    pub fn loses_lines(&self) {
        self.shared.weather.send_modify(|weather| weather.lost = weather.opened);
    }

    /// Whether the line that was opened last is lost.
    pub fn has_lost_lines(&self) -> bool {
        let weather = *self.shared.weather.borrow();
        weather.lost == weather.opened
    }

    /// The lines that are open are reset.
    pub fn resets_lines(&self) {
        self.shared.weather.send_modify(|weather| weather.reset = weather.opened);
    }

    /// The line that passes so many more bytes in this direction is cut after them.
    pub fn cuts_after(&self, way: Way, bytes: u64) {
        *self.cut() = Some((way, Cut::AfterBytes(bytes)));
    }

    /// The line on which the next whole message arrives here in this direction is cut; the message does not pass.
    pub fn cuts_at_the_next_message(&self, way: Way) {
        *self.cut() = Some((way, Cut::AtMessage));
    }

    /// Whether the cut that was asked for last has not happened yet.
    pub fn will_cut(&self) -> bool {
        self.cut().is_some()
    }

    fn cut(&self) -> std::sync::MutexGuard<'_, Option<(Way, Cut)>> {
        self.shared.cut.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
        self.shared.weather.send_modify(|weather| weather.over = true);
    }
}

/// Carries one line until both sides have ended it, or it is cut.
async fn carry(client: TcpStream, id: u64, shared: Arc<Shared>) {
    let Ok(server) = connect(&shared.server).await else { return };
    // What is late should be late on purpose. A side that has gone already says so below.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (mut client, mut server) = (client, server);
    let ended = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let up = Lane::new(Way::Up, id, &shared);
        let down = Lane::new(Way::Down, id, &shared);
        tokio::try_join!(up.carry(from_client, to_server), down.carry(from_server, to_client))
    };
    if ended.is_err() {
        let _ = (client.set_zero_linger(), server.set_zero_linger());
    }
}

async fn connect(server: &str) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(KERNEL_BYTES)?;
    socket.connect(server.parse().expect("an address and a port")).await
}

/// One direction of one line.
struct Lane<'s> {
    way: Way,
    line: u64,
    shared: &'s Shared,
    weather: watch::Receiver<Weather>,
    input: BytesMut,
    messages: u64,
    pieces: VecDeque<Piece>,
    waiting_bytes: usize,
    /// After a byte that trickled: when the next may pass.
    next_byte: Instant,
}

/// What passes whole: an HTTP head, a frame, or the end. Empty bytes are the end.
struct Piece {
    arrived: Instant,
    bytes: Bytes,
}

/// The line is broken: by the weather, or by one of its sides.
struct Broken;

impl From<io::Error> for Broken {
    fn from(_: io::Error) -> Broken {
        Broken
    }
}

impl<'s> Lane<'s> {
    fn new(way: Way, line: u64, shared: &'s Shared) -> Lane<'s> {
        Lane {
            way,
            line,
            shared,
            weather: shared.weather.subscribe(),
            input: BytesMut::new(),
            messages: 0,
            pieces: VecDeque::new(),
            waiting_bytes: 0,
            next_byte: Instant::now(),
        }
    }

    async fn carry(mut self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> Result<(), Broken> {
        let mut ended = false;
        loop {
            let weather = *self.weather.borrow_and_update();
            if weather.over || self.line <= weather.reset {
                return Err(Broken);
            }
            let passage = match self.way {
                _ if self.line <= weather.lost => Passage::Nothing,
                Way::Up => weather.up,
                Way::Down => weather.down,
            };
            let next_due = self.next_due(passage);
            tokio::select! {
                changed = self.weather.changed() => changed.map_err(|_| Broken)?,
                () = due(next_due) => {
                    if self.pass(passage, &mut to).await? {
                        return Ok(());
                    }
                }
                read = from.read_buf(&mut self.input), if !ended && self.waiting_bytes < MOST_WAITING_BYTES => {
                    ended = read? == 0;
                    self.arrive(passage, ended)?;
                }
            }
        }
    }

    /// When the first piece may pass; `None`: not for now.
    fn next_due(&self, passage: Passage) -> Option<Instant> {
        let first = self.pieces.front()?;
        match passage {
            Passage::Clear | Passage::Twice => Some(first.arrived),
            Passage::Late(by) => Some(first.arrived + by),
            Passage::Trickle(_) => Some(self.next_byte),
            Passage::Nothing => None,
        }
    }

    /// Sorts what was read into pieces.
    fn arrive(&mut self, passage: Passage, ended: bool) -> Result<(), Broken> {
        let length = |input: &BytesMut, messages| match messages {
            0 => input.windows(4).position(|four| four == b"\r\n\r\n").map(|end| end + 4),
            _ => frame_length(input).filter(|length| input.len() >= *length),
        };
        while let Some(length) = length(&self.input, self.messages) {
            let bytes = self.input.split_to(length).freeze();
            // The head is the first message, the greeting the second.
            let is_message = self.messages > 1 && bytes[0] & 0x0f <= 2;
            self.messages += 1;
            if is_message && self.is_cut(|cut| matches!(cut, Cut::AtMessage)) {
                return Err(Broken);
            }
            if is_message && passage == Passage::Twice {
                self.wait(bytes.clone());
            }
            self.wait(bytes);
        }
        if ended {
            let rest = self.input.split().freeze();
            if !rest.is_empty() {
                self.wait(rest);
            }
            self.wait(Bytes::new());
        }
        Ok(())
    }

    fn wait(&mut self, bytes: Bytes) {
        self.waiting_bytes += bytes.len();
        self.pieces.push_back(Piece { arrived: Instant::now(), bytes });
    }

    /// Passes on the first piece, or a byte of it. True when that was the end.
    async fn pass(&mut self, passage: Passage, to: &mut WriteHalf<'_>) -> Result<bool, Broken> {
        let Some(piece) = self.pieces.front_mut() else { return Ok(false) };
        if piece.bytes.is_empty() {
            to.shutdown().await?;
            return Ok(true);
        }
        let mut now = piece.bytes.clone();
        if let Passage::Trickle(pace) = passage {
            now.truncate(1);
            self.next_byte = Instant::now() + pace;
        }
        drop(piece.bytes.split_to(now.len()));
        if piece.bytes.is_empty() {
            self.pieces.pop_front();
        }
        self.waiting_bytes -= now.len();
        let room = self.room_before_the_cut(now.len());
        to.write_all(&now[..room]).await?;
        if room < now.len() { Err(Broken) } else { Ok(false) }
    }

    /// How many of so many bytes pass before the line is cut.
    fn room_before_the_cut(&self, length: usize) -> usize {
        let mut cut = self.shared.cut.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((way, Cut::AfterBytes(left))) = &mut *cut else { return length };
        if *way != self.way {
            return length;
        }
        if *left >= length as u64 {
            *left -= length as u64;
            return length;
        }
        let room = *left as usize;
        *cut = None;
        room
    }

    fn is_cut(&self, meets: impl Fn(&Cut) -> bool) -> bool {
        let mut cut = self.shared.cut.lock().unwrap_or_else(PoisonError::into_inner);
        cut.take_if(|(way, cut)| *way == self.way && meets(cut)).is_some()
    }
}

async fn due(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
