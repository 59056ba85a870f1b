#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""keyassayd under everything at once: TLS, reads, writes, audits, key pairs, reloads, clients that go away, and then SIGTERM.

Usage: load_test.py KEYASSAYD [SECONDS]; prints TAP. 5 seconds in ./check; ci/long/threads runs it for longer with the thread sanitizer,
whose report fails the test through the exit status.
"""
import collections
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
import certs
from keyassayd import Keyassayd, run_tests
from receiver import Receiver

BINARY = os.path.abspath(sys.argv[1])
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 5
del sys.argv[2:]

CHECKS = json.dumps({"targetCheckNames": ["CA_CERTIFICATE_KEY_QUALITY_CHECK", "CA_CERTIFICATE_EXPIRING_CHECK"]})
CONFIGURATION = json.dumps({
    "roleArn": "arn:aws:iam::000000000000:role/audit",
    "auditNotificationTargetConfigurations": {"SNS": {"targetArn": "arn:aws:sns:us-east-1:000000000000:t", "enabled": True,
                                                      "roleArn": "arn:aws:iam::000000000000:role/audit"}},
    "auditCheckConfigurations": {name: {"enabled": True} for name in json.loads(CHECKS)["targetCheckNames"]}})
# Method, path, body, statuses that are right.
STEPS = [
    ("GET", "/registrationcode", None, {200}),
    ("DELETE", "/registrationcode", None, {200, 404}),
    ("GET", "/metrics", None, {200}),
    ("GET", "/cacertificates?pageSize=3", None, {200}),
    ("POST", "/cacertificate?setAsActive=true", "CA", {200, 409}),
    ("POST", "/audit/tasks", CHECKS, {200, 410}),
    ("POST", "/audit/findings", '{"startTime":0,"endTime":2000000000}', {200}),
    ("POST", "/keys-and-certificate", "", {200}),
    ("GET", "/audit/tasks/none", None, {404}),
]


class Client(threading.Thread):
    def __init__(self, server, number, cas, until):
        super().__init__()
        self.server, self.number, self.cas, self.until = server, number, cas, until
        self.counts, self.mistakes = collections.Counter(), []

    def step(self, connection, count):
        method, path, body, right = STEPS[self.number % len(STEPS)]
        if body == "CA":
            body = json.dumps({"caCertificate": self.cas[count % len(self.cas)], "certificateMode": "SNI_ONLY"})
        data = (body or "").encode()
        headers = self.server.sign(method, path, data, {"Content-Type": "application/json"} if data else {})
        connection.request(method, path, data or None, headers)
        reply = connection.getresponse()
        text = reply.read()
        self.counts[f"{method} {path.split('?')[0]} {reply.status}"] += 1
        # Once it is told to stop, it may say so.
        if reply.status not in right and not (reply.status == 503 and time.monotonic() > self.until - 1):
            self.mistakes.append((method, path, reply.status, text[:300]))
        return reply.getheader("connection") != "close"

    def run(self):
        connection, count = None, 0
        while True:
            try:
                connection = connection or self.server.connection()
                count += 1
                if not self.step(connection, count) or count % 40 == 0:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException) as error:
                if time.monotonic() < self.until - 1:
                    self.mistakes.append(repr(error))
                if connection:
                    connection.close()
                return
            if time.monotonic() > self.until + 30:
                self.mistakes.append("the server did not stop")
                return


def rude(server, until):
    """Clients that leave in the middle."""
    while time.monotonic() < until - 1:
        try:
            with server.connect() as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                sock.sendall(b"\x16\x03\x01\x02\x00\x01")
        except OSError:
            pass
        time.sleep(0.02)


def test_everything_at_once():
    with tempfile.TemporaryDirectory(prefix="keyassayd-test-") as folder:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                        f"{folder}/key", "-out", f"{folder}/cert", "-subj", "/CN=localhost", "-days", "2"], check=True, capture_output=True)
        cas = [certs.pem(certs.Authority(f"CA {number}").certificate) for number in range(60)]
        env = {"TSAN_OPTIONS": "second_deadlock_stack=1 exitcode=66 " + os.environ.get("TSAN_OPTIONS", "")}
        with Receiver() as receiver, Keyassayd(
                BINARY, "--sns-endpoint", receiver.url, "--log-level", "warning", "--threads", "3", "--audit-workers", "2",
                "--audit-chunk", "7", "--tls-cert", f"{folder}/cert", "--tls-key", f"{folder}/key", env={**receiver.env, **env}) as server:
            # Each audit's end is published, to a receiver that fails half of the time.
            receiver.behave(*[500, "ok", "close-body", "ok"] * 1000)
            status, _, text = server.request("PATCH", "/audit/configuration", CONFIGURATION.encode(), {"Content-Type": "application/json"})
            assert status == 200, text
            until = time.monotonic() + SECONDS
            clients = [Client(server, number, cas, until) for number in range(2 * len(STEPS))]
            for thread in clients:
                thread.start()
            leaver = threading.Thread(target=rude, args=(server, until))
            leaver.start()
            while time.monotonic() < until - 1:
                server.notified.clear()
                server.signal(signal.SIGHUP)
                assert server.wait_notify("READY=1", 30)
                time.sleep(0.7)
            server.signal(signal.SIGTERM)
            for thread in clients + [leaver]:
                thread.join()
            status = server.wait(60)
            log = server.log()
            assert status == 0, (status, log[-6000:])
            counts = sum((client.counts for client in clients), collections.Counter())
            print(f"# {sum(counts.values())} requests: {dict(counts)}")
            mistakes = [mistake for client in clients for mistake in client.mistakes]
            assert not mistakes, mistakes[:5]
            assert receiver.messages, f"{receiver.requests} requests"
            assert all(any(name.startswith(f"{method} {path.split('?')[0]} ") for name in counts) for method, path, _, _ in STEPS), counts
            assert not re.search(r"level=error|WARNING: ThreadSanitizer", log), log[-6000:]


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
