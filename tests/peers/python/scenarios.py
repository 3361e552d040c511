"""What Cognito does, as scenarios that any server can be asked: the sandbox, ministack, moto.

Each scenario names the line of the fact sheet that decides. On the sandbox all must hold, and every exchange must fit
botocore's models. What the others do is printed as a table, so that a reader can choose.
"""

import argparse
import json
import sys
import traceback
import uuid

from models import Models
from peer import Peer, Refused

ALL = []
PASSWORD = "Correct-Horse-1"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


class Wrong(Exception):
    """What a server did instead."""


def cited(source):
    """What decides, in words: a line of the fact sheet, or what it leaves to the API reference and the guide."""
    place, _, what = source.partition(":")
    sources = {"API": f"API reference: `{what}`", "DG": f"Developer Guide: {what}"}
    return sources.get(place, f"§{place}, line {what}")


def scenario(source, what, door=False):
    """Adds a scenario; `door` for those that need what only the sandbox has: its outbox, its clock, its triggers.

    `source` is section and line of the fact sheet, as "4.1:213", or "API:" and an operation, or "DG:" and a subject."""

    def add(body):
        ALL.append((cited(source), what, door, body))
        return body

    return add


def expect(holds, instead):
    if not holds:
        raise Wrong(instead)


def refused(code, call, *arguments, **members):
    """Expects a refusal by this name, and gives its message."""
    try:
        call(*arguments, **members)
    except Refused as refusal:
        if refusal.code != code:
            raise
        return refusal.message
    raise Wrong("accepted")


class World:
    """A server, and short words for what most scenarios begin with."""

    def __init__(self, peer):
        self.peer, self.call = peer, peer.call

    def pool(self, **settings):
        made = self.call("CreateUserPool", PoolName="scenario", **settings)["UserPool"]
        self.made = made
        return made["Id"]

    def client(self, pool, **settings):
        settings = {"ClientName": "scenario", "ExplicitAuthFlows": FLOWS, **settings}
        return self.call("CreateUserPoolClient", UserPoolId=pool, **settings)["UserPoolClient"]

    def person(self, pool, username="ada", password=PASSWORD, **attributes):
        """Somebody who is confirmed; attributes by name, with `_` for the rest."""
        given = [{"Name": key.replace("custom_", "custom:"), "Value": value} for key, value in attributes.items()]
        self.call("AdminCreateUser", UserPoolId=pool, Username=username, UserAttributes=given, MessageAction="SUPPRESS")
        if password:
            self.call("AdminSetUserPassword", UserPoolId=pool, Username=username, Password=password, Permanent=True)
        return {"UserPoolId": pool, "Username": username}

    def user(self, pool, name="ada"):
        got = self.call("AdminGetUser", UserPoolId=pool, Username=name)
        got["Attributes"] = {a["Name"]: a["Value"] for a in got["UserAttributes"]}
        return got

    def start(self, client, name="ada", password=PASSWORD, flow="USER_PASSWORD_AUTH", **more):
        return self.call("InitiateAuth", ClientId=client["ClientId"], AuthFlow=flow,
                         AuthParameters={"USERNAME": name, "PASSWORD": password, **more})

    def tokens(self, client, name="ada", password=PASSWORD):
        answer = self.start(client, name, password)
        expect("AuthenticationResult" in answer, answer.get("ChallengeName", "no tokens"))
        return answer["AuthenticationResult"]

    def ready(self, **settings):
        """A pool, a client and somebody to sign in."""
        pool = self.pool(**settings)
        client = self.client(pool)
        self.person(pool)
        return pool, client

    def unique(self):
        return uuid.uuid4().hex[:12]


def outcome(server, peer, body, door):
    """`yes`, `–` where it cannot be asked, or `no` with what was done instead."""
    if door and server != "sandbox":
        return "–"
    try:
        body(World(peer))
        return "yes"
    except Wrong as wrong:
        return f"no: {wrong}"
    except Refused as refusal:
        return f"no: error {refusal.code}" if refusal.code.isdigit() else f"no: {refusal.code}"
    except Exception as error:
        if server == "sandbox":
            traceback.print_exc(file=sys.stdout)
        return f"no: {type(error).__name__}"


def main():
    import scenarios_directory, scenarios_identity, scenarios_oauth, scenarios_pool, scenarios_sign_in, scenarios_tokens  # noqa: E401
    import scenarios_door  # noqa: E401  Last: it moves the clock.

    arguments = argparse.ArgumentParser()
    arguments.add_argument("server", choices=["sandbox", "ministack", "moto"])
    arguments.add_argument("endpoint")
    arguments.add_argument("--out")
    arguments.add_argument("--only", default="")
    given = arguments.parse_args()
    models = Models() if given.server == "sandbox" else None
    peer = Peer(given.endpoint, models)
    results = []
    for section, what, door, body in ALL:
        if given.only in f"{section} {what}":
            results.append({"section": section, "what": what, "outcome": outcome(given.server, peer, body, door)})
    right = sum(result["outcome"] == "yes" for result in results)
    failures = [f"{r['section']}: {r['what']}: {r['outcome']}" for r in results if r["outcome"] not in ("yes", "–")]
    failures += models.problems if models else []
    if given.out:
        with open(given.out, "w", encoding="utf-8") as file:
            json.dump(results, file)
    print(f"{given.server}: {right} of {len(results)} scenarios hold")
    if models:
        print("\n".join(failures))
        return 1 if failures else 0
    return 0


if __name__ == "__main__":
    sys.modules["scenarios"] = sys.modules["__main__"]
    sys.exit(main())
