# SPDX-License-Identifier: Apache-2.0
"""Certificates that move between the accounts of one server: transfer_test.py KEYASSAYD [part of a test's name...]

The replies of AWS's operations are held against botocore's model (model.py); those under /keyassay/v1/ are ours and asked by hand.
"""
import contextlib
import datetime
import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time

from botocore.exceptions import ClientError

import certs
from keyassayd import Keyassayd, run_tests
from model import watch

BINARY = sys.argv[1]
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(SOURCE, "tables"))
A, B, C = "000000000000", "111122223333", "444455556666"
NOBODY = "ab" * 32

INVALID = "InvalidRequestException"
NOT_FOUND = "ResourceNotFoundException"
STATE = "CertificateStateException"
CONFLICT = "TransferConflictException"
COMPLETED = "TransferAlreadyCompletedException"
DENIED = "AccessDeniedException"
LIMIT = "LimitExceededException"
STATUS = {INVALID: 400, NOT_FOUND: 404, STATE: 406, CONFLICT: 409, COMPLETED: 410, LIMIT: 410, DENIED: 403}


@contextlib.contextmanager
def accounts():
    """(server, {account: key}) with the three accounts."""
    with Keyassayd(BINARY) as server:
        keys = {A: (*server.credentials, None)}
        for account in (B, C):
            done = server.command("account", "create", account)
            assert done.returncode == 0, done
            keys[account] = server.new_key("admin", "--account", account)
        yield server, keys


def clients(server, keys, **more):
    return [watch(server.client(key=keys[account], **more)) for account in (A, B, C)]


@contextlib.contextmanager
def refused(error, *says):
    try:
        yield
    except ClientError as caught:
        assert caught.response["Error"]["Code"] == error, caught
        assert caught.response["ResponseMetadata"]["HTTPStatusCode"] == STATUS[error], caught.response
        for words in says:
            assert words in caught.response["Error"]["Message"], f"{words!r} is not in {caught}"
    else:
        raise AssertionError(f"not refused; expected {error}")


def everything(iot, operation, member, **arguments):
    return [entry for page in iot.get_paginator(operation).paginate(**arguments) for entry in page[member]]


def described(iot, certificate):
    return iot.describe_certificate(certificateId=certificate)["certificateDescription"]


def device(iot, status="INACTIVE"):
    pem = certs.pem(certs.Authority().sign("thing"))
    return iot.register_certificate_without_ca(certificatePem=pem, status=status)["certificateId"]


def ids(iot, operation="list_certificates", member="certificates", **more):
    return [entry["certificateId"] for entry in everything(iot, operation, member, **more)]


def outgoing(iot, **more):
    return ids(iot, "list_outgoing_certificates", "outgoingCertificates", **more)


def recent(date):
    return abs(datetime.datetime.now(datetime.timezone.utc) - date) < datetime.timedelta(minutes=2)


# --- device certificates ----------------------------------------------------------------------------------------------------


