#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""keyassay debian from outside: keys against openssl, tables against a second writer of the format, mistakes, interruptions.

Usage: debian_test.py KEYASSAY; prints TAP.
"""
import os
import platform
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time

KEYASSAY = os.path.abspath(sys.argv[1])
ARCHITECTURES = ["le64", "le32", "be32"]
RANDFILES = ["rnd", "nornd", "noreadrnd"]


def keyassay(*args):
    return subprocess.run([KEYASSAY, "debian", *args], capture_output=True, text=True, timeout=300)


def key(kind, architecture, randfile, pid, *more):
    done = keyassay("key", "--type", kind, "--architecture", architecture, "--randfile", randfile, "--pid", str(pid), *more)
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout


def openssl(*args, stdin):
    return subprocess.run(["openssl", *args], input=stdin, capture_output=True, text=True, timeout=60)


def crc64(data):
    table = []
    for i in range(256):
        for _ in range(8):
            i = i >> 1 ^ (0xC96C5795D7870F42 if i & 1 else 0)
        table.append(i)
    crc = 2**64 - 1
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 2**64 - 1


def table(kind, fingerprints, extras=()):
    """A table of one PID, written from keyassay-table(5): nine streams, then extras as (stream, fingerprint)."""
    bucket_bits, entry_len, id_bits = 1, 6, 4
    keys = [(f, i) for i, f in enumerate(list(fingerprints) + [f for _, f in extras])]
    tag_mask = 2 ** (8 * entry_len - id_bits) - 1
    entries = sorted((f >> (64 - bucket_bits), (f & tag_mask) << id_bits | i) for f, i in keys)
    index = [sum(bucket < b for bucket, _ in entries) for b in range(2**bucket_bits + 1)]
    body = b"".join(struct.pack("<I", n) for n in index)
    entries_offset = 128 + len(body)
    body += b"".join(value.to_bytes(entry_len, "little") for _, value in entries)
    extras_offset = 128 + len(body)
    body += b"".join(struct.pack("<II", stream, 1) for stream, _ in extras)

    def header(crc):
        return struct.pack("<8sII32sIIQIIIIQQQQQ8x", b"KADEBTBL", 1, 128, kind.encode(), 65537 if kind.startswith("rsa") else 0, 1,
                           len(keys), bucket_bits, entry_len, id_bits, len(extras), 128, entries_offset, extras_offset,
                           128 + len(body), crc)

    return header(crc64(header(0) + body)) + body


def fingerprint(kind, text):
    number = int(text, 16)
    if kind.startswith("rsa"):
        return number >> 64 & 2**64 - 1
    half = (len(text.strip()) - 2) // 2
    return int(text[2 + half - 16:2 + half], 16)


def streams(kind):
    return [fingerprint(kind, key(kind, a, r, 0, "--format", "modulus")) for a in ARCHITECTURES for r in RANDFILES]


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)
    return name


def test_rsa_private_key_is_accepted_by_openssl():
    for bits, exponent in ((512, "65537"), (777, "3"), (2048, "65537"), (1024, "4294967297")):
        args = (f"rsa:{bits}", "be32", "nornd", 4711, "--exponent", exponent)
        pem = key(*args)
        modulus = key(*args, "--format", "modulus").strip()
        assert openssl("rsa", "-check", "-noout", stdin=pem).stdout.startswith("RSA key ok"), bits
        said = openssl("rsa", "-modulus", "-noout", stdin=pem).stdout.strip()
        assert said == "Modulus=" + modulus.upper().zfill(len(said) - 8), said
        assert int(modulus, 16).bit_length() == bits and modulus == modulus.lower() and modulus[0] != "0"
        text = openssl("rsa", "-text", "-noout", stdin=pem).stdout
        assert f"publicExponent: {exponent} (" in text, text


def test_ec_private_key_is_accepted_by_openssl():
    for curve in ("secp192r1", "secp224r1", "secp256r1", "secp384r1", "secp521r1", "secp256k1", "secp112r2", "secp128r1",
                  "secp160r1", "prime192v3", "secp224k1", "prime239v1", "wap-wsg-idm-ecid-wtls8", "wap-wsg-idm-ecid-wtls9"):
        pem = key(f"ec:{curve}", "le64", "noreadrnd", 99)
        point = key(f"ec:{curve}", "le64", "noreadrnd", 99, "--format", "modulus").strip()
        checked = openssl("ec", "-check", "-noout", stdin=pem)
        assert "EC Key valid" in checked.stderr + checked.stdout, checked
        text = openssl("ec", "-text", "-noout", stdin=pem).stdout
        said = re.search(r"pub:\n((?:    [0-9a-f:]+\n)+)", text)
        assert re.sub(r"[^0-9a-f]", "", said.group(1)) == point, curve


def test_small_exponents_share_the_modulus():
    moduli = {key("rsa:512", "le32", "rnd", 5, "--exponent", e, "--format", "modulus") for e in ("3", "17", "257", "65537")}
    assert len(moduli) == 1


def test_published_key():
    # The weak key of this identity as an independent generator published it: its first and last 64 bits.
    modulus = key("rsa:2048", "be32", "noreadrnd", 0, "--format", "modulus").strip()
    assert modulus.startswith("9e3b68ece1c2c5d438aa113a49580b50"), modulus


def test_mistakes_are_usage_errors():
    whole = ["--type", "rsa:512", "--architecture", "le64", "--randfile", "rnd", "--pid", "1"]

    def change(option, value):
        args = list(whole)
        args[args.index(option) + 1] = value
        return args

    mistakes = [[], ["frob"], ["key"], ["key", *whole[:6]], ["key", *change("--type", "rsa:511")], ["key", *change("--type", "rsa:16385")],
                ["key", *change("--type", "ec:P-256")], ["key", *change("--architecture", "amd64")],
                ["key", *change("--randfile", "no")], ["key", *change("--pid", "-1")], ["key", *change("--pid", "4194304")],
                ["key", *change("--pid", "")], ["key", *change("--pid", "99999999999999999999")], ["key", *whole, "--exponent", "4"],
                ["key", *whole, "--exponent", "1"], ["key", *whole, "--exponent", "18446744073709551617"],
                ["key", *whole, "--format", "der"], ["key", *whole, "more"], ["key", *whole, "--pids", "3"], ["table"],
                ["table", "--type", "rsa:512"], ["table", "--out", "x"], ["table", "--type", "rsa:512", "--out", ""],
                ["table", "--type", "rsa:512", "--out", "x", "--jobs", "0"],
                ["table", "--type", "rsa:512", "--out", "x", "--pid-max", "4194304"],
                ["table", "--type", "rsa:512", "--out", "x", "--pid-max", "-1"], ["table", "--type", "none", "--out", "x"], ["verify"],
                ["verify", "a", "b"], ["verify", "a", "--sample", "0"], ["verify", "a", "--sample", "many"]]
    for args in mistakes:
        done = keyassay(*args)
        assert done.returncode == 2 and done.stdout == "" and done.stderr != "", (args, done)
    assert not os.path.exists("x.part")


def test_help():
    for args in (["--help"], ["key", "--help"], ["table", "--help"], ["verify", "--help"]):
        done = keyassay(*args)
        assert done.returncode == 0 and done.stdout.startswith("Usage: keyassay debian") and done.stderr == "", (args, done)


def test_verify_accepts_a_table_of_another_writer():
    for kind in ("rsa:512", "ec:secp256k1"):
        done = keyassay("verify", write("good.kat", table(kind, streams(kind))), "--sample", "100")
        assert done.returncode == 0 and done.stdout == f"{kind}: 9 keys; made 9 again, 0 differ\n", done


def test_verify_finds_a_wrong_key():
    prints = streams("rsa:512")
    prints[4] ^= 1 << 20
    done = keyassay("verify", write("wrong.kat", table("rsa:512", prints)), "--sample", "9")
    assert done.returncode == 1 and "made 9 again, 1 differ" in done.stdout, done
    assert "le32, nornd, pid 0: the generator makes another key" in done.stderr, done


def test_verify_checks_extras():
    # With exponent 3 the stream gives the same key, so this extra is right, and with a bit changed it is wrong.
    prints = streams("rsa:512")
    right = keyassay("verify", write("extra.kat", table("rsa:512", prints, [(7, prints[7])])))
    assert right.returncode == 0 and "made 10 again, 0 differ" in right.stdout, right
    wrong = keyassay("verify", write("extra.kat", table("rsa:512", prints, [(7, prints[7] ^ 1)])))
    assert wrong.returncode == 1, wrong


def test_verify_refuses_damaged_and_foreign_files():
    good = table("rsa:512", streams("rsa:512"))
    damaged = [b"", b"KADEBTBL", good[:-1], good + b"\0", good[:40] + b"\1" + good[41:], b"x" * 4096, good[:170] + b"\0" + good[171:]]
    for data in damaged:
        done = keyassay("verify", write("bad.kat", data))
        assert done.returncode == 3 and done.stderr.startswith("keyassay: bad.kat: ") and done.stdout == "", (data[:20], done)
    for name in (".", "no-such-file"):
        done = keyassay("verify", name)
        assert done.returncode == 3 and done.stderr.startswith(f"keyassay: {name}: "), done


def test_other_versions_and_types_are_told_apart():
    good = table("ec:secp192r1", streams("ec:secp192r1"))
    reasons = [(good[:8] + struct.pack("<I", 2) + good[12:], "version"), (b"x" + good[1:], "no keyassay table"), (good[:-1], "shorter or longer")]
    for name in (b"rsa:15", b"ec:secp999r1", b"dsa:1024", b"rsa:16385"):
        other = good[:16] + name.ljust(32, b"\0") + good[48:]
        reasons.append((other[:112] + struct.pack("<Q", crc64(other[:112] + bytes(8) + other[120:])) + other[120:], "type"))
    for data, reason in reasons:
        done = keyassay("verify", write("bad.kat", data))
        assert done.returncode == 3 and reason in done.stderr, (reason, done.stderr)


def test_types_that_cannot_be_made_are_named():
    for kind in ("rsa:15", "rsa:511", "rsa:16385", "rsa:0512", "rsa:+512", "ec:secp999r1", "ec:", "dsa:1024", ""):
        for args in (("table", "--out", "x.kat"), ("key", "--architecture", "le64", "--randfile", "rnd", "--pid", "1")):
            done = keyassay(args[0], "--type", kind, *args[1:])
            assert done.returncode == 2 and f"unknown key type '{kind}': rsa:512 to rsa:16384, or ec: with" in done.stderr, done
    assert not os.path.exists("x.kat.part")


def test_every_mask_of_processor_features_makes_the_same_table():
    variable = "KEYASSAY_WEAKGEN_KERNELS"
    levels = ["scalar"] + (["sha-ni", "avx512ifma-only", "avx512ifma"] if platform.machine() == "x86_64" else [])
    made = {}
    try:
        for level in levels:
            os.environ[variable] = level
            for kind in ("rsa:512", "rsa:1409", "ec:secp224r1"):
                name = f"{level}.kat"
                done = keyassay("table", "--type", kind, "--out", name, "--pid-max", "1")
                assert done.returncode == 0 and done.stderr == "", done
                with open(name, "rb") as file:
                    assert made.setdefault(kind, data := file.read()) == data, (level, kind)
                done = keyassay("verify", name)
                assert done.returncode == 0, done
        os.environ[variable] = "avx1024"
        done = keyassay("table", "--type", "rsa:512", "--out", "x.kat", "--pid-max", "1")
        assert done.returncode == -signal.SIGABRT and "avx1024" in done.stderr, done
    finally:
        del os.environ[variable]


def run_until_state(name, signal_number):
    """Starts a table and ends it when some of it is in the state file; returns the ended process."""
    args = [KEYASSAY, "debian", "table", "--type", "ec:secp521r1", "--out", name, "--jobs", "2"]
    with subprocess.Popen(args, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        before = os.path.getsize(name + ".part") if os.path.exists(name + ".part") else 64
        deadline = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < deadline:
            if os.path.exists(name + ".part") and os.path.getsize(name + ".part") > before:
                process.send_signal(signal_number)
                process.wait(60)
            time.sleep(0.02)
        out, err = process.communicate()
    assert out == ""
    return process.returncode, err


def test_interrupted_table_keeps_its_state():
    status, err = run_until_state("some.kat", signal.SIGINT)
    assert status == 3 and "interrupted; the same command goes on from some.kat.part" in err, (status, err)
    size = os.path.getsize("some.kat.part")
    status, err = run_until_state("some.kat", signal.SIGKILL)
    assert status == -signal.SIGKILL
    assert os.path.getsize("some.kat.part") > size and not os.path.exists("some.kat")


def test_table_covers_the_process_ids_that_were_asked_for():
    done = keyassay("table", "--type", "ec:secp192r1", "--out", "few.kat", "--pid-max", "2", "--jobs", "1")
    assert done.returncode == 0 and done.stderr == "", done
    with open("few.kat", "rb") as file:
        data = file.read()
    assert struct.unpack_from("<IQ", data, 52) == (3, 27), data[:64]
    done = keyassay("verify", "few.kat", "--sample", "27")
    assert (done.returncode, done.stdout) == (0, "ec:secp192r1: 27 keys; made 27 again, 0 differ\n"), done
    # The state of a run with other process ids is not mistaken for this one's.
    run_until_state("pids.kat", signal.SIGINT)
    done = keyassay("table", "--type", "ec:secp521r1", "--out", "pids.kat", "--pid-max", "40000")
    assert done.returncode == 3 and "is not the state of an unfinished table of this type" in done.stderr, done
    # A key of a process id beyond 32767, made and proved; the pid goes into the hash with all its bytes.
    keys = {key("ec:secp192r1", "le64", "rnd", pid, "--format", "modulus") for pid in (1, 65537, 32768, 98304, 4194303)}
    assert len(keys) == 5


def test_table_refuses_foreign_state():
    write("other.kat.part", b"not a state file, but something that somebody may want to keep " * 3)
    done = keyassay("table", "--type", "rsa:512", "--out", "other.kat")
    assert done.returncode == 3 and "other.kat.part: is not the state of an unfinished table" in done.stderr, done
    assert os.path.getsize("other.kat.part") == 189
    done = keyassay("table", "--type", "rsa:512", "--out", "no/such/folder.kat")
    assert done.returncode == 3 and "no/such/folder.kat.part: cannot be opened" in done.stderr, done


def main():
    tests = [value for name, value in sorted(globals().items()) if name.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for number, test in enumerate(tests, 1):
            try:
                test()
                print(f"ok {number} - {test.__name__}", flush=True)
            except (AssertionError, subprocess.TimeoutExpired, OSError, ValueError) as error:
                failed += 1
                print("\n".join("# " + line for line in repr(error).splitlines()))
                print(f"not ok {number} - {test.__name__}", flush=True)
        os.chdir("/")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
