# SPDX-License-Identifier: Apache-2.0
"""From finding to fix (fix_story.py), told by clients that nobody here wrote: fix_story_test.py KEYASSAYD [part of a test's name...]"""
import os
import sys

import fix_story
from keyassayd import Keyassayd, run_tests
from receiver import Receiver
from tellers import MODULES, AwsInside, Boto3, JavaScript

BINARY = sys.argv[1]
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tables"))


def told_by(client):
    with Receiver() as receiver:
        with Keyassayd(BINARY, "--sns-endpoint", receiver.url, env=receiver.env) as server:
            teller = client(server)
            try:
                fix_story.tell(teller, fix_story.Heard(receiver))
            finally:
                teller.close()
            done = server.command("log", "verify")
            assert done.returncode == 0, done


def test_boto3_tells_the_story():
    told_by(Boto3)


def test_the_aws_command_tells_the_story():
    told_by(AwsInside)


def test_javascript_tells_the_story():
    told_by(JavaScript)


if __name__ == "__main__":
    if not os.path.isdir(MODULES):
        del globals()["test_javascript_tells_the_story"]
        print("# SKIP javascript: KEYASSAY_NODE_MODULES names no folder")
    sys.exit(run_tests(globals()))
