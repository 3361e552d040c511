//! A pool, its clients and what stands around it, as a person reads them.

use model::call::QuotaCategory;
use model::configuration::Configuration;
use model::health::{Answer, Snapshot};
use model::setting::{self, Form, Held, Setting, Strange};
use model::trigger::{self, TRIGGERS};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::settings::{AnswerView, IdentityPoolNearbyView, LimitView, SettingsView};
use crate::{ErrorCode, WireError};

/// What a value looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FormView {
    /// `flag`, `number`, `choice`, `texts`, `text`, `json`.
    pub kind: String,
    /// The least of a number; `null` for what is none.
    pub least: Option<i32>,
    /// The most of a number; `null` for what is none.
    pub most: Option<i32>,
    /// Values that are known; empty where any will do.
    pub choices: Vec<String>,
}

impl From<Form> for FormView {
    fn from(form: Form) -> Self {
        let number = |number: i64| i32::try_from(number).ok();
        let (kind, least, most, choices): (_, _, _, &[&str]) = match form {
            Form::Flag => ("flag", None, None, &[]),
            Form::Number(least, most) => ("number", number(least), number(most), &[]),
            Form::Choice(choices) => ("choice", None, None, choices),
            Form::Texts(choices) => ("texts", None, None, choices),
            Form::Text => ("text", None, None, &[]),
            Form::Json => ("json", None, None, &[]),
        };
        let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
        Self { kind: kind.to_owned(), least, most, choices }
    }
}

/// A setting with its value.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingView {
    /// What people look for it under, such as `signIn`; `strange` for what this version does not know.
    pub area: String,
    /// The operation whose answer has it.
    pub operation: String,
    /// Its place in that answer, as a JSON pointer.
    pub pointer: String,
    /// What people call it.
    pub title: String,
    /// What it does; empty for what this version does not know.
    pub what: String,
    /// What holds when nobody sets it; empty where there is no such thing.
    pub default: String,
    /// `always`, `never`, `forward`, `elsewhere`, `told`; `strange` for what this version does not know.
    pub changing: String,
    /// What to know about changing it; `null` when there is nothing.
    pub note: Option<String>,
    /// What its value looks like.
    pub form: FormView,
    /// Its value as JSON; `null` when AWS tells none. Texts in it are foreign.
    pub value: Option<String>,
}

impl From<&Setting> for SettingView {
    fn from(setting: &Setting) -> Self {
        Self {
            area: setting.area.as_str().to_owned(),
            operation: setting.operation.to_owned(),
            pointer: setting.pointer.to_owned(),
            title: setting.title.to_owned(),
            what: setting.what.to_owned(),
            default: setting.default.to_owned(),
            changing: setting.changing.as_str().to_owned(),
            note: setting.changing.note().map(str::to_owned),
            form: setting.form.into(),
            value: None,
        }
    }
}

impl From<&Held<'_>> for SettingView {
    fn from(held: &Held<'_>) -> Self {
        Self { value: held.value.map(Value::to_string), ..Self::from(held.setting) }
    }
}

impl From<&Strange<'_>> for SettingView {
    fn from(strange: &Strange<'_>) -> Self {
        Self {
            area: "strange".to_owned(),
            operation: strange.operation.to_owned(),
            pointer: strange.pointer.clone(),
            title: strange.pointer.rsplit('/').next().unwrap_or_default().to_owned(),
            what: String::new(),
            default: String::new(),
            changing: "strange".to_owned(),
            note: None,
            form: Form::Json.into(),
            value: Some(strange.value.to_string()),
        }
    }
}

/// A question that was not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnansweredView {
    /// The operation.
    pub operation: String,
    /// What was asked about; `null` for the pool itself.
    pub subject: Option<String>,
    /// Why, in a sentence.
    pub why: String,
    /// The IAM action that is needed; `null` unless it was denied.
    pub iam_action: Option<String>,
}

/// What was not answered. That threat protection is off is an answer.
fn unanswered(snapshot: &Snapshot) -> Vec<UnansweredView> {
    let all = SettingsView::from(snapshot).answers;
    let told = all.into_iter().filter_map(|answer| {
        let subject = answer.subject.clone().unwrap_or_default();
        let iam_action = match snapshot.answer(&answer.operation, &subject) {
            Some(answer) if answer.says_off() => return None,
            Some(Answer::Denied { iam_action }) => Some(iam_action.clone()),
            _ => None,
        };
        Some(UnansweredView { why: answer.unknown?, operation: answer.operation, subject: answer.subject, iam_action })
    });
    told.collect()
}

