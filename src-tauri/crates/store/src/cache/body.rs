//! A user as it is written into a row: everything but the name and the groups, in bytes that are equal for equal users.
//!
//! Rows are small because a million of them are read when a pool is first searched: names of attributes are numbers, and
//! a value that equals the user name, as `sub` often does, is one byte.

use jiff::Timestamp;
use model::user::{User, UserStatus};
use model::{GroupName, Username};
use rusqlite::Connection;

use super::fields::FieldMap;
use super::{CacheError, Result};

/// A status that we do not know follows as text.
const OTHER_STATUS: u8 = 0xff;
/// In the place of a length: the value is the user name. Lengths are written one larger.
const SAME_AS_NAME: u64 = 0;

pub(super) fn encode(connection: &Connection, fields: &mut FieldMap, user: &User) -> Result<Vec<u8>> {
    let mut body = Vec::with_capacity(192);
    body.push(u8::from(user.enabled));
    let known = UserStatus::KNOWN.iter().position(|status| *status == user.status);
    match known.and_then(|at| u8::try_from(at).ok()) {
        Some(at) => body.push(at),
        None => {
            body.push(OTHER_STATUS);
            put_text(&mut body, user.status.as_str());
        }
    }
    for at in [user.created_at, user.modified_at] {
        put_signed(&mut body, at.as_second());
        put_signed(&mut body, i64::from(at.subsec_nanosecond()));
    }
    for (name, value) in &user.attributes {
        put_number(&mut body, u64::from(fields.number(connection, name)?));
        if value == user.username.as_str() {
            put_number(&mut body, SAME_AS_NAME);
        } else {
            put_text(&mut body, value);
        }
    }
    Ok(body)
}

/// A row that does not decode was not written by us: the file is damaged.
pub(super) fn decode(fields: &FieldMap, username: String, body: &[u8], groups: Vec<GroupName>) -> Result<User> {
    let read = Body::read(body)?;
    let (enabled, status) = (read.enabled, read.status.to_owned().into());
    let (created_at, modified_at) = (read.created_at, read.modified_at);
    let mut attributes = std::collections::BTreeMap::new();
    for pair in read.attributes {
        let (field, value) = pair?;
        let name = fields.name(field).ok_or(CacheError::Damaged)?;
        attributes.insert(name.to_owned(), value.unwrap_or(&username).to_owned());
    }
    let username = Username::parse(username).map_err(|_| CacheError::Damaged)?;
    Ok(User { username, enabled, status, created_at, modified_at, attributes, groups })
}

/// A body that is read without copying.
pub(super) struct Body<'a> {
    pub(super) enabled: bool,
    pub(super) status: &'a str,
    pub(super) created_at: Timestamp,
    pub(super) modified_at: Timestamp,
    /// The fields' numbers with their values, `None` where that is the user name.
    pub(super) attributes: Attributes<'a>,
}

impl<'a> Body<'a> {
    pub(super) fn read(body: &'a [u8]) -> Result<Self> {
        Self::parse(&mut Rest(body)).ok_or(CacheError::Damaged)
    }

    fn parse(rest: &mut Rest<'a>) -> Option<Self> {
        let enabled = rest.byte()? != 0;
        let status = match rest.byte()? {
            OTHER_STATUS => rest.text()??,
            at => UserStatus::KNOWN.get(usize::from(at))?.as_str(),
        };
        let mut instant = || {
            let second = rest.signed()?;
            Timestamp::new(second, i32::try_from(rest.signed()?).ok()?).ok()
        };
        let (created_at, modified_at) = (instant()?, instant()?);
        Some(Self { enabled, status, created_at, modified_at, attributes: Attributes(Rest(rest.0)) })
    }
}

pub(super) struct Attributes<'a>(Rest<'a>);

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<(u16, Option<&'a str>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.0.is_empty() {
            return None;
        }
        let mut pair = || Some((u16::try_from(self.0.number()?).ok()?, self.0.text()?));
        let pair = pair().ok_or(CacheError::Damaged);
        if pair.is_err() {
            self.0 = Rest(&[]);
        }
        Some(pair)
    }
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// The inner `None` stands for the user name.
    #[expect(clippy::option_option, reason = "the outer one is damage")]
    fn text(&mut self) -> Option<Option<&'a str>> {
        let length = match self.number()? {
            SAME_AS_NAME => return Some(None),
            length => usize::try_from(length - 1).ok()?,
        };
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(Some(std::str::from_utf8(text).ok()?))
    }
}

fn put_number(body: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        body.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    body.push(u8::try_from(number).unwrap_or_default());
}

fn put_signed(body: &mut Vec<u8>, number: i64) {
    put_number(body, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

fn put_text(body: &mut Vec<u8>, text: &str) {
    put_number(body, u64::try_from(text.len()).unwrap_or(u64::MAX - 1) + 1);
    body.extend(text.as_bytes());
}
