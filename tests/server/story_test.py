# SPDX-License-Identifier: Apache-2.0
"""The whole story (story.py) told by clients that nobody here wrote: story_test.py KEYASSAYD [part of a test's name...]

Debian's aws command and boto3, and the AWS SDK for JavaScript v3, which ./check installs into the folder that
KEYASSAY_NODE_MODULES names; without that folder its test is skipped.
"""
import json
import os
import re
import subprocess
import sys

import botocore.session
from botocore.exceptions import ClientError

import story
from keyassayd import Keyassayd, run_tests
from model import watch

BINARY = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(HERE, "..", "..", "tables"))
MODEL = botocore.session.get_session().get_service_model("iot")


class Boto3:
    """Every reply is held against botocore's model too."""

    def __init__(self, server):
        self.iot = watch(server.client())

    def call(self, operation, **members):
        try:
            return getattr(self.iot, botocore.xform_name(operation))(**members)
        except ClientError as error:
            raise story.Refused(error.response["Error"]["Code"], error.response["Error"]["Message"]) from None


class AwsCommand:
    """aws iot OPERATION --cli-input-json, as Debian ships it."""

    def __init__(self, server):
        self.server = server

    def call(self, operation, **members):
        done = self.server.aws(botocore.xform_name(operation, "-"), "--output", "json", "--cli-input-json", json.dumps(members))
        if done.returncode == 254:  # the service's error; 252 would be the command's own
            name = re.search(r"An error occurred \((\w+)\) when calling the (\w+) operation", done.stderr)
            assert name and name.group(2) == operation, done.stderr
            raise story.Refused(name.group(1), done.stderr)
        assert done.returncode == 0, done
        return json.loads(done.stdout or "{}")


class JavaScript:
    """The SDK in a node process that reads one call a line and answers one line."""

    def __init__(self, server, modules):
        key, secret = server.credentials
        env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        env.update(AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret, AWS_REGION="us-east-1", KEYASSAYD_URL=server.url,
                   KEYASSAY_NODE_MODULES=modules)
        self.process = subprocess.Popen(["node", os.path.join(HERE, "teller.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=env)

    def call(self, operation, **members):
        self.process.stdin.write(json.dumps({"operation": operation, "members": members}) + "\n")
        self.process.stdin.flush()
        reply = json.loads(self.process.stdout.readline())
        if "error" in reply:
            # The SDK must have made its typed class of it, as for AWS's own errors.
            assert reply["typed"], reply
            raise story.Refused(reply["error"], reply["message"])
        return reply["reply"]

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(60) == 0


def test_boto3_tells_the_story():
    with Keyassayd(BINARY) as server:
        story.tell(Boto3(server))


def test_the_aws_command_tells_the_story():
    with Keyassayd(BINARY) as server:
        story.tell(AwsCommand(server))


def test_javascript_tells_the_story():
    with Keyassayd(BINARY) as server:
        teller = JavaScript(server, os.environ["KEYASSAY_NODE_MODULES"])
        try:
            story.tell(teller)
        finally:
            teller.close()


def test_the_command_of_the_design_works_at_once():
    """DESIGN 6.1: the first command that a newcomer types, on a server that nobody has configured."""
    with Keyassayd(BINARY) as server:
        done = server.aws("start-on-demand-audit-task", "--target-check-names", story.CHECK)
        assert done.returncode == 0 and re.fullmatch(r"[0-9a-f]{32}", json.loads(done.stdout)["taskId"]), done


if __name__ == "__main__":
    if not os.path.isdir(os.environ.get("KEYASSAY_NODE_MODULES", "")):
        del globals()["test_javascript_tells_the_story"]
        print("# SKIP javascript: KEYASSAY_NODE_MODULES names no folder")
    sys.exit(run_tests(globals()))
