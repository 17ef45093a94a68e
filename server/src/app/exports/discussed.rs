//! What everybody may read of the talk about a text, bound to its words.

use std::ops::Range;
use std::sync::Arc;

use crdt::document::{Block, Text};
use crdt::history::milestone::Milestone;
use crdt::ids::{ChangeHash, SeatId, TextId};
use crdt::moment::Moment;
use crdt::render::ChapterBlocks;
use crdt::render::remarked::{self, Said};
use crdt::review::thread::{Audience, Thread};

use crate::app::App;
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::export::discussed::Discussed;
use crate::people::directory::Register;
use crate::people::paper::{Paper, in_language};

/// A stretch of words in one block: which, and where in UTF-16 units from the beginning of its words.
type Stretch = (usize, Range<usize>);

impl App {
    /// REN28: the discussions of these chapters that are for everybody and that this seat may read, in the order of the text. The
    /// words that they are about are bound to them, by their places in this list. Of a sealed draft, those of when it was sealed.
    pub(super) async fn discussed(
        &self,
        paper: &Paper,
        seat: SeatId,
        language: &str,
        milestone: Option<&Milestone>,
        chapters: &mut [ChapterBlocks],
    ) -> Result<Vec<Discussed>, Refusal> {
        let places: Vec<(TextId, Option<&[ChangeHash]>)> = match milestone {
            Some(milestone) => {
                let texts = milestone.texts.iter().filter(|text| text.language == language);
                texts.map(|text| (text.text, Some(text.heads.as_slice()))).collect()
            }
            None => paper.texts_in(language).map(|(_, text)| (text, None)).collect(),
        };
        let then = milestone.map_or_else(|| self.clock.now(), |milestone| milestone.sealed_at);
        let mut discussions = Vec::new();
        let mut before = 0;
        for ((text, heads), chapter) in places.into_iter().zip(chapters) {
            let threads = self.threads_of_text(text, seat).await?;
            let threads: Vec<Thread> =
                threads.iter().filter_map(|kept| for_everybody(&kept.thread, then)).collect();
            if !threads.is_empty() {
                let document = self.live.text(text).await?;
                let heads = heads.map(<[ChangeHash]>::to_vec);
                let mut found = aside(move || Ok(placed(&document, heads.as_deref(), threads))).await?;
                found.sort_by_key(|(thread, stretches)| {
                    (stretches.first().map(|(block, range)| (*block, range.start)), thread.created)
                });
                for (thread, stretches) in found {
                    let is_gone = stretches.is_empty();
                    let stretches = if is_gone { whole(chapter, &thread) } else { stretches };
                    for (block, range) in &stretches {
                        if let Some(block) = chapter.blocks.get_mut(*block) {
                            remarked::bind(block, range.clone(), discussions.len());
                        }
                    }
                    let first = stretches.first().map_or(0, |(block, _)| *block);
                    let register = self.directory.register();
                    discussions.push(Discussed {
                        chapter: heading(chapter),
                        paragraph: number(before, &chapter.blocks, first),
                        address: self.address_of(paper, language, milestone, chapter, first),
                        quote: thread.anchor.quote.clone(),
                        is_gone,
                        is_resolved: thread.resolved.as_ref().is_some_and(|resolved| resolved.at <= then),
                        said: said(&register, paper, language, &thread),
                    });
                }
            }
            before += chapter.blocks.iter().filter(|block| block.is_numbered()).count();
        }
        Ok(discussions)
    }

    /// Where a block can be read, by whoever may.
    fn address_of(
        &self,
        paper: &Paper,
        language: &str,
        milestone: Option<&Milestone>,
        chapter: &ChapterBlocks,
        block: usize,
    ) -> String {
        let site = format!("{}/papers/{}", self.settings.public_url, paper.slug);
        let place = match milestone {
            Some(milestone) => format!("milestones/{}", milestone.id),
            None => format!("{language}/{}", chapter.number),
        };
        match chapter.blocks.get(block) {
            Some(block) => format!("{site}/{place}#p-{}", block.id),
            None => format!("{site}/{place}"),
        }
    }
}

/// A thread as everybody finds it, if it is for everybody and had been opened then. Nothing that was said within a component before it was
/// sent is in it, for whomever the file is made: it will be passed on.
fn for_everybody(thread: &Arc<Thread>, then: Moment) -> Option<Thread> {
    let is_theirs = thread.audience == Audience::All && thread.withdrawn.is_none();
    let mut seen = Some(thread).filter(|_| is_theirs)?.as_seen_outside();
    seen.comments.retain(|comment| comment.at <= then);
    (!seen.comments.is_empty()).then_some(seen)
}

/// Where the words of each thread stand in a text, or stood at these heads.
fn placed(
    document: &Arc<Text>,
    heads: Option<&[ChangeHash]>,
    threads: Vec<Thread>,
) -> Vec<(Thread, Vec<Stretch>)> {
    let state = heads.and_then(|heads| document.then(heads)).unwrap_or_else(|| document.now());
    let (reading, elements) = (state.read(), state.elements());
    let stretches = |thread: &Thread| {
        let Some(range) = thread.anchor.range_among(&elements) else { return Vec::new() };
        let blocks = reading.places.iter().enumerate();
        let within = blocks.filter(|(_, place)| place.start < range.end && range.start < place.end);
        within
            .map(|(at, place)| {
                (at, range.start.max(place.start) - place.start..range.end.min(place.end) - place.start)
            })
            .collect()
    };
    threads.into_iter().map(|thread| (stretches(&thread), thread)).map(|(at, thread)| (thread, at)).collect()
}

/// Number and title of a chapter.
fn heading(chapter: &ChapterBlocks) -> String {
    let title = chapter.blocks.first().map(Block::words_in_line).unwrap_or_default();
    format!("{} {title}", chapter.number).trim().to_owned()
}

/// What is bound to a thread whose words are gone: its paragraph, or else the title of the chapter.
fn whole(chapter: &ChapterBlocks, thread: &Thread) -> Vec<Stretch> {
    let at = chapter.blocks.iter().position(|block| block.id == thread.paragraph).unwrap_or(0);
    vec![(at, 0..usize::MAX)]
}

/// The number of a block in the paper; `before` paragraphs have one in the chapters before.
fn number(before: usize, blocks: &[Block], at: usize) -> Option<usize> {
    let block = blocks.get(at)?;
    let here = blocks[..=at].iter().filter(|block| block.is_numbered()).count();
    block.is_numbered().then_some(before + here)
}

/// What was said, and by whom. What a component sent, it says itself.
fn said(register: &Register, paper: &Paper, language: &str, thread: &Thread) -> Vec<Said> {
    let name_of = |component| {
        let component = register.component(component);
        let name = component.and_then(|found| in_language(&found.name, language, &paper.languages));
        name.or(component.map(|found| found.code.as_str())).unwrap_or_default().to_owned()
    };
    let comments = thread.comments.iter().enumerate().map(|(at, comment)| {
        let who = register.who(comment.seat);
        let (who, initials) = match (who, &thread.submission) {
            (Some(who), None) => spoken(who.person, &name_of(who.component.id)),
            (Some(who), Some(_)) if at > 0 => spoken(who.person, &name_of(who.component.id)),
            _ => {
                let code = register.component(thread.component).map(|component| component.code.clone());
                (name_of(thread.component), code.unwrap_or_default())
            }
        };
        Said { who, initials, at: comment.at, words: comment.body.clone() }
    });
    comments.collect()
}

fn spoken(person: &crate::people::account::Person, component: &str) -> (String, String) {
    (format!("{} ({component})", person.name), person.initials.clone())
}
