//! Rules REV34–REV44: the life of an amendment, as sentences about a few people and as random sequences of acts.

use crdt::document::branch::{Footprint, Touch, TouchState};
use crdt::ids::{AmendmentId, ChangeHash, ComponentId, PaperId, PersonId, SeatId, TextId};
use crdt::moment::Moment;
use crdt::review::amendment::{
    Amendment, AmendmentError, Hand, NewAmendment, NewRevision, Stance, State, Verdict, What,
};
use crdt::review::disposition::{DispositionError, Outcome};
use crdt::review::permission::{Function, Grant, Place, Rights, Role, Scope, State as PlaceState};
use crdt::review::submission::{Late, Submission, Visibility};
use proptest::prelude::*;
use uuid::Uuid;

const AFRICA: u128 = 1;
const LYON: u128 = 2;
const SECRETARIAT: u128 = 3;

/// Somebody's hand. The number of the person is also that of the seat, times ten, plus the component's.
fn hand(person: u128, component: u128, function: Function, roles: &[Role]) -> Hand {
    let grants = roles.iter().map(|role| Grant { scope: Scope::Service, role: *role }).collect();
    Hand {
        seat: SeatId(Uuid::from_u128(person * 10 + component)),
        component: ComponentId(Uuid::from_u128(component)),
        person: PersonId(Uuid::from_u128(person)),
        rights: Rights { function, grants, ended: false },
        place: Place::default(),
        at: Moment::from_unix_ms(1_000),
    }
}

fn samir() -> Hand {
    hand(11, AFRICA, Function::Contributor, &[])
}
fn adaeze() -> Hand {
    hand(12, AFRICA, Function::FocalPoint, &[])
}
fn claire() -> Hand {
    hand(13, LYON, Function::FocalPoint, &[])
}
fn ines() -> Hand {
    hand(14, SECRETARIAT, Function::FocalPoint, &[Role::Pen, Role::Secretariat])
}

fn draft() -> Amendment {
    let new = NewAmendment {
        id: AmendmentId(Uuid::from_u128(99)),
        paper: PaperId(Uuid::from_u128(98)),
        text: TextId(Uuid::from_u128(97)),
        branch: TextId(Uuid::from_u128(96)),
        base_heads: vec![ChangeHash([1; 32])],
        source: None,
        title: " Streets without a name ".to_owned(),
        reason: "They are the poorest.".to_owned(),
    };
    Amendment::open(new, &samir()).unwrap()
}

fn revision(digest: &str) -> NewRevision {
    NewRevision {
        change: ChangeHash([2; 32]),
        base_heads: vec![ChangeHash([1; 32])],
        footprint: Footprint::default(),
        digest: digest.to_owned(),
        workers: vec![samir().person],
        number: 7,
    }
}

fn in_time() -> Submission {
    Submission {
        round: None,
        by: adaeze().seat,
        at: Moment::from_unix_ms(1_000),
        on_behalf: false,
        late: None,
    }
}

fn submitted() -> Amendment {
    draft().submit(&adaeze(), in_time(), revision("one")).unwrap()
}

fn verdict(outcome: Outcome, words: &str) -> Verdict {
    Verdict { outcome, words: words.to_owned(), touch: Touch::default(), changes: vec![], result: None }
}

fn touched() -> Touch {
    Touch { gone_characters: 1, ..Touch::default() }
}

#[test]
fn rev34_a_draft_is_begun_by_whoever_may_propose_and_observers_do_not() {
    let begun = draft();
    assert_eq!((begun.state(), begun.number), (State::Draft, None));
    assert_eq!(begun.draft.title, "Streets without a name");
    let joan = hand(15, AFRICA, Function::Observer, &[]);
    assert_eq!(begun.make_ready(&joan, true), Err(AmendmentError::NotAllowed("propose a change")));
    assert!(begun.make_ready(&samir(), true).unwrap().draft.ready.is_some());
    assert_eq!(begun.describe(&claire(), Some("x"), None), Err(AmendmentError::NotTheirs));
}