def test_accepted():
    with accounts() as (server, keys):
        a, b, c = clients(server, keys)
        one = device(a)
        before = described(a, one)
        assert "transferData" not in before and "previousOwnedBy" not in before
        reply = a.transfer_certificate(certificateId=one, targetAwsAccount=B, transferMessage="für Köln 🏭")
        assert reply["transferredCertificateArn"] == f"arn:aws:iot:us-east-1:{B}:cert/{one}"

        pending = described(a, one)
        assert (pending["status"], pending["ownedBy"], pending["customerVersion"]) == ("PENDING_TRANSFER", A, 2)
        assert pending["transferData"].keys() == {"transferMessage", "transferDate"} and recent(pending["transferData"]["transferDate"])
        entry, = a.list_outgoing_certificates()["outgoingCertificates"]
        assert entry == {"certificateArn": before["certificateArn"], "certificateId": one, "transferredTo": B,
                         "transferDate": pending["transferData"]["transferDate"], "transferMessage": "für Köln 🏭",
                         "creationDate": before["creationDate"]}
        # The target sees it, nobody else does.
        seen, = b.list_certificates()["certificates"]
        assert (seen["certificateArn"], seen["status"]) == (reply["transferredCertificateArn"], "PENDING_TRANSFER")
        theirs = described(b, one)
        assert (theirs["ownedBy"], theirs["status"], theirs["certificatePem"]) == (A, "PENDING_TRANSFER", before["certificatePem"])
        assert theirs["transferData"] == pending["transferData"] and outgoing(b) == []
        assert ids(c) == []
        for outsider in (c, watch(server.client(key=keys[B], region="eu-west-1"))):
            for call in (outsider.describe_certificate, outsider.accept_certificate_transfer, outsider.reject_certificate_transfer,
                         outsider.cancel_certificate_transfer):
                with refused(NOT_FOUND, one):
                    call(certificateId=one)
        # Under way it is nobody's to change.
        with refused(STATE, "PENDING_TRANSFER"):
            a.update_certificate(certificateId=one, newStatus="ACTIVE")
        with refused(STATE, "PENDING_TRANSFER"):
            a.delete_certificate(certificateId=one)
        with refused(NOT_FOUND):
            b.update_certificate(certificateId=one, newStatus="ACTIVE")
        with refused(NOT_FOUND):
            b.delete_certificate(certificateId=one)
        with refused(NOT_FOUND):
            b.cancel_certificate_transfer(certificateId=one)
        with refused(STATE, B):
            a.transfer_certificate(certificateId=one, targetAwsAccount=C)
        for call in (a.accept_certificate_transfer, a.reject_certificate_transfer):
            with refused(NOT_FOUND, "not being transferred"):
                call(certificateId=one)

        b.accept_certificate_transfer(certificateId=one)
        after = described(b, one)
        assert (after["status"], after["ownedBy"], after["previousOwnedBy"], after["customerVersion"]) == ("INACTIVE", B, A, 3)
        assert after["certificateArn"] == reply["transferredCertificateArn"]
        assert after["transferData"].keys() == {"transferMessage", "transferDate", "acceptDate"}
        for same in ("creationDate", "certificatePem", "certificateMode", "validity", "generationId"):
            assert after[same] == before[same], same
        assert ids(a) == outgoing(a) == [] and ids(b) == [one]
        for call in (a.describe_certificate, a.accept_certificate_transfer):
            with refused(NOT_FOUND):
                call(certificateId=one)
        with refused(COMPLETED, "accepted"):
            a.cancel_certificate_transfer(certificateId=one)
        for call in (b.accept_certificate_transfer, b.reject_certificate_transfer, b.cancel_certificate_transfer):
            with refused(COMPLETED):
                call(certificateId=one)
        # It is really the target's now, and may go on, and come back.
        b.update_certificate(certificateId=one, newStatus="ACTIVE")
        b.update_certificate(certificateId=one, newStatus="INACTIVE")
        b.transfer_certificate(certificateId=one, targetAwsAccount=A)
        assert described(b, one)["transferData"].keys() == {"transferDate"}
        a.accept_certificate_transfer(certificateId=one, setAsActive=True)
        back = described(a, one)
        assert (back["status"], back["previousOwnedBy"], back["ownedBy"]) == ("ACTIVE", B, A)


