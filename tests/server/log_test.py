# SPDX-License-Identifier: Apache-2.0
"""The log of state changes: log_test.py KEYASSAYD ROUTES_DUMP [part of a test's name...]

Every operation that writes leaves an entry; the chain is computed again from what "log list" prints, by the words of
server/store/log_chain.h; whoever edits the database is found out by "log verify".
"""
import hashlib
import json
import os
import sqlite3
import struct
import subprocess
import sys
import time
import urllib.parse
import uuid

import certs
from keyassayd import Keyassayd, not_today, run_tests

BINARY, DUMP = sys.argv[1], sys.argv.pop(2)
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(SOURCE, "tables"))
A, B = "000000000000", "111122223333"
ROLE = f"arn:aws:iam::{A}:role/audit"
DEACTIVATE = {"updateCACertificateParams": {"action": "DEACTIVATE"}}


class World:
    """A server with two accounts, and what changes something in it."""

    def __init__(self, server):
        self.server = server
        self.finding_task = None
        assert server.command("account", "create", B).returncode == 0
        self.other = server.new_key("admin", "--account", B)
        self.a, self.b = server.client(), server.client(key=self.other)

    def own(self, method, path, body=None, key=None):
        """An operation under /keyassay/v1/."""
        status, _, reply = self.server.request(method, f"/keyassay/v1{path}", b"" if body is None else json.dumps(body).encode(),
                                               {"Content-Type": "application/json"}, key=key)
        assert status == 200, (method, path, status, reply)
        return json.loads(reply)

    def ca(self, active=False):
        authority = certs.Authority(f"CA {uuid.uuid4()}")
        self.a.register_ca_certificate(caCertificate=authority.pem, certificateMode="SNI_ONLY", setAsActive=active)
        return authority

    def device(self, status="INACTIVE"):
        pem = certs.pem(certs.Authority().sign("thing"))
        return self.a.register_certificate_without_ca(certificatePem=pem, status=status)["certificateId"]

    def moving(self):
        device = self.device()
        self.a.transfer_certificate(certificateId=device, targetAwsAccount=B)
        return device

    def moving_ca(self):
        authority = self.ca()
        self.own("POST", f"/cacertificate/{authority.id}/transfer?targetAwsAccount={B}")
        return authority.id

    def schedule(self, name):
        self.a.create_scheduled_audit(scheduledAuditName=name, targetCheckNames=["CA_CERTIFICATE_KEY_QUALITY_CHECK"], **not_today())

    def suppression(self):
        key = {"checkName": "CA_CERTIFICATE_KEY_QUALITY_CHECK", "resourceIdentifier": {"caCertificateId": self.ca().id}}
        self.a.create_audit_suppression(**key, suppressIndefinitely=True, clientRequestToken=uuid.uuid4().hex)
        return key

    def configuration(self):
        self.a.update_account_audit_configuration(
            roleArn=ROLE,
            auditCheckConfigurations={"CA_CERTIFICATE_KEY_QUALITY_CHECK": {"enabled": True}})

    def arn(self):
        return f"arn:aws:iot:us-east-1:{A}:cacert/{self.ca().id}"

    def entries(self, key=None, **filters):
        """All entries, oldest first."""
        found, token = [], None
        while True:
            query = dict(filters, isAscendingOrder="true", **({"nextToken": token} if token else {}))
            page = self.own("GET", f"/log?{urllib.parse.urlencode(query)}", key=key)
            found += page["entries"]
            token = page.get("nextToken")
            if token is None:
                return found

    def tagged(self):
        arn = self.arn()
        self.a.tag_resource(resourceArn=arn, tags=[{"Key": "k", "Value": "v"}])
        return arn

    def task(self):
        self.configuration()
        return self.a.start_on_demand_audit_task(targetCheckNames=["CA_CERTIFICATE_KEY_QUALITY_CHECK"])["taskId"]

    def audited(self):
        """A task that found something, for mitigation. A server without workers has none of its own: it is started with them once."""
        if self.finding_task is None:
            with open(os.path.join(SOURCE, "examples", "roca-ca.pem"), encoding="utf-8") as file:
                self.a.register_ca_certificate(caCertificate=file.read(), certificateMode="SNI_ONLY", setAsActive=True)
            options, self.server.options = self.server.options, []
            self.server.stop()
            self.server.start()
            task = self.task()
            end = time.monotonic() + 120
            while self.a.describe_audit_task(taskId=task)["taskStatus"] != "COMPLETED" and time.monotonic() < end:
                time.sleep(0.05)
            self.server.stop()
            self.server.options = options
            self.server.start()
            self.finding_task = task
        return self.finding_task

    def action(self):
        name = f"action-{uuid.uuid4().hex}"
        self.a.create_mitigation_action(actionName=name, roleArn=ROLE, actionParams=DEACTIVATE)
        return name

    def mitigation(self):
        task = uuid.uuid4().hex
        self.a.start_audit_mitigation_actions_task(
            taskId=task, target={"auditTaskId": self.audited()}, clientRequestToken=uuid.uuid4().hex,
            auditCheckToActionsMapping={"CA_CERTIFICATE_KEY_QUALITY_CHECK": [self.action()]})
        return task

    def revocation(self):
        authority = self.ca(active=True)
        pem = certs.pem(authority.sign("thing"))
        self.a.register_certificate(certificatePem=pem, caCertificatePem=authority.pem, status="ACTIVE")
        return self.own("POST", f"/cacertificate/{authority.id}/revoke", {"registeredAfter": 0})["revocationId"]


