//! Texts as they were. Going back costs a replay of the history, so the last few are kept: who walks from moment to moment needs each
//! state twice, as what came of one moment and as what the next one began with.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crdt::document::Text;
use crdt::ids::{ChangeHash, TextId};

use crate::app::App;
use crate::app::papers::aside;
use crate::app::refusal::Refusal;

/// How many are kept, over all texts.
const MOST: usize = 6;
/// And how much room they may take together, in bytes.
const MOST_BYTES: usize = 32 << 20;

/// The states that were asked for last, the oldest first.
#[derive(Default)]
pub struct Forks {
    kept: Mutex<VecDeque<Fork>>,
}

struct Fork {
    text: TextId,
    heads: Vec<ChangeHash>,
    then: Arc<Text>,
}

impl Forks {
    fn get(&self, text: TextId, heads: &[ChangeHash]) -> Option<Arc<Text>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|fork| fork.text == text && fork.heads == heads).map(|fork| fork.then.clone())
    }

    fn keep(&self, fork: Fork) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(fork);
        let bytes = |kept: &VecDeque<Fork>| kept.iter().map(|fork| fork.then.held_bytes()).sum::<usize>();
        while kept.len() > MOST || bytes(&kept) > MOST_BYTES {
            kept.pop_front();
        }
    }
}

impl App {
    /// A text as it was when it had these heads, which are in ascending order; `None` if one of them is unknown.
    pub(in crate::app) async fn text_then(
        &self,
        text: TextId,
        heads: &[ChangeHash],
    ) -> Result<Option<Arc<Text>>, Refusal> {
        let now = self.live.text(text).await?;
        if now.heads() == heads {
            return Ok(Some(now));
        }
        if let Some(then) = self.forks.get(text, heads) {
            return Ok(Some(then));
        }
        let wanted = heads.to_vec();
        let then = aside(move || Ok(now.at(&wanted).map(Arc::new))).await?;
        if let Some(then) = &then {
            self.forks.keep(Fork { text, heads: heads.to_vec(), then: then.clone() });
        }
        Ok(then)
    }
}
