//! Listing users, several chains side by side, each page by page.

use std::collections::VecDeque;

use cognito::{ErrorKind, UserFilter, UserPage};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use store::{Chain, ChainStep};

use super::engine::Run;
use super::loops::Circle;
use super::plan::{self, Evidence};
use crate::error::{Code, Error};
use crate::pool::Live;

/// Chains that run side by side: enough to use the whole quota at 250 ms a page.
const WORKERS: usize = 8;

/// AWS's page tokens hold for an hour. Older ones than this are not tried.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(55);

/// How often one listing begins anew, although its token was fresh, before the run gives up.
const RESTARTS: u32 = 5;

/// The most beginnings of `sub` outside 0–f that are listed by chains of their own; the sweep finds the rest.
const STRAYS: u32 = 64;

/// The chains of a generation, and who works on them.
#[derive(Default)]
pub(super) struct Crew {
    chains: Vec<Chain>,
    waiting: VecDeque<Chain>,
    running: usize,
    estimated: Option<u64>,
    seen: u64,
    wasted: u64,
    /// Whether those who are met for the first time are no news.
    pub(super) newcomers_were_there: bool,
}

impl Crew {
    pub(super) fn new(chains: Vec<Chain>, estimated: Option<u64>) -> Self {
        let seen = plan::seen(&chains);
        let all: u64 = chains.iter().map(|chain| chain.users).sum();
        let waiting = chains.iter().filter(|chain| !chain.ended).cloned().collect();
        Self { chains, waiting, running: 0, estimated, seen, wasted: all - seen, newcomers_were_there: false }
    }

    /// Users that were read in this generation, each once.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    pub(super) fn is_idle(&self) -> bool {
        self.running == 0 && self.waiting.is_empty()
    }

    pub(super) fn chains(&self) -> &[Chain] {
        &self.chains
    }

    /// A user was found outside the listing.
    pub(super) fn found(&mut self, users: u64) {
        self.seen += users;
    }

    fn next(&mut self) -> Option<Chain> {
        let chain = self.waiting.pop_front()?;
        self.running += 1;
        Some(chain)
    }

    fn evidence(&self, page: usize) -> Evidence {
        let idle = WORKERS.saturating_sub(self.running + self.waiting.len());
        let seen = self.seen + page as u64;
        Evidence { estimated: self.estimated, seen, wasted: self.wasted, running: self.running, idle }
    }

    /// The chain's users count no more: they will be read again.
    fn forget(&mut self, chain: &Chain) {
        self.seen -= chain.users;
        self.wasted += chain.users;
    }

    /// Takes in chains that a split has made.
    fn join(&mut self, chains: Vec<Chain>) {
        for chain in chains {
            if !self.chains.iter().any(|known| known.id == chain.id) {
                self.waiting.push_back(chain.clone());
                self.chains.push(chain);
            }
        }
    }
}

/// Whether a chain can go on with the token that it has.
pub(super) fn has_fresh_token(chain: &Chain, now: Timestamp) -> bool {
    chain.token.is_some() && chain.token_at.is_some_and(|at| now.duration_since(at).abs() < TOKEN_LIFE)
}

impl Run {
    /// Runs every chain of the crew to its end, those that splits make included.
    pub(super) async fn list(&self, live: &Live) -> Result<(), Error> {
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < WORKERS
                && let Some(chain) = { self.crew().next() }
            {
                running.push(self.chain(live, chain));
            }
            match running.next().await {
                Some(ended) => ended?,
                None => return Ok(()),
            }
            self.crew().running -= 1;
        }
    }

    async fn chain(&self, live: &Live, mut chain: Chain) -> Result<(), Error> {
        let filter = chain.prefix.clone().map_or(UserFilter::None, UserFilter::SubPrefix);
        let mut circle = Circle::default();
        let mut restarts = 0;
        loop {
            if chain.token.is_some() && !has_fresh_token(&chain, self.pool.now()) {
                self.restart(&mut chain).await?;
                circle = Circle::default();
            }
            let asked_at = self.pool.now();
            let asked = || live.session.users(&self.pool.key.pool, filter.clone(), None, chain.token.clone());
            let page = match self.call(asked).await {
                Ok(page) if !circle.closes_with(page.next.as_deref()) => page,
                // The token is dead, or it came a second time: the listing would go round in circles.
                Err(error) if error.kind != ErrorKind::PageTokenRefused => return Err(error.into()),
                _ => {
                    again(&mut restarts)?;
                    self.restart(&mut chain).await?;
                    circle = Circle::default();
                    continue;
                }
            };
            if self.page(&mut chain, page, asked_at).await? {
                return Ok(());
            }
        }
    }

    /// Writes a page with its checkpoint. Says whether the chain has ended.
    async fn page(&self, chain: &mut Chain, page: UserPage, asked_at: Timestamp) -> Result<bool, Error> {
        let read = page.users.len();
        let evidence = self.crew().evidence(read);
        let hot = page.next.is_some() && plan::is_hot(chain.prefix.as_deref(), chain.users + read as u64, evidence);
        let split_into = match (&chain.prefix, hot) {
            (Some(prefix), true) => {
                let mut split = plan::children(prefix);
                split.extend(self.strays(prefix).await?);
                split
            }
            _ => Vec::new(),
        };
        let ended = page.next.is_none() || hot;
        chain.users += read as u64;
        chain.token = page.next.filter(|_| !hot);
        chain.token_at = chain.token.as_ref().map(|_| self.pool.now());
        let step = ChainStep {
            token: chain.token.clone(),
            token_at: chain.token_at,
            ended,
            split_into,
            asked_at: Some(asked_at),
            newcomers_were_there: self.crew().newcomers_were_there,
        };
        let (id, users) = (chain.id, page.users);
        let after = self
            .disk(move |pool| {
                let history = pool.recording();
                pool.cache.write_page(id, &users, &step, history.as_ref(), pool.now())?;
                if step.split_into.is_empty() { Ok(None) } else { pool.cache.sync_state() }
            })
            .await?;
        let mut crew = self.crew();
        crew.seen += read as u64;
        if let Some(after) = after {
            tracing::info!(prefix = chain.prefix.as_deref(), "a hot chain is split");
            crew.forget(chain);
            crew.join(after.chains);
        }
        self.meter.users(crew.seen);
        drop(crew);
        self.meter.page(read);
        Ok(ended)
    }

    async fn restart(&self, chain: &mut Chain) -> Result<(), Error> {
        let id = chain.id;
        self.disk(move |pool| pool.cache.restart_chain(id)).await?;
        self.crew().forget(chain);
        chain.token = None;
        chain.token_at = None;
        chain.users = 0;
        Ok(())
    }

    /// The beginnings of cached subs that are `prefix` and a character outside 0–f: chains of hex digits would miss them.
    pub(super) async fn strays(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let prefix = prefix.to_owned();
        self.disk(move |pool| pool.cache.beginnings(&prefix, STRAYS)).await
    }
}

/// Counts a listing that begins anew because its token was refused.
pub(super) fn again(restarts: &mut u32) -> Result<(), Error> {
    *restarts += 1;
    if *restarts <= RESTARTS {
        return Ok(());
    }
    let message = "AWS keeps refusing its own page tokens, so the listing cannot be finished. Try again later.";
    Err(Error::new(Code::Internal, message))
}
