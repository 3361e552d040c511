//! What this program itself may have added to the bill: every call about one person, from the journal.

use std::collections::{BTreeMap, BTreeSet};

use model::call::MauEffect;
use model::cost::{
    BilledBy, PricePlan, PriceTable, Prices, Touched, requests_bill, session_bill, session_bill_of_any_plan,
};
use model::estimate::Estimate;
use model::month::Month;
use model::pool::Pool;
use model::{PoolId, PoolKey, Region};
use rust_decimal::Decimal;
use store::{Entry, LedgerCall, LedgerEnd};

use crate::error::Error;
use crate::open::{Console, blocking};

/// A month of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthLedger {
    /// The month.
    pub month: Month,
    /// The calls, the oldest first. An effect is [`MauEffect::AlreadyCounted`] where an earlier call of this program in
    /// the same month had counted the person.
    pub entries: Vec<Entry>,
    /// Different people, by what the calls about them can do.
    pub touched: Touched,
    /// Requests for tokens of machines that did not fail. Each is billed, and no user for it.
    pub token_requests: u64,
    /// What all of it may cost, if none was active otherwise and none is free: from nothing to the dearest price of the plan
    /// that their pool was seen on, or of all plans.
    pub cost: Estimate<Decimal>,
    /// Whether this program was told the plan of each of the pools since it started; else, and of any month but the present
    /// one, the dearest of all plans is taken.
    pub plans_known: bool,
    /// Calls that are left out for their place alone.
    pub elsewhere: u64,
    /// Whether AWS bills for at least one of the entries: nobody is billed for the sandbox or an emulator.
    pub billed: bool,
}

/// What a call may have added to the count of a month, as far as this program's own calls tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is the first call of this program about that person in the month.
    First,
    /// There was an earlier call about the person, which may have counted them, or the call does not tell whom it is about.
    Again,
    /// An earlier call of this program surely counted the person.
    Counted,
}

impl MonthLedger {
    /// The standing of each entry, in their order; `None` for a machine's token, which counts nobody.
    #[must_use]
    pub fn standings(&self) -> Vec<Option<Standing>> {
        let mut known: BTreeMap<Somebody, BTreeSet<Option<&str>>> = BTreeMap::new();
        let standing = self.entries.iter().map(|entry| {
            let Entry { call, .. } = entry;
            if is_request(entry) {
                return None;
            }
            let account = call.account.as_deref();
            // A sign-in does not know the account, so it may be of whichever.
            let accounts = known.entry(Somebody { account: None, ..Somebody::from(call) }).or_default();
            let before =
                accounts.contains(&account) || accounts.contains(&None) || (account.is_none() && !accounts.is_empty());
            accounts.insert(account);
            Some(match call.effect {
                MauEffect::AlreadyCounted => Standing::Counted,
                _ if before || call.person.is_empty() => Standing::Again,
                _ => Standing::First,
            })
        });
        standing.collect()
    }
}

/// Which calls of the ledger are meant; what is not chosen is not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerOf {
    /// Those about a pool.
    pub pool: Option<PoolId>,
    /// Those that went to an endpoint (its URL), a partition (`aws`) or the sandbox (`sandbox`).
    pub place: Option<String>,
    /// Those that went to AWS, in whichever partition: nobody is billed for the sandbox or an emulator.
    pub aws_only: bool,
    /// Those of an account. Those of an unknown one are among them.
    pub account: Option<String>,
    /// Those in a Region.
    pub region: Option<String>,
}

impl From<&PoolKey> for LedgerOf {
    fn from(key: &PoolKey) -> Self {
        Self {
            pool: Some(key.pool.clone()),
            place: Some(key.place.clone()),
            aws_only: false,
            account: Some(key.account.as_str().to_owned()),
            region: Some(key.region.as_str().to_owned()),
        }
    }
}

impl LedgerOf {
    /// Whether an entry is meant.
    pub(crate) fn has(&self, entry: &Entry) -> bool {
        self.has_place(&entry.call.place) && self.has_wherever(entry)
    }

    fn has_place(&self, place: &str) -> bool {
        self.place.as_ref().is_none_or(|meant| place == meant) && (!self.aws_only || is_aws(place))
    }

