//! The graph of changes of one text, keyed by hash.
//!
//! It knows of each change what is needed to order it and to answer "what do you lack?": its dependencies, its actor and
//! sequence, its range of operations. It has never heard of words. Nodes are numbered in order of arrival, which is also
//! the order of the log (node *i* is log entry *i + 1*), and a dependency always has a lower number.

mod saved;

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::ops::Deref;

use hashbrown::HashTable;

use super::chunk::Header;
use crate::ids::{ActorId, ChangeHash};

/// The number of a change in its graph: 0 for the first.
pub type NodeIx = u32;

/// Why a header does not fit the graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GraphError {
    /// A dependency is not here (yet).
    #[error("it depends on changes that are not here")]
    MissingDependencies,
    /// It is not the next change of its actor.
    #[error("it is number {got} of its actor, expected number {expected}")]
    WrongSequence {
        /// The number that would fit.
        expected: u64,
        /// The number it has.
        got: u64,
    },
    /// It does not build on its actor's last change.
    #[error("it does not depend on its actor's last change")]
    ForgetsItself,
    /// Its operations do not count on from its dependencies.
    #[error("its operations start at {start_op}, which is not within {slack} after {after}")]
    CounterOutOfRange {
        /// Where they start.
        start_op: u64,
        /// The last counter before it.
        after: u64,
        /// How far ahead they may start.
        slack: u64,
    },
}

/// How far behind the last operation of its dependencies a change may start. Offline copies and isolated transactions
/// start a few operations late; a counter that jumps would use up the range of counters for everybody.
pub const START_OP_SLACK: u64 = 10_000;

struct Node {
    hash: ChangeHash,
    dependencies: Dependencies,
    actor: u32,
    /// The change of the same actor before it.
    previous: Option<NodeIx>,
    start_op: u64,
    max_op: u64,
}

/// The changes that a change follows directly. Nearly always one, which needs no room of its own.
enum Dependencies {
    One(NodeIx),
    Many(Box<[NodeIx]>),
}

impl Deref for Dependencies {
    type Target = [NodeIx];

    fn deref(&self) -> &[NodeIx] {
        match self {
            Dependencies::One(only) => std::slice::from_ref(only),
            Dependencies::Many(all) => all,
        }
    }
}

impl From<Vec<NodeIx>> for Dependencies {
    fn from(all: Vec<NodeIx>) -> Self {
        match all[..] {
            [only] => Dependencies::One(only),
            _ => Dependencies::Many(all.into()),
        }
    }
}

/// How far an actor has come.
#[derive(Clone, Copy, Default)]
struct Progress {
    seq: u64,
    last: Option<NodeIx>,
}

/// All changes of a text. See the module's documentation.
#[derive(Default)]
pub struct Graph {
    nodes: Vec<Node>,
    by_hash: HashTable<NodeIx>,
    actors: BTreeMap<ActorId, u32>,
    progress: Vec<Progress>,
    heads: Vec<NodeIx>,
}

impl Graph {
    /// How many changes there are.
    pub fn len(&self) -> NodeIx {
        self.nodes.len() as NodeIx
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The number of a change.
    pub fn find(&self, hash: &ChangeHash) -> Option<NodeIx> {
        self.by_hash.find(spread(hash), |node| self.nodes[*node as usize].hash == *hash).copied()
    }

    /// The hash of a change.
    pub fn hash(&self, node: NodeIx) -> ChangeHash {
        self.nodes[node as usize].hash
    }

    /// Whether any change of this actor is here.
    pub fn knows_actor(&self, actor: &ActorId) -> bool {
        self.actors.contains_key(actor)
    }

    /// The number of an actor, in order of arrival from 0; `None` if no change of it is here.
    pub fn actor(&self, actor: &ActorId) -> Option<u32> {
        self.actors.get(actor).copied()
    }

    /// How many actors there are.
    pub fn actor_count(&self) -> u32 {
        self.progress.len() as u32
    }

    /// All actors with their numbers, in no order that means anything.
    pub fn actors(&self) -> impl Iterator<Item = (&ActorId, u32)> {
        self.actors.iter().map(|(actor, number)| (actor, *number))
    }

    /// The changes that no other change follows, sorted by hash.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.hashes(&self.heads)
    }

