# SPDX-License-Identifier: Apache-2.0
"""Mitigation actions and the tasks that apply them, through boto3: mitigation_test.py KEYASSAYD [part of a test's name...]

What each operation does and each of its documented errors; each reply is held against botocore's model (model.py). Findings come
from real audits: weak keys of examples/, and certificates that end soon, which make as many findings as a test wants.
"""
import contextlib
import datetime
import json
import os
import sqlite3
import sys
import time
import uuid

import certs
from audit_client import (CA_CHECK, DEVICE_CHECK, ROLE, TOPIC, ARN, ROCA, DEBIAN, INVALID, NOT_FOUND, EXISTS, LIMIT, DENIED, STATUS, DAY,
                          running, refused, send, now, everything, register, audit)
from keyassayd import run_tests
from model import watch

TASK_EXISTS = "TaskAlreadyExistsException"
STATUS[TASK_EXISTS] = 400
CA_EXPIRING, DEVICE_EXPIRING = "CA_CERTIFICATE_EXPIRING_CHECK", "DEVICE_CERTIFICATE_EXPIRING_CHECK"
DEACTIVATE = {"action": "DEACTIVATE"}
PARAMS = {
    "UPDATE_DEVICE_CERTIFICATE": {"updateDeviceCertificateParams": DEACTIVATE},
    "UPDATE_CA_CERTIFICATE": {"updateCACertificateParams": DEACTIVATE},
    "ADD_THINGS_TO_THING_GROUP": {"addThingsToThingGroupParams": {"thingGroupNames": ["quarantine:1"], "overrideDynamicGroups": True}},
    "REPLACE_DEFAULT_POLICY_VERSION": {"replaceDefaultPolicyVersionParams": {"templateName": "BLANK_POLICY"}},
    "ENABLE_IOT_LOGGING": {"enableIoTLoggingParams": {"roleArnForLogging": ROLE, "logLevel": "WARN"}},
    "PUBLISH_FINDING_TO_SNS": {"publishFindingToSnsParams": {"topicArn": TOPIC}},
}
HOUR = datetime.timedelta(hours=1)


def create(iot, *types):
    """An action of each type, named by it."""
    for kind in types:
        iot.create_mitigation_action(actionName=kind, roleArn=ROLE, actionParams=PARAMS[kind])


def start(iot, target, mapping, task_id=None, **more):
    task_id = task_id or uuid.uuid4().hex
    answer = iot.start_audit_mitigation_actions_task(taskId=task_id, target=target, auditCheckToActionsMapping=mapping, **more)
    assert answer["taskId"] == task_id
    return task_id


