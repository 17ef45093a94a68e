//! The whole program, killed without warning.

use borrador_tests::killing::kill_again_and_again;

#[tokio::test(flavor = "multi_thread")]
async fn c10_killed_three_times_while_three_people_write_the_server_loses_nothing_it_promised() {
    let seed = std::env::var("CRASH_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2016);
    println!("seed {seed}; repeat it with CRASH_SEED={seed}");
    let data = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    kill_again_and_again(data.path(), 3, seed, |cycle| {
        println!("{cycle:?}");
        assert_eq!(cycle.lost, 0, "{cycle:?}");
        acknowledged += cycle.acknowledged;
    })
    .await;
    assert!(acknowledged > 0, "nothing was acknowledged: nothing was tested");
}