def test_rejected_and_cancelled():
    with accounts() as (server, keys):
        a, b, _ = clients(server, keys)
        one = device(a)
        a.transfer_certificate(certificateId=one, targetAwsAccount=B, transferMessage="take it")
        b.reject_certificate_transfer(certificateId=one, rejectReason="not ours")
        after = described(a, one)
        assert (after["status"], after["ownedBy"]) == ("INACTIVE", A) and "previousOwnedBy" not in after
        assert after["transferData"].keys() == {"transferMessage", "rejectReason", "transferDate", "rejectDate"}
        assert (after["transferData"]["transferMessage"], after["transferData"]["rejectReason"]) == ("take it", "not ours")
        assert ids(b) == outgoing(a) == []
        for call in (b.describe_certificate, b.accept_certificate_transfer, b.reject_certificate_transfer):
            with refused(NOT_FOUND):
                call(certificateId=one)
        with refused(COMPLETED, "INACTIVE"):
            a.cancel_certificate_transfer(certificateId=one)

        a.transfer_certificate(certificateId=one, targetAwsAccount=B)
        assert described(a, one)["transferData"].keys() == {"transferDate"}  # nothing of the transfer before
        a.cancel_certificate_transfer(certificateId=one)
        assert described(a, one)["status"] == "INACTIVE" and ids(b) == outgoing(a) == []
        for call in (b.accept_certificate_transfer, b.reject_certificate_transfer):
            with refused(NOT_FOUND):
                call(certificateId=one)
        with refused(COMPLETED):
            a.cancel_certificate_transfer(certificateId=one)
        a.update_certificate(certificateId=one, newStatus="ACTIVE")
        a.update_certificate(certificateId=one, newStatus="INACTIVE")
        a.delete_certificate(certificateId=one)
        with refused(NOT_FOUND):
            a.cancel_certificate_transfer(certificateId=one)


def test_what_is_refused():
    with accounts() as (server, keys):
        a, b, c = clients(server, keys)
        active, revoked, fine = device(a, "ACTIVE"), device(a, "REVOKED"), device(a)
        for certificate, words in ((active, "ACTIVE"), (revoked, "REVOKED")):
            with refused(STATE, words):
                a.transfer_certificate(certificateId=certificate, targetAwsAccount=B)
        with refused(NOT_FOUND, NOBODY):
            a.transfer_certificate(certificateId=NOBODY, targetAwsAccount=B)
        for call in (a.accept_certificate_transfer, a.reject_certificate_transfer, a.cancel_certificate_transfer):
            with refused(NOT_FOUND, NOBODY):
                call(certificateId=NOBODY)
        with refused(INVALID, "999999999999"):
            a.transfer_certificate(certificateId=fine, targetAwsAccount="999999999999")
        with refused(INVALID, A):
            a.transfer_certificate(certificateId=fine, targetAwsAccount=A)
        with refused(INVALID, "128"):
            a.transfer_certificate(certificateId=fine, targetAwsAccount=B, transferMessage="é" * 129)
        with refused(INVALID, "not being transferred"):
            a.cancel_certificate_transfer(certificateId=fine)
        with refused(NOT_FOUND, "not being transferred"):
            a.accept_certificate_transfer(certificateId=fine)
        assert described(a, fine)["customerVersion"] == 1

        # A target that has it already, and one that gets it from somebody else.
        pem = described(a, fine)["certificatePem"]
        b.register_certificate_without_ca(certificatePem=pem)
        with refused(CONFLICT, B):
            a.transfer_certificate(certificateId=fine, targetAwsAccount=B)
        a.transfer_certificate(certificateId=fine, targetAwsAccount=C)
        with refused(CONFLICT, C):
            b.transfer_certificate(certificateId=fine, targetAwsAccount=C)
        # And one that registered it while it was under way.
        c.register_certificate_without_ca(certificatePem=pem)
        with refused(INVALID, "registered"):
            c.accept_certificate_transfer(certificateId=fine)
        assert described(c, fine)["ownedBy"] == C and described(a, fine)["status"] == "PENDING_TRANSFER"
        c.reject_certificate_transfer(certificateId=fine)
        assert described(a, fine)["status"] == "INACTIVE" and described(c, fine)["ownedBy"] == C

        for role in ("reader", "auditor"):
            weaker = watch(server.client(key=server.new_key(role)))
            weaker.list_outgoing_certificates()
            with refused(DENIED, role):
                weaker.transfer_certificate(certificateId=fine, targetAwsAccount=C)
            for call in (weaker.accept_certificate_transfer, weaker.reject_certificate_transfer, weaker.cancel_certificate_transfer):
                with refused(DENIED, role):
                    call(certificateId=fine)


