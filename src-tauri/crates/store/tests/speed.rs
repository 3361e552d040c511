//! Figures for 100,000 encrypted users. Run with `cargo test -p poolkeeper-store --test speed -- --ignored --nocapture`.

mod people;

use std::time::{Duration, Instant};

use model::query::{Field, Fields, Sort, generate, parse};
use people::{Disk, at, person};
use store::{ChainStep, Finished, SyncKind};

const QUERIES: [&str; 30] = [
    "",
    "a",
    "an",
    "ann",
    "acme",
    "example",
    "müller",
    "nguyễn",
    "tenant-42",
    "e",
    "99",
    "zz",
    "qqqq",
    "smith1234",
    "email:acme",
    "email:*initech.example",
    "given_name:ann*",
    "custom:plan:team",
    "custom:plan=free",
    "status:confirmed",
    "enabled:no",
    "-email:acme",
    "created>2028-01-01",
    "modified<2027-01-01",
    "has:email",
    "missing:nickname",
    "dup:custom:tenant",
    "ann or bob",
    "-(ann or bob) acme",
    "email_verified:false status:unconfirmed",
];

fn percentile(times: &mut [Duration], share: usize) -> Duration {
    times.sort();
    times[(times.len() * share / 100).min(times.len() - 1)]
}

#[test]
#[ignore = "takes a minute and only prints figures"]
fn figures_for_a_hundred_thousand_encrypted_users() {
    let number: u32 = std::env::var("USERS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let users: Vec<_> = (0..number).map(person).collect();
    let disk = Disk::new();
    let cache = disk.cache();
    for (run, kind) in [(0, "first sync"), (1, "second sync, nothing changed")] {
        let began = Instant::now();
        let chain = cache.begin(SyncKind::Full, &[None], at(run)).unwrap().chains[0].id;
        for page in users.chunks(60) {
            cache.write_page(chain, page, &ChainStep::default(), None, at(run)).unwrap();
        }
        cache.finish(&Finished::default(), at(run)).unwrap();
        let seconds = began.elapsed().as_secs_f64();
        println!("{kind}: {:.0} users/s ({seconds:.1} s)", f64::from(number) / seconds);
    }
    println!("file: {} MB", std::fs::metadata(disk.cache_file()).unwrap().len() >> 20);
    drop(cache);
    let began = Instant::now();
    let cache = disk.cache();
    println!("open: {:?}", began.elapsed());
    let fields = Fields::new(["custom:plan".to_owned(), "custom:tenant".to_owned()]);
    let (mut first, mut counts, mut orders, mut second) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for field in ["username", "created", "email_verified"] {
        let sort = Sort { field: Field::named(field), descending: field == "created" };
        for text in QUERIES {
            let query = parse(text, &fields, &generate::asked()).unwrap();
            // Every page asks anew: a page of one other query at a time pushes the answer out of memory.
            let fresh = disk.cache();
            let began = Instant::now();
            let page = fresh.search(&query, &sort, None, 200).unwrap();
            let took = began.elapsed();
            first.push(took);
            let began = Instant::now();
            let count = fresh.count(&query).unwrap();
            counts.push(began.elapsed());
            let began = Instant::now();
            if let Some(next) = &page.next {
                fresh.search(&query, &sort, Some(next), 200).unwrap();
                second.push(began.elapsed());
            }
            let began = Instant::now();
            assert_eq!(fresh.order(&query, &sort).unwrap().len() as u64, count);
            orders.push(began.elapsed());
            println!(
                "{field:>15} {text:40} {count:>7} first page {took:>10.1?} order {:>10.1?}",
                orders.last().unwrap()
            );
        }
    }
    drop(cache);
    for (what, mut times) in
        [("first page", first), ("next page", second), ("count after it", counts), ("order", orders)]
    {
        let (half, p95) = (percentile(&mut times, 50), percentile(&mut times, 95));
        println!("{what}: p50 {half:?}, p95 {p95:?}, longest {:?}", times.last().unwrap());
    }
}
