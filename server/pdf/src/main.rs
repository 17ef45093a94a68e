//! PDF worker.
fn main() {}
