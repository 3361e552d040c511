//! Groups and who is in them (`ListGroups`, `ListUsersInGroup`).

use model::group::Group;
use model::{GroupName, PoolId, Username};
use tracing::Instrument;

use crate::error::{Context, Error};
use crate::{Session, convert, operations};

impl Session {
    /// A page of at most 60 groups and the token of the next (`ListGroups`; IAM `cognito-idp:ListGroups`; quota
    /// `UserPoolResourceRead`, 5 a second for one pool; free).
    ///
    /// # Errors
    /// As [`Session::users`].
    pub async fn groups(&self, pool: &PoolId, token: Option<String>) -> Result<(Vec<Group>, Option<String>), Error> {
        let context =
            Context { pool: Some(pool.clone()), paged: token.is_some(), ..self.context(operations::LIST_GROUPS) };
        let span = tracing::debug_span!("cognito.list_groups", pool.id = %pool);
        let answer = self
            .call(&context, || {
                self.cognito().list_groups().user_pool_id(pool.as_str()).limit(60).set_next_token(token.clone()).send()
            })
            .instrument(span)
            .await?;
        let next = convert::next_token(answer.next_token, token.as_deref(), &context)?;
        Ok((convert::groups(answer.groups.unwrap_or_default()), next))
    }

    /// A page of at most 60 members of a group and the token of the next (`ListUsersInGroup`; IAM
    /// `cognito-idp:ListUsersInGroup`; quota `UserList`; held to be free, see [`operations`]).
    ///
    /// # Errors
    /// As [`Session::users`]; [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) also when the group is gone.
    pub async fn members(
        &self,
        pool: &PoolId,
        group: &GroupName,
        token: Option<String>,
    ) -> Result<(Vec<Username>, Option<String>), Error> {
        let context = Context {
            pool: Some(pool.clone()),
            paged: token.is_some(),
            ..self.context(operations::LIST_USERS_IN_GROUP)
        };
        let span = tracing::debug_span!("cognito.list_users_in_group", pool.id = %pool);
        let answer = self
            .call(&context, || {
                self.cognito()
                    .list_users_in_group()
                    .user_pool_id(pool.as_str())
                    .group_name(group.as_str())
                    .limit(60)
                    .set_next_token(token.clone())
                    .send()
            })
            .instrument(span)
            .await?;
        let next = convert::next_token(answer.next_token, token.as_deref(), &context)?;
        Ok((convert::usernames(answer.users.unwrap_or_default()), next))
    }
}
