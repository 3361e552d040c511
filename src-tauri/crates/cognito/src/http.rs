//! The HTTP client: rustls, the environment's proxy, an optional certificate bundle, timeouts.

use std::path::Path;
use std::time::Duration;

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Connector, HttpClientError};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};

use crate::error::{Error, ErrorKind};

/// How long a connection may take to be made.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an attempt may take in all.
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a file may take to be brought to S3.
pub(crate) const UPLOAD_TIMEOUT: Duration = Duration::from_mins(14);

/// Makes a client. `direct` keeps it from using a proxy: nothing on this machine is behind one.
///
/// # Errors
/// [`ErrorKind::Config`] when the certificate bundle cannot be used.
pub(crate) fn client(bundle: Option<&Path>, direct: bool) -> Result<SharedHttpClient, Error> {
    let mut trust = TrustStore::default().with_native_roots(has_native_roots());
    if let Some(bundle) = bundle {
        trust.add_pem_certificate(certificates(bundle)?);
    }
    let tls = TlsContext::builder().with_trust_store(trust).build().map_err(|error: HttpClientError| {
        Error::new(ErrorKind::Config, format!("The trusted certificates cannot be used: {error}."))
    })?;
    let quick = connector(ATTEMPT_TIMEOUT, direct, tls.clone());
    let patient = connector(UPLOAD_TIMEOUT, direct, tls);
    Ok(http_client_fn(move |settings, _| {
        let long = settings.read_timeout().is_some_and(|limit| limit > ATTEMPT_TIMEOUT);
        if long { patient.clone() } else { quick.clone() }
    }))
}

fn connector(limit: Duration, direct: bool, tls: TlsContext) -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(limit).build();
    let connector = Connector::builder()
        .connector_settings(settings)
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .proxy_config(if direct { ProxyConfig::disabled() } else { ProxyConfig::from_env() })
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls)
        .build();
    SharedHttpConnector::new(connector)
}

/// The client panics on a trust store without a single root, as on a minimal system without `ca-certificates`.
fn has_native_roots() -> bool {
    !parsable(rustls_native_certs::load_native_certs()).0.is_empty()
}

/// Reads a bundle and makes sure that every certificate in it is one; the client panics on others.
fn certificates(bundle: &Path) -> Result<Vec<u8>, Error> {
    let refused = |why: &str| {
        let file = bundle.display();
        Error::new(ErrorKind::Config, format!("The certificate bundle {file} (AWS_CA_BUNDLE) {why}."))
    };
    let pem = std::fs::read(bundle).map_err(|error| refused(&format!("cannot be read ({error})")))?;
    let loaded = rustls_native_certs::load_certs_from_paths(Some(bundle), None);
    let unreadable = !loaded.errors.is_empty();
    match parsable(loaded) {
        (roots, 0) if !roots.is_empty() && !unreadable => Ok(pem),
        (roots, 0) if roots.is_empty() => Err(refused("holds no PEM certificate")),
        _ => Err(refused("holds something that is not a valid PEM certificate")),
    }
}

/// The roots among what was loaded, and how many were none.
fn parsable(loaded: rustls_native_certs::CertificateResult) -> (rustls::RootCertStore, usize) {
    let mut roots = rustls::RootCertStore::empty();
    let (_, ignored) = roots.add_parsable_certificates(loaded.certs);
    (roots, ignored)
}
