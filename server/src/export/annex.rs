//! The annex of a sealed draft: the reservations, objections and explanations of position that count for it.
//!
//! It is printed behind the words and is no part of them: the fingerprint on the cover is that of the sealed text alone. The
//! same positions give the same annex, so a file that was made once stays as it is until a position changes.

use crdt::document::{BlockKind, Run};
use crdt::history::Digest;
use crdt::history::milestone::Milestone;
use crdt::ids::ChapterId;
use crdt::moment::Moment;
use crdt::render::ChapterBlocks;
use crdt::review::position::{Said, Stance, Standing, Subject};

use super::labels::{DayOf, Words};
use super::leaf::{Leaf, PLAIN, em, strong};

/// What a component said, as the annex prints it.
pub struct Entry<'a> {
    /// The component's name in the language of the file.
    pub component: String,
    /// What it is about.
    pub subject: Subject,
    /// What was said.
    pub said: &'a Said,
    /// How it stands to the words of the draft.
    pub standing: &'a Standing,
    /// The draft it was said of.
    pub draft: &'a str,
}

/// An annex.
pub struct Annex {
    /// To be printed behind the last chapter.
    pub chapter: ChapterBlocks,
    /// The digest of its blocks: another annex is another file.
    pub digest: Digest,
    /// It is cited by a letter.
    pub has_letter: bool,
}

impl Annex {
    /// The annex of these positions; `None` when there is nothing to print.
    pub fn of<'a>(
        words: &Words,
        day: DayOf<'_>,
        draft: &Milestone,
        entries: impl IntoIterator<Item = Entry<'a>>,
    ) -> Option<Annex> {
        let printed = |entry: &Entry<'_>| {
            entry.said.statement.is_annexed() && !matches!(entry.standing, Standing::Lifted)
        };
        let entries: Vec<Entry<'a>> = entries.into_iter().filter(printed).collect();
        let latest = entries.iter().map(|entry| entry.said.submission.at).max()?;
        let mut page = Page { words, day, draft, leaf: Leaf::of("annex") };
        page.leaf.heading(1, words.get("annex-title"));
        let as_of = words.fill("annex-note", &[("date", &page.day(latest))]);
        page.leaf.plain(as_of);
        entries.iter().for_each(|entry| page.entry(entry));
        Some(page.leaf.annex())
    }
}

struct Page<'a> {
    words: &'a Words,
    day: DayOf<'a>,
    draft: &'a Milestone,
    leaf: Leaf,
}

impl Page<'_> {
    fn entry(&mut self, entry: &Entry<'_>) {
        let Entry { component, subject, said, standing, draft } = entry;
        self.leaf.heading(2, component.as_str());
        let stance = strong(self.words.get(stance_id(said.statement.stance)));
        let about = self.subject(*subject, said);
        self.leaf.say(PLAIN, vec![stance, Run::plain(format!(". {about}"))]);
        self.leaf.lines(&PLAIN, &said.statement.words);
        if !said.statement.way_out.is_empty() {
            self.leaf.plain(self.words.get("annex-way-out"));
            self.leaf.lines(&BlockKind::Quote, &said.statement.way_out);
        }
        let how = if said.submission.on_behalf { "annex-taken-on-behalf" } else { "annex-taken" };
        let mut taken = self.words.fill(how, &[("date", &self.day(said.submission.at)), ("draft", draft)]);
        if matches!(standing, Standing::ToReconfirm(_)) {
            taken += " ";
            taken += &self.words.get("annex-to-reconfirm");
        }
        self.leaf.say(PLAIN, vec![em(taken)]);
    }

    fn subject(&self, subject: Subject, said: &Said) -> String {
        let number = |is_it: &dyn Fn(ChapterId) -> bool| {
            let text = self.draft.texts.iter().find(|text| is_it(text.chapter));
            text.map(|text| text.number.clone()).unwrap_or_default()
        };
        match subject {
            Subject::Paper => self.words.get("annex-on-paper"),
            Subject::Chapter { chapter } => {
                self.words.fill("annex-on-chapter", &[("number", &number(&|id| id == chapter))])
            }
            Subject::Paragraph(_) => {
                let quoted = said.binding.paragraph.as_ref();
                let beginning = quoted.map(|quoted| quoted.beginning.as_str()).unwrap_or_default();
                match quoted.and_then(|quoted| quoted.number) {
                    Some(number) => self.words.fill(
                        "annex-on-paragraph",
                        &[("number", &number.to_string()), ("beginning", beginning)],
                    ),
                    None => self.words.fill("annex-on-words", &[("beginning", beginning)]),
                }
            }
        }
    }

    fn day(&self, at: Moment) -> String {
        self.words.day((self.day)(at))
    }
}

/// The message that names a stance.
fn stance_id(stance: Stance) -> &'static str {
    match stance {
        Stance::Supports => "stance-supports",
        Stance::SupportsWithComments => "stance-supports_with_comments",
        Stance::CanLiveWith => "stance-can_live_with",
        Stance::Reservation => "stance-reservation",
        Stance::Objects => "stance-objects",
        Stance::Abstains => "stance-abstains",
    }
}
