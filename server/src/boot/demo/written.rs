//! How the chapters of the demonstration came about: not in one stroke, but in sittings of their author in June 2016, before the first
//! draft was sealed. So each has a history from the beginning.

use std::time::Duration;

use bytes::Bytes;
use crdt::document::diff::Source;
use crdt::document::{Block, Run, Text, Writer};
use crdt::ids::{SeatId, TextId};
use crdt::moment::Moment;
use uuid::Uuid;

use super::{DemoError, inconsistent};
use crate::app::App;
use crate::live::headers::received_earlier;
use crate::store::Op;

/// Mondays before the first draft, each at another hour: 13 June 2016 08:10, 20 June 12:05, 27 June 14:20, all UTC.
const SITTINGS: [i64; 3] = [1_465_805_400_000, 1_466_424_300_000, 1_467_037_200_000];
/// From one change to the next.
const PACE: Duration = Duration::from_secs(7 * 60 + 12);
/// Blocks that come with one change.
const AT_ONCE: usize = 4;

/// A text that its author wrote on three days, and its log.
pub(super) fn written(
    app: &App,
    blocks: &[Block],
    seat: SeatId,
    nth: usize,
) -> Result<(TextId, Text, Op), DemoError> {
    let mut pages = Pages { app, seat, nth, changes: Vec::new() };
    let rough: Vec<Block> = blocks
        .iter()
        .enumerate()
        .map(|(at, block)| if at % 3 == 2 { shortened(block) } else { block.clone() })
        .collect();
    let third = blocks.len().div_ceil(3);
    let [first, second, third_day] = [0, 1, 2].map(|sitting| pages.writer(sitting));
    let seeded = Text::seed(&rough[..third.max(1)], &pages.at(&first, 0, 0));
    let (mut text, seed) = seeded.map_err(|error| inconsistent(error.to_string()))?;
    pages.keep(0, 0, seed);
    let mut upto = third.max(1);
    for (sitting, writer, end) in [(0, &first, 2 * third), (1, &second, blocks.len())] {
        let mut turn = 1;
        while upto < end.min(blocks.len()) {
            upto = (upto + AT_ONCE).min(end).min(blocks.len());
            turn += pages.write(&mut text, (sitting, turn), writer, &rough[..upto])?;
        }
    }
    let mut now = rough;
    let mut turn = 0;
    for at in (2..blocks.len()).step_by(3) {
        now[at].clone_from(&blocks[at]);
        turn += pages.write(&mut text, (2, turn), &third_day, &now)?;
    }
    let id = TextId(Uuid::new_v4());
    let log = received_earlier(id, seat, pages.changes).map_err(|error| inconsistent(error.to_string()))?;
    Ok((id, text, log))
}

/// What has been written so far, and when.
struct Pages<'a> {
    app: &'a App,
    seat: SeatId,
    /// Which chapter: one comes after another.
    nth: usize,
    changes: Vec<(Moment, Bytes)>,
}

impl Pages<'_> {
    /// The author in a sitting.
    fn writer(&self, sitting: usize) -> Writer {
        Writer { at: self.time(sitting, 0), ..self.app.writer(self.seat) }
    }

    fn at(&self, writer: &Writer, sitting: usize, turn: u32) -> Writer {
        Writer { at: self.time(sitting, turn), ..writer.clone() }
    }

    fn time(&self, sitting: usize, turn: u32) -> Moment {
        let chapter = Duration::from_mins(11) * u32::try_from(self.nth).unwrap_or(u32::MAX);
        Moment::from_unix_ms(SITTINGS[sitting]) + chapter + PACE * turn
    }

    /// Writes one change, and answers how many it were: none where nothing was left to write.
    fn write(
        &mut self,
        text: &mut Text,
        (sitting, turn): (usize, u32),
        writer: &Writer,
        blocks: &[Block],
    ) -> Result<u32, DemoError> {
        let writer = self.at(writer, sitting, turn);
        let edited = text.become_blocks(&writer, blocks, Source::Whole);
        match edited.map_err(|error| inconsistent(error.to_string()))?.change {
            Some(change) => {
                self.keep(sitting, turn, change);
                Ok(1)
            }
            None => Ok(0),
        }
    }

    fn keep(&mut self, sitting: usize, turn: u32, change: Vec<u8>) {
        self.changes.push((self.time(sitting, turn), Bytes::from(change)));
    }
}

/// The paragraph before its last sentence was written.
fn shortened(block: &Block) -> Block {
    let words = block.words();
    let Some(end) = words.trim_end_matches('.').rfind(". ").map(|at| at + 1) else { return block.clone() };
    let mut left = end;
    let mut short = Block { runs: Vec::new(), ..block.clone() };
    for run in &block.runs {
        let length = run.text.len().min(left);
        short.push(Run::marked(&run.text[..length], run.marks.clone()));
        left -= length;
    }
    short
}
