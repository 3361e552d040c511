//! What a user does before they can sign in: signing up, confirming, getting in again without the password.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cognito::Session;
use cognito::sign_in::{Applicant, Delivery};
use model::PoolId;
use model::connection::ConnectionId;
use secrecy::SecretString;

use super::LabClient;
use super::recorder::{self, Said, Sent, Shown, Step, Values};
use crate::error::Error;
use crate::open::{Console, Inner};

/// One of them.
#[derive(Debug, Clone)]
pub enum Errand {
    /// Creates an account (`SignUp`; makes a monthly active user).
    SignUp {
        /// The password; `None` where the pool lets people in without one.
        password: Option<SecretString>,
        /// Attributes by name.
        attributes: BTreeMap<String, String>,
    },
    /// Confirms it with the code that was sent (`ConfirmSignUp`; makes a monthly active user).
    Confirm(SecretString),
    /// Sends that code again (`ResendConfirmationCode`; AWS does not say whether it counts).
    Resend,
    /// Sends a code for a new password (`ForgotPassword`; makes a monthly active user).
    Forgot,
    /// Sets a new password with that code (`ConfirmForgotPassword`; makes a monthly active user).
    ConfirmForgot {
        /// The code.
        code: SecretString,
        /// The new password.
        password: SecretString,
    },
}

/// Errands of one person through one client, recorded.
pub struct Errands {
    session: Session,
    console: Arc<Inner>,
    connection: ConnectionId,
    client: LabClient,
    pool: PoolId,
    steps: Vec<Step>,
}

impl fmt::Debug for Errands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Errands").field("steps", &self.steps.len()).finish_non_exhaustive()
    }
}

impl Console {
    /// Begins a recording of errands through a client. Sends nothing.
    ///
    /// # Errors
    /// [`Code::Precondition`](crate::Code::Precondition) in Production, which is read-only.
    pub async fn errands(&self, connection: &ConnectionId, pool: &PoolId, client: LabClient) -> Result<Errands, Error> {
        self.inner.refuse_in_production(connection)?;
        let session = self.inner.session(connection).await?;
        Ok(Errands {
            session,
            console: self.inner.clone(),
            connection: connection.clone(),
            client,
            pool: pool.clone(),
            steps: Vec::new(),
        })
    }
}

impl Errands {
    /// Every call so far.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The client through which they go.
    #[must_use]
    pub fn client(&self) -> &LabClient {
        &self.client
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// The pool in which they are done.
    #[must_use]
    pub fn pool(&self) -> &PoolId {
        &self.pool
    }

    /// The same recording through another client.
    pub fn through(&mut self, client: LabClient) {
        self.client = client;
    }

    /// Runs an errand for a user name or alias, with `ClientMetadata` for the pool's triggers.
    ///
    /// # Errors
    /// [`Code::Validation`](crate::Code::Validation) without a user name, [`Code::Precondition`](crate::Code::Precondition)
    /// in Production, what kept the call from being sent. A refusal of Cognito's and a call that failed are in the answer.
    pub async fn run(
        &mut self,
        username: &str,
        metadata: &BTreeMap<String, String>,
        errand: &Errand,
    ) -> Result<Said, Error> {
        self.console.refuse_in_production(&self.connection)?;
        if username.is_empty() {
            return Err(Error::invalid("username", "Enter a user name."));
        }
        let who = Applicant {
            pool: self.pool.clone(),
            client: self.client.client.id.clone(),
            secret: self.client.secret.clone(),
            username: username.to_owned(),
            metadata: metadata.clone(),
        };
        let client = &self.client.client;
        let (step, said) = match errand {
            Errand::SignUp { password, attributes } => {
                let mut request = self.request(&who);
                let named = attributes.iter();
                request.extend(named.map(|(name, value)| (attribute(name), Shown::Plain(value.clone()))));
                request.extend(password.as_ref().map(|password| ("Password".to_owned(), recorder::hidden(password))));
                let sent = self.sending("SignUp", "account", request);
                sent.ended(self.session.sign_up(&who, password.as_ref(), attributes).await, client, signed_up)
            }
            Errand::Confirm(code) => {
                let sent = self.sending("ConfirmSignUp", "account", self.request_with(&who, code));
                let answer = self.session.confirm_sign_up(&who, code).await;
                sent.ended(answer, client, |()| {
                    (Values::new(), "The account is confirmed; its owner can sign in.".to_owned())
                })
            }
            Errand::Resend => {
                let sent = self.sending("ResendConfirmationCode", "account", self.request(&who));
                sent.ended(self.session.resend_code(&who).await, client, |delivery| code_sent(&delivery))
            }
            Errand::Forgot => {
                let sent = self.sending("ForgotPassword", "password", self.request(&who));
                sent.ended(self.session.forgot_password(&who).await, client, |delivery| code_sent(&delivery))
            }
            Errand::ConfirmForgot { code, password } => {
                let mut request = self.request_with(&who, code);
                request.insert("Password".to_owned(), recorder::hidden(password));
                let sent = self.sending("ConfirmForgotPassword", "password", request);
                let answer = self.session.confirm_forgot_password(&who, code, password).await;
                sent.ended(answer, client, |()| (Values::new(), "The new password holds.".to_owned()))
            }
        }?;
        self.steps.push(step);
        Ok(said)
    }

    fn sending(&self, operation: &'static str, subject: &str, request: Values) -> Sent {
        Sent::new(operation, subject, request, self.console.now())
    }

    fn request(&self, who: &Applicant) -> Values {
        let mut request = recorder::plain([("ClientId", who.client.as_str()), ("Username", &who.username)]);
        if who.secret.is_some() {
            // Base 64 of a SHA-256.
            request.insert("SecretHash".to_owned(), Shown::Hidden(44));
        }
        recorder::with_metadata(request, &who.metadata)
    }

    fn request_with(&self, who: &Applicant, code: &SecretString) -> Values {
        let mut request = self.request(who);
        request.insert("ConfirmationCode".to_owned(), recorder::hidden(code));
        request
    }
}

fn attribute(name: &str) -> String {
    format!("userAttributes.{name}")
}

fn delivered(delivery: &Delivery) -> Values {
    let medium = delivery.medium.as_deref().map(|medium| ("CODE_DELIVERY_DELIVERY_MEDIUM", medium));
    let to = delivery.destination.as_deref().map(|to| ("CODE_DELIVERY_DESTINATION", to));
    recorder::plain(medium.into_iter().chain(to))
}

fn code_sent(delivery: &Delivery) -> (Values, String) {
    let meaning = match (&delivery.medium, &delivery.destination) {
        (Some(medium), Some(to)) => {
            format!("A code was sent to {to} ({medium}), unless Cognito hides that there is nobody.")
        }
        _ => "Cognito took the request, and does not say where a code went.".to_owned(),
    };
    (delivered(delivery), meaning)
}

fn signed_up((confirmed, delivery): (bool, Delivery)) -> (Values, String) {
    let meaning = match (confirmed, &delivery.destination) {
        (true, _) => "The account is made and confirmed: a trigger of the pool does that.".to_owned(),
        (false, Some(to)) => format!("The account is made. A code was sent to {to}."),
        (false, None) => "The account is made and waits to be confirmed; no code was sent.".to_owned(),
    };
    (delivered(&delivery), meaning)
}
