//! What differs between two pools, two app clients, or one pool on two days: setting by setting.
//!
//! What one side was not asked or did not answer is no difference and not compared. What AWS alone tells (ids, times, numbers)
//! is left out.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::edit::differences;
use crate::health::{Answer, Snapshot};
use crate::setting::{self, Changing, Held, Strange};

/// One place in which two sides differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What people look for it under, such as `signIn`, `providers`, `clients`; `strange` for what this version does not know.
    pub area: &'static str,
    /// What people call it. Names of things in it are foreign text.
    pub title: String,
    /// The place in the answer, as a JSON pointer; after the thing's name where it is not the pool's own.
    pub pointer: String,
    /// What is on the one side; `None` for nothing.
    pub here: Option<Value>,
    /// What is on the other side; `None` for nothing.
    pub there: Option<Value>,
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Compared {
    /// Every difference.
    pub lines: Vec<Line>,
    /// How many places were compared.
    pub places: usize,
}

/// Something that one side has.
struct Entry<'a> {
    area: &'static str,
    title: String,
    pointer: String,
    value: Option<&'a Value>,
}

/// A list of things that a pool has, each with one answer of its own or as an entry of the list.
struct Things {
    area: &'static str,
    title: &'static str,
    lists: &'static str,
    list: &'static str,
    name: &'static str,
    /// The operation that describes one; `None` where the list has them whole.
    describes: Option<(&'static str, &'static str)>,
    /// What AWS alone tells of each.
    told: &'static [&'static str],
}

const TIMES: &[&str] = &["CreationDate", "LastModifiedDate", "UserPoolId"];

const THINGS: [Things; 3] = [
    Things {
        area: "providers",
        title: "Identity provider",
        lists: "ListIdentityProviders",
        list: "Providers",
        name: "ProviderName",
        describes: Some(("DescribeIdentityProvider", "/IdentityProvider")),
        told: TIMES,
    },
    Things {
        area: "resourceServers",
        title: "Resource server",
        lists: "ListResourceServers",
        list: "ResourceServers",
        name: "Identifier",
        describes: None,
        told: TIMES,
    },
    Things {
        area: "groups",
        title: "Group",
        lists: "ListGroups",
        list: "Groups",
        name: "GroupName",
        describes: None,
        told: TIMES,
    },
];

/// Two pools. Clients are not compared: they are other things on the other side.
#[must_use]
pub fn pools(here: &Snapshot, there: &Snapshot) -> Compared {
    let mut compared = Compared::default();
    let both = |operation: &str| is_answered(here, operation) && is_answered(there, operation);
    compared.add(&of_pool(here, &both), &of_pool(there, &both));
    for things in &THINGS {
        compared.add_things(things, here, there);
    }
    compared.add(&tags(here, &both), &tags(there, &both));
    compared
}

/// One pool on two days, with its clients.
#[must_use]
pub fn days(before: &Snapshot, after: &Snapshot) -> Compared {
    let mut compared = pools(before, after);
    let (Some(old), Some(new)) = (before.clients(), after.clients()) else { return compared };
    let [in_old, in_new] = [&old, &new].map(|ids| ids.iter().copied().collect::<HashSet<_>>());
    for id in &old {
        if in_new.contains(id) {
            compared.add_clients((before, id), (after, id), true);
        } else {
            compared.add_whole_client(id, Some(before), None);
        }
    }
    for id in new.iter().filter(|id| !in_old.contains(*id)) {
        compared.add_whole_client(id, None, Some(after));
    }
    compared
}

/// Two clients, of one pool or of two.
#[must_use]
pub fn clients(here: (&Snapshot, &str), there: (&Snapshot, &str)) -> Compared {
    let mut compared = Compared::default();
    compared.add_clients(here, there, false);
    compared
}

