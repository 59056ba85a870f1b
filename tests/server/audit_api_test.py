# SPDX-License-Identifier: Apache-2.0
"""The audit's operations through boto3: audit_api_test.py KEYASSAYD [part of a test's name...]

Configuration, tasks, findings, suppressions, schedules and tags: what each does, its quotas and pages; each reply is held against
botocore's model (model.py). What is refused in a state that one request shows is in refusals_audits.py, for three clients.
"""
import datetime
import json
import os
import sys
import time
import urllib.parse

import certs
from audit_client import (CA_CHECK, DEVICE_CHECK, OURS, ROLE, TOPIC, ARN, ROCA, DEBIAN, INVALID, NOT_FOUND, EXISTS,
                          LIMIT, DAY, running, refused, send, now, everything, register, finish, audit, enabled)
from keyassayd import not_today, run_tests
from model import watch


# --- configuration ---------------------------------------------------------------------------------------------------------


def test_the_first_audit_needs_no_preparation():
    """DESIGN 6.1: the command that stands right behind the start."""
    with running() as (server, iot):
        done = server.aws("start-on-demand-audit-task", "--target-check-names", CA_CHECK)
        assert done.returncode == 0, done
        task = finish(iot, json.loads(done.stdout)["taskId"])
        assert task["taskStatus"] == "COMPLETED" and task["auditDetails"][CA_CHECK]["checkCompliant"] is True, task
        assert enabled(iot) == OURS
        assert len(iot.describe_account_audit_configuration()["auditCheckConfigurations"]) == 17


def test_configuration():
    with running() as (server, iot):
        with refused(NOT_FOUND, "not configured"):
            iot.delete_account_audit_configuration()
        on, off = {"enabled": True}, {"enabled": False}
        assert enabled(iot) == OURS
        iot.update_account_audit_configuration(roleArn=ROLE, auditCheckConfigurations={CA_CHECK: on, "LOGGING_DISABLED_CHECK": on})
        assert enabled(iot) == {CA_CHECK, "LOGGING_DISABLED_CHECK"}
        iot.update_account_audit_configuration(
            auditNotificationTargetConfigurations={"SNS": {"targetArn": TOPIC, "roleArn": ROLE, "enabled": True}})
        iot.update_account_audit_configuration(auditCheckConfigurations={DEVICE_CHECK: on})
        described = iot.describe_account_audit_configuration()
        assert described["roleArn"] == ROLE
        assert described["auditNotificationTargetConfigurations"] == {"SNS": {"targetArn": TOPIC, "roleArn": ROLE, "enabled": True}}
        assert enabled(iot) == {CA_CHECK, DEVICE_CHECK, "LOGGING_DISABLED_CHECK"}
        with refused(INVALID, "CA_CERTIFICATE_EXPIRING_CHECK is not enabled"):
            iot.start_on_demand_audit_task(targetCheckNames=[CA_CHECK, "CA_CERTIFICATE_EXPIRING_CHECK"])

        iot.create_scheduled_audit(scheduledAuditName="nightly", targetCheckNames=[CA_CHECK], **not_today())
        with refused(INVALID, CA_CHECK, "nightly"):
            iot.update_account_audit_configuration(auditCheckConfigurations={CA_CHECK: off})
        # Another region of the account has a configuration of its own.
        assert enabled(watch(server.client(region="eu-west-1"))) == OURS

        iot.delete_account_audit_configuration()
        assert enabled(iot) == set()
        assert "roleArn" not in iot.describe_account_audit_configuration()
        assert [audit["scheduledAuditName"] for audit in iot.list_scheduled_audits()["scheduledAudits"]] == ["nightly"]
        with refused(NOT_FOUND):
            iot.delete_account_audit_configuration()
        with refused(INVALID, f"{CA_CHECK} is not enabled"):
            iot.start_on_demand_audit_task(targetCheckNames=[CA_CHECK])
        iot.update_account_audit_configuration(roleArn=ROLE, auditCheckConfigurations={CA_CHECK: on})
        iot.delete_account_audit_configuration(deleteScheduledAudits=True)
        assert iot.list_scheduled_audits()["scheduledAudits"] == []


