//! What a pool loses when it goes to a lower plan.

use super::usage::PricePlan;

/// Something that needs a plan above Lite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Threat protection: adaptive authentication, compromised credentials.
    ThreatProtection,
    /// Export of user activity logs.
    UserActivityLogs,
    /// A pre token generation trigger with version 2 or 3 events.
    AccessTokenCustomization,
    /// E-mail as a second factor.
    EmailMfa,
    /// Passkeys and one-time passwords as the first factor.
    Passwordless,
    /// The branding designer of managed login.
    ManagedLoginBranding,
    /// Refusing passwords that were used before.
    PasswordHistory,
    /// Rotation of refresh tokens.
    RefreshTokenRotation,
    /// Tracking of sessions.
    SessionTracking,
    /// Replication to another Region.
    Replication,
}

/// Whether a pool uses a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeatureUse {
    /// It does.
    Used,
    /// It does not.
    NotUsed,
    /// Its settings were not read.
    Unknown,
}

/// A feature that the lower plan does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureLoss {
    /// The feature.
    pub feature: Feature,
    /// Whether the pool uses it.
    pub used: FeatureUse,
    /// Whether AWS refuses the switch until it is off; otherwise what happens is not documented.
    pub must_be_off_first: bool,
}

impl Feature {
    /// Every feature that depends on the plan.
    pub const ALL: [Self; 10] = [
        Self::ThreatProtection,
        Self::UserActivityLogs,
        Self::AccessTokenCustomization,
        Self::EmailMfa,
        Self::Passwordless,
        Self::ManagedLoginBranding,
        Self::PasswordHistory,
        Self::RefreshTokenRotation,
        Self::SessionTracking,
        Self::Replication,
    ];

    /// Its name in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ThreatProtection => "Threat protection",
            Self::UserActivityLogs => "Export of user activity logs",
            Self::AccessTokenCustomization => "Customization of access tokens (trigger version 2 or 3)",
            Self::EmailMfa => "E-mail as a second factor",
            Self::Passwordless => "Passkeys and one-time passwords as the first factor",
            Self::ManagedLoginBranding => "Branding of managed login",
            Self::PasswordHistory => "Refusing earlier passwords",
            Self::RefreshTokenRotation => "Rotation of refresh tokens",
            Self::SessionTracking => "Tracking of sessions",
            Self::Replication => "Replication to another Region",
        }
    }

    /// The lowest plan that has it.
    #[must_use]
    pub fn needs(self) -> PricePlan {
        match self {
            Self::ThreatProtection | Self::UserActivityLogs => PricePlan::Plus,
            _ => PricePlan::Essentials,
        }
    }

    /// Whether a plan has it. Legacy pools kept two things from before the plans: threat protection with its logs as an
    /// add-on, and version 2 events where they were on by 22 November 2024.
    #[must_use]
    pub fn is_in(self, plan: PricePlan) -> bool {
        let kept = [Self::ThreatProtection, Self::UserActivityLogs, Self::AccessTokenCustomization].contains(&self);
        plan.rank() >= self.needs().rank() || (plan == PricePlan::Legacy && kept)
    }

    /// Whether AWS's guide says that it must be off before the switch.
    #[must_use]
    pub fn must_be_off_first(self) -> bool {
        matches!(
            self,
            Self::ThreatProtection | Self::UserActivityLogs | Self::AccessTokenCustomization | Self::EmailMfa
        )
    }
}

/// What a pool loses from one plan to another, what it uses first. Empty on the way up.
///
/// A pool that leaves Lite loses the legacy price for good, so nothing comes back by going down to [`PricePlan::Legacy`].
#[must_use]
pub fn features_lost(from: PricePlan, to: PricePlan, used: impl Fn(Feature) -> FeatureUse) -> Vec<FeatureLoss> {
    let to = if from == PricePlan::Legacy { to } else { to.without_legacy() };
    let lost = |feature: &Feature| feature.is_in(from) && !feature.is_in(to);
    let mut losses: Vec<FeatureLoss> = Feature::ALL
        .into_iter()
        .filter(lost)
        .map(|feature| FeatureLoss { feature, used: used(feature), must_be_off_first: feature.must_be_off_first() })
        .collect();
    losses.sort_by_key(|loss| match loss.used {
        FeatureUse::Used => 0,
        FeatureUse::Unknown => 1,
        FeatureUse::NotUsed => 2,
    });
    losses
}

impl PricePlan {
    fn without_legacy(self) -> Self {
        if self == Self::Legacy { Self::Lite } else { self }
    }
}
