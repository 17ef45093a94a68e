//! A branch of a text: a copy that somebody works on apart, and what comes back of it.
//!
//! A branch begins with the whole history of its text, so that its letters are the same elements. What it proposes is the *exact*
//! difference: which elements went, which came, and where. [`squash`] replays that as one change on the text as the branch last knew
//! it. So what was typed and taken back on the way, and who typed it, are nowhere in the bytes, while every letter that stayed is
//! the same letter: comments keep their words, and what others write at the same time merges.
//!
//! ```
//! use crdt::document::{Block, BlockKind, Run, Text, Writer, branch};
//! use crdt::{ids::{ActorId, SeatId}, moment::Moment};
//!
//! let writer = |actor: u8, seat: u128| Writer {
//!     actor: ActorId(vec![actor; 16]), seat: Some(SeatId(uuid::Uuid::from_u128(seat))), at: Moment::from_unix_ms(0),
//! };
//! let title = Block::new("00000000000000a1".parse()?, BlockKind::Heading { level: 1 }, vec![Run::plain("Housing")]);
//! let (text, _) = Text::seed(&[title], &writer(1, 1))?;
//!
//! let mut samirs = text.clone();
//! samirs.edit(&writer(2, 2), |edit| edit.splice(8..8, " for a few"))?;
//! samirs.edit(&writer(2, 2), |edit| edit.splice(13..18, "all"))?;
//!
//! let squash = branch::squash(&text, &samirs, &writer(3, 3))?.expect("something has changed");
//! assert_eq!(squash.text.title(), "Housing for all");
//! let mut accepted = text.clone();
//! accepted.apply([&squash.change[..]])?;
//! assert_eq!(accepted.title(), "Housing for all");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Footprint`] says what a squash touches, and [`Footprint::touch`] whether that is still as it was. (Automerge's own way to
//! change a document as it was, `transaction_at` with `update_spans`, compares with the present document and loses words.)

mod compare;
mod footprint;

pub use footprint::{Footprint, Insertion, Reshaped, Touch, TouchState};

use self::compare::{Difference, Step};
use super::edit::{EditError, Writer};
use super::text::Text;
use crate::ids::ChangeHash;

/// What a branch comes to.
#[derive(Clone)]
pub struct Squash {
    /// The bytes of the one change.
    pub change: Vec<u8>,
    /// Its name.
    pub hash: ChangeHash,
    /// The text as the branch last knew it, with the change.
    pub text: Text,
    /// What it touches.
    pub footprint: Footprint,
}

/// Why a branch cannot be squashed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SquashError {
    /// The branch lacks changes of the text.
    #[error("this is no branch of that text: it lacks changes that the text has")]
    NotABranch,
    /// What came out does not read as the branch does: it holds something that this version cannot write.
    #[error("the branch holds something that cannot be written into the text")]
    Differs,
    /// The engine refused the change.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// The one change that makes `text` read as `branch`, whose history holds all of `text`'s; `None` if they read alike. The change
/// builds on `text`'s heads, is the first of `writer`'s actor, which must be fresh, and names no actor of the branch.
pub fn squash(text: &Text, branch: &Text, writer: &Writer) -> Result<Option<Squash>, SquashError> {
    if !branch.knows(&text.heads()) {
        return Err(SquashError::NotABranch);
    }
    let difference = Difference::between(text, branch).ok_or(SquashError::NotABranch)?;
    let mut squashed = text.clone();
    let edited = squashed.edit(writer, |edit| {
        // Backwards, so that the offsets of what comes before stay true.
        for step in difference.steps.iter().rev() {
            match step {
                // What comes is put in while what goes still stands, so that it follows the very element that it follows in the
                // branch.
                Step::Replace(gap) => {
                    let mut at = gap.old.start;
                    for piece in difference.pieces(gap) {
                        match piece {
                            compare::Piece::Words(words) => {
                                edit.replace(at..at, &words)?;
                                at += words.encode_utf16().count();
                            }
                            compare::Piece::Marker(block) => {
                                edit.insert_marker(at, block)?;
                                at += 1;
                            }
                        }
                    }
                    edit.replace(at..at + gap.old.len(), "")?;
                }
                Step::Reshape { marker, new } => edit.set_marker(*marker, &difference.new.blocks[*new])?,
            }
        }
        edit.set_marks(&difference.new.blocks, |_| true)
    })?;
    let Some(change) = edited.change else { return Ok(None) };
    if squashed.blocks() != difference.new.blocks {
        return Err(SquashError::Differs);
    }
    let hash = squashed.heads()[0];
    Ok(Some(Squash { change, hash, footprint: Footprint::of(&difference), text: squashed }))
}
