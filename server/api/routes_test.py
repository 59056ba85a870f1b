# SPDX-License-Identifier: Apache-2.0
"""Compares the server's table of operations with the service model of botocore (iot/2015-05-28), which is the authority: methods, paths,
members, where they travel, which are required, and every constraint of every shape that is reachable.

Usage: routes_test.py PATH-OF-routes_dump      prints TAP
"""
import json
import subprocess
import sys

import botocore.loaders

# Operations that the server must have (the list); more are welcome when the model has them.
WANTED = """
RegisterCACertificate DescribeCACertificate UpdateCACertificate DeleteCACertificate ListCACertificates ListCertificatesByCA
GetRegistrationCode DeleteRegistrationCode
RegisterCertificate RegisterCertificateWithoutCA CreateKeysAndCertificate CreateCertificateFromCsr DescribeCertificate
UpdateCertificate DeleteCertificate ListCertificates
TransferCertificate AcceptCertificateTransfer RejectCertificateTransfer CancelCertificateTransfer ListOutgoingCertificates
UpdateAccountAuditConfiguration DescribeAccountAuditConfiguration DeleteAccountAuditConfiguration
StartOnDemandAuditTask DescribeAuditTask ListAuditTasks CancelAuditTask
CreateScheduledAudit DescribeScheduledAudit UpdateScheduledAudit DeleteScheduledAudit ListScheduledAudits
ListAuditFindings DescribeAuditFinding ListRelatedResourcesForAuditFinding
CreateAuditSuppression DescribeAuditSuppression UpdateAuditSuppression DeleteAuditSuppression ListAuditSuppressions
CreateMitigationAction DescribeMitigationAction UpdateMitigationAction DeleteMitigationAction ListMitigationActions
StartAuditMitigationActionsTask DescribeAuditMitigationActionsTask CancelAuditMitigationActionsTask
ListAuditMitigationActionsTasks ListAuditMitigationActionsExecutions
TagResource UntagResource ListTagsForResource DescribeEndpoint
""".split()

# What later models have and Debian's does not: member -> the shapes that come with it.
NEWER_MEMBERS = {("AuditCheckConfiguration", "configuration")}
NEWER_SHAPES = {
    "CheckCustomConfiguration": {"type": "map", "key": "ConfigName", "element": "ConfigValue"},
    "ConfigName": {"type": "string", "enum": ["CERT_AGE_THRESHOLD_IN_DAYS", "CERT_EXPIRATION_THRESHOLD_IN_DAYS"]},
    "ConfigValue": {"type": "string", "min": 1, "max": 64},
}

# Of operations that are not of AWS.
OUR_SHAPES = {"AccountWide", "DryRun", "LogText"}

# Patterns that take everything: nothing has to decide them.
FREE_PATTERNS = {r"[\s\S]*"}

failures = []


def expect(what, got, wanted):
    if got != wanted:
        failures.append(f"{what}: the table has {got!r}, the model {wanted!r}")


def model_shape(model, name):
    """A shape of the model in the form of the dump."""
    if name in NEWER_SHAPES and name not in model["shapes"]:
        return NEWER_SHAPES[name]
    shape = model["shapes"][name]
    out = {"type": shape["type"]}
    for constraint in ("min", "max", "pattern", "enum"):
        if constraint in shape:
            out[constraint] = shape[constraint]
    if "members" in shape:
        out["members"] = {member: of["shape"] for member, of in shape["members"].items()}
        out["required"] = sorted(shape.get("required", []))
    for ours, theirs in (("element", "member"), ("element", "value"), ("key", "key")):
        if theirs in shape:
            out[ours] = shape[theirs]["shape"]
    return out


def compare_shape(model, name, shape):
    decided = shape.pop("decided")
    if "pattern" in shape and shape["pattern"] not in FREE_PATTERNS and not decided:
        failures.append(f"{name}: nothing decides the pattern {shape['pattern']}")
    if "required" in shape:
        shape["required"] = sorted(shape["required"])
    for owner, member in NEWER_MEMBERS:
        if owner == name and member not in model["shapes"][owner]["members"]:
            shape["members"].pop(member)
    expect(f"shape {name}", shape, model_shape(model, name))


def compare_operation(model, name, operation):
    if name not in model["operations"]:
        failures.append(f"{name}: no such operation in the model")
        return
    http = model["operations"][name]["http"]
    expect(f"{name} method", operation["method"], http["method"])
    expect(f"{name} path", operation["path"], http["requestUri"])
    if http.get("responseCode", 200) != 200:
        failures.append(f"{name}: the model answers {http['responseCode']}, the server always 200")
    shape = model["shapes"].get(model["operations"][name].get("input", {}).get("shape"), {})
    wanted = {
        member: {
            "wire": of.get("locationName", member),
            "where": of.get("location", "body"),
            "required": member in shape.get("required", []),
            "shape": of["shape"],
        }
        for member, of in shape.get("members", {}).items()
    }
    expect(f"{name} parameters", operation["params"], wanted)


def main(dump_path):
    model = botocore.loaders.Loader().load_service_model("iot", "service-2")
    dump = json.loads(subprocess.run([dump_path], check=True, capture_output=True).stdout)
    # What keyassayd has beside AWS's API lives under a path of its own.
    operations = {n: o for n, o in dump["operations"].items() if not o["path"].startswith("/keyassay/v1/")}

    steps = [
        ("every operation of the issue is there", lambda: expect("missing", [n for n in WANTED if n not in operations], [])),
        ("operations are the model's", lambda: [compare_operation(model, n, o) for n, o in operations.items()]),
        ("shapes are the model's", lambda: [compare_shape(model, n, s) for n, s in dump["shapes"].items() if n not in OUR_SHAPES]),
        ("there is something to compare", lambda: expect("many", len(operations) >= 55 and len(dump["shapes"]) >= 50, True)),
    ]
    print(f"1..{len(steps)}")
    status = 0
    for number, (name, step) in enumerate(steps, 1):
        failures.clear()
        step()
        print(f"{'not ' if failures else ''}ok {number} - {name}")
        for failure in failures:
            print(f"# {failure}")
        status |= bool(failures)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
