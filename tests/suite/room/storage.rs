//! Durable first: what the disk does decides what people see and read about saving.

use borrador_tests::network::Mood;
use borrador_tests::notation::assert_same;
use crdt::sync::events::{Access, Refusal};

use super::housing;

#[test]
fn syn7_nobody_sees_a_change_and_nobody_reads_saved_while_the_disk_is_busy() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    network.disk_takes_ms(60_000);
    tangier.types_after("welcome]", " everyone");
    network.run_for_ms(50_000);
    assert_eq!(lyon.reads(), "# Housing\nCities [welcome].");
    assert!(!tangier.is_saved());
    network.run_for_ms(20_000);
    assert_eq!(lyon.reads(), "# Housing\nCities [welcome] everyone.");
    assert!(tangier.is_saved());
}

#[test]
fn syn7_what_arrives_during_a_write_is_made_durable_together_after_it() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    let frames = lyon.received_frames();
    network.disk_takes_ms(1_000);
    for _ in 0..50 {
        tangier.types_after("welcome", "!");
    }
    network.settle();
    assert_eq!(lyon.received_frames() - frames, 2, "the first alone, then the other forty-nine");
    assert_eq!(network.stored(), 51);
}

#[test]
fn syn7_what_gathers_is_made_durable_together_when_the_gathering_ends() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    let frames = lyon.received_frames();
    network.changes_gather(true);
    for _ in 0..50 {
        tangier.types_after("welcome", "!");
    }
    network.settle();
    assert_eq!((network.stored(), lyon.received_frames() - frames), (1, 0));
    assert!(!tangier.is_saved());
    network.changes_gather(false);
    network.settle();
    assert_eq!((network.stored(), lyon.received_frames() - frames), (51, 1));
    assert_same(&[&tangier, &lyon], &tangier.reads());
}

#[test]
fn syn7_a_late_joiner_is_not_told_of_what_is_still_being_written() {
    let network = housing();
    let [tangier] = network.writers();
    network.settle();
    network.disk_takes_ms(10_000);
    tangier.types_after("welcome]", " everyone");
    network.run_for_ms(1_000);
    let adaeze = network.stock_writer("Adaeze");
    network.run_for_ms(1_000);
    assert_eq!(adaeze.reads(), "# Housing\nCities [welcome].");
    network.settle();
    assert_same(&[&tangier, &adaeze], "# Housing\nCities [welcome] everyone.");
}

#[test]
fn c09_a_full_disk_takes_nothing_and_loses_nothing_and_works_again_when_there_is_space() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    network.disk_is(Mood::Full);
    tangier.types_after("welcome]", " everyone");
    network.run_for_ms(12_000);
    assert!(tangier.was_told().iter().all(|code| code == "storage_full") && !tangier.was_told().is_empty());
    assert!(!tangier.is_saved());
    assert_eq!((network.stored(), lyon.reads().as_str()), (1, "# Housing\nCities [welcome]."));
    let adaeze = network.reader("Adaeze");
    network.run_for_ms(1_000);
    assert_eq!(adaeze.reads(), lyon.reads(), "reading goes on");

    network.disk_is(Mood::Healthy);
    network.settle();
    assert_same(&[&tangier, &lyon, &adaeze], "# Housing\nCities [welcome] everyone.");
    assert!(tangier.is_saved());
}

#[test]
fn c09_a_stock_client_that_met_a_full_disk_keeps_its_words_and_saves_them_when_it_reconnects() {
    let network = housing();
    let (samir, lyon) = (network.stock_writer("Samir"), network.writer("Lyon"));
    network.settle();
    network.disk_is(Mood::Full);
    samir.types_after("welcome]", " every");
    network.settle();
    network.disk_is(Mood::Healthy);
    // What builds on the lost change waits for it; the server asks once, and Samir's program believes it was sent.
    samir.types_after("every", "one");
    network.settle();
    assert!(!samir.is_saved());
    samir.is_cut_off();
    network.settle();
    assert_same(&[&samir, &lyon], "# Housing\nCities [welcome] everyone.");
    assert!(samir.is_saved());
}

#[test]
fn syn7_after_a_failed_write_nothing_is_acknowledged_until_the_server_starts_again() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    network.disk_is(Mood::Broken);
    tangier.types_after("welcome]", " everyone");
    network.run_for_ms(3_000);
    network.disk_is(Mood::Healthy);
    network.run_for_ms(20_000);
    assert!(!tangier.is_saved(), "the disk may be well again, but the room no longer trusts it");
    assert!(tangier.was_told().iter().all(|code| code == "storage_failed"));
    assert_eq!(lyon.reads(), "# Housing\nCities [welcome].");

    network.server_crashes();
    network.server_restarts();
    network.settle();
    assert_same(&[&tangier, &lyon], "# Housing\nCities [welcome] everyone.");
    assert!(tangier.is_saved());
}

#[test]
fn c10_a_crash_in_the_middle_of_a_write_loses_nothing_that_was_saved_or_seen() {
    let network = housing();
    let [tangier, lyon, tunis] = network.writers();
    network.settle();
    tangier.types_after("welcome]", " everyone");
    network.settle();
    network.disk_takes_ms(500);
    lyon.replaces("Cities", "All cities");
    tunis.types_after("Housing", " for all");
    network.run_for_ms(300);
    network.server_crashes();
    assert!(tangier.is_saved());
    network.server_restarts();
    network.settle();
    assert_same(&[&tangier, &lyon, &tunis], "# Housing for all\nAll cities [welcome] everyone.");
}

#[test]
fn syn7_the_servers_own_change_is_done_when_it_is_durable_and_everybody_has_it() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    network.disk_takes_ms(5_000);
    let change = tangier.drafts(|desk| desk.types_after("welcome]", " everyone"));
    network.submits(1, tangier.seat(), &[borrador_tests::hostile::raw(&change)]);
    network.run_for_ms(1_000);
    assert_eq!(network.outcome(1), None);
    network.settle();
    assert_eq!(network.outcome(1), Some(Ok(())));
    assert_same(&[&tangier, &lyon], "# Housing\nCities [welcome] everyone.");
    network.submits(2, tangier.seat(), &[borrador_tests::hostile::raw(&change)]);
    assert_eq!(network.outcome(2), Some(Ok(())), "known already: nothing to wait for");
}

#[test]
fn syn7_the_servers_own_change_is_refused_when_the_disk_is_full() {
    let network = housing();
    let [tangier] = network.writers();
    network.settle();
    network.disk_is(Mood::Full);
    let change = tangier.drafts(|desk| desk.types_after("welcome]", " everyone"));
    network.submits(1, tangier.seat(), &[borrador_tests::hostile::raw(&change)]);
    network.run_for_ms(1_000);
    assert_eq!(network.outcome(1), Some(Err(Refusal::StorageFull)));
    assert_eq!(tangier.reads(), "# Housing\nCities [welcome].");
}

#[test]
fn syn9_w21_what_was_sent_before_a_right_was_lost_and_arrives_after_it_is_refused() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    tangier.types_after("welcome]", " everyone");
    network.may(&tangier, Access::Read);
    network.settle();
    assert_eq!(tangier.was_told(), ["not_allowed"]);
    assert!(!tangier.is_saved());
    lyon.replaces("Cities", "All cities");
    network.settle();
    assert_eq!(lyon.reads(), "# Housing\nAll cities [welcome].");
    assert_eq!(
        tangier.reads(),
        "# Housing\nAll cities [welcome] everyone.",
        "reading goes on, their words stay theirs"
    );
}
