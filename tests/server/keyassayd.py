# SPDX-License-Identifier: Apache-2.0
"""keyassayd as a test meets it: started on a free port and a fresh directory, stopped, killed, asked.

    with Keyassayd(binary) as server:            # --data in a temporary folder, --listen 127.0.0.1:0
        iot = server.client()                    # boto3, as administrator
        status, headers, body = server.request("GET", "/cacertificates")   # signed by botocore
        server.raw(b"GET /healthz HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")       # bytes as they are
        server.kill(); server.start()            # SIGKILL, and again on the same directory

run_tests(globals()) runs every function test_* of a file and prints TAP.
"""
import configparser
import datetime
import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import traceback

START_SECONDS = 60  # sanitizers and a busy machine


class DidNotStart(Exception):
    """keyassayd ended before it was ready: status and what it printed."""

    def __init__(self, status, output):
        super().__init__(f"status {status}: {output}")
        self.status = status
        self.output = output


class Keyassayd:
    def __init__(self, binary, *options, data=None, config=None, env=None, start=True):
        """options: more for serve. config: text of a configuration file. data: a directory to keep; otherwise a temporary one."""
        self.binary = os.path.abspath(binary)
        self.options = list(options)
        self._folder = tempfile.mkdtemp(prefix="keyassayd-test-")
        self.data = data or os.path.join(self._folder, "data")
        self.config = os.path.join(self._folder, "keyassayd.conf") if config is not None else None
        if config is not None:
            self.write_config(config)
        self.env = dict(os.environ, **(env or {}))
        self.log_path = os.path.join(self._folder, "log")
        self.process = None
        self.port = None
        self.notified = []  # lines that came over NOTIFY_SOCKET
        self._notify = None
        if start:
            try:
                self.start()
            except BaseException:
                self.close()
                raise

    # --- life ---

    def write_config(self, text):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)

    def command(self, *words):
        """Runs another verb on the same directory: command("accesskey", "create", "--role", "reader")."""
        return subprocess.run([self.binary, *words, "--data", self.data], capture_output=True, text=True, timeout=120, env=self.env)

    def start(self):
        """Starts on the same directory, with the same port when there was one, and returns when it is ready. DidNotStart else."""
        assert self.process is None
        listen = [] if "--listen" in self.options or self.config else ["--listen", f"127.0.0.1:{self.port or 0}"]
        path = os.path.join(self._folder, "notify")
        if os.path.exists(path):
            os.unlink(path)
        if self._notify:
            self._notify.close()
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(path)
        self._notify.settimeout(0.1)
        words = [self.binary, "serve", "--data", self.data, *listen, *self.options]
        if self.config:
            words += ["--config", self.config]
        with open(self.log_path, "ab") as log:
            before = log.tell()
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=dict(self.env, NOTIFY_SOCKET=path))
        ready = self.wait_notify("READY=1", START_SECONDS)
        if ready is None:
            status = self.process.poll()
            if status is None:
                self.process.kill()
                status = self.process.wait()
            self.process = None
            with open(self.log_path, encoding="utf-8", errors="replace") as log:
                log.seek(before)
                raise DidNotStart(status, log.read())
        self.address = re.search(r"STATUS=Listening on (\S+)", ready).group(1).replace("0.0.0.0", "127.0.0.1")
        self.port = int(self.address.rsplit(":", 1)[1])

    def wait_notify(self, line, seconds):
        """The datagram that has this line, or None when it does not come or the server ends."""
        for _ in range(int(seconds * 10)):
            try:
                text = self._notify.recv(4096).decode()
            except socket.timeout:
                if self.process.poll() is not None:
                    return None
                continue
            self.notified += text.split("\n")
            if line in text.split("\n"):
                return text
        return None

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, seconds=60):
        """SIGTERM; returns the exit status."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds=60):
        try:
            return self.process.wait(seconds)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process = None

    def kill(self):
        """SIGKILL: as a power cut, but for what the kernel holds."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def close(self):
        if self.process is not None:
            self.kill()
        if self._notify:
            self._notify.close()
            self._notify = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """A server that does not stop cleanly, or that a sanitizer had to say something about, fails the test."""
        try:
            if self.process is not None:
                status = self.stop()
                assert status == 0, f"keyassayd ended with status {status}: {self.log()[-4000:]}"
        finally:
            self.close()

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    # --- asking ---

    @property
    def url(self):
        return f"{'https' if '--tls-cert' in self.options else 'http'}://{self.address}"

    @property
    def credentials_path(self):
        return os.path.join(self.data, "credentials")

    @property
    def credentials(self):
        """(access key id, secret) of the administrator."""
        return parse_credentials(open(self.credentials_path, encoding="utf-8").read())[:2]

    def new_key(self, role="admin", *more):
        """(access key id, secret, session token or None) of a fresh access key."""
        done = self.command("accesskey", "create", "--role", role, *more)
        assert done.returncode == 0, done
        return parse_credentials(done.stdout)

    def aws_env(self, region="us-east-1"):
        """Environment in which Debian's aws command talks to this server as administrator."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return dict(env, AWS_SHARED_CREDENTIALS_FILE=self.credentials_path, AWS_CONFIG_FILE="/dev/null", AWS_DEFAULT_REGION=region,
                    AWS_PAGER="", AWS_EC2_METADATA_DISABLED="true")

    def aws(self, *words, region="us-east-1"):
        """Runs aws iot ...; returns the finished process."""
        return subprocess.run(["/usr/bin/aws", "iot", "--endpoint-url", self.url, *words], capture_output=True, text=True,
                              timeout=120, env=self.aws_env(region))

    def client(self, service="iot", region="us-east-1", key=None, **config):
        """A boto3 client; key is what new_key returned."""
        import boto3
        import botocore.config
        access, secret, token = key or (*self.credentials, None)
        return boto3.client(service, endpoint_url=self.url, region_name=region, aws_access_key_id=access,
                            aws_secret_access_key=secret, aws_session_token=token,
                            config=botocore.config.Config(retries={"max_attempts": 0}, **config))

    def sign(self, method, path, body=b"", headers=None, key=None, region="us-east-1", service="iot"):
        """Headers of a request with a signature of botocore. path includes the query, percent-encoded."""
        import botocore.auth
        import botocore.awsrequest
        import botocore.credentials
        access, secret, token = key or (*self.credentials, None)
        request = botocore.awsrequest.AWSRequest(method, f"{self.url}{path}", headers=headers or {}, data=body)
        botocore.auth.SigV4Auth(botocore.credentials.Credentials(access, secret, token), service, region).add_auth(request)
        return dict(request.headers.items())

    def connection(self, timeout=60):
        """An http.client connection."""
        if self.url.startswith("https"):
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=ssl._create_unverified_context())
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def request(self, method, path, body=b"", headers=None, signed=True, key=None, region="us-east-1"):
        """(status, headers with lower-case names, body)."""
        headers = dict(headers or {})
        if signed:
            headers = self.sign(method, path, body, headers, key, region)
        connection = self.connection()
        try:
            connection.request(method, path, body or None, headers)
            reply = connection.getresponse()
            return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()
        finally:
            connection.close()

    def connect(self, timeout=60):
        """A plain socket."""
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def raw(self, data, timeout=60):
        """Sends bytes and returns everything that comes until the server closes."""
        with self.connect(timeout) as sock:
            sock.sendall(data)
            return read_all(sock)

    def metric(self, name):
        """The value of a metric, named with its labels as /metrics shows it; 0.0 when it is not there."""
        _, _, body = self.request("GET", "/metrics", signed=False)
        for line in body.decode().splitlines():
            if line.rsplit(" ", 1)[0] == name:
                return float(line.rsplit(" ", 1)[1])
        return 0.0


def parse_credentials(text):
    parser = configparser.ConfigParser()
    parser.read_string(text)
    section = parser["default"]
    return section["aws_access_key_id"], section["aws_secret_access_key"], section.get("aws_session_token")


def read_all(sock):
    data = b""
    while True:
        try:
            piece = sock.recv(65536)
        except ConnectionResetError:
            return data
        if not piece:
            return data
        data += piece


def read_reply(sock, data=b""):
    """One reply with Content-Length from a socket: (status, headers, body, what came behind it). Status 0 when the server closed."""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return 0, {}, data, b""
        data += piece
    head, data = data.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:]}
    length = int(headers.get("content-length", 0))
    while len(data) < length:
        piece = sock.recv(65536)
        assert piece, "the server closed in the middle of a body"
        data += piece
    return int(lines[0].split()[1]), headers, data[:length], data[length:]


def not_today(frequency="WEEKLY"):
    """When a scheduled audit runs that must not run while a test does: a DAILY one comes at some time of each day."""
    day = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)
    if frequency == "MONTHLY":
        return {"frequency": frequency, "dayOfMonth": str(day.day)}
    return {"frequency": frequency, "dayOfWeek": ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")[day.weekday()]}


def run_tests(names):
    """Runs the functions test_* of a module; more words on the command line choose those whose names contain one."""
    wanted = sys.argv[2:]
    tests = [value for name, value in names.items() if name.startswith("test_") and callable(value)]
    tests = [test for test in tests if not wanted or any(word in test.__name__ for word in wanted)]
    failed = 0
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {test.__name__}", flush=True)
        except Exception:  # whatever it is, it is this test's failure and not the end of the others
            failed += 1
            print("\n".join("# " + line for line in traceback.format_exc().splitlines()))
            print(f"not ok {number} - {test.__name__}", flush=True)
    return 1 if failed else 0
