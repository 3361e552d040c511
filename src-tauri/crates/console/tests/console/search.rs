//! Searching, paging, completing, looking up.

use console::{Code, CompletionKind};
use model::query::{Field, Sort};

use crate::house::{House, everybody, options};

fn by(field: &str, descending: bool) -> Sort {
    Sort { field: Field::named(field), descending }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_shows_first_rows_and_then_any_row_in_the_same_order() {
    let house = House::new(options(1_500)).await;
    let pool = house.synced().await;
    let sort = by("email", true);
    let view = pool.search_view("-status:archived", &sort).await.unwrap();
    assert_eq!((view.rows.len(), view.total), (200, None));
    let total = pool.search_count(view.search).await.unwrap();
    assert_eq!(u64::from(total), pool.count("-status:archived").await.unwrap());
    assert_eq!(pool.search_rows(view.search, 0, 200).await.unwrap(), view.rows);
    let mut walked = Vec::new();
    let mut after = None;
    loop {
        let page = pool.search("-status:archived", &sort, after, 333).await.unwrap();
        walked.extend(page.users);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(pool.search_rows(view.search, 700, 100).await.unwrap(), walked[700..800]);
    assert_eq!(pool.search_rows(view.search, total - 1, 100).await.unwrap(), walked[walked.len() - 1..]);
    assert!(pool.search_rows(view.search, total, 1).await.unwrap().is_empty());
    let again = pool.search_view("-status:archived", &sort).await.unwrap();
    assert_eq!((again.search, again.total), (view.search, Some(total)), "nothing changed, so it is the same search");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_search_keeps_its_order_while_a_sync_changes_the_cache() {
    let house = House::new(options(600)).await;
    let pool = house.synced().await;
    let view = pool.search_view("", &Sort::default()).await.unwrap();
    let before = pool.search_count(view.search).await.unwrap();
    house.sandbox.directory().create_user(&house.sandbox.pool_id(), "!first of all", &[]).unwrap();
    pool.sync().finished().await.unwrap();
    assert_eq!(pool.search_count(view.search).await.unwrap(), before);
    assert_eq!(pool.search_rows(view.search, 0, 1).await.unwrap()[0].username, view.rows[0].username);
    let anew = pool.search_view("", &Sort::default()).await.unwrap();
    assert_ne!(anew.search, view.search);
    assert_eq!(anew.rows[0].username.as_str(), "!first of all");
    assert_eq!(pool.search_count(anew.search).await.unwrap(), before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_oldest_searches_are_closed_and_say_so() {
    let house = House::new(options(100)).await;
    let pool = house.synced().await;
    let first = pool.search_view("a", &Sort::default()).await.unwrap().search;
    for text in ["b", "c", "d", "e"] {
        pool.search_view(text, &Sort::default()).await.unwrap();
    }
    assert_eq!(pool.search_rows(first, 0, 1).await.unwrap_err().code, Code::Precondition);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_that_is_wrong_names_the_field_and_the_place() {
    let house = House::new(options(100)).await;
    let pool = house.open().await;
    let error = pool.search_view("emial:x", &Sort::default()).await.unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (Code::Validation, Some("query")));
    assert!(error.message.starts_with("At character 1"), "{error}");
    let inner = pool.parse("emial:x").await.unwrap().unwrap_err();
    assert!(inner.suggestions.iter().any(|suggestion| suggestion.replacement.contains("email")), "{inner:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn completion_knows_fields_groups_statuses_and_frequent_values() {
    let house = House::new(options(600)).await;
    let pool = house.synced().await;
    let fields = pool.complete("é sta", 5).await.unwrap();
    assert_eq!((fields.start, fields.end), (2, 5));
    assert_eq!(fields.items[0].insert, "status:");
    let statuses = pool.complete("status:conf", 11).await.unwrap();
    let confirmed = statuses.items.iter().find(|item| item.label == "CONFIRMED").unwrap();
    assert_eq!(confirmed.kind, CompletionKind::Status);
    assert!(confirmed.detail.as_deref().is_some_and(|detail| detail.ends_with(" users")));
    let (group, members) = pool.groups().await.unwrap().into_iter().max_by_key(|(_, members)| *members).unwrap();
    let offered = pool.complete("group:", 6).await.unwrap();
    let item = offered.items.iter().find(|item| item.label == group.name.as_str()).unwrap();
    assert_eq!(item.detail.as_deref(), Some(format!("{members} users").as_str()));
    let locales = pool.complete("locale:", 7).await.unwrap();
    let most = locales.items.first().unwrap();
    assert_eq!(most.kind, CompletionKind::Value);
    assert!(pool.count(&format!("locale={}", most.insert)).await.unwrap() > 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pasted_list_finds_people_and_lists_who_is_missing() {
    let house = House::new(options(300)).await;
    let pool = house.synced().await;
    let people = everybody(&pool).await;
    let with_email =
        people.iter().find(|user| user.attribute("email").is_some_and(|mail| !mail.contains(','))).unwrap();
    let text = format!(
        "{};nobody@x.example\n{}",
        with_email.attribute("email").unwrap().to_uppercase(),
        people[3].sub().unwrap()
    );
    let looked = pool.look_up(&text).await.unwrap();
    assert!(looked.found.iter().any(|user| user.username == with_email.username));
    assert!(looked.found.iter().any(|user| user.username == people[3].username));
    assert_eq!(looked.missing, ["nobody@x.example"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_overview_adds_up() {
    let house = House::new(options(600)).await;
    let pool = house.synced().await;
    let overview = pool.overview().await.unwrap();
    let (users, people) = (overview.freshness.users, house.people());
    assert_eq!(users, people.len() as u64);
    assert_eq!(overview.statuses.iter().map(|(_, count)| count).sum::<u64>(), users);
    assert_eq!(overview.enabled, people.iter().filter(|user| user.enabled).count() as u64);
    assert_eq!(overview.enabled + overview.disabled, users);
    assert_eq!(overview.sign_ups.iter().map(|(_, count)| count).sum::<u64>(), users);
    let members: u64 = people.iter().map(|user| user.groups.len() as u64).sum();
    assert_eq!(overview.groups.iter().map(|(_, count)| count).sum::<u64>(), members);
    assert_eq!(overview.pool.unwrap().id, house.pool_id());
}