    /// The same as node numbers, in no particular order.
    pub fn head_nodes(&self) -> &[NodeIx] {
        &self.heads
    }

    /// Moves `heads`, the heads of the first `from` changes, on to those of the first `to`.
    pub fn advance(&self, heads: &mut Vec<NodeIx>, from: NodeIx, to: NodeIx) {
        for node in from..to {
            heads.retain(|head| !self.nodes[node as usize].dependencies.contains(head));
            heads.push(node);
        }
    }

    /// The hashes of these changes, sorted.
    pub fn hashes(&self, nodes: &[NodeIx]) -> Vec<ChangeHash> {
        let mut hashes: Vec<ChangeHash> = nodes.iter().map(|node| self.hash(*node)).collect();
        hashes.sort_unstable();
        hashes
    }

    /// The actor with this number. Looks at all of them: for what is rare.
    pub fn actor_named(&self, number: u32) -> Option<&ActorId> {
        self.actors.iter().find(|(_, other)| **other == number).map(|(actor, _)| actor)
    }

    /// Whether a change's dependencies are here and it continues its actor's sequence and counters (SYN5). Answers with how many
    /// counters it leaves out.
    pub fn fits(&self, header: &Header) -> Result<u64, GraphError> {
        let dependencies = self.place(header)?;
        Ok(header.start_op - self.last_op_of(&dependencies) - 1)
    }

    /// Adds a change that fits.
    pub fn add(&mut self, header: &Header) -> Result<NodeIx, GraphError> {
        let dependencies = self.place(header)?;
        let actor = self.enter(&header.actor);
        Ok(self.insert(header.hash, dependencies, actor, header.start_op, header.max_op()))
    }

    fn place(&self, header: &Header) -> Result<Vec<NodeIx>, GraphError> {
        let mut dependencies = Vec::with_capacity(header.dependencies.len());
        for hash in &header.dependencies {
            dependencies.push(self.find(hash).ok_or(GraphError::MissingDependencies)?);
        }
        let progress = self
            .actors
            .get(&header.actor)
            .map_or_else(Progress::default, |actor| self.progress[*actor as usize]);
        let expected = progress.seq + 1;
        if header.seq != expected {
            return Err(GraphError::WrongSequence { expected, got: header.seq });
        }
        if progress.last.is_some_and(|last| !self.builds_on(&dependencies, last)) {
            return Err(GraphError::ForgetsItself);
        }
        let after = self.last_op_of(&dependencies);
        // Automerge works out where an empty change starts, and would give one that starts late another name.
        let slack = if header.operations == 0 { 1 } else { START_OP_SLACK };
        if header.start_op <= after || header.start_op - after > slack {
            return Err(GraphError::CounterOutOfRange { start_op: header.start_op, after, slack });
        }
        Ok(dependencies)
    }

    /// Whether a node is among these or an ancestor of one. Nearly always it is among them; otherwise what came after it is
    /// walked.
    fn builds_on(&self, dependencies: &[NodeIx], node: NodeIx) -> bool {
        if dependencies.contains(&node) {
            return true;
        }
        let mut seen: BTreeSet<NodeIx> = BTreeSet::new();
        let mut left: Vec<NodeIx> = dependencies.to_vec();
        while let Some(next) = left.pop() {
            if next == node {
                return true;
            }
            if next > node && seen.insert(next) {
                left.extend(self.nodes[next as usize].dependencies.iter());
            }
        }
        false
    }

    /// The last operation of these changes: 0 if there is none.
    fn last_op_of(&self, nodes: &[NodeIx]) -> u64 {
        nodes.iter().map(|node| self.nodes[*node as usize].max_op).max().unwrap_or(0)
    }

    /// The number of an actor, who gets the next one if they are new.
    fn enter(&mut self, actor: &ActorId) -> u32 {
        if let Some(known) = self.actor(actor) {
            return known;
        }
        let new = self.progress.len() as u32;
        self.actors.insert(actor.clone(), new);
        self.progress.push(Progress::default());
        new
    }

