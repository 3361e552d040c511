"""Signing up and in, and everything that a person does with their own tokens."""

import base64
import json
import secrets

import totp
from passkey import Passkey
from walk_directory import PASSWORD

SECOND = "Correct-Horse-2"
DEVICE = {"PasswordVerifier": base64.b64encode(secrets.token_bytes(384)).decode(), "Salt": base64.b64encode(b"s" * 16).decode()}


def run(walk):
    sign_up(walk)
    recover(walk)
    tokens = sign_in(walk, "ada", PASSWORD)
    profile(walk, tokens)
    factors(walk)
    devices(walk)
    passkeys(walk)
    administrator(walk)
    leave(walk)


def sign_in(walk, username, password):
    answer = walk.do("InitiateAuth", ClientId=walk.client, AuthFlow="USER_PASSWORD_AUTH",
                     AuthParameters={"USERNAME": username, "PASSWORD": password}, ClientMetadata={"why": "test"})
    return answer.get("AuthenticationResult", {})


def sign_up(walk):
    do, who = walk.do, {"ClientId": walk.client, "Username": "grace"}
    do("SignUp", **who, Password=PASSWORD, UserAttributes=[{"Name": "email", "Value": "grace@example.com"}])
    do("ResendConfirmationCode", **who)
    walk.refused("CodeMismatchException", "ConfirmSignUp", **who, ConfirmationCode="000000")
    do("ConfirmSignUp", **who, ConfirmationCode=walk.peer.code("grace"))
    do("SignUp", ClientId=walk.client, Username="joan", Password=PASSWORD,
       UserAttributes=[{"Name": "email", "Value": "joan@example.com"}])
    do("AdminConfirmSignUp", UserPoolId=walk.pool, Username="joan")


def recover(walk):
    do, who = walk.do, {"ClientId": walk.client, "Username": "grace"}
    do("ForgotPassword", **who)
    do("ConfirmForgotPassword", **who, ConfirmationCode=walk.peer.code("grace"), Password=SECOND)


def profile(walk, tokens):
    do, me = walk.do, {"AccessToken": tokens.get("AccessToken", "none")}
    do("GetUser", **me)
    do("GetUserAuthFactors", **me)
    do("UpdateUserAttributes", **me, UserAttributes=[{"Name": "name", "Value": "Ada"}, {"Name": "custom:team", "Value": "x"}])
    do("DeleteUserAttributes", **me, UserAttributeNames=["custom:team"])
    do("UpdateUserAttributes", **me, UserAttributes=[{"Name": "email", "Value": "ada2@example.com"}])
    do("GetUserAttributeVerificationCode", **me, AttributeName="email")
    do("VerifyUserAttribute", **me, AttributeName="email", Code=walk.peer.code("ada"))
    do("ChangePassword", **me, PreviousPassword=PASSWORD, ProposedPassword=SECOND)
    do("SetUserSettings", **me, MFAOptions=[{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}])
    do("SetUserSettings", **me, MFAOptions=[])
    sign_in(walk, "ada", SECOND)
    others = [s for s in do("ListUserSessions", **me).get("Sessions", []) if not s.get("IsCurrentSession")]
    if others:
        do("RevokeUserSession", **me, SessionId=others[0]["SessionId"])
    key = tokens.get("NewDeviceMetadata", {}).get("DeviceKey", "eu-west-1_0")
    fresh = do("GetTokensFromRefreshToken", RefreshToken=tokens.get("RefreshToken", "none"), ClientId=walk.client, DeviceKey=key)
    do("RevokeToken", Token=fresh.get("AuthenticationResult", {}).get("RefreshToken") or tokens.get("RefreshToken", "none"),
       ClientId=walk.client)
    walk.refused("NotAuthorizedException", "GetUser", **me)
    do("GlobalSignOut", AccessToken=sign_in(walk, "ada", SECOND).get("AccessToken", "none"))
    do("GetClientToken", ClientId=walk.machine, Secret=walk.secret, Scopes=["https://api.example/read"])


def factors(walk):
    do = walk.do
    me = {"AccessToken": sign_in(walk, "grace", SECOND).get("AccessToken", "none")}
    secret = do("AssociateSoftwareToken", **me).get("SecretCode", "AAAAAAAA")
    do("VerifySoftwareToken", **me, UserCode=totp.code(secret, walk.peer.now()), FriendlyDeviceName="phone")
    do("SetUserMFAPreference", **me, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True})
    asked = do("InitiateAuth", ClientId=walk.client, AuthFlow="USER_PASSWORD_AUTH",
               AuthParameters={"USERNAME": "grace", "PASSWORD": SECOND})
    do("RespondToAuthChallenge", ClientId=walk.client, ChallengeName="SOFTWARE_TOKEN_MFA", Session=asked.get("Session", "x" * 20),
       ChallengeResponses={"USERNAME": "grace", "SOFTWARE_TOKEN_MFA_CODE": totp.code(secret, walk.peer.now() + 30)})
    one = {"UserPoolId": walk.pool, "Username": "grace"}
    do("AdminGetUser", **one)
    do("AdminGetUserAuthFactors", **one)
    do("AdminDeleteSoftwareToken", **one)
    do("AdminSetUserMFAPreference", **one, SoftwareTokenMfaSettings={"Enabled": False})


