#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""keyassayd(8) against the program: every key of the configuration with its default and range, every operation, every verb.

Usage: manual_test.py KEYASSAYD MANUAL OPERATIONS_TABLE ROUTES_DUMP; prints TAP.
"""
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from keyassayd import run_tests

BINARY, MANUAL, TABLE, DUMP = sys.argv[1:5]
del sys.argv[2:]


def run(*words):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60)


def section(name):
    return re.search(rf"^\.Sh {name}\n(.*?)(?=^\.Sh |\Z)", open(MANUAL, encoding="utf-8").read(), re.S | re.M).group(1)


def documented():
    """key: its entry in the manual, as one line without macros."""
    entries = {}
    for entry in re.split(r"^\.It ", section("CONFIGURATION"), flags=re.M)[1:]:
        words = re.sub(r"^\.[A-Z][a-z] ?", "", entry, flags=re.M)
        words = re.sub(r"\b(Cm|Ar|No|Ns|Pq|Em|Pa|El) ?", "", words)
        entries[entry.split()[1]] = " ".join(words.split())
    return entries


def schema():
    """key: its default, as 'keyassayd config' shows it, or None."""
    shown = run("config", "--data", "/d").stdout
    keys = {}
    for line in shown.splitlines():
        found = re.fullmatch(r"#?([a-z-]+) =(?: (.*))?", line)
        if found:
            keys[found.group(1)] = found.group(2)
    assert len(keys) > 20, shown
    return keys


def test_keys():
    assert list(documented()) == list(schema())


def test_keys_are_options_of_serve():
    options = re.findall(r"^  --([a-z-]+)", run("serve", "--help").stdout, re.M)
    assert options == ["config", *schema(), "help", "version"], options


def test_defaults():
    for key, default in schema().items():
        text = documented()[key]
        if key in ("data", "db", "log-file", "endpoint", "sns-endpoint", "account"):
            assert "Default: " in text, key  # in words
        elif default is None:
            assert "Default: " not in text, key
        else:
            assert text.endswith(f"Default: {default}."), (key, text)


def test_ranges_and_choices():
    for key in schema():
        said = run("config", "--data", "/d", f"--{key}", "99999999999999").stderr
        numbers = re.search(r"is not between (\d+) and (\d+)", said)
        choices = re.search(r"is none of: (.*)", said)
        if numbers:
            assert f"{numbers.group(1)} to {numbers.group(2)}" in documented()[key], key
        if choices:
            assert documented()[key].startswith(f"{key} = {' | '.join(choices.group(1).split(', '))}"), key


def test_operations():
    done = subprocess.run([sys.executable, TABLE, DUMP, MANUAL, "--check"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"the manual's table is not that of the routes: ninja manual-operations\n{done.stderr}"
    rows = re.findall(r"^\.It ([A-Z]\w+) Ta", section("OPERATIONS"), re.M)
    assert len(rows) == len(set(rows)) >= 55, rows


def test_a_table_that_is_not_that_of_the_routes_is_noticed():
    with open(MANUAL, encoding="utf-8") as file:
        text = file.read()
    for wrong in (text.replace(".It ListTagsForResource Ta reader Ta works\n", ""),
                  text.replace(".It TagResource Ta admin", ".It TagResource Ta reader")):
        assert wrong != text
        with tempfile.NamedTemporaryFile("w", suffix=".8", encoding="utf-8") as file:
            file.write(wrong)
            file.flush()
            words = [sys.executable, TABLE, DUMP, file.name]
            assert subprocess.run([*words, "--check"], timeout=60).returncode == 1
            assert subprocess.run(words, timeout=60).returncode == 0
            with open(file.name, encoding="utf-8") as made:
                assert made.read() == text


def test_verbs():
    text = open(MANUAL, encoding="utf-8").read()
    for verb in re.findall(r"^  ([a-z]+) ", run("--help").stdout.split("Verbs:")[1].split("Examples:")[0], re.M):
        assert f"\n.Ss {verb}\n" in text, verb
        assert re.search(rf"^\.Cm {verb}\b", section("SYNOPSIS"), re.M), verb


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
