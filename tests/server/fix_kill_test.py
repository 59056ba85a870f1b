# SPDX-License-Identifier: Apache-2.0
"""keyassayd killed with SIGKILL while findings are fixed: fix_kill_test.py KEYASSAYD KEYASSAY [KILLS]

Audit, then a mitigation task that publishes each finding and makes its CA INACTIVE, again and again, with kills (12 in ./check, 200 in
ci/long/kill) at random moments from the start of the audit to the last delivery. A receiver that answers some requests with an error
stays up. After each kill, before anything else happens: no CA is ACTIVE that a COMPLETED execution claims to have deactivated. At the
end of each round: the task is COMPLETED, all findings were fixed, each was published, and so was the end of the audit. At the very end
the log is whole.
"""
import json
import os
import random
import sqlite3
import subprocess
import sys
import time

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.hazmat.primitives import serialization

import certs
from fix_story import AUDIT_TOPIC, FINDING_TOPIC, ROLE
from keyassayd import Keyassayd, run_tests
from receiver import Receiver
from story import CHECK

BINARY, KEYASSAY = sys.argv[1], os.path.abspath(sys.argv[2])
KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 12
sys.argv[2:] = []
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tables"))
WEAK = 20
random.seed(0x66697821)


def weak_key(pid):
    done = subprocess.run([KEYASSAY, "debian", "key", "--type", "rsa:2048", "--architecture", "le64", "--randfile", "rnd", "--pid",
                           str(pid)], capture_output=True, check=True, timeout=60)
    return serialization.load_pem_private_key(done.stdout, None)


def fill(iot):
    """Ids of the weak CAs; some sound ones are between them."""
    keys, weak = [weak_key(pid) for pid in (1, 2, 3)], []
    for i in range(WEAK):
        iot.register_ca_certificate(caCertificate=certs.Authority(f"sound {i}").pem, certificateMode="SNI_ONLY", setAsActive=True)
        pem = certs.pem(certs.make(f"weak {i}", keys[i % 3], ca=True))
        weak.append(iot.register_ca_certificate(caCertificate=pem, certificateMode="SNI_ONLY", setAsActive=True)["certificateId"])
    iot.update_account_audit_configuration(
        roleArn=ROLE, auditCheckConfigurations={CHECK: {"enabled": True}},
        auditNotificationTargetConfigurations={"SNS": {"targetArn": AUDIT_TOPIC, "roleArn": ROLE, "enabled": True}})
    iot.create_mitigation_action(actionName="deactivate", roleArn=ROLE, actionParams={"updateCACertificateParams": {"action": "DEACTIVATE"}})
    iot.create_mitigation_action(actionName="tell", roleArn=ROLE, actionParams={"publishFindingToSnsParams": {"topicArn": FINDING_TOPIC}})
    return weak


def findings_of(iot, audit_task):
    """Finding id by CA."""
    return {finding["nonCompliantResource"]["resourceIdentifier"]["caCertificateId"]: finding["findingId"]
            for page in iot.get_paginator("list_audit_findings").paginate(taskId=audit_task) for finding in page["findings"]}


def executions_of(iot, task, finding):
    """Status by action."""
    told = iot.list_audit_mitigation_actions_executions(taskId=task, findingId=finding)["actionsExecutions"]
    assert len({execution["actionName"] for execution in told}) == len(told), told
    return {execution["actionName"]: execution["status"] for execution in told}


def wait(what, *more):
    for _ in range(1200):
        value = what(*more)
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what.__name__} did not come")


