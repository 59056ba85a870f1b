#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up the tests that 'meson test' ran in some build directories, case by case.

cmocka programs and TAP programs report their cases; a program that reports none is one case. A program that ended badly
without naming a failed case (a crash, a sanitizer, a time-out) is one failed case more. Prints what failed and was skipped,
then 'N passed, N failed[, N skipped]'. Exit status 1 when a case failed or none ran.
"""
import json
import os
import re
import sys

CMOCKA = {"OK": "passed", "FAILED": "failed", "SKIPPED": "skipped", "ERROR": "failed"}


def cases(test):
    """Yields (case, outcome) of one test program."""
    text = test.get("stdout", "") + "\n" + test.get("stderr", "")
    seen = set()
    for mark, name in re.findall(r"^\[\s+(OK|FAILED|SKIPPED|ERROR)\s+\] (\w+)\s*$", text, re.M):
        # cmocka lists failed and skipped cases again in its summary.
        if name not in seen:
            seen.add(name)
            yield name, CMOCKA[mark]
    for bad, name in re.findall(r"^(not )?ok \d+\s*-?\s*(.*)$", test.get("stdout", ""), re.M):
        if re.search(r"#\s*SKIP", name, re.I):
            yield name, "skipped"
        else:
            yield name, "failed" if bad else "passed"


def main(directories):
    total = {"passed": 0, "failed": 0, "skipped": 0}
    for directory in directories:
        label = os.path.basename(directory)
        log = os.path.join(directory, "meson-logs", "testlog.json")
        if not os.path.exists(log):
            print(f"FAILED {label}: no test ran, see {directory}.log")
            total["failed"] += 1
            continue
        for line in open(log, encoding="utf-8"):
            test = json.loads(line)
            found = list(cases(test))
            result = test["result"]
            if result == "SKIP" and not found:
                found = [("", "skipped")]
            elif result in ("OK", "SKIP") and not found:
                found = [("", "passed")]
            elif result not in ("OK", "SKIP") and not any(outcome == "failed" for _, outcome in found):
                found.append((f"ended with {result}", "failed"))
            for name, outcome in found:
                total[outcome] += 1
                if outcome != "passed":
                    print(f"{outcome.upper()} {label}: {test['name']}: {name}")
            if result not in ("OK", "SKIP"):
                text = (test.get("stdout", "") + test.get("stderr", "")).splitlines()
                print("\n".join("    " + line for line in text[-60:]))
    line = f"{total['passed']} passed, {total['failed']} failed"
    if total["skipped"]:
        line += f", {total['skipped']} skipped"
    print(line)
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
