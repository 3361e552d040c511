//! Links to what the window shows: `poolkeeper://user?…` and `poolkeeper://view?…`.
//!
//! Anybody can write one, and a page or an e-mail can have it opened. A link is therefore words to look at and nothing else:
//! it has no place for an endpoint, a profile or an action, and what is not understood to the last part is refused.

use std::fmt;

use form_urlencoded::Serializer;

use crate::query::{Field, Sort};
use crate::unseen::is_hidden;
use crate::view::{BadView, ColumnChoice, SavedView};
use crate::{PoolId, Username};

/// The scheme of the links.
pub const SCHEME: &str = "poolkeeper";
/// The longest link, in bytes. Other programs cut longer ones.
pub const LONGEST_LINK: usize = 8 * 1024;

const USER: &str = "poolkeeper://user";
const VIEW: &str = "poolkeeper://view";

/// What a link points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// A user of a pool.
    User {
        /// The pool. Which copy of it, should there be several, is for the reader to say.
        pool: PoolId,
        /// The user's name in it.
        username: Username,
    },
    /// A search with its order and columns. It belongs to no pool.
    View(SavedView),
}

/// Why a link is refused. No message repeats anything of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    /// It begins otherwise.
    #[error("This is no link of Poolkeeper: those begin with poolkeeper://user? or poolkeeper://view?.")]
    NotOurs,
    /// More than [`LONGEST_LINK`].
    #[error("The link is longer than a link of Poolkeeper can be. It was not opened.")]
    TooLong,
    /// A part that no link has, or one that comes twice.
    #[error("The link has a part that links of Poolkeeper do not have. It was not opened.")]
    Unknown,
    /// Characters that act or hide, or bytes that are no text.
    #[error(
        "The link holds characters that cannot be seen, so it could say something else than it shows. It was not opened."
    )]
    Hidden,
    /// No pool id, or none that could be one.
    #[error("The link does not name a user pool. It was not opened.")]
    Pool,
    /// No user name, or none that could be one.
    #[error("The link does not name a user. It was not opened.")]
    User,
    /// The order is neither `asc` nor `desc`, or a column is not written like one.
    #[error("The order or the columns in the link are not written as Poolkeeper writes them. It was not opened.")]
    Table,
    /// The view could not be shown.
    #[error(transparent)]
    View(#[from] BadView),
}

impl Link {
    /// Reads a link.
    ///
    /// # Errors
    /// [`BadLink`] for everything that [`Link`] would not have written in some way.
    pub fn parse(text: &str) -> Result<Self, BadLink> {
        if text.len() > LONGEST_LINK {
            return Err(BadLink::TooLong);
        }
        let (place, query) = text.split_once('?').ok_or(BadLink::NotOurs)?;
        let place = place.strip_suffix('/').unwrap_or(place);
        if !matches!(place, USER | VIEW) {
            return Err(BadLink::NotOurs);
        }
        let parts: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        // What is no UTF-8 is read as U+FFFD, which is not seen for what it was.
        let hidden = |text: &str| text.chars().any(|c| is_hidden(c) || c == char::REPLACEMENT_CHARACTER);
        if parts.iter().any(|(name, value)| hidden(name) || hidden(value)) {
            return Err(BadLink::Hidden);
        }
        if place == USER { user(parts) } else { view(parts) }
    }
}

fn user(parts: Vec<(String, String)>) -> Result<Link, BadLink> {
    let (mut pool, mut username) = (None, None);
    for (name, value) in parts {
        match name.as_str() {
            "pool" => once(&mut pool, value)?,
            "name" => once(&mut username, value)?,
            _ => return Err(BadLink::Unknown),
        }
    }
    let pool = pool.and_then(|pool| PoolId::parse(pool).ok()).ok_or(BadLink::Pool)?;
    let username = username.filter(|name| !name.trim().is_empty());
    let username = username.and_then(|name| Username::parse(name).ok()).ok_or(BadLink::User)?;
    Ok(Link::User { pool, username })
}

