#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Everything that keyassay scan reads, made by openssl and ssh-keygen: each kind gives the key that openssl says is in it.

Usage: inputs_test.py KEYASSAY [CASE...]; prints TAP.
"""
import base64
import json
import os
import sys

import kit
from kit import (command, modulus_of, openssl, outcomes, pem, private_key, public_der, scan, sha256, unpem, write)

ALGORITHMS = {
    "rsa": {"algorithm": "RSA", "bits": 2048, "exponent": "65537"},
    "rsa-e3": {"algorithm": "RSA", "bits": 2048, "exponent": "3"},
    "pss": {"algorithm": "RSASSA-PSS", "bits": 2048, "exponent": "65537"},
    "p256": {"algorithm": "EC", "curve": "secp256r1", "bits": 256},
    "p384": {"algorithm": "EC", "curve": "secp384r1", "bits": 384},
    "p521": {"algorithm": "EC", "curve": "secp521r1", "bits": 521},
    "k256": {"algorithm": "EC", "curve": "secp256k1", "bits": 256},
    "ed25519": {"algorithm": "Ed25519", "bits": 256},
    "ed448": {"algorithm": "Ed448", "bits": 456},
    "dsa": {"algorithm": "DSA", "bits": 2048},
}


def certificate_of(kind, subject="/O=keyassay/CN=test", form="PEM"):
    return openssl("req", "-x509", "-days", "100", "-subj", subject, "-outform", form, "-key", key_file(kind))


def key_file(kind):
    path = f"{kind}.key"
    return path if os.path.exists(path) else write(path, private_key(kind))


def relabel(text, old, new):
    assert text.count(old) == 2, text
    return text.replace(old, new)


def assert_one(data, kind, what, *options):
    """data is one object, and its key is openssl's."""
    done = scan(*options, stdin=data)
    assert len(done.records) == 1, (kind, what, done)
    record = done.records[0]
    assert record["outcome"] in ("compliant", "undecided") and record["object"] == what, (kind, what, record)
    assert record["key"] == ALGORITHMS[kind], (kind, record)
    assert record["spki_sha256"] == sha256(public_der(kind)), (kind, what, record)
    return record


def test_certificates():
    for kind in ALGORITHMS:
        der = certificate_of(kind, form="DER")
        for data in (der, pem("CERTIFICATE", der), pem("X509 CERTIFICATE", der), pem("CERTIFICATE", der, "\r\n"), base64.b64encode(der)):
            record = assert_one(data, kind, "certificate")
            assert record["fingerprint_sha256"] == sha256(der)
            assert record["subject"] == record["issuer"] == "O=keyassay, CN=test", record
            said = openssl("x509", "-inform", "DER", "-noout", "-serial", "-enddate", "-dateopt", "iso_8601", stdin=der).decode()
            serial, end = (line.split("=")[1] for line in said.splitlines())
            assert record["serial"].upper().lstrip("0") == serial.lstrip("0") and record["not_after"] == end.replace(" ", "T"), record


def test_trusted_certificate():
    data = openssl("x509", "-trustout", "-addtrust", "serverAuth", "-setalias", "me", stdin=certificate_of("p256"))
    assert b"BEGIN TRUSTED CERTIFICATE" in data
    assert_one(data, "p256", "certificate")


def test_requests():
    for kind in ALGORITHMS:
        plain = openssl("req", "-new", "-subj", "/CN=request", "-key", key_file(kind))
        new = openssl("req", "-new", "-newhdr", "-subj", "/CN=request", "-key", key_file(kind))
        assert b"BEGIN NEW CERTIFICATE REQUEST" in new
        for data in (plain, new, unpem(plain)):
            record = assert_one(data, kind, "certificate_request")
            assert record["subject"] == "CN=request" and "not_after" not in record


def test_public_keys():
    for kind in ALGORITHMS:
        for data in (pem("PUBLIC KEY", public_der(kind)), public_der(kind)):
            assert_one(data, kind, "public_key")
    for kind in ("rsa", "rsa-e3"):
        data = openssl("rsa", "-pubin", "-RSAPublicKey_out", stdin=pem("PUBLIC KEY", public_der(kind)))
        assert b"BEGIN RSA PUBLIC KEY" in data
        for form in (data, unpem(data)):
            assert_one(form, kind, "public_key")


