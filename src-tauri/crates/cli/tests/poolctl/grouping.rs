//! People named by whatever they are called, and who is in which groups as a table that goes there and back.

use sandbox::SnapshotUser;

use crate::{Home, Served, path};

/// Confirmed users with an address of their own.
fn people(served: &Served) -> Vec<SnapshotUser> {
    let people = served.sandbox.directory().snapshot(&served.pool());
    let address = |person: &SnapshotUser| person.attributes.get("email").cloned();
    let alone = |person: &&SnapshotUser| people.iter().filter(|other| address(other) == address(person)).count() == 1;
    let fits = |person: &&SnapshotUser| person.status == "CONFIRMED" && person.enabled && address(person).is_some();
    people.iter().filter(fits).filter(alone).cloned().collect()
}

fn enabled(served: &Served, username: &str) -> bool {
    served.sandbox.directory().user(&served.pool(), username).unwrap().enabled
}

#[test]
fn a_list_names_people_by_address_number_and_sub_and_whoever_is_missing_or_not_unique_is_told() {
    let served = Served::new();
    let home = Home::synced(&served);
    let people = people(&served);
    let by_number = people.iter().skip(2).find(|person| person.attributes.contains_key("phone_number")).unwrap();
    let (first, second, last) = (&people[0], &people[1], &people[people.len() - 1]);
    let called = [
        first.attributes["email"].to_uppercase(),
        second.sub.clone(),
        by_number.attributes["phone_number"].clone(),
        last.username.clone(),
    ];
    let list = home.folder.path().join("list.txt");
    std::fs::write(&list, format!("{}; {}\n\n\"{}\"\n{}\n", called[0], called[1], called[2], called[3])).unwrap();
    let list = path(&list);
    let plan = home.run_at(&served, &["plan", "disable", "--list", list]).json(0);
    assert_eq!(plan["items"].as_array().unwrap().len(), 4, "{plan}");
    let job = home.run_at(&served, &["users", "disable", "--list", list, "--yes", "--json"]).json(0);
    assert_eq!(job["counts"]["done"], 4, "{job}");
    assert!([first, second, by_number, last].iter().all(|person| !enabled(&served, &person.username)));
    let job = home.run_at(&served, &["users", "enable", &called[0], &called[1], "--yes", "--json"]).json(0);
    assert_eq!(job["counts"]["done"], 2, "{job}");

    // Few that are missing are refused by name, of many they are named and the others are done.
    let refused = home.run_at(&served, &["groups", "create", "crew", "--yes", "--json"]);
    refused.json(0);
    let missing = home.run_at(&served, &["groups", "add", "crew", "nobody@nowhere.example", "--yes", "--json"]);
    assert!(
        missing.json(1)["error"]["message"].as_str().unwrap().contains("nobody@nowhere.example"),
        "{}",
        missing.out
    );
    let mut many: Vec<String> = people.iter().take(12).map(|person| person.attributes["email"].clone()).collect();
    many.push("nobody@nowhere.example".to_owned());
    let file = home.folder.path().join("many.txt");
    std::fs::write(&file, many.join(",")).unwrap();
    let added = home.run_at(&served, &["groups", "add", "crew", "--list", path(&file), "--yes", "--json"]);
    assert_eq!((&added.json(0)["counts"]["done"], &added.json(0)["counts"]["skipped"]), (&12.into(), &1.into()));
    assert!(added.err.contains("is called nobody@nowhere.example"), "{}", added.err);

    // Whoever several users may be is told with their names, and nobody is changed.
    let address = first.attributes["email"].clone();
    let twin = home.run_at(&served, &["users", "create", "a.twin", &format!("email={address}"), "--yes", "--json"]);
    twin.json(0);
    served.sandbox.forget_calls();
    let unclear = home.run_at(&served, &["users", "disable", &address, &second.username, "--yes", "--json"]).json(2);
    let told = unclear["error"]["message"].as_str().unwrap();
    assert!(told.contains(&address) && told.contains("a.twin") && told.contains(&first.username), "{told}");
    assert!(enabled(&served, &second.username));
    assert!(served.sandbox.calls().may_bill().is_empty());
}