CSR = certs.request("thing", certs.key())

# How each operation that writes is made to write.
CHANGES = {
    "RegisterCACertificate": lambda w: w.ca(),
    "UpdateCACertificate": lambda w: w.a.update_ca_certificate(certificateId=w.ca().id, newStatus="ACTIVE"),
    "DeleteCACertificate": lambda w: w.a.delete_ca_certificate(certificateId=w.ca().id),
    "GetRegistrationCode": lambda w: w.a.get_registration_code(),
    "DeleteRegistrationCode": lambda w: (w.a.get_registration_code(), w.a.delete_registration_code()),
    "RegisterCertificate": lambda w: w.revocation(),
    "RegisterCertificateWithoutCA": lambda w: w.device(),
    "CreateKeysAndCertificate": lambda w: w.a.create_keys_and_certificate(),
    "CreateCertificateFromCsr": lambda w: w.a.create_certificate_from_csr(certificateSigningRequest=CSR),
    "UpdateCertificate": lambda w: w.a.update_certificate(certificateId=w.device(), newStatus="ACTIVE"),
    "DeleteCertificate": lambda w: w.a.delete_certificate(certificateId=w.device()),
    "TransferCertificate": lambda w: w.moving(),
    "AcceptCertificateTransfer": lambda w: w.b.accept_certificate_transfer(certificateId=w.moving()),
    "RejectCertificateTransfer": lambda w: w.b.reject_certificate_transfer(certificateId=w.moving()),
    "CancelCertificateTransfer": lambda w: w.a.cancel_certificate_transfer(certificateId=w.moving()),
    "UpdateAccountAuditConfiguration": lambda w: w.configuration(),
    "DeleteAccountAuditConfiguration": lambda w: (w.configuration(), w.a.delete_account_audit_configuration()),
    "StartOnDemandAuditTask": lambda w: w.task(),
    "CancelAuditTask": lambda w: w.a.cancel_audit_task(taskId=w.task()),
    "CreateScheduledAudit": lambda w: w.schedule("one"),
    "UpdateScheduledAudit": lambda w: (w.schedule("two"), w.a.update_scheduled_audit(
        scheduledAuditName="two", frequency="MONTHLY", dayOfMonth="LAST")),
    "DeleteScheduledAudit": lambda w: (w.schedule("three"), w.a.delete_scheduled_audit(scheduledAuditName="three")),
    "CreateAuditSuppression": lambda w: w.suppression(),
    "UpdateAuditSuppression": lambda w: w.a.update_audit_suppression(**w.suppression(), description="new"),
    "DeleteAuditSuppression": lambda w: w.a.delete_audit_suppression(**w.suppression()),
    "TagResource": lambda w: w.tagged(),
    "UntagResource": lambda w: w.a.untag_resource(resourceArn=w.tagged(), tagKeys=["k"]),
    "TransferCACertificate": lambda w: w.moving_ca(),
    "AcceptCACertificateTransfer": lambda w: w.own("POST", f"/cacertificate/{w.moving_ca()}/accept", key=w.other),
    "RejectCACertificateTransfer": lambda w: w.own("POST", f"/cacertificate/{w.moving_ca()}/reject", key=w.other),
    "CancelCACertificateTransfer": lambda w: w.own("POST", f"/cacertificate/{w.moving_ca()}/cancel"),
    "CreateMitigationAction": lambda w: w.action(),
    "UpdateMitigationAction": lambda w: w.a.update_mitigation_action(actionName=w.action(), roleArn=ROLE + "2"),
    "DeleteMitigationAction": lambda w: w.a.delete_mitigation_action(actionName=w.action()),
    "StartAuditMitigationActionsTask": lambda w: w.mitigation(),
    "CancelAuditMitigationActionsTask": lambda w: w.a.cancel_audit_mitigation_actions_task(taskId=w.mitigation()),
    "RevokeDevices": lambda w: w.revocation(),
    "CancelRevocation": lambda w: w.own("POST", f"/revocations/{w.revocation()}/cancel"),
}