    /// Adds the next change of an actor who has entered.
    fn insert(
        &mut self,
        hash: ChangeHash,
        dependencies: Vec<NodeIx>,
        actor: u32,
        start_op: u64,
        max_op: u64,
    ) -> NodeIx {
        self.heads.retain(|head| !dependencies.contains(head));
        let node = self.len();
        let progress = &mut self.progress[actor as usize];
        let previous = progress.last;
        *progress = Progress { seq: progress.seq + 1, last: Some(node) };
        self.heads.push(node);
        let dependencies = dependencies.into();
        self.nodes.push(Node { hash, dependencies, actor, previous, start_op, max_op });
        let nodes = &self.nodes;
        self.by_hash.insert_unique(spread(&hash), node, |other| spread(&nodes[*other as usize].hash));
        node
    }

    /// How much room it takes in memory, in bytes, about.
    pub fn held_bytes(&self) -> usize {
        let many: usize = self
            .nodes
            .iter()
            .map(|node| match &node.dependencies {
                Dependencies::One(_) => 0,
                Dependencies::Many(all) => size_of_val(&**all),
            })
            .sum();
        self.nodes.capacity() * size_of::<Node>()
            + many
            + self.by_hash.capacity() * 2 * size_of::<NodeIx>()
            + self.actors.len() * 100
    }

    /// Takes back the changes after the first `count`, as if they had never come. Returns the number of the actor and the
    /// first counter of each, newest first.
    pub fn truncate(&mut self, count: NodeIx) -> Vec<(u32, u64)> {
        let mut taken_back = Vec::new();
        if self.len() <= count {
            return taken_back;
        }
        while self.len() > count {
            let node = self.len() - 1;
            let gone = self.nodes.pop().expect("the graph is longer than the count");
            let found = self.by_hash.find_entry(spread(&gone.hash), |other| *other == node);
            found.expect("every node is in the table").remove();
            taken_back.push((gone.actor, gone.start_op));
            let progress = &mut self.progress[gone.actor as usize];
            *progress = Progress { seq: progress.seq - 1, last: gone.previous };
            if progress.seq == 0 {
                // An actor's first change is the last of it to go, and actors are numbered in order of arrival.
                self.actors.retain(|_, actor| *actor != gone.actor);
                self.progress.pop();
            }
        }
        let mut heads = Vec::new();
        self.advance(&mut heads, 0, count);
        self.heads = heads;
        taken_back
    }

    /// The changes among the first `count` that are neither in `known` nor an ancestor of one, in order (SYN6). Walks only
    /// what came after the known changes.
    pub fn missing(&self, known: &[NodeIx], count: NodeIx) -> Vec<NodeIx> {
        let mut theirs: BTreeMap<NodeIx, bool> = BTreeMap::new();
        let mut queue: BinaryHeap<NodeIx> = BinaryHeap::new();
        let mut undecided = 0_usize;
        for head in self.heads_for(count) {
            theirs.insert(head, false);
            queue.push(head);
            undecided += 1;
        }
        for node in known.iter().copied() {
            match theirs.insert(node, true) {
                Some(false) => undecided -= 1,
                Some(true) => {}
                None => queue.push(node),
            }
        }
        let mut missing = Vec::new();
        while undecided > 0 {
            let Some(node) = queue.pop() else { break };
            let is_theirs = theirs.remove(&node).expect("whatever is queued is marked");
            if !is_theirs {
                undecided -= 1;
                missing.push(node);
            }
            for dependency in self.nodes[node as usize].dependencies.iter().copied() {
                match theirs.get_mut(&dependency) {
                    Some(marked) if is_theirs && !*marked => {
                        *marked = true;
                        undecided -= 1;
                    }
                    Some(_) => {}
                    None => {
                        theirs.insert(dependency, is_theirs);
                        queue.push(dependency);
                        undecided += usize::from(!is_theirs);
                    }
                }
            }
        }
        missing.reverse();
        missing
    }

    fn heads_for(&self, count: NodeIx) -> Vec<NodeIx> {
        if count == self.len() {
            return self.heads.clone();
        }
        let waiting = count..self.len();
        let covered: Vec<NodeIx> =
            waiting.clone().flat_map(|node| self.nodes[node as usize].dependencies.iter().copied()).collect();
        let below = self.heads.iter().copied().filter(|head| !waiting.contains(head));
        let mut heads: Vec<NodeIx> = below.chain(covered.into_iter().filter(|node| *node < count)).collect();
        heads.sort_unstable();
        heads.dedup();
        heads
    }
}

