"""§3.5, §5, §11.3: signing up, signing in, challenges, codes and lockout."""

import totp
from pycognito.aws_srp import AWSSRP, generate_hash_device

from scenarios import FLOWS, PASSWORD, expect, refused, scenario

CHANGED = "Changed-Horse-2"


def srp(world, pool, client, name="ada", password=PASSWORD, spoil=None):
    """Signs in with SRP by pycognito's own arithmetic; gives the last answer."""
    secret = client.get("ClientSecret")
    aws = AWSSRP(name, password, pool, client["ClientId"], client=world.peer.clients["cognito-idp"], client_secret=secret)
    asked = world.call("InitiateAuth", ClientId=client["ClientId"], AuthFlow="USER_SRP_AUTH", AuthParameters=aws.get_auth_params())
    expect(asked.get("ChallengeName") == "PASSWORD_VERIFIER", asked.get("ChallengeName"))
    answers = aws.process_challenge(asked["ChallengeParameters"], aws.get_auth_params())
    if spoil:
        spoil(answers)
    return world.call("RespondToAuthChallenge", ClientId=client["ClientId"], ChallengeName="PASSWORD_VERIFIER",
                      ChallengeResponses=answers, **({"Session": asked["Session"]} if "Session" in asked else {}))


def respond(world, client, asked, **answers):
    return world.call("RespondToAuthChallenge", ClientId=client["ClientId"], ChallengeName=asked["ChallengeName"],
                      Session=asked["Session"], ChallengeResponses={"USERNAME": "ada", **answers})


@scenario("5.4:300", "SRP signs in")
def _(world):
    pool, client = world.ready()
    expect("AccessToken" in srp(world, pool, client).get("AuthenticationResult", {}), "no tokens")


@scenario("5.2:280", "SRP with a wrong password is a NotAuthorizedException")
def _(world):
    pool, client = world.ready()
    refused("NotAuthorizedException", srp, world, pool, client, password="Wrong-Horse-1")


@scenario("5.4:317", "SRP with an altered signature is a NotAuthorizedException")
def _(world):
    pool, client = world.ready()
    spoil = lambda answers: answers.update(PASSWORD_CLAIM_SIGNATURE="A" + answers["PASSWORD_CLAIM_SIGNATURE"][1:-4] + "AAA=")
    refused("NotAuthorizedException", srp, world, pool, client, spoil=spoil)


@scenario("5.4:315", "SRP with an altered time is a NotAuthorizedException")
def _(world):
    pool, client = world.ready()
    refused("NotAuthorizedException", srp, world, pool, client, spoil=lambda answers: answers.update(TIMESTAMP="Tue Feb 1 03:04:05 UTC 2000"))


@scenario("5.4:311", "SRP by an alias: USER_ID_FOR_SRP is the stored name")
def _(world):
    pool = world.pool(UsernameAttributes=["email"])
    client = world.client(pool)
    world.person(pool, "ada@example.com", email_verified="true")
    expect("AccessToken" in srp(world, pool, client, "ada@example.com").get("AuthenticationResult", {}), "no tokens")


@scenario("5.4:308", "SRP_A of 0 is refused")
def _(world):
    _, client = world.ready()
    status, answer = world.peer.raw("cognito-idp", "InitiateAuth", {
        "ClientId": client["ClientId"], "AuthFlow": "USER_SRP_AUTH", "AuthParameters": {"USERNAME": "ada", "SRP_A": "0"}})
    expect(status == 400, "accepted")


@scenario("5.3:296", "A client with a secret demands SECRET_HASH")
def _(world):
    pool = world.pool()
    client = world.client(pool, GenerateSecret=True)
    world.person(pool)
    refused("NotAuthorizedException", world.tokens, client)
    wrong = totp.secret_hash("ada", client["ClientId"], "not the secret")
    refused("NotAuthorizedException", world.start, client, SECRET_HASH=wrong)
    right = totp.secret_hash("ada", client["ClientId"], client["ClientSecret"])
    expect("AuthenticationResult" in world.start(client, SECRET_HASH=right), "no tokens")


@scenario("5.3:296", "SRP with a client that has a secret")
def _(world):
    pool = world.pool()
    client = world.client(pool, GenerateSecret=True)
    world.person(pool)
    expect("AccessToken" in srp(world, pool, client).get("AuthenticationResult", {}), "no tokens")


