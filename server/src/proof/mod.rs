//! Proof of sealed drafts: the service's key, what is signed with it, the bundle that holds all of it, and the check of a bundle.
//!
//! [`key::Signer`] signs; [`key::PublicKey`] checks. [`archive`] packs and unpacks the one form of archive that a bundle has,
//! [`bundle`] says what is in it, and [`verify`] takes bytes from anywhere and names every part that does not match: it needs no store,
//! no service and no network. What is hashed and why is in `crdt::history::proof`.
//!
//! This module reads and writes one file, the key's. It knows no store and no HTTP.

pub mod archive;
pub mod bundle;
pub mod key;
pub mod verify;

use crdt::history::Digest;
use crdt::history::proof::{Metadata, Part, Statement};
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};

use self::key::{Signature, Signer};

/// A signed draft, as it is kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Proof {
    /// All that was sealed, in the order of the names.
    pub parts: Vec<Part>,
    /// The root over them.
    pub root: Digest,
    /// What was signed, to the byte.
    pub statement: String,
    /// When.
    pub signed_at: Moment,
    /// With which key.
    pub key: Digest,
    /// The signature over the statement.
    pub signature: Signature,
}

impl Proof {
    /// Signs what a draft says of itself.
    pub fn of(metadata: &Metadata, signer: &Signer, signed_at: Moment) -> Proof {
        let parts = metadata.parts();
        let (root, key) = (crdt::history::proof::root(&parts), signer.public().id());
        let statement = Statement {
            paper: metadata.paper.clone(),
            milestone: metadata.id,
            name: metadata.name.clone(),
            symbol: metadata.symbol.clone(),
            sealed: metadata.sealed_at,
            signed: signed_at,
            parts: parts.len(),
            root,
            key,
        };
        let statement = statement.to_string();
        let signature = signer.sign(statement.as_bytes());
        Proof { parts, root, statement, signed_at, key, signature }
    }
}
