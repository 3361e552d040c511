//! Whether a pool or an identity pool is empty, so that nobody loses anything when it goes.

use cognito::{Session, UserFilter};
use model::edit::{Kind, Whole};
use model::health::Snapshot;
use serde_json::Value;

use crate::error::{Code, Error};
use crate::pool::OpenPool;

/// What may be in a pool besides users: the operation that lists it, under which name, and what people call it.
const IN_A_POOL: [(&str, &str, &str); 4] = [
    ("ListUserPoolClients", "UserPoolClients", "app clients"),
    ("ListGroups", "Groups", "groups"),
    ("ListIdentityProviders", "Providers", "identity providers"),
    ("ListResourceServers", "ResourceServers", "resource servers"),
];

impl OpenPool {
    /// Refuses unless it is known that nobody and nothing is in it (`ListUsers` of one, and what can be counted;
    /// `ListIdentities` of one, `GetIdentityPoolRoles`; free).
    ///
    /// # Errors
    /// [`Code::Precondition`] with what is in it, or when that is not known; what stands in the way of every call.
    pub(super) async fn is_empty(&self, session: &Session, whole: &Whole) -> Result<(), Error> {
        let mut snapshot = Snapshot::new(self.key.pool.clone(), self.now());
        if whole.kind == Kind::IdentityPool {
            if session.has_identities(&whole.subject).await? {
                return Err(holds("identities"));
            }
            let roles = Whole { kind: Kind::Roles, subject: whole.subject.clone() };
            session.read_whole(&mut snapshot, &roles).await?;
            let told = snapshot.body("GetIdentityPoolRoles", &whole.subject).ok_or_else(|| unknown("roles"))?;
            let given = told.get("Roles").and_then(Value::as_object).is_some_and(|roles| !roles.is_empty());
            return if given { Err(holds("roles")) } else { Ok(()) };
        }
        session.read_counts(&mut snapshot).await?;
        let pool = snapshot.body("DescribeUserPool", "").and_then(|body| body.get("UserPool"));
        let pool = pool.ok_or_else(|| unknown("settings"))?;
        if pool.get("DeletionProtection").is_some_and(|protection| protection == "ACTIVE") {
            let message = "Deletion protection is on. Turn it off first (DeletionProtection=INACTIVE), then take the making back.";
            return Err(Error::new(Code::Precondition, message));
        }
        if ["Domain", "CustomDomain"].iter().any(|name| pool.get(*name).is_some_and(|domain| !domain.is_null())) {
            return Err(holds("a domain"));
        }
        for (operation, list, what) in IN_A_POOL {
            let told = snapshot.body(operation, "").and_then(|body| body.get(list)?.as_array());
            if !told.ok_or_else(|| unknown(what))?.is_empty() {
                return Err(holds(what));
            }
        }
        let page = session.users(&self.key.pool, UserFilter::None, Some(1), None).await?;
        if !page.users.is_empty() || page.unreadable > 0 || page.next.is_some() {
            return Err(holds("users"));
        }
        Ok(())
    }
}

fn holds(what: &str) -> Error {
    let message =
        format!("It has {what} by now, and they would be lost. It is deleted from here only while it is empty.");
    Error::new(Code::Precondition, message)
}

fn unknown(what: &str) -> Error {
    let message =
        format!("It is not known whether it has {what}, and they would be lost. It is not deleted from here.");
    Error::new(Code::Precondition, message)
}
