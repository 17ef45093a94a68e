//! The bundle of a sealed draft: one file with everything that proves it, to be kept and checked by anybody (rule HIS10).
//!
//! ```text
//! README.txt              what this is and how to check it, for people
//! files/es.md  es.pdf …   the draft as files; a PDF only if it had been made
//! keys/ID.pem             the public keys of the two signatures
//! images/SHA256.png       the pictures that the texts show       ┐
//! metadata.json           what the draft says of itself          │
//! sources.json            the sources that they cite             │
//! texts/es/1.json         the canonical words of each text       ┘ the parts that were sealed
//! positions.json          what components say of it, as far as everybody may see
//! sealed.sha256           the parts with their SHA-256, as sha256sum writes them
//! statement.txt  .sig     the root over that list, and the signature that was made at the sealing
//! manifest.json  .sig     every other file with size and SHA-256, and the signature over it
//! ```

use std::collections::BTreeMap;

use bytes::Bytes;
use crdt::history::digest::canonical_json;
use crdt::history::{Digest, digest, proof};
use crdt::ids::MilestoneId;
use serde::{Deserialize, Serialize};

use super::Proof;
use super::archive::{self, Files};
use super::key::{PublicKey, Signer};

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const MANIFEST_SIGNATURE: &str = "manifest.sig";
pub(super) const STATEMENT: &str = "statement.txt";
pub(super) const STATEMENT_SIGNATURE: &str = "statement.sig";
pub(super) const SEALED: &str = "sealed.sha256";

/// The version of the form described above.
pub(super) const FORM: u32 = 1;

/// Every file of a bundle but itself and its signature. Its first field begins no other thing that is signed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) borrador_bundle: u32,
    pub(super) files: BTreeMap<String, FileFacts>,
    /// The key that signed this list.
    pub(super) key: Digest,
    pub(super) milestone: MilestoneId,
}

#[derive(Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct FileFacts {
    pub(super) sha256: Digest,
    pub(super) size: u64,
}

/// What goes into a bundle.
pub struct Contents {
    /// The draft.
    pub milestone: MilestoneId,
    /// Its proof.
    pub proof: Proof,
    /// The key that made it.
    pub key: PublicKey,
    /// The bytes of every part that was sealed, by name.
    pub parts: BTreeMap<String, Bytes>,
    /// What else belongs to it, by name: files, positions, a word for readers.
    pub others: BTreeMap<String, Bytes>,
}

/// What a public key's file is called.
pub(super) fn key_file(id: Digest) -> String {
    format!("keys/{id}.pem")
}

impl Contents {
    /// The bundle: the same contents and signer give the same bytes. `None` where it would be larger than an archive may be.
    pub fn pack(self, signer: &Signer) -> Option<Vec<u8>> {
        let mut files = self.parts;
        files.extend(self.others);
        for key in [self.key, signer.public()] {
            files.insert(key_file(key.id()), key.pem().into());
        }
        files.insert(SEALED.to_owned(), proof::list(&self.proof.parts).into());
        files.insert(STATEMENT.to_owned(), self.proof.statement.into());
        files.insert(STATEMENT_SIGNATURE.to_owned(), Bytes::copy_from_slice(&self.proof.signature.0));
        let facts = |bytes: &Bytes| FileFacts { sha256: digest::of_bytes(bytes), size: bytes.len() as u64 };
        let manifest = canonical_json(&Manifest {
            borrador_bundle: FORM,
            files: files.iter().map(|(name, bytes)| (name.clone(), facts(bytes))).collect(),
            key: signer.public().id(),
            milestone: self.milestone,
        });
        let signature = signer.sign(manifest.as_bytes());
        files.insert(MANIFEST.to_owned(), manifest.into());
        files.insert(MANIFEST_SIGNATURE.to_owned(), Bytes::copy_from_slice(&signature.0));
        let files: Files<'_> = files.iter().map(|(name, bytes)| (name.clone(), &bytes[..])).collect();
        archive::pack(&files)
    }
}
