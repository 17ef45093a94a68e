//! The network is bad.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

use borrador_tests::faults::proxy::{Passage, Way};
use borrador_tests::faults::regular::Regular;
use borrador_tests::faults::weather::{a_day, the_evening};
use borrador_tests::process::{Process, SignedIn};
use fastrand::Rng;

use super::seed;

/// A program, two people with a pen, and the text they write.
struct Housing {
    process: Process,
    who: [SignedIn; 2],
    document: String,
    rounds: Cell<usize>,
    _data: tempfile::TempDir,
}

impl Housing {
    async fn new() -> Housing {
        let data = tempfile::tempdir().unwrap();
        let process = Process::start(data.path());
        let who = [
            process.signs_in("ines.duarte@example.org").await,
            process.signs_in("adaeze.obi@example.org").await,
        ];
        let document = process.documents(&who[0], "en").await.swap_remove(0);
        Housing { process, who, document, rounds: Cell::new(0), _data: data }
    }

    /// Inés and Adaeze have the text open. What they type says in which round they typed it.
    async fn two(&self) -> [Regular; 2] {
        let round = self.rounds.replace(self.rounds.get() + 1);
        let named = |name: &str| format!("{name} {round}.");
        let mut inés = Regular::new(&named("Inés"), &self.process, &self.who[0], &self.document).await;
        let mut adaeze = Regular::new(&named("Adaeze"), &self.process, &self.who[1], &self.document).await;
        assert!(inés.comes_in(&self.process).await && adaeze.comes_in(&self.process).await);
        [inés, adaeze]
    }

    /// Adaeze writes and reads "saved" while Inés is in trouble; then the weather clears, and all promises were kept.
    async fn heals(&self, inés: Regular, mut adaeze: Regular) {
        adaeze.types().await;
        let own: BTreeSet<_> = adaeze.guest.desk.hashes_since(&[]).into_iter().collect();
        adaeze.comes_to(&self.process, &own).await;
        let day = the_evening(vec![inés, adaeze], &self.process, &self.who[0], &self.document).await;
        assert!(day.is_fine(), "{day:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn syn6_after_every_trouble_of_the_network_people_come_together_and_no_word_is_doubled_or_lost() {
    let housing = Housing::new().await;
    for way in [Way::Up, Way::Down] {
        for passage in [
            Passage::Late(Duration::from_millis(150)),
            Passage::Trickle(Duration::from_secs(1)),
            Passage::Twice,
            Passage::Nothing,
        ] {
            println!("{way:?} {passage:?}");
            let [mut inés, adaeze] = housing.two().await;
            inés.proxy.passes(way, passage);
            inés.types().await;
            housing.heals(inés, adaeze).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn syn6_a_line_that_breaks_at_any_byte_loses_and_doubles_nothing() {
    let housing = Housing::new().await;
    let mut chance = Rng::with_seed(seed());
    for way in [Way::Up, Way::Down] {
        for _ in 0..3 {
            let [mut inés, adaeze] = housing.two().await;
            let bytes = chance.u64(..400);
            println!("{way:?}: {bytes} bytes pass");
            inés.proxy.cuts_after(way, bytes);
            while inés.guest.is_connected() {
                inés.types().await;
                inés.glances().await;
            }
            housing.heals(inés, adaeze).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn syn6_whoever_misses_the_server_s_answer_sends_again_and_nothing_is_doubled() {
    let housing = Housing::new().await;
    let [mut inés, adaeze] = housing.two().await;
    inés.proxy.cuts_at_the_next_message(Way::Down);
    inés.types().await;
    assert!(inés.guest.hears_something().await.is_err(), "the line is cut before the answer passes");
    assert!(!inés.guest.is_saved());
    housing.heals(inés, adaeze).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn syn6_whoever_s_line_is_reset_or_lost_comes_back_on_a_new_one() {
    let housing = Housing::new().await;
    let [mut inés, adaeze] = housing.two().await;
    inés.types().await;
    inés.proxy.resets_lines();
    inés.types().await;
    housing.heals(inés, adaeze).await;

    let [mut inés, adaeze] = housing.two().await;
    inés.proxy.loses_lines();
    inés.types().await;
    housing.heals(inés, adaeze).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn syn6_a_few_days_of_any_weather_end_with_everybody_together() {
    let housing = Housing::new().await;
    let first = seed();
    for seed in first..first + 4 {
        let day = a_day(&housing.process, &housing.who, &housing.document, seed).await;
        println!("seed {seed}: {day:?}");
        assert!(day.is_fine(), "seed {seed}: {day:?}");
    }
}
