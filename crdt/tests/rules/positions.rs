//! Rules REV55–REV59: what components say of sealed drafts.

use crdt::document::{Block, BlockKind, Run};
use crdt::history::Digest;
use crdt::history::milestone::{Milestone, SealedText, Sealer, Sealing, TextToSeal};
use crdt::ids::{ChapterId, ComponentId, MilestoneId, ParagraphId, PersonId, SeatId, TextId};
use crdt::moment::Moment;
use crdt::review::disposition::Place;
use crdt::review::position::{
    Became, Binding, BoundWords, Position, PositionError, Quoted, Received, Said, Stance, Standing,
    Statement, Subject,
};
use crdt::review::submission::{Admitted, Late, Submission};
use crdt::review::written::WrittenError;
use proptest::prelude::*;
use uuid::Uuid;

const AFRICA: ComponentId = ComponentId(Uuid::from_u128(1));
const AMINA: SeatId = SeatId(Uuid::from_u128(2));
const HOUSING: ChapterId = ChapterId(Uuid::from_u128(3));
const WORK: ChapterId = ChapterId(Uuid::from_u128(4));

/// The text of a chapter in a language.
fn text(chapter: ChapterId, language: &str) -> TextId {
    TextId(Uuid::from_u128(chapter.0.as_u128() * 16 + u128::from(language.as_bytes()[1])))
}

fn paragraph(id: u8, words: &str) -> Block {
    Block::new(ParagraphId([id; 8]), BlockKind::Paragraph { numbered: true }, vec![Run::plain(words)])
}

/// A draft of two chapters, drafted in Spanish and rendered in English. The words are those of its paragraphs.
fn sealed(name: &str, spanish: [&str; 2], english: [&str; 2]) -> Milestone {
    let blocks: Vec<[Block; 1]> = spanish.iter().chain(&english).map(|words| [paragraph(1, words)]).collect();
    let places = [(HOUSING, "es"), (WORK, "es"), (HOUSING, "en"), (WORK, "en")];
    let texts = places.iter().zip(&blocks).map(|((chapter, language), blocks)| TextToSeal {
        text: text(*chapter, language),
        chapter: *chapter,
        number: if *chapter == HOUSING { "1" } else { "2" },
        language,
        drafted: *language == "es",
        heads: vec![],
        blocks,
    });
    let sealing = Sealing {
        id: MilestoneId(Uuid::from_u128(name.bytes().fold(0, |sum, byte| sum * 256 + u128::from(byte)))),
        paper: "cities",
        name,
        symbol: None,
        status: None,
        languages: None,
        event: None,
        date: None,
        note: None,
        by: Sealer { seat: AMINA, person: PersonId(Uuid::nil()), component: AFRICA },
        texts: texts.collect(),
    };
    sealing.seal([], Moment::EPOCH).unwrap()
}

fn bogota() -> Milestone {
    sealed("Bogotá", ["Vivienda", "Trabajo"], ["Housing", "Work"])
}

fn is_drafted(text: &SealedText) -> bool {
    text.language == "es"
}

fn bound(subject: Subject, draft: &Milestone) -> Binding {
    Binding::of(subject, draft, is_drafted, None).unwrap()
}

fn in_time() -> Submission {
    Submission { round: None, by: AMINA, at: Moment::EPOCH, on_behalf: false, late: None }
}

fn says(stance: Stance, subject: Subject, draft: &Milestone) -> Said {
    let (words, way_out) = match stance {
        Stance::Objects => ("It leaves out small towns.", "Cities and towns."),
        Stance::Reservation => ("It leaves out small towns.", ""),
        _ => ("", ""),
    };
    Said {
        binding: bound(subject, draft),
        statement: Statement::new(stance, words, way_out).unwrap(),
        submission: in_time(),
        received: None,
        reconfirms: false,
        lifted: None,
    }
}

/// The digests of whole texts in a draft.
fn words_of(draft: &Milestone) -> impl Fn(&BoundWords) -> Option<Digest> {
    |words| draft.texts.iter().find(|text| text.text == words.text).map(|text| text.digest)
}

#[test]
fn rev55_a_position_is_bound_to_the_drafted_words_of_a_sealed_draft() {
    let draft = bogota();
    let paper = bound(Subject::Paper, &draft);
    assert_eq!((paper.fingerprint, paper.words.len()), (draft.digest, 2), "both chapters, in Spanish");
    let chapter = bound(Subject::Chapter { chapter: WORK }, &draft);
    assert_eq!(chapter.words, [paper.words[1]]);
    assert_eq!(chapter.fingerprint, draft.texts[1].digest);
    let gone = Subject::Chapter { chapter: ChapterId(Uuid::nil()) };
    assert_eq!(Binding::of(gone, &draft, is_drafted, None), Err(PositionError::NotInDraft));
}

