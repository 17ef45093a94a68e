//! A text that cannot be read as it is stored: whoever asks for it is told so, and nothing is taken for it.
//!
//! The text stays as it is, and the others are not concerned. After [`LOOKS_AGAIN_AFTER`] the room closes, and whoever asks next has the
//! log read anew: an operator may have mended it meanwhile.

use std::sync::Arc;
use std::time::Duration;

use crdt::ids::TextId;
use crdt::sync::events::{Access, Answer, Input, Refusal};
use crdt::sync::wire::{document_id, say};
use tokio::time::{Instant, timeout_at};

use super::opening::NotOpened;
use super::registry::Inputs;
use super::room_task::ToRoom;
use super::{LiveError, Shared, outbox};

/// How long nobody looks at the text again. Each look reads all of its log, and clients ask again as soon as they are answered.
const LOOKS_AGAIN_AFTER: Duration = Duration::from_secs(30);

/// Serves the queue of a room that did not open, and before that whoever came while it was being loaded.
pub async fn say_so(text: TextId, shared: &Arc<Shared>, not_opened: NotOpened, inputs: &mut Inputs) {
    let NotOpened { error, inputs: answered, held } = not_opened;
    let unreadable = LiveError::Unreadable { text, detail: error.to_string() };
    for input in &answered {
        answer(text, shared, input);
    }
    let until = Instant::now() + LOOKS_AGAIN_AFTER;
    let mut held = held.into_iter();
    loop {
        let next = match held.next() {
            Some(waiting) => Ok(Some(waiting)),
            None => timeout_at(until, inputs.recv()).await,
        };
        match next {
            Ok(Some(waiting)) => match waiting.message {
                ToRoom::Input(input) => answer(text, shared, &input),
                // Whoever waited may have given up.
                ToRoom::Submit { answer, .. } => drop(answer.send(Err(unreadable.clone()))),
                ToRoom::Stop => return,
            },
            Ok(None) => return,
            Err(_) if shared.registry.close_if_empty(text, inputs) => return,
            Err(_) => {}
        }
    }
}

/// Says it in the place of an answer whose changes could not be read.
pub fn tell(shared: &Shared, instead: &Answer) {
    let Answer { to, peer, document, server, .. } = instead;
    let refusal = Refusal::TextUnreadable;
    let frame = say::error(server, peer, Some(document), refusal.code(), &refusal.to_string());
    shared.outboxes.deliver(&[*to], outbox::binary(&frame));
}

fn answer(text: TextId, shared: &Shared, input: &Input) {
    let (connection, speaker, access) = match input {
        Input::Sync { connection, speaker, access, .. } => (connection, speaker, access),
        Input::Entered { connection, speaker, .. } => (connection, speaker, &Access::Read),
        _ => return,
    };
    let (server, document) = (&shared.settings.room.server, document_id(text));
    let frame = match access {
        Access::None => say::unavailable(server, &speaker.peer, &document),
        Access::Read | Access::Unreadable | Access::Locked | Access::Write => {
            let (refusal, peer) = (Refusal::TextUnreadable, &speaker.peer);
            say::error(server, peer, Some(&document), refusal.code(), &refusal.to_string())
        }
    };
    shared.outboxes.deliver(&[*connection], outbox::binary(&frame));
}
