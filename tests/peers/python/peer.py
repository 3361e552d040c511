"""A server that speaks Cognito's protocol, asked through boto3; every exchange can be held against the models."""

import json
import urllib.error
import urllib.parse
import urllib.request
from email.utils import parsedate_to_datetime

import boto3
import botocore.config
from botocore.exceptions import ClientError

REGION = "eu-west-1"
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/cognito-idp/aws4_request, "
    "SignedHeaders=host, Signature=0000"
)
TARGETS = {"cognito-idp": "AWSCognitoIdentityProviderService", "cognito-identity": "AWSCognitoIdentityService"}


class Refused(Exception):
    """An error answer: its name and its message."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class Peer:
    def __init__(self, endpoint, models=None):
        self.endpoint, self.models = endpoint.rstrip("/"), models
        config = botocore.config.Config(
            retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=120, parameter_validation=True
        )
        make = lambda service: boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="made-up",
            config=config,
        )
        self.clients = {service: make(service) for service in TARGETS}
        self.clients["sts"] = make("sts")
        for service in TARGETS if models else ():
            events = self.clients[service].meta.events
            events.register(f"before-call.{service}", self._sent)
            events.register(f"before-parse.{service}", self._answered)

    def _sent(self, model, params, **_):
        self._request = json.loads(params["body"] or "{}")

    def _answered(self, operation_model, response_dict, **_):
        body = response_dict["body"]
        answer = json.loads(body) if body else {}
        service, name = operation_model.service_model.service_name, operation_model.name
        self.models.exchange(service, name, self._request, response_dict["status_code"], response_dict["headers"], answer)

    def call(self, name, service="cognito-idp", **members):
        """Calls an operation by its name in the model."""
        client = self.clients[service]
        method = next(method for method, operation in client.meta.method_to_api_mapping.items() if operation == name)
        try:
            answer = getattr(client, method)(**members)
        except ClientError as error:
            raise Refused(error.response["Error"]["Code"], error.response["Error"]["Message"]) from None
        answer.pop("ResponseMetadata", None)
        return answer

    def raw(self, service, name, body, signed=True):
        """Sends a body as it is, past boto3's own checks; gives the status and the answer."""
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"{TARGETS[service]}.{name}"}
        if signed:
            headers["authorization"] = SIGNED
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        status, _, text = self.http("POST", "/", data, headers)
        try:
            answer = json.loads(text or "{}")
        except json.JSONDecodeError:
            answer = {"__type": text[:60]}
        return status, answer

    def http(self, method, path, data=None, headers=None):
        """A plain request, without following redirects; gives status, headers and text."""
        url = path if path.startswith("http") else self.endpoint + path
        request = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def now(self):
        """The time as the server sees it, in seconds."""
        return parsedate_to_datetime(self.http("POST", "/", b"{}")[1]["date"]).timestamp()

    def door(self, method, path, body=None):
        """Asks what only the sandbox has, below `/_sandbox/`."""
        data = None if body is None else json.dumps(body).encode()
        status, _, text = self.http(method, "/_sandbox/" + path, data, {"content-type": "application/json"})
        if status != 200:
            raise Refused(f"/_sandbox/{path}", f"{status} {text}")
        return json.loads(text)

    def messages(self, username):
        """What was sent to a person, the oldest first; nothing where the server keeps no outbox."""
        status, _, text = self.http("GET", "/_sandbox/outbox?" + urllib.parse.urlencode({"user": username}))
        messages = json.loads(text) if status == 200 else []
        messages = messages if isinstance(messages, list) else next(iter(messages.values()))
        return [message for message in messages if message["username"] == username]

    def code(self, username, pool=None):
        """The latest code that was sent to a person."""
        codes = [m["code"] for m in self.messages(username) if m["code"] and pool in (None, m["pool"])]
        return codes[-1] if codes else "000000"

    def knows(self, service, name):
        """Whether the server implements an operation."""
        return self.raw(service, name, {})[1].get("__type", "") not in ("UnknownOperationException", "NotImplementedException")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None
