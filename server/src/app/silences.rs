//! Silence: a sealed draft is put under silence, objected to, moved, called off, and adopted by the clock. The rules are
//! `crdt::review::silence`'s.
//!
//! Whether a component was told follows from its notices: seen here, or taken by a mail server for somebody who speaks for it.
//! They are looked at whenever a procedure is read, and written into its record when its instant comes.

use std::collections::BTreeSet;

use crdt::history::Digest;
use crdt::ids::{ComponentId, MilestoneId, PaperId, SeatId, SilenceId};
use crdt::moment::Moment;
use crdt::review::permission::{Action, Function};
use crdt::review::silence::{Delivered, Opening, Outcome, Phase, Rules, Silence, SilenceError, Way};
use crdt::review::written;
use serde_json::{Value, json};
use uuid::Uuid;

use super::App;
use super::audit::{self, By};
use super::instants::TRY_AGAIN;
use super::news::{Topic, What};
use super::notices::{About, Kind, Message, Notice, Outcome as Carried, seats_that_speak_for};
use super::refusal::Refusal;
use super::zone::Zone;
use crate::people::directory::{Register, Who};
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op, Record, StoreError, scan_all};

/// A draft to be put under silence.
#[derive(Clone, Debug)]
pub struct NewSilence {
    /// The sealed draft.
    pub milestone: Option<MilestoneId>,
    /// What becomes of it when nobody objects.
    pub question: String,
    /// Whose silence is consent.
    pub components: BTreeSet<ComponentId>,
    /// Until when.
    pub ends: Moment,
}

/// Something that is done to a procedure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SilenceAct {
    /// Object, with these words.
    Object(String),
    /// Move the instant.
    Extend {
        /// Where to.
        to: Moment,
        /// Why.
        reason: String,
    },
    /// Call it off, for this reason.
    Cancel(String),
    /// A component was told otherwise.
    Told {
        /// Which.
        component: ComponentId,
        /// How.
        words: String,
    },
}

/// A procedure with the version of its record.
#[derive(Clone, PartialEq, Debug)]
pub struct KeptSilence {
    /// The procedure, with all deliveries that are known.
    pub silence: Silence,
    /// 1 when opened, one more with each change.
    pub version: u64,
}

impl App {
    /// The procedures of a paper, the newest first.
    pub async fn silences(&self, paper: PaperId) -> Result<Vec<KeptSilence>, Refusal> {
        let mut all = Vec::new();
        for record in scan_all(&*self.store, Coll::Silence, &format!("{paper}/")).await? {
            let silence = self.with_deliveries(record.read()?).await?;
            all.push(KeptSilence { silence, version: record.version });
        }
        all.sort_by_key(|kept| (std::cmp::Reverse(kept.silence.opened.at), kept.silence.id));
        Ok(all)
    }

    /// One procedure.
    pub async fn silence(&self, paper: PaperId, id: SilenceId) -> Result<KeptSilence, Refusal> {
        let record = self.store.get(Coll::Silence, &key(paper, id)).await?.ok_or(Refusal::NotFound)?;
        let silence = self.with_deliveries(record.read()?).await?;
        Ok(KeptSilence { silence, version: record.version })
    }

    /// REV65, REV68: put a sealed draft under silence from now on. Those who speak for the listed components are told.
    pub async fn open_silence(
        &self,
        paper: &Paper,
        seat: SeatId,
        new: NewSilence,
    ) -> Result<KeptSilence, Refusal> {
        let register = self.directory.register();
        must_run(&register, paper, seat)?;
        let draft = self.sealed_draft(paper, new.milestone).await?;
        must_be_able_to_object(&register, &new.components)?;
        let now = self.clock.now();
        let zone = &self.settings.time_zone;
        let opening = Opening {
            id: SilenceId(Uuid::new_v4()),
            paper: paper.id,
            milestone: draft.id,
            fingerprint: draft.digest,
            question: new.question,
            components: new.components,
            ends: new.ends,
            zone: zone.name().to_owned(),
        };
        let silence = Silence::open(opening, seat, now, &self.rules_of(zone))?;
        let about = json!({
            "silence": silence.id, "milestone": draft.id, "fingerprint": draft.digest,
            "components": silence.components, "ends": silence.instant(), "zone": silence.zone,
        });
        self.write_silence(
            None,
            silence,
            Kind::SilenceOpened,
            ("silence_opened", By::Seat(seat), about),
            vec![],
        )
        .await
    }

