//! The system's calendar is set back a day and forward a year, while the program runs and while it does not (C14).
//!
//! While it runs, the program counts on from the moment in which it started, whatever the calendar says; that is shown with libfaketime,
//! where it is installed. At a start it believes the calendar: a session of yesterday that seems to begin tomorrow is alive, one that seems
//! to be a year old is over, and what was written keeps its order.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use automerge::ChangeHash;
use borrador::store::sled::SledStore;
use borrador::store::{Coll, Expect, Op, Store, scan_log};
use borrador_tests::guest::Guest;
use borrador_tests::process::{Launch, Process};
use crdt::sync::wire::text_of;
use serde_json::{Value, json};

const INÉS: &str = "ines.duarte@example.org";
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/// From its next start the service believes in another time: its clock is as far from the system's as its store says.
async fn the_calendar_moves(data: &Path, by_ms: i64) {
    let store = SledStore::open(data).unwrap();
    let mut service: Value = store.get(Coll::Setting, "service").await.unwrap().unwrap().read().unwrap();
    service["clock_offset_ms"] = json!(service["clock_offset_ms"].as_i64().unwrap() + by_ms);
    store.commit(vec![Op::put(Coll::Setting, "service", Expect::Any, &service)]).await.unwrap();
}

async fn stops(process: Process) {
    process.is_asked_to_stop();
    assert_eq!(process.ends().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn c14_after_a_start_a_day_early_or_a_year_late_history_keeps_its_order_and_sessions_end_in_their_time()
{
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let process = Process::start(&data);
    let who = process.signs_in(INÉS).await;
    let document = process.documents(&who, "en").await.swap_remove(0);
    let mut inés = process.guest("Inés", &who, &document);
    let mut order = Vec::new();
    inés.enters(process.socket(&who).await).await;
    order.push(inés.writes(|desk| desk.types_at(1, "today ")).await);
    inés.hears_until(Guest::is_saved).await;
    stops(process).await;

    the_calendar_moves(&data, -DAY_MS).await;
    let process = Process::start(&data);
    assert_eq!(process.asks(&who, "/api/v1/me").await.0, 200, "a session that begins tomorrow is not over");
    inés.hangs_up();
    inés.enters(process.socket(&who).await).await;
    order.push(inés.writes(|desk| desk.types_at(1, "yesterday ")).await);
    inés.hears_until(Guest::is_saved).await;
    stops(process).await;

    the_calendar_moves(&data, 366 * DAY_MS).await;
    let process = Process::start(&data);
    assert_eq!(process.asks(&who, "/api/v1/me").await.0, 401, "no session lasts a year");
    let who = process.signs_in(INÉS).await;
    inés.hangs_up();
    inés.enters(process.socket(&who).await).await;
    order.push(inés.writes(|desk| desk.types_at(1, "next year ")).await);
    inés.hears_until(Guest::is_saved).await;

    stops(process).await;

    let store = SledStore::open(&data).unwrap();
    let log = scan_log(&store, text_of(&document).unwrap(), 0).await.unwrap();
    let written = |hash: &ChangeHash| log.iter().find(|logged| logged.change.hash.0 == hash.0).unwrap();
    let [today, yesterday, next_year] = [0, 1, 2].map(|n| written(&order[n]));
    assert!(
        today.seq < yesterday.seq && yesterday.seq < next_year.seq,
        "they stand in the order in which they came"
    );
    assert!(yesterday.change.received < today.change.received, "and not in that of the calendar");
}

#[tokio::test(flavor = "multi_thread")]
async fn c14_while_it_runs_the_calendar_changes_nothing() {
    if !Path::new(FAKETIME).exists() {
        println!("skipped: libfaketime is not installed ({FAKETIME})");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let calendar = folder.path().join("calendar");
    fs::write(&calendar, "+0").unwrap();
    let process = Launch::on(&folder.path().join("data"))
        .with("LD_PRELOAD", OsStr::new(FAKETIME))
        .with("FAKETIME_TIMESTAMP_FILE", calendar.as_os_str())
        .with("FAKETIME_NO_CACHE", OsStr::new("1"))
        .with("FAKETIME_DONT_FAKE_MONOTONIC", OsStr::new("1"))
        .tries()
        .unwrap();
    let loaded = fs::read_to_string(format!("/proc/{}/maps", process.pid())).unwrap();
    assert!(loaded.contains("libfaketime"), "the program's calendar is in our hands");
    let who = process.signs_in(INÉS).await;
    let document = process.documents(&who, "en").await.swap_remove(0);
    let mut inés = process.guest("Inés", &who, &document);
    inés.enters(process.socket(&who).await).await;
    for moved in ["-1d", "+1y"] {
        fs::write(&calendar, moved).unwrap();
        assert_eq!(process.asks(&who, "/api/v1/me").await.0, 200, "{moved}");
        inés.writes(|desk| desk.types_at(1, moved)).await;
        inés.hears_until(Guest::is_saved).await;
    }
    assert!(!process.log().contains("ERROR"), "{}", process.log());
}