@scenario("API:InitiateAuth", "A wrong password is a NotAuthorizedException")
def _(world):
    _, client = world.ready()
    refused("NotAuthorizedException", world.tokens, client, password="Wrong-Horse-1")


@scenario("11.3:482", "An unknown user is told by default, and hidden where the client prevents it")
def _(world):
    pool = world.pool()
    refused("UserNotFoundException", world.tokens, world.client(pool), "nobody")
    hidden = world.client(pool, PreventUserExistenceErrors="ENABLED")
    refused("NotAuthorizedException", world.tokens, hidden, "nobody")


@scenario("11.3:482", "A hidden unknown user gets an SRP challenge that is the same each time")
def _(world):
    client = world.client(world.pool(), PreventUserExistenceErrors="ENABLED")
    ask = lambda: world.call("InitiateAuth", ClientId=client["ClientId"], AuthFlow="USER_SRP_AUTH",
                             AuthParameters={"USERNAME": "nobody", "SRP_A": "7" * 700})["ChallengeParameters"]
    first, second = ask(), ask()
    expect(first["SALT"] == second["SALT"], "another salt")


@scenario("DG:sign-in attempts", "Five wrong passwords lock, for a while")
def _(world):
    _, client = world.ready()
    for _ in range(5):
        refused("NotAuthorizedException", world.tokens, client, password="Wrong-Horse-1")
    message = refused("NotAuthorizedException", world.tokens, client)
    expect("exceeded" in message, "another message")


@scenario("6.2:375", "A disabled user is a NotAuthorizedException")
def _(world):
    pool, client = world.ready()
    world.call("AdminDisableUser", UserPoolId=pool, Username="ada")
    expect("disabled" in refused("NotAuthorizedException", world.tokens, client), "another message")


@scenario("API:InitiateAuth", "Somebody who has not confirmed is a UserNotConfirmedException")
def _(world):
    client = world.client(world.pool())
    world.call("SignUp", ClientId=client["ClientId"], Username="ada", Password=PASSWORD)
    refused("UserNotConfirmedException", world.tokens, client)


@scenario("11.3:488", "Somebody who must reset is a PasswordResetRequiredException")
def _(world):
    pool = world.pool()
    client = world.client(pool)
    world.call("AdminResetUserPassword", **world.person(pool, email="a@example.com", email_verified="true"))
    refused("PasswordResetRequiredException", world.tokens, client)


@scenario("5.2:287", "A temporary password leads to NEW_PASSWORD_REQUIRED and then to tokens")
def _(world):
    pool = world.pool()
    client = world.client(pool)
    world.call("AdminCreateUser", UserPoolId=pool, Username="ada", TemporaryPassword=PASSWORD, MessageAction="SUPPRESS")
    asked = world.start(client)
    expect(asked.get("ChallengeName") == "NEW_PASSWORD_REQUIRED", asked.get("ChallengeName"))
    answer = respond(world, client, asked, NEW_PASSWORD=CHANGED)
    expect("AuthenticationResult" in answer, "no tokens")
    expect(world.user(pool)["UserStatus"] == "CONFIRMED", world.user(pool)["UserStatus"])
    refused("NotAuthorizedException", world.tokens, client, password=PASSWORD)


@scenario("5.2:287", "NEW_PASSWORD_REQUIRED demands required attributes that are missing")
def _(world):
    pool = world.pool(Schema=[{"Name": "family_name", "Required": True, "Mutable": True}])
    client = world.client(pool)
    status, answer = world.peer.raw("cognito-idp", "AdminCreateUser", {
        "UserPoolId": pool, "Username": "ada", "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS"})
    if status != 200:
        # Cognito may refuse here already; then there is nothing to demand.
        return expect(answer["__type"] == "InvalidParameterException", answer["__type"])
    asked = world.start(client)
    expect("family_name" in asked["ChallengeParameters"].get("requiredAttributes", ""), "not demanded")
    refused("InvalidParameterException", respond, world, client, asked, NEW_PASSWORD=CHANGED)


@scenario("API:RespondToAuthChallenge", "A new password that breaks the policy is an InvalidPasswordException, and the session stays good")
def _(world):
    pool = world.pool()
    client = world.client(pool)
    world.call("AdminCreateUser", UserPoolId=pool, Username="ada", TemporaryPassword=PASSWORD, MessageAction="SUPPRESS")
    refused("InvalidPasswordException", respond, world, client, world.start(client), NEW_PASSWORD="short")


