//! Who changed what between two states of a chapter: for words that came, who wrote them; for words that went, who deleted them.
//!
//! Every letter is an element that names the session which wrote it, so what came can be credited however often it was moved about
//! since. What went is found among the changes made in between. The server knows whose a session was, and which change an
//! amendment was.
//!
//! Nobody is credited with marks, with another kind of paragraph, and with what was brought from another chapter and changed there.

use std::ops::Range;

use super::comparison::{Compared, ComparedChapter, Stood};
use crate::document::blocks::Reading;
use crate::document::deletions::Deletions;
use crate::document::elements::{ElementId, Elements};
use crate::document::redline::{Change, RedRun};
use crate::document::state::State;
use crate::ids::{ActorId, ChangeHash, ChapterId};

/// Who changed some words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Author {
    /// The session. The server's table says whose it is.
    pub actor: ActorId,
    /// The change, or the latest of several.
    pub change: ChangeHash,
}

/// Words that one session changed, or that nobody did.
#[derive(Clone, Debug, PartialEq)]
pub struct CreditedRun {
    /// The words and their fate.
    pub run: RedRun,
    /// Who: `None` where nothing changed, and where it is not known.
    pub by: Option<Author>,
}

/// HIS26: the words of every paragraph of a chapter, in the same order, parted where authors change. `old` and `new` are its text at
/// the heads of both drafts, one history; either may be missing. Words joined are those of [`Compared::runs`].
pub fn credited(
    chapter: &ComparedChapter,
    old: Option<&State<'_>>,
    new: Option<&State<'_>>,
) -> Vec<Vec<CreditedRun>> {
    let deleted = match (old, new) {
        (Some(old), Some(new)) => new.deletions_since(&old.heads()),
        _ => Deletions::new(),
    };
    let before = Side::of(old, chapter.was.as_ref().map(|stood| stood.chapter));
    let after = Side::of(new, chapter.is.as_ref().map(|stood| stood.chapter));
    let since = new.zip(old).map(|(new, old)| new.changes_since(&old.heads()));
    let wrote = |element: &ElementId| {
        if before.has(element) {
            return None;
        }
        let change = new?.change_of(element)?;
        // Words that the old draft had lost by then come back: nobody wrote them in between.
        let is_new = since.as_ref().is_none_or(|since| since.contains(&change));
        is_new.then(|| Author { actor: element.actor.clone(), change })
    };
    let took_out = |element: &ElementId| match after.has(element) {
        true => None,
        false => deleted.get(element).map(|(actor, change)| Author { actor: actor.clone(), change: *change }),
    };
    let entry = |entry: &Compared| {
        let mut places = (before.place(entry.was.as_ref()), after.place(entry.is.as_ref()));
        let mut credited = Vec::new();
        for run in &entry.runs {
            let units = run.text.encode_utf16().count();
            let mut next = |old_side: bool| {
                let place = if old_side { &mut places.0 } else { &mut places.1 };
                let here = place.map(|place| place..place + units);
                *place = here.as_ref().map(|here| here.end);
                here
            };
            match run.change {
                Change::Kept | Change::Marked(_) => {
                    next(true);
                    next(false);
                    credited.push(CreditedRun { run: run.clone(), by: None });
                }
                Change::Inserted => credited.extend(parted(run, after.authors(next(false), wrote))),
                Change::Deleted => credited.extend(parted(run, before.authors(next(true), took_out))),
            }
        }
        credited
    };
    chapter.entries.iter().map(entry).collect()
}

/// One state of the text.
struct Side {
    chapter: Option<ChapterId>,
    text: Option<(Reading, Elements)>,
}

/// Units of one author.
type Part = (usize, Option<Author>);

impl Side {
    fn of(state: Option<&State<'_>>, chapter: Option<ChapterId>) -> Side {
        Side { chapter, text: state.map(|state| (state.read(), state.elements())) }
    }

    fn has(&self, element: &ElementId) -> bool {
        let place = |(_, elements): &(Reading, Elements)| elements.place(&element.actor, element.counter);
        self.text.as_ref().and_then(place).is_some()
    }

    /// Where the words of a paragraph begin; `None` if the text does not have it at that place.
    fn place(&self, stood: Option<&Stood>) -> Option<usize> {
        let stood = stood.filter(|stood| Some(stood.chapter) == self.chapter)?;
        let (reading, _) = self.text.as_ref()?;
        let is_here = reading.blocks.get(stood.at)?.id == stood.block.id;
        is_here.then(|| reading.places[stood.at].start)
    }

    /// Who `asked` names for the elements in a range, gathered. Elements of nobody go with those before them.
    fn authors(
        &self,
        range: Option<Range<usize>>,
        asked: impl Fn(&ElementId) -> Option<Author>,
    ) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let Some((range, (_, elements))) = range.zip(self.text.as_ref()) else { return parts };
        for (element, units) in elements.within(range) {
            let author = asked(&element);
            match (parts.last_mut(), author) {
                (Some((length, _)), None) => *length += units.len(),
                (Some((length, Some(last))), Some(author)) if last.actor == author.actor => {
                    *length += units.len();
                    last.change = author.change;
                }
                (Some((length, nobody @ None)), Some(author)) => {
                    *length += units.len();
                    *nobody = Some(author);
                }
                (_, author) => parts.push((units.len(), author)),
            }
        }
        parts
    }
}

/// The words of a run, parted by their authors.
fn parted(run: &RedRun, parts: Vec<Part>) -> Vec<CreditedRun> {
    let units: Vec<u16> = run.text.encode_utf16().collect();
    // What is credited must be these very words; if the text says otherwise, nobody is.
    if parts.iter().map(|(length, _)| length).sum::<usize>() != units.len() {
        return vec![CreditedRun { run: run.clone(), by: None }];
    }
    let mut from = 0;
    let part = |(length, by): Part| {
        let text = String::from_utf16_lossy(&units[from..from + length]);
        from += length;
        CreditedRun { run: RedRun { text, ..run.clone() }, by }
    };
    parts.into_iter().map(part).collect()
}
