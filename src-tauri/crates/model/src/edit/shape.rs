//! The fields of the requests, as AWS's service models have them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Kind, MASK};

/// `{names}` are members, `[…]` is a list of such, `<…>` is a map whose names are free, `*` is anything; a name alone is a
/// text, a number, a flag, or a list of these.
const POOL: &str = "{PoolName UserPoolTier DeletionProtection MfaConfiguration AutoVerifiedAttributes \
    SmsVerificationMessage EmailVerificationMessage EmailVerificationSubject SmsAuthenticationMessage \
    Policies{PasswordPolicy{MinimumLength RequireUppercase RequireLowercase RequireNumbers RequireSymbols \
    PasswordHistorySize TemporaryPasswordValidityDays} SignInPolicy{AllowedFirstAuthFactors}} \
    LambdaConfig{PreSignUp CustomMessage PostConfirmation PreAuthentication PostAuthentication DefineAuthChallenge \
    CreateAuthChallenge VerifyAuthChallengeResponse PreTokenGeneration UserMigration KMSKeyID \
    PreTokenGenerationConfig{LambdaVersion LambdaArn} CustomSMSSender{LambdaVersion LambdaArn} \
    CustomEmailSender{LambdaVersion LambdaArn} InboundFederation{LambdaVersion LambdaArn}} \
    VerificationMessageTemplate{SmsMessage EmailMessage EmailSubject EmailMessageByLink EmailSubjectByLink \
    DefaultEmailOption} UserAttributeUpdateSettings{AttributesRequireVerificationBeforeUpdate} \
    DeviceConfiguration{ChallengeRequiredOnNewDevice DeviceOnlyRememberedOnUserPrompt} \
    EmailConfiguration{SourceArn ReplyToEmailAddress EmailSendingAccount From ConfigurationSet} \
    SmsConfiguration{SnsCallerArn ExternalId SnsRegion EumsSms{CallerArn ExternalId OriginationIdentity \
    ConfigurationSetName InEntityId InTemplateId Region}} UserPoolTags<> \
    AdminCreateUserConfig{AllowAdminCreateUserOnly UnusedAccountValidityDays \
    InviteMessageTemplate{SMSMessage EmailMessage EmailSubject}} \
    UserPoolAddOns{AdvancedSecurityMode AdvancedSecurityAdditionalFlows{CustomAuthMode}} \
    DcrConfiguration{EnableStatus OpenDcrEnabled AuthenticatedGrantTypes OpenDcrGrantTypes AllowedScopes} \
    AccountRecoverySetting{RecoveryMechanisms[{Priority Name}]} KeyConfiguration{KeyType KmsKeyArn} \
    IssuerConfiguration{Type} AcrConfiguration<{AcrValue}>}";

const MFA: &str = "{MfaConfiguration SmsMfaConfiguration{SmsAuthenticationMessage \
    SmsConfiguration{SnsCallerArn ExternalId SnsRegion EumsSms{CallerArn ExternalId OriginationIdentity \
    ConfigurationSetName InEntityId InTemplateId Region}}} SoftwareTokenMfaConfiguration{Enabled} \
    EmailMfaConfiguration{Message Subject} WebAuthnConfiguration{RelyingPartyId UserVerification FactorConfiguration}}";

const CLIENT: &str = "{ClientName RefreshTokenValidity AccessTokenValidity IdTokenValidity \
    TokenValidityUnits{AccessToken IdToken RefreshToken} ReadAttributes WriteAttributes ExplicitAuthFlows \
    SupportedIdentityProviders CallbackURLs LogoutURLs DefaultRedirectURI AllowedOAuthFlows AllowedOAuthScopes \
    AllowedOAuthFlowsUserPoolClient AnalyticsConfiguration{ApplicationId ApplicationArn RoleArn ExternalId \
    UserDataShared} PreventUserExistenceErrors EnableTokenRevocation EnablePropagateAdditionalUserContextData \
    AuthSessionValidity RefreshTokenRotation{Feature RetryGracePeriodSeconds}}";

const RISK: &str = "{CompromisedCredentialsRiskConfiguration{EventFilter Actions{EventAction}} \
    AccountTakeoverRiskConfiguration{NotifyConfiguration{From ReplyTo SourceArn BlockEmail{Subject HtmlBody TextBody} \
    NoActionEmail{Subject HtmlBody TextBody} MfaEmail{Subject HtmlBody TextBody}} Actions{LowAction{Notify EventAction} \
    MediumAction{Notify EventAction} HighAction{Notify EventAction}}} \
    RiskExceptionConfiguration{BlockedIPRangeList SkippedIPRangeList}}";

const IDENTITY_POOL: &str = "{IdentityPoolName AllowUnauthenticatedIdentities AllowClassicFlow SupportedLoginProviders<> \
    DeveloperProviderName OpenIdConnectProviderARNs CognitoIdentityProviders[{ProviderName ClientId \
    ServerSideTokenCheck}] SamlProviderARNs IdentityPoolTags<>}";

const ROLES: &str = "{Roles<> RoleMappings<{Type AmbiguousRoleResolution RulesConfiguration{Rules[{Claim MatchType Value \
    RoleARN}]}}>}";

const RESOURCE_SERVER: &str = "{Name Scopes[{ScopeName ScopeDescription}]}";

