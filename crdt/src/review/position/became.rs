//! What became of something that a component said: it holds, waits, was followed by something else, or was taken back.

use super::{Lifted, Position, Said};

/// What became of something that was said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Became<'a> {
    /// It is what the component says. How it stands to the words is [`Said::standing`]'s.
    Holds,
    /// It came late, and nobody has let it in yet.
    Waits,
    /// The component said this after it.
    Replaced(&'a Said),
    /// The component took it back.
    Lifted(Lifted),
}

impl Position {
    /// REV82: what became of what was said `at` this place of [`Position::said`]; `None` when there is no such place. What counts is
    /// replaced by the next that counts, what waits by whatever is said after it: only the last can be let in.
    ///
    /// It knows only what is in the record: whoever tells others leaves out before what those may not read.
    pub fn became(&self, at: usize) -> Option<Became<'_>> {
        let said = self.said.get(at)?;
        if let Some(lifted) = said.lifted {
            return Some(Became::Lifted(lifted));
        }
        let waits = !said.submission.counts();
        let next = self.said[at + 1..].iter().find(|next| waits || next.submission.counts());
        Some(match next {
            Some(next) => Became::Replaced(next),
            None if waits => Became::Waits,
            None => Became::Holds,
        })
    }
}
