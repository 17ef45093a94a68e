//! The program is asked to stop, and killed.

use std::time::Duration;

use borrador_tests::faults::killing::{Plan, kill_again_and_again};
use borrador_tests::faults::stopping::stop_under;
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
