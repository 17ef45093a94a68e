//! Rules REV60–REV63: words that are not agreed.

use crdt::document::Anchor;
use crdt::ids::{BracketId, ComponentId, ParagraphId, PersonId, SeatId, TextId};
use crdt::moment::Moment;
use crdt::review::bracket::{Bracket, BracketError, Done, End, Side};
use crdt::review::disposition::{Decider, DispositionError, Place};
use crdt::review::written::WrittenError;
use proptest::prelude::*;
use uuid::Uuid;

const AFRICA: ComponentId = ComponentId(Uuid::from_u128(1));
const MEWA: ComponentId = ComponentId(Uuid::from_u128(2));
const SECRETARIAT: ComponentId = ComponentId(Uuid::from_u128(3));
const NOW: Done = Done { by: SeatId(Uuid::from_u128(4)), at: Moment::EPOCH };
const INES: Decider = Decider {
    seat: SeatId(Uuid::from_u128(5)),
    component: SECRETARIAT,
    person: PersonId(Uuid::from_u128(6)),
};

fn opened(side: Side, words: &str) -> Result<Bracket, BracketError> {
    let place = Place { text: TextId(Uuid::nil()), paragraph: ParagraphId([1; 8]) };
    let anchor = Anchor { runs: vec![], heads: vec![], quote: "shall".to_owned() };
    Bracket::open((BracketId(Uuid::nil()), place), anchor, AFRICA, (side, words), NOW)
}

fn bracket() -> Bracket {
    opened(Side::Delete, "Small towns cannot.").unwrap()
}

fn settled(bracket: &Bracket, words: &str) -> Result<Bracket, BracketError> {
    bracket.settle((End::Kept, ""), words, INES, [].into(), Moment::EPOCH)
}

#[test]
fn rev60_a_bracket_never_stands_without_a_component_that_says_what_it_wants_and_why() {
    for side in [Side::Add, Side::Delete, Side::Keep] {
        assert!(opened(side, "Why.").is_ok(), "{side:?}");
        assert_eq!(opened(side, " "), Err(BracketError::Words(WrittenError::Missing)));
    }
    for side in [Side::Supports, Side::Opposes, Side::Left] {
        assert_eq!(opened(side, "Why."), Err(BracketError::NobodyProposes), "{side:?}");
    }
}

#[test]
fn rev61_a_component_stands_on_one_side_and_what_it_said_before_stays() {
    let bracket = bracket().speak(MEWA, (Side::Opposes, "It is the heart of it."), NOW).unwrap();
    assert_eq!(bracket.opponents(), [MEWA].into());
    let turned = bracket.speak(MEWA, (Side::Supports, ""), NOW).unwrap();
    assert!(turned.opponents().is_empty());
    assert_eq!(turned.said.len(), 3);
    assert_eq!(
        bracket.speak(MEWA, (Side::Opposes, ""), NOW),
        Err(BracketError::Words(WrittenError::Missing))
    );
    assert_eq!(bracket.leave(SECRETARIAT, NOW), Err(BracketError::SaidNothing));
}

#[test]
fn rev61_what_is_said_has_an_end_and_leaving_has_none() {
    let mut bracket = bracket();
    while bracket.said.len() < Bracket::MAX_SAID {
        bracket = bracket.speak(MEWA, (Side::Supports, ""), NOW).unwrap();
    }
    assert_eq!(bracket.speak(MEWA, (Side::Opposes, "Why."), NOW), Err(BracketError::TooMuchSaid));
    let left = bracket.leave(MEWA, NOW).unwrap();
    assert_eq!(left.leave(MEWA, NOW), Err(BracketError::SaidNothing), "once");
    assert!(left.leave(AFRICA, NOW).unwrap().outcome.is_some());
}

#[test]
fn rev61_when_the_last_proposer_leaves_it_is_withdrawn() {
    let two = bracket().speak(MEWA, (Side::Keep, "We want it."), NOW).unwrap();
    let one = two.leave(AFRICA, NOW).unwrap();
    assert_eq!(one.outcome, None);
    let none = one.leave(MEWA, NOW).unwrap();
    assert_eq!(none.outcome.as_ref().map(|outcome| outcome.end), Some(End::Withdrawn));
    assert_eq!(none.speak(AFRICA, (Side::Keep, "Again."), NOW), Err(BracketError::Over));
}

