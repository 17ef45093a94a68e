//! Coming together: at once, late, after days offline, with whatever client.

use borrador_tests::network::Network;
use borrador_tests::notation::{assert_same, paper};
use crdt::sync::events::Access;

use super::housing;

#[test]
fn syn7_two_cities_write_at_once_and_read_the_same() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    tangier.types_after("welcome]", " everyone");
    lyon.replaces("Cities", "All cities");
    network.settle();
    assert_same(&[&tangier, &lyon], "# Housing\nAll cities [welcome] everyone.");
    assert!(tangier.is_saved() && lyon.is_saved());
    assert_eq!(network.on_disk(), tangier.reads());
}

#[test]
fn syn4_a_stock_client_and_ours_write_together() {
    let network = housing();
    let inés = network.writer("Inés");
    let samir = network.stock_writer("Samir");
    network.settle();
    inés.types_after("welcome]", " everyone");
    samir.replaces("Cities", "All cities");
    samir.stresses("All");
    inés.presses_enter_after("Housing");
    network.settle();
    assert_same(&[&inés, &samir], "# Housing\n\n*All* cities [welcome] everyone.");
    assert!(inés.is_saved() && samir.is_saved());
}

#[test]
fn syn6_a_late_joiner_gets_everything_from_the_log() {
    let network = housing();
    let [tangier] = network.writers();
    network.settle();
    for _ in 0..40 {
        tangier.types_after("welcome", "!");
    }
    network.settle();
    let [adaeze, chiara] = [network.reader("Adaeze"), network.stock_writer("Chiara")];
    network.settle();
    assert_same(&[&adaeze, &chiara, &tangier], &tangier.reads());
    assert_eq!(adaeze.received_frames(), 1, "one answer brings it all");
}

#[test]
fn syn6_a_late_joiner_gets_a_snapshot_and_what_came_after_it() {
    let network = housing();
    let [tangier] = network.writers();
    network.settle();
    tangier.types_after("welcome]", " everyone");
    network.settle();
    network.takes_snapshot();
    tangier.replaces("Cities", "All cities");
    network.settle();
    let [adaeze, chiara] = [network.writer("Adaeze"), network.stock_writer("Chiara")];
    network.settle();
    assert_same(&[&adaeze, &chiara, &tangier], "# Housing\nAll cities [welcome] everyone.");
    adaeze.types_after("everyone", ", always");
    chiara.types_after("Housing", " for all");
    network.settle();
    assert_same(&[&adaeze, &chiara, &tangier], "# Housing for all\nAll cities [welcome] everyone, always.");
}

#[test]
fn syn6_a_thousand_changes_made_offline_arrive_once_each() {
    for stock in [false, true] {
        let network = housing();
        let lyon = if stock { network.stock_writer("Lyon") } else { network.writer("Lyon") };
        let tangier = network.writer("Tangier");
        network.settle();
        lyon.goes_offline();
        for _ in 0..1_000 {
            lyon.types_after("welcome", "!");
        }
        for _ in 0..300 {
            tangier.types_after("Cities", "?");
        }
        network.settle();
        assert_eq!(lyon.unsaved(), 1_000);
        lyon.comes_back();
        network.settle();
        assert_same(&[&tangier, &lyon], &tangier.reads());
        assert!(lyon.is_saved());
        assert_eq!(
            lyon.sent_changes(),
            1_000,
            "no change twice, none of the others' (stock client: {stock})"
        );
        assert_eq!(network.stored(), 1 + 1_300);
    }
}

#[test]
fn syn6_two_who_were_offline_together_leave_two_heads_and_then_one() {
    let network = housing();
    let [tangier, lyon, tunis] = network.writers();
    network.settle();
    for person in [&tangier, &lyon] {
        person.goes_offline();
    }
    tangier.types_after("welcome]", " everyone");
    lyon.replaces("Cities", "All cities");
    network.settle();
    tangier.comes_back();
    lyon.comes_back();
    network.settle();
    assert_eq!(tunis.heads().len(), 2, "neither knew of the other");
    tunis.types_after("Housing", " for all");
    network.settle();
    assert_same(&[&tangier, &lyon, &tunis], "# Housing for all\nAll cities [welcome] everyone.");
    assert_eq!(tunis.heads().len(), 1);
}

#[test]
fn syn6_whoever_reloads_in_the_middle_of_a_sentence_loses_no_word() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    tangier.types_after("welcome]", " every");
    tangier.reloads();
    tangier.types_after(" every", "one");
    network.settle();
    assert_same(&[&tangier, &lyon], "# Housing\nCities [welcome] everyone.");
}

#[test]
fn syn6_a_client_that_starts_over_is_answered_once_and_not_for_ever() {
    let network = housing();
    let inés = network.stock_writer("Inés");
    network.settle();
    let before = inés.received_frames();
    // What automerge-repo sends when it distrusts its own state: nothing known, nothing shared.
    for _ in 0..5 {
        inés.starts_over();
    }
    network.settle();
    assert!(
        inés.received_frames() - before <= 6,
        "it was answered {} times",
        inés.received_frames() - before
    );
    inés.types_after("welcome]", " everyone");
    network.settle();
    assert!(inés.is_saved());
}

#[test]
fn syn2_w05_a_text_that_is_not_yours_is_like_one_that_does_not_exist() {
    let network = housing();
    let stranger = network.stranger("Somebody else");
    network.settle();
    stranger.asks_for_a_text_that_does_not_exist();
    network.settle();
    assert_eq!(stranger.was_told(), ["unavailable", "unavailable"]);
    assert_eq!(stranger.reads(), "");
}

#[test]
fn syn9_w21_who_loses_the_right_to_read_hears_nothing_more() {
    let network = housing();
    let [tangier] = network.writers();
    let omar = network.reader("Omar");
    network.settle();
    network.may(&omar, Access::None);
    omar.forces(&[]);
    network.settle();
    tangier.types_after("welcome]", " everyone");
    network.settle();
    assert_eq!(omar.reads(), "# Housing\nCities [welcome].");
    assert_eq!(omar.was_told(), ["unavailable"]);
}

#[test]
fn syn6_frames_that_arrive_twice_change_nothing() {
    let network = Network::of(paper("# Housing\nCities [welcome]."));
    network.world().doubles_one_in = 2;
    let [tangier, lyon] = network.writers();
    let samir = network.stock_writer("Samir");
    network.settle();
    for person in [&tangier, &lyon, &samir] {
        for _ in 0..20 {
            person.scribbles();
        }
    }
    network.settle();
    assert_same(&[&tangier, &lyon, &samir], &tangier.reads());
    assert_eq!(network.stored(), 61);
    assert_eq!(network.audit(), []);
}
