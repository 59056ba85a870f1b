# SPDX-License-Identifier: Apache-2.0
"""What holds for all of the audit's operations: audit_rules_test.py KEYASSAYD [part of a test's name...]

Tokens of pages, quotas under concurrency, the log of changes, roles, a full disk, requests that no client makes.
"""
import collections
import concurrent.futures
import contextlib
import json
import resource
import sqlite3
import sys
import time

from botocore.exceptions import ClientError

from audit_client import (CA_CHECK, OURS, ROLE, ARN, INVALID, NOT_FOUND, EXISTS, LIMIT,
                          DAY, running, refused, send, now, register, audit, enabled)
from keyassayd import not_today, run_tests
from model import check_reply, watch


def test_tokens_are_their_lists_own():
    """A token changed in any character, or of another list, page order, account or region, is refused."""
    with running("--audit-workers", "0") as (server, iot):
        for number in range(3):
            iot.start_on_demand_audit_task(targetCheckNames=[CA_CHECK])
            iot.create_audit_suppression(checkName=CA_CHECK, resourceIdentifier={"caCertificateId": f"{number:064x}"},
                                         suppressIndefinitely=True)
        range_ = {"startTime": now() - DAY, "endTime": now() + DAY}
        token = iot.list_audit_tasks(maxResults=1, **range_)["nextToken"]
        assert len(iot.list_audit_tasks(nextToken=token, **range_)["tasks"]) == 2
        assert len(iot.list_audit_tasks(nextToken=token, **range_)["tasks"]) == 2  # again: it is no secret of one use
        for at in range(len(token)):
            changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:]
            with refused(INVALID, "nextToken is not a token of this list"):
                iot.list_audit_tasks(nextToken=changed, **range_)
        for wrong in (token[:-1], token + "A", token * 2, "", "=", "AAAA", "\u2603"):
            with refused(INVALID, "nextToken is not a token of this list"):
                iot.list_audit_tasks(nextToken=wrong, **range_)
        with refused(INVALID, "nextToken is not a token"):
            iot.list_audit_tasks(nextToken=token, taskStatus="IN_PROGRESS", **range_)
        with refused(INVALID, "nextToken is not a token"):
            iot.list_scheduled_audits(nextToken=token)
        with refused(INVALID, "nextToken is not a token"):
            iot.list_audit_suppressions(nextToken=token)
        with refused(INVALID, "nextToken is not a token"):
            watch(server.client(region="eu-west-1")).list_audit_tasks(nextToken=token, **range_)
        up = iot.list_audit_suppressions(maxResults=1)["nextToken"]
        with refused(INVALID, "nextToken is not a token"):
            iot.list_audit_suppressions(nextToken=up, ascendingOrder=False)
        server.stop()
        server.start()
        assert len(iot.list_audit_tasks(nextToken=token, **range_)["tasks"]) == 2  # it outlives the server


def test_quotas_and_identities_hold_under_concurrency():
    """Many at once: exactly as many succeed as may, and the log tells each success once."""
    with running("--audit-workers", "0") as (server, iot):
        def count(calls):
            with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
                return collections.Counter(pool.map(outcome, calls))

        def outcome(call):
            operation, arguments = call
            try:
                getattr(iot, operation)(**arguments)
                return "ok"
            except ClientError as caught:
                return caught.response["Error"]["Code"]

        assert count([("start_on_demand_audit_task", {"targetCheckNames": [CA_CHECK]})] * 30) == {"ok": 10, LIMIT: 20}
        assert len(iot.list_audit_tasks(startTime=now() - DAY, endTime=now() + DAY)["tasks"]) == 10
        assert count([("create_scheduled_audit", {"scheduledAuditName": f"s{n}", "targetCheckNames": [CA_CHECK], **not_today()})
                      for n in range(20)]) == {"ok": 5, LIMIT: 15}
        assert len(iot.list_scheduled_audits()["scheduledAudits"]) == 5
        pair = {"checkName": CA_CHECK, "resourceIdentifier": {"caCertificateId": "0" * 64}, "suppressIndefinitely": True}
        assert count([("create_audit_suppression", pair)] * 20) == {"ok": 1, EXISTS: 19}  # a token each, one pair
        many = [{**pair, "resourceIdentifier": {"caCertificateId": f"{n:064x}"}, "clientRequestToken": "same"} for n in range(1, 21)]
        assert count([("create_audit_suppression", one) for one in many]) == {"ok": 1, EXISTS: 19}  # a pair each, one token
        assert len(iot.list_audit_suppressions()["suppressions"]) == 2
        arn = ARN + "cacert/" + register(iot, "sound-ca")
        tags = [{"resourceArn": arn, "tags": [{"Key": f"{n}-{k}"} for k in range(20)]} for n in range(10)]
        assert count([("tag_resource", one) for one in tags]) == {"ok": 2, LIMIT: 8}
        assert len(iot.list_tags_for_resource(resourceArn=arn)["tags"]) == 40
        assert collections.Counter(entry["action"] for entry in changes(server)) == {
            "StartOnDemandAuditTask": 10, "CreateScheduledAudit": 5, "CreateAuditSuppression": 2, "TagResource": 2,
            "RegisterCACertificate": 1}


