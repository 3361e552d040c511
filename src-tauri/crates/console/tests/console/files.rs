//! Files of people, against the sandbox's hostile names.

use std::collections::BTreeMap;
use std::path::Path;

use console::Code;
use console::files::{ExportRequest, ExportTarget, FileFormat};
use console::foreign::cell_value;
use model::query::{Field, Sort};

use crate::house::{House, everybody, options};

fn request(format: FileFormat, columns: &[&str]) -> ExportRequest {
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    ExportRequest { query: String::new(), sort: Sort::default(), columns, format }
}

fn at(path: &Path) -> ExportTarget {
    ExportTarget::File { path: path.to_owned(), replace: false }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn a_csv_export_has_every_value_of_everybody_and_no_formula() {
    let house = House::new(options(300)).await;
    let split = [("nickname", "x;=HYPERLINK(A1)\n-1"), ("name", "a;'=1\t@b")];
    house.sandbox.directory().set_attributes(&house.sandbox.pool_id(), "hostile-00", &split).unwrap();
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    let export = pool.export(request(FileFormat::Csv, &[]), at(&path)).await.unwrap();
    let done = export.finished().await.unwrap();
    assert_eq!((done.people, done.path.as_deref()), (300, Some(path.as_path())));
    assert_eq!(names_in(folder.path()), ["people.csv"]);
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let head = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let people = everybody(&pool).await;
    assert_eq!(rows.len(), people.len());
    let mut hostile = 0;
    for (row, user) in rows.iter().zip(&people) {
        let cells: BTreeMap<&str, String> =
            head.iter().zip(row).filter_map(|(name, cell)| Some((name, cell_value(cell)?))).collect();
        assert_eq!(cells["username"], user.username.as_str());
        let attributes: BTreeMap<&str, String> =
            cells.into_iter().filter(|(name, _)| matches!(Field::named(name), Field::Attribute(_))).collect();
        let has = user.attributes.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        assert_eq!(attributes, has);
        let formula = |cell: &str| cell.trim_start().starts_with(['=', '+', '-', '@']);
        let split = |cell: &str| cell.split([';', '\t', '\n', '\r']).any(formula);
        assert!(!row.iter().any(split), "{row:?}");
        hostile += usize::from(user.attributes.values().any(|value| formula(value)));
    }
    assert!(hostile > 10, "the sandbox has formulas and phone numbers: {hostile}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn json_lines_have_the_chosen_fields_of_whom_the_query_finds_in_order() {
    let house = House::new(options(120)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.jsonl");
    let mut wanted = request(FileFormat::JsonLines, &["username", "email", "group"]);
    wanted.query = "status:confirmed".to_owned();
    wanted.sort = Sort { field: Field::named("email"), descending: true };
    let sort = wanted.sort.clone();
    let done = pool.export(wanted, at(&path)).await.unwrap().finished().await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found = pool.search("status:confirmed", &sort, None, 1_000).await.unwrap().users;
    assert_eq!(done.people, found.len() as u64);
    for (row, user) in rows.iter().zip(&found) {
        let groups: Vec<&str> = user.groups.iter().map(model::GroupName::as_str).collect();
        let attributes =
            user.attribute("email").map_or(serde_json::json!({}), |email| serde_json::json!({ "email": email }));
        let whole =
            serde_json::json!({ "username": user.username.as_str(), "attributes": attributes, "groups": groups });
        assert_eq!(*row, whole);
    }
}

#[tokio::test]
async fn a_file_is_complete_or_absent_and_never_replaced_unasked() {
    let house = House::new(options(50)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    let csv = || request(FileFormat::Csv, &["username"]);
    let export = pool.export(csv(), at(&path)).await.unwrap();
    export.cancel();
    assert_eq!(export.finished().await.unwrap_err().code, Code::Cancelled);
    assert!(names_in(folder.path()).is_empty(), "nothing stays of what was cancelled");
    std::fs::write(&path, "mine").unwrap();
    let refused = pool.export(csv(), at(&path)).await.unwrap().finished().await.unwrap_err();
    assert_eq!(refused.code, Code::AlreadyExists);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    let replace = ExportTarget::File { path: path.clone(), replace: true };
    pool.export(csv(), replace).await.unwrap().finished().await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 51);
    let into = || ExportTarget::Folder { folder: folder.path().join("new"), stem: "people".to_owned() };
    for name in ["people.csv", "people-2.csv"] {
        let done = pool.export(csv(), into()).await.unwrap().finished().await.unwrap();
        assert_eq!(done.path.unwrap(), folder.path().join("new").join(name));
    }
    let nowhere = pool.export(csv(), at(&folder.path().join("no/such/folder.csv"))).await.unwrap();
    assert_eq!(nowhere.finished().await.unwrap_err().code, Code::Precondition);
}

#[tokio::test]
async fn what_a_killed_export_left_goes_with_the_next_one() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str| std::fs::File::create(folder.path().join(name)).unwrap();
    for name in [".poolkeeper-abc123.part", "mine.part", ".poolkeeper-notes"] {
        written(name).set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    }
    written(".poolkeeper-def456.part");
    let path = folder.path().join("people.csv");
    pool.export(request(FileFormat::Csv, &["username"]), at(&path)).await.unwrap().finished().await.unwrap();
    let mut left = names_in(folder.path());
    left.sort();
    let wanted = [".poolkeeper-def456.part", ".poolkeeper-notes", "mine.part", "people.csv"];
    assert_eq!(left, wanted, "what somebody may still be writing stays, and what is not ours");
}

#[tokio::test]
async fn what_an_export_cannot_understand_is_told_before_anything_is_written() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    let refused = |request: ExportRequest| {
        let (pool, path) = (pool.clone(), path.clone());
        async move { pool.export(request, at(&path)).await.err().unwrap().field.unwrap() }
    };
    let csv = || request(FileFormat::Csv, &[]);
    assert_eq!(refused(request(FileFormat::Csv, &["username", "shoe_size"])).await, "columns");
    assert_eq!(refused(ExportRequest { query: "shoe_size:1".to_owned(), ..csv() }).await, "query");
    let sort = Sort { field: Field::named("shoe_size"), descending: false };
    assert_eq!(refused(ExportRequest { sort, ..csv() }).await, "sort");
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn what_the_window_saves_is_whole_under_the_first_free_name_or_absent() {
    let folder = tempfile::tempdir().unwrap();
    let at = jiff::Timestamp::UNIX_EPOCH;
    let save = |bytes: &[u8]| console::files::save_file(folder.path(), "poolkeeper-audit", "jsonl", bytes, at);
    let (first, second) = (save(b"one").unwrap(), save(b"two").unwrap());
    assert_eq!(std::fs::read(&first).unwrap(), b"one");
    assert_eq!(
        (second.file_name().unwrap().to_str(), std::fs::read(&second).unwrap()),
        (Some("poolkeeper-audit-2.jsonl"), b"two".to_vec())
    );
    // Nothing else is left in the folder, and where nothing can be written nothing is.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    let nowhere = console::files::save_file(&first, "report", "csv", b"three", at).unwrap_err();
    assert_eq!(nowhere.code, console::Code::Precondition);
}