@scenario("API:RespondToAuthChallenge", "A session is for once")
def _(world):
    pool = world.pool()
    client = world.client(pool)
    world.call("AdminCreateUser", UserPoolId=pool, Username="ada", TemporaryPassword=PASSWORD, MessageAction="SUPPRESS")
    asked = world.start(client)
    respond(world, client, asked, NEW_PASSWORD=CHANGED)
    refused("NotAuthorizedException", respond, world, client, asked, NEW_PASSWORD=CHANGED)


@scenario("API:RespondToAuthChallenge", "An invented session is a NotAuthorizedException")
def _(world):
    _, client = world.ready()
    refused("NotAuthorizedException", respond, world, client,
            {"ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": "invented-session-of-some-length"}, SOFTWARE_TOKEN_MFA_CODE="123456")


def with_totp(world):
    pool, client = world.ready(MfaConfiguration="OFF")
    world.call("SetUserPoolMfaConfig", UserPoolId=pool, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True})
    me = {"AccessToken": world.tokens(client)["AccessToken"]}
    secret = world.call("AssociateSoftwareToken", **me)["SecretCode"]
    world.call("VerifySoftwareToken", **me, UserCode=totp.code(secret, world.peer.now()))
    world.call("SetUserMFAPreference", **me, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True})
    return pool, client, secret


@scenario("5.2:284", "TOTP: enrolled, asked for, and the right code signs in")
def _(world):
    _, client, secret = with_totp(world)
    asked = world.start(client)
    expect(asked.get("ChallengeName") == "SOFTWARE_TOKEN_MFA", asked.get("ChallengeName", "not asked"))
    answer = respond(world, client, asked, SOFTWARE_TOKEN_MFA_CODE=totp.code(secret, world.peer.now() + 30))
    expect("AuthenticationResult" in answer, "no tokens")


@scenario("API:RespondToAuthChallenge", "TOTP: a wrong code is a CodeMismatchException")
def _(world):
    _, client, secret = with_totp(world)
    wrong = f"{(int(totp.code(secret, world.peer.now())) + 1) % 1_000_000:06}"
    refused("CodeMismatchException", respond, world, client, world.start(client), SOFTWARE_TOKEN_MFA_CODE=wrong)


@scenario("DG:TOTP", "TOTP: a code is good for once")
def _(world):
    _, client, secret = with_totp(world)
    code = totp.code(secret, world.peer.now() + 30)
    respond(world, client, world.start(client), SOFTWARE_TOKEN_MFA_CODE=code)
    refused("ExpiredCodeException", respond, world, client, world.start(client), SOFTWARE_TOKEN_MFA_CODE=code)


@scenario("API:VerifySoftwareToken", "TOTP: a wrong code does not enrol")
def _(world):
    pool, client = world.ready()
    world.call("SetUserPoolMfaConfig", UserPoolId=pool, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True})
    me = {"AccessToken": world.tokens(client)["AccessToken"]}
    secret = world.call("AssociateSoftwareToken", **me)["SecretCode"]
    wrong = f"{(int(totp.code(secret, world.peer.now())) + 1) % 1_000_000:06}"
    try:
        answer = world.call("VerifySoftwareToken", **me, UserCode=wrong)
    except Exception as error:
        return expect(getattr(error, "code", "") in ("EnableSoftwareTokenMFAException", "CodeMismatchException"), getattr(error, "code", "?"))
    expect(answer.get("Status") == "ERROR", "accepted")


@scenario("4.6:242", "AdminGetUser shows the factors, ListUsers does not")
def _(world):
    pool, _, _ = with_totp(world)
    user = world.user(pool)
    expect(user.get("UserMFASettingList") == ["SOFTWARE_TOKEN_MFA"], "not listed")
    expect(user.get("PreferredMfaSetting") == "SOFTWARE_TOKEN_MFA", "not preferred")
    listed = world.call("ListUsers", UserPoolId=pool)["Users"][0]
    expect(not listed.get("MFAOptions"), "shown")


