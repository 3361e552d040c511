"""A software authenticator for passkeys (Web Authentication): one key on P-256, without attestation."""

import base64
import hashlib
import json
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def head(major, length):
    """The beginning of an item of CBOR (RFC 8949)."""
    if length < 24:
        return bytes([major << 5 | length])
    return bytes([major << 5 | 24, length]) if length < 256 else bytes([major << 5 | 25]) + length.to_bytes(2, "big")


def cbor(value):
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value)) + value.encode()
    return head(5, len(value)) + b"".join(cbor(key) + cbor(item) for key, item in value.items())


class Passkey:
    def __init__(self, origin, relying_party):
        self.origin, self.relying_party, self.id, self.uses = origin, relying_party, secrets.token_bytes(16), 0
        self.key = ec.generate_private_key(ec.SECP256R1())

    def _data(self, flags):
        self.uses += 1
        return hashlib.sha256(self.relying_party.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _client(self, kind, options):
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _answer(self, **response):
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "clientExtensionResults": {},
                "authenticatorAttachment": "platform", "response": response}

    def register(self, options):
        """`RegistrationResponseJSON`."""
        point = self.key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        data = self._data(0b1000101) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor(key)
        return self._answer(clientDataJSON=text(self._client("webauthn.create", options)), transports=["internal"],
                            attestationObject=text(cbor({"fmt": "none", "attStmt": {}, "authData": data})))

    def sign_in(self, options):
        """`AuthenticationResponseJSON`, as the text that `CREDENTIAL` is."""
        data, client = self._data(0b101), self._client("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return json.dumps(self._answer(clientDataJSON=text(client), authenticatorData=text(data), signature=text(signature)))
