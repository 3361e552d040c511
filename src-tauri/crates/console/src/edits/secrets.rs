//! Secrets of app clients: two hold side by side so that apps can be given the new one first, and AWS tells a new one once.

use cognito::Session;
use jiff::Timestamp;
use model::connection::ConnectionId;
use model::edit::MASK;
use model::health::Snapshot;
use model::{ClientId, PoolId, PoolKey};
use secrecy::SecretString;
use serde_json::json;

use super::{EditDesk, Put};
use crate::error::{Code, Error};
use crate::open::Console;
use crate::pool::OpenPool;

/// How many secrets an app client can have.
const MOST: usize = 2;

/// A secret that AWS made and told.
pub(super) struct Made {
    pub(super) pool: PoolKey,
    pub(super) at: Timestamp,
    pub(super) secret: SecretString,
}

impl EditDesk {
    /// Keeps a secret that AWS told with an edit, in memory alone; not when secrets were forgotten since the round in which it
    /// was asked for.
    pub(super) fn keep_secret(&self, edit: &str, made: Made, round: u64) {
        let mut desk = self.at(made.at);
        if desk.rounds.get(&made.pool).copied().unwrap_or_default() == round {
            desk.made.insert(edit.to_owned(), made);
        }
    }
}

/// A patch that lets AWS make a secret.
pub(super) fn made_by_aws() -> Vec<Put> {
    let value = json!({ "ClientSecret": { "ClientSecretValue": MASK } });
    vec![Put { pointer: String::new(), value: Some(value) }]
}

/// Refuses when it is known that an app client can have no further secret (`ListUserPoolClientSecrets`; free). Where that may
/// not be asked, AWS says it itself.
///
/// # Errors
/// [`Code::Validation`] for what is no client's id; [`Code::Precondition`] when there is no room; what stands in the way of
/// every call.
pub(super) async fn has_room(session: &Session, pool: &PoolId, now: Timestamp, client: &str) -> Result<(), Error> {
    let client = ClientId::parse(client).map_err(|error| Error::invalid("subject", error.to_string()))?;
    let mut snapshot = Snapshot::new(pool.clone(), now);
    session.read_client_secrets(&mut snapshot, &client).await?;
    let told = snapshot.body("ListUserPoolClientSecrets", client.as_str());
    let listed = told.and_then(|body| body.get("ClientSecrets")?.as_array()).map(Vec::len);
    if listed.is_some_and(|listed| listed >= MOST) {
        let message = "This app client has two secrets already. Delete the one that no app uses any more first.";
        return Err(Error::new(Code::Precondition, message));
    }
    Ok(())
}

impl OpenPool {
    /// The secret that AWS made with an edit, for ten minutes after that or until secrets are forgotten. It is written down
    /// nowhere. Ask [`OpenPool::may_show_secrets`] before it is shown to somebody who did not just ask for it.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it is not kept any more.
    pub fn made_secret(&self, edit: &str) -> Result<SecretString, Error> {
        let desk = self.console.edits.at(self.now());
        let made = desk.made.get(edit).filter(|made| made.pool == self.key);
        made.map(|made| made.secret.clone()).ok_or_else(|| {
            let message =
                "The new secret is not kept here any more, and AWS tells it once. Delete it and make another.";
            Error::new(Code::NotFound, message)
        })
    }
}

impl Console {
    /// The ids and dates of an app client's secrets, never their values (`ListUserPoolClientSecrets`; IAM action of that name;
    /// free). What may not be read is an answer, too.
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn client_secrets(
        &self,
        connection: &ConnectionId,
        pool: &PoolId,
        client: &ClientId,
    ) -> Result<Snapshot, Error> {
        let session = self.inner.session(connection).await?;
        let mut snapshot = Snapshot::new(pool.clone(), self.inner.now());
        session.read_client_secrets(&mut snapshot, client).await?;
        Ok(snapshot)
    }

    /// How the pages for signing in look for an app client (`DescribeManagedLoginBrandingByClient`, `GetUICustomization`; IAM
    /// actions of those names; free). What may not be read is an answer, too.
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn client_style(
        &self,
        connection: &ConnectionId,
        pool: &PoolId,
        client: &ClientId,
    ) -> Result<Snapshot, Error> {
        let session = self.inner.session(connection).await?;
        let mut snapshot = Snapshot::new(pool.clone(), self.inner.now());
        session.read_styles(&mut snapshot, client).await?;
        Ok(snapshot)
    }
}

#[cfg(test)]
mod tests {
    use model::edit::{Kind, Step};
    use model::{AccountId, Region};
    use secrecy::ExposeSecret;
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_is_made_by_aws_has_no_value_of_ours() {
        let patch = made_by_aws();
        assert_eq!(Step::of(&patch), Step::Create);
        let wanted = patch[0].value.clone().unwrap();
        assert_eq!(Kind::ClientSecret.write(&Value::Null, &wanted, false).unwrap().len(), 0);
    }

    #[test]
    fn a_secret_that_was_on_its_way_when_secrets_were_forgotten_is_not_kept() {
        let pool = PoolKey {
            place: "aws".to_owned(),
            account: AccountId::parse("123456789012").unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
            pool: PoolId::parse("eu-west-1_Abcdefghi").unwrap(),
        };
        let (desk, at) = (EditDesk::default(), Timestamp::UNIX_EPOCH);
        let keep = |edit: &str, round: u64| {
            let secret = SecretString::from("hush".to_owned());
            desk.keep_secret(edit, Made { pool: pool.clone(), at, secret }, round);
        };
        let kept = || desk.at(at).made.values().map(|made| made.secret.expose_secret().to_owned()).collect::<Vec<_>>();
        let before = desk.round(&pool);
        keep("one", before);
        assert_eq!(kept(), ["hush"]);
        desk.forget_secrets(&pool);
        keep("two", before);
        assert!(kept().is_empty(), "it was asked for in the round before");
        keep("three", desk.round(&pool));
        assert_eq!(kept(), ["hush"]);
    }
}
