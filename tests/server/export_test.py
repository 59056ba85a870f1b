# SPDX-License-Identifier: Apache-2.0
"""keyassayd export: what brokers must refuse, as files: export_test.py KEYASSAYD [part of a test's name...]"""
import datetime
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from cryptography import x509
from cryptography.hazmat.primitives import serialization

import certs
from keyassayd import Keyassayd, run_tests
from review_kit import authority, fleet, good

BINARY = sys.argv[1]
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tables"))
random.seed(0x65787074)


def export(server, *words):
    done = server.command("export", *words)
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout


def listed(text):
    """The fingerprints of a list, whose form is checked."""
    lines = text.splitlines()
    ids = [line for line in lines if not line.startswith("#")]
    assert text.endswith("\n") and lines[0].startswith("# Certificates to refuse: account "), lines[:2]
    assert lines[-1] == f"# {len(ids)} certificates", lines[-1]
    assert ids == sorted(set(ids)) and all(len(one) == 64 and set(one) <= set("0123456789abcdef") for one in ids), ids
    return ids


def deactivate_by_mitigation(server, ca_id):
    """Sets the columns that a mitigation sets."""
    connection = sqlite3.connect(os.path.join(server.data, "keyassay.db"), timeout=60)
    with connection:
        connection.execute("UPDATE ca SET status = 2, deactivated_by = 'task-1', deactivated = 1 WHERE id = ?", (bytes.fromhex(ca_id),))
    connection.close()


def test_list_is_what_authorize_denies():
    with Keyassayd(BINARY) as server, tempfile.TemporaryDirectory() as folder:
        iot = server.client()
        sound, weak, by_hand = (authority(server, name) for name in ("sound", "weak", "by hand"))
        ids = fleet(server, sound, 6) + fleet(server, weak, 6, "weak thing") + fleet(server, by_hand, 2, "hand thing")
        assert listed(export(server, "--list")) == []
        iot.update_certificate(certificateId=ids[1], newStatus="INACTIVE")
        iot.update_certificate(certificateId=ids[2], newStatus="REVOKED")
        iot.update_certificate(certificateId=ids[7], newStatus="REVOKED")
        iot.update_ca_certificate(certificateId=by_hand.id, newStatus="INACTIVE")
        west = server.client(region="us-west-2")
        other = west.register_certificate_without_ca(certificatePem=certs.pem(certs.make("west", certs.key())), status="INACTIVE")
        path = os.path.join(folder, "refuse")
        assert export(server, "--list", "--out", path) == f"{path}: 3 certificates\n"
        assert listed(open(path, encoding="ascii").read()) == sorted([ids[1], ids[2], ids[7]])
        assert os.stat(path).st_mode & 0o777 == 0o644 and os.listdir(folder) == ["refuse"]
        # The same again: who watches the file reads nothing for nothing.
        before = os.stat(path)
        assert export(server, "--list", "--out", path) == f"{path}: 3 certificates, as before\n"
        assert (os.stat(path).st_ino, os.stat(path).st_mtime_ns) == (before.st_ino, before.st_mtime_ns) and os.listdir(folder) == ["refuse"]
        deactivate_by_mitigation(server, weak.id)
        refused = listed(export(server, "--list"))
        assert refused == sorted([ids[1], ids[2], *ids[6:12], weak.id]), refused
        for one in ids:
            reply = good(server, "GET", f"/authorize?certificate={one}")
            assert (reply["decision"] == "deny") == (one in refused), reply
        assert listed(export(server, "--list", "--region", "us-west-2")) == [other["certificateId"]]
        server.command("account", "create", "111122223333")
        assert listed(export(server, "--list", "--account", "111122223333")) == []


def test_many_cas_between_devices():
    """More CAs than are held at a time, in order with devices; one certificate that is both."""
    with Keyassayd(BINARY) as server:
        iot = server.client()
        key = certs.key()
        made = [certs.make(f"CA {i}", key, ca=True) for i in range(600)]
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write("".join(certs.pem(ca) for ca in made))
            file.flush()
            assert server.command("import", "--region", "us-east-1", "--status", "INACTIVE", file.name).returncode == 0
        for i in range(30):
            pem = certs.pem(made[7] if i == 0 else certs.make(f"thing {i}", key))
            iot.register_certificate_without_ca(certificatePem=pem, status="INACTIVE")
        assert len(listed(export(server, "--list"))) == 30
        connection = sqlite3.connect(os.path.join(server.data, "keyassay.db"), timeout=60)
        with connection:
            connection.execute("UPDATE ca SET deactivated_by = 'task-1', deactivated = 1")
        connection.close()
        refused = listed(export(server, "--list"))
        assert len(refused) == 629 and {certs.fingerprint(ca) for ca in made} <= set(refused)


# --- the internal CA's list ------------------------------------------------------------------------------------------------------------


def openssl(*words):
    return subprocess.run(["openssl", *words], capture_output=True, text=True, timeout=60)