def test_settings_of_checks():
    """Later models have them; Debian's botocore does not send them."""
    with running() as (server, iot):
        age, key = "DEVICE_CERTIFICATE_AGE_CHECK", "CERT_AGE_THRESHOLD_IN_DAYS"

        def update(check, settings):
            return send(server, "PATCH", "/audit/configuration",
                        {"roleArn": ROLE, "auditCheckConfigurations": {check: {"enabled": True, "configuration": settings}}})

        for days in ("29", "3653", "", "x", "-30", "1e2", " 30"):
            status, error, body = update(age, {key: days})
            assert (status, error) == (400, INVALID) and key in body["message"], body
        status, error, body = update(age, {key: 400})
        assert error == INVALID and "must be a string, is a number" in body["message"], body
        status, error, body = update(age, {"BOGUS": "400"})
        assert error == INVALID and "must be one of" in body["message"], body
        status, error, body = update(CA_CHECK, {key: "400"})
        assert error == INVALID and "has no such setting" in body["message"], body
        assert update(age, {key: "3652"})[0] == 200
        status, _, body = send(server, "GET", "/audit/configuration")
        assert body["auditCheckConfigurations"][age] == {"enabled": True, "configuration": {key: "3652"}}
        assert audit(iot, age)[1]["taskStatus"] == "COMPLETED"


# --- tasks and findings ----------------------------------------------------------------------------------------------------


def test_an_audit_and_its_findings():
    with running() as (server, iot):
        roca, debian, sound = register(iot, "roca-ca"), register(iot, "debian-weak-ca"), register(iot, "sound-ca")
        task_id, task = audit(iot, CA_CHECK, "CA_CERTIFICATE_EXPIRING_CHECK")
        assert task["taskStatus"] == "COMPLETED" and task["taskType"] == "ON_DEMAND_AUDIT_TASK"
        assert task["taskStatistics"] == {"totalChecks": 2, "inProgressChecks": 0, "waitingForDataCollectionChecks": 0, "compliantChecks": 1,
                                          "nonCompliantChecks": 1, "failedChecks": 0, "canceledChecks": 0}
        assert task["auditDetails"][CA_CHECK] == {
            "checkRunStatus": "COMPLETED_NON_COMPLIANT", "checkCompliant": False, "totalResourcesCount": 3,
            "nonCompliantResourcesCount": 2, "suppressedNonCompliantResourcesCount": 0}
        assert now() - task["taskStartTime"] < datetime.timedelta(minutes=2)

        findings = {f["reasonForNonComplianceCode"]: f for f in iot.list_audit_findings(taskId=task_id)["findings"]}
        assert set(findings) == {ROCA, DEBIAN}
        for code, certificate in ((ROCA, roca), (DEBIAN, debian)):
            finding = findings[code]
            assert finding["taskId"] == task_id and finding["checkName"] == CA_CHECK and finding["severity"] == "CRITICAL"
            assert finding["nonCompliantResource"]["resourceIdentifier"] == {"caCertificateId": certificate}
            assert finding["nonCompliantResource"]["additionalInfo"], finding
            assert finding["isSuppressed"] is False and finding["relatedResources"] == []
            assert finding["findingTime"] >= finding["taskStartTime"] == task["taskStartTime"]
            assert iot.describe_audit_finding(findingId=finding["findingId"])["finding"] == finding
            assert iot.list_related_resources_for_audit_finding(findingId=finding["findingId"])["relatedResources"] == []

        # Filters. Times are those of the findings.
        def found(**filters):
            return {f["reasonForNonComplianceCode"] for f in everything(iot, "list_audit_findings", "findings", **filters)}

        hour = datetime.timedelta(hours=1)
        assert found(startTime=now() - hour, endTime=now() + hour) == {ROCA, DEBIAN}
        assert found(startTime=now() - 2 * hour, endTime=now() - hour) == set()
        assert found(taskId=task_id, checkName="CA_CERTIFICATE_EXPIRING_CHECK") == set()
        assert found(taskId=task_id, resourceIdentifier={"caCertificateId": roca}) == {ROCA}
        assert found(taskId=task_id, resourceIdentifier={"caCertificateId": "0x" + roca.upper()}) == {ROCA}
        assert found(taskId=task_id, resourceIdentifier={"caCertificateId": sound}) == set()
        assert found(taskId=task_id, listSuppressedFindings=True) == set()
        assert found(taskId=task_id, PaginationConfig={"PageSize": 1}) == {ROCA, DEBIAN}
        with refused(NOT_FOUND):  # not in this region
            watch(server.client(region="eu-west-1")).describe_audit_finding(findingId=findings[ROCA]["findingId"])