    /// REV66–REV68: do something to a procedure, if it has the expected version.
    pub async fn act_on_silence(
        &self,
        paper: &Paper,
        seat: SeatId,
        id: SilenceId,
        expected: Option<u64>,
        act: SilenceAct,
    ) -> Result<KeptSilence, Refusal> {
        // What counts is when it came here, not when its turn comes. Turns are taken in the order of asking: whoever settles the
        // procedure at its instant asks later than whatever came before the instant.
        let now = self.clock.now();
        let _turn = self.settling.alone(&id.to_string()).await;
        let kept = self.silence(paper.id, id).await?;
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        // The right first: who may not act is not told how things stand.
        match &act {
            SilenceAct::Object(_) => must_object(&register, paper, who, &kept.silence)?,
            _ => must_run(&register, paper, seat)?,
        }
        if expected.is_some_and(|expected| expected != kept.version) {
            return Err(Refusal::StaleVersion { current: kept.version });
        }
        let (silence, by) = (&kept.silence, By::Seat(seat));
        let about = |more: Value| {
            let mut about = json!({ "silence": id, "ends": silence.instant() });
            if let (Some(about), Value::Object(more)) = (about.as_object_mut(), more) {
                about.extend(more);
            }
            about
        };
        match act {
            SilenceAct::Object(words) => {
                let component = who.component.id;
                let next = silence.object(component, seat, &words, now)?;
                let late = next.objections.last().is_some_and(|objection| objection.late);
                let also = match late {
                    true => self.reserve(paper, seat, component, silence.milestone, &words).await?,
                    false => Vec::new(),
                };
                let (kind, event) = match (late, silence.phase(now)) {
                    (true, _) => (Kind::SilenceObjectedLate, "silence_objected_late"),
                    (false, Phase::Broken) => (Kind::SilenceJoined, "silence_joined"),
                    (false, _) => (Kind::SilenceBroken, "silence_broken"),
                };
                let reserved = late.then_some(!also.is_empty());
                let about = about(json!({ "component": component, "reserved": reserved }));
                self.write_silence(Some(kept.version), next, kind, (event, by, about), also).await
            }
            SilenceAct::Extend { to, reason } => {
                let zone = Zone::named(&silence.zone).unwrap_or_else(Zone::utc);
                let next =
                    silence.extend(to, &reason, seat, now, &self.rules_of(&zone)).map_err(of_reason)?;
                let about = about(json!({ "to": to, "reason": reason }));
                let what = ("silence_extended", by, about);
                self.write_silence(Some(kept.version), next, Kind::SilenceExtended, what, vec![]).await
            }
            SilenceAct::Cancel(reason) => {
                let next = silence.cancel(&reason, seat, now).map_err(of_reason)?;
                let what = ("silence_cancelled", by, about(json!({ "reason": reason })));
                self.write_silence(Some(kept.version), next, Kind::SilenceCancelled, what, vec![]).await
            }
            SilenceAct::Told { component, words } => {
                let phase = silence.phase(now);
                if phase != Phase::Running {
                    return Err(SilenceError::WrongPhase { phase }.into());
                }
                if !silence.components.contains(&component) {
                    return Err(Refusal::field("component", "is one that the procedure lists"));
                }
                let words = written::needed(&words, Silence::MAX_WORDS)
                    .map_err(|error| Refusal::broken("words", error, error.to_string()))?;
                let told = Delivered { at: now, way: Way::Otherwise { by: seat, words: words.clone() } };
                let next = silence.delivered(component, told);
                let what = ("silence_told", by, about(json!({ "component": component, "words": words })));
                self.write_quietly(kept.version, next, what).await
            }
        }
    }

