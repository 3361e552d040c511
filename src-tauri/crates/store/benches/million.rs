//! What the local copy of a large pool can do: one figure a line, as JSON. `cargo xtask bench` runs this.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
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
    overview(&cache);
    let resident = resident();
    tell("Memory of a process with all users in it, three orders and the last answers", resident, "MB", None);
}

/// One figure. A budget is a number and whether it is the most or the least.
fn tell(what: &str, figure: f64, unit: &str, budget: Option<(f64, &str)>) {
    let (budget, bound) = budget.map_or((None, None), |(budget, bound)| (Some(budget), Some(bound)));
    let line = serde_json::json!({ "what": what, "figure": figure, "unit": unit, "budget": budget, "bound": bound });
    println!("{line}");
}

/// How long something took, by the clock and on the processor. A busy machine makes the first longer and not the second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Took {
    clock: Duration,
    processor: Duration,
}

fn timed<T>(act: impl FnOnce() -> T) -> (T, Took) {
    let (processor, began) = (on_processor(), Instant::now());
    let value = act();
    let clock = began.elapsed();
    (value, Took { clock, processor: on_processor().saturating_sub(processor) })
}

/// What this thread has had of a processor; zero where the system does not tell.
fn on_processor() -> Duration {
    // The kernel brings the number up to date when the thread gives way.
    std::thread::yield_now();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(told.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(0))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Two syncs as they are without AWS: what the disk can take. Making the people up is not counted.
fn fill(disk: &Disk, number: u32) {
    let cache = disk.cache();
    let history = History::open(&disk.dir, &disk.keys()).unwrap();
    let mut first = None;
    for (run, what, budget) in [
        (0, "First sync into the encrypted cache, with history", Some((4_000.0, "least"))),
        (1, "Second sync, nothing has changed", None),
    ] {
        let (mut clock, mut processor) = (Duration::ZERO, Duration::ZERO);
        let mut add = |took: Took| {
            clock += took.clock;
            processor += took.processor;
        };
        let chain = cache.begin(SyncKind::Full, &[None], at(run)).unwrap().chains[0].id;
        for first in (0..number).step_by(PAGE as usize) {
            let page: Vec<User> = (first..number.min(first + PAGE)).map(person).collect();
            add(timed(|| cache.write_page(chain, &page, &ChainStep::default(), Some(&history), at(run)).unwrap()).1);
        }
        let ended = timed(|| {
            members(&cache, number);
            cache.finish(&Finished { complete: true, ..Finished::default() }, at(run)).unwrap()
        });
        add(ended.1);
        for (by, time) in [("", clock), (", by the time on the processor", processor)] {
            tell(&format!("{what}{by}"), f64::from(number) / time.as_secs_f64().max(1e-9), "users/s", budget);
        }
        match first {
            None => first = Some(processor),
            Some(first) => {
                let times = first.as_secs_f64() / processor.as_secs_f64().max(1e-9);
                tell("… to the first, by the time on the processor", times, "×", Some((2.0, "least")));
            }
        }
    }
    drop((cache, history));
    let bytes = std::fs::metadata(disk.cache_file()).unwrap().len();
    tell("Size of the cache", bytes as f64 / 1e6, "MB", None);
}

fn members(cache: &Cache, number: u32) {
    let groups = [("admins", 1_000), ("beta", 20), ("customers", 2)];
    cache.put_groups(&groups.map(|(name, _)| group(name)), None, at(0)).unwrap();
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
    let (cache, took) = timed(|| {
        let cache = disk.cache();
        let rows = cache.search(&UserQuery::default(), &Sort::default(), None, 200).unwrap();
        assert!(!rows.users.is_empty());
        cache
    });
    both("Opening the cache until its first 200 rows are there", took, Some(1_000.0));
    let ((), took) = timed(|| cache.prepare().unwrap());
    both("Reading everybody into memory, in the background after that", took, None);
}

fn both(what: &str, took: Took, budget: Option<f64>) {
    let budget = budget.map(|budget| (budget, "most"));
    tell(what, milliseconds(took.clock), "ms", budget);
    tell(&format!("{what}, on the processor"), milliseconds(took.processor), "ms", budget);
}

/// Every query in three orders, each asked once in a program that is running, as a person would: first as long as nobody
/// has asked for the whole of the order (which the second page or the number of rows does), then when it is known.
fn queries(cache: &Cache) {
    cache.prepare().unwrap();
    let fields = Fields::new(["custom:plan".to_owned(), "custom:tenant".to_owned()]);
    let texts: Vec<&str> = QUERIES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let (mut first, mut counts, mut orders) = (Vec::new(), Vec::new(), Vec::new());
    let (mut new, mut new_orders) = (Vec::new(), Vec::new());
    for (second, name, descending) in [(2, "username", false), (3, "created", true), (4, "custom:tenant", false)] {
        let sort = Sort { field: Field::named(name), descending };
        // A new order is asked for with its first rows, which come before the whole order is known.
        let (_, took) = timed(|| cache.search(&UserQuery::default(), &sort, None, 200).unwrap());
        new_orders.push((took, name.to_owned()));
        for text in &texts {
            let query = parse(text, &fields, &generate::asked()).unwrap();
            let asked = format!("{text} by {name}");
            new.push((timed(|| cache.search(&query, &sort, None, 200).unwrap()).1, asked));
        }
        forget(cache, second);
        cache.order(&UserQuery::default(), &sort).unwrap();
        for text in &texts {
            let query = parse(text, &fields, &generate::asked()).unwrap();
            let asked = format!("{text} by {name}");
            first.push((timed(|| cache.search(&query, &sort, None, 200).unwrap()).1, asked.clone()));
            let (count, took) = timed(|| cache.count(&query).unwrap());
            counts.push((took, asked.clone()));
            let (order, took) = timed(|| cache.order(&query, &sort).unwrap());
            assert_eq!(order.len() as u64, count);
            orders.push((took, asked));
        }
    }
    figures("First page (200 rows) of 60 queries in 3 orders, the order known", &first, Some((16.0, 100.0)));
    figures("First page (200 rows) of 60 queries in 3 orders, the order new", &new, Some((16.0, 100.0)));
    figures("First page of everybody when the order is new, of 3", &new_orders, Some((100.0, 100.0)));
    figures("Exact count, asked after the page", &counts, Some((1_000.0, 1_000.0)));
    figures("Everybody who matches, in order", &orders, Some((1_000.0, 1_000.0)));
}

/// What is asked beside searches: near spellings of words that nobody has, and the counts of the overview.
fn overview(cache: &Cache) {
    let called_by = ["username", "email", "name", "given_name", "family_name", "phone_number"];
    let fields = called_by.map(Field::named);
    let near: Vec<(Took, String)> = ["petorv", "gregiore", "chloe yilmaz", "zzzz", "+49012345678", "acme.exmaple"]
        .iter()
        .map(|text| (timed(|| cache.near(&fields, text).unwrap()).1, (*text).to_owned()))
        .collect();
    figures("Near spellings, of 6 words", &near, Some((1_000.0, 1_000.0)));
    both("Domains of everybody's e-mail address", timed(|| cache.domains(12).unwrap()).1, Some(1_000.0));
    both("Sign-ups by day of everybody", timed(|| cache.sign_ups_by_day(at(0)).unwrap()).1, Some(1_000.0));
}

/// After a change nothing is remembered of what was found before.
fn forget(cache: &Cache, second: i64) {
    let mut changed = person(0);
    changed.modified_at = at(second);
    cache.patch_user(&changed, None, at(second)).unwrap();
    cache.prepare().unwrap();
}

fn figures(what: &str, times: &[(Took, String)], budget: Option<(f64, f64)>) {
    for (by, pick) in
        [("", (|took| took.clock) as fn(&Took) -> Duration), (", on the processor", |took| took.processor)]
    {
        let mut times: Vec<(Duration, &str)> = times.iter().map(|(took, which)| (pick(took), which.as_str())).collect();
        times.sort_unstable();
        let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
        tell(&format!("{what}, p50{by}"), milliseconds(at(50).0), "ms", None);
        tell(&format!("{what}, p95{by}"), milliseconds(at(95).0), "ms", budget.map(|(p95, _)| (p95, "most")));
        let (worst, which) = at(100);
        // For whoever looks for what is slow; figures are on standard output.
        let slowest: Vec<String> =
            times.iter().rev().take(12).map(|(took, which)| format!("{:.1} {which}", milliseconds(*took))).collect();
        eprintln!("{what}{by}: {}", slowest.join(" | "));
        let budget = budget.map(|(_, worst)| (worst, "most"));
        tell(&format!("{what}, worst{by} (`{which}`)"), milliseconds(worst), "ms", budget);
    }
}

/// What is resident, by the kernel's count; 0 where it does not tell.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).map_or(0.0, |kib| kib * 1024.0 / 1e6)
}
