//! The program is asked to stop, and killed.

use std::time::Duration;

use borrador_tests::faults::deciding::decide_again_and_again;
use borrador_tests::faults::killing::{Plan, kill_again_and_again};
use borrador_tests::faults::stopping::stop_under;
use borrador_tests::guest::Guest;
use borrador_tests::process::Launch;
use borrador_tests::socket::Heard;

use super::seed;

#[tokio::test(flavor = "multi_thread")]
async fn c10_killed_three_times_while_eight_people_write_the_server_loses_nothing_it_promised() {
    let data = tempfile::tempdir().unwrap();
    let plan = Plan { cycles: 3, writers: 8, texts: 3, pace: Duration::from_millis(20), seed: seed() };
    let mut acknowledged = 0;
    kill_again_and_again(data.path(), plan, |cycle| {
        println!("{cycle:?}");
        assert_eq!(cycle.account.lost, 0, "{cycle:?}");
        acknowledged += cycle.account.acknowledged;
    })
    .await;
    assert!(acknowledged > 0, "nothing was acknowledged: nothing was tested");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev40_killed_while_it_decides_the_server_has_the_decision_and_its_words_or_neither() {
    let data = tempfile::tempdir().unwrap();
    let (mut accepted, mut answered) = (0, 0);
    decide_again_and_again(data.path(), 3, seed(), |cycle| {
        println!("{cycle:?}");
        assert_eq!((cycle.halves, cycle.lost), (0, 0), "{cycle:?}");
        accepted += cycle.accepted;
        answered += cycle.answered;
    })
    .await;
    assert!(accepted >= answered, "{accepted} accepted, {answered} answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn syn1_asked_to_stop_while_a_hundred_people_type_the_server_ends_in_time_and_keeps_what_it_promised() {
    let data = tempfile::tempdir().unwrap();
    let stop = stop_under(data.path(), 100, 10, Duration::from_millis(1_000), 1_500, seed()).await;
    println!("{stop:?}");
    assert_eq!(stop.exit, Some(0));
    assert!(stop.ended_after < Duration::from_secs(10), "{:?}", stop.ended_after);
    assert!(stop.ends.iter().all(|end| *end == Heard::Closed(1012)), "{:?}", stop.ends);
    assert!(stop.account.acknowledged > 0, "nothing was acknowledged: nothing was tested");
    assert_eq!(stop.account.lost, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn c13_with_few_files_some_wait_at_the_door_and_whoever_is_inside_goes_on() {
    const COMING: usize = 60;
    let data = tempfile::tempdir().unwrap();
    let process = Launch::under(&["prlimit", "--nofile=64"], &data.path().join("data")).tries().unwrap();
    let who = process.signs_in("ines.duarte@example.org").await;
    let document = process.documents(&who, "en").await.swap_remove(0);
    let mut inés = process.guest("Inés", &who, &document);
    inés.enters(process.socket(&who).await).await;

    // More than there are files. Those who get in stay until they are let go of.
    let (leave, leaves) = tokio::sync::watch::channel(false);
    let (came_in, mut coming_in) = tokio::sync::mpsc::unbounded_channel();
    let process = std::sync::Arc::new(process);
    for _ in 0..COMING {
        let (process, who, came_in, mut leaves) =
            (process.clone(), who.clone(), came_in.clone(), leaves.clone());
        tokio::spawn(async move {
            let socket = process.socket(&who).await;
            came_in.send(()).unwrap();
            leaves.wait_for(|leave| *leave).await.unwrap();
            drop(socket);
        });
    }
    process.says("as many connections are open as may be").await;
    assert!(process.open_files() < 64, "{} files are open", process.open_files());
    for _ in 0..5 {
        inés.writes(|desk| desk.types_at(1, "still here. ")).await;
        inés.hears_until(Guest::is_saved).await;
    }
    // It recovers by itself: as soon as some go, the others come in.
    leave.send_replace(true);
    for _ in 0..COMING {
        coming_in.recv().await.unwrap();
    }
    assert_eq!(process.log().matches("as many connections are open as may be").count(), 1, "once a minute");
}
