# SPDX-License-Identifier: Apache-2.0
"""CA and device certificates through boto3: certificates_test.py KEYASSAYD [part of a test's name...]

Every operation, and what AWS says of it; each reply is held against botocore's model (model.py). What is refused in a state that one
request shows is in refusals_certificates.py, for three clients.
"""
import contextlib
import datetime
import json
import os
import sqlite3
import sys
import tempfile

from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import serialization

import certs
from keyassayd import Keyassayd, run_tests
from model import NotInModel, check_reply, problems, watch

BINARY = sys.argv[1]
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(SOURCE, "tables"))
NOBODY = "ab" * 32


@contextlib.contextmanager
def running(*options):
    """(server, client whose replies are checked)."""
    with Keyassayd(BINARY, *options) as server:
        yield server, watch(server.client())


@contextlib.contextmanager
def refused(error, *says, status=None):
    """The call inside is refused with this error, and its message has these words. Yields a dictionary that will have the body."""
    body = {}
    try:
        yield body
    except ClientError as caught:
        assert caught.response["Error"]["Code"] == error, caught
        message = caught.response["Error"]["Message"]
        for words in says:
            assert words in message, f"{words!r} is not in {message!r}"
        if status is not None:
            assert caught.response["ResponseMetadata"]["HTTPStatusCode"] == status, caught.response
        body.update(caught.response)
    else:
        raise AssertionError(f"not refused; expected {error}")


INVALID = "InvalidRequestException"
VALIDATION = "CertificateValidationException"
NOT_FOUND = "ResourceNotFoundException"
EXISTS = "ResourceAlreadyExistsException"
STATE = "CertificateStateException"


def register_sni(iot, ca, **more):
    return iot.register_ca_certificate(caCertificate=ca.pem, certificateMode="SNI_ONLY", **more)["certificateId"]


def everything(iot, operation, member, **arguments):
    """All pages of a list."""
    return [entry for page in iot.get_paginator(operation).paginate(**arguments) for entry in page[member]]


# --- the registration code and CA certificates -----------------------------------------------------------------------------


def test_a_ca_from_registration_to_deletion():
    with running() as (_, iot):
        with refused(NOT_FOUND, status=404):
            iot.delete_registration_code()
        code = iot.get_registration_code()["registrationCode"]
        assert code == iot.get_registration_code()["registrationCode"]
        ca = certs.Authority("My CA", "rsa")
        reply = iot.register_ca_certificate(caCertificate=ca.pem, verificationCertificate=ca.proof(code), setAsActive=True,
                                            allowAutoRegistration=True, tags=[{"Key": "site", "Value": "Köln 🏭"}, {"Key": "bare"}])
        assert reply["certificateId"] == ca.id
        assert reply["certificateArn"] == f"arn:aws:iot:us-east-1:000000000000:cacert/{ca.id}"
        assert {tag["Key"]: tag.get("Value", "") for tag in iot.list_tags_for_resource(resourceArn=reply["certificateArn"])["tags"]} == {
            "site": "Köln 🏭", "bare": ""}
        described = iot.describe_ca_certificate(certificateId=ca.id)
        assert "registrationConfig" not in described
        description = described["certificateDescription"]
        now = datetime.datetime.now(datetime.timezone.utc)
        assert abs(now - description["creationDate"]) < datetime.timedelta(minutes=2)
        assert description["creationDate"] == description["lastModifiedDate"]
        assert description["validity"]["notBefore"] == ca.certificate.not_valid_before.replace(tzinfo=datetime.timezone.utc)
        assert description["validity"]["notAfter"] == ca.certificate.not_valid_after.replace(tzinfo=datetime.timezone.utc)
        assert description["certificatePem"] == ca.pem
        assert (description["status"], description["autoRegistrationStatus"], description["certificateMode"]) == (
            "ACTIVE", "ENABLE", "DEFAULT")
        assert (description["ownedBy"], description["customerVersion"], len(description["generationId"])) == ("000000000000", 1, 36)

        with refused(STATE, "ACTIVE", status=406):
            iot.delete_ca_certificate(certificateId=ca.id)
        iot.update_ca_certificate(certificateId=ca.id, newStatus="INACTIVE", newAutoRegistrationStatus="DISABLE")
        description = iot.describe_ca_certificate(certificateId=ca.id)["certificateDescription"]
        assert (description["status"], description["autoRegistrationStatus"], description["customerVersion"]) == ("INACTIVE", "DISABLE", 2)
        assert description["lastModifiedDate"] > description["creationDate"]
        iot.delete_ca_certificate(certificateId=ca.id)
        for gone in (iot.describe_ca_certificate, iot.delete_ca_certificate):
            with refused(NOT_FOUND, ca.id, status=404):
                gone(certificateId=ca.id)
        with refused(NOT_FOUND, ca.id, status=404):
            iot.update_ca_certificate(certificateId=ca.id, newStatus="ACTIVE")
        with refused(NOT_FOUND, status=404):
            iot.list_tags_for_resource(resourceArn=reply["certificateArn"])
        iot.delete_registration_code()
        assert iot.get_registration_code()["registrationCode"] != code


