//! Which of two elements stands first in its sequence, deleted or not.
//!
//! Elements form a tree: each is a child of the one it was inserted behind. The sequence is that tree read from the top, an
//! element before its children, and among siblings the one with the greater id first: whoever inserted later stands closer.
//! To compare two elements it is enough to find where their ways down from the head part.
//!
//! Only marks need this, and a way has one step for each run, not for each letter.

use std::cmp::Ordering;

use super::super::graph::Graph;
use super::{ElementError, Elements, Id, Place};

/// A step on the way down to an element: a run, entered at its first element and left behind one of its elements.
#[derive(Clone, Copy)]
struct Step {
    first: Id,
    left_at: u64,
}

impl Elements {
    /// A mark's end stands behind its beginning.
    pub(super) fn expect_order(
        &self,
        graph: &Graph,
        object: Id,
        begin: Id,
        end: Id,
    ) -> Result<(), ElementError> {
        let same_object = self.run_of(begin).is_some_and(|run| run.object == object);
        let ordered = same_object && self.compare(graph, begin, end) == Ordering::Less;
        if ordered { Ok(()) } else { Err(ElementError::MarkOutOfOrder) }
    }

    fn compare(&self, graph: &Graph, one: Id, other: Id) -> Ordering {
        let (ways, others) = (self.way_to(one), self.way_to(other));
        let parting =
            ways.iter().zip(&others).position(|(a, b)| a.first != b.first || a.left_at != b.left_at);
        let Some(at) = parting else {
            // One way is the beginning of the other: an element stands before what was inserted behind it.
            return ways.len().cmp(&others.len());
        };
        let (a, b) = (ways[at], others[at]);
        if a.first != b.first {
            return younger_first(graph, a.first, b.first);
        }
        // They share the run up to where the first of them leaves it: there it ends, or turns off into another run.
        let (shorter, turned) =
            if a.left_at < b.left_at { (a, ways.get(at + 1)) } else { (b, others.get(at + 1)) };
        let stays = Id { counter: shorter.first.counter + shorter.left_at + 1, ..shorter.first };
        let of_shorter = turned.map_or(Ordering::Less, |step| younger_first(graph, step.first, stays));
        if a.left_at < b.left_at { of_shorter } else { of_shorter.reverse() }
    }

    /// The way from the head of the sequence down to an element.
    fn way_to(&self, element: Id) -> Vec<Step> {
        let mut way = Vec::new();
        let mut next = Some(element);
        while let Some((id, (run, offset))) = next.and_then(|id| Some((id, self.run_at(id)?))) {
            way.push(Step { first: Id { counter: run.first, ..id }, left_at: offset });
            next = match run.place {
                Place::Element(parent) => Some(parent),
                Place::Head | Place::Key(_) => None,
            };
        }
        way.reverse();
        way
    }
}

/// Siblings: the greater id stands first. Ids compare by counter, then by the bytes of their actors.
fn younger_first(graph: &Graph, one: Id, other: Id) -> Ordering {
    let by_actor = || graph.actor_named(other.actor).cmp(&graph.actor_named(one.actor));
    other.counter.cmp(&one.counter).then_with(by_actor)
}
