//! What could be written where the cursor stands, from this pool's schema and people.

use model::query::{Field, Moment, Sought, Wanted, char_offset, complete, quote, utf16_offset};

use crate::error::Error;
use crate::pool::OpenPool;

/// The most items that are offered.
const MOST: usize = 50;

/// What could be written at the cursor. Positions are in UTF-16 code units, as a text field of the window counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Where the text begins that an item replaces.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
    /// What to offer, the likeliest first. Foreign text may be in it.
    pub items: Vec<CompletionItem>,
}

/// Something to offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionItem {
    /// What is put in the place of the span.
    pub insert: String,
    /// What is shown.
    pub label: String,
    /// More about it, such as how many people have it; `None` when there is nothing to say.
    pub detail: Option<String>,
    /// What it is.
    pub kind: CompletionKind,
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompletionKind {
    /// A field's name, or `has:` and its like.
    Field,
    /// A group.
    Group,
    /// A status.
    Status,
    /// A value that several people have.
    Value,
    /// A date, an age or a comparison.
    Time,
}

impl OpenPool {
    /// Offers what could be written at `cursor`, in UTF-16 code units.
    ///
    /// # Errors
    /// [`Code::CacheUnavailable`](crate::Code::CacheUnavailable) when the cache cannot be read.
    pub async fn complete(&self, text: &str, cursor: usize) -> Result<Completion, Error> {
        let fields = self.fields().await?;
        let wanted = complete(text, char_offset(text, cursor), &fields);
        let items = match &wanted.what {
            Sought::Nothing => Vec::new(),
            Sought::Term | Sought::Name => wanted.names(&fields).into_iter().map(name).collect(),
            Sought::Value(field) => self.values(field.clone(), &wanted).await?,
            Sought::Time(_) => ages(&wanted.prefix),
            Sought::Comparison(moment) => comparisons(*moment),
        };
        Ok(Completion {
            start: utf16_offset(text, wanted.start),
            end: utf16_offset(text, wanted.end),
            items: items.into_iter().take(MOST).collect(),
        })
    }

    async fn values(&self, field: Field, wanted: &Wanted) -> Result<Vec<CompletionItem>, Error> {
        let prefix = model::query::fold(&wanted.prefix);
        let fits = |text: &str| model::query::fold(text).contains(&prefix);
        Ok(match field {
            Field::Enabled => ["yes", "no"]
                .into_iter()
                .filter(|text| text.starts_with(&prefix))
                .map(|text| item(text, None, CompletionKind::Value))
                .collect(),
            Field::Status => self
                .statuses_to_offer()
                .await?
                .into_iter()
                .filter(|(status, _)| fits(status))
                .map(|(status, people)| item(&status, Some(people), CompletionKind::Status))
                .collect(),
            Field::Group => self
                .groups()
                .await?
                .into_iter()
                .filter(|(group, _)| fits(group.name.as_str()))
                .map(|(group, people)| item(group.name.as_str(), Some(people), CompletionKind::Group))
                .collect(),
            field => {
                let most = u32::try_from(MOST).unwrap_or_default();
                self.read(move |cache| cache.frequent_values(&field, &prefix, most))
                    .await?
                    .into_iter()
                    .map(|(value, people)| item(&value, Some(people), CompletionKind::Value))
                    .collect()
            }
        })
    }

    /// The statuses that people here have, then those that AWS documents.
    async fn statuses_to_offer(&self) -> Result<Vec<(String, u64)>, Error> {
        let mut statuses: Vec<(String, u64)> = self
            .read(store::Cache::statuses)
            .await?
            .into_iter()
            .map(|(status, people)| (status.as_str().to_owned(), people))
            .collect();
        for known in model::user::UserStatus::KNOWN {
            if !statuses.iter().any(|(status, _)| status == known.as_str()) {
                statuses.push((known.as_str().to_owned(), 0));
            }
        }
        Ok(statuses)
    }
}

fn name(text: String) -> CompletionItem {
    CompletionItem { insert: text.clone(), label: text, detail: None, kind: CompletionKind::Field }
}

fn item(text: &str, people: Option<u64>, kind: CompletionKind) -> CompletionItem {
    CompletionItem {
        insert: quote(text),
        label: text.to_owned(),
        detail: people.map(|people| if people == 1 { "1 user".to_owned() } else { format!("{people} users") }),
        kind,
    }
}

fn ages(prefix: &str) -> Vec<CompletionItem> {
    [("24h", "a day"), ("7d", "a week"), ("30d", "30 days"), ("6mo", "half a year"), ("1y", "a year")]
        .into_iter()
        .filter(|(age, _)| age.starts_with(prefix))
        .map(|(age, words)| CompletionItem {
            insert: age.to_owned(),
            label: age.to_owned(),
            detail: Some(format!("{words} ago")),
            kind: CompletionKind::Time,
        })
        .collect()
}

fn comparisons(moment: Moment) -> Vec<CompletionItem> {
    let name = match moment {
        Moment::Created => "created",
        Moment::Modified => "modified",
    };
    [">", ">=", "<", "<="]
        .into_iter()
        .map(|operator| CompletionItem {
            insert: format!("{name}{operator}"),
            label: format!("{name}{operator}"),
            detail: None,
            kind: CompletionKind::Time,
        })
        .collect()
}