    /// REV66: what the instants of procedures have brought is written down, once. Answers with the next instant. One that cannot be
    /// settled is named in the log, and tried again; it holds up no other.
    pub(super) async fn silences_due(&self, now: Moment) -> Result<Option<Moment>, Refusal> {
        let mut next: Option<Moment> = None;
        for record in scan_all(&*self.store, Coll::Silence, "").await? {
            let asks_again = match self.settle_silence(&record, now).await {
                Ok(instant) => instant,
                Err(refusal) => {
                    tracing::error!(silence = record.key, %refusal, "a silence could not be settled; it is tried again");
                    Some(now + TRY_AGAIN)
                }
            };
            next = next.into_iter().chain(asks_again).min();
        }
        Ok(next)
    }

    /// Settles one procedure if its instant has come. Answers with the instant it waits for.
    async fn settle_silence(&self, record: &Record, now: Moment) -> Result<Option<Moment>, Refusal> {
        let stored: Silence = record.read()?;
        if stored.next_instant(now).is_some() || !stored.awaits_settling() {
            return Ok(stored.next_instant(now));
        }
        let _turn = self.settling.alone(&stored.id.to_string()).await;
        let KeptSilence { silence, version } = self.silence(stored.paper, stored.id).await?;
        let head = Digest(self.store.last_audit().await?.map_or([0; 32], |entry| entry.hash));
        if let Some(settled) = silence.settle(now, head) {
            let (kind, event) = match settled.outcome {
                Some(Outcome::Adopted { .. }) => (Kind::SilenceAdopted, "silence_adopted"),
                _ => (Kind::SilenceStopped, "silence_stopped"),
            };
            let about = json!({
                "silence": settled.id, "milestone": settled.milestone, "fingerprint": settled.fingerprint,
                "instant": settled.instant(), "undelivered": settled.undelivered(), "audit_head": head,
            });
            self.write_silence(Some(version), settled, kind, (event, By::Service, about), vec![]).await?;
        }
        Ok(silence.next_instant(now))
    }

    fn rules_of<'z>(&self, zone: &'z Zone) -> Rules<impl Fn(Moment) -> bool + use<'z>> {
        let least = std::time::Duration::from_hours(self.settings.limits.silence_hours);
        Rules { least, is_weekend: |at| zone.is_weekend(at) }
    }

    /// REV68: with what the notices say of how each component was told.
    async fn with_deliveries(&self, silence: Silence) -> Result<Silence, Refusal> {
        if silence.outcome.is_some() {
            return Ok(silence);
        }
        let since = silence.told_since();
        let mut next = silence;
        for notice in self.notices_about(About::Silence(next.id)).await? {
            let Some(delivered) = delivery_of(&notice).filter(|_| notice.told >= since) else { continue };
            // Whoever opened it is told too, and speaks for nobody by that.
            if !notice.speaks {
                continue;
            }
            next = next.delivered(notice.component, delivered);
        }
        Ok(next)
    }

    /// One commit: the record, what is said of it in the audit log, who is told, and what else belongs to it.
    async fn write_silence(
        &self,
        version: Option<u64>,
        silence: Silence,
        kind: Kind,
        (event, by, about): (&str, By, Value),
        also: Vec<Op>,
    ) -> Result<KeptSilence, Refusal> {
        let register = self.directory.register();
        let now = self.clock.now();
        let speakers = silence.components.iter().flat_map(|each| seats_that_speak_for(&register, *each));
        let mut seats: Vec<SeatId> = speakers.collect();
        if !seats.contains(&silence.opened.by) {
            seats.push(silence.opened.by);
        }
        let message = Message {
            paper: silence.paper,
            kind,
            about: About::Silence(silence.id),
            words: words_told(&silence, kind),
            by: None,
        };
        let (records, notices) = self.notices_to(&register, &seats, &message, now);
        let is_position = !also.is_empty();
        let mut ops = vec![
            Op::put(
                Coll::Silence,
                key(silence.paper, silence.id),
                version.map_or(Expect::Absent, Expect::Version),
                &silence,
            ),
            audit::entry(now, event, by, about),
        ];
        ops.extend(also);
        ops.extend(records);
        let kept = self.commit_silence(ops, silence, version).await?;
        self.notices_told(&notices);
        if is_position {
            let what = What::Procedure { topic: Topic::Positions, within: None };
            self.news.tell(kept.silence.paper, what);
        }
        Ok(kept)
    }

    /// The same without telling anybody: only the record of deliveries grew.
    async fn write_quietly(
        &self,
        version: u64,
        silence: Silence,
        (event, by, about): (&str, By, Value),
    ) -> Result<KeptSilence, Refusal> {
        let ops = vec![
            Op::put(Coll::Silence, key(silence.paper, silence.id), Expect::Version(version), &silence),
            audit::entry(self.clock.now(), event, by, about),
        ];
        self.commit_silence(ops, silence, Some(version)).await
    }

    async fn commit_silence(
        &self,
        ops: Vec<Op>,
        silence: Silence,
        version: Option<u64>,
    ) -> Result<KeptSilence, Refusal> {
        match self.store.commit(ops).await {
            Ok(_) => {}
            Err(StoreError::Conflict { current, .. }) => {
                return Err(Refusal::StaleVersion { current: current.unwrap_or(0) });
            }
            Err(error) => return Err(error.into()),
        }
        self.instants.look_again();
        self.news.tell(silence.paper, What::Procedure { topic: Topic::Silence, within: None });
        Ok(KeptSilence { silence, version: version.unwrap_or(0) + 1 })
    }
}

