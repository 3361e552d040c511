//! The log: what must not be in it, and who may read it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod secrets;
mod tour;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use console::{AwsFiles, KeySource};
use poolkeeper::{LOG_FILTER, LogFiles, Place};
use secrets::{panics, tells_a_device};
use tour::{Seen, tour};

const USERNAME: &str = "canary-username-7f3a";
const EMAIL: &str = "canary-email-7f3a@example.com";
const NAME: &str = "Canary Name 7f3a";
const SECRET: &str = "canarySecretKey7f3aCanarySecretKey7f3a00";

/// Every canary has this in it, in one case or the other.
const CANARY: &str = "canary";

fn place(folder: &Path) -> Place {
    let environment = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    let environment: BTreeMap<_, _> = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Place {
        data_dir: folder.join("data"),
        usual: false,
        keys: KeySource::File(folder.join("keys")),
        aws: AwsFiles { home: Some(folder.to_owned()), environment: Some(environment), ..AwsFiles::default() },
        sandbox_users: 100,
        chooser: None,
    }
}

fn written(data_dir: &Path) -> String {
    let files = data_dir.join("logs").read_dir().unwrap();
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

/// Everything that is on the disk below the folder, names included.
fn stored(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in folder.read_dir().unwrap().map(Result::unwrap) {
        all.extend(entry.file_name().as_encoded_bytes());
        all.extend(if entry.path().is_dir() { stored(&entry.path()) } else { std::fs::read(entry.path()).unwrap() });
    }
    all
}

/// Names the folder of the tour in the process that goes on it.
const TOURING: &str = "POOLKEEPER_TEST_TOUR";

/// The tour has a process of its own, so that its temporary files and its browser are known.
#[test]
fn nothing_of_people_queries_or_secrets_is_logged_at_the_finest_level() {
    if let Some(folder) = std::env::var_os(TOURING) {
        return nothing_is_left_behind(&PathBuf::from(folder));
    }
    // The browser is not ours, so what it keeps does not count.
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let temporary = folder.path().join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let test = "nothing_of_people_queries_or_secrets_is_logged_at_the_finest_level";
    let tour = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .envs(["TMPDIR", "TMP", "TEMP"].map(|name| (name, &temporary)))
        .env(TOURING, folder.path())
        .env("BROWSER", scripted_browser(elsewhere.path()))
        .output()
        .unwrap();
    let said = [tour.stdout, tour.stderr].concat();
    assert!(tour.status.success(), "{}", String::from_utf8_lossy(&said));
    assert!(String::from_utf8_lossy(&said).contains("1 passed"), "the tour was gone on");
}

/// What stands in for a browser. Without shells and curl there is none, and hosted login is left out.
fn scripted_browser(folder: &Path) -> PathBuf {
    let program = folder.join("browser");
    std::fs::write(&program, include_str!("../e2e/browser.sh")).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    program
}

fn nothing_is_left_behind(folder: &Path) {
    let data_dir = folder.join("data");
    let ours = ["poolkeeper", "wire", "console", "cognito", "store", "model", "sandbox"];
    let filter = ours.iter().fold(LOG_FILTER.to_owned(), |filter, ours| format!("{filter},{ours}=trace"));
    let (writer, guard) = tracing_appender::non_blocking(LogFiles::open(&data_dir).unwrap());
    tracing::subscriber::set_global_default(poolkeeper::subscriber(writer, &filter)).unwrap();
    let Seen { secrets, heard, diagnostics } = tour(folder);
    drop(guard);

    let log = written(&data_dir);
    assert!(log.contains("sync done"), "the log was on: {log}");
    assert!(log.contains("an operation failed"), "failures are logged, too: {log}");
    for line in log.lines() {
        assert!(!line.to_lowercase().contains(CANARY), "{line}");
    }
    let disk = String::from_utf8_lossy(&stored(folder)).into_owned();
    assert!(disk.contains("journal.sqlite"), "the journal has the sign-in");
    assert!(disk.contains("poolkeeper-plan") && disk.contains("poolkeeper-job") && disk.contains("poolkeeper-audit"));
    assert!(disk.contains("poolkeeper-cost-") && disk.contains("poolkeeper-flows"), "exports were written");
    let planted: BTreeSet<&String> = secrets.iter().collect();
    assert!(planted.len() >= 40, "{} secrets were planted", planted.len());
    for (at, secret) in secrets.iter().enumerate() {
        assert!(!disk.contains(secret), "secret {at} is on the disk");
        assert!(!log.contains(secret), "secret {at} is in the log");
        for heard in &heard {
            assert!(!heard.tells(secret), "secret {at} went to the web view unasked, with {}", heard.command);
        }
        assert!(!diagnostics.contains(secret), "secret {at} is in the diagnostics");
        assert!(!panics(secret).contains(secret), "secret {at} would be in a panic");
    }
    assert!(tells_a_device(&format!("x{}.", "0a".repeat(40))) && !tells_a_device(&"0a".repeat(32)));
    assert!(
        !tells_a_device(&log) && !tells_a_device(&disk) && !tells_a_device(&diagnostics),
        "a device's own password"
    );
    for heard in &heard {
        assert!(!tells_a_device(&heard.answer), "a device's own password went to the web view with {}", heard.command);
    }
    let was_heard = |command: &str| heard.iter().any(|heard| heard.command == command && heard.answer.len() > 40);
    assert!(was_heard("start_sign_in") && was_heard("exchange_token"), "the traffic was heard");
    assert!(was_heard("apply_plan") && was_heard("list_audit"), "jobs were, too");
    assert!(was_heard("plan_edit") && was_heard("make_edit") && was_heard("list_edits"), "so were changes of settings");
    assert!(!disk.to_lowercase().contains(CANARY), "people and passwords are encrypted or not there");
}

#[cfg(unix)]
#[test]
fn seven_files_are_kept_and_all_of_it_is_its_owner_s_alone() {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    std::fs::create_dir(&logs).unwrap();
    std::fs::set_permissions(&logs, PermissionsExt::from_mode(0o755)).unwrap();
    for day in 1..=9 {
        let file = logs.join(format!("poolkeeper.2026-01-0{day}.jsonl"));
        std::fs::write(&file, "{}").unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    }
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut files = LogFiles::open(folder.path()).unwrap();
    assert_eq!(mode(&logs), 0o700);
    let kept: Vec<_> = logs.read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(kept.len(), 7, "{kept:?}");
    for file in &kept {
        assert_eq!(mode(file), 0o600, "{}", file.display());
        // As a new day's file is made.
        std::fs::set_permissions(file, PermissionsExt::from_mode(0o644)).unwrap();
    }
    files.write_all(b"{}\n").unwrap();
    assert!(kept.iter().all(|file| mode(file) == 0o600), "the first line makes them private again");
}
