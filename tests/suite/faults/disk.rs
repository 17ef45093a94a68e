//! The disk loses its power, and fills up.

use std::time::Duration;

use borrador_tests::faults::full::fill_again_and_again;
use borrador_tests::faults::killing::Plan;
use borrador_tests::faults::power::cut_again_and_again;

use super::seed;

#[tokio::test(flavor = "multi_thread")]
async fn syn7_when_the_power_is_cut_everything_acknowledged_is_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { cycles: 3, writers: 6, texts: 3, pace: Duration::from_millis(20), seed: seed() };
    let mut acknowledged = 0;
    let cut = cut_again_and_again(folder.path(), plan, |cut| {
        println!("{cut:?}");
        assert_eq!(cut.account.lost, 0, "{cut:?}");
        assert_eq!(
            cut.told, plan.writers,
            "after the first failed sync everybody is told, and nothing is acknowledged"
        );
        acknowledged += cut.account.acknowledged;
    });
    match cut.await {
        Ok(()) => assert!(acknowledged > 0, "nothing was acknowledged: nothing was tested"),
        Err(not_here) => println!("{not_here}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c09_on_a_full_disk_people_are_told_and_go_on_reading_and_write_again_when_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { cycles: 2, writers: 6, texts: 3, pace: Duration::from_millis(20), seed: seed() };
    let filled = fill_again_and_again(folder.path(), plan, |filling| {
        println!("{filling:?}");
        assert_eq!(filling.account.lost, 0, "{filling:?}");
        assert!(filling.could_read, "{filling:?}");
        assert_eq!(filling.told_full + filling.told_failed, plan.writers, "everybody is told: {filling:?}");
    });
    if let Err(not_here) = filled.await {
        println!("{not_here}");
    }
}
