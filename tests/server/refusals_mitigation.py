# SPDX-License-Identifier: Apache-2.0
"""What is refused about mitigation: rows of (operation, error, words of the message, members[, who asks: "a" is silent])."""
from refusal_world import ACTIONS, ARN, CA_CHECK, DEACTIVATE, DEVICE_CHECK, ROLE
from refusals_audits import DAY, EXISTS, INVALID, LIMIT, NOT_FOUND, NOW, RANGE, TOPIC

TASK_EXISTS = "TaskAlreadyExistsException"
MAPPING = {CA_CHECK: ["off"]}


def actions(_):
    operation, named = "CreateMitigationAction", {"actionName": "x", "roleArn": ROLE}
    for more, words in (
            ({}, "actionParams: is required"), ({"actionParams": {}}, "exactly one member"),
            ({"actionParams": {**DEACTIVATE, "publishFindingToSnsParams": {"topicArn": TOPIC}}}, "exactly one member"),
            ({"actionParams": {"updateCACertificateParams": {"action": "ACTIVATE"}}}, "must be one of DEACTIVATE"),
            ({"actionParams": {"updateCACertificateParams": {}}}, "action: is required"),
            ({"actionParams": {"publishFindingToSnsParams": {"topicArn": "nowhere"}}}, "must be the ARN of an SNS topic"),
            ({"actionParams": {"replaceDefaultPolicyVersionParams": {"templateName": "X"}}}, "must be one of BLANK_POLICY"),
            ({"actionParams": {"addThingsToThingGroupParams": {"thingGroupNames": ["a b"]}}}, "must match"),
            ({"actionParams": {"enableIoTLoggingParams": {"roleArnForLogging": ROLE, "logLevel": "DISABLED"}}}, "cannot disable it"),
            ({"actionParams": DEACTIVATE, "roleArn": "short"}, "at least 20"),
            ({"actionParams": DEACTIVATE, "tags": [{"Key": "aws:x"}]}, "reserved"),
            ({"actionParams": DEACTIVATE, "actionName": "a" * 129}, "at most 128")):
        yield operation, INVALID, words, {**named, **more}
    yield operation, EXISTS, "other parameters", {"actionName": "off", "roleArn": ROLE + "2", "actionParams": DEACTIVATE}
    yield operation, LIMIT, f"at most {ACTIONS}", {**named, "actionParams": DEACTIVATE}
    for operation, more in (("UpdateMitigationAction", {"roleArn": ROLE}), ("DescribeMitigationAction", {}), ("DeleteMitigationAction", {})):
        yield operation, INVALID, "actionName: must match", {"actionName": "a.b", **more}
        if operation != "DeleteMitigationAction":
            yield operation, NOT_FOUND, "no mitigation action unknown", {"actionName": "unknown", **more}
    yield "UpdateMitigationAction", INVALID, "exactly one member", {"actionName": "off", "actionParams": {}}
    yield "ListMitigationActions", INVALID, "must be one of UPDATE_DEVICE_CERTIFICATE", {"actionType": "BOGUS"}