/// Whether a later copy of a pool is worth keeping beside an earlier one: something differs, or was not known before.
#[must_use]
pub fn is_news(before: &Snapshot, after: &Snapshot) -> bool {
    let known = |snapshot: &Snapshot, operation: &str, subject: &str| {
        snapshot
            .answer(operation, subject)
            .is_some_and(|answer| matches!(answer, Answer::Given(_)) || answer.says_off())
    };
    let mut asked = after.answers.iter().flat_map(|(operation, answers)| answers.keys().map(move |of| (operation, of)));
    asked.any(|(operation, of)| known(after, operation, of) && !known(before, operation, of))
        || !days(before, after).lines.is_empty()
}

impl Compared {
    fn add(&mut self, here: &[Entry<'_>], there: &[Entry<'_>]) {
        let absent = |entry: &&Entry<'_>| !here.iter().any(|known| known.pointer == entry.pointer);
        let all: Vec<&Entry<'_>> = here.iter().chain(there.iter().filter(absent)).collect();
        let value =
            |side: &[Entry<'_>], pointer: &str| side.iter().find(|entry| entry.pointer == pointer)?.value.cloned();
        for entry in all {
            self.put(
                entry.area,
                &entry.title,
                &entry.pointer,
                [value(here, &entry.pointer), value(there, &entry.pointer)],
            );
        }
    }

    fn put(&mut self, area: &'static str, title: &str, pointer: &str, [here, there]: [Option<Value>; 2]) {
        self.places += 1;
        let nothing = Value::Null;
        if !differences(here.as_ref().unwrap_or(&nothing), there.as_ref().unwrap_or(&nothing)).is_empty() {
            let (title, pointer) = (title.to_owned(), pointer.to_owned());
            self.lines.push(Line { area, title, pointer, here, there });
        }
    }

    fn add_things(&mut self, things: &Things, here: &Snapshot, there: &Snapshot) {
        let (Some(left), Some(right)) = (things.named(here), things.named(there)) else { return };
        let [of_left, of_right] = [&left, &right].map(|list| list.iter().copied().collect::<HashMap<_, _>>());
        let more = right.iter().filter(|(name, _)| !of_left.contains_key(name));
        for (name, _) in left.iter().chain(more) {
            let of = |snapshot, listed: &HashMap<&str, &Value>| match listed.get(name) {
                Some(entry) => things.one(snapshot, name, entry),
                None => Some(None),
            };
            // One that was not described is not compared.
            if let (Some(left), Some(right)) = (of(here, &of_left), of(there, &of_right)) {
                self.put(
                    things.area,
                    &format!("{} {name}", things.title),
                    &format!("{}/{name}", things.list),
                    [left, right],
                );
            }
        }
    }

    fn add_clients(&mut self, here: (&Snapshot, &str), there: (&Snapshot, &str), named: bool) {
        let described = |(snapshot, id): (&Snapshot, &str)| snapshot.body("DescribeUserPoolClient", id).is_some();
        if described(here) && described(there) {
            self.add(&of_client(here, named), &of_client(there, named));
        }
    }

    /// A client that only one side has.
    fn add_whole_client(&mut self, id: &str, here: Option<&Snapshot>, there: Option<&Snapshot>) {
        let body = |snapshot: Option<&Snapshot>| {
            let described = snapshot?.body("DescribeUserPoolClient", id)?.get("UserPoolClient").cloned();
            described.or_else(|| Some(Value::from(id)))
        };
        let title = format!("App client {}", here.or(there).and_then(|snapshot| called(snapshot, id)).unwrap_or(id));
        self.put("clients", &title, &format!("UserPoolClients/{id}"), [body(here), body(there)]);
    }
}

impl Things {
    /// Those that there are, by name, in the order of the list; `None` when that was not answered.
    fn named<'a>(&self, snapshot: &'a Snapshot) -> Option<Vec<(&'a str, &'a Value)>> {
        let list = snapshot.body(self.lists, "")?.get(self.list).and_then(Value::as_array);
        let named = |entry: &'a Value| Some((entry.get(self.name)?.as_str()?, entry));
        Some(list.into_iter().flatten().filter_map(named).collect())
    }

