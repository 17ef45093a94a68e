//! Which editing session wrote which words.

use serde::{Deserialize, Serialize};

use crate::document::Text;
use crate::document::elements::{ElementId, Elements};
use crate::ids::{ActorId, ChangeHash};

/// Neighbouring units that one session wrote. Offsets are UTF-16 code units from the start of the text; a marker
/// counts one and belongs to whoever began the paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributedRun {
    /// The first unit.
    pub start: usize,
    /// Behind the last unit.
    pub end: usize,
    /// The session. The server's table says whose it is.
    pub actor: ActorId,
    /// The latest change that wrote any of them: its time of receipt is the time to show.
    pub change: ChangeHash,
}

/// The whole text in such runs, in order and without gaps. Who marked or deleted words does not show in them.
pub fn runs(text: &Text) -> Vec<AttributedRun> {
    let mut spans: Vec<(std::ops::Range<usize>, ElementId)> = Vec::new();
    for (element, units) in Elements::of(text).within(0..text.length_utf16()) {
        match spans.last_mut() {
            Some((span, latest)) if latest.actor == element.actor => {
                span.end = units.end;
                latest.counter = latest.counter.max(element.counter);
            }
            _ => spans.push((units, element)),
        }
    }
    let run = |(span, latest): (std::ops::Range<usize>, ElementId)| {
        let change = text.change_of(&latest).expect("a living element was written by a change of this text");
        AttributedRun { start: span.start, end: span.end, actor: latest.actor, change }
    };
    spans.into_iter().map(run).collect()
}
