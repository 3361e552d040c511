//! Where a pool's hosted login is.

use std::fmt;

use model::PoolId;
use url::Url;

use super::is_loopback_url;
use crate::error::{Context, Error, ErrorKind};
use crate::{Session, operations};

/// The base of a pool's domain: `https`, or `http` on this machine.
#[derive(Clone, PartialEq, Eq)]
pub struct Hosted {
    base: String,
}

impl fmt::Debug for Hosted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

impl Hosted {
    /// Takes a URL for the base.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] when it is neither `https` nor on the loopback interface.
    pub fn at(base: &str) -> Result<Self, Error> {
        let base = base.trim_end_matches('/');
        let safe = Url::parse(base).is_ok_and(|url| {
            url.scheme() == "https" && url.host_str().is_some() && url.username().is_empty() && url.password().is_none()
        });
        if safe || is_loopback_url(base) {
            return Ok(Self { base: base.to_owned() });
        }
        let message = "Hosted login needs https, or a server on this machine. Tokens are not sent anywhere else.";
        Err(Error::new(ErrorKind::Config, message))
    }

    /// The base, without a slash at its end.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// An address below it.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// The ends of the names that AWS gives its endpoints, by partition (AWS General Reference, service endpoints).
const AWS_NAMES: [&str; 5] =
    [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws", ".api.amazonwebservices.com.cn"];

/// Whether AWS itself answers at an endpoint, such as one of a VPC or one for FIPS.
fn is_of_aws(endpoint: &str) -> bool {
    let host = Url::parse(endpoint).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.is_some_and(|host| AWS_NAMES.iter().any(|name| host.trim_end_matches('.').ends_with(name)))
}

impl Session {
    /// Where the pool's hosted login is: at an endpoint that is not AWS's, there itself (the sandbox in process takes any),
    /// else at the pool's custom domain or its prefix (`DescribeUserPool`; IAM `cognito-idp:DescribeUserPool`; quota
    /// `UserPoolRead`; free). What an emulator calls a domain is somebody else's at AWS.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the pool has no domain; [`ErrorKind::Config`] at an endpoint without `https` elsewhere
    /// than on this machine. Otherwise as [`Session::describe_pool`].
    pub async fn hosted(&self, pool: &PoolId) -> Result<Hosted, Error> {
        let context = Context { pool: Some(pool.clone()), ..self.context(operations::DESCRIBE_USER_POOL) };
        if let Some(endpoint) = context.endpoint.as_deref().filter(|endpoint| !is_of_aws(endpoint)) {
            return Hosted::at(endpoint);
        }
        if self.in_process() {
            return Hosted::at("http://localhost");
        }
        let send = || self.cognito().describe_user_pool().user_pool_id(pool.as_str()).send();
        let described = self.call(&context, send).await?.user_pool;
        let (custom, prefix) = described.map(|pool| (pool.custom_domain, pool.domain)).unwrap_or_default();
        let filled = |name: Option<String>| name.filter(|name| !name.is_empty());
        let region = self.region().as_str();
        // AWS GovCloud has the FIPS hosts only.
        let auth = if region.starts_with("us-gov-") { "auth-fips" } else { "auth" };
        match (filled(custom), filled(prefix)) {
            (Some(custom), _) => Hosted::at(&format!("https://{custom}")),
            (None, Some(prefix)) => Hosted::at(&format!("https://{prefix}.{auth}.{region}.amazoncognito.com")),
            (None, None) => {
                let message =
                    "This pool has no domain, so it has no hosted login. Give it one: App integration, Domain.";
                Err(Error::new(ErrorKind::NotFound, message).of(&context))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_of_aws;

    #[test]
    fn endpoints_of_aws_are_known_by_the_end_of_their_names() {
        for aws in [
            "https://cognito-idp-fips.us-east-1.amazonaws.com",
            "https://vpce-1-a.cognito-idp.eu-west-1.vpce.amazonaws.com/",
            "https://cognito-idp.cn-north-1.amazonaws.com.cn",
            "https://COGNITO-IDP.eu-west-1.api.aws",
        ] {
            assert!(is_of_aws(aws), "{aws}");
        }
        for other in ["https://localhost:4566", "https://notamazonaws.com", "https://amazonaws.com.example", "nothing"]
        {
            assert!(!is_of_aws(other), "{other}");
        }
    }
}