def test_what_a_ca_certificate_may_be():
    with running() as (_, iot):
        accepted = [certs.Authority("Good").pem, "my CA:\r\n" + certs.Authority("Text").pem + "\nbehind it", certs.Authority("Ünï ☃ 🔑").pem,
                    certs.Authority("P-384", "ec384").pem, certs.Authority("P-521", "ec521").pem]
        for text in accepted:
            iot.register_ca_certificate(caCertificate=text, certificateMode="SNI_ONLY")
        assert len(everything(iot, "list_ca_certificates", "certificates")) == len(accepted)


def test_proof_of_possession():
    with running() as (server, iot):
        ca = certs.Authority("My CA")
        code = iot.get_registration_code()["registrationCode"]
        # A code is an account's in a region.
        with refused("RegistrationCodeValidationException", status=400):
            watch(server.client(region="eu-west-1")).register_ca_certificate(caCertificate=ca.pem, verificationCertificate=ca.proof(code))
        proof = ca.proof(code)
        iot.delete_registration_code()
        iot.get_registration_code()
        with refused("RegistrationCodeValidationException", code, status=400):
            iot.register_ca_certificate(caCertificate=ca.pem, verificationCertificate=proof)
        iot.register_ca_certificate(caCertificate=ca.pem, verificationCertificate=ca.proof(iot.get_registration_code()["registrationCode"]),
                                    certificateMode="DEFAULT")


def test_duplicates_accounts_and_regions():
    with running() as (server, iot):
        server.command("account", "create", "222222222222")
        other = watch(server.client(key=server.new_key("admin", "--account", "222222222222")))
        ca = certs.Authority("Shared")
        proof = ca.proof(iot.get_registration_code()["registrationCode"])
        arn = iot.register_ca_certificate(caCertificate=ca.pem, verificationCertificate=proof)["certificateArn"]
        for again in ({"verificationCertificate": proof}, {"certificateMode": "SNI_ONLY"}):
            with refused(EXISTS, "already registered", status=409) as reply:
                iot.register_ca_certificate(caCertificate=ca.pem, **again)
            assert (reply["resourceId"], reply["resourceArn"]) == (ca.id, arn), reply
        # DEFAULT mode: one account of a region. SNI_ONLY: as many as like.
        with refused(EXISTS, "Another account", "SNI_ONLY", status=409):
            other.register_ca_certificate(caCertificate=ca.pem,
                                          verificationCertificate=ca.proof(other.get_registration_code()["registrationCode"]))
        assert register_sni(other, ca) == ca.id
        assert other.describe_ca_certificate(certificateId=ca.id)["certificateDescription"]["ownedBy"] == "222222222222"
        west = watch(server.client(region="us-west-2"))
        with refused(NOT_FOUND):
            west.describe_ca_certificate(certificateId=ca.id)
        west.register_ca_certificate(caCertificate=ca.pem,
                                     verificationCertificate=ca.proof(west.get_registration_code()["registrationCode"]))
        # What one account does is nothing to another.
        other.update_ca_certificate(certificateId=ca.id, newStatus="ACTIVE")
        assert iot.describe_ca_certificate(certificateId=ca.id)["certificateDescription"]["status"] == "INACTIVE"


