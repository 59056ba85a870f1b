# SPDX-License-Identifier: Apache-2.0
"""From finding to fix, as each client tells it: weak CAs are registered and audited, the completion of the audit is announced, a
mitigation task publishes each finding and makes its CA INACTIVE, the receiver gets exactly these messages, and the next audit is
compliant. The failure paths of the reference are told too. story.py says what a teller is.

    tell(teller, heard)

heard: Heard, what came to a receiver.Receiver, which has verified every signature with botocore's signer.
"""
import json
import time

from story import CHECK, DEBIAN, ROCA, audit, example, refused

import certs

ACCOUNT = "000000000000"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/keyassay"
AUDIT_TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:audits"
FINDING_TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:findings"
KINDS = ("total", "failed", "succeeded", "skipped", "canceled")


class Heard:
    """What a receiver has acknowledged, by topic, each message taken once."""

    def __init__(self, receiver):
        self.receiver = receiver
        self.taken = {AUDIT_TOPIC: 0, FINDING_TOPIC: 0}

    def take(self, num, topic):
        """The texts of the next messages to a topic."""
        first, messages = self.taken[topic], []
        for _ in range(600):
            messages = [json.loads(message.text) for message in list(self.receiver.messages) if message.topic == topic]
            if len(messages) >= first + num:
                break
            time.sleep(0.1)
        self.taken[topic] += num
        assert len(messages) == first + num, f"{len(messages) - first} new messages to {topic}, and not {num}: {messages[first:]}"
        return messages[first:]

    def nothing_more(self):
        assert len(self.receiver.messages) == sum(self.taken.values()), self.receiver.messages


def counts(total=0, failed=0, succeeded=0, skipped=0, canceled=0):
    return dict(zip(KINDS, (total, failed, succeeded, skipped, canceled)))


def statistics(task):
    told = task["taskStatistics"]
    assert set(told) == {CHECK}, told
    return {kind: told[CHECK].get(f"{kind}FindingsCount", 0) for kind in KINDS}


def mitigate(teller, name, target, actions, token=None):
    """Runs a task to its end."""
    reply = teller.call("StartAuditMitigationActionsTask", taskId=name, target=target, auditCheckToActionsMapping={CHECK: actions},
                        clientRequestToken=token or f"token-{name}")
    assert reply["taskId"] == name, reply
    for _ in range(600):
        task = teller.call("DescribeAuditMitigationActionsTask", taskId=name)
        if task["taskStatus"] != "IN_PROGRESS":
            break
        time.sleep(0.1)
    assert task["auditCheckToActionsMapping"] == {CHECK: actions}, task
    assert task["startTime"] and task["endTime"], task
    return task


def executions(teller, task, finding):
    """[(action, status)] in the order of the actions, and the executions by action."""
    told = teller.call("ListAuditMitigationActionsExecutions", taskId=task, findingId=finding["findingId"])["actionsExecutions"]
    for execution in told:
        assert execution["taskId"] == task and execution["findingId"] == finding["findingId"], execution
    return {execution["actionName"]: execution for execution in told}


def statuses(teller, task, finding):
    return {name: execution["status"] for name, execution in executions(teller, task, finding).items()}


def status_of(teller, ca_id):
    return teller.call("DescribeCACertificate", certificateId=ca_id)["certificateDescription"]["status"]


def configure(teller):
    refused(teller, "InvalidRequestException", "UpdateAccountAuditConfiguration",
            auditNotificationTargetConfigurations={"SNS": {"targetArn": "nowhere", "roleArn": ROLE, "enabled": True}})
    teller.call("UpdateAccountAuditConfiguration", roleArn=ROLE, auditCheckConfigurations={CHECK: {"enabled": True}},
                auditNotificationTargetConfigurations={"SNS": {"targetArn": AUDIT_TOPIC, "roleArn": ROLE, "enabled": True}})


