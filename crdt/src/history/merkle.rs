//! One digest over many things, so that each can be shown to belong without the others (rule HIS8).
//!
//! The tree is that of RFC 9162, section 2.1.1. A leaf is hashed behind a zero byte and a node behind a one, so that nobody can
//! pass off a node as a leaf. Neighbours are joined level by level; the last of an odd row goes up as it is. That is the same tree
//! as the RFC's, which splits at the largest power of two, and it can be made with `sha256sum` and a loop.
//!
//! ```
//! use crdt::history::merkle;
//! let leaves = [b"one".as_slice(), b"two", b"three"];
//! let [one, two, three] = leaves.map(merkle::leaf);
//! assert_eq!(merkle::root(leaves), merkle::node(merkle::node(one, two), three));
//! ```

use sha2::{Digest as _, Sha256};

use super::digest::Digest;

const LEAF: [u8; 1] = [0];
const NODE: [u8; 1] = [1];

/// The hash of a leaf: SHA-256 over a zero byte and its data.
pub fn leaf(data: &[u8]) -> Digest {
    Digest(Sha256::new().chain_update(LEAF).chain_update(data).finalize().into())
}

/// The hash of a node: SHA-256 over a one byte and the hashes under it.
pub fn node(left: Digest, right: Digest) -> Digest {
    Digest(Sha256::new().chain_update(NODE).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// The hash at the root of the tree over these leaves, in their order. Without leaves, SHA-256 of nothing.
pub fn root<'a>(leaves: impl IntoIterator<Item = &'a [u8]>) -> Digest {
    let mut row: Vec<Digest> = leaves.into_iter().map(leaf).collect();
    while row.len() > 1 {
        row = row
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => node(*left, *right),
                alone => alone[0],
            })
            .collect();
    }
    row.first().copied().unwrap_or_else(|| Digest(Sha256::digest([]).into()))
}
