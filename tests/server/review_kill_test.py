# SPDX-License-Identifier: Apache-2.0
"""keyassayd killed with SIGKILL while it revokes: review_kill_test.py KEYASSAYD [KILLS]

KILLS is 20 in ./check, 200 in ci/long/kill. After each restart the job goes on by itself; at its end every certificate that was meant is
revoked once and has one entry in the log, nothing else is touched, and the job's numbers say so. The database is whole after every kill.
"""
import random
import sys
import time

from keyassayd import Keyassayd, run_tests
from review_kit import authority, ended, fleet, good, revoked_once, rows

BINARY = sys.argv[1]
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 20
sys.argv[2:] = []
NUM = 400
random.seed(0x7265766f)


def test_revocations_survive():
    kills, struck, rounds = 0, 0, 0
    with Keyassayd(BINARY, "--revoke-chunk", "1") as server:  # four hundred commits in a job
        actor = server.credentials[0]
        # How long an undisturbed job takes here.
        ca = authority(server, "CA 0")
        fleet(server, ca, NUM, "thing 0")
        job = ended(server, good(server, "POST", f"/cacertificate/{ca.id}/revoke", {"registeredAfter": 1})["revocationId"])
        length = job["endTime"] - job["startTime"]
        while kills < KILLS or struck < min(KILLS, 20) // 2:
            rounds += 1
            assert rounds < 10 * KILLS, "hardly any kill met a running revocation"
            ca = authority(server, f"CA {rounds}")
            others = fleet(server, authority(server, f"Other CA {rounds}"), 5)
            ids = fleet(server, ca, NUM, f"thing {rounds}")
            body = {"registeredAfter": 1, "clientRequestToken": f"round-{rounds}"}
            job = good(server, "POST", f"/cacertificate/{ca.id}/revoke", body)
            for _ in range(random.randint(2, 5)):
                time.sleep(random.uniform(0.0, 0.3 * length))
                struck += rows(server, "SELECT count(*) FROM revocation WHERE status = 1") == [(1,)]
                server.kill()
                kills += 1
                assert rows(server, "PRAGMA integrity_check") == [("ok",)]
                server.start()
            # A client that did not hear the answer asks again, and does not begin another job.
            assert good(server, "POST", f"/cacertificate/{ca.id}/revoke", body)["revocationId"] == job["revocationId"]
            job = ended(server, job["revocationId"])
            assert (job["status"], job["total"], job["examined"], job["revoked"], job["alreadyRevoked"]) == (
                "COMPLETED", NUM, NUM, NUM, 0), job
            revoked_once(server, ids, job["revocationId"], actor)
            for one in others:
                assert rows(server, "SELECT status, customer_version FROM device WHERE id = ?", bytes.fromhex(one)) == [(1, 1)]
        assert rows(server, "SELECT count(*) FROM revocation") == [(rounds + 1,)]
        done = server.command("log", "verify")
        assert done.returncode == 0, done
    print(f"# {kills} kills, {struck} of them while a job ran, {rounds} jobs of {NUM} certificates")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