def test_lists():
    """Own certificates and incoming ones in one list, whatever the pages."""
    with accounts() as (server, keys):
        a, b, c = clients(server, keys)
        mine, sent = [], []
        for n in range(12):
            if n % 3 == 0:
                mine.append(device(b))
            else:
                source = a if n % 3 == 1 else c
                mine.append(device(source))
                source.transfer_certificate(certificateId=mine[-1], targetAwsAccount=B)
                sent += [mine[-1]] if source is a else []
        stays = device(a)
        for size in (1, 2, 3, 5, 12, 250):
            assert ids(b, pageSize=size) == mine[::-1], size
            assert ids(b, pageSize=size, ascendingOrder=True) == mine, size
            assert outgoing(a, pageSize=size) == sent[::-1]
            assert outgoing(a, pageSize=size, ascendingOrder=True) == sent
        assert ids(a) == [stays] + sent[::-1] and outgoing(b) == []
        page = a.list_outgoing_certificates(pageSize=1)
        with refused(INVALID, "marker"):
            a.list_certificates(marker=page["nextMarker"])


def test_survives_a_kill():
    with accounts() as (server, keys):
        a, b, _ = clients(server, keys)
        one, two = device(a), device(a)
        for certificate in (one, two):
            a.transfer_certificate(certificateId=certificate, targetAwsAccount=B, transferMessage="m")
        b.accept_certificate_transfer(certificateId=two, setAsActive=True)
        server.kill()
        server.start()
        a, b, _ = clients(server, keys)
        assert outgoing(a) == [one] and described(b, two)["status"] == "ACTIVE" and ids(a) == [one]
        b.accept_certificate_transfer(certificateId=one)
        assert sorted(ids(b)) == sorted([one, two]) and ids(a) == []


def test_aws_cli():
    """The whole of a transfer by the aws command: accepted, rejected, cancelled."""
    with accounts() as (server, keys):
        a, b, _ = clients(server, keys)
        env = {A: server.aws_env()}
        env[B] = {k: v for k, v in env[A].items() if k != "AWS_SHARED_CREDENTIALS_FILE"}
        env[B].update(AWS_ACCESS_KEY_ID=keys[B][0], AWS_SECRET_ACCESS_KEY=keys[B][1], AWS_SHARED_CREDENTIALS_FILE="/dev/null")

        def aws(account, *words):
            done = subprocess.run(["/usr/bin/aws", "iot", "--endpoint-url", server.url, *words], capture_output=True, text=True,
                                  timeout=120, env=env[account])
            assert done.returncode == 0, (words, done)
            return json.loads(done.stdout) if done.stdout.strip() else None

        one = device(a)
        sent = ("transfer-certificate", "--certificate-id", one, "--target-aws-account", B, "--transfer-message", "for you")
        assert aws(A, *sent) == {"transferredCertificateArn": f"arn:aws:iot:us-east-1:{B}:cert/{one}"}
        assert [c["transferredTo"] for c in aws(A, "list-outgoing-certificates")["outgoingCertificates"]] == [B]
        seen = aws(B, "describe-certificate", "--certificate-id", one)["certificateDescription"]
        assert (seen["status"], seen["ownedBy"], seen["transferData"]["transferMessage"]) == ("PENDING_TRANSFER", A, "for you")
        aws(B, "reject-certificate-transfer", "--certificate-id", one, "--reject-reason", "not ours")
        seen = aws(A, "describe-certificate", "--certificate-id", one)["certificateDescription"]
        assert (seen["status"], seen["transferData"]["rejectReason"]) == ("INACTIVE", "not ours")
        aws(A, *sent)
        aws(A, "cancel-certificate-transfer", "--certificate-id", one)
        assert aws(A, "list-outgoing-certificates")["outgoingCertificates"] == []
        aws(A, *sent)
        aws(B, "accept-certificate-transfer", "--certificate-id", one, "--set-as-active")
        seen = aws(B, "describe-certificate", "--certificate-id", one)["certificateDescription"]
        assert (seen["status"], seen["ownedBy"], seen["previousOwnedBy"]) == ("ACTIVE", B, A)


