//! The price table: dated data, each figure with where it was read and when.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::check::{self, InvalidPriceTable};
use crate::Region;

/// Prices of Amazon Cognito user pools at a time, per Region where they differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriceTable {
    /// How the file is built; 1 is the only one yet.
    pub format: u32,
    /// Which edition of the table this is, such as a date.
    pub version: String,
    /// What the table calls itself.
    pub name: String,
    /// The currency; only `USD` is understood.
    pub currency: String,
    /// When AWS's prices were last read for it: what its age is counted from.
    pub read_on: Date,
    /// What holds for the whole table; `None` when there is nothing to say.
    pub note: Option<String>,
    /// Where figures come from, by the keys that the figures name.
    pub sources: BTreeMap<String, Source>,
    /// The prices of one Region, in full. Other Regions take from it what they do not say themselves.
    pub base: BasePrices,
    /// What other Regions say themselves.
    #[serde(default)]
    pub regions: BTreeMap<Region, RegionPrices>,
}

/// Where a figure was read, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Source {
    /// What was read.
    pub what: String,
    /// When it was read, or the date that it carries.
    pub read_on: Date,
}

/// All prices of the Region that others are compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BasePrices {
    /// The Region.
    pub region: Region,
    /// What is free each month.
    pub free: FreeTiers,
    /// What the rest costs.
    pub tariffs: Tariffs,
    /// What is not in the table and why.
    pub notes: Vec<String>,
}

/// What a Region says otherwise, or confirms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegionPrices {
    /// What holds in this Region; `None` when there is nothing to say.
    pub note: Option<String>,
    /// Its free tiers; `None` when the base's hold.
    #[serde(default)]
    pub free: Option<FreeTiers>,
    /// The tariffs that were read for it.
    #[serde(default)]
    pub tariffs: RegionTariffs,
}

/// Quantities that are free each month, pooled over an account or organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FreeTiers {
    /// Direct and social users of Lite and Essentials together.
    pub users: FreeTier,
    /// Direct and social users of pools on the legacy price.
    pub legacy_users: FreeTier,
    /// Users of SAML and OIDC providers.
    pub federated: FreeTier,
}

/// One free quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FreeTier {
    /// How many.
    pub quantity: u64,
    /// Keys of [`PriceTable::sources`].
    pub sources: Vec<String>,
    /// What is in doubt or special about it; `None` when nothing is.
    pub note: Option<String>,
}

/// A price by quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tariff {
    /// The brackets in rising order, counted after what is free. The last one is open.
    pub brackets: Vec<Bracket>,
    /// Keys of [`PriceTable::sources`].
    pub sources: Vec<String>,
    /// What is in doubt or special about it; `None` when nothing is.
    pub note: Option<String>,
}

/// A part of a tariff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bracket {
    /// The last unit that has this price; `None` for all further ones.
    pub up_to: Option<u64>,
    /// Dollars for one unit. Written as a text, because a JSON number would be a float.
    #[serde(with = "rust_decimal::serde::str")]
    pub price: Decimal,
}

/// Declares what can be billed once: the full set of tariffs, a Region's own, and the way from one to the other.
macro_rules! meters {
    ($($(#[$doc:meta])* $field:ident $meter:ident $words:literal)*) => {
        /// Something that is counted and billed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum Meter { $($(#[$doc])* $meter,)* }

        impl Meter {
            /// Every meter, in the order of a bill.
            pub const ALL: &'static [Self] = &[$(Self::$meter),*];

            /// What is counted, in words ("Lite users").
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$meter => $words,)* }
            }
        }

        /// A tariff for everything that can be billed.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct Tariffs { $($(#[$doc])* pub $field: Tariff,)* }

        /// The tariffs that were read for one Region.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
        pub struct RegionTariffs { $($(#[$doc])* pub $field: Option<Tariff>,)* }

        impl Tariffs {
            /// The tariff of a meter.
            #[must_use]
            pub fn of(&self, meter: Meter) -> &Tariff {
                match meter { $(Meter::$meter => &self.$field,)* }
            }

            fn with(&self, own: &RegionTariffs) -> Self {
                Self { $($field: own.$field.as_ref().unwrap_or(&self.$field).clone(),)* }
            }
        }

        impl RegionTariffs {
            /// The Region's own tariff of a meter; `None` when the base's holds.
            #[must_use]
            pub fn of(&self, meter: Meter) -> Option<&Tariff> {
                match meter { $(Meter::$meter => self.$field.as_ref(),)* }
            }
        }
    };
}

meters! {
    /// Direct and social users of pools on Lite.
    lite Lite "Lite users"
    /// Direct and social users of pools on Essentials.
    essentials Essentials "Essentials users"
    /// Direct and social users of pools on Plus.
    plus Plus "Plus users"
    /// Direct and social users of pools that kept the price from before 22 November 2024.
    legacy Legacy "Legacy users"
    /// Users of legacy pools with advanced security, on top.
    legacy_advanced_security LegacyAdvancedSecurity "Users with advanced security"
    /// Users of SAML and OIDC providers.
    federated Federated "SAML and OIDC users"
    /// Successful token requests of machines.
    token_requests TokenRequests "Token requests of machines"
    /// App clients that request tokens for machines, if that is billed at all.
    token_clients TokenClients "App clients of machines"
    /// Requests a second above the default rate, kept for a whole month.
    extra_rate_whole_month ExtraRateWholeMonth "Requests a second for a month"
    /// Requests a second above the default rate, for a part of a month.
    extra_rate_part_month ExtraRatePartMonth "Requests a second for part of a month"
    /// Users of Essentials pools that are replicated to another Region.
    replication_essentials ReplicationEssentials "Replicated Essentials users"
    /// Users of Plus pools that are replicated to another Region.
    replication_plus ReplicationPlus "Replicated Plus users"
    /// E-mails through Amazon SES.
    emails Emails "E-mails through SES"
}

/// The prices that hold in one Region, and how sure they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    /// The Region that was asked for.
    pub region: Region,
    /// The Region whose prices stand in for what was not read.
    pub base_region: Region,
    /// What is free.
    pub free: FreeTiers,
    /// What the rest costs.
    pub tariffs: Tariffs,
    /// The meters whose price was read for this very Region; the others are the base's.
    pub confirmed: Vec<Meter>,
    /// What the table says about the Region; `None` when nothing.
    pub note: Option<String>,
}

impl Prices {
    /// Whether a meter's price was read for this very Region.
    #[must_use]
    pub fn is_confirmed(&self, meter: Meter) -> bool {
        self.confirmed.contains(&meter)
    }
}

/// One number of the table with its origin, for a list that a person can check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The Region that it was read for.
    pub region: Region,
    /// What it is about ("Lite users, from 90,001 to 990,000 after what is free").
    pub what: String,
    /// Dollars for one unit, or a free quantity.
    pub value: Decimal,
    /// Where it was read and when.
    pub sources: Vec<Source>,
    /// What is in doubt or special about it; `None` when nothing is.
    pub note: Option<String>,
}

