"""Pools and what belongs to them: clients, domains, providers, resource servers, branding, terms, tags, limits."""

ROLE = "arn:aws:iam::123456789012:role/cognito"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH",
         "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
SCOPES = ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"]
PUBLIC = {
    "ClientName": "public", "ExplicitAuthFlows": FLOWS, "CallbackURLs": ["http://localhost:3000/callback"],
    "LogoutURLs": ["http://localhost:3000/out"], "DefaultRedirectURI": "http://localhost:3000/callback",
    "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": SCOPES, "AllowedOAuthFlowsUserPoolClient": True,
    "SupportedIdentityProviders": ["COGNITO"], "AccessTokenValidity": 30, "IdTokenValidity": 30,
    "RefreshTokenValidity": 30, "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"},
    "PreventUserExistenceErrors": "ENABLED", "EnableTokenRevocation": True, "AuthSessionValidity": 5,
    "ReadAttributes": ["email", "name", "custom:team", "phone_number"],
    "WriteAttributes": ["email", "name", "custom:team", "phone_number"],
}
SETTINGS = {
    "Policies": {
        "PasswordPolicy": {"MinimumLength": 8, "RequireUppercase": True, "RequireLowercase": True, "RequireNumbers": True,
                           "RequireSymbols": False, "PasswordHistorySize": 2, "TemporaryPasswordValidityDays": 7},
        "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]},
    },
    "DeletionProtection": "INACTIVE", "AutoVerifiedAttributes": ["email"],
    "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE", "EmailMessage": "Your code: {####}",
                                    "EmailSubject": "Your code", "SmsMessage": "Your code: {####}"},
    "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True},
    "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
    "SmsConfiguration": {"SnsCallerArn": ROLE, "ExternalId": "external"}, "UserPoolTags": {"stage": "test"},
    "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False, "InviteMessageTemplate": {
        "EmailMessage": "{username} {####}", "EmailSubject": "Welcome", "SMSMessage": "{username} {####}"}},
    "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}, "UserPoolTier": "PLUS",
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
}