# --- CA certificates --------------------------------------------------------------------------------------------------------


class Cas:
    """The operations on CAs that are keyassayd's own, for one account, as boto3 would do them."""

    def __init__(self, server, key, region="us-east-1"):
        self.ask = lambda method, path, body: server.request(method, path, body, {"Content-Type": "application/json"} if body else {},
                                                             key=key, region=region)

    def call(self, method, path, **body):
        status, headers, reply = self.ask(method, "/keyassay/v1/" + path, json.dumps(body).encode() if body else b"")
        reply = json.loads(reply)
        if status != 200:
            raise ClientError({"Error": {"Code": headers["x-amzn-errortype"], "Message": reply["message"]},
                               "ResponseMetadata": {"HTTPStatusCode": status}}, path)
        return reply

    def transfer(self, ca, target, **body):
        return self.call("POST", f"cacertificate/{ca}/transfer?targetAwsAccount={target}", **body)

    def end(self, how, ca, query="", **body):
        reply = self.call("POST", f"cacertificate/{ca}/{how}{query}", **body)
        assert reply == {}, reply

    def list(self, which, **query):
        return self.call("GET", f"cacertificates/{which}?" + "&".join(f"{k}={v}" for k, v in query.items()))

    def ids(self, which, **query):
        """All pages."""
        found = []
        while True:
            page = self.list(which, **query)
            found += [entry["certificateId"] for entry in page[which + "CACertificates"]]
            if "nextMarker" not in page:
                return found
            query["marker"] = page["nextMarker"].replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")


def register_ca(iot, pem=None, **more):
    return iot.register_ca_certificate(caCertificate=pem or certs.Authority().pem, certificateMode="SNI_ONLY", **more)["certificateId"]


def of_transfer(server, key, ca):
    """What botocore's model does not know, and drops: (ownedBy, previousOwnedBy, transferData)."""
    status, _, body = server.request("GET", f"/cacertificate/{ca}", key=key)
    assert status == 200, body
    description = json.loads(body)["certificateDescription"]
    return description["ownedBy"], description.get("previousOwnedBy"), description.get("transferData")


def ca_of(iot, ca):
    return iot.describe_ca_certificate(certificateId=ca)["certificateDescription"]


