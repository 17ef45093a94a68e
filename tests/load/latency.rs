//! `cargo run --release -p borrador-tests --bin latency -- --clients 50 --rate 50 --seconds 10`
//!
//! Many clients on one text of the demonstration, each with a socket of its own, writing in turn at a steady rate. The latency of an
//! edit runs from the moment at which it was **due** (not from when the generator got round to sending it) to its arrival at each
//! other client; an author's own echo does not count. Changes are made and framed before the clock starts, and clients never
//! acknowledge, as ours do not while words keep coming.
//!
//! | Option | | Default |
//! |---|---|---|
//! | `--clients N` | sockets on the text | 50 |
//! | `--rate M` | edits a second, of all together | 50 |
//! | `--seconds S` | measured, after one second of warming up | 10 |
//! | `--data DIR` | where the server that it starts keeps its data | a temporary folder |
//!
//! Edits are sent by one thread that sleeps until each is due: the timers of the runtime are a millisecond late, which is more than
//! what is measured here.
//!
//! The server is the program built with the same profile (`BORRADOR_BIN` names another). Use a release build: figures of a development
//! build say nothing. The generator runs on the same machine: when the line about its saturation shows more than a few
//! milliseconds, the figures are the generator's.

use std::collections::HashMap;
use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::time::Duration;

use automerge::sync::Message;
use borrador_tests::frames::{self, FromServer};
use borrador_tests::guest::Guest;
use borrador_tests::measure::{Usage, percentile};
use borrador_tests::options::{number, text};
use borrador_tests::process::Process;
use borrador_tests::socket::{Heard, Kind, Socket, frame};
use bytes::Bytes;
use crdt::sync::chunk::{Chunk, ChunkLimits};
use tokio::time::{Instant, sleep_until, timeout_at};

const WRITER: &str = "ines.duarte@example.org";
const WARMING_UP: Duration = Duration::from_secs(1);
/// What has not arrived so long after the last edit does not count as arrived.
const LAST_ARRIVALS: Duration = Duration::from_secs(5);

/// An edit, ready to be sent.
struct Edit {
    author: usize,
    frame: Vec<u8>,
    hash: [u8; 32],
    due: Duration,
}

/// A change that arrived, and when.
type Arrival = ([u8; 32], Instant);

#[tokio::main]
async fn main() {
    let clients = number("--clients").unwrap_or(50) as usize;
    let rate = number("--rate").unwrap_or(50);
    let seconds = number("--seconds").unwrap_or(10);
    let temporary = tempfile::tempdir().expect("there is a folder for temporary files");
    let data = text("--data").map_or_else(|| temporary.path().to_owned(), Into::into);
    let process = Process::start(&data);
    let person = process.signs_in(WRITER).await;
    let document = process.documents(&person, "en").await.swap_remove(0);

    let edits = WARMING_UP.as_secs() * rate + seconds * rate;
    let every = Duration::from_secs(1) / u32::try_from(rate).expect("rates are moderate");
    let mut sockets = Vec::new();
    let mut ready: Vec<Edit> = Vec::new();
    for author in 0..clients {
        let mut guest = process.guest(&format!("client {author}"), &person, &document);
        guest.enters(process.socket(&person).await).await;
        let own = (0..edits).filter(|edit| *edit as usize % clients == author);
        ready.extend(own.map(|edit| prepare(&mut guest, author, &document, every * edit as u32)));
        sockets.push(guest.leaves_socket());
    }
    ready.sort_by_key(|edit| edit.due);

    let begins = Instant::now() + Duration::from_millis(500);
    let ends = begins + every * edits as u32;
    let due: HashMap<[u8; 32], (usize, Instant)> =
        ready.iter().map(|edit| (edit.hash, (edit.author, begins + edit.due))).collect();
    let (writers, readers): (Vec<_>, Vec<_>) = sockets.into_iter().map(Socket::splits).unzip();
    let sending = std::thread::spawn(move || send_all(&ready, writers, begins.into_std()));
    let listening: Vec<_> =
        readers.into_iter().map(|reader| tokio::spawn(listen(reader, ends + LAST_ARRIVALS))).collect();

    sleep_until(begins + WARMING_UP).await;
    let before = Usage::of(process.pid());
    sleep_until(ends).await;
    let used = Usage::of(process.pid()).since(&before);
    let late = sending.join().expect("the sender does not fail");
    let mut arrivals = Vec::new();
    for client in listening {
        arrivals.push(client.await.expect("a client does not fail"));
    }
    report(&arrivals, &due, late, begins + WARMING_UP, &used, seconds);
}

