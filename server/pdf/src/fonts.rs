//! The faces inside the binary, and which characters they can print.
//!
//! A PDF/A may not show a blank box for a letter it lacks: one unknown character stops the whole export. So
//! the question "can this be printed?" is asked here, before Typst, where the answer can still name the
//! paragraph.

use typst::foundations::Bytes;
use typst::text::{Font, is_default_ignorable};

/// The scripts that the embedded faces cover, as a sentence for people.
pub const COVERED: &str = "the fonts of the paper have the Latin, Greek, Cyrillic and Arabic letters";

/// Every embedded face, in the order of `build.rs`.
pub fn embedded() -> Vec<Font> {
    static FACES: [&[u8]; 15] = include!(concat!(env!("OUT_DIR"), "/faces.rs"));
    FACES.iter().flat_map(|face| Font::iter(Bytes::new(*face))).collect()
}

/// Whether `character` comes out right in any place of a paper.
///
/// True when one of the families has it in all its faces: the template names all of them for every place. True also for what leaves no mark: joiners, variation selectors, tabs and
/// line feeds. Typst sets no other controls.
pub fn can_print(fonts: &[Font], character: char) -> bool {
    matches!(character, '\t' | '\n')
        || is_default_ignorable(character)
        || !is_unprintable(character)
            && FAMILIES.iter().any(|family| {
                let mut faces = fonts.iter().filter(|font| font.info().family == *family).peekable();
                faces.peek().is_some() && faces.all(|face| face.info().coverage.contains(character.into()))
            })
}

/// What PDF/A refuses although some fonts have it: controls, separators of lines, private characters.
fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// The families that the template names.
const FAMILIES: [&str; 4] = ["Source Serif 4", "Source Sans 3", "Amiri", "Noto Naskh Arabic"];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_embedded_face_is_of_a_family_that_the_template_names() {
        let embedded: BTreeSet<String> = embedded().iter().map(|font| font.info().family.clone()).collect();
        assert_eq!(embedded, FAMILIES.map(str::to_owned).into_iter().collect());
        let template = include_str!("template.typ");
        assert!(FAMILIES.iter().all(|family| template.contains(&format!("\"{family}\""))));
    }

    #[test]
    fn the_languages_of_the_paper_can_be_printed() {
        let fonts = embedded();
        let samples = [
            "¿Qué señala la niña? «Ni un paso» —dijo—.",
            "L’œuvre d’une année, où l’on naît",
            "Ğüzel İstanbul",
            "Đường về nhà",
            "المدنُ تُرحّبُ بالمهاجرين، ولا تتركُ أحدًا.",
            "شهرها از همه استقبال می‌کنند؛ چه کسی؟",
        ];
        for character in samples.iter().flat_map(|sample| sample.chars()) {
            assert!(can_print(&fonts, character), "{character:?}");
        }
        assert!(!can_print(&fonts, '中') && !can_print(&fonts, '😀') && !can_print(&fonts, 'ש'));
    }
}
