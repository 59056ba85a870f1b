#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""keyassay scan --deep from outside: what it finds and does not, what it says of what it may miss, interruptions, mistakes.

Has a generator of its own, written from a description of OpenSSL 0.9.8, for DSA keys, of which nobody published lists.
Usage: deep_test.py KEYASSAY; prints TAP.
"""
import base64
import csv
import hashlib
import io
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time

KEYASSAY = os.path.abspath(sys.argv[1])
NO_TABLES = dict(os.environ, KEYASSAY_TABLES="")


def run(*args, tables=False, timeout=280):
    env = None if tables else NO_TABLES
    return subprocess.run([KEYASSAY, *args], capture_output=True, text=True, timeout=timeout, env=env)


def key(kind, architecture, randfile, pid, *more):
    done = run("debian", "key", "--type", kind, "--architecture", architecture, "--randfile", randfile, "--pid", str(pid), *more)
    assert done.returncode == 0, done
    return done.stdout


def openssl(*args, stdin=None, binary=False):
    done = subprocess.run(["openssl", *args], input=stdin, capture_output=True, text=not binary, timeout=120)
    assert done.returncode == 0, done
    return done.stdout


def write(name, text):
    with open(name, "w", encoding="ascii") as file:
        file.write(text)
    return name


def deep(*args, status, tables=False):
    done = run("scan", "--checks", "debian-weak", "--deep", "--format", "jsonl", *args, tables=tables)
    assert done.returncode == status, done
    return [json.loads(line) for line in done.stdout.splitlines()]


def assert_weak(record, architecture, randfile, pid):
    assert record["outcome"] == "noncompliant", record
    assert record["findings"][0]["evidence"] == {"architecture": architecture, "randfile": randfile, "pid": pid}, record


def modulus_of(pem):
    return openssl("rsa", "-modulus", "-noout", stdin=pem).strip().removeprefix("Modulus=")


def random_key(bits, rest=1):
    """Sound, but 1 modulo 3 as the generator's moduli are: others need no walk."""
    while True:
        pem = openssl("genrsa", str(bits))
        if int(modulus_of(pem), 16) % 3 == rest:
            return pem


def random_moduli(bits, num):
    return [modulus_of(random_key(bits)) for _ in range(num)]