def run(walk):
    do = walk.do
    made = do("CreateUserPool", PoolName="Everything", AliasAttributes=["email", "preferred_username"],
              UsernameConfiguration={"CaseSensitive": False}, MfaConfiguration="OFF", **SETTINGS,
              Schema=[{"Name": "team", "AttributeDataType": "String", "Mutable": True,
                       "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "40"}},
                      {"Name": "level", "AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "1"}}])
    pool = walk.pool = made.get("UserPool", {}).get("Id", "eu-west-1_none")
    arn = walk.arn = made.get("UserPool", {}).get("Arn", "")
    do("DescribeUserPool", UserPoolId=pool)
    do("ListUserPools", MaxResults=10)
    do("UpdateUserPool", UserPoolId=pool, PoolName="Everything again", **SETTINGS)
    do("AddCustomAttributes", UserPoolId=pool, CustomAttributes=[{"Name": "added", "AttributeDataType": "Boolean", "Mutable": True}])
    do("TagResource", ResourceArn=arn, Tags={"cost": "one", "other": "two"})
    do("ListTagsForResource", ResourceArn=arn)
    do("UntagResource", ResourceArn=arn, TagKeys=["other"])
    mfa(walk, pool)
    resource_server(walk, pool)
    clients(walk, pool)
    providers(walk, pool)
    domain(walk, pool)
    looks(walk, pool)
    security(walk, pool)
    limits(walk)
    imports(walk, pool)
    walk.refused("ResourceNotFoundException", "DescribeUserPool", UserPoolId="eu-west-1_doesNotEx")
    other = do("CreateUserPool", PoolName="Protected", DeletionProtection="ACTIVE").get("UserPool", {}).get("Id", "eu-west-1_none")
    walk.refused("InvalidParameterException", "DeleteUserPool", UserPoolId=other)
    do("UpdateUserPool", UserPoolId=other)
    do("DeleteUserPool", UserPoolId=other)


def mfa(walk, pool):
    walk.do("SetUserPoolMfaConfig", UserPoolId=pool, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True},
            SmsMfaConfiguration={"SmsAuthenticationMessage": "Code {####}", "SmsConfiguration": SETTINGS["SmsConfiguration"]})
    walk.do("GetUserPoolMfaConfig", UserPoolId=pool)


def resource_server(walk, pool):
    scopes = [{"ScopeName": "read", "ScopeDescription": "Reads"}, {"ScopeName": "write", "ScopeDescription": "Writes"}]
    walk.do("CreateResourceServer", UserPoolId=pool, Identifier="https://api.example", Name="API", Scopes=scopes)
    walk.do("DescribeResourceServer", UserPoolId=pool, Identifier="https://api.example")
    walk.do("UpdateResourceServer", UserPoolId=pool, Identifier="https://api.example", Name="The API", Scopes=scopes[:1])
    walk.do("ListResourceServers", UserPoolId=pool, MaxResults=10)
    walk.do("CreateResourceServer", UserPoolId=pool, Identifier="gone", Name="Gone")
    walk.do("DeleteResourceServer", UserPoolId=pool, Identifier="gone")


def clients(walk, pool):
    do = walk.do
    public = do("CreateUserPoolClient", UserPoolId=pool, **PUBLIC).get("UserPoolClient", {})
    walk.client = public.get("ClientId", "none")
    secret = do("CreateUserPoolClient", UserPoolId=pool, ClientName="machine", GenerateSecret=True,
                AllowedOAuthFlows=["client_credentials"], AllowedOAuthScopes=["https://api.example/read"],
                AllowedOAuthFlowsUserPoolClient=True, ExplicitAuthFlows=["ALLOW_CLIENT_TOKEN_AUTH"]).get("UserPoolClient", {})
    walk.machine, walk.secret = secret.get("ClientId", "none"), secret.get("ClientSecret", "none")
    do("DescribeUserPoolClient", UserPoolId=pool, ClientId=walk.client)
    do("ListUserPoolClients", UserPoolId=pool, MaxResults=10)
    do("UpdateUserPoolClient", UserPoolId=pool, ClientId=walk.client, **PUBLIC)
    added = do("AddUserPoolClientSecret", UserPoolId=pool, ClientId=walk.machine).get("ClientSecretDescriptor", {})
    do("ListUserPoolClientSecrets", UserPoolId=pool, ClientId=walk.machine)
    do("DeleteUserPoolClientSecret", UserPoolId=pool, ClientId=walk.machine, ClientSecretId=added.get("ClientSecretId", "none"))
    gone = do("CreateUserPoolClient", UserPoolId=pool, ClientName="gone").get("UserPoolClient", {}).get("ClientId", "none")
    do("DeleteUserPoolClient", UserPoolId=pool, ClientId=gone)
    walk.refused("ResourceNotFoundException", "DescribeUserPoolClient", UserPoolId=pool, ClientId=gone)


def providers(walk, pool):
    do, named = walk.do, {"UserPoolId": pool, "ProviderName": "Partner"}
    details = {"client_id": "a", "client_secret": "b", "authorize_scopes": "openid", "oidc_issuer": "https://idp.example",
               "attributes_request_method": "GET", "authorize_url": "https://idp.example/a", "token_url": "https://idp.example/t",
               "attributes_url": "https://idp.example/u", "jwks_uri": "https://idp.example/j"}
    do("CreateIdentityProvider", ProviderType="OIDC", ProviderDetails=details, AttributeMapping={"email": "email"},
       IdpIdentifiers=["partner"], **named)
    do("DescribeIdentityProvider", **named)
    do("GetIdentityProviderByIdentifier", UserPoolId=pool, IdpIdentifier="partner")
    do("UpdateIdentityProvider", ProviderDetails=details, AttributeMapping={"email": "mail"}, IdpIdentifiers=["partner"], **named)
    do("ListIdentityProviders", UserPoolId=pool, MaxResults=10)
    do("CreateIdentityProvider", UserPoolId=pool, ProviderName="Gone", ProviderType="OIDC", ProviderDetails=details)
    do("DeleteIdentityProvider", UserPoolId=pool, ProviderName="Gone")


def domain(walk, pool):
    do = walk.do
    do("CreateUserPoolDomain", UserPoolId=pool, Domain="every-operation", ManagedLoginVersion=2)
    do("DescribeUserPoolDomain", Domain="every-operation")
    do("UpdateUserPoolDomain", UserPoolId=pool, Domain="every-operation", ManagedLoginVersion=1)
    do("DeleteUserPoolDomain", UserPoolId=pool, Domain="every-operation")
    do("CreateUserPoolDomain", UserPoolId=pool, Domain="every-operation")


def looks(walk, pool):
    do = walk.do
    do("SetUICustomization", UserPoolId=pool, ClientId=walk.client, CSS=".label-customizable {font-weight: 400;}")
    do("GetUICustomization", UserPoolId=pool, ClientId=walk.client)
    made = do("CreateManagedLoginBranding", UserPoolId=pool, ClientId=walk.client, UseCognitoProvidedValues=True)
    branding = made.get("ManagedLoginBranding", {}).get("ManagedLoginBrandingId", "0e7a1ce8-0000-4000-8000-000000000000")
    do("DescribeManagedLoginBranding", UserPoolId=pool, ManagedLoginBrandingId=branding, ReturnMergedResources=False)
    do("DescribeManagedLoginBrandingByClient", UserPoolId=pool, ClientId=walk.client)
    do("UpdateManagedLoginBranding", UserPoolId=pool, ManagedLoginBrandingId=branding, UseCognitoProvidedValues=True)
    do("DeleteManagedLoginBranding", UserPoolId=pool, ManagedLoginBrandingId=branding)
    text = {"TermsSource": "LINK", "Enforcement": "NONE", "Links": {"cognito:default": "https://a.example/terms"}}
    made = do("CreateTerms", UserPoolId=pool, ClientId=walk.client, TermsName="terms-of-use", **text)
    terms = made.get("Terms", {}).get("TermsId", "0e7a1ce8-0000-4000-8000-000000000000")
    do("DescribeTerms", UserPoolId=pool, TermsId=terms)
    do("DescribeTermsByClient", UserPoolId=pool, ClientId=walk.client, TermsName="terms-of-use")
    do("ListTerms", UserPoolId=pool, MaxResults=10)
    do("UpdateTerms", UserPoolId=pool, TermsId=terms, TermsName="terms-of-use", **text)
    do("DeleteTerms", UserPoolId=pool, TermsId=terms)


def security(walk, pool):
    do = walk.do
    actions = {"LowAction": {"Notify": False, "EventAction": "NO_ACTION"}, "HighAction": {"Notify": False, "EventAction": "BLOCK"}}
    do("SetRiskConfiguration", UserPoolId=pool, AccountTakeoverRiskConfiguration={"Actions": actions},
       CompromisedCredentialsRiskConfiguration={"EventFilter": ["SIGN_IN"], "Actions": {"EventAction": "BLOCK"}},
       RiskExceptionConfiguration={"BlockedIPRangeList": ["192.0.2.0/24"]})
    do("DescribeRiskConfiguration", UserPoolId=pool)
    logs = [{"LogLevel": "ERROR", "EventSource": "userNotification",
             "CloudWatchLogsConfiguration": {"LogGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:cognito"}}]
    do("SetLogDeliveryConfiguration", UserPoolId=pool, LogConfigurations=logs)
    do("GetLogDeliveryConfiguration", UserPoolId=pool)
    do("GetSigningCertificate", UserPoolId=pool)
    session = {"UserPoolId": pool, "UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 5}}
    walk.do("SetUserPoolSessionConfiguration", **session)
    walk.do("GetUserPoolSessionConfiguration", UserPoolId=pool)
    walk.do("SetUserPoolClientSessionConfiguration", UserPoolId=pool, ClientId=walk.client, SSOSession={"MaxValidityMinutes": 30})
    walk.do("GetUserPoolClientSessionConfiguration", UserPoolId=pool, ClientId=walk.client)
    do("ListUserPoolReplicas", UserPoolId=pool)


def limits(walk):
    limit = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserAuthentication"}}
    walk.do("GetProvisionedLimit", LimitDefinition=limit)
    walk.do("UpdateProvisionedLimit", LimitDefinition=limit, RequestedLimitValue=120)


def imports(walk, pool):
    do = walk.do
    header = do("GetCSVHeader", UserPoolId=pool).get("CSVHeader", [])
    job = do("CreateUserImportJob", JobName="people", UserPoolId=pool, CloudWatchLogsRoleArn=ROLE).get("UserImportJob", {})
    if job:
        fixed = {"email_verified": "TRUE", "phone_number_verified": "FALSE", "cognito:mfa_enabled": "FALSE"}
        people = [{"cognito:username": f"imported-{n}", "email": f"imported-{n}@example.com", **fixed} for n in range(9000)]
        rows = [",".join(person.get(name, "") for name in header) for person in people]
        csv = "\n".join([",".join(header), *rows]) + "\n"
        status, _, text = walk.peer.http("PUT", job["PreSignedUrl"], csv.encode(), {"x-amz-server-side-encryption": "aws:kms"})
        if status != 200:
            walk.failures.append(f"upload: {status} {text}")
    named = {"UserPoolId": pool, "JobId": job.get("JobId", "import-none")}
    walk.refused("PreconditionNotMetException", "StopUserImportJob", **named)
    # So many rows take a moment: the job can be stopped.
    do("StartUserImportJob", **named)
    do("StopUserImportJob", **named)
    do("DescribeUserImportJob", **named)
    do("ListUserImportJobs", UserPoolId=pool, MaxResults=10)