    /// Whether an entry is meant, if its place is.
    fn has_wherever(&self, entry: &Entry) -> bool {
        let call = &entry.call;
        self.pool.as_ref().is_none_or(|pool| call.pool == pool.as_str())
            && self.region.as_ref().is_none_or(|region| call.region == *region)
            && self.account.as_ref().is_none_or(|account| call.account.as_ref().is_none_or(|known| known == account))
    }
}

impl Console {
    /// The ledger of a month, of what is chosen. Opens no socket.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`](crate::error::Code::JournalUnavailable) when the journal cannot be read;
    /// [`Code::Validation`](crate::error::Code::Validation) on `prices` for a broken price table.
    pub async fn ledger(&self, month: Month, of: &LedgerOf) -> Result<MonthLedger, Error> {
        let so = "The journal cannot be read, so what this program has called is not known.";
        let journal = self.inner.vault().journal(so)?;
        let mut entries = blocking(move || journal.ledger(month.begins())).await?;
        entries.retain(|entry| month.contains(entry.call.at));
        entries.retain(|entry| of.has_wherever(entry));
        let everywhere = entries.len();
        entries.retain(|entry| of.has_place(&entry.call.place));
        let elsewhere = (everywhere - entries.len()) as u64;
        let touched = touched_by(&entries);
        let table = self.inner.table()?;
        let regions: BTreeSet<&str> = entries.iter().map(|entry| entry.call.region.as_str()).collect();
        let is_token = |entry: &Entry| is_request(entry) && entry.end != LedgerEnd::Failed;
        let tokens = regions.into_iter().fold(Estimate::exactly(Decimal::ZERO), |sum, region| {
            let here = entries.iter().filter(|entry| entry.call.region == region);
            let requests = here.filter(|entry| is_token(entry)).count() as u64;
            let most = requests_bill(&prices_of(&table, region), requests);
            let likely = (requests == 0).then_some(Decimal::ZERO);
            sum.with(&Estimate::new(Decimal::ZERO, likely, Some(most)), |a, b| a + b)
        });
        let mut pools: BTreeMap<(&str, &str, &str), Vec<&Entry>> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| !is_request(entry)) {
            let LedgerCall { region, place, pool, .. } = &entry.call;
            pools.entry((region, place, pool)).or_default().push(entry);
        }
        // Which plan a pool is on by now says nothing of the months before.
        let present = month == Month::of(self.inner.now());
        let plans = if present { self.inner.calls.plans() } else { PlansSeen::default() };
        let plans_known = pools.keys().all(|(_, place, pool)| plans.knows(place, pool));
        let cost = pools.into_iter().fold(tokens, |sum, ((region, place, pool), here)| {
            let users = plans.bill(&prices_of(&table, region), place, pool, touched_by(here));
            sum.with(&users, |a, b| a + b)
        });
        let token_requests = entries.iter().filter(|entry| is_token(entry)).count() as u64;
        let billed = entries.iter().any(|entry| is_aws(&entry.call.place));
        Ok(MonthLedger { month, entries, touched, token_requests, cost, plans_known, elsewhere, billed })
    }
}

/// The plans that pools were seen on since this program started: each of them, for one may change within the month.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlansSeen(BTreeMap<(String, String), Vec<BilledBy>>);

impl PlansSeen {
    /// Takes in how a pool was described. A plan that is not ours to price is none that is known.
    pub(crate) fn see(&mut self, key: &PoolKey, pool: &Pool) {
        if pool.tier.as_deref().and_then(PricePlan::of_tier).is_none() {
            return;
        }
        let seen = self.0.entry((key.place.clone(), key.pool.as_str().to_owned())).or_default();
        let now = BilledBy::of(Some(pool));
        if !seen.contains(&now) {
            seen.push(now);
        }
    }

