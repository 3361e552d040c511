//! Importing people from files into the sandbox: one by one, and by Cognito's own import.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use console::files::{
    CheckedImport, ExportRequest, ExportTarget, FileFormat, ImportJobSettings, ImportRequest, ImportResult, Way,
};
use console::jobs::{Approval, AuditFilter};
use console::{Code, Error, OpenPool};
use model::PoolId;
use model::plan::Delivery;
use model::query::Sort;
use serde_json::json;

use crate::house::{House, everybody, options, sandbox_connection};
use crate::jobs::apply;
use crate::lab_challenges::administer;

pub(crate) const JOB: Way = Way::Job { hashes: None };

fn request(path: &Path, way: Way) -> ImportRequest {
    ImportRequest { path: path.to_owned(), mapping: None, way }
}

pub(crate) async fn check(pool: &OpenPool, path: &Path, way: Way) -> Result<Arc<CheckedImport>, Error> {
    pool.check_import(request(path, way), |_| Ok(())).await
}

pub(crate) fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

pub(crate) fn approval(pool: &OpenPool) -> Approval {
    Approval { pool_name: Some(pool.key().pool.as_str().to_owned()), reason: Some("ticket 4".to_owned()) }
}

pub(crate) fn settings() -> ImportJobSettings {
    ImportJobSettings {
        name: "spring intake".to_owned(),
        role_arn: "arn:aws:iam::123456789012:role/cognito-import".to_owned(),
    }
}

/// Runs Cognito's import to its end, with the sandbox's time running ahead.
pub(crate) async fn import(
    house: &House,
    pool: &Arc<OpenPool>,
    checked: &CheckedImport,
) -> Result<ImportResult, Error> {
    let import = pool.begin_import(&checked.id, settings(), approval(pool)).await?;
    let finished = import.finished();
    tokio::pin!(finished);
    loop {
        tokio::select! {
            result = &mut finished => return result,
            () = tokio::time::sleep(Duration::from_millis(50)) => {
                house.sandbox.weather().advance(Duration::from_secs(10));
            }
        }
    }
}

