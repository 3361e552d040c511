//! Rows of a file and new users: names that a pool refuses, addresses that are kept, invitations that reach nobody.

use std::collections::{BTreeMap, BTreeSet};

use console::Code;
use console::files::Way;
use console::jobs::Chosen;
use model::plan::{Action, Delivery, NewUser};
use sandbox::Status;
use serde_json::json;

use crate::house::{House, options};
use crate::importing::{check, members, written};
use crate::jobs::apply;
use crate::jobs_shown::another;

fn somebody(username: &str, attributes: &[(&str, &str)], invite: &[Delivery]) -> Action {
    let attributes: BTreeMap<String, String> =
        attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let invite = invite.iter().copied().collect();
    Action::CreateUser(NewUser { username: username.to_owned(), attributes, invite, own_password: false })
}

#[tokio::test]
async fn a_name_that_looks_like_an_address_is_refused_where_addresses_are_another_way_in() {
    let house = House::new(options(10)).await;
    let settings = json!({ "PoolName": "aliases", "AliasAttributes": ["email", "phone_number"] });
    let pool = another(&house, settings).await;
    let folder = tempfile::tempdir().unwrap();
    let text = "username,name\nada@x.example,Ada\n+4930123456,Bea\ncarl,Carl\n";
    let path = written(folder.path(), "people.csv", text);
    let checked = check(&pool, &path, Way::Create).await.unwrap();
    let found: Vec<(u64, Option<&str>)> =
        checked.problems.iter().map(|problem| (problem.line, problem.problem.column.as_deref())).collect();
    assert_eq!((checked.good, found), (1, vec![(2, Some("username")), (3, Some("username"))]));
    for (name, by) in [("ada@x.example", "e-mail address"), ("+4930123456", "phone number")] {
        let refused = pool.plan(somebody(name, &[], &[]), Chosen::Nobody).await.unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("username"));
        assert!(refused.message.contains(by), "{refused}");
    }
    let plan = pool.plan_import(&checked.id, BTreeSet::new()).await.unwrap();
    assert_eq!(apply(&pool, &plan).await.unwrap().done, 1);
}

#[tokio::test]
async fn every_problem_of_a_file_is_saved_and_none_of_another_file() {
    let house = House::new(options(10)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<String> = (0..1_200).map(|at| format!("user {at},Bea")).collect();
    let text = format!("username,name\nnew.one,Ada\n{}\n", rows.join("\n"));
    let checked = check(&pool, &written(folder.path(), "people.csv", &text), Way::Create).await.unwrap();
    assert_eq!((checked.good, checked.problems.len(), checked.problem_count), (1, 1_000, 1_200));
    let out = folder.path().join("out");
    let saved = pool.save_import_problems(&checked.id, &out, "problems").await.unwrap();
    let text = std::fs::read_to_string(saved).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (1_201, "line,column,message"));
    assert!(lines[1].starts_with("3,username,") && lines[1_200].starts_with("1202,username,"), "{}", lines[1_200]);
    written(folder.path(), "people.csv", "username,name\nnew two,Bea\n");
    let refused = pool.save_import_problems(&checked.id, &out, "problems").await.unwrap_err();
    assert_eq!(refused.code, Code::Precondition);
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 1, "the file that was begun is gone");
}

#[tokio::test]
async fn who_has_no_address_for_the_invitation_is_told_and_promised_none() {
    let house = House::new(options(10)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let text = "username,email,phone_number\nnew.one,1@x.example,+4930123456\nnew.two,,+4930123457\n";
    let checked = check(&pool, &written(folder.path(), "people.csv", text), Way::Create).await.unwrap();
    assert_eq!(checked.good, 2, "{:?}", checked.problems);
    let plan = pool.plan_import(&checked.id, BTreeSet::from([Delivery::Email])).await.unwrap();
    assert!(plan.notes.iter().any(|note| note.contains("1 have no address")), "{:?}", plan.notes);
    let preview = pool.preview(&plan).await.unwrap();
    assert_eq!((preview.messages.low, preview.messages.high), (1, 1));
    assert_eq!(apply(&pool, &plan).await.unwrap().done, 2);
    let invited: Vec<String> = house.sandbox.outbox().into_iter().map(|message| message.username).collect();
    assert_eq!(invited, ["new.one"]);
    let phone = [("phone_number", "+4930123458")];
    let refused = pool.plan(somebody("new.three", &phone, &[Delivery::Email]), Chosen::Nobody).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("email"));
    let both = somebody("new.three", &phone, &[Delivery::Email, Delivery::Sms]);
    let plan = pool.plan(both, Chosen::Nobody).await.unwrap();
    assert_eq!(pool.preview(&plan).await.unwrap().messages.high, 1, "there is one address");
}

#[tokio::test]
async fn who_signs_in_at_an_identity_provider_keeps_no_address_from_a_row() {
    let house = House::new(options(0)).await;
    let pool = members(&house).await;
    let (directory, id) = (house.sandbox.directory(), pool.key().pool.as_str().to_owned());
    let people = directory.snapshot(&id);
    let (external, native) = (&people[0], &people[1]);
    directory.set_status(&id, &external.username, Status::ExternalProvider).unwrap();
    pool.sync().finished().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let text = format!("email\n{}\n{}\n", external.attributes["email"], native.attributes["email"]);
    let checked = check(&pool, &written(folder.path(), "people.csv", &text), Way::Create).await.unwrap();
    let found: Vec<u64> = checked.problems.iter().map(|problem| problem.line).collect();
    assert_eq!((checked.good, found), (1, vec![3]), "{:?}", checked.problems);
}
