//! Bytes of the store are not what they were.

use std::time::Duration;

use borrador_tests::faults::damage::{Found, Sound};
use fastrand::Rng;

use super::seed;

#[tokio::test(flavor = "multi_thread")]
async fn c08_damaged_bytes_are_noticed_and_nothing_wrong_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let seed = seed();
    let sound = Sound::in_folder(folder.path(), 6, Duration::from_millis(10), 1_000, seed).await;
    let mut chance = Rng::with_seed(seed);
    for run in 0..8 {
        let wound = sound.draw(&mut chance);
        let found = sound.hurt(&folder.path().join(run.to_string()), &wound).await;
        println!("{wound:?}: {found:?}");
        assert!(!matches!(found, Found::Fault(_)), "{wound:?}: {found:?}");
    }
}