def server_without_workers():
    return Keyassayd(BINARY, "--audit-workers", "0", "--mitigation-workers", "0", "--revoke-workers", "0")


def test_every_operation_that_writes_leaves_an_entry():
    dump = json.loads(subprocess.run([DUMP], check=True, capture_output=True).stdout)
    writing = [name for name, operation in dump["operations"].items() if operation["writes"]]
    assert len(writing) > 30
    unknown = [name for name in writing if name not in CHANGES]
    assert not unknown, f"say in CHANGES how these are made to write: {unknown}"
    missing = []
    with server_without_workers() as server:
        world = World(server)
        for name in writing:
            before = {entry["entry"] for entry in world.entries() + world.entries(key=world.other)}
            CHANGES[name](world)
            new = [entry for entry in world.entries() + world.entries(key=world.other)
                   if entry["entry"] not in before and entry["action"] == name]
            if not new:
                missing.append(name)
            for entry in new:
                assert entry["actor"] in (server.credentials[0], world.other[0]) and entry["requestId"], entry
                assert entry["resource"].startswith("arn:aws:iot:us-east-1:"), entry
                states = [entry[state] for state in ("before", "after") if state in entry]
                assert states and all(isinstance(state, dict) for state in states), entry
        assert not missing, f"no entry in the log of state changes: {missing}"
        done = server.command("log", "verify")
        assert done.returncode == 0, done


def hash_of(entry, before):
    """log_chain.h, in Python."""
    data = b"keyassayd log entry\x01" + before + struct.pack(">Qq", entry["entry"], entry["time"])
    for name in ("account", "region", "actor", "request", "action", "resource", "before", "after"):
        if name in entry:
            text = entry[name].encode()
            data += b"\x01" + struct.pack(">Q", len(text)) + text
        else:
            data += b"\x00"
    return hashlib.sha256(data).digest()


