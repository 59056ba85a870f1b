# SPDX-License-Identifier: Apache-2.0
"""keyassayd killed with SIGKILL in the middle of mitigation tasks over many findings: mitigation_kill_test.py KEYASSAYD [KILLS]

KILLS is 20 in ./check, 200 in ci/long/kill. fix_kill_test.py has the whole story with few findings; here a task takes many steps, and
most kills strike while one is under way. After each kill, before anything else looks at it, the database is searched for what a
step that was done in part would leave: an action without its record or a record without its action. At the end the log is whole.
"""
import contextlib
import hashlib
import os
import random
import sqlite3
import sys
import time

from botocore.exceptions import BotoCoreError, ClientError

from keyassayd import Keyassayd, run_tests

BINARY = sys.argv[1]
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 20
sys.argv[2:] = []
FINDINGS = 3000  # a dozen steps
CHECK = "CA_CERTIFICATE_KEY_QUALITY_CHECK"
ROLE = "arn:aws:iam::000000000000:role/mitigation"
TOPIC = "arn:aws:sns:us-east-1:000000000000:weak"
AUDIT = "00112233445566778899aabbccddeeff"
random.seed(0x6d697469)


@contextlib.contextmanager
def database(server, mode="rw"):
    with contextlib.closing(sqlite3.connect(f"file:{os.path.join(server.data, 'keyassay.db')}?mode={mode}", uri=True)) as db:
        yield db
        db.commit()


def name(number, kind):
    return hashlib.sha256(f"{number} {kind}".encode()).digest()


def fill(server):
    """CAs and findings as an audit would leave them, without the hour that making so many weak keys takes."""
    now, scope = int(time.time() * 1000), ("000000000000", "us-east-1")

    def insert(db, table, rows):
        rows = [{"account": scope[0], "region": scope[1], **row} for row in rows]
        db.executemany(f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({', '.join('?' * len(rows[0]))})",
                       [tuple(row.values()) for row in rows])

    with database(server) as db:
        insert(db, "ca", [{"id": name(n, "ca"), "status": 1, "mode": 2, "not_before": 0, "not_after": 2 * now, "created": now, "modified": now,
                           "customer_version": 1, "auto_registration": 0, "generation_id": "g", "subject_sha256": name(n, "subject"),
                           "spki_sha256": name(n, "key"), "transfer_date": 0, "status_before_transfer": 0, "deactivated": 0, "der": b"x"}
                          for n in range(FINDINGS)])
        insert(db, "finding", [{"id": name(n, "finding")[:16], "task_id": bytes.fromhex(AUDIT), "check_name": CHECK, "task_started": now,
                                "found": now + n // 100, "severity": 4, "resource_type": 1, "resource_id": name(n, "ca"), "reason": "Weak.",
                                "reason_code": "CERTIFICATE_KEY_VULNERABILITY_CVE-2008-0166", "additional_info": "{}", "suppressed": 0}
                               for n in range(FINDINGS)])
        insert(db, "task", [{"id": bytes.fromhex(AUDIT), "type": 1, "status": 2, "cancel_requested": 0, "started": now, "ended": now + 1,
                             "ca_last_seq": 0, "device_last_seq": 0, "lease_until": 0}])


def activate(server):
    """The next round has something to do."""
    with database(server) as db:
        db.execute("UPDATE ca SET status = 1, deactivated_by = NULL, deactivated = 0")


def look(server, task):
    """How many findings the task has dealt with, after checking that all that it did is recorded and all that is recorded was done."""
    with database(server, "ro") as db:
        def one(query, *values):
            return db.execute(query, values).fetchone()

        row = one("SELECT seq FROM mitigation WHERE id = ?", task)
        if row is None:
            return 0
        seq, = row
        done, = one("SELECT count(*) FROM execution WHERE task = ?", seq)
        assert done % 2 == 0, f"{done} executions of {task}: a finding has one of two"
        done //= 2
        assert one("SELECT count(*) FROM execution WHERE task = ? AND status <> 2", seq) == (0,)
        assert one("SELECT total, failed, succeeded FROM mitigation_check WHERE task = ?", seq) == (done, 0, done)
        # The same certificates, not only as many.
        wrong = db.execute("""SELECT count(*) FROM ca JOIN finding ON finding.resource_id = ca.id
            LEFT JOIN execution ON execution.task = ? AND execution.finding_id = finding.id AND execution.position = 1
            WHERE (execution.task IS NULL) <> (ca.status = 1 AND ca.deactivated_by IS NULL)
            OR (ca.status = 2 AND ca.deactivated_by IS NOT ?)""", (seq, task)).fetchone()
        assert wrong == (0,), f"{wrong[0]} CAs are not as the executions of {task} claim"
        assert one("SELECT count(*) FROM outbox WHERE instr(message, ?) > 0", f'"mitigationActionsTaskId":"{task}"') == (done,)
        assert one("SELECT count(*), count(DISTINCT resource) FROM log WHERE action = 'UpdateCACertificate' AND actor = ?",
                   f"keyassayd:mitigation {task}") == (done, done)
        return done


def start(server, task):
    """Until the server has said that it has the task: it may be killed before it answers."""
    try:
        server.client().start_audit_mitigation_actions_task(
            taskId=task, target={"auditTaskId": AUDIT}, auditCheckToActionsMapping={CHECK: ["tell", "off"]}, clientRequestToken=task)
        return True
    except (BotoCoreError, ClientError):
        return False


def status(server, task):
    try:
        return server.client().describe_audit_mitigation_actions_task(taskId=task)["taskStatus"]
    except (BotoCoreError, ClientError):
        return None


def test_each_action_once():
    kills = struck = rounds = 0
    with Keyassayd(BINARY, "--notify-workers", "0") as server:
        iot = server.client()
        iot.create_mitigation_action(actionName="off", roleArn=ROLE, actionParams={"updateCACertificateParams": {"action": "DEACTIVATE"}})
        iot.create_mitigation_action(actionName="tell", roleArn=ROLE, actionParams={"publishFindingToSnsParams": {"topicArn": TOPIC}})
        assert server.stop() == 0
        fill(server)
        server.start()
        while kills < KILLS or struck < KILLS // 2:
            assert kills < 20 * KILLS, f"only {struck} of {kills} kills met a task under way"
            task, rounds = f"fix-{rounds}", rounds + 1
            assert start(server, task)
            while status(server, task) == "IN_PROGRESS":
                time.sleep(random.random() * 0.2)
                server.kill()
                kills += 1
                struck += 0 < look(server, task) < FINDINGS
                server.start()
            assert status(server, task) == "COMPLETED" and look(server, task) == FINDINGS
            # The same request, sent once more, is no second task.
            assert start(server, task) and status(server, task) == "COMPLETED"
            assert server.stop() == 0
            activate(server)
            server.start()
        assert server.stop() == 0
        verified = server.command("log", "verify")
        assert verified.returncode == 0, verified
        print(f"# {kills} kills in {rounds} tasks over {FINDINGS} findings, {struck} in the middle of one; {verified.stdout.strip()}")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
