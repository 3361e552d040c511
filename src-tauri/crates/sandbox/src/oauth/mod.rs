//! The OAuth 2.0 and OpenID Connect endpoints of a user pool, and the login page behind them.
//!
//! They are where a domain of the pool would be: under `/<pool>/…`, and without the pool under `/oauth2/…`, `/login` and
//! `/logout`, where the client tells the pool. Other providers are led to; who came back
//! from there is taken from whoever sits at the browser.

mod authorize;
mod errands;
mod federation;
mod form;
mod grants;
mod html;
mod login;
mod logout;
mod request;
mod sign_in;
mod token;
mod user_info;
mod visits;

use serde_json::json;

use crate::directory::World;
use crate::directory::users::Moment;
use crate::protocol::{Answer, PageRequest};
use crate::weather::{Category, Weather};

use form::Form;
pub(crate) use grants::{Browsers, LoginSession};

/// An endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Authorize,
    Login,
    Error,
    Token,
    UserInfo,
    Revoke,
    Logout,
    SignUp,
    ForgotPassword,
    /// Where other providers lead back to.
    Federation,
}

impl Endpoint {
    /// What is at a path, with the pool left out.
    pub(crate) fn at(path: &[&str]) -> Option<Self> {
        match path {
            ["oauth2", "authorize"] => Some(Self::Authorize),
            ["oauth2", "token"] => Some(Self::Token),
            ["oauth2", "userInfo"] => Some(Self::UserInfo),
            ["oauth2", "revoke"] => Some(Self::Revoke),
            ["login"] => Some(Self::Login),
            ["logout"] => Some(Self::Logout),
            ["signup"] => Some(Self::SignUp),
            ["forgotPassword"] => Some(Self::ForgotPassword),
            ["oauth2" | "saml2", "idpresponse"] => Some(Self::Federation),
            ["error"] => Some(Self::Error),
            _ => None,
        }
    }

    /// The name under which calls are counted and faults are planned.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Authorize => "oauth2/authorize",
            Self::Login => "login",
            Self::Error => "error",
            Self::Token => "oauth2/token",
            Self::UserInfo => "oauth2/userInfo",
            Self::Revoke => "oauth2/revoke",
            Self::Logout => "logout",
            Self::SignUp => "signup",
            Self::ForgotPassword => "forgotPassword",
            Self::Federation => "oauth2/idpresponse",
        }
    }

    /// Whether a request can be counted, and fail, under this name.
    pub(crate) fn is_named(name: &str) -> bool {
        let path: Vec<&str> = name.split('/').collect();
        Self::at(&path).is_some_and(|endpoint| endpoint.name() == name)
    }

    /// The quota that a request takes from, if it takes from any.
    pub(crate) fn category(self, request: &PageRequest) -> Option<Category> {
        match self {
            Self::Login if request.method == "POST" => Some(Category::UserAuthentication),
            Self::SignUp if request.method == "POST" => Some(Category::UserCreation),
            Self::ForgotPassword if request.method == "POST" => Some(Category::UserAccountRecovery),
            Self::Federation => Some(Category::UserFederation),
            Self::Token if request.method == "POST" => {
                let grant = Form::read(&request.body).text("grant_type");
                match grant.as_deref() {
                    Some("client_credentials") => Some(Category::ClientAuthentication),
                    Some("refresh_token") => Some(Category::UserAuthentication),
                    _ => None,
                }
            }
            Self::Revoke if request.method == "POST" => Some(Category::UserToken),
            _ => None,
        }
    }

    fn methods(self) -> &'static [&'static str] {
        match self {
            Self::Authorize | Self::Login | Self::SignUp | Self::ForgotPassword | Self::Federation => {
                &["GET", "HEAD", "POST"]
            }
            Self::Error | Self::Logout => &["GET", "HEAD"],
            Self::Token | Self::Revoke => &["POST"],
            Self::UserInfo => &["GET", "HEAD", "POST"],
        }
    }

    /// Whether pages of other origins may read the answer.
    fn is_shared(self) -> bool {
        matches!(self, Self::Token | Self::UserInfo | Self::Revoke)
    }
}

/// Where a request came in.
pub(crate) struct Visit<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) weather: &'a Weather,
    pub(crate) moment: Moment,
    pub(crate) request: &'a PageRequest,
    /// The pool of the path, if it names one.
    pub(crate) pool: Option<&'a str>,
}

impl Visit<'_> {
    /// What leads to the pages of the same pool.
    fn prefix(&self) -> String {
        self.pool.map(|pool| format!("/{pool}")).unwrap_or_default()
    }

    /// The value of a cookie.
    fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.request.cookie.as_deref()?.split(';');
        cookies
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(found, _)| *found == name)
            .map(|found| found.1)
    }
}

/// Answers a request to an endpoint.
pub(crate) fn answer(endpoint: Endpoint, visit: &mut Visit<'_>) -> Answer {
    if visit.pool.is_some_and(|pool| !visit.world.pools.contains_key(pool)) {
        return Answer::nowhere();
    }
    let method = visit.request.method.as_str();
    let answer = if method == "OPTIONS" && endpoint.is_shared() {
        Answer::page(204, "text/plain; charset=utf-8", "")
            .with("access-control-allow-methods", endpoint.methods().join(", "))
            .with(
                "access-control-allow-headers",
                "authorization, content-type, x-amz-user-agent, amz-sdk-invocation-id",
            )
            .with("access-control-max-age", "86400")
    } else if !endpoint.methods().contains(&method) {
        let refused = Answer::document(405, &json!({ "error": "invalid_request" }));
        refused.with("allow", endpoint.methods().join(", "))
    } else {
        match endpoint {
            Endpoint::Authorize => authorize::answer(visit),
            Endpoint::Login => login::answer(visit),
            Endpoint::Error => html::refusal(Form::read(visit.request.query.as_bytes()).get("error")),
            Endpoint::Token => token::answer(visit),
            Endpoint::UserInfo => user_info::answer(visit),
            Endpoint::Revoke => token::revoke(visit),
            Endpoint::Logout => logout::answer(visit),
            Endpoint::SignUp => errands::answer(visit, errands::Purpose::SignUp),
            Endpoint::ForgotPassword => errands::answer(visit, errands::Purpose::Forgotten),
            Endpoint::Federation => federation::came_back(visit),
        }
    };
    if endpoint.is_shared() { answer.with("access-control-allow-origin", "*") } else { answer }
}
