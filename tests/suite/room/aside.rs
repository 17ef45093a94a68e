//! What is written without the right to: never merged, never lost, never kept twice.

use borrador_tests::hostile;
use borrador_tests::notation::assert_same;
use crdt::sync::events::{Access, Refusal};

use super::housing;

#[test]
fn syn10_w16_what_was_written_offline_against_a_lock_is_kept_for_its_author_and_nobody_sees_it() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    tangier.goes_offline();
    tangier.types_after("welcome]", " everyone");
    tangier.replaces("Cities", "All cities");
    network.may(&tangier, Access::Locked);
    tangier.comes_back();
    network.settle();
    assert_eq!(tangier.was_told(), ["chapter_locked"]);
    assert_eq!(network.set_aside_for(&tangier), [2]);
    assert_eq!(lyon.reads(), "# Housing\nCities [welcome].");
    assert_eq!(network.stored(), 1);
    assert_eq!(network.audit(), [(tangier.seat(), Refusal::ChapterLocked)]);
}

#[test]
fn syn10_w22_what_was_written_after_the_pen_was_lost_is_kept_too() {
    let network = housing();
    let [tangier] = network.writers();
    network.settle();
    network.may(&tangier, Access::Read);
    tangier.types_after("welcome]", " everyone");
    network.settle();
    assert_eq!(tangier.was_told(), ["not_allowed"]);
    assert_eq!(network.set_aside_for(&tangier), [1]);
}

#[test]
fn syn15_what_is_written_for_a_text_that_the_server_cannot_read_is_kept_beside_it() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    network.may(&tangier, Access::Unreadable);
    tangier.types_after("welcome]", " everyone");
    network.settle();
    assert_eq!(tangier.was_told(), ["text_unreadable"]);
    assert_eq!(network.set_aside_for(&tangier), [1]);
    assert_eq!(lyon.reads(), "# Housing\nCities [welcome].");
}

#[test]
fn syn11_the_same_changes_sent_again_make_no_second_record_not_even_after_a_crash() {
    let network = housing();
    let samir = network.stock_writer("Samir");
    network.settle();
    network.may(&samir, Access::Locked);
    samir.types_after("welcome]", " everyone");
    network.settle();
    samir.is_cut_off();
    network.settle();
    network.server_crashes();
    network.server_restarts();
    network.settle();
    let refused = samir.was_told().iter().filter(|told| *told == "chapter_locked").count();
    assert!(refused >= 3, "a stock client sends again whenever it comes back");
    assert_eq!(network.set_aside_for(&samir), [1]);
}

#[test]
fn syn11_a_stock_client_that_writes_on_fills_one_record() {
    let network = housing();
    let samir = network.stock_writer("Samir");
    network.settle();
    network.may(&samir, Access::Locked);
    for _ in 0..20 {
        samir.types_after("welcome", "!");
        network.settle();
    }
    assert_eq!(network.set_aside_for(&samir), [20]);
}

#[test]
fn syn10_what_the_text_has_already_is_neither_refused_nor_kept() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    tangier.types_after("welcome]", " everyone");
    // It is on the disk, and the word of it is lost on the way.
    network.run_for_ms(60);
    tangier.is_cut_off();
    network.may(&tangier, Access::Read);
    network.settle();
    if network.stored() == 2 {
        assert_same(&[&tangier, &lyon], "# Housing\nCities [welcome] everyone.");
        assert!(tangier.is_saved());
        assert_eq!((tangier.was_told().len(), network.set_aside_for(&tangier).len()), (0, 0));
    } else {
        assert_eq!(network.set_aside_for(&tangier), [1]);
    }
}

#[test]
fn syn10_what_could_not_enter_even_with_the_right_is_not_kept_either() {
    let network = housing();
    let (chiara, lyon) = (network.writer("Chiara"), network.writer("Lyon"));
    network.settle();
    lyon.types_after("welcome]", " everyone");
    network.settle();
    network.may(&chiara, Access::Locked);
    let stolen =
        hostile::written_as(&chiara.drafts(|desk| desk.types_after("Cities", "x")), &lyon.actor(), 2);
    chiara.forces(&[stolen]);
    network.settle();
    chiara.forces(&[bytes::Bytes::from_static(b"no change at all")]);
    network.settle();
    assert_eq!(chiara.was_told(), ["actor_not_yours", "change_invalid"]);
    assert_eq!(network.set_aside_for(&chiara), [0_usize; 0]);
    lyon.types_after("Housing", ".");
    network.settle();
    assert!(lyon.is_saved(), "the others go on");
}

#[test]
fn syn10_others_write_on_beside_what_was_set_aside_and_when_the_lock_is_gone_it_merges_once() {
    let network = housing();
    let (tangier, lyon) = (network.stock_writer("Tangier"), network.writer("Lyon"));
    network.settle();
    network.may(&tangier, Access::Locked);
    tangier.types_after("welcome]", " everyone");
    network.settle();
    lyon.replaces("Cities", "All cities");
    network.settle();
    tangier.types_after("everyone", ", always");
    network.settle();
    assert_eq!(network.set_aside_for(&tangier), [2], "it builds on what was set aside before");
    network.may(&tangier, Access::Write);
    tangier.is_cut_off();
    network.settle();
    assert_same(&[&tangier, &lyon], "# Housing\nAll cities [welcome] everyone, always.");
    assert!(tangier.is_saved());
}
