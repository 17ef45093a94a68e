//! The PDF program: started when first needed, kept warm, killed when it takes too long, started afresh after a death.
//!
//! It reads jobs on its standard input, each a 32-bit little-endian length and JSON; it answers each on its standard
//! output with a status byte (0: a PDF, 1: an objection in JSON), a length and that many bytes.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

/// One file to make.
#[derive(Serialize, Debug)]
pub struct Job {
    /// The document's identity, kept in the file: the same job gives the same bytes.
    pub ident: String,
    /// The date in the file.
    pub timestamp: Moment,
    /// What the template shows (`crdt::render::typst_data`).
    pub data: Value,
    /// The pictures in it, by the names that its figures give: PNG or JPEG in base64.
    pub pictures: BTreeMap<String, String>,
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The text cannot be set; the worker says why.
    #[error("{}", .0.message)]
    Objection(Objection),
    /// The wall clock ran out, and the process was killed.
    #[error("the PDF took longer than {0:?}")]
    TooLong(Duration),
    /// The process died over this job: it needs more time or memory than a job may take.
    #[error("the PDF program died over this text")]
    Died,
    /// It could not be started or spoken to.
    #[error("{0}")]
    Unavailable(#[source] io::Error),
}

/// What the worker has against a text.
#[derive(Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// A stable name, such as `character_without_font`.
    pub code: String,
    /// What is wrong, in words.
    pub message: String,
    /// What to do about it.
    #[serde(default)]
    pub hints: Vec<String>,
    /// What it is about, for programs: the place, the character, the limit.
    #[serde(default)]
    pub facts: Map<String, Value>,
}

/// The program and, while it runs, its process. Jobs are set one after the other.
pub struct Worker {
    program: PathBuf,
    patience: Duration,
    jobs_per_process: u32,
    process: Mutex<Option<Process>>,
}

struct Process {
    /// Killed when dropped.
    _child: Child,
    input: ChildStdin,
    output: ChildStdout,
    jobs: u32,
}

impl Worker {
    /// More bytes than this are no answer but a fault.
    const MOST_BYTES: u32 = 256 * 1024 * 1024;

    /// The worker that runs `program`, allows each job `patience` by the wall clock, and starts afresh after
    /// `jobs_per_process` jobs. Nothing is started yet.
    pub fn new(program: PathBuf, patience: Duration, jobs_per_process: u32) -> Self {
        Self { program, patience, jobs_per_process, process: Mutex::default() }
    }

    /// The program beside the one that runs now.
    pub fn beside_this_program() -> io::Result<PathBuf> {
        Ok(std::env::current_exe()?.with_file_name("borrador-pdf"))
    }

    /// Set one file.
    pub async fn pdf(&self, job: &Job) -> Result<Bytes, WorkerError> {
        let job = serde_json::to_vec(job).map_err(|error| WorkerError::Unavailable(error.into()))?;
        let mut place = self.process.lock().await;
        // Taken out while it works: a job that is abandoned half-way must not leave its answer to the next one.
        let (mut process, was_warm) = match place.take() {
            Some(warm) => (warm, true),
            None => (self.start()?, false),
        };
        if let Err(error) = process.ask(&job).await {
            // It may have died since its last job, which says nothing about this one.
            if !was_warm {
                return Err(WorkerError::Unavailable(error));
            }
            process = self.start()?;
            process.ask(&job).await.map_err(WorkerError::Unavailable)?;
        }
        let answer = match tokio::time::timeout(self.patience, process.answer()).await {
            Err(_) => return Err(WorkerError::TooLong(self.patience)),
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(WorkerError::Died),
            Ok(Err(error)) => return Err(WorkerError::Unavailable(error)),
            Ok(Ok(answer)) => answer,
        };
        process.jobs += 1;
        *place = Some(process).filter(|process| process.jobs < self.jobs_per_process);
        answer.map(Bytes::from).map_err(WorkerError::Objection)
    }

    fn start(&self) -> Result<Process, WorkerError> {
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", self.program.display()));
        let mut child = Command::new(&self.program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .env_clear()
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| WorkerError::Unavailable(named(error)))?;
        let (input, output) = child.stdin.take().zip(child.stdout.take()).ok_or_else(|| {
            WorkerError::Unavailable(named(io::Error::other("its input and output are not connected")))
        })?;
        Ok(Process { _child: child, input, output, jobs: 0 })
    }
}

impl Process {
    async fn ask(&mut self, job: &[u8]) -> io::Result<()> {
        let length = u32::try_from(job.len()).map_err(io::Error::other)?;
        self.input.write_all(&length.to_le_bytes()).await?;
        self.input.write_all(job).await?;
        self.input.flush().await
    }

    async fn answer(&mut self) -> io::Result<Result<Vec<u8>, Objection>> {
        let status = self.output.read_u8().await?;
        let length = self.output.read_u32_le().await?;
        if length > Worker::MOST_BYTES {
            return Err(io::Error::other(format!("the PDF program announces {length} bytes")));
        }
        let mut bytes = vec![0; length as usize];
        self.output.read_exact(&mut bytes).await?;
        if status == 0 { Ok(Ok(bytes)) } else { Ok(Err(serde_json::from_slice(&bytes)?)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    /// A stand-in for the PDF program: a shell script, in which `job` reads one job and fails when there is none.
    fn worker(script: &str, patience: Duration) -> (tempfile::TempDir, Worker) {
        const JOB: &str = r#"job() { n=$(head -c 4 | od -An -tu4); [ -n "$n" ] && head -c $n >/dev/null; }"#;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("pdf");
        fs::write(&program, format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{JOB}\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        (folder, Worker::new(program, patience, 200))
    }

    fn job() -> Job {
        Job {
            ident: "urn:x".to_owned(),
            timestamp: Moment::from_unix_ms(0),
            data: Value::Null,
            pictures: BTreeMap::new(),
        }
    }

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn one_process_sets_several_files() {
        let answers = r#"job; printf '\000\003\000\000\000%%P%%'; job; printf '\000\002\000\000\000ok'; job"#;
        let (_folder, worker) = worker(answers, LONG);
        assert_eq!(worker.pdf(&job()).await.unwrap(), "%P%");
        assert_eq!(worker.pdf(&job()).await.unwrap(), "ok");
    }

    #[tokio::test]
    async fn an_objection_comes_in_the_workers_words() {
        let json = r#"{"code":"character_without_font","message":"m","hints":[]}"#;
        let script = format!("job; printf '\\001\\{:03o}\\000\\000\\000%s' '{json}'", json.len());
        let (_folder, worker) = worker(&script, LONG);
        let Err(WorkerError::Objection(objection)) = worker.pdf(&job()).await else { panic!("no objection") };
        assert_eq!(objection.code, "character_without_font");
    }

    #[tokio::test]
    async fn i13_a_job_that_takes_too_long_is_killed_and_the_next_starts_afresh() {
        let (_folder, worker) = worker("exec sleep 600", Duration::from_millis(50));
        assert!(matches!(worker.pdf(&job()).await, Err(WorkerError::TooLong(_))));
        assert!(worker.process.lock().await.is_none());
    }

    #[tokio::test]
    async fn a_death_is_told_from_a_missing_program() {
        let (_folder, dying) = worker("job; exit 137", LONG);
        assert!(matches!(dying.pdf(&job()).await, Err(WorkerError::Died)));
        let missing = Worker::new("/nowhere/borrador-pdf".into(), LONG, 200);
        let Err(WorkerError::Unavailable(error)) = missing.pdf(&job()).await else {
            panic!("it was started")
        };
        assert!(error.to_string().contains("/nowhere/borrador-pdf"));
    }
}
