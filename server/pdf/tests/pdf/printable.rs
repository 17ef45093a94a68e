//! What the core believes of the fonts is what they have.

use std::fmt::Write as _;
use std::path::Path;

use borrador_pdf::fonts;

/// The characters that can be printed, as stretches: `0020-007E`.
fn listed() -> String {
    let faces = fonts::embedded();
    let mut stretches: Vec<(u32, u32)> = Vec::new();
    for character in '\0'..=char::MAX {
        if !fonts::can_print(&faces, character) {
            continue;
        }
        let code = u32::from(character);
        match stretches.last_mut() {
            Some((_, last)) if *last + 1 == code => *last = code,
            _ => stretches.push((code, code)),
        }
    }
    let mut list = String::new();
    for (first, last) in stretches {
        writeln!(list, "{first:04X}-{last:04X}").unwrap();
    }
    list
}

#[test]
fn the_list_of_printable_characters_is_that_of_the_fonts() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/render/printable.txt");
    let found = listed();
    if std::env::var_os("BORRADOR_WRITE_DOCS").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept == found,
        "write it anew: BORRADOR_WRITE_DOCS=1 cargo nextest run -p borrador-pdf printable"
    );
}
