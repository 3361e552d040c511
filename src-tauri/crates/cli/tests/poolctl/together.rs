//! Two of them at once on one data directory.

use std::time::Duration;

use crate::{Home, PEOPLE, Served};

#[test]
fn two_syncs_take_turns_and_say_so_and_what_is_looked_at_beside_them_is_answered() {
    let (home, served) = (Home::new(), Served::new());
    served.sandbox.weather().set_latency(Duration::from_millis(150), Duration::ZERO);
    let sync = || home.run_at(&served, &["sync", "--share", "1"]);
    let (first, second) = std::thread::scope(|scope| {
        let syncs = [scope.spawn(sync), scope.spawn(sync)];
        while !syncs.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            let count = home.run(&["count", "--json"]);
            // Until the first page is there, there is no copy to count in.
            let unread = ["run poolctl sync", "Sync one first"];
            let early = count.code == 1 && unread.iter().any(|words| count.out.contains(words));
            assert!(early || count.code == 0, "{}{}", count.out, count.err);
        }
        let [first, second] = syncs.map(|sync| sync.join().unwrap());
        (first, second)
    });
    let said = [&first, &second].map(|ran| ran.err.clone());
    for ran in [&first, &second] {
        assert!(ran.text().contains("complete"), "{}{}", ran.out, ran.err);
        let text = ran.err.to_lowercase();
        assert!(!text.contains("lock") && !text.contains("busy"), "{}", ran.err);
    }
    let waited = said.iter().filter(|said| said.contains("Another Poolkeeper is syncing in this account and Region"));
    assert_eq!(waited.count(), 1, "{said:?}");
    let count = home.run(&["count", "--json"]).json(0);
    assert_eq!(count["count"], PEOPLE);
}