def devices(walk):
    do = walk.do
    tokens = sign_in(walk, "joan", PASSWORD)
    me, key = {"AccessToken": tokens.get("AccessToken", "none")}, tokens.get("NewDeviceMetadata", {}).get("DeviceKey", "eu-west-1_0")
    do("ConfirmDevice", **me, DeviceKey=key, DeviceName="laptop", DeviceSecretVerifierConfig=DEVICE)
    do("GetDevice", **me, DeviceKey=key)
    do("UpdateDeviceStatus", **me, DeviceKey=key, DeviceRememberedStatus="remembered")
    do("ListDevices", **me, Limit=10)
    one = {"UserPoolId": walk.pool, "Username": "joan"}
    do("AdminListDevices", **one, Limit=10)
    do("AdminGetDevice", **one, DeviceKey=key)
    do("AdminUpdateDeviceStatus", **one, DeviceKey=key, DeviceRememberedStatus="not_remembered")
    do("AdminForgetDevice", **one, DeviceKey=key)
    tokens = sign_in(walk, "joan", PASSWORD)
    me, key = {"AccessToken": tokens.get("AccessToken", "none")}, tokens.get("NewDeviceMetadata", {}).get("DeviceKey", "eu-west-1_0")
    do("ConfirmDevice", **me, DeviceKey=key, DeviceSecretVerifierConfig=DEVICE)
    do("ForgetDevice", **me, DeviceKey=key)


def passkeys(walk):
    do = walk.do
    policy = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}
    pool = do("CreateUserPool", PoolName="passkeys", Policies=policy).get("UserPool", {}).get("Id", "eu-west-1_0")
    do("SetUserPoolMfaConfig", UserPoolId=pool, WebAuthnConfiguration={"RelyingPartyId": "app.example"})
    client = do("CreateUserPoolClient", UserPoolId=pool, ClientName="app",
                ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_TOKEN_EXCHANGE_IMPERSONATION"])
    client = client.get("UserPoolClient", {}).get("ClientId", "none")
    do("AdminCreateUser", UserPoolId=pool, Username="ada", MessageAction="SUPPRESS")
    do("AdminSetUserPassword", UserPoolId=pool, Username="ada", Password=PASSWORD, Permanent=True)
    begin = lambda **more: do("InitiateAuth", ClientId=client, AuthFlow="USER_AUTH", AuthParameters={"USERNAME": "ada", **more})
    result = begin(PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD).get("AuthenticationResult", {})
    me = {"AccessToken": result.get("AccessToken", "none")}
    do("GetDerivedToken", ClientId=client, SubjectToken=result.get("AccessToken", "none"), SubjectTokenType="ACCESS_TOKEN",
       Audiences=["orders"], RequestedTokenType="ACCESS_TOKEN")
    key = Passkey("https://app.example", "app.example")
    options = do("StartWebAuthnRegistration", **me).get("CredentialCreationOptions", {"challenge": ""})
    do("CompleteWebAuthnRegistration", **me, Credential=key.register(options))
    asked = begin(PREFERRED_CHALLENGE="WEB_AUTHN")
    options = json.loads(asked.get("ChallengeParameters", {}).get("CREDENTIAL_REQUEST_OPTIONS", '{"challenge": ""}'))
    do("RespondToAuthChallenge", ClientId=client, ChallengeName="WEB_AUTHN", Session=asked.get("Session", "x" * 20),
       ChallengeResponses={"USERNAME": "ada", "CREDENTIAL": key.sign_in(options)})
    listed = do("ListWebAuthnCredentials", **me, MaxResults=1).get("Credentials", [])
    do("DeleteWebAuthnCredential", **me, CredentialId=listed[0]["CredentialId"] if listed else "none")
    do("DeleteUserPool", UserPoolId=pool)


def administrator(walk):
    do = walk.do
    do("AdminCreateUser", UserPoolId=walk.pool, Username="new", TemporaryPassword="Temporary-1", MessageAction="SUPPRESS")
    asked = do("AdminInitiateAuth", UserPoolId=walk.pool, ClientId=walk.client, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
               AuthParameters={"USERNAME": "new", "PASSWORD": "Temporary-1"},
               ContextData={"IpAddress": "192.0.2.1", "ServerName": "a", "ServerPath": "/", "HttpHeaders": []})
    do("AdminRespondToAuthChallenge", UserPoolId=walk.pool, ClientId=walk.client, ChallengeName="NEW_PASSWORD_REQUIRED",
       Session=asked.get("Session", "x" * 20), ChallengeResponses={"USERNAME": "new", "NEW_PASSWORD": PASSWORD})
    one = {"UserPoolId": walk.pool, "Username": "new"}
    events = do("AdminListUserAuthEvents", **one, MaxResults=10).get("AuthEvents", [])
    event = events[0]["EventId"] if events else "none"
    do("AdminUpdateAuthEventFeedback", **one, EventId=event, FeedbackValue="Valid")
    walk.refused("NotAuthorizedException", "UpdateAuthEventFeedback", **one, EventId=event, FeedbackToken="invented", FeedbackValue="Valid")
    sessions = do("AdminListUserSessions", **one).get("Sessions", [])
    if sessions:
        do("AdminRevokeUserSession", **one, SessionId=sessions[0]["SessionId"])


def leave(walk):
    me = {"AccessToken": sign_in(walk, "joan", PASSWORD).get("AccessToken", "none")}
    walk.do("DeleteUser", **me)
