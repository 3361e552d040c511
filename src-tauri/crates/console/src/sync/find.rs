//! One user by an exact filter, over as many pages as it takes.

use std::future::Future;

use cognito::{Error as CallError, ErrorKind, UserPage};
use model::user::User;

use super::chains::again;
use super::loops::Circle;
use crate::error::Error;

/// The first wanted user of a listing (`ListUsers`; free); `None` when it has none. A page may be empty although more
/// follow.
///
/// # Errors
/// Those of a page; one whose token was refused begins anew a few times.
pub(crate) async fn find<F, Fut>(page: F, wanted: impl Fn(&User) -> bool) -> Result<Option<User>, Error>
where
    F: Fn(Option<String>) -> Fut,
    Fut: Future<Output = Result<UserPage, CallError>>,
{
    let (mut token, mut circle, mut restarts): (Option<String>, _, _) = (None, Circle::default(), 0);
    loop {
        let page = match page(token.clone()).await {
            Ok(page) => page,
            Err(error) if error.kind != ErrorKind::PageTokenRefused => return Err(error.into()),
            Err(_) => {
                again(&mut restarts)?;
                (token, circle) = (None, Circle::default());
                continue;
            }
        };
        match (page.users.into_iter().find(&wanted), page.next) {
            (Some(found), _) => return Ok(Some(found)),
            (None, None) => return Ok(None),
            (None, next) if circle.closes_with(next.as_deref()) => {
                again(&mut restarts)?;
                (token, circle) = (None, Circle::default());
            }
            (None, next) => token = next,
        }
    }
}
