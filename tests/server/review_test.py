# SPDX-License-Identifier: Apache-2.0
"""Review of a CA's device certificates over HTTP: review_test.py KEYASSAYD KEYASSAY [part of a test's name...]

Rules and refusals are told by server/api/review_ops_test.c, crashes by server/review/review_test.c; here: the whole way.
"""
import os
import subprocess
import sys
import time

from cryptography.hazmat.primitives import serialization

from keyassayd import Keyassayd, run_tests
from review_kit import V1, ask, authority, ended, fleet, good, revoked_once, rows

BINARY, KEYASSAY = sys.argv[1], os.path.abspath(sys.argv[2])
sys.argv[2:3] = []
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tables"))
CHECK = "CA_CERTIFICATE_KEY_QUALITY_CHECK"


def devices(server, ca_id, **query):
    """All pages."""
    found, marker = [], {}
    while True:
        text = "&".join(f"{name}={value}".replace(":", "%3A").replace("+", "%2B").replace("/", "%2F")
                        for name, value in sorted({**query, **marker}.items()))
        reply = good(server, "GET", f"/cacertificate/{ca_id}/devices?{text}")
        found += reply["devices"]
        if "nextMarker" not in reply:
            return found
        marker = {"marker": reply["nextMarker"].replace("=", "%3D")}


def weak_key():
    done = subprocess.run([KEYASSAY, "debian", "key", "--type", "rsa:2048", "--architecture", "le64", "--randfile", "rnd", "--pid", "7"],
                          capture_output=True, check=True, timeout=60)
    return serialization.load_pem_private_key(done.stdout, None)


def test_from_finding_to_revocation():
    with Keyassayd(BINARY, "--revoke-chunk", "7") as server:
        iot = server.client()
        ca = authority(server, its_key=weak_key())
        early = fleet(server, ca, 5, "early")
        task = iot.start_on_demand_audit_task(targetCheckNames=[CHECK])["taskId"]
        while iot.describe_audit_task(taskId=task)["taskStatus"] == "IN_PROGRESS":
            time.sleep(0.05)
        finding, = iot.list_audit_findings(taskId=task)["findings"]
        late = fleet(server, ca, 60, "late")
        strangers = fleet(server, authority(server, "Another CA"), 5, "stranger")

        reply = good(server, "GET", f"/cacertificate/{ca.id}/devices")
        assert reply["registeredAfterSource"] == "FIRST_FINDING" and reply["caStatus"] == "ACTIVE", reply
        assert abs(reply["registeredAfter"] - finding["findingTime"].timestamp()) < 0.001, (reply["registeredAfter"], finding)
        assert [device["certificateId"] for device in devices(server, ca.id, pageSize=9)] == late[::-1]
        assert reply["devices"][0].keys() == {"certificateArn", "certificateId", "status", "certificateMode", "creationDate",
                                              "lastModifiedDate", "validity"}, reply["devices"][0]
        iot.update_certificate(certificateId=late[0], newStatus="REVOKED")
        iot.update_certificate(certificateId=late[1], newStatus="INACTIVE")

        before = rows(server, "SELECT count(*) FROM log"), rows(server, "SELECT * FROM device")
        dry = good(server, "POST", f"/cacertificate/{ca.id}/revoke", {"dryRun": True})
        assert (dry["total"], dry["toRevoke"], dry["alreadyRevoked"], dry["inTransfer"]) == (60, 59, 1, 0), dry
        assert dry["byStatus"] == {"ACTIVE": 58, "INACTIVE": 1, "REVOKED": 1}, dry
        assert (rows(server, "SELECT count(*) FROM log"), rows(server, "SELECT * FROM device")) == before

        job = good(server, "POST", f"/cacertificate/{ca.id}/revoke", {"clientRequestToken": "story"})
        again = good(server, "POST", f"/cacertificate/{ca.id}/revoke", {"clientRequestToken": "story"})
        assert again["revocationId"] == job["revocationId"], (job, again)
        job = ended(server, job["revocationId"])
        assert job["status"] == "COMPLETED" and job["endTime"] >= job["startTime"], job
        assert (job["total"], job["examined"], job["revoked"], job["alreadyRevoked"], job["inTransfer"]) == (60, 60, 59, 1, 0), job
        assert iot.describe_certificate(certificateId=late[1])["certificateDescription"]["status"] == "REVOKED"
        entries = rows(server, "SELECT count(*), count(DISTINCT resource) FROM log WHERE action = 'RevokeDevices' AND after LIKE ?",
                       f"%{job['revocationId']}%")
        assert entries == [(59, 59)], entries
        for one in early + strangers:
            assert iot.describe_certificate(certificateId=one)["certificateDescription"]["status"] == "ACTIVE"
        assert devices(server, ca.id, status="REVOKED") and not devices(server, ca.id, status="ACTIVE")
        assert server.metric("keyassayd_revoked_devices_total") == 59
        assert server.metric('keyassayd_revocations_total{status="COMPLETED"}') == 1
        assert good(server, "GET", "/revocations")["revocations"][0]["revocationId"] == job["revocationId"]


