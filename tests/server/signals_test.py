#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""keyassayd's life with a service manager: TLS, SIGHUP, SIGTERM with requests under way, watchdog.

Usage: signals_test.py KEYASSAYD [WORD...]; prints TAP.
"""
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
from keyassayd import DidNotStart, Keyassayd, read_all, read_reply, run_tests

BINARY = os.path.abspath(sys.argv[1])
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /cacertificate HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"


class Certificates:
    """A folder with a.pem, a.key, b.pem, b.key: self-signed, with the common names a and b."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="keyassayd-test-")
        for name in "ab":
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                            f"{self.folder}/{name}.key", "-out", f"{self.folder}/{name}.pem", "-subj", f"/CN={name}", "-days", "2",
                            "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        self.use("a")
        return self

    def use(self, name):
        for kind in ("pem", "key"):
            shutil.copy(f"{self.folder}/{name}.{kind}", f"{self.folder}/{kind}.new")
            os.rename(f"{self.folder}/{kind}.new", f"{self.folder}/server.{kind}")

    @property
    def options(self):
        return ["--tls-cert", f"{self.folder}/server.pem", "--tls-key", f"{self.folder}/server.key"]

    def __exit__(self, *_):
        shutil.rmtree(self.folder)


def tls(server, version=None):
    context = ssl._create_unverified_context()
    if version:
        context.minimum_version = context.maximum_version = version
    return context.wrap_socket(socket.create_connection(("127.0.0.1", server.port), 10))


def subject(sock):
    text = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-subject"], input=sock.getpeercert(True),
                          capture_output=True, check=True).stdout.decode()
    return text.strip()[-1]


def ask(sock, data=HEALTH):
    sock.sendall(data)
    return read_reply(sock)[0]


def wait_for_log(server, text, seconds=20):
    for _ in range(int(seconds * 20)):
        if text in server.log():
            return
        time.sleep(0.05)
    raise AssertionError(f"{text!r} is not in the log: {server.log()}")


def reload(server):
    server.notified.clear()
    server.signal(signal.SIGHUP)
    assert server.wait_notify("READY=1", 20), server.log()
    assert server.notified[0] == "RELOADING=1" and re.fullmatch(r"MONOTONIC_USEC=\d+", server.notified[1]), server.notified