/// An answer as AWS sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RawView {
    /// The operation.
    pub operation: String,
    /// What was asked about; `null` for the pool itself.
    pub subject: Option<String>,
    /// The body as JSON, secrets masked; `null` when there is none.
    pub body: Option<String>,
    /// Why there is none, in a sentence; `null` when there is one.
    pub unknown: Option<String>,
}

impl From<AnswerView> for RawView {
    fn from(answer: AnswerView) -> Self {
        Self {
            body: answer.body.as_ref().and_then(laid_out),
            operation: answer.operation,
            subject: answer.subject,
            unknown: answer.unknown,
        }
    }
}

fn laid_out(value: &Value) -> Option<String> {
    serde_json::to_string_pretty(value).ok()
}

/// An attribute that users of the pool can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AttributeView {
    /// Its name, `custom:` included. Foreign text.
    pub name: String,
    /// `String`, `Number`, `DateTime`, `Boolean`, or what AWS added since.
    pub kind: String,
    /// Whether every user must have it; cannot be changed.
    pub required: bool,
    /// Whether it can change once it is set; cannot be changed.
    pub mutable: bool,
    /// How long or large it may be, such as `0–2048`; `null` when nothing is said.
    pub bounds: Option<String>,
}

fn attributes(snapshot: &Snapshot) -> Vec<AttributeView> {
    let schema = snapshot.body("DescribeUserPool", "").and_then(|body| body.pointer("/UserPool/SchemaAttributes"));
    let read = |entry: &Value| {
        let flag = |name: &str, usual| entry.get(name).and_then(Value::as_bool).unwrap_or(usual);
        let bounds = |constraints: &str, least: &str, most: &str| {
            let of = |name: &str| entry.get(constraints)?.get(name).and_then(Value::as_str).map(str::to_owned);
            let (least, most) = (of(least), of(most));
            let told = least.is_some() || most.is_some();
            told.then(|| format!("{}–{}", least.unwrap_or_default(), most.unwrap_or_default()))
        };
        Some(AttributeView {
            name: entry.get("Name")?.as_str()?.to_owned(),
            kind: entry.get("AttributeDataType").and_then(Value::as_str).unwrap_or_default().to_owned(),
            required: flag("Required", false),
            mutable: flag("Mutable", true),
            bounds: bounds("StringAttributeConstraints", "MinLength", "MaxLength")
                .or_else(|| bounds("NumberAttributeConstraints", "MinValue", "MaxValue")),
        })
    };
    list(schema).iter().filter_map(read).collect()
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Two texts that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PairView {
    /// The name. Foreign text.
    pub name: String,
    /// The value. Foreign text.
    pub value: String,
}

fn pairs(value: Option<&Value>) -> Vec<PairView> {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries.map(|(name, value)| PairView { name: name.clone(), value: plain(value) }).collect()
}

/// A provider of identities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    /// Its name. Foreign text.
    pub name: String,
    /// `SAML`, `OIDC`, `Google` and so on.
    pub kind: String,
    /// Short names by which it is found. Foreign text.
    pub identifiers: Vec<String>,
    /// Attributes of the pool and the claims that fill them.
    pub mapping: Vec<PairView>,
    /// What it is reached with, secrets masked.
    pub details: Vec<PairView>,
    /// Why it is not known; `null` when it is.
    pub unknown: Option<String>,
}

/// A server whose scopes tokens can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ResourceServerView {
    /// Its identifier, which begins its scopes. Foreign text.
    pub identifier: String,
    /// Its name. Foreign text.
    pub name: String,
    /// Scopes and what they mean.
    pub scopes: Vec<PairView>,
}

/// A trigger, set or not.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TriggerSlotView {
    /// Its name in `LambdaConfig`.
    pub trigger: String,
    /// What it belongs to; empty for one that AWS added since.
    pub category: String,
    /// The function's ARN; `null` when none is set.
    pub function: Option<String>,
    /// The version of its event; `null` where it has only one.
    pub version: Option<String>,
    /// The values of `triggerSource` with which it runs.
    pub sources: Vec<String>,
    /// An event to test the function with, as JSON text; `null` for a trigger that we do not know.
    pub event: Option<String>,
}

