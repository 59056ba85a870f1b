#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""keyassay scan on large, slow and endless inputs: memory stays flat, nothing waits for what is not needed, signals end it in order.

Usage: pipeline_test.py KEYASSAY [CASE...]; prints TAP. KEYASSAY_LONG_BYTES: length of the large inputs, 1 GiB by default.
"""
import json
import os
import re
import select
import signal
import sys
import threading
import time

import kit
from kit import certificate, example, pem, public_der

LONG_BYTES = int(os.environ.get("KEYASSAY_LONG_BYTES", 1 << 30))
GOOD = pem("CERTIFICATE", certificate(public_der("p256")))
ODD = (1 << 2047) + 12345
MIB = 1 << 20
# Two workers: six chunks, three arenas, an object of 8 MiB in each; tables of 14 MiB in all. Far below the input.
FLAT = 160 * MIB


def peak_memory(process):
    """VmHWM: the most that was ever resident; read while it runs."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1]) << 10


class Feeder(threading.Thread):
    """Writes parts to a process and then measures its memory, before its input ends."""

    def __init__(self, process, parts):
        super().__init__()
        self.process, self.parts, self.memory, self.written = process, parts, 0, 0

    def run(self):
        try:
            for part in self.parts:
                self.process.stdin.write(part)
                self.written += len(part)
            self.process.stdin.flush()
            self.memory = peak_memory(self.process)
        except (BrokenPipeError, FileNotFoundError, TypeError):
            pass
        finally:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass


def stream(parts, *args):
    """Scans parts from a pipe; returns the status, the lines as dictionaries and the memory used."""
    with kit.start("scan", "--format", "jsonl", "--jobs", "2", *args, stdin=True, stdout=True, stderr=sys.stderr) as process:
        feeder = Feeder(process, parts)
        feeder.start()
        records = [json.loads(line) for line in process.stdout]
        feeder.join()
        status = process.wait(60)
    print(f"# {' '.join(args)}: {feeder.written / MIB:.0f} MiB in, {len(records)} lines out, {feeder.memory / MIB:.0f} MiB of memory")
    return status, records, feeder.memory


