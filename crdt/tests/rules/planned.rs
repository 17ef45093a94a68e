//! Rules HIS38 to HIS42: drafts that are planned, fulfilled and given up.

use std::collections::BTreeMap;

use crdt::history::planned::{PlanError, PlanWords, PlannedDraft, fulfilled_by};
use crdt::ids::{MilestoneId, PaperId, PlanId, SeatId};
use crdt::moment::Moment;
use uuid::Uuid;

const INES: SeatId = SeatId(Uuid::from_u128(3));
const SEALED: MilestoneId = MilestoneId(Uuid::from_u128(4));

fn at(instant: &str) -> Moment {
    instant.parse().unwrap()
}

fn september() -> Moment {
    at("2016-09-21T08:42:00Z")
}

fn named(name: &str) -> PlanWords {
    PlanWords {
        name: BTreeMap::from([("en".to_owned(), name.to_owned())]),
        event: BTreeMap::new(),
        date: "2016-10-12".parse().unwrap(),
        purpose: BTreeMap::new(),
    }
}

fn id(number: u128) -> (PlanId, PaperId) {
    (PlanId(Uuid::from_u128(number)), PaperId(Uuid::from_u128(1)))
}

fn planned(words: PlanWords) -> Result<PlannedDraft, PlanError> {
    PlannedDraft::plan(id(1), words, &[], &[], INES, september())
}

fn bogota() -> PlannedDraft {
    let mut words = named("Bogotá draft");
    words.name.insert("es".to_owned(), "Borrador de Bogotá".to_owned());
    planned(words).unwrap()
}

#[test]
fn his38_a_plan_has_a_name_in_one_language_at_least_and_words_that_hide_nothing() {
    let mut words = named("  Bogotá draft ");
    words.name.insert("es".to_owned(), "  ".to_owned());
    words.purpose.insert("en".to_owned(), "For the congress to comment on. ".to_owned());
    let plan = planned(words).unwrap();
    assert_eq!(plan.words.name, BTreeMap::from([("en".to_owned(), "Bogotá draft".to_owned())]));
    assert_eq!(plan.words.purpose["en"], "For the congress to comment on.");
    for unreadable in ["", "  ", "a\nb", "\u{202e}abc", &"x".repeat(121)] {
        assert_eq!(planned(named(unreadable)).unwrap_err(), PlanError::Name, "{unreadable:?}");
    }
    let mut long = named("Bogotá draft");
    long.event.insert("en".to_owned(), "x".repeat(201));
    assert_eq!(planned(long).unwrap_err(), PlanError::Event);
    let mut lines = named("Bogotá draft");
    lines.purpose.insert("en".to_owned(), "a\nb".to_owned());
    assert_eq!(planned(lines).unwrap_err(), PlanError::Purpose);
}

#[test]
fn his39_a_day_is_past_when_it_is_over_in_the_last_zone_of_the_earth() {
    let plan_at = |now| PlannedDraft::plan(id(1), named("Bogotá draft"), &[], &[], INES, at(now));
    assert!(plan_at("2016-10-12T23:59:59Z").is_ok());
    assert!(plan_at("2016-10-13T11:59:59Z").is_ok(), "on Baker Island it is still the 12th");
    let past = PlanError::DayPast("2016-10-12".parse().unwrap());
    assert_eq!(plan_at("2016-10-13T12:00:00Z").unwrap_err(), past);
}

#[test]
fn his39_an_overdue_plan_gets_another_name_without_another_day_but_no_other_past_day() {
    let late = at("2016-11-01T00:00:00Z");
    let renamed = bogota().change(named("Late draft"), &[], &[], INES, late).unwrap();
    assert!(renamed.is_called("Late draft"));
    let earlier = PlanWords { date: "2016-10-20".parse().unwrap(), ..named("Late draft") };
    assert!(matches!(bogota().change(earlier, &[], &[], INES, late), Err(PlanError::DayPast(_))));
}

#[test]
fn his40_open_plans_and_sealed_drafts_have_names_of_their_own_in_every_language() {
    let taken = |name: &str| PlanError::NameTaken(name.to_owned());
    let second = |plans: &[PlannedDraft], sealed: &[&str]| {
        PlannedDraft::plan(id(2), named("BORRADOR de Bogotá"), plans, sealed, INES, september())
    };
    assert_eq!(second(&[bogota()], &[]).unwrap_err(), taken("BORRADOR de Bogotá"));
    assert_eq!(second(&[], &["Borrador de Bogotá"]).unwrap_err(), taken("BORRADOR de Bogotá"));
    let cancelled = bogota().cancel("The congress is off.", INES, september()).unwrap();
    assert!(second(&[cancelled], &[]).is_ok(), "the name of a plan that was given up is free");
    // A plan is not in its own way.
    assert!(bogota().change(named("Bogotá draft"), &[bogota()], &[], INES, september()).is_ok());
}

#[test]
fn his41_what_was_sealed_or_given_up_is_never_changed_again() {
    let sealed = bogota().fulfil(SEALED).unwrap();
    let cancelled = bogota().cancel(" The congress is off. ", INES, september()).unwrap();
    assert_eq!(cancelled.cancelled.as_ref().unwrap().reason, "The congress is off.");
    let ends = [(sealed, PlanError::Sealed as fn(String) -> _), (cancelled, PlanError::Cancelled)];
    for (plan, error) in ends {
        let error = error("Bogotá draft".to_owned());
        assert_eq!(plan.change(named("Other"), &[], &[], INES, september()).unwrap_err(), error);
        assert_eq!(plan.cancel("Again.", INES, september()).unwrap_err(), error);
        assert_eq!(plan.fulfil(SEALED).unwrap_err(), error);
        assert_eq!(fulfilled_by(&[], Some(&plan), "Bogotá draft").unwrap_err(), error);
    }
    for unreadable in ["", "  ", "a\nb", &"x".repeat(501)] {
        let refused = bogota().cancel(unreadable, INES, september());
        assert_eq!(refused.unwrap_err(), PlanError::Reason, "{unreadable:?}");
    }
}

#[test]
fn his42_a_sealed_draft_fulfils_the_chosen_plan_else_the_open_one_of_its_name() {
    let quito = PlannedDraft::plan(id(2), named("Quito draft"), &[], &[], INES, september()).unwrap();
    let plans = [bogota(), quito.clone()];
    let found = |chosen, name| fulfilled_by(&plans, chosen, name).map(|plan| plan.map(|plan| plan.id));
    assert_eq!(found(None, "borrador de bogotá "), Ok(Some(bogota().id)));
    assert_eq!(found(Some(&quito), "Quito, final"), Ok(Some(quito.id)));
    assert_eq!(found(None, "Something else"), Ok(None));
    let other = PlanError::NameTaken("Bogotá draft".to_owned());
    assert_eq!(found(Some(&quito), "Bogotá draft"), Err(other), "that is what another one will be called");
}
