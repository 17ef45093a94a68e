//! A room opens: what it must know of its history is loaded, and newcomers are answered meanwhile.
//!
//! The history is read from its saved form and the log behind that; a saved form that is damaged, of another version or of another log is
//! passed over, and the whole log is read. A long history takes a moment. A newcomer needs nothing of it, so the saved
//! document and the tail of the log are sent at once ([`Hall`]); whatever else arrives waits in the room's queue.

use std::sync::Arc;

use bytes::Bytes;
use crdt::ids::TextId;
use crdt::sync::admission::History;
use crdt::sync::chunk::{Chunk, ChunkLimits, Header};
use crdt::sync::events::Input;
use crdt::sync::graph::NodeIx;
use crdt::sync::hall::{Hall, is_newcomer};
use crdt::sync::room::Room;
use crdt::sync::saved::Saved;

use super::registry::{Inputs, Waiting};
use super::room_task::ToRoom;
use super::{Shared, outbox};
use crate::store::{LoggedChange, Seq, Store, StoreError, scan_log};

/// A room that has opened.
pub struct Opened {
    pub room: Room,
    /// The changes that its saved history stood for: 0 if none was used.
    pub saved_upto: NodeIx,
    /// What it is to hear first.
    pub inputs: Vec<Input>,
    /// What has arrived meanwhile.
    pub held: Vec<Waiting>,
}

/// A room that has not.
pub struct NotOpened {
    /// Why.
    pub error: StoreError,
    /// Those who were answered already, as far as their text could be read.
    pub inputs: Vec<Input>,
    /// What has arrived, and was not answered.
    pub held: Vec<Waiting>,
}

/// Opens the room of a text for the messages that wait in its queue.
pub async fn open(text: TextId, shared: &Arc<Shared>, inputs: &mut Inputs) -> Result<Opened, NotOpened> {
    let mut door = Door { text, shared, hall: None, held: Vec::new() };
    let loaded = door.serve_while_loading(inputs).await;
    let Door { hall, held, .. } = door;
    let inputs = hall.into_iter().flat_map(|(hall, _)| hall.entering()).collect();
    match loaded {
        Ok((room, saved_upto)) => Ok(Opened { room, saved_upto, inputs, held }),
        Err(error) => Err(NotOpened { error, inputs, held }),
    }
}

/// The door of a room that is being loaded.
struct Door<'a> {
    text: TextId,
    shared: &'a Arc<Shared>,
    hall: Option<(Hall, Vec<Bytes>)>,
    held: Vec<Waiting>,
}

impl Door<'_> {
    async fn serve_while_loading(&mut self, inputs: &mut Inputs) -> Result<(Room, NodeIx), StoreError> {
        // Before the loading begins, which would take the processor from those who wait for an answer.
        while let Ok(waiting) = inputs.try_recv() {
            self.receive(waiting).await?;
        }
        let mut loading = tokio::spawn(load(self.text, self.shared.clone()));
        loop {
            tokio::select! {
                biased;
                Some(waiting) = inputs.recv() => self.receive(waiting).await?,
                loaded = &mut loading => return loaded.map_err(|panic| unreadable(self.text, &panic))?,
            }
        }
    }

    /// Answers a newcomer; everything else waits, as does whoever came to a text that cannot be read.
    async fn receive(&mut self, waiting: Waiting) -> Result<(), StoreError> {
        let answered = match &waiting.message {
            ToRoom::Input(input) if is_newcomer(input) => self.answer(input).await,
            _ => Ok(false),
        };
        if !matches!(answered, Ok(true)) {
            self.held.push(waiting);
        }
        answered.map(drop)
    }

    async fn answer(&mut self, input: &Input) -> Result<bool, StoreError> {
        if self.hall.is_none() {
            self.hall = enter(self.text, self.shared).await?;
        }
        let Some((hall, chunks)) = &mut self.hall else { return Ok(false) };
        let Some(answer) = hall.hears(input) else { return Ok(false) };
        self.shared.outboxes.deliver(&[answer.to], outbox::binary(&answer.frame(chunks)));
        Ok(true)
    }
}

/// The hall of a text, and the bytes that newcomers are sent: the saved document and the log behind it. `None` when there is no
/// saved document, or so much behind it that the room is open as soon.
async fn enter(text: TextId, shared: &Shared) -> Result<Option<(Hall, Vec<Bytes>)>, StoreError> {
    const LONGEST_TAIL: Seq = 20_000;
    let store = &*shared.store;
    let Some(snapshot) = store.snapshot(text).await? else { return Ok(None) };
    let tail = scan_log(store, text, snapshot.upto).await?;
    if tail.len() as Seq > LONGEST_TAIL {
        return Ok(None);
    }
    let headers = tail.iter().map(|logged| header_of(text, logged)).collect::<Result<Vec<_>, _>>()?;
    let upto = NodeIx::try_from(snapshot.upto).map_err(|error| unreadable(text, &error))?;
    let hall = Hall::of(text, &shared.settings.room.server, (snapshot.heads, upto), &headers);
    let chunks = [snapshot.bytes].into_iter().chain(tail.into_iter().map(|logged| logged.change.bytes));
    Ok(Some((hall, chunks.collect())))
}