fn triggers(snapshot: &Snapshot) -> Vec<TriggerSlotView> {
    let config = snapshot.body("DescribeUserPool", "").and_then(|body| body.pointer("/UserPool/LambdaConfig"));
    let set = config.map(trigger::of_config).unwrap_or_default();
    let client = snapshot.clients().and_then(|clients| clients.first().copied()).unwrap_or("your-app-client-id");
    let event = |sources: &[&str]| {
        let source = sources.first()?;
        serde_json::to_string_pretty(&trigger::event(source, &snapshot.pool, client)).ok()
    };
    let known = TRIGGERS.iter().map(|known| {
        let held = set.iter().find(|it| it.name == known.name);
        TriggerSlotView {
            trigger: known.name.to_owned(),
            category: known.category.to_owned(),
            function: held.map(|it| it.function.clone()),
            version: held.and_then(|it| it.version.clone()),
            sources: known.sources.iter().map(|source| (*source).to_owned()).collect(),
            event: event(known.sources),
        }
    });
    let strange = set.iter().filter(|it| it.known.is_none()).map(|it| TriggerSlotView {
        trigger: it.name.clone(),
        category: String::new(),
        function: Some(it.function.clone()),
        version: it.version.clone(),
        sources: Vec::new(),
        event: None,
    });
    known.chain(strange).collect()
}

/// A resource of which there can be only so many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ResourceView {
    /// `clients`, `providers`, `resourceServers`, `groups`, `customAttributes`, `pools`.
    pub what: String,
    /// How many there are; `null` when it is not known.
    pub used: Option<u32>,
    /// How many there can be without asking AWS for more.
    pub most: u32,
    /// How many AWS gives on request; `null` when it gives no more.
    pub on_request: Option<u32>,
}

/// How near a pool is to what AWS allows.
#[must_use]
pub fn resources(snapshot: &Snapshot) -> Vec<ResourceView> {
    let counted = |operation: &str, name: &str| {
        let body = snapshot.body(operation, "")?;
        Some(crate::count(list(body.get(name)).len() as u64))
    };
    let pool = snapshot.body("DescribeUserPool", "");
    let custom = pool.map(|_| {
        let custom = attributes(snapshot).into_iter().filter(|attribute| attribute.name.contains(':'));
        crate::count(custom.count() as u64)
    });
    let line = |what: &str, used, most, on_request| ResourceView { what: what.to_owned(), used, most, on_request };
    vec![
        line("clients", counted("ListUserPoolClients", "UserPoolClients"), 1_000, Some(10_000)),
        line("groups", counted("ListGroups", "Groups"), 10_000, None),
        line("customAttributes", custom, 50, None),
        line("providers", counted("ListIdentityProviders", "Providers"), 300, Some(1_000)),
        line("resourceServers", counted("ListResourceServers", "ResourceServers"), 25, Some(300)),
        line("pools", counted("ListUserPools", "UserPools"), 1_000, Some(10_000)),
    ]
}

/// A pool with everything that is set of it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PoolSettingsView {
    /// The pool's id.
    pub pool: String,
    /// When AWS was asked.
    pub taken_at: String,
    /// Every setting, and after them what this version does not know.
    pub settings: Vec<SettingView>,
    /// What users can have.
    pub attributes: Vec<AttributeView>,
    /// Providers of identities.
    pub providers: Vec<ProviderView>,
    /// Resource servers.
    pub resource_servers: Vec<ResourceServerView>,
    /// Every trigger.
    pub triggers: Vec<TriggerSlotView>,
    /// What was not answered.
    pub unanswered: Vec<UnansweredView>,
    /// Every answer as AWS sent it.
    pub raw: Vec<RawView>,
}

impl From<&Snapshot> for PoolSettingsView {
    fn from(snapshot: &Snapshot) -> Self {
        let held = setting::held_by_pool(snapshot);
        let strange = setting::strange_in_pool(snapshot);
        let settings = held.iter().map(SettingView::from).chain(strange.iter().map(SettingView::from)).collect();
        let servers = snapshot.body("ListResourceServers", "").and_then(|body| body.get("ResourceServers"));
        let server = |server: &Value| ResourceServerView {
            identifier: text(server, "Identifier"),
            name: text(server, "Name"),
            scopes: list(server.get("Scopes"))
                .iter()
                .map(|scope| PairView { name: text(scope, "ScopeName"), value: text(scope, "ScopeDescription") })
                .collect(),
        };
        Self {
            pool: snapshot.pool.to_string(),
            taken_at: snapshot.taken_at.to_string(),
            settings,
            attributes: attributes(snapshot),
            providers: providers(snapshot),
            resource_servers: list(servers).iter().map(server).collect(),
            triggers: triggers(snapshot),
            unanswered: unanswered(snapshot),
            raw: SettingsView::from(snapshot).answers.into_iter().map(RawView::from).collect(),
        }
    }
}

