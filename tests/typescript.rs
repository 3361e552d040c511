//! The TypeScript side of the wire is generated and committed; this fails when it is stale.

use std::path::PathBuf;

/// Run with `POOLKEEPER_GEN=1` (as `cargo xtask gen` does) to write the file.
#[test]
fn the_committed_typescript_fits_the_commands_and_their_types() {
    let committed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ui/src/ipc/generated/bindings.ts");
    if std::env::var_os("POOLKEEPER_GEN").is_some() {
        poolkeeper::write_typescript(&committed).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let fresh = folder.path().join("bindings.ts");
    poolkeeper::write_typescript(&fresh).unwrap();
    let (fresh, committed) = (std::fs::read_to_string(fresh).unwrap(), std::fs::read_to_string(committed).unwrap());
    let first = fresh.lines().zip(committed.lines()).position(|(a, b)| a != b);
    assert!(
        fresh == committed,
        "ui/src/ipc/generated/bindings.ts is stale (first difference at line {:?}): run `cargo xtask gen`",
        first.map(|line| line + 1)
    );
}