    /// One of them, an entry of the list, without what AWS alone tells; `None` when it is not known.
    #[expect(clippy::option_option, reason = "what is not known is not what is not there")]
    fn one(&self, snapshot: &Snapshot, name: &str, entry: &Value) -> Option<Option<Value>> {
        let found = match self.describes {
            Some((operation, root)) => snapshot.body(operation, name)?.pointer(root)?,
            None => entry,
        };
        let mut found = found.clone();
        if let Some(members) = found.as_object_mut() {
            members.retain(|member, _| !self.told.contains(&member.as_str()));
        }
        Some(Some(found))
    }
}

/// Whether AWS said what a pool's own settings are: that threat protection is off says that none is set.
fn is_answered(snapshot: &Snapshot, operation: &str) -> bool {
    snapshot.answer(operation, "").is_some_and(|answer| matches!(answer, Answer::Given(_)) || answer.says_off())
}

fn of_pool<'a>(snapshot: &'a Snapshot, both: &impl Fn(&str) -> bool) -> Vec<Entry<'a>> {
    let held = setting::held_by_pool(snapshot).into_iter().filter(|held| both(held.setting.operation));
    let strange = setting::strange_in_pool(snapshot).into_iter().filter(|strange| both(strange.operation));
    held.filter_map(|held| of_held(&held, "", "")).chain(strange.map(|strange| of_strange(&strange, "", ""))).collect()
}

/// The settings of a client; with its name where there are several.
fn of_client<'a>((snapshot, id): (&'a Snapshot, &str), named: bool) -> Vec<Entry<'a>> {
    let name = called(snapshot, id).unwrap_or(id);
    let (title, place) = if named { (format!("{name}: "), id) } else { (String::new(), "") };
    let held = setting::held_by_client(snapshot, id);
    let strange = setting::strange_in_client(snapshot, id);
    let held = held.iter().filter_map(|held| of_held(held, &title, place));
    held.chain(strange.iter().map(|strange| of_strange(strange, &title, place))).collect()
}

fn of_held<'a>(held: &Held<'a>, title: &str, place: &str) -> Option<Entry<'a>> {
    let setting = held.setting;
    (setting.changing != Changing::Told).then(|| Entry {
        area: setting.area.as_str(),
        title: format!("{title}{}", setting.title),
        pointer: format!("{place}{}", setting.pointer),
        value: held.value,
    })
}

fn of_strange<'a>(strange: &Strange<'a>, title: &str, place: &str) -> Entry<'a> {
    let end = strange.pointer.rsplit('/').next().unwrap_or_default();
    Entry {
        area: "strange",
        title: format!("{title}{end}"),
        pointer: format!("{place}{}", strange.pointer),
        value: Some(strange.value),
    }
}

fn tags<'a>(snapshot: &'a Snapshot, both: &impl Fn(&str) -> bool) -> Vec<Entry<'a>> {
    let operation = "ListTagsForResource";
    let told = snapshot.body(operation, "").filter(|_| both(operation)).and_then(|body| body.get("Tags"));
    let entry = |(name, value): (&String, &'a Value)| Entry {
        area: "tags",
        title: format!("Tag {name}"),
        pointer: format!("Tags/{name}"),
        value: Some(value),
    };
    told.and_then(Value::as_object).into_iter().flatten().map(entry).collect()
}

