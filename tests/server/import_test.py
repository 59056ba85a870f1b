# SPDX-License-Identifier: Apache-2.0
"""keyassayd import from outside: import_test.py KEYASSAYD [part of a test's name...]"""
import base64
import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import warnings

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7

import certs
from keyassayd import Keyassayd, run_tests
from model import watch

BINARY = sys.argv[1]
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(SOURCE, "tables"))
warnings.filterwarnings("ignore", "SHA1 signatures")  # python3-cryptography on what we refuse
for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
    os.environ.pop(variable, None)


class Registry:
    """An initialised directory without a server."""

    def __init__(self, folder):
        self.folder = folder
        self.data = os.path.join(folder, "data")
        self.run("init")

    def run(self, verb, *words, **more):
        return subprocess.run([BINARY, verb, "--data", self.data, *words], capture_output=True, timeout=300, **more)

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def imports(self, *words, status=0, **more):
        """(registered, already, {reason: number}, lines on stderr)."""
        done = self.run("import", *words, **more)
        assert done.returncode == status, done
        text = done.stdout.decode()
        numbers = [int(re.search(rf"^ +(\d+) {what}$", text, re.M).group(1)) for what in ("registered", "registered already", "refused")]
        reasons = {name: int(number) for number, name in re.findall(r"^ {10,}(\d+) ([a-z0-9.-]+)$", text, re.M)
                   if name not in ("registered", "refused")}
        assert sum(reasons.values()) == numbers[2], text
        return numbers[0], numbers[1], reasons, done.stderr.decode().splitlines()

    def query(self, text, *arguments):
        with contextlib.closing(sqlite3.connect(os.path.join(self.data, "keyassay.db"))) as database:
            return database.execute(text, arguments).fetchall()

    def ids(self, table="ca"):
        return [row[0].hex() for row in self.query(f"SELECT id FROM {table} ORDER BY seq")]


@contextlib.contextmanager
def registry():
    with tempfile.TemporaryDirectory(prefix="keyassay-import-") as folder:
        yield Registry(folder)


def test_every_form_of_input():
    cas = [certs.Authority(f"CA {n}", "rsa" if n == 1 else "ec") for n in range(5)]
    ders = [certs.der(ca.certificate) for ca in cas]
    bundle = pkcs7.serialize_certificates([ca.certificate for ca in cas], serialization.Encoding.PEM)
    forms = {
        "many.pem": "text between\n".join(ca.pem for ca in cas),
        "many.der": b"".join(ders),
        "lines": "\n".join(base64.b64encode(der).decode() for der in ders) + "\n",
        "bundle.p7b": bundle,
    }
    for name, content in forms.items():
        with registry() as here:
            path = here.file(name, content)
            assert here.imports(path)[:3] == (5, 0, {}), name
            assert sorted(here.ids()) == sorted(ca.id for ca in cas), name
            assert here.imports(path)[:3] == (0, 5, {}), name
            with open(path, "rb") as file:
                assert here.imports("-", stdin=file)[:3] == (0, 5, {}), name
    with registry() as here:
        here.file("tree/a/one.pem", cas[0].pem)
        here.file("tree/b/two.der", ders[1])
        assert here.imports(here.file("tree/three.pem", cas[2].pem), os.path.join(here.folder, "tree"), "--jobs", "1")[:3] == (3, 1, {})
        assert here.imports("--from", "b64lines", here.file("x", base64.b64encode(ders[3]) + b"\n"))[:3] == (1, 0, {})


def test_input_order_is_the_order_of_registration():
    with registry() as here:
        cas = [certs.Authority(f"CA {n}") for n in range(1200)]
        path = here.file("many.pem", "".join(ca.pem for ca in cas))
        assert here.imports(path, "--jobs", "4")[:2] == (1200, 0)
        assert here.ids() == [ca.id for ca in cas]


def test_refusals_are_named_and_placed():
    key = certs.key()
    before = certs.NOW - 9 * certs.DAY
    good = certs.Authority("Good")
    texts = [
        good.pem,
        certs.pem(certs.make("Leaf", key)),
        certs.pem(certs.make("Gone", key, ca=True, start=before, end=certs.NOW - certs.DAY)),
        certs.pem(certs.make("Soon", key, ca=True, start=certs.NOW + certs.DAY)),
        certs.pem(certs.make("Short", certs.key("rsa1024"), ca=True)),
        certs.pem(certs.make("Old", certs.key("rsa"), ca=True, digest=hashes.SHA1)),
        certs.pem(certs.make("Forged", key, signer=certs.key(), ca=True)),
        certs.pem(certs.make("a\0b", key, ca=True)),
        certs.request("no certificate", key),
        good.pem.replace("MII", "M*I", 1),
        "-----BEGIN NONSENSE-----\nAAAA\n-----END NONSENSE-----\n",
        good.pem,
    ]
    reasons = ["basic-constraints", "validity", "validity", "key-size", "signature-algorithm", "self-signature", "format",
               "not-a-certificate", "pem.base64", "pem.label-unknown"]
    with registry() as here:
        path = here.file("mixed.pem", "".join(texts))
        registered, already, counts, lines = here.imports(path, status=1)
        assert (registered, already) == (1, 1)
        assert counts == {name: reasons.count(name) for name in reasons}
        assert len(lines) == len(reasons)
        for number, (reason, line) in enumerate(zip(reasons, lines), 1):
            assert line.startswith(f"keyassayd: {path}:{number}: refused: {reason}: "), line
        assert "valid from" in lines[1] and "RSA 1024 bits" in lines[3] and "at byte" in lines[8], lines
        assert here.imports(path, "--quiet", status=1)[3] == []
        empty = here.file("empty", "")
        assert here.imports(empty, os.path.join(here.folder, "absent"), status=1)[2] == {"input.empty": 1, "input.unreadable": 1}
        assert here.query("SELECT count(*) FROM log WHERE actor = 'keyassayd:import' AND action = 'RegisterCACertificate'") == [(1,)]