#[test]
fn rev55_a_paragraph_is_known_by_the_digest_of_its_canonical_block() {
    let (draft, block) = (bogota(), paragraph(1, "Vivienda"));
    let place = Place { text: text(HOUSING, "es"), paragraph: block.id };
    let of = |place, block| Binding::of(Subject::Paragraph(place), &draft, is_drafted, block);
    let json = r#"{"id":"0101010101010101","numbered":true,"runs":[{"text":"Vivienda"}],"type":"paragraph"}"#;
    let digest: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(json.as_bytes()).into();
    let binding = of(place, Some((&block, Some(31)))).unwrap();
    assert_eq!(binding.fingerprint, Digest(digest));
    assert_eq!(binding.paragraph, Some(Quoted { number: Some(31), beginning: "Vivienda".to_owned() }));
    assert_eq!(of(place, None), Err(PositionError::NotInDraft));
    let rendered = Place { text: text(HOUSING, "en"), ..place };
    assert_eq!(
        of(rendered, Some((&block, None))),
        Err(PositionError::NotInDraft),
        "renderings are not what is agreed"
    );
}

#[test]
fn rev56_an_objection_says_why_and_what_would_lift_it_and_a_reservation_says_why() {
    for stance in Stance::ALL {
        let is_bare = Statement::new(stance, " \n ", "").is_ok();
        assert_eq!(is_bare, !stance.needs_reason(), "{stance:?}");
        let with_reason = Statement::new(stance, " Small towns are left out. ", "");
        assert_eq!(with_reason.is_ok(), stance != Stance::Objects, "{stance:?}");
        let with_both = Statement::new(stance, "Why.", "These words.");
        assert_eq!(with_both.is_ok(), stance.needs_reason(), "{stance:?}: only these can be lifted by words");
    }
    let missing = Err(PositionError::WayOut(WrittenError::Missing));
    assert_eq!(Statement::new(Stance::Objects, "Why.", "\t"), missing);
}

#[test]
fn rev56_an_explanation_has_a_bound_and_is_plain_text() {
    let long = "é".repeat(Statement::MAX_WORDS + 1);
    let refused = Statement::new(Stance::Supports, &long, "");
    let too_long = WrittenError::TooLong { most: 3_000, characters: 3_001 };
    assert_eq!(refused, Err(PositionError::Words(too_long)));
    assert!(Statement::new(Stance::Supports, "a\u{202e}b", "").is_err());
    assert!(Statement::new(Stance::Supports, &long[2..], "").unwrap().is_annexed());
    assert!(!Statement::new(Stance::Supports, "", "").unwrap().is_annexed());
}

#[test]
fn rev57_a_component_has_one_position_on_a_subject_and_what_it_said_before_stays() {
    let draft = bogota();
    let first = Position::open(AFRICA, Subject::Paper, says(Stance::Reservation, Subject::Paper, &draft));
    let second = first.say(says(Stance::Supports, Subject::Paper, &draft)).unwrap();
    assert_eq!(second.id, first.id);
    assert_eq!(second.current().unwrap().statement.stance, Stance::Supports);
    assert_eq!(second.said[0], first.said[0]);
    let again = second.say(says(Stance::Supports, Subject::Paper, &draft)).unwrap();
    assert_eq!(again, second, "the same again changes nothing");
    let other = Position::id_of(AFRICA, Subject::Chapter { chapter: HOUSING });
    assert_ne!(first.id, other);
}

#[test]
fn rev57_a_lifted_position_no_longer_counts_and_can_be_taken_anew() {
    let draft = bogota();
    let objects = Position::open(AFRICA, Subject::Paper, says(Stance::Objects, Subject::Paper, &draft));
    let lifted = objects.lift(AMINA, Moment::from_unix_ms(5));
    assert_eq!(lifted.current().unwrap().standing(words_of(&draft)), Standing::Lifted);
    assert_eq!(lifted.lift(AMINA, Moment::from_unix_ms(9)), lifted, "lifted once");
    let anew = lifted.say(says(Stance::Objects, Subject::Paper, &draft)).unwrap();
    assert_eq!(anew.current().unwrap().standing(words_of(&draft)), Standing::Stands);
}

#[test]
fn rev58_a_position_stands_until_the_drafted_words_change() {
    let before = bogota();
    let said = says(Stance::Supports, Subject::Paper, &before);
    let translated = sealed("Translated", ["Vivienda", "Trabajo"], ["Homes", "Work"]);
    assert_eq!(said.standing(words_of(&translated)), Standing::Stands, "a rendering is not the text");
    let after = sealed("Quito", ["Vivienda", "Trabajo decente"], ["Housing", "Decent work"]);
    let changed = said.binding.words[1];
    assert_eq!(
        said.standing(words_of(&after)),
        Standing::ToReconfirm(vec![changed]),
        "it says which chapter"
    );
    assert_eq!(said.standing(|_| None), Standing::ToReconfirm(said.binding.words.clone()), "gone is changed");
    let housing = says(Stance::Supports, Subject::Chapter { chapter: HOUSING }, &before);
    assert_eq!(housing.standing(words_of(&after)), Standing::Stands, "its own words are the same");
}

