//! What the local copy of a large pool can do: one figure a line, as JSON. `cargo xtask bench` runs this.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a program that prints figures"
)]

#[path = "../tests/people/mod.rs"]
mod people;

use std::time::{Duration, Instant};

use model::query::{Field, Fields, Sort, UserQuery, generate, parse};
use model::user::User;
use people::{Disk, at, group, person};
use store::{Cache, ChainStep, Finished, History, MemberStep, SyncKind};

const QUERIES: &str = include_str!("queries.txt");
const PAGE: u32 = 60;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).and_then(|number| number.parse::<u32>().ok())
    };
    // Whatever runs all benchmarks for a look is not kept waiting.
    let users = given("--users").unwrap_or(2_000);
    let disk = Disk::new();
    fill(&disk, users);
    start(&disk);
    let cache = disk.cache();
    queries(&cache);
    let resident = resident();
    tell("Memory of a process with all users in it, three orders and the last answers", resident, "MB", None);
}

/// One figure. A budget is a number and whether it is the most or the least.
fn tell(what: &str, figure: f64, unit: &str, budget: Option<(f64, &str)>) {
    let (budget, bound) = budget.map_or((None, None), |(budget, bound)| (Some(budget), Some(bound)));
    let line = serde_json::json!({ "what": what, "figure": figure, "unit": unit, "budget": budget, "bound": bound });
    println!("{line}");
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Two syncs as they are without AWS: what the disk can take. Making the people up is not counted.
fn fill(disk: &Disk, number: u32) {
    let cache = disk.cache();
    let history = History::open(&disk.dir, &disk.keys()).unwrap();
    for (run, what, budget) in [
        (0, "First sync into the encrypted cache, with history", Some((4_000.0, "least"))),
        (1, "Second sync, nothing has changed", None),
    ] {
        let mut took = Duration::ZERO;
        let chain = cache.begin(SyncKind::Full, &[None], at(run)).unwrap().chains[0].id;
        for first in (0..number).step_by(60) {
            let page: Vec<User> = (first..number.min(first + PAGE)).map(person).collect();
            let began = Instant::now();
            cache.write_page(chain, &page, &ChainStep::default(), Some(&history), at(run)).unwrap();
            took += began.elapsed();
        }
        let began = Instant::now();
        if run == 0 {
            members(&cache, number);
        }
        cache.finish(&Finished { complete: true, ..Finished::default() }, at(run)).unwrap();
        took += began.elapsed();
        tell(what, f64::from(number) / took.as_secs_f64(), "users/s", budget);
    }
    drop((cache, history));
    let bytes = std::fs::metadata(disk.cache_file()).unwrap().len();
    tell("Size of the cache", bytes as f64 / 1e6, "MB", None);
}

fn members(cache: &Cache, number: u32) {
    let groups = [("admins", 1_000), ("beta", 20), ("customers", 2)];
    cache.put_groups(&groups.map(|(name, _)| group(name))).unwrap();
    for (name, each) in groups {
        let members: Vec<_> = (0..number).step_by(each).map(|i| person(i).username).collect();
        for page in members.chunks(60) {
            cache
                .write_members(
                    &group(name).name,
                    page,
                    &MemberStep { token: Some("t".into()), ended: false },
                    None,
                    at(0),
                )
                .unwrap();
        }
        cache.write_members(&group(name).name, &[], &MemberStep { token: None, ended: true }, None, at(0)).unwrap();
    }
}

fn start(disk: &Disk) {
    let began = Instant::now();
    let cache = disk.cache();
    let rows = cache.search(&UserQuery::default(), &Sort::default(), None, 200).unwrap();
    assert!(!rows.users.is_empty());
    tell(
        "Opening the cache until its first 200 rows are there",
        milliseconds(began.elapsed()),
        "ms",
        Some((1_000.0, "most")),
    );
    let began = Instant::now();
    cache.prepare().unwrap();
    tell("Reading everybody into memory, in the background after that", milliseconds(began.elapsed()), "ms", None);
}

/// Every query in three orders, each asked once in a program that is running, as a person would.
fn queries(cache: &Cache) {
    cache.prepare().unwrap();
    let fields = Fields::new(["custom:plan".to_owned(), "custom:tenant".to_owned()]);
    let texts: Vec<&str> = QUERIES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let (mut first, mut counts, mut orders, mut new_orders) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (name, descending) in [("username", false), ("created", true), ("custom:tenant", false)] {
        let sort = Sort { field: Field::named(name), descending };
        // A new order is asked for with its first rows, which come before the whole order is known.
        let began = Instant::now();
        cache.search(&UserQuery::default(), &sort, None, 200).unwrap();
        new_orders.push(began.elapsed());
        cache.order(&UserQuery::default(), &sort).unwrap();
        for text in &texts {
            let query = parse(text, &fields, &generate::asked()).unwrap();
            let began = Instant::now();
            cache.search(&query, &sort, None, 200).unwrap();
            first.push((began.elapsed(), format!("{text} by {name}")));
            let began = Instant::now();
            let count = cache.count(&query).unwrap();
            counts.push((began.elapsed(), format!("{text} by {name}")));
            let began = Instant::now();
            assert_eq!(cache.order(&query, &sort).unwrap().len() as u64, count);
            orders.push((began.elapsed(), format!("{text} by {name}")));
        }
    }
    figures("First page (200 rows) of 60 queries in 3 orders", first, Some((16.0, 100.0)));
    figures("Exact count, asked after the page", counts, Some((1_000.0, 1_000.0)));
    figures("Everybody who matches, in order", orders, None);
    new_orders.sort();
    tell(
        "First page when the order is new, the longest of 3",
        milliseconds(new_orders[2]),
        "ms",
        Some((100.0, "most")),
    );
}

fn figures(what: &str, mut times: Vec<(Duration, String)>, budget: Option<(f64, f64)>) {
    times.sort();
    let at = |share: usize| &times[(times.len() * share / 100).min(times.len() - 1)];
    tell(&format!("{what}, p50"), milliseconds(at(50).0), "ms", None);
    tell(&format!("{what}, p95"), milliseconds(at(95).0), "ms", budget.map(|(p95, _)| (p95, "most")));
    let (worst, which) = at(100);
    tell(&format!("{what}, worst (`{which}`)"), milliseconds(*worst), "ms", budget.map(|(_, worst)| (worst, "most")));
}

/// What is resident, by the kernel's count; 0 where it does not tell.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).map_or(0.0, |kib| kib * 1024.0 / 1e6)
}
