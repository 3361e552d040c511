//! `poolctl credentials`: from an ID token to AWS credentials.

use std::io::{self, Write};

use console::to_aws::{Exchange, environment, profile};
use secrecy::{ExposeSecret, SecretString};
use wire::to_aws::{BearerKind, ExchangeToken, ExchangeView, PROFILE, ProcessCredentials, WayKind};
use wire::{ErrorCode, WireError};

use super::token::given;
use crate::arguments::{Credentials, CredentialsForm, GlobalOptions};
use crate::failure::Failure;
use crate::output::{self, safe};

/// Exchanges a token and says which role came of it: exit 0 with credentials, 1 when it was refused. The credentials
/// themselves are printed with `--as` alone.
pub(crate) async fn run(common: &GlobalOptions, asked: &Credentials) -> Result<(), Failure> {
    let named = asked.identity_pool.as_deref().map(wire::to_aws::identity_pool_id).transpose()?;
    let mut online = common.online();
    if online.region.is_none() && online.profile.is_none() {
        // As with pools: the id tells the Region.
        online.region = named.as_ref().and_then(|id| Some(id.as_str().split_once(':')?.0.to_owned()));
    }
    let connection = online.parse()?;
    let token = if asked.guest { None } else { Some(given(asked.token.as_deref())?) };
    let console = common.console_or_memory().await?;
    let identity_pool_id = match &named {
        Some(id) => id.to_string(),
        None => {
            only(&console.identity_pools(&connection).await?.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>())?
        }
    };
    let request = ExchangeToken {
        identity_pool_id,
        bearer: if asked.guest { BearerKind::Guest } else { BearerKind::Token },
        token: token.map(Into::into),
        way: if asked.flow == "basic" { WayKind::Basic } else { WayKind::Enhanced },
        role: asked.role.clone(),
    };
    let nobody = || Err(WireError::new(ErrorCode::Precondition, "There is no sign-in."));
    let exchange = console.exchange(&connection, request.ask(nobody)?).await?;
    let region = exchange.pool.id.as_str().split_once(':').map_or("", |(region, _)| region);
    match (&exchange.credentials, asked.form) {
        (Some(credentials), Some(form)) => {
            let text = match form {
                CredentialsForm::Environment => environment(credentials, region),
                CredentialsForm::Profile => profile(credentials, PROFILE, region),
                CredentialsForm::Process => serde_json::to_string(&ProcessCredentials::from(credentials))?.into(),
                CredentialsForm::ConsoleUrl => console.console_url(&connection, credentials).await?,
            };
            print(&text)?;
        }
        _ if common.wants_json() => output::json(&ExchangeView::from(&exchange))?,
        _ => write(&exchange)?,
    }
    match &exchange.refusal {
        Some((code, why)) if asked.form.is_some() => {
            Err(Failure::failed(ErrorCode::AccessDenied, format!("{code}: {why}")))
        }
        Some(_) => Err(Failure::Told),
        None => Ok(()),
    }
}

fn only(ids: &[String]) -> Result<String, Failure> {
    match ids {
        [only] => Ok(only.clone()),
        [] => Err(Failure::failed(ErrorCode::NotFound, "There is no identity pool there.")),
        several => {
            let sentence = format!("There are several identity pools; give --identity-pool: {}.", several.join(", "));
            Err(Failure::usage(WireError::validation("identityPool", sentence)))
        }
    }
}

fn print(text: &SecretString) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.expose_secret().trim_end().as_bytes())?;
    writeln!(out)
}

/// What came of it, for a person.
fn write(exchange: &Exchange) -> Result<(), Failure> {
    let view = ExchangeView::from(exchange);
    let mut out = io::stdout().lock();
    for step in &view.steps {
        writeln!(out, "{:28}{:>6} ms  {}", step.operation, step.took_ms, safe(&step.outcome))?;
        writeln!(out, "    {}", safe(&step.meaning))?;
    }
    writeln!(out, "role      {}", safe(view.role.as_deref().unwrap_or("none")))?;
    writeln!(out, "          {}", safe(&view.rule))?;
    for (name, value) in view.tags.iter().flatten() {
        writeln!(out, "tag       {} = {}", safe(name), safe(value))?;
    }
    for sentence in &view.trust {
        writeln!(out, "trust     {}", safe(sentence))?;
    }
    if let Some(identity) = &view.identity_id {
        writeln!(out, "identity  {}", safe(identity))?;
    }
    if let Some(arn) = &view.arn {
        writeln!(out, "you are   {}", safe(arn))?;
    }
    match (&view.expires_at, &view.refusal) {
        (Some(at), _) => writeln!(out, "There are credentials until {at}; --as environment prints them.")?,
        (None, Some(refusal)) => writeln!(out, "{}: {}", safe(&refusal.code), safe(&refusal.message))?,
        (None, None) => {}
    }
    Ok(())
}