#[test]
fn rev58_it_is_reconfirmed_in_one_act_of_a_draft_with_other_words() {
    let (before, after) = (bogota(), sealed("Quito", ["Vivienda digna", "Trabajo"], ["Housing", "Work"]));
    let position = Position::open(AFRICA, Subject::Paper, says(Stance::Reservation, Subject::Paper, &before));
    let same = position.reconfirm(bound(Subject::Paper, &before), in_time());
    assert_eq!(same, Err(PositionError::StandsAlready));
    let again = position.reconfirm(bound(Subject::Paper, &after), in_time()).unwrap();
    let current = again.current().unwrap();
    assert!(current.reconfirms && current.statement == position.said[0].statement);
    assert_eq!(current.standing(words_of(&after)), Standing::Stands);
    let lifted = position.lift(AMINA, Moment::EPOCH);
    let refused = lifted.reconfirm(bound(Subject::Paper, &after), in_time());
    assert_eq!(refused, Err(PositionError::AlreadyLifted));
}

#[test]
fn rev57_for_an_earlier_draft_counts_what_was_said_of_it_then() {
    let (before, after) = (bogota(), sealed("Quito", ["Vivienda digna", "Trabajo"], ["Housing", "Work"]));
    let position = Position::open(AFRICA, Subject::Paper, says(Stance::Reservation, Subject::Paper, &before));
    let position = position.say(says(Stance::Supports, Subject::Paper, &after)).unwrap();
    let then = position.as_of(|draft| draft == before.id).unwrap();
    assert_eq!(then.statement.stance, Stance::Reservation);
    assert_eq!(position.as_of(|_| true).unwrap().statement.stance, Stance::Supports);
    assert_eq!(position.as_of(|_| false), None);
}

#[test]
fn rev59_what_came_late_waits_until_somebody_lets_it_in() {
    let draft = bogota();
    let position = Position::open(AFRICA, Subject::Paper, says(Stance::Supports, Subject::Paper, &draft));
    let mut late = says(Stance::Objects, Subject::Paper, &draft);
    late.submission.late = Some(Late::default());
    let position = position.say(late).unwrap();
    assert_eq!(position.current().unwrap().statement.stance, Stance::Supports, "the late one waits");
    let admitted =
        Admitted { by: AMINA, at: Moment::EPOCH, reason: "Their council met on Friday.".to_owned() };
    let let_in = position.admit(admitted.clone()).unwrap();
    assert_eq!(let_in.current().unwrap().statement.stance, Stance::Objects);
    assert_eq!(let_in.admit(admitted.clone()), Err(PositionError::NotLate));

    let lifted = position.lift(AMINA, Moment::EPOCH);
    assert_eq!(lifted.admit(admitted), Err(PositionError::NotLate), "what was taken back is not let in");
    assert!(lifted.said.iter().all(|said| said.lifted.is_some()) && lifted.waiting(|_| true).is_none());
}

#[test]
fn rev82_what_was_said_is_replaced_by_the_next_that_counts_or_taken_back_or_holds() {
    let draft = bogota();
    let said = |stance| says(stance, Subject::Paper, &draft);
    let mut late = said(Stance::Objects);
    late.submission.late = Some(Late::default());
    let opened = Position::open(AFRICA, Subject::Paper, said(Stance::Reservation));
    let waits = opened.say(late).unwrap();
    assert_eq!(waits.became(0), Some(Became::Holds), "what waits replaces nothing");
    assert_eq!((waits.became(1), waits.became(2)), (Some(Became::Waits), None));

    let turned = waits.say(said(Stance::Supports)).unwrap();
    let fates = |position: &Position| {
        let stance = |at| match position.became(at).unwrap() {
            Became::Replaced(next) => Some(next.statement.stance),
            _ => None,
        };
        (0..position.said.len()).map(stance).collect::<Vec<_>>()
    };
    assert_eq!(fates(&turned), [Some(Stance::Supports), Some(Stance::Supports), None]);
    let lifted = turned.lift(AMINA, Moment::EPOCH).say(said(Stance::CanLiveWith)).unwrap();
    assert!(matches!(lifted.became(2), Some(Became::Lifted(_))), "what was lifted stays so");
    assert_eq!(lifted.became(3), Some(Became::Holds));
}

