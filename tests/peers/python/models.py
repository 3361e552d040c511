"""Holds requests and answers against the service models that botocore ships: members, types, required, enums,
patterns, lengths, ranges, timestamps and the shapes of errors."""

import base64
import binascii
import collections
import copy

import botocore.session
import regex

# What any operation may answer without declaring it: the front door says these, not the operation.
FRONT_DOOR = {
    "AccessDeniedException",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "NotImplementedException",
    "SerializationException",
    "UnknownOperationException",
    "ValidationException",
}
# What the text of an operation promises and its list of errors lacks.
IN_PROSE = {("AdminCreateUser", "AliasExistsException")}
# Where AWS breaks its own model: `phone_number_verified` is longer than a name of an attribute may be, and a flow that
# the text of GetClientToken demands is missing in the enum.
AWS_ITSELF = ("SchemaAttributes[].Name: length", "'ALLOW_CLIENT_TOKEN_AUTH' is none of")
# Worded for prefixes only, though the text allows names of custom domains, with dots.
UNLIMITED = {"DomainType"}
SERVICES = {"AWSCognitoIdentityProviderService": "cognito-idp", "AWSCognitoIdentityService": "cognito-identity"}


class Models:
    """The models of both services, and what was found wrong with the traffic so far."""

    def __init__(self):
        session = botocore.session.get_session()
        self.services = {name: session.get_service_model(name) for name in SERVICES.values()}
        self.problems = []
        self.succeeded = collections.Counter()
        self.exchanges = 0

    def operations(self):
        return [(service, name) for service, model in self.services.items() for name in model.operation_names]

    def exchange(self, service, name, request, status, headers, answer):
        """Checks one exchange. The request matters only when it was accepted."""
        self.exchanges += 1
        if answer is not None and not isinstance(answer, dict):
            return self._wrong(service, name, "the answer is no object")
        operation = self.services[service].operation_model(name)
        if status == 200:
            self.succeeded[(service, name)] += 1
            found = check(operation.input_shape, request, "request")
            found += check(operation.output_shape, answer or {}, "answer")
        else:
            found = self._error(operation, status, headers, answer or {})
        for problem in found:
            self._wrong(service, name, problem)

    def _error(self, operation, status, headers, answer):
        code = answer.get("__type")
        if not code:
            return [f"error {status} without __type"]
        found = []
        header = {name.lower(): value for name, value in headers.items()}.get("x-amzn-errortype", "")
        if header.split(":")[0] != code:
            found.append(f"error {code}: x-amzn-errortype is {header!r}")
        declared = {shape.name: shape for shape in operation.error_shapes}
        if code in declared:
            shape = declared[code]
            wanted = shape.metadata.get("error", {}).get("httpStatusCode")
            if wanted and wanted != status:
                found.append(f"error {code}: status {status}, the model says {wanted}")
            body = {name: value for name, value in answer.items() if name != "__type"}
            found += check(shape, body, f"error {code}")
        elif code not in FRONT_DOOR and (operation.name, code) not in IN_PROSE:
            found.append(f"error {code} is not declared: {answer.get('message')}")
        return found

    def _wrong(self, service, name, problem):
        line = f"{service} {name}: {problem}"
        if any(known in line for known in AWS_ITSELF):
            return
        if line not in self.problems:
            self.problems.append(line)


