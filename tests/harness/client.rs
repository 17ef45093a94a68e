//! The two kinds of programs that people write with.
//!
//! A client is told what happens on its machine and answers with the sync messages to send. It knows neither wires nor
//! frames; [`Person`](crate::person::Person) wraps what it says.

mod ours;
mod stock;

use automerge::ChangeHash;

pub use ours::Ours;
pub use stock::Stock;

use crate::desk::Desk;
use crate::frames::FromServer;

/// Milliseconds since the beginning of the simulation.
pub type Millis = u64;

/// A program that keeps a desk in step with the server.
pub trait Client {
    /// The connection is ready.
    fn up(&mut self, now: Millis, desk: &mut Desk) -> Vec<Vec<u8>>;

    /// The connection is gone.
    fn down(&mut self);

    /// The server said something about the text.
    fn hear(&mut self, now: Millis, desk: &mut Desk, said: FromServer) -> Vec<Vec<u8>>;

    /// The desk has a new change of its own.
    fn wrote(&mut self, now: Millis, desk: &mut Desk) -> Vec<Vec<u8>>;

    /// The moment that [`Client::wakes_at`] named has come.
    fn woke(&mut self, now: Millis, desk: &mut Desk) -> Vec<Vec<u8>>;

    /// When there will be something to do.
    fn wakes_at(&self) -> Option<Millis>;

    /// What the server is known to have made durable, as far as it is on the desk. Whatever is an ancestor of these heads is
    /// shown as saved.
    fn server_heads(&self, desk: &Desk) -> Vec<ChangeHash>;
}
