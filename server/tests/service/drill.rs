//! The drill: people write, a backup is taken, it is restored elsewhere, and the service starts on it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use borrador::app::check;
use borrador::store::sled::SledStore;
use borrador::store::{Store, backup, scan_log};
use bytes::Bytes;
use crdt::document::{Text, Writer};
use crdt::ids::{ActorId, SeatId, TextId};
use crdt::moment::Moment;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::harness::Service;

/// Somebody who writes letter after letter until told to stop; each is noted when it is acknowledged.
async fn writes(
    service: Arc<Service>,
    (text, seat, number): (TextId, SeatId, u8),
    acknowledged: UnboundedSender<Bytes>,
    stop: Arc<AtomicBool>,
) {
    let mut copy = Text::clone(&*service.app.live.text(text).await.unwrap());
    let writer = Writer { actor: ActorId(vec![number; 16]), seat: Some(seat), at: Moment::EPOCH };
    while !stop.load(Ordering::SeqCst) {
        let letter = copy.edit(&writer, |edit| edit.splice(1..1, "¡")).unwrap().change.unwrap();
        let letter = Bytes::from(letter);
        service.app.live.submit(text, seat, vec![letter.clone()]).await.unwrap();
        acknowledged.send(letter).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_taken_while_people_write_becomes_a_service_with_all_they_were_promised() {
    let around = tempfile::tempdir().unwrap();
    let store = Arc::new(SledStore::open(&around.path().join("data")).unwrap());
    let service = Arc::new(Service::over(store.clone(), |settings| settings.limits.log_changes = 50).await);
    let ines = service.signs_in("ines").await;
    let seal = |name: &str| format!("{{\"name\":\"{name}\"}}");
    let sealed = ines.post("/api/v1/papers/housing/milestones", &seal("Bogotá draft")).send().await;
    assert_eq!(sealed.status, 201, "{}", sealed.text());

    let (acknowledged, mut promises) = unbounded_channel();
    let stop = Arc::new(AtomicBool::new(false));
    let housing = service.text();
    let writers: Vec<_> = (1..=3)
        .map(|number| {
            let who = (housing, ines.seats[0], number);
            tokio::spawn(writes(service.clone(), who, acknowledged.clone(), stop.clone()))
        })
        .collect();
    let mut promised = Vec::new();
    while promised.len() < 200 {
        promised.extend(promises.recv().await);
    }
    assert!(service.app.tidy().await.unwrap().segments > 0, "a part of it is packed");
    promised.extend(std::iter::from_fn(|| promises.try_recv().ok()));
    let folder = around.path().join("backup");
    let manifest = backup::write(&*store, &folder, Moment::EPOCH).await.unwrap();
    service.passes(Duration::from_mins(1));
    let written_after = ines.post("/api/v1/papers/housing/milestones", &seal("Quito draft")).send().await;
    assert_eq!(written_after.status, 201);
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }

    let again = around.path().join("again");
    assert_eq!(backup::restore(&folder, &again).await.unwrap(), manifest);
    let restored = Arc::new(SledStore::open(&again).unwrap());
    let report = check::check(&*restored).await.unwrap();
    assert!(report.whole, "{}", report.words());
    assert_eq!((report.papers, report.milestones), (1, 1), "the second draft came later");

    let log = scan_log(&*restored, housing, 0).await.unwrap();
    let there: HashSet<&Bytes> = log.iter().map(|logged| &logged.change.bytes).collect();
    let lost = promised.iter().filter(|change| !there.contains(change)).count();
    assert_eq!(lost, 0, "of {} acknowledged before the backup began", promised.len());
    let original = scan_log(&*store, housing, 0).await.unwrap();
    assert_eq!(log[..], original[..log.len()], "the same changes in the same places");

    let renewed = Service::on(restored.clone(), |_| {}).await;
    let text = renewed.app.live.text(housing).await.unwrap();
    let chunks = original[..log.len()].iter().map(|logged| &logged.change.bytes[..]);
    assert_eq!(text.heads(), Text::load_with(&[], chunks).unwrap().heads());
    let drafts = |service: Arc<Service>| async move {
        let paper = service.paper().id;
        service.app.milestones(paper).await.unwrap()
    };
    let renewed = Arc::new(renewed);
    let (before, after) = (drafts(service.clone()).await, drafts(renewed.clone()).await);
    assert_eq!(after[..], before[..1], "the sealed draft, with its digests");
    for sealed in &after[0].texts {
        assert!(!renewed.app.sealed_blocks(sealed).await.unwrap().is_empty());
    }
    // Inés is still signed in, and writes on.
    let again = ines.at(&renewed).get(&format!("/api/v1/texts/{housing}")).send().await;
    assert_eq!(again.status, 200, "{}", again.text());
    assert!(restored.check().await.unwrap().is_empty());
}
