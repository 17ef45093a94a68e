//! The graph as bytes, for a [saved history](crate::sync::saved).
//!
//! Actors in order of their numbers; then each change: its hash, its dependencies as distances back, its actor, how late its
//! operations start after its dependencies, and how many they are. Everything else follows from these.

use super::{Graph, NodeIx, START_OP_SLACK};
use crate::ids::{ActorId, ChangeHash};
use crate::sync::chunk::{ChunkError, Reader, write_length};

/// The fewest bytes that a change takes: so a count that the rest cannot hold is noticed before room is made for it.
const LEAST_BYTES: usize = 36;
const WRONG: ChunkError = ChunkError::Malformed("the graph does not fit together");

impl Graph {
    /// Appends the graph to `to`.
    pub(in crate::sync) fn write(&self, to: &mut Vec<u8>) {
        let mut actors: Vec<(&ActorId, u32)> =
            self.actors.iter().map(|(actor, number)| (actor, *number)).collect();
        actors.sort_unstable_by_key(|(_, number)| *number);
        write_length(to, actors.len() as u64);
        for (actor, _) in actors {
            write_length(to, actor.0.len() as u64);
            to.extend(&actor.0);
        }
        write_length(to, u64::from(self.len()));
        for (number, node) in (0..).zip(&self.nodes) {
            to.extend(node.hash.0);
            write_length(to, node.dependencies.len() as u64);
            for dependency in node.dependencies.iter() {
                write_length(to, u64::from(number - dependency));
            }
            write_length(to, u64::from(node.actor));
            write_length(to, node.start_op - self.last_op_of(&node.dependencies) - 1);
            write_length(to, node.max_op + 1 - node.start_op);
        }
    }

    /// Reads what [`Graph::write`] wrote.
    pub(in crate::sync) fn read(input: &mut Reader<'_>) -> Result<Graph, ChunkError> {
        let mut graph = Graph::default();
        for _ in 0..input.length()? {
            let entered = graph.progress.len() as u32;
            if graph.enter(&input.actor()?) != entered {
                return Err(WRONG);
            }
        }
        let count = input.length()?;
        if count > input.0.len() / LEAST_BYTES {
            return Err(WRONG);
        }
        graph.nodes.reserve_exact(count);
        graph.by_hash.reserve(count, |_| unreachable!("the table is empty"));
        for number in 0..count as NodeIx {
            graph.read_node(number, input)?;
        }
        Ok(graph)
    }

    fn read_node(&mut self, number: NodeIx, input: &mut Reader<'_>) -> Result<(), ChunkError> {
        let hash: ChangeHash = input.hash()?;
        let dependency_count = input.length()?;
        if dependency_count > number as usize {
            return Err(WRONG);
        }
        let mut dependencies = Vec::with_capacity(dependency_count);
        for _ in 0..dependency_count {
            let distance = NodeIx::try_from(input.unsigned()?).map_err(|_| WRONG)?;
            dependencies.push(number.checked_sub(distance).filter(|_| distance > 0).ok_or(WRONG)?);
        }
        let actor = u32::try_from(input.unsigned()?).map_err(|_| WRONG)?;
        let (late, operations) = (input.unsigned()?, input.unsigned()?);
        if actor as usize >= self.progress.len() || late >= START_OP_SLACK {
            return Err(WRONG);
        }
        let start_op = self.last_op_of(&dependencies) + 1 + late;
        let max_op = start_op.checked_add(operations).ok_or(WRONG)? - 1;
        self.insert(hash, dependencies, actor, start_op, max_op);
        Ok(())
    }
}