def changes(server):
    """The log of state changes, oldest first, from the database itself."""
    with contextlib.closing(sqlite3.connect(f"file:{server.data}/keyassay.db?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute("SELECT * FROM log ORDER BY seq")]


def test_every_change_is_logged():
    """Who did what to which resource, when, with which request, what was before and what after; and nothing else is in the log."""
    with running("--audit-workers", "0") as (server, iot):
        pair = {"checkName": CA_CHECK, "resourceIdentifier": {"caCertificateId": "0" * 64}}
        schedule = {"scheduledAuditName": "x"}
        requests = []

        def do(operation, **arguments):
            reply = getattr(iot, operation)(**arguments)
            requests.append(reply["ResponseMetadata"]["RequestId"])
            return reply

        do("update_account_audit_configuration", roleArn=ROLE, auditCheckConfigurations={CA_CHECK: {"enabled": True}})
        task_id = do("start_on_demand_audit_task", targetCheckNames=[CA_CHECK])["taskId"]
        do("cancel_audit_task", taskId=task_id)
        do("create_audit_suppression", suppressIndefinitely=True, description="one", **pair)
        do("update_audit_suppression", description="two", **pair)
        do("delete_audit_suppression", **pair)
        do("create_scheduled_audit", targetCheckNames=[CA_CHECK], **schedule, **not_today())
        do("tag_resource", resourceArn=ARN + "scheduledaudit/x", tags=[{"Key": "a", "Value": "b"}])
        do("untag_resource", resourceArn=ARN + "scheduledaudit/x", tagKeys=["a"])
        do("update_scheduled_audit", frequency="MONTHLY", dayOfMonth="1", **schedule)
        do("delete_scheduled_audit", **schedule)
        do("delete_account_audit_configuration")
        # Reading and what is refused changes nothing.
        iot.list_audit_findings(taskId=task_id)
        iot.delete_audit_suppression(**pair)
        iot.cancel_audit_task(taskId=task_id)
        with refused(NOT_FOUND):
            iot.delete_scheduled_audit(**schedule)

        entries = changes(server)
        assert [entry["request"] for entry in entries] == requests
        assert {entry["actor"] for entry in entries} == {server.credentials[0]}
        assert {(entry["account"], entry["region"]) for entry in entries} == {("000000000000", "us-east-1")}
        assert all(abs(entry["time"] - time.time() * 1000) < 120000 for entry in entries)
        assert [(entry["action"], entry["resource"][len(ARN):].split("/")[0], entry["before"] is not None, entry["after"] is not None)
                for entry in entries] == [
            ("UpdateAccountAuditConfiguration", "auditconfiguration", False, True),
            ("StartOnDemandAuditTask", "audittask", False, True),
            ("CancelAuditTask", "audittask", True, True),
            ("CreateAuditSuppression", "auditsuppression", False, True),
            ("UpdateAuditSuppression", "auditsuppression", True, True),
            ("DeleteAuditSuppression", "auditsuppression", True, False),
            ("CreateScheduledAudit", "scheduledaudit", False, True),
            ("TagResource", "scheduledaudit", True, True),
            ("UntagResource", "scheduledaudit", True, True),
            ("UpdateScheduledAudit", "scheduledaudit", True, True),
            ("DeleteScheduledAudit", "scheduledaudit", True, False),
            ("DeleteAccountAuditConfiguration", "auditconfiguration", True, False),
        ]
        update = entries[4]
        assert (json.loads(update["before"])["description"], json.loads(update["after"])["description"]) == ("one", "two")
        update = entries[9]
        assert (json.loads(update["before"])["frequency"], json.loads(update["after"])["frequency"]) == ("WEEKLY", "MONTHLY")


def test_roles():
    with running() as (server, iot):
        arn = ARN + "cacert/" + register(iot, "sound-ca")
        auditor, reader = (watch(server.client(key=server.new_key(role))) for role in ("auditor", "reader"))
        task_id = audit(auditor)[0]
        auditor.create_audit_suppression(checkName=CA_CHECK, resourceIdentifier={"caCertificateId": "0" * 64}, suppressIndefinitely=True)
        auditor.create_scheduled_audit(scheduledAuditName="x", targetCheckNames=[CA_CHECK], **not_today())
        assert reader.describe_audit_task(taskId=task_id)["taskStatus"] == "COMPLETED"
        assert reader.list_audit_findings(taskId=task_id)["findings"] == []
        assert len(reader.list_audit_suppressions()["suppressions"]) == 1
        assert reader.list_tags_for_resource(resourceArn=arn)["tags"] == []
        assert enabled(reader) == OURS


def test_a_full_disk():
    """Writes are refused with 503, reads go on, nothing is half-written, and it is over when there is room again."""
    with running("--audit-workers", "0") as (server, iot):
        iot.create_scheduled_audit(scheduledAuditName="before", targetCheckNames=[CA_CHECK], **not_today())
        plain = server.client()  # the model has no 503 for these operations
        everyone = resource.RLIM_INFINITY
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, everyone))
        pair = {"checkName": CA_CHECK, "resourceIdentifier": {"caCertificateId": "0" * 64}}
        writes = [
            (plain.start_on_demand_audit_task, {"targetCheckNames": [CA_CHECK]}),
            (plain.create_scheduled_audit, {"scheduledAuditName": "x", "frequency": "DAILY", "targetCheckNames": [CA_CHECK],
                                            "tags": [{"Key": "a"}]}),
            (plain.delete_scheduled_audit, {"scheduledAuditName": "before"}),
            (plain.create_audit_suppression, {"suppressIndefinitely": True, "clientRequestToken": "once", **pair}),
            (plain.update_account_audit_configuration, {"roleArn": ROLE, "auditCheckConfigurations": {CA_CHECK: {"enabled": True}}}),
            (plain.tag_resource, {"resourceArn": ARN + "scheduledaudit/before", "tags": [{"Key": "a"}]}),
        ]
        for call, arguments in writes:
            try:
                call(**arguments)
                raise AssertionError("a full disk took it")
            except ClientError as caught:
                assert caught.response["Error"]["Code"] == "ServiceUnavailableException", caught
                assert caught.response["ResponseMetadata"]["HTTPStatusCode"] == 503
        assert len(iot.list_scheduled_audits()["scheduledAudits"]) == 1
        assert iot.list_audit_suppressions()["suppressions"] == []
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (everyone, everyone))
        assert len(changes(server)) == 1
        for call, arguments in writes[:2] + writes[3:]:
            call(**arguments)  # the token was not used up either
        assert len(changes(server)) == 6


