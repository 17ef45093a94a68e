//! Mail: letters that wait until a server has taken them, and how they are brought to it.
//!
//! A [`Letter`](letter::Letter) is a record: it says what it is about and what became of each try, never what it will say. Its
//! words are written when it is sent (`app/letters.rs`), in its reader's language as it is then, so that no link and no
//! secret lies in the store while it waits. The [`Post`](post::Post) hands one message to the configured server.
//!
//! This module does not know whom letters are written to or why.

pub mod letter;
pub mod post;
