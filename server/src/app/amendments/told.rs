//! Who is told what of an amendment, in the commit of the act: those who answer for its place, its own component, and the components
//! that joined it or spoke to it. Each of them only while they may read it: of what is under seal nobody else is told.

use std::collections::BTreeSet;

use crdt::ids::{ComponentId, PersonId, SeatId};
use crdt::review::amendment::{Amendment, Stance, What};
use crdt::review::disposition::Outcome;
use crdt::review::permission::Action;

use crate::app::App;
use crate::app::notices::{About, Kind, Message, Notice, one_for_each_person, seats_that_speak_for};
use crate::people::directory::Register;
use crate::store::Op;

/// The longest words that a notice takes from an act, in characters; all of them stand on the amendment's page.
const MOST_WORDS: usize = 300;

impl App {
    /// REV81: the notices of what has happened between `before` and `next`, and the operations that store them. Who did it is not told of
    /// their own act.
    pub(in crate::app) fn news_of(
        &self,
        seat: SeatId,
        before: &Amendment,
        next: &Amendment,
    ) -> (Vec<Op>, Vec<Notice>) {
        let (register, now) = (self.directory.register(), self.clock.now());
        let actor = register.seat(seat).map(|seat| seat.person);
        let (mut ops, mut notices) = (Vec::new(), Vec::new());
        for event in next.history.iter().skip(before.history.len()) {
            let Some((kind, words)) = said(next, event.what, event.component) else { continue };
            let concerned = whom_it_concerns(&register, before, next, event.what, actor);
            let reads = |seat: &SeatId| self.reads_amendment(&register, *seat, next);
            let seats = one_for_each_person(&register, concerned.into_iter().filter(reads));
            let about = About::Amendment(next.id);
            let message = Message { paper: next.paper, kind, about, words, by: Some(event.component) };
            let (records, told) = self.notices_to(&register, &seats, &message, now);
            ops.extend(records);
            notices.extend(told);
        }
        (ops, notices)
    }
}

/// What is told of something that happened, with the words that go with it; `None` if nobody is told.
fn said(next: &Amendment, what: What, by: ComponentId) -> Option<(Kind, String)> {
    let answer = next.decision().map(|decision| &decision.disposition);
    let answered = || answer.map(|answer| in_short(&answer.words)).unwrap_or_default();
    Some(match what {
        What::Submitted => (Kind::AmendmentSubmitted, String::new()),
        What::Revised => (Kind::AmendmentRevised, String::new()),
        What::TakenUp => return None,
        What::Sponsored => (Kind::AmendmentSponsored, String::new()),
        What::LeftSponsors => (Kind::AmendmentLeft, String::new()),
        What::Voiced => match next.voices.get(&by) {
            None => (Kind::AmendmentUnvoiced, String::new()),
            Some(voice) if voice.stance == Stance::Support => {
                (Kind::AmendmentSupported, in_short(&voice.words))
            }
            Some(voice) => (Kind::AmendmentObjected, in_short(&voice.words)),
        },
        What::Admitted => {
            let late = next.submission.as_ref().and_then(|submission| submission.late.as_ref());
            let admitted = late.and_then(|late| late.admitted.as_ref());
            (Kind::LateAdmitted, admitted.map(|admitted| in_short(&admitted.reason)).unwrap_or_default())
        }
        What::Decided => (kind_of(answer?.outcome)?, answered()),
        What::Withdrawn => (Kind::AmendmentWithdrawn, answered()),
    })
}

fn kind_of(outcome: Outcome) -> Option<Kind> {
    Some(match outcome {
        Outcome::Accepted => Kind::AmendmentAccepted,
        Outcome::Modified => Kind::AmendmentModified,
        Outcome::Partly => Kind::AmendmentPartly,
        Outcome::NotAccepted => Kind::AmendmentNotAccepted,
        Outcome::Deferred => Kind::AmendmentDeferred,
        Outcome::Overtaken => Kind::AmendmentOvertaken,
        Outcome::Noted | Outcome::Withdrawn => return None,
    })
}

fn whom_it_concerns(
    register: &Register,
    before: &Amendment,
    next: &Amendment,
    what: What,
    actor: Option<PersonId>,
) -> Vec<SeatId> {
    let speak_for = |component: ComponentId| seats_that_speak_for(register, component);
    // Who began it hears what became of it, also when somebody else speaks for the component.
    let own = || speak_for(next.component).into_iter().chain([next.opened.by]);
    let joined = || {
        let components: BTreeSet<_> = before.sponsors.keys().chain(before.voices.keys()).copied().collect();
        components.into_iter().flat_map(speak_for)
    };
    let answering = || {
        let waits = next.submission.as_ref().is_some_and(|submission| !submission.counts());
        let place = register.text(next.text).map(|text| text.place());
        let answers = move |seat: &SeatId| {
            let may = |action| place.is_some_and(|place| register.may(*seat, action, &place));
            may(Action::AnswerRemarks) || if waits { may(Action::RunRound) } else { may(Action::Decide) }
        };
        register.seats().map(|seat| seat.id).filter(answers)
    };
    let concerned: Vec<SeatId> = match what {
        What::Submitted => answering().collect(),
        What::Revised | What::Withdrawn => answering().chain(joined()).collect(),
        What::Sponsored | What::LeftSponsors | What::Voiced | What::Admitted => own().collect(),
        What::Decided => own().chain(joined()).collect(),
        What::TakenUp => Vec::new(),
    };
    let person = |seat: &SeatId| register.seat(*seat).map(|seat| seat.person);
    concerned.into_iter().filter(|seat| person(seat) != actor).collect()
}

fn in_short(words: &str) -> String {
    if words.chars().count() <= MOST_WORDS {
        return words.to_owned();
    }
    let short: String = words.chars().take(MOST_WORDS - 1).collect();
    format!("{}…", short.trim_end())
}