def check(shape, value, path):
    """What is wrong with a value, as sentences."""
    if shape is None:
        return [] if not value else [f"{path}: the model has no members"]
    found = []
    kind = shape.type_name
    if kind == "structure":
        if shape.metadata.get("document"):
            return []
        if not isinstance(value, dict):
            return [f"{path}: {_name(value)} instead of a structure"]
        for name in shape.required_members:
            if value.get(name) is None:
                found.append(f"{path}.{name}: required, and missing")
        for name, member in value.items():
            if name not in shape.members:
                found.append(f"{path}.{name}: not in the model")
            elif member is None:
                found.append(f"{path}.{name}: null")
            else:
                found += check(shape.members[name], member, f"{path}.{name}")
    elif kind == "list":
        if not isinstance(value, list):
            return [f"{path}: {_name(value)} instead of a list"]
        found += _length(shape, len(value), path)
        for item in value:
            found += check(shape.member, item, f"{path}[]")
    elif kind == "map":
        if not isinstance(value, dict):
            return [f"{path}: {_name(value)} instead of a map"]
        found += _length(shape, len(value), path)
        for key, item in value.items():
            found += check(shape.key, key, f"{path} key {key!r}")
            found += check(shape.value, item, f"{path}.{key}")
    elif kind == "string":
        if not isinstance(value, str):
            return [f"{path}: {_name(value)} instead of a string"]
        found += _length(shape, len(value), path)
        enum = shape.metadata.get("enum")
        if enum and value not in enum:
            found.append(f"{path}: {value!r} is none of {enum}")
        pattern = shape.metadata.get("pattern")
        if pattern and not matches(pattern, value):
            found.append(f"{path}: {value[:60]!r} does not match {pattern}")
    elif kind in ("integer", "long"):
        if isinstance(value, bool) or not isinstance(value, int):
            return [f"{path}: {_name(value)} instead of a whole number"]
        found += _range(shape, value, path)
    elif kind in ("float", "double", "timestamp"):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return [f"{path}: {_name(value)} instead of a number"]
    elif kind == "boolean":
        if not isinstance(value, bool):
            return [f"{path}: {_name(value)} instead of a boolean"]
    elif kind == "blob":
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, TypeError, ValueError):
            return [f"{path}: no base64"]
    return found


def matches(pattern, value):
    # A `\w` of the models is ASCII, as in Java; the classes of Unicode stay as they are.
    return regex.fullmatch(pattern.replace(r"\w", "A-Za-z0-9_"), value) is not None


def _name(value):
    return f"{type(value).__name__} {str(value)[:40]!r}"


def _length(shape, length, path):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and length < least:
        return [f"{path}: length {length} is less than {least}"]
    if most is not None and length > most:
        return [f"{path}: length {length} is more than {most}"]
    return []


def _range(shape, value, path):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least or most is not None and value > most:
        return [f"{path}: {value} is not within {least} and {most}"]
    return []


def violations(shape, request):
    """Requests like this one, each with one thing that the model forbids: a sentence and the request."""
    if shape is None:
        return
    for path, what, replacement in _spoiled(shape, request, ()):
        spoiled = copy.deepcopy(request)
        place = spoiled
        for step in path[:-1]:
            place = place[step]
        if replacement is _spoiled:
            del place[path[-1]]
        else:
            place[path[-1]] = replacement
        yield f"{'.'.join(map(str, path))}: {what}", spoiled


def _spoiled(shape, value, path):
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        for name in shape.required_members:
            if name in value:
                yield (*path, name), "missing", _spoiled
        for name, member in value.items():
            if name in shape.members:
                yield from _one(shape.members[name], member, (*path, name))
    elif kind == "list" and value:
        yield from _one(shape.member, value[0], (*path, 0))
    elif kind == "map" and value:
        name = next(iter(value))
        yield from _one(shape.value, value[name], (*path, name))


def _one(shape, value, path):
    kind = shape.type_name
    if shape.metadata.get("document"):
        return
    wrong = {"string": 17, "blob": 17, "structure": "x", "map": [], "list": {"a": "b"}}.get(kind, "x")
    yield path, f"{type(wrong).__name__} for a {kind}", wrong
    if shape.name in UNLIMITED:
        return
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if kind == "string":
        if least:
            yield path, f"shorter than {least}", value[: least - 1]
        if most is not None and most <= 140_000:
            yield path, f"longer than {most}", (value or "a") + (value[-1:] or "a") * (most + 1 - len(value))
        if shape.metadata.get("enum"):
            yield path, "outside the enum", "NONSENSE"
        pattern = shape.metadata.get("pattern")
        for bad in ("a\u0000b", "a b", "\u0000", "\u0000" * max(least or 1, 1)):
            if pattern and not matches(pattern, bad) and len(bad) >= (least or 0) and len(bad) <= (most or 1e9):
                yield path, f"not of the pattern {pattern}", bad
                break
    elif kind in ("integer", "long"):
        if least is not None:
            yield path, f"less than {least}", least - 1
        if most is not None and most < 2**31 - 1:
            yield path, f"more than {most}", most + 1
    elif kind == "list" and value:
        if least:
            yield path, f"fewer than {least}", []
        if most is not None and most <= 500:
            yield path, f"more than {most}", [copy.deepcopy(value[0]) for _ in range(most + 1)]
    if kind in ("structure", "list", "map"):
        yield from _spoiled(shape, value, path)