/// Makes an edit at the guest's desk and frames it. Clients do not see each other's prepared edits: all are concurrent.
fn prepare(guest: &mut Guest, author: usize, document: &str, due: Duration) -> Edit {
    let text = guest.desk.text_object();
    let change = guest.desk.edit(|edit, _| {
        use automerge::transaction::Transactable;
        edit.splice_text(&text, 1, 0, "a")
    });
    let raw = vec![change.raw_bytes().to_vec()];
    let message = guest.message(guest.desk.heads(), guest.server_heads.clone(), raw);
    let message = frames::sync(&guest.name, document, &message);
    Edit { author, frame: frame(Kind::Binary, true, &message), hash: change.hash().0, due }
}

/// Sends every edit when it is due. Returns how late each was sent.
fn send_all(edits: &[Edit], mut writers: Vec<TcpStream>, begins: std::time::Instant) -> Vec<Duration> {
    let send = |edit: &Edit| {
        let due = begins + edit.due;
        std::thread::sleep(due.saturating_duration_since(std::time::Instant::now()));
        let late = due.elapsed();
        let mut left = &edit.frame[..];
        while !left.is_empty() {
            match writers[edit.author].write(left) {
                Ok(written) => left = &left[written..],
                // The runtime made the socket non-blocking; a server that takes nothing more for now is waited for.
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(error) => panic!("the server does not listen: {error}"),
            }
        }
        late
    };
    edits.iter().map(send).collect()
}

/// Notes what arrives, until it is time to stop.
async fn listen(mut socket: Socket, ends: Instant) -> Vec<Arrival> {
    let mut arrivals = Vec::new();
    while let Ok(heard) = timeout_at(ends, socket.hears()).await {
        let at = Instant::now();
        let Heard::Message(message) = heard else { panic!("the server hung up: {heard:?}") };
        let FromServer::Sync { data, .. } = frames::read(&message) else { continue };
        let message = Message::decode(&data).expect("the server sends messages that Automerge reads");
        for change in message.changes.iter() {
            let chunk = Chunk::read(Bytes::copy_from_slice(change), &ChunkLimits::default());
            arrivals.push((chunk.expect("changes are relayed one by one").header.hash.0, at));
        }
    }
    arrivals
}

fn report(
    seen: &[Vec<Arrival>],
    due: &HashMap<[u8; 32], (usize, Instant)>,
    mut late: Vec<Duration>,
    counted_from: Instant,
    used: &Usage,
    seconds: u64,
) {
    let counted: Vec<_> = due.values().filter(|(_, due)| *due >= counted_from).collect();
    let expected = counted.len() * (seen.len() - 1);
    let mut latencies = Vec::with_capacity(expected);
    for (index, client) in seen.iter().enumerate() {
        for (hash, at) in client {
            if let Some((author, due)) = due.get(hash)
                && *author != index
                && *due >= counted_from
            {
                latencies.push(at.saturating_duration_since(*due));
            }
        }
    }
    latencies.sort_unstable();
    late.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    let show = |what: &str, times: &[Duration]| {
        let of = |part| ms(percentile(times, part));
        println!("{what:<22} p50 {:>8.2}  p99 {:>8.2}  max {:>8.2} ms", of(0.5), of(0.99), of(1.0));
    };
    println!("{} clients, {} edits in {seconds} s", seen.len(), counted.len());
    show("due → seen by others", &latencies);
    println!("deliveries             {} of {expected}", latencies.len());
    let deliveries = latencies.len().max(1) as f64;
    println!(
        "server                 CPU {:.0} ms a second, {:.1} µs a delivery; memory {} MB",
        ms(used.cpu) / seconds as f64,
        used.cpu.as_secs_f64() * 1e6 / deliveries,
        used.memory_bytes >> 20
    );
    show("generator sent late by", &late);
}
