# SPDX-License-Identifier: Apache-2.0
"""Clients that nobody here wrote, behind one face: Debian's boto3, Debian's aws command, the AWS SDK for JavaScript v3.

    teller = Boto3(server)                                # as administrator; key: what new_key returned
    teller.call("RegisterCACertificate", caCertificate=text)    # the reply as a dictionary, or Refused

Names are the model's. validate=False: a client that would refuse something by itself sends it (JavaScript always does).
"""
import datetime
import json
import os
import re
import subprocess

import botocore.session
from botocore.exceptions import ClientError

from model import MODEL, check_reply, watch

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = os.environ.get("KEYASSAY_NODE_MODULES", "")


class Refused(Exception):
    """The server's error, as the client told it; status: None when the client does not tell it."""

    def __init__(self, name, message="", status=None):
        super().__init__(f"{name} ({status}): {message}")
        self.name = name
        self.message = message
        self.status = status


def as_json(value):
    """A datetime as the aws command takes it."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    raise TypeError(value)


def ask(process, question, default=None):
    """A line of JSON to a process that answers with one."""
    process.stdin.write(json.dumps(question, default=default) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def end(process):
    process.stdin.close()
    process.stdout.close()
    assert process.wait(60) == 0


class Boto3:
    name = "boto3"

    def __init__(self, server, key=None, validate=True, checked=True):
        """checked: every reply is held against botocore's model too."""
        self.iot = server.client(key=key, parameter_validation=validate)
        if checked:
            watch(self.iot)

    def call(self, operation, **members):
        try:
            return getattr(self.iot, botocore.xform_name(operation))(**members)
        except ClientError as error:
            told = error.response
            raise Refused(told["Error"]["Code"], told["Error"]["Message"], told["ResponseMetadata"]["HTTPStatusCode"]) from None

    def close(self):
        self.iot.close()


def told_by_aws(operation, status, out, err):
    """What the aws command's exit status, output and error text say."""
    if status == 254:  # the service's error; 252 would be the command's own
        told = re.fullmatch(r"\s*An error occurred \((\w+)\) when calling the (\w+) operation(?: \(reached max retries: 0\))?: (.*)\n", err, re.DOTALL)
        assert told and told.group(2) == operation, err
        raise Refused(told.group(1), told.group(3))
    assert status == 0, (operation, status, out, err)
    return json.loads(out or "{}")


class AwsCommand:
    """/usr/bin/aws iot OPERATION --cli-input-json, a process for each call."""
    name = "aws"

    def __init__(self, server, key=None, validate=True):
        self.server = server
        self.config = os.path.join(server.data, "..", f"aws-config-{validate}")
        with open(self.config, "w", encoding="ascii") as file:
            file.write(f"[default]\nparameter_validation = {str(validate).lower()}\n")
        access, secret, token = key or (*server.credentials, None)
        self.env = dict(server.aws_env(), AWS_CONFIG_FILE=self.config, AWS_MAX_ATTEMPTS="1", AWS_ACCESS_KEY_ID=access,
                        AWS_SECRET_ACCESS_KEY=secret, PATH="/usr/bin:/bin", PYTHONWARNINGS="ignore")
        self.env.pop("PYTHONPATH", None)
        if token:
            self.env["AWS_SESSION_TOKEN"] = token

    def words(self, operation, members):
        return ["iot", botocore.xform_name(operation, "-"), "--endpoint-url", self.server.url, "--output", "json", "--cli-input-json",
                json.dumps(members, default=as_json)]

    def run(self, operation, members):
        """(exit status, output, error text)."""
        done = subprocess.run(["/usr/bin/aws", *self.words(operation, members)], capture_output=True, text=True, timeout=120, env=self.env)
        return done.returncode, done.stdout, done.stderr

    def call(self, operation, **members):
        return told_by_aws(operation, *self.run(operation, members))

    def close(self):
        pass


class AwsInside(AwsCommand):
    """The same command, in one process for all calls (teller_aws.py)."""
    name = "aws inside"

    def __init__(self, server, key=None, validate=True, checked=True):
        super().__init__(server, key, validate)
        self.checked = checked
        self.process = subprocess.Popen(["/usr/bin/python3", os.path.join(HERE, "teller_aws.py")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=self.env)
        self.reply = None

    def run(self, operation, members):
        told = ask(self.process, self.words(operation, members))
        self.reply = told["reply"]
        return told["status"], told["out"], told["err"]

    def call(self, operation, **members):
        try:
            return super().call(operation, **members)
        except Refused as refused:
            refused.status = self.reply["status"]
            raise
        finally:
            if self.checked and self.reply:
                check_reply(operation, self.reply["status"], self.reply["headers"], self.reply["body"])

    def close(self):
        end(self.process)


class JavaScript:
    """The SDK in a node process that reads one call a line and answers one line (teller.mjs)."""
    name = "javascript"

    def __init__(self, server, key=None, validate=True):
        access, secret, token = key or (*server.credentials, None)
        env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        env.update(AWS_ACCESS_KEY_ID=access, AWS_SECRET_ACCESS_KEY=secret, AWS_REGION="us-east-1", KEYASSAYD_URL=server.url,
                   KEYASSAY_NODE_MODULES=MODULES)
        if token:
            env["AWS_SESSION_TOKEN"] = token
        self.process = subprocess.Popen(["node", os.path.join(HERE, "teller.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=env)

    def call(self, operation, **members):
        reply = ask(self.process, {"operation": operation, "members": members}, lambda time: {"$date": time.timestamp()})
        if "error" in reply:
            # The SDK must have made its typed class of an error of the model, as it does of AWS's own.
            known = reply["error"] in {shape.name for shape in MODEL.operation_model(operation).error_shapes}
            assert reply["typed"] or not known, reply
            raise Refused(reply["error"], reply["message"], reply["status"])
        return reply["reply"]

    def close(self):
        end(self.process)


def tellers():
    """One class of each client; JavaScript is left out without the folder of KEYASSAY_NODE_MODULES."""
    return [Boto3, AwsInside, *([JavaScript] if os.path.isdir(MODULES) else [])]