def test_ten_cas_of_a_subject():
    with running() as (_, iot):
        ids = [register_sni(iot, certs.Authority("Same")) for _ in range(10)]
        eleventh = certs.Authority("Same")
        with refused("LimitExceededException", "10", status=410):
            register_sni(iot, eleventh)
        register_sni(iot, certs.Authority("Another"))
        iot.delete_ca_certificate(certificateId=ids[3])
        register_sni(iot, eleventh)


def test_updates_of_a_ca():
    with running() as (_, iot):
        ca = certs.Authority()
        register_sni(iot, ca)

        def described():
            return iot.describe_ca_certificate(certificateId=ca.id)

        template = {"templateBody": json.dumps({"Resources": {"ü": {}}}), "roleArn": "arn:aws:iam::000000000000:role/jitp"}
        iot.update_ca_certificate(certificateId=ca.id, newAutoRegistrationStatus="ENABLE", registrationConfig=template)
        assert described()["registrationConfig"] == template
        iot.update_ca_certificate(certificateId=ca.id, registrationConfig={"templateName": "fleet_1"})
        assert described()["registrationConfig"] == {"templateName": "fleet_1"}
        assert [c["certificateId"] for c in iot.list_ca_certificates(templateName="fleet_1")["certificates"]] == [ca.id]
        assert iot.list_ca_certificates(templateName="fleet_2")["certificates"] == []
        version = described()["certificateDescription"]["customerVersion"]
        iot.update_ca_certificate(certificateId=ca.id, newAutoRegistrationStatus="ENABLE")
        iot.update_ca_certificate(certificateId=ca.id)
        assert described()["certificateDescription"]["customerVersion"] == version == 3
        iot.update_ca_certificate(certificateId=ca.id, removeAutoRegistration=True)
        assert "registrationConfig" not in described()
        assert described()["certificateDescription"]["autoRegistrationStatus"] == "ENABLE"
        assert described()["certificateDescription"]["customerVersion"] == 4


def test_lists_of_cas():
    with running() as (_, iot):
        ids = [register_sni(iot, certs.Authority(f"CA {n}"), setAsActive=n % 2 == 0) for n in range(7)]
        assert [c["certificateId"] for c in everything(iot, "list_ca_certificates", "certificates", ascendingOrder=True)] == ids
        for size in (1, 2, 3, 7, 250):
            down = everything(iot, "list_ca_certificates", "certificates", pageSize=size)
            assert [c["certificateId"] for c in down] == ids[::-1]
            up = everything(iot, "list_ca_certificates", "certificates", pageSize=size, ascendingOrder=True)
            assert [(c["certificateId"], c["status"]) for c in up] == [(i, "ACTIVE" if n % 2 == 0 else "INACTIVE") for n, i in enumerate(ids)]
        dates = [c["creationDate"] for c in up]
        assert dates == sorted(dates)
        # What comes and goes between two pages neither repeats nor hides others.
        page = iot.list_ca_certificates(pageSize=3)
        register_sni(iot, certs.Authority("Newcomer"))
        iot.update_ca_certificate(certificateId=ids[6], newStatus="INACTIVE")
        iot.delete_ca_certificate(certificateId=ids[6])
        rest = everything(iot, "list_ca_certificates", "certificates", PaginationConfig={"StartingToken": None}, marker=page["nextMarker"])
        assert [c["certificateId"] for c in page["certificates"] + rest] == ids[::-1]
        assert len(iot.list_ca_certificates()["certificates"]) == 7 and "nextMarker" not in iot.list_ca_certificates()
        for n in range(20):
            register_sni(iot, certs.Authority(f"More {n}"))
        assert len(iot.list_ca_certificates()["certificates"]) == 25
        marker = page["nextMarker"]
        for wrong in (marker[:-1], marker[1:], marker.swapcase()):
            with refused(INVALID, "marker", status=400):
                iot.list_ca_certificates(marker=wrong)
        for elsewhere in (iot.list_certificates, lambda marker: iot.list_ca_certificates(marker=marker, ascendingOrder=True)):
            with refused(INVALID, "marker", status=400):
                elsewhere(marker=marker)