/// What a client is called.
fn called<'a>(snapshot: &'a Snapshot, id: &str) -> Option<&'a str> {
    snapshot.body("DescribeUserPoolClient", id)?.pointer("/UserPoolClient/ClientName")?.as_str()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::PoolId;

    fn snapshot(length: u32, scopes: &[&str], clients: &[(&str, u32)]) -> Snapshot {
        let mut made = Snapshot::new(PoolId::parse("eu-west-1_Abcdefghi").unwrap(), Timestamp::UNIX_EPOCH);
        let body = json!({ "UserPool": { "Name": "shop", "LastModifiedDate": length,
            "Policies": { "PasswordPolicy": { "MinimumLength": length } } } });
        made.put("DescribeUserPool", "", Answer::Given(body));
        let servers = json!({ "ResourceServers": [{ "Identifier": "https://api", "Scopes": scopes }] });
        made.put("ListResourceServers", "", Answer::Given(servers));
        let listed: Vec<Value> = clients.iter().map(|(id, _)| json!({ "ClientId": id })).collect();
        made.put("ListUserPoolClients", "", Answer::Given(json!({ "UserPoolClients": listed })));
        for (id, days) in clients {
            let body = json!({ "UserPoolClient": { "ClientId": id, "ClientName": format!("the {id}"),
                "RefreshTokenValidity": days } });
            made.put("DescribeUserPoolClient", id, Answer::Given(body));
        }
        made
    }

    fn titles(compared: &Compared) -> Vec<&str> {
        compared.lines.iter().map(|line| &*line.title).collect()
    }

    #[test]
    fn two_days_differ_in_settings_things_and_clients_that_came_changed_and_went() {
        let before = snapshot(8, &["read"], &[("web", 30), ("old", 1)]);
        let after = snapshot(12, &["read", "write"], &[("web", 5), ("new", 1)]);
        let compared = days(&before, &after);
        let expected = [
            "Shortest password",
            "Resource server https://api",
            "the web: Refresh tokens hold for",
            "App client the old",
            "App client the new",
        ];
        let found = titles(&compared);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found} is not {expected}");
        }
        assert_eq!((compared.lines[3].there.as_ref(), compared.lines[4].here.as_ref()), (None, None));
        assert!(is_news(&before, &after) && !is_news(&before, &before));
    }

    #[test]
    fn as_many_groups_as_a_pool_can_have_are_told_apart() {
        let with = |described: &str, from: usize| {
            let group =
                |at: usize| json!({ "GroupName": format!("group-{at}"), "Description": described, "CreationDate": at });
            let groups: Vec<Value> = (from..from + 10_000).map(group).collect();
            let mut made = snapshot(8, &[], &[]);
            made.put("ListGroups", "", Answer::Given(json!({ "Groups": groups })));
            made
        };
        let (here, there) = (with("ours", 0), with("ours", 1));
        assert_eq!(titles(&pools(&here, &there)), ["Group group-0", "Group group-10000"]);
        assert_eq!(pools(&here, &with("theirs", 0)).lines.len(), 10_000);
    }

    #[test]
    fn times_alone_are_no_news_and_what_was_not_answered_is_no_difference() {
        let before = snapshot(8, &["read"], &[("web", 30)]);
        let mut after = before.clone();
        let later = json!({ "UserPool": { "Name": "shop", "LastModifiedDate": 99,
            "Policies": { "PasswordPolicy": { "MinimumLength": 8 } } } });
        after.put("DescribeUserPool", "", Answer::Given(later));
        assert!(!is_news(&before, &after));
        after.put("ListResourceServers", "", Answer::Throttled);
        assert!(!is_news(&before, &after), "what AWS left out this time is not gone");
        assert!(is_news(&after, &before), "what was not known before is news");
        assert_eq!(titles(&days(&before, &after)), Vec::<&str>::new());
    }

    #[test]
    fn clients_are_compared_by_what_can_be_set_and_not_by_their_ids() {
        let one = snapshot(8, &[], &[("web", 30), ("app", 5)]);
        let compared = clients((&one, "web"), (&one, "app"));
        let areas: Vec<_> = compared.lines.iter().map(|line| (&*line.pointer, line.area)).collect();
        assert!(areas.iter().any(|(pointer, _)| *pointer == "/UserPoolClient/RefreshTokenValidity"), "{areas:?}");
        assert!(!areas.iter().any(|(pointer, _)| pointer.ends_with("ClientId")), "{areas:?}");
        assert!(compared.places > 10);
    }
}
