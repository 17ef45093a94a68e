//! Which operations of a text exist, and what later ones may say about them.
//!
//! An operation stands in an object, beside an element of it, and may overwrite earlier operations; all of these are named
//! by the ids of operations. Automerge 0.12 panics when such a name leads nowhere, in every program that loads the text from then
//! on. So the names are looked up here first (SYN5). Deleted elements still exist: somebody offline may have typed behind them.
//!
//! Ids are kept as runs, since a sentence typed in one go has consecutive ones: some 30 bytes for each stroke of writing,
//! not for each letter. Actors are the numbers that the [`Graph`] gives them.

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

/// Operations with consecutive counters of one actor, in one object and of one kind.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: u64,
    count: u32,
    object: Id,
    made: Made,
}

/// What an operation made. Deletions make nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Made {
    /// A place in a sequence.
    Element,
    /// A value at a place or a key that had been there before.
    Value,
    /// An object; also a place in a sequence if it was inserted there.
    Object { kind: ObjType, depth: u8, inserted: bool },
}

impl Elements {
    /// Adds the operations of a change whose header was just added to the graph, if all that they name exists. On an error
    /// some of them may have been added: [take them back](Elements::take_back).
    pub fn add(&mut self, graph: &Graph, header: &Header, operations: &[Op]) -> Result<(), ElementError> {
        let mut names = Names { graph, seen: Vec::new() };
        let actor = graph.actor(&header.actor).ok_or(ElementError::Dangling)?;
        for (operation, counter) in operations.iter().zip(header.start_op..) {
            self.add_one(Id { counter, actor }, operation, &mut names)?;
        }
        Ok(())
    }

    /// Forgets what an actor did from this counter on.
    pub fn take_back(&mut self, actor: u32, from: u64) {
        let Some(runs) = self.runs.get_mut(actor as usize) else { return };
        runs.truncate(runs.partition_point(|run| run.first < from));
        if let Some(last) = runs.last_mut() {
            last.count = last.count.min((from - last.first) as u32);
        }
    }

    fn add_one(&mut self, id: Id, operation: &Op, names: &mut Names<'_>) -> Result<(), ElementError> {
        let object = match &operation.obj {
            ObjectId::Root => ROOT,
            ObjectId::Id(object) => names.id(object)?,
        };
        let (kind, depth) = self.object(object)?;
        self.expect_place(object, kind, operation, names)?;
        for overwritten in operation.pred.iter() {
            let run = self.run_of(names.id(overwritten)?).ok_or(ElementError::Dangling)?;
            ensure(run.object == object)?;
        }
        ensure(!operation.insert || operation.pred.is_empty())?;
        let made = match &operation.action {
            OpType::Make(_) if depth == MAX_DEPTH => return Err(ElementError::TooDeep),
            OpType::Make(kind) => Made::Object { kind: *kind, depth: depth + 1, inserted: operation.insert },
            OpType::Put(_) if operation.insert => Made::Element,
            OpType::Put(_) => Made::Value,
            OpType::MarkBegin(_) | OpType::MarkEnd(_) => {
                ensure(operation.insert && kind == ObjType::Text)?;
                Made::Element
            }
            OpType::Delete => return ensure(!operation.insert && !operation.pred.is_empty()),
            // A text has no counters.
            OpType::Increment(_) => return Err(ElementError::Dangling),
        };
        self.push(id, object, made);
        Ok(())
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

    /// A map has keys; a sequence has its head, behind which one can insert, and its elements.
    fn expect_place(
        &self,
        object: Id,
        kind: ObjType,
        operation: &Op,
        names: &mut Names<'_>,
    ) -> Result<(), ElementError> {
        let is_sequence = matches!(kind, ObjType::List | ObjType::Text);
        match &operation.key {
            Key::Map(_) => ensure(!is_sequence && !operation.insert),
            Key::Seq(ElementId::Head) => ensure(is_sequence && operation.insert),
            Key::Seq(ElementId::Id(element)) => {
                let run = self.run_of(names.id(element)?).ok_or(ElementError::Dangling)?;
                let is_element = matches!(run.made, Made::Element | Made::Object { inserted: true, .. });
                ensure(is_sequence && is_element && run.object == object)
            }
        }
    }

    fn run_of(&self, id: Id) -> Option<&Run> {
        let runs = self.runs.get(id.actor as usize)?;
        let run = &runs[runs.partition_point(|run| run.first <= id.counter).checked_sub(1)?];
        (id.counter - run.first < u64::from(run.count)).then_some(run)
    }

    fn push(&mut self, id: Id, object: Id, made: Made) {
        let actor = id.actor as usize;
        if self.runs.len() <= actor {
            self.runs.resize_with(actor + 1, Vec::new);
        }
        let runs = &mut self.runs[actor];
        match runs.last_mut() {
            Some(last)
                if (last.object, last.made) == (object, made)
                    && last.first + u64::from(last.count) == id.counter
                    && last.count < u32::MAX =>
            {
                last.count += 1;
            }
            _ => runs.push(Run { first: id.counter, count: 1, object, made }),
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