# --- device certificates ----------------------------------------------------------------------------------------------------


def test_a_device_certificate_from_registration_to_deletion():
    with running() as (_, iot):
        ca = certs.Authority("Factory", "rsa")
        register_sni(iot, ca, setAsActive=True)
        device = ca.sign("thing-1", certs.key("rsa"))
        reply = iot.register_certificate(certificatePem=certs.pem(device))
        assert reply["certificateId"] == certs.fingerprint(device)
        assert reply["certificateArn"] == f"arn:aws:iot:us-east-1:000000000000:cert/{reply['certificateId']}"
        with refused(EXISTS, "The certificate is already provisioned or registered", status=409) as body:
            iot.register_certificate(certificatePem=certs.pem(device))
        assert (body["resourceId"], body["resourceArn"]) == (reply["certificateId"], reply["certificateArn"])
        this = {"certificateId": reply["certificateId"]}

        def described():
            return iot.describe_certificate(**this)["certificateDescription"]

        first = described()
        assert (first["status"], first["caCertificateId"], first["certificateMode"]) == ("INACTIVE", ca.id, "SNI_ONLY")
        assert (first["certificatePem"], first["ownedBy"], first["customerVersion"]) == (certs.pem(device), "000000000000", 1)
        assert "transferData" not in first and "previousOwnedBy" not in first
        iot.update_certificate(**this, newStatus="ACTIVE")
        iot.update_certificate(**this, newStatus="ACTIVE")
        assert (described()["status"], described()["customerVersion"]) == ("ACTIVE", 2)
        for force in (False, True):
            with refused(STATE, "ACTIVE", status=406):
                iot.delete_certificate(**this, forceDelete=force)
        for status, error in (("PENDING_TRANSFER", STATE), ("PENDING_ACTIVATION", STATE), ("REGISTER_INACTIVE", INVALID), ("?", INVALID)):
            with refused(error):
                iot.update_certificate(**this, newStatus=status)
        iot.update_certificate(**this, newStatus="REVOKED")
        iot.update_certificate(**this, newStatus="REVOKED")
        for status in ("ACTIVE", "INACTIVE"):
            with refused(STATE, "REVOKED", "cannot be undone", status=406):
                iot.update_certificate(**this, newStatus=status)
        assert (described()["status"], described()["customerVersion"]) == ("REVOKED", 3)
        iot.delete_certificate(**this)
        with refused(NOT_FOUND, status=404):
            iot.describe_certificate(**this)
        with refused(NOT_FOUND, status=404):
            iot.delete_certificate(**this)
        with refused(NOT_FOUND, status=404):
            iot.update_certificate(**this, newStatus="ACTIVE")


def test_who_issued_it():
    with running() as (_, iot):
        active = certs.Authority("Active")
        register_sni(iot, active, setAsActive=True)
        iot.register_certificate(certificatePem=certs.pem(active.sign("thing")), caCertificatePem=active.pem)
        # The same subject again: another key is told by the signature, the same key by nobody.
        namesake = certs.Authority("Active")
        register_sni(iot, namesake, setAsActive=True)
        for authority in (active, namesake):
            device = iot.register_certificate(certificatePem=certs.pem(authority.sign("thing")))["certificateId"]
            assert iot.describe_certificate(certificateId=device)["certificateDescription"]["caCertificateId"] == authority.id
        twin = certs.pem(certs.make("Active", active.key, ca=True, end=certs.NOW + 100 * certs.DAY))
        twin_id = iot.register_ca_certificate(caCertificate=twin, certificateMode="SNI_ONLY", setAsActive=True)["certificateId"]
        device = certs.pem(active.sign("thing"))
        with refused("CertificateConflictException", twin_id, active.id, "caCertificatePem", status=409):
            iot.register_certificate(certificatePem=device)
        iot.register_certificate(certificatePem=device, caCertificatePem=twin)
        iot.register_certificate(certificatePem=certs.pem(namesake.sign("thing")))


