//! Characters that no font has, where they stand behind the paper: spelled as `[U+1F9FF]`.
//!
//! Within the paper such a character stops the file, and its authors mend it. Annexes print what people said of it, each in their own
//! script and for good: nobody can mend the comment or the position of somebody else, so one of them must not cost all readers the file.

use typst::text::Font;

use crate::fonts;
use crate::job::{Block, Paper, Run};

/// Spells them in the blocks behind the paper.
pub fn spell_annexes(paper: &mut Paper, fonts: &[Font]) {
    let from = paper.blocks.len().saturating_sub(paper.annexes);
    blocks(&mut paper.blocks[from..], fonts);
}

fn blocks(all: &mut [Block], fonts: &[Font]) {
    for block in all {
        match block {
            Block::Heading { runs: words, .. } | Block::Paragraph { runs: words, .. } => runs(words, fonts),
            Block::Bullets { items } | Block::Numbers { items, .. } => {
                items.iter_mut().for_each(|item| blocks(item, fonts));
            }
            Block::Quote { blocks: quoted } => blocks(quoted, fonts),
            Block::Table { rows, .. } => {
                rows.iter_mut().flatten().flatten().for_each(|cell| runs(&mut cell.runs, fonts));
            }
            Block::Figure { alt, credit, runs: caption, .. } => {
                [alt, credit].into_iter().for_each(|words| spell(words, fonts));
                runs(caption, fonts);
            }
        }
    }
}

fn runs(all: &mut [Run], fonts: &[Font]) {
    for run in all {
        match run {
            Run::Words { words, .. } => spell(words, fonts),
            Run::Note { runs: note } => runs(note, fonts),
        }
    }
}

fn spell(words: &mut String, fonts: &[Font]) {
    if words.chars().all(|character| fonts::can_print(fonts, character)) {
        return;
    }
    let spelled = words.chars().map(|character| match fonts::can_print(fonts, character) {
        true => character.to_string(),
        false => format!("[U+{:04X}]", u32::from(character)),
    });
    *words = spelled.collect();
}
