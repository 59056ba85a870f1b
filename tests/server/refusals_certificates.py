# SPDX-License-Identifier: Apache-2.0
"""What is refused about certificates: rows of (operation, error, words of the message, members[, who asks: "a" is silent])."""
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

import certs
from refusal_world import A, B, C, NOBODY

INVALID = "InvalidRequestException"
VALIDATION = "CertificateValidationException"
CODE = "RegistrationCodeValidationException"
NOT_FOUND = "ResourceNotFoundException"
EXISTS = "ResourceAlreadyExistsException"
LIMIT = "LimitExceededException"
STATE = "CertificateStateException"
CONFLICT = "CertificateConflictException"
MOVING = "TransferConflictException"
MOVED = "TransferAlreadyCompletedException"
TEMPLATE = {"templateBody": "{}", "roleArn": f"arn:aws:iam::{A}:role/jitp"}
GONE, LATER = {"start": certs.NOW - 9 * certs.DAY, "end": certs.NOW - certs.DAY}, {"start": certs.NOW + certs.DAY}


def no_ca_certificate(world):
    """What RegisterCACertificate does not take for one."""
    pem, key = world.new.pem, certs.key()
    not_a_ca = "The CA certificate does not have the basicConstraints extension as true"
    yield from (("no PEM here", "no PEM certificate"), (pem.replace("MII", "M*I", 1), "pem.base64"),
                (pem.replace("-----END", "-----EMD"), "pem.base64"), (pem + certs.Authority().pem, "more than one certificate"),
                (pem + pem, "more than one certificate"), (certs.request("x", key), "certificate_request"))
    made = certs.make
    yield from ((certs.pem(certificate), words) for certificate, words in (
        (made("Leaf", key), not_a_ca), (made("Bare", key, ca=None), not_a_ca), (made("Gone", key, ca=True, **GONE), "expired"),
        (made("Soon", key, ca=True, **LATER), "not yet valid"), (made("Short", certs.key("rsa1024"), ca=True), "RSA 1024 bits"),
        (made("Curve", certs.key("ec224"), ca=True), "secp224r1"),
        (made("Old", certs.key("rsa"), ca=True, digest=hashes.SHA1), "sha1WithRSAEncryption"),
        (made("New", key, signer=certs.key(), ca=True), "did not sign"), (made("a\0b", key, ca=True), "NUL")))


def no_proof(world):
    """What proves nothing."""
    ca, code, key = world.new, world.code, certs.key()
    yield "junk", VALIDATION, "verificationCertificate: the text holds no PEM"
    yield from ((certs.pem(certificate), error, words) for certificate, error, words in (
        (ca.sign("0" * 64), CODE, "CN=0000"), (ca.sign(code.upper()), CODE, "common name"),
        (ca.sign(certs.name(code, (NameOID.COMMON_NAME, code))), CODE, "common name"),
        (ca.sign(certs.name(None, (NameOID.ORGANIZATION_NAME, code))), CODE, "O=" + code),
        (ca.sign(world.b_code), CODE, "common name"),
        (certs.make(code, key, issuer=ca.name), VALIDATION, "not signed by the key"),
        (certs.make(code, key, issuer="Other CA", signer=ca.key), VALIDATION, "CN=Other CA"),
        (ca.sign(code, **GONE), VALIDATION, "verification certificate is expired")))