def register(teller):
    ids = []
    for pem in (example("debian-weak"), example("roca"), certs.Authority("Sound CA").pem):
        ids.append(teller.call("RegisterCACertificate", caCertificate=pem, certificateMode="SNI_ONLY", setAsActive=True)["certificateId"])
    return ids


def announced(heard, task, details, noncompliant):
    """The one message that an audit's completion is."""
    (told,) = heard.take(1, AUDIT_TOPIC)
    assert told["accountId"] == ACCOUNT, told
    assert told["taskStatus"] == "COMPLETED" and told["taskType"] == "ON_DEMAND_AUDIT_TASK", told
    assert told["totalChecksCount"] == 1 and told["nonCompliantChecksCount"] == noncompliant, told
    assert told["compliantChecksCount"] == 1 - noncompliant and told["failedChecksCount"] == 0 and told["canceledChecksCount"] == 0, told
    assert isinstance(told["taskStartTime"], int) and told["taskStartTime"] > 10**12, told  # milliseconds
    assert "scheduledAuditName" not in told, told
    (check,) = told["auditDetails"]
    assert check["checkName"] == CHECK and check["checkRunStatus"] == details["checkRunStatus"], check
    assert check["totalResourcesCount"] == details["totalResourcesCount"], check
    assert check["nonCompliantResourcesCount"] == details["nonCompliantResourcesCount"], check
    return told


def define(teller):
    """deactivate, tell and log; what the reference says of names and repetition."""
    made = teller.call("CreateMitigationAction", actionName="deactivate", roleArn=ROLE,
                       actionParams={"updateCACertificateParams": {"action": "DEACTIVATE"}})
    assert made["actionArn"] == f"arn:aws:iot:us-east-1:{ACCOUNT}:mitigationaction/deactivate", made
    again = teller.call("CreateMitigationAction", actionName="deactivate", roleArn=ROLE,
                        actionParams={"updateCACertificateParams": {"action": "DEACTIVATE"}})
    assert again["actionId"] == made["actionId"], (made, again)
    refused(teller, "ResourceAlreadyExistsException", "CreateMitigationAction", actionName="deactivate", roleArn=ROLE,
            actionParams={"publishFindingToSnsParams": {"topicArn": FINDING_TOPIC}})
    refused(teller, "InvalidRequestException", "CreateMitigationAction", actionName="both", roleArn=ROLE,
            actionParams={"updateCACertificateParams": {"action": "DEACTIVATE"}, "publishFindingToSnsParams": {"topicArn": FINDING_TOPIC}})
    teller.call("CreateMitigationAction", actionName="tell", roleArn=ROLE,
                actionParams={"publishFindingToSnsParams": {"topicArn": "arn:aws:sns:us-east-1:000000000000:mistyped"}})
    teller.call("UpdateMitigationAction", actionName="tell", actionParams={"publishFindingToSnsParams": {"topicArn": FINDING_TOPIC}})
    told = teller.call("DescribeMitigationAction", actionName="tell")
    assert told["actionType"] == "PUBLISH_FINDING_TO_SNS" and told["roleArn"] == ROLE, told
    assert told["actionParams"] == {"publishFindingToSnsParams": {"topicArn": FINDING_TOPIC}}, told
    teller.call("CreateMitigationAction", actionName="log", roleArn=ROLE,
                actionParams={"enableIoTLoggingParams": {"roleArnForLogging": ROLE, "logLevel": "ERROR"}})
    teller.call("DeleteMitigationAction", actionName="never-there")
    refused(teller, "ResourceNotFoundException", "DescribeMitigationAction", actionName="never-there")
    listed = teller.call("ListMitigationActions")["actionIdentifiers"]
    assert {entry["actionName"] for entry in listed} == {"deactivate", "tell", "log"}, listed
    listed = teller.call("ListMitigationActions", actionType="UPDATE_CA_CERTIFICATE")["actionIdentifiers"]
    assert [entry["actionName"] for entry in listed] == ["deactivate"], listed


