//! The annex of a sealed draft on its rounds: who was asked, who answered, who was silent.

use std::collections::BTreeMap;

use crdt::document::Run;
use crdt::ids::ComponentId;
use crdt::review::asked::{Asked, What};
use crdt::review::round::Round;
use crdt::review::submission::Visibility;

use super::annex::Annex;
use super::labels::{DayOf, Words};
use super::leaf::{ITEM, Leaf, PLAIN, strong};

/// The annex; `None` when no round had closed.
pub fn annex(
    words: &Words,
    day: DayOf<'_>,
    rounds: &[(Round, Asked)],
    draft_of: impl Fn(&Round) -> String,
    name_of: impl Fn(ComponentId) -> String,
) -> Option<Annex> {
    if rounds.is_empty() {
        return None;
    }
    let mut leaf = Leaf::of("asked");
    leaf.heading(1, words.get("asked-title"));
    leaf.plain(words.get("asked-note"));
    for (round, asked) in rounds {
        let (opens, closes) = (words.day(day(round.plan.opens)), words.day(day(round.closes())));
        let draft = draft_of(round);
        leaf.heading(2, round.plan.name.as_str());
        let about = [("draft", draft.as_str()), ("opens", opens.as_str()), ("closes", closes.as_str())];
        leaf.plain(words.fill("asked-round", &about));
        let answered = asked.answered.len().to_string();
        leaf.say(PLAIN, vec![strong(words.fill("asked-answered", &[("count", &answered)]))]);
        // What is read by the rapporteurs alone is not counted in public.
        let counts = round.plan.visibility != Visibility::RapporteursOnly;
        let line = |(id, sent): (&ComponentId, &BTreeMap<What, usize>)| {
            if counts { format!("{}: {}", name_of(*id), listed(words, sent)) } else { name_of(*id) }
        };
        list(&mut leaf, asked.answered.iter().map(line).collect());
        let silent = asked.silent.len().to_string();
        leaf.say(PLAIN, vec![strong(words.fill("asked-silent", &[("count", &silent)]))]);
        list(&mut leaf, asked.silent.iter().map(|id| name_of(*id)).collect());
        if !asked.closed.is_empty() {
            let count = asked.closed.len().to_string();
            leaf.say(PLAIN, vec![strong(words.fill("asked-closed", &[("count", &count)]))]);
            let closed = asked.closed.iter().map(|(id, at)| {
                let said = [("component", name_of(*id)), ("date", words.day(day(*at)))];
                words.fill("asked-closed-on", &said.each_ref().map(|(name, value)| (*name, value.as_str())))
            });
            list(&mut leaf, closed.collect());
        }
    }
    Some(leaf.annex())
}

fn listed(words: &Words, sent: &BTreeMap<What, usize>) -> String {
    let each = |(what, count): (&What, &usize)| {
        let id = match what {
            What::Remark => "asked-remarks",
            What::Amendment => "asked-amendments",
            What::Position => "asked-positions",
        };
        words.fill(id, &[("count", &count.to_string())])
    };
    sent.iter().map(each).collect::<Vec<_>>().join(", ")
}

/// Names in order, as people look for them.
fn list(leaf: &mut Leaf, mut lines: Vec<String>) {
    lines.sort();
    for line in lines {
        leaf.say(ITEM, vec![Run::plain(line)]);
    }
}