def test_related_resources():
    """The device certificates that a CA issued, ten inline, all through the list. A key that fails is needed: the CA is made young, and
    the age of its device certificates does not matter here."""
    with running() as (server, iot):
        soon = certs.Authority("Ends soon", end=certs.NOW + 10 * certs.DAY)
        iot.register_ca_certificate(caCertificate=soon.pem, certificateMode="SNI_ONLY", setAsActive=True)
        ids = []
        for number in range(13):
            certificate = soon.sign(f"device {number}")
            iot.register_certificate(certificatePem=certs.pem(certificate), status="ACTIVE")
            ids.append(certs.fingerprint(certificate))
        task_id, _ = audit(iot, "CA_CERTIFICATE_EXPIRING_CHECK")
        (finding,) = iot.list_audit_findings(taskId=task_id)["findings"]
        assert finding["reasonForNonComplianceCode"] == "CERTIFICATE_APPROACHING_EXPIRATION" and finding["severity"] == "MEDIUM"
        assert [r["resourceIdentifier"]["deviceCertificateId"] for r in finding["relatedResources"]] == ids[:10]
        assert {r["resourceType"] for r in finding["relatedResources"]} == {"DEVICE_CERTIFICATE"}
        assert iot.describe_audit_finding(findingId=finding["findingId"])["finding"]["relatedResources"] == finding["relatedResources"]
        for size in (1, 5, 13, 250):
            related, token = [], {}
            while token is not None:  # Debian's botocore has no paginator for it
                page = iot.list_related_resources_for_audit_finding(findingId=finding["findingId"], maxResults=size, **token)
                related += page["relatedResources"]
                token = {"nextToken": page["nextToken"]} if "nextToken" in page else None
            assert [r["resourceIdentifier"]["deviceCertificateId"] for r in related] == ids, size
        iot.update_certificate(certificateId=ids[0], newStatus="REVOKED")
        first = iot.describe_audit_finding(findingId=finding["findingId"])["finding"]["relatedResources"][0]
        assert first["additionalInfo"]["CERTIFICATE_STATUS"] == "REVOKED"  # as it is now: what is left to do


def test_checks_that_aws_has_and_keyassay_has_not():
    with running() as (_, iot):
        with refused(INVALID, "LOGGING_DISABLED_CHECK is not enabled"):
            iot.start_on_demand_audit_task(targetCheckNames=["LOGGING_DISABLED_CHECK"])
        iot.update_account_audit_configuration(
            roleArn=ROLE, auditCheckConfigurations={"LOGGING_DISABLED_CHECK": {"enabled": True}, CA_CHECK: {"enabled": True}})
        _, task = audit(iot, CA_CHECK, "LOGGING_DISABLED_CHECK")
        details = task["auditDetails"]["LOGGING_DISABLED_CHECK"]
        assert details["checkRunStatus"] == "FAILED" and details["message"] and "checkCompliant" not in details, task
        assert task["auditDetails"][CA_CHECK]["checkRunStatus"] == "COMPLETED_COMPLIANT"
        assert task["taskStatistics"]["failedChecks"] == 1


