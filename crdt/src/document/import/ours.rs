//! What our own writer adds to Markdown: the head of a file, and the ids of blocks.

use crate::document::schema::Block;
use crate::ids::ParagraphId;

/// Where the body of the file begins, behind a head of `key: value` lines between two lines of `---`.
pub(super) fn front_matter(source: &str) -> usize {
    let mut at = 0;
    for (number, line) in source.split_inclusive('\n').enumerate() {
        at += line.len();
        let line = line.trim_end();
        match (number, line) {
            (0, "---") => {}
            (0, _) => return 0,
            (2.., "---") => return at,
            _ if line
                .split_once(": ")
                .is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')) => {}
            _ => return 0,
        }
    }
    0
}

const ID_LENGTH: usize = "{#p-0123456789abcdef}".len();

/// The id in which the written block ends: `{#p-ID}`, unless the brace is escaped.
pub(super) fn written_id(written: &str) -> Option<ParagraphId> {
    let at = written.len().checked_sub(ID_LENGTH)?;
    let id = written.get(at..)?.strip_prefix("{#p-")?.strip_suffix('}')?;
    if written[..at].ends_with('\\') { None } else { id.parse().ok() }
}

/// Takes the written id, which is ASCII, and the space before it off the block's words.
pub(super) fn cut_id(block: &mut Block) {
    if let Some(last) = block.runs.last_mut() {
        last.text.truncate(last.text.len().saturating_sub(ID_LENGTH));
        let kept = last.text.strip_suffix(' ').unwrap_or(&last.text).len();
        last.text.truncate(kept);
        if last.text.is_empty() {
            block.runs.pop();
        }
    }
}

/// Takes the space off that stands between a picture and its caption.
pub(super) fn cut_space_before_caption(block: &mut Block) {
    let mut runs = std::mem::take(&mut block.runs);
    if let Some(first) = runs.first_mut()
        && first.text.starts_with(' ')
    {
        first.text.remove(0);
    }
    runs.into_iter().for_each(|run| block.push(run));
}
