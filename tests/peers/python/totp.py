"""Time-based one-time passwords (RFC 6238), as an authenticator app makes them."""

import base64
import hashlib
import hmac
import struct


def code(secret, now):
    """The six digits for a secret in base32 at a time in seconds."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(now) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def secret_hash(username, client_id, secret):
    """`SECRET_HASH` of a client with a secret."""
    digest = hmac.new(secret.encode(), (username + client_id).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
