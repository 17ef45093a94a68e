//! Many clients on one text, writing in turn at a steady rate: the clock, the sending and the listening, on one thread.
//!
//! The latency of an edit runs from the moment at which it was **due** (not from when the generator got round to sending it)
//! to its arrival at each other client. An author's own echo does not count, and what arrives twice counts once. How late
//! edits were sent, and the share of its processor that the generator used, come with every figure: when they are large, the
//! figure is the generator's.

use std::time::{Duration, Instant};

use borrador_tests::measure::Usage;
use rustix::event::{Timespec, epoll};

use crate::client::{Client, Heard};

/// What has not arrived so long after the last edit does not count as arrived.
const LAST_ARRIVALS: Duration = Duration::from_secs(5);
/// Edits sent before the sockets are looked at again.
const AT_ONCE: usize = 32;

/// How the crowd writes.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many of the clients write.
    pub writers: u32,
    /// Edits a second, of all together.
    pub rate: u32,
    /// Written before anything counts.
    pub warming_up: Duration,
    /// What counts.
    pub measured: Duration,
    /// Chance.
    pub seed: u64,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// From due to seen by another, sorted.
    pub latencies: Vec<Duration>,
    /// How many arrivals there should have been.
    pub expected: u64,
    /// How late edits were sent, sorted.
    pub late: Vec<Duration>,
    /// The part of its processor that the generator used, 0 to 1.
    pub generator: f64,
    /// What the server used while it counted.
    pub server: Usage,
    /// What the clients received, in bytes, while it counted.
    pub received_bytes: u64,
    /// How long it counted.
    pub seconds: f64,
}

impl Outcome {
    /// The latency that this part of the arrivals stays within, in milliseconds.
    pub fn ms(&self, part: f64) -> f64 {
        borrador_tests::measure::percentile(&self.latencies, part).as_secs_f64() * 1e3
    }

    /// How late this part of the edits was sent at most, in milliseconds.
    pub fn late_ms(&self, part: f64) -> f64 {
        borrador_tests::measure::percentile(&self.late, part).as_secs_f64() * 1e3
    }

    /// The part of the arrivals that came.
    pub fn delivered(&self) -> f64 {
        self.latencies.len() as f64 / self.expected.max(1) as f64
    }

    /// Microseconds of the server's processors for each arrival.
    pub fn cpu_us(&self) -> f64 {
        self.server.cpu.as_secs_f64() * 1e6 / self.latencies.len().max(1) as f64
    }

    /// Bytes received for each arrival.
    pub fn bytes(&self) -> f64 {
        self.received_bytes as f64 / self.latencies.len().max(1) as f64
    }
}

/// Clients that have the same text open.
pub struct Crowd {
    clients: Vec<Client>,
    watched: rustix::fd::OwnedFd,
    /// Edits that each writer has sent in earlier runs.
    written: Vec<u32>,
}

impl Crowd {
    /// These clients.
    pub fn of(clients: Vec<Client>) -> Crowd {
        let watched = epoll::create(epoll::CreateFlags::CLOEXEC).expect("the system watches sockets");
        for (index, client) in clients.iter().enumerate() {
            let data = epoll::EventData::new_u64(index as u64);
            epoll::add(&watched, client.socket(), data, epoll::EventFlags::IN).expect("a socket is watched");
        }
        let written = vec![0; clients.len()];
        Crowd { clients, watched, written }
    }

