//! The settings of the open pool and what stands around it. Nothing here changes anything or makes anybody billable.

use console::{Report, ReportFormat};
use secrecy::{ExposeSecret, SecretString};
use wire::health::{AskHealth, HealthView, SaveHealth, sarif};
use wire::lab::{OneClient, RevealedView, client_id};
use wire::nearby::{AskServiceQuotas, FunctionsView, RolesView, ServiceQuotasView};
use wire::plans::SavedFileView;
use wire::pool_settings::{
    ClientSecretsView, ClientStyleView, ClientsSettingsView, CompareSettings, ComparedView, ConfigurationView,
    IdentityPoolsSettingsView, PoolSettingsView, QuotasView, SaveSettings, Sides,
};
use wire::{ErrorCode, WireError};

use super::cost::save;
use super::{Answer, Desk};

/// Everything that is set of the pool (`DescribeUserPool` and eight more; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_pool_settings(desk: Desk<'_>) -> Answer<PoolSettingsView> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    let snapshot = desk.console().await?.pool_settings(pool.connection(), &pool.key().pool).await?;
    Ok(PoolSettingsView::from(&snapshot))
}

/// Everything that is set of the app clients (`DescribeUserPoolClient` of each; free). Secrets stay here.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_client_settings(desk: Desk<'_>) -> Answer<ClientsSettingsView> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    let snapshot = desk.console().await?.client_settings(pool.connection(), &pool.key().pool, None).await?;
    wire::settings::answered(&snapshot, "ListUserPoolClients")?;
    Ok(ClientsSettingsView::from(&snapshot))
}

/// What a program has to be told about a client; no secret is in it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_client_configuration(desk: Desk<'_>, request: OneClient) -> Answer<Vec<ConfigurationView>> {
    let (pool, client) = (desk.pool()?, client_id(&request.client_id)?);
    let told = desk.console().await?.configuration(pool.connection(), &pool.key().pool, &client).await?;
    Ok(ConfigurationView::all(&told))
}

/// A client's secret (`DescribeUserPoolClient`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn reveal_client_secret(desk: Desk<'_>, request: OneClient) -> Answer<RevealedView> {
    let round = desk.opened()?.round();
    desk.shows_secret()?;
    let secret = secret(&desk, &request).await?;
    desk.opened()?.still(round)?;
    Ok(RevealedView { value: secret.expose_secret().to_owned() })
}

/// Copies a client's secret; half a minute later it is off the clipboard.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_client_secret(desk: Desk<'_>, request: OneClient) -> Answer<()> {
    let round = desk.opened()?.round();
    let secret = secret(&desk, &request).await?;
    desk.opened()?.still(round)?;
    desk.clipboard().copy(desk.opened()?.key(), secret)
}

/// The ids and dates of a client's secrets (`ListUserPoolClientSecrets`; free). Their values are told by nobody.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_client_secrets(desk: Desk<'_>, request: OneClient) -> Answer<ClientSecretsView> {
    let (pool, client) = (desk.pool()?, client_id(&request.client_id)?);
    let snapshot = desk.console().await?.client_secrets(pool.connection(), &pool.key().pool, &client).await?;
    Ok(ClientSecretsView::new(&snapshot, client.as_str()))
}

/// How the pages for signing in look for a client (`DescribeManagedLoginBrandingByClient`, `GetUICustomization`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_client_style(desk: Desk<'_>, request: OneClient) -> Answer<ClientStyleView> {
    let (pool, client) = (desk.pool()?, client_id(&request.client_id)?);
    let snapshot = desk.console().await?.client_style(pool.connection(), &pool.key().pool, &client).await?;
    Ok(ClientStyleView::new(&snapshot, client.as_str()))
}

async fn secret(desk: &Desk<'_>, request: &OneClient) -> Result<SecretString, WireError> {
    let (pool, client) = (desk.pool()?, client_id(&request.client_id)?);
    pool.may_show_secrets()?;
    let found = desk.console().await?.client(pool.connection(), &pool.key().pool, &client).await?;
    found.secret.ok_or_else(|| WireError::new(ErrorCode::Precondition, "This app client has no secret."))
}

/// Every identity pool of the account (`DescribeIdentityPool` of each; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_identity_pool_settings(desk: Desk<'_>) -> Answer<IdentityPoolsSettingsView> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    let snapshot = desk.console().await?.identity_pool_settings(pool.connection(), &pool.key().pool).await?;
    wire::settings::answered(&snapshot, "ListIdentityPools")?;
    Ok(IdentityPoolsSettingsView::from(&snapshot))
}

