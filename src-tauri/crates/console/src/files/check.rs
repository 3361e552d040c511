//! Holding every row of a file against the pool before anything is sent. Memory grows by a few numbers for each row.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use model::GroupName;
use model::import::{Checker, JOB_ROWS, Keys, Mapping, Person, Problem, Target, Way};
use model::pool::Pool;
use model::pool_policy::PoolPolicy;
use model::user::UserStatus;
use store::Cache;

use super::read::{Row, Rows};
use crate::error::{Code, Error};

/// Problems that are kept as they are; the others are counted.
const KEPT: usize = 1_000;

/// Rows that are looked up in the local copy at once.
const BATCH: usize = 2_000;

/// Rows that are shown as they would be users.
const SHOWN: usize = 5;

/// Rows by which columns are guessed.
const LOOKED_AT: usize = 100;

/// The most users that are created one by one in one job.
pub const MOST_CREATED: u64 = 10_000;

/// What shall be imported, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRequest {
    /// The file: CSV, or JSON Lines where its name ends in `.jsonl`.
    pub path: PathBuf,
    /// Which column is what; `None` to guess by the names.
    pub mapping: Option<Mapping>,
    /// How people get in.
    pub way: Way,
}

/// A problem and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// The line of the file at which the row begins, from 1.
    pub line: u64,
    /// The column, and what is wrong.
    pub problem: Problem,
}

/// A file that was held against the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedImport {
    /// Names it once; random.
    pub id: String,
    /// What was asked, with the columns as they were used.
    pub request: ImportRequest,
    /// Which column is what.
    pub mapping: Mapping,
    /// Rows of the file.
    pub rows: u64,
    /// Rows that can become users.
    pub good: u64,
    /// The first problems.
    pub problems: Vec<RowProblem>,
    /// All problems.
    pub problem_count: u64,
    /// What keeps the whole file from being imported, as sentences.
    pub against: Vec<String>,
    /// What a person should know, as sentences.
    pub notes: Vec<String>,
    /// The first rows as they would be users. Foreign text.
    pub first: Vec<Person>,
    /// Lines of rows that cannot become users, in order.
    bad: Vec<u64>,
    /// What the file was.
    mark: (u64, Option<SystemTime>),
}

/// What rows are held against.
pub(super) struct Against {
    pub(super) pool: Pool,
    pub(super) policy: PoolPolicy,
    pub(super) cache: Cache,
    /// Whether the local copy has everybody.
    pub(super) complete: bool,
    /// The groups of the pool; `None` while the local copy does not know them.
    pub(super) groups: Option<BTreeSet<GroupName>>,
}

/// Size and time of a file, by which a change is noticed.
fn mark(path: &Path) -> Result<(u64, Option<SystemTime>), Error> {
    let told = std::fs::metadata(path)
        .map_err(|error| Error::invalid("file", format!("The file cannot be read: {error}.")))?;
    Ok((told.len(), told.modified().ok()))
}

fn changed() -> Error {
    Error::new(Code::Precondition, "The file was changed after it was checked. Check it again.")
}

/// What hears of each problem as it is found, and may end the check.
pub(super) type Hear<'a> = &'a mut dyn FnMut(&RowProblem) -> Result<(), Error>;

/// Reads and checks a whole file.
pub(super) fn check(
    id: String,
    request: &ImportRequest,
    against: &Against,
    progress: &dyn Fn(u64) -> Result<(), Error>,
    hear: Hear<'_>,
) -> Result<CheckedImport, Error> {
    let mut rows = Rows::open(&request.path, &|| progress(0))?;
    let mark = mark(&request.path)?;
    let mapping = match &request.mapping {
        Some(mapping) => in_order(rows.columns(), mapping)?,
        None => guessed(&request.path, &rows, &against.pool)?,
    };
    mapping.check(&against.pool).map_err(|error| Error::invalid("mapping", error.message))?;
    let checker = Checker { pool: &against.pool, policy: &against.policy, mapping: &mapping, way: &request.way };
    let whole = checker.whole_file();
    let mut checked = CheckedImport {
        id,
        mapping: mapping.clone(),
        rows: 0,
        good: 0,
        problems: Vec::new(),
        problem_count: 0,
        against: whole.problems,
        notes: whole.notes,
        first: Vec::new(),
        bad: Vec::new(),
        mark,
        request: request.clone(),
    };
    if !against.complete {
        checked.notes.push(
            "The local copy is not complete, so users who exist already may not be noticed. Sync first.".to_owned(),
        );
    }
    if against.groups.is_none() && request.way == Way::Create && mapping.has(&Target::Groups) {
        checked.notes.push(
            "The groups of the pool are not known here, so missing ones may not be noticed. Sync first.".to_owned(),
        );
    }
    let mut seen = Seen::default();
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let row = rows.next()?;
        let ended = row.is_none();
        if let Some(row) = row {
            checked.rows += 1;
            match person(&checker, &row) {
                Ok(person) => batch.push((row.line, row.offset, person)),
                Err(problems) => checked.refuse(row.line, problems, hear)?,
            }
        }
        if batch.len() == BATCH || ended {
            let taken = taken(&checker, against, &batch)?;
            for (line, offset, person) in batch.drain(..) {
                let keys = checker.keys(&person);
                let mut problems = exists(&checker, &keys, &taken);
                problems.extend(without_group(&checker, against, &person));
                if problems.is_empty() {
                    problems = seen.twice(&checker, &request.path, line, offset, &keys)?;
                }
                if problems.is_empty() {
                    checked.good += 1;
                    if checked.first.len() < SHOWN {
                        checked.first.push(person);
                    }
                } else {
                    checked.refuse(line, problems, hear)?;
                }
            }
            progress(checked.rows)?;
        }
        if ended {
            break;
        }
    }
    checked.bad.sort_unstable();
    checked.problems.sort_by_key(|problem| problem.line);
    checked.size(&against.policy);
    Ok(checked)
}

