#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Options of keyassay scan, its exit status, and how it behaves on a terminal.

Usage: options_test.py KEYASSAY [CASE...]; prints TAP.
"""
import os
import random
import sys
import time

import kit
from kit import (certificate, checks, example, outcomes, pem, public_der, run, run_on_terminal, scan, write)

SOUND, EXPIRED, WEAK = example("sound-ca.pem"), example("expired-ca.pem"), example("debian-weak-ca.pem")


def test_exit_status():
    undecided = write("undecided.pem", pem("PUBLIC KEY", public_der("rsa-unknown")))
    junk = write("junk.pem", b"-----BEGIN CERTIFICATE-----\n")
    wanted = [
        ((SOUND,), 0), ((WEAK,), 1), ((undecided,), 3), ((junk,), 3), (("no-such-file",), 3),
        # Something noncompliant outweighs what could not be read.
        ((SOUND, WEAK), 1), ((SOUND, junk), 3), ((junk, WEAK, undecided), 1), ((WEAK, "no-such-file"), 1), ((SOUND, undecided), 3),
        (("--checks", "roca", undecided), 0), (("--checks", "roca", WEAK), 0), (("--checks", "key-size,validity", WEAK), 0),
    ]
    for args, status in wanted:
        for form in ("text", "jsonl", "json", "csv", "sarif"):
            for quiet in ((), ("--quiet",)):
                assert run("scan", "--format", form, *quiet, *args).status == status, (form, quiet, args, status)


def test_usage_errors():
    mistakes = [("--frob",), ("--format", "xml"), ("--format",), ("--from", "pkcs12"), ("--profile", "paranoid"), ("--checks", "debian"),
                ("--checks", ""), ("--checks", ","), ("--checks", "roca,,validity"), ("--at", "yesterday"), ("--at", "2026-02-30T00:00:00Z"),
                ("--at", "2026-01-01"), ("--jobs", "0"), ("--jobs", "-1"), ("--jobs", "many"), ("--jobs", "1e3"), ("--jobs", "257"),
                ("--jobs", ""), ("--deep=yes",), ("-x",)]
    for args in mistakes:
        done = run("scan", *args, SOUND)
        assert done.status == 2 and done.out == b"" and done.err.startswith("keyassay: "), (args, done)
        assert "'keyassay scan --help' shows what is possible" in done.err, done.err
    for args in ((), ("frob",), ("--frob",), ("explain",), ("debian",), ("scna",)):
        assert run(*args).status == 2, args
    assert "did you mean 'scan'" in run("scna").err and "did you mean --format" in run("scan", "--fromat", "x").err
    assert "did you mean 'debian-weak'" in run("scan", "--checks", "debian-weka").err


def test_help_and_version():
    for args in (("--help",), ("scan", "--help"), ("explain", "--help"), ("debian", "--help"), ("debian", "key", "--help"), ("bench", "--help"),
                 ("help",), ("help", "scan")):
        done = run(*args)
        assert done.status == 0 and done.out.startswith(b"Usage: keyassay ") and done.err == "", (args, done)
    for args in (("--version",), ("version",), ("scan", "--version"), ("explain", "--version"), ("debian", "--version"), ("bench", "--version")):
        done = run(*args)
        assert done.status == 0 and done.out.startswith(b"keyassay 0.") and done.err == "", (args, done)


def test_checks_are_exactly_these():
    path = write("all-wrong.pem", pem("CERTIFICATE", certificate(kit.rsa_spki(weak_modulus()), not_after="20210101000000Z")))
    every = ["debian-weak", "key-size", "validity"]
    assert checks(scan(path).records[0]) == every
    for wanted in (["debian-weak"], ["key-size"], ["validity"], ["debian-weak", "validity"], every):
        assert checks(scan("--checks", ",".join(reversed(wanted)), path).records[0]) == wanted, wanted
    assert scan("--checks", "roca", path).records[0]["outcome"] == "compliant"
    # --checks wins over --profile, in any order.
    for args in (("--checks", "roca", "--profile", "full"), ("--profile", "full", "--checks", "roca")):
        assert scan(*args, path).records[0]["findings"] == [], args


def weak_modulus():
    return int(kit.debian_key("rsa:1024", "le64", "rnd", 2, "--format", "modulus"), 16)


def test_profiles():
    for profile in ("audit", "full"):
        wrong = {tuple(checks(scan("--profile", profile, path).records[0])) for path in (WEAK, EXPIRED, example("too-small-ca.pem"), example("roca-ca.pem"))}
        assert wrong == {("debian-weak",), ("validity",), ("key-size",), ("roca",)}, (profile, wrong)


def test_at():
    # Both dates belong to the period: RFC 5280 4.1.2.5.
    wanted = {"2009-12-31T23:59:59Z": "CERTIFICATE_NOT_YET_VALID", "2010-01-01T00:00:00Z": None, "2019-12-31T23:59:59Z": None,
              "2020-01-01T00:00:00Z": "CERTIFICATE_PAST_EXPIRATION", "2020-01-01T01:00:00+01:00": "CERTIFICATE_PAST_EXPIRATION",
              "2020-01-01T00:59:59+01:00": None, "2009-12-31T22:59:59.5-01:00": "CERTIFICATE_NOT_YET_VALID", "2010-01-01t00:00:00z": None}
    for at, reason in wanted.items():
        record = scan("--at", at, EXPIRED).records[0]
        assert [f["reason_code"] for f in record["findings"]] == ([reason] if reason else []), (at, record)
    assert scan(EXPIRED).records[0]["outcome"] == "noncompliant", "now"


def test_only_noncompliant():
    undecided = write("undecided.pem", pem("PUBLIC KEY", public_der("rsa-unknown")))
    # The time of the judgement is evidence: not one second in one scan and the next in the other.
    paths = ("--at", "2026-01-01T00:00:00Z", SOUND, WEAK, undecided, "no-such-file", EXPIRED, SOUND)
    whole = scan(*paths).records
    done = scan("--only-noncompliant", *paths)
    assert done.records == [r for r in whole if r["outcome"] == "noncompliant"] and len(done.records) == 2 and done.status == 1
    assert scan("--only-noncompliant", SOUND, undecided) == (3, [], "")
    assert run("scan", "--only-noncompliant", "--format", "csv", *paths).out.count(b"\r\n") == 3
    text = run("scan", "--only-noncompliant", *paths).out.decode()
    assert text.count("\n") == 5 and "ok" not in text.split("\n\n")[0] and "UNDECIDED" not in text, text
    # The places in a file are counted with all that is in it.
    with open(SOUND, "rb") as sound, open(EXPIRED, "rb") as expired:
        mixed = sound.read() * 3 + expired.read()
    assert [r["index"] for r in scan("--only-noncompliant", stdin=mixed).records] == [3]


def test_quiet():
    for args in ((WEAK,), (SOUND, "no-such-file"), ("--progress", SOUND)):
        done = run("scan", "--quiet", *args)
        assert done.out == b"" and done.err == "", done
    assert scan("--quiet", WEAK).records == scan(WEAK).records
    table = write("tables/bad.kat", b"no table")
    assert "bad.kat" in run("scan", SOUND, KEYASSAY_TABLES=table).err
    assert run("scan", "--quiet", SOUND, KEYASSAY_TABLES=table).err == ""


def many_objects(seed, num):
    """Objects and faults of many kinds and lengths, several megabytes: hundreds of places where a chunk may end."""
    order = random.Random(seed)
    with open(example("roca-ca.pem"), "rb") as file:
        weak = file.read()
    kinds = [pem("CERTIFICATE", certificate(public_der(kind), subject="x" * length)) for kind in ("rsa", "p256", "ed25519", "rsa-unknown")
             for length in (1, 100, 5000)]
    kinds += [weak, b"text\n" * 50, b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", b"-----BEGIN PUBLIC KEY-----\nnever ended\n",
              kit.command("ssh-keygen", "-i", "-m", "PKCS8", "-f", write("p256.pub", pem("PUBLIC KEY", public_der("p256"))))]
    return b"".join(order.choice(kinds) for _ in range(num))


def test_jobs_keep_the_order():
    os.makedirs("many", exist_ok=True)
    for i in range(30):
        write(f"many/{i:02}.pem", many_objects(i, 40))
    with open(WEAK, "rb") as file:
        write("many/99.pem", many_objects(99, 3000) + file.read())
    for form in ("jsonl", "json", "csv", "text", "sarif"):
        alone = run("scan", "--jobs", "1", "--format", form, "--at", "2026-01-01T00:00:00Z", "many")
        assert len(alone.out) > 10000 and alone.status == 1
        for jobs in ("2", "3", "8", "64"):
            together = run("scan", "--jobs", jobs, "--format", form, "--at", "2026-01-01T00:00:00Z", "many")
            assert together == alone, (form, jobs, len(together.out), len(alone.out))


def test_index_counts_within_a_source():
    write("many/0.pem", many_objects(7, 3000))
    with open("many/0.pem", "rb") as file:
        data = file.read()
    for jobs in ("1", "8"):
        done = scan("--jobs", jobs, "many/0.pem", "-", stdin=data)
        half = len(done.records) // 2
        assert half > 2000 and [r["index"] for r in done.records] == 2 * list(range(half))
        without = [[{k: v for k, v in r.items() if k != "source"} for r in part] for part in (done.records[:half], done.records[half:])]
        assert without[0] == without[1]


def test_colours_on_a_terminal_only():
    assert b"\x1b" not in run("scan", WEAK, SOUND).out
    status, shown = run_on_terminal("scan", WEAK, SOUND)
    assert status == 1 and "\x1b[1;31mCRITICAL\x1b[0m" in shown and "\x1b[32mok\x1b[0m" in shown, shown
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        shown = terminal_with(env, "scan", WEAK)
        assert "\x1b" not in shown and "CRITICAL" in shown, (env, shown)
    # no-color.org: an empty value means nothing.
    assert "\x1b[1;31m" in terminal_with({"NO_COLOR": ""}, "scan", WEAK)
    # Colours belong to where the table goes.
    assert b"\x1b" not in run("scan", WEAK, TERM="xterm").out
    assert "\x1b" not in run_on_terminal("scan", WEAK, streams=("err",))[1]


def terminal_with(env, *args):
    return run_on_terminal(*args, **{"TERM": "xterm", **env})[1]


def slow(process):
    """Feeds certificates for a bit more than the second after which progress is shown."""
    data = pem("CERTIFICATE", certificate(public_der("p256"))) * 100
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        process.stdin.write(data)
        process.stdin.flush()
        time.sleep(0.05)


def test_progress_on_a_terminal():
    status, shown = run_on_terminal("scan", "--format", "jsonl", streams=("err",), feed=slow)
    assert status == 0 and "\r\x1b[K" in shown and " keys, " in shown and "/s" in shown and shown.endswith("\r\x1b[K"), shown
    for args in (("--no-progress",), ("--quiet",)):
        assert run_on_terminal("scan", "--format", "jsonl", *args, streams=("err",), feed=slow) == (0, ""), args
    # Short work shows none; on a machine that is too busy it is not short.
    start = time.monotonic()
    shown = run_on_terminal("scan", SOUND, streams=("err",))
    assert shown == (0, "") or time.monotonic() - start > 1, shown


def test_progress_knows_what_is_left():
    path = write("large.pem", pem("CERTIFICATE", certificate(public_der("rsa"))) * 50000)
    reading, writing = os.pipe()

    def read_slowly(_):
        # The output waits for its reader, so the work takes long on any machine.
        os.close(writing)
        time.sleep(1.5)
        while os.read(reading, 1 << 16):
            time.sleep(0.001)
        os.close(reading)

    status, shown = run_on_terminal("scan", "--format", "jsonl", "--jobs", "1", path, streams=("err",), out=writing, feed=read_slowly)
    assert status == 0 and "[#" in shown and " %  " in shown and " left" in shown, shown


def test_progress_into_a_file():
    done = run("scan", "--progress", "--format", "jsonl", SOUND)
    assert done.err.count("\n") == 1 and "1 keys" in done.err and "\x1b" not in done.err and "100 %" in done.err, done.err


def test_tables_by_environment():
    # Without tables nothing is decided, and that is said.
    os.makedirs("empty", exist_ok=True)
    record, = scan(WEAK, KEYASSAY_TABLES=os.path.abspath("empty")).records
    assert record["outcome"] == "undecided" and record["undecided"][0]["why"] == "no table for RSA-2048; use --deep", record
    with open(os.path.join(kit.ROOT, "tables", "rsa-2048.kat"), "rb") as file:
        table = file.read()
    good = write("some/good.kat", table)
    assert checks(scan(WEAK, KEYASSAY_TABLES="some").records[0]) == ["debian-weak"]
    assert checks(scan(WEAK, KEYASSAY_TABLES="empty:" + good).records[0]) == ["debian-weak"]
    for data, why in ((table[:-1], "shorter or longer"), (table[:5000] + b"\0" + table[5001:], "checksum"), (b"", "shorter or longer"),
                      (b"foreign" * 50, "no keyassay table")):
        bad = write("bad.kat", data)
        done = scan(stdin=public_der("rsa"), KEYASSAY_TABLES="some:" + bad)
        # A refused table is trouble even when no key needed it.
        assert done.status == 3 and "bad.kat: table not used: " in done.err and why in done.err, (why, done)
        assert outcomes(done.records) == [("-", 0, "compliant")], done
    assert scan(SOUND, KEYASSAY_TABLES="no-such-folder").status == 3


def test_tables_are_found_from_where_the_program_is():
    with open(kit.KEYASSAY, "rb") as file:
        program = file.read()
    table = os.path.join(kit.ROOT, "tables", "rsa-2048.kat")
    for tables, place in (("src 1/tables", "src 1/build/cli"), ("src 2/tables", "src 2/build-check/release/cli"),
                          ("moved prefix/share/keyassay/tables", "moved prefix/bin")):
        path = write(os.path.join(place, "keyassay"), program)
        os.chmod(path, 0o755)
        os.makedirs(tables)
        os.symlink(table, os.path.join(tables, "rsa-2048.kat"))
        done = kit.run_shell('exec "$1" scan --format csv "$2"', os.path.abspath(path), WEAK)
        assert done.status == 1 and done.err == "", (place, done)


def test_closed_streams():
    # What is opened next gets their numbers: it must not be taken for them.
    done = kit.run_shell('exec "$0" scan --format jsonl <&-')
    assert done.status == 3 and b"input.unreadable" in done.out and b"Bad file descriptor" in done.out, done
    done = kit.run_shell('exec "$0" scan "$1" >&-', WEAK)
    assert done.status == 3 and "writing the results: Bad file descriptor" in done.err, done
    assert kit.run_shell('exec "$0" scan "$1" 2>&-', WEAK).status == 1
    done = kit.run_shell('exec "$0" scan --format jsonl "$1" <&- 2>&-', WEAK)
    assert done.status == 1 and b"noncompliant" in done.out


def test_output_that_does_not_block():
    # As a parent leaves it that reads events: what does not fit now is written later.
    path = write("several.pem", pem("CERTIFICATE", certificate(public_der("p256"))) * 2000)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with kit.start("scan", "--format", "jsonl", path, stdout=writing) as process:
        os.close(writing)
        time.sleep(0.5)
        with open(reading, "rb") as pipe:
            lines = pipe.read().splitlines()
        err = process.stderr.read()
    assert process.returncode == 0 and err == b"" and len(lines) == 2000, (process.returncode, err, len(lines))


def test_write_errors():
    with open("/dev/full", "wb") as full, kit.start("scan", SOUND, stdout=full) as process:
        err = process.communicate()[1]
    assert process.returncode == 3 and b"writing the results: No space left on device" in err, err
    # A reader that has seen enough.
    with kit.start("scan", "--format", "jsonl", stdin=True, stdout=True) as process:
        process.stdout.close()
        try:
            process.stdin.write(pem("CERTIFICATE", certificate(public_der("p256"))) * 3000)
            process.stdin.close()
        except BrokenPipeError:
            pass
        process.stdin = process.stdout = None
        err = process.communicate(timeout=60)[1]
    assert process.returncode == 3 and b"Broken pipe" in err, (process.returncode, err)


if __name__ == "__main__":
    sys.exit(kit.main(globals()))
