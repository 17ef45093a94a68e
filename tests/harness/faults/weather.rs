//! A day of bad network: people who write through proxies whose troubles come and go, and a quiet evening (item by item in
//! [`proxy`](super::proxy)).
//!
//! In the evening the weather clears, and within [`HEALED_WITHIN`] everybody has the same text, which is the one in the store; every
//! word that was typed stands in it once; nothing that was ever acknowledged is missing.

use std::collections::BTreeSet;
use std::time::Duration;

use automerge::ChangeHash;
use fastrand::Rng;
use futures_util::future::join_all;
use tokio::time::{Instant, timeout};

use super::proxy::{Passage, Way};
use super::regular::Regular;
use crate::process::{Process, SignedIn};

/// How long people may take to come together once the network works.
pub const HEALED_WITHIN: Duration = Duration::from_secs(5);

/// What a day did, and what the evening found.
#[derive(Clone, Debug, Default)]
pub struct Day {
    /// Troubles that came.
    pub troubles: usize,
    /// Words typed.
    pub typed: usize,
    /// Changes that were acknowledged during the day.
    pub acknowledged: usize,
    /// Acknowledged, and gone in the evening.
    pub lost: usize,
    /// Words that stand in the text more than once.
    pub doubled: usize,
    /// Words that do not stand in the text.
    pub missing: usize,
    /// From clear weather until everybody had everything; `None`: not in time.
    pub together_after: Option<Duration>,
}

impl Day {
    /// Whether the day kept every promise.
    pub fn is_fine(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.missing == 0 && self.together_after.is_some()
    }
}

/// One day of three people on one text, drawn from this seed.
pub async fn a_day(process: &Process, who: &[SignedIn], document: &str, seed: u64) -> Day {
    let mut chance = Rng::with_seed(seed);
    let mut people = Vec::new();
    for (n, who) in who.iter().enumerate() {
        let mut person =
            Regular::new(&format!("{}{seed}x", ["Inés", "Adaeze", "Marta"][n % 3]), process, who, document)
                .await;
        assert!(person.comes_in(process).await, "in clear weather the door is open");
        people.push(person);
    }
    let mut troubles = 0;
    for _ in 0..40 {
        let n = chance.usize(..people.len());
        troubles += usize::from(something_happens(&mut people[n], process, &mut chance).await);
        for person in &mut people {
            person.glances().await;
        }
    }
    Day { troubles, ..the_evening(people, process, &who[0], document).await }
}

/// True if it was a trouble.
async fn something_happens(person: &mut Regular, process: &Process, chance: &mut Rng) -> bool {
    let way = if chance.bool() { Way::Up } else { Way::Down };
    match chance.u8(0..24) {
        0..10 => {
            for _ in 0..chance.usize(1..4) {
                person.types().await;
            }
            return false;
        }
        10..13 => {
            if !person.guest.is_connected() && person.proxy.is_passable() {
                person.comes_in(process).await;
            }
            return false;
        }
        13 | 14 => {
            person.proxy.heals();
            return false;
        }
        15 => person.proxy.passes(way, Passage::Late(Duration::from_millis(chance.u64(5..200)))),
        16 => person.proxy.passes(way, Passage::Trickle(Duration::from_millis(chance.u64(1..1_000)))),
        17 => person.proxy.passes(way, Passage::Nothing),
        18 => person.proxy.passes(way, Passage::Twice),
        19 => person.proxy.resets_lines(),
        20 => person.proxy.cuts_after(way, chance.u64(..3_000)),
        21 => {
            person.proxy.cuts_at_the_next_message(Way::Down);
            person.types().await;
        }
        22 => person.proxy.loses_lines(),
        _ => {
            person.proxy.passes(Way::Up, Passage::Nothing);
            person.proxy.passes(Way::Down, Passage::Nothing);
        }
    }
    true
}

/// The weather clears. Whoever is on a line that is lost dials anew, as a browser does when it sees a network again.
pub async fn the_evening(people: Vec<Regular>, process: &Process, who: &SignedIn, document: &str) -> Day {
    let mut day = Day::default();
    let mut all: BTreeSet<ChangeHash> = BTreeSet::new();
    let mut promised = BTreeSet::new();
    let mut words = Vec::new();
    for person in &people {
        all.extend(person.guest.desk.hashes_since(&[]));
        promised.extend(person.acknowledged.iter().copied());
        words.extend(person.typed.iter().cloned());
    }
    (day.typed, day.acknowledged) = (words.len(), promised.len());

    let cleared = Instant::now();
    let together = timeout(HEALED_WITHIN, all_come_to(people, process, &all)).await;
    day.together_after = together.is_ok().then(|| cleared.elapsed());

    let stored: BTreeSet<ChangeHash> = process.stored(who, document).await.into_iter().collect();
    day.lost = promised.difference(&stored).count();
    if let Ok(people) = together {
        let text = people[0].guest.desk.lines();
        let times = |word: &String| text.matches(&**word).count();
        day.doubled = words.iter().filter(|word| times(word) > 1).count();
        day.missing = words.iter().filter(|word| times(word) == 0).count();
        let same = people.iter().all(|person| person.guest.desk.lines() == text);
        assert!(same, "they have the same changes and read different texts");
    }
    day
}

async fn all_come_to(people: Vec<Regular>, process: &Process, all: &BTreeSet<ChangeHash>) -> Vec<Regular> {
    let mut coming = Vec::new();
    for mut person in people {
        person.proxy.heals();
        coming.push(async move {
            if person.proxy.has_lost_lines() {
                person.hangs_up();
            }
            person.comes_to(process, all).await;
            person
        });
    }
    join_all(coming).await
}