const PROVIDER: &str = "{ProviderDetails<> AttributeMapping<> IdpIdentifiers AcrMapping<>}";

const DOMAIN: &str = "{ManagedLoginVersion CustomDomainConfig{CertificateArn SecurityPolicy} Routing{Failover{SecondaryRegion \
    PrimaryRoute53HealthCheckId}}}";

const ATTRIBUTE: &str = "{CustomAttributes[{AttributeDataType DeveloperOnlyAttribute Mutable Required \
    NumberAttributeConstraints{MinValue MaxValue} StringAttributeConstraints{MinLength MaxLength}}]}";

/// Nothing of a secret is written: AWS makes it.
const CLIENT_SECRET: &str = "{}";

const LOGS: &str = "{LogConfigurations[{LogLevel EventSource CloudWatchLogsConfiguration{LogGroupArn} \
    S3Configuration{BucketArn} FirehoseConfiguration{StreamArn}}]}";

const PRINCIPAL_TAGS: &str = "{UseDefaults PrincipalTags<>}";

const STYLE: &str = "{UseCognitoProvidedValues Settings* Assets[{Category ColorMode Extension Bytes ResourceId}]}";

const CLASSIC_STYLE: &str = "{CSS ImageFile}";

/// What a value may look like.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text, a number, a flag, or a list of these.
    Plain,
    /// Anything: AWS takes it as it tells it.
    Any,
    Members(Vec<(&'static str, Shape)>),
    List(Box<Shape>),
    Named(Box<Shape>),
}

impl Shape {
    pub(super) fn of(kind: Kind) -> Self {
        let text = match kind {
            Kind::Pool => POOL,
            Kind::Mfa => MFA,
            Kind::Client => CLIENT,
            Kind::Risk | Kind::ClientRisk => RISK,
            Kind::IdentityPool => IDENTITY_POOL,
            Kind::Roles => ROLES,
            Kind::ResourceServer => RESOURCE_SERVER,
            Kind::Provider => PROVIDER,
            Kind::Domain => DOMAIN,
            Kind::Attribute => ATTRIBUTE,
            Kind::ClientSecret => CLIENT_SECRET,
            Kind::Logs => LOGS,
            Kind::PrincipalTags => PRINCIPAL_TAGS,
            Kind::Style => STYLE,
            Kind::ClassicStyle => CLASSIC_STYLE,
        };
        read(&mut text.trim_start())
    }

    /// Collects the places of a value that the shape has nothing for, and those that are masked.
    pub(super) fn lacks(&self, value: &Value, place: &str, found: &mut BTreeSet<String>) {
        let below = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
        match (self, value) {
            (Self::Any, _) => {}
            (Self::Members(members), Value::Object(map)) => {
                for (name, inner) in map {
                    match members.iter().find(|(member, _)| member == name) {
                        Some((_, shape)) => shape.lacks(inner, &below(name), found),
                        None => {
                            found.insert(below(name));
                        }
                    }
                }
            }
            (Self::Named(shape), Value::Object(map)) => {
                map.iter().for_each(|(name, inner)| shape.lacks(inner, &below(name), found));
            }
            (Self::List(shape), Value::Array(list)) => list.iter().for_each(|inner| shape.lacks(inner, place, found)),
            (Self::Plain, Value::Array(list)) if list.iter().all(is_plain) && !list.iter().any(is_masked) => {}
            (Self::Plain, value) if is_plain(value) && !is_masked(value) => {}
            (_, Value::Null) => {}
            _ => {
                found.insert(place.to_owned());
            }
        }
    }
}

fn is_plain(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

fn is_masked(value: &Value) -> bool {
    value == MASK
}

/// Reads one shape and leaves what comes after it.
fn read(text: &mut &'static str) -> Shape {
    let inside = |text: &mut &'static str, end: char| {
        let shape = read(text);
        *text = text.trim_start().strip_prefix(end).unwrap_or(text);
        Box::new(shape)
    };
    if let Some(rest) = text.strip_prefix('[') {
        *text = rest;
        return Shape::List(inside(text, ']'));
    }
    if let Some(rest) = text.strip_prefix('<') {
        *text = rest;
        return Shape::Named(inside(text, '>'));
    }
    if let Some(rest) = text.strip_prefix('*') {
        *text = rest;
        return Shape::Any;
    }
    let Some(rest) = text.strip_prefix('{') else { return Shape::Plain };
    *text = rest;
    let mut members = Vec::new();
    loop {
        *text = text.trim_start();
        let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        *text = rest;
        if name.is_empty() {
            *text = text.strip_prefix('}').unwrap_or(text);
            return Shape::Members(members);
        }
        members.push((name, read(text)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_read_to_their_end() {
        for kind in Kind::ALL {
            let Shape::Members(members) = Shape::of(kind) else { panic!("{kind:?}") };
            let fits = match kind {
                Kind::ClientSecret => members.is_empty(),
                Kind::Attribute | Kind::Logs => members.len() == 1,
                _ => members.len() > 1,
            };
            assert!(fits, "{kind:?}");
        }
        assert_eq!(read(&mut "{A* B}"), Shape::Members(vec![("A", Shape::Any), ("B", Shape::Plain)]));
        let rule = Shape::Members(vec![("A", Shape::Plain), ("B", Shape::List(Box::new(Shape::Plain)))]);
        assert_eq!(read(&mut "{A B[]}"), rule);
    }
}
