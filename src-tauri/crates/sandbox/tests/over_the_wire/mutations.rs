//! Requests that nobody should send. Each is answered, by a refusal or not, and none stops the sandbox.
//!
//! What answers hold (sessions, tokens, ids) goes into later requests, so that broken requests reach far into the flows.

mod endpoints;
mod requests;
mod spoil;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::support::{AUTHORIZATION, Live, Reply, options};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sandbox::{Description, Sandbox};
use serde_json::{Map, Value, json};

/// Panics in any thread of this process.
static PANICS: AtomicU64 = AtomicU64::new(0);

/// The longest request that the sandbox takes, in bytes.
const LONGEST: usize = 2 * 1024 * 1024;

/// A sandbox is used for so many requests: some of them delete what the others need.
const EACH: u64 = 250;

#[test]
fn two_thousand_mutated_requests_neither_panic_nor_stop_it() {
    survives(2_000, 1);
}

#[test]
#[ignore = "takes minutes: `cargo xtask test --long` runs it"]
fn a_hundred_thousand_mutated_requests_neither_panic_nor_stop_it() {
    survives(100_000, 2);
}

#[test]
fn mutations_reach_what_they_spoil() {
    let mut attack = Attack::new(3);
    attack.call("AdminListGroupsForUser", &json!({ "UserPoolId": attack.live.pool, "Username": "maria.keller" }));
    assert!(attack.found.contains_key("GroupName"), "what an answer holds is used again: {:?}", attack.found);
    let accepted = (0..300).filter(|_| attack.request().is_some_and(|reply| reply.status == 200)).count();
    assert!((20..280).contains(&accepted), "{accepted} of 300 were accepted: too tame or too wild");
}

fn survives(count: u64, seed: u64) {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        hook(panic);
    }));
    for round in 0..count.div_ceil(EACH) {
        let mut attack = Attack::new(seed * 1_000_000 + round);
        for _ in 0..EACH.min(count - round * EACH) {
            if attack.dice(8) == 0 {
                attack.endpoint();
            } else {
                attack.request();
            }
        }
        attack.still_there();
    }
    assert_eq!(PANICS.load(Ordering::Relaxed), 0, "something panicked; see above");
}

/// A sandbox, and what it has said so far.
struct Attack {
    live: Live,
    /// As it was at the start: a request may delete the clients that it names.
    about: Description,
    random: ChaCha8Rng,
    /// Texts from answers, by the name of their member.
    found: BTreeMap<String, Vec<Value>>,
    last: String,
}

impl Attack {
    fn new(seed: u64) -> Self {
        let live = Live::of(Sandbox::new(options(20)));
        let about = live.sandbox.description();
        let mut attack =
            Self { random: ChaCha8Rng::seed_from_u64(seed), found: BTreeMap::new(), last: String::new(), about, live };
        attack.sign_in();
        attack
    }

    fn dice(&mut self, sides: usize) -> usize {
        usize::try_from(self.random.next_u64() % sides as u64).unwrap()
    }

    /// Tokens to begin with.
    fn sign_in(&mut self) {
        let (client, person) = (&self.about.clients[0].id, &self.about.people[0]);
        let parameters = json!({ "USERNAME": person.username, "PASSWORD": person.password });
        let input = json!({ "UserPoolId": self.live.pool, "ClientId": client,
            "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters });
        self.call("AdminInitiateAuth", &input);
    }

    /// Calls properly, and keeps what the answer holds.
    fn call(&mut self, operation: &str, input: &Value) -> Reply {
        let reply = self.live.call(operation, input.clone());
        self.keep(&reply);
        reply
    }

    fn keep(&mut self, reply: &Reply) {
        if let Ok(answer) = serde_json::from_str::<Value>(&reply.text) {
            harvest(&answer, &mut self.found);
        }
    }

    /// Sends a request about some operation, spoiled or not.
    fn request(&mut self) -> Option<Reply> {
        let operations = requests::operations();
        let (service, operation) = operations[self.dice(operations.len())];
        let mut input = Value::Object(self.members());
        for _ in 0..self.dice(4) {
            spoil::value(&mut input, &mut self.random);
        }
        let mut body = input.to_string();
        if self.dice(6) == 0 {
            spoil::text(&mut body, &mut self.random);
        }
        let target = format!("{service}.{operation}");
        let mut headers = vec![("x-amz-target", target.as_str()), ("content-type", "application/x-amz-json-1.1")];
        if self.dice(20) > 0 {
            headers.push(("authorization", AUTHORIZATION));
        }
        self.last = format!("{target} {body}");
        let reply = match self.live.send(&headers, &body) {
            Ok(reply) => reply,
            // Refused before all of it was read, so the connection closes while it is still being sent.
            Err(_) if body.len() > LONGEST => return None,
            Err(error) => panic!("no answer ({error}) to {}", self.last),
        };
        self.proper(&reply);
        self.keep(&reply);
        Some(reply)
    }

    /// Members that many operations take; each operation reads its own and must ignore the rest, as Cognito does.
    fn members(&mut self) -> Map<String, Value> {
        let mut members = requests::members(&self.about);
        for (name, value) in &mut members {
            let known = self.found.get(name).filter(|known| !known.is_empty());
            if let Some(known) = known.filter(|_| name != "UserPoolId") {
                let at = usize::try_from(self.random.next_u64() % known.len() as u64).unwrap();
                *value = known[at].clone();
            }
        }
        members.retain(|_, _| !self.random.next_u32().is_multiple_of(12));
        members
    }

    /// Asks an endpoint that is no AWS operation.
    fn endpoint(&mut self) {
        let ask = endpoints::ask(&self.about, &self.found, &mut self.random);
        self.last = format!("{ask:?}");
        let status = match endpoints::send(&self.live.endpoint, &ask) {
            Ok(status) => status,
            Err(error) => panic!("no answer ({error}) to {}", self.last),
        };
        assert!((200..500).contains(&status), "{status} to {}", self.last);
    }

    /// An answer is 200 with a JSON object, or an error of the client with its name.
    fn proper(&self, reply: &Reply) {
        let shown: String = self.last.chars().take(4_000).collect();
        let said = || format!("{} {} to {shown}", reply.status, reply.text);
        let sts = reply.content_type.as_deref() == Some("text/xml");
        assert!(reply.request_id.is_some(), "no request id: {}", said());
        let absent = reply.status == 501 && reply.text.contains("NotImplementedException");
        assert!(absent || matches!(reply.status, 200 | 400 | 403 | 413), "{}", said());
        if sts {
            return;
        }
        let Ok(answer) = serde_json::from_str::<Value>(&reply.text) else { panic!("no JSON: {}", said()) };
        assert!(answer.is_object(), "{}", said());
        if reply.status != 200 {
            assert!(answer["__type"].as_str().is_some_and(|name| !name.is_empty()), "{}", said());
            assert!(answer["__type"] != "InternalErrorException", "{}", said());
        }
    }

    /// A plain request is answered rightly after everything.
    fn still_there(&self) {
        let reply = self.live.call("ListUserPools", json!({ "MaxResults": 60 }));
        assert_eq!(reply.status, 200, "after {}: {}", self.last, reply.text);
    }
}

fn harvest(value: &Value, found: &mut BTreeMap<String, Vec<Value>>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if value.is_string() {
                    let known = found.entry(name.clone()).or_default();
                    if known.len() > 20 {
                        known.remove(0);
                    }
                    known.push(value.clone());
                }
                harvest(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| harvest(item, found)),
        _ => {}
    }
}