def test_the_chain_can_be_computed_by_anybody():
    with server_without_workers() as server:
        world = World(server)
        world.ca()
        world.a.delete_certificate(certificateId=world.device())
        done = server.command("log", "list")
        assert done.returncode == 0 and done.stderr == "", done
        entries = [json.loads(line) for line in done.stdout.splitlines()]
        assert [entry["entry"] for entry in entries] == [1, 2, 3, 4, 5]
        assert [entry["action"] for entry in entries] == [
            "CreateAccount", "CreateAccessKey", "RegisterCACertificate", "RegisterCertificateWithoutCA", "DeleteCertificate"]
        last = bytes(32)
        for entry in entries:
            last = hash_of(entry, last)
            assert last.hex() == entry["hash"], entry
        done = server.command("log", "verify")
        assert (done.returncode, done.stderr) == (0, ""), done
        assert done.stdout == ("nothing was removed, altered, inserted or moved: 5 entries are sound; the last one of them is "
                               f"5:{last.hex()}\n"), done
        # The API has the same hashes.
        assert [(e["entry"], e["hash"]) for e in world.entries()] == [(e["entry"], e["hash"]) for e in entries[2:]]
        assert [e["entry"] for e in world.entries(key=world.other, accountWide="true")] == [1, 2]
        assert entries[0]["actor"].startswith("operator:") and entries[0]["region"] == ""
        assert server.command("log", "list", "--after", "4").stdout == json.dumps(entries[4], separators=(",", ":")) + "\n"
        # Who deletes a key is there too.
        assert server.command("accesskey", "delete", world.other[0]).returncode == 0
        entry = json.loads(server.command("log", "list", "--after", "5").stdout)
        assert (entry["action"], entry["account"], entry["before"]) == ("DeleteAccessKey", B, '{"role":"admin"}')
        assert entry["resource"] == f"arn:aws:iam::{B}:access-key/{world.other[0]}"


def test_filters_pages_and_roles():
    with server_without_workers() as server:
        world = World(server)
        ids = [world.ca().id for _ in range(7)]
        for ca in ids[:3]:
            world.a.update_ca_certificate(certificateId=ca, newStatus="ACTIVE")
        everything = world.entries()
        assert [e["action"] for e in everything] == ["RegisterCACertificate"] * 7 + ["UpdateCACertificate"] * 3
        assert everything[7]["before"]["status"] == "INACTIVE" and everything[7]["after"]["status"] == "ACTIVE"
        assert world.own("GET", "/log")["entries"] == everything[::-1]
        for size in (1, 3, 10, 250):
            assert world.entries(maxResults=size) == everything
            assert world.entries(maxResults=size, action="UpdateCACertificate") == everything[7:]
        arn = f"arn:aws:iot:us-east-1:{A}:cacert/{ids[1]}"
        assert world.entries(resource=arn) == [everything[1], everything[8]]
        assert world.entries(actor=server.credentials[0]) == everything and world.entries(actor="AKIA") == []
        assert world.entries(startTime="2000-01-01T00:00:00Z", endTime="2001-01-01T00:00:00Z") == []
        assert world.entries(startTime="2000-01-01T00:00:00Z") == everything
        # Nothing of another account or region.
        assert world.entries(key=world.other) == []
        status, _, body = server.request("GET", "/keyassay/v1/log", region="eu-west-1")
        assert status == 200 and json.loads(body) == {"entries": []}, body
        # A token is of its list.
        token = urllib.parse.quote(world.own("GET", "/log?maxResults=2")["nextToken"])
        for query in (f"nextToken={token}&action=UpdateCACertificate", f"nextToken={token}&accountWide=true",
                      f"nextToken={token}&isAscendingOrder=true", f"nextToken={token[:-8]}AAAAAAA="):
            assert server.request("GET", f"/keyassay/v1/log?{query}")[0] == 400, query
        assert server.request("GET", f"/keyassay/v1/log?nextToken={token}", key=world.other)[0] == 400
        for query in ("startTime=2001-01-01T00:00:00Z&endTime=2000-01-01T00:00:00Z", "maxResults=251", "actor=", "startTime=x"):
            assert server.request("GET", f"/keyassay/v1/log?{query}")[0] == 400, query
        for role, status in (("admin", 200), ("auditor", 200), ("reader", 403)):
            assert server.request("GET", "/keyassay/v1/log", key=server.new_key(role))[0] == status, role
        assert server.request("GET", "/keyassay/v1/log", signed=False)[0] == 403


