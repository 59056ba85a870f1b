# SPDX-License-Identifier: Apache-2.0
"""Debian's aws command from its entry point on, without a process for each call, which would take a hundred times as long. Reads the words
of one command a line, ["iot","describe-ca-certificate",...], and answers one line: its exit status, output and error text, and the last
reply that it got, {"status":...,"out":...,"err":...,"reply":{"status":...,"headers":{...},"body":...} or null}. A program of its own
since the command brings a botocore of its own."""
import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver

driver = create_clidriver()
replies = []


def received(response_dict, **_):
    if response_dict is not None:
        replies.append({"status": response_dict["status_code"], "headers": dict(response_dict["headers"]),
                        "body": response_dict["body"].decode()})


driver.session.register("response-received.iot", received)
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    replies.clear()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = driver.main(json.loads(line))
    print(json.dumps({"status": status, "out": out.getvalue(), "err": err.getvalue(), "reply": replies[-1] if replies else None}), flush=True)
