# SPDX-License-Identifier: Apache-2.0
"""What is refused about audits and tags: rows of (operation, error, words of the message, members[, who asks: "a" is silent])."""
import datetime

from refusal_world import A, ARN, CA_CHECK, DEVICE_CHECK, NOBODY, ROLE, SUPPRESSED

INVALID = "InvalidRequestException"
NOT_FOUND = "ResourceNotFoundException"
EXISTS = "ResourceAlreadyExistsException"
LIMIT = "LimitExceededException"
ON, OFF = {"enabled": True}, {"enabled": False}
TOPIC = f"arn:aws:sns:us-east-1:{A}:audits"
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
RANGE = {"startTime": NOW - DAY, "endTime": NOW + DAY}


def configuration(_):
    operation, enabled = "UpdateAccountAuditConfiguration", {"roleArn": ROLE, "auditCheckConfigurations": {CA_CHECK: ON}}
    for members, words in (
            ({}, "roleArn: is required"), ({"auditCheckConfigurations": {CA_CHECK: ON}}, "roleArn: is required"),
            ({"roleArn": ROLE}, "at least one check"),
            ({"roleArn": ROLE, "auditCheckConfigurations": {CA_CHECK: OFF}}, "at least one check"),
            ({"roleArn": ROLE, "auditCheckConfigurations": {"CA_CERTIFICATE_KEY_QUALITY": ON}}, "no audit check is called"),
            ({"roleArn": ROLE, "auditCheckConfigurations": {"CA_CERTIFICATE_KEYQUALITY_CHECK": ON}}, f"Did you mean {CA_CHECK}?"),
            ({"roleArn": ROLE * 60}, "roleArn: must have at most 2048 characters"),
            ({**enabled, "auditNotificationTargetConfigurations": {"SNS": {"targetArn": "nowhere"}}}, "must be the ARN of an SNS topic"),
            ({**enabled, "auditNotificationTargetConfigurations": {"MAIL": {"targetArn": TOPIC}}}, "must be one of SNS"),
            ({**enabled, "auditNotificationTargetConfigurations": {"SNS": ON}}, "targetArn is required")):
        yield operation, INVALID, words, members, "c"  # who has none yet
    yield operation, INVALID, (CA_CHECK, "nightly"), {"auditCheckConfigurations": {CA_CHECK: OFF}}
    yield "DeleteAccountAuditConfiguration", NOT_FOUND, "not configured", {}, "c"
    yield "DeleteAccountAuditConfiguration", INVALID, "deleteScheduledAudits", {"deleteScheduledAudits": "maybe"}


def tasks(world):
    operation = "StartOnDemandAuditTask"
    for names, words in (
            ([], "at least one check"), (["BOGUS"], 'no audit check is called "BOGUS"'), ([CA_CHECK.lower()], "no audit check"),
            (["\x1b[31m"], "\\x1b[31m"), (["x" * 10000], "no audit check"), ([CA_CHECK, CA_CHECK], "twice"),
            (["CA_CERT_APPROACHING_EXPIRATION_CHECK"], "no audit check"),
            ([CA_CHECK, "CA_CERTIFICATE_EXPIRING_CHECK"], "CA_CERTIFICATE_EXPIRING_CHECK is not enabled"),
            (["LOGGING_DISABLED_CHECK"], "LOGGING_DISABLED_CHECK is not enabled")):
        yield operation, INVALID, words, {"targetCheckNames": names}
    yield operation, INVALID, "targetCheckNames: is required", {}
    yield operation, LIMIT, "at most 10", {"targetCheckNames": [CA_CHECK]}
    for operation in ("DescribeAuditTask", "CancelAuditTask"):
        yield operation, NOT_FOUND, "no audit task", {"taskId": "0" * 32}
        for wrong, words in (("a_b", "must match"), ("a" * 41, "must have at most 40")):
            yield operation, INVALID, "taskId: " + words, {"taskId": wrong}
    yield "CancelAuditTask", INVALID, "has ended", {"taskId": world.ended}
    for members, words in (
            ({**RANGE, "endTime": NOW - 2 * DAY}, "is before startTime"),
            ({**RANGE, "startTime": NOW - 91 * DAY}, "longer ago than audits are kept (90 days)"),
            ({**RANGE, "taskType": "BOGUS"}, "must be one of ON_DEMAND_AUDIT_TASK, SCHEDULED_AUDIT_TASK"),
            ({**RANGE, "taskStatus": "DONE"}, "must be one of IN_PROGRESS")):
        yield "ListAuditTasks", INVALID, words, members


