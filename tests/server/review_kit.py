# SPDX-License-Identifier: Apache-2.0
"""What the tests of reviews share: a CA with many devices, its jobs, and the database as it is."""
import json
import os
import sqlite3
import tempfile
import time

import certs

V1 = "/keyassay/v1"


def ask(server, method, path, body=None, **more):
    """(status, reply)."""
    data = b"" if body is None else json.dumps(body).encode()
    status, _, reply = server.request(method, V1 + path, data, {"Content-Type": "application/json"} if data else {}, **more)
    return status, json.loads(reply)


def good(server, method, path, body=None, **more):
    status, reply = ask(server, method, path, body, **more)
    assert status == 200, (status, reply)
    return reply


def fleet(server, authority, num, name="thing"):
    """Imports device certificates that the CA, which must be registered and ACTIVE, signed; returns their ids, oldest first."""
    key = certs.key()  # one is enough: certificates differ by their serial numbers
    made = [authority.sign(f"{name} {i}", key) for i in range(num)]
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write("".join(certs.pem(certificate) for certificate in made))
        file.flush()
        done = server.command("import", "--kind", "device", "--issuer", "required", "--region", "us-east-1", file.name)
    assert done.returncode == 0, done
    return [certs.fingerprint(certificate) for certificate in made]


def authority(server, name="Fleet CA", its_key=None):
    ca = certs.Authority(name)
    if its_key is not None:
        ca.key = its_key
        ca.certificate = certs.make(name, its_key, ca=True)
        ca.pem, ca.id = certs.pem(ca.certificate), certs.fingerprint(ca.certificate)
    server.client().register_ca_certificate(caCertificate=ca.pem, certificateMode="SNI_ONLY", setAsActive=True)
    return ca


def ended(server, revocation):
    """Waits for a job's end; returns it."""
    for _ in range(2400):
        job = good(server, "GET", f"/revocations/{revocation}")
        if job["status"] != "IN_PROGRESS":
            return job
        time.sleep(0.05)
    raise AssertionError(f"the revocation does not end: {job}")


def rows(server, text, *values):
    """What the database says."""
    connection = sqlite3.connect(os.path.join(server.data, "keyassay.db"), timeout=60)
    try:
        return connection.execute(text, values).fetchall()
    finally:
        connection.close()


def revoked_once(server, ids, revocation, actor):
    """Each of these certificates was revoked, by this job, once, and its log entry says so; returns how many entries there are."""
    entries = rows(server, "SELECT resource, actor, after FROM log WHERE action = 'RevokeDevices' AND resource LIKE '%:cert/%'")
    of_job = [entry for entry in entries if json.loads(entry[2])["revocationId"] == revocation]
    assert sorted(entry[0].rsplit("/", 1)[1] for entry in of_job) == sorted(ids), (len(of_job), len(ids))
    assert {entry[1] for entry in of_job} <= {actor}, of_job[:3]
    states = dict((bytes(row[0]).hex(), row[1:]) for row in rows(server, "SELECT id, status, customer_version FROM device"))
    assert all(states[one] == (3, 2) for one in ids), [states[one] for one in ids if states[one] != (3, 2)][:3]
    return len(of_job)
