//! Checking a bundle, with nothing but its bytes: every part that does not match is named.
//!
//! That all fits together proves that nothing was changed since whoever has the key signed it. Whose key it is, the bundle cannot say:
//! compare its id with the one that the organisation publishes (`GET /api/v1/keys`), or name it with `--key`.

use std::collections::{BTreeMap, BTreeSet};

use crdt::history::proof::{self, METADATA, Metadata, Part, Statement};
use crdt::history::{Digest, digest};

use super::archive::{self, Files};
use super::bundle::{
    FORM, MANIFEST, MANIFEST_SIGNATURE, Manifest, SEALED, STATEMENT, STATEMENT_SIGNATURE, key_file,
};
use super::key::{PublicKey, Signature};

/// A bundle in which everything fits.
#[derive(Debug, PartialEq, Eq)]
pub struct Whole {
    /// What the draft says of itself.
    pub metadata: Metadata,
    /// What was signed.
    pub statement: Statement,
    /// The key of the list of files: that of the statement, or a later one.
    pub packed_with: Digest,
}

/// Something that does not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which part: a file of the bundle, or `the archive`.
    pub part: String,
    /// How it shows.
    pub detail: String,
}

/// Checks a bundle. Where keys are `expected`, each of its two signatures must be by one of them: what was sealed may be signed with an
/// earlier key of the organisation than the list of files. The faults are at least one, one for each part.
pub fn verify(bundle: &[u8], expected: &[Digest]) -> Result<Whole, Vec<Fault>> {
    let around = |detail: String| Fault { part: "the archive".to_owned(), detail };
    let unpacked = archive::unpack(bundle).map_err(|error| vec![around(error.to_string())])?;
    let mut check = Check { files: unpacked.files, faults: BTreeMap::new() };
    let packed_with = check.manifest();
    let parts = check.parts();
    let statement = check.statement(parts.as_deref());
    let metadata = check.metadata(parts.as_deref(), statement.as_ref());
    let signed =
        [(STATEMENT_SIGNATURE, statement.as_ref().map(|said| said.key)), (MANIFEST_SIGNATURE, packed_with)];
    for (part, key) in signed {
        if let Some(key) = key.filter(|key| !expected.is_empty() && !expected.contains(key)) {
            let detail = format!(
                "it is signed with the key {key}, which is not one that you named. If the organisation publishes that key, too, name it as well"
            );
            check.fault(part, detail);
        }
    }
    // What is changed inside a file shows around it too: its checksum. It is told once.
    if let (Some(detail), true) = (unpacked.around, check.faults.is_empty()) {
        check.fault("the archive", detail);
    }
    match (metadata, statement, packed_with) {
        (Some(metadata), Some(statement), Some(packed_with)) if check.faults.is_empty() => {
            Ok(Whole { metadata, statement, packed_with })
        }
        _ => Err(check.faults.into_iter().map(|(part, detail)| Fault { part, detail }).collect()),
    }
}

struct Check<'a> {
    files: Files<'a>,
    /// What was found of each part first.
    faults: BTreeMap<String, String>,
}

impl<'a> Check<'a> {
    fn fault(&mut self, part: &str, detail: impl Into<String>) {
        self.faults.entry(part.to_owned()).or_insert_with(|| detail.into());
    }

