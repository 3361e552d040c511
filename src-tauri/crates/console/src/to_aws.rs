//! From a token to AWS: which role an identity pool gives, by which rule, and the credentials of it.

use std::collections::BTreeMap;
use std::time::Instant;

use cognito::Session;
use cognito::identity_pools::{AwsCredentials, Identity as Known, IdentityPage, Logins};
use cognito::sign_in::{Answer, Refusal};
use jiff::Timestamp;
use model::IdentityPoolId;
use model::connection::{ConnectionId, Environment, Identity};
use model::identity::{Caller, IdentityPool, PrincipalTags, RoleChoice, provider_name, trust_conditions, trust_policy};
use model::token::{self, Token};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::error::{Code, Error};
use crate::lab::{Outcome, Shown, Step};
use crate::open::Console;

/// Who wants credentials.
#[derive(Clone)]
pub enum Bearer {
    /// Somebody who has not signed in.
    Guest,
    /// Somebody with an ID token.
    IdToken(SecretString),
}

/// How a token becomes credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `GetCredentialsForIdentity`: the identity pool chooses the role.
    Enhanced,
    /// `GetOpenIdToken` and `AssumeRoleWithWebIdentity`: the app chooses the role.
    Basic,
}

/// An exchange that is asked for.
#[derive(Clone)]
pub struct Ask {
    /// The identity pool.
    pub identity_pool: IdentityPoolId,
    /// Who asks.
    pub bearer: Bearer,
    /// How.
    pub way: Way,
    /// The role that is asked for; `None` for the one that the identity pool has.
    pub role: Option<String>,
}

/// An exchange, as far as it came. Its credentials live in here, in memory.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The identity pool as it is set up.
    pub pool: IdentityPool,
    /// Whether a guest asked.
    pub guest: bool,
    /// Which role the rules give, and by which of them: told from the settings, before anything was exchanged.
    pub choice: RoleChoice,
    /// Session tags by name, made of the token's claims; `None` when the map could not be read.
    pub tags: Option<BTreeMap<String, String>>,
    /// What matters in the role's trust policy.
    pub trust: Vec<String>,
    /// A trust policy that does.
    pub trust_policy: Value,
    /// Every call so far.
    pub steps: Vec<Step>,
    /// The identity; `None` when none was given.
    pub identity_id: Option<String>,
    /// The credentials; `None` when none were given.
    pub credentials: Option<AwsCredentials>,
    /// Who the credentials are; `None` when that was not told.
    pub identity: Option<Identity>,
    /// Why it ended early: the exception and what is behind it; `None` when it did not.
    pub refusal: Option<(String, String)>,
}

impl Console {
    /// The ids and names of the account's identity pools (`ListIdentityPools`; free).
    ///
    /// # Errors
    /// What [`Error`] tells.
    pub async fn identity_pools(&self, connection: &ConnectionId) -> Result<Vec<(IdentityPoolId, String)>, Error> {
        Ok(self.inner.session(connection).await?.identity_pools().await?)
    }

    /// An identity pool with its roles (`DescribeIdentityPool`, `GetIdentityPoolRoles`; free).
    ///
    /// # Errors
    /// What [`Error`] tells.
    pub async fn identity_pool(&self, connection: &ConnectionId, id: &IdentityPoolId) -> Result<IdentityPool, Error> {
        Ok(self.inner.session(connection).await?.identity_pool(id).await?)
    }

    /// A page of the identities in an identity pool (`ListIdentities`; five requests a second; free).
    ///
    /// # Errors
    /// What [`Error`] tells.
    pub async fn identities(
        &self,
        connection: &ConnectionId,
        id: &IdentityPoolId,
        next: Option<String>,
    ) -> Result<IdentityPage, Error> {
        Ok(self.inner.session(connection).await?.identities_in(id, next).await?)
    }

    /// One identity (`DescribeIdentity`; free).
    ///
    /// # Errors
    /// [`Code::Validation`] for what is no identity's id; otherwise what [`Error`] tells.
    pub async fn identity(&self, connection: &ConnectionId, id: &str) -> Result<Known, Error> {
        // An identity's id is of the form of an identity pool's.
        let id = IdentityPoolId::parse(id).map_err(|_| Error::invalid("identityId", "That is no identity's id."))?;
        Ok(self.inner.session(connection).await?.described_identity(id.as_str()).await?)
    }

