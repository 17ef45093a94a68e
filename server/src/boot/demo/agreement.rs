//! How far the demonstration's components agree: the positions of some of them on a sealed draft, and a question under silence. Everything
//! goes through the same acts as everybody's.

use std::collections::BTreeSet;

use crdt::ids::MilestoneId;
use crdt::moment::Moment;
use crdt::review::position::{Stance, Subject};
use serde::Deserialize;
use serde_json::json;

use super::{DemoError, inconsistent, read};
use crate::app::App;
use crate::app::notices::About;
use crate::app::positions::NewPosition;
use crate::app::refusal::Refusal;
use crate::app::silences::NewSilence;
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op};

const AGREEMENT: &str = include_str!("../../../../fixtures/demo/agreement.json");
/// The setting that says that all of it is there.
const DONE: &str = "demo-agreement";
/// What a person has not seen of what they were told of amendments: the newest.
const UNSEEN: usize = 3;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgreementFile {
    /// The name of the sealed draft that all of it is about.
    draft: String,
    positions: Vec<PositionFile>,
    silence: SilenceFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PositionFile {
    by: String,
    stance: Stance,
    /// 1 for the first; without it the whole paper is meant.
    chapter: Option<usize>,
    #[serde(default)]
    words: String,
    #[serde(default)]
    way_out: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SilenceFile {
    by: String,
    question: String,
    /// Codes of components.
    components: Vec<String>,
    ends: Moment,
}

/// Makes what is not there yet.
pub(super) async fn load(app: &App) -> Result<(), DemoError> {
    if app.store.get(Coll::Setting, DONE).await.map_err(Refusal::from)?.is_some() {
        return Ok(());
    }
    let register = app.directory.register();
    let papers = register.papers();
    let Some(paper) = papers.first() else { return Ok(()) };
    let file: AgreementFile = read("agreement.json", AGREEMENT)?;
    let drafts = app.milestones(paper.id).await?;
    let draft = drafts.iter().find(|draft| draft.name == file.draft);
    let draft = draft.ok_or_else(|| inconsistent(format!("no draft is called “{}”", file.draft)))?.id;
    for said in &file.positions {
        let seat = super::seat_of(app, &said.by)?;
        let component = register.seat(seat).map(|seat| seat.component);
        let subject = said.subject(paper)?;
        let known = app.positions(paper, seat, None).await?;
        let is_said = known
            .iter()
            .any(|taken| Some(taken.position.component) == component && taken.position.subject == subject);
        if !is_said {
            let new = NewPosition {
                milestone: Some(draft),
                subject,
                stance: said.stance,
                words: said.words.clone(),
                way_out: said.way_out.clone(),
                on_behalf_of: None,
                received: None,
            };
            app.take_position(paper, seat, new).await?;
        }
    }
    put_under_silence(app, paper, draft, file.silence).await?;
    they_have_read(app).await?;
    let done = Op::put(Coll::Setting, DONE, Expect::Any, &json!(true));
    app.store.commit(vec![done]).await.map_err(Refusal::from)?;
    Ok(())
}

async fn put_under_silence(
    app: &App,
    paper: &Paper,
    draft: MilestoneId,
    file: SilenceFile,
) -> Result<(), DemoError> {
    let SilenceFile { by, question, components, ends } = file;
    if !app.silences(paper.id).await?.is_empty() || app.clock.now() >= ends {
        return Ok(());
    }
    let register = app.directory.register();
    let known = |code: &String| {
        let component = register.component_by_code(code).map(|component| component.id);
        component.ok_or_else(|| inconsistent(format!("no component has the code {code}")))
    };
    let components: BTreeSet<_> = components.iter().map(known).collect::<Result<_, _>>()?;
    let new = NewSilence { milestone: Some(draft), question, components, ends };
    app.open_silence(paper, super::seat_of(app, &by)?, new).await?;
    Ok(())
}

/// People have read what they were told of amendments over the weeks, but for the last of it.
async fn they_have_read(app: &App) -> Result<(), DemoError> {
    for person in app.directory.register().people() {
        let told = app.notices_of(person.id).await?;
        let of_amendments = told.iter().filter(|notice| matches!(notice.message.about, About::Amendment(_)));
        let seen: Vec<_> = of_amendments.skip(UNSEEN).map(|notice| notice.id).collect();
        app.see_notices(person.id, &seen).await?;
    }
    Ok(())
}

impl PositionFile {
    fn subject(&self, paper: &Paper) -> Result<Subject, DemoError> {
        let Some(chapter) = self.chapter else { return Ok(Subject::Paper) };
        let found = chapter.checked_sub(1).and_then(|at| paper.chapters.get(at));
        let found = found.ok_or_else(|| inconsistent(format!("there is no chapter {chapter}")))?;
        Ok(Subject::Chapter { chapter: found.id })
    }
}