def findings(world):
    task = {"taskId": world.ended}
    for members, words in (
            ({}, "is required"), ({"checkName": CA_CHECK}, "is required"), ({"startTime": NOW}, "endTime is missing"),
            ({"endTime": NOW}, "startTime is missing"), ({**task, **RANGE}, "cannot be combined"),
            ({"startTime": NOW, "endTime": NOW - DAY}, "is before startTime"), ({**task, "checkName": "BOGUS"}, "no audit check"),
            ({"taskId": "a_b"}, "taskId: must match"), ({"taskId": "a" * 41}, "at most 40"),
            ({**task, "resourceIdentifier": {}}, "exactly one member"),
            ({**task, "resourceIdentifier": {"caCertificateId": NOBODY, "account": A}}, "exactly one member")):
        yield "ListAuditFindings", INVALID, words, members
    for operation in ("DescribeAuditFinding", "ListRelatedResourcesForAuditFinding"):
        for wrong in ("0" * 32, "not-a-hexadecimal-id", world.finding[::-1]):
            yield operation, NOT_FOUND, "no audit finding", {"findingId": wrong}
        yield operation, INVALID, "findingId: must match", {"findingId": "a.b"}
    for operation, more in (("ListAuditTasks", RANGE), ("ListAuditFindings", task), ("ListScheduledAudits", {}), ("ListAuditSuppressions", {}),
                            ("ListRelatedResourcesForAuditFinding", {"findingId": world.finding})):
        for size in (0, 251):
            yield operation, INVALID, "maxResults: must be 1 to 250", {**more, "maxResults": size}
        yield operation, INVALID, "nextToken is not a token of this list", {**more, "nextToken": "x"}


def suppressions(_):
    def pair(check=CA_CHECK, member="caCertificateId"):
        return {"checkName": check, "resourceIdentifier": {member: NOBODY}}

    operation, forever = "CreateAuditSuppression", {"suppressIndefinitely": True}
    for more, words in (
            ({}, "expirationDate, or suppressIndefinitely as true, is required"),
            ({"suppressIndefinitely": False}, "expirationDate, or suppressIndefinitely as true, is required"),
            ({**forever, "expirationDate": NOW + DAY}, "contradicts"), ({"expirationDate": NOW - DAY}, "is over already"),
            ({**forever, "description": "x" * 1001}, "at most 1000"), ({**forever, "description": "tab\there"}, "description: must match"),
            ({**forever, "clientRequestToken": "x" * 65}, "at most 64"), ({**forever, "clientRequestToken": "a b"}, "must match")):
        yield operation, INVALID, words, {**pair(), **more}
    for operation, more in ((operation, forever), ("DescribeAuditSuppression", {}), ("UpdateAuditSuppression", forever),
                            ("DeleteAuditSuppression", {})):
        yield operation, INVALID, "caCertificateId", {**pair(CA_CHECK, "deviceCertificateId"), **more}
        yield operation, INVALID, "deviceCertificateId", {**pair(DEVICE_CHECK), **more}
        yield operation, INVALID, "no audit check", {**pair("BOGUS"), **more}
    yield "CreateAuditSuppression", EXISTS, "already", {**SUPPRESSED, **forever}
    yield "CreateAuditSuppression", EXISTS, "clientRequestToken", {**pair(), **forever, "clientRequestToken": "token-1"}
    yield "DescribeAuditSuppression", NOT_FOUND, "No suppression", pair()
    yield "UpdateAuditSuppression", NOT_FOUND, "No suppression", pair()
    yield "UpdateAuditSuppression", INVALID, "is over already", {**SUPPRESSED, "expirationDate": NOW - DAY}
    yield "ListAuditSuppressions", INVALID, "no audit check", {"checkName": "BOGUS"}
    yield "ListAuditSuppressions", INVALID, "exactly one member", {"resourceIdentifier": {}}


def schedules(_):
    named, daily = {"scheduledAuditName": "x", "targetCheckNames": [CA_CHECK]}, {"frequency": "DAILY"}
    for more, words in (
            ({}, "frequency: is required"), ({"frequency": "WEEKLY"}, "dayOfWeek: is required"),
            ({"frequency": "BIWEEKLY"}, "dayOfWeek: is required"), ({"frequency": "MONTHLY"}, "dayOfMonth: is required"),
            ({"frequency": "MONTHLY", "dayOfMonth": "32"}, "dayOfMonth: must match"),
            ({"frequency": "WEEKLY", "dayOfWeek": "MONDAY"}, "must be one of SUN"), ({**daily, "dayOfWeek": "MON"}, "no use for it"),
            ({"frequency": "HOURLY"}, "must be one of DAILY"), ({**daily, "targetCheckNames": []}, "at least one check"),
            ({**daily, "targetCheckNames": ["BOGUS"]}, "no audit check"),
            ({**daily, "scheduledAuditName": "a b"}, "scheduledAuditName: must match"),
            ({**daily, "scheduledAuditName": "x" * 129}, "at most 128"), ({**daily, "tags": [{"Key": "aws:x", "Value": ""}]}, "reserved")):
        yield "CreateScheduledAudit", INVALID, words, {**named, **more}
    yield "CreateScheduledAudit", INVALID, "is not enabled", {**named, **daily, "targetCheckNames": ["LOGGING_DISABLED_CHECK"]}, "b"
    yield "CreateScheduledAudit", EXISTS, "exists already", {**named, **daily, "scheduledAuditName": "nightly"}
    yield "CreateScheduledAudit", LIMIT, "at most 5", {**named, **daily}
    for more, words in (({"frequency": "MONTHLY"}, "dayOfMonth: is required"), ({"dayOfMonth": "1"}, "no use for it"),
                        ({"targetCheckNames": [DEVICE_CHECK, "LOGGING_DISABLED_CHECK"]}, "is not enabled"),
                        ({"frequency": "HOURLY"}, "must be one of DAILY")):
        yield "UpdateScheduledAudit", INVALID, words, {"scheduledAuditName": "nightly", **more}
    yield "UpdateScheduledAudit", INVALID, "dayOfWeek: is required", {"scheduledAuditName": "monthly", "frequency": "WEEKLY"}
    for operation in ("DescribeScheduledAudit", "UpdateScheduledAudit", "DeleteScheduledAudit"):
        yield operation, NOT_FOUND, "no scheduled audit x", {"scheduledAuditName": "x"}
        yield operation, INVALID, "scheduledAuditName: must match", {"scheduledAuditName": "a.b"}


