//! Listing users (`ListUsers`): the only way in which people are read.

use model::user::User;
use model::{PoolId, Sub, Username};
use tracing::Instrument;

use crate::error::{Context, Error, ErrorKind};
use crate::{Session, convert, operations};

/// The most users that AWS puts on a page.
pub(crate) const PAGE: u32 = 60;

/// The longest filter that AWS accepts, in characters.
const LONGEST_FILTER: usize = 256;

/// Which users to list. AWS filters by one attribute, exactly or by prefix; everything else is searched in the cache.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum UserFilter {
    /// Every user.
    #[default]
    None,
    /// Users whose `sub` starts so.
    SubPrefix(String),
    /// The user with this `sub`.
    SubIs(Sub),
    /// The user with this user name.
    UsernameIs(Username),
    /// Users with this e-mail address.
    EmailIs(String),
    /// Users with this phone number.
    PhoneIs(String),
}

impl UserFilter {
    /// The users with an e-mail address or a phone number, whichever a text is; `None` when it is neither.
    #[must_use]
    pub fn of_address(text: &str) -> Option<Self> {
        match text {
            email if email.contains('@') => Some(Self::EmailIs(email.to_owned())),
            number if number.starts_with('+') => Some(Self::PhoneIs(number.to_owned())),
            _ => None,
        }
    }

    /// The filter in AWS's grammar, `<attribute> <operator> "<value>"`; `None` when every user is wanted.
    ///
    /// Quotes and backslashes are escaped, so that a value can change neither attribute nor operator.
    ///
    /// # Errors
    /// [`ErrorKind::Validation`] when it is longer than the 256 characters that AWS accepts.
    pub fn expression(&self) -> Result<Option<String>, Error> {
        let (attribute, operator, value) = match self {
            Self::None => return Ok(None),
            Self::SubPrefix(prefix) => ("sub", "^=", prefix.as_str()),
            Self::SubIs(sub) => ("sub", "=", sub.as_str()),
            Self::UsernameIs(name) => ("username", "=", name.as_str()),
            Self::EmailIs(email) => ("email", "=", email.as_str()),
            Self::PhoneIs(number) => ("phone_number", "=", number.as_str()),
        };
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        let text = format!("{attribute} {operator} \"{escaped}\"");
        if text.chars().count() > LONGEST_FILTER {
            return Err(Error::new(
                ErrorKind::Validation,
                format!("AWS accepts filters of at most {LONGEST_FILTER} characters; shorten what you look for."),
            ));
        }
        Ok(Some(text))
    }
}

/// A page of users. It may be short or empty although more follow: only a missing `next` is the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPage {
    /// The users, with no groups: the listing does not tell them.
    pub users: Vec<User>,
    /// The token of the next page; `None` at the end. It holds for an hour and for the same filter only.
    pub next: Option<String>,
    /// Users whose names could not be read (empty or longer than AWS allows) and who are therefore not in `users`.
    pub unreadable: u32,
}

impl Session {
    /// A page of users (`ListUsers`; IAM `cognito-idp:ListUsers`; quota `UserList`; free).
    ///
    /// `limit` is 60 when `None`; more is cut to 60. Eventually consistent: a change of a moment ago may be missing.
    ///
    /// # Errors
    /// [`ErrorKind::PageTokenRefused`] when the token is over an hour old, belongs to another filter, or AWS returned
    /// the same one again: list again from the start. Otherwise what [`Error`] tells.
    pub async fn users(
        &self,
        pool: &PoolId,
        filter: UserFilter,
        limit: Option<u32>,
        token: Option<String>,
    ) -> Result<UserPage, Error> {
        let bulk = matches!(filter, UserFilter::SubPrefix(_));
        let filter = filter.expression()?;
        let limit = i32::try_from(limit.unwrap_or(PAGE).min(PAGE)).ok();
        let context = Context {
            pool: Some(pool.clone()),
            paged: token.is_some(),
            personal: filter.is_some(),
            bulk,
            ..self.context(operations::LIST_USERS)
        };
        let span = tracing::debug_span!("cognito.list_users", pool.id = %pool);
        let answer = self
            .call(&context, || {
                self.cognito()
                    .list_users()
                    .user_pool_id(pool.as_str())
                    .set_limit(limit)
                    .set_filter(filter.clone())
                    .set_pagination_token(token.clone())
                    .send()
            })
            .instrument(span)
            .await?;
        let next = convert::next_token(answer.pagination_token, token.as_deref(), &context)?;
        let (users, unreadable) = convert::users(answer.users.unwrap_or_default());
        Ok(UserPage { users, next, unreadable })
    }
}
