"""Lists every user with boto3's own paginator and prints users a second: what `cargo xtask bench` compares with."""

import json
import sys
import time

import boto3

description = json.loads(sys.argv[1])
client = boto3.client(
    "cognito-idp",
    region_name=description["region"],
    endpoint_url=description["endpoint"],
    aws_access_key_id="sandbox",
    aws_secret_access_key="sandbox",
)
began = time.monotonic()
pages = client.get_paginator("list_users").paginate(UserPoolId=description["userPoolId"])
users = sum(len(page["Users"]) for page in pages)
print(json.dumps({"users": users, "seconds": time.monotonic() - began}))
