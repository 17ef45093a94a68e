//! What may not enter, and that refusing it hurts nobody.

use automerge::transaction::Transactable;
use automerge::{ObjType, ScalarValue};
use borrador_tests::desk::Desk;
use borrador_tests::hostile::{self, raw};
use borrador_tests::network::Network;
use borrador_tests::notation::assert_same;
use borrador_tests::person::Person;
use bytes::Bytes;
use crdt::sync::events::{Access, Refusal};

use super::housing;

/// Chiara sends this; she is refused with `code`, nothing enters, and Lyon and she can go on writing.
#[track_caller]
fn assert_refused(network: &Network, chiara: &Person, lyon: &Person, chunks: &[Bytes], code: &str) {
    let (stored, told, before) = (network.stored(), chiara.was_told().len(), lyon.reads());
    chiara.forces(chunks);
    network.settle();
    assert_eq!(chiara.was_told()[told..], [code]);
    assert_eq!((network.stored(), lyon.reads()), (stored, before), "nothing entered");
    lyon.types_after("Housing", ".");
    network.settle();
    assert!(lyon.is_saved(), "the others go on");
    assert_eq!(network.on_disk(), lyon.reads(), "the text loads");
}

fn chiara_and_lyon() -> (Network, Person, Person) {
    let network = housing();
    let (chiara, lyon) = (network.writer("Chiara"), network.writer("Lyon"));
    network.settle();
    lyon.types_after("welcome]", " everyone");
    network.settle();
    (network, chiara, lyon)
}

fn word(desk: &mut Desk) -> automerge::Change {
    desk.types_after("Cities", "x")
}

#[test]
fn syn9_w06_a_reader_who_writes_is_refused_and_goes_on_reading() {
    let network = housing();
    let [tangier] = network.writers();
    let omar = network.reader("Omar");
    network.settle();
    omar.types_after("welcome]", " nobody");
    network.settle();
    assert_eq!(omar.was_told(), ["not_allowed"]);
    assert_eq!(network.audit(), [(omar.seat(), Refusal::NotAllowed)]);
    tangier.types_after("welcome]", " everyone");
    network.settle();
    assert_eq!(tangier.reads(), "# Housing\nCities [welcome] everyone.");
    assert!(omar.reads().contains("everyone"));
    assert_eq!(network.stored(), 2);
}

#[test]
fn w06_a_stock_client_that_is_refused_and_the_server_do_not_talk_for_ever() {
    let network = housing();
    let samir = network.stock_writer("Samir");
    network.settle();
    network.may(&samir, Access::Read);
    samir.types_after("welcome]", " nobody");
    // It takes no notice of refusals, and repeats what it has whenever it is spoken to.
    network.settle();
    assert!(samir.received_frames() < 10, "it was spoken to {} times", samir.received_frames());
    assert_eq!(samir.was_told(), ["not_allowed"]);
}

#[test]
fn syn5_w10_nobody_writes_under_a_colleagues_actor() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let next = hostile::written_as(&chiara.drafts(word), &lyon.actor(), 2);
    assert_refused(&network, &chiara, &lyon, &[next], "actor_not_yours");
    assert_eq!(network.audit(), [(chiara.seat(), Refusal::ActorNotYours)]);
}

#[test]
fn syn5_w10_nobody_signs_with_a_colleagues_name() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let mut signed = None;
    chiara.drafts(|desk| {
        let mut forger = Desk::new([9; 16], Some(lyon.seat()));
        forger.receive(&[desk.doc().save().into()]);
        signed = Some(word(&mut forger));
        word(desk)
    });
    assert_refused(&network, &chiara, &lyon, &[raw(&signed.unwrap())], "actor_not_yours");
}

#[test]
fn syn5_w10_the_server_remembers_after_a_restart_whose_actor_it_is() {
    let (network, chiara, lyon) = chiara_and_lyon();
    network.server_crashes();
    network.server_restarts();
    network.settle();
    let next = hostile::written_as(&chiara.drafts(word), &lyon.actor(), 2);
    assert_refused(&network, &chiara, &lyon, &[next], "actor_not_yours");
}

#[test]
fn w11_the_time_in_a_change_is_only_content() {
    for seconds in [0, -3_600, 7_258_118_400] {
        let (network, chiara, lyon) = chiara_and_lyon();
        chiara.forces(&[hostile::dated(&chiara.drafts(word), seconds)]);
        network.settle();
        assert_same(&[&chiara, &lyon], "# Housing\nCitiesx [welcome] everyone.");
    }
}

