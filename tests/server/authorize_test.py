# SPDX-License-Identifier: Apache-2.0
"""AuthorizeCertificate over HTTP, as a broker asks: authorize_test.py KEYASSAYD [part of a test's name...]

Which certificates are denied is told by server/api/authorize_ops_test.c reason by reason; here: the way there, caching, rights.
"""
import datetime
import json
import sqlite3
import os

import certs
from audit_client import BINARY, running, send
from keyassayd import Keyassayd, run_tests

PATH = "/keyassay/v1/authorize?certificate="


def ask(server, certificate, etag=None, **more):
    """(status, headers, reply or None)."""
    headers = {"If-None-Match": etag} if etag else {}
    status, headers, body = server.request("GET", PATH + certificate, headers=headers, **more)
    return status, headers, json.loads(body) if body else None


def decision(server, certificate, **more):
    status, _, reply = ask(server, certificate, **more)
    assert status == 200 and reply["certificateId"] == certificate.removeprefix("0x").lower(), reply
    return reply["decision"], reply["reason"]


def test_follows_the_registry():
    with running() as (server, iot):
        ca = certs.Authority()
        iot.register_ca_certificate(caCertificate=ca.pem, certificateMode="SNI_ONLY", setAsActive=True)
        device = ca.sign("thing")
        one = certs.fingerprint(device)
        assert decision(server, one) == ("deny", "UNKNOWN")
        iot.register_certificate(certificatePem=certs.pem(device), caCertificatePem=ca.pem, status="ACTIVE")
        assert decision(server, one) == ("allow", "ACTIVE")
        assert ask(server, one)[2]["caCertificateId"] == ca.id
        assert decision(server, "0x" + one.upper()) == ("allow", "ACTIVE")
        assert decision(server, ca.id) == ("deny", "UNKNOWN")  # a CA is no device
        assert decision(server, one, region="eu-west-1") == ("deny", "UNKNOWN")
        iot.update_ca_certificate(certificateId=ca.id, newStatus="INACTIVE")  # by hand: its devices go on, as on AWS
        assert decision(server, one) == ("allow", "ACTIVE")
        for status in ("INACTIVE", "REVOKED"):
            iot.update_certificate(certificateId=one, newStatus=status)
            assert decision(server, one) == ("deny", status)
        iot.delete_certificate(certificateId=one, forceDelete=True)
        assert decision(server, one) == ("deny", "UNKNOWN")


def test_ca_that_a_mitigation_deactivated():
    with running() as (server, iot):
        ca = certs.Authority()
        iot.register_ca_certificate(caCertificate=ca.pem, certificateMode="SNI_ONLY", setAsActive=True)
        device = ca.sign("thing")
        one = certs.fingerprint(device)
        iot.register_certificate(certificatePem=certs.pem(device), caCertificatePem=ca.pem, status="ACTIVE")
        iot.update_ca_certificate(certificateId=ca.id, newStatus="INACTIVE")
        # The column that a mitigation sets.
        server.stop()
        with sqlite3.connect(os.path.join(server.data, "keyassay.db")) as database:
            database.execute("UPDATE ca SET deactivated_by = 'task-1', deactivated = 1")
        database.close()
        server.start()
        status, _, reply = ask(server, one)
        assert status == 200 and (reply["decision"], reply["reason"]) == ("deny", "CA_DEACTIVATED_BY_MITIGATION"), reply
        assert reply["caDeactivatedBy"] == "task-1" and reply["caCertificateId"] == ca.id, reply
        server.client().update_ca_certificate(certificateId=ca.id, newStatus="ACTIVE")
        assert decision(server, one) == ("allow", "ACTIVE")


def test_cached_and_asked_again():
    with running("--authorize-max-age", "600") as (server, iot):
        one = certs.make("thing", certs.key())
        two = certs.make("thing", certs.key(), end=certs.NOW.replace(microsecond=0) + datetime.timedelta(seconds=90))
        for certificate in (one, two):
            iot.register_certificate_without_ca(certificatePem=certs.pem(certificate), status="ACTIVE")
        status, headers, _ = ask(server, certs.fingerprint(one))
        etag = headers["etag"]
        assert status == 200 and headers["cache-control"] == "private, max-age=600" and headers["content-type"] == "application/json"
        assert etag.startswith('"') and etag.endswith('"')
        for value in (etag, f'"x", W/{etag}', "*"):
            status, headers, reply = ask(server, certs.fingerprint(one), value)
            assert (status, reply, headers["etag"], headers["cache-control"]) == (304, None, etag, "private, max-age=600"), headers
            assert "content-type" not in headers, headers
        # A connection goes on behind a reply without body.
        connection = server.connection()
        for _ in range(3):
            path = PATH + certs.fingerprint(one)
            connection.request("GET", path, headers=server.sign("GET", path, headers={"If-None-Match": etag}))
            reply = connection.getresponse()
            assert (reply.status, reply.read()) == (304, b"")
        connection.close()
        assert ask(server, certs.fingerprint(one), '"x"')[0] == 200
        # Nobody keeps an answer for longer than it holds.
        _, headers, reply = ask(server, certs.fingerprint(two))
        age = int(headers["cache-control"].removeprefix("private, max-age="))
        assert reply["decision"] == "allow" and 1 <= age <= 91, headers
        # A change is another reply.
        iot.update_certificate(certificateId=certs.fingerprint(one), newStatus="REVOKED")
        status, headers, reply = ask(server, certs.fingerprint(one), etag)
        assert status == 200 and reply["reason"] == "REVOKED" and headers["etag"] != etag, reply
        assert ask(server, "ab" * 32)[1]["cache-control"] == "private, max-age=600"  # a denial is kept as well
        assert server.metric('keyassayd_requests_total{operation="AuthorizeCertificate",status="304"}') == 6
    with running("--authorize-max-age", "0") as (server, iot):
        assert ask(server, "ab" * 32)[1]["cache-control"] == "private, no-cache"


def test_rights_and_errors():
    with Keyassayd(BINARY) as server:
        reader = server.new_key("reader")
        assert decision(server, "ab" * 32, key=reader) == ("deny", "UNKNOWN")
        status, headers, _ = ask(server, "ab" * 32, signed=False)
        assert status == 403 and headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
        assert headers["cache-control"] == "no-store" and "etag" not in headers
        for query in ("ab", "", "zz" * 32):
            status, error, body = send(server, "GET", PATH + query)
            assert (status, error) == (400, "InvalidRequestException") and "certificate" in body["message"], body
        status, error, _ = send(server, "GET", "/keyassay/v1/authorize")
        assert (status, error) == (400, "InvalidRequestException")
        status, error, _ = send(server, "POST", "/keyassay/v1/authorize")
        assert (status, error) == (405, "MethodNotAllowedException")
        # Other replies are not to be kept.
        assert server.request("GET", "/cacertificates", headers={"If-None-Match": "*"})[0] == 200


if __name__ == "__main__":
    raise SystemExit(run_tests(globals()))
