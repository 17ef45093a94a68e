//! Clients that are gone without a word, and clients that never read: the server must let go of them, and of their files.
//!
//! Both look alike from the server: nothing comes, and what is sent to them stays where it is. A line whose other end has lost its power
//! carries no acknowledgements of TCP either; here the kernel behind the proxy still gives them until its buffers are full.

use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::regular::Regular;
use crate::guest::Guest;
use crate::process::Process;

const INÉS: &str = "ines.duarte@example.org";
const ADAEZE: &str = "adaeze.obi@example.org";

/// What was found.
#[derive(Clone, Copy, Debug)]
pub struct LetGo {
    /// From the moment in which the lines went silent until none of their files was open in the server.
    pub after: Duration,
    /// How much was written meanwhile by people whose lines worked, each piece of it seen by somebody else.
    pub wrote_bytes: usize,
}

/// So many lines that have the text open go silent in one moment. With `floods`, others write until nothing more fits into the lines.
///
/// # Panics
/// If the others are held up, or the server never lets go.
pub async fn lets_go(process: &Process, lines: usize, floods: bool) -> LetGo {
    let (inés, adaeze) = (process.signs_in(INÉS).await, process.signs_in(ADAEZE).await);
    let document = process.documents(&inés, "en").await.swap_remove(0);
    let mut writer = process.guest("Inés", &inés, &document);
    writer.enters(process.socket(&inés).await).await;
    let mut reader = process.guest("Adaeze", &adaeze, &document);
    reader.enters(process.socket(&adaeze).await).await;
    let before = process.open_files();

    let mut silent = Vec::new();
    for n in 0..lines {
        let mut person = Regular::new(&format!("silent {n}"), process, &adaeze, &document).await;
        assert!(person.comes_in(process).await, "the line works at first");
        person.proxy.loses_lines();
        silent.push(person);
    }
    assert!(process.open_files() >= before + lines);
    let went = Instant::now();
    let mut wrote_bytes = 0;
    if floods {
        wrote_bytes = flood(process, &mut writer, &mut reader, before + lines).await;
    }
    let listening = tokio::spawn(async move { writer.hears_the_end().await });
    process.has_so_few_files_open(before).await;
    listening.abort();
    LetGo { after: went.elapsed(), wrote_bytes }
}

/// Writes large edits until the server has closed one file. Gives back how many bytes they were.
async fn flood(process: &Process, writer: &mut Guest, reader: &mut Guest, open: usize) -> usize {
    const ENOUGH: usize = 128 << 20;
    let mut chance = Rng::with_seed(23);
    let mut wrote = 0;
    while process.open_files() >= open {
        let mut bytes = 0;
        let edit = writer.writes(|desk| {
            let edit = desk.links_at_length(&mut chance);
            bytes = edit.raw_bytes().len();
            edit
        });
        let heads = [edit.await];
        reader.hears_until(|reader| reader.desk.heads() == heads).await;
        writer.hears_until(Guest::is_saved).await;
        wrote += bytes;
        assert!(wrote < ENOUGH, "whoever never reads is still there");
    }
    wrote
}
