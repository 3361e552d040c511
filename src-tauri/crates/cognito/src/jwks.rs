//! A pool's public keys, over plain HTTPS and the session's own client.

use model::PoolId;
use model::token::issuers;

use crate::error::{Context, Error, ErrorKind};
use crate::web::Request;
use crate::{Session, operations};

/// The longest set of keys that is read, in bytes. Cognito's is under two thousand.
const LONGEST: usize = 256 * 1024;

impl Session {
    /// The pool's keys as the JSON that is published (`GET /<pool>/.well-known/jwks.json`, RFC 7517; no permission; free).
    /// With an endpoint they come from there.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such pool, [`ErrorKind::Unreachable`],
    /// [`ErrorKind::WrongRegionOrEndpoint`] when the answer is no set of keys.
    pub async fn jwks(&self, pool: &PoolId) -> Result<String, Error> {
        let context = Context { pool: Some(pool.clone()), ..self.context(operations::JWKS) };
        // A pool publishes its keys below its issuer; an emulator does so at its endpoint.
        let [issuer, _] = issuers(pool);
        let base = context.endpoint.as_deref().unwrap_or(issuer.trim_end_matches(pool.as_str())).trim_end_matches('/');
        let request = Request::get(base, &format!("/{pool}/.well-known/jwks.json"));
        let page = self.page(&context, &request).await?;
        // What a cache or a proxy answers tells no time, or that of long ago.
        if let (200, false, Some(date)) = (page.status, page.is_kept, &page.date) {
            self.heard(date);
        }
        let wrong = || {
            let message =
                "What was answered in place of the pool's keys is no set of keys. Check the endpoint or a proxy.";
            Error::new(ErrorKind::WrongRegionOrEndpoint, message).of(&context)
        };
        match page.status {
            200 if page.body.len() <= LONGEST => String::from_utf8(page.body).map_err(|_| wrong()),
            400 | 404 => {
                let message = format!("There are no keys of a pool {pool}: it does not exist there.");
                Err(Error::new(ErrorKind::NotFound, message).of(&context))
            }
            _ => Err(wrong()),
        }
    }
}
