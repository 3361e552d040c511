//! A field of which many users share few values: each value once, and a small number for each user.

use std::borrow::Cow;
use std::collections::HashMap;

use model::query::fold;

use super::bits::Bits;

/// More values than this are kept as texts.
const MOST_VALUES: usize = 1_024;

/// A folded text. Most are folded as they come, and a million users have ten million.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    let is_folded = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_folded { Cow::Borrowed(text) } else { Cow::Owned(fold(text)) }
}

/// A value as it came and folded.
#[derive(Clone)]
pub(super) struct Value {
    raw: Box<str>,
    folded: Option<Box<str>>,
}

impl Value {
    fn new(raw: &str) -> Self {
        let folded = folded(raw);
        Self { raw: raw.into(), folded: (folded != raw).then(|| folded.into()) }
    }

    pub(super) fn raw(&self) -> &str {
        &self.raw
    }

    pub(super) fn folded(&self) -> &str {
        self.folded.as_deref().unwrap_or(&self.raw)
    }
}

/// Numbers of values by row; 0 where there is none.
#[derive(Clone)]
enum Codes {
    Narrow(Vec<u8>),
    Wide(Vec<u16>),
}

/// Values by row.
#[derive(Clone)]
pub(in crate::cache) struct Few {
    codes: Codes,
    values: Vec<Value>,
    known: HashMap<Box<str>, u16>,
}

impl Default for Few {
    fn default() -> Self {
        Self { codes: Codes::Narrow(Vec::new()), values: Vec::new(), known: HashMap::new() }
    }
}

impl Few {
    /// The number of a row's value, from 1 on; 0 for none.
    pub(super) fn code(&self, row: u32) -> usize {
        let Ok(at) = usize::try_from(row) else { return 0 };
        match &self.codes {
            Codes::Narrow(codes) => codes.get(at).map_or(0, |code| usize::from(*code)),
            Codes::Wide(codes) => codes.get(at).map_or(0, |code| usize::from(*code)),
        }
    }

    pub(super) fn get(&self, row: u32) -> Option<&Value> {
        self.values.get(self.code(row).checked_sub(1)?)
    }

    pub(super) fn rows(&self) -> u32 {
        let rows = match &self.codes {
            Codes::Narrow(codes) => codes.len(),
            Codes::Wide(codes) => codes.len(),
        };
        u32::try_from(rows).unwrap_or(u32::MAX)
    }

    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }

    /// Each value with how many of those rows have it.
    pub(super) fn counted(&self, rows: &Bits) -> impl Iterator<Item = (&Value, u64)> {
        let mut by_code = vec![0_u64; self.values.len() + 1];
        rows.iter().for_each(|row| by_code[self.code(row)] += 1);
        self.values.iter().zip(by_code.into_iter().skip(1))
    }

    /// Whether one more value would be too many to look at one by one.
    pub(super) fn is_full_for(&self, raw: &str) -> bool {
        let values = self.values.len();
        let many = values >= MOST_VALUES || (values >= 16 && values * 2 > usize::try_from(self.rows()).unwrap_or(0));
        many && !self.known.contains_key(raw)
    }

    pub(super) fn set(&mut self, row: u32, raw: Option<&str>) {
        let code = raw.map_or(0, |raw| self.number(raw));
        let at = usize::try_from(row).unwrap_or(usize::MAX);
        if let (Codes::Narrow(codes), true) = (&self.codes, code > u16::from(u8::MAX)) {
            self.codes = Codes::Wide(codes.iter().map(|code| u16::from(*code)).collect());
        }
        match &mut self.codes {
            Codes::Narrow(codes) => put(codes, at, u8::try_from(code).unwrap_or_default()),
            Codes::Wide(codes) => put(codes, at, code),
        }
    }

    /// Takes the values of rows out, and those that nobody else has altogether.
    pub(super) fn forget(&mut self, rows: &[u32]) {
        let had: Vec<usize> = rows.iter().map(|row| self.code(*row)).filter(|code| *code > 0).collect();
        rows.iter().for_each(|row| self.set(*row, None));
        let mut used = vec![false; self.values.len() + 1];
        (0..self.rows()).for_each(|row| used[self.code(row)] = true);
        if had.into_iter().any(|code| !used[code]) {
            let old = std::mem::take(self);
            (0..old.rows()).for_each(|row| self.set(row, old.get(row).map(Value::raw)));
        }
    }

    fn number(&mut self, raw: &str) -> u16 {
        if let Some(known) = self.known.get(raw) {
            return *known;
        }
        self.values.push(Value::new(raw));
        let number = u16::try_from(self.values.len()).unwrap_or(u16::MAX);
        self.known.insert(raw.into(), number);
        number
    }

    /// Tells each row whose number is wanted; `wanted[0]` is for rows without a value.
    pub(super) fn each(&self, wanted: &[bool], mut tell: impl FnMut(u32)) {
        let is = |code: usize| wanted.get(code).copied().unwrap_or(false);
        match &self.codes {
            Codes::Narrow(codes) => {
                (0..).zip(codes).filter(|(_, c)| is(usize::from(**c))).for_each(|(row, _)| tell(row));
            }
            Codes::Wide(codes) => (0..).zip(codes).filter(|(_, c)| is(usize::from(**c))).for_each(|(row, _)| tell(row)),
        }
    }

    pub(super) fn shrink(&mut self) {
        match &mut self.codes {
            Codes::Narrow(codes) => codes.shrink_to_fit(),
            Codes::Wide(codes) => codes.shrink_to_fit(),
        }
    }
}

fn put<T: Default + Clone>(codes: &mut Vec<T>, at: usize, code: T) {
    if at >= codes.len() {
        codes.resize(at + 1, T::default());
    }
    codes[at] = code;
}