def test_mitigation_brokers_and_review():
    """The whole of "How to fix it": what a mitigation does to a CA is seen by brokers; what is reviewed stays refused when it is over."""
    with Keyassayd(BINARY) as server:
        iot = server.client()
        ca = authority(server, its_key=weak_key())
        early = fleet(server, ca, 3, "early")
        task = iot.start_on_demand_audit_task(targetCheckNames=[CHECK])["taskId"]
        while iot.describe_audit_task(taskId=task)["taskStatus"] == "IN_PROGRESS":
            time.sleep(0.05)
        late = fleet(server, ca, 3, "late")

        def decisions(ids):
            return [good(server, "GET", f"/authorize?certificate={one}")["reason"] for one in ids]

        def refused():
            return [line for line in server.command("export", "--list", "--region", "us-east-1").stdout.splitlines() if line[0] != "#"]

        assert decisions(early + late) == ["ACTIVE"] * 6 and refused() == []
        iot.create_mitigation_action(actionName="off", roleArn="arn:aws:iam::000000000000:role/audit",
                                     actionParams={"updateCACertificateParams": {"action": "DEACTIVATE"}})
        mitigation = "0123456789abcdef0123456789abcdef"
        iot.start_audit_mitigation_actions_task(taskId=mitigation, target={"auditTaskId": task},
                                                auditCheckToActionsMapping={CHECK: ["off"]}, clientRequestToken=mitigation)
        while iot.describe_audit_mitigation_actions_task(taskId=mitigation)["taskStatus"] == "IN_PROGRESS":
            time.sleep(0.05)
        assert decisions(early + late) == ["CA_DEACTIVATED_BY_MITIGATION"] * 6
        assert mitigation in good(server, "GET", f"/authorize?certificate={early[0]}")["caDeactivatedBy"]
        assert refused() == sorted([ca.id, *early, *late])
        dry = good(server, "POST", f"/cacertificate/{ca.id}/revoke", {"dryRun": True})
        assert (dry["registeredAfterSource"], dry["caStatus"], dry["toRevoke"]) == ("FIRST_FINDING", "INACTIVE", 3), dry
        job = ended(server, good(server, "POST", f"/cacertificate/{ca.id}/revoke", {})["revocationId"])
        assert job["revoked"] == 3, job
        assert decisions(early + late) == ["CA_DEACTIVATED_BY_MITIGATION"] * 3 + ["REVOKED"] * 3
        iot.update_ca_certificate(certificateId=ca.id, newStatus="ACTIVE")
        assert decisions(early + late) == ["ACTIVE"] * 3 + ["REVOKED"] * 3 and refused() == sorted(late)


def test_who_may():
    with Keyassayd(BINARY) as server:
        ca = authority(server)
        fleet(server, ca, 3)
        since = "registeredAfter=2020-01-01T00%3A00%3A00Z"
        body = {"registeredAfter": 1577836800}
        for role in ("reader", "auditor"):
            key = server.new_key(role)
            assert len(good(server, "GET", f"/cacertificate/{ca.id}/devices?{since}", key=key)["devices"]) == 3
            assert good(server, "GET", "/revocations", key=key) == {"revocations": []}
            for more in ({}, {"dryRun": True}):
                status, reply = ask(server, "POST", f"/cacertificate/{ca.id}/revoke", {**body, **more}, key=key)
                assert status == 403 and "takes the role admin" in reply["message"], reply
            assert ask(server, "POST", "/revocations/abc/cancel", key=key)[0] == 403
        admin = server.new_key("admin")
        job = good(server, "POST", f"/cacertificate/{ca.id}/revoke", body, key=admin)
        job = ended(server, job["revocationId"])
        assert job["requestedBy"] == admin[0] and job["revoked"] == 3, job
        assert server.request("GET", f"{V1}/revocations", signed=False)[0] == 403


