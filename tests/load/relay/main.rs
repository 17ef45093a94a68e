//! `cargo run --release -p borrador-tests --bin relay -- --servers borrador,hocuspocus`
//!
//! Measures how fast an edit reaches the others, at what price, and how fast a long text opens: Borrador and other servers in one
//! run, driven by the same generator, one after the other on the same processor. Prints one Markdown table. It judges nothing;
//! machines are noisy, so compare the ratios within one run.
//!
//! | Option | | Default |
//! |---|---|---|
//! | `--servers LIST` | of `borrador`, `hocuspocus`, `y-websocket`, `automerge-repo` | all |
//! | `--parts LIST` | of `two`, `fifty`, `two-hundred`, `stock`, `highest`, `opening` | all |
//! | `--seconds S` | of each steady measurement, after one of warming up | 6 |
//! | `--characters N` | of the text that is written in | 180,000 |
//! | `--edits N` | of the history that is opened | 260,000 |
//!
//! What is measured, and how: [`crowd`]. Borrador runs as anybody would run it, with what it promises: nothing is shown to anybody
//! before it is on stable storage, admission, rights and the writing of saved texts included. Others run with their own way of
//! keeping texts. Ours is the release build beside this program (`BORRADOR_BIN` names another).

mod automerge;
mod client;
mod cores;
mod crowd;
mod history;
mod letter;
mod report;
mod servers;
mod yjs;

use std::time::Duration;

use borrador_tests::options::{number, text};
use tokio::runtime::Runtime;

use crate::automerge::Acknowledges;
use crate::client::{Client, Heard};
use crate::cores::Cores;
use crate::crowd::{Crowd, Outcome, Plan};
use crate::report::{Measured, Opening};
use crate::servers::{Content, Kind, Server};

/// What chance starts from: the same letters at the same places in every run.
const SEED: u64 = 2016;
/// A rate is sustained when 99 of 100 edits are seen within this time, and none is lost.
const SUSTAINED: Duration = Duration::from_millis(250);
/// The rates that are tried, each some 1.4 times the one before.
const RATES: [u32; 20] = [
    10, 20, 50, 100, 200, 400, 800, 1_200, 1_600, 2_400, 3_600, 5_000, 7_000, 10_000, 14_000, 18_000, 22_000,
    26_000, 30_000, 36_000,
];
/// How often the long text is opened, each time after a restart.
const OPENINGS: usize = 3;

struct Bench {
    cores: Cores,
    runtime: Runtime,
    parts: String,
    seconds: u64,
    characters: usize,
    edits: usize,
    folder: tempfile::TempDir,
}

fn main() {
    let bench = Bench {
        // Before the runtime and its threads: they stay on the generator's processor.
        cores: Cores::taken(),
        runtime: tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("the system has threads"),
        parts: text("--parts").unwrap_or_else(|| "two,fifty,two-hundred,stock,highest,opening".to_owned()),
        seconds: number("--seconds").unwrap_or(6),
        characters: number("--characters").unwrap_or(180_000) as usize,
        edits: number("--edits").unwrap_or(260_000) as usize,
        folder: tempfile::tempdir().expect("there is a folder for temporary files"),
    };
    let wanted = text("--servers");
    let is_wanted =
        |kind: &Kind| wanted.as_ref().is_none_or(|list| list.split(',').any(|name| name == kind.name()));
    let measured: Vec<Measured> =
        Kind::ALL.into_iter().filter(is_wanted).map(|kind| bench.measures(kind)).collect();
    println!("{}", report::table(&measured, &bench.cores.words(), bench.characters, bench.edits));
}

impl Bench {
    fn has(&self, part: &str) -> bool {
        self.parts.split(',').any(|wanted| wanted == part)
    }

    fn measures(&self, kind: Kind) -> Measured {
        let mut measured = Measured::of(kind);
        let usual = usual(kind);
        if self.has("two") {
            measured.two = self.steady(kind, 2, 10, usual);
        }
        if self.has("fifty") {
            measured.fifty = self.steady(kind, 50, 50, usual);
        }
        if self.has("two-hundred") {
            measured.two_hundred = self.steady(kind, 200, 200, usual);
        }
        if self.has("stock") && kind == Kind::Borrador {
            measured.stock = self.steady(kind, 200, 200, Acknowledges::EachMessage);
        }
        if self.has("highest") {
            measured.highest = self.highest(kind, usual);
        }
        if self.has("opening") {
            measured.opening = self.opening(kind);
        }
        measured
    }

    fn server(&self, kind: Kind, content: Content) -> Result<Server, String> {
        let folder = tempfile::tempdir_in(self.folder.path()).map_err(|error| error.to_string())?;
        Server::start(kind, &folder.keep(), content, &self.cores, &self.runtime)
    }

