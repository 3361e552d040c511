//! Requests of browsers and OAuth clients on their way through weather and world.

use super::form::Form;
use super::{Endpoint, Visit, answer};
use crate::directory::World;
use crate::exchange::{conclude, count_acting, sit_out};
use crate::protocol::{Answer, Outcome, PageRequest, bearer};
use crate::sandbox::Sandbox;
use crate::tokens;
use crate::weather::{Fault, Traits};
use serde_json::json;

impl Sandbox {
    /// The person whom a request is about, as far as it tells: only counts and rates use it.
    fn whom(&self, endpoint: Endpoint, request: &PageRequest) -> Option<String> {
        let form = Form::read(&request.body);
        let world = self.world();
        match endpoint {
            Endpoint::Login | Endpoint::SignUp | Endpoint::ForgotPassword => {
                form.text("username").or_else(|| form.get("session").and_then(|id| world.sessions.person(id)))
            }
            Endpoint::Token | Endpoint::Revoke => {
                let token = form.get("refresh_token").or(form.get("token"));
                token.and_then(|token| tokens::owner(&world, token)).or_else(|| world.holder_of(form.get("code")?))
            }
            Endpoint::UserInfo => bearer(request.authorization.as_deref()?.split_once(' ')?.1.trim()),
            _ => None,
        }
    }

    /// Answers a request to an endpoint. `pool` is the pool of the path, if it names one.
    pub(crate) async fn visit(&self, endpoint: Endpoint, pool: Option<&str>, request: &PageRequest) -> Outcome {
        let client = Form::read(request.query.as_bytes()).text("client_id");
        let client = client.or_else(|| Form::read(&request.body).text("client_id"));
        let person = self.whom(endpoint, request);
        let forecast = self.weather_ref().meet_domain(&Traits {
            service: None,
            name: endpoint.name(),
            category: endpoint.category(request),
            pool,
            client: client.as_deref(),
            person: person.as_deref(),
            new_password: false,
        });
        if let Err(outcome) = sit_out(&forecast).await {
            return outcome;
        }
        let failed = |status: u16, error: &str| Outcome::Answer(Answer::document(status, &json!({ "error": error })));
        match &forecast.fault {
            Some(Fault::Error { code, http_status }) => return failed(*http_status, code),
            Some(Fault::Throttle) => return failed(429, "too_many_requests"),
            _ if forecast.throttled => return failed(429, "too_many_requests"),
            _ => {}
        }
        let moment = self.weather_ref().moment(forecast.skew_ms);
        let mut world = self.world();
        let answer =
            answer(endpoint, &mut Visit { world: &mut world, weather: self.weather_ref(), moment, request, pool });
        count_acting(&mut world, endpoint.name(), moment.now_ms, answer.status < 400);
        conclude(&forecast, self.dated(answer, forecast.skew_ms))
    }
}

impl World {
    /// The username of whoever an authorization code was given to.
    fn holder_of(&self, code: &str) -> Option<String> {
        let (pool, user) = self.browsers.holder(code)?;
        self.pools.get(pool)?.users.get(user).map(|user| user.username().to_owned())
    }
}