def test_ca_accepted():
    with accounts() as (server, keys):
        a, b, c = clients(server, keys)
        ours, theirs, others = (Cas(server, keys[account]) for account in (A, B, C))
        config = {"templateName": "T"}
        ca = register_ca(a, allowAutoRegistration=True, registrationConfig=config, tags=[{"Key": "k", "Value": "v"}])
        before = ca_of(a, ca)
        assert of_transfer(server, keys[A], ca) == (A, None, None)
        reply = ours.transfer(ca, B, transferMessage="für Köln 🏭")
        assert reply == {"transferredCertificateArn": f"arn:aws:iot:us-east-1:{B}:cacert/{ca}"}
        pending = ca_of(a, ca)
        assert (pending["status"], pending["ownedBy"], pending["customerVersion"]) == ("PENDING_TRANSFER", A, 2)
        assert [entry["status"] for entry in a.list_ca_certificates()["certificates"]] == ["PENDING_TRANSFER"]
        out, = ours.list("outgoing")["outgoingCACertificates"]
        into, = theirs.list("incoming")["incomingCACertificates"]
        assert (out["certificateArn"], out["transferredTo"]) == (before["certificateArn"], B)
        assert (into["certificateArn"], into["transferredFrom"]) == (reply["transferredCertificateArn"], A)
        for entry in (out, into):
            assert (entry["certificateId"], entry["transferMessage"]) == (ca, "für Köln 🏭")
            assert abs(entry["transferDate"] - time.time()) < 120 and entry["creationDate"] == before["creationDate"].timestamp()
        assert ours.ids("incoming") == theirs.ids("outgoing") == others.ids("incoming") == others.ids("outgoing") == []
        # Source and target see the same, nobody else sees it.
        for iot, account in ((a, A), (b, B)):
            seen = ca_of(iot, ca)
            assert (seen["status"], seen["ownedBy"], seen["certificatePem"]) == ("PENDING_TRANSFER", A, before["certificatePem"])
            owner, previous, data = of_transfer(server, keys[account], ca)
            assert (owner, previous, data) == (A, None, {"transferMessage": "für Köln 🏭", "transferDate": out["transferDate"]})
        with refused(NOT_FOUND):
            c.describe_ca_certificate(certificateId=ca)
        with refused(NOT_FOUND):
            watch(server.client(key=keys[B], region="eu-west-1")).describe_ca_certificate(certificateId=ca)
        # Under way it is nobody's to change.
        with refused(INVALID, B):
            a.update_ca_certificate(certificateId=ca, newStatus="ACTIVE")
        with refused(STATE, "PENDING_TRANSFER"):
            a.delete_ca_certificate(certificateId=ca)
        with refused(STATE, B):
            ours.transfer(ca, C)
        for who, how in ((ours, "accept"), (ours, "reject"), (theirs, "cancel"), (others, "accept"), (others, "cancel"),
                         (Cas(server, keys[B], "eu-west-1"), "accept")):
            with refused(NOT_FOUND, ca):
                who.end(how, ca)

        theirs.end("accept", ca, "?setAsActive=true")
        described_there = b.describe_ca_certificate(certificateId=ca)
        after = described_there["certificateDescription"]
        assert (after["status"], after["ownedBy"], after["customerVersion"]) == ("ACTIVE", B, 3)
        assert (after["certificateArn"], described_there["registrationConfig"]) == (reply["transferredCertificateArn"], config)
        for same in ("creationDate", "certificatePem", "certificateMode", "validity", "generationId", "autoRegistrationStatus"):
            assert after[same] == before[same], same
        assert ours.ids("outgoing") == theirs.ids("incoming") == ids(a, "list_ca_certificates") == []
        with refused(NOT_FOUND):
            a.describe_ca_certificate(certificateId=ca)
        owner, previous, data = of_transfer(server, keys[B], ca)
        assert (owner, previous) == (B, A) and data.keys() == {"transferMessage", "transferDate", "acceptDate"}
        assert abs(data["acceptDate"] - time.time()) < 120
        # As CancelCertificateTransfer: it is over. For anybody else there is nothing.
        with refused(COMPLETED, "accepted"):
            ours.end("cancel", ca)
        with refused(NOT_FOUND):
            others.end("cancel", ca)
        for how in ("accept", "reject", "cancel"):
            with refused(COMPLETED):
                theirs.end(how, ca)
        # Tags were the source's: nothing of them is left in either account.
        assert b.list_tags_for_resource(resourceArn=after["certificateArn"])["tags"] == []
        register_ca(a, before["certificatePem"])
        assert a.list_tags_for_resource(resourceArn=before["certificateArn"])["tags"] == []


def test_ca_rejected_and_cancelled():
    with accounts() as (server, keys):
        a, b, _ = clients(server, keys)
        ours, theirs = Cas(server, keys[A]), Cas(server, keys[B])
        ca = register_ca(a)
        for who, how, body in ((theirs, "reject", {"rejectReason": "not ours"}), (ours, "cancel", {}), (theirs, "reject", {})):
            ours.transfer(ca, B)
            who.end(how, ca, **body)
            assert ca_of(a, ca)["status"] == "INACTIVE" and ca_of(a, ca)["ownedBy"] == A
            _, _, data = of_transfer(server, keys[A], ca)
            assert data.get("rejectReason") == body.get("rejectReason") and ("rejectDate" in data) == (how == "reject"), data
            assert "rejectDate" not in data or abs(data["rejectDate"] - time.time()) < 120
            assert ours.ids("outgoing") == theirs.ids("incoming") == []
            for again in ("accept", "reject"):
                with refused(NOT_FOUND):
                    theirs.end(again, ca)
            with refused(COMPLETED):
                ours.end("cancel", ca)
        assert ca_of(a, ca)["customerVersion"] == 7
        a.update_ca_certificate(certificateId=ca, newStatus="ACTIVE")
        with refused(NOT_FOUND):
            b.describe_ca_certificate(certificateId=ca)


