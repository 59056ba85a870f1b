#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The output formats of keyassay scan: the same findings in each, and names that programs can rely on.

Usage: formats_test.py KEYASSAY [CASE...]; prints TAP.
"""
import csv
import functools
import io
import json
import os
import re
import sys

import jsonschema
import kit
from kit import (CA_BUNDLE, certificate, ec_spki, example, pem, public_der, run, run_on_terminal, scan, sha256, write)
from sarif_subset import record as members
from sarif_subset import validate as validate_sarif

TEXT = {"type": "string"}
HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
COUNT = {"type": "integer", "minimum": 0}
EVIDENCE = {
    "debian-weak": members("architecture randfile pid", architecture={"enum": ["le64", "le32", "be32"]},
                           randfile={"enum": ["rnd", "nornd", "noreadrnd"]}, pid=COUNT),
    "roca": members("generator primorial logarithm log2_chance", generator={"const": 65537}, log2_chance={"type": "number", "maximum": 0},
                    primorial={"enum": [f"primes<={p}" for p in (167, 353, 701, 1427)]}, logarithm={"type": "string", "pattern": "^[0-9]+$"}),
    "key-size": members("bits minimum", bits=COUNT, minimum=COUNT),
    "validity": members("not_before not_after at", not_before=TIME, not_after=TIME, at=TIME),
}
FINDING = members("check reason_code severity reason evidence", check={"enum": list(EVIDENCE)}, reason_code=TEXT, reason=TEXT,
                  severity={"enum": ["CRITICAL", "HIGH", "MEDIUM", "LOW"]}, evidence={"anyOf": list(EVIDENCE.values())})
KEY = members("algorithm", algorithm=TEXT, bits=COUNT, exponent={"type": "string", "pattern": "^[0-9]+$"}, curve=TEXT, curve_oid=TEXT, oid=TEXT)
# What keyassay(1) documents, and nothing else.
JUDGED = members(
    "source index object key outcome findings undecided", source=TEXT, index=COUNT, offset=COUNT, fingerprint_sha256=HASH, spki_sha256=HASH,
    object={"enum": ["certificate", "certificate_request", "public_key", "private_key", "ssh_key", "jwk", "modulus", "pgp_key"]},
    serial=TEXT, subject=TEXT, issuer=TEXT, comment=TEXT, not_before=TIME, not_after=TIME, key=KEY,
    outcome={"enum": ["compliant", "noncompliant", "undecided"]}, findings={"type": "array", "items": FINDING},
    undecided={"type": "array", "items": members("check why", check={"enum": list(EVIDENCE)}, why=TEXT)})
FAULT = members("source index outcome error", source=TEXT, index=COUNT, outcome={"const": "error"}, error=members(
    "code message", code={"type": "string", "pattern": r"^[a-z0-9]+\.[a-z0-9-]+$"}, message=TEXT, offset=COUNT,
    offset_in={"enum": ["input", "object"]}))


def check_record(record):
    jsonschema.validate(record, FAULT if record["outcome"] == "error" else JUDGED)
    if record["outcome"] != "error":
        for finding in record["findings"]:
            jsonschema.validate(finding["evidence"], EVIDENCE[finding["check"]])
        wanted = "noncompliant" if record["findings"] else "undecided" if record["undecided"] else "compliant"
        assert record["outcome"] == wanted, record


@functools.lru_cache(maxsize=None)
def mixture():
    """A folder with every outcome and with what formats have to escape."""
    for file in os.listdir(os.path.join(kit.ROOT, "examples")):
        with open(example(file), "rb") as data:
            write("mix/" + file, data.read())
    weird = 'comma, "quote" \n\r\t\x00 \u202e\u00e9 \U0001f511 <b>&=1+1'
    write("mix/escapes,\"\n.pem", pem("CERTIFICATE", certificate(public_der("p256"), subject=weird, issuer=b"\xff\xfe bytes")))
    write("mix/junk.pem", b"-----BEGIN CERTIFICATE-----\nMAA=\n")
    write("mix/three.pem", b"".join(pem("PUBLIC KEY", public_der(kind)) for kind in ("p384", "rsa-unknown", "ed25519")))
    write("mix/expired-weak.pem", pem("CERTIFICATE", certificate(public_der("rsa-small"), not_after="20210101000000Z")))
    write("mix/empty.pem", b"")
    return "mix"


AT = ("--at", "2026-06-01T00:00:00Z")


def test_jsonl_is_documented():
    done = scan(*AT, mixture())
    assert done.status == 1
    for record in done.records:
        check_record(record)
    assert {r["outcome"] for r in done.records} == {"compliant", "noncompliant", "undecided", "error"}
    field = os.environ.get("KEYASSAY_VECTORS")
    for path in (CA_BUNDLE, *([os.path.join(field, "roca")] if field else [])):
        for record in scan(*AT, path).records if os.path.exists(path) else []:
            check_record(record)


def test_jsonl_of_a_weak_certificate_is_the_contract():
    record, = scan(*AT, example("debian-weak-ca.pem")).records
    names = ["source", "index", "object", "fingerprint_sha256", "spki_sha256", "serial", "subject", "issuer", "not_before", "not_after",
             "key", "outcome", "findings", "undecided"]
    assert list(record) == names, list(record)
    with open(example("debian-weak-ca.pem"), "rb") as file:
        der = kit.unpem(file.read())
    assert record["fingerprint_sha256"] == sha256(der)
    subject = "O=keyassay examples, CN=CA made on Debian in 2007"
    assert (record["source"], record["index"], record["object"]) == (example("debian-weak-ca.pem"), 0, "certificate")
    assert record["subject"] == record["issuer"] == subject
    assert (record["not_before"], record["not_after"]) == ("2024-01-01T00:00:00Z", "2099-12-31T23:59:59Z")
    assert record["key"] == {"algorithm": "RSA", "bits": 2048, "exponent": "65537"} and record["outcome"] == "noncompliant"
    finding, = record["findings"]
    assert list(finding) == ["check", "reason_code", "severity", "reason", "evidence"]
    assert finding["check"] == "debian-weak" and finding["severity"] == "CRITICAL"
    assert finding["reason_code"] == "CERTIFICATE_KEY_VULNERABILITY_CVE-2008-0166"
    assert finding["evidence"] == {"architecture": "le32", "randfile": "rnd", "pid": 4242} and record["undecided"] == []
    fault, = scan(stdin=b"0\x82\x10\x00" + b"0" * 9).records
    assert list(fault) == ["source", "index", "outcome", "error"] and fault["error"]["code"] == "der.truncated", fault


def test_jsonl_undecided_and_error():
    records = {(os.path.basename(r["source"]), r["index"]): r for r in scan(*AT, mixture()).records}
    assert records["three.pem", 1]["undecided"] == [{"check": "debian-weak", "why": "no table for RSA-2222; use --deep"}]
    fault = records["junk.pem", 0]["error"]
    assert fault["code"] == "pem.no-end" and fault["offset"] == 0 and fault["offset_in"] == "input", fault
    assert records["empty.pem", 0]["error"]["code"] == "input.empty" and "offset" not in records["empty.pem", 0]["error"]
    small = records["expired-weak.pem", 0]["findings"]
    assert [f["reason_code"] for f in small] == ["KEY_SIZE_BELOW_MINIMUM", "CERTIFICATE_PAST_EXPIRATION"], small
    assert small[0]["evidence"] == {"bits": 1024, "minimum": 2048}
    assert small[1]["evidence"] == {"not_before": "2020-01-01T00:00:00Z", "not_after": "2021-01-01T00:00:00Z", "at": "2026-06-01T00:00:00Z"}


def test_json_is_the_same_in_one_document():
    lines = scan(*AT, mixture()).records
    done = run("scan", "--format", "json", *AT, mixture())
    document = json.loads(done.out)
    assert done.status == 1 and document["results"] == lines and document["keyassay"]["version"]
    count = {o: sum(r["outcome"] == o for r in lines) for o in ("compliant", "noncompliant", "undecided", "error")}
    severities = {"critical": 2, "high": 2, "medium": 1, "low": 0}
    assert document["summary"] == {
        "inputs": 10, "keys": len(lines) - count["error"], "compliant": count["compliant"], "noncompliant": count["noncompliant"],
        "undecided": count["undecided"], "errors": count["error"], **severities, "complete": True}, document["summary"]
    for stdin in (b"", b"\n"):
        document = json.loads(run("scan", "--format", "json", stdin=stdin).out)
        assert document["summary"]["errors"] == 1 and len(document["results"]) == 1
    document = json.loads(run("scan", "--format", "json", "--only-noncompliant", example("sound-ca.pem")).out)
    assert document["results"] == [] and document["summary"]["compliant"] == 1


def test_csv_is_the_same_as_rows():
    lines = scan(*AT, mixture()).records
    done = run("scan", "--format", "csv", *AT, mixture())
    assert done.status == 1 and done.out.count(b"\r\n") == len(lines) + 1 and done.out.count(b"\n") == done.out.count(b"\r\n")
    rows = list(csv.DictReader(io.StringIO(done.out.decode("utf-8"), newline=""), strict=True))
    assert len(rows) == len(lines)
    for row, record in zip(rows, lines):
        assert None not in row and None not in row.values(), row
        assert row["source"] == record["source"].replace("\n", "\\x0a") and row["index"] == str(record["index"]) and row["outcome"] == record["outcome"]
        if record["outcome"] == "error":
            assert row["error"] == f'{record["error"]["code"]}: {record["error"]["message"]}' and row["object"] == ""
            continue
        key = record["key"]
        assert (row["object"], row["algorithm"], row["bits"]) == (record["object"], key["algorithm"], str(key["bits"]))
        assert row["curve"] == key.get("curve", "") and row["exponent"] == key.get("exponent", ""), row
        for name in ("not_before", "not_after", "fingerprint_sha256", "spki_sha256"):
            assert row[name] == record.get(name, ""), (name, row)
        assert row["reason_codes"] == "; ".join(f["reason_code"] for f in record["findings"])
        assert row["undecided"] == "; ".join(f'{u["check"]}: {u["why"]}' for u in record["undecided"])
        assert row["severity"] == (record["findings"][0]["severity"] if record["findings"] else ""), row
        assert row["error"] == ""
    weird = next(row for row in rows if row["source"].startswith("mix/escapes"))
    assert 'comma' in weird["subject"] and '"' in weird["subject"] and "\u202e" not in weird["subject"], weird


def test_sarif():
    lines = scan(*AT, mixture()).records
    done = run("scan", "--format", "sarif", *AT, mixture())
    sarif = validate_sarif(done.out)
    assert done.status == 1
    wanted = []
    for record in lines:
        for finding in record.get("findings", []):
            wanted.append((finding["check"], "fail", {"CRITICAL": "error", "HIGH": "error", "MEDIUM": "warning"}[finding["severity"]]))
        wanted += [(undecided["check"], "open", "none") for undecided in record.get("undecided", [])]
    assert [(r["ruleId"], r["kind"], r["level"]) for r in sarif["results"]] == wanted, sarif["results"]
    weak = next(r for r in sarif["results"] if r["ruleId"] == "debian-weak" and r["kind"] == "fail")
    assert weak["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "mix/debian-weak-ca.pem"
    assert weak["properties"]["evidence"] == {"architecture": "le32", "randfile": "rnd", "pid": 4242}
    assert weak["properties"]["reasonCode"] == "CERTIFICATE_KEY_VULNERABILITY_CVE-2008-0166"
    assert [rule["id"] for rule in sarif["tool"]["driver"]["rules"]] == ["debian-weak", "roca", "key-size", "validity"]
    faults = [r for r in lines if r["outcome"] == "error"]
    invocation, = sarif["invocations"]
    assert [n["descriptor"]["id"] for n in invocation["toolExecutionNotifications"]] == [r["error"]["code"] for r in faults]
    assert invocation["executionSuccessful"] is False
    assert sarif["properties"] == {"keys": len(lines) - len(faults), "compliant": 4, "noncompliant": 5, "undecided": 1, "errors": 2}, sarif["properties"]


def test_sarif_of_nothing_and_of_strange_names():
    sarif = validate_sarif(run("scan", "--format", "sarif", example("sound-ca.pem")).out)
    assert sarif["results"] == [] and sarif["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    weak = pem("PUBLIC KEY", public_der("rsa-small"))
    uris = {"a:b.pem": "a%3Ab.pem", "sp ace#?%.pem": "sp%20ace%23%3F%25.pem", "\u00e9.pem": "%C3%A9.pem", "\udcff.pem": "%FF.pem"}
    for path, uri in uris.items():
        result, = validate_sarif(run("scan", "--format", "sarif", write(path, weak)).out)["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri, result
    result, = validate_sarif(run("scan", "--format", "sarif", os.path.abspath("a:b.pem")).out)["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("file:///"), result
    result, = validate_sarif(run("scan", "--format", "sarif", stdin=b"text\n" + weak).out)["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "stdin"
    result, = validate_sarif(run("scan", "--format", "sarif", stdin=public_der("rsa-small")).out)["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"byteOffset": 0}


def rows_of(text):
    """Of the table: (severity, rest)."""
    body = text.split("\n\n")[0].splitlines()
    assert body[0].startswith("SEVERITY   FINDING"), text
    return [tuple(line.split(None, 1)) for line in body[1:]]


def test_text_is_worst_first():
    done = run("scan", *AT, mixture())
    text = done.out.decode()
    rows = rows_of(text)
    order = ["CRITICAL", "HIGH", "MEDIUM", "ERROR", "UNDECIDED", "ok"]
    assert [order.index(word) for word, _ in rows] == sorted(order.index(word) for word, _ in rows), text
    assert done.status == 1 and len(rows) == len(scan(*AT, mixture()).records)
    assert "CVE-2008-0166 (le32, rnd, pid 4242)" in rows[0][1] and "CVE-2017-15361 (ROCA, chance 2^-" in rows[1][1], rows
    assert "key too short (1024 bits, at least 2048); expired 2021-01-01" in text
    assert "the PEM block has no END line, at byte 0" in text and "no table for RSA-2222; use --deep" in text
    assert "mix/three.pem#1" in text and "mix/three.pem#2" in text and "mix/three.pem#0" not in text
    assert text.endswith("10 keys: 2 critical, 2 high, 1 medium, 2 errors, 1 undecided, 4 compliant\n"), text
    # Nothing of an input reaches the terminal as a control.
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text), text


def test_text_of_many_compliant_keys_is_bounded():
    many = b"".join(pem("CERTIFICATE", certificate(public_der("p256"), subject=f"device {i}")) for i in range(1234))
    done = run("scan", stdin=many)
    lines = done.out.decode().splitlines()
    assert done.status == 0 and len(lines) == 1 + 200 + 1 + 1 + 1, len(lines)
    assert lines[201] == "... and 1,034 more compliant keys; --format csv or jsonl lists them all", lines[201]
    assert lines[-1] == "1,234 keys: 0 critical, 1,234 compliant"
    # The worst is seen even when it comes last.
    with open(example("roca-ca.pem"), "rb") as file:
        done = run("scan", stdin=many + file.read())
    assert done.out.decode().splitlines()[1].startswith("CRITICAL   CVE-2017-15361") and done.status == 1
    assert "-#1234" in done.out.decode().splitlines()[1]


def test_text_fits_a_terminal():
    path = write("long.pem", pem("CERTIFICATE", certificate(public_der("p256"), subject="\u00e9" * 300)))
    for columns in (60, 80, 132):
        status, shown = run_on_terminal("scan", "--jobs", "1", path, columns=columns)
        row = re.sub("\x1b\\[[0-9;]*m", "", shown).splitlines()[1]
        assert status == 0 and row.endswith("\u2026") and len(row) <= max(columns, 60), (columns, row)
    assert "\u00e9" * 300 in run("scan", path).out.decode(), "a pipe has no width"
    assert "\u2026" in run("scan", path, COLUMNS="80").out.decode()


def test_unknown_curves_and_algorithms():
    kit.CURVES.update(unknown="1.3.132.0.99", brainpoolP256r1="1.3.36.3.3.2.8.1.1.7")
    spki = ec_spki("unknown", b"\x04" + b"\1" * 64)
    record, = scan(stdin=spki).records
    check_record(record)
    assert record["key"]["curve_oid"] == "1.3.132.0.99" and record["outcome"] == "undecided", record
    other = kit.sequence(kit.sequence(kit.oid("1.2.3.4.5")), kit.bit_string(b"abc"))
    record, = scan(stdin=other).records
    check_record(record)
    assert record["key"]["oid"] == "1.2.3.4.5", record
    for form in ("text", "csv", "sarif", "json"):
        assert run("scan", "--format", form, stdin=spki).status == 3


if __name__ == "__main__":
    sys.exit(kit.main(globals()))