#[test]
fn syn5_w12_a_counter_from_far_ahead_is_refused() {
    for start in [u64::from(u32::MAX), 1 << 53] {
        let (network, chiara, lyon) = chiara_and_lyon();
        let change = hostile::counting_from(&chiara.drafts(word), start);
        assert_refused(&network, &chiara, &lyon, &[change], "counter_out_of_range");
    }
}

#[test]
fn syn5_w12_a_counter_that_was_used_before_is_refused() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let change = hostile::counting_from(&chiara.drafts(word), 1);
    assert_refused(&network, &chiara, &lyon, &[change], "counter_out_of_range");
}

#[test]
fn syn5_w13_changes_whose_dependencies_never_come_wait_only_up_to_a_limit() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let mut orphans = Vec::new();
    chiara.drafts(|desk| {
        let mut missing = Desk::new([9; 16], None);
        missing.receive(&[desk.doc().save().into()]);
        word(&mut missing);
        for _ in 0..1_000 {
            orphans.push(raw(&missing.types_after("Citiesx", "!")));
        }
        word(desk)
    });
    chiara.forces(&orphans[..200]);
    network.settle();
    assert_eq!(chiara.was_told(), [] as [&str; 0], "two hundred may wait");
    assert_refused(&network, &chiara, &lyon, &orphans[200..], "missing_dependencies");
    assert_eq!(network.stored(), 3, "the seed and Lyon's two");
}

#[test]
fn syn5_w13_changes_that_wait_enter_when_what_they_wait_for_has_come() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let mut made = Vec::new();
    chiara.drafts(|desk| {
        made.push(raw(&desk.types_after("Cities", "1")));
        made.push(raw(&desk.types_after("Cities1", "2")));
        desk.types_after("Cities12", "3")
    });
    chiara.forces(&made[1..]);
    network.settle();
    assert_eq!(lyon.reads(), "# Housing\nCities [welcome] everyone.");
    chiara.forces(&made[..1]);
    network.settle();
    assert_same(&[&chiara, &lyon], "# Housing\nCities12 [welcome] everyone.");
}

#[test]
fn syn5_w14_a_change_that_names_an_unknown_actor_is_refused() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let nobody = automerge::ActorId::from(&[0xee_u8; 16][..]);
    let change = hostile::behind(&chiara.drafts(word), 2, &nobody);
    assert_refused(&network, &chiara, &lyon, &[change], "change_invalid");
}

#[test]
fn syn5_w14_a_change_that_names_an_element_that_does_not_exist_is_refused() {
    let (network, chiara, lyon) = chiara_and_lyon();
    // Lyon wrote one change of a few operations behind the seed's: this number is nobody's.
    let change = hostile::behind(&chiara.drafts(word), 1, &lyon.actor());
    assert_refused(&network, &chiara, &lyon, &[change], "change_invalid");
}

#[test]
fn syn5_w14_a_change_that_writes_inside_what_is_no_object_is_refused() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let change = hostile::inside(&chiara.drafts(word), 1, &lyon.actor());
    assert_refused(&network, &chiara, &lyon, &[change], "change_invalid");
}

#[test]
fn syn5_w14_a_change_that_overwrites_what_does_not_exist_is_refused() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let deletes = chiara.drafts(|desk| desk.replaces("C", ""));
    let change = hostile::overwriting(&deletes, 1, &lyon.actor());
    assert_refused(&network, &chiara, &lyon, &[change], "change_invalid");
}

#[test]
fn syn5_w15_nobody_writes_at_the_root() {
    let (network, chiara, lyon) = chiara_and_lyon();
    for key in ["text", "schema", "evil"] {
        let marker = chiara.drafts(|desk| desk.splits_after("Cities", 77));
        let change = hostile::at_the_root(&marker, key);
        assert_refused(&network, &chiara, &lyon, &[change], "schema_violation");
    }
}

#[test]
fn syn5_w15_no_link_runs_a_script() {
    let (network, chiara, lyon) = chiara_and_lyon();
    for href in
        ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "https://a\u{9}b", "//c2c.example"]
    {
        let change = raw(&chiara.drafts(|desk| desk.marks("Cities", "link", ScalarValue::from(href))));
        assert_refused(&network, &chiara, &lyon, &[change], "schema_violation");
    }
    chiara.links("Cities", "https://c2c.example");
    network.settle();
    assert!(chiara.is_saved());
}