def test_private_keys_public_half():
    for kind in ALGORITHMS:
        for data in (private_key(kind), unpem(private_key(kind))):
            if kind not in ("ed25519", "ed448", "dsa"):
                record = assert_one(data, kind, "private_key")
                # A hash of a file with a secret in it would let others test guesses.
                assert "fingerprint_sha256" not in record
            else:
                # PKCS #8 of these holds no public key.
                done = scan(stdin=data)
                assert [code for _, _, code in outcomes(done.records)] == ["key.no-public"] and done.status == 3, done
    for kind, label in (("rsa", b"RSA"), ("p256", b"EC"), ("k256", b"EC"), ("dsa", b"DSA")):
        data = openssl("pkey", "-traditional", stdin=private_key(kind))
        assert b"BEGIN " + label + b" PRIVATE KEY" in data
        for form in (data, unpem(data)):
            assert_one(form, kind, "private_key")
    # As openssl ecparam -genkey writes it: the parameters in front.
    data = openssl("ecparam", "-name", "secp384r1", "-genkey")
    assert b"BEGIN EC PARAMETERS" in data
    done = scan(stdin=data)
    assert [r["object"] for r in done.records] == ["private_key"] and done.records[0]["key"] == ALGORITHMS["p384"], done


def test_encrypted_private_keys_are_named():
    for data in (openssl("pkcs8", "-topk8", "-passout", "pass:x", stdin=private_key("p256")),
                 openssl("pkey", "-traditional", "-aes128", "-passout", "pass:x", stdin=private_key("rsa"))):
        done = scan(stdin=data + private_key("p384"))
        assert outcomes(done.records) == [("-", 0, "pem.encrypted"), ("-", 1, "compliant")] and done.status == 3, done
        assert done.records[0]["error"]["offset"] == 0


def test_bundles():
    certificates = [certificate_of(kind) for kind in ("rsa", "p256", "ed25519")]
    write("chain.pem", b"".join(certificates))
    data = openssl("crl2pkcs7", "-nocrl", "-certfile", "chain.pem")
    assert b"BEGIN PKCS7" in data
    signed = openssl("cms", "-sign", "-outform", "PEM", "-signer", write("signer.pem", certificates[0]), "-inkey", key_file("rsa"),
                     "-certfile", write("others.pem", b"".join(certificates[1:])), stdin=b"text")
    assert b"BEGIN CMS" in signed
    streamed = openssl("cms", "-sign", "-stream", "-nodetach", "-outform", "DER", "-signer", "signer.pem", "-inkey", key_file("rsa"),
                       "-certfile", write("others.pem", b"".join(certificates[1:])), stdin=b"text")
    assert streamed[1] == 0x80, "openssl streams with indefinite lengths"
    kinds = [public_der(kind) for kind in ("rsa", "p256", "ed25519")]
    for bundle in (data, unpem(data), relabel(data, b"PKCS7", b"PKCS #7 SIGNED DATA"), signed, unpem(signed), streamed):
        done = scan(stdin=bundle)
        got = [r["spki_sha256"] for r in done.records]
        assert sorted(set(got)) == sorted(sha256(k) for k in kinds) and done.status == 0, done
        assert {r["object"] for r in done.records} == {"certificate"}


def ssh_public(kind, comment):
    write("ssh.pub", pem("PUBLIC KEY", public_der(kind)))
    return command("ssh-keygen", "-i", "-m", "PKCS8", "-f", "ssh.pub").strip() + b" " + comment.encode()


def test_ssh_keys():
    for kind in ("rsa", "rsa-e3", "p256", "p384", "p521"):
        for options in ((), ("--from", "ssh")):
            record = assert_one(ssh_public(kind, "alice@example"), kind, "ssh_key", *options)
            assert record["comment"] == "alice@example"
    for kind, key_type, bits in (("RSA", "rsa", 3072), ("Ed25519", "ed25519", 256), ("EC", "ecdsa", 521)):
        command("ssh-keygen", "-q", "-t", key_type, *(() if bits == 256 else ("-b", str(bits))), "-N", "", "-C", "bob", "-f", "new-" + key_type)
        with open(f"new-{key_type}.pub", "rb") as file:
            public = scan(stdin=file.read()).records
        with open(f"new-{key_type}", "rb") as file:
            private = scan(stdin=file.read()).records
        assert [r["object"] for r in public + private] == ["ssh_key"] * 2, (public, private)
        assert public[0]["key"] == private[0]["key"] and public[0]["key"]["algorithm"] == kind, public
        assert public[0]["spki_sha256"] == private[0]["spki_sha256"]


