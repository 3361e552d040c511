//! Secrets of app clients: two hold side by side so that apps can be given the new one first, and AWS tells a new one once.

use cognito::Session;
use jiff::Timestamp;
use model::connection::ConnectionId;
use model::edit::MASK;
use model::health::Snapshot;
use model::{ClientId, PoolId, PoolKey};
use secrecy::SecretString;
use serde_json::json;
use tokio::sync::watch;

use super::{EditDesk, HOLDS, Put};
use crate::error::{Code, Error};
use crate::open::Console;
use crate::pool::OpenPool;

/// How many secrets an app client can have.
const MOST: usize = 2;

/// A secret that AWS made and told. Its memory is wiped when it is dropped, and whoever waits for that is told.
pub(super) struct Made {
    pub(super) pool: PoolKey,
    at: Timestamp,
    secret: SecretString,
    /// Nothing is ever sent: that it is gone says all.
    gone: watch::Sender<()>,
}

impl Made {
    pub(super) fn new(pool: PoolKey, at: Timestamp, secret: SecretString) -> Self {
        Self { pool, at, secret, gone: watch::Sender::new(()) }
    }

    /// Whether its time is not over.
    pub(super) fn holds(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) <= HOLDS
    }
}

impl EditDesk {
    /// Keeps a secret that AWS told with an edit, in memory alone; not when secrets were forgotten since the round in which it
    /// was asked for. Must be called within a runtime.
    pub(super) fn keep_secret(&self, edit: &str, made: Made, round: u64) {
        let mut desk = self.at(made.at);
        if desk.rounds.get(&made.pool).copied().unwrap_or_default() != round {
            return;
        }
        desk.made.insert(edit.to_owned(), made);
        drop(desk);
        self.watch();
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

    /// Ends when the secret that AWS made with an edit is kept no more: at once where none is, and otherwise as soon as its ten
    /// minutes are over or secrets are forgotten.
    pub async fn secret_gone(&self, edit: &str) {
        let gone = self.console.edits.lock().made.get(edit).map(|made| made.gone.subscribe());
        if let Some(mut gone) = gone {
            // An error says that it was dropped, which is all there is to hear.
            let _ = gone.changed().await;
        }
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
    use std::sync::Arc;
    use std::time::Duration;

    use model::clock::Clock;
    use model::edit::{Kind, Step};
    use model::{AccountId, Region};
    use secrecy::ExposeSecret;
    use serde_json::Value;

    use super::super::LOOKS;
    use super::*;

    #[test]
    fn what_is_made_by_aws_has_no_value_of_ours() {
        let patch = made_by_aws();
        assert_eq!(Step::of(&patch), Step::Create);
        let wanted = patch[0].value.clone().unwrap();
        assert_eq!(Kind::ClientSecret.write(&Value::Null, &wanted, false).unwrap().len(), 0);
    }

    /// The clock of the runtime, which tests push.
    struct Ticking(tokio::time::Instant);

    impl Clock for Ticking {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH.saturating_add(self.0.elapsed()).unwrap()
        }
    }

    fn pool() -> PoolKey {
        PoolKey {
            place: "aws".to_owned(),
            account: AccountId::parse("123456789012").unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
            pool: PoolId::parse("eu-west-1_Abcdefghi").unwrap(),
        }
    }

    fn made() -> Made {
        Made::new(pool(), Timestamp::UNIX_EPOCH, SecretString::from("hush".to_owned()))
    }

    fn kept(desk: &EditDesk) -> Vec<String> {
        desk.lock().made.values().map(|made| made.secret.expose_secret().to_owned()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_secret_that_was_on_its_way_when_secrets_were_forgotten_is_not_kept() {
        let desk = EditDesk::new(Arc::new(Ticking(tokio::time::Instant::now())));
        let before = desk.round(&pool());
        desk.keep_secret("one", made(), before);
        assert_eq!(kept(&desk), ["hush"]);
        desk.forget_secrets(&pool());
        desk.keep_secret("two", made(), before);
        assert!(kept(&desk).is_empty(), "it was asked for in the round before");
        desk.keep_secret("three", made(), desk.round(&pool()));
        assert_eq!(kept(&desk), ["hush"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_secret_goes_after_its_ten_minutes_when_nobody_comes_to_the_desk_again() {
        let desk = EditDesk::new(Arc::new(Ticking(tokio::time::Instant::now())));
        let ten = Duration::from_secs(600);
        for round in 0..2 {
            let made = Made { at: desk.clock.now(), ..made() };
            let mut gone = made.gone.subscribe();
            desk.keep_secret("one", made, 0);
            tokio::time::sleep(ten - LOOKS).await;
            assert_eq!(kept(&desk), ["hush"], "round {round}");
            tokio::time::sleep(LOOKS * 3).await;
            assert!(kept(&desk).is_empty(), "round {round}");
            assert!(gone.changed().await.is_err(), "whoever waits is told");
        }
    }
}