    /// Exchanges a token, or being a guest, for AWS credentials. Free, and makes nobody a monthly active user; an
    /// identity is made where there is none yet. What AWS refuses is in the exchange.
    ///
    /// # Errors
    /// [`Code::Precondition`] in Production, which is read-only; [`Code::Validation`] for a token that no user pool
    /// made; otherwise what [`Error`] tells of the identity pool or of a network that fails.
    pub async fn exchange(&self, connection: &ConnectionId, ask: Ask) -> Result<Exchange, Error> {
        if self.inner.environment(connection) == Environment::Production {
            let message = "This connection is marked Production and is read-only. An exchange makes an identity and gives \
                           out credentials. Mark it Test to exchange tokens.";
            return Err(Error::new(Code::Precondition, message));
        }
        let login = match &ask.bearer {
            Bearer::Guest => None,
            Bearer::IdToken(token) => Some(Login::read(token)?),
        };
        let session = self.inner.session(connection).await?;
        let pool = session.identity_pool(&ask.identity_pool).await?;
        let tags = match &login {
            Some(login) => session.principal_tags(&pool.id, &login.provider).await.ok(),
            None => Some(PrincipalTags::default()),
        };
        let mut exchange = Exchange::begin(pool, &ask, login.as_ref(), tags);
        Exchanging { session, console: self, exchange: &mut exchange }.run(&ask, login).await?;
        Ok(exchange)
    }

    /// An address that signs a browser in to AWS's console with the credentials of an exchange.
    ///
    /// # Errors
    /// [`Code::Precondition`] in the sandbox, at an endpoint, and when AWS gives no ticket.
    pub async fn console_url(
        &self,
        connection: &ConnectionId,
        credentials: &AwsCredentials,
    ) -> Result<SecretString, Error> {
        Ok(self.inner.session(connection).await?.console_url(credentials).await?)
    }
}

/// An ID token and whom it is shown to as.
struct Login {
    provider: String,
    token: Token,
    secret: SecretString,
}

impl Login {
    fn read(secret: &SecretString) -> Result<Self, Error> {
        let token = token::decode(secret.expose_secret().trim())?;
        let provider = token::pool_of(&token).and_then(|_| provider_name(&token.claims)).ok_or_else(|| {
            Error::invalid("token", "The token names no user pool as its issuer. Give the ID token of a user pool.")
        })?;
        let secret = token.compact().to_owned().into();
        Ok(Self { provider, token, secret })
    }
}

impl Exchange {
    fn begin(pool: IdentityPool, ask: &Ask, login: Option<&Login>, tags: Option<PrincipalTags>) -> Self {
        let guest = login.is_none();
        let caller = login.map_or(Caller::Guest, |login| Caller::SignedIn(&login.token.claims));
        let choice = match ask.way {
            Way::Enhanced => pool.role_of(caller, ask.role.as_deref()),
            Way::Basic => basic_role(&pool, guest, ask.role.as_deref()),
        };
        let tags = tags.map(|tags| login.map(|login| tags.of(&login.token.claims)).unwrap_or_default());
        let tagged = tags.as_ref().is_some_and(|tags| !tags.is_empty());
        Self {
            guest,
            choice,
            trust: trust_conditions(&pool.id, guest, tagged),
            trust_policy: trust_policy(&pool.id, guest, tagged),
            tags,
            pool,
            steps: Vec::new(),
            identity_id: None,
            credentials: None,
            identity: None,
            refusal: None,
        }
    }
}

fn basic_role(pool: &IdentityPool, guest: bool, asked: Option<&str>) -> RoleChoice {
    let own = if guest { &pool.guest_role } else { &pool.authenticated_role };
    let why = "In the basic flow the app says which role it wants, and the role's trust policy alone decides.";
    match asked.map(str::to_owned).or_else(|| own.clone()) {
        Some(role) => RoleChoice { role: Some(role), why: why.to_owned() },
        None => RoleChoice { role: None, why: "The identity pool has no role to ask for. Name one.".to_owned() },
    }
}

/// An exchange under way.
struct Exchanging<'a> {
    session: Session,
    console: &'a Console,
    exchange: &'a mut Exchange,
}

type Values = BTreeMap<String, Shown>;