def test_tasks_are_listed():
    with running() as (server, iot):
        ids = [audit(iot)[0] for _ in range(5)][::-1]  # newest first
        range_ = {"startTime": now() - DAY, "endTime": now() + DAY}
        for size in (1, 2, 5, 250):
            tasks = everything(iot, "list_audit_tasks", "tasks", PaginationConfig={"PageSize": size}, **range_)
            assert [task["taskId"] for task in tasks] == ids
        assert tasks[0] == {"taskId": ids[0], "taskStatus": "COMPLETED", "taskType": "ON_DEMAND_AUDIT_TASK"}
        assert iot.list_audit_tasks(taskStatus="FAILED", **range_)["tasks"] == []
        assert iot.list_audit_tasks(taskType="SCHEDULED_AUDIT_TASK", **range_)["tasks"] == []
        assert len(iot.list_audit_tasks(taskType="ON_DEMAND_AUDIT_TASK", taskStatus="COMPLETED", **range_)["tasks"]) == 5
        assert iot.list_audit_tasks(startTime=now() - 2 * DAY, endTime=now() - DAY)["tasks"] == []
        assert watch(server.client(region="eu-west-1")).list_audit_tasks(**range_)["tasks"] == []


def test_ten_audits_at_a_time_and_cancels():
    """No worker runs here, so tasks stay in progress."""
    with running("--audit-workers", "0") as (_, iot):
        ids = [iot.start_on_demand_audit_task(targetCheckNames=[CA_CHECK])["taskId"] for _ in range(10)]
        with refused(LIMIT, "at most 10"):
            iot.start_on_demand_audit_task(targetCheckNames=[CA_CHECK])
        task = iot.describe_audit_task(taskId=ids[0])
        assert task["taskStatus"] == "IN_PROGRESS" and task["taskStatistics"]["inProgressChecks"] == 1
        assert "checkCompliant" not in task["auditDetails"][CA_CHECK]
        iot.cancel_audit_task(taskId=ids[0])
        iot.cancel_audit_task(taskId=ids[0])
        with refused(NOT_FOUND, "no audit task"):
            iot.cancel_audit_task(taskId="0" * 32)
    with running() as (_, iot):
        task_id, _ = audit(iot)
        with refused(INVALID, "has ended"):
            iot.cancel_audit_task(taskId=task_id)


# --- suppressions ----------------------------------------------------------------------------------------------------------


def test_suppressions_and_audits():
    with running() as (_, iot):
        roca, debian = register(iot, "roca-ca"), register(iot, "debian-weak-ca")
        before, _ = audit(iot)
        accepted = {"checkName": CA_CHECK, "resourceIdentifier": {"caCertificateId": roca}}
        iot.create_audit_suppression(expirationDate=now() + 7 * DAY, description="Replaced in May, see #12", **accepted)
        after, task = audit(iot)
        assert task["auditDetails"][CA_CHECK] == {
            "checkRunStatus": "COMPLETED_NON_COMPLIANT", "checkCompliant": False, "totalResourcesCount": 2,
            "nonCompliantResourcesCount": 2, "suppressedNonCompliantResourcesCount": 1}
        suppressed = iot.list_audit_findings(taskId=after, listSuppressedFindings=True)["findings"]
        assert [f["nonCompliantResource"]["resourceIdentifier"]["caCertificateId"] for f in suppressed] == [roca]
        assert suppressed[0]["isSuppressed"] is True
        assert len(iot.list_audit_findings(taskId=after, listSuppressedFindings=False)["findings"]) == 1
        assert len(iot.list_audit_findings(taskId=after)["findings"]) == 2
        # What was found before stays as it was.
        assert iot.list_audit_findings(taskId=before, listSuppressedFindings=True)["findings"] == []

        iot.create_audit_suppression(checkName=CA_CHECK, resourceIdentifier={"caCertificateId": debian}, suppressIndefinitely=True)
        _, task = audit(iot)
        details = task["auditDetails"][CA_CHECK]
        assert details["checkRunStatus"] == "COMPLETED_COMPLIANT" and details["checkCompliant"] is True
        assert details["suppressedNonCompliantResourcesCount"] == 2
        iot.delete_audit_suppression(**accepted)
        _, task = audit(iot)
        assert task["auditDetails"][CA_CHECK]["checkRunStatus"] == "COMPLETED_NON_COMPLIANT"


