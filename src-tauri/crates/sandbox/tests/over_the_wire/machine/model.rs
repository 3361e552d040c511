//! What Cognito does with people and groups, in its plainest form.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// A write.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    Create { user: u8, email: bool, verified: bool },
    SignUp(u8),
    ConfirmSignUp(u8),
    SetPassword { user: u8, permanent: bool },
    Reset(u8),
    SetEmail { user: u8, address: u8, verified: Option<bool> },
    DeleteEmail(u8),
    SetEnabled { user: u8, enabled: bool },
    Delete(u8),
    CreateGroup { group: u8, precedence: Option<u32> },
    UpdateGroup { group: u8, precedence: u32 },
    DeleteGroup(u8),
    Join { user: u8, group: u8 },
    Leave { user: u8, group: u8 },
}

impl Order {
    /// The person that it is about.
    pub(crate) fn user(&self) -> Option<String> {
        match self {
            Self::Create { user, .. }
            | Self::SignUp(user)
            | Self::ConfirmSignUp(user)
            | Self::SetPassword { user, .. }
            | Self::Reset(user)
            | Self::SetEmail { user, .. }
            | Self::DeleteEmail(user)
            | Self::SetEnabled { user, .. }
            | Self::Delete(user)
            | Self::Join { user, .. }
            | Self::Leave { user, .. } => Some(person(*user)),
            _ => None,
        }
    }

    /// The operation and its input.
    pub(crate) fn request(&self, pool: &Value, client: &Value) -> (&'static str, Value) {
        let about = |user: u8| json!({ "UserPoolId": pool, "Username": person(user) });
        let with = |mut input: Value, more: Value| {
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        match *self {
            Self::Create { user, email, verified } => {
                let mut attributes = Vec::new();
                if email {
                    attributes.push(json!({ "Name": "email", "Value": address(user) }));
                    attributes.push(json!({ "Name": "email_verified", "Value": verified.to_string() }));
                }
                let more = json!({ "UserAttributes": attributes, "MessageAction": "SUPPRESS" });
                ("AdminCreateUser", with(about(user), more))
            }
            Self::SignUp(user) => {
                let attributes = [json!({ "Name": "email", "Value": address(user) })];
                let input = json!({ "ClientId": client, "Username": person(user), "Password": "Abcdef1!",
                    "UserAttributes": attributes });
                ("SignUp", input)
            }
            Self::ConfirmSignUp(user) => ("AdminConfirmSignUp", about(user)),
            Self::SetPassword { user, permanent } => {
                ("AdminSetUserPassword", with(about(user), json!({ "Password": "Abcdef2!", "Permanent": permanent })))
            }
            Self::Reset(user) => ("AdminResetUserPassword", about(user)),
            Self::SetEmail { user, address: number, verified } => {
                let mut attributes = vec![json!({ "Name": "email", "Value": address(number) })];
                if let Some(verified) = verified {
                    attributes.push(json!({ "Name": "email_verified", "Value": verified.to_string() }));
                }
                ("AdminUpdateUserAttributes", with(about(user), json!({ "UserAttributes": attributes })))
            }
            Self::DeleteEmail(user) => {
                ("AdminDeleteUserAttributes", with(about(user), json!({ "UserAttributeNames": ["email"] })))
            }
            Self::SetEnabled { user, enabled: true } => ("AdminEnableUser", about(user)),
            Self::SetEnabled { user, enabled: false } => ("AdminDisableUser", about(user)),
            Self::Delete(user) => ("AdminDeleteUser", about(user)),
            Self::CreateGroup { group, precedence } => {
                let mut input = json!({ "UserPoolId": pool, "GroupName": team(group) });
                if let Some(precedence) = precedence {
                    input["Precedence"] = json!(precedence);
                }
                ("CreateGroup", input)
            }
            Self::UpdateGroup { group, precedence } => {
                ("UpdateGroup", json!({ "UserPoolId": pool, "GroupName": team(group), "Precedence": precedence }))
            }
            Self::DeleteGroup(group) => ("DeleteGroup", json!({ "UserPoolId": pool, "GroupName": team(group) })),
            Self::Join { user, group } => {
                ("AdminAddUserToGroup", with(about(user), json!({ "GroupName": team(group) })))
            }
            Self::Leave { user, group } => {
                ("AdminRemoveUserFromGroup", with(about(user), json!({ "GroupName": team(group) })))
            }
        }
    }
}

fn person(number: u8) -> String {
    format!("person-{number}")
}

fn address(number: u8) -> String {
    format!("mail-{number}@example.com")
}

fn team(number: u8) -> String {
    format!("team-{number}")
}

#[derive(Debug, Clone)]
struct Person {
    status: &'static str,
    enabled: bool,
    email: Option<String>,
    verified: bool,
}

/// People and groups.
#[derive(Debug, Default)]
pub(crate) struct Model {
    people: BTreeMap<String, Person>,
    groups: BTreeMap<String, Option<u32>>,
    members: BTreeSet<(String, String)>,
}

const DONE: &str = "done";
const NO_USER: &str = "UserNotFoundException";
const NO_GROUP: &str = "ResourceNotFoundException";

impl Model {
    /// Does what Cognito would, and gives `done` or the name of the error.
    pub(crate) fn apply(&mut self, order: &Order) -> &'static str {
        match *order {
            Order::Create { user, email, verified } => {
                let status = "FORCE_CHANGE_PASSWORD";
                self.add(
                    user,
                    Person { status, enabled: true, email: email.then(|| address(user)), verified: email && verified },
                )
            }
            Order::SignUp(user) => self.add(
                user,
                Person { status: "UNCONFIRMED", enabled: true, email: Some(address(user)), verified: false },
            ),
            Order::ConfirmSignUp(user) => self.change(user, |person| {
                if person.status != "UNCONFIRMED" {
                    return "NotAuthorizedException";
                }
                person.status = "CONFIRMED";
                DONE
            }),
            Order::SetPassword { user, permanent } => self.change(user, |person| {
                person.status = if permanent { "CONFIRMED" } else { "FORCE_CHANGE_PASSWORD" };
                DONE
            }),
            Order::Reset(user) => self.change(user, |person| match person.status {
                "FORCE_CHANGE_PASSWORD" => "NotAuthorizedException",
                _ if !person.verified => "InvalidParameterException",
                _ => {
                    person.status = "RESET_REQUIRED";
                    DONE
                }
            }),
            Order::SetEmail { user, address: number, verified } => self.change(user, |person| {
                let new = Some(address(number));
                person.verified = verified.unwrap_or(person.verified && person.email == new);
                person.email = new;
                DONE
            }),
            Order::DeleteEmail(user) => self.change(user, |person| {
                person.email = None;
                person.verified = false;
                DONE
            }),
            Order::SetEnabled { user, enabled } => self.change(user, |person| {
                person.enabled = enabled;
                DONE
            }),
            Order::Delete(user) => {
                let name = person(user);
                self.members.retain(|(member, _)| *member != name);
                self.people.remove(&name).map_or(NO_USER, |_| DONE)
            }
            Order::CreateGroup { group, precedence } => {
                if self.groups.contains_key(&team(group)) {
                    return "GroupExistsException";
                }
                self.groups.insert(team(group), precedence);
                DONE
            }
            Order::UpdateGroup { group, precedence } => self.groups.get_mut(&team(group)).map_or(NO_GROUP, |was| {
                *was = Some(precedence);
                DONE
            }),
            Order::DeleteGroup(group) => {
                let name = team(group);
                self.members.retain(|(_, of)| *of != name);
                self.groups.remove(&name).map_or(NO_GROUP, |_| DONE)
            }
            Order::Join { user, group } => self.membership(user, group, |members, pair| {
                members.insert(pair);
            }),
            Order::Leave { user, group } => self.membership(user, group, |members, pair| {
                members.remove(&pair);
            }),
        }
    }

