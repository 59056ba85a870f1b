#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The table of operations in keyassayd(8), from the table of routes in the program.

Usage: operations-table.py ROUTES_DUMP MANUAL [--check]

Writes the table between its two marks in MANUAL; "ninja manual-operations" in the build directory does it. With --check nothing is
written, and status 1 says that the manual's table is another one.
"""
import json
import subprocess
import sys

BEGIN = '.\\" Begin of the table: made by "ninja manual-operations" from the routes, not by hand.\n'
END = '.\\" End of the table.\n'

# AWS IoT's operations that register and audit certificates and mitigate findings: all 55 that keyassayd is about.
OF_AWS = {
    "CA certificates": """RegisterCACertificate DescribeCACertificate UpdateCACertificate DeleteCACertificate ListCACertificates
        ListCertificatesByCA GetRegistrationCode DeleteRegistrationCode""",
    "Device certificates": """RegisterCertificate RegisterCertificateWithoutCA CreateKeysAndCertificate CreateCertificateFromCsr
        DescribeCertificate UpdateCertificate DeleteCertificate ListCertificates""",
    "Transfer to another account": """TransferCertificate AcceptCertificateTransfer RejectCertificateTransfer CancelCertificateTransfer
        ListOutgoingCertificates""",
    "Audit configuration": """UpdateAccountAuditConfiguration DescribeAccountAuditConfiguration DeleteAccountAuditConfiguration""",
    "Audits": """StartOnDemandAuditTask DescribeAuditTask ListAuditTasks CancelAuditTask CreateScheduledAudit DescribeScheduledAudit
        UpdateScheduledAudit DeleteScheduledAudit ListScheduledAudits""",
    "Findings": """ListAuditFindings DescribeAuditFinding ListRelatedResourcesForAuditFinding CreateAuditSuppression
        DescribeAuditSuppression UpdateAuditSuppression DeleteAuditSuppression ListAuditSuppressions""",
    "Mitigation": """CreateMitigationAction DescribeMitigationAction UpdateMitigationAction DeleteMitigationAction ListMitigationActions
        StartAuditMitigationActionsTask DescribeAuditMitigationActionsTask CancelAuditMitigationActionsTask
        ListAuditMitigationActionsTasks ListAuditMitigationActionsExecutions""",
    "Others": "TagResource UntagResource ListTagsForResource DescribeEndpoint",
}

# Why an operation of AWS has no route: one that is missing has to have a reason here.
WHY_NOT = {}

# What is to be said of one that works.
REMARKS = {
    "StartAuditMitigationActionsTask": "works; three of the six types act",
}


def rows(routes):
    yield ".Bl -column xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx xxxxxxx\n"
    yield ".It Em Operation Ta Em Role Ta Em State\n"
    listed = set()
    for group, names in OF_AWS.items():
        yield f".It Em \"{group}\" Ta Ta\n"
        for name in names.split():
            listed.add(name)
            if name in routes:
                yield f".It {name} Ta {routes[name]['role']} Ta {REMARKS.get(name, 'works')}\n"
            else:
                yield f".It {name} Ta Ta {WHY_NOT[name]}\n"
    yield ".It Em \"Not of AWS\" Ta Ta\n"
    for name, route in routes.items():
        if name not in listed:
            assert route["path"].startswith("/keyassay/v1/"), f"{name} is of AWS and stands in no group of OF_AWS"
            yield f".It {name} Ta {route['role']} Ta {route['method']} {route['path']}\n"
    yield ".El\n"


def main(dump, manual, check):
    routes = json.loads(subprocess.run([dump], check=True, capture_output=True).stdout)["operations"]
    count = sum(len(names.split()) for names in OF_AWS.values())
    assert count == 55, count
    with open(manual, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    made = before + BEGIN + "".join(rows(routes)) + END + after
    if check:
        return 0 if made == text else 1
    if made != text:
        with open(manual, "w", encoding="utf-8") as file:
            file.write(made)
    return 0


sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:] == ["--check"]))