def read_crl(path, server):
    """The list, read by libcrypto and by python3-cryptography, its signature verified by both: {serial: reason or None}."""
    ca = os.path.join(server.data, "ca.pem")
    done = openssl("crl", "-in", path, "-CAfile", ca, "-noout", "-text", "-verify")
    assert done.returncode == 0 and "verify OK" in done.stderr, done.stderr
    crl = x509.load_pem_x509_crl(open(path, "rb").read())
    issuer = x509.load_pem_x509_certificate(open(ca, "rb").read())
    assert crl.is_signature_valid(issuer.public_key()) and crl.issuer == issuer.subject
    identifier = crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert identifier == issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    # DER has one form: what a library writes of it again is the same.
    assert crl.public_bytes(serialization.Encoding.PEM) == open(path, "rb").read()
    reasons = {}
    for entry in crl:
        try:
            reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
        except x509.ExtensionNotFound:
            reason = None
        reasons[entry.serial_number] = reason
        assert f"{entry.serial_number:X}" in done.stdout.replace("0x", ""), done.stdout
    return crl, reasons


def verify(path, server, pem, folder):
    """What openssl verify says of a certificate with the list: "OK", or the error's number."""
    name = os.path.join(folder, "one.pem")
    with open(name, "w", encoding="ascii") as file:
        file.write(pem)
    ca = os.path.join(server.data, "ca.pem")
    done = openssl("verify", "-crl_check", "-CAfile", ca, "-CRLfile", path, name)
    return "OK" if done.returncode == 0 else done.stdout + done.stderr


def test_crl():
    with Keyassayd(BINARY) as server, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "crl.pem")
        iot = server.client()
        assert export(server, "--crl", "--out", path) == f"{path}: 0 certificates\n"
        crl, reasons = read_crl(path, server)
        assert reasons == {}, reasons
        number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        made = [iot.create_keys_and_certificate(setAsActive=True) for _ in range(2)]
        csr = certs.request("thing", certs.key())
        made += [iot.create_certificate_from_csr(certificateSigningRequest=csr, setAsActive=i % 2 == 0) for i in range(500)]
        server.command("account", "create", "111122223333")
        key = server.new_key("admin", "--account", "111122223333")
        theirs = server.client(key=key, region="eu-west-1").create_keys_and_certificate()
        serials = [x509.load_pem_x509_certificate(one["certificatePem"].encode()).serial_number for one in [*made, theirs]]
        before = int(time.time())
        iot.update_certificate(certificateId=made[0]["certificateId"], newStatus="REVOKED")
        iot.update_certificate(certificateId=made[3]["certificateId"], newStatus="REVOKED")
        # Another CA's certificates are none of this list's business.
        authority_of_others = authority(server)
        stranger, = fleet(server, authority_of_others, 1)
        iot.update_certificate(certificateId=stranger, newStatus="REVOKED")

        assert export(server, "--crl", "--out", path, "--days", "30") == f"{path}: 252 certificates\n"
        crl, reasons = read_crl(path, server)
        wanted = {serials[0]: None, serials[3]: None, serials[-1]: "certificateHold"}
        wanted.update({serials[i]: "certificateHold" for i in range(5, 502, 2)})
        assert reasons == wanted, (len(reasons), len(wanted))
        assert (crl.next_update - crl.last_update).days == 30
        assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number > number
        revoked = crl.get_revoked_certificate_by_serial_number(serials[0])
        assert abs(revoked.revocation_date.replace(tzinfo=datetime.timezone.utc).timestamp() - before) < 60
        assert verify(path, server, made[1]["certificatePem"], folder) == "OK"
        for one in (made[0], made[3], made[5], theirs):
            assert "certificate revoked" in verify(path, server, one["certificatePem"], folder)
        # What is active again is on hold no more; what is revoked stays so.
        iot.update_certificate(certificateId=made[5]["certificateId"], newStatus="ACTIVE")
        text = export(server, "--crl")
        assert text.startswith("-----BEGIN X509 CRL-----\n") and text.endswith("-----END X509 CRL-----\n")
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        assert len(read_crl(path, server)[1]) == 251
        assert verify(path, server, made[5]["certificatePem"], folder) == "OK"


# --- files -------------------------------------------------------------------------------------------------------------------------------


