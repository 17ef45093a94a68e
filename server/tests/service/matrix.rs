//! The matrix of rights: every route and every kind of message, asked by everybody.
//!
//! Each row is asked for real, in a fresh service, by somebody of each role. What comes back must be what the rules say
//! ([`rules`]), and the page `docs/RIGHTS.md` must say the same: it is written from this table
//! (`BORRADOR_WRITE_DOCS=1 cargo nextest run -p borrador matrix`). A route of the interface that has no row fails the test.

use std::collections::BTreeSet;

use borrador::http::openapi::DESCRIPTION;
use borrador::live::RightsOf;
use crdt::sync::events::Access;

use self::asker::{ASKERS, Asker};
use self::rules::Rule;
use self::world::{Ask, World, anchor};
use super::harness::PAPER;

struct Row {
    method: &'static str,
    path: &'static str,
    /// Own or another's, open or locked; empty when there is nothing to tell apart.
    about: &'static str,
    rule: Rule,
    ask: Ask,
}

const NONE: Ask = Ask::With(|_| (String::new(), "{}".to_owned()));

macro_rules! row {
    ($method:literal $path:literal $about:literal, $rule:expr, NONE) => {
        $crate::matrix::Row {
            method: $method,
            path: $path,
            about: $about,
            rule: $rule,
            ask: $crate::matrix::NONE,
        }
    };
    ($method:literal $path:literal $about:literal, $rule:expr, once $ask:expr) => {
        $crate::matrix::Row {
            method: $method,
            path: $path,
            about: $about,
            rule: $rule,
            ask: $crate::matrix::Ask::Once($ask),
        }
    };
    ($method:literal $path:literal $about:literal, $rule:expr, $ask:expr) => {
        $crate::matrix::Row {
            method: $method,
            path: $path,
            about: $about,
            rule: $rule,
            ask: $crate::matrix::Ask::With($ask),
        }
    };
}

// After the macro, which they use.
mod amendments;
mod asker;
mod brackets;
mod comparing;
mod history;
mod paper;
mod people;
mod planned;
mod positions;
mod remarks;
mod rounds;
mod rules;
mod silences;
mod sources;
mod world;

/// All rows: those of the paper and its rights, then those of each part of the review.
fn rows() -> Vec<Row> {
    let parts = [
        paper::rows(),
        amendments::rows(),
        brackets::rows(),
        comparing::rows(),
        history::rows(),
        people::rows(),
        planned::rows(),
        positions::rows(),
        remarks::rows(),
        rounds::rows(),
        silences::rows(),
        sources::rows(),
    ];
    parts.into_iter().flatten().collect()
}

/// The kinds of messages on a socket, and what the live path makes of them for each access; `tests/suite/socket.rs` asks it
/// (`syn9_every_kind_of_message…`).
const MESSAGES: [(&str, [&str; 4]); 3] = [
    ("`request`, `sync` without changes", ["not there", "yes", "yes", "yes"]),
    ("`sync` with changes", ["not there", "no, set aside", "locked, set aside", "yes"]),
    ("`ephemeral` (a caret)", ["nothing", "yes", "yes", "yes"]),
];

fn message_cell(kind: usize, access: Access) -> &'static str {
    let column = match access {
        Access::None => 0,
        Access::Read => 1,
        // A text that the server cannot read is no matter of roles: who would write has it kept as against a lock.
        Access::Unreadable | Access::Locked => 2,
        Access::Write => 3,
    };
    MESSAGES[kind].1[column]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_matrix_of_rights_is_what_the_rules_say_and_what_the_page_says() {
    let rows = rows();
    let described: BTreeSet<(String, String)> = DESCRIPTION["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, operations)| {
            operations.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let asked: BTreeSet<(String, String)> =
        rows.iter().map(|row| (row.method.to_owned(), row.path.to_owned())).collect();
    assert_eq!(described, asked, "every route of the description has a row here, and no other");

    let mut page = HEAD.to_owned();
    page += &table_head("Route");
    for row in &rows {
        let mut cells = Vec::new();
        for asker in ASKERS {
            let (world, somebody) = World::of(asker, row).await;
            // Who may not comment has no thread of their own.
            if row.about == "own" && row.path.starts_with("/api/v1/threads") && world.own.is_none() {
                cells.push("–");
                continue;
            }
            let (expected, actual) = (row.expected(&world), row.actual(&world, somebody.as_ref()).await);
            assert_eq!(
                actual,
                expected,
                "{} {} {} by the {}",
                row.method,
                row.path,
                row.about,
                asker.heading()
            );
            cells.push(actual.words());
        }
        let about = if row.about.is_empty() { String::new() } else { format!(" ({})", row.about) };
        page += &format!("| `{} {}`{about} | {} |\n", row.method, row.path, cells.join(" | "));
    }
    page += MESSAGES_HEAD;
    page += &table_head("Message");
    for (kind, (name, _)) in MESSAGES.iter().enumerate() {
        for state in ["open", "locked"] {
            let mut cells = vec!["sign in"];
            for asker in ASKERS.into_iter().skip(1) {
                let row = Row { method: "GET", path: "/sync", about: state, rule: Rule::Seat, ask: NONE };
                let (world, _) = World::of(asker, &row).await;
                let access = world.service.app.directory.access(world.seat.id, world.text);
                cells.push(if asker == Asker::Ended { "seat ended" } else { message_cell(kind, access) });
            }
            page += &format!("| {name} ({state}) | {} |\n", cells.join(" | "));
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/RIGHTS.md");
    if std::env::var_os("BORRADOR_WRITE_DOCS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(written, page, "docs/RIGHTS.md is out of step: write it again with BORRADOR_WRITE_DOCS=1");
}

fn table_head(first: &str) -> String {
    let headings: Vec<&str> = ASKERS.iter().map(|asker| asker.heading()).collect();
    format!("| {first} | {} |\n|---|{}\n", headings.join(" | "), "---|".repeat(ASKERS.len()))
}

const HEAD: &str = "\
# Who may what

Every route and every kind of message, asked by somebody of each role. This page is written by a test that asks all of them for real
(`server/tests/service/matrix.rs`), and the test fails when the service, the rules in [crdt/SPEC.md](../crdt/SPEC.md) (REV1–REV19, REV70–REV72, SYN9–SYN12)
and this page do not say the same.

The roles are grants on top of a contributor's seat: *pen* and *rapporteur* of the chapter that is asked about, *committee* of its paper,
*secretariat* and *administrator* of the service. *Own* and *another's* tell whose thing it is; *open* and *locked*, how things stand in the chapter.

*yes*: done · *no*: 403 `not_allowed`, noted in the audit log · *not there*: 404, the same answer as for what does not exist · *locked*: 423
`chapter_locked` · *sign in*: 401 · *seat ended*: 403 `seat_ended`, which says whose words may still be on the device (a socket opens and is
closed with 4401, because a page cannot read why one does not open) · –: they can have none.

";

const MESSAGES_HEAD: &str = "
## On a socket

Access is asked anew for every message. What is refused for want of a right is *set aside*: kept for its author (SYN10–SYN12).

";
