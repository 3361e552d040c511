"""Drives the sandbox through every operation that it implements, and holds each exchange against botocore's models.

Before the first proper call of an operation, every request that the model forbids is sent: none may be accepted.
An operation that the sandbox implements and that this never calls with success is a failure, by its name.
"""

import sys
import traceback

import walk_directory
import walk_identity
import walk_pool
import walk_sign_in
from models import Models, violations
from peer import Peer, Refused


# Its token is in messages about risky sign-ins, and no sign-in to a sandbox is risky: every call is refused rightly.
NEVER_SUCCEED = {("cognito-idp", "UpdateAuthEventFeedback")}


class Walk:
    def __init__(self, endpoint):
        self.models = Models()
        self.peer = Peer(endpoint, self.models)
        self.known = {pair for pair in self.models.operations() if self.peer.knows(*pair)}
        self.failures, self.spoiled, self.refusals, self.forbidden = [], set(), set(), 0

    def do(self, name, service="cognito-idp", **members):
        """Calls an operation; gives its answer, or nothing when it is unknown or fails, which is noted."""
        if (service, name) not in self.known:
            return {}
        self._forbidden(service, name, members)
        try:
            return self.peer.call(name, service, **members)
        except Refused as refused:
            self.failures.append(f"{service} {name}: {refused}")
        except Exception as error:
            self.failures.append(f"{service} {name}: {type(error).__name__}: {error}")
        return {}

    def refused(self, code, name, service="cognito-idp", **members):
        """Calls an operation that must be refused by this name."""
        if (service, name) not in self.known:
            return
        self._forbidden(service, name, members)
        try:
            self.peer.call(name, service, **members)
            self.failures.append(f"{service} {name}: accepted, where {code} is right")
        except Refused as refused:
            self.refusals.add((service, name))
            if refused.code != code:
                self.failures.append(f"{service} {name}: {refused}, where {code} is right")

    def _forbidden(self, service, name, members):
        shape = self.models.services[service].operation_model(name).input_shape
        for what, request in violations(shape, members):
            if (service, name, what) in self.spoiled:
                continue
            self.spoiled.add((service, name, what))
            self.forbidden += 1
            status, answer = self.peer.raw(service, name, request)
            if status == 200:
                self.failures.append(f"{service} {name}: accepted with {what}")
            elif answer.get("__type") not in ("InvalidParameterException", "SerializationException", "ValidationException"):
                self.failures.append(f"{service} {name}: {answer.get('__type')} for {what}")


def main(endpoint):
    walk = Walk(endpoint)
    for part in (walk_pool, walk_directory, walk_sign_in, walk_identity):
        try:
            part.run(walk)
        except Exception:
            walk.failures.append(traceback.format_exc())
    covered = {pair for pair in walk.known if walk.models.succeeded[pair]} | NEVER_SUCCEED & walk.refusals
    missing = sorted(walk.known - covered)
    failures = walk.failures + walk.models.problems
    failures += [f"{service} {name}: implemented, and never answered with success here" for service, name in missing]
    everything = walk.models.operations()
    print(f"{len(covered)} of {len(walk.known)} implemented operations covered ({len(everything)} in the models), "
          f"{walk.models.exchanges} exchanges checked, {walk.forbidden} forbidden requests sent")
    for failure in failures:
        print(failure)
    print(f"{len(failures)} failures")
    return 1 if failures or not walk.known else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
