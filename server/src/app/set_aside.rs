//! What was written without the right to: read, taken away as a file, or thrown away, by its author and nobody else.
//!
//! The records are the live path's ([`crate::live::aside`]). Here is who may see them: the person who holds, or held, the
//! seat that wrote it. For everybody else they do not exist.

use std::sync::Arc;

use bytes::Bytes;
use crdt::document::Text;
use crdt::ids::{AsideId, PersonId, TextId};
use crdt::render::{ChapterBlocks, Tree, markdown};
use serde_json::json;

use super::App;
use super::audit::{self, By};
use super::papers::aside;
use super::refusal::Refusal;
use crate::live::aside::{SetAside, changes_of, of_seat, removal};

/// A record with what can be read of it now.
#[derive(Clone, Debug)]
pub struct Rescued {
    /// The record.
    pub record: SetAside,
    /// Its raw changes, in causal order.
    pub changes: Vec<Bytes>,
    /// The whole text as its author had it, as Markdown; `None` if the text cannot be read at the moment.
    pub whole: Option<String>,
}

impl App {
    /// What was set aside for a person, whichever of their seats wrote it, in order of receipt.
    pub async fn set_aside(&self, person: PersonId) -> Result<Vec<SetAside>, Refusal> {
        let register = self.directory.register();
        let mut all = Vec::new();
        for seat in register.all_seats_of(person) {
            all.extend(of_seat(&*self.store, seat.id).await?);
        }
        all.sort_by_key(|record| (record.received, record.id));
        Ok(all)
    }

    /// Is it in the text by now? The right may have come back, and its author may have sent it again.
    pub async fn is_merged(&self, record: &SetAside) -> bool {
        self.live.text(record.text).await.is_ok_and(|text| text.knows(&record.heads))
    }

    /// One record of a person, with all that is in it.
    pub async fn rescued(&self, person: PersonId, id: AsideId) -> Result<Rescued, Refusal> {
        let all = self.set_aside(person).await?;
        let record = all.iter().find(|record| record.id == id).ok_or(Refusal::NotFound)?.clone();
        let changes = changes_of(&*self.store, &record).await?;
        // Records of one seat may build on each other.
        let mut beside = Vec::new();
        for other in all.iter().filter(|other| (other.seat, other.text) == (record.seat, record.text)) {
            beside.extend(changes_of(&*self.store, other).await?);
        }
        let whole = self.whole(record.text, &record, beside).await;
        Ok(Rescued { record, changes, whole })
    }

    /// Throw a record away.
    pub async fn discard_set_aside(&self, person: PersonId, id: AsideId) -> Result<(), Refusal> {
        let all = self.set_aside(person).await?;
        let record = all.iter().find(|record| record.id == id).ok_or(Refusal::NotFound)?;
        let mut ops = removal(record);
        let about = json!({ "record": id, "text": record.text });
        ops.push(audit::entry(self.clock.now(), "set_aside_discarded", By::Person(person), about));
        self.store.commit(ops).await?;
        Ok(())
    }

    async fn whole(&self, text: TextId, record: &SetAside, changes: Vec<Bytes>) -> Option<String> {
        let text: Arc<Text> = self.live.text(text).await.ok()?;
        let heads = record.heads.clone();
        let written = aside(move || {
            let mut with = Text::clone(&text);
            let unreadable = |error: String| Refusal::ChangeRefused(error);
            with.apply(changes.iter().map(|raw| &raw[..])).map_err(|error| unreadable(error.to_string()))?;
            let theirs = with.then(&heads).ok_or_else(|| unreadable("its heads are not there".to_owned()))?;
            let chapter = ChapterBlocks { number: String::new(), depth: 1, blocks: theirs.blocks() };
            Ok(markdown::write(&Tree::of(1, [chapter]), markdown::Options { ids: false }))
        });
        match written.await {
            Ok(whole) => Some(whole),
            Err(refusal) => {
                tracing::warn!(record = %record.id, %refusal, "the text of a set-aside record cannot be read");
                None
            }
        }
    }
}
