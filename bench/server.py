#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""keyassayd's figures through HTTP, on this machine: server.py BUILD-DIR [REGISTRATIONS]

RegisterCACertificate with 32 clients, each waiting for its durable acknowledgement, and DescribeCACertificate with 32 clients; beside
them, in the same run, what bench-store says of the store and of bare SQLite. Requests are signed beforehand: a client's own work is no
part of the figure, but the program that sends them shares the machine's processors.
"""
import datetime
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "server"))
import certs  # noqa: E402
from keyassayd import Keyassayd  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
REGISTRATIONS = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
CLIENTS = 32
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(HERE, "..", "tables"))


class Signer:
    """SigV4 without botocore's weight; tests/server compares the server with botocore, this only has to be quick."""

    def __init__(self, server):
        self.host = server.address
        self.access, self.secret = server.credentials
        now = datetime.datetime.utcnow()
        self.date, self.day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        key = ("AWS4" + self.secret).encode()
        for part in (self.day, "us-east-1", "iot", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        self.key = key

    def request(self, method, path, query, body):
        canonical = (f"{method}\n{path}\n{query}\ncontent-type:application/json\nhost:{self.host}\nx-amz-date:{self.date}\n\n"
                     f"content-type;host;x-amz-date\n{hashlib.sha256(body).hexdigest()}")
        scope = f"{self.day}/us-east-1/iot/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{self.date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()
        head = (f"{method} {path}{'?' + query if query else ''} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\n"
                f"X-Amz-Date: {self.date}\r\nAuthorization: AWS4-HMAC-SHA256 Credential={self.access}/{scope}, "
                f"SignedHeaders=content-type;host;x-amz-date, Signature={signature}\r\nContent-Length: {len(body)}\r\n\r\n")
        raw = head.encode() + body
        return str(len(raw)).encode() + b"\n" + raw


def load(server, requests, seconds):
    """Requests per second."""
    done = subprocess.run([os.path.join(BUILD, "server", "bench-http-load"), str(server.port), str(CLIENTS), str(seconds)],
                          input=b"".join(requests), capture_output=True, timeout=600)
    assert done.returncode == 0, done
    answered, took, _ = done.stdout.split()
    return int(answered) / float(took)


def verdict(rate, target):
    return f"{rate:10.0f} per second   target {target}: {'met' if rate >= target else 'MISSED'}"


def main():
    key = certs.key()
    pems = [certs.pem(certs.make(f"CA {i}", key, ca=True)) for i in range(REGISTRATIONS)]
    with Keyassayd(os.path.join(BUILD, "server", "keyassayd"), "--log-level", "warning") as server:
        signer = Signer(server)
        requests = [signer.request("POST", "/cacertificate", "setAsActive=true", json.dumps(
            {"caCertificate": pem, "certificateMode": "SNI_ONLY"}).encode()) for pem in pems]
        commits = server.metric("keyassayd_store_commits_total")
        print("RegisterCACertificate, durable, 32 clients   ", verdict(load(server, requests, 0), 2000))
        commits = server.metric("keyassayd_store_commits_total") - commits
        print(f"    registrations per commit                  {REGISTRATIONS / max(commits, 1):10.1f}")
        ids = [ca["certificateId"] for ca in server.client().list_ca_certificates(pageSize=250)["certificates"]]
        requests = [signer.request("GET", f"/cacertificate/{ca_id}", "", b"") for ca_id in ids]
        print("DescribeCACertificate, 32 clients            ", verdict(load(server, requests, 5), 20000))
        # A broker's question, at each connection of a device.
        devices = [certs.make(f"thing {i}", key) for i in range(1000)]
        for device in devices:
            server.client().register_certificate_without_ca(certificatePem=certs.pem(device), status="ACTIVE")
        requests = [signer.request("GET", "/keyassay/v1/authorize", f"certificate={certs.fingerprint(device)}", b"")
                    for device in devices]
        print("AuthorizeCertificate, 32 clients             ", verdict(load(server, requests, 5), 20000))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(BUILD, "server", "store", "bench-store"), folder, "100000"], check=True)


main()