impl Exchanging<'_> {
    async fn run(mut self, ask: &Ask, login: Option<Login>) -> Result<(), Error> {
        let sent: Values = login.iter().map(|login| (login.provider.clone(), hidden(&login.secret))).collect();
        let logins = login.map_or_else(Logins::none, |login| Logins::of(login.provider, login.secret));
        let (began, at) = self.now();
        let answer = self.session.identity_id(&ask.identity_pool, &logins).await?;
        let call = Call { operation: "GetId", request: sent.clone(), began, at };
        let told = |id: &String| [("IdentityId".to_owned(), Shown::Plain(id.clone()))].into();
        let meaning = "The identity pool believes the login and names the identity behind it.";
        let Some(identity) = self.took(call, answer, told, meaning) else { return Ok(()) };
        self.exchange.identity_id = Some(identity.clone());
        let credentials = match ask.way {
            Way::Enhanced => self.enhanced(&identity, &logins, sent, ask.role.as_deref()).await?,
            Way::Basic => self.basic(&identity, &logins, sent).await?,
        };
        let Some(credentials) = credentials else { return Ok(()) };
        self.exchange.credentials = Some(credentials.clone());
        let (began, at) = self.now();
        // That the new credentials cannot be asked about takes nothing away from them.
        if let Ok(answer) = self.session.identity_of(&credentials).await {
            let call = Call { operation: "GetCallerIdentity", request: Values::new(), began, at };
            let told = |identity: &Identity| {
                let plain = |text: &str| Shown::Plain(text.to_owned());
                [("Arn".to_owned(), plain(&identity.arn)), ("Account".to_owned(), plain(identity.account.as_str()))]
                    .into()
            };
            self.exchange.identity = self.took(call, answer, told, "AWS says who the new credentials are.");
        }
        Ok(())
    }

    async fn enhanced(
        &mut self,
        identity: &str,
        logins: &Logins,
        mut sent: Values,
        role: Option<&str>,
    ) -> Result<Option<AwsCredentials>, Error> {
        sent.insert("IdentityId".to_owned(), Shown::Plain(identity.to_owned()));
        if let Some(role) = role {
            sent.insert("CustomRoleArn".to_owned(), Shown::Plain(role.to_owned()));
        }
        let (began, at) = self.now();
        let answer = self.session.credentials_for_identity(identity, logins, role).await?;
        let call = Call { operation: "GetCredentialsForIdentity", request: sent, began, at };
        let told = |(_, credentials): &(String, AwsCredentials)| shown(credentials);
        let meaning = "The identity pool chose the role and assumed it: credentials for an hour.";
        let Some((identity, credentials)) = self.took(call, answer, told, meaning) else { return Ok(None) };
        // Another one when logins were merged.
        self.exchange.identity_id = Some(identity);
        Ok(Some(credentials))
    }

    async fn basic(
        &mut self,
        identity: &str,
        logins: &Logins,
        mut sent: Values,
    ) -> Result<Option<AwsCredentials>, Error> {
        let Some(role) = self.exchange.choice.role.clone() else {
            let why = self.exchange.choice.why.clone();
            self.exchange.refusal = Some(("NoRole".to_owned(), why));
            return Ok(None);
        };
        sent.insert("IdentityId".to_owned(), Shown::Plain(identity.to_owned()));
        let (began, at) = self.now();
        let answer = self.session.open_id_token(identity, logins).await?;
        let call = Call { operation: "GetOpenIdToken", request: sent, began, at };
        let told = |token: &SecretString| [("Token".to_owned(), hidden(token))].into();
        let meaning = "A token of the identity that STS takes, for ten minutes.";
        let Some(token) = self.took(call, answer, told, meaning) else { return Ok(None) };
        let (began, at) = self.now();
        let answer = self.session.assume_role(&role, &token).await?;
        let request: Values = [
            ("RoleArn".to_owned(), Shown::Plain(role)),
            ("RoleSessionName".to_owned(), Shown::Plain("poolkeeper".to_owned())),
            ("WebIdentityToken".to_owned(), hidden(&token)),
        ]
        .into();
        let call = Call { operation: "AssumeRoleWithWebIdentity", request, began, at };
        Ok(self.took(call, answer, shown, "The role trusts the identity pool: credentials for an hour."))
    }

    fn now(&self) -> (Instant, Timestamp) {
        (Instant::now(), self.console.inner.now())
    }

    /// Records a call; its answer unless it was refused, which ends the exchange.
    fn took<T>(&mut self, call: Call, answer: Answer<T>, told: impl FnOnce(&T) -> Values, meaning: &str) -> Option<T> {
        let (given, outcome, meaning, values) = match answer {
            Answer::Given(given) => {
                let values = told(&given);
                (Some(given), Outcome::Done, meaning.to_owned(), values)
            }
            Answer::Refused(refusal) => {
                let explanation = explain(&refusal);
                self.exchange.refusal = Some((refusal.code.clone(), explanation.clone()));
                let Refusal { code, message, request_id } = refusal;
                let outcome = Outcome::Refused { code, message, explanation: explanation.clone(), request_id };
                (None, outcome, explanation, Values::new())
            }
        };
        self.exchange.steps.push(Step {
            operation: call.operation,
            subject: self.exchange.pool.name.clone(),
            at: call.at,
            took_ms: u64::try_from(call.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            request: call.request,
            answer: values,
            outcome,
            meaning,
            next: Vec::new(),
        });
        given
    }
}

