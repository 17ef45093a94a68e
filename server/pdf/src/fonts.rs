//! The faces inside the binary, and which characters they can print.
//!
//! A PDF/A may not show a blank box for a letter it lacks: one unknown character stops the whole export. So
//! the question "can this be printed?" is asked here, before Typst, where the answer can still name the
//! paragraph.

use typst::foundations::Bytes;
use typst::text::{Font, is_default_ignorable};

/// The scripts that the embedded faces cover, as a sentence for people.
pub const COVERED: &str = "the fonts of the paper have the Latin, Greek and Cyrillic letters";

/// Every embedded face, in the order of `build.rs`.
pub fn embedded() -> Vec<Font> {
    static FACES: [&[u8]; 9] = include!(concat!(env!("OUT_DIR"), "/faces.rs"));
    FACES.iter().flat_map(|face| Font::iter(Bytes::new(*face))).collect()
}

/// Whether `character` comes out right in any place of a paper.
///
/// True when one of the two families has it: the template names both for every place, and all faces of a
/// family have the same characters. True also for what leaves no mark: joiners, variation selectors, tabs and
/// line feeds. Typst sets no other controls.
pub fn can_print(fonts: &[Font], character: char) -> bool {
    matches!(character, '\t' | '\n')
        || is_default_ignorable(character)
        || fonts.iter().any(|font| font.info().coverage.contains(character.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn two_families_are_embedded_and_their_faces_have_the_same_characters() {
        let mut families = BTreeMap::<String, Vec<Vec<u32>>>::new();
        for font in embedded() {
            families
                .entry(font.info().family.clone())
                .or_default()
                .push(font.info().coverage.iter().collect());
        }
        assert_eq!(families.keys().collect::<Vec<_>>(), ["Source Sans 3", "Source Serif 4"]);
        for (family, faces) in families {
            assert!(faces.iter().all(|face| *face == faces[0]), "the faces of {family} differ");
        }
    }

    #[test]
    fn the_languages_of_the_paper_can_be_printed() {
        let fonts = embedded();
        let samples = [
            "¿Qué señala la niña? «Ni un paso» —dijo—.",
            "L’œuvre d’une année, où l’on naît",
            "Ğüzel İstanbul",
            "Đường về nhà",
        ];
        for character in samples.iter().flat_map(|sample| sample.chars()) {
            assert!(can_print(&fonts, character), "{character:?}");
        }
        assert!(!can_print(&fonts, '中') && !can_print(&fonts, '😀') && !can_print(&fonts, 'ع'));
    }
}
