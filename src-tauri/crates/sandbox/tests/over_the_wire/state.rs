//! A sandbox that is closed and opened again.

use crate::support::options;
use sandbox::{Error, Sandbox, StateLock, Status};

#[test]
fn a_saved_sandbox_comes_back_with_every_change_in_a_small_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.json");
    let sandbox = Sandbox::new(options(20_000));
    let (directory, pool) = (sandbox.directory(), sandbox.pool_id());
    directory.create_user(&pool, "new one", &[("name", "N \"x\""), ("custom:tenant", "7")]).unwrap();
    directory.delete_user(&pool, "jose.munoz").unwrap();
    directory.set_enabled(&pool, "maria.keller", false).unwrap();
    directory.set_status(&pool, "noa.cohen", Status::Confirmed).unwrap();
    directory.set_attributes(&pool, "maria.keller", &[("custom:plan", ""), ("name", "M")]).unwrap();
    directory.create_group(&pool, "new group", Some(1)).unwrap();
    directory.delete_group(&pool, "root").unwrap();
    directory.add_to_group(&pool, "new one", "new group").unwrap();
    directory.add_to_group(&pool, "new one", "beta").unwrap();
    sandbox.save(&path).unwrap();
    let size = std::fs::metadata(&path).unwrap().len();
    assert!(size < 300_000, "{size} bytes");
    let later = sandbox.options().start + jiff::SignedDuration::from_hours(1_000);
    let again = Sandbox::load(&path, later).unwrap();
    assert_eq!(again.pool_id(), pool);
    assert_eq!(again.description().clients, sandbox.description().clients);
    assert_eq!(again.directory().snapshot(&pool), directory.snapshot(&pool));
    assert!(again.weather().now() >= later);
    let fresh = again.directory().create_user(&pool, "after", &[]).unwrap();
    assert!(directory.snapshot(&pool).iter().all(|user| user.sub != fresh));
    again.save(&path).unwrap();
    let third = Sandbox::load(&path, later).unwrap();
    assert_eq!(third.directory().snapshot(&pool), again.directory().snapshot(&pool));
}

#[test]
fn a_damaged_missing_or_newer_state_is_an_error_and_not_a_new_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.json");
    let start = options(1).start;
    assert!(matches!(Sandbox::load(&path, start), Err(Error::File { .. })));
    Sandbox::new(options(10)).save(&path).unwrap();
    let good = std::fs::read_to_string(&path).unwrap();
    for bad in [
        String::new(),
        "{}".to_owned(),
        good[..good.len() / 2].to_owned(),
        good.replace("\"version\":1", "\"version\":2"),
    ] {
        std::fs::write(&path, bad).unwrap();
        let error = Sandbox::load(&path, start).unwrap_err();
        assert!(
            matches!(error, Error::Damaged { .. }) && error.to_string().contains("move or delete that file"),
            "{error}"
        );
    }
}

#[test]
fn a_state_file_is_one_sandbox_s_until_that_lets_go_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.json");
    let first = StateLock::take(&path).unwrap();
    let error = StateLock::take(&path).unwrap_err();
    assert!(matches!(error, Error::InUse { .. }) && error.to_string().contains("sandbox.json"), "{error}");
    StateLock::take(&folder.path().join("other.json")).unwrap();
    drop(first);
    StateLock::take(&path).unwrap();
}

#[cfg(unix)]
#[test]
fn nobody_but_its_owner_reads_a_state_file_even_after_a_draft_that_others_could() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.json");
    std::fs::write(path.with_extension("new"), "left by a process that was killed").unwrap();
    Sandbox::new(options(1)).save(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