class Round:
    """One audit and the fixing of what it found, however often the server is killed meanwhile."""

    def __init__(self, server, iot, number, weak):
        self.server, self.iot, self.number, self.weak = server, iot, number, weak
        self.audit_task, self.task, self.findings, self.kills, self.struck = None, None, {}, 0, 0

    def perhaps_kill(self, longest):
        time.sleep(random.uniform(0.0, longest))
        self.struck += self.task is not None and self.state() == "IN_PROGRESS"
        self.server.kill()
        self.kills += 1
        connection = sqlite3.connect(os.path.join(self.server.data, "keyassay.db"))
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()
        self.server.start()
        self.claims_hold()

    def state(self):
        return self.iot.describe_audit_mitigation_actions_task(taskId=self.task)["taskStatus"]

    def claims_hold(self):
        iot = self.iot
        for ca_id, finding in self.findings.items() if self.task else ():
            claimed = executions_of(iot, self.task, finding).get("deactivate") == "COMPLETED"
            status = iot.describe_ca_certificate(certificateId=ca_id)["certificateDescription"]["status"]
            assert not claimed or status == "INACTIVE", f"{ca_id} is {status}, and {self.task} claims to have deactivated it"

    def audit_ended(self):
        return self.iot.describe_audit_task(taskId=self.audit_task)["taskStatus"] == "COMPLETED"

    def task_ended(self):
        return self.state() != "IN_PROGRESS"

    def run(self):
        iot = self.iot
        for ca_id in self.weak:
            iot.update_ca_certificate(certificateId=ca_id, newStatus="ACTIVE")
        self.audit_task = iot.start_on_demand_audit_task(targetCheckNames=[CHECK])["taskId"]
        self.perhaps_kill(0.1)
        wait(self.audit_ended)
        self.findings = findings_of(iot, self.audit_task)
        assert set(self.findings) == set(self.weak), self.findings
        self.task = f"fix-{self.number}"
        iot.start_audit_mitigation_actions_task(taskId=self.task, target={"auditTaskId": self.audit_task}, clientRequestToken=self.task,
                                                auditCheckToActionsMapping={CHECK: random.choice((["tell", "deactivate"], ["deactivate", "tell"]))})
        for _ in range(random.randint(1, 3)):
            self.perhaps_kill(0.15)
        wait(self.task_ended)
        self.claims_hold()

    def check(self, receiver):
        """Everything was done once, and published at least once."""
        iot = self.iot
        task = iot.describe_audit_mitigation_actions_task(taskId=self.task)
        told = task["taskStatistics"][CHECK]
        assert task["taskStatus"] == "COMPLETED" and told["totalFindingsCount"] == told["succeededFindingsCount"] == WEAK, task
        for finding in self.findings.values():
            assert executions_of(iot, self.task, finding) == {"tell": "COMPLETED", "deactivate": "COMPLETED"}, (self.task, finding)
        for ca_id in self.weak:
            assert iot.describe_ca_certificate(certificateId=ca_id)["certificateDescription"]["status"] == "INACTIVE"

        def published():
            heard = [json.loads(message.text) for message in list(receiver.messages)]
            found = {m["finding"]["findingId"] for m in heard if m.get("mitigationActionsTaskId") == self.task}
            ends = [m for m in heard if m.get("taskId") == self.audit_task and "auditDetails" in m]
            assert found <= set(self.findings.values()), found
            assert all(m["auditDetails"][0]["nonCompliantResourcesCount"] == WEAK for m in ends), ends
            return found == set(self.findings.values()) and ends

        wait(published)


def test_fixing_survives():
    kills, struck, number = 0, 0, 0
    with Receiver() as receiver:
        with Keyassayd(BINARY, "--sns-endpoint", receiver.url, "--audit-chunk", "3", "--mitigation-chunk", "1", env=receiver.env) as server:
            iot = server.client()  # it connects again after a kill
            weak = fill(iot)
            while kills < KILLS or (struck == 0 and kills < 10 * KILLS):
                number += 1
                now = Round(server, iot, number, weak)
                receiver.behave(*random.choices(("ok", 500, "close", "close-body"), k=random.randint(1, 6)))
                try:
                    now.run()
                    now.check(receiver)
                except (BotoCoreError, ClientError) as error:
                    raise AssertionError(f"the server did not answer in round {number}") from error
                kills, struck = kills + now.kills, struck + now.struck
            done = server.command("log", "verify")
            assert done.returncode == 0, done
            print(f"# {kills} kills in {number} rounds, {struck} while a task ran; {len(receiver.messages)} messages received for "
                  f"{number * (WEAK + 1)} causes; {done.stdout.strip()}")
    assert struck > 0, "no kill met a task that ran"


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