#[test]
fn rev35_a_draft_is_known_to_its_component_alone_and_a_submission_as_its_round_says() {
    let reads = |amendment: &Amendment, hand: &Hand, visibility, is_closed| {
        amendment.is_read_by(hand.component, &hand.rights, &hand.place, (visibility, is_closed))
    };
    let all = [Visibility::Open, Visibility::SealedUntilClose, Visibility::RapporteursOnly];
    for visibility in all {
        for is_closed in [false, true] {
            assert!(reads(&draft(), &samir(), visibility, is_closed));
            assert!(!reads(&draft(), &claire(), visibility, is_closed));
            assert!(!reads(&draft(), &ines(), visibility, is_closed), "not even the secretariat");
            assert!(reads(&submitted(), &samir(), visibility, is_closed));
        }
    }
    assert!(reads(&submitted(), &claire(), Visibility::Open, false));
    assert!(!reads(&submitted(), &claire(), Visibility::SealedUntilClose, false));
    assert!(reads(&submitted(), &claire(), Visibility::SealedUntilClose, true));
    assert!(!reads(&submitted(), &claire(), Visibility::RapporteursOnly, true));
    assert!(reads(&submitted(), &ines(), Visibility::RapporteursOnly, false));
    let ended = Hand { rights: Rights { ended: true, ..adaeze().rights }, ..adaeze() };
    assert!(!reads(&submitted(), &ended, Visibility::Open, true), "an ended seat reads nothing");
}

#[test]
fn rev36_the_focal_point_submits_with_a_reason_and_each_submission_is_a_revision_that_is_kept() {
    let not_allowed = AmendmentError::NotAllowed("submit in the name of your component");
    assert_eq!(draft().submit(&samir(), in_time(), revision("one")), Err(not_allowed));
    assert_eq!(draft().submit(&claire(), in_time(), revision("one")), Err(AmendmentError::NotTheirs));
    let wordless = draft().describe(&samir(), None, Some(" \n")).unwrap();
    assert!(matches!(
        wordless.submit(&adaeze(), in_time(), revision("one")),
        Err(AmendmentError::Words { field: "reason", .. })
    ));
    let once = submitted();
    assert_eq!((once.state(), once.number, once.revisions.len()), (State::Submitted, Some(7), 1));
    assert_eq!(once.submit(&adaeze(), in_time(), revision("one")), Err(AmendmentError::Unchanged));
    let twice = once.submit(&adaeze(), in_time(), NewRevision { number: 8, ..revision("two") }).unwrap();
    assert_eq!((twice.number, twice.revisions.len()), (Some(7), 2), "it keeps its number");
    assert_eq!(twice.revisions[0], once.revisions[0]);
    assert_eq!(
        twice.history.iter().map(|event| event.what).collect::<Vec<_>>(),
        [What::Submitted, What::Revised]
    );
}

#[test]
fn rev37_other_components_join_and_leave_until_it_is_decided() {
    assert_eq!(draft().sponsor(&claire(), true), Err(AmendmentError::NotTheirs));
    assert_eq!(submitted().sponsor(&adaeze(), true), Err(AmendmentError::OwnComponent));
    let deputy = hand(16, LYON, Function::Deputy, &[]);
    assert!(matches!(submitted().sponsor(&deputy, true), Err(AmendmentError::NotAllowed(_))));
    let joined = submitted().sponsor(&claire(), true).unwrap();
    assert_eq!(joined.sponsor(&claire(), true).unwrap(), joined, "twice changes nothing");
    assert!(joined.sponsor(&claire(), false).unwrap().sponsors.is_empty());
    let decided = joined.decide(&ines(), verdict(Outcome::NotAccepted, "no")).unwrap();
    assert!(matches!(decided.sponsor(&claire(), false), Err(AmendmentError::Decided { .. })));
}

#[test]
fn rev38_a_component_has_one_voice_which_it_may_change_and_an_objection_says_why() {
    let objects = submitted().voice(&claire(), Some((Stance::Objection, "It is too long.")));
    let objects = objects.unwrap();
    assert!(matches!(
        submitted().voice(&claire(), Some((Stance::Objection, " "))),
        Err(AmendmentError::Words { field: "words", .. })
    ));
    let supports = objects.voice(&claire(), Some((Stance::Support, ""))).unwrap();
    assert_eq!((supports.voices.len(), supports.voices[&claire().component].stance), (1, Stance::Support));
    assert!(supports.voice(&claire(), None).unwrap().voices.is_empty());
    assert_eq!(submitted().voice(&samir(), Some((Stance::Support, ""))), Err(AmendmentError::OwnComponent));
    let joined = supports.sponsor(&claire(), true).unwrap();
    assert!(joined.voices.is_empty(), "whoever joins needs no other voice");
    assert_eq!(joined.voice(&claire(), Some((Stance::Support, ""))), Err(AmendmentError::OwnComponent));
}