#[test]
fn rev62_a_place_may_have_several_wordings_and_nothing_is_one() {
    let mut bracket = bracket();
    for words in ["should", "agree to", ""].into_iter().chain(["will"; 6]) {
        bracket = bracket.offer(MEWA, words, NOW).unwrap();
    }
    assert_eq!(bracket.options[2].words, "", "no text at all");
    assert_eq!(bracket.offer(MEWA, "may", NOW), Err(BracketError::TooManyOptions));
}

#[test]
fn rev63_it_is_settled_by_others_than_those_who_proposed_it() {
    let own = Decider { component: AFRICA, ..INES };
    let decided = bracket().settle((End::Removed, ""), "", own, [].into(), Moment::EPOCH);
    assert_eq!(decided, Err(BracketError::Decider(DispositionError::Own)));
    let other_hat = bracket().settle((End::Removed, ""), "", INES, [INES.person].into(), Moment::EPOCH);
    assert_eq!(other_hat, Err(BracketError::Decider(DispositionError::Own)));
    let kept = settled(&bracket(), "").unwrap();
    assert_eq!(settled(&kept, ""), Err(BracketError::Over), "once");
}

#[test]
fn rev63_over_an_opponent_only_with_words_which_name_whom() {
    let opposed = bracket().speak(MEWA, (Side::Opposes, "It is the heart of it."), NOW).unwrap();
    assert_eq!(settled(&opposed, " "), Err(BracketError::OverOpponents));
    let decided = settled(&opposed, "The council decided so on 3 October.").unwrap();
    assert_eq!(decided.outcome.unwrap().over, [MEWA].into());
}

#[derive(Clone, Debug)]
enum Act {
    Speak(bool, usize, bool),
    Offer,
    Settle(bool, bool),
}

const SIDES: [Side; 6] = [Side::Add, Side::Delete, Side::Keep, Side::Supports, Side::Opposes, Side::Left];

fn arb_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (any::<bool>(), 0..SIDES.len(), any::<bool>()).prop_map(|(first, side, why)| Act::Speak(first, side, why)),
        1 => Just(Act::Offer),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(own, why)| Act::Settle(own, why)),
    ]
}

proptest! {
    /// Whatever is done: an open bracket has a proposer, nobody decides on their own, nothing is decided over an opponent without
    /// words, nothing that was said is gone, and what is over stays as it is.
    #[test]
    fn rev63_no_sequence_of_acts_leaves_a_bracket_without_a_component_or_decides_in_silence(
        acts in proptest::collection::vec(arb_act(), 0..25)
    ) {
        let mut bracket = bracket();
        for act in acts {
            let before = bracket.clone();
            let why = |why| if why { "Why." } else { "" };
            let next = match act {
                Act::Speak(first, side, reason) => {
                    bracket.speak(if first { AFRICA } else { MEWA }, (SIDES[side], why(reason)), NOW)
                }
                Act::Offer => bracket.offer(MEWA, "should", NOW),
                Act::Settle(own, reason) => {
                    let decider = if own { Decider { component: AFRICA, ..INES } } else { INES };
                    bracket.settle((End::Removed, ""), why(reason), decider, [].into(), Moment::EPOCH)
                }
            };
            bracket = next.unwrap_or(bracket);
            prop_assert!(bracket.said.starts_with(&before.said) && bracket.options.starts_with(&before.options));
            match &bracket.outcome {
                None => prop_assert!(!bracket.proposers().is_empty()),
                Some(outcome) if outcome.end == End::Withdrawn => prop_assert!(bracket.proposers().is_empty()),
                Some(outcome) => {
                    prop_assert!(outcome.over.is_empty() || !outcome.words.is_empty());
                    prop_assert_eq!(outcome.done.by, INES.seat);
                    prop_assert!(!bracket.proposers().contains(&SECRETARIAT));
                }
            }
            prop_assert!(before.outcome.is_none() || bracket == before);
        }
    }
}