def registrations_of_cas(world):
    operation, sni = "RegisterCACertificate", {"certificateMode": "SNI_ONLY"}
    new = {"caCertificate": world.new.pem}
    for text, words in no_ca_certificate(world):
        yield operation, VALIDATION, words, {"caCertificate": text, **sni}
    for text, error, words in no_proof(world):
        yield operation, error, words, {**new, "verificationCertificate": text}
    yield operation, CODE, "GetRegistrationCode", {**new, "verificationCertificate": world.new.proof(world.code)}, "c"
    for members, words in (
            ({"caCertificate": "", **sni}, "caCertificate"), ({"caCertificate": "x" * 65537, **sni}, "65536"), (sni, "caCertificate"),
            (new, "verificationCertificate"), ({**new, **sni, "verificationCertificate": world.new.proof(world.code)}, "SNI_ONLY"),
            ({**new, "certificateMode": "BOGUS"}, "certificateMode"), ({**new, **sni, "setAsActive": "maybe"}, "setAsActive"),
            ({**new, **sni, "tags": [{"Key": "aws:x", "Value": ""}]}, "reserved"),
            ({**new, **sni, "registrationConfig": {"templateName": "a b"}}, "templateName")):
        yield operation, INVALID, words, members
    proof = {"verificationCertificate": world.ca.proof(world.code)}
    for more in (proof, sni):
        yield operation, EXISTS, "already registered", {"caCertificate": world.ca.pem, **more}
    yield (operation, EXISTS, ("Another account", "SNI_ONLY"),
           {"caCertificate": world.ca.pem, "verificationCertificate": world.ca.proof(world.b_code)}, "b")
    yield operation, LIMIT, "10 CA certificates", {"caCertificate": certs.Authority("Ten of us").pem, **sni}
    yield operation, LIMIT, "at most 50 tags", {**new, **sni, "tags": [{"Key": f"t{n}"} for n in range(51)]}


def cas(world):
    yield from registrations_of_cas(world)
    ca, nobody = {"certificateId": world.ca.id}, {"certificateId": NOBODY}
    for operation in ("DescribeCACertificate", "UpdateCACertificate", "DeleteCACertificate"):
        yield operation, NOT_FOUND, NOBODY, nobody
        for wrong in ("00", "g" * 64, world.ca.id + "0"):
            yield operation, INVALID, "caCertificateId", {"certificateId": wrong}
    yield "DeleteCACertificate", STATE, "ACTIVE", ca
    for wrong in ({"newStatus": "BOGUS"}, {"newStatus": "active"}, {"newStatus": "PENDING_TRANSFER"}, {"newAutoRegistrationStatus": "ON"},
                  {"registrationConfig": {}}, {"registrationConfig": {"templateBody": "{}"}},
                  {"registrationConfig": {"templateName": "a b"}}, {"registrationConfig": {"templateName": "x" * 37}}, {"registrationConfig": {**TEMPLATE, "templateBody": "no JSON"}},
                  {"registrationConfig": {**TEMPLATE, "templateName": "both"}},
                  {"registrationConfig": TEMPLATE, "removeAutoRegistration": True}):
        yield "UpdateCACertificate", INVALID, next(iter(wrong)), {**ca, **wrong}
    yield "DeleteRegistrationCode", NOT_FOUND, "code", {}, "c"
    yield "ListCACertificates", INVALID, "templateName", {"templateName": "a b"}
    yield "ListCertificatesByCA", INVALID, "caCertificateId", {"caCertificateId": "z" * 64}
    for operation, more in (("ListCACertificates", {}), ("ListCertificatesByCA", {"caCertificateId": world.ca.id}),
                            ("ListCertificates", {}), ("ListOutgoingCertificates", {})):
        for size in (0, 251):
            yield operation, INVALID, "pageSize: must be 1 to 250", {**more, "pageSize": size}
        for marker in ("AAAA", "*", "x" * 1025):
            yield operation, INVALID, "marker", {**more, "marker": marker}
        yield operation, INVALID, "isAscendingOrder", {**more, "ascendingOrder": "up"}