def refuse_what_does_not_fit(teller, audit_task, findings):
    some = {"findingIds": [findings[DEBIAN]["findingId"]]}
    for target, actions in (({"auditTaskId": audit_task}, ["log"]),  # does not fit the check
                            ({"auditTaskId": audit_task}, ["never-there"]), ({}, ["tell"]), ({"auditTaskId": "ab" * 16}, ["tell"]),
                            ({**some, "auditTaskId": audit_task}, ["tell"])):
        refused(teller, "InvalidRequestException", "StartAuditMitigationActionsTask", taskId="never", target=target,
                auditCheckToActionsMapping={CHECK: actions}, clientRequestToken="never")
    refused(teller, "ResourceNotFoundException", "DescribeAuditMitigationActionsTask", taskId="never")
    refused(teller, "ResourceNotFoundException", "CancelAuditMitigationActionsTask", taskId="never")


def told_of(heard, task, findings):
    """Exactly one message for each finding, that says what the finding says."""
    by_id = {message["finding"]["findingId"]: message for message in heard.take(len(findings), FINDING_TOPIC)}
    assert set(by_id) == {finding["findingId"] for finding in findings}, by_id
    for finding in findings:
        message = by_id[finding["findingId"]]
        assert message["accountId"] == ACCOUNT, message
        for member in ("taskId", "checkName", "severity", "reasonForNonComplianceCode", "reasonForNonCompliance", "nonCompliantResource",
                       "isSuppressed"):
            assert message["finding"][member] == finding[member], (member, message)
        assert message["mitigationActionsTaskId"] == task and message["actionName"] == "tell", message


def fix_one(teller, heard, audit_task, findings, weak, roca):
    """By reason code: the ROCA CA alone."""
    task = mitigate(teller, "fix-roca", {"auditTaskId": audit_task, "auditCheckToReasonCodeFilter": {CHECK: [ROCA]}},
                    ["tell", "deactivate"])
    assert task["taskStatus"] == "COMPLETED" and statistics(task) == counts(total=2, succeeded=1, skipped=1), task
    assert statuses(teller, "fix-roca", findings[ROCA]) == {"tell": "COMPLETED", "deactivate": "COMPLETED"}
    assert (status_of(teller, roca), status_of(teller, weak)) == ("INACTIVE", "ACTIVE")
    told_of(heard, "fix-roca", [findings[ROCA]])
    # The same request again is the same task; another one of that name is none.
    mitigate(teller, "fix-roca", {"auditTaskId": audit_task, "auditCheckToReasonCodeFilter": {CHECK: [ROCA]}}, ["tell", "deactivate"])
    refused(teller, "TaskAlreadyExistsException", "StartAuditMitigationActionsTask", taskId="fix-roca",
            target={"auditTaskId": audit_task}, auditCheckToActionsMapping={CHECK: ["tell"]}, clientRequestToken="another")
    refused(teller, "InvalidRequestException", "CancelAuditMitigationActionsTask", taskId="fix-roca")


def fix_the_rest(teller, heard, findings, weak):
    task = mitigate(teller, "fix-weak", {"findingIds": [findings[DEBIAN]["findingId"]]}, ["deactivate", "tell"])
    assert task["taskStatus"] == "COMPLETED" and statistics(task) == counts(total=1, succeeded=1), task
    definitions = {definition["name"]: definition for definition in task["actionsDefinition"]}
    assert definitions["tell"]["actionParams"] == {"publishFindingToSnsParams": {"topicArn": FINDING_TOPIC}}, definitions
    assert definitions["deactivate"]["roleArn"] == ROLE and definitions["deactivate"]["id"], definitions
    assert status_of(teller, weak) == "INACTIVE"
    told_of(heard, "fix-weak", [findings[DEBIAN]])
    # A finding of an audit that is over stays what it was.
    assert teller.call("DescribeAuditFinding", findingId=findings[DEBIAN]["findingId"])["finding"]["reasonForNonComplianceCode"] == DEBIAN
    # The snapshot stays when the definition changes.
    teller.call("UpdateMitigationAction", actionName="tell", actionParams={"publishFindingToSnsParams": {"topicArn": AUDIT_TOPIC}})
    again = teller.call("DescribeAuditMitigationActionsTask", taskId="fix-weak")["actionsDefinition"]
    assert {d["name"]: d["actionParams"] for d in again}["tell"] == {"publishFindingToSnsParams": {"topicArn": FINDING_TOPIC}}, again
    teller.call("UpdateMitigationAction", actionName="tell", actionParams={"publishFindingToSnsParams": {"topicArn": FINDING_TOPIC}})


