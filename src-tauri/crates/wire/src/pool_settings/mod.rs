//! A pool, its clients and what stands around it, as a person reads them.

mod client;
mod compare;
mod identity_pool;
mod pool;
mod quotas;
mod save;
mod setting;

pub use client::{ClientSettingsView, ClientsSettingsView, ConfigurationView};
pub use compare::{CompareSettings, ComparedSettingView, ComparedView, Sides, when};
pub use identity_pool::{IdentityPoolSettingsView, IdentityPoolsSettingsView};
pub use pool::{AttributeView, DomainView, PoolSettingsView, ProviderView, ResourceServerView, TriggerSlotView};
pub use quotas::{QuotasView, RateView, ResourceView, resources};
pub use save::SaveSettings;
pub use setting::{FormView, PairView, RawView, SettingView, UnansweredView};
