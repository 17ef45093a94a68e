//! Troubles of the network, the machine and the disk, over the whole program: a few rounds of each. Many rounds, with a table of what
//! was found, are `make faults`.
//!
//! `FAULTS_SEED` sets the seed, which is printed.

#[path = "faults/clock.rs"]
mod clock;
#[path = "faults/damage.rs"]
mod damage;
#[path = "faults/disk.rs"]
mod disk;
#[path = "faults/network.rs"]
mod network;
#[path = "faults/process.rs"]
mod process;
#[path = "faults/silence.rs"]
mod silence;

/// The seed of this run, printed for whoever must repeat it.
fn seed() -> u64 {
    let seed = std::env::var("FAULTS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2016);
    println!("seed {seed}; repeat it with FAULTS_SEED={seed}");
    seed
}
