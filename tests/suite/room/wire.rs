//! Frames kept in `fixtures/wire`: those of stock clients and of our own pages, of every version, as the server must read them; and the
//! server's own, which the browser's tests read.
//!
//! `WIRE_SAMPLES=write` writes the server's newest samples anew.

use std::path::PathBuf;

use bytes::Bytes;
use crdt::ids::{AsideId, SeatId};
use crdt::sync::events::{ConnectionId, Refusal};
use crdt::sync::message::{self, SyncMessage};
use crdt::sync::presence::{self, Caret};
use crdt::sync::wire::{self, FromClient, say};
use uuid::Uuid;

const DOCUMENT: &str = "4NMNnkMhL8jXrdJ9jamS58PAVdXu";
/// Versions of our own wire, the newest last.
const VERSIONS: [&str; 2] = ["0.1", "0.2"];

#[test]
fn syn1_what_stock_clients_say_is_understood() {
    let said = |name: &str| wire::read(&kept("stock-2.5.6", name)).unwrap();
    assert_eq!(
        said("client-join"),
        FromClient::Join { sender: "tangier".into(), versions: vec!["1".into()] }
    );
    let FromClient::Sync { document, data } = said("client-request") else { panic!("a request is a sync") };
    assert!(wire::text_of(&document).is_some());
    assert!(SyncMessage::read(&data).unwrap().is_reset(), "whoever has nothing says so");
    let FromClient::Sync { data, .. } = said("client-sync") else { panic!("it is a sync") };
    let message = SyncMessage::read(&data).unwrap();
    assert!(message.heads.len() == 1 && message.have[0].filtered, "a filter came with it");
    assert!(matches!(said("client-ephemeral"), FromClient::Ephemeral { sender, .. } if sender == "tangier"));
}

#[test]
fn syn1_the_pages_of_every_version_are_understood() {
    for version in VERSIONS {
        let said = |name: &str| wire::read(&kept(version, name)).unwrap();
        let join = FromClient::Join { sender: "tangier".into(), versions: vec!["1".into()] };
        assert_eq!(said("client-join"), join, "{version}");
        for name in ["client-request", "client-sync"] {
            let FromClient::Sync { document, data } = said(name) else { panic!("{version} {name}") };
            assert_eq!(
                (document.as_str(), &data[..]),
                (DOCUMENT, &[0x42, 0, 0, 0, 0][..]),
                "{version} {name}"
            );
        }
        let FromClient::Ephemeral { sender, document, data } = said("client-ephemeral") else {
            panic!("{version}")
        };
        assert_eq!((sender.as_str(), document.as_str()), ("tangier", DOCUMENT), "{version}");
        assert_eq!(
            Caret::read(&data),
            Some(Caret { caret: Some("12@ab".into()), anchor: None }),
            "{version}"
        );
    }
}

#[test]
fn syn4_the_kept_samples_of_the_server_are_what_it_says() {
    let seat = SeatId(Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1111));
    let caret = Caret { caret: Some("12@ab".into()), anchor: None };
    let (words, locked) = (Refusal::NotAllowed.to_string(), Refusal::ChapterLocked.to_string());
    let record = AsideId(Uuid::from_u128(0x2222_2222_2222_4222_8222_2222_2222_2222));
    let sync = message::write(&[crdt::ids::ChangeHash([7; 32])], &[], &[Bytes::from_static(b"a change")]);
    let samples = [
        ("peer", say::peer("borrador", "store", "window-1")),
        ("sync", say::sync("borrador", "*", DOCUMENT, &sync)),
        ("doc-unavailable", say::unavailable("borrador", "window-1", DOCUMENT)),
        ("error", say::error("borrador", "window-1", Some(DOCUMENT), Refusal::NotAllowed.code(), &words)),
        (
            "error-set-aside",
            say::refusal("borrador", "window-1", DOCUMENT, ("chapter_locked", &locked), Some(record)),
        ),
        (
            "ephemeral",
            say::ephemeral("borrador", "borrador", 1, DOCUMENT, &caret.write(seat, ConnectionId(3))),
        ),
        ("caret-data", caret.write(seat, ConnectionId(3))),
        ("gone-data", presence::gone(seat, ConnectionId(3))),
    ];
    for (name, bytes) in samples {
        let (newest, name) = (VERSIONS[VERSIONS.len() - 1], format!("server-{name}"));
        if std::env::var("WIRE_SAMPLES").is_ok_and(|what| what == "write") {
            std::fs::write(path(newest, &name), lines(&bytes)).unwrap();
        }
        assert_eq!(kept(newest, &name), bytes, "{name} has changed; WIRE_SAMPLES=write writes it anew");
    }
}

fn path(folder: &str, name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../fixtures/wire/{folder}/{name}.cbor.hex"))
}

fn kept(folder: &str, name: &str) -> Bytes {
    let path = path(folder, name);
    let hex = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    crdt::ids::from_hex(&hex.split_whitespace().collect::<String>()).expect("samples are hexadecimal").into()
}

/// Hexadecimal in lines of 96 digits.
fn lines(bytes: &[u8]) -> String {
    bytes.chunks(48).map(|line| crdt::ids::to_hex(line) + "\n").collect()
}
