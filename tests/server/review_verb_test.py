# SPDX-License-Identifier: Apache-2.0
"""keyassay review against a keyassayd: review_verb_test.py KEYASSAYD KEYASSAY [part of a test's name...]"""
import json
import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import sys
import time

from keyassayd import Keyassayd, run_tests
from review_kit import authority, fleet, good, revoked_once, rows

BINARY, KEYASSAY = sys.argv[1], os.path.abspath(sys.argv[2])
sys.argv[2:3] = []
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tables"))
SINCE = ["--registered-after", "2020-01-01T00:00:00Z"]


def environment(server, **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    env.update(AWS_SHARED_CREDENTIALS_FILE=server.credentials_path, AWS_REGION="us-east-1", HOME="/nonexistent", TERM="xterm", **more)
    return env


def review(server, *words, **more):
    return subprocess.run([KEYASSAY, "review", "--endpoint-url", server.url, *words], capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, env=environment(server, **more))


def on_terminal(server, *words, wait_for=None, answer=None, interrupt=False):
    """Runs it on a terminal: (status, what the terminal showed). Answers, or interrupts, once wait_for is there."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(KEYASSAY, [KEYASSAY, "review", "--endpoint", server.url, *words], environment(server))
    shown, end = b"", time.monotonic() + 60
    while time.monotonic() < end:
        ready, _, _ = select.select([terminal], [], [], 0.2)
        if ready:
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # the other side is gone
                break
            if not piece:
                break
            shown += piece
        if wait_for is not None and wait_for.encode() in shown:
            wait_for = None
            if interrupt:
                os.kill(child, signal.SIGINT)
            else:
                os.write(terminal, answer)
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), shown.decode().replace("\r\n", "\n")


QUESTION = "This cannot be undone. [yes/no]"


def test_question_and_result():
    with Keyassayd(BINARY, "--revoke-chunk", "5") as server:
        ca = authority(server)
        ids = fleet(server, ca, 30)
        server.client().update_certificate(certificateId=ids[3], newStatus="INACTIVE")
        for answer in (b"no\n", b"\n", b"yesterday\n", b"\x04"):
            status, shown = on_terminal(server, *SINCE, ca.id, wait_for=QUESTION, answer=answer)
            assert status == 1 and "nothing was revoked" in shown, (answer, status, shown)
            assert "Revoke 30 device certificates?" in shown, shown
        assert rows(server, "SELECT count(*) FROM revocation") == [(0,)]
        # Also when the signal comes just before it waits for the answer.
        for moment in ("Device certificates", "30 to revoke", QUESTION) * 5:
            status, shown = on_terminal(server, *SINCE, ca.id, wait_for=moment, interrupt=True)
            assert status == 1 and "interrupted; nothing was revoked" in shown, (moment, status, shown)

        status, shown = on_terminal(server, *SINCE, "--rows", "4", ca.id, wait_for=QUESTION, answer=b"yes\n")
        assert status == 0, (status, shown)
        assert f"CA certificate {ca.id} (ACTIVE)\nDevice certificates registered from 2020-01-01T00:00:00Z on\n" in shown, shown
        table = re.findall(r"^(\S+Z)  +(\S+) +(\S+Z) +([0-9a-f]{64})$", shown, re.M)
        assert [row[3] for row in table] == ids[:-5:-1] and {row[1] for row in table} == {"ACTIVE"}, shown
        assert "and 26 older ones\n" in shown and "30 device certificates: 29 ACTIVE, 1 INACTIVE\n" in shown, shown
        assert "30 to revoke, 0 revoked already, 0 in transfer (left alone)\n" in shown, shown
        assert "warning" not in shown.lower() and "the CA is ACTIVE, so more devices can register" in shown, shown
        found = re.search(r"^30 revoked, 0 revoked already, 0 in transfer \(left alone\); revocation ([0-9a-f]{32}) COMPLETED$", shown, re.M)
        assert found, shown
        entries = rows(server, "SELECT count(*), count(DISTINCT resource) FROM log WHERE after LIKE ?", f"%{found.group(1)}%")
        assert entries == [(30, 30)], entries
        # Nothing is left: no question.
        server.client().update_ca_certificate(certificateId=ca.id, newStatus="INACTIVE")
        done = review(server, *SINCE, "--yes", ca.id)
        assert done.returncode == 0 and "0 to revoke, 30 revoked already" in done.stdout and done.stderr == "", done
        done = review(server, "--revocation", found.group(1))
        assert done.returncode == 0 and done.stdout.startswith("30 revoked, "), done


def test_without_terminal():
    with Keyassayd(BINARY) as server:
        ca = authority(server)
        ids = fleet(server, ca, 3)
        done = review(server, *SINCE, ca.id)
        assert done.returncode == 2 and "--yes revokes without a question" in done.stderr and done.stdout == "", done
        done = review(server, *SINCE, "--dry-run", ca.id)
        assert done.returncode == 1 and "3 to revoke" in done.stdout, done
        dry = review(server, *SINCE, "--dry-run", "--format", "json", ca.id)
        assert dry.returncode == 1 and json.loads(dry.stdout)["toRevoke"] == 3, dry
        assert rows(server, "SELECT count(*) FROM revocation") == [(0,)]
        done = review(server, *SINCE, "--registered-before", "2020-01-02T00:00:00+01:00", "--yes", ca.id)
        assert done.returncode == 0 and "until before 2020-01-01T23:00:00Z on" in done.stdout and "0 to revoke" in done.stdout, done
        done = review(server, *SINCE, "--yes", "--format", "json", ca.id.upper())
        job = json.loads(done.stdout)
        assert done.returncode == 0 and (job["status"], job["revoked"]) == ("COMPLETED", 3), done
        assert job["registeredAfter"] == 1577836800 and job["registeredAfterSource"] == "REQUEST", job
        revoked_once(server, ids, job["revocationId"], server.credentials[0])
        assert review(server, *SINCE, "--yes", "--quiet", ca.id).stdout == ""


def test_default_time_is_the_one_that_was_shown():
    with Keyassayd(BINARY) as server:
        ca = authority(server)
        early = fleet(server, ca, 2, "early")
        done = review(server, "--yes", ca.id)
        assert done.returncode == 3 and "registeredAfter: is needed" in done.stderr, done
        server.stop()
        time.sleep(0.01)
        moment = int(time.time() * 1000)
        connection = sqlite3.connect(os.path.join(server.data, "keyassay.db"))
        with connection:  # the columns that a mitigation sets
            connection.execute("UPDATE ca SET deactivated_by = 'task-1', deactivated = ?", (moment,))
        connection.close()
        server.start()
        late = fleet(server, ca, 2, "late")
        done = review(server, "--yes", ca.id)
        assert done.returncode == 0 and "2 revoked, " in done.stdout and "when a mitigation deactivated the CA" in done.stdout, done
        job = good(server, "GET", "/revocations")["revocations"][0]
        assert round(job["registeredAfter"] * 1000) == moment, (job, moment)
        iot = server.client()
        assert [iot.describe_certificate(certificateId=one)["certificateDescription"]["status"] for one in early + late] == [
            "ACTIVE", "ACTIVE", "REVOKED", "REVOKED"]


def test_interrupt_resume_cancel():
    with Keyassayd(BINARY, "--revoke-workers", "0") as server:  # nobody carries it out
        ca = authority(server)
        fleet(server, ca, 5)
        process = subprocess.Popen([KEYASSAY, "review", "--endpoint", server.url, "--yes", *SINCE, ca.id], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=environment(server))
        for _ in range(600):
            if rows(server, "SELECT count(*) FROM revocation") == [(1,)]:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        found = re.search(r"interrupted; the revocation goes on: keyassay review --revocation ([0-9a-f]{32}) shows it", errors)
        assert process.returncode == 3 and found, errors
        done = review(server, "--revocation", found.group(1), "--timeout", "0")
        assert done.returncode == 3 and "the time is over" in done.stderr, done
        done = review(server, "--revocation", found.group(1), "--cancel", "--timeout", "0")
        assert done.returncode == 3 and "the time is over" in done.stderr, done
        server.stop()
        server.options[:] = []
        server.start()
        done = review(server, "--revocation", found.group(1))
        assert done.returncode == 1 and "0 revoked" in done.stdout and "CANCELED" in done.stdout, done
        done = review(server, "--revocation", found.group(1), "--cancel")
        assert done.returncode == 3 and "has ended" in done.stderr, done


def test_trouble_has_a_name():
    with Keyassayd(BINARY) as server:
        ca = authority(server)
        fleet(server, ca, 1)
        done = review(server, *SINCE, "--yes", "ab" * 32)
        assert done.returncode == 3 and "ResourceNotFoundException (HTTP 404)" in done.stderr, done
        reader = server.new_key("reader")
        done = review(server, *SINCE, "--yes", ca.id, AWS_ACCESS_KEY_ID=reader[0], AWS_SECRET_ACCESS_KEY=reader[1])
        assert done.returncode == 3 and "AccessDeniedException" in done.stderr, done
        done = review(server, "--revocation", "ab" * 16)
        assert done.returncode == 3 and "ResourceNotFoundException" in done.stderr, done
        for words, says in ((["--yes"], "which CA"), (["--yes", "x", "y"], "one CA"), (["--yes", "abc"], "64 hexadecimal"),
                            (["--registered-after", "soon", ca.id], "takes a time"), (["--cancel", ca.id], "--cancel needs"),
                            (["--rows", "251", ca.id], "from 0 to 250"), (["--format", "xml", ca.id], "text and json"),
                            (["--timeout", "x", ca.id], "number of seconds"), (["--revocation", "a/b"], "no id of a revocation"),
                            (["--revocation", "ab", ca.id], "starts nothing"),
                            (["--yes", *SINCE, "--registered-before", "2019-01-01T00:00:00Z", ca.id], "is not after")):
            done = review(server, *words)
            assert done.returncode == 2 and says in done.stderr, (words, done)
        assert rows(server, "SELECT count(*) FROM revocation") == [(0,)]
        server.command("account", "create", "111122223333")
        one, = fleet(server, ca, 1, "moving")
        iot = server.client()
        iot.update_certificate(certificateId=one, newStatus="INACTIVE")
        iot.transfer_certificate(certificateId=one, targetAwsAccount="111122223333")
        done = review(server, *SINCE, "--yes", ca.id)
        assert done.returncode == 3 and "1 revoked, 0 revoked already, 1 in transfer" in done.stdout, done
        assert review(server, *SINCE, "--yes", ca.id).returncode == 3  # it is still there


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
