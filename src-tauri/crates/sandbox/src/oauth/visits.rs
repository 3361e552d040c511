//! Requests of browsers and OAuth clients on their way through weather and world.

use super::{Endpoint, Visit, answer};
use crate::protocol::{Answer, Outcome, PageRequest};
use crate::sandbox::Sandbox;
use crate::weather::{Fault, Traits};
use serde_json::json;

impl Sandbox {
    /// Answers a request to an endpoint. `pool` is the pool of the path, if it names one.
    pub(crate) async fn visit(&self, endpoint: Endpoint, pool: Option<&str>, request: &PageRequest) -> Outcome {
        let forecast = self.weather_ref().meet(Traits {
            name: endpoint.name(),
            category: endpoint.category(request),
            per_pool: None,
            person: None,
            may_bill: false,
        });
        if !forecast.delay.is_zero() {
            tokio::time::sleep(forecast.delay).await;
        }
        let failed = |status: u16, error: &str| Outcome::Answer(Answer::document(status, &json!({ "error": error })));
        match &forecast.fault {
            _ if forecast.offline => return Outcome::Reset,
            Some(Fault::ConnectionReset) => return Outcome::Reset,
            Some(Fault::TimeoutBefore) => return Outcome::Silence,
            Some(Fault::Error { code, http_status }) => return failed(*http_status, code),
            Some(Fault::Throttle) => return failed(429, "too_many_requests"),
            _ if forecast.throttled => return failed(429, "too_many_requests"),
            _ => {}
        }
        let moment = self.moment();
        let answer = answer(endpoint, &mut Visit { world: &mut self.world(), moment, request, pool });
        match forecast.fault {
            Some(Fault::TimeoutAfter) => Outcome::Silence,
            Some(Fault::TruncatedBody) => Outcome::Truncated(answer),
            _ => Outcome::Answer(answer),
        }
    }
}