def tags(world):
    arn = ARN + "cacert/" + world.ca.id  # it has 50
    for given, words in (([{"Key": "aws:reserved", "Value": ""}], "reserved"), ([{"Key": "x" * 129}], "at most 128"),
                         ([{"Key": "x", "Value": "y" * 257}], "at most 256"), ([{"Key": "semi;colon"}], "must match"),
                         ([{"Key": "a"}, {"Key": "a"}], "given twice")):
        yield "TagResource", INVALID, words, {"resourceArn": arn, "tags": given}
    yield "TagResource", LIMIT, "at most 50", {"resourceArn": arn, "tags": [{"Key": "one-more"}]}
    for wrong, error in (("no-arn", INVALID), (ARN + "cert/" + world.ca.id, INVALID), (ARN + "cacert/" + NOBODY, NOT_FOUND),
                         (arn.replace("us-east-1", "eu-west-1"), NOT_FOUND), (arn.replace(A, "9" * 12), NOT_FOUND)):
        for operation, more in (("TagResource", {"tags": [{"Key": "a"}]}), ("UntagResource", {"tagKeys": ["a"]}),
                                ("ListTagsForResource", {})):
            yield operation, error, "resourceArn", {"resourceArn": wrong, **more}
    yield "ListTagsForResource", INVALID, "nextToken", {"resourceArn": arn, "nextToken": "x"}


def refusals(world):
    for section in (configuration, tasks, findings, suppressions, schedules, tags):
        yield from section(world)


def requests(world):
    """One request of each operation, in an order in which all succeed: operation, members[, who asks]."""
    nightly, checks = {"scheduledAuditName": "nightly"}, {"targetCheckNames": [CA_CHECK]}
    quiet = {"resourceArn": ARN + "cacert/" + world.quiet.id}
    yield "UpdateAccountAuditConfiguration", {"auditCheckConfigurations": {"CA_CERTIFICATE_EXPIRING_CHECK": ON}}
    yield "DescribeAccountAuditConfiguration", {}
    yield "DeleteAccountAuditConfiguration", {}
    yield "StartOnDemandAuditTask", checks, "b"  # who has none running
    yield "DescribeAuditTask", {"taskId": world.ended}
    yield "ListAuditTasks", RANGE
    yield "CancelAuditTask", {"taskId": world.running[0]}
    yield "CreateScheduledAudit", {**nightly, **checks, "frequency": "DAILY"}, "b"
    yield "DescribeScheduledAudit", nightly
    yield "UpdateScheduledAudit", {**nightly, "frequency": "MONTHLY", "dayOfMonth": "LAST"}
    yield "DeleteScheduledAudit", nightly
    yield "ListScheduledAudits", {}
    yield "ListAuditFindings", {"taskId": world.ended}
    yield "DescribeAuditFinding", {"findingId": world.finding}
    yield "ListRelatedResourcesForAuditFinding", {"findingId": world.finding}
    yield "CreateAuditSuppression", {"checkName": CA_CHECK, "resourceIdentifier": {"caCertificateId": NOBODY}, "suppressIndefinitely": True}
    yield "DescribeAuditSuppression", SUPPRESSED
    yield "UpdateAuditSuppression", {**SUPPRESSED, "description": "new"}
    yield "DeleteAuditSuppression", SUPPRESSED
    yield "ListAuditSuppressions", {}
    yield "TagResource", {**quiet, "tags": [{"Key": "a"}]}
    yield "UntagResource", {"resourceArn": ARN + "cacert/" + world.ca.id, "tagKeys": ["k1"]}
    yield "ListTagsForResource", quiet
