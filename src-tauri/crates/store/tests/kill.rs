//! Killed fifty times at random while it writes: the cache opens, and nothing that was acknowledged is lost.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod people;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use model::query::{Expr, Sort, Term, UserQuery};
use people::{at, fill, person, pool_key};
use store::{Cache, ChainStep, DataDir, History, KeySource, Keys, SyncKind, What};

const PAGE: u32 = 60;

fn open(folder: &std::path::Path) -> (Cache, History) {
    let dir = DataDir::open(folder.join("data")).unwrap();
    let keys = Keys::unlock(&KeySource::File(folder.join("key")), &dir).unwrap();
    let (cache, aside) = Cache::open(&dir, &pool_key(), &keys).unwrap();
    assert_eq!(aside, None, "killing damages nothing");
    (cache, History::open(&dir, &keys).unwrap())
}

/// What the killed process does: goes on with the chain, and says how far it has come after each page.
#[test]
#[ignore = "run by the test below, which kills it"]
fn writes_until_it_is_killed() {
    let (cache, history) = open(std::env::var("POOLKEEPER_TEST_DIR").unwrap().as_ref());
    let chain = cache.sync_state().unwrap().unwrap().chains.remove(0);
    let mut page: u32 = chain.token.map_or(0, |token| token.parse().unwrap());
    loop {
        let users: Vec<_> = (page * PAGE..(page + 1) * PAGE).map(person).collect();
        page += 1;
        let step = ChainStep { token: Some(page.to_string()), token_at: Some(at(2)), ..ChainStep::default() };
        cache.write_page(chain.id, &users, &step, Some(&history), at(2)).unwrap();
        let mut out = std::io::stdout();
        writeln!(out, "acknowledged {page}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn nothing_acknowledged_is_lost_in_fifty_kills() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, history) = open(folder.path());
    fill(&cache, &[], at(0));
    cache.begin(SyncKind::Full, &[None], at(1)).unwrap();
    drop((cache, history));
    let mut pages = 0;
    for kill in 0..50_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["writes_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
            .env("POOLKEEPER_TEST_DIR", folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, begun) = std::sync::mpsc::channel();
        let reading = std::thread::spawn(move || {
            let lines = output.lines().map_while(Result::ok);
            let pages = lines.filter_map(|line| line.split_once("acknowledged ")?.1.parse::<u32>().ok());
            pages.inspect(|_| sender.send(()).unwrap_or_default()).last()
        });
        // Some are killed while they open, most while they write.
        if kill % 5 != 0 {
            begun.recv_timeout(Duration::from_secs(20)).unwrap();
        }
        let after = Duration::from_micros(rand::random_range(0..90_000));
        std::thread::sleep(after);
        child.kill().unwrap();
        child.wait().unwrap();
        let acknowledged = reading.join().unwrap().unwrap_or(pages);

        let (cache, history) = open(folder.path());
        let chain = cache.sync_state().unwrap().unwrap().chains.remove(0);
        let reached: u32 = chain.token.as_deref().map_or(0, |token| token.parse().unwrap());
        assert!(
            reached >= acknowledged && reached <= acknowledged + 1,
            "kill {kill}, {after:?}: {reached}, {acknowledged}"
        );
        assert_eq!(cache.count(&UserQuery::default()).unwrap(), u64::from(reached * PAGE));
        assert_eq!(chain.users, u64::from(reached * PAGE));
        pages = reached;
        if let Some(last) = (reached * PAGE).checked_sub(1).map(person) {
            let sub = last.sub().unwrap();
            let found = UserQuery { expr: Some(Expr::Term(Term::Anywhere(sub.to_owned()))) };
            assert_eq!(cache.search(&found, &Sort::default(), None, 2).unwrap().users, std::slice::from_ref(&last));
            let told = history.timeline(&pool_key(), sub).unwrap();
            assert_eq!(told.iter().map(|change| change.what.clone()).collect::<Vec<_>>(), [What::Added]);
        }
    }
    assert!(pages > 50, "it was killed before it could write: {pages} pages");
    let (cache, _) = open(folder.path());
    let all = cache.order(&UserQuery::default(), &Sort::default()).unwrap();
    let mut expected: Vec<_> = (0..pages * PAGE).map(person).collect();
    expected.sort_by(|a, b| a.username.cmp(&b.username));
    assert_eq!(cache.users(&all).unwrap(), expected);
}
