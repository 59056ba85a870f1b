# SPDX-License-Identifier: Apache-2.0
"""The whole story (story.py) told by clients that nobody here wrote: story_test.py KEYASSAYD [part of a test's name...]

Debian's aws command and boto3, and the AWS SDK for JavaScript v3, which ./check installs into the folder that
KEYASSAY_NODE_MODULES names; without that folder its test is skipped.
"""
import json
import os
import re
import sys

import story
from keyassayd import Keyassayd, run_tests
from tellers import MODULES, AwsCommand, Boto3, JavaScript

BINARY = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(HERE, "..", "..", "tables"))


def test_boto3_tells_the_story():
    with Keyassayd(BINARY) as server:
        story.tell(Boto3(server))


def test_the_aws_command_tells_the_story():
    with Keyassayd(BINARY) as server:
        story.tell(AwsCommand(server))


def test_javascript_tells_the_story():
    with Keyassayd(BINARY) as server:
        teller = JavaScript(server)
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
    if not os.path.isdir(MODULES):
        del globals()["test_javascript_tells_the_story"]
        print("# SKIP javascript: KEYASSAY_NODE_MODULES names no folder")
    sys.exit(run_tests(globals()))
