//! Identity providers, resource servers and domains: `poolctl providers`, `resource-servers`, `domains`; changing identity
//! pools, adding a custom attribute, and deleting an app client. All changes go through the door of `pool set`.

use console::edits::Kind;
use wire::edits::Meant;
use wire::pool_settings::{CertificateView, DomainView, PairView, PoolSettingsView, ProviderView, ResourceServerView};
use wire::typed_attribute::{TypedAttribute, new_attribute};
use wire::typed_identity::{self, TypedIdentityPool};
use wire::typed_things::{self, TypedProvider};
use wire::{ErrorCode, WireError};

use super::change::typed;
use super::edits::set;
use super::settings::{lines, meant};
use crate::arguments::GlobalOptions;
use crate::change_arguments::{
    Agreement, Domains, NewAttribute, ProviderWords, Providers, ResourceServers, SetIdentityPool, SetPrincipalTags,
};
use crate::failure::Failure;

/// `clients delete`
pub(crate) async fn delete_client(common: &GlobalOptions, client: &str, consent: &Agreement) -> Result<(), Failure> {
    let client = wire::lab::client_id(client)?;
    set(common, &typed_things::gone(Kind::Client, client.as_str()), consent).await
}

/// `identity-pools set`
pub(crate) async fn identity_pool(common: &GlobalOptions, asked: SetIdentityPool) -> Result<(), Failure> {
    let typed = TypedIdentityPool {
        guests: asked.guests,
        classic_flow: asked.classic_flow,
        roles: asked.roles,
        mappings: asked.mappings,
        user_pools: asked.user_pools,
        login_providers: asked.login_providers,
        oidc: asked.oidc,
        saml: asked.saml,
        developer: asked.developer,
    };
    carry_out(common, typed_identity::identity_pool(&asked.id, &typed), &asked.consent).await
}

/// `identity-pools tags`
pub(crate) async fn principal_tags(common: &GlobalOptions, asked: &SetPrincipalTags) -> Result<(), Failure> {
    let change = typed_identity::principal_tags(&asked.id, &asked.provider, asked.defaults, &asked.tags);
    carry_out(common, change, &asked.consent).await
}

/// `pool add-attribute`
pub(crate) async fn add_attribute(common: &GlobalOptions, asked: NewAttribute) -> Result<(), Failure> {
    let NewAttribute { name, kind, least, most, fixed, consent } = asked;
    let typed = TypedAttribute { kind, least, most, fixed };
    set(common, &new_attribute(&name, &typed), &consent).await
}

/// `providers`
pub(crate) async fn providers(common: &GlobalOptions, what: Providers) -> Result<(), Failure> {
    let (change, consent) = match what {
        Providers::List => return list_providers(common).await,
        Providers::New { name, kind, words, consent } => {
            (typed_things::new_provider(&name, &kind, &read(words)?), consent)
        }
        Providers::Set { name, words, consent } => {
            // Only where a secret is given, its kind says what AWS calls it.
            let kind = if words.secret_stdin { kind_of(common, &name).await? } else { String::new() };
            (typed_things::provider(&name, &kind, &read(words)?), consent)
        }
        Providers::Delete { name, consent } => (Ok(typed_things::gone(Kind::Provider, &name)), consent),
    };
    carry_out(common, change, &consent).await
}

/// `resource-servers`
pub(crate) async fn servers(common: &GlobalOptions, what: ResourceServers) -> Result<(), Failure> {
    let (change, consent) = match what {
        ResourceServers::List => return list_servers(common).await,
        ResourceServers::New { identifier, name, scopes, consent } => {
            (typed_things::new_server(&identifier, &name, &scopes), consent)
        }
        ResourceServers::Set { identifier, name, scopes, consent } => {
            (typed_things::server(&identifier, name.as_deref(), &scopes), consent)
        }
        ResourceServers::Delete { identifier, consent } => {
            (Ok(typed_things::gone(Kind::ResourceServer, &identifier)), consent)
        }
    };
    carry_out(common, change, &consent).await
}

