#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""keyassay scan on keys of known origin: every published Debian weak key of a size with a table, and every ROCA vector.

Usage: vectors_test.py KEYASSAY [CASE...]; prints TAP.
"""
import base64
import csv
import math
import os
import struct
import sys

import kit
from kit import (certificate, checks, debian_key, ec_spki, evidence, pem, rsa_public, rsa_spki, scan, sequence, unpem, vectors, write)

FIELD_VULNERABLE = {"mod01.txt", "mod02.txt", "mod03.txt", "mod08.txt", "mod09.txt", "key04.pgp", "cert04.pem", "cert05.pem", "ssh06.pub",
                    "pubkey03.pem", "privkey05.pem"}


def rows(*path):
    with open(vectors(*path), newline="", encoding="ascii") as file:
        lines = list(csv.reader(file))
    assert len(lines) > 1, path
    return lines[1:]


def identity(row):
    return {"architecture": row[0], "randfile": row[1], "pid": int(row[2])}


def assert_all_found(found, expected):
    """Each record is a finding of debian-weak with the identity of its row, and there is no other."""
    assert len(found) == len(expected), (len(found), len(expected))
    for record, row in zip(found, expected):
        assert record["outcome"] == "noncompliant", (row, record)
        finding = next(f for f in record["findings"] if f["check"] == "debian-weak")
        assert finding["evidence"] == identity(row), (row, record)
        assert finding["reason_code"] == "CERTIFICATE_KEY_VULNERABILITY_CVE-2008-0166" and finding["severity"] == "CRITICAL"
        assert record["undecided"] == [], record


def as_moduli(lines):
    return "".join(row[3] + "\n" for row in lines).encode()


def sizes(with_table):
    """RSA sizes that have vectors, with or without a shipped table."""
    files = sorted(file for file in os.listdir(vectors("debian-weak")) if file.startswith("rsa-"))
    all_sizes = [int(file.removeprefix("rsa-").removesuffix(".csv")) for file in files]
    return [n for n in all_sizes if os.path.exists(os.path.join(kit.ROOT, "tables", f"rsa-{n}.kat")) == with_table]


def test_debian_rsa():
    assert {1024, 2048} <= set(sizes(True))
    for bits in sizes(True):
        lines = rows("debian-weak", f"rsa-{bits}.csv")
        done = scan("--from", "moduli", stdin=as_moduli(lines))
        assert done.status == 1 and done.err == "", done.err
        assert_all_found(done.records, lines)
        assert {r["key"]["bits"] for r in done.records} == {bits}
        assert all(checks(r) == (["debian-weak"] if bits >= 2048 else ["debian-weak", "key-size"]) for r in done.records)


def debian_curve(curve):
    """As SPKI: all in PEM, all in DER one behind the other, and as a certificate each."""
    lines = rows("debian-weak", f"ec-{curve}.csv")
    spkis = [ec_spki(curve, bytes.fromhex(row[3])) for row in lines]
    for data in (b"".join(pem("PUBLIC KEY", spki) for spki in spkis), b"".join(spkis)):
        done = scan(stdin=data)
        assert done.status == 1 and done.err == "", done.err
        assert_all_found(done.records, lines)
        assert {(r["object"], r["key"]["algorithm"], r["key"]["curve"]) for r in done.records} == {("public_key", "EC", curve)}
        assert [r["spki_sha256"] for r in done.records] == [kit.sha256(spki) for spki in spkis]
    done = scan("--from", "b64lines", stdin=b"\n".join(base64.b64encode(certificate(spki)) for spki in spkis))
    assert_all_found(done.records, lines)


def test_debian_secp256r1():
    debian_curve("secp256r1")


def test_debian_secp384r1():
    debian_curve("secp384r1")


def test_debian_forms_of_a_point():
    # SEC 1 2.3.3: compressed; X9.62 4.3.6: hybrid. The same key, whatever its form.
    for curve in ("secp256r1", "secp384r1"):
        lines = rows("debian-weak", f"ec-{curve}.csv")[::10]
        points = [bytes.fromhex(row[3]) for row in lines]
        half = len(points[0]) // 2
        for form in (lambda p: bytes([2 + p[-1] % 2]) + p[1:1 + half], lambda p: bytes([6 + p[-1] % 2]) + p[1:]):
            done = scan(stdin=b"".join(ec_spki(curve, form(point)) for point in points))
            assert_all_found(done.records, lines)
        # Another sign of y is another key, which that process did not make.
        done = scan(stdin=b"".join(ec_spki(curve, bytes([3 - point[-1] % 2]) + point[1:1 + half]) for point in points))
        assert done.status == 0 and len(done.records) == len(lines), done


def test_debian_curves_without_vectors():
    # Nobody published keys of these two; weakgen's are compared with openssl's arithmetic in its own tests.
    for curve in ("secp521r1", "secp256k1"):
        lines = [(a, r, p) for a in ("le64", "le32", "be32") for r in ("rnd", "nornd", "noreadrnd") for p in (0, 1, 4711, 32767)]
        data = b"".join(debian_key(f"ec:{curve}", *row) for row in lines)
        done = scan(stdin=data)
        assert done.status == 1
        assert_all_found(done.records, lines)
        assert {(r["object"], r["key"]["curve"]) for r in done.records} == {("private_key", curve)}


def test_debian_exponent_3():
    # The stream gives the same modulus for both exponents, so each row with exponent 3 is a weak key as well.
    lines = rows("debian-weak", "rsa-1024.csv")
    done = scan(stdin=b"".join(pem("RSA PUBLIC KEY", rsa_public(int(row[3], 16), 3)) for row in lines))
    assert_all_found(done.records, lines)
    assert {r["key"]["exponent"] for r in done.records} == {"3"}
    lines = rows("debian-weak", "rsa-2048.csv")[::9]
    done = scan(stdin=b"".join(pem("CERTIFICATE", certificate(rsa_spki(int(row[3], 16), 3))) for row in lines))
    assert_all_found(done.records, lines)


def extras(bits):
    """The key streams whose key for exponent 3 is another than for 65537: keyassay-table(5)."""
    with open(os.path.join(kit.ROOT, "tables", f"rsa-{bits}.kat"), "rb") as file:
        data = file.read()
    num_pids, num = struct.unpack_from("<I", data, 52)[0], struct.unpack_from("<I", data, 76)[0]
    at = struct.unpack_from("<Q", data, 96)[0]
    for i in range(num):
        stream = struct.unpack_from("<I", data, at + 8 * i)[0]
        rest, pid = divmod(stream, num_pids)
        yield ["le64", "le32", "be32"][rest // 3], ["rnd", "nornd", "noreadrnd"][rest % 3], pid


def test_debian_exponent_3_with_another_modulus():
    for bits in (1024, 2048):
        lines = list(extras(bits))
        assert len(lines) >= 5, bits
        by_exponent = {e: [debian_key(f"rsa:{bits}", *row, "--exponent", e) for row in lines] for e in ("3", "65537")}
        assert all(a != b for a, b in zip(*by_exponent.values()))
        for exponent, keys in by_exponent.items():
            done = scan(stdin=b"".join(keys))
            assert_all_found(done.records, lines)
            assert {r["key"]["exponent"] for r in done.records} == {exponent}
        # Whoever knows the primes knows the key for any exponent: a modulus made for one in a key with another is weak too.
        moduli = [unpem_modulus(key) for keys in by_exponent.values() for key in keys]
        for exponent in (3, 65537, 17):
            assert_all_found(scan(stdin=b"".join(pem("RSA PUBLIC KEY", rsa_public(n, exponent)) for n in moduli)).records, 2 * lines)


def unpem_modulus(key):
    der = unpem(key)
    text = kit.openssl("rsa", "-inform", "DER", "-noout", "-modulus", stdin=der).decode()
    return int(text.split("=")[1], 16)


def test_debian_neighbours_are_innocent():
    # One bit away from a weak key, above and inside of the bits that the table holds.
    for bits in (1024, 2048):
        moduli = [int(row[3], 16) ^ 1 << bit for row in rows("debian-weak", f"rsa-{bits}.csv")[::7] for bit in (1, 64, 127, 128, bits - 2)]
        done = scan("--from", "moduli", "--checks", "debian-weak,roca", stdin="".join(f"{n:x}\n" for n in moduli).encode())
        assert done.status == 0 and len(done.records) == len(moduli), done.status


def test_debian_sizes_without_table_are_undecided():
    # Never silently compliant.
    for bits in sizes(False):
        lines = rows("debian-weak", f"rsa-{bits}.csv")
        done = scan("--from", "moduli", stdin=as_moduli(lines))
        assert len(done.records) == len(lines) and done.status == (1 if bits < 2048 else 3), (bits, done.status)
        for record in done.records:
            assert record["undecided"] == [{"check": "debian-weak", "why": f"no table for RSA-{bits}; use --deep"}], record
            assert record["outcome"] == ("noncompliant" if bits < 2048 else "undecided"), record


def primes_up_to(limit):
    return [n for n in range(2, limit + 1) if all(n % p for p in range(2, math.isqrt(n) + 1))]


def is_power(modulus, logarithm, limit):
    return all(pow(65537, logarithm, p) == modulus % p for p in primes_up_to(limit))


def test_roca_generated():
    lines = rows("roca", "generated.csv")
    done = scan("--from", "moduli", "--checks", "roca", stdin="".join(row[2] + "\n" for row in lines).encode())
    assert done.status == 1 and len(done.records) == len(lines)
    seen = {}
    for record, (kind, bits, text) in zip(done.records, lines):
        seen[kind] = seen.get(kind, 0) + 1
        assert record["key"]["bits"] == int(bits)
        assert (record["outcome"] == "noncompliant") == (kind == "roca"), (kind, record)
        if kind != "roca":
            assert record["findings"] == [] and record["outcome"] == "compliant", record
            continue
        finding, = record["findings"]
        assert finding["reason_code"] == "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361" and finding["severity"] == "CRITICAL"
        proof = finding["evidence"]
        limit = int(proof["primorial"].removeprefix("primes<="))
        assert proof["generator"] == 65537 and is_power(int(text, 16), int(proof["logarithm"]), limit), record
        # By size: the primorial that the library used for such keys.
        assert limit == next(l for b, l in ((3968, 1427), (1984, 701), (992, 353), (0, 167)) if int(bits) >= b), record
        assert proof["log2_chance"] < -150
    assert set(seen) == {"roca", "near", "random"}, seen


def test_roca_near_misses_share_the_marks():
    # That the negative cases are hard ones: every residue lies in the subgroup.
    for kind, _, text in rows("roca", "generated.csv"):
        if kind == "near":
            assert all(int(text, 16) % p in {pow(65537, k, p) for k in range(p)} for p in primes_up_to(167)), text


def test_roca_field():
    folder = vectors("roca", "field")
    done = scan(folder)
    by_file = {}
    for record in done.records:
        by_file.setdefault(os.path.basename(record["source"]), []).append(record)
    assert set(by_file) == set(os.listdir(folder))
    assert [r["error"]["code"] for r in by_file.pop("LICENSE")] == ["input.no-key"]
    # csr05.pem holds the key of privkey05.pem.
    assert by_file["csr05.pem"][0]["spki_sha256"] == by_file["privkey05.pem"][0]["spki_sha256"]
    for file, records in by_file.items():
        assert all(r["outcome"] != "error" for r in records), (file, records)
        wanted = file in FIELD_VULNERABLE or file == "csr05.pem"
        assert ["roca" in checks(r) for r in records] == [wanted] * len(records), (file, records)
        assert not any("debian-weak" in checks(r) for r in records), file
    assert done.status == 1


def test_weak_key_in_every_wrapping():
    key = debian_key("rsa:1024", "le32", "nornd", 77)
    modulus = unpem_modulus(key)
    spki = rsa_spki(modulus)
    wrapped = {
        "certificate": pem("CERTIFICATE", certificate(spki)),
        "certificate_request": kit.openssl("req", "-new", "-subj", "/CN=weak", "-key", write("weak.key", key)),
        "public_key": spki,
        "private_key": kit.openssl("pkcs8", "-topk8", "-nocrypt", stdin=key),
        "ssh_key": kit.command("ssh-keygen", "-i", "-m", "PKCS8", "-f", write("weak.pub", pem("PUBLIC KEY", spki))),
        "modulus": f"{modulus:X}\n".encode(),
    }
    for kind, data in wrapped.items():
        done = scan(stdin=data)
        assert_all_found(done.records, [("le32", "nornd", "77")])
        assert done.records[0]["object"] == kind, done.records
    chain = sequence(*(certificate(spki) for _ in range(3)))
    bundle = sequence(kit.oid("1.2.840.113549.1.7.2"), kit.tlv(0xA0, sequence(
        kit.integer(1), kit.tlv(0x31), sequence(kit.oid("1.2.840.113549.1.7.1")), kit.tlv(0xA0, chain[chain.index(b"\x30", 1):]),
        kit.tlv(0x31))))
    done = scan(stdin=pem("PKCS7", bundle))
    assert_all_found(done.records, [("le32", "nornd", "77")] * 3)
    assert evidence(done.records[2], "debian-weak")["pid"] == 77


if __name__ == "__main__":
    sys.exit(kit.main(globals()))
