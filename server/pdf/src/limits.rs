//! What the worker may use, imposed on itself: memory for its whole life, processor time for each job.
//!
//! Typst compiles in one call that asks nobody whether to go on. So a watch stands beside it: when a job has
//! used up its processor time, the watch answers in its place and ends the process. The kernel's own limit
//! lies a little above, in case the watch itself does not get to run. When memory runs out, allocation fails
//! and the process aborts without an answer. In all three cases the server starts another worker.

use std::io::{self, Write};
use std::process;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use crate::protocol::write_answer;
use crate::refusal::{Code, Facts, Refusal};

/// The exit status after a job that took too long.
pub const EXIT_TOO_LONG: i32 = 3;

/// How often the watch looks, which is also about how late it may be.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Seconds from the watch's limit to the kernel's.
const KERNEL_GRACE_SECONDS: u64 = 2;

/// Typst's threads. Each one reserves address space, which is what the memory limit counts, and a paper gains
/// little beyond four.
const MOST_THREADS: usize = 4;

/// How much the worker may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Processor time of one job, over all threads.
    pub cpu_seconds: u64,
    /// Address space of the process: some 200 MB of layout for 77 pages, and as much again for the program
    /// and its reserves.
    pub memory_mb: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { cpu_seconds: 30, memory_mb: 1536 }
    }
}

impl Limits {
    /// Reads `--max-cpu-seconds N` and `--max-memory-mb N`. The error is one line for the person at the
    /// terminal.
    pub fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut limits = Self::default();
        while let Some(option) = arguments.next() {
            let limit = match option.as_str() {
                "--max-cpu-seconds" => &mut limits.cpu_seconds,
                "--max-memory-mb" => &mut limits.memory_mb,
                _ => {
                    return Err(format!(
                        "unknown option `{option}`; the options are --max-cpu-seconds N and --max-memory-mb N"
                    ));
                }
            };
            let value = arguments.next().ok_or_else(|| format!("`{option}` needs a number after it"))?;
            *limit =
                value.parse().ok().filter(|number| (1..=1_000_000).contains(number)).ok_or_else(|| {
                    format!("`{option}` needs a whole number from 1 to 1000000, not `{value}`")
                })?;
        }
        Ok(limits)
    }

    /// Bounds the memory of this process and the number of its threads. Once, before any other work.
    pub fn impose(self) -> io::Result<()> {
        lower(Resource::As, self.memory_mb * 1024 * 1024)?;
        let threads = thread::available_parallelism()?.get().min(MOST_THREADS);
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().map_err(io::Error::other)
    }
}

/// The watch beside the press, and the only door to the answers: it and the press must not speak at once.
pub struct Watch<W> {
    shared: Arc<Shared<W>>,
    cpu_seconds: u64,
}

struct Shared<W> {
    desk: Mutex<Desk<W>>,
    job_began: Condvar,
}

struct Desk<W> {
    answers: W,
    /// The processor time at which the current job must have ended; `None` between jobs.
    ends_at: Option<Duration>,
}

impl<W: Write + Send + 'static> Watch<W> {
    /// Starts the watch over everything that will be written to `answers`.
    pub fn start(answers: W, limits: Limits) -> Self {
        let shared =
            Arc::new(Shared { desk: Mutex::new(Desk { answers, ends_at: None }), job_began: Condvar::new() });
        let watched = Arc::clone(&shared);
        thread::spawn(move || watched.look(limits.cpu_seconds));
        Self { shared, cpu_seconds: limits.cpu_seconds }
    }

    /// A job begins now: from here its processor time counts.
    pub fn begin(&self) -> io::Result<()> {
        let ends_at = used_processor_time() + Duration::from_secs(self.cpu_seconds);
        lower(Resource::Cpu, ends_at.as_secs() + KERNEL_GRACE_SECONDS)?;
        self.shared.desk().ends_at = Some(ends_at);
        self.shared.job_began.notify_one();
        Ok(())
    }

    /// Ends the job with its answer, written whole and flushed.
    pub fn answer(&self, result: &Result<Vec<u8>, Refusal>) -> io::Result<()> {
        let mut desk = self.shared.desk();
        desk.ends_at = None;
        write_answer(&mut desk.answers, result)
    }
}

impl<W: Write> Shared<W> {
    /// Looks at the clock while there is a job, sleeps while there is none.
    fn look(&self, cpu_seconds: u64) {
        let mut desk = self.desk();
        loop {
            desk = match desk.ends_at {
                None => self.job_began.wait(desk).unwrap_or_else(PoisonError::into_inner),
                Some(ends_at) if used_processor_time() < ends_at => {
                    self.job_began.wait_timeout(desk, LOOK_EVERY).unwrap_or_else(PoisonError::into_inner).0
                }
                Some(_) => give_up(&mut desk.answers, cpu_seconds),
            };
        }
    }

    /// A panic of one side leaves nothing half done here: an answer is written in one go or the process ends.
    fn desk(&self) -> MutexGuard<'_, Desk<W>> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn give_up(answers: &mut impl Write, cpu_seconds: u64) -> ! {
    let message = format!("laying out the paper took more than {cpu_seconds} seconds of processor time");
    let hint = "split very long chapters, or ask the administrator to raise the limit for PDF exports";
    let refusal = Refusal::new(Code::ExportTooLong, message, hint).about(Facts::limit(cpu_seconds));
    if let Err(error) = write_answer(answers, &Err(refusal)) {
        eprintln!("borrador-pdf: the answer to a job that took too long could not be written: {error}");
    }
    process::exit(EXIT_TOO_LONG)
}

/// Processor time of all threads since the process began.
fn used_processor_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Sets the soft limit, never above the hard one, which stays: it may be the administrator's.
fn lower(resource: Resource, limit: u64) -> io::Result<()> {
    let maximum = getrlimit(resource).maximum;
    let current = maximum.map_or(limit, |maximum| limit.min(maximum));
    Ok(setrlimit(resource, Rlimit { current: Some(current), maximum })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(arguments: &[&str]) -> Result<Limits, String> {
        Limits::from_arguments(arguments.iter().map(|&argument| argument.to_owned()))
    }

    #[test]
    fn the_command_line_sets_both_limits_and_explains_its_mistakes() {
        assert_eq!(limits(&[]), Ok(Limits { cpu_seconds: 30, memory_mb: 1536 }));
        assert_eq!(
            limits(&["--max-memory-mb", "800", "--max-cpu-seconds", "5"]),
            Ok(Limits { cpu_seconds: 5, memory_mb: 800 })
        );
        assert!(
            limits(&["--max-cpu", "5"])
                .unwrap_err()
                .contains("unknown option `--max-cpu`; the options are --max-cpu-seconds N")
        );
        assert!(limits(&["--max-cpu-seconds"]).unwrap_err().contains("needs a number"));
        assert!(limits(&["--max-cpu-seconds", "0"]).unwrap_err().contains("from 1 to 1000000, not `0`"));
    }
}
