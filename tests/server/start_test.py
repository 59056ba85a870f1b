#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""keyassayd's verbs, first starts (whole, interrupted, impossible), configuration and exit statuses.

Usage: start_test.py KEYASSAYD [WORD...]; prints TAP.
"""
import contextlib
import itertools
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from keyassayd import DidNotStart, Keyassayd, parse_credentials, run_tests

BINARY = os.path.abspath(sys.argv[1])
FILES = ["ca.key.sealed", "ca.pem", "credentials", "keyassay.db", "secret.key"]


def run(*words, env=None):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=120, env=env)


@contextlib.contextmanager
def folder():
    path = tempfile.mkdtemp(prefix="keyassayd-test-")
    try:
        yield path
    finally:
        shutil.rmtree(path)


def fails_to_start(*options, config=None, data=None):
    try:
        with Keyassayd(BINARY, *options, config=config, data=data):
            pass
    except DidNotStart as error:
        return error.status, error.output
    raise AssertionError(f"it started: {options}")


def works(server, key=None):
    status, headers, body = server.request("GET", "/audit/configuration", key=key)
    return status == 200 or (status, headers.get("x-amzn-errortype"), body)


def test_first_start_and_restart():
    with Keyassayd(BINARY) as server:
        assert sorted(os.listdir(server.data)) == sorted(FILES + ["log.begun"] + [
            name for name in os.listdir(server.data) if name.startswith("keyassay.db-") or name.endswith(".lock")])
        assert stat.S_IMODE(os.stat(server.data).st_mode) == 0o700
        for name in ("credentials", "secret.key", "keyassay.db", "ca.key.sealed"):
            assert stat.S_IMODE(os.stat(os.path.join(server.data, name)).st_mode) == 0o600, name
        assert re.fullmatch(r"\[default\]\naws_access_key_id = AKIA[A-Z2-7]{16}\naws_secret_access_key = [A-Za-z0-9/+]{40}\n",
                            open(server.credentials_path).read())
        assert len(open(os.path.join(server.data, "secret.key"), "rb").read()) == 32
        assert f"event=init msg=\"{server.data} is initialised" in server.log()
        assert works(server) is True
        before = {name: open(os.path.join(server.data, name), "rb").read() for name in FILES if not name.endswith(".db")}
        status, _, body = server.request("GET", "/registrationcode")
        assert status == 200
        # Again: nothing is made anew, and what was told is remembered. After a crash too.
        for stop in (server.stop, server.kill):
            stop()
            server.start()
            assert works(server) is True
            assert server.request("GET", "/registrationcode")[2] == body
        assert before == {name: open(os.path.join(server.data, name), "rb").read() for name in before}
        assert server.log().count("event=init ") == 1
        # The secret is in no file but credentials.
        secret = server.credentials[1].encode()
        for name in os.listdir(server.data):
            assert (secret in open(os.path.join(server.data, name), "rb").read()) == (name == "credentials"), name


def test_init_is_completed_whatever_is_missing():
    with folder() as base:
        done = run("init", "--data", f"{base}/whole", "--account", "123456789012")
        assert done.returncode == 0 and done.stderr == "", done
        assert done.stdout == (f"initialised {base}/whole for account 123456789012; the administrator's access key is in "
                               f"{base}/whole/credentials\n")
        done = run("init", "--data", f"{base}/whole")
        assert (done.returncode, done.stdout) == (0, f"{base}/whole is initialised already; nothing was changed\n"), done
        number = 0
        for missing in itertools.chain.from_iterable(itertools.combinations(FILES, n) for n in range(len(FILES) + 1)):
            number += 1
            data = f"{base}/{number}"
            shutil.copytree(f"{base}/whole", data)
            for name in missing:
                os.unlink(f"{data}/{name}")
            # As after a crash of the first start: the mark is there, and a file that was being written.
            for name in ("init.unfinished", "credentials.part"):
                open(f"{data}/{name}", "w").close()
            if number % 2:
                with open(f"{data}/secret.key", "wb") as file:
                    file.write(b"cut off")
                os.chmod(f"{data}/secret.key", 0o600)
            done = run("accesskey", "list", "--data", data)
            assert done.returncode == 1 and "only half initialised; 'keyassayd init'" in done.stderr, done
            done = run("init", "--data", data, "--account", "123456789012")
            assert done.returncode == 0, (missing, done)
            assert not os.path.exists(f"{data}/init.unfinished")
            listed = run("accesskey", "list", "--data", data).stdout.splitlines()
            access, _, _ = parse_credentials(open(f"{data}/credentials").read())
            assert len(listed) == 1 and listed[0].startswith(f"{access}\t123456789012\tadmin\tenabled\t20"), (missing, listed)
        with Keyassayd(BINARY, data=data) as server:
            assert works(server) is True


def test_init_killed_at_random_moments():
    dice = random.Random(1)
    with folder() as base:
        begin = time.monotonic()
        assert run("init", "--data", f"{base}/0").returncode == 0
        whole = time.monotonic() - begin
        unfinished = 0
        for number in range(1, 41):
            data = f"{base}/{number}"
            process = subprocess.Popen([BINARY, "init", "--data", data], stdout=subprocess.DEVNULL)
            time.sleep(dice.random() * whole)
            process.kill()
            process.wait()
            unfinished += os.path.exists(f"{data}/init.unfinished")
            done = run("init", "--data", data)
            assert done.returncode == 0, done
            listed = run("accesskey", "list", "--data", data).stdout
            access, _, _ = parse_credentials(open(f"{data}/credentials").read())
            assert listed.count("\n") == 1 and access in listed, listed
        with Keyassayd(BINARY, data=data) as server:
            assert works(server) is True
        print(f"# {unfinished} of 40 were interrupted in the middle")


def test_damaged_directories_are_named():
    with folder() as base:
        assert run("init", "--data", f"{base}/whole").returncode == 0
        rows = [
            ("secret.key", r"secret\.key is missing, but the database .* is there; restore the file from a backup"),
            ("keyassay.db", r"the database .*keyassay\.db is missing, but .*secret\.key is there; restore the database"),
            ("ca.pem", r"ca\.pem"),
            ("ca.key.sealed", r"ca\.key\.sealed"),
        ]
        for name, message in rows:
            data = f"{base}/without-{name}"
            shutil.copytree(f"{base}/whole", data)
            os.unlink(f"{data}/{name}")
            status, output = fails_to_start(data=data)
            assert status == 1 and re.search(message, output), (name, status, output)
            # Nothing was made anew.
            assert not os.path.exists(f"{data}/{name}"), name
        # Not needed any more once it was copied.
        os.unlink(f"{base}/whole/credentials")
        with Keyassayd(BINARY, data=f"{base}/whole"):
            assert not os.path.exists(f"{base}/whole/credentials")
        # Others must not read the key.
        os.chmod(f"{base}/whole/secret.key", 0o644)
        status, output = fails_to_start(data=f"{base}/whole")
        assert status == 1 and "secret.key" in output, output
        os.chmod(f"{base}/whole/secret.key", 0o600)
        with open(f"{base}/whole/secret.key", "ab") as file:
            file.write(b"x")
        status, output = fails_to_start(data=f"{base}/whole")
        assert status == 1 and "secret.key" in output, output


def test_another_secret_key():
    with folder() as base:
        for name in "ab":
            assert run("init", "--data", f"{base}/{name}").returncode == 0
        shutil.copy(f"{base}/a/secret.key", f"{base}/b/secret.key")
        status, output = fails_to_start(data=f"{base}/b")
        assert status == 1 and "secret.key is that of another one" in output, output


def test_foreign_and_newer_databases():
    with folder() as base:
        assert run("init", "--data", f"{base}/d").returncode == 0
        database = f"{base}/d/keyassay.db"
        connection = sqlite3.connect(database)
        newest = connection.execute("SELECT max(version) FROM schema_version").fetchone()[0]
        done = run("migrate", "--data", f"{base}/d")
        assert (done.returncode, done.stdout) == (0, f"sqlite:{database} has schema {newest}, which this program uses\n"), done
        connection.execute("INSERT INTO schema_version (version, name, applied) VALUES (?, 'from the future', 0)", (newest + 1,))
        connection.commit()
        connection.close()
        content = open(database, "rb").read()
        for words in (["serve", "--listen", "127.0.0.1:0"], ["migrate"], ["init"], ["accesskey", "list"], ["account", "list"]):
            done = run(*words, "--data", f"{base}/d")
            assert done.returncode == 1 and re.search(f"schema is version {newest + 1}.*versions up to {newest}.*newer keyassayd",
                                                      done.stderr), done
        assert open(database, "rb").read() == content
        with open(database, "wb") as file:
            file.write(b"this is not a database, but somebody may want to keep it. " * 100)
        content = open(database, "rb").read()
        status, output = fails_to_start(data=f"{base}/d")
        assert status == 1 and "keyassay.db" in output, output
        assert open(database, "rb").read() == content
        for url in ("mysql://x", "sqlite:", "postgresql://nobody@127.0.0.1:1/x", f"{base}/d/keyassay.db"):
            status, output = fails_to_start("--db", url)
            assert status in (1, 2) and output.startswith("keyassayd: "), (url, output)


def test_lock_and_port():
    with Keyassayd(BINARY) as server:
        status, output = fails_to_start(data=server.data)
        assert status == 1, output
        assert re.search(rf"keyassay\.db\.lock: another keyassayd with process id {server.process.pid} uses this database", output)
        done = server.command("migrate")
        assert done.returncode == 1 and "another keyassayd" in done.stderr, done
        # Keys and accounts are made while it runs, and taken at once.
        assert works(server, server.new_key("reader")) is True
        assert server.command("account", "create", "111111111111").returncode == 0
        assert works(server, server.new_key("reader", "--account", "111111111111")) is True
        status, output = fails_to_start("--listen", f"127.0.0.1:{server.port}")
        assert (status, output) == (1, f"keyassayd: listen: 127.0.0.1:{server.port}: the port is in use by another program; stop that, "
                                       "or choose another port with --listen\n")
        # A lock ends with its process, however that ends.
        server.kill()
        server.start()


def test_listening():
    assert_refused = [
        ("0.0.0.0:0", "can be reached from outside, and HTTP without TLS is served on loopback only"),
        ("[::]:0", "can be reached from outside"),
        ("127.0.0.1", "is not ADDRESS:PORT"),
        (":8400", "is not ADDRESS:PORT"),
        ("127.0.0.1:", "is not ADDRESS:PORT"),
        ("127.0.0.1:65536", "is not ADDRESS:PORT"),
        ("127.0.0.1:http", "is not ADDRESS:PORT"),
        ("::1:8400", "is not ADDRESS:PORT"),
        ("[::1:8400", "is not ADDRESS:PORT"),
        ("[]:8400", "is not ADDRESS:PORT"),
        ("203.0.113.7:0", "this machine has no such address"),
        ("no.such.host.invalid:1", "listen: no.such.host.invalid:1: "),
    ]
    for address, message in assert_refused:
        status, output = fails_to_start("--listen", address)
        assert status == 1 and message in output, (address, output)
    with Keyassayd(BINARY, "--listen", "127.0.0.1:0", "--listen", "127.0.0.2:0", "--listen", "localhost:0") as server:
        addresses = re.findall(r"event=listen address=(\S+) protocol=http", server.log())
        assert len(addresses) == 3 and addresses[0].startswith("127.0.0.1:") and addresses[1].startswith("127.0.0.2:"), addresses
        for address in addresses:
            host, port = address.rsplit(":", 1)
            with socket.create_connection((host.strip("[]"), int(port))) as sock:
                sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert sock.recv(1000).startswith(b"HTTP/1.1 200")
    with Keyassayd(BINARY, "--insecure-http", "--listen", "0.0.0.0:0") as server:
        assert works(server) is True
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        print("# no IPv6 here: [::1] is not tried")
        return
    with Keyassayd(BINARY, "--listen", "[::1]:0") as server:
        assert re.fullmatch(r"\[::1\]:\d+", server.address)
        with socket.create_connection(("::1", server.port)) as sock:
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert sock.recv(1000).startswith(b"HTTP/1.1 200")
        assert "peer=[::1]:" in server.log()


def test_configuration_file():
    with Keyassayd(BINARY, config="# test\nlisten = 127.0.0.1:0\nlog-format = json\nthreads = 3\naccount = 222222222222\n") as server:
        assert '"event":"ready","version":' in server.log() and '"account":"222222222222"' in server.log()
        done = server.command("config", "--config", server.config, "--threads", "2")
        assert done.returncode == 0, done
        # Command line before file before default.
        for line in ("threads = 2", "log-format = json", "#workers = 64", "listen = 127.0.0.1:0", f"data = {server.data}"):
            assert line in done.stdout.splitlines(), (line, done.stdout)
        # What is printed is a file that says the same.
        server.write_config(done.stdout)
        assert server.command("config", "--config", server.config).stdout == done.stdout
    for text, message in (("liste = 127.0.0.1:0\n", r"keyassayd\.conf:1: unknown key 'liste'; did you mean 'listen'\?"),
                          ("\nthreads = many\n", r"keyassayd\.conf:2: threads: 'many' is not a whole number"),
                          ("tls-cert = x\n", r"tls-key: tls-cert is set, so this is needed too")):
        status, output = fails_to_start(config=text)
        assert status == 2 and re.search(message, output), output
    status, output = fails_to_start("--config", "/no/such/file")
    assert (status, output) == (2, "keyassayd: /no/such/file: No such file or directory\n")
    status, output = fails_to_start("--account", "333333333333", "--log-file", "/no/such/folder/log")
    assert (status, output) == (1, "keyassayd: /no/such/folder/log: No such file or directory\n")


def test_default_directory():
    with folder() as base:
        env = {k: v for k, v in os.environ.items() if k not in ("XDG_DATA_HOME", "HOME")}
        done = run("init", env=dict(env, HOME=base))
        assert done.returncode == 0 and os.path.exists(f"{base}/.local/share/keyassay/credentials"), done
        done = run("init", env=dict(env, XDG_DATA_HOME=f"{base}/x", HOME=base))
        assert done.returncode == 0 and os.path.exists(f"{base}/x/keyassay/credentials"), done
        done = run("init", env=env)
        assert done.returncode == 2 and "data: not set" in done.stderr, done
        with open(f"{base}/file", "w"):
            pass
        done = run("init", "--data", f"{base}/file")
        assert done.returncode == 1 and "file: is not a directory" in done.stderr, done


def test_access_keys_and_accounts():
    with Keyassayd(BINARY) as server:
        reader = server.new_key("reader", "--description", "for the \x1b[31mdashboard")
        assert works(server, reader) is True
        listed = server.command("accesskey", "list").stdout.splitlines()
        assert len(listed) == 2 and "\x1b" not in "".join(listed)
        row = next(line.split("\t") for line in listed if line.startswith(reader[0]))
        assert row[:4] == [reader[0], "000000000000", "reader", "enabled"] and row[5] == r"for the \x1b[31mdashboard", row
        assert reader[1] not in "".join(listed)
        done = server.command("accesskey", "delete", reader[0])
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
        done = server.command("accesskey", "delete", reader[0])
        assert done.returncode == 1 and f"there is no access key {reader[0]}" in done.stderr, done
        # A deleted key stops working soon on a running server.
        for _ in range(150):
            if works(server, reader) is not True:
                break
            time.sleep(0.1)
        assert works(server, reader)[:2] == (403, "UnrecognizedClientException"), works(server, reader)
        # Temporary ones are stored nowhere.
        session = server.new_key("auditor", "--session", "3600")
        assert session[0].startswith("ASIA") and session[2] and works(server, session) is True
        assert len(server.command("accesskey", "list").stdout.splitlines()) == 1
        done = server.command("account", "create", "444444444444", "--name", "spare")
        assert done.returncode == 0 and done.stdout.startswith("made account 444444444444; "), done
        # The oldest account is meant where none is named.
        key = server.new_key("reader")
        assert f"\n{key[0]}\t000000000000\t" in "\n" + server.command("accesskey", "list").stdout
        server.command("accesskey", "delete", key[0])
        done = server.command("account", "create", "444444444444")
        assert done.returncode == 1 and "there is an account 444444444444 already" in done.stderr, done
        listed = [line.split("\t") for line in server.command("account", "list").stdout.splitlines()]
        assert [(row[0], row[2]) for row in listed] == [("000000000000", ""), ("444444444444", "spare")], listed
        done = server.command("accesskey", "create", "--account", "555555555555")
        assert done.returncode == 1 and "there is no account 555555555555; 'keyassayd account create 555555555555'" in done.stderr
        done = server.command("accesskey", "list", "--account", "444444444444")
        assert (done.returncode, done.stdout) == (0, ""), done


def test_help_versions_and_mistakes():
    for words in (["--help"], ["help"], ["serve", "--help"], ["init", "--help"], ["migrate", "-h"], ["config", "--help"],
                  ["accesskey", "--help"], ["accesskey", "create", "--help"], ["accesskey", "list", "--help"],
                  ["accesskey", "delete", "--help"], ["account", "--help"], ["account", "create", "--help"],
                  ["account", "list", "--help"]):
        done = run(*words)
        assert done.returncode == 0 and done.stderr == "" and done.stdout.startswith("Usage: keyassayd "), done
        assert all(len(line) <= 120 for line in done.stdout.splitlines())
    for words in (["--version"], ["serve", "--version"], ["accesskey", "--version"], ["accesskey", "create", "--version"]):
        done = run(*words)
        assert done.returncode == 0 and done.stdout.startswith("keyassayd 0."), done
    rows = [
        ([], "Usage: keyassayd VERB"),
        (["sevre"], "unknown verb 'sevre'; did you mean 'serve'?"),
        (["--data", "x"], "unknown option --data; the verb comes first"),
        (["accesskey"], "Usage: keyassayd accesskey VERB"),
        (["accesskey", "creat"], "unknown verb 'creat'; did you mean 'create'?"),
        (["serve", "--lisen", "x"], "unknown or ambiguous option --lisen; did you mean --listen?"),
        (["serve", "--data"], "option --data needs an argument"),
        (["serve", "--insecure-http=yes"], "option --insecure-http takes no argument"),
        (["serve", "--threads", "0x1"], "--threads: '0x1' is not a whole number"),
        (["serve", "--account", "1"], "account: '1' is not 12 digits"),
        (["serve", "here"], "unexpected argument 'here'"),
        (["init", "--listen", "127.0.0.1:1"], "unknown option --listen"),
        (["accesskey", "create", "--role", "root"], "--role: 'root' is none of: admin, auditor, reader"),
        (["accesskey", "create", "--session", "59"], "--session: '59' is not between 60 and 129600 seconds"),
        (["accesskey", "create", "--description", "x" * 257], "--description: longer than 256 bytes"),
        (["accesskey", "delete"], "an argument is missing: [options] ACCESS-KEY-ID"),
        (["account", "create", "12"], "'12' is not 12 digits"),
    ]
    for words, message in rows:
        done = run(*words)
        assert done.returncode == 2 and message in done.stderr and done.stdout == "", done
    done = run("accesskey", "list", "--data", "/no/such/folder")
    assert done.returncode == 1 and "/no/such/folder is not initialised; 'keyassayd init'" in done.stderr, done
    with open("/dev/full", "w") as full:
        done = subprocess.run([BINARY, "config", "--data", "x"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 3 and "standard output: No space left on device" in done.stderr, done


def test_read_only_directory():
    with folder() as base:
        assert run("init", "--data", f"{base}/d").returncode == 0
        done = run("init", "--data", "/proc/keyassayd-test")
        assert done.returncode == 1 and "/proc/keyassayd-test: No such file or directory" in done.stderr, done
        done = run("init", "--data", "/sys/kernel/keyassayd-test")
        assert done.returncode == 1 and done.stderr.startswith("keyassayd: /sys/kernel/keyassayd-test: "), done


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
