//! Random days on the network, through the real room: at the end everybody has the same text, and it is the one on the disk.
//!
//! Each run draws three to eight people, half of them with stock clients, and lets them write while connections break, frames
//! arrive twice, the disk fills up and the server is killed in the middle of writes. The network itself checks at every frame
//! that nobody receives what is not durable and that nothing reads "saved" that is not on the disk.
//!
//! `CONVERGENCE_RUNS` sets how many runs there are, `CONVERGENCE_SEED` the first of their seeds. A seed that fails is printed,
//! and gets a test of its own below once it is mended.

use std::panic::{AssertUnwindSafe, catch_unwind};

use borrador_tests::desk::spans;
use borrador_tests::network::{Mood, Network};
use borrador_tests::notation::paper;
use borrador_tests::person::Person;
use crdt::sync::events::Refusal;
use fastrand::Rng;

const DEFAULT_RUNS: u64 = 150;
const STEPS: usize = 120;

#[test]
fn syn6_whatever_happens_everybody_ends_with_the_text_that_is_on_the_disk() {
    let from_environment = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let first = from_environment("CONVERGENCE_SEED").unwrap_or(1);
    let runs = from_environment("CONVERGENCE_RUNS").unwrap_or(DEFAULT_RUNS);
    println!("{runs} runs from seed {first}");
    for seed in first..first + runs {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| a_day(seed))) {
            eprintln!("seed {seed} failed; repeat it with CONVERGENCE_SEED={seed} CONVERGENCE_RUNS=1");
            std::panic::resume_unwind(panic);
        }
    }
}

/// One run: a day of writing and trouble, then a quiet evening in which everything must come together.
fn a_day(seed: u64) {
    let mut chance = Rng::with_seed(seed);
    let network = Network::seeded(
        paper("# Housing\nCities welcome everyone who arrives.\n- reception\n- schools"),
        seed,
    );
    network.world().doubles_one_in = [0, 0, 5, 20][chance.usize(..4)];
    let people: Vec<Person> = (0..chance.usize(3..=8))
        .map(|n| {
            if chance.bool() {
                network.writer(&format!("Inés {n}"))
            } else {
                network.stock_writer(&format!("Samir {n}"))
            }
        })
        .collect();
    network.settle();
    for _ in 0..STEPS {
        something_happens(&network, &people, &mut chance);
    }
    the_evening(&network, &people);
}

fn something_happens(network: &Network, people: &[Person], chance: &mut Rng) {
    let person = &people[chance.usize(..people.len())];
    match chance.u8(0..40) {
        0..28 => {
            for _ in 0..chance.usize(1..4) {
                drop(person.scribbles());
            }
        }
        28 => person.is_cut_off(),
        29 => person.reloads(),
        30 | 31 => person.goes_offline(),
        32..=34 => person.comes_back(),
        35 if chance.bool() => network.saves_history(),
        35 => network.takes_snapshot(),
        36 => network.disk_is(Mood::Full),
        37 => network.disk_is(Mood::Healthy),
        38 => {
            network.server_crashes();
            network.run_for_ms(chance.u64(..500));
            network.server_restarts();
        }
        _ => network.world().disk_ms = [1..10, 100..400][chance.usize(..2)].clone(),
    }
    network.run_for_ms([0, 5, 30, 300][chance.usize(..4)]);
}

/// All troubles end: there is space, the wires hold, everybody is here and reloads the page once.
fn the_evening(network: &Network, people: &[Person]) {
    network.disk_is(Mood::Healthy);
    people.iter().for_each(Person::comes_back);
    network.settle();
    for person in people {
        person.reloads();
    }
    network.settle();

    let document = network.world().server.disk.document();
    for person in people {
        assert_eq!(
            person.heads(),
            document.get_heads(),
            "{} has the same changes as the disk",
            person.name()
        );
        assert_eq!(person.spans(), spans(&document), "{} reads the same as the disk", person.name());
        assert!(person.is_saved(), "{} has nothing unsaved", person.name());
        let passing = |code: &String| code == "storage_full" || code == "missing_dependencies";
        assert!(person.was_told().iter().all(passing), "{} was told {:?}", person.name(), person.was_told());
    }
    let wrong = network.audit().into_iter().find(|(_, refusal)| *refusal != Refusal::MissingDependencies);
    assert_eq!(wrong, None, "nobody did anything wrong");
}