fn providers(snapshot: &Snapshot) -> Vec<ProviderView> {
    let listed = snapshot.body("ListIdentityProviders", "").and_then(|body| body.get("Providers"));
    let all = SettingsView::from(snapshot).answers;
    let read = |entry: &Value| {
        let name = text(entry, "ProviderName");
        let described = snapshot.body("DescribeIdentityProvider", &name).and_then(|body| body.get("IdentityProvider"));
        let of = |field: &str| described.and_then(|provider| provider.get(field));
        let identifiers = list(of("IdpIdentifiers")).iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let why = all
            .iter()
            .find(|it| it.operation == "DescribeIdentityProvider" && it.subject.as_deref() == Some(name.as_str()));
        ProviderView {
            kind: text(entry, "ProviderType"),
            identifiers,
            mapping: pairs(of("AttributeMapping")),
            details: pairs(of("ProviderDetails")),
            unknown: why.and_then(|answer| answer.unknown.clone()),
            name,
        }
    };
    list(listed).iter().map(read).collect()
}

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
    /// Whether threat protection has rules of its own here.
    pub own_risk: bool,
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
                own_risk: risk.is_some_and(|body| body.pointer("/RiskConfiguration/ClientId").is_some()),
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

/// An identity pool with everything that is set of it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IdentityPoolSettingsView {
    /// What a list tells.
    pub line: IdentityPoolNearbyView,
    /// User pools and clients that it trusts, as `provider` and `client`.
    pub providers: Vec<PairView>,
    /// How roles are chosen, by provider, as JSON.
    pub mappings: Vec<PairView>,
    /// Claims that become session tags, as JSON; `null` when that was not asked.
    pub tags: Option<String>,
    /// The answers as AWS sent them.
    pub raw: Vec<RawView>,
}

/// The identity pools of the account, those first that trust the pool.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IdentityPoolsSettingsView {
    /// When AWS was asked.
    pub taken_at: String,
    /// Every identity pool that was listed.
    pub pools: Vec<IdentityPoolSettingsView>,
    /// What was not answered.
    pub unanswered: Vec<UnansweredView>,
}

impl From<&Snapshot> for IdentityPoolsSettingsView {
    fn from(snapshot: &Snapshot) -> Self {
        let all = SettingsView::from(snapshot).answers;
        let read = |line: IdentityPoolNearbyView| {
            let described = snapshot.body("DescribeIdentityPool", &line.id);
            let roles = snapshot.body("GetIdentityPoolRoles", &line.id);
            let provider =
                |entry: &Value| PairView { name: text(entry, "ProviderName"), value: text(entry, "ClientId") };
            let trusted = described.and_then(|body| body.get("CognitoIdentityProviders"));
            IdentityPoolSettingsView {
                providers: list(trusted).iter().map(provider).collect(),
                mappings: pairs(roles.and_then(|body| body.get("RoleMappings"))),
                tags: snapshot.body("GetPrincipalTagAttributeMap", &line.id).and_then(laid_out),
                raw: all
                    .iter()
                    .filter(|it| it.subject.as_deref() == Some(line.id.as_str()))
                    .cloned()
                    .map(RawView::from)
                    .collect(),
                line,
            }
        };
        let mut pools: Vec<_> =
            IdentityPoolNearbyView::all(snapshot).unwrap_or_default().into_iter().map(read).collect();
        pools.sort_by_key(|pool| pool.line.trusts != Some(true));
        Self { taken_at: snapshot.taken_at.to_string(), pools, unanswered: unanswered(snapshot) }
    }
}

/// How much of what AWS allows is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QuotasView {
    /// Rates of the account.
    pub rates: Vec<RateView>,
    /// Numbers of things.
    pub resources: Vec<ResourceView>,
}

/// A rate and what this program uses of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RateView {
    /// What the account has.
    pub limit: LimitView,
    /// Calls of this program in the last second.
    pub used: u32,
}