def test_ca_what_is_refused():
    with accounts() as (server, keys):
        a, b, c = clients(server, keys)
        ours, theirs, others = (Cas(server, keys[account]) for account in (A, B, C))
        active, fine = register_ca(a, setAsActive=True), register_ca(a)
        with refused(STATE, "UpdateCACertificate"):
            ours.transfer(active, B)
        for target, words in (("999999999999", "no account"), (A, A), ("12", "targetAwsAccount")):
            with refused(INVALID, words):
                ours.transfer(fine, target)
        with refused(INVALID, "targetAwsAccount"):
            ours.call("POST", f"cacertificate/{fine}/transfer")
        with refused(INVALID, "128"):
            ours.transfer(fine, B, transferMessage="x" * 129)
        with refused(INVALID, "certificateId"):
            ours.transfer("xyz", B)
        with refused(NOT_FOUND, NOBODY):
            ours.transfer(NOBODY, B)
        for how in ("accept", "reject", "cancel"):
            with refused(NOT_FOUND, NOBODY):
                ours.end(how, NOBODY)
        with refused(INVALID, "not being transferred"):
            ours.end("cancel", fine)
        with refused(NOT_FOUND, "not being transferred"):
            ours.end("accept", fine)
        pem = ca_of(a, fine)["certificatePem"]
        register_ca(b, pem)
        with refused(CONFLICT, B):
            ours.transfer(fine, B)
        ours.transfer(fine, C)
        with refused(CONFLICT, C):
            theirs.transfer(fine, C)
        register_ca(c, pem)
        with refused(INVALID, "registered"):
            others.end("accept", fine)
        others.end("reject", fine)
        # Ten CAs of a subject, however they came.
        eleven = [register_ca(a if n == 10 else b, certs.Authority("Same").pem) for n in range(11)]
        ours.transfer(eleven[10], B)
        with refused(LIMIT, "10"):
            theirs.end("accept", eleven[10])
        b.delete_ca_certificate(certificateId=eleven[0])
        theirs.end("accept", eleven[10])
        assert ca_of(b, eleven[10])["status"] == "INACTIVE"
        reader = Cas(server, server.new_key("reader"))
        assert reader.ids("outgoing") == reader.ids("incoming") == []
        with refused(DENIED, "reader"):
            reader.transfer(active, B)
        for how in ("accept", "reject", "cancel"):
            with refused(DENIED, "reader"):
                reader.end(how, active)


def test_ca_lists():
    with accounts() as (server, keys):
        a, b, c = clients(server, keys)
        ours, theirs, others = (Cas(server, keys[account]) for account in (A, B, C))
        sent = [register_ca(a if n % 2 else c) for n in range(7)]
        for n, ca in enumerate(sent):
            (ours if n % 2 else others).transfer(ca, B)
        register_ca(a)
        for size in (1, 2, 3, 7, 250):
            assert theirs.ids("incoming", pageSize=size) == sent[::-1]
            assert theirs.ids("incoming", pageSize=size, isAscendingOrder="true") == sent
            assert ours.ids("outgoing", pageSize=size) == sent[1::2][::-1]
        assert {entry["transferredFrom"] for entry in theirs.list("incoming")["incomingCACertificates"]} == {A, C}
        marker = theirs.list("incoming", pageSize=1)["nextMarker"].replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
        with refused(INVALID, "marker"):
            ours.list("outgoing", marker=marker)