def test_tls():
    with Certificates() as certificates, Keyassayd(BINARY, *certificates.options) as server:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with tls(server, version) as sock:
                assert ask(sock) == 200 and ask(sock) == 200
        for version, accepted in (("-tls1_2", True), ("-tls1_1", False)):
            done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", version, "-cipher", "ALL@SECLEVEL=0"],
                                  input=b"", capture_output=True)
            assert (b"Cipher is (NONE)" not in done.stdout) == (done.returncode == 0) == accepted, done
        assert server.request("GET", "/audit/configuration")[0] == 200
        done = subprocess.run(["/usr/bin/aws", "iot", "--endpoint-url", f"https://127.0.0.1:{server.port}", "--ca-bundle",
                               f"{certificates.folder}/a.pem", "describe-account-audit-configuration"], capture_output=True, text=True,
                              env=server.aws_env())
        assert done.returncode == 0, done
        # Plain HTTP and garbage get nothing, and hurt nobody.
        for data in (HEALTH, b"\x16\x03\x01\xff\xff", os.urandom(500)):
            with server.connect() as sock:
                sock.sendall(data)
                with contextlib.suppress(OSError):  # it may have been closed by now
                    sock.shutdown(socket.SHUT_WR)
                assert not read_all(sock).startswith(b"HTTP/")
        # A body that is too long, over TLS.
        with tls(server) as sock:
            assert ask(sock, b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n") == 413
        assert server.request("GET", "/healthz", signed=False)[0] == 200


def test_tls_handshake_must_come():
    with Certificates() as certificates, Keyassayd(BINARY, *certificates.options, "--header-timeout", "1") as server:
        with server.connect(timeout=10) as sock:
            begin = time.monotonic()
            sock.sendall(b"\x16\x03\x01")
            assert read_all(sock) == b"" and 0.8 < time.monotonic() - begin < 4


def test_tls_mistakes_are_named():
    with Certificates() as certificates:
        folder = certificates.folder
        with open(f"{folder}/junk", "w") as file:
            file.write("junk")
        for cert, key, words in ((f"{folder}/no.pem", f"{folder}/a.key", "no.pem: No such file"), (f"{folder}/junk", f"{folder}/a.key", "junk"),
                                 (f"{folder}/a.pem", f"{folder}/junk", "junk"), (f"{folder}/a.pem", f"{folder}/b.key", "b.key")):
            try:
                with Keyassayd(BINARY, "--tls-cert", cert, "--tls-key", key):
                    raise AssertionError("it started")
            except DidNotStart as error:
                assert error.status == 1 and words in error.output and "keyassayd: " in error.output, error.output


def test_reload_exchanges_the_certificate():
    with Certificates() as certificates, Keyassayd(BINARY, *certificates.options) as server:
        old = tls(server)
        assert subject(old) == "a" and ask(old) == 200
        certificates.use("b")
        with tls(server) as sock:
            assert subject(sock) == "a"  # not before it is told
        reload(server)
        with tls(server) as sock:
            assert subject(sock) == "b" and ask(sock) == 200
        # A connection of before is served, and ends with its reply.
        old.sendall(HEALTH)
        status, headers, _, _ = read_reply(old)
        assert status == 200 and headers["connection"] == "close" and old.recv(1) == b""
        # A certificate that cannot be used changes nothing.
        with open(f"{certificates.folder}/server.pem", "w") as file:
            file.write("junk")
        reload(server)
        assert "event=reload" in server.log() and "the old certificate stays in force" in server.log()
        with tls(server) as sock:
            assert subject(sock) == "b" and ask(sock) == 200


def test_reload_under_load_loses_nothing():
    with Certificates() as certificates, Keyassayd(BINARY, *certificates.options, "--log-level", "warning") as server:
        stop, mistakes, counts = threading.Event(), [], [0] * 4

        def hammer(index):
            while not stop.is_set():
                try:
                    with tls(server) as sock:
                        for _ in range(3):
                            sock.sendall(POST + b"0123456789" if index % 2 else HEALTH)
                            status, headers, _, _ = read_reply(sock)
                            assert status == (403 if index % 2 else 200), status
                            counts[index] += 1
                            if headers.get("connection") == "close":
                                break
                except Exception as error:  # whichever: it is one too many
                    mistakes.append(repr(error))
        threads = [threading.Thread(target=hammer, args=(index,)) for index in range(4)]
        for thread in threads:
            thread.start()
        for round_number in range(10):
            certificates.use("ab"[round_number % 2])
            reload(server)
            time.sleep(0.1)
        stop.set()
        for thread in threads:
            thread.join()
        assert not mistakes, mistakes[:5]
        assert min(counts) > 0, counts
        print(f"# {sum(counts)} requests during 10 reloads")


def test_reload_of_log_and_configuration():
    folder = tempfile.mkdtemp(prefix="keyassayd-test-")
    try:
        config = f"listen = 127.0.0.1:0\nlog-file = {folder}/log\n"
        with Keyassayd(BINARY, config=config) as server:
            server.request("GET", "/healthz?1", signed=False)
            os.rename(f"{folder}/log", f"{folder}/log.1")
            server.request("GET", "/healthz?2", signed=False)
            server.write_config(config + "log-level = debug\nlog-format = json\nworkers = 3\n")
            reload(server)
            server.request("GET", "/healthz?3", signed=False)
            old, new = open(f"{folder}/log.1").read(), open(f"{folder}/log").read()
            assert old.count("event=request") == 2 and new.count('"event":"request"') == 1, (old, new)
            assert "workers has changed; this takes effect with the next start" in new, new
            server.write_config("nonsense\n")
            reload(server)
            server.request("GET", "/healthz", signed=False)
            assert "the configuration makes no sense and is not used" in open(f"{folder}/log").read()
            assert "keyassayd.conf:1: 'nonsense' is not of the form" in server.log()
    finally:
        shutil.rmtree(folder)


def test_sigterm_lets_requests_end():
    with Keyassayd(BINARY) as server:
        idle, busy, slow = server.connect(), server.connect(), server.connect()
        assert ask(idle) == 200
        busy.sendall(POST + b"01234")
        slow.sendall(POST)
        time.sleep(0.3)
        server.signal(signal.SIGTERM)
        assert server.wait_notify("STOPPING=1", 10)
        wait_for_log(server, "event=stop ")
        # Nobody new is let in.
        for _ in range(100):
            try:
                with server.connect() as sock:
                    sock.sendall(HEALTH)
                    if read_all(sock) == b"":
                        break
            except OSError:
                break
            time.sleep(0.02)
        else:
            raise AssertionError("the server went on listening")
        assert server.process.poll() is None
        # Open connections hear that it is ending.
        idle.sendall(HEALTH)
        status, headers, body, _ = read_reply(idle)
        assert (status, headers["connection"], body) == (503, "close", b'{"status":"stopping"}')
        # What was under way is answered.
        for sock, rest in ((busy, b"56789"), (slow, b"0123456789")):
            sock.sendall(rest)
            status, headers, _, _ = read_reply(sock)
            assert (status, headers["connection"]) == (403, "close") and read_all(sock) == b""
        assert server.wait(10) == 0
        assert "event=stopped" in server.log() and "did not end within" not in server.log()


def test_sigterm_does_not_wait_for_ever():
    with Keyassayd(BINARY, "--drain-timeout", "1") as server:
        with server.connect() as sock:
            sock.sendall(POST + b"0")
            time.sleep(0.3)
            begin = time.monotonic()
            assert server.stop() == 0
            assert 0.8 < time.monotonic() - begin < 10
            assert "1 requests did not end within drain-timeout" in server.log()
            assert read_all(sock) == b""
    with Keyassayd(BINARY) as server:
        with server.connect() as sock:
            sock.sendall(POST + b"0")
            time.sleep(0.3)
            server.signal(signal.SIGINT)
            wait_for_log(server, "event=stop ")
            time.sleep(0.2)
            # Who cannot wait sends it again.
            server.signal(signal.SIGTERM)
            assert server.wait(10) == -signal.SIGTERM
        server.start()


def test_sigterm_under_load():
    """Every request that was sent whole is answered, or its connection is closed without a byte: nothing in between."""
    with Keyassayd(BINARY, "--log-level", "warning") as server:
        ready, mistakes, counts = threading.Barrier(9), [], [0] * 8

        def hammer(index):
            data, expected = ((POST + b"0123456789", 403), (HEALTH, 200))[index % 2]
            ready.wait()
            try:
                with server.connect() as sock:
                    while True:
                        sock.sendall(data)
                        status, headers, body, _ = read_reply(sock)
                        if status == 0:
                            assert body == b"", body
                            return
                        assert status in (expected, 503), status
                        counts[index] += 1
                        if headers.get("connection") == "close":
                            return
            except OSError:
                return
            except AssertionError as error:
                mistakes.append(error)
        threads = [threading.Thread(target=hammer, args=(index,)) for index in range(8)]
        for thread in threads:
            thread.start()
        ready.wait()
        time.sleep(0.5)
        assert server.stop() == 0
        for thread in threads:
            thread.join()
        assert not mistakes, mistakes
        assert min(counts) > 0, counts


def test_sigterm_while_the_database_is_stuck():
    """Somebody else holds the database: what waits for it is answered with 503, whether its turn has come or not."""
    with Keyassayd(BINARY, "--drain-timeout", "0", "--workers", "1") as server:
        requests = [server.sign("GET", "/registrationcode") for _ in range(5)]
        other = sqlite3.connect(os.path.join(server.data, "keyassay.db"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        connections = []
        for headers in requests:
            connection = server.connection()
            connection.request("GET", "/registrationcode", headers=headers)
            connections.append(connection)
        time.sleep(0.5)
        server.signal(signal.SIGTERM)
        messages = []
        for connection in connections:
            reply = connection.getresponse()
            assert reply.status == 503 and reply.getheader("x-amzn-errortype") == "ServiceUnavailableException", reply.status
            messages.append(json.loads(reply.read())["message"])
        assert messages.count("The server is stopping; nothing was done, try again.") == 4, messages
        other.execute("ROLLBACK")
        other.close()
        assert server.wait(20) == 0


def test_watchdog():
    with Keyassayd(BINARY, env={"WATCHDOG_USEC": "400000"}) as server:
        for _ in range(3):
            begin = time.monotonic()
            assert server.wait_notify("WATCHDOG=1", 5)
            assert time.monotonic() - begin < 1
        server.stop()
    # A manager that does not read holds nobody: its queue is full after ten datagrams or so.
    with Keyassayd(BINARY, env={"WATCHDOG_USEC": "20000"}) as server:
        time.sleep(3)
        assert server.request("GET", "/healthz", signed=False)[0] == 200
        assert server.stop() == 0
    # Meant for another process.
    with Keyassayd(BINARY, env={"WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"}) as server:
        assert server.wait_notify("WATCHDOG=1", 1) is None


def test_levels_for_the_journal():
    with Keyassayd(BINARY, start=False) as server:
        with open(server.log_path, "w") as file:
            st = os.fstat(file.fileno())
        # systemd.exec(5): standard error leads to the journal when this is its device and inode.
        server.env["JOURNAL_STREAM"] = f"{st.st_dev}:{st.st_ino}"
        server.start()
        server.stop()
        assert all(line.startswith("<6>ts=") for line in server.log().splitlines()), server.log()
        before = len(server.log())
        server.env["JOURNAL_STREAM"] = f"{st.st_dev}:{st.st_ino + 1}"
        server.start()
        server.stop()
        assert all(line.startswith("ts=") for line in server.log()[before:].splitlines()), server.log()


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