def test_what_is_registered():
    ca, other = certs.Authority("CA"), certs.Authority("Other")
    with registry() as here:
        path = here.file("ca.pem", ca.pem)
        here.imports(path, "--mode", "DEFAULT", "--status", "INACTIVE", "--allow-auto-registration")
        subprocess.run([BINARY, "account", "create", "--data", here.data, "222222222222"], check=True, capture_output=True)
        # In DEFAULT mode one account of a region has it.
        assert here.imports(path, "--mode", "DEFAULT", "--account", "222222222222", status=1)[2] == {"other-account": 1}
        assert here.imports(path, "--account", "222222222222")[:2] == (1, 0)
        assert here.imports(path, "--mode", "DEFAULT", "--region", "eu-west-1")[:2] == (1, 0)
        assert here.imports(here.file("other.pem", other.pem), env=dict(os.environ, AWS_DEFAULT_REGION="ap-south-1"))[:2] == (1, 0)
        rows = here.query("SELECT account, region, status, mode, auto_registration FROM ca ORDER BY seq")
        assert rows == [("000000000000", "us-east-1", 2, 1, 1), ("222222222222", "us-east-1", 1, 2, 0), ("000000000000", "eu-west-1", 1, 1, 0),
                        ("000000000000", "ap-south-1", 1, 2, 0)], rows
        with Keyassayd(BINARY, data=here.data) as server:
            description = watch(server.client()).describe_ca_certificate(certificateId=ca.id)["certificateDescription"]
            assert (description["status"], description["certificateMode"], description["autoRegistrationStatus"]) == (
                "INACTIVE", "DEFAULT", "ENABLE")
            assert (description["certificatePem"], description["customerVersion"]) == (ca.pem, 1)


def test_ten_of_a_subject():
    with registry() as here:
        path = here.file("same.pem", "".join(certs.Authority("Same").pem for _ in range(12)))
        assert here.imports(path, status=1)[:3] == (10, 0, {"subject-limit": 2})
        assert here.imports(path, status=1)[:3] == (0, 10, {"subject-limit": 2})


def test_devices_and_their_issuers():
    active, quiet, stranger = certs.Authority("Active", "rsa"), certs.Authority("Quiet"), certs.Authority("Stranger")
    twin = certs.pem(certs.make("Active", active.key, ca=True, end=certs.NOW + 99 * certs.DAY))
    devices = {name: authority.sign(name) for name, authority in (("a", active), ("q", quiet), ("s", stranger))}
    forged = certs.make("f", certs.key(), issuer="Active", signer=stranger.key)
    with registry() as here:
        here.imports(here.file("active", active.pem), "--mode", "DEFAULT")
        here.imports(here.file("quiet", quiet.pem), "--status", "INACTIVE")
        path = here.file("devices", "".join(map(certs.pem, [*devices.values(), forged])))
        required = here.imports("--kind", "device", "--issuer", "required", path, status=1)
        assert required[:3] == (1, 0, {"issuer": 3})
        assert "not signed by the key" in required[3][2], required[3]
        assert here.imports("--kind", "device", "--status", "REVOKED", path)[:3] == (3, 1, {})
        rows = here.query("SELECT hex(id), hex(ca_id), status, mode FROM device ORDER BY seq")
        got = {row[0].lower(): ((row[1] or "").lower(), *row[2:]) for row in rows}
        assert got[certs.fingerprint(devices["a"])] == (active.id, 1, 1), got
        for certificate in (devices["q"], devices["s"], forged):
            assert got[certs.fingerprint(certificate)] == ("", 3, 2), got
        actions = here.query("SELECT action, count(*) FROM log WHERE actor = 'keyassayd:import' GROUP BY action ORDER BY action")
        assert actions == [("RegisterCACertificate", 2), ("RegisterCertificate", 1), ("RegisterCertificateWithoutCA", 3)], actions
        here.imports(here.file("twin", twin))
        more = here.file("more", certs.pem(active.sign("b")))
        assert here.imports("--kind", "device", more, status=1)[2] == {"ambiguous-issuer": 1}
        assert here.imports("--kind", "device", "--issuer", "none", more)[:2] == (1, 0)