def test_ca_under_way_is_audited():
    """A weak CA cannot hide in a transfer: CA_CERTIFICATE_KEY_QUALITY_CHECK covers PENDING_TRANSFER, in the account that has the CA."""
    check = "CA_CERTIFICATE_KEY_QUALITY_CHECK"

    def audit(iot):
        task = iot.start_on_demand_audit_task(targetCheckNames=[check])["taskId"]
        for _ in range(600):
            details = iot.describe_audit_task(taskId=task)
            if details["taskStatus"] != "IN_PROGRESS":
                break
            time.sleep(0.1)
        assert details["taskStatus"] == "COMPLETED", details
        findings = everything(iot, "list_audit_findings", "findings", taskId=task)
        return (details["auditDetails"][check]["totalResourcesCount"],
                [(f["nonCompliantResource"]["resourceIdentifier"]["caCertificateId"], f["reasonForNonComplianceCode"]) for f in findings])

    weak = "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361"
    with accounts() as (server, keys):
        a, b, _ = clients(server, keys)
        with open(os.path.join(SOURCE, "examples", "roca-ca.pem"), encoding="ascii") as file:
            ca = register_ca(a, file.read())
        assert audit(a) == (0, [])  # INACTIVE
        Cas(server, keys[A]).transfer(ca, B)
        assert audit(a) == (1, [(ca, weak)])
        assert audit(b) == (0, [])
        Cas(server, keys[B]).end("accept", ca)
        assert audit(a) == audit(b) == (0, [])
        b.update_ca_certificate(certificateId=ca, newStatus="ACTIVE")
        assert audit(b) == (1, [(ca, weak)]) and audit(a) == (0, [])


def test_ca_is_in_one_account_after_any_kill():
    """CAs go to and fro while the server is killed: each is in exactly one account afterwards, and the log says where."""
    dice = random.Random(7)
    with accounts() as (server, keys):
        cas = [register_ca(server.client(key=keys[A])) for _ in range(6)]
        moves, kills, acknowledged = 0, 25, {}

        def step(owner, other, ca, how):
            """One transfer of a CA that owner has. What was acknowledged is kept in acknowledged."""
            theirs = Cas(server, keys[other])
            Cas(server, keys[owner]).transfer(ca, other)
            acknowledged[ca] = (owner, "PENDING_TRANSFER")
            if how == "cancel":
                Cas(server, keys[owner]).end("cancel", ca)
            else:
                theirs.end(how, ca)
            acknowledged[ca] = (other if how == "accept" else owner, "INACTIVE")

        def mover(mine, stop):
            nonlocal moves
            while not stop.is_set():
                for ca in mine:
                    owner = acknowledged.get(ca, (A, "INACTIVE"))[0]
                    try:
                        step(owner, B if owner == A else A, ca, dice.choice(["accept", "accept", "reject", "cancel"]))
                    except (OSError, http.client.HTTPException):
                        return
                    moves += 1

        for _ in range(kills):
            stop = threading.Event()
            threads = [threading.Thread(target=mover, args=(cas[n::3], stop)) for n in range(3)]
            before = moves
            for thread in threads:
                thread.start()
            # A moment that work decides, not the clock: after some moves, or when all threads have ended.
            target = before + dice.randrange(1, 8)
            while moves < target and any(thread.is_alive() for thread in threads):
                time.sleep(dice.random() / 50)
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()
            server.start()
            clients_now = {account: server.client(key=keys[account]) for account in (A, B)}
            held = {account: {entry["certificateId"]: entry["status"]
                              for entry in clients_now[account].list_ca_certificates(pageSize=250)["certificates"]}
                    for account in (A, B)}
            for ca in cas:
                owners = [account for account in (A, B) if ca in held[account]]
                assert len(owners) == 1, (ca, owners)
                # What was acknowledged holds, or what was asked for last has happened on top of it.
                was, state = acknowledged.get(ca, (A, "INACTIVE"))
                if state == "INACTIVE":
                    assert owners == [was], (ca, owners, was)
                if held[owners[0]][ca] == "PENDING_TRANSFER":
                    Cas(server, keys[owners[0]]).end("cancel", ca)
                acknowledged[ca] = (owners[0], "INACTIVE")
            done = server.command("log", "verify")
            assert done.returncode == 0, done
        assert moves >= kills
        print(f"# {kills} kills, {moves} transfers that ended")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
