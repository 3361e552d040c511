//! The file of an import: its columns, and its rows cut into cells.

use crate::directory::Pool;
use crate::directory::schema::id;
use crate::directory::user::AttributeId;

/// Most characters of a row.
const LONGEST_ROW: usize = 16_000;

/// Columns that are no attributes.
const USERNAME: &str = "cognito:username";
const MFA: &str = "cognito:mfa_enabled";
const HASH: &str = "password_hash";

/// Standard attributes in the order of AWS's template.
const STANDARD: [&str; 19] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Username,
    MfaEnabled,
    PasswordHash,
    Attribute(AttributeId),
}

/// `CSVHeader`: every attribute that can be imported into this pool.
pub(super) fn header(pool: &Pool) -> Vec<String> {
    let custom = pool.schema.attributes().iter().map(|attribute| attribute.name.as_str());
    let custom = custom.filter(|name| name.starts_with("custom:"));
    let names = STANDARD.into_iter().chain(custom).chain([MFA, USERNAME, HASH]);
    names.map(str::to_owned).collect()
}

/// Reads the first row.
pub(super) fn columns(pool: &Pool, row: &str, hashed: bool) -> Result<Vec<Column>, &'static str> {
    let names = cells(row);
    let mut columns = Vec::new();
    for name in &names {
        let column = match name.as_str() {
            USERNAME => Column::Username,
            MFA => Column::MfaEnabled,
            HASH => Column::PasswordHash,
            "sub" | "identities" => return Err("CSVHeaderHasUnknownColumn"),
            name => Column::Attribute(pool.schema.id(name).ok_or("CSVHeaderHasUnknownColumn")?),
        };
        if columns.contains(&column) {
            return Err("CSVHeaderHasColumnTwice");
        }
        columns.push(column);
    }
    let needed = |name: &String| name != HASH || hashed;
    if header(pool).iter().filter(|name| needed(name)).all(|name| names.contains(name)) {
        Ok(columns)
    } else {
        Err("CSVHeaderLacksColumn")
    }
}

/// The row that begins at `offset`, and where the next one does. `None` at the end.
pub(super) fn row(text: &str, offset: usize) -> Option<(&str, usize)> {
    let rest = text.get(offset..).filter(|rest| !rest.is_empty())?;
    let (row, next) = rest.find('\n').map_or((rest, text.len()), |at| (&rest[..at], offset + at + 1));
    Some((row.strip_suffix('\r').unwrap_or(row), next))
}

/// Cuts a row at its commas. A comma after a backslash belongs to the value; there are no quotes.
pub(super) fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut letters = row.chars().peekable();
    while let Some(letter) = letters.next() {
        let cell = cells.last_mut();
        match (letter, cell) {
            ('\\', Some(cell)) if letters.peek() == Some(&',') => {
                letters.next();
                cell.push(',');
            }
            (',', _) => cells.push(String::new()),
            (letter, Some(cell)) => cell.push(letter),
            (_, None) => {}
        }
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

/// Why a row is not imported: a sentence for the log of the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason(pub(crate) String);

impl From<&str> for Reason {
    fn from(sentence: &str) -> Self {
        Self(sentence.to_owned())
    }
}

impl From<String> for Reason {
    fn from(sentence: String) -> Self {
        Self(sentence)
    }
}

/// One person as the file has them.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) username: String,
    pub(super) mfa: Option<bool>,
    pub(super) hash: Option<String>,
    /// Values in the form that the API takes.
    pub(super) attributes: Vec<(AttributeId, String)>,
}

/// Reads a row by the columns of the header.
pub(super) fn entry(pool: &Pool, columns: &[Column], row: &str) -> Result<Entry, Reason> {
    if row.chars().count() > LONGEST_ROW {
        return Err("The row has more than 16000 characters.".into());
    }
    let cells = cells(row);
    if cells.len() != columns.len() {
        return Err("The row has another number of columns than the header.".into());
    }
    let mut entry = Entry::default();
    for (column, cell) in columns.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        match *column {
            Column::Username => entry.username = cell,
            Column::MfaEnabled => entry.mfa = Some(yes(&cell).ok_or("cognito:mfa_enabled must be TRUE or FALSE.")?),
            Column::PasswordHash => entry.hash = Some(cell),
            Column::Attribute(at) => entry.attributes.push((at, value(pool, at, cell)?)),
        }
    }
    Ok(entry)
}

fn yes(cell: &str) -> Option<bool> {
    if cell.eq_ignore_ascii_case("true") { Some(true) } else { cell.eq_ignore_ascii_case("false").then_some(false) }
}

fn value(pool: &Pool, at: AttributeId, cell: String) -> Result<String, Reason> {
    let attribute = pool.schema.get(at);
    if attribute.is_some_and(|attribute| attribute.attribute_data_type == "Boolean") {
        let name = pool.schema.name(at);
        return Ok(yes(&cell).ok_or_else(|| format!("{name} must be TRUE or FALSE."))?.to_string());
    }
    if at == id::BIRTHDATE { birthdate(&cell).ok_or_else(|| "birthdate must be mm/dd/yyyy.".into()) } else { Ok(cell) }
}

/// `mm/dd/yyyy` of the file as `YYYY-MM-DD` of the API.
fn birthdate(cell: &str) -> Option<String> {
    let date = jiff::civil::Date::strptime("%m/%d/%Y", cell).ok()?;
    (cell.len() == 10).then(|| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_after_a_backslash_belong_to_the_value_and_spaces_around_it_do_not() {
        assert_eq!(cells(r"a, b ,,c\,d\,e,\\x"), ["a", "b", "", "c,d,e", r"\\x"]);
        assert_eq!(cells(""), [""]);
    }

    #[test]
    fn rows_end_with_or_without_a_carriage_return_and_the_last_needs_no_end() {
        let text = "a\r\n\nb";
        assert_eq!(row(text, 0), Some(("a", 3)));
        assert_eq!(row(text, 3), Some(("", 4)));
        assert_eq!(row(text, 4), Some(("b", 5)));
        assert_eq!(row(text, 5), None);
    }

    #[test]
    fn birthdates_are_turned_around() {
        assert_eq!(birthdate("02/29/2024").as_deref(), Some("2024-02-29"));
        for bad in ["2024-02-29", "29/02/2024", "2/9/2024", "02/30/2024", ""] {
            assert_eq!(birthdate(bad), None, "{bad}");
        }
    }
}