def test_suppressions():
    with running() as (_, iot):
        def pair(number, check=CA_CHECK, member="caCertificateId"):
            return {"checkName": check, "resourceIdentifier": {member: f"{number:064x}"}}

        end = (now() + 7 * DAY).replace(microsecond=0)
        iot.create_audit_suppression(**pair(1), expirationDate=end, description="one", clientRequestToken="token-1")
        with refused(EXISTS, "already"):
            iot.create_audit_suppression(**pair(1), suppressIndefinitely=True)
        with refused(EXISTS, "clientRequestToken"):
            iot.create_audit_suppression(**pair(2), suppressIndefinitely=True, clientRequestToken="token-1")
        described = iot.describe_audit_suppression(**pair(1))
        assert described["expirationDate"] == end and described["description"] == "one" and described["suppressIndefinitely"] is False
        assert described["resourceIdentifier"] == {"caCertificateId": f"{1:064x}"}
        iot.update_audit_suppression(**pair(1), suppressIndefinitely=True)
        described = iot.describe_audit_suppression(**pair(1))
        assert described["suppressIndefinitely"] is True and "expirationDate" not in described and described["description"] == "one"
        iot.delete_audit_suppression(**pair(9))  # nothing there: nothing to do

        for number in range(2, 7):
            iot.create_audit_suppression(**pair(number), expirationDate=end - number * datetime.timedelta(hours=1))

        def listed(**arguments):
            entries = everything(iot, "list_audit_suppressions", "suppressions", **arguments)
            return [int(entry["resourceIdentifier"]["caCertificateId"], 16) for entry in entries]

        for size in (1, 2, 3, 250):
            assert listed(PaginationConfig={"PageSize": size}) == [6, 5, 4, 3, 2, 1]
            assert listed(ascendingOrder=False, PaginationConfig={"PageSize": size}) == [1, 2, 3, 4, 5, 6]
        assert listed(checkName=DEVICE_CHECK) == []
        assert listed(resourceIdentifier={"caCertificateId": f"{4:064x}"}) == [4]


# --- scheduled audits and tags ---------------------------------------------------------------------------------------------


def test_scheduled_audits():
    with running() as (_, iot):
        arn = iot.create_scheduled_audit(scheduledAuditName="monthly", frequency="MONTHLY", dayOfMonth="LAST",
                                         targetCheckNames=[CA_CHECK, DEVICE_CHECK], tags=[{"Key": "team", "Value": "iot"}])["scheduledAuditArn"]
        assert arn == ARN + "scheduledaudit/monthly"
        described = iot.describe_scheduled_audit(scheduledAuditName="monthly")
        del described["ResponseMetadata"]
        assert described == {"frequency": "MONTHLY", "dayOfMonth": "LAST", "targetCheckNames": [CA_CHECK, DEVICE_CHECK],
                             "scheduledAuditName": "monthly", "scheduledAuditArn": arn}
        assert iot.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "team", "Value": "iot"}]
        assert iot.update_scheduled_audit(scheduledAuditName="monthly", frequency="WEEKLY", dayOfWeek="SUN")["scheduledAuditArn"] == arn
        described = iot.describe_scheduled_audit(scheduledAuditName="monthly")
        assert (described["frequency"], described["dayOfWeek"], described.get("dayOfMonth")) == ("WEEKLY", "SUN", None)
        with refused(EXISTS, "exists already") as body:
            iot.create_scheduled_audit(scheduledAuditName="monthly", frequency="DAILY", targetCheckNames=[CA_CHECK])
        assert (body["resourceId"], body["resourceArn"]) == ("monthly", arn)
        for number in range(4):
            iot.create_scheduled_audit(scheduledAuditName=f"n{number}", frequency="DAILY", targetCheckNames=[CA_CHECK])
        with refused(LIMIT, "at most 5"):
            iot.create_scheduled_audit(scheduledAuditName="one-more", frequency="DAILY", targetCheckNames=[CA_CHECK])
        names = [entry["scheduledAuditName"] for entry in everything(iot, "list_scheduled_audits", "scheduledAudits",
                                                                     PaginationConfig={"PageSize": 2})]
        assert names == ["monthly", "n0", "n1", "n2", "n3"]
        iot.delete_scheduled_audit(scheduledAuditName="monthly")
        for call in (iot.describe_scheduled_audit, iot.delete_scheduled_audit, iot.update_scheduled_audit):
            with refused(NOT_FOUND, "no scheduled audit monthly"):
                call(scheduledAuditName="monthly")
        with refused(NOT_FOUND):
            iot.list_tags_for_resource(resourceArn=arn)


