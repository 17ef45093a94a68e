//! The process: frames in, frames out, and how it ends.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use serde_json::{Value, json};

use crate::{heading, order, paper, paragraph, sample};

/// One run of the worker: all jobs are sent, then its input is closed.
struct Run {
    answers: Vec<(u8, Vec<u8>)>,
    status: ExitStatus,
}

impl Run {
    fn refusal(&self, nth: usize) -> Value {
        assert_eq!(self.answers[nth].0, 1);
        serde_json::from_slice(&self.answers[nth].1).expect("a refusal is JSON")
    }
}

fn worker(options: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_borrador-pdf"));
    command.args(options).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the worker starts")
}

fn frame(job: &[u8]) -> Vec<u8> {
    [&u32::try_from(job.len()).unwrap().to_le_bytes(), job].concat()
}

fn run(options: &[&str], input: Vec<u8>) -> Run {
    let mut child = worker(options);
    let mut stdin = child.stdin.take().unwrap();
    // A worker that dies leaves a broken pipe behind, which is no fault of the test's.
    let sender = thread::spawn(move || stdin.write_all(&input).ok());
    let output = child.wait_with_output().expect("the worker ends");
    sender.join().unwrap();
    Run { answers: answers(&output.stdout), status: output.status }
}

fn answers(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut answers = Vec::new();
    while let [status, length @ ..] = bytes {
        let (length, rest) = length.split_at(4);
        let (answer, rest) = rest.split_at(u32::from_le_bytes(length.try_into().unwrap()) as usize);
        answers.push((*status, answer.to_vec()));
        bytes = rest;
    }
    answers
}

/// Some 2,000 pages.
fn endless() -> Value {
    let line = "Quien llega necesita una dirección antes que una ley, y la dirección la da el municipio. "
        .repeat(40);
    paper((0..2_000).map(|number| paragraph(&number.to_string(), &line)).collect())
}

#[test]
fn ren_two_processes_print_identical_bytes() {
    let [samir, adaeze] = [(), ()].map(|()| run(&[], frame(&order(&sample("every-kind")))));
    assert_eq!(samir.answers[0].0, 0);
    assert!(samir.answers == adaeze.answers);
}

#[test]
fn a_bad_job_in_the_middle_is_answered_and_disturbs_nobody() {
    let good = frame(&order(&paper(json!([heading(1, "Acogida")]))));
    let emoji = frame(&order(&paper(json!([paragraph("31", "😀")]))));
    let run = run(&[], [&good[..], &frame(b"{\"ident\":"), &emoji, &frame(b""), &good].concat());

    assert!(run.status.success());
    assert_eq!(run.answers.iter().map(|(status, _)| *status).collect::<Vec<_>>(), [0, 1, 1, 1, 0]);
    assert!(run.answers[0].1.starts_with(b"%PDF-1.7"));
    assert!(run.answers[0] == run.answers[4]);
    assert_eq!(run.refusal(1)["code"], "job_unreadable");
    assert_eq!(run.refusal(2)["code"], "character_without_font");
    assert!(run.refusal(2)["message"].as_str().unwrap().ends_with("in paragraph 31"));
    assert!(run.refusal(2)["hints"].is_array());
}

#[test]
fn an_answer_comes_while_the_worker_stays_for_the_next_job() {
    let mut child = worker(&[]);
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    for _ in 0..2 {
        stdin.write_all(&frame(&order(&paper(json!([]))))).unwrap();
        let mut head = [0; 5];
        stdout.read_exact(&mut head).unwrap();
        let mut pdf = vec![0; u32::from_le_bytes(head[1..].try_into().unwrap()) as usize];
        stdout.read_exact(&mut pdf).unwrap();
        assert!(head[0] == 0 && pdf.starts_with(b"%PDF"));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_job_over_the_size_limit_is_skipped_and_answered() {
    let too_large = vec![b' '; borrador_pdf::protocol::MAX_JOB_BYTES as usize + 1];
    let run = run(&[], [frame(&too_large), frame(&order(&paper(json!([]))))].concat());
    assert_eq!(run.refusal(0)["code"], "job_too_large");
    assert_eq!(run.answers[1].0, 0);
}

#[test]
fn input_that_ends_inside_a_job_is_an_error_without_an_answer() {
    let whole = frame(&order(&paper(json!([]))));
    let run = run(&[], whole[..whole.len() - 1].to_vec());
    assert!(run.answers.is_empty());
    assert_eq!(run.status.code(), Some(1));
}

#[test]
fn i13_a_job_that_takes_too_long_is_answered_and_ends_the_worker() {
    let run = run(&["--max-cpu-seconds", "1"], frame(&order(&endless())));
    assert_eq!(run.refusal(0)["code"], "export_too_long");
    assert!(run.refusal(0)["message"].as_str().unwrap().contains("more than 1 seconds of processor time"));
    assert_eq!(run.status.code(), Some(borrador_pdf::limits::EXIT_TOO_LONG));
}

#[test]
fn the_time_of_earlier_jobs_does_not_count_for_the_next() {
    let job = frame(&order(&sample("paper.es")));
    let first_warm_and_warm = run(&["--max-cpu-seconds", "20"], job.repeat(3));
    assert!(first_warm_and_warm.status.success());
    assert_eq!(first_warm_and_warm.answers.len(), 3);
}

#[test]
fn i13_a_table_of_300_rows_and_100_columns_is_printed_or_answered_in_time() {
    let cell = |row: u32| json!({"id": "00000000000000ac", "h": row == 0, "c": [{"t": "s", "v": "1 200"}]});
    let rows: Vec<Value> = (0..300).map(|row| (0..100).map(|_| cell(row)).collect()).collect();
    let figures = [true; 100].as_slice();
    let table = json!({"t": "table", "columns": 100, "head": 1, "figures": figures, "rows": rows});
    let table = paper(json!([heading(1, "Cifras"), table]));
    let run = run(&["--max-cpu-seconds", "2"], frame(&order(&table)));
    match run.answers[0].0 {
        0 => assert!(run.answers[0].1.starts_with(b"%PDF")),
        _ => assert_eq!(run.refusal(0)["code"], "export_too_long"),
    }
}

#[test]
fn i13_a_job_that_needs_too_much_memory_ends_the_worker_without_half_an_answer() {
    let run = run(&["--max-memory-mb", "220"], frame(&order(&endless())));
    assert!(!run.status.success());
    assert!(run.answers.is_empty());
}

#[test]
fn c01_a_wrong_command_line_is_explained_in_one_line() {
    let output = worker(&["--max-cpu", "5"]).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(words.lines().count(), 1);
    assert!(words.starts_with("borrador-pdf: unknown option `--max-cpu`"), "{words}");
}
