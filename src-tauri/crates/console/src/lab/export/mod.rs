//! A recording in another form: commands to repeat it with, code of an app, a report for a ticket. None holds a secret:
//! where one was, there is a placeholder such as `<PASSWORD>`.

mod amplify;
mod commands;
mod report;

use serde_json::{Map, Value, json};

use super::recorder::{METADATA, Outcome, Shown, Step};
use super::{Errands, SignIn};

/// The form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Commands of the AWS CLI.
    AwsCli,
    /// Commands of curl.
    Curl,
    /// JavaScript for Amplify, version 6.
    JavaScript,
    /// Markdown for a ticket, without user names and attribute values either.
    Report,
}

/// What is written down.
#[derive(Debug, Clone)]
pub struct Recipe<'a> {
    region: String,
    endpoint: Option<String>,
    domain: Option<String>,
    pool: &'a str,
    client: &'a str,
    has_secret: bool,
    steps: &'a [Step],
}

impl SignIn {
    /// What its recording is written down from.
    #[must_use]
    pub fn recipe(&self) -> Recipe<'_> {
        let (client, domain) = (&self.start().client.client, self.known_domain().map(str::to_owned));
        Recipe {
            region: self.session().region().as_str().to_owned(),
            endpoint: self.session().endpoint().map(str::to_owned),
            domain,
            pool: self.start().pool.as_str(),
            client: client.id.as_str(),
            has_secret: client.has_secret,
            steps: self.steps(),
        }
    }
}

impl Errands {
    /// What its recording is written down from.
    #[must_use]
    pub fn recipe(&self) -> Recipe<'_> {
        let client = &self.client().client;
        Recipe {
            region: self.session().region().as_str().to_owned(),
            endpoint: self.session().endpoint().map(str::to_owned),
            domain: None,
            pool: self.pool().as_str(),
            client: client.id.as_str(),
            has_secret: client.has_secret,
            steps: self.steps(),
        }
    }
}

impl Recipe<'_> {
    /// The recording in a form.
    #[must_use]
    pub fn write(&self, language: Language) -> String {
        match language {
            Language::AwsCli => commands::aws(self),
            Language::Curl => commands::curl(self),
            Language::JavaScript => amplify::script(self),
            Language::Report => report::markdown(self),
        }
    }

    fn domain(&self) -> &str {
        self.domain.as_deref().unwrap_or("https://<YOUR_DOMAIN>")
    }

    /// What an AWS operation was sent, with placeholders.
    fn input(&self, step: &Step) -> Value {
        let mut values: Map<String, Value> =
            step.request.iter().map(|(name, value)| (name.clone(), written(name, value).into())).collect();
        let metadata = values.remove(METADATA).is_some().then(|| metadata(step));
        let admin = step.operation.starts_with("Admin");
        let mut input = match step.operation {
            "InitiateAuth" | "AdminInitiateAuth" => {
                let mut input = json!({ "AuthFlow": step.subject, "ClientId": self.client, "AuthParameters": values });
                if admin {
                    input["UserPoolId"] = self.pool.into();
                }
                input
            }
            "RespondToAuthChallenge" | "AdminRespondToAuthChallenge" => {
                let mut input = json!({
                    "ChallengeName": step.subject, "ClientId": self.client, "ChallengeResponses": values,
                    "Session": "<SESSION>",
                });
                if admin {
                    input["UserPoolId"] = self.pool.into();
                }
                input
            }
            "ConfirmDevice" => {
                let mut input = Value::Object(values);
                input["DeviceSecretVerifierConfig"] =
                    json!({ "PasswordVerifier": "<PASSWORD_VERIFIER>", "Salt": "<SALT>" });
                input
            }
            _ => Value::Object(shaped(values)),
        };
        if let Some(metadata) = metadata {
            input[METADATA] = metadata;
        }
        input
    }
}

/// What was sent along for triggers; `null` when nothing was.
fn metadata(step: &Step) -> Value {
    match step.request.get(METADATA) {
        Some(Shown::Plain(json)) => serde_json::from_str(json).unwrap_or_default(),
        _ => Value::Null,
    }
}

/// Members whose shape a recording does not show.
fn shaped(values: Map<String, Value>) -> Map<String, Value> {
    let (attributes, mut plain): (Map<_, _>, Map<_, _>) =
        values.into_iter().partition(|(name, _)| name.starts_with("userAttributes."));
    if !attributes.is_empty() {
        let listed = attributes
            .into_iter()
            .map(|(name, value)| json!({ "Name": name.trim_start_matches("userAttributes."), "Value": value }));
        plain.insert("UserAttributes".to_owned(), listed.collect());
    }
    if let Some(Value::String(scopes)) = plain.get("Scopes") {
        let scopes: Value = scopes.split(' ').collect();
        plain.insert("Scopes".to_owned(), scopes);
    }
    plain
}

/// A value, or the placeholder of one that is secret or made anew for each sign-in.
fn written(name: &str, value: &Shown) -> String {
    match value {
        Shown::Plain(text) if !matches!(name, "SRP_A" | "TIMESTAMP") => text.clone(),
        _ => placeholder(name),
    }
}

/// `ClientSecret` and `CLIENT_SECRET` are both `<CLIENT_SECRET>`.
fn placeholder(name: &str) -> String {
    let mut words = String::from("<");
    let mut before = '_';
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && before.is_ascii_lowercase() {
            words.push('_');
        }
        words.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' });
        before = letter;
    }
    words.push('>');
    words
}

/// How a step ended, in a word.
fn outcome(step: &Step) -> &str {
    match &step.outcome {
        Outcome::Challenge(name) => name,
        Outcome::Tokens => "tokens",
        Outcome::Done => "done",
        Outcome::Refused { code, .. } => code,
        Outcome::Failed { code, .. } => code.as_str(),
    }
}