#[test]
fn rev39_the_pen_decides_with_words_and_no_proposer_does_with_whatever_hat() {
    let own = AmendmentError::Disposition(DispositionError::Own);
    let reject = || verdict(Outcome::NotAccepted, "It stands in paragraph 4.");
    let adaeze_with_pen = hand(12, AFRICA, Function::FocalPoint, &[Role::Pen]);
    assert_eq!(submitted().decide(&adaeze_with_pen, reject()), Err(own.clone()));
    let samir_elsewhere = hand(11, SECRETARIAT, Function::Deputy, &[Role::Committee]);
    assert_eq!(submitted().decide(&samir_elsewhere, reject()), Err(own.clone()), "he wrote on it");
    let claire_with_pen = hand(13, LYON, Function::FocalPoint, &[Role::Pen]);
    let joined = submitted().sponsor(&claire(), true).unwrap();
    assert_eq!(joined.decide(&claire_with_pen, reject()), Err(own));
    assert_eq!(
        submitted().decide(&claire(), reject()),
        Err(AmendmentError::NotAllowed("decide on amendments"))
    );
    assert_eq!(
        submitted().decide(&ines(), verdict(Outcome::NotAccepted, " ")),
        Err(AmendmentError::Disposition(DispositionError::NeedsWords))
    );
    assert_eq!(submitted().decide(&ines(), verdict(Outcome::Noted, "x")), Err(AmendmentError::Outcome));
    assert_eq!(submitted().decide(&ines(), verdict(Outcome::Withdrawn, "x")), Err(AmendmentError::Outcome));
    let decided = submitted().decide(&ines(), reject()).unwrap();
    assert_eq!(decided.state(), State::NotAccepted);
    let again = decided.decide(&ines(), verdict(Outcome::Accepted, ""));
    assert_eq!(
        again,
        Err(AmendmentError::Decided {
            outcome: Outcome::NotAccepted,
            by: ines().seat,
            at: Moment::from_unix_ms(1_000)
        })
    );
}

#[test]
fn rev39_what_is_deferred_is_decided_later_and_comes_back_with_a_new_revision() {
    let deferred = submitted().decide(&ines(), verdict(Outcome::Deferred, "After Bogotá.")).unwrap();
    assert_eq!(deferred.state(), State::Deferred);
    let revised = deferred.submit(&adaeze(), in_time(), revision("two")).unwrap();
    assert_eq!(revised.state(), State::Submitted);
    let accepted = deferred.decide(&ines(), verdict(Outcome::Accepted, "")).unwrap();
    assert_eq!(
        (accepted.state(), accepted.decisions.len()),
        (State::Accepted, 2),
        "the deferral stays on record"
    );
}

#[test]
fn rev40_it_enters_as_it_stands_only_if_nothing_it_touches_was_changed_since() {
    let accept =
        |touch: Touch| submitted().decide(&ines(), Verdict { touch, ..verdict(Outcome::Accepted, "") });
    assert_eq!(accept(Touch::default()).unwrap().state(), State::Accepted);
    assert_eq!(accept(touched()), Err(AmendmentError::TouchedSince(touched())));
    let gone = Touch { is_overtaken: true, ..touched() };
    assert_eq!(gone.state(), TouchState::Overtaken);
    assert_eq!(accept(gone.clone()), Err(AmendmentError::Overtaken(gone.clone())));
    let locked = Hand { place: Place { state: PlaceState::Locked, ..Place::default() }, ..ines() };
    assert_eq!(submitted().decide(&locked, verdict(Outcome::Accepted, "")), Err(AmendmentError::Locked));
    assert!(submitted().decide(&locked, verdict(Outcome::Deferred, "Once it is open.")).is_ok());
    let answered = Verdict { touch: gone, ..verdict(Outcome::Overtaken, "The paragraph was dropped.") };
    assert_eq!(submitted().decide(&ines(), answered).unwrap().state(), State::Overtaken);
}

#[test]
fn rev41_in_other_words_or_in_part_means_that_somebody_wrote_them() {
    for outcome in [Outcome::Modified, Outcome::Partly] {
        let decide = |amendment: &Amendment| amendment.decide(&ines(), verdict(outcome, "shorter"));
        assert_eq!(decide(&submitted()), Err(AmendmentError::NoCopy));
        let copied = submitted().copy(&ines(), TextId(Uuid::from_u128(50)), vec![]).unwrap();
        let again = copied.copy(&ines(), TextId(Uuid::from_u128(51)), vec![]).unwrap();
        assert_eq!(again, copied, "a component has one copy");
        assert!(decide(&copied).unwrap().state().is_final());
    }
    assert!(submitted().copy(&claire(), TextId(Uuid::from_u128(50)), vec![]).is_err());
}

