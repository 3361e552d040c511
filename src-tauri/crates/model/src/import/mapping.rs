//! Which column of a file is what of a user.

use super::check::has_form;
use crate::pool::Pool;
use crate::query::STANDARD_ATTRIBUTES;

/// What a column is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Nothing that is imported.
    Ignored,
    /// The user name.
    Username,
    /// An attribute, by AWS's name.
    Attribute(String),
    /// The groups, with `;` between them.
    Groups,
    /// Whether sign-in is enabled.
    Enabled,
    /// Whether codes by SMS are asked for.
    Mfa,
    /// The hash of the password.
    PasswordHash,
}

impl Target {
    /// The word of a target: `-` for nothing, else the name of the column in our exports and in Cognito's template.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Ignored => "-",
            Self::Username => "username",
            Self::Attribute(name) => name,
            Self::Groups => "group",
            Self::Enabled => "enabled",
            Self::Mfa => "cognito:mfa_enabled",
            Self::PasswordHash => "password_hash",
        }
    }

    /// The target of a word; a word that is none of ours is an attribute's name.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        match word {
            "-" | "" => Self::Ignored,
            "username" | "cognito:username" => Self::Username,
            "group" | "groups" => Self::Groups,
            "enabled" => Self::Enabled,
            "cognito:mfa_enabled" => Self::Mfa,
            "password_hash" => Self::PasswordHash,
            name => Self::Attribute(name.to_owned()),
        }
    }
}

/// Why columns cannot be used so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MappingError {
    /// The column; `None` when one is missing.
    pub column: Option<String>,
    /// A sentence to act on.
    pub message: String,
}

/// Every column of a file with its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// In the order of the file.
    pub columns: Vec<(String, Target)>,
}

/// Attributes that Cognito alone gives.
pub(super) fn is_cognito_s(name: &str) -> bool {
    matches!(name, "sub" | "identities" | "cognito:user_status")
}

/// Whether the pool has an attribute. A pool that told no schema has the standard ones.
fn has(pool: &Pool, name: &str) -> bool {
    pool.schema.iter().any(|attribute| attribute.name == name)
        || (pool.schema.is_empty() || !name.contains(':')) && STANDARD_ATTRIBUTES.contains(&name)
}

impl Mapping {
    /// What the columns seem to be by their names, and by the values of some rows. What is Cognito's own, or unknown, is
    /// ignored; of several columns that seem to be the same it is the one that has its very name, else the first.
    #[must_use]
    pub fn guess<'a>(columns: impl IntoIterator<Item = &'a str>, rows: &[Vec<Option<String>>], pool: &Pool) -> Self {
        let columns: Vec<(String, Target)> =
            columns.into_iter().map(|column| (column.to_owned(), guess(column.trim(), pool))).collect();
        let best = |target: &Target| {
            let of = || columns.iter().enumerate().filter(|(_, (_, other))| other == target);
            let named = of().find(|(_, (name, _))| Target::of_word(name.trim()) == *target);
            named.or_else(|| of().next()).map(|(at, _)| at)
        };
        let chosen = columns.iter().enumerate().map(|(at, (name, target))| {
            let stays = *target == Target::Ignored || best(target) == Some(at);
            let target = if stays { target.clone() } else { Target::Ignored };
            (name.clone(), target)
        });
        let mut mapping = Self { columns: chosen.collect() };
        // Where people sign in by an address, the user name of an export is one that Cognito made up; in another file it may
        // be an address, such as that of whoever has a phone number alone.
        if pool.username_attributes.iter().any(|name| mapping.has(&Target::Attribute(name.clone()))) {
            let by = &pool.username_attributes;
            let is_address = |value: &str| by.iter().any(|attribute| has_form(attribute, value));
            for (at, (_, target)) in mapping.columns.iter_mut().enumerate() {
                let value = |row: &Vec<Option<String>>| row.get(at).cloned().flatten();
                if *target == Target::Username && !rows.iter().filter_map(value).any(|value| is_address(&value)) {
                    *target = Target::Ignored;
                }
            }
        }
        mapping
    }

    /// Whether people can be imported with these columns.
    ///
    /// # Errors
    /// [`MappingError`] that names the column: unknown, Cognito's own, or twice the same; or says which one is missing.
    pub fn check(&self, pool: &Pool) -> Result<(), MappingError> {
        let wrong = |column: &str, message: String| Err(MappingError { column: Some(column.to_owned()), message });
        for (at, (column, target)) in self.columns.iter().enumerate() {
            if let Target::Attribute(name) = target {
                if is_cognito_s(name) {
                    return wrong(
                        column,
                        format!("{name} is given by Cognito and cannot be imported. Leave the column out."),
                    );
                }
                if !has(pool, name) {
                    return wrong(column, format!("This pool has no attribute {name}."));
                }
            }
            let twice = self.columns.iter().take(at).any(|(_, other)| other == target && *target != Target::Ignored);
            if twice {
                return wrong(column, format!("Two columns are {}. Leave one out.", target.word()));
            }
        }
        let maps = |target: &Target| self.columns.iter().any(|(_, other)| other == target);
        let by = pool.username_attributes.iter().any(|name| maps(&Target::Attribute(name.clone())));
        if !maps(&Target::Username) && !by {
            let what = match pool.username_attributes.as_slice() {
                [] => "the user name".to_owned(),
                some => format!("the user name ({})", some.join(" or ")),
            };
            return Err(MappingError { column: None, message: format!("Say which column is {what}.") });
        }
        Ok(())
    }

    /// The column that is a target; `None` when there is none.
    #[must_use]
    pub fn column_of(&self, target: &Target) -> Option<&str> {
        self.columns.iter().find(|(_, other)| other == target).map(|(column, _)| column.as_str())
    }

    /// Whether a column is a target.
    #[must_use]
    pub fn has(&self, target: &Target) -> bool {
        self.column_of(target).is_some()
    }
}

fn guess(column: &str, pool: &Pool) -> Target {
    let target = Target::of_word(column);
    match &target {
        Target::Attribute(name) if is_cognito_s(name) || matches!(&**name, "status" | "created" | "modified") => {
            return Target::Ignored;
        }
        Target::Attribute(name) if !has(pool, name) => {}
        _ => return target,
    }
    let plain: String = column.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let known = match plain.as_str() {
        "username" | "user" | "login" => return Target::Username,
        "group" | "groups" => return Target::Groups,
        "email" | "mail" | "emailaddress" => "email",
        "emailverified" => "email_verified",
        "phone" | "phonenumber" | "mobile" | "telephone" => "phone_number",
        "phoneverified" | "phonenumberverified" => "phone_number_verified",
        "firstname" | "givenname" => "given_name",
        "lastname" | "surname" | "familyname" => "family_name",
        "fullname" | "name" => "name",
        "birthday" | "dateofbirth" | "birthdate" => "birthdate",
        _ => {
            let same = |name: &str| {
                name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).eq(plain.chars())
            };
            let custom = pool
                .schema
                .iter()
                .find(|attribute| attribute.name.strip_prefix("custom:").is_some_and(same) || same(&attribute.name));
            return custom
                .filter(|attribute| !is_cognito_s(&attribute.name))
                .map_or(Target::Ignored, |attribute| Target::Attribute(attribute.name.clone()));
        }
    };
    Target::Attribute(known.to_owned())
}
