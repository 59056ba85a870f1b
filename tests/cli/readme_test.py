#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What README.md shows of the examples is what the program says; what it and the manual name exists.

Usage: readme_test.py KEYASSAY [CASE...]; prints TAP.
"""
import os
import re
import sys

import kit
from kit import run

AT = ("--at", "2026-06-01T00:00:00Z")
with open(os.path.join(kit.ROOT, "README.md"), encoding="utf-8") as readme:
    README = readme.read()


def blocks():
    """The texts between fences."""
    return re.findall(r"^```\w*\n(.*?)^```$", README, re.M | re.S)


def words(text):
    return " ".join(text.split())


def scan_of_examples(*args):
    return kit.run_shell('cd "$1" && shift && exec "$0" "$@"', kit.ROOT, *args)


def test_table():
    table = next(block for block in blocks() if block.startswith("SEVERITY"))
    said = scan_of_examples("scan", *AT, "examples").out.decode()
    assert [words(line) for line in table.splitlines()] == [words(line) for line in said.split("\n\n")[0].splitlines()], said


def test_explain():
    block = next(block for block in blocks() if "keyassay explain" in block)
    command, shown = block.split("\n", 1)
    assert command == "$ build/cli/keyassay explain examples/debian-weak-ca.pem"
    said = scan_of_examples("explain", *AT, "examples/debian-weak-ca.pem").out.decode()
    at = 0
    for part in shown.split("  \u2026\n"):
        found = said.find(part, at)
        assert found >= 0, (part, said)
        at = found + len(part)


def test_key_made_again():
    block = next(block for block in blocks() if "openssl rsa -pubout" in block)
    (made, its_sum), (_, other_sum) = re.findall(r"^\$ (.*)\n([0-9a-f]{64})  -$", block, re.M)
    key = run(*made.split(" | ")[0].split()[1:]).out
    with open(kit.example("debian-weak-ca.pem"), "rb") as file:
        public = kit.openssl("x509", "-noout", "-pubkey", stdin=file.read())
    assert kit.openssl("rsa", "-pubout", stdin=key) == public
    assert its_sum == other_sum == kit.sha256(public)


def test_what_is_named_exists():
    for path in re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(r"man \./(\S+?)`", README):
        assert os.path.exists(os.path.join(kit.ROOT, path)), path
    tables = {file.removesuffix(".kat") for file in os.listdir(os.path.join(kit.ROOT, "tables")) if file.startswith("rsa-")}
    said, = re.findall(r"Tables are shipped for RSA ([\d, and]+) and four curves", README)
    assert {"rsa-" + size for size in re.findall(r"\d+", said)} == tables, (said, tables)


def test_manual_names_every_option_and_error_of_use():
    with open(os.path.join(kit.ROOT, "man", "keyassay.1"), encoding="utf-8") as file:
        manual = file.read().replace("\\-", "-")
    for verb in (("scan",), ("explain",), ("debian", "key"), ("debian", "table"), ("debian", "verify"), ("bench",)):
        for option in re.findall(r"^  --([a-z-]+)", run(*verb, "--help").out.decode(), re.M):
            assert re.search(rf"Fl -{option}\b", manual), (verb, option)


if __name__ == "__main__":
    sys.exit(kit.main(globals()))