@scenario("5.2:286", "Required MFA leads somebody without a factor to MFA_SETUP, and through it to tokens")
def _(world):
    pool, client = world.ready()
    world.call("SetUserPoolMfaConfig", UserPoolId=pool, MfaConfiguration="ON", SoftwareTokenMfaConfiguration={"Enabled": True})
    asked = world.start(client)
    expect(asked.get("ChallengeName") == "MFA_SETUP", asked.get("ChallengeName", "tokens"))
    expect("SOFTWARE_TOKEN_MFA" in asked["ChallengeParameters"].get("MFAS_CAN_SETUP", ""), "no MFAS_CAN_SETUP")
    begun = world.call("AssociateSoftwareToken", Session=asked["Session"])
    code = totp.code(begun["SecretCode"], world.peer.now())
    verified = world.call("VerifySoftwareToken", Session=begun["Session"], UserCode=code)
    expect(verified["Status"] == "SUCCESS", verified["Status"])
    asked["Session"] = verified["Session"]
    expect("AuthenticationResult" in respond(world, client, asked), "no tokens")


@scenario("5.2:283", "SMS as a second factor: the code in the message signs in", door=True)
def _(world):
    sms = {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "x"}
    pool = world.pool(SmsConfiguration=sms)
    client = world.client(pool)
    one = world.person(pool, phone_number="+4915112345678", phone_number_verified="true")
    world.call("SetUserPoolMfaConfig", UserPoolId=pool, MfaConfiguration="OPTIONAL", SmsMfaConfiguration={"SmsConfiguration": sms})
    world.call("AdminSetUserMFAPreference", **one, SMSMfaSettings={"Enabled": True, "PreferredMfa": True})
    asked = world.start(client)
    expect(asked.get("ChallengeName") == "SMS_MFA", asked.get("ChallengeName", "tokens"))
    parameters = asked["ChallengeParameters"]
    expect(parameters.get("CODE_DELIVERY_DELIVERY_MEDIUM") == "SMS", "no medium")
    expect("+4915112345678" not in parameters.get("CODE_DELIVERY_DESTINATION", ""), "the number is not masked")
    refused("CodeMismatchException", respond, world, client, asked, SMS_MFA_CODE="000000")
    asked = world.start(client)
    expect("AuthenticationResult" in respond(world, client, asked, SMS_MFA_CODE=world.peer.code("ada", pool)), "no tokens")