fn view(parts: Vec<(String, String)>) -> Result<Link, BadLink> {
    let (mut called, mut query, mut sort, mut order, mut columns) = (None, None, None, None, Vec::new());
    for (name, value) in parts {
        match name.as_str() {
            "name" => once(&mut called, value)?,
            "q" => once(&mut query, value)?,
            "sort" => once(&mut sort, value)?,
            "order" => once(&mut order, value)?,
            "column" => columns.push(column(&value)?),
            _ => return Err(BadLink::Unknown),
        }
    }
    let descending = match order.as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(BadLink::Table),
    };
    let field = sort.map_or(Sort::default().field, |field| Field::named(&field));
    let view = SavedView {
        name: called.ok_or(BadView::NoName)?,
        query: query.unwrap_or_default(),
        sort: Sort { field, descending },
        columns,
    };
    view.check()?;
    Ok(Link::View(view))
}

fn once(place: &mut Option<String>, value: String) -> Result<(), BadLink> {
    if place.replace(value).is_some() { Err(BadLink::Unknown) } else { Ok(()) }
}

/// `250:email`, or `250!email` for one that is pinned.
fn column(text: &str) -> Result<ColumnChoice, BadLink> {
    let at = text.find([':', '!']).ok_or(BadLink::Table)?;
    let (width, field) = (&text[..at], &text[at + 1..]);
    let digits = !width.is_empty() && width.len() <= 4 && width.bytes().all(|byte| byte.is_ascii_digit());
    let width = width.parse().ok().filter(|_| digits).ok_or(BadLink::Table)?;
    Ok(ColumnChoice { field: field.to_owned(), width, pinned: text[at..].starts_with('!') })
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Serializer::new(String::new());
        let place = match self {
            Self::User { pool, username } => {
                parts.append_pair("pool", pool.as_str()).append_pair("name", username.as_str());
                USER
            }
            Self::View(view) => {
                parts.append_pair("name", &view.name).append_pair("q", &view.query);
                parts.append_pair("sort", view.sort.field.name());
                parts.append_pair("order", if view.sort.descending { "desc" } else { "asc" });
                for column in &view.columns {
                    let mark = if column.pinned { '!' } else { ':' };
                    parts.append_pair("column", &format!("{}{mark}{}", column.width, column.field));
                }
                VIEW
            }
        };
        write!(f, "{place}?{}", parts.finish())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BadLink, LONGEST_LINK, Link};
    use crate::query::{Field, Sort};
    use crate::view::{BadView, ColumnChoice, SavedView};
    use crate::{PoolId, Username};

    fn read(text: &str) -> Result<Link, BadLink> {
        Link::parse(text)
    }

    #[test]
    fn a_link_names_a_user_of_a_pool_or_a_view_and_nothing_else() -> Result<(), Box<dyn std::error::Error>> {
        let ada = Link::User {
            pool: PoolId::parse("eu-west-1_AbC")?,
            username: Username::parse("ada lovelace+1@x.example")?,
        };
        let written = "poolkeeper://user?pool=eu-west-1_AbC&name=ada+lovelace%2B1%40x.example";
        assert_eq!((ada.to_string().as_str(), read(written)), (written, Ok(ada.clone())));
        // As browsers may write the same.
        assert_eq!(read("poolkeeper://user/?name=ada%20lovelace%2B1@x.example&pool=eu-west-1_AbC"), Ok(ada));
        let view = SavedView {
            name: "Müller & sons".to_owned(),
            query: "custom:tenant=42 \"a b\"".to_owned(),
            sort: Sort { field: Field::named("modified"), descending: true },
            columns: vec![
                ColumnChoice { field: "email".to_owned(), width: 250, pinned: true },
                ColumnChoice { field: "custom:a:b!c".to_owned(), width: 60, pinned: false },
            ],
        };
        let text = Link::View(view.clone()).to_string();
        assert_eq!(read(&text), Ok(Link::View(view)), "{text}");
        Ok(())
    }

    #[test]
    fn hostile_links_are_refused_and_nothing_of_them_is_repeated() {
        let pool = "pool=eu-west-1_AbC";
        let user = |rest: &str| read(&format!("poolkeeper://user?{rest}"));
        for other in [
            "",
            "poolkeeper:",
            "poolkeeper://",
            "poolkeeper://user",
            "poolkeeper://users?pool=eu-west-1_A&name=a",
            "POOLKEEPER://user?pool=eu-west-1_A&name=a",
            "poolkeeper://user//?pool=eu-west-1_A&name=a",
            "poolkeeper://user@evil/?pool=eu-west-1_A&name=a",
            "poolkeeper://user/../view?name=a",
            "https://user?pool=eu-west-1_A&name=a",
            " poolkeeper://user?pool=eu-west-1_A&name=a",
            "javascript:alert(1)//poolkeeper://user?x",
            "poolkeeper://delete?pool=eu-west-1_A&name=a",
        ] {
            assert_eq!(read(other), Err(BadLink::NotOurs), "{other}");
        }
        assert_eq!(user(""), Err(BadLink::Pool));
        assert_eq!(user(&format!("{pool}&name=")), Err(BadLink::User));
        assert_eq!(user(&format!("{pool}&name=++")), Err(BadLink::User));
        assert_eq!(user(&format!("{pool}&name={}", "a".repeat(129))), Err(BadLink::User));
        assert_eq!(user("pool=../../etc&name=a"), Err(BadLink::Pool));
        assert_eq!(user("pool=eu-west-1_A/b&name=a"), Err(BadLink::Pool));
        for unknown in ["endpoint=http://evil.example", "profile=prod", "do=delete", "name=b", "pool=eu-west-1_Z"] {
            assert_eq!(user(&format!("{pool}&name=a&{unknown}")), Err(BadLink::Unknown), "{unknown}");
        }
        for hidden in ["%00", "%0A", "%E2%80%AE", "%E2%80%8B", "%ff", "%C0%AF", "%F3%A0%81%81", "%EF%BF%BD"] {
            assert_eq!(user(&format!("{pool}&name=a{hidden}")), Err(BadLink::Hidden), "{hidden}");
            assert_eq!(user(&format!("{pool}&name=a&{hidden}=1")), Err(BadLink::Hidden), "{hidden}");
        }
        let long = format!("{pool}&name=a{}", "&".repeat(LONGEST_LINK));
        assert_eq!(user(&long), Err(BadLink::TooLong));
        let view = |rest: &str| read(&format!("poolkeeper://view?name=a&{rest}"));
        for table in
            ["order=up", "column=email", "column=:email", "column=-1:email", "column=99999:email", "column=1e2:a"]
        {
            assert_eq!(view(table), Err(BadLink::Table), "{table}");
        }
        assert_eq!(view("column=1:email"), Err(BadView::Columns.into()));
        assert_eq!(view("column=100:"), Err(BadView::Columns.into()));
        assert_eq!(view("q=a&q=b"), Err(BadLink::Unknown));
        assert_eq!(read("poolkeeper://view?q=a"), Err(BadView::NoName.into()));
        let secret = "hunter2";
        for bad in [user(&format!("{pool}&name=a&{secret}=1")), view(&format!("order={secret}"))] {
            assert!(bad.is_err_and(|error| !error.to_string().contains(secret)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        /// No text makes it panic, and what is taken is written as a link that says the same.
        #[test]
        fn whatever_is_taken_says_the_same_when_it_is_written_again(
            place in prop_oneof![Just("poolkeeper://user?"), Just("poolkeeper://view?"), Just("poolkeeper://user/?"), Just("")],
            parts in proptest::collection::vec((
                prop_oneof![Just("pool"), Just("name"), Just("q"), Just("sort"), Just("order"), Just("column"), Just("x")],
                prop_oneof![
                    Just("eu-west-1_AbC".to_owned()), Just("asc".to_owned()), Just("120:email".to_owned()),
                    Just("61!custom%3Aa".to_owned()), "[a-z%0-9+:!]{0,12}", "\\PC{0,12}", any::<String>(),
                ],
            ), 0..6),
        ) {
            let parts: Vec<String> = parts.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
            let text = format!("{place}{}", parts.join("&"));
            if let Ok(link) = Link::parse(&text) {
                prop_assert!(text.starts_with("poolkeeper://"));
                prop_assert_eq!(Link::parse(&link.to_string()), Ok(link.clone()));
                let seen = !link.to_string().chars().any(|c| !c.is_ascii_graphic());
                prop_assert!(seen, "a link is plain text: {link}");
            }
        }

        #[test]
        fn every_user_and_pool_can_be_linked(pool in "[a-z]{2}-[a-z]{4,9}-[1-9]_[A-Za-z0-9]{1,9}", name in "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]{1,32}") {
            let (Ok(pool), Ok(username)) = (PoolId::parse(pool), Username::parse(name)) else { return Ok(()) };
            let hidden = username.as_str().chars().any(|c| crate::unseen::is_hidden(c) || c == char::REPLACEMENT_CHARACTER);
            let link = Link::User { pool, username };
            let again = Link::parse(&link.to_string());
            prop_assert_eq!(again, if hidden { Err(BadLink::Hidden) } else { Ok(link) });
        }
    }
}