/// A call that was sent.
struct Call {
    operation: &'static str,
    request: Values,
    began: Instant,
    at: Timestamp,
}

fn hidden(secret: &SecretString) -> Shown {
    Shown::Hidden(secret.expose_secret().chars().count())
}

fn shown(credentials: &AwsCredentials) -> Values {
    [
        ("AccessKeyId".to_owned(), Shown::Hidden(credentials.access_key_id.chars().count())),
        ("SecretKey".to_owned(), hidden(&credentials.secret_key)),
        ("SessionToken".to_owned(), hidden(&credentials.session_token)),
        ("Expiration".to_owned(), Shown::Plain(credentials.expires_at.to_string())),
    ]
    .into()
}

/// What is behind a refusal. Where AWS's own words name the reason they are repeated: none of them holds a secret.
fn explain(refusal: &Refusal) -> String {
    let said = refusal.message.as_str();
    let has = |words: &str| said.to_ascii_lowercase().contains(words);
    match refusal.code.as_str() {
        "NotAuthorizedException" if has("expired") => "The token has expired. Sign in again or refresh.".to_owned(),
        "NotAuthorizedException" if has("revoked") || has("disabled") || has("does not exist") => format!(
            "The identity pool asks the user pool (ServerSideTokenCheck), and that knows the person no longer as signed in: \
             {said}"
        ),
        "NotAuthorizedException" if has("unauthenticated access") => {
            "The identity pool lets no guests in. Allow unauthenticated identities, or exchange an ID token.".to_owned()
        }
        "NotAuthorizedException" if has("supported provider") => {
            "The identity pool does not trust this user pool with this app client. Add both to its user pool providers."
                .to_owned()
        }
        "NotAuthorizedException" if has("verify signed token") || has("not a valid openid") => {
            "The token is not an ID token that the user pool signed. An access token is refused, too.".to_owned()
        }
        "NotAuthorizedException" => format!("The identity pool refuses: {said}"),
        "InvalidIdentityPoolConfigurationException" => {
            "The identity pool has no role for this, or may not assume it: check the role's trust policy.".to_owned()
        }
        "InvalidParameterException" if has("classic") => {
            format!("{said} The basic flow skips the scope-down policy, too.")
        }
        "AccessDenied" => "The role's trust policy does not let this identity assume it. It must trust \
                           cognito-identity.amazonaws.com with aud and amr as below."
            .to_owned(),
        code => format!("AWS answers {code}: {said}"),
    }
}

/// Credentials as shells take them.
#[must_use]
pub fn environment(credentials: &AwsCredentials, region: &str) -> SecretString {
    format!(
        "export AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\nexport AWS_SESSION_TOKEN={}\nexport AWS_REGION={region}\n",
        credentials.access_key_id,
        credentials.secret_key.expose_secret(),
        credentials.session_token.expose_secret()
    )
    .into()
}

/// Credentials as a profile of `~/.aws/credentials`.
#[must_use]
pub fn profile(credentials: &AwsCredentials, name: &str, region: &str) -> SecretString {
    format!(
        "[{name}]\naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\nregion = {region}\n",
        credentials.access_key_id,
        credentials.secret_key.expose_secret(),
        credentials.session_token.expose_secret()
    )
    .into()
}