/// How much of what AWS allows is used (`GetProvisionedLimit`, one a second, and what can be counted; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_quotas(desk: Desk<'_>) -> Answer<QuotasView> {
    let (pool, console) = (desk.pool()?, desk.console().await?);
    desk.warm(pool.connection().sandbox).await;
    let snapshot = console.counted_settings(pool.connection(), &pool.key().pool).await?;
    let limits = console.limits(pool.connection()).await?;
    Ok(QuotasView::new(&limits, &console.used_now(pool.connection()), &snapshot))
}

/// Whether Cognito may call the functions of the pool's triggers (Lambda's `GetPolicy` and `GetFunctionConfiguration`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_functions(desk: Desk<'_>) -> Answer<FunctionsView> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    let snapshot = desk.console().await?.functions(pool.connection(), &pool.key().pool).await?;
    Ok(FunctionsView::from(&snapshot))
}

/// The limits that Service Quotas tells (`ListServiceQuotas`; free), and when it is wanted how much of them is used, for which
/// AWS charges (`GetMetricData`).
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_service_quotas(desk: Desk<'_>, request: AskServiceQuotas) -> Answer<ServiceQuotasView> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    let told = desk.console().await?.service_quotas(pool.connection(), request.used).await?;
    Ok(ServiceQuotasView::from(&told))
}

/// Who may take the roles of groups and identity pools, and what they may do (IAM's `GetRole` and five more; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_roles(desk: Desk<'_>) -> Answer<RolesView> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    let snapshot = desk.console().await?.roles(pool.connection(), &pool.key().pool).await?;
    Ok(RolesView::from(&snapshot))
}

/// Holds every rule against the pool (free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_health(desk: Desk<'_>, request: AskHealth) -> Answer<HealthView> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    let health = desk.console().await?.health(pool.connection(), &pool.key().pool, request.beyond).await?;
    // A score that cannot be kept is said elsewhere: the journal's own notice tells of it.
    let _ = pool.keep_score(&health.findings, request.beyond).await;
    Ok(HealthView::from(&health))
}

/// Holds every rule against the pool and writes what they say into the folder for downloads.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_health(desk: Desk<'_>, request: SaveHealth) -> Answer<SavedFileView> {
    let pool = desk.pool()?;
    let health = desk.console().await?.health(pool.connection(), &pool.key().pool, request.beyond).await?;
    let json = |value: serde_json::Result<Vec<u8>>| {
        value.map_err(|error| WireError::new(ErrorCode::Internal, format!("It cannot be written: {error}.")))
    };
    let (end, bytes) = match request.format.as_str() {
        "html" => ("html", Report::of_health(&health).write(ReportFormat::Html)),
        "csv" => ("csv", HealthView::from(&health).csv()),
        "sarif" => ("sarif", json(serde_json::to_vec_pretty(&sarif(&health, env!("CARGO_PKG_VERSION"))))?),
        "json" => ("json", json(serde_json::to_vec_pretty(&HealthView::from(&health)))?),
        _ => return Err(WireError::validation("format", "A report is html, csv, sarif or json.")),
    };
    save(&desk, &format!("poolkeeper-health-{}", pool.key().pool), end, bytes).await
}

/// Writes everything that is set of the pool and its clients into the folder for downloads; no secret is in it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_settings(desk: Desk<'_>, request: SaveSettings) -> Answer<SavedFileView> {
    let (pool, console) = (desk.pool()?, desk.console().await?);
    let id = &pool.key().pool;
    let settings = console.pool_settings(pool.connection(), id).await?;
    let clients = console.client_settings(pool.connection(), id, None).await?;
    let (end, bytes) = request.write(&[&settings, &clients])?;
    save(&desk, &format!("poolkeeper-settings-{id}"), end, bytes).await
}

/// What differs between the pool and another one of the account, between two app clients, or between two days of the pool
/// (free). What was not answered is not compared.
#[tauri::command]
#[specta::specta]
pub(crate) async fn compare_settings(desk: Desk<'_>, request: CompareSettings) -> Answer<ComparedView> {
    let (pool, console) = (desk.pool()?, desk.console().await?);
    let (connection, here) = (pool.connection(), &pool.key().pool);
    let comparison = match request.sides()? {
        Sides::Pools(other) => console.compare_pools(connection, here, &other).await?,
        Sides::Clients(client, other, with) => {
            let there = other.as_ref().unwrap_or(here);
            console.compare_clients(connection, (here, &client), (there, &with)).await?
        }
        Sides::Days(before, after) => pool.compare_days(&before, &after).await?,
    };
    Ok(ComparedView::from(&comparison))
}

/// When syncs kept copies of the pool's settings, the newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_kept_settings(desk: Desk<'_>) -> Answer<Vec<String>> {
    Ok(desk.pool()?.settings_kept().await?.iter().map(ToString::to_string).collect())
}
