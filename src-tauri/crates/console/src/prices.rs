//! The price table in use: the one that came with Poolkeeper, or a person's own in its place.

use std::path::Path;

use jiff::civil::Date;
use model::cost::PriceTable;

use crate::activity::day;
use crate::cost::{TableUsed, price_table};
use crate::error::Error;
use crate::open::{Console, Inner, blocking};

impl Inner {
    /// The price table in use.
    pub(crate) fn table(&self) -> Result<PriceTable, Error> {
        price_table(self.data.own_prices()?.as_deref(), day(self.now()))
    }
}

/// The text of the price table that a person keeps in a data folder; `None` when there is none. Needs no keys and makes
/// no folder.
///
/// # Errors
/// [`Code::CacheUnavailable`](crate::Code::CacheUnavailable) when it is there and cannot be read.
pub fn kept_prices(data_dir: &Path) -> Result<Option<String>, Error> {
    Ok(store::own_prices(data_dir)?)
}

impl Console {
    /// The text of a person's own price table; `None` when the one that came with Poolkeeper is used.
    ///
    /// # Errors
    /// [`Code::CacheUnavailable`](crate::Code::CacheUnavailable) when it is there and cannot be read.
    pub fn own_prices(&self) -> Result<Option<String>, Error> {
        Ok(self.inner.data.own_prices()?)
    }

    /// The price table in use, and what it is.
    ///
    /// # Errors
    /// As [`Console::own_prices`]; [`Code::Validation`](crate::Code::Validation) on `prices` for one that does not hold.
    pub fn prices(&self) -> Result<(PriceTable, TableUsed), Error> {
        let own = self.own_prices()?;
        let today = day(self.inner.now());
        let table = price_table(own.as_deref(), today)?;
        let used = TableUsed::of(&table, table.base_prices().region, own.is_some(), today);
        Ok((table, used))
    }

    /// Uses a person's own price table from now on, once it holds; `None` goes back to the one that came with Poolkeeper.
    ///
    /// # Errors
    /// [`Code::Validation`](crate::Code::Validation) on `prices` with every reason why it is refused; the one in use stays.
    pub async fn set_prices(&self, own: Option<String>) -> Result<(), Error> {
        price_table(own.as_deref(), self.today())?;
        let data = self.inner.data.clone();
        blocking(move || data.set_own_prices(own.as_deref())).await
    }

    fn today(&self) -> Date {
        day(self.inner.now())
    }
}