def test_statuses_at_registration():
    with running() as (_, iot):
        ca = certs.Authority()
        register_sni(iot, ca, setAsActive=True)

        def status(register, **more):
            device = register(certificatePem=certs.pem(ca.sign("thing")), **more)["certificateId"]
            return iot.describe_certificate(certificateId=device)["certificateDescription"]["status"]

        for register in (iot.register_certificate, iot.register_certificate_without_ca):
            assert status(register) == "INACTIVE"
            for asked, becomes in (("ACTIVE", "ACTIVE"), ("INACTIVE", "INACTIVE"), ("REVOKED", "REVOKED"), ("REGISTER_INACTIVE", "INACTIVE")):
                assert status(register, status=asked) == becomes
        assert status(iot.register_certificate, setAsActive=True) == "ACTIVE"


def test_a_device_certificate_alone():
    with running() as (_, iot):
        ca = certs.Authority("CA", "rsa")
        register_sni(iot, ca, setAsActive=True)
        good = certs.pem(ca.sign("thing"))
        alone = iot.register_certificate_without_ca(certificatePem=good, status="ACTIVE")["certificateId"]
        description = iot.describe_certificate(certificateId=alone)["certificateDescription"]
        assert description["certificateMode"] == "SNI_ONLY" and "caCertificateId" not in description
        with refused(EXISTS, status=409):
            iot.register_certificate(certificatePem=good)


def test_certificates_of_our_own():
    with running() as (_, iot):
        made = iot.create_keys_and_certificate(setAsActive=True)
        certificate = x509.load_pem_x509_certificate(made["certificatePem"].encode())
        assert certs.fingerprint(certificate) == made["certificateId"]
        private = serialization.load_pem_private_key(made["keyPair"]["PrivateKey"].encode(), None)
        public = serialization.load_pem_public_key(made["keyPair"]["PublicKey"].encode())
        assert private.key_size == 2048
        assert private.public_key().public_numbers() == public.public_numbers() == certificate.public_key().public_numbers()
        assert certificate.subject.rfc4514_string() == "CN=AWS IoT Certificate"
        assert certificate.not_valid_after == datetime.datetime(2049, 12, 31, 23, 59, 59)
        assert iot.describe_certificate(certificateId=made["certificateId"])["certificateDescription"]["status"] == "ACTIVE"
        assert iot.create_keys_and_certificate()["certificateId"] != made["certificateId"]

        key = certs.key()
        csr = certs.request("thing", key)
        signed = [iot.create_certificate_from_csr(certificateSigningRequest=csr) for _ in range(2)]
        assert signed[0]["certificateId"] != signed[1]["certificateId"]
        certificate = x509.load_pem_x509_certificate(signed[0]["certificatePem"].encode())
        assert certificate.public_key().public_numbers() == key.public_key().public_numbers()
        description = iot.describe_certificate(certificateId=signed[0]["certificateId"])["certificateDescription"]
        assert (description["status"], description["certificateMode"]) == ("INACTIVE", "DEFAULT")
        assert len(everything(iot, "list_certificates_by_ca", "certificates", caCertificateId=description["caCertificateId"])) == 4
        iot.create_certificate_from_csr(certificateSigningRequest=certs.request("rsa", certs.key("rsa")), setAsActive=True)


def test_lists_of_devices():
    with running() as (_, iot):
        authorities = [certs.Authority(n) for n in ("One", "Two")]
        for authority in authorities:
            register_sni(iot, authority, setAsActive=True)
        ids = [iot.register_certificate(certificatePem=certs.pem(authorities[n % 2].sign(f"thing {n}")), status="ACTIVE")["certificateId"]
               for n in range(7)]
        ids.append(iot.register_certificate_without_ca(certificatePem=certs.pem(certs.Authority().sign("alone")))["certificateId"])
        for size in (1, 3, 8, 250):
            assert [c["certificateId"] for c in everything(iot, "list_certificates", "certificates", pageSize=size)] == ids[::-1]
            up = everything(iot, "list_certificates", "certificates", pageSize=size, ascendingOrder=True)
            assert [c["certificateId"] for c in up] == ids
            one = everything(iot, "list_certificates_by_ca", "certificates", caCertificateId=authorities[0].id, pageSize=size)
            assert [c["certificateId"] for c in one] == ids[0:7:2][::-1]
        assert iot.list_certificates_by_ca(caCertificateId=NOBODY)["certificates"] == []
        page = iot.list_certificates_by_ca(caCertificateId=authorities[0].id, pageSize=1)
        with refused(INVALID, "marker", status=400):
            iot.list_certificates_by_ca(caCertificateId=authorities[1].id, marker=page["nextMarker"])
        iot.update_ca_certificate(certificateId=authorities[0].id, newStatus="INACTIVE")
        iot.delete_ca_certificate(certificateId=authorities[0].id)
        assert len(iot.list_certificates_by_ca(caCertificateId=authorities[0].id)["certificates"]) == 4
        with refused(VALIDATION, "No registered CA", status=400):
            iot.register_certificate(certificatePem=certs.pem(authorities[0].sign("late")))


