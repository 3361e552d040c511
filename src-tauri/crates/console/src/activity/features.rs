//! Which features that depend on the plan the pool uses.

use std::collections::HashMap;

use model::ClientId;
use model::cost::{Feature, FeatureUse, features_used};
use model::health::Snapshot;
use serde_json::Value;
use store::Cache;

use crate::error::Error;
use crate::pool::{Live, OpenPool};

impl OpenPool {
    /// Which features that need a plan above Lite the pool uses (`DescribeUserPool`, `GetUserPoolMfaConfig`,
    /// `GetLogDeliveryConfiguration`, `DescribeUserPoolDomain`, `ListUserPoolReplicas`, `ListUserPoolClients`; free). Without
    /// AWS it is what the last copy of the settings tells; what nothing tells is unknown.
    pub async fn features(&self) -> Vec<(Feature, FeatureUse)> {
        let told = match self.live.get() {
            Some(live) => self.features_now(live).await,
            None => self.features_kept().await,
        };
        told.unwrap_or_else(|error| {
            tracing::info!(%error, "which features the pool uses is unknown");
            Feature::ALL.map(|feature| (feature, FeatureUse::Unknown)).to_vec()
        })
    }

    async fn features_now(&self, live: &Live) -> Result<Vec<(Feature, FeatureUse)>, Error> {
        let mut settings = Snapshot::new(self.key.pool.clone(), self.now());
        live.session.read_features(&mut settings).await?;
        let known = self.read(Cache::clients).await?;
        let known: HashMap<ClientId, bool> =
            known.into_iter().map(|(client, _)| (client.id, client.refresh_rotation)).collect();
        // What a sync read of the clients holds for those that there are; of one that is new nothing is known.
        let listed = live.session.clients(&self.key.pool).await.inspect_err(|error| {
            tracing::info!(%error, "which app clients the pool has is unknown");
        });
        let rotation = |(client, _): &(ClientId, String)| known.get(client).copied();
        let rotates = listed.ok().and_then(|listed| any(listed.iter().map(rotation)));
        Ok(features_used(&settings, rotates))
    }

    async fn features_kept(&self) -> Result<Vec<(Feature, FeatureUse)>, Error> {
        let kept = self.copy(self.now()).await?;
        let settings = kept.unwrap_or_else(|| Snapshot::new(self.key.pool.clone(), self.now()));
        let rotation = |client: &str| {
            let client = settings.body("DescribeUserPoolClient", client)?;
            let feature = client.pointer("/UserPoolClient/RefreshTokenRotation/Feature").and_then(Value::as_str);
            Some(feature == Some("ENABLED"))
        };
        let rotates = settings.clients().and_then(|clients| any(clients.into_iter().map(rotation)));
        Ok(features_used(&settings, rotates))
    }
}

/// Whether one of several does; `None` where none is known to and some are not known.
fn any(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let each: Vec<Option<bool>> = each.collect();
    if each.contains(&Some(true)) { Some(true) } else { each.iter().all(Option::is_some).then_some(false) }
}
