"""pycognito's own arithmetic for the cases on standard input, one JSON object a line, in the same order on standard output."""

import base64
import datetime
import json
import multiprocessing
import sys
import types

from pycognito import aws_srp


class Client:
    """pycognito wants one, and does not use it for arithmetic."""


def answer(line):
    case = json.loads(line)
    now = datetime.datetime.fromtimestamp(case["at"], datetime.timezone.utc)
    clock = types.SimpleNamespace(utcnow=lambda: now)
    aws_srp.datetime = types.SimpleNamespace(datetime=clock)
    # Everything random is given, so that no number is worked out in vain: pycognito begins with 128 random bytes.
    aws_srp.os = types.SimpleNamespace(urandom=lambda count: bytes.fromhex(case["exponent"]))
    srp = aws_srp.AWSSRP(case["user"], case["password"], case["pool"], case["client"], client=Client(),
                         client_secret=case["clientSecret"], device_key=case["deviceKey"],
                         device_group_key=case["deviceGroup"], device_password=case["password"])
    asked = {"USERNAME": case["user"], "USER_ID_FOR_SRP": case["user"], "SALT": case["salt"], "SRP_B": case["srpB"],
             "SECRET_BLOCK": case["secretBlock"]}
    proof = srp.process_challenge(asked, srp.get_auth_params())
    device = srp.process_device_challenge(asked)
    verifier = registered(case)
    return json.dumps({
        "srpA": srp.get_auth_params()["SRP_A"], "signature": proof["PASSWORD_CLAIM_SIGNATURE"], "timestamp": proof["TIMESTAMP"],
        "deviceSignature": device["PASSWORD_CLAIM_SIGNATURE"], "verifier": verifier["PasswordVerifier"],
        "verifierSalt": verifier["Salt"], "secretHash": proof["SECRET_HASH"],
    })


def registered(case):
    """A device's verifier for the password and the salt of the case, where pycognito takes random ones."""
    given = iter([None, bytes.fromhex(case["deviceSalt"])])
    aws_srp.os = types.SimpleNamespace(urandom=lambda count: next(given))
    aws_srp.base64 = types.SimpleNamespace(
        standard_b64encode=lambda data: case["password"].encode() if data is None else base64.standard_b64encode(data))
    try:
        return aws_srp.generate_hash_device(case["deviceGroup"], case["deviceKey"])[1]
    finally:
        import os
        aws_srp.os, aws_srp.base64 = os, base64


if __name__ == "__main__":
    with multiprocessing.Pool() as pool:
        for told in pool.imap(answer, sys.stdin, 8):
            print(told)
