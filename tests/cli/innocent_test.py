#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""keyassay scan accuses nobody: 100,000 random moduli and the system's CA bundle give no finding of the two CVE checks.

Usage: innocent_test.py KEYASSAY [CASE...]; prints TAP. KEYASSAY_SEED repeats a run.
"""
import math
import os
import random
import re
import sys

import kit
from kit import scan, write

NUM_MODULI = 100000
SEED = os.environ.get("KEYASSAY_SEED") or str(random.SystemRandom().getrandbits(64))
RANDOM = random.Random(SEED)
# A modulus has no small factor. Random numbers without one have the same residues modulo small primes as random moduli.
SMALL_PRIMES = math.prod(n for n in range(3, 752) if all(n % p for p in range(2, math.isqrt(n) + 1)))


def random_modulus(bits):
    while True:
        number = RANDOM.getrandbits(bits) | 1 << bits - 1 | 1
        if math.gcd(number, SMALL_PRIMES) == 1:
            return number


def assert_innocent(moduli, *options):
    path = write("moduli.txt", "".join(f"{n:x}\n" for n in moduli).encode())
    done = scan("--from", "moduli", "--checks", "debian-weak,roca", *options, path)
    assert done.status == 0 and done.err == "", (SEED, done.status, done.err)
    assert len(done.records) == len(moduli), (SEED, len(done.records))
    assert all(r["outcome"] == "compliant" and r["key"]["bits"] == n.bit_length() for r, n in zip(done.records, moduli)), SEED


def test_random_moduli():
    print("# KEYASSAY_SEED =", SEED)
    assert_innocent([random_modulus(2048) for _ in range(NUM_MODULI * 6 // 10)])
    assert_innocent([random_modulus(1024) for _ in range(NUM_MODULI * 4 // 10)])


def test_residues_of_roca_without_logarithm():
    # As hard as negative cases get: powers of 65537 modulo each prime alone, with exponents that do not agree.
    primes = [n for n in range(3, 168) if all(n % p for p in range(2, math.isqrt(n) + 1))]
    moduli = []
    for _ in range(2000):
        number, product = 1, 2
        for p in primes:
            wanted = pow(65537, RANDOM.randrange(p - 1), p)
            number += product * ((wanted - number) * pow(product, -1, p) % p)
            product *= p
        moduli.append((1 << 2047 | RANDOM.getrandbits(2046)) // product * product + number)
    assert_innocent(moduli)


def assert_bundle_innocent(path, at):
    with open(path, "rb") as file:
        num = len(re.findall(rb"^-----BEGIN (?:TRUSTED )?CERTIFICATE-----", file.read(), re.M))
    done = scan("--at", at, path)
    assert len(done.records) == num > 0, (path, len(done.records), num)
    for record in done.records:
        assert record["outcome"] != "error", record
        assert not {"debian-weak", "roca"} & set(kit.checks(record)), record


def test_system_bundle():
    if not os.path.exists(kit.CA_BUNDLE):
        raise kit.Skip("no " + kit.CA_BUNDLE)
    assert_bundle_innocent(kit.CA_BUNDLE, "2026-01-01T00:00:00Z")
    # The folder beside it: links to the certificates under two names each, and the bundle itself.
    done = scan(os.path.dirname(kit.CA_BUNDLE))
    assert not any({"debian-weak", "roca"} & set(kit.checks(r)) for r in done.records if r["outcome"] != "error")


def test_fresh_keys():
    for kind in ("rsa", "rsa-e3", "rsa-small", "pss", "p256", "p384", "p521", "k256", "ed25519", "ed448"):
        done = scan("--checks", "debian-weak,roca", stdin=kit.public_der(kind))
        assert done.status == 0 and [r["outcome"] for r in done.records] == ["compliant"], (kind, done)


if __name__ == "__main__":
    sys.exit(kit.main(globals()))