#[test]
fn a_matrix_is_shown_edited_and_given_back() {
    let served = Served::new();
    let home = Home::synced(&served);
    let people = people(&served);
    let (first, second) = (people[0].username.as_str(), people[1].username.as_str());
    let run = |words: &[&str]| home.run_at(&served, &[words, &["--yes", "--json"]].concat());
    run(&["groups", "create", "=crew"]).json(0);
    run(&["groups", "create", "watch"]).json(0);
    run(&["groups", "add", "watch", second]).json(0);
    let words = ["groups", "matrix", first, second, "--group", "=crew", "--group", "watch"];
    let shown = home.run_at(&served, &[&words[..], &["--json"]].concat()).json(0);
    assert_eq!(shown["groups"], serde_json::json!(["=crew", "watch"]));
    assert_eq!(shown["users"][1], serde_json::json!({ "username": second, "groups": ["watch"] }));
    let csv = home.run_at(&served, &[&words[..], &["--format", "csv"]].concat()).text().to_owned();
    assert_eq!(csv, format!("username,'=crew,watch\n{first},no,no\n{second},no,yes\n"));

    // The first joins one, the second moves, and a third is named by address and left as they are but for one group.
    let address = people[2].attributes["email"].clone();
    let edited = format!("username,'=crew,watch\n{first},yes,\n{second},yes,no\n{address},,x\n");
    let file = home.folder.path().join("matrix.csv");
    std::fs::write(&file, edited).unwrap();
    let plan = home.run_at(&served, &["plan", "groups", "arrange", path(&file)]).json(0);
    assert_eq!(plan["items"].as_array().unwrap().len(), 3, "{plan}");
    let job = run(&["groups", "arrange", path(&file)]).json(0);
    assert_eq!(job["counts"]["done"], 3, "{job}");
    let groups = |username: &str| {
        let user = served.sandbox.directory().user(&served.pool(), username).unwrap();
        user.groups.into_iter().filter(|group| group == "=crew" || group == "watch").collect::<Vec<_>>()
    };
    assert_eq!(groups(first), ["=crew"]);
    assert_eq!(groups(second), ["=crew"]);
    assert_eq!(groups(&people[2].username), ["watch"]);
    let id = job["id"].as_str().unwrap();
    assert_eq!(run(&["undo", id]).json(0)["counts"]["done"], 3);
    assert_eq!((groups(first), groups(second)), (vec![], vec!["watch".to_owned()]));

    for (text, told) in [
        ("name,watch\na,yes\n", "the head is username"),
        ("username,watch,watch\na,yes,no\n", "in the head twice"),
        ("username,watch\na,maybe\n", "neither yes nor no"),
        ("username,watch\na,yes\na,no\n", "in it twice"),
        ("username,watch\na,yes,no\n", "Line 2"),
        ("username,watch\n", "no users"),
    ] {
        std::fs::write(&file, text).unwrap();
        let refused = run(&["groups", "arrange", path(&file)]).json(2);
        assert!(refused["error"]["message"].as_str().unwrap().contains(told), "{text}: {refused}");
    }
}

#[test]
fn the_role_that_wins_is_told_with_the_user() {
    let served = Served::new();
    let home = Home::synced(&served);
    let user = people(&served)[0].username.clone();
    let run = |words: &[&str]| home.run_at(&served, &[words, &["--yes", "--json"]].concat()).json(0);
    let role = |of: &str| home.run_at(&served, &["show", of, "--json"]).json(0)["preferredRole"].clone();
    let (one, two) = ("arn:aws:iam::123456789012:role/one", "arn:aws:iam::123456789012:role/two");
    run(&["groups", "create", "one", "--precedence", "0", "--role", one]);
    run(&["groups", "create", "two", "--precedence", "0", "--role", two]);
    run(&["groups", "add", "one", &user]);
    let wins = serde_json::json!({ "kind": "role", "group": "one", "role": one, "precedence": 0 });
    assert_eq!(role(&user), wins);
    run(&["groups", "add", "two", &user]);
    assert_eq!(role(&user), serde_json::json!({ "kind": "tie", "precedence": 0 }));
}

#[test]
fn the_audit_is_filtered_by_who_did_what_and_how_it_ended() {
    let served = Served::new();
    let home = Home::synced(&served);
    let people = people(&served);
    let (first, second) = (people[0].username.as_str(), people[1].username.as_str());
    home.run_at(&served, &["users", "disable", first, "--yes", "--json"]).json(0);
    served.sandbox.weather().deny("AdminEnableUser");
    home.run_at(&served, &["users", "enable", first, "--yes", "--json"]).json(1);
    home.run_at(&served, &["users", "delete", second, "--yes", "--json"]).json(0);
    let list = |words: &[&str]| {
        let records = home.run(&[&["audit", "list", "--json"], words].concat()).json(0);
        records.as_array().unwrap().clone()
    };
    let all = list(&[]);
    let operations = |records: &[serde_json::Value]| {
        records.iter().map(|record| record["operation"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(operations(&list(&["--operation", "admindisable"])), ["AdminDisableUser", "AdminDisableUser"]);
    assert_eq!(operations(&list(&["--outcome", "failed"])), ["AdminEnableUser"]);
    let who = all[0]["who"].as_str().unwrap();
    assert_eq!(list(&["--by", &who.to_uppercase()]).len(), all.len());
    assert!(list(&["--by", "somebody-else"]).is_empty());
    // What the deleted user had is in the audit once.
    let told = list(&["--operation", "AdminDeleteUser"]);
    let with_changes: Vec<&str> = told
        .iter()
        .filter(|record| !record["changes"].as_array().unwrap().is_empty())
        .map(|record| record["kind"].as_str().unwrap())
        .collect();
    assert_eq!((told.len(), with_changes), (2, vec!["outcome"]));
}
