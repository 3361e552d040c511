//! `poolctl identity-pools identities | identity`: who is in an identity pool. Nothing is changed.

use wire::identities::{IdentitiesView, IdentityView};
use wire::to_aws::identity_pool_id;

use super::settings::lines;
use crate::arguments::GlobalOptions;
use crate::failure::Failure;

/// `identity-pools identities`
pub(crate) async fn list(common: &GlobalOptions, id: &str, most: usize) -> Result<(), Failure> {
    let id = identity_pool_id(id).map_err(Failure::usage)?;
    let (console, connection) = (common.console_or_memory().await?, common.online().parse()?);
    let most = if most == 0 { usize::MAX } else { most };
    let mut told = IdentitiesView { identities: Vec::new(), next: None };
    loop {
        let page = IdentitiesView::from(&console.identities(&connection, &id, told.next).await?);
        told.identities.extend(page.identities);
        told.next = page.next;
        if told.identities.len() >= most || told.next.is_none() {
            break;
        }
    }
    if told.identities.len() > most || told.next.is_some() {
        told.identities.truncate(most);
        common.note(&format!("{} are listed and there are more; --most 0 lists all", told.identities.len()));
    }
    shown(common, &told.identities)
}

/// `identity-pools identity`
pub(crate) async fn show(common: &GlobalOptions, id: &str) -> Result<(), Failure> {
    let (console, connection) = (common.console_or_memory().await?, common.online().parse()?);
    shown(common, &[IdentityView::from(&console.identity(&connection, id).await?)])
}

fn shown(common: &GlobalOptions, identities: &[IdentityView]) -> Result<(), Failure> {
    lines(common, &["id", "logins", "created", "modified"], identities, |it| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![it.id.clone(), it.logins.join(" "), text(&it.created_at), text(&it.modified_at)]
    })
}
