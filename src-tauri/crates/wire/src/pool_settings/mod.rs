//! A pool, its clients and what stands around it, as a person reads them.

mod client;
mod compare;
mod identity_pool;
mod pool;
mod quotas;
mod save;
mod setting;
mod style;

pub use client::{ClientSecretView, ClientSecretsView, ClientSettingsView, ClientsSettingsView, ConfigurationView};
pub use compare::{CompareSettings, ComparedSettingView, ComparedView, Sides, when};
pub use identity_pool::{IdentityPoolSettingsView, IdentityPoolsSettingsView};
pub use pool::{
    AttributeView, CertificateView, DomainView, PoolSettingsView, ProviderView, ResourceServerView, TriggerSlotView,
};
pub use quotas::{QuotasView, RateView, ResourceView, resources};
pub use save::SaveSettings;
pub(crate) use setting::instant;
pub use setting::{FormView, PairView, RawView, SettingView, UnansweredView};
pub use style::{ClassicStyleView, ClientStyleView, LogoView, ManagedStyleView, StyleImageView};
