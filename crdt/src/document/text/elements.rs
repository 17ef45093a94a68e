//! The identities of the characters of a text.
//!
//! Every code point and every marker in a text is an *element*, named for life by the actor who wrote it and a counter.
//! An anchor keeps such names; attribution reads the actor from them. [`Elements`] lists the living ones in text order.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use automerge::iter::Span;
use automerge::{ObjType, ScalarValueRef, Value, ValueRef};
use serde::{Deserialize, Serialize};

use super::Text;
use super::state::State;
use crate::ids::ActorId;

/// The name of one element, for life.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ElementId {
    /// The editing session that wrote it.
    pub actor: ActorId,
    /// Its number; letters typed in one go have consecutive ones.
    pub counter: u64,
}

impl ElementId {
    /// The name behind Automerge's id of an operation; `None` for the root.
    fn of(id: &automerge::ObjId) -> Option<ElementId> {
        match id {
            automerge::ObjId::Root => None,
            automerge::ObjId::Id(counter, actor, _) => {
                Some(ElementId { actor: ActorId(actor.to_bytes().to_vec()), counter: *counter })
            }
        }
    }
}

impl fmt::Display for ElementId {
    /// `counter@actor`, as Automerge prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.counter, self.actor)
    }
}

/// The living elements of a text, in text order.
pub struct Elements {
    actors: Vec<ActorId>,
    elements: Vec<Element>,
    /// By actor and counter, the place in `elements`.
    by_id: HashMap<(u32, u64), u32>,
}

/// One living element: which actor (an index), its counter, and the units it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Element {
    actor: u32,
    counter: u64,
    start: usize,
    width: usize,
}

impl Elements {
    /// All living elements. One pass over the text (0.2 µs a character).
    pub fn of(text: &Text) -> Elements {
        text.now().elements()
    }

    pub(super) fn in_state(state: &State<'_>) -> Elements {
        let mut list = List::default();
        if walk(state, &mut list).is_none() {
            list = List::default();
            look_up_each(state, &mut list);
        }
        let by_id =
            list.elements.iter().zip(0..).map(|(element, place)| ((element.actor, element.counter), place));
        Elements { by_id: by_id.collect(), actors: list.actors, elements: list.elements }
    }

    /// The element that covers the unit at `offset`; `None` beyond the end.
    pub fn at(&self, offset: usize) -> Option<ElementId> {
        let after = self.elements.partition_point(|element| element.start <= offset);
        let element = self.elements.get(after.checked_sub(1)?)?;
        (offset < element.start + element.width).then(|| self.name(element))
    }

    /// The units that this element covers now; `None` if it was deleted or never stood in this text.
    pub fn place(&self, actor: &ActorId, counter: u64) -> Option<Range<usize>> {
        let actor = u32::try_from(self.actors.iter().position(|known| known == actor)?).ok()?;
        let element = self.elements[*self.by_id.get(&(actor, counter))? as usize];
        Some(element.start..element.start + element.width)
    }

    /// The elements that stand in `range`, each with the units it covers. One that is only partly inside counts.
    pub fn within(&self, range: Range<usize>) -> impl Iterator<Item = (ElementId, Range<usize>)> + '_ {
        let from = self.elements.partition_point(|element| element.start + element.width <= range.start);
        self.elements[from..]
            .iter()
            .take_while(move |element| element.start < range.end)
            .map(|element| (self.name(element), element.start..element.start + element.width))
    }

    fn name(&self, element: &Element) -> ElementId {
        ElementId { actor: self.actors[element.actor as usize].clone(), counter: element.counter }
    }
}

#[derive(Default)]
struct List {
    actors: Vec<ActorId>,
    elements: Vec<Element>,
}

impl List {
    fn push(&mut self, id: ElementId, start: usize, width: usize) {
        // Neighbours are mostly of one actor.
        let before = self.elements.last().map(|element| element.actor as usize);
        let same = before.filter(|at| self.actors[*at] == id.actor);
        let known = same.or_else(|| self.actors.iter().position(|actor| *actor == id.actor));
        let actor = known.unwrap_or_else(|| {
            self.actors.push(id.actor);
            self.actors.len() - 1
        });
        let actor = u32::try_from(actor).expect("a text has fewer than 2^32 actors");
        self.elements.push(Element { actor, counter: id.counter, start, width });
    }
}

/// The fast way: Automerge's list of items, which also holds the ends of marks, laid beside the words, which do not.
///
/// An item that does not fit the next words is the end of a mark. A mark whose value is a string could be mistaken for
/// a letter; then a real letter is later left over, and the element before it does not bear the name it should. So
/// whenever a string is passed over, and at the end, the element before is looked up. `None`: in doubt.
fn walk(state: &State<'_>, list: &mut List) -> Option<()> {
    let mut words = Words::of(state);
    for item in state.items() {
        let start = words.offset;
        let width = match &item.value {
            ValueRef::Object(ObjType::Map) => words.take_marker(),
            ValueRef::Scalar(ScalarValueRef::Str(letters)) => words.take(letters),
            _ => None,
        };
        match (width, &item.value) {
            (Some(width), _) => list.push(ElementId::of(&item.id())?, start, width),
            (None, ValueRef::Scalar(ScalarValueRef::Str(_))) => is_right(state, list)?,
            (None, _) => {}
        }
    }
    is_right(state, list)?;
    words.is_done().then_some(())
}

fn is_right(state: &State<'_>, list: &List) -> Option<()> {
    let Some(last) = list.elements.last() else { return Some(()) };
    let (_, id) = state.get(last.start)?;
    let id = ElementId::of(&id)?;
    (id.counter == last.counter && id.actor == list.actors[last.actor as usize]).then_some(())
}

/// The sure way, twenty times slower: asks for the element at every offset.
fn look_up_each(state: &State<'_>, list: &mut List) {
    let mut offset = 0;
    while let Some((value, id)) = state.get(offset) {
        let width = match &value {
            Value::Scalar(scalar) => scalar.as_str().map_or(1, |letters| letters.encode_utf16().count()),
            Value::Object(_) => 1,
        };
        let Some(id) = ElementId::of(&id) else { return };
        list.push(id, offset, width.max(1));
        offset += width.max(1);
    }
}

/// The text as people read it, taken front to back.
struct Words {
    spans: std::vec::IntoIter<Span>,
    rest: String,
    taken: usize,
    offset: usize,
    marker: bool,
}

impl Words {
    fn of(state: &State<'_>) -> Words {
        let spans: Vec<Span> = state.spans().collect();
        let mut words =
            Words { spans: spans.into_iter(), rest: String::new(), taken: 0, offset: 0, marker: false };
        words.refill();
        words
    }

    fn refill(&mut self) {
        while !self.marker && self.taken == self.rest.len() {
            match self.spans.next() {
                Some(Span::Block(_)) => self.marker = true,
                Some(Span::Text { text, .. }) => (self.rest, self.taken) = (text, 0),
                None => return,
            }
        }
    }

    fn take_marker(&mut self) -> Option<usize> {
        if !std::mem::take(&mut self.marker) {
            return None;
        }
        self.advance(1);
        Some(1)
    }

    fn take(&mut self, letters: &str) -> Option<usize> {
        if self.marker || letters.is_empty() || !self.rest[self.taken..].starts_with(letters) {
            return None;
        }
        self.taken += letters.len();
        let width = letters.encode_utf16().count();
        self.advance(width);
        Some(width)
    }

    fn advance(&mut self, width: usize) {
        self.offset += width;
        self.refill();
    }

    fn is_done(&self) -> bool {
        !self.marker && self.taken == self.rest.len()
    }
}