@scenario("5.2:277", "USER_AUTH without a preference offers SELECT_CHALLENGE, and EMAIL_OTP signs in", door=True)
def _(world):
    pool = world.pool(Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}})
    client = world.client(pool, ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    world.person(pool, email="a@example.com", email_verified="true")
    asked = world.call("InitiateAuth", ClientId=client["ClientId"], AuthFlow="USER_AUTH", AuthParameters={"USERNAME": "ada"})
    expect(asked.get("ChallengeName") == "SELECT_CHALLENGE", asked.get("ChallengeName"))
    expect({"PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"} <= set(asked.get("AvailableChallenges", [])), "other challenges")
    asked = respond(world, client, asked, ANSWER="EMAIL_OTP")
    expect(asked.get("ChallengeName") == "EMAIL_OTP", asked.get("ChallengeName"))
    expect("AuthenticationResult" in respond(world, client, asked, EMAIL_OTP_CODE=world.peer.code("ada", pool)), "no tokens")


@scenario("5.1:265", "USER_AUTH with the preference PASSWORD signs in at once")
def _(world):
    pool = world.pool()
    client = world.client(pool, ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    world.person(pool)
    answer = world.start(client, flow="USER_AUTH", PREFERRED_CHALLENGE="PASSWORD")
    expect("AuthenticationResult" in answer, answer.get("ChallengeName"))


@scenario("5.1:263", "USER_PASSWORD_AUTH is not for AdminInitiateAuth, nor ADMIN_USER_PASSWORD_AUTH for InitiateAuth")
def _(world):
    pool, client = world.ready()
    refused("InvalidParameterException", world.start, client, flow="ADMIN_USER_PASSWORD_AUTH")
    admin = {"UserPoolId": pool, "ClientId": client["ClientId"], "AuthParameters": {"USERNAME": "ada", "PASSWORD": PASSWORD}}
    answer = world.call("AdminInitiateAuth", AuthFlow="ADMIN_USER_PASSWORD_AUTH", **admin)
    expect("AuthenticationResult" in answer, "no tokens")


@scenario("5.1:264", "The legacy name ADMIN_NO_SRP_AUTH still signs in")
def _(world):
    pool, client = world.ready()
    answer = world.call("AdminInitiateAuth", UserPoolId=pool, ClientId=client["ClientId"], AuthFlow="ADMIN_NO_SRP_AUTH",
                        AuthParameters={"USERNAME": "ada", "PASSWORD": PASSWORD})
    expect("AuthenticationResult" in answer, "no tokens")


def signed_up(world, **settings):
    pool = world.pool(AutoVerifiedAttributes=["email"], **settings)
    client = world.client(pool)
    answer = world.call("SignUp", ClientId=client["ClientId"], Username="ada", Password=PASSWORD,
                        UserAttributes=[{"Name": "email", "Value": "ada@example.com"}])
    return pool, {"ClientId": client["ClientId"], "Username": "ada"}, answer, client


@scenario("API:SignUp", "SignUp sends a code to a masked address; the code confirms and verifies", door=True)
def _(world):
    pool, who, answer, client = signed_up(world)
    expect(answer["UserConfirmed"] is False and answer["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL", "no code")
    expect(answer["CodeDeliveryDetails"]["Destination"] != "ada@example.com", "not masked")
    world.call("ConfirmSignUp", **who, ConfirmationCode=world.peer.code("ada", pool))
    user = world.user(pool)
    expect((user["UserStatus"], user["Attributes"].get("email_verified")) == ("CONFIRMED", "true"), user["UserStatus"])
    world.tokens(client)


@scenario("API:ConfirmSignUp", "A wrong confirmation code is a CodeMismatchException")
def _(world):
    _, who, _, _ = signed_up(world)
    refused("CodeMismatchException", world.call, "ConfirmSignUp", **who, ConfirmationCode="000000")


@scenario("API:ConfirmSignUp", "Who has confirmed is not confirmed again: NotAuthorizedException")
def _(world):
    pool, who, _, _ = signed_up(world)
    world.call("AdminConfirmSignUp", UserPoolId=pool, Username="ada")
    refused("NotAuthorizedException", world.call, "ConfirmSignUp", **who, ConfirmationCode="000000")
    refused("InvalidParameterException", world.call, "ResendConfirmationCode", **who)


@scenario("API:SignUp", "A name that is taken is a UsernameExistsException at sign-up")
def _(world):
    _, who, _, _ = signed_up(world)
    refused("UsernameExistsException", world.call, "SignUp", **who, Password=PASSWORD)


@scenario("API:CreateUserPool", "Where administrators alone create users, SignUp is a NotAuthorizedException")
def _(world):
    client = world.client(world.pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}))
    refused("NotAuthorizedException", world.call, "SignUp", ClientId=client["ClientId"], Username="ada", Password=PASSWORD)


@scenario("3.4:188", "A password that breaks the policy is an InvalidPasswordException")
def _(world):
    client = world.client(world.pool())
    for password in ("Short-1", "no-capitals-1", "NO-SMALL-1", "No-Digits", "NoSymbols1"):
        refused("InvalidPasswordException", world.call, "SignUp", ClientId=client["ClientId"], Username="ada", Password=password)


@scenario("API:ConfirmForgotPassword", "A forgotten password: the code sets a new one", door=True)
def _(world):
    pool = world.pool()
    client = world.client(pool)
    world.person(pool, email="ada@example.com", email_verified="true")
    who = {"ClientId": client["ClientId"], "Username": "ada"}
    world.call("ForgotPassword", **who)
    code = world.peer.code("ada", pool)
    wrong = "000000" if code != "000000" else "111111"
    refused("CodeMismatchException", world.call, "ConfirmForgotPassword", **who, ConfirmationCode=wrong, Password=CHANGED)
    world.call("ConfirmForgotPassword", **who, ConfirmationCode=code, Password=CHANGED)
    world.tokens(client, password=CHANGED)
    refused("ExpiredCodeException", world.call, "ConfirmForgotPassword", **who, ConfirmationCode=code, Password=PASSWORD)


@scenario("API:ForgotPassword", "ForgotPassword without a verified address or number is an InvalidParameterException")
def _(world):
    _, client = world.ready()
    refused("InvalidParameterException", world.call, "ForgotPassword", ClientId=client["ClientId"], Username="ada")


@scenario("3.5:199", "ChangePassword wants the old password, and five tries an hour are enough")
def _(world):
    _, client = world.ready()
    me = {"AccessToken": world.tokens(client)["AccessToken"]}
    for _ in range(5):
        refused("NotAuthorizedException", world.call, "ChangePassword", **me, PreviousPassword="Wrong-Horse-1", ProposedPassword=CHANGED)
    refused("LimitExceededException", world.call, "ChangePassword", **me, PreviousPassword=PASSWORD, ProposedPassword=CHANGED)


@scenario("3.5:199", "Fifteen tries to confirm an hour are enough")
def _(world):
    _, who, _, _ = signed_up(world)
    codes = []
    for _ in range(16):
        try:
            world.call("ConfirmSignUp", **who, ConfirmationCode="000000")
        except Exception as error:
            codes.append(getattr(error, "code", "?"))
    expect("LimitExceededException" in codes or "TooManyFailedAttemptsException" in codes, "never limited")


@scenario("API:CreateUserPool", "A password from the history is refused")
def _(world):
    pool, client = world.ready(Policies={"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 2}})
    me = {"AccessToken": world.tokens(client)["AccessToken"]}
    world.call("ChangePassword", **me, PreviousPassword=PASSWORD, ProposedPassword=CHANGED)
    refused("PasswordHistoryPolicyViolationException", world.call, "ChangePassword", **me, PreviousPassword=CHANGED,
            ProposedPassword=PASSWORD)


@scenario("11.3:483", "A client may write only the attributes that it is allowed to")
def _(world):
    pool = world.pool(Schema=[{"Name": "role", "AttributeDataType": "String", "Mutable": True}])
    client = world.client(pool, WriteAttributes=["email", "name"])
    world.person(pool)
    me = {"AccessToken": world.tokens(client)["AccessToken"]}
    refused("NotAuthorizedException", world.call, "UpdateUserAttributes", **me, UserAttributes=[{"Name": "custom:role", "Value": "x"}])


@scenario("API:CreateUserPoolClient", "A client reads only the attributes that it is allowed to")
def _(world):
    pool = world.pool()
    client = world.client(pool, ReadAttributes=["email"])
    world.person(pool, email="a@example.com", name="Ada")
    got = world.call("GetUser", AccessToken=world.tokens(client)["AccessToken"])["UserAttributes"]
    names = {a["Name"] for a in got}
    expect("name" not in names, "name is read")
    expect("email" in names, "email is not read")


@scenario("5.1:272", "An own-token operation with an invented token is a NotAuthorizedException")
def _(world):
    world.pool()
    refused("NotAuthorizedException", world.call, "GetUser", AccessToken="invented")


@scenario("5.1:266", "CUSTOM_AUTH without triggers is refused")
def _(world):
    pool = world.pool()
    world.person(pool)
    client = world.client(pool, ExplicitAuthFlows=[*FLOWS, "ALLOW_CUSTOM_AUTH"])
    status, answer = world.peer.raw("cognito-idp", "InitiateAuth", {
        "ClientId": client["ClientId"], "AuthFlow": "CUSTOM_AUTH", "AuthParameters": {"USERNAME": "ada"}})
    expect(status == 400, "accepted")


@scenario("5.4:329", "With remembered devices, a sign-in brings a device key; the device signs in with SRP")
def _(world):
    pool = world.pool(DeviceConfiguration={"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False})
    client = world.client(pool)
    world.person(pool)
    tokens = srp(world, pool, client)["AuthenticationResult"]
    device = tokens.get("NewDeviceMetadata")
    expect(device and device.get("DeviceKey", "").startswith("eu-west-1_") and device.get("DeviceGroupKey"), "no device key")
    password, verifier = generate_hash_device(device["DeviceGroupKey"], device["DeviceKey"])
    answer = world.call("ConfirmDevice", AccessToken=tokens["AccessToken"], DeviceKey=device["DeviceKey"], DeviceSecretVerifierConfig=verifier)
    expect(answer.get("UserConfirmationNecessary") is False, "to be confirmed by the user")
    aws = AWSSRP("ada", PASSWORD, pool, client["ClientId"], client=world.peer.clients["cognito-idp"], device_key=device["DeviceKey"],
                 device_group_key=device["DeviceGroupKey"], device_password=password)
    again = aws.authenticate_user()
    expect("AccessToken" in again.get("AuthenticationResult", {}), again.get("ChallengeName"))