/// What the columns seem to be, by their names and by the first rows.
pub(super) fn guessed(path: &Path, rows: &Rows, pool: &Pool) -> Result<Mapping, Error> {
    let mut first = Rows::again(path, rows.columns().to_vec())?;
    let mut values = Vec::new();
    for _ in 0..LOOKED_AT {
        let Some(row) = first.next()? else { break };
        values.extend(row.values.ok());
    }
    Ok(Mapping::guess(rows.columns().iter().map(String::as_str), &values, pool))
}

fn person(checker: &Checker<'_>, row: &Row) -> Result<Person, Vec<Problem>> {
    match &row.values {
        Ok(values) => checker.row(values.iter().map(Option::as_deref)),
        Err(broken) => Err(vec![Problem { column: None, message: broken.0.clone() }]),
    }
}

fn names(mapping: &Mapping) -> Vec<String> {
    mapping.columns.iter().map(|(name, _)| name.clone()).collect()
}

/// The mapping in the order of the file's columns; what it does not name is left out.
fn in_order(columns: &[String], mapping: &Mapping) -> Result<Mapping, Error> {
    if let Some((unknown, _)) = mapping.columns.iter().find(|(name, _)| !columns.contains(name)) {
        return Err(Error::invalid("mapping", format!("The file has no column {unknown}.")));
    }
    let target = |name: &String| {
        let told = mapping.columns.iter().find(|(column, _)| column == name);
        (name.clone(), told.map_or(Target::Ignored, |(_, target)| target.clone()))
    };
    Ok(Mapping { columns: columns.iter().map(target).collect() })
}

impl CheckedImport {
    fn refuse(&mut self, line: u64, problems: Vec<Problem>, hear: Hear<'_>) -> Result<(), Error> {
        self.bad.push(line);
        self.problem_count += problems.len() as u64;
        for problem in problems {
            let problem = RowProblem { line, problem };
            hear(&problem)?;
            if self.problems.len() < KEPT {
                self.problems.push(problem);
            }
        }
        Ok(())
    }

    /// Whether there are too many rows, or none.
    fn size(&mut self, policy: &PoolPolicy) {
        let most = match self.request.way {
            Way::Job { .. } => JOB_ROWS,
            Way::Create => MOST_CREATED,
        };
        if self.good > most {
            self.against.push(self.too_many(most, policy));
        }
        if self.good == 0 {
            self.against.push("No row of the file can become a user.".to_owned());
        }
    }

    fn too_many(&self, most: u64, policy: &PoolPolicy) -> String {
        let (good, files) = (self.good, self.good.div_ceil(most));
        if let Way::Job { .. } = self.request.way {
            return format!(
                "The file has {good} users, and Cognito's own import takes {most}. Divide it into {files} files."
            );
        }
        let limit = format!(
            "The file has {good} users. One by one {most} at most are created by one plan, so that it can be looked through \
             and taken back, and each of them counts as active this month."
        );
        if policy.verifies.is_empty() {
            return format!(
                "{limit} Cognito's own import cannot be used in this pool, which verifies neither e-mail addresses nor phone \
                 numbers: divide the file into {files} files."
            );
        }
        let without = match self.mapping.has(&Target::Groups) || self.mapping.has(&Target::Enabled) {
            true => ", without groups and without disabling anybody",
            false => "",
        };
        format!(
            "{limit} Divide it into {files} files, or use Cognito's own import, which takes {JOB_ROWS} and makes nobody \
             active{without}."
        )
    }

    /// Refuses when the file is not what was checked.
    pub(super) fn unchanged(&self) -> Result<(), Error> {
        if mark(&self.request.path)? == self.mark { Ok(()) } else { Err(changed()) }
    }

