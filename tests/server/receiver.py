# SPDX-License-Identifier: Apache-2.0
"""Who gets keyassayd's messages in tests: an SNS that verifies signatures with botocore's signer, and a webhook that verifies the
HMAC, over HTTP or HTTPS; it can be told to be down, slow, or to answer in every wrong way. And a Mosquitto broker.

    with Receiver() as receiver, Keyassayd(BINARY, options=["--sns-endpoint", receiver.url], env=receiver.env) as server:
        receiver.behave(500, "garbage")   # the next two requests; then "ok" again
        ...
        receiver.wait(1)                  # the messages that it has acknowledged
"""
import collections
import contextlib
import hashlib
import hmac
import http.server
import json
import os
import re
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse
import uuid
import xml.sax.saxutils

import botocore.auth
import botocore.awsrequest
import botocore.credentials

import certs

ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "FwoGZXIvYXdzE/+session=token+with/odd==characters"
MAX_SKEW = 300  # seconds that a signature may be old

# kind: "publish" or "notification"; id: of the notification, or the one that this SNS gave; text: what was published.
Message = collections.namedtuple("Message", "kind id topic subject text headers body")


class Receiver:
    """One receiver. Behaviours: "ok", a status as a number, (status, headers), "slow" (answers when release() is called or the
    client goes away), "garbage", "close" (without an answer), "close-early" (in the middle of its headers), "close-body" (in the
    middle of its body), "huge" (an endless answer), "wrong-receipt" (200, but not an SNS), "redirect"."""

    def __init__(self, tls=False, secrets=(), keys=None, token=None, port=0):
        self._folder = tempfile.mkdtemp(prefix="keyassay-receiver-")
        self.keys = keys or {ACCESS_KEY: SECRET}
        self.token = token
        self.secrets = list(secrets)
        self.tls = tls
        if tls:
            self.ca = certs.Authority("Receiver CA")
            self.ca_path = self._write("ca.pem", self.ca.pem)
            self._certificate = server_certificate(self._folder, self.ca)
        self.port = port
        self.messages = []  # acknowledged with 200, in order
        self.requests = 0   # all that came, whatever became of them
        self.faults = []    # signatures and forms that were wrong: a test ends with none
        self.times = []     # monotonic, of all requests
        self._steps = collections.deque()
        self._always = "ok"
        self._lock = threading.Lock()
        self._news = threading.Condition(self._lock)
        self._released = threading.Event()
        self._server = self._reserved = None
        self.up()

    def _write(self, name, text):
        path = os.path.join(self._folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    # --- life ---

    def up(self):
        """Listens, on the same port as before."""
        assert self._server is None
        receiver = self

        class Handler(_Handler):
            owner = receiver

        self._server = _Server(("127.0.0.1", self.port), Handler, bind_and_activate=self._reserved is None)
        if self._reserved is not None:
            self._server.socket.close()
            self._server.socket, self._reserved = self._reserved, None
            self._server.server_address = self._server.socket.getsockname()
            self._server.server_name, self._server.server_port = "localhost", self.port
            self._server.server_activate()
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self._certificate)
            self._server.context = context
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def down(self):
        """Connections are refused. The port stays ours: bound, not listened on."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server.close_all()
        self._server = None
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(("127.0.0.1", self.port))

    def close(self):
        self._released.set()
        if self._server is not None:
            self.down()
        self._reserved.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.close()
        if kind is None:
            assert not self.faults, self.faults

    # --- what it does ---

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://{'localhost' if self.tls else '127.0.0.1'}:{self.port}"

    @property
    def env(self):
        """Environment of a keyassayd that publishes here."""
        env = {"AWS_ACCESS_KEY_ID": next(iter(self.keys)), "AWS_SECRET_ACCESS_KEY": next(iter(self.keys.values())), "no_proxy": "*"}
        if self.token:
            env["AWS_SESSION_TOKEN"] = self.token
        return env

    def behave(self, *steps):
        """What the next requests meet, one after the other."""
        with self._lock:
            self._steps.extend(steps)

    def behave_always(self, how):
        """What requests meet when no step is left."""
        with self._lock:
            self._always = how

    def release(self):
        """Lets those that are slow answer."""
        self._released.set()

    def next_behaviour(self):
        with self._lock:
            self.requests += 1
            self.times.append(time.monotonic())
            self._news.notify_all()
            return self._steps.popleft() if self._steps else self._always

    def take(self, message):
        with self._lock:
            self.messages.append(message)
            self._news.notify_all()

    def fault(self, text):
        with self._lock:
            self.faults.append(text)
            self._news.notify_all()

    def _wait(self, what, done, seconds):
        with self._lock:
            if not self._news.wait_for(lambda: done() or self.faults, seconds):
                raise AssertionError(f"no {what} in {seconds} s: {self.requests} requests, {len(self.messages)} messages")
            assert not self.faults, self.faults

    def wait(self, num, seconds=60):
        """Waits for so many acknowledged messages and returns all."""
        self._wait(f"{num} messages", lambda: len(self.messages) >= num, seconds)
        return list(self.messages)

    def wait_requests(self, num, seconds=60):
        self._wait(f"{num} requests", lambda: self.requests >= num, seconds)

    # --- verification ---

    def verify_publish(self, headers, body, url):
        """Recomputes the signature of Publish with botocore; returns what is wrong, or None."""
        found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/sns/aws4_request, ?"
                             r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})", headers.get("authorization", ""))
        if not found:
            return f"authorization: {headers.get('authorization')}"
        access, day, region, signed, signature = found.groups()
        if access not in self.keys:
            return f"unknown access key {access}"
        if self.token and headers.get("x-amz-security-token") != self.token:
            return f"token: {headers.get('x-amz-security-token')}"
        names = signed.split(";")
        for name in [n for n in headers if n.startswith("x-amz-")] + ["host"]:
            if name not in names:
                return f"{name} is not signed"
        timestamp = headers["x-amz-date"]
        if not timestamp.startswith(day):
            return f"x-amz-date {timestamp} of another day than {day}"
        moment = time.mktime(time.strptime(timestamp + "UTC", "%Y%m%dT%H%M%SZ%Z")) - time.timezone
        if abs(time.time() - moment) > MAX_SKEW:
            return f"x-amz-date {timestamp}"
        given = headers.get("x-amz-content-sha256")
        if given not in (None, hashlib.sha256(body).hexdigest()):
            return f"x-amz-content-sha256 {given}"
        request = botocore.awsrequest.AWSRequest("POST", url, headers={n: headers[n] for n in names}, data=body)
        request.context["timestamp"] = timestamp
        signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(access, self.keys[access]), "sns", region)
        expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
        return None if hmac.compare_digest(expected, signature) else f"the signature is not that of {signed}"

    def verify_hmac(self, headers, body):
        """As keyassayd(8) tells receivers to do; returns what is wrong, or None."""
        parts = [part.split("=", 1) for part in headers.get("x-keyassay-signature", "").split(",")]
        times = [value for name, value in parts if name == "t"]
        macs = [value for name, value in parts if name == "v1"]
        if len(times) != 1 or not macs:
            return f"x-keyassay-signature: {headers.get('x-keyassay-signature')}"
        if abs(time.time() - int(times[0])) > MAX_SKEW:
            return f"t={times[0]} is too far off"
        good = [hmac.new(secret.encode(), times[0].encode() + b"." + body, hashlib.sha256).hexdigest() for secret in self.secrets]
        return None if any(hmac.compare_digest(a, b) for a in good for b in macs) else "no v1 is right"


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    context = None

    def __init__(self, *args, **more):
        self.open = set()
        super().__init__(*args, **more)

    def process_request_thread(self, request, client_address):
        try:
            if self.context:
                request = self.context.wrap_socket(request, server_side=True)
        except (OSError, ssl.SSLError):
            request.close()
            return
        self.open.add(request)
        super().process_request_thread(request, client_address)
        self.open.discard(request)

    def close_all(self):
        for request in list(self.open):
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_):
        """A client that went away is what some tests are about; anything else is a mistake in here."""
        if not isinstance(sys.exc_info()[1], OSError):
            self.RequestHandlerClass.owner.fault(traceback.format_exc())


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner = None

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def raw(self, data):
        self.wfile.write(data)
        self.wfile.flush()
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def do_GET(self):
        self.owner.fault(f"GET {self.path}: a redirect was followed")
        self.answer(404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        how = self.owner.next_behaviour()
        message, wrong = self.read(headers, body)
        if wrong:
            self.owner.fault(wrong)
            self.answer(403, b"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>")
            return
        if how == "slow":
            self.owner._released.wait(120)
            how = "ok"
        if how == "ok":
            self.owner.take(message)
            self.acknowledge(message)
        elif isinstance(how, int):
            self.answer(how, f"<ErrorResponse><Error><Code>Status{how}</Code></Error></ErrorResponse>".encode())
        elif isinstance(how, tuple):
            self.answer(how[0], b"" if len(how) < 3 else how[2].encode(), list(how[1].items()))
        elif how == "garbage":
            self.raw(b"\x16\x03\x01 this is no HTTP\r\n\r\n\0\0\0")
        elif how == "close":
            self.raw(b"")
        elif how == "close-early":
            self.raw(b"HTTP/1.1 200 OK\r\nContent-Le")
        elif how == "close-body":
            self.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<PublishResponse>")
        elif how == "wrong-receipt":
            self.answer(200, b"<html>Please log in</html>")
        elif how == "redirect":
            self.answer(302, headers=[("Location", self.owner.url + "/elsewhere")])
        elif how == "huge":
            with contextlib.suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
                while True:
                    self.wfile.write(b"x" * 65536)
        else:
            raise ValueError(how)

    def read(self, headers, body):
        """(Message, what is wrong or None)"""
        if "authorization" not in headers:
            wrong = self.owner.verify_hmac(headers, body)
            try:
                note = json.loads(body)
            except ValueError:
                return None, f"not JSON: {body!r}"
            if not wrong and (note["MessageId"] != headers.get("x-amz-sns-message-id") or note["Type"] != "Notification" or
                              note["TopicArn"] != headers.get("x-amz-sns-topic-arn")):
                wrong = f"headers and body differ: {headers} {note}"
            return Message("notification", note["MessageId"], note["TopicArn"], note.get("Subject"), note["Message"], headers,
                           body), wrong
        wrong = self.owner.verify_publish(headers, body, f"{self.owner.url}{self.path}")
        form = dict(urllib.parse.parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True))
        if not wrong and (form.get("Action"), form.get("Version"), self.path) != ("Publish", "2010-03-31", "/"):
            wrong = f"not Publish: {self.path} {form}"
        if not wrong and len(form["Message"].encode()) + len(form.get("Subject", "")) > 262144:
            wrong = "larger than SNS takes"
        if not wrong and not re.fullmatch(r"[!-~][ -~]{0,98}", form.get("Subject", "none")):
            wrong = f"subject: {form['Subject']}"
        return Message("publish", str(uuid.uuid4()), form.get("TopicArn"), form.get("Subject"), form.get("Message"), headers,
                       body), wrong

    def acknowledge(self, message):
        if message.kind == "notification":
            self.answer(200)
        else:
            self.answer(200, ("<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>"
                              f"{xml.sax.saxutils.escape(message.id)}</MessageId></PublishResult></PublishResponse>").encode())


def server_certificate(folder, authority):
    """Paths of a certificate and key for localhost and 127.0.0.1."""
    import ipaddress
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    key = certs.key()
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (x509.CertificateBuilder().subject_name(certs.name("localhost")).issuer_name(authority.certificate.subject)
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(certs.NOW - certs.DAY).not_valid_after(certs.NOW + 30 * certs.DAY)
                   .add_extension(names, critical=False).sign(authority.key, hashes.SHA256()))
    paths = os.path.join(folder, "server.pem"), os.path.join(folder, "server.key")
    with open(paths[0], "w", encoding="utf-8") as file:
        file.write(certs.pem(certificate))
    with open(paths[1], "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return paths


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Broker:
    """A Mosquitto with TLS and a password, and a client that is subscribed to everything with QoS 1."""

    USER, PASSWORD = "keyassay", "correct horse battery"

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="keyassay-broker-")
        os.chmod(self.folder, 0o755)  # mosquitto gives up root
        self.ca = certs.Authority("Broker CA")
        self.ca_path = os.path.join(self.folder, "ca.pem")
        with open(self.ca_path, "w", encoding="utf-8") as file:
            file.write(self.ca.pem)
        certificate, key = server_certificate(self.folder, self.ca)
        self.port = free_port()
        self.passwords = os.path.join(self.folder, "passwords")
        subprocess.run(["mosquitto_passwd", "-b", "-c", self.passwords, self.USER, self.PASSWORD], check=True, capture_output=True)
        self.password_path = os.path.join(self.folder, "password")
        with open(self.password_path, "w", encoding="utf-8") as file:
            file.write(self.PASSWORD + "\n")
        self.config = os.path.join(self.folder, "mosquitto.conf")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"listener {self.port} 127.0.0.1\ncertfile {certificate}\nkeyfile {key}\nallow_anonymous false\n"
                       f"password_file {self.passwords}\nuser root\n")
        self.process = self.subscriber = None
        self.lines = []
        self.up()

    def up(self):
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen(["/usr/sbin/mosquitto", "-c", self.config], stdout=self.log, stderr=self.log)
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                break
            time.sleep(0.1)
        self.subscriber = subprocess.Popen(
            ["stdbuf", "-oL", "mosquitto_sub", "-h", "localhost", "-p", str(self.port), "--cafile", self.ca_path, "-u", self.USER, "-P",
             self.PASSWORD, "-q", "1", "-t", "#", "-F", "%t %q %p", "-d"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(self.subscriber, ready), daemon=True)
        self._thread.start()
        assert ready.wait(60), "mosquitto_sub has not subscribed"

    def _read(self, subscriber, ready):
        for line in subscriber.stdout:
            if "SUBACK" in line:
                ready.set()
            elif not line.startswith(("Client ", "Subscribed")):
                self.lines.append(line.rstrip("\n"))

    def down(self):
        for process in (self.subscriber, self.process):
            process.terminate()
            process.wait(60)
        self._thread.join()
        self.log.close()

    def wait(self, num, seconds=60):
        """[(topic, QoS, notification)]"""
        end = time.monotonic() + seconds
        while len(self.lines) < num:
            assert time.monotonic() < end, f"{len(self.lines)} of {num} messages: {self.lines}"
            time.sleep(0.05)
        return [(topic, int(qos), json.loads(text)) for topic, qos, text in (line.split(" ", 2) for line in self.lines)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.down()
        shutil.rmtree(self.folder, ignore_errors=True)
