//! Is a stored text what it says it is? Its changes are those that their hashes name, it opens from its log, and its
//! snapshot and its saved history stand for what they say.

use crdt::document::Text;
use crdt::ids::TextId;
use crdt::sync::chunk::{Chunk, ChunkLimits};
use crdt::sync::saved::Saved;

use crate::store::{LoggedChange, Snapshot, Store, StoreError, scan_log};

/// What was found of a text.
pub struct CheckedText {
    /// How many changes its log has.
    pub changes: u64,
    /// The text, if it opens.
    pub text: Option<Text>,
    /// What is wrong, in words; nothing if it is whole.
    pub faults: Vec<String>,
}

/// Looks through a text. An error if the store cannot give its log: the store's own check says why.
pub async fn check_text(store: &dyn Store, text: TextId) -> Result<CheckedText, StoreError> {
    let log = scan_log(store, text, 0).await?;
    let snapshot = store.snapshot(text).await?;
    let history = match store.history(text).await {
        // A cache, of which the store's own check says what is wrong.
        Err(StoreError::Corrupt { .. }) => None,
        other => other?,
    };
    let checked = tokio::task::spawn_blocking(move || {
        let mut checked = check(&log, snapshot);
        let wrong = history.and_then(|history| check_history(&history, log.len()));
        checked
            .faults
            .extend(wrong.map(|fault| format!("its saved history, which the log can replace, {fault}")));
        checked
    })
    .await;
    checked.map_err(|_| StoreError::Corrupt {
        what: format!("text {text}"),
        detail: "checking it failed".to_owned(),
    })
}

fn check(log: &[LoggedChange], snapshot: Option<Snapshot>) -> CheckedText {
    let mut faults: Vec<String> = log.iter().filter_map(check_change).collect();
    if log.is_empty() {
        faults.push("it has no changes: its log is lost".to_owned());
    }
    let raw = |logged: &LoggedChange| logged.change.bytes.clone();
    let chunks: Vec<_> = log.iter().map(raw).collect();
    let text = match Text::load_with(&[], chunks.iter().map(|chunk| &chunk[..])) {
        Ok(text) => Some(text),
        Err(_) if log.is_empty() => None,
        Err(error) => {
            faults.push(format!("it does not open from its log: {error}"));
            None
        }
    };
    if let (Some(text), Some(snapshot)) = (&text, snapshot) {
        faults.extend(
            check_snapshot(text, &snapshot, &chunks)
                .map(|fault| format!("its snapshot, which the log can replace, {fault}")),
        );
    }
    CheckedText { changes: log.len() as u64, text, faults }
}

fn check_change(logged: &LoggedChange) -> Option<String> {
    let LoggedChange { seq, change } = logged;
    match Chunk::read(change.bytes.clone(), &ChunkLimits::STORED) {
        Err(error) => Some(format!("change {seq} does not read: {error}")),
        Ok(chunk) if chunk.header.hash != change.hash => {
            Some(format!("change {seq} is not the one its hash names"))
        }
        Ok(chunk) if chunk.header.actor != change.actor => {
            Some(format!("change {seq} is of another actor than the log says"))
        }
        Ok(_) => None,
    }
}

fn check_snapshot(text: &Text, snapshot: &Snapshot, chunks: &[bytes::Bytes]) -> Option<String> {
    let upto = usize::try_from(snapshot.upto).unwrap_or(usize::MAX);
    let Some(tail) = chunks.get(upto..) else {
        return Some(format!("stands for {} changes; there are {}", snapshot.upto, chunks.len()));
    };
    let alone = match Text::load(&snapshot.bytes) {
        Ok(alone) => alone,
        Err(error) => return Some(format!("does not open: {error}")),
    };
    if alone.heads() != snapshot.heads {
        return Some("opens with other heads than it should have".to_owned());
    }
    match Text::load_with(&snapshot.bytes, tail.iter().map(|chunk| &chunk[..])) {
        Ok(whole) if whole.heads() == text.heads() => None,
        Ok(_) => Some("leads to other words than the log".to_owned()),
        Err(error) => Some(format!("does not go together with the log after it: {error}")),
    }
}

fn check_history(history: &[u8], changes: usize) -> Option<String> {
    match Saved::read(history) {
        Ok(saved) if saved.upto() as usize > changes => {
            Some(format!("stands for {} changes; there are {changes}", saved.upto()))
        }
        Ok(_) => None,
        Err(error) => Some(format!("does not read: {error}")),
    }
}