def fail_and_skip(teller, heard, weak):
    """A CA that is gone when the task comes to it: the first action fails, the later one is skipped, the other finding's are done."""
    teller.call("UpdateCACertificate", certificateId=weak, newStatus="ACTIVE")
    other = teller.call("RegisterCACertificate", caCertificate=example("roca"), certificateMode="SNI_ONLY",
                        setAsActive=True)["certificateId"]
    task, details, findings = audit(teller)
    assert details["nonCompliantResourcesCount"] == 2, details
    announced(heard, task, details, 1)
    teller.call("UpdateCACertificate", certificateId=other, newStatus="INACTIVE")
    teller.call("DeleteCACertificate", certificateId=other)
    task = mitigate(teller, "half", {"auditTaskId": findings[DEBIAN]["taskId"]}, ["deactivate", "tell"])
    assert task["taskStatus"] == "FAILED" and statistics(task) == counts(total=2, failed=1, succeeded=1), task
    assert statuses(teller, "half", findings[DEBIAN]) == {"deactivate": "COMPLETED", "tell": "COMPLETED"}
    told = executions(teller, "half", findings[ROCA])
    assert told["deactivate"]["status"] == "FAILED" and told["tell"]["status"] == "SKIPPED", told
    assert told["deactivate"]["errorCode"] and told["deactivate"]["message"], told
    assert status_of(teller, weak) == "INACTIVE"
    told_of(heard, "half", [findings[DEBIAN]])


def leave_suppressed_alone(teller, heard, weak):
    teller.call("UpdateCACertificate", certificateId=weak, newStatus="ACTIVE")
    teller.call("CreateAuditSuppression", checkName=CHECK, resourceIdentifier={"caCertificateId": weak}, suppressIndefinitely=True)
    task, details, findings = audit(teller)
    assert findings[DEBIAN]["isSuppressed"] is True, findings
    told = announced(heard, task, details, 0)
    assert told["auditDetails"][0]["suppressedNonCompliantResourcesCount"] == 1, told
    task = mitigate(teller, "untouched", {"auditTaskId": findings[DEBIAN]["taskId"]}, ["deactivate", "tell"])
    assert task["taskStatus"] == "COMPLETED", task
    told = statistics(task)
    assert told["succeeded"] == 0 and told["failed"] == 0, told
    assert status_of(teller, weak) == "ACTIVE"
    assert "COMPLETED" not in statuses(teller, "untouched", findings[DEBIAN]).values()


def tell(teller, heard):
    configure(teller)
    weak, roca, sound = register(teller)
    task, details, findings = audit(teller)
    assert set(findings) == {DEBIAN, ROCA}, findings
    announced(heard, task, details, 1)
    define(teller)
    audit_task = findings[DEBIAN]["taskId"]
    refuse_what_does_not_fit(teller, audit_task, findings)
    fix_one(teller, heard, audit_task, findings, weak, roca)
    fix_the_rest(teller, heard, findings, weak)
    task, details, findings = audit(teller)
    assert details["checkRunStatus"] == "COMPLETED_COMPLIANT" and details["totalResourcesCount"] == 1 and not findings, details
    announced(heard, task, details, 0)
    assert status_of(teller, sound) == "ACTIVE"
    teller.call("DeleteCACertificate", certificateId=roca)
    fail_and_skip(teller, heard, weak)
    leave_suppressed_alone(teller, heard, weak)
    heard.nothing_more()
