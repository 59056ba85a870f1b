# SPDX-License-Identifier: Apache-2.0
"""keyassayd killed with SIGKILL at random moments: kill_test.py KEYASSAYD KEYASSAY [KILLS]

Two halves of KILLS (12 in ./check, 200 in ci/long/kill). While clients register: after the restart every acknowledged certificate is
there, and none that nobody sent. While an audit runs: after the restart it ends by itself, and its findings are those of an
undisturbed run over the same certificates, each once. The database is whole (PRAGMA integrity_check) after every kill.
"""
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.hazmat.primitives import serialization

import certs
from keyassayd import Keyassayd, run_tests

BINARY, KEYASSAY = sys.argv[1], os.path.abspath(sys.argv[2])
KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 12
sys.argv[2:] = []
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tables"))
CHECK = "CA_CERTIFICATE_KEY_QUALITY_CHECK"
CLIENTS = 8
random.seed(0x6b696c6c)


def whole(server):
    """The database that a killed server left, looked at before anyone repairs it: with its write-ahead log."""
    connection = sqlite3.connect(os.path.join(server.data, "keyassay.db"))
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        connection.close()
    done = server.command("log", "verify")
    assert done.returncode == 0, done


def listed(iot):
    return {ca["certificateId"] for page in iot.get_paginator("list_ca_certificates").paginate(pageSize=250)
            for ca in page["certificates"]}


class Client(threading.Thread):
    """Registers CAs one after the other until the server is gone."""

    def __init__(self, server, pile, lock):
        super().__init__()
        self.iot, self.pile, self.lock = server.client(), pile, lock
        self.sent, self.acknowledged = set(), set()

    def run(self):
        while True:
            with self.lock:
                if not self.pile:
                    return
                ca = self.pile.pop()
            self.sent.add(ca.id)
            try:
                reply = self.iot.register_ca_certificate(caCertificate=ca.pem, certificateMode="SNI_ONLY", setAsActive=True)
            except (BotoCoreError, ClientError):
                return
            self.acknowledged.add(reply["certificateId"])


def test_registrations_survive():
    there, rounds, kills = set(), 0, 0
    lock = threading.Lock()
    with Keyassayd(BINARY) as server:
        while kills < (KILLS + 1) // 2:
            rounds += 1
            pile = [certs.Authority(f"CA {rounds} {i}") for i in range(400)]
            clients = [Client(server, pile, lock) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            time.sleep(random.uniform(0.0, 0.6))
            server.kill()
            kills += 1
            for client in clients:
                client.join()
            whole(server)
            server.start()
            now = listed(server.client())
            sent = set().union(*(client.sent for client in clients))
            acknowledged = set().union(*(client.acknowledged for client in clients))
            assert there | acknowledged <= now, f"lost after kill {kills}: {there | acknowledged - now}"
            assert now <= there | sent, f"out of nowhere after kill {kills}: {now - there - sent}"
            there = now
    print(f"# {kills} kills, {len(there)} certificates registered")


def weak_key(pid):
    done = subprocess.run([KEYASSAY, "debian", "key", "--type", "rsa:2048", "--architecture", "le64", "--randfile", "rnd", "--pid",
                           str(pid)], capture_output=True, check=True, timeout=60)
    return serialization.load_pem_private_key(done.stdout, None)


def fill(server):
    """Sound CAs and some weak ones between them."""
    weak = [weak_key(pid) for pid in (1, 2, 3)]
    iot = server.client()
    for i in range(300):
        if i % 20 == 7:
            key = weak[i % 3]
            pem = certs.pem(certs.make(f"weak {i}", key, ca=True))
        else:
            pem = certs.Authority(f"sound {i}").pem
        iot.register_ca_certificate(caCertificate=pem, certificateMode="SNI_ONLY", setAsActive=True)


def findings_of(iot, task_id):
    """What must be equal between two runs; the ids of one run are its own."""
    findings = [finding for page in iot.get_paginator("list_audit_findings").paginate(taskId=task_id, PaginationConfig={"PageSize": 7})
                for finding in page["findings"]]
    ids = [finding["findingId"] for finding in findings]
    assert len(set(ids)) == len(ids), "a finding twice"
    rows = [(finding["nonCompliantResource"]["resourceIdentifier"]["caCertificateId"], finding["reasonForNonComplianceCode"],
             sorted(finding["nonCompliantResource"]["additionalInfo"].items()), finding["severity"], finding["isSuppressed"])
            for finding in findings]
    assert len({row[:2] for row in rows}) == len(rows), "a resource twice"
    return sorted(rows)


def ended(iot, task_id):
    for _ in range(1200):
        task = iot.describe_audit_task(taskId=task_id)
        if task["taskStatus"] != "IN_PROGRESS":
            assert task["taskStatus"] == "COMPLETED", task
            return task["auditDetails"][CHECK]
        time.sleep(0.05)
    raise AssertionError("the audit did not end by itself")


def test_audits_survive():
    kills, struck = 0, 0
    with Keyassayd(BINARY, "--audit-chunk", "3") as server:  # a hundred commits in an audit: kills land between and inside them
        fill(server)
        iot = server.client()
        start = time.monotonic()
        reference_task = iot.start_on_demand_audit_task(targetCheckNames=[CHECK])["taskId"]
        details = ended(iot, reference_task)
        length = time.monotonic() - start
        reference = findings_of(iot, reference_task)
        assert len(reference) == 15 and details["nonCompliantResourcesCount"] == 15, details
        # Some kills come when the audit is over already; at least one must meet a running one.
        while kills < KILLS // 2 or (struck == 0 and kills < 10 * KILLS):
            iot = server.client()
            task_id = None
            try:
                task_id = iot.start_on_demand_audit_task(targetCheckNames=[CHECK])["taskId"]
                for _ in range(random.randint(1, 3)):  # the same audit may be struck more than once
                    time.sleep(random.uniform(0.0, 0.9 * length))
                    struck += server.client().describe_audit_task(taskId=task_id)["taskStatus"] == "IN_PROGRESS"
                    server.kill()
                    kills += 1
                    whole(server)
                    server.start()
            except (BotoCoreError, ClientError) as error:
                raise AssertionError(f"the server did not answer after kill {kills}") from error
            iot = server.client()
            again = ended(iot, task_id)
            assert {**again} == {**details}, (again, details)
            assert findings_of(iot, task_id) == reference, f"other findings after kill {kills}"
    print(f"# {kills} kills, {struck} of them while the audit ran; {len(reference)} findings each time")
    assert struck > 0, "no kill met an audit that ran"


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