impl QuotasView {
    /// `used` are this program's calls of the last second, by category.
    #[must_use]
    pub fn new(limits: &[console::Limit], used: &[(QuotaCategory, u32)], snapshot: &Snapshot) -> Self {
        let used = |category: &str| used.iter().find(|(name, _)| name.to_string() == category).map_or(0, |it| it.1);
        let rates = LimitView::all(limits).into_iter().map(|limit| RateView { used: used(&limit.category), limit });
        Self { rates: rates.collect(), resources: resources(snapshot) }
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

/// In which form settings are written into a file.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SaveSettings {
    /// `json`, `terraform`.
    pub format: String,
}

impl SaveSettings {
    /// The end of the file's name, and its bytes.
    ///
    /// # Errors
    /// `validation` on `format`.
    pub fn write(&self, snapshots: &[&Snapshot]) -> Result<(&'static str, Vec<u8>), WireError> {
        match self.format.as_str() {
            "json" => {
                let views: Vec<SettingsView> = snapshots.iter().map(|snapshot| SettingsView::from(*snapshot)).collect();
                let bytes = serde_json::to_vec_pretty(&views)
                    .map_err(|error| WireError::new(ErrorCode::Internal, format!("It cannot be written: {error}.")))?;
                Ok(("json", bytes))
            }
            "terraform" => Ok(("tf", model::terraform::written(snapshots).into_bytes())),
            _ => Err(WireError::validation("format", "Settings are written as json or terraform.")),
        }
    }
}

/// With which pool.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CompareSettings {
    /// The other pool's id.
    pub pool_id: String,
}

/// A setting that two pools have differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ComparedSettingView {
    /// What people look for it under.
    pub area: String,
    /// What people call it.
    pub title: String,
    /// Its place, as a JSON pointer.
    pub pointer: String,
    /// What this pool has, as JSON; `null` for nothing. Foreign text.
    pub here: Option<String>,
    /// What the other pool has, as JSON; `null` for nothing. Foreign text.
    pub there: Option<String>,
}

/// Whether AWS said what a setting is: that threat protection is off says that none is set.
fn is_answered(snapshot: &Snapshot, setting: &SettingView) -> bool {
    snapshot
        .answer(&setting.operation, "")
        .is_some_and(|answer| matches!(answer, Answer::Given(_)) || answer.says_off())
}

/// What differs between two pools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ComparedView {
    /// The settings that differ, but for what AWS alone tells (ids, times).
    pub settings: Vec<ComparedSettingView>,
    /// How many settings were compared.
    pub compared: u32,
    /// Questions that one of the pools did not answer.
    pub unanswered: Vec<UnansweredView>,
}

impl ComparedView {
    /// Compares setting by setting, and what this version does not know. What one of the pools was not asked or did not
    /// answer is no difference and not compared.
    #[must_use]
    pub fn new(here: &Snapshot, there: &Snapshot) -> Self {
        let (left, right) = (PoolSettingsView::from(here), PoolSettingsView::from(there));
        let both = |setting: &&SettingView| {
            setting.changing != "told" && is_answered(here, setting) && is_answered(there, setting)
        };
        let place = |setting: &SettingView| (setting.operation.clone(), setting.pointer.clone());
        let mut all: Vec<&SettingView> = left.settings.iter().filter(both).collect();
        let known: Vec<_> = all.iter().map(|setting| place(setting)).collect();
        all.extend(right.settings.iter().filter(both).filter(|setting| !known.contains(&place(setting))));
        let value = |view: &PoolSettingsView, setting: &SettingView| {
            let found = view.settings.iter().find(|other| place(other) == place(setting));
            found.and_then(|found| found.value.clone())
        };
        let differs = |setting: &&SettingView| {
            let (here, there) = (value(&left, setting), value(&right, setting));
            let parsed = |text: Option<String>| {
                text.and_then(|text| serde_json::from_str::<Value>(&text).ok()).unwrap_or(Value::Null)
            };
            let differences = model::edit::differences(&parsed(here.clone()), &parsed(there.clone()));
            let (area, title) = (setting.area.clone(), setting.title.clone());
            let pointer = setting.pointer.clone();
            (!differences.is_empty()).then_some(ComparedSettingView { area, title, pointer, here, there })
        };
        Self {
            settings: all.iter().filter_map(differs).collect(),
            compared: crate::count(all.len() as u64),
            unanswered: left.unanswered.iter().chain(&right.unanswered).cloned().collect(),
        }
    }
}
