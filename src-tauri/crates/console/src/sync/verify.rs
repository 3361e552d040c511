//! Users that the listing did not show: asked for one by one, then kept or removed.

use cognito::UserFilter;
use futures::{StreamExt as _, TryStreamExt as _};
use model::user::User;
use model::{Sub, Username};
use store::{ChainStep, SyncPhase as StoredPhase};

use super::engine::Run;
use super::find;
use super::{SyncPhase, plan};
use crate::error::Error;
use crate::pool::Live;

/// Up to so many users are asked for one by one in a run: a minute or two at the usual share of the quota.
const ASKED: usize = 2_000;

/// Users that are removed at once.
const BATCH: u32 = 1_000;

/// Questions side by side.
const WORKERS: usize = 8;

impl Run {
    /// Removes cached users who are gone, and keeps those that the listing merely did not show.
    ///
    /// Each is asked for by an exact filter, which is free. Only where they are more than can be asked for, those are
    /// believed to be gone whom a listing covered that read, to a few, as many users as AWS estimates. Failing that, a
    /// last listing asks for as many as it may, and the others stay for the next sync; one that a sweep follows
    /// (`last` is false) leaves them to that. Says whether everybody was dealt with.
    pub(super) async fn verify(&self, live: &Live, last: bool, estimated: Option<u64>) -> Result<bool, Error> {
        let most = u32::try_from(ASKED).unwrap_or(u32::MAX);
        let mut missing = self.disk(move |pool| pool.cache.missing(most + 1)).await?;
        if missing.is_empty() {
            return Ok(true);
        }
        self.meter.phase(SyncPhase::Verifying);
        self.disk(|pool| pool.cache.enter(StoredPhase::Verifying)).await?;
        if missing.len() > ASKED && plan::agrees_closely(self.crew().seen(), estimated) {
            self.remove_all_covered().await?;
            missing = self.disk(move |pool| pool.cache.missing(most + 1)).await?;
        }
        let all = missing.len() <= ASKED;
        if all || last {
            missing.truncate(ASKED);
            self.ask_for(live, missing).await?;
        }
        Ok(all)
    }

    async fn ask_for(&self, live: &Live, missing: Vec<User>) -> Result<(), Error> {
        let asked_at = self.pool.now();
        let answers: Vec<(User, Option<User>)> = futures::stream::iter(missing)
            .map(|user| async {
                let found = self.find(live, &user).await?;
                Ok::<_, Error>((user, found))
            })
            .buffer_unordered(WORKERS)
            .try_collect()
            .await?;
        let (mut gone, mut there) = (Vec::new(), Vec::new());
        for (user, found) in answers {
            match found {
                Some(found) if found.username == user.username => there.push(found),
                // The same `sub` under another name: that one was written, this one is gone.
                Some(found) => {
                    there.push(found);
                    gone.push(user.username);
                }
                None => gone.push(user.username),
            }
        }
        self.crew().found(there.len() as u64);
        let chain = self.crew().chains().first().map(|chain| chain.id);
        self.disk(move |pool| {
            let history = pool.recording();
            if let (Some(chain), false) = (chain, there.is_empty()) {
                let ended = ChainStep { ended: true, asked_at: Some(asked_at), ..ChainStep::default() };
                pool.cache.write_page(chain, &there, &ended, history.as_ref(), pool.now())?;
            }
            pool.cache.remove(&gone, history.as_ref(), pool.now())
        })
        .await
    }

    /// The user as AWS lists it by an exact filter (`ListUsers`, free); `None` when there is none.
    async fn find(&self, live: &Live, user: &User) -> Result<Option<User>, Error> {
        let filter = match user.sub().and_then(|sub| Sub::parse(sub).ok()) {
            Some(sub) => UserFilter::SubIs(sub),
            None => UserFilter::UsernameIs(user.username.clone()),
        };
        let filter = &filter;
        let page = |token: Option<String>| async move {
            let page =
                self.call(|| live.session.users(&self.pool.key.pool, filter.clone(), None, token.clone())).await?;
            self.meter.page(0);
            Ok(page)
        };
        find(page, |_| true).await
    }

    async fn remove_all_covered(&self) -> Result<(), Error> {
        let chains = self.crew().chains().to_vec();
        loop {
            let chains = chains.clone();
            let removed = self
                .disk(move |pool| {
                    let missing = pool.cache.missing(BATCH)?;
                    let covered = missing.into_iter().filter(|user| plan::covers(&chains, user.sub()));
                    let gone: Vec<Username> = covered.map(|user| user.username).collect();
                    pool.cache.remove(&gone, pool.recording().as_ref(), pool.now())?;
                    Ok(gone.len())
                })
                .await?;
            if removed == 0 {
                return Ok(());
            }
        }
    }
}
