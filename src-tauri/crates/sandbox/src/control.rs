//! What only the sandbox has: its weather, its counts, its outbox and its trigger answers, as Rust functions and as JSON
//! under `/_sandbox/`.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::directory::activity::{self, Active, Basis};
use crate::error::Error;
use crate::operations;
use crate::outbox::Message;
use crate::protocol::{Answer, Api, PageRequest};
use crate::sandbox::Sandbox;
use crate::triggers::Triggers;
use crate::weather::{Conditions, Weather};

/// Monthly active users of one virtual month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mau {
    /// The month in UTC, such as `2026-11`.
    pub month: String,
    /// People who count: by AWS's list, and by what it leaves out but older texts name.
    pub count: usize,
    /// People of whom only operations are known that AWS says nothing about.
    pub possible: usize,
    /// All of them.
    pub users: Vec<Active>,
}

/// An operation of one of the services.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KnownOperation {
    /// `cognito-idp`, `cognito-identity` or `sts`.
    pub service: &'static str,
    /// Name on the wire.
    pub name: &'static str,
    /// Whether the sandbox carries it out.
    pub implemented: bool,
    /// Quota category of user pools, where AWS names one.
    pub category: Option<&'static str>,
    /// Requests a second that AWS publishes for the category.
    pub rate: Option<f64>,
    /// Whether it needs no signature.
    pub unsigned: bool,
    /// Whether it makes the person it is about an active one; `None` when it does not.
    pub active: Option<Basis>,
}

impl Sandbox {
    /// Who was active in the virtual month that it is now, in one pool or in all.
    #[must_use]
    pub fn mau(&self, pool: Option<&str>) -> Mau {
        let now = self.weather_ref().now();
        let world = self.world();
        let here = |active: &&Active| pool.is_none_or(|pool| active.user_pool_id == pool);
        let users: Vec<Active> = world.activity.in_month_of(now).filter(here).cloned().collect();
        let possible = users.iter().filter(|active| active.basis == Basis::Possible).count();
        Mau { month: activity::month(now), count: users.len() - possible, possible, users }
    }

    /// Every operation of both services and of STS that AWS has or the sandbox knows, sorted.
    #[must_use]
    pub fn operations() -> Vec<KnownOperation> {
        operations::all()
    }

    /// The messages that a real account would have sent, the oldest first.
    #[must_use]
    pub fn outbox(&self) -> Vec<Message> {
        self.world().outbox.messages().cloned().collect()
    }

    /// What the triggers of a pool answer, as a JSON object under the names of `LambdaConfig`.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown pool.
    pub fn triggers(&self, pool: &str) -> Result<Value, Error> {
        let world = self.world();
        let pool = world.pools.get(pool).ok_or(Error::NotFound { what: "pool" })?;
        Ok(Value::Object(pool.triggers.0.clone()))
    }

    /// Replaces what the triggers of a pool answer.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown pool, [`Error::Weather`] for answers of another form.
    pub fn set_triggers(&self, pool: &str, answers: Value) -> Result<(), Error> {
        let triggers = Triggers::read(answers).map_err(|error| Error::Weather { reason: error.to_string() })?;
        let mut world = self.world();
        world.pools.get_mut(pool).ok_or(Error::NotFound { what: "pool" })?.triggers = triggers;
        Ok(())
    }
}

/// Members of `/_sandbox/weather` and `/_sandbox/clock` that move the virtual time.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Shift {
    now: Option<Timestamp>,
    advance_seconds: Option<f64>,
}

impl Weather {
    /// Sets the members that `change` has, under the names of [`Conditions`], and leaves the others. `advanceSeconds`
    /// pushes the virtual time forward, `now` moves it to a time.
    ///
    /// # Errors
    /// [`Error::Weather`] for an unknown member or a value that makes no sense; nothing is changed.
    pub fn change(&self, change: Value) -> Result<(), Error> {
        let refused = |reason: String| Error::Weather { reason };
        let Value::Object(mut change) = change else {
            return Err(refused("The weather is a JSON object.".to_owned()));
        };
        let mut shift = Map::new();
        for name in ["now", "advanceSeconds"] {
            shift.extend(change.remove(name).map(|value| (name.to_owned(), value)));
        }
        let shift: Shift = read(Value::Object(shift))?;
        let by = shift.advance_seconds.map(Duration::try_from_secs_f64).transpose();
        let by = by.map_err(|_| refused("The virtual time moves forward only.".to_owned()))?;
        if shift.now.is_some_and(|then| then < self.now()) {
            return Err(refused("The virtual time does not run backwards.".to_owned()));
        }
        if !change.is_empty() {
            let mut all = match serde_json::to_value(self.conditions()) {
                Ok(Value::Object(all)) => all,
                _ => Map::new(),
            };
            all.extend(change);
            self.set(read(Value::Object(all))?)?;
        }
        if let Some(then) = shift.now {
            self.move_to(then)?;
        }
        self.advance(by.unwrap_or_default());
        Ok(())
    }
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|error| Error::Weather { reason: format!("{error}.") })
}

