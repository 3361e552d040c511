//! The secrets of an app client, and how its pages for signing in look: `poolctl clients secrets | add-secret | delete-secret |
//! style | set-style`.

use std::fs;
use std::io::{self, Write};

use console::edits::{Kind, why_unknown};
use secrecy::ExposeSecret;
use serde_json::json;
use wire::edits::{MadeEditView, Meant};
use wire::pool_settings::{ClientSecretsView, ClientStyleView, LogoView};
use wire::typed_style;
use wire::{ErrorCode, WireError, typed_things};

use super::edits;
use super::settings::{lines, meant};
use crate::arguments::GlobalOptions;
use crate::change_arguments::{Agreement, Look, SetStyle};
use crate::failure::Failure;
use crate::output::{self, safe};

/// `clients secrets`
pub(crate) async fn secrets(common: &GlobalOptions, client: &str) -> Result<(), Failure> {
    let client = wire::lab::client_id(client)?;
    let (console, pool) = meant(common).await?;
    let snapshot = console.client_secrets(&common.online().parse()?, &pool, &client).await?;
    if let Some(error) = why_unknown(&snapshot, "ListUserPoolClientSecrets", client.as_str()) {
        return Err(error.into());
    }
    let view = ClientSecretsView::new(&snapshot, client.as_str());
    lines(common, &["id", "made"], &view.secrets, |it| vec![it.id.clone(), it.made_at.clone().unwrap_or_default()])
}

/// `clients add-secret`
pub(crate) async fn add_secret(
    common: &GlobalOptions,
    client: &str,
    show: bool,
    consent: &Agreement,
) -> Result<(), Failure> {
    if !show && !consent.dry_run {
        let sentence = "AWS tells the new secret this once, and it is kept nowhere. Give --show to have it printed.";
        return Err(Failure::usage(WireError::validation("show", sentence)));
    }
    let client = wire::lab::client_id(client)?;
    let (whole, patch) = typed_things::new_secret(client.as_str());
    let console =
        if consent.dry_run { common.console_or_memory().await? } else { common.console_with_journal().await? };
    let pool = common.pool_online(&console).await?;
    let edit = pool.plan_edit(whole, patch, None).await?;
    if consent.dry_run {
        return edits::carry_out(common, &pool, &edit, consent).await;
    }
    let row = edits::made(common, &pool, &edit, consent).await?;
    let made = MadeEditView::from(&row);
    match pool.made_secret(&row.id) {
        Ok(secret) if common.wants_json() => {
            output::json(&json!({ "edit": made, "secret": secret.expose_secret() }))?;
        }
        Ok(secret) => writeln!(io::stdout(), "{}", secret.expose_secret())?,
        Err(error) => return Err(Failure::failed(ErrorCode::Precondition, made.why.unwrap_or(error.message))),
    }
    if let Some(id) = &made.subject {
        common.note(&format!("its id is {id}; delete the older one once every app has this one"));
    }
    edits::ended(common, &row)
}

/// `clients delete-secret`
pub(crate) async fn delete_secret(common: &GlobalOptions, secret: &str, consent: &Agreement) -> Result<(), Failure> {
    edits::set(common, &typed_things::gone(Kind::ClientSecret, secret), consent).await
}

/// `clients style`
pub(crate) async fn style(common: &GlobalOptions, client: &str) -> Result<(), Failure> {
    let client = wire::lab::client_id(client)?;
    let (console, pool) = meant(common).await?;
    let snapshot = console.client_style(&common.online().parse()?, &pool, &client).await?;
    let view = ClientStyleView::new(&snapshot, client.as_str());
    if common.wants_json() {
        return Ok(output::json(&view)?);
    }
    let managed = match (&view.managed, &view.managed_unknown) {
        (Some(style), _) if style.default => "as Cognito's own".to_owned(),
        (Some(style), _) => {
            let images: Vec<String> = style.images.iter().map(|it| format!("{} {}", it.category, it.mode)).collect();
            format!("of its own; images: {}", if images.is_empty() { "none".to_owned() } else { images.join(", ") })
        }
        (None, Some(why)) => format!("unknown: {why}"),
        (None, None) => "no style: managed login has no pages for this client".to_owned(),
    };
    let classic = match (&view.classic, &view.classic_unknown) {
        (Some(style), _) => {
            let whose = if style.own { "of its own" } else { "that of all clients" };
            format!("{whose}; logo: {}", style.logo.as_deref().unwrap_or("none"))
        }
        (None, Some(why)) => format!("unknown: {why}"),
        (None, None) => "as Cognito's own".to_owned(),
    };
    let mut out = io::stdout().lock();
    writeln!(out, "managed login: {}", safe(&managed))?;
    for line in view.managed.iter().filter_map(|style| style.settings.as_ref()).flat_map(|text| text.lines()) {
        writeln!(out, "    {}", safe(line))?;
    }
    writeln!(out, "classic pages: {}", safe(&classic))?;
    for line in view.classic.iter().filter_map(|style| style.css.as_ref()).flat_map(|text| text.lines()) {
        writeln!(out, "    {}", safe(line))?;
    }
    Ok(())
}

/// `clients set-style`
pub(crate) async fn set_style(common: &GlobalOptions, asked: &SetStyle) -> Result<(), Failure> {
    let change = looked(&asked.client, &asked.look).map_err(Failure::usage)?;
    edits::set(common, &change, &asked.consent).await
}

fn looked(client: &str, look: &Look) -> Result<Meant, WireError> {
    let read = |field: &str, path: &std::path::Path| {
        fs::read_to_string(path)
            .map_err(|error| WireError::validation(field, format!("{} cannot be read: {error}.", path.display())))
    };
    if look.new {
        return Ok(typed_style::new_style(client));
    }
    if look.delete {
        return Ok(typed_things::gone(Kind::Style, client));
    }
    if let Some(path) = &look.settings {
        return typed_style::style(client, Some(&read("settings", path)?));
    }
    if let Some(path) = &look.css {
        return typed_style::classic_style(client, Some(&read("css", path)?), None);
    }
    match &look.logo {
        Some(path) => {
            let logo = LogoView::new(String::new(), &console::read_logo(path)?);
            typed_style::classic_style(client, None, Some(logo.letters))
        }
        None => typed_style::style(client, None),
    }
}