class Generator:
    """The vulnerable generator, byte by byte."""

    def __init__(self, architecture, randfile, pid):
        self.long, self.stat, self.order = {"le64": (8, 144, "little"), "le32": (4, 88, "little"), "be32": (4, 88, "big")}[architecture]
        self.pool, self.md, self.counts = bytearray(1024), bytes(20), [0, 0]
        self.index = self.fill = 0
        self.pid, self.stirred, self.polled = pid, False, False
        if randfile != "nornd":
            self.add(self.stat)
        if randfile == "rnd":
            self.add(1024)
        else:
            self.poll()

    def counters(self, counts):
        return b"".join(c.to_bytes(self.long, self.order) for c in counts)

    def add(self, num):
        local, counts, at = self.md, list(self.counts), self.index
        self.index += num
        if self.index >= 1023:
            self.index, self.fill = self.index % 1023, 1023
        else:
            self.fill = max(self.fill, self.index)
        self.counts[1] += -(-num // 20)
        for done in range(0, num, 20):
            places = [(at + i) % 1023 for i in range(min(20, num - done))]
            local = hashlib.sha1(local + bytes(self.pool[p] for p in places) + self.counters(counts)).digest()
            counts[1] += 1
            for p, byte in zip(places, local):
                self.pool[p] ^= byte
            at += len(places)
        self.md = bytes(a ^ b for a, b in zip(self.md, local))

    def poll(self):
        if not self.polled:
            self.polled = True
            for num in (32, self.long, self.long, self.long):
                self.add(num)

    def bytes(self, num):
        self.poll()
        if not self.stirred:
            self.stirred = True
            for _ in range(52):
                self.add(20)
        local, counts, at, limit = self.md, list(self.counts), self.index, self.fill
        self.index += -(-num // 10) * 10
        if self.index > limit:
            self.index %= limit
        self.counts[0] += 1
        out = b""
        for done in range(0, num, 10):
            pid = self.pid.to_bytes(4, self.order) if done == 0 and self.pid else b""
            read = bytes(self.pool[(at % limit + i) % limit] for i in range(10))
            local = hashlib.sha1(pid + local + self.counters(counts) + read).digest()
            for byte in local[:10]:
                self.pool[at] ^= byte
                at = 0 if at + 1 >= limit else at + 1
            out += local[10:]
        self.md = hashlib.sha1(self.counters(counts) + local + self.md).digest()
        return out[:num]

    def below(self, limit):
        """rand_range, as the private numbers of EC and DSA keys are drawn: not zero."""
        bits = limit.bit_length()
        wide = bits >= 3 and limit >> (bits - 3) & 3 == 0
        while True:
            draw = bits + wide
            self.add(self.long)
            number = int.from_bytes(self.bytes(-(-draw // 8)), "big") & ((1 << draw) - 1)
            for _ in range(2 * wide):
                number -= limit if number >= limit else 0
            if 0 < number < limit:
                return number


def der(tag, contents):
    size = len(contents)
    length = bytes([size]) if size < 128 else bytes([0x80 | -(-size.bit_length() // 8)]) + size.to_bytes(-(-size.bit_length() // 8), "big")
    return bytes([tag]) + length + contents


def integer(number):
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def dsa_key(p, q, g, y):
    parameters = der(0x30, integer(p) + integer(q) + integer(g))
    algorithm = der(0x30, bytes.fromhex("06072a8648ce380401") + parameters)
    spki = der(0x30, algorithm + der(3, b"\0" + integer(y)))
    return "-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(spki).decode() + "-----END PUBLIC KEY-----\n"


def dsa_parameters():
    """p, q, g of 1024 and 160 bits."""
    text = openssl("asn1parse", "-in", write("dsa.pem", openssl("genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt",
                                                                "dsa_paramgen_bits:1024", "-pkeyopt", "dsa_paramgen_q_bits:160")))
    return [int(line.rsplit(":", 1)[1], 16) for line in text.splitlines() if "INTEGER" in line]


def test_own_generator_agrees():
    # Private numbers on curves whose orders lead to both ways of drawing.
    for curve, order in (("secp256r1", 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551),
                         ("secp160r1", 0x0100000000000000000001F4C8F927AED3CA752257),
                         ("secp112r2", 0x36DF0AAFD8B8D7597CA10520D04B)):
        for architecture in ("le64", "le32", "be32"):
            for randfile in ("rnd", "nornd", "noreadrnd"):
                pem = key(f"ec:{curve}", architecture, randfile, 4242)
                text = openssl("ec", "-text", "-noout", stdin=pem)
                said = text.split("priv:")[1].split("pub:")[0].replace(":", "").split()
                assert int("".join(said), 16) == Generator(architecture, randfile, 4242).below(order), (curve, architecture, randfile)


def test_dsa_with_its_parameters():
    p, q, g = dsa_parameters()
    weak = [("le64", "nornd", 3), ("le32", "rnd", 17), ("be32", "noreadrnd", 39)]
    keys = [dsa_key(p, q, g, pow(g, Generator(*identity).below(q), p)) for identity in weak]
    keys.append(dsa_key(p, q, g, pow(g, Generator("le64", "rnd", 41).below(q), p)))  # beyond --pid-max
    keys.append(dsa_key(p, q, g, pow(g, q // 3, p)))
    found = deep("--pid-max", "39", write("dsa.txt", "".join(keys)), status=1)
    for record, identity in zip(found, weak):
        assert_weak(record, *identity)
    assert [r["outcome"] for r in found[3:]] == ["compliant"] * 2, found
    assert "deep" not in found[3]  # exact
    said = run("explain", "--deep", "--pid-max", "39", "dsa.txt").stdout
    assert "process 17" in said and "--type dsa" not in said, said


def test_rsa_of_sizes_and_exponents():
    identities = [("le64", "rnd", 0), ("le32", "nornd", 29), ("be32", "noreadrnd", 11)]
    for bits in (512, 521, 640):
        moduli = [key(f"rsa:{bits}", *i, "--format", "modulus").strip() for i in identities]
        name = write("moduli.txt", "\n".join(moduli + random_moduli(bits, 2)) + "\n")
        for cap in ("1e-9", "exact"):
            found = deep("--from", "moduli", "--pid-max", "29", "--deep-cap", cap, name, status=1)
            for record, identity in zip(found, identities):
                assert_weak(record, *identity)
            assert [r["outcome"] for r in found[3:]] == ["compliant"] * 2, found
    for exponent in ("3", "17", "65537", "4294967297"):
        pem = key("rsa:600", "le32", "rnd", 7, "--exponent", exponent)
        assert_weak(deep("--pid-max", "9", write("key.pem", pem), status=1)[0], "le32", "rnd", 7)


def test_curves():
    identities = {"secp192r1": ("le64", "rnd", 1), "secp160k1": ("le32", "nornd", 28), "prime239v3": ("be32", "rnd", 30),
                  "wap-wsg-idm-ecid-wtls9": ("be32", "noreadrnd", 0)}
    pems = [openssl("ec", "-pubout", stdin=key(f"ec:{curve}", *identity)) for curve, identity in identities.items()]
    pems.append(openssl("ec", "-pubout", stdin=openssl("ecparam", "-name", "secp224k1", "-genkey", "-noout")))
    found = deep("--pid-max", "30", write("ec.pem", "".join(pems)), status=1)
    for record, identity in zip(found, identities.values()):
        assert_weak(record, *identity)
    assert found[4]["outcome"] == "compliant" and "deep" not in found[4], found[4]


def test_what_cannot_be_made_is_named():
    binary = openssl("ec", "-pubout", stdin=openssl("ecparam", "-name", "sect163k1", "-genkey", "-noout"))
    explicit = openssl("ec", "-pubout", "-param_enc", "explicit", stdin=openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout"))
    found = deep("--pid-max", "3", write("other.pem", binary + explicit), status=3)
    assert found[0]["undecided"] == [{"check": "debian-weak", "why": "no table for EC 1.3.132.0.1, and such keys cannot be made again"}], found
    assert found[1]["outcome"] == "undecided" and "cannot be made again" in found[1]["undecided"][0]["why"], found
    tiny = deep("--from", "moduli", "--pid-max", "3", write("tiny.txt", "c5a3\n"), status=3)
    assert tiny[0]["undecided"][0]["why"] == "no table for RSA-16, and such keys cannot be made again", tiny


def test_chance_to_miss_is_stated():
    name = write("sound.txt", random_moduli(512, 1)[0] + "\n")
    # Of numbers near 2^256 one in 256 ln 2 is prime; the generator's trial division leaves e^gamma ln 17863 times as many.
    mean = 256 * math.log(2) / (1.7810724179901979 * math.log(17863))
    args = ("--from", "moduli", "--pid-max", "3", "--deep-cap", "5", name)
    want = (1 - 1 / mean) ** 5
    record = deep(*args, status=0)[0]
    assert record["outcome"] == "compliant" and record["deep"]["check"] == "debian-weak", record
    assert abs(record["deep"]["miss_probability"] - want) < 0.001, (record, want)
    scan = ("scan", "--checks", "debian-weak", "--deep")
    said = run(*scan, *args).stdout
    assert f"debian-weak by --deep: a weak key passes with a chance of at most {want:.1e}" in said, said
    rows = list(csv.DictReader(io.StringIO(run(*scan, "--format", "csv", *args).stdout)))
    assert rows[0]["details"] == f"debian-weak: a weak key passes with a chance of {want:.1e}", rows
    whole = json.loads(run(*scan, "--format", "json", *args).stdout)
    assert abs(whole["summary"]["miss_probability"] - want) < 0.001, whole
    sarif = json.loads(run(*scan, "--format", "sarif", *args).stdout)
    assert abs(sarif["runs"][0]["properties"]["missProbability"] - want) < 0.001, sarif
    said = run("explain", "--deep", *args).stdout
    assert f"From --deep: a weak key passes with a chance of {want:.1e}" in said, said
    record = deep("--from", "moduli", "--pid-max", "3", "--deep-cap", "0.3", name, status=0)[0]
    assert 0.2 < record["deep"]["miss_probability"] <= 0.3, record
    record = deep("--from", "moduli", "--pid-max", "3", "--deep-cap", "exact", name, status=0)[0]
    assert "deep" not in record and record["outcome"] == "compliant", record


def test_pids_beyond_a_table():
    pem = openssl("ec", "-pubout", stdin=key("ec:secp256r1", "le64", "rnd", 32801))
    name = write("high.pem", pem)
    without = deep(name, status=0, tables=True)
    assert without[0]["outcome"] == "compliant", without
    assert_weak(deep("--pid-max", "32801", name, status=1, tables=True)[0], "le64", "rnd", 32801)


def test_interrupt_leaves_an_honest_answer():
    weak = openssl("ec", "-pubout", stdin=key("ec:secp192r1", "le64", "rnd", 2))
    slow = openssl("rsa", "-pubout", stdin=random_key(3071))
    write("mixed.pem", weak + slow)
    child = subprocess.Popen([KEYASSAY, "scan", "--checks", "debian-weak", "--deep", "--jobs", "1", "--format", "jsonl", "--progress",
                              "mixed.pem"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=NO_TABLES)
    # The first walk ends at once, its key being found; then the other one is under way.
    time.sleep(3)
    asked = time.monotonic()
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert time.monotonic() - asked < 30
    found = [json.loads(line) for line in out.splitlines()]
    assert child.returncode == 1, (child.returncode, err)
    assert_weak(found[0], "le64", "rnd", 2)
    assert found[1]["outcome"] == "undecided", found
    assert found[1]["undecided"][0]["why"] == "stopped before all weak keys of this type and size were made again", found
    assert "left" in err, err


def test_half_of_all_sound_keys_need_no_walk():
    # 16384 bits would take hours.
    moduli = [f"{(1 << bits) - 3 * k - 1:x}" for bits in (512, 3000, 16384) for k in (2, 4)]
    assert all(int(m, 16) % 3 != 1 for m in moduli)
    name = write("fast.txt", "\n".join(moduli + [modulus_of(random_key(2050, 2))]) + "\n")
    start = time.monotonic()
    found = deep("--from", "moduli", name, status=0)
    assert time.monotonic() - start < 20 and all(r["outcome"] == "compliant" and "deep" not in r for r in found), found


def test_mistakes_are_usage_errors():
    for args in (["--deep-cap", "5"], ["--pid-max", "5"], ["--deep", "--deep-cap", "0"], ["--deep", "--deep-cap", "1.0"],
                 ["--deep", "--deep-cap", "-1"], ["--deep", "--deep-cap", ""], ["--deep", "--deep-cap", "nan"], ["--deep", "--deep-cap", "1e-"],
                 ["--deep", "--deep-cap", "all"], ["--deep", "--pid-max", "4194304"], ["--deep", "--pid-max", "-1"],
                 ["--deep", "--pid-max", "1x"], ["--deep", "--pid-max", ""]):
        for verb in ("scan", "explain"):
            done = run(verb, *args, "/dev/null")
            assert done.returncode == 2 and args[-2] in done.stderr and done.stdout == "", (verb, args, done)


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
            except (AssertionError, subprocess.TimeoutExpired, OSError, ValueError, LookupError) as error:
                failed += 1
                print("\n".join("# " + line for line in repr(error).splitlines()))
                print(f"not ok {number} - {test.__name__}", flush=True)
        os.chdir("/")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