#[test]
fn syn5_w18_a_good_change_in_bad_company_is_refused_with_it() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let good = raw(&chiara.drafts(word));
    assert_refused(
        &network,
        &chiara,
        &lyon,
        &[good.clone(), Bytes::from_static(b"garbage")],
        "change_invalid",
    );
    let cut = good.slice(..good.len() - 1);
    assert_refused(&network, &chiara, &lyon, &[good.clone(), cut], "change_invalid");
    chiara.forces(&[good]);
    network.settle();
    assert!(lyon.reads().contains("Citiesx"), "alone it is welcome");
}

#[test]
fn w18_a_whole_document_is_not_a_change() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let mut document = Bytes::new();
    chiara.drafts(|desk| {
        let change = word(desk);
        document = desk.doc().save().into();
        change
    });
    assert_refused(&network, &chiara, &lyon, &[document], "change_invalid");
}

#[test]
fn w19_the_same_change_a_thousand_times_and_backwards_enters_once() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let mut made = Vec::new();
    chiara.drafts(|desk| {
        made.extend((0..19).map(|_| raw(&desk.types_after("Citi", "e"))));
        let last = desk.types_after("Citi", "e");
        made.push(raw(&last));
        last
    });
    made.reverse();
    for _ in 0..50 {
        chiara.forces(&made);
    }
    network.settle();
    assert_same(&[&chiara, &lyon], &format!("# Housing\nCiti{}es [welcome] everyone.", "e".repeat(20)));
    assert_eq!(network.stored(), 22);
    assert_eq!(network.audit(), []);
}

#[test]
fn syn5_an_actor_that_repeats_a_number_is_refused() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let first = chiara.drafts(word);
    let other = chiara.drafts(|desk| desk.types_after("Housing", "y"));
    chiara.forces(&[raw(&first)]);
    network.settle();
    assert_refused(&network, &chiara, &lyon, &[raw(&other)], "sequence_broken");
}

#[test]
fn syn5_an_actor_never_uses_a_counter_twice() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let other = chiara.drafts(|desk| desk.types_after("Housing", "y"));
    chiara.forces(&[raw(&chiara.drafts(word))]);
    network.settle();
    // Number two of its actor, but written as if number one had never been.
    let again = hostile::forged(&other, |change| (change.seq, change.extra_bytes) = (2, Vec::new()));
    assert_refused(&network, &chiara, &lyon, &[again], "sequence_broken");
}

#[test]
fn syn5_an_author_stands_only_in_an_actors_first_change() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let mut second = None;
    let first = chiara.drafts(|desk| {
        let first = word(desk);
        second = Some(desk.types_after("Housing", "y"));
        first
    });
    chiara.forces(&[raw(&first)]);
    network.settle();
    // Automerge refuses to load a text in which an actor names its author twice.
    let again = hostile::forged(&second.unwrap(), |change| change.extra_bytes = first.decode().extra_bytes);
    assert_refused(&network, &chiara, &lyon, &[again], "change_invalid");
}

#[test]
fn syn5_w15_objects_nested_five_hundred_deep_are_refused() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let nested = chiara.drafts(|desk| {
        desk.edit(|edit, text| {
            let mut object = edit.split_block(text, 1)?;
            for _ in 0..500 {
                object = edit.put_object(&object, "deeper", ObjType::Map)?;
            }
            Ok(())
        })
    });
    assert_refused(&network, &chiara, &lyon, &[raw(&nested)], "schema_violation");
}

#[test]
fn syn5_what_a_refused_message_brought_can_be_brought_again() {
    let (network, chiara, lyon) = chiara_and_lyon();
    let mut made = Vec::new();
    chiara.drafts(|desk| {
        made.push(raw(&desk.splits_after("Cities", 77)));
        made.push(raw(&desk.types_after("Cities", " and")));
        made.push(raw(&desk.replaces("and", "towns")));
        word(desk)
    });
    let bad = hostile::behind(&chiara.drafts(word), 1, &lyon.actor());
    let company: Vec<Bytes> = made.iter().cloned().chain([bad]).collect();
    chiara.forces(&company);
    network.settle();
    assert_eq!(chiara.was_told(), ["sequence_broken"], "the last one repeats the number of the first");
    chiara.forces(&made);
    network.settle();
    assert_same(&[&chiara, &lyon], "# Housing\nCities towns\n [welcome] everyone.");
}

#[test]
fn w22_what_was_written_offline_after_the_right_was_lost_does_not_enter() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    tangier.goes_offline();
    network.settle();
    tangier.types_after("welcome]", " everyone");
    network.may(&tangier, Access::Read);
    tangier.comes_back();
    network.settle();
    assert_eq!(tangier.was_told(), ["not_allowed"]);
    assert!(!tangier.is_saved());
    assert_eq!(lyon.reads(), "# Housing\nCities [welcome].");
}
