//! Borrador.
fn main() {}
