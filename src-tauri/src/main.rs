//! Poolkeeper.
fn main() {}
