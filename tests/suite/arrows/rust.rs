//! The Rust half: which module may use which, and where foreign types may be named.

use crate::assert_none;
use crate::sources::{Source, sources};

/// A module and what it may use of its own crate. What is not listed may use nothing.
type Arrows = &'static [(&'static str, &'static [&'static str])];

const CRDT: Arrows = &[
    ("sync", &["document", "review", "ids", "moment"]),
    ("render", &["document", "review", "history", "ids", "moment"]),
    ("review", &["document", "history", "ids", "moment"]),
    ("history", &["document", "ids", "moment"]),
    ("document", &["ids", "moment"]),
];

/// The clock is read by everybody; it lies in `boot`, which otherwise stands above all.
const SERVER: Arrows = &[
    ("main", &["boot"]),
    ("boot", &["http", "app", "live", "export", "proof", "people", "store"]),
    ("http", &["app", "live", "export", "proof", "people", "store"]),
    ("app", &["live", "export", "proof", "people", "store", "boot::clock"]),
    ("live", &["store", "boot::clock"]),
    ("export", &["people", "store", "boot::clock"]),
    ("proof", &[]),
    ("people", &["store", "boot::clock"]),
];

/// What a module of the server may use of the core.
const CORE: Arrows = &[
    ("boot", &["document", "review", "history", "ids", "moment"]),
    ("http", &["document", "review", "history", "render", "sync::wire", "ids", "moment"]),
    ("app", &["document", "review", "history", "render", "sync::events", "sync::room", "ids", "moment"]),
    ("live", &["sync", "document", "ids", "moment"]),
    ("export", &["render", "review", "history", "document", "ids", "moment"]),
    ("proof", &["history", "ids", "moment"]),
    ("people", &["history", "review", "ids", "moment"]),
    ("store", &["ids", "moment"]),
];

/// A crate and the only places that may name it.
const FOREIGN: &[(&str, &[&str])] = &[
    (
        "actix_web",
        &[
            "server/src/http/",
            "server/src/live/socket.rs",
            "server/src/live/outbox.rs",
            "server/src/boot/serve.rs",
            "server/src/boot/crowd.rs",
        ],
    ),
    ("actix_http", &["server/src/http/", "server/src/live/socket.rs", "server/src/live/outbox.rs"]),
    ("sled", &["server/src/store/sled.rs", "server/src/store/sled/"]),
    ("typst", &["server/pdf/"]),
    ("typst_pdf", &["server/pdf/"]),
    ("automerge", &["crdt/", "server/src/boot/", "server/src/app/", "server/src/live/"]),
    ("tokio", &["server/"]),
    ("rustix", &["server/"]),
];

#[test]
fn imports_of_the_core_run_one_way() {
    assert_arrows("crdt/src", "crate::", CRDT);
}

#[test]
fn imports_of_the_server_run_one_way() {
    assert_arrows("server/src", "crate::", SERVER);
    assert_arrows("server/src", "borrador::", SERVER);
}

#[test]
fn each_module_of_the_server_uses_its_own_part_of_the_core() {
    assert_arrows("server/src", "crdt::", CORE);
}

#[test]
fn foreign_types_stay_where_they_belong() {
    let mut mistakes = Vec::new();
    for source in
        ["crdt/src", "server/src", "server/pdf/src"].into_iter().flat_map(|folder| sources(folder, &[".rs"]))
    {
        for (name, places) in FOREIGN {
            if places.iter().any(|place| source.path.starts_with(place)) {
                continue;
            }
            mistakes.extend(named(&source, name).iter().map(|line| {
                format!(
                    "{}:{line} names `{name}`, which may be named only in {}",
                    source.path,
                    places.join(", ")
                )
            }));
        }
    }
    assert_none("A foreign type has left its place:", &mistakes);
}

/// The lines on which a crate is named.
fn named(source: &Source, name: &str) -> Vec<usize> {
    source.lines_with(name).into_iter().filter(|line| source.path_starts_at(*line, name)).collect()
}

fn assert_arrows(folder: &str, start: &str, arrows: Arrows) {
    let mut mistakes = Vec::new();
    for source in sources(folder, &[".rs"]) {
        let module = module_of(folder, &source.path);
        if module == "lib" {
            continue;
        }
        let allowed = arrows.iter().find(|(from, _)| *from == module).map_or(&[][..], |(_, to)| to);
        for (line, path) in source.paths_after(start) {
            // Within one crate a module may name itself.
            let is_own = start != "crdt::" && path.split("::").next() == Some(module);
            let is_allowed = allowed.iter().any(|to| path == *to || path.starts_with(&format!("{to}::")));
            if !is_own && !is_allowed {
                mistakes.push(format!(
                    "{}:{line} `{start}{path}`: {module} may use only {}",
                    source.path,
                    if allowed.is_empty() { "itself".to_owned() } else { allowed.join(", ") }
                ));
            }
        }
    }
    assert_none("An import runs the wrong way (the arrows are in ARCHITECTURE.md):", &mistakes);
}

/// The top module that a file belongs to: `server/src/live/socket.rs` and `server/src/live.rs` to `live`.
fn module_of<'p>(folder: &str, path: &'p str) -> &'p str {
    let inside = path[folder.len()..].trim_start_matches('/');
    inside.split(['/', '.']).next().unwrap_or_default()
}
