//! Troubles of the network over the whole program: a few rounds of each.
//!
//! `FAULTS_SEED` sets the seed, which is printed.

#[path = "faults/network.rs"]
mod network;

/// The seed of this run, printed for whoever must repeat it.
fn seed() -> u64 {
    let seed = std::env::var("FAULTS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2016);
    println!("seed {seed}; repeat it with FAULTS_SEED={seed}");
    seed
}