# --- what crosses operations ------------------------------------------------------------------------------------------------


def test_endpoints():
    with running() as (server, iot):
        for kind in ("iot:Data", "iot:Data-ATS", "iot:CredentialProvider", "iot:Jobs"):
            assert iot.describe_endpoint(endpointType=kind)["endpointAddress"] == server.address
        assert iot.describe_endpoint()["endpointAddress"] == server.address


def test_weak_keys_are_registered_or_refused():
    """The examples: a Debian key, a ROCA key, a sound one."""
    examples = os.path.join(SOURCE, "examples")
    codes = {"debian-weak-ca": "CVE-2008-0166", "roca-ca": "CVE-2017-15361"}
    texts = {name: open(os.path.join(examples, name + ".pem"), encoding="ascii").read() for name in (*codes, "sound-ca")}
    with running() as (_, iot):
        for text in texts.values():
            iot.register_ca_certificate(caCertificate=text, certificateMode="SNI_ONLY")
    with running("--on-weak-key=refuse") as (_, iot):
        for name, code in codes.items():
            with refused(VALIDATION, f"CERTIFICATE_KEY_VULNERABILITY_{code}", status=400):
                iot.register_ca_certificate(caCertificate=texts[name], certificateMode="SNI_ONLY")
            with refused(VALIDATION, f"CERTIFICATE_KEY_VULNERABILITY_{code}", status=400):
                iot.register_certificate_without_ca(certificatePem=texts[name])
        iot.register_ca_certificate(caCertificate=texts["sound-ca"], certificateMode="SNI_ONLY")


def test_ids_and_roles():
    with running() as (server, iot):
        ca = certs.Authority()
        register_sni(iot, ca)
        assert iot.describe_ca_certificate(certificateId=ca.id.upper())["certificateDescription"]["certificateId"] == ca.id
        for role in ("reader", "auditor"):
            weaker = watch(server.client(key=server.new_key(role)))
            weaker.describe_ca_certificate(certificateId=ca.id)
            weaker.list_ca_certificates()
            weaker.list_certificates()
            weaker.list_certificates_by_ca(caCertificateId=ca.id)
            weaker.describe_endpoint()
        assert iot.describe_ca_certificate(certificateId=ca.id)["certificateDescription"]["status"] == "INACTIVE"


def test_what_was_acknowledged_survives_a_kill():
    with Keyassayd(BINARY) as server:
        iot = watch(server.client())
        code = iot.get_registration_code()["registrationCode"]
        ca = certs.Authority()
        register_sni(iot, ca, setAsActive=True)
        device = iot.register_certificate(certificatePem=certs.pem(ca.sign("thing")), status="ACTIVE")["certificateId"]
        made = iot.create_keys_and_certificate()["certificateId"]
        server.kill()
        server.start()
        iot = watch(server.client())
        assert iot.get_registration_code()["registrationCode"] == code
        assert iot.describe_ca_certificate(certificateId=ca.id)["certificateDescription"]["status"] == "ACTIVE"
        assert iot.describe_certificate(certificateId=device)["certificateDescription"]["status"] == "ACTIVE"
        description = iot.describe_certificate(certificateId=made)["certificateDescription"]
        # The internal CA is the same as before.
        key = certs.request("thing", certs.key())
        again = iot.create_certificate_from_csr(certificateSigningRequest=key)["certificateId"]
        assert iot.describe_certificate(certificateId=again)["certificateDescription"]["caCertificateId"] == description["caCertificateId"]


