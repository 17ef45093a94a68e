//! Which operations of a text exist, and what later ones may say about them.
//!
//! An operation stands in an object, at a place in it, and may overwrite what stands there already; all of these are named by
//! the ids of operations. Automerge 0.12 panics when such a name leads nowhere, in every program that takes the change in, or
//! writes the text down in a way that it can never read again. So every name is looked up here first (SYN5). Deleted elements
//! still exist: somebody offline may have typed behind them.
//!
//! Letters typed in one go have consecutive ids and stand one behind the other; they are kept as one run, some 80
//! bytes for a stroke of writing, not for a letter. Actors are the numbers that the [`Graph`] gives them.

mod order;
mod saved;

use automerge::ObjType;
use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};

use super::chunk::Header;
use super::graph::Graph;
use crate::ids::ActorId;

/// Objects nested deeper than this are refused. A text needs three: the words, a marker, its attributes.
pub const MAX_DEPTH: u8 = 16;

/// Why operations cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ElementError {
    /// It names something that does not exist, or that is not what it is used as.
    #[error("an operation refers to something that is not there")]
    Dangling,
    /// A mark has no end, or ends before it begins.
    #[error("a mark does not end behind its beginning")]
    MarkOutOfOrder,
    /// It nests objects too deeply.
    #[error("objects are nested more than {MAX_DEPTH} deep")]
    TooDeep,
}

/// The operations of a text. See the module's documentation.
#[derive(Default)]
pub struct Elements {
    /// By the number of their actor, ascending.
    runs: Vec<Vec<Run>>,
}

/// The name of an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Id {
    counter: u64,
    actor: u32,
}

/// Counters begin at 1, so that this names no operation.
const ROOT: Id = Id { counter: 0, actor: 0 };

/// Operations with consecutive counters of one actor that made elements of one object, each behind the one before; or a
/// single operation of any other kind.
#[derive(Clone, Debug)]
struct Run {
    first: u64,
    count: u32,
    object: Id,
    /// Where the first of them stands: behind what it was inserted, or what it is a value of.
    place: Place,
    made: Made,
}

/// Where in an object something stands.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Place {
    Head,
    Element(Id),
    Key(Box<str>),
}

/// What an operation made. Deletions make nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Made {
    /// A place in a sequence.
    Element,
    /// A value at a key, or at an element that was there before.
    Value,
    /// An object; also a place in a sequence if it was inserted there.
    Object { kind: ObjType, depth: u8, inserted: bool },
}

impl Made {
    fn is_element(self) -> bool {
        matches!(self, Made::Element | Made::Object { inserted: true, .. })
    }
}

impl Elements {
    /// Adds the operations of a change whose header was just added to the graph, if all that they name exists. On an error
    /// some of them may have been added: [take them back](Elements::take_back).
    pub fn add(&mut self, graph: &Graph, header: &Header, operations: &[Op]) -> Result<(), ElementError> {
        let mut names = Names { graph, seen: Vec::new() };
        let actor = graph.actor(&header.actor).ok_or(ElementError::Dangling)?;
        let mut open_mark: Option<Id> = None;
        for (operation, counter) in operations.iter().zip(header.start_op..) {
            let id = Id { counter, actor };
            let object = self.add_one(id, operation, &mut names)?;
            // Automerge writes both ends of a mark one after the other, and reads them in no other way.
            match (&operation.action, open_mark.take()) {
                (OpType::MarkBegin(_), None) => open_mark = Some(id),
                (OpType::MarkEnd(_), Some(begin)) => self.expect_order(graph, object, begin, id)?,
                (OpType::MarkBegin(_), Some(_)) | (OpType::MarkEnd(_), None) | (_, Some(_)) => {
                    return Err(ElementError::MarkOutOfOrder);
                }
                (_, None) => {}
            }
        }
        if open_mark.is_some() { Err(ElementError::MarkOutOfOrder) } else { Ok(()) }
    }

    /// Forgets what an actor did from this counter on.
    pub fn take_back(&mut self, actor: u32, from: u64) {
        let Some(runs) = self.runs.get_mut(actor as usize) else { return };
        runs.truncate(runs.partition_point(|run| run.first < from));
        if let Some(last) = runs.last_mut() {
            last.count = last.count.min((from - last.first) as u32);
        }
    }

    /// How much room they take in memory, in bytes, about. Keys of maps are short and not counted.
    pub fn held_bytes(&self) -> usize {
        self.runs.iter().map(|runs| size_of::<Vec<Run>>() + runs.capacity() * size_of::<Run>()).sum()
    }