#[test]
fn rev83_a_late_objection_becomes_a_reservation_unless_the_component_objects_there_already_or_can_say_no_more()
 {
    let draft = bogota();
    let quito = sealed("Quito", ["Vivienda", "Empleo"], ["Housing", "Jobs"]);
    let reservation = || says(Stance::Reservation, Subject::Paper, &draft);
    let with = |said| Position::open(AFRICA, Subject::Paper, said);
    let reserve = |position: &Position| position.reserve(reservation(), |_| true);
    let supported = with(says(Stance::Supports, Subject::Paper, &draft));
    let stance = |position: Position| position.current().unwrap().statement.stance;
    assert_eq!(reserve(&supported).map(stance), Some(Stance::Reservation));

    let objected = with(says(Stance::Objects, Subject::Paper, &quito));
    assert_eq!(reserve(&objected), None, "of a later draft");
    let of_an_earlier = objected.reserve(reservation(), |id| id != quito.id);
    assert_eq!(of_an_earlier.map(stance), Some(Stance::Reservation));
    assert!(reserve(&objected.lift(AMINA, Moment::EPOCH)).is_some(), "what was lifted does not stand");
    let mut late = says(Stance::Objects, Subject::Paper, &draft);
    late.submission.late = Some(Late::default());
    assert_eq!(reserve(&supported.say(late).unwrap()), None, "it waits, and can still be let in");

    let stances = [Stance::Supports, Stance::Abstains].into_iter().cycle().take(Position::MAX_SAID - 1);
    let full = stances.fold(with(says(Stance::CanLiveWith, Subject::Paper, &draft)), |position, stance| {
        position.say(says(stance, Subject::Paper, &draft)).unwrap()
    });
    assert_eq!((full.said.len(), reserve(&full)), (Position::MAX_SAID, None));
}

#[test]
fn rev55_what_was_entered_on_behalf_names_the_file_received() {
    let draft = bogota();
    let mut said = says(Stance::Supports, Subject::Paper, &draft);
    said.submission.on_behalf = true;
    said.received = Some(Received { name: "letter.pdf".to_owned(), sha256: Digest([7; 32]), size_bytes: 5 });
    let position = Position::open(AFRICA, Subject::Paper, said);
    let json = serde_json::to_value(&position).unwrap();
    assert_eq!(json["subject"], serde_json::json!({"on": "paper"}));
    assert_eq!(serde_json::from_value::<Position>(json).unwrap(), position);
}

/// Something that a component, or whoever lets in what came late, may do.
#[derive(Clone, Debug)]
enum Act {
    Say(Stance, bool, bool),
    Reconfirm(bool),
    Lift,
    Admit,
}

fn arb_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..Stance::ALL.len(), any::<bool>(), any::<bool>())
            .prop_map(|(stance, later, late)| Act::Say(Stance::ALL[stance], later, late)),
        2 => any::<bool>().prop_map(Act::Reconfirm),
        1 => Just(Act::Lift),
        1 => Just(Act::Admit),
    ]
}

proptest! {
    /// Whatever is done, in whatever order: nothing that was said is gone or altered, what waits does not count, and what
    /// counts and stands is bound to the words that stand there.
    #[test]
    fn rev57_no_sequence_of_acts_loses_what_was_said(acts in proptest::collection::vec(arb_act(), 0..30)) {
        let drafts = [bogota(), sealed("Quito", ["Vivienda digna", "Trabajo"], ["Housing", "Work"])];
        let mut position =
            Position::open(AFRICA, Subject::Paper, says(Stance::Supports, Subject::Paper, &drafts[0]));
        for act in acts {
            let before = position.clone();
            let next = match act {
                Act::Say(stance, later, late) => {
                    let mut said = says(stance, Subject::Paper, &drafts[usize::from(later)]);
                    said.submission.late = late.then(Late::default);
                    position.say(said)
                }
                Act::Reconfirm(later) => {
                    position.reconfirm(bound(Subject::Paper, &drafts[usize::from(later)]), in_time())
                }
                Act::Lift => Ok(position.lift(AMINA, Moment::EPOCH)),
                Act::Admit => position.admit(Admitted { by: AMINA, at: Moment::EPOCH, reason: "x".into() }),
            };
            position = next.unwrap_or(position);
            prop_assert!(position.said.len() >= before.said.len());
            for (was, is) in before.said.iter().zip(&position.said) {
                prop_assert_eq!((&was.statement, &was.binding), (&is.statement, &is.binding));
                prop_assert!(was.lifted.is_none() || is.lifted == was.lifted, "lifted for good");
            }
            for draft in &drafts {
                if let Some(current) = position.current() {
                    prop_assert!(current.submission.counts());
                    let stands = current.standing(words_of(draft)) == Standing::Stands;
                    let is_of_it = current.lifted.is_none() && current.binding.milestone == draft.id;
                    prop_assert_eq!(stands, is_of_it);
                }
            }
        }
    }
}
