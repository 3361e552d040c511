"""pycognito and boto3 sign in against `poolctl sandbox`, as its one line describes it; nothing in them is changed.

boto3 finds the sandbox by AWS_ENDPOINT_URL and pycognito the keys by COGNITO_JWKS: the issuer stays that of AWS.
"""

import json
import os
import sys
import urllib.request

import boto3

import totp


def main(description):
    endpoint, pool = description["endpoint"], description["userPoolId"]
    client = next(client["id"] for client in description["clients"] if not client["secret"])
    person = next(person for person in description["people"] if person["state"] == "CONFIRMED")
    with urllib.request.urlopen(f"{endpoint}/{pool}/.well-known/jwks.json") as answer:
        keys = answer.read().decode()
    os.environ.update(AWS_ENDPOINT_URL=endpoint, COGNITO_JWKS=keys, AWS_ACCESS_KEY_ID="made-up", AWS_SECRET_ACCESS_KEY="made-up",
                      AWS_REGION=description["region"])
    from pycognito import Cognito
    from pycognito.exceptions import ForceChangePasswordException, SoftwareTokenMFAChallengeException, TokenVerificationException

    idp = boto3.client("cognito-idp", region_name=description["region"])
    sign = lambda name: Cognito(pool, client, username=name)

    # Secure remote password; pycognito verifies both tokens against the sandbox's keys.
    user = sign(person["username"])
    user.authenticate(password=person["password"])
    assert user.id_claims["cognito:username"] == person["username"], user.id_claims
    assert user.access_claims["client_id"] == client, user.access_claims
    try:
        sign(person["username"]).authenticate(password=person["password"] + "x")
        raise AssertionError("a wrong password signs in")
    except idp.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "NotAuthorizedException", error
    done("SRP")

    # An altered token is refused by the library that verifies it.
    head, body, signature = user.access_token.split(".")
    try:
        user.verify_token(f"{head}.{body}.{signature[:-8]}AAAAAAAA", "access_token", "access")
        raise AssertionError("an altered token verifies")
    except TokenVerificationException:
        done("altered token refused")

    # Refresh.
    before = user.access_token
    user.renew_access_token()
    assert user.access_token != before
    assert idp.get_user(AccessToken=user.access_token)["Username"] == person["username"]
    done("refresh")

    # A temporary password must be changed first.
    idp.admin_create_user(UserPoolId=pool, Username="temporary", TemporaryPassword="Temporary-Horse-1", MessageAction="SUPPRESS")
    user = sign("temporary")
    try:
        user.authenticate(password="Temporary-Horse-1")
        raise AssertionError("a temporary password is enough")
    except ForceChangePasswordException:
        user.new_password_challenge("Temporary-Horse-1", "Permanent-Horse-1")
    user = sign("temporary")
    user.authenticate(password="Permanent-Horse-1")
    done("forced change")

    # A software token: enrolled, then asked for.
    idp.set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True})
    secret = user.associate_software_token()
    now = clock(idp, pool)
    assert user.verify_software_token(totp.code(secret, now), "phone")
    user.set_user_mfa_preference(sms_mfa=False, software_token_mfa=True, preferred="SOFTWARE_TOKEN")
    user = sign("temporary")
    try:
        user.authenticate(password="Permanent-Horse-1")
        raise AssertionError("one factor is enough")
    except SoftwareTokenMFAChallengeException as asked:
        user.respond_to_software_token_mfa_challenge(totp.code(secret, now + 30), asked.get_tokens())
    assert user.access_token
    done("TOTP")

    # Signing up, with the code of the outbox.
    user = sign("newcomer")
    user.set_base_attributes(email="newcomer@example.com")
    user.register("newcomer", "Newcomer-Horse-1")
    with urllib.request.urlopen(f"{endpoint}/_sandbox/outbox?user=newcomer") as answer:
        messages = json.load(answer)
    messages = messages if isinstance(messages, list) else next(iter(messages.values()))
    user.confirm_sign_up([m["code"] for m in messages if m["username"] == "newcomer"][-1])
    user.authenticate(password="Newcomer-Horse-1")
    done("sign-up with the code of the outbox")

    token = user.access_token
    user.logout()
    try:
        idp.get_user(AccessToken=token)
        raise AssertionError("a token outlives the logout")
    except idp.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "NotAuthorizedException", error
    done("logout")


def clock(idp, pool):
    from email.utils import parsedate_to_datetime

    answer = idp.describe_user_pool(UserPoolId=pool)
    return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp()


def done(what):
    print(f"pycognito and boto3: {what}", flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
