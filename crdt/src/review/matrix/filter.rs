//! Which rows somebody looks for.

use std::collections::BTreeSet;

use super::{Row, RowKind, State};
use crate::ids::{ComponentId, SeatId};

/// Which rows are wanted. An empty set wants all; the default wants every row.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Of one of these components.
    pub components: BTreeSet<ComponentId>,
    /// In one of these chapters, by their places.
    pub chapters: BTreeSet<usize>,
    /// Of one of these kinds.
    pub kinds: BTreeSet<RowKind>,
    /// In one of these states.
    pub states: BTreeSet<State>,
    /// With somebody who answers it.
    pub assigned: Option<Assigned>,
    /// Holding all of these words, in any case and with or without accents.
    pub words: String,
}

/// Who answers a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Assigned {
    /// Nobody yet.
    Nobody,
    /// This seat.
    To(SeatId),
}

impl Filter {
    /// REV50: is this row wanted? `cited` says how people cite it, in as many ways as there are; asked only where words are looked for.
    pub fn wants(&self, row: &Row, cited: impl FnOnce() -> String) -> bool {
        let Filter { components, chapters, kinds, states, assigned, words } = self;
        let is_one = |set_is_empty: bool, found: bool| set_is_empty || found;
        is_one(components.is_empty(), components.contains(&row.component()))
            && is_one(chapters.is_empty(), chapters.contains(&row.spot.chapter))
            && is_one(kinds.is_empty(), kinds.contains(&row.kind()))
            && is_one(states.is_empty(), states.contains(&row.state()))
            && assigned.is_none_or(|assigned| match assigned {
                Assigned::Nobody => row.assigned().is_none(),
                Assigned::To(seat) => row.assigned() == Some(seat),
            })
            && (words.trim().is_empty() || holds(row, &cited(), &folded(words)))
    }
}

/// Does the row hold each of these (folded) words? Folding is what costs: of a row that holds all in its first part, the others are left.
fn holds(row: &Row, cited: &str, words: &str) -> bool {
    let answer = row.disposition().map_or("", |answer| &answer.words);
    let mut missing: Vec<&str> = words.split_whitespace().collect();
    for part in [row.comment(), row.proposed(), row.quote(), answer, cited] {
        if missing.is_empty() {
            return true;
        }
        let part = folded(part);
        missing.retain(|word| !part.contains(word));
    }
    missing.is_empty()
}

/// Words as people search them: small letters, without the accents of Latin script.
pub fn folded(words: &str) -> String {
    let mut folded = String::with_capacity(words.len());
    for c in words.chars() {
        match c.is_ascii() {
            true => folded.push(c.to_ascii_lowercase()),
            false => folded.extend(c.to_lowercase().filter_map(without_accent)),
        }
    }
    folded
}

fn without_accent(c: char) -> Option<char> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' | 'ı' => 'i',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'š' | 'ş' => 's',
        'ž' | 'ź' | 'ż' => 'z',
        // A typed é may be two characters.
        '\u{300}'..='\u{36f}' => return None,
        other => other,
    })
}