def finish(iot, task_id):
    """Waits for the end of a task; returns its description."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        task = iot.describe_audit_mitigation_actions_task(taskId=task_id)
        if task["taskStatus"] != "IN_PROGRESS":
            assert task["endTime"] >= task["startTime"], task
            return task
        time.sleep(0.05)
    raise AssertionError(f"mitigation task {task_id} does not end")


def mitigate(iot, target, mapping, **more):
    """(task id, description) of a task that has ended."""
    task_id = start(iot, target, mapping, **more)
    return task_id, finish(iot, task_id)


def counts(total=0, failed=0, succeeded=0, skipped=0, canceled=0):
    return {"totalFindingsCount": total, "failedFindingsCount": failed, "succeededFindingsCount": succeeded,
            "skippedFindingsCount": skipped, "canceledFindingsCount": canceled}


def executions(iot, task_id, finding_id, **more):
    return iot.list_audit_mitigation_actions_executions(taskId=task_id, findingId=finding_id, **more)["actionsExecutions"]


def statuses(iot, task_id, finding_id, **more):
    return [(e["actionName"], e["status"]) for e in executions(iot, task_id, finding_id, **more)]


def findings(iot, audit_id):
    """resource id: its findings, in the order found."""
    found = {}
    for finding in everything(iot, "list_audit_findings", "findings", taskId=audit_id):
        (resource,) = finding["nonCompliantResource"]["resourceIdentifier"].values()
        found.setdefault(resource, []).append(finding)
    return found


def ca_status(iot, ca):
    return iot.describe_ca_certificate(certificateId=ca)["certificateDescription"]["status"]


def device_status(iot, device):
    return iot.describe_certificate(certificateId=device)["certificateDescription"]["status"]


def soon_ca(iot, name):
    """The id of an ACTIVE CA that ends soon: one finding of CA_EXPIRING."""
    authority = certs.Authority(name, end=certs.NOW + 10 * certs.DAY)
    iot.register_ca_certificate(caCertificate=authority.pem, certificateMode="SNI_ONLY", setAsActive=True)
    return authority.id


def soon_devices(iot, num):
    """Ids of ACTIVE device certificates that end soon."""
    authority, key, ids = certs.Authority("Devices"), certs.key(), []
    for number in range(num):
        certificate = authority.sign(f"device {number}", key, end=certs.NOW + 10 * certs.DAY)
        iot.register_certificate_without_ca(certificatePem=certs.pem(certificate), status="ACTIVE")
        ids.append(certs.fingerprint(certificate))
    return ids


# --- from finding to fix ----------------------------------------------------------------------------------------------------


def test_a_weak_ca_is_deactivated():
    with running() as (server, iot):
        roca, debian, sound = register(iot, "roca-ca"), register(iot, "debian-weak-ca"), register(iot, "sound-ca")
        audit_id, _ = audit(iot, CA_CHECK)
        found = findings(iot, audit_id)
        assert set(found) == {roca, debian}
        create(iot, "UPDATE_CA_CERTIFICATE")
        before = iot.describe_ca_certificate(certificateId=roca)["certificateDescription"]
        mapping = {CA_CHECK: ["UPDATE_CA_CERTIFICATE"]}
        task_id, task = mitigate(iot, {"auditTaskId": audit_id}, mapping)
        assert task["taskStatus"] == "COMPLETED" and task["taskStatistics"] == {CA_CHECK: counts(total=2, succeeded=2)}, task
        assert task["target"] == {"auditTaskId": audit_id} and task["auditCheckToActionsMapping"] == mapping
        action = iot.describe_mitigation_action(actionName="UPDATE_CA_CERTIFICATE")
        assert task["actionsDefinition"] == [{"name": "UPDATE_CA_CERTIFICATE", "id": action["actionId"], "roleArn": ROLE,
                                              "actionParams": PARAMS["UPDATE_CA_CERTIFICATE"]}]
        assert (ca_status(iot, roca), ca_status(iot, debian), ca_status(iot, sound)) == ("INACTIVE", "INACTIVE", "ACTIVE")
        after = iot.describe_ca_certificate(certificateId=roca)["certificateDescription"]
        assert after["customerVersion"] == before["customerVersion"] + 1
        assert before["lastModifiedDate"] < after["lastModifiedDate"] <= task["endTime"]
        for ca in (roca, debian):
            (finding,) = found[ca]
            (done,) = executions(iot, task_id, finding["findingId"])
            assert done["status"] == "COMPLETED" and done["actionId"] == action["actionId"] and done["taskId"] == task_id, done
            assert task["startTime"] <= done["startTime"] <= done["endTime"] <= task["endTime"]
            assert "errorCode" not in done and "message" not in done
        # The finding tells what was; the next audit has nothing to say.
        assert iot.describe_audit_finding(findingId=found[roca][0]["findingId"])["finding"] == found[roca][0]
        assert audit(iot, CA_CHECK)[1]["auditDetails"][CA_CHECK]["totalResourcesCount"] == 1
        assert server.metric('keyassayd_mitigation_tasks_total{status="COMPLETED"}') == 1
        assert server.metric('keyassayd_mitigation_actions_total{status="COMPLETED"}') == 2


def test_with_the_aws_command():
    with running() as (server, iot):
        roca = register(iot, "roca-ca")
        audit_id, _ = audit(iot, CA_CHECK)
        for words in (
            ("create-mitigation-action", "--action-name", "off", "--role-arn", ROLE,
             "--action-params", "updateCACertificateParams={action=DEACTIVATE}"),
            ("start-audit-mitigation-actions-task", "--task-id", "fix", "--target", f"auditTaskId={audit_id}",
             "--audit-check-to-actions-mapping", json.dumps({CA_CHECK: ["off"]})),
        ):
            done = server.aws(*words)
            assert done.returncode == 0, done
        assert finish(iot, "fix")["taskStatus"] == "COMPLETED" and ca_status(iot, roca) == "INACTIVE"
        (finding,) = findings(iot, audit_id)[roca]
        done = server.aws("list-audit-mitigation-actions-executions", "--task-id", "fix", "--finding-id", finding["findingId"])
        assert json.loads(done.stdout)["actionsExecutions"][0]["status"] == "COMPLETED", done


def test_devices_are_deactivated():
    with running() as (_, iot):
        devices = soon_devices(iot, 4)
        audit_id, _ = audit(iot, DEVICE_EXPIRING)
        found = {device: entries[0]["findingId"] for device, entries in findings(iot, audit_id).items()}
        iot.update_certificate(certificateId=devices[1], newStatus="INACTIVE")
        iot.update_certificate(certificateId=devices[2], newStatus="REVOKED")
        iot.update_certificate(certificateId=devices[3], newStatus="INACTIVE")
        iot.delete_certificate(certificateId=devices[3])
        create(iot, "UPDATE_DEVICE_CERTIFICATE")
        task_id, task = mitigate(iot, {"auditTaskId": audit_id}, {DEVICE_EXPIRING: ["UPDATE_DEVICE_CERTIFICATE"]})
        assert task["taskStatus"] == "FAILED"
        assert task["taskStatistics"] == {DEVICE_EXPIRING: counts(total=4, succeeded=2, failed=2)}
        assert [device_status(iot, device) for device in devices[:3]] == ["INACTIVE", "INACTIVE", "REVOKED"]
        for device, words in ((devices[2], "is REVOKED"), (devices[3], "no longer registered")):
            (done,) = executions(iot, task_id, found[device])
            assert done["status"] == "FAILED" and done["errorCode"] == "INVALID_STATE_OF_RESOURCE" and words in done["message"], done
        assert statuses(iot, task_id, found[devices[1]]) == [("UPDATE_DEVICE_CERTIFICATE", "COMPLETED")]


def test_states_of_a_ca():
    """Gone, INACTIVE already, on its way to another account."""
    with running() as (server, iot):
        assert server.command("account", "create", "111111111111").returncode == 0
        cas = [soon_ca(iot, f"CA {number}") for number in range(3)]
        audit_id, _ = audit(iot, CA_EXPIRING)
        found = {ca: entries[0]["findingId"] for ca, entries in findings(iot, audit_id).items()}
        for ca in cas:
            iot.update_ca_certificate(certificateId=ca, newStatus="INACTIVE")
        iot.delete_ca_certificate(certificateId=cas[0])
        before = iot.describe_ca_certificate(certificateId=cas[1])
        status, _, body = send(server, "POST", f"/keyassay/v1/cacertificate/{cas[2]}/transfer?targetAwsAccount=111111111111", {})
        assert status == 200, body
        create(iot, "UPDATE_CA_CERTIFICATE")
        task_id, task = mitigate(iot, {"auditTaskId": audit_id}, {CA_EXPIRING: ["UPDATE_CA_CERTIFICATE"]})
        assert task["taskStatistics"] == {CA_EXPIRING: counts(total=3, succeeded=1, failed=2)} and task["taskStatus"] == "FAILED"
        for ca, words in ((cas[0], "no longer registered"), (cas[2], "being transferred to account 111111111111")):
            (done,) = executions(iot, task_id, found[ca])
            assert done["status"] == "FAILED" and done["errorCode"] == "INVALID_STATE_OF_RESOURCE" and words in done["message"], done
        assert statuses(iot, task_id, found[cas[1]]) == [("UPDATE_CA_CERTIFICATE", "COMPLETED")]
        after = iot.describe_ca_certificate(certificateId=cas[1])
        assert after["certificateDescription"] == before["certificateDescription"]
        assert ca_status(iot, cas[2]) == "PENDING_TRANSFER"


def test_order_and_what_is_skipped():
    """Actions run in the order listed. One that fails skips those behind it, for its finding only."""
    with running() as (_, iot):
        devices = soon_devices(iot, 2)
        iot.update_certificate(certificateId=devices[0], newStatus="INACTIVE")
        iot.update_certificate(certificateId=devices[0], newStatus="ACTIVE")
        audit_id, _ = audit(iot, DEVICE_EXPIRING)
        found = {device: entries[0]["findingId"] for device, entries in findings(iot, audit_id).items()}
        iot.update_certificate(certificateId=devices[0], newStatus="REVOKED")
        create(iot, "UPDATE_DEVICE_CERTIFICATE", "ADD_THINGS_TO_THING_GROUP")
        task_id, task = mitigate(iot, {"auditTaskId": audit_id},
                                 {DEVICE_EXPIRING: ["ADD_THINGS_TO_THING_GROUP", "UPDATE_DEVICE_CERTIFICATE"]})
        assert task["taskStatus"] == "FAILED" and task["taskStatistics"] == {DEVICE_EXPIRING: counts(total=2, failed=2)}
        assert device_status(iot, devices[1]) == "ACTIVE"
        for device in devices:
            first, second = executions(iot, task_id, found[device])
            assert first["actionName"] == "ADD_THINGS_TO_THING_GROUP" and first["status"] == "FAILED", first
            assert first["errorCode"] == "UNSUPPORTED_ACTION" and "cannot be applied" in first["message"], first
            assert second["actionName"] == "UPDATE_DEVICE_CERTIFICATE" and second["status"] == "SKIPPED", second
            assert "ADD_THINGS_TO_THING_GROUP failed" in second["message"] and "errorCode" not in second
        # The other way round: one of the two gets as far as the second action.
        task_id, task = mitigate(iot, {"auditTaskId": audit_id},
                                 {DEVICE_EXPIRING: ["UPDATE_DEVICE_CERTIFICATE", "ADD_THINGS_TO_THING_GROUP"]})
        assert task["taskStatistics"] == {DEVICE_EXPIRING: counts(total=2, failed=2)}
        assert [s for _, s in statuses(iot, task_id, found[devices[0]])] == ["FAILED", "SKIPPED"]
        assert [s for _, s in statuses(iot, task_id, found[devices[1]])] == ["COMPLETED", "FAILED"]
        assert device_status(iot, devices[1]) == "INACTIVE"  # what was done is not taken back
        # Lists of executions: pages and filters.
        one = iot.list_audit_mitigation_actions_executions(taskId=task_id, findingId=found[devices[1]], maxResults=1)
        assert [e["status"] for e in one["actionsExecutions"]] == ["COMPLETED"]
        two = iot.list_audit_mitigation_actions_executions(taskId=task_id, findingId=found[devices[1]], maxResults=1,
                                                           nextToken=one["nextToken"])
        assert [e["status"] for e in two["actionsExecutions"]] == ["FAILED"] and "nextToken" not in two
        assert statuses(iot, task_id, found[devices[1]], actionStatus="FAILED") == [("ADD_THINGS_TO_THING_GROUP", "FAILED")]
        assert statuses(iot, task_id, found[devices[1]], actionStatus="PENDING") == []
        assert executions(iot, "another", found[devices[1]]) == [] and executions(iot, task_id, "another") == []
        for arguments, words in [
            ({"actionStatus": "BOGUS"}, "must be one of"),
            ({"taskId": "a.b"}, "taskId: must match"),
            ({"findingId": "a.b"}, "findingId: must match"),
            ({"taskId": "a" * 129}, "at most 128"),
            ({"maxResults": 251}, "must be 1 to 250"),
            ({"nextToken": one["nextToken"], "actionStatus": "FAILED"}, "nextToken is not a token of this list"),
            ({"nextToken": "x"}, "nextToken is not a token of this list"),
        ]:
            with refused(INVALID, words):
                iot.list_audit_mitigation_actions_executions(**{"taskId": task_id, "findingId": found[devices[1]], **arguments})


def test_several_checks_at_once():
    with running() as (_, iot):
        ca, device = soon_ca(iot, "Ends soon"), soon_devices(iot, 1)[0]
        audit_id, _ = audit(iot, CA_EXPIRING, DEVICE_EXPIRING)
        create(iot, "UPDATE_CA_CERTIFICATE", "UPDATE_DEVICE_CERTIFICATE", "ADD_THINGS_TO_THING_GROUP")
        # Only the check that is named.
        _, task = mitigate(iot, {"auditTaskId": audit_id}, {CA_EXPIRING: ["UPDATE_CA_CERTIFICATE"]})
        assert task["taskStatistics"] == {CA_EXPIRING: counts(total=1, succeeded=1)}
        assert (ca_status(iot, ca), device_status(iot, device)) == ("INACTIVE", "ACTIVE")
        _, task = mitigate(iot, {"auditTaskId": audit_id}, {
            CA_EXPIRING: ["UPDATE_CA_CERTIFICATE"], DEVICE_EXPIRING: ["UPDATE_DEVICE_CERTIFICATE", "ADD_THINGS_TO_THING_GROUP"],
            CA_CHECK: ["UPDATE_CA_CERTIFICATE"]})
        assert task["taskStatistics"] == {CA_EXPIRING: counts(total=1, succeeded=1), DEVICE_EXPIRING: counts(total=1, failed=1),
                                          CA_CHECK: counts()}
        assert task["taskStatus"] == "FAILED" and device_status(iot, device) == "INACTIVE"
        assert {action["name"] for action in task["actionsDefinition"]} == {
            "UPDATE_CA_CERTIFICATE", "UPDATE_DEVICE_CERTIFICATE", "ADD_THINGS_TO_THING_GROUP"}


def test_listed_findings():
    with running() as (_, iot):
        cas = [soon_ca(iot, f"CA {number}") for number in range(3)]
        audit_id, _ = audit(iot, CA_EXPIRING)
        found = {ca: entries[0]["findingId"] for ca, entries in findings(iot, audit_id).items()}
        create(iot, "UPDATE_CA_CERTIFICATE")
        ids = [found[cas[2]], found[cas[0]]]
        task_id, task = mitigate(iot, {"findingIds": ids}, {CA_EXPIRING: ["UPDATE_CA_CERTIFICATE"]})
        assert task["target"] == {"findingIds": ids} and task["taskStatistics"] == {CA_EXPIRING: counts(total=2, succeeded=2)}
        assert [ca_status(iot, ca) for ca in cas] == ["INACTIVE", "ACTIVE", "INACTIVE"]
        assert statuses(iot, task_id, found[cas[1]]) == []


def test_filter_by_reason_code():
    with running() as (_, iot):
        roca, debian = register(iot, "roca-ca"), register(iot, "debian-weak-ca")
        audit_id, _ = audit(iot, CA_CHECK)
        found = {ca: entries[0]["findingId"] for ca, entries in findings(iot, audit_id).items()}
        create(iot, "UPDATE_CA_CERTIFICATE")
        target = {"auditTaskId": audit_id, "auditCheckToReasonCodeFilter": {CA_CHECK: ["SOME_OTHER_CODE", ROCA]}}
        task_id, task = mitigate(iot, target, {CA_CHECK: ["UPDATE_CA_CERTIFICATE"]})
        assert task["target"] == target
        assert task["taskStatus"] == "COMPLETED" and task["taskStatistics"] == {CA_CHECK: counts(total=2, succeeded=1, skipped=1)}
        assert (ca_status(iot, roca), ca_status(iot, debian)) == ("INACTIVE", "ACTIVE")
        assert statuses(iot, task_id, found[debian]) == []
        target["auditCheckToReasonCodeFilter"] = {CA_CHECK: [DEBIAN]}
        mitigate(iot, target, {CA_CHECK: ["UPDATE_CA_CERTIFICATE"]})
        assert ca_status(iot, debian) == "INACTIVE"


def test_suppressed_findings_are_left_alone():
    with running() as (_, iot):
        cas = [soon_ca(iot, f"CA {number}") for number in range(4)]

        def suppress(ca, **more):
            iot.create_audit_suppression(checkName=CA_EXPIRING, resourceIdentifier={"caCertificateId": ca}, **more)

        suppress(cas[0], suppressIndefinitely=True)
        audit_id, _ = audit(iot, CA_EXPIRING)
        found = {ca: entries[0]["findingId"] for ca, entries in findings(iot, audit_id).items()}
        suppress(cas[1], expirationDate=now() + DAY)  # after the audit
        iot.create_audit_suppression(checkName=CA_CHECK, resourceIdentifier={"caCertificateId": cas[2]}, suppressIndefinitely=True)
        create(iot, "UPDATE_CA_CERTIFICATE")
        task_id, task = mitigate(iot, {"auditTaskId": audit_id}, {CA_EXPIRING: ["UPDATE_CA_CERTIFICATE"]})
        assert task["taskStatus"] == "COMPLETED" and task["taskStatistics"] == {CA_EXPIRING: counts(total=4, succeeded=2, skipped=2)}
        assert [ca_status(iot, ca) for ca in cas] == ["ACTIVE", "ACTIVE", "INACTIVE", "INACTIVE"]
        assert statuses(iot, task_id, found[cas[0]]) == statuses(iot, task_id, found[cas[1]]) == []
        # Naming them does not help; and a finding that was suppressed when it was found stays so.
        iot.delete_audit_suppression(checkName=CA_EXPIRING, resourceIdentifier={"caCertificateId": cas[0]})
        _, task = mitigate(iot, {"findingIds": [found[cas[0]], found[cas[1]]]}, {CA_EXPIRING: ["UPDATE_CA_CERTIFICATE"]})
        assert task["taskStatistics"] == {CA_EXPIRING: counts(total=2, skipped=2)}
        iot.delete_audit_suppression(checkName=CA_EXPIRING, resourceIdentifier={"caCertificateId": cas[1]})
        _, task = mitigate(iot, {"findingIds": [found[cas[0]], found[cas[1]]]}, {CA_EXPIRING: ["UPDATE_CA_CERTIFICATE"]})
        assert task["taskStatistics"] == {CA_EXPIRING: counts(total=2, succeeded=1, skipped=1)}
        assert [ca_status(iot, ca) for ca in cas[:2]] == ["ACTIVE", "INACTIVE"]


def outbox(server):
    """(id, topic, message) of what is on its way, in the order in which it was written."""
    with contextlib.closing(sqlite3.connect(f"file:{os.path.join(server.data, 'keyassay.db')}?mode=ro", uri=True)) as db:
        return [(i, topic, json.loads(message)) for i, topic, message in db.execute("SELECT id, topic, message FROM outbox ORDER BY seq")]


def test_findings_are_published():
    """One message for each finding, with its execution; what was skipped is not published."""
    with running() as (server, iot):
        authority = certs.Authority("Ends soon", end=certs.NOW + 10 * certs.DAY)
        iot.register_ca_certificate(caCertificate=authority.pem, certificateMode="SNI_ONLY", setAsActive=True)
        device = authority.sign("device")
        iot.register_certificate(certificatePem=certs.pem(device), status="ACTIVE")
        other = soon_ca(iot, "Other")
        audit_id, _ = audit(iot, CA_EXPIRING)
        found = {ca: entries[0] for ca, entries in findings(iot, audit_id).items()}
        iot.update_ca_certificate(certificateId=other, newStatus="INACTIVE")
        iot.delete_ca_certificate(certificateId=other)
        create(iot, "UPDATE_CA_CERTIFICATE", "PUBLISH_FINDING_TO_SNS")
        iot.create_mitigation_action(actionName="tell", roleArn=ROLE,
                                     actionParams={"publishFindingToSnsParams": {"topicArn": TOPIC + "-2"}})
        task_id, task = mitigate(iot, {"auditTaskId": audit_id}, {CA_EXPIRING: ["tell", "UPDATE_CA_CERTIFICATE", "PUBLISH_FINDING_TO_SNS"]})
        assert task["taskStatistics"] == {CA_EXPIRING: counts(total=2, succeeded=1, failed=1)}
        assert [s for _, s in statuses(iot, task_id, found[authority.id]["findingId"])] == ["COMPLETED"] * 3
        assert [s for _, s in statuses(iot, task_id, found[other]["findingId"])] == ["COMPLETED", "FAILED", "SKIPPED"]
        assert ca_status(iot, authority.id) == "INACTIVE"
        sent = outbox(server)
        assert sorted((topic, m["finding"]["findingId"], m["actionName"]) for _, topic, m in sent) == sorted([
            (TOPIC + "-2", found[authority.id]["findingId"], "tell"), (TOPIC, found[authority.id]["findingId"], "PUBLISH_FINDING_TO_SNS"),
            (TOPIC + "-2", found[other]["findingId"], "tell")])
        assert len({i for i, _, _ in sent}) == 3
        for _, _, message in sent:
            assert message["accountId"] == "000000000000" and message["mitigationActionsTaskId"] == task_id
            finding = message["finding"]
            (resource,) = finding["nonCompliantResource"]["resourceIdentifier"].values()
            expected = found[resource]
            assert (finding["checkName"], finding["severity"]) == (CA_EXPIRING, expected["severity"])
            assert [r["resourceIdentifier"] for r in finding["relatedResources"]] == [
                {"deviceCertificateId": certs.fingerprint(device)} for _ in range(resource == authority.id)]
        # Another task is another cause.
        mitigate(iot, {"findingIds": [found[other]["findingId"]]}, {CA_EXPIRING: ["tell"]})
        assert len({i for i, _, _ in outbox(server)}) == 4


# --- tasks ------------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def without_workers():
    """(server, client, audit id, finding id): tasks stay in progress; an expiring CA with its finding."""
    with running("--mitigation-workers", "0") as (server, iot):
        ca = soon_ca(iot, "Ends soon")
        audit_id, _ = audit(iot, CA_EXPIRING)
        create(iot, "UPDATE_CA_CERTIFICATE")
        yield server, iot, audit_id, findings(iot, audit_id)[ca][0]["findingId"]


def with_workers(server):
    """The same server, restarted with workers: a client."""
    assert server.stop() == 0
    server.options = []
    server.start()
    return watch(server.client())


MAPPING = {CA_EXPIRING: ["UPDATE_CA_CERTIFICATE"]}


def test_cancel():
    with without_workers() as (server, iot, audit_id, finding_id):
        start(iot, {"auditTaskId": audit_id}, MAPPING, "first")
        start(iot, {"findingIds": [finding_id]}, MAPPING, "second")
        for task_id in ("first", "second"):
            task = iot.describe_audit_mitigation_actions_task(taskId=task_id)
            assert task["taskStatus"] == "IN_PROGRESS" and "endTime" not in task and task["taskStatistics"] == {CA_EXPIRING: counts()}
            (waiting,) = executions(iot, task_id, finding_id)
            assert waiting["status"] == "PENDING" and "startTime" not in waiting and waiting["actionName"] == "UPDATE_CA_CERTIFICATE"
            assert statuses(iot, task_id, finding_id, actionStatus="PENDING") == [("UPDATE_CA_CERTIFICATE", "PENDING")]
            iot.cancel_audit_mitigation_actions_task(taskId=task_id)
            iot.cancel_audit_mitigation_actions_task(taskId=task_id)  # until it has ended
            assert statuses(iot, task_id, finding_id) == [("UPDATE_CA_CERTIFICATE", "CANCELED")]
        with refused(NOT_FOUND, "no audit mitigation actions task"):
            iot.cancel_audit_mitigation_actions_task(taskId="unknown")
        with refused(INVALID, "taskId: must match"):
            iot.cancel_audit_mitigation_actions_task(taskId="a.b")
        iot = with_workers(server)
        for task_id in ("first", "second"):
            task = finish(iot, task_id)
            assert task["taskStatus"] == "CANCELED" and task["taskStatistics"] == {CA_EXPIRING: counts(total=1, canceled=1)}, task
            assert statuses(iot, task_id, finding_id) == [("UPDATE_CA_CERTIFICATE", "CANCELED")]
            with refused(INVALID, "has ended"):
                iot.cancel_audit_mitigation_actions_task(taskId=task_id)
        assert ca_status(iot, everything(iot, "list_ca_certificates", "certificates")[0]["certificateId"]) == "ACTIVE"


def test_definitions_are_those_of_the_start():
    with without_workers() as (server, iot, audit_id, finding_id):
        action = iot.describe_mitigation_action(actionName="UPDATE_CA_CERTIFICATE")
        start(iot, {"auditTaskId": audit_id}, MAPPING, "task")
        iot.update_mitigation_action(actionName="UPDATE_CA_CERTIFICATE", roleArn=ROLE + "2",
                                     actionParams=PARAMS["PUBLISH_FINDING_TO_SNS"])
        iot.delete_mitigation_action(actionName="UPDATE_CA_CERTIFICATE")
        iot = with_workers(server)
        task = finish(iot, "task")
        assert task["taskStatus"] == "COMPLETED", task
        assert task["actionsDefinition"] == [{"name": "UPDATE_CA_CERTIFICATE", "id": action["actionId"], "roleArn": ROLE,
                                              "actionParams": PARAMS["UPDATE_CA_CERTIFICATE"]}]
        assert executions(iot, "task", finding_id)[0]["actionId"] == action["actionId"]
        with refused(INVALID, "no mitigation action UPDATE_CA_CERTIFICATE"):
            start(iot, {"auditTaskId": audit_id}, MAPPING)


def test_ids_and_tokens():
    with without_workers() as (server, iot, audit_id, finding_id):
        target = {"auditTaskId": audit_id}
        start(iot, target, MAPPING, "task", clientRequestToken="token")
        start(iot, target, MAPPING, "task", clientRequestToken="token")
        with refused(TASK_EXISTS, "task exists already", "another clientRequestToken"):
            start(iot, target, MAPPING, "task", clientRequestToken="other")
        with refused(TASK_EXISTS, "task", "needs a token of its own"):
            start(iot, target, MAPPING, "other", clientRequestToken="token")
        # Each account and region has its own.
        west = watch(server.client(region="eu-west-1"))
        with refused(NOT_FOUND):
            west.describe_audit_mitigation_actions_task(taskId="task")
        iot = with_workers(server)
        assert finish(iot, "task")["taskStatus"] == "COMPLETED"
        start(iot, target, MAPPING, "task", clientRequestToken="token")  # still the same request
        with refused(TASK_EXISTS):
            start(iot, target, MAPPING, "task", clientRequestToken="other")


def test_ten_tasks_at_a_time():
    with without_workers() as (server, iot, audit_id, finding_id):
        for number in range(10):
            start(iot, {"auditTaskId": audit_id}, MAPPING, f"task-{number}", clientRequestToken=f"token-{number}")
        with refused(LIMIT, "10 audit mitigation actions tasks are in progress"):
            start(iot, {"auditTaskId": audit_id}, MAPPING)
        start(iot, {"auditTaskId": audit_id}, MAPPING, "task-3", clientRequestToken="token-3")  # not a new one
        iot = with_workers(server)
        for number in range(10):
            assert finish(iot, f"task-{number}")["taskStatus"] == "COMPLETED"
        start(iot, {"auditTaskId": audit_id}, MAPPING)


def test_what_cannot_be_started():
    with running() as (server, iot):
        ca, device = soon_ca(iot, "Ends soon"), soon_devices(iot, 1)[0]
        audit_id, _ = audit(iot, CA_EXPIRING, DEVICE_EXPIRING)
        found = {resource: entries[0]["findingId"] for resource, entries in findings(iot, audit_id).items()}
        create(iot, *PARAMS)
        whole = {"auditTaskId": audit_id}
        for target, mapping, words in [
            ({}, MAPPING, "needs auditTaskId"),
            ({"auditCheckToReasonCodeFilter": {CA_EXPIRING: ["X"]}}, MAPPING, "needs auditTaskId"),
            ({**whole, "findingIds": [found[ca]]}, MAPPING, "cannot be combined"),
            ({"findingIds": [found[ca]], "auditCheckToReasonCodeFilter": {CA_EXPIRING: ["X"]}}, MAPPING, "narrows the findings of auditTaskId"),
            ({"findingIds": [found[ca], found[ca]]}, MAPPING, "names a finding twice"),
            ({"findingIds": ["0" * 32]}, MAPPING, "no audit finding " + "0" * 32),
            ({"findingIds": ["unknown"]}, MAPPING, "no audit finding unknown"),
            ({"findingIds": [found[device]]}, MAPPING, f"is one of {DEVICE_EXPIRING}, which auditCheckToActionsMapping has no actions for"),
            ({"findingIds": [f"f{n}" for n in range(26)]}, MAPPING, "findingIds"),
            ({"findingIds": ["a.b"]}, MAPPING, "target.findingIds[0]: must match"),
            ({"auditTaskId": "unknown"}, MAPPING, "no audit task unknown"),
            ({"auditTaskId": "a_b"}, MAPPING, "target.auditTaskId: must match"),
            ({**whole, "auditCheckToReasonCodeFilter": {"BOGUS": ["X"]}}, MAPPING, "no audit check is called"),
            ({**whole, "auditCheckToReasonCodeFilter": {DEVICE_EXPIRING: ["X"]}}, MAPPING, "has no actions for"),
            ({**whole, "auditCheckToReasonCodeFilter": {CA_EXPIRING: ["X"] * 26}}, MAPPING, "auditCheckToReasonCodeFilter"),
            (whole, {}, "must name at least one check"),
            (whole, {"CA_CERTIFICATE_EXPIRNG_CHECK": ["UPDATE_CA_CERTIFICATE"]}, f"Did you mean {CA_EXPIRING}?"),
            (whole, {CA_EXPIRING: ["unknown"]}, "no mitigation action unknown"),
            (whole, {CA_EXPIRING: ["UPDATE_CA_CERTIFICATE"] * 2}, "twice"),
            (whole, {CA_EXPIRING: ["a", "b", "c", "d", "e", "f"]}, "auditCheckToActionsMapping"),
            (whole, {CA_EXPIRING: ["a.b"]}, "must match"),
        ]:
            with refused(INVALID, words):
                start(iot, target, mapping)
        for empty in ({"findingIds": []}, {**whole, "auditCheckToReasonCodeFilter": {CA_EXPIRING: []}}):
            status, error, body = send(server, "POST", "/audit/mitigationactions/tasks/t", {
                "target": empty, "auditCheckToActionsMapping": MAPPING, "clientRequestToken": "t"})
            assert (status, error) == (400, INVALID) and "at least 1" in body["message"], body
        for missing in ("target", "auditCheckToActionsMapping", "clientRequestToken"):
            whole_body = {"target": whole, "auditCheckToActionsMapping": MAPPING, "clientRequestToken": "t"}
            del whole_body[missing]
            status, error, body = send(server, "POST", "/audit/mitigationactions/tasks/t", whole_body)
            assert (status, error) == (400, INVALID) and f"{missing}: is required" in body["message"], body
        with refused(INVALID, "taskId: must match"):
            start(iot, whole, MAPPING, "a.b")
        with refused(INVALID, "clientRequestToken"):
            start(iot, whole, MAPPING, clientRequestToken="t" * 65)
        assert iot.list_audit_mitigation_actions_tasks(startTime=now() - HOUR, endTime=now() + HOUR)["tasks"] == []


def test_which_actions_fit_which_checks():
    """Reference, section 3.8; findings of any check can be published."""
    ca = {"UPDATE_CA_CERTIFICATE"}
    device = {"UPDATE_DEVICE_CERTIFICATE", "ADD_THINGS_TO_THING_GROUP"}
    more = {CA_CHECK: ca, CA_EXPIRING: ca, "REVOKED_CA_CERTIFICATE_STILL_ACTIVE_CHECK": ca,
            DEVICE_CHECK: device, DEVICE_EXPIRING: device, "DEVICE_CERTIFICATE_SHARED_CHECK": device,
            "REVOKED_DEVICE_CERTIFICATE_STILL_ACTIVE_CHECK": device, "DEVICE_CERTIFICATE_AGE_CHECK": device,
            "INTERMEDIATE_CA_REVOKED_FOR_ACTIVE_DEVICE_CERTIFICATES_CHECK": device,
            "IOT_POLICY_OVERLY_PERMISSIVE_CHECK": {"REPLACE_DEFAULT_POLICY_VERSION"},
            "IOT_POLICY_POTENTIAL_MISCONFIGURATION_CHECK": {"REPLACE_DEFAULT_POLICY_VERSION"},
            "LOGGING_DISABLED_CHECK": {"ENABLE_IOT_LOGGING"}}
    with running() as (_, iot):
        audit_id, _ = audit(iot, CA_CHECK)
        create(iot, *PARAMS)
        checks = iot.describe_account_audit_configuration()["auditCheckConfigurations"]
        assert len(checks) == 17 and set(more) < set(checks)
        for check in checks:
            for kind in PARAMS:
                if kind in {"PUBLISH_FINDING_TO_SNS"} | more.get(check, set()):
                    finish(iot, start(iot, {"auditTaskId": audit_id}, {check: [kind]}))
                else:
                    with refused(INVALID, f"action {kind} is an {kind}, which cannot be applied to findings of {check}"):
                        start(iot, {"auditTaskId": audit_id}, {check: [kind]})


def test_an_audit_in_progress_is_not_complete():
    with running("--audit-workers", "0") as (server, iot):
        audit_id = iot.start_on_demand_audit_task(targetCheckNames=[CA_EXPIRING])["taskId"]
        create(iot, "UPDATE_CA_CERTIFICATE")
        with refused(INVALID, "still in progress"):
            start(iot, {"auditTaskId": audit_id}, MAPPING)
        # Another account's audit is none of ours.
        with refused(INVALID, "no audit task"):
            west = watch(server.client(region="eu-west-1"))
            create(west, "UPDATE_CA_CERTIFICATE")
            start(west, {"auditTaskId": audit_id}, MAPPING)


def test_lists_of_tasks():
    with running() as (_, iot):
        ca, other = soon_ca(iot, "One"), soon_ca(iot, "Two")
        audit_id, _ = audit(iot, CA_EXPIRING)
        second_id, _ = audit(iot, CA_EXPIRING)
        found = {ca: entries[0]["findingId"] for ca, entries in findings(iot, audit_id).items()}
        create(iot, "UPDATE_CA_CERTIFICATE")
        begin = now() - HOUR
        mitigate(iot, {"auditTaskId": audit_id}, MAPPING, task_id="whole")
        mitigate(iot, {"findingIds": [found[other]]}, MAPPING, task_id="listed")
        iot.update_ca_certificate(certificateId=ca, newStatus="INACTIVE")
        iot.delete_ca_certificate(certificateId=ca)
        mitigate(iot, {"auditTaskId": second_id}, MAPPING, task_id="failed")

        def listed(**more):
            arguments = {"startTime": begin, "endTime": now() + HOUR, **more}
            return [t["taskId"] for t in everything(iot, "list_audit_mitigation_actions_tasks", "tasks", **arguments)]

        assert listed() == ["failed", "listed", "whole"]
        for size in (1, 2, 3, 250):
            assert listed(PaginationConfig={"PageSize": size}) == ["failed", "listed", "whole"]
        assert listed(auditTaskId=audit_id) == ["whole"] and listed(auditTaskId=second_id) == ["failed"]
        assert listed(auditTaskId="unknown") == []
        assert listed(findingId=found[other]) == ["listed", "whole"] and listed(findingId=found[ca]) == ["whole"]
        assert listed(findingId="unknown") == []
        assert listed(taskStatus="FAILED") == ["failed"] and listed(taskStatus="COMPLETED") == ["listed", "whole"]
        assert listed(taskStatus="IN_PROGRESS") == [] == listed(taskStatus="CANCELED")
        assert listed(endTime=begin) == [] and listed(startTime=now() + HOUR / 2) == []
        described = iot.describe_audit_mitigation_actions_task(taskId="whole")
        (entry,) = [t for t in iot.list_audit_mitigation_actions_tasks(startTime=begin, endTime=now())["tasks"]
                    if t["taskId"] == "whole"]
        assert entry == {"taskId": "whole", "startTime": described["startTime"], "taskStatus": "COMPLETED"}
        page = iot.list_audit_mitigation_actions_tasks(startTime=begin, endTime=now() + HOUR, maxResults=1)
        for arguments, words in [
            ({"startTime": now(), "endTime": now() - HOUR}, "is before startTime"),
            ({"startTime": now() - 91 * DAY}, "longer ago than audit mitigation actions tasks are kept (90 days)"),
            ({"taskStatus": "BOGUS"}, "must be one of"),
            ({"auditTaskId": "a_b"}, "auditTaskId: must match"),
            ({"findingId": "a.b"}, "findingId: must match"),
            ({"maxResults": 251}, "must be 1 to 250"),
            ({"nextToken": page["nextToken"], "taskStatus": "FAILED"}, "nextToken is not a token of this list"),
        ]:
            with refused(INVALID, words):
                iot.list_audit_mitigation_actions_tasks(**{"startTime": begin, "endTime": now() + HOUR, **arguments})
        with refused(NOT_FOUND, "no audit mitigation actions task unknown"):
            iot.describe_audit_mitigation_actions_task(taskId="unknown")
        with refused(INVALID, "taskId: must match"):
            iot.describe_audit_mitigation_actions_task(taskId="a.b")


# --- actions ----------------------------------------------------------------------------------------------------------------


def test_actions():
    with running() as (server, iot):
        for kind, params in PARAMS.items():
            made = iot.create_mitigation_action(actionName=kind, roleArn=ROLE, actionParams=params)
            assert made["actionArn"] == ARN + "mitigationaction/" + kind and uuid.UUID(made["actionId"]).version == 4
            action = iot.describe_mitigation_action(actionName=kind)
            del action["ResponseMetadata"]
            created = action.pop("creationDate")
            assert created == action.pop("lastModifiedDate") and now() - created < 2 * HOUR
            assert action == {"actionName": kind, "actionType": kind, "actionArn": made["actionArn"], "actionId": made["actionId"],
                              "roleArn": ROLE, "actionParams": params}
            # The same again is the same; anything else is another action of that name.
            again = iot.create_mitigation_action(actionName=kind, roleArn=ROLE, actionParams=params)
            assert (again["actionId"], again["actionArn"]) == (made["actionId"], made["actionArn"])
            with refused(EXISTS, "other parameters") as body:
                iot.create_mitigation_action(actionName=kind, roleArn=ROLE + "2", actionParams=params)
            assert body["resourceId"] == kind and body["resourceArn"] == made["actionArn"], body
        with refused(EXISTS):
            iot.create_mitigation_action(actionName="UPDATE_CA_CERTIFICATE", roleArn=ROLE,
                                         actionParams=PARAMS["PUBLISH_FINDING_TO_SNS"])

        def listed(**more):
            return [a["actionName"] for a in everything(iot, "list_mitigation_actions", "actionIdentifiers", **more)]

        assert listed() == list(PARAMS) == listed(PaginationConfig={"PageSize": 1}) == listed(PaginationConfig={"PageSize": 6})
        for kind in PARAMS:
            assert listed(actionType=kind) == [kind]
        page = iot.list_mitigation_actions(maxResults=1)
        first = iot.describe_mitigation_action(actionName=page["actionIdentifiers"][0]["actionName"])
        assert page["actionIdentifiers"] == [{"actionName": first["actionName"], "actionArn": first["actionArn"],
                                              "creationDate": first["creationDate"]}]
        for arguments, words in [({"actionType": "BOGUS"}, "must be one of"), ({"maxResults": 251}, "must be 1 to 250"),
                                 ({"nextToken": "x"}, "nextToken is not a token"),
                                 ({"nextToken": page["nextToken"], "actionType": "ENABLE_IOT_LOGGING"}, "nextToken is not a token")]:
            with refused(INVALID, words):
                iot.list_mitigation_actions(**arguments)

        # Changes.
        name = "ADD_THINGS_TO_THING_GROUP"
        before = iot.describe_mitigation_action(actionName=name)
        same = iot.update_mitigation_action(actionName=name, roleArn=ROLE)
        assert (same["actionArn"], same["actionId"]) == (before["actionArn"], before["actionId"])
        assert iot.describe_mitigation_action(actionName=name)["lastModifiedDate"] == before["lastModifiedDate"]
        iot.update_mitigation_action(actionName=name, roleArn=ROLE + "3")
        after = iot.describe_mitigation_action(actionName=name)
        assert after["roleArn"] == ROLE + "3" and after["actionParams"] == before["actionParams"]
        assert after["lastModifiedDate"] > before["lastModifiedDate"] and after["creationDate"] == before["creationDate"]
        iot.update_mitigation_action(actionName=name, actionParams=PARAMS["UPDATE_CA_CERTIFICATE"])
        after = iot.describe_mitigation_action(actionName=name)
        assert after["actionType"] == "UPDATE_CA_CERTIFICATE" and after["roleArn"] == ROLE + "3"
        assert listed(actionType="UPDATE_CA_CERTIFICATE") == ["UPDATE_CA_CERTIFICATE", name] and listed(actionType=name) == []
        with refused(NOT_FOUND, "no mitigation action unknown"):
            iot.update_mitigation_action(actionName="unknown", roleArn=ROLE)
        with refused(NOT_FOUND, "no mitigation action unknown"):
            iot.describe_mitigation_action(actionName="unknown")
        with refused(NOT_FOUND):
            watch(server.client(region="eu-west-1")).describe_mitigation_action(actionName=name)

        # The end.
        iot.delete_mitigation_action(actionName=name)
        iot.delete_mitigation_action(actionName=name)  # gone is gone
        assert name not in listed()
        for call, more in ((iot.delete_mitigation_action, {}), (iot.describe_mitigation_action, {}), (iot.update_mitigation_action, {}),
                           (iot.create_mitigation_action, {"roleArn": ROLE, "actionParams": PARAMS["UPDATE_CA_CERTIFICATE"]})):
            with refused(INVALID, "actionName: must match"):
                call(actionName="a.b", **more)
            with refused(INVALID, "at most 128"):
                call(actionName="a" * 129, **more)


def test_parameters_of_actions():
    with running() as (server, iot):
        logging = {"roleArnForLogging": ROLE, "logLevel": "INFO"}
        for params, words in [
            ({}, "exactly one member"),
            ({**PARAMS["UPDATE_CA_CERTIFICATE"], **PARAMS["PUBLISH_FINDING_TO_SNS"]}, "exactly one member"),
            ({"updateCACertificateParams": {"action": "ACTIVATE"}}, "must be one of DEACTIVATE"),
            ({"updateDeviceCertificateParams": {"action": "REVOKE"}}, "must be one of DEACTIVATE"),
            ({"addThingsToThingGroupParams": {"thingGroupNames": [f"g{n}" for n in range(11)]}}, "thingGroupNames"),
            ({"addThingsToThingGroupParams": {"thingGroupNames": ["a b"]}}, "must match"),
            ({"replaceDefaultPolicyVersionParams": {"templateName": "OTHER"}}, "must be one of BLANK_POLICY"),
            ({"enableIoTLoggingParams": {**logging, "logLevel": "DISABLED"}}, "cannot disable it"),
            ({"enableIoTLoggingParams": {**logging, "logLevel": "LOUD"}}, "must be one of"),
            ({"enableIoTLoggingParams": {**logging, "roleArnForLogging": ROLE * 60}}, "at most 2048"),
            ({"publishFindingToSnsParams": {"topicArn": "nowhere"}}, "must be the ARN of an SNS topic"),
            ({"publishFindingToSnsParams": {"topicArn": TOPIC + "x" * 350}}, "at most 350"),
        ]:
            with refused(INVALID, words):
                iot.create_mitigation_action(actionName="a", roleArn=ROLE, actionParams=params)
        iot.create_mitigation_action(actionName="a", roleArn=ROLE, actionParams=PARAMS["UPDATE_CA_CERTIFICATE"])
        with refused(INVALID, "must be the ARN of an SNS topic"):
            iot.update_mitigation_action(actionName="a", actionParams={"publishFindingToSnsParams": {"topicArn": "x"}})
        for body, words in [
            ({"roleArn": ROLE}, "actionParams: is required"),
            ({"actionParams": PARAMS["UPDATE_CA_CERTIFICATE"]}, "roleArn: is required"),
            ({"roleArn": "short", "actionParams": PARAMS["UPDATE_CA_CERTIFICATE"]}, "at least 20"),
            ({"roleArn": ROLE, "actionParams": {"updateCACertificateParams": {}}}, "action: is required"),
            ({"roleArn": ROLE, "actionParams": {"publishFindingToSnsParams": {}}}, "topicArn: is required"),
            ({"roleArn": ROLE, "actionParams": {"addThingsToThingGroupParams": {"thingGroupNames": []}}}, "at least 1"),
        ]:
            status, error, reply = send(server, "POST", "/mitigationactions/actions/b", body)
            assert (status, error) == (400, INVALID) and words in reply["message"], reply
        assert [a["actionName"] for a in iot.list_mitigation_actions()["actionIdentifiers"]] == ["a"]


def test_a_hundred_actions():
    with running() as (server, iot):
        for number in range(100):
            iot.create_mitigation_action(actionName=f"a{number}", roleArn=ROLE, actionParams=PARAMS["UPDATE_CA_CERTIFICATE"])
        with refused(LIMIT, "at most 100"):
            iot.create_mitigation_action(actionName="b", roleArn=ROLE, actionParams=PARAMS["UPDATE_CA_CERTIFICATE"])
        iot.create_mitigation_action(actionName="a7", roleArn=ROLE, actionParams=PARAMS["UPDATE_CA_CERTIFICATE"])  # not a new one
        assert len(everything(iot, "list_mitigation_actions", "actionIdentifiers")) == 100
        create(watch(server.client(region="eu-west-1")), "UPDATE_CA_CERTIFICATE")
        iot.delete_mitigation_action(actionName="a7")
        iot.create_mitigation_action(actionName="b", roleArn=ROLE, actionParams=PARAMS["UPDATE_CA_CERTIFICATE"])


def test_tags_of_actions():
    with running() as (_, iot):
        tags = [{"Key": "team", "Value": "pki"}, {"Key": "x", "Value": ""}]
        params = PARAMS["UPDATE_CA_CERTIFICATE"]
        arn = iot.create_mitigation_action(actionName="a", roleArn=ROLE, actionParams=params, tags=tags)["actionArn"]
        assert iot.list_tags_for_resource(resourceArn=arn)["tags"] == tags
        iot.create_mitigation_action(actionName="a", roleArn=ROLE, actionParams=params, tags=tags[:1])
        iot.create_mitigation_action(actionName="a", roleArn=ROLE, actionParams=params)
        with refused(EXISTS):
            iot.create_mitigation_action(actionName="a", roleArn=ROLE, actionParams=params, tags=[{"Key": "team", "Value": "other"}])
        iot.tag_resource(resourceArn=arn, tags=[{"Key": "more", "Value": "1"}])
        iot.untag_resource(resourceArn=arn, tagKeys=["x"])
        assert iot.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "more", "Value": "1"}, {"Key": "team", "Value": "pki"}]
        with refused(INVALID, "reserved"):
            iot.create_mitigation_action(actionName="b", roleArn=ROLE, actionParams=params, tags=[{"Key": "aws:x"}])
        with refused(LIMIT, "at most 50"):
            iot.create_mitigation_action(actionName="b", roleArn=ROLE, actionParams=params, tags=[{"Key": f"k{n}"} for n in range(51)])
        with refused(NOT_FOUND):
            iot.describe_mitigation_action(actionName="b")
        iot.delete_mitigation_action(actionName="a")
        with refused(NOT_FOUND):
            iot.list_tags_for_resource(resourceArn=arn)
        iot.create_mitigation_action(actionName="a", roleArn=ROLE, actionParams=params)
        assert iot.list_tags_for_resource(resourceArn=arn)["tags"] == []  # the new one begins without


def test_roles():
    """An auditor sees what mitigation does; what changes the registry takes an administrator."""
    with running() as (server, iot):
        audit_id, _ = audit(iot, CA_CHECK)
        create(iot, "UPDATE_CA_CERTIFICATE")
        mitigate(iot, {"auditTaskId": audit_id}, {CA_CHECK: ["UPDATE_CA_CERTIFICATE"]}, task_id="task")
        for role in ("auditor", "reader"):
            weak = watch(server.client(key=server.new_key(role)))
            weak.describe_mitigation_action(actionName="UPDATE_CA_CERTIFICATE")
            weak.list_mitigation_actions()
            weak.describe_audit_mitigation_actions_task(taskId="task")
            weak.list_audit_mitigation_actions_tasks(startTime=now() - HOUR, endTime=now())
            weak.list_audit_mitigation_actions_executions(taskId="task", findingId="f")
            for call in (
                lambda: create(weak, "PUBLISH_FINDING_TO_SNS"),
                lambda: weak.update_mitigation_action(actionName="UPDATE_CA_CERTIFICATE", roleArn=ROLE),
                lambda: weak.delete_mitigation_action(actionName="UPDATE_CA_CERTIFICATE"),
                lambda: start(weak, {"auditTaskId": audit_id}, {CA_CHECK: ["UPDATE_CA_CERTIFICATE"]}),
                lambda: weak.cancel_audit_mitigation_actions_task(taskId="task"),
            ):
                with refused(DENIED):
                    call()


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
