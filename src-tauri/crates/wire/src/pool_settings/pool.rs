//! A pool with everything that is set of it.

use jiff::Timestamp;
use model::certificate::{Certificate, Validity, in_metadata};
use model::health::Snapshot;
use model::setting;
use model::trigger::{self, TRIGGERS};
use serde::Serialize;
use serde_json::Value;
use specta::Type;

use super::setting::{PairView, RawView, SettingView, UnansweredView, list, pairs, text, unanswered};
use crate::settings::{SettingsView, why};

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

pub(super) fn attributes(snapshot: &Snapshot) -> Vec<AttributeView> {
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

/// A certificate of a SAML provider, or the pool's own for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateView {
    /// `signing`, `encryption`, what else the metadata say (foreign text), `any` where they say nothing; `own` for the one
    /// with which assertions are encrypted to the pool.
    pub usage: String,
    /// From when on it holds; `null` when it cannot be read as a certificate.
    pub from: Option<String>,
    /// Until when; `null` when it cannot be read as a certificate.
    pub until: Option<String>,
    /// Whether its time was over or had not come when AWS was asked; `null` when it cannot be read.
    pub over: Option<bool>,
}

impl CertificateView {
    fn new(usage: String, validity: Option<Validity>, now: Timestamp) -> Self {
        Self {
            usage,
            from: validity.map(|it| it.from.to_string()),
            until: validity.map(|it| it.until.to_string()),
            over: validity.map(|it| now < it.from || it.until < now),
        }
    }
}

/// The certificates of a SAML provider with the pool's own, and why the provider's are not known.
fn certificates(details: Option<&Value>, now: Timestamp) -> (Vec<CertificateView>, Option<String>) {
    let told = |name: &str| details.and_then(|details| details.get(name)?.as_str()).filter(|text| !text.is_empty());
    let own = told("ActiveEncryptionCertificate");
    let own = own.map(|letters| CertificateView::new("own".to_owned(), Validity::of(letters), now));
    let view = |it: Certificate| CertificateView::new(it.usage.unwrap_or_else(|| "any".to_owned()), it.validity, now);
    match told("MetadataFile") {
        Some(xml) => {
            let found = in_metadata(xml);
            let unknown = found.is_empty().then(|| "The metadata of the provider have no certificate.".to_owned());
            (found.into_iter().map(view).chain(own).collect(), unknown)
        }
        None => {
            let why = "AWS reads the provider's certificates from the address of its metadata, and does not tell them.";
            (own.into_iter().collect(), Some(why.to_owned()))
        }
    }
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
    /// Of a SAML provider: its certificates, and after them the pool's own.
    pub certificates: Vec<CertificateView>,
    /// Why those of the provider are not known; `null` when they are, or it has none.
    pub certificates_unknown: Option<String>,
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

/// Where the login pages are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DomainView {
    /// The prefix, or the whole name of a custom one. Foreign text.
    pub name: String,
    /// Whether it is one of your own.
    pub custom: bool,
    /// The pages: 1 for the classic ones, 2 for managed login; `null` when AWS does not tell.
    pub version: Option<u32>,
    /// The certificate of a custom one.
    pub certificate: Option<String>,
    /// `CREATING`, `ACTIVE` and so on; `null` when AWS does not tell.
    pub status: Option<String>,
    /// Why it is not known; `null` when it is.
    pub unknown: Option<String>,
}