fn header_of(text: TextId, logged: &LoggedChange) -> Result<Header, StoreError> {
    let chunk = Chunk::read(logged.change.bytes.clone(), &ChunkLimits::STORED);
    chunk.map(|chunk| chunk.header).map_err(|error| unreadable(text, &error))
}

/// The room as the store has it, and how many changes its saved history stood for.
async fn load(text: TextId, shared: Arc<Shared>) -> Result<(Room, NodeIx), StoreError> {
    let history = match saved_history(text, &*shared.store).await? {
        Ok(history) => history,
        Err(reason) => {
            tracing::info!(%text, %reason, "the whole log is read");
            History::default()
        }
    };
    let saved_upto = history.graph.len();
    let tail = scan_log(&*shared.store, text, Seq::from(saved_upto)).await?;
    let settings = shared.settings.room.clone();
    let opened = tokio::task::spawn_blocking(move || {
        let length = saved_upto as usize + tail.len();
        if length == 0 {
            let detail = "its log is empty, and a text begins with its first change";
            return Err(unreadable(text, &detail));
        }
        let chunks = tail.into_iter().map_while(|logged| {
            let seat = logged.change.seat;
            Chunk::read(logged.change.bytes, &ChunkLimits::STORED).ok().map(|chunk| (chunk, seat))
        });
        let room = Room::resume(text, settings, history, chunks);
        if room.committed() as usize == length {
            return Ok((room, saved_upto));
        }
        let fit = room.committed();
        Err(unreadable(text, &format_args!("its log has {length} changes, but only {fit} fit together")))
    });
    opened.await.map_err(|panic| unreadable(text, &panic))?
}

/// The saved history of a text, if it can be used; otherwise the reason, for the operator.
async fn saved_history(text: TextId, store: &dyn Store) -> Result<Result<History, String>, StoreError> {
    let bytes = match store.history(text).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(Err("no history is saved".to_owned())),
        // It is a cache: the log says the same.
        Err(error @ StoreError::Corrupt { .. }) => return Ok(Err(error.to_string())),
        Err(error) => return Err(error),
    };
    let read = tokio::task::spawn_blocking(move || Saved::read(&bytes));
    let saved = match read.await.map_err(|panic| unreadable(text, &panic))? {
        Ok(saved) => saved,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let last = match saved.upto().checked_sub(1) {
        Some(before) => {
            store.changes(text, Seq::from(before), 1).await?.first().map(|logged| logged.change.hash)
        }
        None => None,
    };
    Ok(saved.of_log(last).map_err(|error| error.to_string()))
}