def test_in_transfer_is_left_alone():
    with Keyassayd(BINARY) as server:
        assert server.command("account", "create", "111122223333").returncode == 0
        ca = authority(server)
        one, two = fleet(server, ca, 2)
        iot = server.client()
        iot.update_certificate(certificateId=one, newStatus="INACTIVE")
        iot.transfer_certificate(certificateId=one, targetAwsAccount="111122223333")
        job = good(server, "POST", f"/cacertificate/{ca.id}/revoke", {"registeredAfter": 1})
        job = ended(server, job["revocationId"])
        assert (job["status"], job["revoked"], job["inTransfer"]) == ("COMPLETED", 1, 1), job
        assert iot.describe_certificate(certificateId=one)["certificateDescription"]["status"] == "PENDING_TRANSFER"
        iot.cancel_certificate_transfer(certificateId=one)
        job = good(server, "POST", f"/cacertificate/{ca.id}/revoke", {"registeredAfter": 1})
        job = ended(server, job["revocationId"])
        assert (job["revoked"], job["alreadyRevoked"], job["inTransfer"]) == (1, 1, 0), job


def test_canceled_and_resumed():
    with Keyassayd(BINARY, "--revoke-workers", "0") as server:  # nobody here carries it out
        ca = authority(server)
        ids = fleet(server, ca, 30)
        job = good(server, "POST", f"/cacertificate/{ca.id}/revoke", {"registeredAfter": 1})
        other = good(server, "POST", f"/cacertificate/{ca.id}/revoke", {"registeredAfter": 1})
        late, = fleet(server, ca, 1, "late")
        path = f"/revocations/{job['revocationId']}"
        assert good(server, "POST", path + "/cancel")["cancelRequested"] is True
        assert good(server, "GET", path)["status"] == "IN_PROGRESS"
        assert server.stop() == 0
        server.options[:] = ["--revoke-workers", "2", "--revoke-chunk", "4"]
        server.start()
        job = ended(server, job["revocationId"])
        assert (job["status"], job["revoked"], job["examined"]) == ("CANCELED", 0, 0), job
        status, reply = ask(server, "POST", path + "/cancel")
        assert status == 400 and "has ended (CANCELED)" in reply["message"], reply
        other = ended(server, other["revocationId"])
        assert (other["status"], other["revoked"]) == ("COMPLETED", 30), other
        revoked_once(server, ids, other["revocationId"], server.credentials[0])
        # What is registered after a job began is not part of it.
        assert server.client().describe_certificate(certificateId=late)["certificateDescription"]["status"] == "ACTIVE"


def test_old_jobs_go():
    with Keyassayd(BINARY, env={"KEYASSAYD_TEST_CLOCK": "/dev/null"}) as server:
        ca = authority(server)
        fleet(server, ca, 1)
        job = good(server, "POST", f"/cacertificate/{ca.id}/revoke", {"registeredAfter": 1})
        ended(server, job["revocationId"])
        assert server.stop() == 0
        clock = os.path.join(server.data, "clock")
        for days, there in ((89, 200), (91, 404)):
            with open(clock, "w", encoding="ascii") as file:
                file.write(str(days * 86400000))
            server.env["KEYASSAYD_TEST_CLOCK"] = clock
            server.start()
            # Requests are signed for the time that it is.
            count = 0 if there == 404 else 1
            for _ in range(200):
                if rows(server, "SELECT count(*) FROM revocation") == [(count,)]:
                    break
                time.sleep(0.05)
            assert rows(server, "SELECT count(*) FROM revocation") == [(count,)], days
            assert server.stop() == 0
        os.unlink(clock)


if __name__ == "__main__":
    raise SystemExit(run_tests(globals()))