fn domains(snapshot: &Snapshot) -> Vec<DomainView> {
    let described = snapshot.body("DescribeUserPool", "");
    let read = |field: &str| {
        let name = described?.pointer(&format!("/UserPool/{field}"))?.as_str()?.to_owned();
        let told = snapshot.body("DescribeUserPoolDomain", &name);
        let at = |place: &str| told.and_then(|body| body.pointer(&format!("/DomainDescription/{place}")));
        Some(DomainView {
            custom: field == "CustomDomain",
            version: at("ManagedLoginVersion").and_then(Value::as_u64).and_then(|version| u32::try_from(version).ok()),
            certificate: at("CustomDomainConfig/CertificateArn").and_then(Value::as_str).map(str::to_owned),
            status: at("Status").and_then(Value::as_str).map(str::to_owned),
            unknown: snapshot.answer("DescribeUserPoolDomain", &name).and_then(why),
            name,
        })
    };
    ["Domain", "CustomDomain"].into_iter().filter_map(read).collect()
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
    /// An event of each source to test the function with, as JSON text; none for a trigger that we do not know.
    pub events: Vec<PairView>,
}

fn triggers(snapshot: &Snapshot) -> Vec<TriggerSlotView> {
    let config = snapshot.body("DescribeUserPool", "").and_then(|body| body.pointer("/UserPool/LambdaConfig"));
    let set = config.map(trigger::of_config).unwrap_or_default();
    let client = snapshot.clients().and_then(|clients| clients.first().copied()).unwrap_or("your-app-client-id");
    let event = |source: &str, version: Option<&str>| {
        let event = trigger::event(source, version, &snapshot.pool, client);
        Some(PairView { name: source.to_owned(), value: serde_json::to_string_pretty(&event).ok()? })
    };
    // Where none is set, that of the version that people begin with today.
    let usual = |name: &str| (name == "PreTokenGenerationConfig").then(|| "V2_0".to_owned());
    // Machines have an event from version 3 on.
    let has =
        |source: &str, version: Option<&str>| source != "TokenGeneration_ClientCredentials" || version == Some("V3_0");
    let known = TRIGGERS.iter().map(|known| {
        let held = set.iter().find(|it| it.name == known.name);
        let version = held.and_then(|it| it.version.clone());
        let tested = version.clone().or_else(|| usual(known.name));
        let sources = known.sources.iter().filter(|source| has(source, tested.as_deref()));
        TriggerSlotView {
            events: sources.filter_map(|source| event(source, tested.as_deref())).collect(),
            trigger: known.name.to_owned(),
            category: known.category.to_owned(),
            function: held.map(|it| it.function.clone()),
            version,
            sources: known.sources.iter().map(|source| (*source).to_owned()).collect(),
        }
    });
    let strange = set.iter().filter(|it| it.known.is_none()).map(|it| TriggerSlotView {
        trigger: it.name.clone(),
        category: String::new(),
        function: Some(it.function.clone()),
        version: it.version.clone(),
        sources: Vec::new(),
        events: Vec::new(),
    });
    known.chain(strange).collect()
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
    /// Where the login pages are.
    pub domains: Vec<DomainView>,
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
            domains: domains(snapshot),
            triggers: triggers(snapshot),
            unanswered: unanswered(snapshot),
            raw: SettingsView::from(snapshot).answers.into_iter().map(RawView::from).collect(),
        }
    }
}

fn providers(snapshot: &Snapshot) -> Vec<ProviderView> {
    let listed = snapshot.body("ListIdentityProviders", "").and_then(|body| body.get("Providers"));
    let read = |entry: &Value| {
        let name = text(entry, "ProviderName");
        let described = snapshot.body("DescribeIdentityProvider", &name).and_then(|body| body.get("IdentityProvider"));
        let of = |field: &str| described.and_then(|provider| provider.get(field));
        let identifiers = list(of("IdpIdentifiers")).iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let kind = text(entry, "ProviderType");
        let (certificates, certificates_unknown) = match described {
            Some(_) if kind == "SAML" => certificates(of("ProviderDetails"), snapshot.taken_at),
            _ => (Vec::new(), None),
        };
        ProviderView {
            kind,
            certificates,
            certificates_unknown,
            identifiers,
            mapping: pairs(of("AttributeMapping")),
            details: pairs(of("ProviderDetails")),
            unknown: snapshot.answer("DescribeIdentityProvider", &name).and_then(why),
            name,
        }
    };
    list(listed).iter().map(read).collect()
}