def tasks(world):
    operation, whole = "StartAuditMitigationActionsTask", {"auditTaskId": world.ended}
    for target, mapping, words in (
            ({}, MAPPING, "needs auditTaskId"), ({**whole, "findingIds": [world.finding]}, MAPPING, "cannot be combined"),
            ({"findingIds": [world.finding] * 2}, MAPPING, "names a finding twice"),
            ({"findingIds": ["0" * 32]}, MAPPING, "no audit finding"), ({"auditTaskId": "0" * 32}, MAPPING, "no audit task"),
            ({"auditTaskId": world.running[1]}, MAPPING, "still in progress"),
            ({**whole, "auditCheckToReasonCodeFilter": {DEVICE_CHECK: ["X"]}}, MAPPING, "has no actions for"),
            (whole, {}, "must name at least one check"), (whole, {"BOGUS": ["off"]}, "no audit check is called"),
            (whole, {CA_CHECK: ["unknown"]}, "no mitigation action unknown"), (whole, {CA_CHECK: ["off", "off"]}, "twice"),
            (whole, {DEVICE_CHECK: ["off"]}, "is an UPDATE_CA_CERTIFICATE, which cannot be applied to findings of " + DEVICE_CHECK)):
        yield operation, INVALID, words, {"taskId": "x", "target": target, "auditCheckToActionsMapping": mapping, "clientRequestToken": "x"}
    start = {"target": whole, "auditCheckToActionsMapping": MAPPING}
    yield operation, INVALID, "taskId: must match", {**start, "taskId": "a.b", "clientRequestToken": "x"}
    yield operation, TASK_EXISTS, "exists already", {**start, "taskId": "fix-0", "clientRequestToken": "x"}
    yield operation, TASK_EXISTS, "a token of its own", {**start, "taskId": "x", "clientRequestToken": "fix-0"}
    yield operation, LIMIT, "at most 10", {**start, "taskId": "x", "clientRequestToken": "x"}
    for operation in ("DescribeAuditMitigationActionsTask", "CancelAuditMitigationActionsTask"):
        yield operation, NOT_FOUND, "no audit mitigation actions task unknown", {"taskId": "unknown"}
        yield operation, INVALID, "taskId: must match", {"taskId": "a.b"}
    yield "CancelAuditMitigationActionsTask", INVALID, "has ended", {"taskId": "ended"}


def lists(world):
    execution = {"taskId": "ended", "findingId": world.finding}
    for members, words in (
            ({**RANGE, "endTime": NOW - 2 * DAY}, "is before startTime"),
            ({**RANGE, "startTime": NOW - 91 * DAY}, "longer ago than audit mitigation actions tasks are kept (90 days)"),
            ({**RANGE, "taskStatus": "DONE"}, "must be one of IN_PROGRESS"), ({**RANGE, "auditTaskId": "a_b"}, "auditTaskId: must match"),
            ({**RANGE, "findingId": "a.b"}, "findingId: must match")):
        yield "ListAuditMitigationActionsTasks", INVALID, words, members
    yield "ListAuditMitigationActionsExecutions", INVALID, "must be one of IN_PROGRESS", {**execution, "actionStatus": "DONE"}
    for operation, more in (("ListMitigationActions", {}), ("ListAuditMitigationActionsTasks", RANGE),
                            ("ListAuditMitigationActionsExecutions", execution)):
        for size in (0, 251):
            yield operation, INVALID, "maxResults: must be 1 to 250", {**more, "maxResults": size}
        yield operation, INVALID, "nextToken is not a token of this list", {**more, "nextToken": "x"}
    yield "ListTagsForResource", NOT_FOUND, "resourceArn", {"resourceArn": ARN + "mitigationaction/unknown"}


def refusals(world):
    for section in (actions, tasks, lists):
        yield from section(world)


def requests(world):
    """One request of each operation, in an order in which all succeed: operation, members[, who asks]."""
    named, ended = {"actionName": "off"}, {"taskId": "ended"}
    yield "CreateMitigationAction", {"actionName": "new", "roleArn": ROLE, "actionParams": DEACTIVATE}, "b"
    yield "DescribeMitigationAction", named
    yield "UpdateMitigationAction", {**named, "roleArn": ROLE + "2"}
    yield "ListMitigationActions", {}
    yield "CancelAuditMitigationActionsTask", {"taskId": "fix-0"}
    yield "DeleteMitigationAction", {"actionName": "a7"}
    yield "DescribeAuditMitigationActionsTask", ended
    yield "ListAuditMitigationActionsTasks", RANGE
    yield "ListAuditMitigationActionsExecutions", {**ended, "findingId": world.finding}
    yield "StartAuditMitigationActionsTask", {"taskId": "new", "target": {"auditTaskId": world.b_ended}, "clientRequestToken": "new",
                                              "auditCheckToActionsMapping": MAPPING}, "b"