def test_requests_that_no_client_makes():
    with running() as (server, _):
        for body, words in [
            (b"{", "line 1"),
            (b'{"targetCheckNames":["a"],"targetCheckNames":["b"]}', "duplicate object key"),
            (b'{"targetCheckNames":["a\\u0000b"]}', "\\u0000 is not allowed"),
            (b'{"targetCheckNames":["\xff"]}', "unable to decode byte"),
            (b'{"targetCheckNames":["a"]}}', "end of file expected"),
            (b"[]", "must be a JSON object"),
            (b"[" * 100000, "nested 100000 levels deep"),
            (b'{"x":[' + b"{}," * 1000 + b"{}]}", "at most 1000"),
            (b'{"x":[' + b"1," * 20000 + b"1]}", "at most 1000 and 10000"),
        ]:
            status, error, reply = send(server, "POST", "/audit/tasks", body)
            assert (status, error) == (400, INVALID) and words in reply["message"], (body[:50], reply)
        status, error, reply = send(server, "POST", "/audit/tasks", {"targetCheckNames": None})
        assert (status, error) == (400, INVALID) and "targetCheckNames: is required" in reply["message"], reply
        assert send(server, "POST", "/audit/tasks", {"targetCheckNames": [CA_CHECK], "unknown": {"x": [1]}})[0] == 200
        status, headers, reply = server.request("POST", "/audit/tasks", b"a=b", {"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 415 and headers["x-amzn-errortype"] == "UnsupportedMediaTypeException", reply
        status, headers, reply = server.request("DELETE", "/audit/tasks")
        assert status == 405 and headers["allow"] == "GET, POST", headers
        status, headers, reply = server.request("GET", "/audit/tasks/")
        assert status == 404 and headers["x-amzn-errortype"] == "UnknownOperationException", reply
        status, error, reply = send(server, "GET", "/audit/scheduledaudits?maxResults=1&maxResults=2")
        assert (status, error) == (400, INVALID) and "given twice" in reply["message"], reply
        assert send(server, "GET", "/audit/scheduledaudits?maxResults=1&unknown=2")[0] == 200
        status, error, reply = send(server, "GET", "/audit/tasks/%00")
        assert (status, error) == (400, INVALID) and "it has a NUL" in reply["message"], reply
        status, headers, body = server.request("GET", "/audit/configuration")
        check_reply("DescribeAccountAuditConfiguration", status, headers, body)
        assert headers["x-amzn-requestid"]


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
