//! App clients, and what programs are told of them.

use model::configuration::Configuration;
use model::health::Snapshot;
use model::setting;
use serde::Serialize;
use serde_json::Value;
use specta::Type;

use super::setting::{SettingView, UnansweredView, instant, laid_out, list, text, unanswered};
use crate::settings::{SettingsView, why};

/// An app client with everything that is set of it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClientSettingsView {
    /// Its id.
    pub id: String,
    /// Its name. Foreign text.
    pub name: String,
    /// Whether it has a secret; `null` when it may not be described.
    pub has_secret: Option<bool>,
    /// Every setting, and after them what this version does not know.
    pub settings: Vec<SettingView>,
    /// Whether threat protection has rules of its own here; `null` when that was not answered, or it is off.
    pub own_risk: Option<bool>,
    /// The rules of threat protection that hold here, its own or the pool's, as AWS sent them, as JSON; `null` as before.
    pub risk: Option<String>,
    /// Why it could not be described; `null` when it was.
    pub unknown: Option<String>,
    /// The answer as AWS sent it, the secret masked, as JSON; `null` when there is none.
    pub raw: Option<String>,
}

/// The app clients of a pool.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClientsSettingsView {
    /// When AWS was asked.
    pub taken_at: String,
    /// Every client that was listed.
    pub clients: Vec<ClientSettingsView>,
    /// What was not answered.
    pub unanswered: Vec<UnansweredView>,
}

impl From<&Snapshot> for ClientsSettingsView {
    fn from(snapshot: &Snapshot) -> Self {
        let listed = snapshot.body("ListUserPoolClients", "").and_then(|body| body.get("UserPoolClients"));
        let all = SettingsView::from(snapshot).answers;
        let read = |entry: &Value| {
            let id = text(entry, "ClientId");
            let raw = snapshot.body("DescribeUserPoolClient", &id);
            let (held, strange) = (setting::held_by_client(snapshot, &id), setting::strange_in_client(snapshot, &id));
            let why = all.iter().find(|answer| {
                answer.operation == "DescribeUserPoolClient" && answer.subject.as_deref() == Some(id.as_str())
            });
            let risk = snapshot.body("DescribeRiskConfiguration", &id);
            ClientSettingsView {
                name: text(entry, "ClientName"),
                has_secret: raw.map(|body| body.pointer("/UserPoolClient/ClientSecret").is_some()),
                settings: held.iter().map(SettingView::from).chain(strange.iter().map(SettingView::from)).collect(),
                own_risk: setting::has_own_risk(snapshot, &id),
                risk: risk.and_then(laid_out),
                unknown: why.and_then(|answer| answer.unknown.clone()),
                raw: raw.and_then(laid_out),
                id,
            }
        };
        Self {
            taken_at: snapshot.taken_at.to_string(),
            clients: list(listed).iter().map(read).collect(),
            unanswered: unanswered(snapshot),
        }
    }
}

/// A secret of a client; AWS tells its value once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClientSecretView {
    /// Its id: the client's, and when it was made.
    pub id: String,
    /// When it was made; `null` when AWS does not tell.
    pub made_at: Option<String>,
}

/// The secrets of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClientSecretsView {
    /// Each of them: one, or two while they are exchanged.
    pub secrets: Vec<ClientSecretView>,
    /// Why they are not known; `null` when they are.
    pub unknown: Option<String>,
}

impl ClientSecretsView {
    /// What a snapshot says of a client's secrets.
    #[must_use]
    pub fn new(snapshot: &Snapshot, client: &str) -> Self {
        let answer = snapshot.answer("ListUserPoolClientSecrets", client);
        let listed = snapshot.body("ListUserPoolClientSecrets", client).and_then(|body| body.get("ClientSecrets"));
        let secret = |entry: &Value| ClientSecretView {
            id: text(entry, "ClientSecretId"),
            made_at: entry.get("ClientSecretCreateDate").and_then(instant),
        };
        Self { secrets: list(listed).iter().map(secret).collect(), unknown: answer.and_then(why) }
    }
}

/// How a program is told of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationView {
    /// `amplify`, `oidc`, `env`.
    pub kind: String,
    /// The text to copy. It holds no secret.
    pub text: String,
}

impl ConfigurationView {
    /// The forms of a client, as the first one sees them.
    #[must_use]
    pub fn all(configuration: &Configuration) -> Vec<Self> {
        let view = |kind: &str, text| Self { kind: kind.to_owned(), text };
        vec![
            view("amplify", configuration.amplify()),
            view("oidc", configuration.oidc()),
            view("env", configuration.environment()),
        ]
    }
}