fn unreadable(text: TextId, detail: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt { what: format!("text {text}"), detail: detail.to_string() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crdt::document::{Text, Writer};
    use crdt::ids::{ActorId, SeatId};
    use crdt::moment::Moment;
    use crdt::sync::events::{Access, ConnectionId, Speaker, Wanted};
    use crdt::sync::saved;
    use uuid::Uuid;

    use super::*;
    use crate::live::testing::{live, paragraph, waiting};
    use crate::store::memory::MemoryStore;
    use crate::store::{NewChange, Op};

    const HOUSING: TextId = TextId(Uuid::from_u128(1));
    const LETTERS: usize = 600;

    /// A store with a text of six hundred and one changes, as a service that was stopped has left it.
    async fn a_day_of_writing(text: TextId) -> Arc<MemoryStore> {
        let store = Arc::new(MemoryStore::new());
        let inés = SeatId(Uuid::from_u128(7));
        let writer = |actor: u8| Writer { actor: ActorId(vec![actor; 16]), seat: None, at: Moment::EPOCH };
        let block = paragraph("00000000000000aa", "Cities welcome");
        let (mut copy, first) = Text::seed(&[block], &writer(1)).unwrap();
        let service = live(&store);
        service.create(text, inés, vec![first.into()]).await.unwrap();
        let mut letter =
            || copy.edit(&writer(2), |edit| edit.splice(1..1, "¡")).unwrap().change.unwrap().into();
        let letters: Vec<Bytes> = (0..LETTERS).map(|_| letter()).collect();
        service.submit(text, inés, letters).await.unwrap();
        service.stop().await;
        store
    }

    async fn opened(store: &Arc<MemoryStore>) -> (NodeIx, NodeIx) {
        let (room, saved_upto) = load(HOUSING, live(store).shared.clone()).await.unwrap();
        (saved_upto, room.committed())
    }

    #[tokio::test]
    async fn syn13_a_room_that_closes_saves_its_history_and_opens_from_it_again() {
        let store = a_day_of_writing(HOUSING).await;
        assert_eq!(opened(&store).await, (LETTERS as NodeIx + 1, LETTERS as NodeIx + 1));
    }

    #[tokio::test]
    async fn syn13_a_damaged_history_and_that_of_another_text_are_passed_over_and_the_log_is_read() {
        let store = a_day_of_writing(HOUSING).await;
        let good = store.history(HOUSING).await.unwrap().unwrap();
        let others = a_day_of_writing(TextId(Uuid::from_u128(2))).await;
        let mut flipped = good.to_vec();
        flipped[100] ^= 1;
        let mut shorter = History::default();
        let first = store.changes(HOUSING, 0, 1).await.unwrap().remove(0).change;
        let chunk = Chunk::read(first.bytes, &ChunkLimits::STORED).unwrap();
        shorter.restore(&chunk, SeatId(Uuid::from_u128(9))).unwrap();
        let whole_log = (0, LETTERS as NodeIx + 1);
        for wrong in [flipped.into(), Bytes::from_static(b"BorH"), Bytes::new()] {
            store.commit(vec![Op::History { text: HOUSING, bytes: wrong }]).await.unwrap();
            assert_eq!(opened(&store).await, whole_log);
        }
        let older = Bytes::from(saved::write(&shorter));
        store.commit(vec![Op::History { text: HOUSING, bytes: older }]).await.unwrap();
        assert_eq!(
            opened(&store).await,
            (1, LETTERS as NodeIx + 1),
            "an older one is good for as far as it goes"
        );
        let of_another = others.history(TextId(Uuid::from_u128(2))).await.unwrap().unwrap();
        let empty = Arc::new(MemoryStore::new());
        empty.commit(vec![Op::History { text: HOUSING, bytes: of_another }]).await.unwrap();
        let refused = load(HOUSING, live(&empty).shared.clone()).await.err();
        assert!(refused.is_some_and(|error| error.to_string().contains("its log is empty")));
    }

    /// A queue in which Lyon's first message waits, which asks for everything.
    fn lyon_at_the_door() -> Inputs {
        let (queue, inputs) = tokio::sync::mpsc::unbounded_channel();
        let asks = Input::Sync {
            connection: ConnectionId(1),
            speaker: Speaker { seat: SeatId(Uuid::nil()), peer: "lyon".to_owned() },
            access: Access::Read,
            data: Bytes::from_static(&[0x42, 0, 0, 0, 0]),
        };
        queue.send(waiting(ToRoom::Input(asks))).unwrap();
        inputs
    }

    async fn damaged_by(store: &Arc<MemoryStore>, bytes: Bytes) -> NotOpened {
        let service = live(store);
        service.text(HOUSING).await.unwrap();
        let (hash, actor) = (crdt::ids::ChangeHash([9; 32]), ActorId(vec![9; 16]));
        let change = NewChange { hash, actor, seat: SeatId(Uuid::nil()), received: Moment::EPOCH, bytes };
        store.commit(vec![Op::Append { text: HOUSING, changes: vec![change] }]).await.unwrap();
        let opened = open(HOUSING, &service.shared, &mut lyon_at_the_door()).await;
        opened.err().expect("a damaged text does not open")
    }

    #[tokio::test]
    async fn c08_whoever_waits_for_a_text_that_cannot_be_read_is_still_there_to_be_told() {
        let store = a_day_of_writing(HOUSING).await;
        let damaged = damaged_by(&store, Bytes::from_static(b"no change at all")).await;
        assert_eq!((damaged.inputs.len(), damaged.held.len()), (0, 1));
    }

    #[tokio::test]
    async fn c08_so_is_whoever_was_answered_before_the_damage_was_found() {
        let store = a_day_of_writing(HOUSING).await;
        let others = a_day_of_writing(TextId(Uuid::from_u128(2))).await;
        let foreign = others.changes(TextId(Uuid::from_u128(2)), 5, 1).await.unwrap().remove(0).change;
        let damaged = damaged_by(&store, foreign.bytes).await;
        assert!(matches!(damaged.inputs[..], [Input::Entered { connection: ConnectionId(1), .. }]));
        assert_eq!(damaged.held.len(), 0);
    }

    #[tokio::test]
    async fn syn13_a_newcomer_is_answered_from_the_snapshot_and_the_log_behind_it() {
        let store = a_day_of_writing(HOUSING).await;
        let live = live(&store);
        assert!(enter(HOUSING, &live.shared).await.unwrap().is_none(), "there is no snapshot yet");
        let text = live.text(HOUSING).await.unwrap();
        let (mut hall, chunks) = enter(HOUSING, &live.shared).await.unwrap().unwrap();
        assert_eq!(chunks.len(), 1, "the snapshot has it all");
        let asks = |data: &'static [u8]| Input::Sync {
            connection: ConnectionId(1),
            speaker: Speaker { seat: SeatId(Uuid::nil()), peer: "lyon".to_owned() },
            access: Access::Read,
            data: Bytes::from_static(data),
        };
        let answer = hall.hears(&asks(&[0x42, 0, 0, 0, 0])).unwrap();
        assert_eq!((answer.heads, answer.wanted), (text.heads(), Wanted::First(LETTERS as NodeIx + 1)));
        assert!(hall.hears(&asks(&[0x42, 0, 0, 0, 0])).is_none(), "once");
    }
}
