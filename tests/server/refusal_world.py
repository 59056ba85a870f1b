# SPDX-License-Identifier: Apache-2.0
"""The server that refusals_test.py asks: three accounts with something in every state that an operation can refuse.

Nothing that is refused changes it, so one of it serves all clients, one after the other (World.state).
"""
import hashlib
import os
import sqlite3
import sys
import time
import warnings

import certs
from keyassayd import Keyassayd, not_today
from model import watch

BINARY = sys.argv[1]
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(SOURCE, "tables"))
warnings.filterwarnings("ignore", "SHA1 signatures")  # python3-cryptography on what is refused
A, B, C = "000000000000", "111122223333", "444455556666"  # a: everything is there; b: a little; c: nothing
ARN = f"arn:aws:iot:us-east-1:{A}:"
ROLE = f"arn:aws:iam::{A}:role/audit"
CA_CHECK = "CA_CERTIFICATE_KEY_QUALITY_CHECK"
DEVICE_CHECK = "DEVICE_CERTIFICATE_KEY_QUALITY_CHECK"
NOBODY = "ab" * 32
DEACTIVATE = {"updateCACertificateParams": {"action": "DEACTIVATE"}}
ACTIONS = 100  # mitigation actions that one may have
SUPPRESSED = {"checkName": CA_CHECK, "resourceIdentifier": {"caCertificateId": "1" * 64}}


def example(name):
    with open(os.path.join(SOURCE, "examples", name + ".pem"), encoding="ascii") as file:
        return file.read()


class World:
    def __init__(self):
        self.server = Keyassayd(BINARY)
        try:
            self.keys = {"a": None}
            for who, account in (("b", B), ("c", C)):
                assert self.server.command("account", "create", account).returncode == 0
                self.keys[who] = self.server.new_key("admin", "--account", account)
            for role in ("reader", "auditor"):
                self.keys[role] = self.server.new_key(role)
            self.a, self.b = (watch(self.server.client(key=self.keys[who])) for who in "ab")
            self.register_cas()
            self.register_devices()
            self.audit()
            self.mitigate()
        except BaseException:
            self.server.close()
            raise

    def sni(self, pem, **more):
        return self.a.register_ca_certificate(caCertificate=pem, certificateMode="SNI_ONLY", **more)["certificateId"]

    def register_cas(self):
        self.code = self.a.get_registration_code()["registrationCode"]
        self.b_code = self.b.get_registration_code()["registrationCode"]
        self.ca, self.quiet, self.new = certs.Authority("Factory", "rsa"), certs.Authority("Quiet"), certs.Authority("New")
        self.a.register_ca_certificate(caCertificate=self.ca.pem, verificationCertificate=self.ca.proof(self.code), setAsActive=True,
                                       tags=[{"Key": f"k{n}"} for n in range(50)])
        self.sni(self.quiet.pem)
        self.subject = [self.sni(certs.Authority("Ten of us").pem) for _ in range(10)]
        self.roca = self.sni(example("roca-ca"), setAsActive=True)
        # Two of one subject and one key: nobody can tell which of them signed.
        self.twin = certs.Authority("Twin")
        other = certs.pem(certs.make("Twin", self.twin.key, ca=True, end=certs.NOW + 100 * certs.DAY))
        self.twins = [self.sni(pem, setAsActive=True) for pem in (self.twin.pem, other)]

    def device(self, iot=None, status="INACTIVE", pem=None):
        pem = pem or certs.pem(certs.Authority().sign("thing"))
        return (iot or self.a).register_certificate_without_ca(certificatePem=pem, status=status)["certificateId"]

    def register_devices(self):
        self.registered_pem = certs.pem(self.ca.sign("registered"))
        self.inactive = self.device(pem=self.registered_pem)
        self.active, self.revoked = self.device(status="ACTIVE"), self.device(status="REVOKED")
        shared = certs.pem(certs.Authority().sign("shared"))
        self.shared = self.device(pem=shared)
        self.device(self.b, pem=shared)
        self.pending, self.accepted = [self.device() for _ in range(3)], self.device()
        for one in (*self.pending, self.accepted):
            self.a.transfer_certificate(certificateId=one, targetAwsAccount=B)
        self.b.accept_certificate_transfer(certificateId=self.accepted)

    @staticmethod
    def wait(describe, task_id):
        for _ in range(1200):
            if describe(taskId=task_id)["taskStatus"] != "IN_PROGRESS":
                return
            time.sleep(0.05)
        raise AssertionError(f"task {task_id} does not end")

    def audit(self):
        checks = {CA_CHECK: {"enabled": True}, DEVICE_CHECK: {"enabled": True}}
        self.a.update_account_audit_configuration(roleArn=ROLE, auditCheckConfigurations=checks)
        self.ended = self.a.start_on_demand_audit_task(targetCheckNames=[CA_CHECK])["taskId"]
        self.wait(self.a.describe_audit_task, self.ended)
        self.finding, = (finding["findingId"] for finding in self.a.list_audit_findings(taskId=self.ended)["findings"])
        for name in ("nightly", "n1", "n2", "n3"):
            self.a.create_scheduled_audit(scheduledAuditName=name, targetCheckNames=[CA_CHECK], **not_today())
        self.a.create_scheduled_audit(scheduledAuditName="monthly", targetCheckNames=[CA_CHECK], **not_today("MONTHLY"))
        self.a.create_audit_suppression(suppressIndefinitely=True, clientRequestToken="token-1", **SUPPRESSED)
        self.b_ended = self.b.start_on_demand_audit_task(targetCheckNames=[CA_CHECK])["taskId"]
        self.wait(self.b.describe_audit_task, self.b_ended)

    def mitigate(self):
        for iot, names in ((self.a, ["off", *(f"a{number}" for number in range(1, ACTIONS))]), (self.b, ["off"])):
            for name in names:
                iot.create_mitigation_action(actionName=name, roleArn=ROLE, actionParams=DEACTIVATE)

        def start(task_id, **more):
            self.a.start_audit_mitigation_actions_task(taskId=task_id, clientRequestToken=task_id, target={"auditTaskId": self.ended, **more},
                                                       auditCheckToActionsMapping={CA_CHECK: ["off"]})

        start("ended", auditCheckToReasonCodeFilter={CA_CHECK: ["none"]})
        self.wait(self.a.describe_audit_mitigation_actions_task, "ended")
        # From here on tasks stay in progress.
        self.server.stop()
        self.server.options += ["--audit-workers", "0", "--mitigation-workers", "0"]
        self.server.start()
        self.running = [self.a.start_on_demand_audit_task(targetCheckNames=[CA_CHECK])["taskId"] for _ in range(10)]
        for number in range(10):
            start(f"fix-{number}")

    def open_database(self):
        return sqlite3.connect(os.path.join(self.server.data, "keyassay.db"), isolation_level=None)

    def state(self):
        """Stands for all that the database holds, but for the numbers that the next rows get."""
        database = self.open_database()
        try:
            lines = [line for line in database.iterdump() if '"sqlite_sequence"' not in line]
            return hashlib.sha256("\n".join(lines).encode()).hexdigest()
        finally:
            database.close()

    def close(self):
        with self.server:  # it must end well
            pass
