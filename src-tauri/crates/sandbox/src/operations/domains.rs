//! Domains of the hosted pages: one prefix and one custom domain for a pool.

use serde_json::{Map, Value, json};

use super::input::Input;
use super::{Answered, Call, nothing, output, pool_settings};
use crate::directory::Pool;
use crate::directory::record::Record;
use crate::protocol::ApiError;

/// Most custom domains of one account in one Region.
const MOST_CUSTOM: usize = 4;

/// Words that a prefix may not contain.
const RESERVED: [&str; 3] = ["aws", "amazon", "cognito"];

const SETTINGS: [&str; 3] = ["ManagedLoginVersion", "CustomDomainConfig", "Routing"];

fn no_such() -> ApiError {
    ApiError::invalid("No such domain or user pool exists.")
}

fn check_prefix(prefix: &str) -> Result<(), ApiError> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let edges = [prefix.bytes().next(), prefix.bytes().last()];
    let formed = prefix.len() <= 63
        && prefix.bytes().all(|b| plain(b) || b == b'-')
        && edges.iter().all(|edge| edge.is_some_and(plain));
    if !formed {
        let rule = "Member must satisfy regular expression pattern: ^[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?$";
        return Err(ApiError::constraint(prefix, "domain", rule));
    }
    match RESERVED.iter().find(|word| prefix.contains(*word)) {
        Some(word) => Err(ApiError::invalid(format!("Domain cannot contain reserved word: {word}"))),
        None => Ok(()),
    }
}

fn check_custom(name: &str) -> Result<(), ApiError> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if name.contains('.') && name.len() <= 253 && name.split('.').all(label) {
        Ok(())
    } else {
        Err(ApiError::invalid("A custom domain must be a fully qualified domain name."))
    }
}

fn check_settings(pool: &Pool, settings: &Map<String, Value>) -> Result<(), ApiError> {
    let certificate = settings.get("CustomDomainConfig").and_then(|config| config.get("CertificateArn"));
    if let Some(arn) = certificate.and_then(Value::as_str) {
        let parts: Vec<&str> = arn.split(':').collect();
        if parts.get(2) != Some(&"acm") || parts.get(3) != Some(&"us-east-1") {
            return Err(ApiError::invalid("The certificate must be one of Certificate Manager in us-east-1."));
        }
    }
    let tier = pool_settings::tier(&pool.settings);
    match settings.get("ManagedLoginVersion").and_then(Value::as_i64) {
        Some(2) if tier == "LITE" => Err(pool_settings::unavailable("Managed login", tier)),
        None | Some(1 | 2) => Ok(()),
        Some(_) => Err(ApiError::invalid("ManagedLoginVersion must be 1 or 2.")),
    }
}

/// A name of CloudFront that nobody has.
fn distribution(name: &str) -> String {
    let mut mark = 0_u64;
    for byte in name.bytes() {
        mark = mark.wrapping_mul(31).wrapping_add(u64::from(byte));
    }
    format!("d{mark:013x}.cloudfront.net")
}

fn answered(name: &str, domain: &Record) -> Answered {
    let mut out = domain.settings.clone();
    if out.remove("CustomDomainConfig").is_some() {
        out.insert("CloudFrontDomain".to_owned(), distribution(name).into());
    }
    output(&out)
}

/// `CreateUserPoolDomain`.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let name = input.text("Domain")?;
    let now_ms = call.moment.now_ms;
    let is_custom = input.has("CustomDomainConfig");
    let custom = |pool: &Pool| pool.resources.domain(true).is_some();
    let customs = call.world.pools.values().filter(|pool| custom(pool)).count();
    let taken = call.world.pools.values().any(|pool| pool.resources.domains.contains_key(name));
    let pool = call.pool(input.maybe("UserPoolId"))?;
    let formed = if is_custom { check_custom(name) } else { check_prefix(name) };
    formed?;
    let mut settings = input.only(&SETTINGS);
    settings.entry("ManagedLoginVersion").or_insert(json!(1));
    check_settings(pool, &settings)?;
    if taken {
        return Err(ApiError::invalid("Domain already associated with another user pool."));
    }
    if pool.resources.domain(is_custom).is_some() {
        let kind = if is_custom { "custom domain" } else { "domain prefix" };
        return Err(ApiError::invalid(format!("The user pool already has a {kind}.")));
    }
    if is_custom && customs >= MOST_CUSTOM {
        return Err(ApiError::new("LimitExceededException", "Number of custom domains exceeds the limit."));
    }
    let domain = Record::new(settings, now_ms);
    let answer = answered(name, &domain);
    pool.resources.domains.insert(name.to_owned(), domain);
    answer
}

/// `UpdateUserPoolDomain`: the name stays.
pub(super) fn update(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let name = input.text("Domain")?;
    let now_ms = call.moment.now_ms;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    let changes = input.only(&SETTINGS);
    check_settings(pool, &changes)?;
    let domain = pool.resources.domains.get_mut(name).ok_or_else(no_such)?;
    if changes.contains_key("CustomDomainConfig") && !domain.settings.contains_key("CustomDomainConfig") {
        return Err(ApiError::invalid("A domain prefix has no certificate."));
    }
    domain.change(changes, now_ms);
    answered(name, domain)
}

/// `DeleteUserPoolDomain`.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let name = input.text("Domain")?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    pool.resources.domains.remove(name).ok_or_else(no_such)?;
    nothing()
}

/// `DescribeUserPoolDomain`: an unknown name has an empty description and is no error.
pub(super) fn describe(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let name = input.text("Domain")?;
    let mut pools = call.world.pools.values().filter(|_| call.here);
    let found = pools.find_map(|pool| Some((pool, pool.resources.domains.get(name)?)));
    let Some((pool, domain)) = found else { return output(&json!({ "DomainDescription": {} })) };
    let mut out = domain.settings.clone();
    let fixed = json!({
        "UserPoolId": pool.id,
        "AWSAccountId": call.world.account,
        "Domain": name,
        "S3Bucket": "sandbox-hosted-pages",
        "CloudFrontDistribution": distribution(name),
        "Version": domain.created_ms.to_string(),
        "Status": "ACTIVE",
    });
    if let Value::Object(fixed) = fixed {
        out.extend(fixed);
    }
    output(&json!({ "DomainDescription": out }))
}