/// How a notice reached its component, if it did.
fn delivery_of(notice: &Notice) -> Option<Delivered> {
    let seen = notice.seen.map(|at| Delivered { at, way: Way::Seen });
    let taken = notice.deliveries.iter().find(|each| each.outcome == Carried::Accepted);
    let taken = taken.map(|each| Delivered { at: each.at, way: Way::Mail });
    seen.into_iter().chain(taken).min_by_key(|delivered| delivered.at)
}

/// The words that go with a notice: the question, the reason, or the objection.
fn words_told(silence: &Silence, kind: Kind) -> String {
    match (kind, &silence.outcome) {
        (Kind::SilenceBroken | Kind::SilenceJoined | Kind::SilenceObjectedLate, _) => {
            silence.objections.last().map(|objection| objection.words.clone()).unwrap_or_default()
        }
        (Kind::SilenceExtended, _) => silence.ends.last().map(|end| end.reason.clone()).unwrap_or_default(),
        (Kind::SilenceCancelled, Some(Outcome::Cancelled { reason, .. })) => reason.clone(),
        _ => silence.question.clone(),
    }
}

/// The words that a request gives as its `reason` are named so when they are refused.
fn of_reason(error: SilenceError) -> Refusal {
    match error {
        SilenceError::Words(error) => Refusal::broken("reason", error, error.to_string()),
        other => other.into(),
    }
}

fn must_run(register: &Register, paper: &Paper, seat: SeatId) -> Result<(), Refusal> {
    match register.may(seat, Action::RunSilence, &paper.place()) {
        true => Ok(()),
        false => Err(Refusal::NotAllowed("put a draft under silence")),
    }
}

fn must_object(register: &Register, paper: &Paper, who: Who<'_>, silence: &Silence) -> Result<(), Refusal> {
    let speaks = register.may(who.seat.id, Action::SubmitForComponent, &paper.place());
    match speaks && silence.components.contains(&who.component.id) {
        true => Ok(()),
        false => Err(Refusal::NotAllowed("object here: the focal point of a listed component does")),
    }
}

/// REV65: each listed component is there, and has a focal point: silence is no consent where nobody could object.
fn must_be_able_to_object(register: &Register, components: &BTreeSet<ComponentId>) -> Result<(), Refusal> {
    let mut mute = Vec::new();
    for id in components {
        let component = register.component(*id);
        let component = component.ok_or_else(|| {
            let rule = format!("{id} is no component of the organisation; leave it out");
            Refusal::field("components", rule)
        })?;
        let objects = |seat: &&crate::people::seat::Seat| {
            seat.component == *id && !seat.ended && seat.function == Function::FocalPoint
        };
        if register.seats().find(objects).is_none() {
            mute.push(component.code.as_str());
        }
    }
    if mute.is_empty() {
        return Ok(());
    }
    let rule = format!(
        "each need a focal point who could object; {} have none: invite one, or leave them out",
        mute.join(", ")
    );
    Err(Refusal::field("components", rule))
}

fn key(paper: PaperId, id: SilenceId) -> String {
    format!("{paper}/{id}")
}