    fn crowd(&self, server: &Server, clients: u32, manner: Acknowledges) -> Result<Crowd, String> {
        let mut opened: Vec<Client> = Vec::new();
        let mut buffer = vec![0; 256 << 10];
        for number in 0..clients {
            opened.push(Client::open(&server.door(), server.speaker(number, manner))?.0);
            // Those who are in already must show that they live.
            opened.iter_mut().try_for_each(|client| client.reads(&mut buffer, &mut Heard::default()))?;
        }
        Ok(Crowd::of(opened))
    }

    /// So many clients write together at a steady rate, each writer five letters a second.
    fn steady(&self, kind: Kind, clients: u32, rate: u32, manner: Acknowledges) -> Result<Outcome, String> {
        say(format!("{}: {clients} clients, {rate} edits a second", kind.name()));
        let server = self.server(kind, Content::Letters(self.characters))?;
        // What it took to get the text in is not what it takes to serve it.
        let server = server.restarts(&self.cores, &self.runtime)?;
        let mut crowd = self.crowd(&server, clients, manner)?;
        let plan = Plan {
            writers: clients.min(rate / 5),
            rate,
            warming_up: Duration::from_secs(1),
            measured: Duration::from_secs(self.seconds),
            seed: SEED,
        };
        let outcome = crowd.runs(&plan, server.pid())?;
        say(report::line(&outcome));
        Ok(outcome)
    }

    /// The highest rate that 50 clients, 10 of them writing, sustain: up through [`RATES`] until one is not.
    fn highest(&self, kind: Kind, manner: Acknowledges) -> Result<(u32, Outcome), String> {
        let server = self.server(kind, Content::Letters(self.characters))?;
        let mut crowd = self.crowd(&server, 50, manner)?;
        let first = match kind {
            Kind::Borrador | Kind::Hocuspocus => 2_400,
            Kind::YWebsocket => 400,
            Kind::AutomergeRepo => 10,
        };
        let mut best = Err("not even the lowest rate is sustained".to_owned());
        for rate in RATES.into_iter().filter(|rate| *rate >= first) {
            say(format!("{}: 50 clients, {rate} edits a second", kind.name()));
            let plan = Plan {
                writers: if rate < 100 { 2 } else { 10 },
                rate,
                warming_up: Duration::from_millis(500),
                measured: Duration::from_secs(3),
                seed: SEED + u64::from(rate),
            };
            let outcome = crowd.runs(&plan, server.pid())?;
            say(report::line(&outcome));
            let sustained = outcome.delivered() == 1.0 && outcome.ms(0.99) < SUSTAINED.as_secs_f64() * 1e3;
            if !sustained {
                break;
            }
            best = Ok((rate, outcome));
        }
        best
    }

    /// Ours saves long texts when it has time. A newcomer is sent less once that has happened.
    fn waits_until_saved(&self, server: &Server) -> Result<(), String> {
        const SAVED_BYTES: u64 = 1_000_000;
        for number in 0..120 {
            let (_, opened) =
                Client::open(&server.door(), server.speaker(1_000 + number, Acknowledges::Lazily))?;
            if opened.size_bytes < SAVED_BYTES {
                return Ok(());
            }
            std::thread::sleep(Duration::from_secs(1));
        }
        Err("the text was not saved within two minutes".to_owned())
    }

    /// A newcomer opens a long history, right after the server was started again.
    fn opening(&self, kind: Kind) -> Result<Opening, String> {
        say(format!("{}: a history of {} edits", kind.name(), self.edits));
        let history = Content::History(history::edits(self.edits, SEED).into());
        let mut server = self.server(kind, history)?;
        if kind == Kind::Borrador {
            self.waits_until_saved(&server)?;
        }
        let mut openings = Vec::new();
        for number in 0..OPENINGS {
            server = server.restarts(&self.cores, &self.runtime)?;
            let speaker = server.speaker(number as u32, usual(kind));
            let (client, opened) = Client::open(&server.door(), speaker)?;
            drop(client);
            say(format!("{:>10.1} ms, {} bytes", opened.after.as_secs_f64() * 1e3, opened.size_bytes));
            openings.push(opened);
        }
        openings.sort_by_key(|opened| opened.after);
        let usual = openings.swap_remove(OPENINGS / 2);
        Ok(Opening { after: usual.after, size_bytes: usual.size_bytes })
    }
}

/// How the clients of a server acknowledge: ours lazily, stock ones each message. Those of Yjs never do.
fn usual(kind: Kind) -> Acknowledges {
    match kind {
        Kind::AutomergeRepo => Acknowledges::EachMessage,
        _ => Acknowledges::Lazily,
    }
}

/// What is going on, for whoever waits; the table alone goes to standard output.
fn say(words: String) {
    eprintln!("{words}");
}
