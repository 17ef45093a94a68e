//! Papers as Word documents: the parts that `crdt::render::docx` writes, as one archive.

use bytes::Bytes;
use crdt::render::docx::{Loss, Written};
use zip::result::ZipError;

use super::archive;

/// The document, and what it could not carry. The same parts give the same bytes.
pub fn file(written: &Written) -> Result<(Bytes, Vec<Loss>), ZipError> {
    let parts = written.parts.iter().map(|part| (part.name.as_str(), &part.bytes[..]));
    Ok((archive::write(parts)?.into(), written.losses.clone()))
}

#[cfg(test)]
mod tests;
