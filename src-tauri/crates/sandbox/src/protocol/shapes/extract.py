"""Writes the limits that the AWS service models set on inputs, as JSON beside this file.

Takes the models of both services from an installed botocore (Apache-2.0); only names, types and limits are kept.
Run it after an update of botocore: `python extract.py`.
"""

import json
import pathlib

import botocore
import botocore.loaders

KEPT = ("min", "max", "pattern", "enum", "sensitive")
# The model words this one for prefixes only, and the service takes the name of a custom domain all the same.
UNLIMITED = ("DomainType",)
# Values that the model describes in words and leaves out of the list.
ALSO = {"ExplicitAuthFlowsType": ["ALLOW_CLIENT_TOKEN_AUTH"]}


def main():
    write("cognito-idp", "user_pools.json")
    write("cognito-identity", "identity_pools.json")


def write(service, file):
    model = botocore.loaders.Loader().load_service_model(service, "service-2")
    version = model["metadata"]["apiVersion"]
    shapes, wanted = {}, []
    operations = {}
    for name, operation in sorted(model["operations"].items()):
        if "input" in operation:
            operations[name] = operation["input"]["shape"]
            wanted.append(operation["input"]["shape"])
    while wanted:
        name = wanted.pop()
        if name in shapes:
            continue
        shape = model["shapes"][name]
        limits = () if name in UNLIMITED else KEPT
        kept = {"type": shape["type"]} | {key: shape[key] for key in limits if key in shape}
        if name in ALSO:
            kept["enum"] = kept["enum"] + ALSO[name]
        if shape.get("document"):
            kept = {"type": "document"}
        elif shape["type"] == "structure":
            kept["members"] = {member: of["shape"] for member, of in shape["members"].items()}
            kept["required"] = shape.get("required", [])
            wanted += kept["members"].values()
        elif shape["type"] == "list":
            kept["member"] = shape["member"]["shape"]
            wanted.append(kept["member"])
        elif shape["type"] == "map":
            kept["key"], kept["value"] = shape["key"]["shape"], shape["value"]["shape"]
            wanted += [kept["key"], kept["value"]]
        shapes[name] = kept
    lines = [f'{json.dumps(name)}:{json.dumps(shapes[name], separators=(",", ":"))}' for name in sorted(shapes)]
    text = (
        f'{{"origin":"botocore {botocore.__version__}, {service} {version}, Apache-2.0",\n'
        f'"operations":{json.dumps(operations, separators=(",", ":"))},\n'
        '"shapes":{\n' + ",\n".join(lines) + "\n}}\n"
    )
    pathlib.Path(__file__).with_name(file).write_text(text, encoding="utf-8")


main()
