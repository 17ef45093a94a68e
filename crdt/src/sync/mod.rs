//! Writing together: the wire, and the room of a text.
//!
//! A [`Room`](room::Room) is where all the connections that have one text open meet. It is sans-IO: it takes an
//! [`Input`](events::Input) with the time, and returns an [`Output`](events::Output) that says what to store and what
//! to send. A change never enters Automerge on its way to the others: the room parses its header
//! ([`chunk`]), decides whether it may pass ([`admission`]), orders it in a graph of hashes ([`graph`]), asks for it to
//! be made durable, and only then relays the very bytes that came in.
//!
//! ```text
//! frame ─ wire ─ connection ─ Input::Sync ─► room ─ Output.commit ─► store
//!                                             ▲                        │
//!                    sockets ◄─ Output.send ──┴──── Input::Stored ◄────┘
//! ```
//!
//! The protocol is that of automerge-repo's WebSocket adapter, so that its unmodified clients work with us. What we
//! send is simpler than what they send: always version 1, no capability flags, and never a Bloom filter. The rules are
//! SYN1 and following in `SPEC.md`.

pub mod admission;
pub mod aside;
pub mod chunk;
pub mod connection;
pub mod elements;
pub mod events;
pub mod graph;
pub mod hall;
pub mod message;
pub mod presence;
pub mod quota;
pub mod room;
pub mod saved;
pub mod wire;
