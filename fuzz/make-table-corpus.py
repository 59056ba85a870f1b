#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the seeds of the fuzz targets table and judge: small tables as table.h describes them, keys of each kind.

Usage: fuzz/make-table-corpus.py
"""
import random
import struct
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
POLYNOMIAL = 0xC96C5795D7870F42


def crc64(data):
    crc = (1 << 64) - 1
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (POLYNOMIAL if crc & 1 else 0)
    return crc ^ (1 << 64) - 1


def table(kind, exponent, pids, bucket_bits, entry_len, id_bits, num_extras, same=False):
    rng = random.Random(kind + str(bucket_bits))
    num = 9 * pids + num_extras
    prints = [rng.getrandbits(64) for _ in range(num)]
    if same:
        prints = [prints[0]] * num
    tag_mask = (1 << 8 * entry_len - id_bits) - 1
    entries = sorted((f >> 64 - bucket_bits, (f & tag_mask) << id_bits | i) for i, f in enumerate(prints))
    bounds = [sum(b < bucket for b, _ in entries) for bucket in range((1 << bucket_bits) + 1)]
    index = struct.pack("<%dI" % len(bounds), *bounds)
    body = b"".join(value.to_bytes(entry_len, "little") for _, value in entries)
    extras = b"".join(struct.pack("<II", i % (9 * pids), i % 2) for i in range(num_extras))
    at = 128 + len(index)
    length = at + len(body) + len(extras)
    head = struct.pack("<8sII32sIIQIIIIQQQQ", b"KADEBTBL", 1, 128, kind.encode(), exponent, pids, num, bucket_bits,
                       entry_len, id_bits, num_extras, 128, at, at + len(body), length)
    file = head + bytes(16) + index + body + extras
    return file[:112] + struct.pack("<Q", crc64(file)) + file[120:]


def primes(limit):
    return [n for n in range(2, limit + 1) if all(n % d for d in range(2, int(n**0.5) + 1))]


def main():
    tables = {
        "rsa-2048": table("rsa:2048", 65537, 4, 3, 5, 6, 2),
        "rsa-1024-one-bucket": table("rsa:1024", 65537, 2, 0, 6, 8, 0),
        "rsa-4096-shared-bits": table("rsa:4096", 65537, 1, 8, 8, 4, 1),
        "rsa-2048-all-same": table("rsa:2048", 3, 3, 2, 7, 10, 0, same=True),
        "ec-p256": table("ec:secp256r1", 0, 3, 4, 8, 16, 0),
        "ec-k256": table("ec:secp256k1", 0, 1, 2, 5, 32, 0),
    }
    rng = random.Random("judge")
    keys = {"ec-%d" % i: bytes([16 * i + 3]) + rng.randbytes(65) for i in range(12)}
    keys.update({"kind-%d" % i: bytes([i]) + rng.randbytes(128 + i) for i in range(9)})
    for limit, size in ((167, 64), (353, 128), (701, 256), (1427, 512)):
        primorial = 1
        for p in primes(limit):
            primorial *= p
        n = pow(65537, rng.getrandbits(600), primorial) + primorial * rng.getrandbits(8 * size - primorial.bit_length())
        keys["roca-%d" % limit] = b"\1" + n.to_bytes(size, "big")
    for name, files in (("table", tables), ("judge", keys)):
        folder = CORPUS / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, data in files.items():
            (folder / file).write_bytes(data)


main()