def test_authorized_keys():
    lines = [b"# who may log in", b"", ssh_public("rsa", "plain"), b'command="echo \\" ssh-rsa AAAAno \\" # x",no-pty ' + ssh_public("p256", "with options"),
             b"cert-authority,principals=\"a,b\" " + ssh_public("p384", ""), b"\t " + ssh_public("p521", "indented")]
    done = scan(stdin=b"\n".join(lines))
    assert [r["spki_sha256"] for r in done.records] == [sha256(public_der(k)) for k in ("rsa", "p256", "p384", "p521")], done
    assert [r.get("comment") for r in done.records] == ["plain", "with options", None, "indented"]
    done = scan("--from", "ssh", stdin=b"\n".join(lines + [b"nonsense", ssh_public("p256", "z")]))
    assert [code for _, _, code in outcomes(done.records)] == ["compliant"] * 4 + ["ssh.line", "compliant"] and done.status == 3, done
    assert done.records[4]["error"]["offset"] == sum(len(line) + 1 for line in lines)


def test_ssh_certificate():
    for name in ("ca", "user"):
        command("ssh-keygen", "-q", "-t", "ecdsa", "-b", "256", "-N", "", "-C", name, "-f", "ssh-" + name)
    command("ssh-keygen", "-q", "-s", "ssh-ca", "-I", "id", "-n", "root", "ssh-user.pub")
    with open("ssh-user-cert.pub", "rb") as file:
        done = scan(stdin=file.read())
    plain = scan("ssh-user.pub").records[0]
    assert done.records[0]["spki_sha256"] == plain["spki_sha256"] and done.records[0]["object"] == "ssh_key", done


