//! Amendments over HTTP and sockets: drafted in private, submitted, spoken to, decided.

mod deciding;
mod drafting;
mod in_rounds;
pub mod people;
mod pictures;
mod speaking;
mod telling;

pub use people::arrives;