#[test]
fn rev42_what_its_component_takes_back_stays_on_record() {
    let withdrawn = submitted().withdraw(&adaeze(), "We agree with Lyon's.").unwrap();
    assert_eq!(withdrawn.state(), State::Withdrawn);
    assert_eq!(withdrawn.decision().unwrap().disposition.words, "We agree with Lyon's.");
    assert!(submitted().withdraw(&samir(), "").is_err() && submitted().withdraw(&claire(), "").is_err());
    assert_eq!(draft().withdraw(&adaeze(), ""), Err(AmendmentError::State(State::Draft)));
    assert!(matches!(
        withdrawn.decide(&ines(), verdict(Outcome::Accepted, "")),
        Err(AmendmentError::Decided { outcome: Outcome::Withdrawn, .. })
    ));
}

#[test]
fn rev43_what_came_late_waits_until_somebody_lets_it_in_with_a_reason() {
    let late = Submission { late: Some(Late::default()), ..in_time() };
    let waiting = draft().submit(&adaeze(), late, revision("one")).unwrap();
    let seen =
        |hand: &Hand| waiting.is_read_by(hand.component, &hand.rights, &hand.place, (Visibility::Open, true));
    assert!(seen(&samir()) && seen(&ines()) && !seen(&claire()));
    assert_eq!(waiting.decide(&ines(), verdict(Outcome::Accepted, "")), Err(AmendmentError::Late));
    assert!(matches!(waiting.admit(&claire(), "x"), Err(AmendmentError::NotAllowed(_))));
    assert!(matches!(waiting.admit(&ines(), " "), Err(AmendmentError::Words { .. })));
    let adaeze_runs = hand(12, AFRICA, Function::FocalPoint, &[Role::Secretariat]);
    assert_eq!(waiting.admit(&adaeze_runs, "ours"), Err(AmendmentError::OwnComponent));
    let let_in = waiting.admit(&ines(), "The post was late.").unwrap();
    assert_eq!(let_in.admit(&ines(), "again").unwrap(), let_in);
    assert_eq!(let_in.decide(&ines(), verdict(Outcome::Accepted, "")).unwrap().state(), State::Accepted);
}

#[test]
fn rev44_a_draft_is_thrown_away_by_its_own_people_and_what_was_submitted_never() {
    assert!(draft().may_discard(&samir()) && draft().may_discard(&adaeze()));
    assert!(!draft().may_discard(&claire()) && !draft().may_discard(&ines()));
    assert!(!submitted().may_discard(&adaeze()));
}

