# SPDX-License-Identifier: Apache-2.0
"""Certificates that move between the accounts of one server: transfer_test.py KEYASSAYD [part of a test's name...]

The replies of AWS's operations are held against botocore's model (model.py); those under /keyassay/v1/ are ours and asked by hand.
"""
import contextlib
import datetime
import json
import os
import sys
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


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
