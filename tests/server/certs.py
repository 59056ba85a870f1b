# SPDX-License-Identifier: Apache-2.0
"""Certificates and requests for tests, made by python3-cryptography."""
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.utcnow().replace(microsecond=0)
DAY = datetime.timedelta(days=1)


def key(kind="ec"):
    """"ec", "ec384", "rsa", "rsa1024", ..."""
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:] or 2048))
    return ec.generate_private_key({"ec": ec.SECP256R1, "ec384": ec.SECP384R1, "ec521": ec.SECP521R1, "ec224": ec.SECP224R1}[kind]())


def name(common_name, *more):
    """A Name; more: (oid, value)."""
    attributes = [] if common_name is None else [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    return x509.Name(attributes + [x509.NameAttribute(oid, value) for oid, value in more])


def make(subject, its_key, issuer=None, signer=None, ca=False, start=None, end=None, digest=hashes.SHA256):
    """A certificate. subject, issuer: common names or Names; signer: the issuer's key. ca: None leaves basicConstraints out."""
    names = [n if isinstance(n, x509.Name) else name(n) for n in (subject, issuer if issuer is not None else subject)]
    builder = (x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1]).public_key(its_key.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(start or NOW - DAY).not_valid_after(end or NOW + 365 * DAY))
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
    return builder.sign(signer or its_key, digest())


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


def fingerprint(certificate):
    """What keyassayd calls a certificate."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def request(subject, its_key, digest=hashes.SHA256):
    csr = x509.CertificateSigningRequestBuilder().subject_name(name(subject)).sign(its_key, digest())
    return csr.public_bytes(serialization.Encoding.PEM).decode()


class Authority:
    """A CA: its certificate and key."""

    def __init__(self, common_name="Test CA", kind="ec", **more):
        self.name = common_name
        self.key = key(kind)
        self.certificate = make(common_name, self.key, ca=True, **more)
        self.pem = pem(self.certificate)
        self.id = fingerprint(self.certificate)

    def sign(self, subject, its_key=None, **more):
        """A certificate of a device."""
        return make(subject, its_key or key(), issuer=self.certificate.subject, signer=self.key, **more)

    def proof(self, code):
        """The verification certificate for a registration code."""
        return pem(self.sign(code))