/// Something somebody tries.
#[derive(Clone, Debug)]
enum Try {
    Describe(&'static str),
    Ready(bool),
    Submit(&'static str, bool),
    Withdraw,
    Sponsor(bool),
    Voice(Option<Stance>, &'static str),
    TakeUp,
    Copy,
    Decide(Outcome, &'static str, bool),
    Admit,
}

fn arb_try() -> impl Strategy<Value = Try> {
    let outcome = proptest::sample::select(Outcome::ALL.to_vec());
    let said = proptest::sample::select(vec!["", "why"]);
    prop_oneof![
        said.clone().prop_map(Try::Describe),
        any::<bool>().prop_map(Try::Ready),
        (proptest::sample::select(vec!["one", "two", "three"]), proptest::bool::weighted(0.2))
            .prop_map(|(digest, late)| Try::Submit(digest, late)),
        Just(Try::Withdraw),
        any::<bool>().prop_map(Try::Sponsor),
        (proptest::sample::select(vec![None, Some(Stance::Support), Some(Stance::Objection)]), said.clone())
            .prop_map(|(stance, words)| Try::Voice(stance, words)),
        Just(Try::TakeUp),
        Just(Try::Copy),
        (outcome, said, proptest::bool::weighted(0.3))
            .prop_map(|(outcome, words, touched)| Try::Decide(outcome, words, touched)),
        Just(Try::Admit),
    ]
}

/// Any of a few people, in any seat with any rights.
fn arb_hand() -> impl Strategy<Value = Hand> {
    use Function::{Contributor, Deputy, FocalPoint, Observer};
    let function = proptest::sample::select(vec![FocalPoint, FocalPoint, Deputy, Contributor, Observer]);
    let roles = proptest::sample::subsequence(
        vec![Role::Pen, Role::Committee, Role::Secretariat, Role::Rapporteur],
        0..3,
    );
    (11..16u128, 1..4u128, function, roles, proptest::bool::weighted(0.05)).prop_map(
        |(person, component, function, roles, ended)| {
            let hand = hand(person, component, function, &roles);
            Hand { rights: Rights { ended, ..hand.rights }, ..hand }
        },
    )
}

fn tries(amendment: &Amendment, hand: &Hand, what: &Try) -> Result<Amendment, AmendmentError> {
    match what {
        Try::Describe(reason) => amendment.describe(hand, None, Some(reason)),
        Try::Ready(ready) => amendment.make_ready(hand, *ready),
        Try::Submit(digest, late) => {
            let late = late.then(Late::default);
            let submission = Submission { by: hand.seat, late, ..in_time() };
            amendment.submit(hand, submission, revision(digest))
        }
        Try::Withdraw => amendment.withdraw(hand, ""),
        Try::Sponsor(joins) => amendment.sponsor(hand, *joins),
        Try::Voice(stance, words) => amendment.voice(hand, stance.map(|stance| (stance, *words))),
        Try::TakeUp => amendment.take_up(hand),
        Try::Copy => amendment.copy(hand, TextId(Uuid::from_u128(50)), vec![]),
        Try::Decide(outcome, words, is_touched) => {
            let touch = if *is_touched { touched() } else { Touch::default() };
            let changes = vec![ChangeHash([3; 32])];
            amendment.decide(hand, Verdict { touch, changes, ..verdict(*outcome, words) })
        }
        Try::Admit => amendment.admit(hand, "why"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn rev34_rev39_no_sequence_of_acts_reaches_a_forbidden_state(
        is_submitted in any::<bool>(),
        acts in proptest::collection::vec((arb_hand(), arb_try()), 1..200)) {
        let mut now = if is_submitted { submitted() } else { draft() };
        for (hand, act) in acts {
            let Ok(next) = tries(&now, &hand, &act) else { continue };
            prop_assert!(!hand.rights.ended, "an ended seat does nothing: {:?}", act);
            // What was submitted and what was decided stays, and nothing comes after a final decision.
            prop_assert_eq!(&next.revisions[..now.revisions.len()], &now.revisions[..]);
            prop_assert_eq!(&next.decisions[..now.decisions.len()], &now.decisions[..]);
            prop_assert_eq!(&next.history[..now.history.len()], &now.history[..]);
            prop_assert!(!now.state().is_final() || next == now, "{:?} after {:?}", act, now.state());
            if let Some(decision) = next.decisions.get(now.decisions.len()) {
                let outcome = decision.disposition.outcome;
                prop_assert!(outcome != Outcome::Noted);
                prop_assert!(!outcome.needs_words() || !decision.disposition.words.is_empty());
                if outcome == Outcome::Withdrawn {
                    prop_assert_eq!(hand.component, next.component);
                } else {
                    let proposers = now.proposers();
                    prop_assert!(!proposers.components.contains(&hand.component), "of its own component");
                    prop_assert!(!proposers.people.contains(&hand.person), "by somebody who worked on it");
                    prop_assert!(next.submission.as_ref().unwrap().counts(), "before it was let in");
                }
                let enters = matches!(outcome, Outcome::Accepted | Outcome::Modified | Outcome::Partly);
                prop_assert_eq!(decision.changes.is_empty(), !enters);
                prop_assert!(!enters || !matches!(act, Try::Decide(_, _, true)), "on words that were touched since");
            }
            if next.state() == State::Draft {
                prop_assert!(next.history.is_empty() && next.sponsors.is_empty() && next.voices.is_empty() && next.number.is_none());
                prop_assert!(next.copies.is_empty() && next.considered.is_none());
                prop_assert_eq!(hand.component, next.component, "only its own people act on a draft");
            } else {
                prop_assert!(next.revisions.iter().all(|revision| !revision.reason.is_empty()));
                prop_assert_eq!(next.number, Some(7));
            }
            prop_assert!(!next.sponsors.contains_key(&next.component) && !next.voices.contains_key(&next.component));
            prop_assert!(next.sponsors.keys().all(|component| !next.voices.contains_key(component)));
            let json = serde_json::to_vec(&next).unwrap();
            prop_assert_eq!(&serde_json::from_slice::<Amendment>(&json).unwrap(), &next);
            now = next;
        }
    }
}
