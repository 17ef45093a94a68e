//! One WebSocket.
//!
//! The response to the upgrade streams the socket's queue; the request's body is read here, frame by frame, and handed
//! to a [`Connection`], which sorts it. The seat is settled before the upgrade and does not change while the socket is
//! open; what it may do is asked again for every message, and at once when rights change.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::body::{BodyStream, BoxBody, MessageBody};
use actix_http::ws::{Codec, Frame, Item, ProtocolError, handshake};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use bytes::{Bytes, BytesMut};
use crdt::ids::{SeatId, TextId};
use crdt::moment::Moment;
use crdt::sync::connection::{Connection, Heard};
use crdt::sync::events::{Access, CloseCode, ConnectionId, Input, Speaker};
use crdt::sync::wire::{document_id, say};
use futures_util::StreamExt;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tokio_util::codec::Decoder;

use super::outbox::{self, Queue, QueueBody};
use super::registry::Registry;
use super::room_task::ToRoom;
use super::{Live, Shared};

/// Upgrades a request to a socket that speaks for `seat`. Who that is, and whether the request may come from where it comes
/// from, was settled before. `login` names what it was settled by, for [`Live::end_login`].
pub async fn open(
    request: HttpRequest,
    payload: Payload,
    live: Data<Live>,
    seat: SeatId,
    login: Option<String>,
) -> actix_web::Result<HttpResponse> {
    let mut response = handshake(request.head()).map_err(actix_web::error::ErrorBadRequest)?;
    let shared = live.shared.clone();
    let id = live.next_connection();
    let queue = shared.outboxes.open(id, shared.settings.max_queue_bytes);
    let body = BodyStream::new(QueueBody(queue.clone())).boxed();
    let socket = Socket::new(id, (seat, login), shared, queue);
    actix_web::rt::spawn(socket.run(payload));
    let response: actix_http::Response<BoxBody> = response.message_body(body)?;
    Ok(response.into())
}

struct Socket {
    id: ConnectionId,
    seat: SeatId,
    login: Option<String>,
    shared: Arc<Shared>,
    queue: Rc<Queue>,
    connection: Connection,
    /// The texts it is in, by what it might do there when it was last asked.
    texts: BTreeMap<TextId, Access>,
    fragments: Option<BytesMut>,
    /// A message that has begun and not ended: since when, and how much of it has come.
    unfinished: Option<(Instant, usize)>,
    heard_at: Instant,
}

/// A message may take a second longer for every so many bytes of it.
const SLOWEST_BYTES_PER_SECOND: usize = 16 << 10;

impl Socket {
    fn new(
        id: ConnectionId,
        (seat, login): (SeatId, Option<String>),
        shared: Arc<Shared>,
        queue: Rc<Queue>,
    ) -> Socket {
        let server = shared.settings.room.server.clone();
        let settings = &shared.settings;
        let connection =
            Connection::new(server, settings.storage_id.clone(), steady_now(), settings.join_within);
        let heard_at = Instant::now();
        Socket {
            id,
            seat,
            login,
            shared,
            queue,
            connection,
            texts: BTreeMap::new(),
            fragments: None,
            unfinished: None,
            heard_at,
        }
    }

    async fn run(mut self, payload: Payload) {
        let code = self.read(payload).await;
        if let Some(code) = code
            && !self.queue.is_finished()
        {
            self.queue.push(outbox::close(code));
        }
        self.queue.finish();
        if self.queue.is_overflowed() {
            tracing::info!(connection = %self.id, seat = %self.seat, "a client that does not read was cut off");
        }
        for text in std::mem::take(&mut self.texts).into_keys() {
            self.to_room(text, Input::Left { connection: self.id }).await;
        }
        self.shared.outboxes.remove(self.id);
    }