def test_readers_see_whole_files_whatever_happens():
    with Keyassayd(BINARY) as server, tempfile.TemporaryDirectory() as folder:
        iot = server.client()
        ids = fleet(server, authority(server), 300)
        for one in ids:
            iot.update_certificate(certificateId=one, newStatus="INACTIVE")
        path, part = os.path.join(folder, "refuse"), os.path.join(folder, "refuse.part")
        export(server, "--list", "--out", path)
        killed = 0
        for i in range(40):
            iot.update_certificate(certificateId=ids[i], newStatus="ACTIVE")
            process = subprocess.Popen([BINARY, "export", "--data", server.data, "--list", "--region", "us-east-1", "--out", path],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(random.uniform(0, 0.03))
            process.kill()
            killed += process.wait() == -signal.SIGKILL
            assert 300 - i - 1 <= len(listed(open(path, encoding="ascii").read())) <= 300
        assert killed > 0
        # What a killed one left is no obstacle.
        with open(part, "w", encoding="ascii") as file:
            file.write("left over " * 10000)
        export(server, "--list", "--out", path)
        assert len(listed(open(path, encoding="ascii").read())) == 260 and os.listdir(folder) == ["refuse"]
        # One at a time; not through a link that somebody put there; not where nothing can be written.
        holder = subprocess.Popen(["flock", part, "sh", "-c", "echo; read x"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        holder.stdout.readline()
        done = server.command("export", "--list", "--out", path)
        assert done.returncode == 1 and "another process is writing it" in done.stderr, done
        holder.communicate(b"\n")
        os.unlink(part)
        os.symlink(path, part)
        done = server.command("export", "--list", "--out", path)
        assert done.returncode == 1 and "refuse.part: " in done.stderr, done
        os.unlink(part)
        done = server.command("export", "--list", "--out", os.path.join(folder, "none", "x"))
        assert done.returncode == 1 and "No such file or directory" in done.stderr, done
        before = open(path, encoding="ascii").read()
        iot.update_certificate(certificateId=ids[100], newStatus="ACTIVE")
        done = subprocess.run([BINARY, "export", "--data", server.data, "--list", "--region", "us-east-1", "--out", path],
                              capture_output=True, text=True, timeout=60,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
        assert done.returncode == 1 and "File too large" in done.stderr, done
        assert open(path, encoding="ascii").read() == before and os.listdir(folder) == ["refuse"]
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([BINARY, "export", "--data", server.data, "--list"], stdout=full, stderr=subprocess.PIPE, text=True,
                                  timeout=60)
        assert done.returncode == 3 and "standard output: No space left" in done.stderr, done


def wait_for(condition):
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it does not come")


def test_watch():
    with Keyassayd(BINARY) as server, tempfile.TemporaryDirectory() as folder:
        iot = server.client()
        path, other = os.path.join(folder, "refuse"), os.path.join(folder, "crl.pem")
        issued = iot.create_keys_and_certificate(setAsActive=True)["certificateId"]
        processes = [subprocess.Popen([BINARY, "export", "--data", server.data, *words, "--watch", "1"], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True)
                     for words in (["--list", "--region", "us-east-1", "--out", path], ["--crl", "--out", other])]
        try:
            wait_for(lambda: os.path.exists(path) and os.path.exists(other))
            first = os.stat(path).st_mtime_ns, os.stat(other).st_mtime_ns
            assert listed(open(path, encoding="ascii").read()) == [] and read_crl(other, server)[1] == {}
            time.sleep(2.5)  # nothing changes: nothing is written
            assert (os.stat(path).st_mtime_ns, os.stat(other).st_mtime_ns) == first
            iot.update_certificate(certificateId=issued, newStatus="REVOKED")
            wait_for(lambda: listed(open(path, encoding="ascii").read()) == [issued])
            wait_for(lambda: len(read_crl(other, server)[1]) == 1)
            server.kill()  # the server is not needed for it
            server.start()
            server.client().delete_certificate(certificateId=issued)
            wait_for(lambda: listed(open(path, encoding="ascii").read()) == [])
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            outcomes = [(process.communicate(timeout=60), process.returncode) for process in processes]
        assert [code for _, code in outcomes] == [0, 0] and all(said[1] == "" for said, _ in outcomes), outcomes
        assert outcomes[0][0][0].splitlines() == [f"{path}: 0 certificates", f"{path}: 1 certificates", f"{path}: 0 certificates"], outcomes


def test_mistakes():
    with Keyassayd(BINARY) as server:
        for words, says in (([], "either --list or --crl"), (["--list", "--crl"], "either --list or --crl"),
                            (["--crl", "--region", "us-east-1"], "all accounts and regions"), (["--list", "--days", "3"], "is for --crl"),
                            (["--list", "--watch", "3"], "--watch needs --out"), (["--crl", "--days", "366"], "from 1 to 365"),
                            (["--list", "--watch", "0"], "from 1 to 86400"), (["--list", "--region", "A b"], "region 'A b'")):
            done = server.command("export", *words)
            assert done.returncode == 2 and says in done.stderr and done.stdout == "", (words, done)
        done = server.command("export", "--list", "--account", "999999999999")
        assert done.returncode == 1 and "999999999999" in done.stderr, done
        os.rename(os.path.join(server.data, "ca.key.sealed"), os.path.join(server.data, "gone"))
        done = server.command("export", "--crl")
        assert done.returncode == 1 and "ca.key.sealed" in done.stderr and done.stdout == "", done
        os.rename(os.path.join(server.data, "gone"), os.path.join(server.data, "ca.key.sealed"))


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