    fn of(&self, place: &str, pool: &str) -> &[BilledBy] {
        self.0.get(&(place.to_owned(), pool.to_owned())).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn knows(&self, place: &str, pool: &str) -> bool {
        !self.of(place, pool).is_empty()
    }

    /// What calls about users of a pool may add to the bill: at most the dearest plan that it was seen on, and of all plans
    /// where it was seen on none.
    pub(crate) fn bill(&self, prices: &Prices, place: &str, pool: &str, touched: Touched) -> Estimate<Decimal> {
        let bills = self.of(place, pool).iter().map(|billed_by| session_bill(prices, *billed_by, touched));
        let dearest = bills.max_by_key(|bill| bill.high);
        dearest.unwrap_or_else(|| session_bill_of_any_plan(prices, touched))
    }
}

/// Whether a place is AWS: a partition (`aws`, `aws-us-gov`), or an endpoint of its own, such as that of a VPC
/// (`vpce-….cognito-idp.eu-west-1.vpce.amazonaws.com`) or a FIPS one (`cognito-idp-fips.us-east-1.amazonaws.com`); neither the
/// sandbox nor an emulator.
pub(crate) fn is_aws(place: &str) -> bool {
    if place == "aws" || place.starts_with("aws-") {
        return true;
    }
    let Some((_, rest)) = place.split_once("://") else { return false };
    // A name before an `@` is not the host.
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    AWS_DOMAINS.iter().any(|domain| host.strip_suffix(domain).is_some_and(|front| front.ends_with('.')))
}

/// Whether calls to two places are on one bill: AWS has one for all of its places.
pub(crate) fn same_bill(one: &str, other: &str) -> bool {
    one == other || (is_aws(one) && is_aws(other))
}

/// Domains that belong to AWS alone: of its endpoints, in China, and of those with two address families.
const AWS_DOMAINS: [&str; 4] = ["amazonaws.com", "amazonaws.com.cn", "api.aws", "api.amazonwebservices.com.cn"];

/// The prices of a Region by its name; the base's where it has none.
pub(crate) fn prices_of(table: &PriceTable, region: &str) -> Prices {
    Region::parse(region).map_or_else(|_| table.base_prices(), |region| table.prices(&region))
}

/// Whether an entry is a request for a machine's token.
fn is_request(entry: &Entry) -> bool {
    entry.call.effect == MauEffect::Free
}

/// Whom a call was about. The same name in the same pool of another place, account or Region is somebody else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Somebody {
    pub(crate) place: String,
    /// `None` where it is not known: the call may have gone to any.
    pub(crate) account: Option<String>,
    pub(crate) region: String,
    pub(crate) pool: String,
    pub(crate) name: String,
}

impl From<&LedgerCall> for Somebody {
    fn from(call: &LedgerCall) -> Self {
        let LedgerCall { place, account, region, pool, person, .. } = call.clone();
        Self { place, account, region, pool, name: person }
    }
}