    /// Reads until the socket ends. `Some` is the reason to give the client.
    async fn read(&mut self, mut payload: Payload) -> Option<CloseCode> {
        if !self.shared.rights.is_held(self.seat) {
            return Some(CloseCode::NotSignedIn);
        }
        let mut codec = Codec::new().max_size(self.shared.settings.max_message_bytes);
        let mut input = BytesMut::new();
        let mut heartbeat = every(self.shared.settings.heartbeat);
        let mut rights = self.shared.rights_epoch.subscribe();
        let mut ended_logins = self.shared.ended_logins.subscribe();
        let mut stopping = self.shared.stopping.subscribe();
        loop {
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => return Some(CloseCode::Restart),
                changed = rights.changed() => {
                    changed.ok()?;
                    if let Some(code) = self.rights_changed().await {
                        return Some(code);
                    }
                }
                ended = ended_logins.recv() => match ended {
                    Ok(login) if self.login.as_deref() == Some(&*login) => return Some(CloseCode::NotSignedIn),
                    Ok(_) => {}
                    // One of those that were missed may have been this one: who comes back is asked again.
                    Err(_) => return Some(CloseCode::Restart),
                },
                _ = heartbeat.tick() => {
                    if let Some(code) = self.check_pulse() {
                        return Some(code);
                    }
                }
                chunk = payload.next() => {
                    let chunk = chunk?.ok()?;
                    input.extend_from_slice(&chunk);
                    self.heard_at = Instant::now();
                    loop {
                        match codec.decode(&mut input) {
                            Ok(None) => break,
                            Ok(Some(frame)) => {
                                if let Err(code) = self.take(frame).await {
                                    return code;
                                }
                                self.unfinished.take_if(|_| self.fragments.is_none());
                            }
                            Err(ProtocolError::Overflow) => return Some(CloseCode::TooBig),
                            Err(_) => return Some(CloseCode::Malformed),
                        }
                    }
                    self.note_unfinished(!input.is_empty(), chunk.len());
                }
            }
            if self.queue.is_finished() {
                return None;
            }
        }
    }

    fn note_unfinished(&mut self, frame: bool, came_bytes: usize) {
        self.unfinished = match self.unfinished {
            _ if !frame && self.fragments.is_none() => None,
            Some((since, bytes)) => Some((since, bytes + came_bytes)),
            None => Some((Instant::now(), came_bytes)),
        };
    }

    /// The client is cut off if it never joined, never ends a message or fell silent; otherwise it is asked for a sign of life.
    fn check_pulse(&mut self) -> Option<CloseCode> {
        if let Some((since, bytes)) = self.unfinished {
            let more = Duration::from_secs((bytes / SLOWEST_BYTES_PER_SECOND) as u64);
            if since.elapsed() > self.shared.settings.join_within + more {
                return Some(CloseCode::HandshakeTooSlow);
            }
        }
        if self.connection.deadline().is_some_and(|deadline| steady_now() >= deadline) {
            return Some(CloseCode::HandshakeTooSlow);
        }
        if self.heard_at.elapsed() > self.shared.settings.patience() {
            return Some(CloseCode::Overloaded);
        }
        self.queue.push(outbox::ping());
        None
    }

    /// Takes a WebSocket frame; `Err` ends the socket.
    async fn take(&mut self, frame: Frame) -> Result<(), Option<CloseCode>> {
        match frame {
            Frame::Binary(message) => self.hear(message).await,
            Frame::Continuation(part) => self.take_part(part).await,
            Frame::Ping(data) => {
                self.queue.push(outbox::pong(&data));
                Ok(())
            }
            Frame::Pong(_) => Ok(()),
            Frame::Text(_) => Err(Some(CloseCode::Malformed)),
            Frame::Close(_) => Err(None),
        }
    }

    async fn take_part(&mut self, part: Item) -> Result<(), Option<CloseCode>> {
        let (data, last) = match part {
            Item::FirstText(_) => return Err(Some(CloseCode::Malformed)),
            Item::FirstBinary(data) => {
                self.fragments = Some(BytesMut::new());
                (data, false)
            }
            Item::Continue(data) => (data, false),
            Item::Last(data) => (data, true),
        };
        let fragments = self.fragments.as_mut().ok_or(Some(CloseCode::Malformed))?;
        if fragments.len() + data.len() > self.shared.settings.max_message_bytes {
            return Err(Some(CloseCode::TooBig));
        }
        fragments.extend_from_slice(&data);
        match self.fragments.take_if(|_| last) {
            Some(message) => self.hear(message.freeze()).await,
            None => Ok(()),
        }
    }

    /// Takes a whole message.
    async fn hear(&mut self, message: Bytes) -> Result<(), Option<CloseCode>> {
        match self.connection.hear(steady_now(), &message) {
            Heard::Reply(reply) => self.queue.push(outbox::binary(&reply)),
            Heard::Sync { text, data } => return self.sync(text, data).await,
            Heard::Unknown { document } => self.unavailable(&document),
            Heard::Caret { text, data } => {
                if self.texts.contains_key(&text) {
                    self.to_room(text, Input::Caret { connection: self.id, data }).await;
                }
            }
            Heard::Nothing => {}
            Heard::Close(code) => return Err(Some(code)),
        }
        Ok(())
    }

    async fn sync(&mut self, text: TextId, data: Bytes) -> Result<(), Option<CloseCode>> {
        let access = self.shared.rights.access(self.seat, text);
        if access == Access::None && !self.texts.contains_key(&text) {
            self.unavailable(&document_id(text));
            return Ok(());
        }
        if access == Access::None {
            self.texts.remove(&text);
        } else {
            self.texts.insert(text, access);
        }
        let peer = self.connection.peer().unwrap_or_default().to_owned();
        let speaker = Speaker { seat: self.seat, peer };
        let reached = self.to_room(text, Input::Sync { connection: self.id, speaker, access, data }).await;
        if reached { Ok(()) } else { Err(Some(CloseCode::Restart)) }
    }

    fn unavailable(&self, document: &str) {
        let server = &self.shared.settings.room.server;
        let frame = say::unavailable(server, self.connection.peer().unwrap_or_default(), document);
        self.queue.push(outbox::binary(&frame));
    }

    /// Leaves the texts that it may no longer read; ends if the seat is gone.
    async fn rights_changed(&mut self) -> Option<CloseCode> {
        if !self.shared.rights.is_held(self.seat) {
            return Some(CloseCode::NotSignedIn);
        }
        let lost: Vec<TextId> = self
            .texts
            .keys()
            .copied()
            .filter(|text| self.shared.rights.access(self.seat, *text) == Access::None)
            .collect();
        for text in lost {
            self.texts.remove(&text);
            self.to_room(text, Input::Left { connection: self.id }).await;
            self.unavailable(&document_id(text));
        }
        None
    }

    async fn to_room(&self, text: TextId, input: Input) -> bool {
        Registry::send(&self.shared, text, ToRoom::Input(input)).await.is_ok()
    }
}

/// The pace of a connection runs on the machine's steady clock, whatever day the service believes it is.
fn steady_now() -> Moment {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    Moment::EPOCH + START.get_or_init(Instant::now).elapsed()
}

fn every(pace: Duration) -> Interval {
    let mut heartbeat = interval_at(Instant::now() + pace, pace);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeat
}
