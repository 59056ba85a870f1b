# SPDX-License-Identifier: Apache-2.0
"""The story that each client tells: register a sound, a Debian-weak and a ROCA CA, audit, read findings with evidence, suppress one,
audit again, schedule, deactivate, audit once more. What differs is who speaks; what must come out stands here once.

A teller (tellers.py) is an object with call(operation, **members): the reply as a dictionary, or Refused with the error's name.
"""
import os
import time

import certs
from tellers import Refused

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples")
CHECK = "CA_CERTIFICATE_KEY_QUALITY_CHECK"
DEBIAN = "CERTIFICATE_KEY_VULNERABILITY_CVE-2008-0166"
ROCA = "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361"


def refused(teller, error, operation, **members):
    try:
        teller.call(operation, **members)
    except Refused as caught:
        assert caught.name == error, caught
    else:
        raise AssertionError(f"{operation} was not refused; expected {error}")


def example(name):
    with open(os.path.join(EXAMPLES, name + "-ca.pem"), encoding="ascii") as file:
        return file.read()


def audit(teller):
    """Runs an audit to its end: (task, details of the check, findings by reason code)."""
    task_id = teller.call("StartOnDemandAuditTask", targetCheckNames=[CHECK])["taskId"]
    for _ in range(600):
        task = teller.call("DescribeAuditTask", taskId=task_id)
        if task["taskStatus"] != "IN_PROGRESS":
            break
        time.sleep(0.1)
    assert task["taskStatus"] == "COMPLETED" and task["taskType"] == "ON_DEMAND_AUDIT_TASK", task
    findings = teller.call("ListAuditFindings", taskId=task_id)["findings"]
    by_code = {finding["reasonForNonComplianceCode"]: finding for finding in findings}
    assert len(by_code) == len(findings), findings
    return task, task["auditDetails"][CHECK], by_code


def register(teller):
    """Ids of the sound, the weak and the ROCA CA."""
    sound = certs.Authority("Sound CA")
    refused(teller, "RegistrationCodeValidationException", "RegisterCACertificate", caCertificate=sound.pem,
            verificationCertificate=sound.proof("ab" * 32))
    code = teller.call("GetRegistrationCode")["registrationCode"]
    reply = teller.call("RegisterCACertificate", caCertificate=sound.pem, verificationCertificate=sound.proof(code), setAsActive=True,
                        tags=[{"Key": "owner", "Value": "Straße 7"}])
    assert reply["certificateId"] == sound.id, reply
    assert reply["certificateArn"] == f"arn:aws:iot:us-east-1:000000000000:cacert/{sound.id}", reply
    refused(teller, "ResourceAlreadyExistsException", "RegisterCACertificate", caCertificate=sound.pem,
            verificationCertificate=sound.proof(code))
    ids = [sound.id]
    for name in ("debian-weak", "roca"):
        ids.append(teller.call("RegisterCACertificate", caCertificate=example(name), certificateMode="SNI_ONLY",
                               setAsActive=True)["certificateId"])
    refused(teller, "CertificateValidationException", "RegisterCACertificate", caCertificate=example("too-small"),
            certificateMode="SNI_ONLY")
    refused(teller, "CertificateValidationException", "RegisterCACertificate", caCertificate=example("expired"), certificateMode="SNI_ONLY")
    refused(teller, "InvalidRequestException", "RegisterCACertificate", caCertificate=sound.pem, certificateMode="SNI_ONLY",
            verificationCertificate=sound.proof(code))
    # A device of the weak CA's cannot be made here (nobody has that CA's key); one of the sound CA's can.
    device = certs.pem(sound.sign("device 1"))
    reply = teller.call("RegisterCertificate", certificatePem=device, status="ACTIVE")
    assert teller.call("DescribeCertificate", certificateId=reply["certificateId"])["certificateDescription"]["caCertificateId"] == sound.id
    listed = teller.call("ListCACertificates", pageSize=250)["certificates"]
    assert sorted(ca["certificateId"] for ca in listed) == sorted(ids), listed
    tags = teller.call("ListTagsForResource", resourceArn=f"arn:aws:iot:us-east-1:000000000000:cacert/{sound.id}")["tags"]
    assert tags == [{"Key": "owner", "Value": "Straße 7"}], tags
    return ids