def test_weak_keys():
    with registry() as here:
        examples = [os.path.join(SOURCE, "examples", name + ".pem") for name in ("debian-weak-ca", "roca-ca", "sound-ca")]
        registered, _, reasons, lines = here.imports("--on-weak-key", "refuse", *examples, status=1)
        assert (registered, reasons) == (1, {"weak-key": 2})
        assert "CVE-2008-0166" in lines[0] and "CVE-2017-15361" in lines[1], lines
        config = here.file("conf", "on-weak-key = refuse\nlisten = 127.0.0.1:1\n")
        assert here.imports("--config", config, *examples, status=1)[:3] == (0, 1, {"weak-key": 2})
        assert here.imports(*examples)[:3] == (2, 1, {})


def test_an_import_that_is_killed_is_run_again():
    cas = [certs.Authority(f"CA {n}") for n in range(3000)]
    with registry() as here:
        path = here.file("many.pem", "".join(ca.pem for ca in cas))
        done = 0
        for attempt in range(6):
            process = subprocess.Popen([BINARY, "import", "--data", here.data, "--batch", "50", path], stdout=subprocess.DEVNULL)
            while process.poll() is None and len(here.ids()) <= done:
                time.sleep(0.001)
            time.sleep(0.01 * attempt)
            process.kill()
            process.wait()
            ids = here.ids()
            assert len(ids) >= done and set(ids) <= {ca.id for ca in cas}
            assert len(ids) % 50 == 0  # a transaction is there or not
            done = len(ids)
        assert 0 < done < 3000
        registered, already, reasons, _ = here.imports(path)
        assert (registered, already, reasons) == (3000 - done, done, {})
        assert len(here.ids()) == 3000
        assert here.query("SELECT count(*), count(DISTINCT resource) FROM log WHERE actor = 'keyassayd:import'") == [(3000, 3000)]
        assert here.query("PRAGMA integrity_check") == [("ok",)]


def test_beside_a_running_server():
    cas = [certs.Authority(f"CA {n}") for n in range(2000)]
    with Keyassayd(BINARY) as server, tempfile.TemporaryDirectory(prefix="keyassay-import-") as folder:
        iot = watch(server.client())
        path = os.path.join(folder, "many.pem")
        with open(path, "w", encoding="ascii") as file:
            file.write("".join(ca.pem for ca in cas))
        process = subprocess.Popen([BINARY, "import", "--data", server.data, path], stdout=subprocess.PIPE, text=True)
        writes = 0
        while process.poll() is None or writes == 0:
            iot.register_ca_certificate(caCertificate=certs.Authority(f"API {writes}").pem, certificateMode="SNI_ONLY")
            writes += 1
        assert process.returncode == 0 and "2000 registered\n" in process.stdout.read()
        process.stdout.close()
        listed = [ca["certificateId"] for page in iot.get_paginator("list_ca_certificates").paginate(pageSize=250) for ca in page["certificates"]]
        assert len(listed) == len(set(listed)) == 2000 + writes
        assert {ca.id for ca in cas} < set(listed)


def test_a_stream_is_registered_while_it_comes():
    with registry() as here:
        process = subprocess.Popen([BINARY, "import", "--data", here.data, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        ca = certs.Authority()
        process.stdin.write(ca.pem.encode())
        process.stdin.flush()
        for _ in range(600):
            if here.ids() == [ca.id]:
                break
            time.sleep(0.1)
        assert here.ids() == [ca.id] and process.poll() is None
        process.stdin.close()
        assert process.wait(60) == 0
        process.stdout.close()


def test_what_makes_no_sense():
    with registry() as here:
        path = here.file("ca.pem", certs.Authority().pem)
        for words in ([], [path, "--kind", "client"], [path, "--status", "SLEEPY"], [path, "--status", "REVOKED"], [path, "--issuer", "none"],
                      [path, "--kind", "device", "--mode", "DEFAULT"], [path, "--kind", "device", "--allow-auto-registration"],
                      [path, "--from", "jwk"], [path, "--jobs", "0"], [path, "--jobs", "x"], [path, "--batch", "0"], [path, "--region", "US EAST"], [path, "--nonsense"]):
            done = here.run("import", *words)
            assert done.returncode == 2 and done.stderr.startswith(b"keyassayd: "), (words, done)
        done = here.run("import", path, "--account", "999999999999")
        assert done.returncode == 1 and b"account" in done.stderr, done
        done = subprocess.run([BINARY, "import", "--data", os.path.join(here.folder, "nowhere"), path], capture_output=True, timeout=60)
        assert done.returncode == 1 and done.stderr, done
        assert here.ids() == []


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