    /// Adds one operation; returns the object that it stands in.
    fn add_one(&mut self, id: Id, operation: &Op, names: &mut Names<'_>) -> Result<Id, ElementError> {
        let object = match &operation.obj {
            ObjectId::Root => ROOT,
            ObjectId::Id(object) => names.id(object)?,
        };
        let (kind, depth) = self.object(object)?;
        let place = self.place(object, kind, operation, names)?;
        for overwritten in operation.pred.iter() {
            self.expect_at(names.id(overwritten)?, object, &place)?;
        }
        let is_sequence = matches!(kind, ObjType::List | ObjType::Text);
        // What is inserted is new, and an element that was there is overwritten by name; a key may be new.
        ensure(if operation.insert {
            operation.pred.is_empty()
        } else {
            !is_sequence || !operation.pred.is_empty()
        })?;
        // Letters come and go; none is ever written over.
        ensure(operation.insert || kind != ObjType::Text || operation.action == OpType::Delete)?;
        let made = match &operation.action {
            OpType::Make(_) if depth == MAX_DEPTH => return Err(ElementError::TooDeep),
            OpType::Make(kind) => Made::Object { kind: *kind, depth: depth + 1, inserted: operation.insert },
            OpType::Put(_) if operation.insert => Made::Element,
            OpType::Put(_) => Made::Value,
            OpType::MarkBegin(_) | OpType::MarkEnd(_) => {
                ensure(operation.insert && kind == ObjType::Text)?;
                Made::Element
            }
            OpType::Delete => return ensure(!operation.pred.is_empty()).map(|()| object),
            // A text has no counters.
            OpType::Increment(_) => return Err(ElementError::Dangling),
        };
        self.push(id, object, place, made);
        Ok(object)
    }

    /// The kind and depth of an object.
    fn object(&self, id: Id) -> Result<(ObjType, u8), ElementError> {
        if id == ROOT {
            return Ok((ObjType::Map, 0));
        }
        match self.run_of(id).map(|run| run.made) {
            Some(Made::Object { kind, depth, .. }) => Ok((kind, depth)),
            Some(Made::Element | Made::Value) | None => Err(ElementError::Dangling),
        }
    }

    /// Where an operation stands. A map has keys; a sequence has its head, behind which one can insert, and its elements.
    fn place(
        &self,
        object: Id,
        kind: ObjType,
        operation: &Op,
        names: &mut Names<'_>,
    ) -> Result<Place, ElementError> {
        let is_sequence = matches!(kind, ObjType::List | ObjType::Text);
        match &operation.key {
            Key::Map(key) => {
                ensure(!is_sequence && !operation.insert).map(|()| Place::Key(key.as_str().into()))
            }
            Key::Seq(ElementId::Head) => ensure(is_sequence && operation.insert).map(|()| Place::Head),
            Key::Seq(ElementId::Id(element)) => {
                let element = names.id(element)?;
                let run = self.run_of(element).ok_or(ElementError::Dangling)?;
                ensure(is_sequence && run.made.is_element() && run.object == object)?;
                Ok(Place::Element(element))
            }
        }
    }

    /// What is overwritten stands at the same place: it is the element itself, or a value there.
    fn expect_at(&self, id: Id, object: Id, place: &Place) -> Result<(), ElementError> {
        let run = self.run_of(id).ok_or(ElementError::Dangling)?;
        let stands_there =
            if run.made.is_element() { *place == Place::Element(id) } else { run.place == *place };
        ensure(run.object == object && stands_there)
    }

    fn run_of(&self, id: Id) -> Option<&Run> {
        self.run_at(id).map(|(run, _)| run)
    }

    /// The run that an operation belongs to, and its place in it, counted from 0.
    fn run_at(&self, id: Id) -> Option<(&Run, u64)> {
        let runs = self.runs.get(id.actor as usize)?;
        let run = &runs[runs.partition_point(|run| run.first <= id.counter).checked_sub(1)?];
        let offset = id.counter - run.first;
        (offset < u64::from(run.count)).then_some((run, offset))
    }

    fn push(&mut self, id: Id, object: Id, place: Place, made: Made) {
        let actor = id.actor as usize;
        if self.runs.len() <= actor {
            self.runs.resize_with(actor + 1, Vec::new);
        }
        let runs = &mut self.runs[actor];
        match runs.last_mut() {
            Some(last)
                if made == Made::Element
                    && (last.object, last.made) == (object, made)
                    && last.first + u64::from(last.count) == id.counter
                    && place == Place::Element(Id { counter: id.counter - 1, ..id })
                    && last.count < u32::MAX =>
            {
                last.count += 1;
            }
            _ => runs.push(Run { first: id.counter, count: 1, object, place, made }),
        }
    }
}

/// Actors by their numbers, looked up once for each change.
struct Names<'g> {
    graph: &'g Graph,
    seen: Vec<(automerge::ActorId, u32)>,
}

impl Names<'_> {
    fn id(&mut self, id: &OpId) -> Result<Id, ElementError> {
        let known = self.seen.iter().find(|(actor, _)| actor == id.actor()).map(|(_, number)| *number);
        let actor = match known {
            Some(number) => number,
            None => {
                let actor = ActorId(id.actor().to_bytes().to_vec());
                let number = self.graph.actor(&actor).ok_or(ElementError::Dangling)?;
                self.seen.push((id.actor().clone(), number));
                number
            }
        };
        Ok(Id { counter: id.counter(), actor })
    }
}

fn ensure(holds: bool) -> Result<(), ElementError> {
    if holds { Ok(()) } else { Err(ElementError::Dangling) }
}
