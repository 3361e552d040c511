//! What makes a large pool easy: near spellings, lists, how people are spread, favourites. None of it calls AWS.

use console::files::{ExportRequest, ExportTarget, FileFormat};
use console::{Code, MOST_LISTED};
use model::query::{Field, Sort};
use sandbox::Sandbox;

use crate::house::{House, everybody, options};

fn add(sandbox: &Sandbox, name: &str, email: &str, called: &str) {
    let attributes = [("email", email), ("name", called)];
    sandbox.directory().create_user(&sandbox.pool_id(), name, &attributes).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn near_spellings_keep_the_other_terms_and_are_no_part_of_the_result() {
    let house = House::new(options(300)).await;
    add(&house.sandbox, "near-1", "quillfeather@acme.example", "Ottoline Quillfeather");
    add(&house.sandbox, "near-2", "other@globex.example", "Ada Quillfeather");
    let pool = house.synced().await;
    house.sandbox.forget_calls();
    assert_eq!(pool.count("quilfeathr").await.unwrap(), 0);
    let found = pool.near("quilfeathr").await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].spelling.as_str(), found[0].query.as_str(), found[0].users),
        ("quillfeather", "quillfeather", 2)
    );
    assert_eq!(pool.count(&found[0].query).await.unwrap(), 2);
    let one = pool.near("email:*globex* -status:archived Quilfeathr").await.unwrap();
    assert_eq!(one[0].query, "email:*globex* -status:archived quillfeather");
    assert_eq!((one[0].users, one[0].rows[0].username.as_str()), (1, "near-2"));
    let field = pool.near("NAME=Quilfeathr").await.unwrap();
    assert_eq!((field[0].query.as_str(), field[0].users), ("name:quillfeather", 2));
    for none in ["", "-quilfeathr", "quilfeathr or x", "email:quilfeathr.nowhere", "quilfeathr created>2999-01-01"] {
        assert_eq!(pool.near(none).await.unwrap(), [], "{none}");
    }
    assert_eq!(pool.near("emial:x").await.unwrap_err().code, Code::Validation);
    assert_eq!(pool.count("quilfeathr").await.unwrap(), 0, "what is offered is not found");
    assert_eq!(house.sandbox.calls().total(), 0, "nothing was asked of AWS");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spellings_that_strangers_chose_are_quoted_in_the_query_that_is_offered() {
    let house = House::new(options(20)).await;
    add(&house.sandbox, "odd-1", "odd@acme.example", "brambl\"e:or(twig)");
    let pool = house.synced().await;
    let found = pool.near(r#""brambl\"e:or(twigs""#).await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].spelling.as_str(), found[0].users), (r#"brambl"e:or(twig"#, 1));
    assert_eq!(found[0].query, r#""brambl\"e:or(twig""#);
    assert_eq!(pool.count(&found[0].query).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pasted_list_is_a_search_whose_rows_are_read_by_place_and_that_is_exported() {
    let house = House::new(options(1_000)).await;
    let pool = house.synced().await;
    let people = everybody(&pool).await;
    house.sandbox.forget_calls();
    let wanted: Vec<&model::user::User> = people.iter().rev().step_by(3).collect();
    let entries: Vec<&str> = wanted.iter().map(|user| user.sub().unwrap()).collect();
    let text = format!("{}\nnobody@nowhere.example; =cmd()", entries.join(",\r\n"));
    let list = pool.search_list(&text, None).await.unwrap();
    let found = u32::try_from(wanted.len()).unwrap();
    assert_eq!((list.asked, list.found.total), (found + 2, Some(found)));
    assert_eq!(list.missing, ["nobody@nowhere.example", "=cmd()"]);
    assert_eq!(list.names, wanted.iter().map(|user| user.username.as_str()).collect::<Vec<_>>());
    assert_eq!(pool.search_count(list.found.search).await.unwrap(), found);
    let last = pool.search_rows(list.found.search, found - 2, 10).await.unwrap();
    assert_eq!(last.iter().collect::<Vec<_>>(), wanted[wanted.len() - 2..]);
    let sort = Sort { field: Field::named("email"), descending: true };
    let sorted = pool.search_list(&text, Some(&sort)).await.unwrap();
    assert_eq!(sorted.found.rows[0].username, {
        let mut by_mail = wanted.clone();
        by_mail.sort_by(|a, b| model::query::evaluate::compare(&sort, a, b));
        by_mail[0].username.clone()
    });
    // Another search is not mistaken for it.
    assert_ne!(pool.search_view("", &Sort::default()).await.unwrap().search, sorted.found.search);

    let request = ExportRequest {
        query: String::new(),
        sort: Sort::default(),
        columns: vec!["username".to_owned()],
        format: FileFormat::Csv,
    };
    let path = house.dir.path().join("list.csv");
    let target = ExportTarget::File { path: path.clone(), replace: false };
    let written = pool.export_list(&text, None, request, target).await.unwrap().finished().await.unwrap();
    assert_eq!(written.people, u64::from(found));
    let file = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> =
        file.trim_start_matches('\u{feff}').lines().skip(1).map(|line| line.trim_matches('"')).collect();
    assert_eq!(lines.len(), wanted.len());
    assert!(lines[0].contains(wanted[0].username.as_str()), "{}", lines[0]);
    assert_eq!(house.sandbox.calls().total(), 0, "nothing was asked of AWS");

    let many: String = (0..=MOST_LISTED).map(|i| format!("u{i}\n")).collect();
    let refused = pool.search_list(&many, None).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Validation, Some("text")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_overview_tells_is_what_its_queries_find() {
    let house = House::new(options(2_000)).await;
    let pool = house.synced().await;
    house.sandbox.forget_calls();
    let spread = pool.distributions().await.unwrap();
    let all = pool.count("").await.unwrap();
    assert_eq!(spread.ages.iter().map(|age| age.users).sum::<u64>(), all, "everybody is of one age");
    assert!(spread.ages.iter().filter(|age| age.users > 0).count() > 1, "{:?}", spread.ages);
    for age in &spread.ages {
        assert_eq!(pool.count(age.query).await.unwrap(), age.users, "{}", age.query);
    }
    let domains = &spread.domains;
    let told: u64 = domains.most.iter().map(|(_, users)| users).sum();
    assert_eq!(told + domains.others + domains.unreadable + domains.without, all);
    assert_eq!(pool.count("missing:email").await.unwrap(), domains.without);
    for (domain, users) in &domains.most {
        assert_eq!(pool.count(&console::at_domain(domain)).await.unwrap(), *users, "{domain}");
    }
    assert_eq!(house.sandbox.calls().total(), 0, "nothing was asked of AWS");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_favourite_stays_one_when_its_pool_is_opened_again_and_comes_first() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    assert!(!house.console.recent_pools().await[0].favourite);
    let key = pool.key().clone();
    house
        .console
        .update_settings(move |settings| {
            for known in settings.pools.iter_mut().filter(|known| known.key == key) {
                known.favourite = true;
            }
            // Ten others that were opened later.
            let mut other = settings.pools[0].clone();
            other.favourite = false;
            for i in 0..10 {
                other.key.pool = model::PoolId::parse(format!("eu-west-1_Other{i}")).unwrap();
                other.opened_at = Some("2999-01-01T00:00:00Z".parse().unwrap());
                settings.pools.push(other.clone());
            }
        })
        .await
        .unwrap();
    house.open().await;
    let recent = house.console.recent_pools().await;
    assert_eq!((recent.len(), recent[0].favourite, &recent[0].key), (9, true, pool.key()));
    assert!(recent[1..].iter().all(|pool| !pool.favourite));
}