def registrations_of_devices(world):
    ca = world.ca
    good = certs.pem(ca.sign("thing"))
    texts = [("nothing", "no PEM certificate"), (good + good, "more than one certificate")]
    texts += [(certs.pem(certificate), words) for certificate, words in (
        (ca.sign("short", certs.key("rsa1024")), "RSA 1024 bits"), (ca.sign("old", **GONE), "expired"),
        (ca.sign("soon", **LATER), "not yet valid"), (ca.sign("sha1", digest=hashes.SHA1), "sha1WithRSAEncryption"),
        (ca.sign("a\0b"), "NUL"))]
    for operation in ("RegisterCertificate", "RegisterCertificateWithoutCA"):
        for text, words in texts:
            yield operation, VALIDATION, words, {"certificatePem": text}
        yield operation, INVALID, "65536", {"certificatePem": "x" * 65537}
        yield operation, INVALID, "certificatePem", {}
        yield operation, INVALID, "status", {"certificatePem": good, "status": "BOGUS"}
        for status in ("PENDING_ACTIVATION", "PENDING_TRANSFER"):
            yield operation, STATE, f"certificate with {status} status", {"certificatePem": good, "status": status}
        yield operation, EXISTS, "already provisioned or registered", {"certificatePem": world.registered_pem}
    operation = "RegisterCertificate"
    yield operation, INVALID, "contradicts", {"certificatePem": good, "setAsActive": True, "status": "INACTIVE"}
    stranger = certs.Authority("Stranger")
    foreign, quiet = certs.pem(stranger.sign("thing")), certs.pem(world.quiet.sign("thing"))
    forged = certs.pem(certs.make("thing", certs.key(), issuer="Factory", signer=stranger.key))
    for members, words in (
            ({"certificatePem": foreign}, "CN=Stranger"), ({"certificatePem": quiet}, "is INACTIVE"),
            ({"certificatePem": forged}, "not signed by the key"), ({"certificatePem": foreign, "caCertificatePem": stranger.pem}, "not registered"),
            ({"certificatePem": foreign, "caCertificatePem": ca.pem}, "CN=Factory"),
            ({"certificatePem": good, "caCertificatePem": "junk"}, "caCertificatePem")):
        yield operation, VALIDATION, words, members
    yield operation, CONFLICT, ("caCertificatePem", *world.twins), {"certificatePem": certs.pem(world.twin.sign("thing"))}


def devices(world):
    yield from registrations_of_devices(world)
    yield "CreateKeysAndCertificate", INVALID, "setAsActive", {"setAsActive": "maybe"}
    key = certs.key()
    csr = certs.request("thing", key)
    for wrong, words in (("junk", "no PEM certificate request"), (certs.request("s", certs.key("rsa1024")), "RSA 1024 bits"),
                         (certs.request("c", certs.key("ec224")), "secp224r1"), (csr + csr, "more than one"),
                         (csr.replace("MII", "M*I").replace("MIH", "M*H"), "pem.base64"), ("x" * 4097, "4096"),
                         (certs.request("s", certs.key("rsa"), hashes.SHA1), "sha1"), (world.new.pem, "certificate request")):
        yield "CreateCertificateFromCsr", INVALID, words, {"certificateSigningRequest": wrong}
    for operation, more in (("DescribeCertificate", {}), ("UpdateCertificate", {"newStatus": "ACTIVE"}), ("DeleteCertificate", {}),
                            ("TransferCertificate", {"targetAwsAccount": B}), ("AcceptCertificateTransfer", {}),
                            ("RejectCertificateTransfer", {}), ("CancelCertificateTransfer", {})):
        yield operation, NOT_FOUND, NOBODY, {"certificateId": NOBODY, **more}
        for wrong in ("00", "g" * 64, NOBODY + "0"):
            yield operation, INVALID, "certificateId", {"certificateId": wrong, **more}
    inactive = {"certificateId": world.inactive}
    for status, error in (("PENDING_TRANSFER", STATE), ("PENDING_ACTIVATION", STATE), ("REGISTER_INACTIVE", INVALID), ("?", INVALID)):
        yield "UpdateCertificate", error, "", {**inactive, "newStatus": status}
    for status in ("ACTIVE", "INACTIVE"):
        yield "UpdateCertificate", STATE, ("REVOKED", "cannot be undone"), {"certificateId": world.revoked, "newStatus": status}
    yield "UpdateCertificate", STATE, "PENDING_TRANSFER", {"certificateId": world.pending[0], "newStatus": "ACTIVE"}
    for force in (False, True):
        yield "DeleteCertificate", STATE, "ACTIVE", {"certificateId": world.active, "forceDelete": force}
    yield "DeleteCertificate", STATE, "PENDING_TRANSFER", {"certificateId": world.pending[0]}
    yield "DescribeEndpoint", INVALID, "iot:Data-ATS", {"endpointType": "iot:Nothing"}
    yield "DescribeEndpoint", INVALID, "endpointType", {"endpointType": "x" * 129}


