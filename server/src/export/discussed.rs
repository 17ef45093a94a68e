//! What everybody may read of the talk about a text: as comments of Word, and as an annex in every other file.

use crdt::document::{BlockKind, Run};
use crdt::render::remarked::{Remark, Said};

use super::annex::Annex;
use super::labels::{DayOf, Words};
use super::leaf::{ITEM, Leaf, PLAIN, em, link, strong};

/// One discussion.
pub struct Discussed {
    /// Number and title of its chapter.
    pub chapter: String,
    /// The number of its paragraph, if it has one.
    pub paragraph: Option<usize>,
    /// Where that can be read.
    pub address: String,
    /// The words that it is about.
    pub quote: String,
    /// None of them stands there any more.
    pub is_gone: bool,
    /// Whether it is settled.
    pub is_resolved: bool,
    /// What was said, in order; at least one thing.
    pub said: Vec<Said>,
}

impl Discussed {
    /// As comments beside the words. What stands at none of its own words says which they were.
    pub fn remark(&self, words: &Words) -> Remark {
        let mut said = self.said.clone();
        if let Some(first) = said.first_mut().filter(|_| self.is_gone) {
            let about = words.fill("file-comments-gone", &[("quote", &self.quote)]);
            first.words = format!("{about}\n{}", first.words);
        }
        if let Some(last) = said.last_mut().filter(|_| self.is_resolved) {
            last.words = format!("{}\n[{}]", last.words, words.get("file-comments-resolved"));
        }
        Remark { said }
    }
}

/// The annex of these discussions, in the order of the text, chapter by chapter. It says so when there are none.
pub fn annex(words: &Words, day: DayOf<'_>, discussions: &[Discussed]) -> Annex {
    let mut leaf = Leaf::of("comments");
    leaf.heading(1, words.get("file-comments-title"));
    leaf.plain(words.get(if discussions.is_empty() { "file-comments-none" } else { "file-comments-note" }));
    for of_chapter in discussions.chunk_by(|one, next| one.chapter == next.chapter) {
        leaf.heading(2, of_chapter[0].chapter.as_str());
        // What is said apart of the same words stands below them together.
        for of_words in of_chapter.chunk_by(|one, next| one.is_of_the_words_of(next)) {
            leaf.say(PLAIN, of_words[0].place(words));
            of_words.iter().for_each(|discussion| discussion.talk(words, day, &mut leaf));
        }
    }
    leaf.annex()
}

impl Discussed {
    fn is_of_the_words_of(&self, other: &Discussed) -> bool {
        (&self.address, &self.quote, self.is_gone) == (&other.address, &other.quote, other.is_gone)
    }

    /// "Paragraph 7: “the words”", from where one gets to them.
    fn place(&self, words: &Words) -> Vec<Run> {
        let quoted = words.fill("file-comments-quote", &[("quote", &on_a_line(&self.quote))]);
        let mut place = match self.paragraph {
            Some(number) => {
                let here = words.fill("file-comments-place", &[("number", &number.to_string())]);
                vec![link(here, &self.address), Run::plain(": "), em(quoted)]
            }
            None => vec![link(quoted, &self.address)],
        };
        if self.is_gone {
            place.push(Run::plain(format!(" ({})", words.get("file-comments-words-gone"))));
        }
        place
    }

    /// What was said, one thing after the other. Words of several lines stand together as a quotation: a line of them must not look like
    /// what somebody else said.
    fn talk(&self, words: &Words, day: DayOf<'_>, leaf: &mut Leaf) {
        for (at, Said { who, at: moment, words: body, .. }) in self.said.iter().enumerate() {
            let how = if at == 0 { "file-comments-signed" } else { "file-comments-answered" };
            let signed = words.fill(how, &[("who", who), ("date", &words.day(day(*moment)))]);
            let mut runs = vec![strong(signed)];
            let is_one_line = body.trim().lines().count() < 2;
            if is_one_line {
                runs.push(Run::plain(format!(" {}", body.trim())));
            }
            if self.is_resolved && at + 1 == self.said.len() {
                runs.extend([Run::plain(" "), em(format!("({})", words.get("file-comments-resolved")))]);
            }
            leaf.say(ITEM, runs);
            if !is_one_line {
                leaf.lines(&BlockKind::Quote, body);
            }
        }
    }
}

fn on_a_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
