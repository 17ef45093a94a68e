//! Which paragraph of a translation renders which paragraph of the drafted text, and whether it still does.
//!
//! A paragraph of a translation may name the one it renders and the wording it rendered ([`Renders`]). The drafted text
//! knows nothing of its translations; comparing both tells what has become stale.

use sha2::{Digest, Sha256};

use super::schema::{Block, Renders};
use crate::ids::{ParagraphId, to_hex};

/// How one paragraph of a translation stands to the drafted text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendering {
    /// It names no paragraph: untranslated, or of the translators' own.
    Unlinked,
    /// It renders the present wording.
    Current,
    /// It renders an earlier wording, or one that was never noted.
    Stale,
    /// The paragraph that it rendered is gone.
    Orphaned,
}

/// The first 16 hexadecimal digits of SHA-256 over the plain words in UTF-8, without normalisation.
pub fn words_digest(block: &Block) -> String {
    let digest: [u8; 32] = Sha256::digest(block.words().as_bytes()).into();
    to_hex(&digest[..8])
}

/// What a paragraph that now renders `source` notes of it.
pub fn rendering_of(source: &Block) -> Renders {
    Renders { paragraph: source.id, sha256: Some(words_digest(source)) }
}

/// How `translated` stands to the blocks of the drafted text.
pub fn rendering(translated: &Block, drafted: &[Block]) -> Rendering {
    let Some(renders) = &translated.renders else { return Rendering::Unlinked };
    match drafted.iter().find(|block| block.id == renders.paragraph) {
        None => Rendering::Orphaned,
        Some(source) if renders.sha256.as_deref() == Some(&words_digest(source)) => Rendering::Current,
        Some(_) => Rendering::Stale,
    }
}

/// The paragraphs of the drafted text that no paragraph of the translation renders, in order; empty ones need none.
pub fn untranslated(drafted: &[Block], translation: &[Block]) -> Vec<ParagraphId> {
    let rendered =
        |id| translation.iter().any(|block| block.renders.as_ref().is_some_and(|to| to.paragraph == id));
    let wanted = drafted.iter().filter(|block| !block.words().trim().is_empty());
    wanted.map(|block| block.id).filter(|id| !rendered(*id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schema::{BlockKind, Run};

    fn paragraph(id: u8, words: &str) -> Block {
        Block::new(ParagraphId([id; 8]), BlockKind::Paragraph { numbered: true }, vec![Run::plain(words)])
    }

    #[test]
    fn doc9_a_translation_is_stale_once_the_drafted_words_change_and_orphaned_once_they_go() {
        let drafted =
            [paragraph(1, "Toda persona tiene derecho a la ciudad."), paragraph(2, "Y a participar.")];
        let mut adaeze = paragraph(9, "Everyone has a right to the city.");
        assert_eq!(rendering(&adaeze, &drafted), Rendering::Unlinked);
        adaeze.renders = Some(rendering_of(&drafted[0]));
        assert_eq!(rendering(&adaeze, &drafted), Rendering::Current);
        let changed = [paragraph(1, "Toda persona tiene derecho a su ciudad."), drafted[1].clone()];
        assert_eq!(rendering(&adaeze, &changed), Rendering::Stale);
        assert_eq!(rendering(&adaeze, &changed[1..]), Rendering::Orphaned);
        assert_eq!(untranslated(&drafted, &[adaeze]), [ParagraphId([2; 8])]);
    }

    #[test]
    fn doc9_the_digest_of_the_words_is_that_of_their_utf_8_bytes() {
        // printf 'Sí.' | sha256sum
        let words = paragraph(1, "Sí.");
        assert_eq!(words_digest(&words).len(), 16);
        assert_eq!(words_digest(&words), to_hex(&<[u8; 32]>::from(Sha256::digest("S\u{ed}."))[..8]));
    }
}