/// `domains`
pub(crate) async fn domains(common: &GlobalOptions, what: Domains) -> Result<(), Failure> {
    let version = |pages: &str| if pages == "classic" { 1 } else { 2 };
    let (change, consent) = match what {
        Domains::List => return list_domains(common).await,
        Domains::New { domain, certificate, pages, consent } => {
            (Ok(typed_things::new_domain(&domain, certificate.as_deref(), version(&pages))), consent)
        }
        Domains::Set { domain, certificate, pages, consent } => {
            (typed_things::domain(&domain, certificate.as_deref(), pages.as_deref().map(version)), consent)
        }
        Domains::Delete { domain, consent } => (Ok(typed_things::gone(Kind::Domain, &domain)), consent),
    };
    carry_out(common, change, &consent).await
}

async fn carry_out(
    common: &GlobalOptions,
    change: Result<Meant, WireError>,
    consent: &Agreement,
) -> Result<(), Failure> {
    set(common, &change.map_err(Failure::usage)?, consent).await
}

fn read(words: ProviderWords) -> Result<TypedProvider, Failure> {
    let ProviderWords { details, mapping, identifiers, secret_stdin } = words;
    let secret = if secret_stdin { Some(typed("secret")?) } else { None };
    Ok(TypedProvider { details, mapping, identifiers, secret })
}

/// What kind of provider it is, as AWS tells (`DescribeIdentityProvider`; free).
async fn kind_of(common: &GlobalOptions, name: &str) -> Result<String, Failure> {
    let view = settings(common).await?;
    let found = view.providers.into_iter().find(|provider| provider.name == name);
    let absent = || Failure::failed(ErrorCode::NotFound, format!("The pool has no identity provider {name}."));
    Ok(found.ok_or_else(absent)?.kind)
}

async fn settings(common: &GlobalOptions) -> Result<PoolSettingsView, Failure> {
    let (console, pool) = meant(common).await?;
    Ok(PoolSettingsView::from(&console.pool_settings(&common.online().parse()?, &pool).await?))
}

async fn list_providers(common: &GlobalOptions) -> Result<(), Failure> {
    let view = settings(common).await?;
    let head = ["name", "type", "identifiers", "details", "mapping", "certificates", "unknown"];
    lines(common, &head, &view.providers, |it: &ProviderView| {
        let unknown = it.unknown.clone().unwrap_or_default();
        let until = |it: &CertificateView| format!("{} until {}", it.usage, it.until.as_deref().unwrap_or("unknown"));
        let certificates: Vec<String> = it.certificates.iter().map(until).collect();
        let (details, mapping) = (joined(&it.details), joined(&it.mapping));
        let (identifiers, certificates) = (it.identifiers.join(" "), certificates.join("; "));
        vec![it.name.clone(), it.kind.clone(), identifiers, details, mapping, certificates, unknown]
    })
}

async fn list_servers(common: &GlobalOptions) -> Result<(), Failure> {
    let view = settings(common).await?;
    lines(common, &["identifier", "name", "scopes"], &view.resource_servers, |it: &ResourceServerView| {
        vec![it.identifier.clone(), it.name.clone(), joined(&it.scopes)]
    })
}

async fn list_domains(common: &GlobalOptions) -> Result<(), Failure> {
    let view = settings(common).await?;
    let head = ["domain", "pages", "status", "certificate", "unknown"];
    lines(common, &head, &view.domains, |it: &DomainView| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let pages = match it.version {
            Some(1) => "classic".to_owned(),
            Some(2) => "managed".to_owned(),
            other => other.map(|version| version.to_string()).unwrap_or_default(),
        };
        vec![it.name.clone(), pages, text(&it.status), text(&it.certificate), text(&it.unknown)]
    })
}

fn joined(pairs: &[PairView]) -> String {
    pairs.iter().map(|pair| format!("{}={}", pair.name, pair.value)).collect::<Vec<_>>().join(" ")
}