impl PriceTable {
    /// The table that comes with Poolkeeper.
    ///
    /// # Errors
    /// None in a build whose tests passed.
    pub fn built_in() -> Result<Self, InvalidPriceTable> {
        check::read(include_str!("prices.json"), None)
    }

    /// Reads a table that a person edited or imported. `today` is there to refuse one from the future.
    ///
    /// # Errors
    /// [`InvalidPriceTable`] with every reason that was found; a table is used whole or not at all.
    pub fn parse(text: &str, today: Date) -> Result<Self, InvalidPriceTable> {
        check::read(text, Some(today))
    }

    /// The prices of a Region. Where the table says nothing of it, the base's prices stand in and are not `confirmed`.
    #[must_use]
    pub fn prices(&self, region: &Region) -> Prices {
        let base = &self.base;
        let own = self.regions.get(region);
        let is_base = *region == base.region;
        let read = |meter: Meter| is_base || own.is_some_and(|own| own.tariffs.of(meter).is_some());
        Prices {
            region: region.clone(),
            base_region: base.region.clone(),
            free: own.and_then(|own| own.free.as_ref()).unwrap_or(&base.free).clone(),
            tariffs: own.map_or_else(|| base.tariffs.clone(), |own| base.tariffs.with(&own.tariffs)),
            confirmed: Meter::ALL.iter().copied().filter(|meter| read(*meter)).collect(),
            note: own.and_then(|own| own.note.clone()),
        }
    }

    /// The prices of the Region that the table is built on.
    #[must_use]
    pub fn base_prices(&self) -> Prices {
        self.prices(&self.base.region)
    }

    /// How many days ago AWS's prices were last read for it; 0 on the day itself and before.
    #[must_use]
    pub fn age_in_days(&self, today: Date) -> u32 {
        let days = self.read_on.duration_until(today).as_hours() / 24;
        u32::try_from(days).unwrap_or_default()
    }

    /// Every number with its origin, the base's first.
    #[must_use]
    pub fn figures(&self) -> Vec<Figure> {
        let base = &self.base;
        let mut figures = self.free_figures(&base.region, &base.free);
        for meter in Meter::ALL {
            figures.extend(self.tariff_figures(&base.region, *meter, base.tariffs.of(*meter)));
        }
        for (region, own) in &self.regions {
            figures.extend(own.free.iter().flat_map(|free| self.free_figures(region, free)));
            for meter in Meter::ALL {
                let tariff = own.tariffs.of(*meter);
                figures.extend(tariff.into_iter().flat_map(|tariff| self.tariff_figures(region, *meter, tariff)));
            }
        }
        figures
    }

    fn free_figures(&self, region: &Region, free: &FreeTiers) -> Vec<Figure> {
        let tiers = [
            ("Free users of Lite and Essentials", &free.users),
            ("Free users of legacy pools", &free.legacy_users),
            ("Free SAML and OIDC users", &free.federated),
        ];
        let figure = |(what, tier): (&str, &FreeTier)| Figure {
            region: region.clone(),
            what: what.to_owned(),
            value: tier.quantity.into(),
            sources: self.named(&tier.sources),
            note: tier.note.clone(),
        };
        tiers.into_iter().map(figure).collect()
    }

    fn tariff_figures(&self, region: &Region, meter: Meter, tariff: &Tariff) -> Vec<Figure> {
        let mut from = 1;
        let mut figures = Vec::new();
        for bracket in &tariff.brackets {
            let end = bracket.up_to.map_or_else(|| "on".to_owned(), |last| format!("to {}", super::grouped(last)));
            let what = match (from, bracket.up_to) {
                (1, None) => meter.words().to_owned(),
                _ => format!("{}, from {} {end} after what is free", meter.words(), super::grouped(from)),
            };
            let sources = self.named(&tariff.sources);
            let note = tariff.note.clone();
            figures.push(Figure { region: region.clone(), what, value: bracket.price, sources, note });
            from = bracket.up_to.map_or(from, |last| last.saturating_add(1));
        }
        figures
    }

    fn named(&self, keys: &[String]) -> Vec<Source> {
        keys.iter().filter_map(|key| self.sources.get(key)).cloned().collect()
    }
}