def test_a_database_that_somebody_else_holds():
    """503 while it lasts, nothing half-written, and all is well behind it."""
    with running() as (server, iot):
        first, second = certs.Authority("First"), certs.Authority("Second")
        register_sni(iot, first)
        with contextlib.closing(sqlite3.connect(os.path.join(server.data, "keyassay.db"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with refused("ServiceUnavailableException", "Nothing was changed", status=503):
                register_sni(iot, second)
            assert iot.describe_ca_certificate(certificateId=first.id)["certificateDescription"]["status"] == "INACTIVE"  # reads go on
            other.execute("ROLLBACK")
        with refused(NOT_FOUND):
            iot.describe_ca_certificate(certificateId=second.id)
        assert register_sni(iot, second) == second.id
        assert len(everything(iot, "list_ca_certificates", "certificates")) == 2


def test_the_aws_command():
    with Keyassayd(BINARY) as server:
        def aws(*words):
            done = server.aws(*words)
            assert done.returncode == 0, done
            return json.loads(done.stdout) if done.stdout else {}

        with tempfile.TemporaryDirectory(prefix="keyassay-") as folder:
            ca = certs.Authority("CLI CA")
            paths = {}
            code = aws("get-registration-code")["registrationCode"]
            for name, text in (("ca", ca.pem), ("proof", ca.proof(code)), ("device", certs.pem(ca.sign("thing")))):
                paths[name] = "file://" + os.path.join(folder, name)
                with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                    file.write(text)
            aws("register-ca-certificate", "--ca-certificate", paths["ca"], "--verification-certificate", paths["proof"], "--set-as-active",
                "--allow-auto-registration", "--tags", "Key=a,Value=b")
            assert aws("describe-ca-certificate", "--certificate-id", ca.id)["certificateDescription"]["autoRegistrationStatus"] == "ENABLE"
            device = aws("register-certificate", "--certificate-pem", paths["device"], "--status", "ACTIVE")["certificateId"]
            assert [c["certificateId"] for c in aws("list-certificates-by-ca", "--ca-certificate-id", ca.id)["certificates"]] == [device]
            aws("update-ca-certificate", "--certificate-id", ca.id, "--new-status", "INACTIVE", "--remove-auto-registration")
            aws("delete-ca-certificate", "--certificate-id", ca.id)
            done = server.aws("describe-ca-certificate", "--certificate-id", ca.id)
            assert done.returncode == 254 and "ResourceNotFoundException" in done.stderr, done


def test_the_model_tells_right_from_wrong():
    """That the replies above passed means something."""
    good = {"certificates": [{"certificateArn": "a", "certificateId": NOBODY, "status": "ACTIVE", "creationDate": 1.5}]}
    assert problems("ListCACertificates", 200, {}, json.dumps(good)) == []
    for wrong in ({"certificates": [{"status": "SLEEPY"}]}, {"certificates": {}}, {"certs": []}, {"certificates": [{"creationDate": "2024"}]},
                  {"certificates": [{"certificateId": "ab"}]}, {"nextMarker": None}, {"certificates": [{"creationDate": True}]}):
        assert problems("ListCACertificates", 200, {}, json.dumps(wrong)) != [], wrong
    assert problems("UpdateCACertificate", 200, {}, '{"a": 1}') != []
    error = json.dumps({"message": "m"})
    assert problems("ListCACertificates", 400, {"x-amzn-errortype": "InvalidRequestException"}, error) == []
    for status, name in ((404, "InvalidRequestException"), (404, "ResourceNotFoundException"), (400, "Nonsense"), (400, "")):
        assert problems("ListCACertificates", status, {"x-amzn-errortype": name}, error) != []
    try:
        check_reply("ListCACertificates", 200, {}, b'{"certificates": [], "certificates": []}')
    except NotInModel:
        pass
    else:
        raise AssertionError("a member twice was not noticed")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
