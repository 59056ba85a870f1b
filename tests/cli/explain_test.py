#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""keyassay explain on the examples: the words that matter, and that what it tells people to type is true.

Usage: explain_test.py KEYASSAY [CASE...]; prints TAP.
"""
import math
import re
import sys

import kit
from kit import certificate, example, pem, public_der, rsa_public, run, write

AT = ("--at", "2026-06-01T00:00:00Z")


def explain(*args, **more):
    """The exit status, and the text with its line breaks taken out."""
    done = run("explain", *AT, *args, **more)
    text = done.out.decode()
    assert all(len(line) <= 80 for line in text.splitlines() if " #" not in line), "wrapped for people"
    return done.status, re.sub(r"\s+", " ", text)


def assert_words(text, *phrases):
    """Each of them, in this order."""
    at = 0
    for phrase in phrases:
        found = text.find(phrase, at)
        assert found >= 0, (phrase, text)
        at = found + len(phrase)


def test_debian_weak():
    status, text = explain(example("debian-weak-ca.pem"))
    assert status == 1
    assert_words(text, "debian-weak-ca.pem #0: certificate, noncompliant", "subject O=keyassay examples, CN=CA made on Debian in 2007",
                 "key RSA-2048, exponent 65537", "debian-weak: FAILED, CRITICAL (CERTIFICATE_KEY_VULNERABILITY_CVE-2008-0166)",
                 "Made by process 4242 on a 32-bit little-endian machine", "readable seed file ~/.rnd", "The private key is public", "roca: passed",
                 "key-size: passed", "validity: passed", "How to fix it", "1. Make a new key pair", "--new-status INACTIVE", "UPDATE_CA_CERTIFICATE",
                 "list-certificates-by-ca", "REVOKED")


def test_the_command_it_names_makes_the_key():
    weak_ec = kit.debian_key("ec:secp384r1", "be32", "noreadrnd", 321)
    weak_e3 = kit.debian_key("rsa:1024", "le64", "nornd", 321, "--exponent", "3")
    with open(example("debian-weak-ca.pem"), "rb") as file:
        weak_ca = file.read()
    ca_public = kit.openssl("x509", "-noout", "-pubkey", stdin=weak_ca)
    for data, public in ((weak_ca, ca_public), (weak_ec, kit.openssl("pkey", "-pubout", stdin=weak_ec)),
                         (weak_e3, kit.openssl("pkey", "-pubout", stdin=weak_e3))):
        _, text = explain("-", stdin=data)
        command = re.search(r"keyassay (debian key --type \S+ --architecture \S+ --randfile \S+ --pid \d+(?: --exponent \d+)?) prints this key", text)
        made = run(*command[1].split())
        assert made.status == 0 and kit.openssl("pkey", "-pubout", stdin=made.out) == public, command[1]


def test_roca():
    status, text = explain(example("roca-ca.pem"))
    assert status == 1
    assert_words(text, "roca-ca.pem #0: certificate, noncompliant", "debian-weak: passed",
                 "roca: FAILED, CRITICAL (CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361)", "Infineon", "smart cards, TPMs",
                 "this is no accident", "Whoever factors the modulus has the private key", "How to fix it", "Make a new key pair")
    # The evidence holds: anybody with a calculator for large numbers can see it.
    limit, x = re.search(r"modulo the product of all primes up to (\d+), with x = ([\d ]+)\. ", text).groups()
    with open(example("roca-ca.pem"), "rb") as file:
        modulus = int(kit.openssl("x509", "-noout", "-modulus", stdin=file.read()).split(b"=")[1], 16)
    primes = [n for n in range(2, int(limit) + 1) if all(n % p for p in range(2, math.isqrt(n) + 1))]
    product = math.prod(primes)
    assert len(primes) == 126 and pow(65537, int(x.replace(" ", "")), product) == modulus % product
    chance = float(re.search(r"a chance of 2\^(-[\d.]+): ", text)[1])
    orders = [next(k for k in range(1, p) if pow(65537, k, p) == 1) for p in primes[1:]]
    assert abs(chance - (math.log2(math.lcm(*orders)) - sum(math.log2(p - 1) for p in primes[1:]))) < 0.1, chance


def test_too_small():
    status, text = explain(example("too-small-ca.pem"))
    assert status == 1
    assert_words(text, "key RSA-1024", "key-size: FAILED, HIGH (KEY_SIZE_BELOW_MINIMUM)", "The key has 1024 bits; at least 2048 are needed.",
                 "How to fix it", "Make a new key pair")


def test_expired():
    status, text = explain(example("expired-ca.pem"))
    assert status == 1
    assert_words(text, "roca: does not apply to this key", "validity: FAILED, MEDIUM (CERTIFICATE_PAST_EXPIRATION)",
                 "It is valid from 2010-01-01T00:00:00Z to 2019-12-31T23:59:59Z, and was judged at 2026-06-01T00:00:00Z.", "How to fix it",
                 "1. Renew the certificate")
    assert "Make a new key pair" not in text, "its key is not weak"
    assert_words(explain("--at", "2009-01-01T00:00:00Z", example("expired-ca.pem"))[1], "validity: FAILED, MEDIUM (CERTIFICATE_NOT_YET_VALID)")


def test_sound():
    status, text = explain(example("sound-ca.pem"))
    assert status == 0
    assert_words(text, "sound-ca.pem #0: certificate, compliant", "SHA-256", "debian-weak: passed", "roca: does not apply to this key",
                 "key-size: passed", "validity: passed")
    assert "How to fix it" not in text and "FAILED" not in text


def test_undecided_and_errors():
    status, text = explain("-", stdin=pem("PUBLIC KEY", public_der("rsa-unknown")) + b"-----BEGIN CERTIFICATE-----\n")
    assert status == 3
    assert_words(text, "- #0: public key, undecided", "debian-weak: undecided", "Not known here: no table for RSA-2222; use --deep",
                 "validity: does not apply to this key", "- #1: cannot be judged", "the PEM block has no END line (pem.no-end), at byte")
    status, text = explain("no-such-file")
    assert status == 3 and "cannot be judged" in text and "No such file or directory" in text


def test_options():
    modulus = int(kit.debian_key("rsa:1024", "le64", "rnd", 9, "--format", "modulus"), 16)
    assert_words(explain("--from", "moduli", write("moduli.txt", f"{modulus:x}\n".encode()))[1], "modulus, noncompliant", "Made by process 9 ")
    # An exponent that the command does not take is not put into its mouth.
    text = explain("-", stdin=pem("RSA PUBLIC KEY", rsa_public(modulus, 2**100 + 1)))[1]
    assert_words(text, "Made by process 9 ", "--pid 9 prints this key")
    for args in ((), ("--at", "noon", "x"), ("--from", "x", "y"), ("--format", "json", "x")):
        assert run("explain", *args).status == 2, args


def test_escapes():
    text = explain("-", stdin=pem("CERTIFICATE", certificate(public_der("p256"), subject="\x1b[31mred\u202e \x07")))[1]
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", text), text


if __name__ == "__main__":
    sys.exit(kit.main(globals()))
