//! The demonstration's amendments: opened, written, submitted, spoken to and decided by its people, through the same acts as everybody's.

use crdt::document::Text;
use crdt::ids::{AmendmentId, RoundId, SeatId, TextId};
use crdt::review::amendment::{Amendment, AmendmentError, Hand, Stance};
use crdt::review::disposition::Outcome;
use crdt::review::round::Ask;
use crdt::review::submission::Visibility;
use serde::Deserialize;
use serde_json::json;

use super::{DemoError, inconsistent, read, seat_of};
use crate::app::App;
use crate::app::amendments::{Answer, Kept, NewDraft, Said};
use crate::app::refusal::Refusal;
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op};

const AMENDMENTS: &str = include_str!("../../../../fixtures/demo/amendments.json");
/// The setting that says that all of them are there.
const DONE: &str = "demo-amendments";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AmendmentFile {
    /// 1 for the first.
    chapter: usize,
    by: String,
    title: String,
    reason: String,
    change: Vec<ChangeFile>,
    then: Vec<ActFile>,
}

/// These words in the place of those, which stand once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeFile {
    old: String,
    new: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActFile {
    by: String,
    act: Act,
    #[serde(default)]
    words: String,
    outcome: Option<Outcome>,
    #[serde(default)]
    change: Vec<ChangeFile>,
    reason: Option<String>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Act {
    /// Say that it waits for the focal point.
    Ready,
    Submit,
    /// Change the branch and submit it again.
    Revise,
    Sponsor,
    Support,
    Object,
    TakeUp,
    Decide,
    Defer,
    /// Change the copy and decide as `outcome` says.
    Modify,
    Withdraw,
    /// Whoever holds the pen changes the text itself.
    EditText,
}

/// Makes those that are not there yet.
pub(super) async fn load(app: &App) -> Result<(), DemoError> {
    if app.store.get(Coll::Setting, DONE).await.map_err(Refusal::from)?.is_some() {
        return Ok(());
    }
    let register = app.directory.register();
    let papers = register.papers();
    let Some(paper) = papers.first() else { return Ok(()) };
    for file in read::<Vec<AmendmentFile>>("amendments.json", AMENDMENTS)? {
        let by = seat_of(app, &file.by)?;
        let known = app.amendments(paper.id, by).await?;
        if !known.iter().any(|kept| is_of(&kept.amendment, &file)) {
            make(app, paper, by, &file).await?;
        }
    }
    let done = Op::put(Coll::Setting, DONE, Expect::Any, &json!(true));
    app.store.commit(vec![done]).await.map_err(Refusal::from)?;
    Ok(())
}

fn is_of(amendment: &Amendment, file: &AmendmentFile) -> bool {
    amendment.draft.title == file.title
}

async fn make(app: &App, paper: &Paper, by: SeatId, file: &AmendmentFile) -> Result<(), DemoError> {
    let chapter = file.chapter.checked_sub(1).and_then(|at| paper.chapters.get(at));
    let text = chapter.and_then(|chapter| chapter.texts.get(&chapter.language));
    let text = *text.ok_or_else(|| inconsistent(format!("“{}” has no chapter", file.title)))?;
    let new = NewDraft { title: file.title.clone(), reason: file.reason.clone(), ..NewDraft::default() };
    let draft = app.open_amendment(text, by, new).await?.amendment;
    write(app, draft.branch.text, by, &file.change).await?;
    for act in &file.then {
        let seat = seat_of(app, &act.by)?;
        act.perform(app, paper, draft.id, seat, (text, draft.branch.text)).await?;
    }
    Ok(())
}

impl ActFile {
    async fn perform(
        &self,
        app: &App,
        paper: &Paper,
        id: AmendmentId,
        seat: SeatId,
        (text, branch): (TextId, TextId),
    ) -> Result<(), DemoError> {
        let act =
            async |event: &str, act: &dyn Fn(&Amendment, &Hand) -> Result<Amendment, AmendmentError>| {
                app.act_on_amendment((id, seat), None, Some(event), act).await
            };
        let decide =
            |outcome| app.decide_amendment((id, seat), None, Answer { outcome, words: self.words.clone() });
        let done: Result<Kept, Refusal> = match self.act {
            Act::Ready => act("amendment_ready", &|amendment, hand| amendment.make_ready(hand, true)).await,
            Act::Submit => {
                let said = Said { round: round_for(app, paper, seat), ..Said::default() };
                app.submit_amendment((id, seat), None, said).await
            }
            Act::Revise => {
                write(app, branch, seat, &self.change).await?;
                let said = Said { reason: self.reason.clone(), ..Said::default() };
                app.submit_amendment((id, seat), None, said).await
            }
            Act::Sponsor => {
                act("amendment_sponsored", &|amendment, hand| amendment.sponsor(hand, true)).await
            }
            Act::Support | Act::Object => {
                let stance = if self.act == Act::Support { Stance::Support } else { Stance::Objection };
                act("amendment_voiced", &|amendment, hand| amendment.voice(hand, Some((stance, &self.words))))
                    .await
            }
            Act::TakeUp => act("amendment_taken_up", &|amendment, hand| amendment.take_up(hand)).await,
            Act::Withdraw => {
                act("amendment_withdrawn", &|amendment, hand| amendment.withdraw(hand, &self.words)).await
            }
            Act::Decide => {
                decide(self.outcome.ok_or_else(|| inconsistent("a decision without outcome".into()))?).await
            }
            Act::Defer => decide(Outcome::Deferred).await,
            Act::Modify => {
                let kept = app.copy_amendment(id, seat, None).await?;
                let component = app.directory.register().seat(seat).map(|seat| seat.component);
                let copy = component.and_then(|component| kept.amendment.copy_of(component));
                let copy = copy.ok_or_else(|| inconsistent("a copy was not made".into()))?.branch.text;
                write(app, copy, seat, &self.change).await?;
                decide(self.outcome.unwrap_or(Outcome::Modified)).await
            }
            Act::EditText => return write(app, text, seat, &self.change).await,
        };
        done?;
        Ok(())
    }
}

/// The round that this seat's component is asked in now, if what it sends is open to everybody.
fn round_for(app: &App, paper: &Paper, seat: SeatId) -> Option<RoundId> {
    let register = app.directory.register();
    let component = register.seat(seat)?.component;
    let takes = |round: &&crdt::review::round::Round| {
        round.plan.visibility == Visibility::Open
            && round.takes(Ask::Amendments, component, app.clock.now()).is_ok()
    };
    app.rounds(&register, paper, seat).into_iter().find(takes).map(|round| round.id)
}

/// Somebody changes words of a text.
async fn write(app: &App, text: TextId, seat: SeatId, changes: &[ChangeFile]) -> Result<(), DemoError> {
    let mut copy = Text::clone(&*app.live.text(text).await.map_err(Refusal::from)?);
    let writer = app.writer(seat);
    for ChangeFile { old, new } in changes {
        let (anchor, _) = super::quoted(&copy, old).ok_or_else(|| inconsistent(format!("no “{old}”")))?;
        let range = anchor.range(&copy).ok_or_else(|| inconsistent(format!("no “{old}”")))?;
        let (from, to, words) = differing(old, new);
        let edited = copy.edit(&writer, |edit| edit.splice(range.start + from..range.start + to, words));
        let change = edited.map_err(|error| inconsistent(error.to_string()))?.change;
        let changes = change.into_iter().map(bytes::Bytes::from).collect();
        app.live.submit(text, seat, changes).await.map_err(Refusal::from)?;
    }
    Ok(())
}

/// What differs between two wordings, by words: from where to where in the old one, in UTF-16 units, and what comes there.
fn differing<'n>(old: &str, new: &'n str) -> (usize, usize, &'n str) {
    let heads = old.split_inclusive(' ').zip(new.split_inclusive(' '));
    let head: usize = heads.take_while(|(old, new)| old == new).map(|(same, _)| same.len()).sum();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let units = |words: &str| words.encode_utf16().count();
    if let Some(comes) = new_rest.strip_suffix(old_rest).filter(|comes| comes.ends_with(' ')) {
        return (units(&old[..head]), units(&old[..head]), comes);
    }
    // The first words of what is left differ, or one of them is all that is left.
    let most = old_rest.split(' ').count().min(new_rest.split(' ').count()) - 1;
    let tails = old_rest.rsplit(' ').zip(new_rest.rsplit(' ')).take(most);
    let tail: usize = tails.take_while(|(old, new)| old == new).map(|(same, _)| same.len() + 1).sum();
    (units(&old[..head]), units(&old[..old.len() - tail]), &new_rest[..new_rest.len() - tail])
}

#[cfg(test)]
mod tests {
    use super::differing;

    #[test]
    fn only_the_words_that_differ_are_written() {
        assert_eq!(
            differing("un teléfono y un consejo", "un enchufe, un teléfono y un consejo"),
            (3, 3, "enchufe, un ")
        );
        assert_eq!(differing("en dos páginas", "en tres páginas"), (3, 6, "tres"));
        assert_eq!(differing("oxida las manos", "hace perder el oficio"), (0, 15, "hace perder el oficio"));
        assert_eq!(differing(" y no mayor", ""), (0, 11, ""));
    }
}