/// Each person once. A call that failed may have counted or not; one that names nobody may be about anybody. One of which the
/// account is not known was about the person of that name of whom it is, where there is one.
fn touched_by<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Touched {
    let mut people: BTreeMap<Somebody, BTreeMap<Option<String>, bool>> = BTreeMap::new();
    let mut nameless = 0;
    for entry in entries.into_iter().filter(|entry| !is_request(entry)) {
        if entry.call.person.is_empty() {
            nameless += 1;
            continue;
        }
        let listed = entry.call.effect == MauEffect::MayBill && entry.end != LedgerEnd::Failed;
        let mut somebody = Somebody::from(&entry.call);
        let account = somebody.account.take();
        *people.entry(somebody).or_default().entry(account).or_default() |= listed;
    }
    for accounts in people.values_mut().filter(|accounts| accounts.len() > 1) {
        let listed = accounts.remove(&None).unwrap_or_default();
        if listed && !accounts.values().any(|listed| *listed) {
            accounts.values_mut().take(1).for_each(|first| *first = true);
        }
    }
    let all: Vec<bool> = people.into_values().flat_map(BTreeMap::into_values).collect();
    let may_bill = all.iter().filter(|listed| **listed).count() as u64;
    Touched { may_bill, undocumented: all.len() as u64 - may_bill + nameless, already_counted: 0 }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn the_first_call_about_somebody_is_told_from_those_that_follow() {
        let about = |person: &str, account: Option<&str>, effect: MauEffect| Entry {
            call: LedgerCall {
                at: Timestamp::UNIX_EPOCH,
                place: "aws".to_owned(),
                account: account.map(str::to_owned),
                region: "eu-west-1".to_owned(),
                pool: "a".to_owned(),
                person: person.to_owned(),
                operation: "AdminGetUser".to_owned(),
                effect,
                attempt: 1,
            },
            end: LedgerEnd::Done,
        };
        let entries = vec![
            about("anna", None, MauEffect::MayBill),
            about("anna", Some("1"), MauEffect::MayBill),
            about("anna", Some("1"), MauEffect::AlreadyCounted),
            about("bert", Some("1"), MauEffect::MayBill),
            about("bert", Some("2"), MauEffect::MayBill),
            about("", Some("1"), MauEffect::MayBill),
            about("", Some("1"), MauEffect::Free),
        ];
        let ledger = MonthLedger {
            month: Month::of(Timestamp::UNIX_EPOCH),
            entries,
            touched: Touched::default(),
            token_requests: 1,
            cost: Estimate::exactly(Decimal::ZERO),
            plans_known: false,
            elsewhere: 0,
            billed: true,
        };
        use Standing::{Again, Counted, First};
        assert_eq!(
            ledger.standings(),
            [Some(First), Some(Again), Some(Counted), Some(First), Some(First), Some(Again), None]
        );
    }

    #[test]
    fn endpoints_of_aws_s_own_are_aws_and_what_only_looks_like_them_is_not() {
        for place in [
            "aws",
            "aws-us-gov",
            "https://cognito-idp-fips.us-east-1.amazonaws.com",
            "https://vpce-1a2b-3c4d.cognito-idp.eu-west-1.vpce.amazonaws.com/",
            "https://cognito-idp.cn-north-1.amazonaws.com.cn:443",
            "https://cognito-idp.eu-west-1.API.AWS",
        ] {
            assert!(is_aws(place), "{place}");
        }
        for place in [
            "sandbox",
            "http://localhost:4566",
            "https://amazonaws.com.example.org",
            "https://notamazonaws.com",
            "https://localhost/cognito-idp.eu-west-1.amazonaws.com",
            "https://cognito-idp.eu-west-1.amazonaws.com@localhost",
        ] {
            assert!(!is_aws(place), "{place}");
        }
    }

    #[test]
    fn the_same_name_in_another_place_account_region_or_pool_is_another_person() {
        let about = |place: &str, account: Option<&str>, region: &str, pool: &str| Entry {
            call: LedgerCall {
                at: Timestamp::UNIX_EPOCH,
                place: place.to_owned(),
                account: account.map(str::to_owned),
                region: region.to_owned(),
                pool: pool.to_owned(),
                person: "anna".to_owned(),
                operation: "AdminGetUser".to_owned(),
                effect: MauEffect::MayBill,
                attempt: 1,
            },
            end: LedgerEnd::Done,
        };
        let entries = [
            about("aws", Some("1"), "eu-west-1", "a"),
            about("aws", Some("1"), "eu-west-1", "a"),
            about("sandbox", Some("1"), "eu-west-1", "a"),
            about("aws", Some("2"), "eu-west-1", "a"),
            about("aws", Some("1"), "us-east-1", "a"),
            about("aws", Some("1"), "eu-west-1", "b"),
        ];
        assert_eq!(touched_by(&entries).may_bill, 5);
        let unknown = || about("aws", None, "eu-west-1", "b");
        let undocumented = Entry { end: LedgerEnd::Failed, ..about("aws", Some("1"), "eu-west-1", "b") };
        let touched = |entries: &[Entry]| (touched_by(entries).may_bill, touched_by(entries).undocumented);
        assert_eq!(touched(&[unknown(), entries[5].clone()]), (1, 0), "one person, whose account one call knew");
        assert_eq!(touched(&[unknown(), undocumented.clone()]), (1, 0), "what counts for one of them counts");
        assert_eq!(touched(&[unknown(), unknown()]), (1, 0));
        assert_eq!(touched(&[undocumented]), (0, 1));
    }
}
