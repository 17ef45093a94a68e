//! The bibliography of a paper: the sources that its words cite, behind its last chapter.
//!
//! Each entry is a paragraph whose id is that of its source, so that a citation leads there in every format.

use std::collections::BTreeSet;

use crdt::document::{Block, BlockKind, Marks, Run};
use crdt::history::digest;
use crdt::ids::ParagraphId;
use crdt::render::ChapterBlocks;

use super::annex::Annex;
use super::labels::Words;
use crate::people::source::{Source, SourceWords};

/// The ids of the sources that these chapters cite.
pub fn cited(chapters: &[ChapterBlocks]) -> BTreeSet<&str> {
    let runs = chapters.iter().flat_map(|chapter| &chapter.blocks).flat_map(|block| &block.runs);
    runs.filter_map(|run| run.marks.citation()).collect()
}

/// The bibliography of these sources, in the order given; `None` without any.
pub fn bibliography<'a>(words: &Words, sources: impl IntoIterator<Item = &'a Source>) -> Option<Annex> {
    let entries: Vec<Block> = sources.into_iter().map(entry).collect();
    if entries.is_empty() {
        return None;
    }
    let title = vec![Run::plain(words.get("sources-heading"))];
    let mut blocks = vec![Block::new(ParagraphId(*b"sources\0"), BlockKind::Heading { level: 1 }, title)];
    blocks.extend(entries);
    let digest = digest::of_text(&blocks);
    Some(Annex {
        digest,
        has_letter: false,
        chapter: ChapterBlocks { number: String::new(), depth: 1, blocks },
    })
}

/// "Author, *Title*, year. Note. Address".
fn entry(source: &Source) -> Block {
    let SourceWords { author, title, year, link, note } = &source.words;
    let plain = |words: String| Run::plain(words);
    let mut runs = Vec::new();
    if !author.is_empty() {
        runs.push(plain(format!("{author}, ")));
    }
    runs.push(Run::marked(title.as_str(), Marks::on(["em"])));
    if !year.is_empty() {
        runs.push(plain(format!(", {year}")));
    }
    runs.push(plain(".".to_owned()));
    if !note.is_empty() {
        let dot = if note.ends_with(['.', '!', '?', '…']) { "" } else { "." };
        runs.push(plain(format!(" {note}{dot}")));
    }
    if !link.is_empty() {
        runs.push(plain(" ".to_owned()));
        runs.push(Run::marked(link.as_str(), Marks::default().with_link(link.as_str())));
    }
    Block::new(ParagraphId(source.id.0), BlockKind::Paragraph { numbered: false }, runs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crdt::ids::SourceId;

    #[test]
    fn an_entry_says_what_is_known_and_nothing_else() {
        let source = |words: SourceWords| Source { id: SourceId([7; 8]), words, unused: false };
        let told = |words| entry(&source(words)).words();
        let title = || "Carta".to_owned();
        assert_eq!(told(SourceWords { title: title(), ..SourceWords::default() }), "Carta.");
        let whole = SourceWords {
            author: "CGLU".to_owned(),
            title: title(),
            year: "2013".to_owned(),
            link: "https://uclg.org".to_owned(),
            note: "p. 4".to_owned(),
        };
        assert_eq!(told(whole.clone()), "CGLU, Carta, 2013. p. 4. https://uclg.org");
        let annex = bibliography(&Words::of("es"), [&source(whole)]).unwrap();
        assert_eq!(annex.chapter.blocks[1].id, ParagraphId([7; 8]));
        assert!(bibliography(&Words::of("es"), []).is_none());
    }
}
