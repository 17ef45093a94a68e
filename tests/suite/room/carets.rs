//! Who is here, and where.

use borrador_tests::frames;

use super::housing;

#[test]
fn syn8_carets_are_seen_by_the_others_and_leave_with_their_owner() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    tangier.points_after("Cities");
    network.settle();
    assert_eq!(lyon.sees_carets_of(), [tangier.seat().to_string()]);
    assert!(tangier.sees_carets_of().is_empty(), "nobody is shown their own");
    tangier.goes_offline();
    network.settle();
    assert!(lyon.sees_carets_of().is_empty());
}

#[test]
fn syn8_whoever_comes_in_is_shown_where_the_others_are() {
    let network = housing();
    let [tangier] = network.writers();
    network.settle();
    tangier.points_after("Cities");
    network.settle();
    let adaeze = network.reader("Adaeze");
    network.settle();
    assert_eq!(adaeze.sees_carets_of(), [tangier.seat().to_string()]);
}

#[test]
fn syn8_two_windows_of_one_person_are_two_carets() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    let second = network.second_window_of(&tangier);
    network.settle();
    tangier.points_after("Cities");
    second.points_after("Housing");
    network.settle();
    assert_eq!(lyon.sees_carets_of().len(), 2);
    second.goes_offline();
    network.settle();
    assert_eq!(lyon.sees_carets_of(), [tangier.seat().to_string()]);
}

#[test]
fn syn8_w20_a_caret_under_another_name_or_of_another_kind_is_shown_to_nobody() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    let document = network.world().server.document();
    tangier.sends(frames::caret("Lyon", 1, &document, Some("5@ab")));
    tangier.sends(frames::ephemeral("Tangier", 2, &document, &vec![0; 100 << 10]));
    tangier.sends(frames::ephemeral("Tangier", 3, &document, b"\xa0"));
    network.settle();
    assert!(lyon.sees_carets_of().is_empty());
    assert!(
        tangier.was_told().is_empty(),
        "it is dropped in silence: stock clients pass on what others said"
    );
}

#[test]
fn syn8_w20_a_flood_of_carets_is_thinned_out_and_then_ends_the_connection() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    for _ in 0..3_000 {
        tangier.points_after("Cities");
    }
    network.settle();
    assert_eq!(tangier.was_told(), ["closed 4429"]);
    lyon.types_after("welcome]", " everyone");
    network.settle();
    assert!(lyon.is_saved());
}
