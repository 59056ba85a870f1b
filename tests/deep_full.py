#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""keyassay scan --deep on whole files of independent vectors, through all process ids: see ci/long/deep.

Usage: deep_full.py KEYASSAY [FILE...]; $KEYASSAY_VECTORS names the folder of the vectors. Exit status 1 when any key is missed.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import time

KEYASSAY = os.path.abspath(sys.argv[1])
FOLDER = os.path.join(os.environ["KEYASSAY_VECTORS"], "debian-weak")
NUM_RANDOM = 5
CURVES = {"secp256r1": ("prime256v1", "06082a8648ce3d030107"), "secp384r1": ("secp384r1", "06052b81040022")}


def openssl(*args, stdin=None):
    return subprocess.run(["openssl", *args], input=stdin, capture_output=True, text=True, check=True).stdout


def der(tag, contents):
    size = len(contents)
    return bytes([tag]) + (bytes([size]) if size < 128 else bytes([0x81, size])) + contents


def point_pem(curve, point):
    algorithm = der(0x30, bytes.fromhex("06072a8648ce3d0201" + CURVES[curve][1]))
    spki = der(0x30, algorithm + der(3, b"\0" + bytes.fromhex(point)))
    return "-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(spki).decode() + "-----END PUBLIC KEY-----\n"


def random_keys(kind, size):
    for _ in range(NUM_RANDOM):
        if kind == "rsa":
            yield openssl("rsa", "-modulus", "-noout", stdin=openssl("genrsa", size)).strip().removeprefix("Modulus=") + "\n"
        else:
            yield openssl("ec", "-pubout", stdin=openssl("ecparam", "-name", CURVES[size][0], "-genkey", "-noout"))


def walk(name):
    kind, size = name.removesuffix(".csv").split("-")
    with open(os.path.join(FOLDER, name), encoding="ascii") as file:
        rows = [line.strip().split(",") for line in file][1:]
    keys = [row[3] + "\n" if kind == "rsa" else point_pem(size, row[3]) for row in rows] + list(random_keys(kind, size))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(keys))
        file.flush()
        start = time.monotonic()
        done = subprocess.run([KEYASSAY, "scan", "--checks", "debian-weak", "--deep", "--format", "jsonl", "--progress", "--from",
                               "moduli" if kind == "rsa" else "pem", file.name], stdout=subprocess.PIPE, text=True,
                              env=dict(os.environ, KEYASSAY_TABLES=""), check=False)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = 0
    for record, row in zip(records, rows):
        want = {"architecture": row[0], "randfile": row[1], "pid": int(row[2])}
        if record["outcome"] != "noncompliant" or record["findings"][0]["evidence"] != want:
            print(f"{name}: missed: {row[:3]}: {record}")
            wrong += 1
    for record in records[len(rows):]:
        if record["outcome"] != "compliant":
            print(f"{name}: accused: {record}")
            wrong += 1
    if len(records) != len(keys):
        print(f"{name}: {len(records)} answers for {len(keys)} keys, exit status {done.returncode}")
        wrong += 1
    said = max((r["deep"]["miss_probability"] for r in records if "deep" in r), default=0)
    print(f"{name}: {len(rows)} weak and {NUM_RANDOM} random keys, {wrong} wrong, {time.monotonic() - start:.0f} s, chance to miss {said}",
          flush=True)
    return wrong


def main():
    names = sys.argv[2:] or sorted(os.listdir(FOLDER))
    return 1 if sum(walk(name) for name in names if name.endswith(".csv")) else 0


if __name__ == "__main__":
    sys.exit(main())