def first_audit(teller, weak, roca):
    task, details, findings = audit(teller)
    assert details["checkRunStatus"] == "COMPLETED_NON_COMPLIANT" and details["checkCompliant"] is False, details
    assert (details["totalResourcesCount"], details["nonCompliantResourcesCount"]) == (3, 2), details
    assert task["taskStatistics"]["nonCompliantChecks"] == 1 and task["taskStatistics"]["totalChecks"] == 1, task
    assert set(findings) == {DEBIAN, ROCA}, findings
    for code, ca_id in ((DEBIAN, weak), (ROCA, roca)):
        finding = findings[code]
        resource = finding["nonCompliantResource"]
        assert finding["severity"] == "CRITICAL" and finding["checkName"] == CHECK and finding["isSuppressed"] is False, finding
        assert resource["resourceType"] == "CA_CERTIFICATE" and resource["resourceIdentifier"] == {"caCertificateId": ca_id}, finding
        assert finding["reasonForNonCompliance"], finding
    evidence = findings[DEBIAN]["nonCompliantResource"]["additionalInfo"]
    told = {value for value in evidence.values()}
    assert {"le32", "rnd", "4242"} <= told, evidence  # what examples/ was made with
    assert "65537" in set(findings[ROCA]["nonCompliantResource"]["additionalInfo"].values()), findings[ROCA]
    one = teller.call("DescribeAuditFinding", findingId=findings[DEBIAN]["findingId"])["finding"]
    assert one["findingId"] == findings[DEBIAN]["findingId"] and one["taskId"] == findings[DEBIAN]["taskId"], one
    related = teller.call("ListRelatedResourcesForAuditFinding", findingId=one["findingId"])["relatedResources"]
    assert related == [], related


def suppress(teller, weak):
    resource = {"caCertificateId": weak}
    teller.call("CreateAuditSuppression", checkName=CHECK, resourceIdentifier=resource, suppressIndefinitely=True,
                description="being replaced, ticket 7")
    refused(teller, "ResourceAlreadyExistsException", "CreateAuditSuppression", checkName=CHECK, resourceIdentifier=resource,
            suppressIndefinitely=True)
    described = teller.call("DescribeAuditSuppression", checkName=CHECK, resourceIdentifier=resource)
    assert described["suppressIndefinitely"] is True and described["description"] == "being replaced, ticket 7", described
    _, details, findings = audit(teller)
    assert details["checkRunStatus"] == "COMPLETED_NON_COMPLIANT", details  # ROCA is still there
    assert details["suppressedNonCompliantResourcesCount"] == 1, details
    assert findings[DEBIAN]["isSuppressed"] is True and findings[ROCA]["isSuppressed"] is False, findings
    task_id = findings[DEBIAN]["taskId"]
    for wanted, code in ((True, DEBIAN), (False, ROCA)):
        listed = teller.call("ListAuditFindings", taskId=task_id, listSuppressedFindings=wanted)["findings"]
        assert [finding["reasonForNonComplianceCode"] for finding in listed] == [code], listed


def deactivate(teller, weak, roca):
    """The fix of the AWS page; the weak CA keeps its suppression."""
    teller.call("UpdateCACertificate", certificateId=roca, newStatus="INACTIVE")
    _, details, findings = audit(teller)
    assert details["checkRunStatus"] == "COMPLETED_COMPLIANT" and details["checkCompliant"] is True, details
    assert details["totalResourcesCount"] == 2 and set(findings) == {DEBIAN}, (details, findings)
    teller.call("DeleteAuditSuppression", checkName=CHECK, resourceIdentifier={"caCertificateId": weak})
    refused(teller, "CertificateStateException", "DeleteCACertificate", certificateId=weak)
    teller.call("UpdateCACertificate", certificateId=weak, newStatus="INACTIVE")
    _, details, findings = audit(teller)
    assert details["checkRunStatus"] == "COMPLETED_COMPLIANT" and details["totalResourcesCount"] == 1 and not findings, details
    teller.call("DeleteCACertificate", certificateId=weak)
    refused(teller, "ResourceNotFoundException", "DescribeCACertificate", certificateId=weak)


def schedule(teller):
    name = "nightly"
    arn = teller.call("CreateScheduledAudit", scheduledAuditName=name, frequency="DAILY", targetCheckNames=[CHECK])["scheduledAuditArn"]
    assert arn == f"arn:aws:iot:us-east-1:000000000000:scheduledaudit/{name}", arn
    refused(teller, "ResourceAlreadyExistsException", "CreateScheduledAudit", scheduledAuditName=name, frequency="DAILY",
            targetCheckNames=[CHECK])
    teller.call("UpdateScheduledAudit", scheduledAuditName=name, frequency="MONTHLY", dayOfMonth="LAST")
    described = teller.call("DescribeScheduledAudit", scheduledAuditName=name)
    assert described["frequency"] == "MONTHLY" and described["dayOfMonth"] == "LAST", described
    assert described["targetCheckNames"] == [CHECK], described
    listed = teller.call("ListScheduledAudits")["scheduledAudits"]
    assert [entry["scheduledAuditName"] for entry in listed] == [name], listed
    refused(teller, "InvalidRequestException", "CreateScheduledAudit", scheduledAuditName="weekly", frequency="WEEKLY",
            targetCheckNames=[CHECK])  # no day
    teller.call("DeleteScheduledAudit", scheduledAuditName=name)
    refused(teller, "ResourceNotFoundException", "DescribeScheduledAudit", scheduledAuditName=name)


def tell(teller):
    _, weak, roca = register(teller)
    first_audit(teller, weak, roca)
    suppress(teller, weak)
    schedule(teller)
    deactivate(teller, weak, roca)