    /// Whether AWS leaves open what such an order does.
    pub(crate) fn unstated(&self, order: &Order) -> bool {
        let Order::Reset(user) = *order else { return false };
        self.people.get(&person(user)).is_some_and(|person| !person.enabled || person.status == "UNCONFIRMED")
    }

    fn add(&mut self, user: u8, new: Person) -> &'static str {
        if self.people.contains_key(&person(user)) {
            return "UsernameExistsException";
        }
        self.people.insert(person(user), new);
        DONE
    }

    fn change(&mut self, user: u8, change: impl FnOnce(&mut Person) -> &'static str) -> &'static str {
        self.people.get_mut(&person(user)).map_or(NO_USER, change)
    }

    fn membership(
        &mut self,
        user: u8,
        group: u8,
        change: impl FnOnce(&mut BTreeSet<(String, String)>, (String, String)),
    ) -> &'static str {
        match (self.people.contains_key(&person(user)), self.groups.contains_key(&team(group))) {
            (false, _) => NO_USER,
            (true, false) => NO_GROUP,
            (true, true) => {
                change(&mut self.members, (person(user), team(group)));
                DONE
            }
        }
    }

    /// A person as the test shows them, or null.
    pub(crate) fn user(&self, name: &str) -> Value {
        let Some(person) = self.people.get(name) else { return Value::Null };
        let groups: Vec<&String> = self.members.iter().filter(|(of, _)| of == name).map(|(_, group)| group).collect();
        json!({ "status": person.status, "enabled": person.enabled, "email": person.email,
            "verified": person.verified, "groups": groups })
    }

    /// Everybody and every group.
    pub(crate) fn everything(&self) -> Value {
        let users: BTreeMap<&String, Value> = self.people.keys().map(|name| (name, self.user(name))).collect();
        json!({ "users": users, "groups": self.groups })
    }
}
