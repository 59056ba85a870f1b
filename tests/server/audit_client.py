# SPDX-License-Identifier: Apache-2.0
"""What the tests of the audit's operations share: names, a running server, refusals, audits that are waited for."""
import contextlib
import datetime
import json
import os
import sys
import time

from botocore.exceptions import ClientError

from keyassayd import Keyassayd
from model import watch

BINARY = sys.argv[1]
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(SOURCE, "tables"))

CA_CHECK = "CA_CERTIFICATE_KEY_QUALITY_CHECK"
DEVICE_CHECK = "DEVICE_CERTIFICATE_KEY_QUALITY_CHECK"
OURS = {CA_CHECK, DEVICE_CHECK, "CA_CERTIFICATE_EXPIRING_CHECK", "DEVICE_CERTIFICATE_EXPIRING_CHECK", "DEVICE_CERTIFICATE_AGE_CHECK"}
ROLE = "arn:aws:iam::000000000000:role/audit"
TOPIC = "arn:aws:sns:us-east-1:000000000000:audits"
ARN = "arn:aws:iot:us-east-1:000000000000:"
ROCA = "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361"
DEBIAN = "CERTIFICATE_KEY_VULNERABILITY_CVE-2008-0166"

INVALID = "InvalidRequestException"
NOT_FOUND = "ResourceNotFoundException"
EXISTS = "ResourceAlreadyExistsException"
LIMIT = "LimitExceededException"
DENIED = "AccessDeniedException"
STATUS = {INVALID: 400, NOT_FOUND: 404, EXISTS: 409, LIMIT: 410, DENIED: 403}


@contextlib.contextmanager
def running(*options, **more):
    """(server, client whose replies are checked)."""
    with Keyassayd(BINARY, *options, **more) as server:
        yield server, watch(server.client())


@contextlib.contextmanager
def refused(error, *says):
    """The call inside is refused with this error and its status, and its message has these words."""
    body = {}
    try:
        yield body
    except ClientError as caught:
        assert caught.response["Error"]["Code"] == error, caught
        assert caught.response["ResponseMetadata"]["HTTPStatusCode"] == STATUS[error], caught.response
        for words in says:
            assert words in caught.response["Error"]["Message"], f"{words!r} is not in {caught}"
        body.update(caught.response)
    else:
        raise AssertionError(f"not refused; expected {error}")


def send(server, method, path, body=None, **more):
    """A request as botocore would not make it: (status, error type or None, body)."""
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if data else {}
    status, headers, reply = server.request(method, path, data, headers, **more)
    return status, headers.get("x-amzn-errortype"), json.loads(reply)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


DAY = datetime.timedelta(days=1)


def everything(iot, operation, member, **arguments):
    return [entry for page in iot.get_paginator(operation).paginate(**arguments) for entry in page[member]]


def example(name):
    with open(os.path.join(SOURCE, "examples", name + ".pem"), encoding="ascii") as file:
        return file.read()


def register(iot, name):
    return iot.register_ca_certificate(caCertificate=example(name), certificateMode="SNI_ONLY", setAsActive=True)["certificateId"]


def finish(iot, task_id):
    """Waits for the end of an audit; returns its description."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        task = iot.describe_audit_task(taskId=task_id)
        if task["taskStatus"] != "IN_PROGRESS":
            return task
        time.sleep(0.05)
    raise AssertionError(f"audit {task_id} does not end")


def audit(iot, *checks):
    """(task id, description) of an audit that has ended."""
    task_id = iot.start_on_demand_audit_task(targetCheckNames=checks or [CA_CHECK])["taskId"]
    return task_id, finish(iot, task_id)


def enabled(iot):
    return {name for name, check in iot.describe_account_audit_configuration()["auditCheckConfigurations"].items() if check["enabled"]}