def b64url(number_or_bytes):
    data = number_or_bytes
    if isinstance(data, int):
        data = data.to_bytes((data.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwk_of(kind):
    if kind in ("rsa", "rsa-e3"):
        return {"kty": "RSA", "n": b64url(modulus_of(kind)), "e": b64url(3 if kind == "rsa-e3" else 65537), "kid": kind, "use": "sig"}
    der = public_der(kind)
    if kind == "ed25519":
        return {"kty": "OKP", "crv": "Ed25519", "x": b64url(der[-32:])}
    half = (ALGORITHMS[kind]["bits"] + 7) // 8
    curve = {"p256": "P-256", "p384": "P-384", "p521": "P-521", "k256": "secp256k1"}[kind]
    return {"crv": curve, "x": b64url(der[-2 * half:-half]), "y": b64url(der[-half:]), "kty": "EC", "key_ops": ["verify"], "x5c": ["AAAA"]}


def test_jwk():
    kinds = ("rsa", "rsa-e3", "p256", "p384", "p521", "k256", "ed25519")
    for kind in kinds:
        for options in ((), ("--from", "jwk")):
            assert_one(json.dumps(jwk_of(kind), indent=2).encode(), kind, "jwk", *options)
    assert assert_one(json.dumps(jwk_of("rsa")).encode(), "rsa", "jwk")["comment"] == "rsa"
    all_keys = [jwk_of(kind) for kind in kinds]
    secret = {"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}
    wanted = [sha256(public_der(kind)) for kind in kinds]
    for text in (json.dumps({"keys": all_keys}), json.dumps(all_keys), "\n".join(map(json.dumps, all_keys)),
                 "\ufeff" + json.dumps({"other": {"keys": []}, "keys": all_keys})):
        done = scan(stdin=text.encode())
        assert [r.get("spki_sha256") for r in done.records] == wanted and done.status == 0, (text[:40], done)
    done = scan(stdin=json.dumps({"keys": [all_keys[0], secret, all_keys[2]]}).encode())
    assert [code for _, _, code in outcomes(done.records)] == ["compliant", "jwk.kty", "compliant"] and done.status == 3, done


def test_b64lines():
    kinds = ("rsa", "p256", "ed25519")
    lines = [base64.b64encode(certificate_of(kind, form="DER")) for kind in kinds]
    for data in (b"\n".join(lines), b"\r\n".join(lines) + b"\r\n", b"# a dump\n\n" + b"\n".join(lines) + b"\n"):
        done = scan("--from", "b64lines", stdin=data)
        assert [r["spki_sha256"] for r in done.records] == [sha256(public_der(k)) for k in kinds], done
    broken = lines[:1] + [b"!!!!", lines[1][:-8], b"MAA="] + lines[2:]
    done = scan("--from", "b64lines", stdin=b"\n".join(broken))
    assert [code for _, _, code in outcomes(done.records)] == ["compliant", "input.base64", "der.truncated", "der.truncated", "compliant"], done
    assert done.records[1]["error"]["offset"] == len(lines[0]) + 1 and done.status == 3


def test_moduli():
    modulus = modulus_of("rsa")
    text = f"{modulus:x}\n{modulus:X}\r\n0x{modulus:x}\n  {modulus:x}  \n# comment\n\nModulus={modulus:X}\n000{modulus:x}\nfffg\n{modulus:x}"
    for options in (("--from", "moduli"), ()):
        done = scan(*options, stdin=text.encode())
        if options:
            assert [r["outcome"] for r in done.records] == ["compliant"] * 6 + ["error", "compliant"], done
            assert done.records[6]["error"]["code"] == "input.hex"
            assert done.records[6]["error"]["offset"] == text.index("fffg") + 3, done.records[6]
            assert {json.dumps(r["key"]) for r in done.records if "key" in r} == {'{"algorithm": "RSA", "bits": 2048}'}
    done = scan(stdin=text[:text.index("fffg")].encode())
    assert [r["object"] for r in done.records] == ["modulus"] * 6, done


def test_mix_in_one_stream():
    # PEM of every kind with text, SSH lines and comments between.
    parts = [b"Bag Attributes\n  friendlyName: x\n", certificate_of("rsa"), b"\n", ssh_public("p256", "x") + b"\n", private_key("p384"),
             b"subject=CN=foo\n\n", pem("PUBLIC KEY", public_der("k256")), b"-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n",
             openssl("req", "-new", "-subj", "/CN=r", "-key", key_file("ed25519"))]
    done = scan(stdin=b"".join(parts))
    assert [r["object"] for r in done.records] == ["certificate", "ssh_key", "private_key", "public_key", "certificate_request"], done
    assert [r["spki_sha256"] for r in done.records] == [sha256(public_der(k)) for k in ("rsa", "p256", "p384", "k256", "ed25519")]
    assert done.status == 0 and [r["index"] for r in done.records] == [0, 1, 2, 3, 4]


def test_der_objects_one_behind_the_other():
    parts = [certificate_of("rsa", form="DER"), public_der("p256"), unpem(private_key("p384")), certificate_of("ed25519", form="DER")]
    done = scan("--from", "der", stdin=b"".join(parts))
    assert [r["object"] for r in done.records] == ["certificate", "public_key", "private_key", "certificate"], done
    starts = [sum(map(len, parts[:i])) for i in range(4)]
    assert [r["offset"] for r in done.records] == starts, done.records


def test_directory_of_everything():
    files = {
        "all/10-certificate.pem": certificate_of("rsa"),
        "all/20-certificate.der": certificate_of("p256", form="DER"),
        "all/a/b/c/key.pub": ssh_public("p384", "deep"),
        "all/a/jwks.json": json.dumps({"keys": [jwk_of("p256"), jwk_of("rsa")]}).encode(),
        "all/b64.txt": base64.b64encode(certificate_of("ed25519", form="DER")) + b"\n",
        "all/moduli.txt": f"{modulus_of('rsa'):x}\n".encode(),
        "all/readme": b"nothing to see\n",
        "all/weird\xff\n\x1b name.pem".encode("latin-1").decode("utf-8", "surrogateescape"): certificate_of("rsa"),
        "all/z.p7b": openssl("crl2pkcs7", "-nocrl", "-certfile", write("one.pem", certificate_of("p521"))),
    }
    for path, data in files.items():
        write(path, data)
    os.symlink("../10-certificate.pem", "all/a/link.pem")
    os.symlink("..", "all/a/up")
    os.symlink("nowhere", "all/dangling")
    done = scan("all")
    assert outcomes(done.records) == [
        ("all/10-certificate.pem", 0, "compliant"), ("all/20-certificate.der", 0, "compliant"), ("all/a/b/c/key.pub", 0, "compliant"),
        ("all/a/jwks.json", 0, "compliant"), ("all/a/jwks.json", 1, "compliant"), ("all/a/link.pem", 0, "compliant"),
        ("all/a/up", 0, "input.loop"), ("all/b64.txt", 0, "compliant"), ("all/dangling", 0, "input.unreadable"),
        ("all/moduli.txt", 0, "compliant"), ("all/readme", 0, "input.no-key"), ("all/weird\ufffd\n\x1b name.pem", 0, "compliant"),
        ("all/z.p7b", 0, "compliant")], outcomes(done.records)
    assert done.status == 3
    # The same files by name, in the order given.
    done = scan("all/z.p7b", "all/10-certificate.pem", "-", "all/a/b", stdin=files["all/20-certificate.der"])
    assert outcomes(done.records) == [("all/z.p7b", 0, "compliant"), ("all/10-certificate.pem", 0, "compliant"), ("-", 0, "compliant"),
                                      ("all/a/b/c/key.pub", 0, "compliant")] and done.status == 0, done


def test_standard_input_without_a_path():
    for args in ((), ("-",)):
        done = scan(*args, stdin=certificate_of("p256"))
        assert outcomes(done.records) == [("-", 0, "compliant")], done


if __name__ == "__main__":
    sys.exit(kit.main(globals()))