    fn file(&mut self, name: &str) -> Option<&'a [u8]> {
        let found = self.files.get(name).copied();
        if found.is_none() {
            self.fault(name, MISSING);
        }
        found
    }

    fn text(&mut self, name: &str) -> Option<&'a str> {
        let text = std::str::from_utf8(self.file(name)?).ok();
        if text.is_none() {
            self.fault(name, "it is not text");
        }
        text
    }

    /// Every file against the list of them, and the list against its signature.
    fn manifest(&mut self) -> Option<Digest> {
        let json = self.text(MANIFEST)?;
        let parsed = serde_json::from_str::<Manifest>(json).ok();
        let Some(manifest) = parsed.filter(|manifest| digest::canonical_json(manifest) == json) else {
            self.fault(MANIFEST, "it is no list of files as this program writes it");
            return None;
        };
        if manifest.borrador_bundle != FORM {
            let form = manifest.borrador_bundle;
            self.fault(
                MANIFEST,
                format!("the bundle has form {form}, this program checks form {FORM}; use a newer one"),
            );
            return None;
        }
        self.signed((MANIFEST, json), MANIFEST_SIGNATURE, manifest.key);
        for (name, facts) in &manifest.files {
            let Some(bytes) = self.file(name) else { continue };
            let found = digest::of_bytes(bytes);
            if found != facts.sha256 || bytes.len() as u64 != facts.size {
                self.fault(
                    name,
                    format!("it is not what was packed: its SHA-256 is {found}, not {}", facts.sha256),
                );
            }
        }
        let listed =
            |name: &str| manifest.files.contains_key(name) || [MANIFEST, MANIFEST_SIGNATURE].contains(&name);
        let too_many: Vec<String> = self.files.keys().filter(|name| !listed(name)).cloned().collect();
        for name in too_many {
            self.fault(&name, "it is too many: the list of files does not have it");
        }
        Some(manifest.key)
    }

    /// The parts that were sealed against the list of them.
    fn parts(&mut self) -> Option<Vec<Part>> {
        let list = self.text(SEALED)?;
        let Some(parts) = proof::parse_list(list) else {
            self.fault(SEALED, "it is no list of digests as sha256sum writes it, in the order of the names");
            return None;
        };
        for part in &parts {
            let Some(bytes) = self.file(&part.name) else { continue };
            let found = digest::of_bytes(bytes);
            if found != part.digest {
                self.fault(
                    &part.name,
                    format!("it is not what was sealed: its SHA-256 is {found}, not {}", part.digest),
                );
            }
        }
        Some(parts)
    }

    fn statement(&mut self, parts: Option<&[Part]>) -> Option<Statement> {
        let text = self.text(STATEMENT)?;
        let statement: Statement = match text.parse() {
            Ok(statement) => statement,
            Err(error) => {
                self.fault(STATEMENT, format!("{error}"));
                return None;
            }
        };
        self.signed((STATEMENT, text), STATEMENT_SIGNATURE, statement.key);
        if let Some(parts) = parts {
            let root = proof::root(parts);
            if (root, parts.len()) != (statement.root, statement.parts) {
                let detail = format!(
                    "the root over its {} lines is {root}, not {} as was signed",
                    parts.len(),
                    statement.root
                );
                self.fault(SEALED, detail);
            }
        }
        Some(statement)
    }

    /// What the draft says of itself against what was sealed and signed.
    fn metadata(&mut self, parts: Option<&[Part]>, statement: Option<&Statement>) -> Option<Metadata> {
        let json = self.text(METADATA)?;
        let parsed = serde_json::from_str::<Metadata>(json).ok();
        let Some(metadata) = parsed.filter(|metadata| metadata.json() == json) else {
            self.fault(METADATA, "it does not say what a sealed draft says, in canonical form");
            return None;
        };
        if !metadata.is_whole() {
            self.fault(METADATA, "its digest is not that of the texts it names");
        }
        let named: BTreeSet<Part> = metadata.parts().into_iter().collect();
        for part in parts.unwrap_or_default().iter().filter(|part| !named.contains(part)) {
            self.fault(&part.name, format!("{METADATA} does not name it, or with another digest"));
        }
        let sealed: BTreeSet<&Part> = parts.unwrap_or_default().iter().collect();
        for part in named.iter().filter(|part| parts.is_some() && !sealed.contains(part)) {
            self.fault(&part.name, format!("{SEALED} does not list it, or with another digest"));
        }
        if let Some(said) = statement {
            let same = (said.milestone, &said.paper, &said.name, &said.symbol, said.sealed)
                == (metadata.id, &metadata.paper, &metadata.name, &metadata.symbol, metadata.sealed_at);
            if !same {
                self.fault(STATEMENT, format!("it is about another draft than {METADATA}"));
            }
        }
        Some(metadata)
    }

    /// Is a file signed with this key, and is the key the one it says it is?
    fn signed(&mut self, (name, text): (&str, &str), signature: &str, key: Digest) {
        let file = key_file(key);
        let Some(pem) = self.text(&file) else {
            return self.fault(name, format!("it names the key {key}, which is not in the bundle"));
        };
        let Some(key) = PublicKey::of_pem(pem).filter(|found| found.id() == key) else {
            return self.fault(&file, "it does not hold the key that it is named after");
        };
        let Some(bytes) = self.file(signature) else { return };
        let Ok(bytes) = bytes.try_into() else {
            return self.fault(signature, "it is no signature: those have 64 bytes");
        };
        if !key.verifies(text.as_bytes(), &Signature(bytes)) {
            self.fault(signature, format!("the signature does not match {name}: one of the two was changed"));
            self.fault(
                name,
                format!("it does not match its signature in {signature}: one of the two was changed"),
            );
        }
    }
}

const MISSING: &str = "it is missing";