    /// Gives every person that can be imported, in the order of the file.
    ///
    /// # Errors
    /// [`Code::Precondition`] when the file is not what was checked; what `each` says.
    pub(super) fn people(
        &self,
        against: &Against,
        mut each: impl FnMut(Person) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.unchanged()?;
        let mapping = &self.mapping;
        let checker = Checker { pool: &against.pool, policy: &against.policy, mapping, way: &self.request.way };
        let mut rows = Rows::again(&self.request.path, names(mapping))?;
        let mut given = 0;
        while let Some(row) = rows.next()? {
            if self.bad.binary_search(&row.line).is_err() {
                each(person(&checker, &row).map_err(|_| changed())?)?;
                given += 1;
            }
        }
        if given == self.good { Ok(()) } else { Err(changed()) }
    }
}

/// Names and addresses that rows of the file have, as hashes with the place of the first row that had them.
#[derive(Default)]
struct Seen {
    hasher: RandomState,
    at: HashMap<u64, (u64, u64)>,
    /// The file once more, to look at rows that were read before.
    again: Option<Rows>,
}

impl Seen {
    /// Which names and addresses a row before had already. The same hash is looked at in the file before it is believed.
    fn twice(
        &mut self,
        checker: &Checker<'_>,
        path: &Path,
        line: u64,
        offset: u64,
        keys: &Keys,
    ) -> Result<Vec<Problem>, Error> {
        let mut problems = Vec::new();
        for key in keys.each() {
            let hash = self.hasher.hash_one(key);
            let Some((row, at)) = self.at.get(&hash).copied() else { continue };
            if self.again.is_none() {
                self.again = Some(Rows::again(path, names(checker.mapping))?);
            }
            let Some(again) = &mut self.again else { continue };
            again.seek(row, at)?;
            let before = again.next()?.and_then(|row| person(checker, &row).ok());
            if before.is_some_and(|before| checker.keys(&before).each().any(|other| other == key)) {
                let message = format!("The {} is the same as in line {row}.", named(key.0));
                problems.push(Problem { column: column(checker, key.0), message });
            }
        }
        if problems.is_empty() {
            for key in keys.each() {
                self.at.entry(self.hasher.hash_one(key)).or_insert((line, offset));
            }
        }
        Ok(problems)
    }
}

/// A group that the pool does not have: nobody could be put into it, and the user would be created and billed before that shows.
fn without_group(checker: &Checker<'_>, against: &Against, person: &Person) -> Option<Problem> {
    let groups = against.groups.as_ref().filter(|_| *checker.way == Way::Create)?;
    let missing = person.groups.iter().any(|group| !groups.contains(group));
    let message = "The pool has no such group. Create it first, or sync if somebody just did.";
    let column = checker.mapping.column_of(&Target::Groups).map(str::to_owned);
    missing.then(|| Problem { column, message: message.to_owned() })
}

fn named(kind: char) -> &'static str {
    match kind {
        'e' => "e-mail address",
        'p' => "phone number",
        _ => "user name",
    }
}

fn column(checker: &Checker<'_>, kind: char) -> Option<String> {
    let target = match kind {
        'e' => Target::Attribute("email".to_owned()),
        'p' => Target::Attribute("phone_number".to_owned()),
        _ => Target::Username,
    };
    let mapping = checker.mapping;
    mapping.column_of(&target).or_else(|| mapping.column_of(&Target::Username)).map(str::to_owned)
}

/// Keys that users of the local copy have, of those in a batch.
fn taken(
    checker: &Checker<'_>,
    against: &Against,
    batch: &[(u64, u64, Person)],
) -> Result<HashSet<(char, String)>, Error> {
    let mut entries: Vec<String> = Vec::new();
    for (_, _, person) in batch {
        entries.extend(checker.keys(person).each().map(|(_, key)| key.to_owned()));
    }
    let found = if entries.is_empty() { Vec::new() } else { against.cache.look_up(&entries)?.found };
    let mut taken = HashSet::new();
    for user in found {
        // Who signs in at an identity provider does not keep an address from others.
        let keeps = user.status != UserStatus::ExternalProvider;
        let (username, attributes) = (user.username.as_str().to_owned(), user.attributes);
        let person = Person { username, attributes, ..Person::default() };
        let keys = checker.keys(&person);
        let kept = keys.each().filter(|(kind, _)| keeps || *kind == 'u');
        taken.extend(kept.map(|(kind, key)| (kind, key.to_owned())));
    }
    Ok(taken)
}

fn exists(checker: &Checker<'_>, keys: &Keys, taken: &HashSet<(char, String)>) -> Vec<Problem> {
    let has = |(kind, key): &(char, &str)| taken.contains(&(*kind, (*key).to_owned()));
    let problem = |(kind, _): (char, &str)| {
        let message = format!("A user of the pool has this {} already.", named(kind));
        Problem { column: column(checker, kind), message }
    };
    keys.each().filter(has).map(problem).collect()
}
