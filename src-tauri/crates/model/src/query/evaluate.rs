//! The language's meaning, said as plainly as possible: the measure for whatever answers queries faster.
//!
//! Everything is looked at one user after the other, in memory. Instants are compared to the nanosecond.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Bound, Expr, Field, Moment, Pattern, Sort, Term, UserQuery, fold};
use crate::user::User;

/// The users whom a query finds, in the order in which they came. `users` is the whole pool: `dup:` needs it.
///
/// What the definition leaves open:
/// - an absent value and an empty one are the same to `has:`, `missing:`, `dup:` and every pattern;
/// - `dup:group` finds people who share a group with somebody, `dup:enabled`, `dup:status`, `dup:created` and
///   `dup:modified` those who share that value;
/// - a word is looked for in the user name and in the attributes' values, not in status or groups.
#[must_use]
pub fn matches<'u>(query: &UserQuery, users: &'u [User]) -> Vec<&'u User> {
    let Some(expr) = &query.expr else {
        return users.iter().collect();
    };
    let mut twins = Twins::new();
    count_twins(expr, users, &mut twins);
    users.iter().filter(|user| holds(expr, user, &twins)).collect()
}

/// The order of two users.
///
/// Texts are folded and compared by Unicode scalar values (which is the byte order of UTF-8), instants as instants,
/// `no` before `yes`, groups by the first of [`User::groups`]. An absent or empty value is last in both directions.
/// Ties go by the user name as it is, not folded, by scalar values and always upwards, so the order is total.
#[must_use]
pub fn compare(sort: &Sort, a: &User, b: &User) -> Ordering {
    let by_value = match sort.field {
        Field::Created => directed(sort, a.created_at.cmp(&b.created_at)),
        Field::Modified => directed(sort, a.modified_at.cmp(&b.modified_at)),
        _ => match (sort_value(&sort.field, a), sort_value(&sort.field, b)) {
            (Some(a), Some(b)) => directed(sort, a.cmp(&b)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        },
    };
    by_value.then_with(|| a.username.as_str().cmp(b.username.as_str()))
}

fn directed(sort: &Sort, order: Ordering) -> Ordering {
    if sort.descending { order.reverse() } else { order }
}

fn sort_value(field: &Field, user: &User) -> Option<String> {
    values(field, user).first().map(|value| fold(value))
}

/// The values that are not empty: several for groups, else at most one.
fn values(field: &Field, user: &User) -> Vec<String> {
    let all = match field {
        Field::Username => vec![user.username.as_str().to_owned()],
        Field::Status => vec![user.status.as_str().to_owned()],
        Field::Enabled => vec![if user.enabled { "yes" } else { "no" }.to_owned()],
        Field::Created => vec![user.created_at.to_string()],
        Field::Modified => vec![user.modified_at.to_string()],
        Field::Group => user.groups.iter().map(|group| group.as_str().to_owned()).collect(),
        Field::Attribute(name) => user.attribute(name).map(str::to_owned).into_iter().collect(),
    };
    all.into_iter().filter(|value| !value.is_empty()).collect()
}

/// For each field after `dup:`, how many users have a folded value.
type Twins = BTreeMap<Field, BTreeMap<String, usize>>;

fn folded_values(field: &Field, user: &User) -> BTreeSet<String> {
    values(field, user).iter().map(|value| fold(value)).collect()
}

fn count_twins(expr: &Expr, users: &[User], twins: &mut Twins) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| count_twins(part, users, twins)),
        Expr::Not(inner) => count_twins(inner, users, twins),
        Expr::Term(Term::Duplicate(field)) => {
            let mut counts = BTreeMap::new();
            for value in users.iter().flat_map(|user| folded_values(field, user)) {
                *counts.entry(value).or_insert(0) += 1;
            }
            twins.insert(field.clone(), counts);
        }
        Expr::Term(_) => {}
    }
}

fn holds(expr: &Expr, user: &User, twins: &Twins) -> bool {
    match expr {
        Expr::And(parts) => parts.iter().all(|part| holds(part, user, twins)),
        Expr::Or(parts) => parts.iter().any(|part| holds(part, user, twins)),
        Expr::Not(inner) => !holds(inner, user, twins),
        Expr::Term(term) => term_holds(term, user, twins),
    }
}

fn term_holds(term: &Term, user: &User, twins: &Twins) -> bool {
    match term {
        Term::Anywhere(text) => {
            let attributes = user.attributes.values().map(String::as_str);
            attributes.chain([user.username.as_str()]).any(|value| fold(value).contains(text))
        }
        Term::Text(field, pattern) => values(field, user).iter().any(|value| fits(pattern, value)),
        Term::Present(field) => !values(field, user).is_empty(),
        Term::Enabled(wanted) => user.enabled == *wanted,
        Term::When(Moment::Created, bound) => within(*bound, user.created_at),
        Term::When(Moment::Modified, bound) => within(*bound, user.modified_at),
        Term::Duplicate(field) => {
            folded_values(field, user).iter().any(|value| twins.get(field).and_then(|t| t.get(value)) > Some(&1))
        }
    }
}

fn fits(pattern: &Pattern, value: &str) -> bool {
    match pattern {
        Pattern::Contains(text) => fold(value).contains(text),
        Pattern::StartsWith(text) => fold(value).starts_with(text),
        Pattern::EndsWith(text) => fold(value).ends_with(text),
        Pattern::Equals(text) => fold(value) == *text,
        Pattern::Exactly(text) => value == text,
    }
}

fn within(bound: Bound, at: Timestamp) -> bool {
    match bound {
        Bound::From(first) => at >= first,
        Bound::Before(end) => at < end,
    }
}