/// Answers a request under `/_sandbox/`; `path` is what follows.
pub(crate) fn answer(sandbox: &Sandbox, request: &PageRequest, path: &[&str]) -> Answer {
    match route(sandbox, request, path) {
        Ok(Some(answer)) => Answer::document(200, &answer),
        Ok(None) => Answer::document(404, &told("Nothing is here, or not with this method. See /_sandbox/.")),
        Err(Error::NotFound { what }) => Answer::document(404, &told(&Error::NotFound { what }.to_string())),
        Err(error) => Answer::document(400, &told(&error.to_string())),
    }
}

fn told(message: &str) -> Value {
    json!({ "message": message })
}

fn route(sandbox: &Sandbox, request: &PageRequest, path: &[&str]) -> Result<Option<Value>, Error> {
    let weather = sandbox.weather_ref();
    let body = || {
        serde_json::from_slice::<Value>(&request.body)
            .map_err(|error| Error::Weather { reason: format!("The body is not JSON: {error}.") })
    };
    let asked = |name: &str| {
        form_urlencoded::parse(request.query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value)
    };
    let method = if request.method == "POST" { "PUT" } else { request.method.as_str() };
    Ok(Some(match (method, path) {
        ("GET", [] | [""]) => index(sandbox),
        ("GET", ["weather"]) => described(weather),
        ("PUT", ["weather"]) => {
            weather.change(body()?)?;
            described(weather)
        }
        ("DELETE", ["weather"]) => {
            weather.set(Conditions::at_start(sandbox.options()))?;
            described(weather)
        }
        ("GET", ["clock"]) => json!({ "now": weather.now() }),
        ("PUT", ["clock"]) => {
            let Value::Object(shift) = body()? else { return Ok(None) };
            if let Some(name) = shift.keys().find(|name| !["now", "advanceSeconds"].contains(&name.as_str())) {
                return Err(Error::Weather { reason: format!("The clock has no {name}.") });
            }
            weather.change(Value::Object(shift))?;
            json!({ "now": weather.now() })
        }
        ("GET", ["calls"]) => {
            let calls = sandbox.calls();
            let mut out = json!(calls);
            out["total"] = calls.total().into();
            out
        }
        ("DELETE", ["calls"]) => {
            sandbox.forget_calls();
            json!({})
        }
        ("GET", ["mau"]) => json!(sandbox.mau(asked("pool").as_deref())),
        ("GET", ["outbox"]) => {
            let (user, pool) = (asked("user"), asked("pool"));
            let mut messages = sandbox.outbox();
            messages.retain(|message| {
                user.as_deref().is_none_or(|user| message.username == user || message.to == user)
                    && pool.as_deref().is_none_or(|pool| message.pool == pool)
            });
            json!({ "messages": messages })
        }
        ("GET", ["imports", pool, job]) => json!({ "log": sandbox.directory().import_log(pool, job) }),
        ("GET", ["operations"]) => json!({ "operations": Sandbox::operations() }),
        ("GET", ["triggers", pool]) => sandbox.triggers(pool)?,
        ("PUT", ["triggers", pool]) => {
            sandbox.set_triggers(pool, body()?)?;
            sandbox.triggers(pool)?
        }
        _ => return Ok(None),
    }))
}

fn described(weather: &Weather) -> Value {
    let mut out = json!(weather.conditions());
    out["now"] = json!(weather.now());
    out
}

/// What there is, for whoever opens it in a browser.
fn index(sandbox: &Sandbox) -> Value {
    json!({
        "sandbox": sandbox.description(),
        "paths": [
            "GET PUT DELETE /_sandbox/weather",
            "GET PUT /_sandbox/clock",
            "GET DELETE /_sandbox/calls",
            "GET /_sandbox/mau?pool=",
            "GET /_sandbox/outbox?user=&pool=",
            "GET PUT /_sandbox/triggers/<pool>",
            "GET /_sandbox/imports/<pool>/<job>",
            "GET /_sandbox/operations",
        ],
        "services": [Api::UserPools.iam(), Api::IdentityPools.iam(), Api::Sts.iam(), Api::CloudWatch.iam()],
    })
}
