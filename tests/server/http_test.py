#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""HTTP as keyassayd speaks it: limits, slow and broken clients, odd requests.

Usage: http_test.py KEYASSAYD [WORD...]; prints TAP.
"""
import concurrent.futures
import contextlib
import json
import os
import random
import re
import resource
import socket
import sys
import time
import uuid

sys.dont_write_bytecode = True
from keyassayd import Keyassayd, read_all, read_reply, run_tests

BINARY = sys.argv[1]
MIB = 1 << 20
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
CLOSE = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def is_healthy(server):
    return server.request("GET", "/healthz", signed=False)[0] == 200


def head(method, path, *headers):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *headers, "", ""]).encode("latin-1")


def ask(server, data):
    """The first reply to bytes on a fresh connection: (status, headers, body), and whether the server closes then."""
    with server.connect() as sock:
        sock.sendall(data)
        status, headers, body, rest = read_reply(sock)
        sock.settimeout(0.3)
        try:
            closed = rest == b"" and sock.recv(1) == b""
        except socket.timeout:
            closed = False
        except ConnectionResetError:
            closed = True
        return status, headers, body, closed


def test_health_metrics_and_request_ids():
    with Keyassayd(BINARY) as server:
        status, headers, body = server.request("GET", "/healthz", signed=False)
        assert (status, json.loads(body)) == (200, {"status": "ok"})
        assert headers["content-type"] == "application/json" and headers["cache-control"] == "no-store"
        seen = headers["x-amzn-requestid"]
        assert uuid.UUID(seen).version == 4
        assert f"event=request id={seen} method=GET path=/healthz status=200 " in server.log()
        status, headers, body = server.request("GET", "/metrics", signed=False)
        assert status == 200 and headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        for line in body.decode().splitlines():
            assert re.fullmatch(r"# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[^{}]*\})? -?[0-9.e+-]+", line), line
        assert 'keyassayd_requests_total{operation="none",status="200"} 1\n' in body.decode()
        assert server.metric('keyassayd_build_info{version="0.1.0"}') == 1
        assert server.metric("keyassayd_store_reads_total") >= 1


def test_operation_is_logged_without_secrets():
    with Keyassayd(BINARY) as server:
        key, secret = server.credentials
        session = server.new_key("reader", "--session", "900")
        path = "/audit/configuration"
        headers = server.sign("GET", path, key=session)
        status, _, body = server.request("GET", path, key=session)
        assert status == 200, body
        status, reply, body = server.request("GET", path + "?X-Amz-Signature=topsecret", signed=False)
        assert status == 403 and reply["x-amzn-errortype"] == "MissingAuthenticationTokenException", body
        log = server.log()
        line = next(line for line in log.splitlines() if "operation=DescribeAccountAuditConfiguration" in line)
        assert f"account=000000000000 key={session[0]} peer=127.0.0.1:" in line and "status=200 ms=" in line, line
        for word in (secret, session[1], session[2], session[2][:40], headers["Authorization"].rsplit("=", 1)[1], "topsecret"):
            assert word not in log
        assert server.metric('keyassayd_requests_total{operation="DescribeAccountAuditConfiguration",status="200"}') == 1


def test_methods_and_paths():
    rows = [
        # method, path, status, error type, Allow
        ("HEAD", "/healthz", 200, None, None),
        ("HEAD", "/metrics", 200, None, None),
        ("POST", "/healthz", 405, "MethodNotAllowedException", "GET, HEAD"),
        ("DELETE", "/metrics", 405, "MethodNotAllowedException", "GET, HEAD"),
        ("OPTIONS", "/cacertificates", 405, "MethodNotAllowedException", "GET, POST, PUT, PATCH, DELETE"),
        ("OPTIONS", "*", 405, "MethodNotAllowedException", "GET, POST, PUT, PATCH, DELETE"),
        ("HEAD", "/cacertificates", 405, "MethodNotAllowedException", "GET, POST, PUT, PATCH, DELETE"),
        ("TRACE", "/", 501, "NotImplementedException", None),
        ("get", "/healthz", 405, "MethodNotAllowedException", "GET, HEAD"),
        ("get", "/cacertificates", 501, "NotImplementedException", None),
        ("BREW", "/pot", 501, "NotImplementedException", None),
        ("CONNECT", "example.com:443", 400, "SerializationException", None),
        ("GET", "/", 403, "MissingAuthenticationTokenException", None),
        ("GET", "/cacertificates", 403, "MissingAuthenticationTokenException", None),
        ("GET", "/healthz/", 403, "MissingAuthenticationTokenException", None),
        ("GET", "/health%7A", 403, "MissingAuthenticationTokenException", None),
        ("GET", "/healthz?a=b", 200, None, None),
        ("GET", "http://example.com/healthz?x", 200, None, None),
        ("GET", "http://example.com", 400, "SerializationException", None),
        ("GET", "healthz", 400, "SerializationException", None),
    ]
    with Keyassayd(BINARY) as server:
        for method, path, status, error, allow in rows:
            with server.connect() as sock:
                sock.sendall(head(method, path, "Connection: close"))
                reply = read_all(sock)
            lines, body = reply.split(b"\r\n\r\n", 1)
            headers = dict(line.split(": ", 1) for line in lines.decode().split("\r\n")[1:])
            seen = int(lines.split()[1]), headers.get("x-amzn-ErrorType"), headers.get("Allow")
            assert seen == (status, error, allow), (method, path, reply)
            assert (body == b"") == (method == "HEAD"), reply
            if error and body:
                assert list(json.loads(body)) == ["message"], body


def test_signed_paths_are_taken_as_they_were_sent():
    with Keyassayd(BINARY) as server:
        # The signature covers the escapes: would they be decoded on the way, it would not fit.
        for path in ("/audit/tasks/%61%2Fb", "/audit/tasks/a%2520b", "/certificates/%C3%A9", "/audit/tasks/x?a=%2B+&b=%26&&c",
                     "/audit/tasks/%e2%82", "/audit/tasks/..%2f..", "/audit/tasks/a;b=c,d"):
            status, headers, body = server.request("GET", path)
            assert status in (400, 404), (path, status, headers, body)


def test_keep_alive_and_pipelining():
    with Keyassayd(BINARY) as server, server.connect() as sock:
        sock.sendall(HEALTH * 50)
        rest, ids = b"", set()
        for _ in range(50):
            status, headers, body, rest = read_reply(sock, rest)
            assert status == 200 and body == b'{"status":"ok"}'
            ids.add(headers["x-amzn-requestid"])
        assert len(ids) == 50 and rest == b""
        # Mixed: a write (refused, but on a worker), a read, a body that belongs to the first.
        sock.sendall(head("POST", "/cacertificate", "Content-Length: 20") + HEALTH[:20] + HEALTH + head("DELETE", "/cacertificate/x")
                     + CLOSE)
        for expected in (403, 200, 403, 200):
            status, headers, body, rest = read_reply(sock, rest)
            assert status == expected, (status, body)
        assert headers["connection"] == "close" and read_all(sock) == b""
        sock = server.connect()
        for byte in HEALTH * 2:
            sock.sendall(bytes([byte]))
        status, _, _, rest = read_reply(sock)
        assert status == 200 and read_reply(sock, rest)[0] == 200
        sock.close()


def test_http_1_0_and_versions():
    with Keyassayd(BINARY) as server:
        assert server.raw(b"GET /healthz HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")
        assert server.raw(b"GET /healthz HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 400")  # no Host: RFC 9112, 3.2
        assert b" 505 " in server.raw(b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n").split(b"\r\n")[0]
        assert not server.raw(b"GET /healthz\r\n\r\n").startswith(b"HTTP/1.1 200")
        assert is_healthy(server)


def test_body_limit():
    with Keyassayd(BINARY) as server:
        # At the limit it goes on to the operation, which wants a signature.
        status, headers, _, _ = ask(server, head("POST", "/cacertificate", f"Content-Length: {MIB}") + b"x" * MIB)
        assert status == 403 and headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
        # One more: refused when the headers are there, without the body.
        for length in (MIB + 1, 1 << 40, 2**64 - 1):
            begin = time.monotonic()
            status, headers, body, closed = ask(server, head("POST", "/cacertificate", f"Content-Length: {length}"))
            assert (status, headers["x-amzn-errortype"]) == (413, "RequestEntityTooLargeException"), body
            assert headers["connection"] == "close" and time.monotonic() - begin < 2
        # A client that sends all of it before it reads hears the reason too, and is not reset.
        for method, pause in (("POST", 0.1), ("PATCH", 0.001), ("DELETE", 0)):
            with server.connect() as sock:
                sock.sendall(head(method, "/cacertificate", f"Content-Length: {MIB + 1}"))
                for _ in range(MIB // 65536):
                    sock.sendall(b"x" * 65536)
                    time.sleep(pause)
                sock.sendall(b"x")
                assert read_reply(sock)[0] == 413
        # One that sends on and on is not listened to for ever.
        with server.connect() as sock:
            sock.sendall(head("POST", "/cacertificate", f"Content-Length: {1 << 40}"))
            begin, sent = time.monotonic(), 0
            with contextlib.suppress(OSError):
                while time.monotonic() - begin < 30:
                    sent += sock.send(b"x" * 65536)
            assert time.monotonic() - begin < 15 and sent < 64 * MIB, (time.monotonic() - begin, sent)
        with server.connect() as sock:
            sock.sendall(head("POST", "/cacertificate", f"Content-Length: {1 << 40}"))
            begin = time.monotonic()
            with contextlib.suppress(OSError):
                while time.monotonic() - begin < 30:
                    sock.send(b"x")
                    time.sleep(0.1)
            assert 2 < time.monotonic() - begin < 15
        # boto3 says so to its user.
        status, headers, _ = server.request("POST", "/cacertificate", b"x" * (MIB + 1))
        assert status == 413
        # Not numbers, and more than 64 bits.
        for length in ("-1", "1x", "", "0x10", str(2**64)):
            reply = server.raw(head("POST", "/cacertificate", f"Content-Length: {length}"))
            assert re.match(rb"HTTP/1.1 4(00|13) ", reply), (length, reply)
        assert is_healthy(server)


def chunks(total, size):
    while total > 0:
        piece = min(size, total)
        yield b"%x\r\n" % piece + b"y" * piece + b"\r\n"
        total -= piece
    yield b"0\r\n\r\n"


def test_chunked_body_limit():
    with Keyassayd(BINARY) as server:
        chunked = head("POST", "/cacertificate", "Transfer-Encoding: chunked")
        status, headers, _, _ = ask(server, chunked + b"".join(chunks(MIB, 5000)))
        assert status == 403, headers
        status, headers, _, closed = ask(server, chunked + b"".join(chunks(MIB + 1, 70000)))
        assert (status, headers["x-amzn-errortype"]) == (413, "RequestEntityTooLargeException")
        # One that never ends is cut off.
        with server.connect() as sock:
            sock.sendall(chunked)
            sent = 0
            try:
                while sent < 64 * MIB:
                    sock.sendall(b"10000\r\n" + b"z" * 65536 + b"\r\n")
                    sent += 65536
            except OSError:
                pass
            assert sent < 32 * MIB, "a body without end was read on and on"
        for bad in (b"zz\r\n", b"5\r\nabcdefgh\r\n0\r\n\r\n", b"-1\r\n", b"fffffffffffffffff\r\n"):
            reply = server.raw(chunked + bad + b"0\r\n\r\n", timeout=5) if bad[:1] != b"5" else server.raw(chunked + bad)
            assert not reply.startswith(b"HTTP/1.1 2"), reply
        assert is_healthy(server)


def test_two_lengths_are_refused():
    with Keyassayd(BINARY) as server:
        smuggled = b"5\r\nGET /\r\n0\r\n\r\n" + HEALTH
        for headers in (["Content-Length: 5", "Transfer-Encoding: chunked"], ["Content-Length: 5", "Content-Length: 6"],
                        ["Content-Length: 5", "Content-Length: 5"], ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"]):
            reply = server.raw(head("POST", "/cacertificate", *headers) + smuggled)
            assert reply.startswith(b"HTTP/1.1 400") and reply.count(b"HTTP/1.1 ") == 1, reply
        for coding in ("gzip", "gzip, chunked", "chunked, gzip", "identity"):
            reply = server.raw(head("POST", "/cacertificate", f"Transfer-Encoding: {coding}") + smuggled)
            assert reply.startswith(b"HTTP/1.1 501") and reply.count(b"HTTP/1.1 ") == 1, reply


def test_header_limit():
    with Keyassayd(BINARY) as server:
        def with_headers(total, num):
            base = len(head("GET", "/healthz", *(f"X-{i:05}: " for i in range(num))))
            each, more = divmod(total - base, num)
            data = head("GET", "/healthz", *(f"X-{i:05}: " + "v" * (each + (more if i == 0 else 0)) for i in range(num)))
            assert len(data) == total
            return data
        for num in (1, 10, 100):
            status, headers, body, _ = ask(server, with_headers(32 * 1024, num))
            assert status == 200, (num, status, body)
            status, headers, body, closed = ask(server, with_headers(33 * 1024, num))
            assert status == 431 and closed, (num, status, body)
        for data in (with_headers(2 * MIB, 1), b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"GET /?" + b"a&" * 20000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"A" * 100000):
            with server.connect() as sock:
                try:
                    sock.sendall(data)
                except OSError:
                    pass
                reply = read_all(sock)
            assert reply == b"" or re.match(rb"HTTP/1.1 4(14|31|00)", reply), reply[:200]
        assert is_healthy(server)


def test_malformed_headers():
    with Keyassayd(BINARY) as server:
        for line in ("no colon", "Bad Name: x", "X\x01: y", "X : y", "X\xe9: y"):
            status, _, _, _ = ask(server, head("GET", "/healthz", line))
            assert status == 400, (line, status)
        # Values may hold anything but a line's end.
        status, _, _, _ = ask(server, head("GET", "/healthz", "X: \xe9\xff\t !", "Y:", "Z:\t"))
        assert status == 200


def test_what_is_no_request():
    """What libmicrohttpd cannot read it answers itself: with a status, a page of HTML, and the end of the connection, whatever stands
    behind. The rest is ours: an error as AWS has it. Neither ever is a success."""
    get, post, host = b"GET /healthz HTTP/1.1\r\n", b"POST /cacertificate HTTP/1.1\r\nHost: x\r\n", b"Host: x\r\n"
    chunked = post + b"Transfer-Encoding: chunked\r\n\r\n"
    end = b"\r\n"
    theirs = [
        (get + end, 400), (get + host + b"no colon\r\n\r\n", 400), (b"GET /healthz HTTP/x\r\n" + host + end, 400),
        (b"GET HTTP/1.1\r\n" + host + end, 400), (b"GET /healthz HTTP/2.0\r\n" + host + end, 505),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        *((post + b"Content-Length: " + length + b"\r\n\r\n", status)
          for length, status in ((b"-1", 400), (b"1x", 400), (b"18446744073709551616", 413))),
        *((chunked + bad + b"\r\n0\r\n\r\n", status)
          for bad, status in ((b"zz", 400), (b"-1", 400), (b"5\r\nabcdefgh", 400), (b"f" * 17, 413))),
    ]
    ours = [
        (get + host + b"Bad Name: x\r\n\r\n", 400, "SerializationException"), (get + host + host + end, 400, "SerializationException"),
        (get + b" X: a\r\n" + host + end, 400, "SerializationException"),
        (b"CONNECT x:1 HTTP/1.1\r\n" + host + end, 400, "SerializationException"),
        (post + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400, "SerializationException"),
        (post + b"Transfer-Encoding: gzip\r\n\r\n", 501, "NotImplementedException"),
        (b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\n" + host + end, 431, "RequestHeaderFieldsTooLargeException"),
        (b"BREW /healthz HTTP/1.1\r\n" + host + end, 405, "MethodNotAllowedException"),
    ]
    with Keyassayd(BINARY) as server:
        for data, expected in theirs:
            with server.connect() as sock:
                sock.sendall(data + HEALTH)
                status, headers, body, behind = read_reply(sock)
                assert status == expected and "x-amzn-errortype" not in headers, (data[:80], status, body)
                assert headers["connection"].lower() == "close", headers
                with contextlib.suppress(ConnectionResetError):
                    behind += read_all(sock)
                assert b"HTTP/1.1 2" not in behind, (data[:80], behind)
        for data, expected, error in ours:
            status, headers, body, _ = ask(server, data)
            assert (status, headers["x-amzn-errortype"], headers["content-type"]) == (expected, error, "application/json"), (data[:80], body)
            assert json.loads(body).keys() == {"message"} and headers["x-amzn-requestid"], (data[:80], headers, body)
        assert is_healthy(server)


def test_slow_clients_are_dropped():
    with Keyassayd(BINARY, "--header-timeout", "1", "--body-timeout", "1", "--idle-timeout", "3") as server:
        def survives(first, piece, seconds):
            """How long the server listens to a client that keeps sending a little."""
            with server.connect() as sock:
                begin = time.monotonic()
                sock.sendall(first)
                sock.settimeout(0.2)
                while time.monotonic() - begin < seconds:
                    try:
                        data = sock.recv(65536)
                    except socket.timeout:
                        data = None
                    except ConnectionResetError:
                        data = b""
                    if data == b"":
                        return time.monotonic() - begin
                    try:
                        sock.sendall(piece)
                    except OSError:
                        return time.monotonic() - begin
                return seconds
        rows = [
            ("request line", b"G", b"E", "headers"),
            ("headers", b"GET /healthz HTTP/1.1\r\n", b"X: y\r\n", "headers"),
            ("stalled headers", b"GET /healthz HTTP/1.1\r\nHost", b"", "headers"),
            ("headers after a request", HEALTH + b"GET /hea", b"x", "headers"),
            ("body", head("POST", "/cacertificate", "Content-Length: 1000"), b"x", "body"),
            ("stalled body", head("POST", "/cacertificate", "Content-Length: 10") + b"12345", b"", "body"),
            ("chunks", head("POST", "/cacertificate", "Transfer-Encoding: chunked"), b"1\r\nx\r\n", "body"),
        ]
        # All at once: each takes its time.
        rows += [("nothing", b"", b"", "idle"), ("nothing more", HEALTH, b"", "idle")]
        before = {why: server.metric(f'keyassayd_connections_dropped_total{{why="{why}"}}') for why in ("headers", "body", "idle")}
        with concurrent.futures.ThreadPoolExecutor(len(rows)) as pool:
            lasted = list(pool.map(lambda row: survives(row[1], row[2], 15), rows))
        for (name, _, _, why), seconds in zip(rows, lasted):
            # Those who say nothing may stay longer, but not for ever.
            least, most = (2.8, 10) if why == "idle" else (0.8, 7)
            assert least < seconds < most, (name, seconds)
        for why, count in before.items():
            now = server.metric(f'keyassayd_connections_dropped_total{{why="{why}"}}')
            assert now == count + sum(row[3] == why for row in rows), why


def test_client_that_does_not_read():
    with Keyassayd(BINARY, "--body-timeout", "1") as server:
        with server.connect() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.settimeout(10)
            begin = time.monotonic()
            try:
                while time.monotonic() - begin < 15:
                    sock.sendall(head("GET", "/metrics") * 100)
            except OSError as error:
                assert not isinstance(error, socket.timeout), "the server kept a client that takes no reply"
            else:
                raise AssertionError("the server kept on answering a client that does not read")
        assert server.metric('keyassayd_connections_dropped_total{why="reply"}') == 1
        assert is_healthy(server)


def assert_alone(server):
    """There is nobody but who asks. A request ends after its client has heard all of the reply, so the one before may still be there."""
    for _ in range(200):
        if server.metric("keyassayd_connections") == 1 and server.metric("keyassayd_requests_under_way") == 1:
            return
        time.sleep(0.05)
    raise AssertionError("connections or requests are left behind")


def test_half_closed_clients():
    with Keyassayd(BINARY, "--header-timeout", "8", "--body-timeout", "30") as server:
        def half_closed(data, together):
            begin = time.monotonic()
            with server.connect(timeout=20) as sock:
                if together:  # the end comes with the last data, in one segment
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
                reply = read_all(sock)
            assert time.monotonic() - begin < 5, (data, together)
            return reply
        # All was said: the reply comes. Something is missing: the connection ends soon, not with a time limit.
        for together in (False, True):
            assert half_closed(HEALTH, together).startswith(b"HTTP/1.1 200")
            assert half_closed(head("POST", "/cacertificate", "Content-Length: 2") + b"{}", together).startswith(b"HTTP/1.1 403")
            assert half_closed(b"", together) == b""
            assert half_closed(b"GET /healthz HT", together) == b""
            assert half_closed(HEALTH[:-2], together) == b""
            assert half_closed(head("POST", "/cacertificate", "Content-Length: 3") + b"{}", together) == b""
            assert half_closed(head("POST", "/cacertificate", "Transfer-Encoding: chunked") + b"1\r\nx\r\n", together) == b""
        assert is_healthy(server)
        assert_alone(server)


def test_clients_that_go_away():
    with Keyassayd(BINARY) as server:
        for data in (HEALTH * 20, head("POST", "/cacertificate", "Content-Length: 1000") + b"x" * 10, b"GET",
                     head("POST", "/cacertificate", "Content-Length: 2") + b"{}"):
            for _ in range(50):
                sock = server.connect()
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # close() resets
                sock.sendall(data)
                sock.close()
        # Nobody is waited for, and nothing is left behind.
        assert_alone(server)


def test_garbage():
    dice = random.Random(20080513)
    words = [b"GET", b"POST", b" ", b"/", b"?", b"HTTP/1.1", b"\r\n", b"\n", b":", b"Host: x", b"Content-Length: 5", b"%", b"\0",
             b"Transfer-Encoding: chunked", b"Expect: 100-continue", b"0\r\n\r\n", b"\r\n\r\n", b"Authorization: AWS4-HMAC-SHA256 ",
             b"x-amz-date: ", b"\xff\xfe", b"a" * 300, b"Connection: close", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00"]
    with Keyassayd(BINARY, "--header-timeout", "1", "--body-timeout", "1", "--log-level", "warning") as server:
        for _ in range(300):
            if dice.random() < 0.3:
                data = dice.randbytes(dice.randrange(1, 2000))
            else:
                data = b"".join(dice.choice(words) for _ in range(dice.randrange(1, 40)))
            with server.connect() as sock:
                try:
                    sock.sendall(data)
                    sock.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                reply = read_all(sock)
            assert reply == b"" or reply.startswith((b"HTTP/1.1 ", b"HTTP/1.0 ")), (data, reply)
            assert not re.match(rb"HTTP/1.[01] 5(?!0[15])", reply), (data, reply)
        assert is_healthy(server)


def test_many_idle_connections():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(10000, hard - 200)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, wanted + 200), hard))
    sockets = []
    try:
        with Keyassayd(BINARY, "--log-level", "warning") as server:
            for _ in range(wanted):
                sockets.append(server.connect())
            # Each is answered, wherever among them it stands, and new ones too.
            for sock in sockets[::997]:
                sock.sendall(HEALTH)
                assert read_reply(sock)[0] == 200
            begin = time.monotonic()
            assert is_healthy(server)
            assert time.monotonic() - begin < 1
            assert server.metric("keyassayd_connections") == wanted + 1
            rss = int(re.search(r"VmRSS:\s+(\d+) kB", open(f"/proc/{server.process.pid}/status").read()).group(1))
            print(f"# {wanted} idle connections: {rss / 1024:.0f} MB resident")
            begin = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - begin < 10
            server.start()
    finally:
        for sock in sockets:
            sock.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_max_connections():
    with Keyassayd(BINARY, "--max-connections", "20") as server:
        sockets = [server.connect() for _ in range(20)]
        for sock in sockets:
            sock.sendall(HEALTH)
            assert read_reply(sock)[0] == 200
        with server.connect() as sock:
            assert read_all(sock) == b""
        sockets.pop().close()
        for _ in range(50):
            with server.connect() as sock:
                try:
                    sock.sendall(CLOSE)
                    if read_all(sock):
                        break
                except OSError:
                    pass
                time.sleep(0.05)
        else:
            raise AssertionError("a place that became free was not given away")
        for sock in sockets:
            sock.close()
        assert "max-connections is reached" in server.log()


def test_one_thread_and_expect_continue():
    with Keyassayd(BINARY, "--threads", "1", "--workers", "1") as server:
        with server.connect() as sock:
            sock.sendall(head("POST", "/cacertificate", "Content-Length: 2", "Expect: 100-continue"))
            assert sock.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
            sock.sendall(b"{}")
            assert read_reply(sock)[0] == 403
            # Not asked for more when it would be too much.
            sock.sendall(head("POST", "/cacertificate", f"Content-Length: {MIB + 1}", "Expect: 100-continue"))
            assert read_reply(sock)[0] == 413
        assert is_healthy(server)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