def repeat(part, length):
    whole = part * (MIB // len(part) + 1)
    for _ in range(0, length, len(whole)):
        yield whole


def assert_long_line(head, filler, tail, *args):
    """A line of LONG_BYTES between two good objects: one fault, at its start."""
    parts = (part for group in ([head], repeat(filler, LONG_BYTES), [b"\n", tail]) for part in group)
    status, records, memory = stream(parts, *args)
    seen = [r["error"]["code"] if r["outcome"] == "error" else r["outcome"] for r in records]
    assert seen == ["compliant", "input.too-large", "compliant"] and status == 3, (status, records)
    assert memory < FLAT, memory
    return records[1]["error"]["offset"]


def test_long_line_of_moduli():
    line = f"{ODD:x}\n".encode()
    assert assert_long_line(line, b"7", line, "--from", "moduli") == len(line)


def test_long_line_in_pem():
    begin = b"-----BEGIN CERTIFICATE-----\n"
    assert assert_long_line(GOOD + begin, b"MIIB", GOOD) == len(GOOD)


def test_long_line_of_text():
    # Text between objects is passed over, but a line that is not looked through to its end is said.
    assert assert_long_line(GOOD, b"x", GOOD) == len(GOOD)


def test_endless_der_object():
    # BER's indefinite length: a bundle that never ends.
    head = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x00"
    parts = (part for group in ([head], repeat(b"\x04\x82\x0f\xff" + b"\0" * 4095, LONG_BYTES)) for part in group)
    status, records, memory = stream(parts, "--from", "der")
    assert status == 3 and records[0]["error"]["code"] == "input.too-large" and memory < FLAT, (status, records[:2], memory)


def endless(part, num):
    for _ in range(num):
        yield part


def test_memory_is_flat_on_certificates():
    # The same memory for a stream and for one eight times as long.
    certificates = b"".join(pem("CERTIFICATE", certificate(public_der(kind), subject=f"device {i}")) for kind in ("rsa", "p256") for i in range(500))
    num = max(LONG_BYTES // 8 // len(certificates), 8)
    peaks = []
    for times in (1, 8):
        status, records, memory = stream(endless(certificates, times * num), "--only-noncompliant")
        assert status == 0 and records == []
        peaks.append(memory)
    assert peaks[1] < peaks[0] + 8 * MIB and peaks[1] < FLAT, peaks


def test_memory_is_flat_on_results():
    # Every line is a fault or a finding, and the table for people keeps them aside until the end.
    modulus = f"{(1 << 1023) + 1:x}\n".encode()
    lines = (b"xyz\n" + modulus) * 2000
    num = max(LONG_BYTES // 16 // len(lines), 8)
    peaks = []
    for times in (1, 4):
        with kit.start("scan", "--from", "moduli", "--jobs", "2", "--checks", "key-size", stdin=True, stdout=True, stderr=sys.stderr) as process:
            feeder = Feeder(process, endless(lines, times * num))
            feeder.start()
            total = process.stdout.read().splitlines()[-1]
            feeder.join()
            assert process.wait(60) == 1
        wanted = f"{times * num * 2000:,}"
        assert total.decode() == f"{wanted} keys: 0 critical, {wanted} high, {wanted} errors, 0 compliant", total
        peaks.append(feeder.memory)
    assert peaks[1] < peaks[0] + 24 * MIB and peaks[1] < FLAT, peaks


def read_line(process, seconds):
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    assert ready, "nothing was written"
    return json.loads(os.read(process.stdout.fileno(), 1 << 16).splitlines()[0])


def test_results_come_as_the_input_does():
    # One object at a time from a slow source, as from tail -f: each is judged before the next is there.
    for jobs in ("1", "4"):
        with kit.start("scan", "--format", "jsonl", "--jobs", jobs, stdin=True, stdout=True) as process:
            for i in range(5):
                process.stdin.write(GOOD)
                process.stdin.flush()
                assert read_line(process, 20)["index"] == i, jobs
            process.stdin.close()
            assert process.wait(20) == 0


def test_format_is_not_guessed_from_a_first_digit():
    # '0' may be the first digit of a modulus and the tag of DER; whoever writes slowly still gets the right one.
    for first, rest in (("0", f"{ODD:x}\n"), ("0x", f"{ODD:x}"), ("0", f"x{ODD:x}\n")):
        with kit.start("scan", "--checks", "roca", "--format", "jsonl", stdin=True, stdout=True) as process:
            for part in (first, rest):
                process.stdin.write(part.encode())
                process.stdin.flush()
                time.sleep(0.3)
            out = process.communicate(timeout=20)[0]
        assert b'"modulus"' in out and process.returncode == 0, (first, out)
    # DER does not wait for a line that never comes.
    der = kit.unpem(GOOD)
    with kit.start("scan", "--format", "jsonl", stdin=True, stdout=True) as process:
        for part in (der[:1], der[1:]):
            process.stdin.write(part)
            process.stdin.flush()
            time.sleep(0.3)
        assert read_line(process, 20)["object"] == "certificate"
        process.stdin.close()


def wait_until_signals_are_caught(process):
    """A signal before that is a plain end."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            caught = int(re.search(r"SigCgt:\s+([0-9a-f]+)", file.read())[1], 16)
        if caught >> signal.SIGTERM - 1 & 1 and caught >> signal.SIGINT - 1 & 1:
            return
        time.sleep(0.02)
    raise AssertionError("signals are never caught")


def test_interrupt_while_waiting_for_input():
    for jobs in ("1", "4"):
        for number in (signal.SIGINT, signal.SIGTERM):
            with kit.start("scan", "--format", "json", "--jobs", jobs, stdin=True, stdout=True) as process:
                process.stdin.write(GOOD)
                process.stdin.flush()
                head = b""
                while b'"outcome"' not in head:
                    head += os.read(process.stdout.fileno(), 1 << 16)
                process.send_signal(number)
                document = json.loads(head + process.stdout.read())
                status = process.wait(20)
                process.stdin.close()
            assert status == 3, (jobs, number, status)
            assert len(document["results"]) == 1 and document["summary"]["complete"] is False, document["summary"]


def test_interrupt_while_a_pipe_has_no_writer():
    os.mkfifo("fifo")
    for jobs in ("1", "4"):
        with kit.start("scan", "--jobs", jobs, "fifo", stdout=True) as process:
            wait_until_signals_are_caught(process)
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 3, jobs


def test_interrupt_in_the_middle():
    for form in ("json", "text"):
        with kit.start("scan", "--format", form, "--jobs", "2", stdin=True, stdout=True, stderr=sys.stderr) as process:
            feeder = Feeder(process, endless(GOOD * 1000, 1 << 30))
            feeder.start()
            wait_until_signals_are_caught(process)
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            out = process.stdout.read()
            status = process.wait(60)
            feeder.join()
        assert status == 3, (form, status)
        if form == "json":
            assert json.loads(out)["summary"]["complete"] is False
        else:
            assert out.endswith(b" compliant (stopped before the end)\n"), out[-200:]


def test_a_finding_outlives_an_interrupt():
    with open(example("roca-ca.pem"), "rb") as file:
        weak = file.read()
    with kit.start("scan", "--format", "jsonl", stdin=True, stdout=True) as process:
        process.stdin.write(weak + GOOD)
        process.stdin.flush()
        assert read_line(process, 20)["outcome"] == "noncompliant"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 1
        process.stdin.close()


if __name__ == "__main__":
    sys.exit(kit.main(globals()))