/// What stays of a person who moves: no name that Cognito makes up, nothing that it alone gives.
fn luggage(attributes: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let own = |name: &&String| !matches!(name.as_str(), "sub" | "identities");
    attributes.iter().filter(|(name, _)| own(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_is_imported_into_an_empty_pool_gives_the_same_people() {
    let from = House::new(options(120)).await;
    let source = from.synced().await;
    let folder = tempfile::tempdir().unwrap();
    for format in [FileFormat::Csv, FileFormat::JsonLines] {
        let to = House::new(options(0)).await;
        let path = folder.path().join(format!("people.{}", format.ending()));
        let wanted = ExportRequest { query: String::new(), sort: Sort::default(), columns: Vec::new(), format };
        let target = ExportTarget::File { path: path.clone(), replace: false };
        source.export(wanted, target).await.unwrap().finished().await.unwrap();
        let pool = to.synced().await;
        let checked = check(&pool, &path, Way::Create).await.unwrap();
        assert_eq!((checked.rows, checked.good, checked.problem_count), (120, 120, 0), "{:?}", checked.problems);
        let plan = pool.plan_import(&checked.id, BTreeSet::new()).await.unwrap();
        let counts = apply(&pool, &plan).await.unwrap();
        assert_eq!((counts.done, counts.total()), (120, 120));
        pool.sync().finished().await.unwrap();
        let arrived = everybody(&pool).await;
        let left = everybody(&source).await;
        assert_eq!(arrived.len(), left.len());
        let by_name: BTreeMap<&str, _> = arrived.iter().map(|user| (user.username.as_str(), user)).collect();
        for user in &left {
            let same = by_name[user.username.as_str()];
            assert_eq!(luggage(&same.attributes), luggage(&user.attributes));
            assert_eq!((&same.groups, same.enabled), (&user.groups, user.enabled));
        }
        let again = check(&pool, &path, Way::Create).await.unwrap();
        assert_eq!((again.rows, again.good), (120, 0), "everybody is there already");
        assert!(again.problems.iter().all(|problem| problem.problem.message.contains("already")));
    }
}

/// The sandbox's pool in which people sign in by e-mail address, synced.
pub(crate) async fn members(house: &House) -> Arc<OpenPool> {
    let pools = house.console.connect(sandbox_connection()).await.unwrap().pools;
    let members = pools.iter().find(|pool| pool.name == "members").unwrap();
    let members = PoolId::parse(members.id.as_str()).unwrap();
    let pool = house.console.open_pool(&sandbox_connection(), &members).await.unwrap();
    pool.sync().finished().await.unwrap();
    pool
}

#[tokio::test]
async fn an_export_of_a_pool_that_signs_in_by_address_is_imported_as_it_is() {
    let (from, to) = (House::new(options(0)).await, House::new(options(0)).await);
    let source = members(&from).await;
    let directory = to.sandbox.directory();
    let target = source.key().pool.as_str();
    for person in directory.snapshot(target) {
        directory.delete_user(target, &person.username).unwrap();
    }
    let pool = members(&to).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("members.csv");
    let (query, format) = ("email:member2.".to_owned(), FileFormat::Csv);
    let wanted = ExportRequest { query: query.clone(), sort: Sort::default(), columns: Vec::new(), format };
    let file = ExportTarget::File { path: path.clone(), replace: false };
    let left = source.export(wanted, file).await.unwrap().finished().await.unwrap().people;
    let checked = check(&pool, &path, Way::Create).await.unwrap();
    assert_eq!((checked.good, checked.problem_count), (left, 0), "{:?}", checked.problems);
    let plan = pool.plan_import(&checked.id, BTreeSet::new()).await.unwrap();
    assert_eq!(apply(&pool, &plan).await.unwrap().done, left);
    pool.sync().finished().await.unwrap();
    let by_address = |people: Vec<model::user::User>| -> BTreeMap<String, BTreeMap<String, String>> {
        let person = |user: model::user::User| (user.attributes["email"].clone(), luggage(&user.attributes));
        people.into_iter().map(person).collect()
    };
    let found = source.search(&query, &Sort::default(), None, 1_000).await.unwrap().users;
    let (left, arrived) = (by_address(found), by_address(everybody(&pool).await));
    assert!(left.len() > 5);
    assert_eq!(arrived, left);
}

#[tokio::test]
async fn a_group_that_is_not_there_is_told_and_who_is_kept_out_gets_no_invitation() {
    let house = House::new(options(50)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let text = "username,email,email_verified,group,enabled\n\
                new.one,1@x.example,yes,beta,yes\n\
                new.two,2@x.example,yes,beta;nowhere,\n\
                new.three,3@x.example,yes,,no\n";
    let checked = check(&pool, &written(folder.path(), "people.csv", text), Way::Create).await.unwrap();
    let found: Vec<(u64, Option<&str>)> =
        checked.problems.iter().map(|problem| (problem.line, problem.problem.column.as_deref())).collect();
    assert_eq!((checked.good, found), (2, vec![(3, Some("group"))]), "{:?}", checked.problems);
    let plan = pool.plan_import(&checked.id, BTreeSet::from([Delivery::Email])).await.unwrap();
    assert!(plan.notes.iter().any(|note| note.contains("no invitation")), "{:?}", plan.notes);
    assert_eq!(apply(&pool, &plan).await.unwrap().done, 2);
    let invited: Vec<String> = house.sandbox.outbox().into_iter().map(|message| message.username).collect();
    assert_eq!(invited, ["new.one"]);
    assert!(!house.sandbox.directory().user(&house.sandbox.pool_id(), "new.three").unwrap().enabled);
}

#[tokio::test]
async fn more_than_one_plan_creates_are_refused_with_the_way_out_that_this_pool_has() {
    let house = House::new(options(5)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let mut text = "username,group\n".to_owned();
    (0..10_001).for_each(|at| text += &format!("new.{at},\n"));
    let path = written(folder.path(), "people.csv", &text);
    let against = |checked: &CheckedImport| checked.against.join(" ");
    let told = against(&check(&pool, &path, Way::Create).await.unwrap());
    for wanted in ["10001 users", "10000 at most", "Divide it into 2 files", "Cognito's own import", "without groups"] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    let nothing = json!({ "UserPoolId": house.pool_id().as_str(), "AutoVerifiedAttributes": [] });
    administer(&house, "UpdateUserPool", nothing).await;
    let told = against(&check(&pool, &path, Way::Create).await.unwrap());
    assert!(told.contains("cannot be used in this pool") && told.contains("into 2 files"), "{told}");
}

#[tokio::test]
async fn every_problem_is_told_with_its_line_and_column_before_anything_is_sent() {
    let house = House::new(options(50)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let taken = house.people()[0].username.clone();
    let text = format!(
        "username,email,phone_number,birthdate,nickname\n\
         new.one,one@x.example,+4930123456,2001-02-03,\"two\nlines, \"\"quoted\"\"\"\n\
         new.two,nonsense,030,31.12.2001,\n\
         {taken},,,,\n\
         new.one,,,,\n\
         ,,,,\n\
         too,few\n\
         new.six,six@x.example,,,'=1+1\n"
    );
    let path = written(folder.path(), "people.csv", &text);
    house.sandbox.forget_calls();
    let checked = check(&pool, &path, Way::Create).await.unwrap();
    assert_eq!((checked.rows, checked.good), (7, 2));
    let found: Vec<(u64, Option<&str>)> =
        checked.problems.iter().map(|problem| (problem.line, problem.problem.column.as_deref())).collect();
    let name = Some("username");
    assert_eq!(
        found,
        [
            (4, Some("email")),
            (4, Some("phone_number")),
            (4, Some("birthdate")),
            (5, name),
            (6, name),
            (7, name),
            (8, None),
        ]
    );
    assert!(checked.problems[4].problem.message.contains("line 2"), "{:?}", checked.problems[4]);
    assert_eq!(checked.first[0].attributes["nickname"], "two\nlines, \"quoted\"");
    assert_eq!(checked.first[1].attributes["nickname"], "=1+1", "what a spreadsheet defused is itself again");
    assert_eq!(house.sandbox.calls().of("AdminCreateUser"), 0);
    let plan = pool.plan_import(&checked.id, BTreeSet::new()).await.unwrap();
    assert_eq!(apply(&pool, &plan).await.unwrap().done, 2, "the good rows can be imported by themselves");
    written(folder.path(), "people.csv", &text.replace("new.one", "new.uno"));
    let changed = pool.plan_import(&checked.id, BTreeSet::new()).await.unwrap_err();
    assert_eq!(changed.code, Code::Precondition, "another file than was checked");
}

#[tokio::test]
async fn files_that_are_none_are_refused_with_the_reason() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    for (name, text, field) in [
        ("empty.csv", String::new(), "file"),
        ("twice.csv", "email,email\n".to_owned(), "file"),
        ("nobody.csv", "email\nada@x.example\n".to_owned(), "mapping"),
        ("bomb.csv", format!("username\n\"{}", "x".repeat(2_000_000)), "file"),
        ("bomb.jsonl", "x".repeat(2_000_000), "file"),
        ("array.json", "[]".to_owned(), "file"),
    ] {
        let path = written(folder.path(), name, &text);
        let refused = check(&pool, &path, Way::Create).await.unwrap_err();
        assert_eq!(refused.field.as_deref(), Some(field), "{name}: {refused}");
    }
    let missing = check(&pool, &folder.path().join("none.csv"), Way::Create).await.unwrap_err();
    assert_eq!(missing.code, Code::NotFound);
    let path = written(folder.path(), "latin.csv", "");
    std::fs::write(&path, b"username,name\nada,Zo\xeb\nbob,Bob\n").unwrap();
    let latin = check(&pool, &path, Way::Create).await.unwrap();
    assert_eq!((latin.rows, latin.good, latin.problems[0].line), (2, 1, 2), "one row is not UTF-8");
    let path = written(folder.path(), "semicolons.csv", "\u{feff}username;name\nada;Ada\n");
    assert_eq!(check(&pool, &path, Way::Create).await.unwrap().good, 1);
    let lines = "{\"username\":\"ada\",\"attributes\":{\"name\":\"A\\u0000\"}}\n\nnonsense\n{\"username\":7}\n";
    let path = written(folder.path(), "people.jsonl", lines);
    let checked = check(&pool, &path, Way::Create).await.unwrap();
    assert_eq!((checked.rows, checked.good, checked.problems[0].line), (3, 2, 3));
    assert_eq!(checked.first[0].attributes["name"], "A\0");
    let stopped =
        pool.check_import(request(&path, Way::Create), |_| Err(Error::new(Code::Cancelled, "Stopped."))).await;
    assert_eq!(stopped.unwrap_err().code, Code::Cancelled);
}

#[tokio::test]
async fn cognito_s_own_import_takes_the_good_rows_and_bills_nobody() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let mut text = "username,email,email_verified,address,birthdate\n".to_owned();
    for at in 0..300 {
        text += &format!("new.{at},new.{at}@x.example,yes,\"Street {at}, Town\",2001-02-03\n");
    }
    text += "unverified,u@x.example,no,,\n";
    let path = written(folder.path(), "people.csv", &text);
    let checked = check(&pool, &path, JOB).await.unwrap();
    assert_eq!((checked.good, checked.problem_count), (300, 1), "{:?}", checked.problems);
    let refused = pool.begin_import(&checked.id, settings(), Approval::default()).await.err().unwrap();
    assert_eq!(refused.field.as_deref(), Some("poolName"));
    let nameless = ImportJobSettings { role_arn: "nonsense".to_owned(), ..settings() };
    let refused = pool.begin_import(&checked.id, nameless, approval(&pool)).await.err().unwrap();
    assert_eq!(refused.field.as_deref(), Some("roleArn"));
    house.sandbox.forget_calls();
    let result = import(&house, &pool, &checked).await.unwrap();
    assert_eq!((result.status.status.as_str(), result.status.imported, result.unknown), ("Succeeded", 300, 0));
    assert!(house.sandbox.calls().may_bill().is_empty(), "an import makes nobody active");
    let ada = house.sandbox.directory().user(&house.sandbox.pool_id(), "new.7").unwrap();
    assert_eq!((&*ada.attributes["address"], &*ada.attributes["birthdate"]), ("Street 7, Town", "2001-02-03"));
    let again = pool.begin_import(&checked.id, settings(), approval(&pool)).await.err().unwrap();
    assert_eq!(again.code, Code::NotFound, "a checked file is imported once");
    let told = house.console.audit(AuditFilter::default(), 10).await.unwrap().records;
    let said: Vec<(&str, Option<&str>)> =
        told.iter().map(|record| (record.entry.operation.as_str(), record.entry.outcome.as_deref())).collect();
    let [create, start] = ["CreateUserImportJob", "StartUserImportJob"];
    let approved = ("ImportUsers", Some("300 users"));
    let mut wanted = vec![approved, (create, None), (create, Some("done")), (start, None), (start, Some("done"))];
    wanted.sort_unstable();
    let mut said = said;
    said.sort_unstable();
    assert_eq!(said, wanted);
    let plan = told.iter().find_map(|record| record.entry.plan.as_ref()).unwrap();
    assert_eq!((plan.digest.len(), plan.calls.len()), (64, 2), "which file was approved for which calls");
}

#[tokio::test]
async fn an_import_that_another_program_began_is_found_with_its_log_and_stopped() {
    let mut house = House::new(options(20)).await;
    let pool = house.synced().await;
    assert!(pool.newest_imports().await.unwrap().is_empty());
    let folder = tempfile::tempdir().unwrap();
    let text = "username,email,email_verified\nnew.one,1@x.example,yes\n";
    let checked = check(&pool, &written(folder.path(), "people.csv", text), JOB).await.unwrap();
    let import = pool.begin_import(&checked.id, settings(), approval(&pool)).await.unwrap();
    let started =
        |told: &console::files::ImportProgress| told.status.as_ref().is_some_and(|status| status.status != "Created");
    import.progress.clone().wait_for(started).await.unwrap();
    drop((import, pool));
    house.reopen().await;
    let pool = house.open().await;
    let found = pool.newest_imports().await.unwrap();
    let [one] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(one.status.name, "spring intake");
    assert_eq!(one.log_stream, format!("{}/spring intake", one.status.id));
    assert!(one.log_group.starts_with("/aws/cognito/userpools/"), "{}", one.log_group);
    pool.stop_import(&one.status.id).await.unwrap();
    assert!(pool.newest_imports().await.unwrap()[0].status.status.starts_with("Stop"));
    let filter = AuditFilter { job: Some(one.status.id.clone()), ..AuditFilter::default() };
    let told = house.console.audit(filter, 2).await.unwrap().records;
    let said: Vec<_> = told.iter().map(|record| (&*record.entry.operation, record.entry.outcome.as_deref())).collect();
    assert_eq!(said, [("StopUserImportJob", Some("done")), ("StopUserImportJob", None)]);
}

#[tokio::test]
async fn rows_that_cognito_skips_are_unknown_and_the_log_is_named() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let text = "username,email,email_verified\nnew.one,1@x.example,yes\nnew.two,2@x.example,yes\n";
    let checked = check(&pool, &written(folder.path(), "people.csv", text), JOB).await.unwrap();
    // Somebody takes a name between the check and the import.
    let taken = house.sandbox.clone();
    let session = house.console.open_pool(&sandbox_connection(), &house.pool_id()).await.unwrap();
    let new = model::plan::NewUser {
        username: "new.two".to_owned(),
        attributes: BTreeMap::new(),
        invite: BTreeSet::new(),
        own_password: false,
    };
    let plan = session.plan(model::plan::Action::CreateUser(new), console::jobs::Chosen::Nobody).await.unwrap();
    apply(&session, &plan).await.unwrap();
    let result = import(&house, &pool, &checked).await.unwrap();
    assert_eq!((result.status.imported, result.status.skipped, result.unknown), (1, 1, 2));
    assert!(result.log_group.starts_with("/aws/cognito/userpools/") && result.log_stream.ends_with("/spring intake"));
    let log = taken.directory().import_log(&taken.pool_id(), &result.status.id);
    assert!(log.iter().any(|line| line.starts_with("[SKIPPED] Line Number 3")), "{log:?}");
}

#[tokio::test]
async fn without_permission_or_a_file_in_time_nothing_is_started() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let text = "username,email,email_verified\nnew.one,1@x.example,yes\n";
    let path = written(folder.path(), "people.csv", text);
    for operation in ["GetCSVHeader", "CreateUserImportJob", "StartUserImportJob"] {
        let checked = check(&pool, &path, JOB).await.unwrap();
        house.sandbox.weather().deny(operation);
        let denied = import(&house, &pool, &checked).await.unwrap_err();
        assert_eq!(denied.iam_action.as_deref(), Some(format!("cognito-idp:{operation}").as_str()));
        house.sandbox.weather().allow(operation);
    }
    assert_eq!(house.sandbox.directory().count(&house.sandbox.pool_id()), Some(20));
    let by_email = members(&house).await;
    let text = "E-Mail,email_verified\nnew@x.example,yes\nNEW@x.example,yes\n";
    let checked = check(&by_email, &written(folder.path(), "members.csv", text), JOB).await.unwrap();
    assert_eq!((checked.good, checked.problems[0].line), (1, 3), "the pool takes both for one person");
}

#[tokio::test]
#[ignore = "takes minutes: `cargo xtask test --long` runs it"]
async fn half_a_million_rows_are_checked_within_a_few_megabytes() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    {
        use std::io::Write as _;
        let mut out = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
        writeln!(out, "username,email,email_verified,name").unwrap();
        for at in 0..500_000 {
            writeln!(out, "new.{at},new.{at}@x.example,yes,{}", "n".repeat(60)).unwrap();
        }
    }
    let before = resident();
    let checked = check(&pool, &path, JOB).await.unwrap();
    assert_eq!((checked.rows, checked.good, checked.problem_count), (500_000, 500_000, 0));
    let grown = resident().saturating_sub(before);
    println!("half a million rows took {grown} kB");
    assert!(grown < 80_000, "{grown} kB");
}

/// Memory that this process holds, in kB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