def transfers(world):
    operation, to_b = "TransferCertificate", {"targetAwsAccount": B}
    for one, words in ((world.active, "is ACTIVE"), (world.revoked, "is REVOKED"), (world.pending[0], "is PENDING_TRANSFER")):
        yield operation, STATE, words, {"certificateId": one, **to_b}
    inactive = {"certificateId": world.inactive}
    yield operation, MOVING, "registered in account " + B, {"certificateId": world.shared, **to_b}
    for target, words in ((A, "has the certificate already"), ("9" * 12, "no account"), ("12", "targetAwsAccount")):
        yield operation, INVALID, words, {**inactive, "targetAwsAccount": target}
    yield operation, INVALID, "transferMessage", {**inactive, **to_b, "transferMessage": "x" * 129}
    accepted, pending = {"certificateId": world.accepted}, {"certificateId": world.pending[0]}
    for operation in ("AcceptCertificateTransfer", "RejectCertificateTransfer"):
        yield operation, MOVED, "accepted already", accepted, "b"
        yield operation, NOT_FOUND, "not being transferred", pending, "c"
    yield "AcceptCertificateTransfer", INVALID, "setAsActive", {**pending, "setAsActive": "maybe"}, "b"
    yield "RejectCertificateTransfer", INVALID, "rejectReason", {**pending, "rejectReason": "x" * 129}, "b"
    yield "CancelCertificateTransfer", MOVED, "was accepted", accepted
    yield "CancelCertificateTransfer", INVALID, "not being transferred", inactive


def refusals(world):
    for section in (cas, devices, transfers):
        yield from section(world)


def requests(world):
    """One request of each operation, in an order in which all succeed: operation, members[, who asks]."""
    ca, quiet, inactive = ({"certificateId": one} for one in (world.ca.id, world.quiet.id, world.inactive))
    accept, reject, cancel = ({"certificateId": one} for one in world.pending)
    yield "RegisterCACertificate", {"caCertificate": world.new.pem, "certificateMode": "SNI_ONLY", "tags": [{"Key": "a"}]}
    yield "DescribeCACertificate", ca
    yield "UpdateCACertificate", {**quiet, "newStatus": "ACTIVE"}
    yield "DeleteCACertificate", {"certificateId": world.subject[0]}
    yield "ListCACertificates", {}
    yield "ListCertificatesByCA", {"caCertificateId": world.ca.id}
    yield "GetRegistrationCode", {}, "c"  # who has none yet
    yield "DeleteRegistrationCode", {}
    yield "RegisterCertificate", {"certificatePem": certs.pem(world.ca.sign("thing"))}
    yield "RegisterCertificateWithoutCA", {"certificatePem": certs.pem(world.new.sign("thing"))}
    yield "CreateKeysAndCertificate", {}
    yield "CreateCertificateFromCsr", {"certificateSigningRequest": certs.request("thing", certs.key())}
    yield "DescribeCertificate", inactive
    yield "UpdateCertificate", {"certificateId": world.shared, "newStatus": "ACTIVE"}
    yield "DeleteCertificate", {"certificateId": world.revoked}
    yield "ListCertificates", {}
    yield "DescribeEndpoint", {}
    yield "TransferCertificate", {**inactive, "targetAwsAccount": C}
    yield "AcceptCertificateTransfer", accept, "b"
    yield "RejectCertificateTransfer", reject, "b"
    yield "CancelCertificateTransfer", cancel
    yield "ListOutgoingCertificates", {}
