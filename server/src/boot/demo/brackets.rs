//! The demonstration's brackets: opened, argued and settled by its people, through the same acts as everybody's.

use crdt::ids::{BracketId, SeatId};
use crdt::review::bracket::{End, Side};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{DemoError, inconsistent, quoted, read, seat_of};
use crate::app::App;
use crate::app::brackets::{BracketAct, NewBracket};
use crate::app::refusal::Refusal;
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op};

const BRACKETS: &str = include_str!("../../../../fixtures/demo/brackets.json");
/// The setting that says that all of them are there.
const DONE: &str = "demo-brackets";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BracketFile {
    /// 1 for the first.
    chapter: usize,
    quote: String,
    /// Who writes the text.
    by: String,
    /// The code of the component it is opened for.
    component: String,
    side: Side,
    words: String,
    then: Vec<ActFile>,
}

#[derive(Deserialize)]
struct ActFile {
    by: String,
    #[serde(flatten)]
    act: Act,
}

#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
enum Act {
    Side {
        side: Side,
        #[serde(default)]
        words: String,
    },
    Offer {
        words: String,
    },
    Settle {
        end: End,
        #[serde(default)]
        instead: String,
        words: String,
    },
}

/// Makes those that are not there yet.
pub(super) async fn load(app: &App) -> Result<(), DemoError> {
    if app.store.get(Coll::Setting, DONE).await.map_err(Refusal::from)?.is_some() {
        return Ok(());
    }
    let register = app.directory.register();
    let papers = register.papers();
    let Some(paper) = papers.first() else { return Ok(()) };
    let known = app.brackets(paper).await?;
    for file in read::<Vec<BracketFile>>("brackets.json", BRACKETS)? {
        if !known.kept.iter().any(|kept| kept.bracket.anchor.quote == file.quote) {
            make(app, paper, &file).await?;
        }
    }
    let done = Op::put(Coll::Setting, DONE, Expect::Any, &json!(true));
    app.store.commit(vec![done]).await.map_err(Refusal::from)?;
    Ok(())
}

async fn make(app: &App, paper: &Paper, file: &BracketFile) -> Result<(), DemoError> {
    let chapter = file.chapter.checked_sub(1).and_then(|at| paper.chapters.get(at));
    let text = chapter.and_then(|chapter| chapter.texts.get(&chapter.language));
    let missing = |what: &str| inconsistent(format!("the bracket on “{}” has no {what}", file.quote));
    let text = *text.ok_or_else(|| missing("chapter"))?;
    let register = app.directory.register();
    let component = register.component_by_code(&file.component).ok_or_else(|| missing("component"))?.id;
    let document = app.live.text(text).await.map_err(Refusal::from)?;
    let (anchor, paragraph) = quoted(&document, &file.quote).ok_or_else(|| missing("words"))?;
    let id = BracketId(Uuid::new_v4());
    let words = file.words.clone();
    let new = NewBracket { id, anchor, paragraph, component, side: file.side, words };
    app.open_bracket(text, seat_of(app, &file.by)?, new).await?;
    for ActFile { by, act } in &file.then {
        let seat: SeatId = seat_of(app, by)?;
        let act = match act {
            Act::Side { side, words } => BracketAct::Speak(*side, words.clone()),
            Act::Offer { words } => BracketAct::Offer(words.clone()),
            Act::Settle { end, instead, words } => {
                BracketAct::Settle { end: *end, instead: instead.clone(), words: words.clone() }
            }
        };
        app.act_on_bracket(paper, seat, id, None, act).await?;
    }
    Ok(())
}
