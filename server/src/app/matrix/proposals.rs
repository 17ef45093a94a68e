//! The amendments of each paper as rows show them, kept read like the threads on the [`shelf`](super::shelf): their plain words are
//! made of a redline that never changes, and places are found anew when a text was changed.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crdt::ids::{AmendmentId, ChangeHash, PaperId, TextId};
use crdt::review::amendment::Amendment;
use crdt::review::matrix::{Located, Outline, Proposal};
use tokio::sync::Mutex as AsyncMutex;

use crate::app::App;
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::live::LiveError;
use crate::people::paper::Paper;
use crate::store::{Coll, scan_all};

/// A submitted amendment with its place.
#[derive(Clone)]
pub struct Shelved {
    /// The amendment.
    pub proposal: Arc<Proposal>,
    /// Where it stands; `None` when nothing of what it was about is left.
    pub located: Option<Located>,
}

/// The amendments of a service that somebody has looked at as rows.
#[derive(Default)]
pub struct Proposals {
    boards: Mutex<HashMap<PaperId, Arc<AsyncMutex<Board>>>>,
}

/// What is kept of one paper.
#[derive(Default)]
struct Board {
    heads: BTreeMap<TextId, Vec<ChangeHash>>,
    kept: Arc<Vec<Shelved>>,
}

impl Proposals {
    /// The submitted amendments of a paper as they are now, all of them: who may read which is for the caller to ask.
    pub async fn of_paper(&self, app: &App, paper: &Paper) -> Result<Arc<Vec<Shelved>>, Refusal> {
        let board =
            self.boards.lock().unwrap_or_else(PoisonError::into_inner).entry(paper.id).or_default().clone();
        let mut board = board.lock().await;
        let before: BTreeMap<AmendmentId, &Shelved> =
            board.kept.iter().map(|kept| (kept.proposal.amendment.id, kept)).collect();
        let mut kept: Vec<Shelved> = Vec::new();
        let mut unlocated: BTreeMap<TextId, BTreeSet<usize>> = BTreeMap::new();
        for record in scan_all(&*app.store, Coll::Amendment, &format!("{}/", paper.id)).await? {
            let id = record.key.rsplit('/').next().and_then(|id| id.parse().ok());
            if let Some(known) =
                id.and_then(|id| before.get(&id)).filter(|it| it.proposal.version == record.version)
            {
                kept.push(Shelved::clone(known));
                continue;
            }
            let amendment: Amendment = record.read()?;
            let Some(number) = amendment.revision().map(|revision| revision.number) else { continue };
            let redline = app.part(&amendment, number).await?.redline;
            if let Some(proposal) = Proposal::of(Arc::new(amendment), record.version, &redline) {
                unlocated.entry(proposal.amendment.text).or_default().insert(kept.len());
                let proposal = Arc::new(proposal);
                kept.push(Shelved { proposal, located: None });
            }
        }
        drop(before);
        let mut heads = BTreeMap::new();
        for (place, shelved) in kept.iter().enumerate() {
            let text = shelved.proposal.amendment.text;
            if let Entry::Vacant(gap) = heads.entry(text) {
                gap.insert(app.text_state(text).await?.heads.clone());
            }
            if heads.get(&text) != board.heads.get(&text) {
                unlocated.entry(text).or_default().insert(place);
            }
        }
        for (text, places) in unlocated {
            kept = located(app, text, kept, places).await?;
        }
        *board = Board { heads, kept: Arc::new(kept) };
        Ok(board.kept.clone())
    }
}

/// Finds the places of these amendments of one text. In a text that cannot be read, nothing has a place.
async fn located(
    app: &App,
    text: TextId,
    mut kept: Vec<Shelved>,
    which: BTreeSet<usize>,
) -> Result<Vec<Shelved>, Refusal> {
    let document = match app.live.text(text).await {
        Ok(document) => document,
        Err(LiveError::Unreadable { .. }) => {
            which.into_iter().for_each(|place| kept[place].located = None);
            return Ok(kept);
        }
        Err(error) => return Err(error.into()),
    };
    aside(move || {
        let outline = Outline::of(&document);
        for place in which {
            kept[place].located = outline.locate_amendment(&kept[place].proposal.amendment);
        }
        Ok(kept)
    })
    .await
}
