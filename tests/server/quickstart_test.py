#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""./quickstart serve without the build: server, AWS command, findings, twice on the same directory; and stopped by Ctrl-C.

Usage: quickstart_test.py KEYASSAYD SOURCE-ROOT; prints TAP.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from keyassayd import run_tests

BINARY, ROOT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
del sys.argv[2:]


class Checkout:
    """A folder that looks like a fresh clone, with nothing in it but what the script reads."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="keyassayd-test-")
        for name in ("tools", "examples"):
            os.symlink(f"{ROOT}/{name}", f"{self.folder}/{name}")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def start(self, *words):
        # Credentials of the person at the keyboard must not be used, let alone sent.
        env = dict(os.environ, AWS_ACCESS_KEY_ID="AKIAOTHER", AWS_SECRET_ACCESS_KEY="other", AWS_PROFILE="other")
        return subprocess.Popen(["./tools/quickstart-serve.sh", BINARY, *words], cwd=self.folder, env=env, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, start_new_session=True)


def test_once_and_again():
    with Checkout() as checkout:
        for registered in ("registered", "ResourceAlreadyExistsException: "):
            process = checkout.start("--once", "--listen", "127.0.0.1:0")
            out, err = process.communicate(timeout=300)
            assert process.returncode == 0 and err == "", (process.returncode, out, err)
            for name in ("debian-weak-ca.pem", "roca-ca.pem", "sound-ca.pem"):
                assert re.search(rf"^{name} +{registered}", out, re.M), out
            for name, why in (("expired-ca.pem", "expired"), ("too-small-ca.pem", "RSA 1024 bits")):
                assert re.search(rf"^{name} +CertificateValidationException: .*{why}", out, re.M), out
            rows = re.findall(r"^\|  CRITICAL  \|  (\S+) +\|  ([0-9a-f]{64})  \|$", out, re.M)
            assert sorted(reason for reason, _ in rows) == ["CERTIFICATE_KEY_VULNERABILITY_CVE-2008-0166",
                                                            "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361"], out
            # It has stopped what it started.
            port = int(re.search(r"--endpoint-url http://127\.0\.0\.1:(\d+) ", out).group(1))
            assert "event=stopped" in open(f"{checkout.folder}/keyassay-data/keyassayd.log").read(), port


def test_stays_up_until_interrupted():
    with Checkout() as checkout:
        process = checkout.start("--listen", "127.0.0.1:0", "--log-format", "json")
        for line in process.stdout:
            if "Ctrl-C stops it" in line:
                break
        else:
            raise AssertionError(process.stderr.read())
        assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        assert process.wait(60) == 130
        process.communicate()
        assert '"event":"stopped"' in open(f"{checkout.folder}/keyassay-data/keyassayd.log").read()


def test_says_why_it_does_not_start():
    with Checkout() as checkout:
        process = checkout.start("--once", "--listen", "127.0.0.1:99999")
        out, err = process.communicate(timeout=60)
        assert process.returncode == 1 and "keyassayd: listen: '127.0.0.1:99999' is not ADDRESS:PORT" in err, (out, err)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