    /// Writes and listens as planned, against the server with this process id. `Err` if it hangs up on anybody.
    pub fn runs(&mut self, plan: &Plan, server: u32) -> Result<Outcome, String> {
        let mut run = Run::new(plan, &self.written, self.clients.len(), Instant::now());
        let mut chance = fastrand::Rng::with_seed(plan.seed);
        let mut events = Vec::with_capacity(256);
        let mut buffer = vec![0; 256 << 10];
        let mut heard = Heard::default();
        let mut at_start: Option<(Usage, Duration, u64)> = None;
        let mut at_end: Option<(Usage, Duration, u64)> = None;
        loop {
            let now = Instant::now();
            if at_start.is_none() && now >= run.counts_from {
                at_start = Some((Usage::of(server), own_cpu(), self.received_bytes()));
            }
            if at_end.is_none() && now >= run.ends {
                at_end = Some((Usage::of(server), own_cpu(), self.received_bytes()));
            }
            if now >= run.ends && (run.is_complete() || now >= run.ends + LAST_ARRIVALS) {
                break;
            }
            for _ in 0..AT_ONCE {
                let Some((writer, due)) = run.due_by(now) else { break };
                let message = self.clients[writer].speaker.types(chance.u64(..));
                self.clients[writer].says(&message)?;
                run.late.push(due.elapsed());
            }
            let wait =
                run.next_due().saturating_duration_since(Instant::now()).min(Duration::from_millis(50));
            let wait = Timespec { tv_sec: 0, tv_nsec: i64::from(wait.subsec_nanos()) };
            events.clear();
            epoll::wait(&self.watched, rustix::buffer::spare_capacity(&mut events), Some(&wait))
                .expect("the system watches sockets");
            for event in &events {
                let index = event.data.u64() as usize;
                heard.edits.clear();
                self.clients[index].reads(&mut buffer, &mut heard)?;
                run.arrived(index, &heard.edits, Instant::now());
            }
            if events.is_empty() {
                self.clients.iter_mut().try_for_each(Client::sends_the_rest)?;
            }
        }
        for (writer, count) in self.written.iter_mut().enumerate() {
            *count += run.sent_by(writer as u32);
        }
        let (before, after) = (at_start.expect("it has begun"), at_end.expect("it has ended"));
        run.latencies.sort_unstable();
        run.late.sort_unstable();
        Ok(Outcome {
            latencies: run.latencies,
            expected: run.expected,
            late: run.late,
            generator: (after.1 - before.1).as_secs_f64() / plan.measured.as_secs_f64(),
            server: after.0.since(&before.0),
            received_bytes: after.2 - before.2,
            seconds: plan.measured.as_secs_f64(),
        })
    }

    fn received_bytes(&self) -> u64 {
        self.clients.iter().map(|client| client.received_bytes).sum()
    }
}

/// One run: which edit is due when, and what has arrived of it.
struct Run {
    writers: u32,
    every: Duration,
    begins: Instant,
    counts_from: Instant,
    ends: Instant,
    edits: u32,
    first_counted: u32,
    next: u32,
    before: Vec<u32>,
    /// For each client, which edits it has.
    seen: Vec<Vec<u64>>,
    latencies: Vec<Duration>,
    late: Vec<Duration>,
    expected: u64,
}

impl Run {
    fn new(plan: &Plan, before: &[u32], clients: usize, now: Instant) -> Run {
        let begins = now + Duration::from_millis(200);
        let every = Duration::from_secs(1) / plan.rate;
        let edits_in = |time: Duration| (time.as_secs_f64() * f64::from(plan.rate)).round() as u32;
        let first_counted = edits_in(plan.warming_up);
        let edits = first_counted + edits_in(plan.measured);
        let expected = u64::from(edits - first_counted) * (clients as u64 - 1);
        Run {
            writers: plan.writers,
            every,
            begins,
            counts_from: begins + plan.warming_up,
            ends: begins + every * edits,
            edits,
            first_counted,
            next: 0,
            before: before.to_vec(),
            seen: vec![vec![0; edits as usize / 64 + 1]; clients],
            latencies: Vec::with_capacity(expected as usize),
            late: Vec::with_capacity(edits as usize),
            expected,
        }
    }

    fn next_due(&self) -> Instant {
        if self.next < self.edits { self.begins + self.every * self.next } else { self.ends + LAST_ARRIVALS }
    }

    /// The writer of the next edit, if it is due.
    fn due_by(&mut self, now: Instant) -> Option<(usize, Instant)> {
        let due = self.next_due();
        if self.next == self.edits || due > now {
            return None;
        }
        self.next += 1;
        Some((((self.next - 1) % self.writers) as usize, due))
    }

    fn sent_by(&self, writer: u32) -> u32 {
        if writer < self.writers { (self.next + self.writers - 1 - writer) / self.writers } else { 0 }
    }

    fn arrived(&mut self, client: usize, edits: &[(u32, u32)], at: Instant) {
        for (writer, number) in edits {
            // What is left over from an earlier run of this crowd has a smaller number.
            let Some(number) = number.checked_sub(self.before[*writer as usize]) else { continue };
            let edit = number * self.writers + writer;
            let (word, bit) = (edit as usize / 64, 1 << (edit % 64));
            if self.seen[client][word] & bit != 0 {
                continue;
            }
            self.seen[client][word] |= bit;
            if edit >= self.first_counted {
                self.latencies.push(at.saturating_duration_since(self.begins + self.every * edit));
            }
        }
    }

    fn is_complete(&self) -> bool {
        self.latencies.len() as u64 == self.expected
    }
}

fn own_cpu() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(used.tv_sec as u64, used.tv_nsec as u32)
}