def edit(server, *statements):
    database = sqlite3.connect(os.path.join(server.data, "keyassay.db"))
    for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'log%'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


def test_an_edited_database_is_found_out():
    with server_without_workers() as server:
        world = World(server)
        for _ in range(5):
            world.ca()
        sound = server.command("log", "verify").stdout
        link = sound.rsplit(" ", 1)[1].strip()
        assert server.command("log", "verify", "--expect", link).returncode == 0
        # While the server runs.
        edit(server, "UPDATE log SET actor = 'AKIASOMEBODYELSE' WHERE seq = 4")
        done = server.command("log", "verify")
        assert done.returncode == 1 and "entry 4 was altered: its content is not what its hash was made of" in done.stderr, done
        assert done.stdout.startswith("3 entries are sound; the last one of them is 3:"), done
        edit(server, f"UPDATE log SET actor = '{server.credentials[0]}' WHERE seq = 4")
        assert server.command("log", "verify").stdout == sound
        edit(server, "DELETE FROM log WHERE seq > 5")
        done = server.command("log", "verify")
        assert done.returncode == 1 and "entries 6 to 7 were removed from the end" in done.stderr, done
        done = server.command("log", "verify", "--expect", link)
        assert done.returncode == 1, done
        # A head without its MAC: nothing is written any more, reading goes on, the next start is refused.
        edit(server, "UPDATE log_head SET (seq, hash) = (SELECT seq, hash FROM log WHERE seq = 5)")
        done = server.command("log", "verify")
        assert done.returncode == 1 and "the head was altered" in done.stderr, done
        status, _, _ = server.request("POST", "/cacertificate", json.dumps(
            {"caCertificate": certs.Authority().pem, "certificateMode": "SNI_ONLY"}).encode(), {"Content-Type": "application/json"})
        assert status == 500 and "keyassayd log verify" in server.log(), status
        assert server.request("GET", "/cacertificates")[0] == 200
        assert server.stop() == 0
        done = server.command("account", "list")
        assert done.returncode == 1 and "keyassayd log verify" in done.stderr, done
        # Looking at it is still possible.
        assert len(server.command("log", "list").stdout.splitlines()) == 5


def test_a_log_that_was_taken_away_is_missed():
    with server_without_workers() as server:
        World(server)
        assert server.stop() == 0
        edit(server, "DELETE FROM log", "DELETE FROM log_head")
        for words in (("account", "list"), ("serve", "--listen", "127.0.0.1:0")):
            done = server.command(*words)
            assert done.returncode == 1 and "is missing" in done.stderr and "log.begun" in done.stderr, done
        assert server.command("log", "verify").returncode == 1


def test_verify_says_what_it_cannot_do():
    with server_without_workers() as server:
        assert server.command("log", "verify").stdout == (
            "nothing was removed, altered, inserted or moved: 0 entries are sound\n")
        for words in (("--expect", "5"), ("--expect", "5:xyz"), ("--expect", f"0:{'ab' * 32}"), ("--expect", f"-1:{'ab' * 32}")):
            done = server.command("log", "verify", *words)
            assert done.returncode == 2 and "--expect" in done.stderr, done
        assert server.command("log", "verify", "--expect", f"5:{'ab' * 32}").returncode == 1
        assert server.command("log", "list", "--after", "x").returncode == 2
        assert server.stop() == 0
        os.rename(os.path.join(server.data, "keyassay.db"), os.path.join(server.data, "away.db"))
        done = server.command("log", "verify")
        assert done.returncode == 3 and "keyassay.db" in done.stderr, done


sys.exit(run_tests(globals()))
