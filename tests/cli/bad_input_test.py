#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input to keyassay scan: a named error with its offset or a verdict, the rest still judged, exit status 3.

Usage: bad_input_test.py KEYASSAY [CASE...]; prints TAP.
"""
import base64
import os
import random
import socket
import sys

import kit
from kit import (NULL, bit_string, certificate, checks, integer, name, oid, outcomes, pem, public_der, rsa_public, rsa_spki, scan, sequence,
                 tlv, write)

GOOD = pem("CERTIFICATE", certificate(public_der("p256")))
ODD = (1 << 2047) + 12345
ID_RSA = sequence(oid("1.2.840.113549.1.1.1"), NULL)


def fault_of(data, *options):
    """The only record, an error, in front of a good certificate that must be judged: (code, offset, where it counts)."""
    done = scan(*options, stdin=data)
    assert done.status == 3 and done.err == "", done
    assert len(done.records) == 1, done
    error = done.records[0]["error"]
    return error["code"], error.get("offset"), error.get("offset_in")


def assert_bad_der(der, code, offset):
    """The same fault at the same offset in DER and in PEM, and what follows is judged."""
    assert fault_of(der, "--from", "der") == (code, offset, "input"), fault_of(der, "--from", "der")
    assert fault_of(pem("CERTIFICATE", der)) == (code, offset, "object"), fault_of(pem("CERTIFICATE", der))
    done = scan(stdin=GOOD + pem("CERTIFICATE", der) + GOOD)
    assert outcomes(done.records) == [("-", 0, "compliant"), ("-", 1, code), ("-", 2, "compliant")] and done.status == 3, done


def test_truncated_der():
    der = certificate(public_der("rsa"))
    for length in (4, 5, 30, 100, len(der) // 2, len(der) - 1):
        assert_bad_der(der[:length], "der.truncated", 0)
    # An inner element that is longer than what holds it.
    at = der.index(public_der("rsa"))
    longer = bytearray(der)
    longer[at + 3] += 200
    code, offset, where = fault_of(bytes(longer), "--from", "der")
    assert (code, where) == ("der.truncated", "input") and offset == at, (code, offset, at)


def test_every_truncation_is_an_error():
    for data in (certificate(public_der("p256")), pem("CERTIFICATE", certificate(public_der("p256")))[:-1]):
        for length in range(1, len(data) - (0 if data[0] == 0x30 else 1), 7):
            done = scan(stdin=data[:length])
            assert done.status == 3 and [r["outcome"] for r in done.records] == ["error"], (length, done)


def test_bytes_behind_the_object():
    der = certificate(public_der("p256"))
    assert fault_of(pem("CERTIFICATE", der + b"\0")) == ("der.trailing", len(der), "object")
    done = scan("--from", "der", stdin=der + b"\0\0" + der)
    assert outcomes(done.records) == [("-", 0, "compliant"), ("-", 1, "der.tag"), ("-", 2, "compliant")], done
    assert done.records[1]["error"]["offset"] == len(der) and done.records[2]["offset"] == len(der) + 2


def test_non_minimal_der():
    der = certificate(public_der("p256"))
    assert der[:2] == b"0\x82"
    assert_bad_der(b"0\x83\0" + der[2:], "der.length", 0)
    assert_bad_der(sequence(b"\x30\x81\x05" + b"\x02\x03\x01\x00\x01"), "der.length", 2)
    spki = sequence(ID_RSA, bit_string(sequence(tlv(2, b"\0\0\x80" + b"\1" * 255), integer(3))))
    at = certificate(spki).index(b"\0\0\x80") - 4
    assert_bad_der(certificate(spki), "der.integer", at)
    assert_bad_der(b"0\x80" + der[4:] + b"\0\0", "der.indefinite", 0)


def test_wrong_tags():
    der = certificate(public_der("p256"))
    for old, new in ((sequence(oid("1.2.840.10045.4.3.2")), tlv(0x31, oid("1.2.840.10045.4.3.2"))),
                     (name("issuer"), tlv(0x24, name("issuer")[2:])), (tlv(0x17, b"200101000000Z"), tlv(0x16, b"200101000000Z"))):
        at = der.index(old)
        assert_bad_der(der.replace(old, new, 1), "der.tag", at)
    # Where each structure stands alone it is known as what it is.
    assert fault_of(name("no key"), "--from", "der") == ("x509.unrecognised", 0, "input")


def test_deep_nesting():
    for depth, tag in ((100, 0x30), (5000, 0x30), (5000, 0xA0), (20000, 0x24)):
        der = b""
        for _ in range(depth):
            der = tlv(tag, der)
        done = scan(stdin=pem("CERTIFICATE", sequence(der)) + GOOD)
        assert [r["outcome"] for r in done.records] == ["error", "compliant"] and done.status == 3, (depth, done)
        done = scan(stdin=pem("PKCS7", sequence(oid("1.2.840.113549.1.7.2"), der)) + GOOD)
        assert [r["outcome"] for r in done.records] == ["error", "compliant"] and done.status == 3, (depth, done)
    for text in (b"[" * 100000, b'{"keys":' * 50000, b'{"a":' * 1000 + b"1" + b"}" * 1000):
        code, offset, _ = fault_of(text, "--from", "jwk")
        assert code in ("jwk.depth", "jwk.member") and offset < len(text), (code, offset)


def test_oversized_objects():
    # 4 GB by its length alone; 100 MB; just above the limit.
    for length in (2**32 - 1, 100 * 2**20, 4 * 2**20 + 1):
        head = b"\x30\x84" + length.to_bytes(4, "big")
        assert fault_of(pem("CERTIFICATE", head + b"\0" * 100))[0] in ("der.truncated", "x509.too-large", "der.length"), length
        code, offset, _ = fault_of(head + b"\0" * 100, "--from", "der")
        assert offset == 0 and code in ("der.truncated", "x509.too-large", "der.length"), (length, code)
    big = sequence(tlv(0x04, os.urandom(9 << 20)))
    for data, options in ((pem("CERTIFICATE", big) + GOOD, ()), (big + kit.unpem(GOOD), ("--from", "der"))):
        done = scan(*options, stdin=data)
        codes = [code for _, _, code in outcomes(done.records)]
        assert codes[0] in ("input.too-large", "x509.too-large") and codes[-1] == "compliant" and done.status == 3, codes
        assert done.records[0]["error"]["offset"] == 0


def test_moduli_that_cannot_be():
    wanted = {
        -ODD: "key.modulus-negative", 0: "key.modulus-zero", ODD + 1: "key.modulus-even", 2: "key.modulus-even", 1: "key.modulus-small",
        -1: "key.modulus-negative", (1 << 16384) + 1: "key.too-large", (1 << 100000) + 1: "key.too-large",
    }
    for modulus, code in wanted.items():
        for data in (pem("PUBLIC KEY", rsa_spki(modulus)), pem("RSA PUBLIC KEY", rsa_public(modulus)), rsa_spki(modulus), rsa_public(modulus)):
            got, offset, _ = fault_of(data)
            assert got == code and offset is not None and offset < 40, (modulus.bit_length(), got, offset)
        der = certificate(rsa_spki(modulus))
        done = scan(stdin=GOOD + pem("CERTIFICATE", der) + GOOD)
        assert outcomes(done.records) == [("-", 0, "compliant"), ("-", 1, code), ("-", 2, "compliant")], done
        at = done.records[1]["error"]["offset"]
        assert der[at] == 2 and der.index(rsa_public(modulus)) < at, "the offset is that of the INTEGER"
        if modulus >= 0:
            done = scan("--from", "moduli", stdin=f"{ODD:x}\n{modulus:x}\n{ODD:x}\n".encode())
            assert [c for _, _, c in outcomes(done.records)] == ["compliant", code, "compliant"], (code, done)
            assert done.records[1]["error"]["offset"] == 513


def test_exponents_that_cannot_be():
    for exponent, code in ((0, "key.exponent"), (1, "key.exponent"), (-3, "key.exponent-negative")):
        for data in (rsa_spki(ODD, exponent), rsa_public(ODD, exponent), pem("PUBLIC KEY", rsa_spki(ODD, exponent))):
            got, offset, _ = fault_of(data)
            assert got == code and offset >= 260, (exponent, got, offset)
    # Strange ones are possible keys.
    sys.set_int_max_str_digits(10000)
    for exponent in (2, 4, ODD - 2, (1 << 16384) - 1):
        done = scan("--checks", "roca,key-size", stdin=rsa_spki(ODD, exponent))
        assert done.status == 0 and done.records[0]["key"]["exponent"] == str(exponent), (exponent.bit_length(), done)


def test_16384_bit_keys():
    modulus = (1 << 16383) + 7
    done = scan("--checks", "roca,key-size", stdin=rsa_spki(modulus) + certificate(rsa_spki(modulus)) )
    assert [r["key"]["bits"] for r in done.records] == [16384] * 2, done
    done = scan("--from", "moduli", stdin=f"{modulus:x}\n".encode())
    assert done.status == 3 and done.records[0]["undecided"] == [{"check": "debian-weak", "why": "no table for RSA-16384; use --deep"}], done
    # Both CVE checks work at that size: a power of 65537 modulo the largest primorial is found.
    primes = [n for n in range(2, 1428) if all(n % p for p in range(2, int(n**0.5) + 1))]
    primorial = 1
    for p in primes:
        primorial *= p
    power = pow(65537, 123456789, primorial)
    modulus = (1 << 16383) // primorial * primorial + primorial + power
    record, = scan("--from", "moduli", stdin=f"{modulus:x}\n".encode()).records
    proof = kit.evidence(record, "roca")
    assert checks(record) == ["roca"] and proof["logarithm"] == "123456789" and proof["primorial"] == "primes<=1427", record


def test_pem_without_end():
    lines = GOOD.splitlines(True)
    cut = b"".join(lines[:-1])
    for data, places in ((cut, [("pem.no-end", 0)]), (cut + GOOD, [("pem.no-end", 0), "compliant"]), (GOOD + cut, ["compliant", ("pem.no-end", len(GOOD))]),
                         (lines[0], [("pem.no-end", 0)]), (lines[0] * 3, [("pem.no-end", len(lines[0]) * i) for i in range(3)]),
                         (cut + lines[-1][:20], [("pem.label", len(cut))]), (cut[:-1], [("pem.no-end", 0)])):
        done = scan(stdin=data)
        got = [(r["error"]["code"], r["error"]["offset"]) if r["outcome"] == "error" else r["outcome"] for r in done.records]
        assert got == places and done.status == 3, (data, got)


def test_pem_that_is_wrong():
    begin, end = GOOD.splitlines(True)[0], GOOD.splitlines(True)[-1]
    body = GOOD[len(begin):-len(end)]
    wanted = [
        (begin + body[:100] + b"*" + body[101:] + end, "pem.base64", len(begin) + 100),
        (begin + body + b"====\n" + end, "pem.base64", None), (begin + end, "pem.empty", 0), (begin + b"\n\n" + end, "pem.empty", 0),
        (begin + body + b"-----END X509 CRL-----\n", "pem.label", len(begin) + len(body)),
        (b"-----BEGIN SECRET-----\nAAAA\n-----END SECRET-----\n", "pem.label-unknown", 0),
        (b"-----BEGIN CERTIFICATE----\n" + body + end, "pem.begin", 0),
        (begin + body[:200] + b"\0" + body[201:] + end, "pem.base64", len(begin) + 200),
        (begin + b"\xff\xfe" + body + end, "pem.base64", len(begin)),
    ]
    for data, code, offset in wanted:
        done = scan(stdin=GOOD + data + GOOD)
        assert [c for _, _, c in outcomes(done.records)] == ["compliant", code, "compliant"] and done.status == 3, (data, done)
        if offset is not None:
            assert done.records[1]["error"]["offset"] == len(GOOD) + offset, (code, done.records[1], len(GOOD) + offset)


def test_nul_bytes():
    for data in (b"\0" * 100000, b"\0" * 5000 + GOOD, b"\0\n" + GOOD):
        done = scan(stdin=data)
        if GOOD not in data:
            assert [c for _, _, c in outcomes(done.records)] == ["input.no-key"] and done.status == 3, done
    assert scan(stdin=b"\0\n" + GOOD).status == 0
    record, = scan(stdin=pem("CERTIFICATE", certificate(public_der("p256"), subject=b"a\0b"))).records
    assert record["subject"] == "CN=a\\00b" and record["outcome"] == "compliant", record
    for options in (("--from", "moduli"), ("--from", "ssh"), ("--from", "b64lines"), ("--from", "jwk"), ("--from", "der"), ("--from", "pem")):
        done = scan(*options, stdin=b"\0" * 1000)
        assert done.status == 3 and [r["outcome"] for r in done.records] == ["error"], (options, done)


def test_garbage_of_every_kind():
    random.seed(1)
    for data in (random.randbytes(3 << 20), b"\xff" * 500000, b"\n" * 500000, b"0" * 500000, b"-" * 500000, b"-----BEGIN " * 20000, b"\x30\x82" * 100000,
                 b"ssh-rsa AAAA" * 10000, b"{" * 1000, b"A" * 500000, bytes(range(256)) * 1000):
        for form in ("auto", "pem", "der", "b64lines", "moduli", "ssh", "jwk"):
            done = scan("--from", form, stdin=data)
            assert done.status == 3 and done.records and all(r["outcome"] == "error" for r in done.records), (data[:20], form, done.status)
            assert all(r["error"].get("offset", 0) <= len(data) for r in done.records)


def test_empty_inputs():
    done = scan(write("empty", b""), write("blank", b" \n\t\r\n"), write("text", b"hello\n"), "-", write("good.pem", GOOD))
    assert outcomes(done.records) == [("empty", 0, "input.empty"), ("blank", 0, "input.no-key"), ("text", 0, "input.no-key"),
                                      ("-", 0, "input.empty"), ("good.pem", 0, "compliant")] and done.status == 3, done
    os.makedirs("hollow/a/b", exist_ok=True)
    assert outcomes(scan("hollow", "good.pem").records) == [("hollow", 0, "input.no-key"), ("good.pem", 0, "compliant")]


def test_directory_with_strange_things():
    os.makedirs("strange/locked", exist_ok=True)
    write("strange/a.pem", GOOD)
    write("strange/z.pem", GOOD)
    os.mkfifo("strange/fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("strange/socket")
        os.symlink("self", "strange/self")
        done = scan("strange")
    assert outcomes(done.records) == [
        ("strange/a.pem", 0, "compliant"), ("strange/fifo", 0, "input.not-a-file"), ("strange/self", 0, "input.loop"),
        ("strange/socket", 0, "input.not-a-file"), ("strange/z.pem", 0, "compliant")] and done.status == 3, done
    # A pipe that is named is read.
    fifo = os.path.abspath("strange/fifo")
    with kit.start("scan", "--format", "jsonl", fifo, stdout=True) as process:
        with open(fifo, "wb") as pipe:
            pipe.write(GOOD)
        assert b'"compliant"' in process.communicate(timeout=60)[0] and process.returncode == 0


def unreadable():
    """A path that cannot be read whoever runs this: root reads everything but what is not there to be read."""
    if os.geteuid() != 0:
        write("secret.pem", GOOD)
        os.chmod("secret.pem", 0)
        return "secret.pem", "Permission denied"
    # The memory of a process from its address 0 on, where nothing is mapped.
    return "/proc/self/mem", "Input/output error"


def test_unreadable_files():
    path, why = unreadable()
    good = write("good.pem", GOOD)
    done = scan(good, path, good + "/below", "x" * 300, good)
    assert [c for _, _, c in outcomes(done.records)] == ["compliant", *["input.unreadable"] * 3, "compliant"] and done.status == 3, done
    reasons = [r["error"]["message"].split(": ")[-1] for r in done.records[1:4]]
    assert reasons == [why, "Not a directory", "File name too long"], reasons


def test_permission_denied():
    if os.geteuid() != 0:
        raise kit.Skip("the case above has it")
    folder = write("for-nobody/secret.pem", GOOD)
    write("for-nobody/open.pem", GOOD)
    write("for-nobody/locked/inside.pem", GOOD)
    os.chmod(folder, 0)
    os.chmod("for-nobody/locked", 0)
    os.chmod("for-nobody/open.pem", 0o644)
    os.chmod("for-nobody", 0o755)
    # The program may stand where nobody cannot go, so it is copied, and the folder is given as standing under an open one.
    with open(kit.KEYASSAY, "rb") as file:
        program = write("for-nobody/keyassay", file.read())
    os.chmod(program, 0o755)
    os.chmod(".", 0o755)
    done = kit.run_as_nobody(os.path.abspath(program), "scan", "--checks", "roca", "--format", "jsonl", ".", folder="for-nobody")
    os.remove(program)
    assert outcomes(done.records) == [("./keyassay", 0, "input.no-key"), ("./locked", 0, "input.unreadable"), ("./open.pem", 0, "compliant"),
                                      ("./secret.pem", 0, "input.unreadable")] and done.status == 3, done
    assert all("Permission denied" in r["error"]["message"] for r in done.records if r["outcome"] == "error" and "keyassay" not in r["source"])


def test_long_lines():
    modulus = f"{ODD:x}\n".encode()
    line = b"7" * (20 << 20) + b"\n"
    done = scan("--from", "moduli", stdin=modulus + line + modulus)
    assert [c for _, _, c in outcomes(done.records)] == ["compliant", "input.too-large", "compliant"], done
    assert done.records[1]["error"]["offset"] == len(modulus) and done.status == 3
    text = base64.b64encode(certificate(public_der("p256"))) + b"\n"
    done = scan("--from", "b64lines", stdin=text + line + text)
    assert [c for _, _, c in outcomes(done.records)] == ["compliant", "input.too-large", "compliant"], done
    assert done.records[1]["error"]["offset"] == len(text)
    done = scan(stdin=GOOD + b"-----BEGIN CERTIFICATE-----\n" + line + GOOD)
    assert [c for _, _, c in outcomes(done.records)] == ["compliant", "input.too-large", "compliant"], done
    assert done.records[1]["error"]["offset"] == len(GOOD)
    # Text between objects is passed over, but a line that is not looked through to its end is said.
    done = scan(stdin=GOOD + line + GOOD)
    assert [c for _, _, c in outcomes(done.records)] == ["compliant", "input.too-large", "compliant"], done


def test_bad_keys_of_other_kinds():
    p256 = public_der("p256")
    wanted = [
        (kit.ec_spki("secp256r1", b"\x04" + b"\1" * 63), "key.point"), (kit.ec_spki("secp256r1", b"\0"), "key.point"),
        (p256[:-65] + b"\x05" + p256[-64:], "key.point"), (kit.ec_spki("secp384r1", p256[-65:]), "key.point"),
        (sequence(sequence(oid("1.3.101.112")), bit_string(b"\1" * 31)), "key.length"),
        (sequence(sequence(oid("1.2.840.10045.2.1"), NULL), bit_string(p256[-65:])), "key.curve"),
        (sequence(sequence(oid("1.2.840.113549.1.1.1"), integer(5)), bit_string(rsa_public(ODD))), "key.algorithm"),
    ]
    for der, code in wanted:
        got, offset, where = fault_of(pem("PUBLIC KEY", der))
        assert got == code and where == "object" and offset < len(der), (code, got, offset)
    for text, code in ((b"ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB", "ssh.truncated"), (b"ssh-rsa AAAAC3NzaC1lZDI1NTE5", "ssh.type"),
                       (b"ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQABAAAAAQM=", "ssh.type"), (b"ssh-rsa AAAA*", "ssh.base64")):
        done = scan(stdin=text + b"\n" + GOOD)
        assert [c for _, _, c in outcomes(done.records)] == [code, "compliant"], (text, done)
    jwks = [('{"kty":"RSA","n":"AQ","e":"AQAB"}', "key.modulus-small"), ('{"kty":"RSA","n":"!","e":"AQAB"}', "jwk.base64"), ('{"kty":"RSA"}', "jwk.member"),
            ('{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}', "key.point"), ('{"n":1}', "jwk.member"), ('{"kty":"RSA","n":"AQ"', "jwk.syntax"),
            ('{"kty":"RSA","kty":"EC"}', "jwk.member"), ('{"kty":"what"}', "jwk.kty"), ("[1]", "jwk.member")]
    for text, code in jwks:
        assert fault_of(text.encode(), "--from", "jwk")[0] == code, (text, fault_of(text.encode(), "--from", "jwk"))


if __name__ == "__main__":
    sys.exit(kit.main(globals()))