/// SHA-256 is already spread evenly: eight of its bytes serve as the table's hash.
fn spread(hash: &ChangeHash) -> u64 {
    u64::from_le_bytes(hash.0[8..16].try_into().expect("eight of thirty-two bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(n: u8) -> ChangeHash {
        ChangeHash([n; 32])
    }

    fn change(n: u8, actor: u8, seq: u64, start_op: u64, dependencies: &[u8]) -> Header {
        Header {
            hash: hash(n),
            dependencies: dependencies.iter().map(|d| hash(*d)).collect(),
            actor: ActorId(vec![actor]),
            seq,
            start_op,
            operations: 1,
            other_actors: vec![],
            author: None,
        }
    }

    /// 1 ─ 2 ─ 3 ─ 5
    ///   ╲ 4 ────╱
    fn fork_and_join() -> Graph {
        let mut graph = Graph::default();
        for header in [
            change(1, 1, 1, 1, &[]),
            change(2, 1, 2, 2, &[1]),
            change(3, 1, 3, 3, &[2]),
            change(4, 2, 1, 2, &[1]),
            change(5, 1, 4, 4, &[3, 4]),
        ] {
            graph.add(&header).unwrap();
        }
        graph
    }

    #[test]
    fn syn6_what_lyon_lacks_is_all_that_is_not_an_ancestor_of_what_lyon_has() {
        let graph = fork_and_join();
        assert_eq!(graph.missing(&[], 5), [0, 1, 2, 3, 4]);
        assert_eq!(graph.missing(&[1], 5), [2, 3, 4]);
        assert_eq!(graph.missing(&[3], 5), [1, 2, 4]);
        assert_eq!(graph.missing(&[2, 3], 5), [4]);
        assert_eq!(graph.missing(&[4], 5), [] as [NodeIx; 0]);
        assert_eq!(graph.missing(&[1], 4), [2, 3], "only the first four are durable");
    }

    #[test]
    fn syn5_a_change_continues_its_actor_and_its_dependencies() {
        let mut graph = fork_and_join();
        assert_eq!(graph.add(&change(6, 2, 2, 5, &[9])), Err(GraphError::MissingDependencies));
        assert_eq!(
            graph.add(&change(6, 2, 3, 5, &[5])),
            Err(GraphError::WrongSequence { expected: 2, got: 3 })
        );
        assert!(matches!(
            graph.add(&change(6, 2, 2, 4, &[5])),
            Err(GraphError::CounterOutOfRange { after: 4, .. })
        ));
        for jump in [4 + START_OP_SLACK + 1, u64::from(u32::MAX), 1 << 53, u64::MAX] {
            assert!(graph.add(&change(6, 2, 2, jump, &[5])).is_err(), "w12: {jump} passed");
        }
        assert!(graph.add(&change(6, 2, 2, 4 + START_OP_SLACK, &[5])).is_ok());
        assert_eq!(graph.add(&change(7, 1, 5, 4, &[1])), Err(GraphError::ForgetsItself));
        let late = Header { operations: 0, ..change(7, 1, 5, 6, &[5]) };
        assert!(
            matches!(graph.add(&late), Err(GraphError::CounterOutOfRange { slack: 1, .. })),
            "an empty change"
        );
    }

    #[test]
    fn syn5_what_is_taken_back_leaves_no_trace() {
        let mut graph = fork_and_join();
        assert_eq!(graph.truncate(3), [(0, 4), (1, 2)]);
        assert_eq!((graph.len(), graph.heads()), (3, vec![hash(3)]));
        assert!(graph.find(&hash(4)).is_none() && !graph.knows_actor(&ActorId(vec![2])));
        graph.add(&change(7, 3, 1, 4, &[3])).unwrap();
        graph.add(&change(4, 2, 1, 2, &[1])).unwrap();
        assert_eq!(graph.heads(), [hash(4), hash(7)]);
        let mut heads = vec![2];
        graph.advance(&mut heads, 3, 4);
        assert_eq!(graph.hashes(&heads), [hash(7)]);
    }
}