def test_a_schedule_runs_when_its_time_comes():
    with running(env={"KEYASSAYD_TEST_CLOCK": "/nonexistent"}) as (server, iot):
        server.stop()
        clock = os.path.join(server.data, "clock")
        server.env["KEYASSAYD_TEST_CLOCK"] = clock
        server.start()
        iot.create_scheduled_audit(scheduledAuditName="daily", frequency="DAILY", targetCheckNames=[CA_CHECK])
        with open(clock + ".new", "w", encoding="ascii") as file:
            file.write(str(2 * 24 * 3600 * 1000))
        os.replace(clock + ".new", clock)
        later = now() + 2 * DAY
        end = time.monotonic() + 60
        tasks = []
        while not tasks and time.monotonic() < end:
            time.sleep(0.2)
            status, _, body = send_at(server, later, "GET", "/audit/tasks?" + urllib.parse.urlencode(
                {"startTime": (later - 3 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ"), "endTime": (later + DAY).strftime("%Y-%m-%dT%H:%M:%SZ"),
                 "taskType": "SCHEDULED_AUDIT_TASK"}))
            assert status == 200, body
            tasks = body["tasks"]
        assert len(tasks) == 1, tasks  # once, though two days have passed
        status, _, body = send_at(server, later, "GET", f"/audit/tasks/{tasks[0]['taskId']}")
        assert body["scheduledAuditName"] == "daily" and body["taskType"] == "SCHEDULED_AUDIT_TASK"


def send_at(server, when, method, path):
    """A request that is signed at another time: the server's clock has been moved."""
    import botocore.auth
    import unittest.mock
    with unittest.mock.patch.object(botocore.auth.datetime, "datetime", wraps=datetime.datetime) as clock:
        clock.utcnow.return_value = when.replace(tzinfo=None)
        clock.now.return_value = when
        return send(server, method, path)


def test_tags():
    with running() as (_, iot):
        ca = register(iot, "sound-ca")
        arn = ARN + "cacert/" + ca
        iot.tag_resource(resourceArn=arn, tags=[{"Key": "site", "Value": "Köln"}, {"Key": "empty"}])
        iot.tag_resource(resourceArn=arn, tags=[{"Key": "site", "Value": "Bonn"}])
        assert iot.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "empty", "Value": ""}, {"Key": "site", "Value": "Bonn"}]
        iot.untag_resource(resourceArn=arn, tagKeys=["empty", "not-there"])
        assert iot.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "site", "Value": "Bonn"}]
        iot.tag_resource(resourceArn=arn, tags=[{"Key": f"k{n}"} for n in range(49)])
        with refused(LIMIT, "at most 50"):
            iot.tag_resource(resourceArn=arn, tags=[{"Key": "one-more"}])


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
