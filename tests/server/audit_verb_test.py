# SPDX-License-Identifier: Apache-2.0
"""keyassay audit against a keyassayd: audit_verb_test.py KEYASSAYD KEYASSAY [part of a test's name...]"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile

import certs
import story
from keyassayd import Keyassayd, run_tests

BINARY, KEYASSAY = sys.argv[1], os.path.abspath(sys.argv[2])
sys.argv[2:3] = []
os.environ.setdefault("KEYASSAY_TABLES", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tables"))


def environment(server, **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    env.update(AWS_SHARED_CREDENTIALS_FILE=server.credentials_path, AWS_REGION="us-east-1", HOME="/nonexistent", **more)
    return env


def audit(server, *words, **more):
    return subprocess.run([KEYASSAY, "audit", "--endpoint", server.url, *words], capture_output=True, text=True, timeout=120,
                          env=environment(server, **more))


def register(server, *names):
    iot = server.client()
    return [iot.register_ca_certificate(caCertificate=story.example(name), certificateMode="SNI_ONLY", setAsActive=True)["certificateId"]
            for name in names]


def test_exit_statuses_and_table():
    with Keyassayd(BINARY) as server:
        register(server, "sound")
        done = audit(server)
        assert done.returncode == 0 and done.stderr == "", done
        assert "COMPLETED_COMPLIANT, 1 judged, 0 noncompliant" in done.stdout, done.stdout
        assert re.search(r"^0 findings, 0 suppressed; audit task [0-9a-f]{32} COMPLETED$", done.stdout, re.M), done.stdout
        weak, roca = register(server, "debian-weak", "roca")
        done = audit(server)
        assert done.returncode == 1 and done.stderr == "", done
        assert re.search(rf"^CRITICAL  {story.DEBIAN}\s+{weak}$", done.stdout, re.M), done.stdout
        assert re.search(rf"^CRITICAL  {story.ROCA}\s+{roca}$", done.stdout, re.M), done.stdout
        assert "4242" in done.stdout and "\033" not in done.stdout, done.stdout
        task = re.search(r"audit task ([0-9a-f]{32})", done.stdout).group(1)
        assert audit(server, "--task", task).stdout == done.stdout
        assert audit(server, "--quiet").stdout == ""
        # What is accepted is shown and does not count.
        for ca_id in (weak, roca):
            server.client().create_audit_suppression(checkName=story.CHECK, resourceIdentifier={"caCertificateId": ca_id},
                                                     suppressIndefinitely=True)
        done = audit(server)
        assert done.returncode == 0 and f"suppr.    {story.DEBIAN}" in done.stdout and "0 findings, 2 suppressed" in done.stdout, done


def test_json_is_what_the_service_said():
    with Keyassayd(BINARY) as server:
        weak, = register(server, "debian-weak")
        done = audit(server, "--format", "json")
        document = json.loads(done.stdout)
        assert done.returncode == 1 and document["task"]["taskStatus"] == "COMPLETED", done
        done = audit(server, "--format", "jsonl", "--task", document["taskId"])
        assert [json.loads(line) for line in done.stdout.splitlines()] == document["findings"], done
        assert document["findings"][0]["nonCompliantResource"]["resourceIdentifier"] == {"caCertificateId": weak}
        other = server.client().list_audit_findings(taskId=document["taskId"])["findings"]
        assert document["findings"][0]["findingTime"] == other[0]["findingTime"].timestamp(), document
        assert re.search(r'"findingTime":\d{10}(\.\d{1,3})?,', done.stdout), done.stdout
        assert [finding["findingId"] for finding in other] == [finding["findingId"] for finding in document["findings"]]


def test_more_findings_than_a_page():
    with Keyassayd(BINARY) as server:
        key = certs.key()
        iot = server.client()
        iot.update_account_audit_configuration(roleArn="arn:aws:iam::000000000000:role/audit", auditCheckConfigurations={
            "CA_CERTIFICATE_EXPIRING_CHECK": {"enabled": True}})
        for i in range(260):
            pem = certs.pem(certs.make(f"soon over {i}", key, ca=True, end=certs.NOW + 5 * certs.DAY))
            iot.register_ca_certificate(caCertificate=pem, certificateMode="SNI_ONLY", setAsActive=True)
        done = audit(server, "--checks", "CA_CERTIFICATE_EXPIRING_CHECK", "--format", "jsonl")
        ids = {json.loads(line)["findingId"] for line in done.stdout.splitlines()}
        assert done.returncode == 1 and len(ids) == 260, (done.returncode, len(ids), done.stderr)


def test_credentials_as_the_aws_tools_find_them():
    with Keyassayd(BINARY) as server, tempfile.TemporaryDirectory() as folder:
        access, secret, token = server.new_key("auditor", "--session", "600")
        assert token
        done = audit(server, AWS_ACCESS_KEY_ID=access, AWS_SECRET_ACCESS_KEY=secret, AWS_SESSION_TOKEN=token)
        assert done.returncode == 0, done
        done = audit(server, AWS_ACCESS_KEY_ID=access, AWS_SECRET_ACCESS_KEY=secret)
        assert done.returncode == 3 and "UnrecognizedClientException (HTTP 403)" in done.stderr, done
        done = audit(server, AWS_ACCESS_KEY_ID=server.credentials[0], AWS_SECRET_ACCESS_KEY="x" * 40)
        assert done.returncode == 3 and "InvalidSignatureException (HTTP 403)" in done.stderr, done
        done = audit(server, AWS_ACCESS_KEY_ID="AKIA")
        assert done.returncode == 2 and "AWS_SECRET_ACCESS_KEY is not" in done.stderr, done
        path = os.path.join(folder, "credentials")
        with open(path, "w", encoding="ascii") as file:
            file.write("# one\n[default]\naws_access_key_id = AKIAX\naws_secret_access_key=y\n[ fleet ]\n"
                       f" aws_access_key_id={access}\n;x=y\naws_secret_access_key = {secret}\naws_session_token={token}\n")
        done = subprocess.run(
            [KEYASSAY, "audit", "--endpoint", server.url + "/", "--profile", "fleet", "--region", "eu-west-1"], capture_output=True,
            text=True, timeout=60, env=dict(environment(server), AWS_SHARED_CREDENTIALS_FILE=path))
        assert done.returncode == 0, done
        done = audit(server, "--profile", "nobody")
        assert done.returncode == 2 and "has no profile [nobody]" in done.stderr, done
        reader = server.new_key("reader")
        done = audit(server, AWS_ACCESS_KEY_ID=reader[0], AWS_SECRET_ACCESS_KEY=reader[1])
        assert done.returncode == 3 and "AccessDeniedException" in done.stderr, done


def test_trouble_has_a_name():
    with Keyassayd(BINARY) as server:
        done = audit(server, "--checks", "NO_SUCH_CHECK")
        assert done.returncode == 3 and "InvalidRequestException (HTTP 400)" in done.stderr and "NO_SUCH_CHECK" in done.stderr, done
        done = audit(server, "--task", "ab" * 16)
        assert done.returncode == 3 and "ResourceNotFoundException" in done.stderr, done
        for words, says in ((["--task", "a/b"], "is no task id"), (["--format", "xml"], "there are text, jsonl and json"),
                            (["--timeout", "soon"], "number of seconds"), (["--checks", ","], "names no check"),
                            (["--region", "a.b"], "is no region"), (["x"], "no argument is expected")):
            done = audit(server, *words)
            assert done.returncode == 2 and says in done.stderr, done
        url = server.url
    done = subprocess.run([KEYASSAY, "audit", "--endpoint", url, "--region", "us-east-1"], capture_output=True, text=True, timeout=60,
                          env=dict(os.environ, AWS_ACCESS_KEY_ID="AKIA", AWS_SECRET_ACCESS_KEY="x"))
    assert done.returncode == 3 and "connect" in done.stderr, done
    done = subprocess.run([KEYASSAY, "audit", "--endpoint", "ftp://x", "--region", "us-east-1"], capture_output=True, text=True,
                          timeout=60, env=dict(os.environ, AWS_ACCESS_KEY_ID="AKIA", AWS_SECRET_ACCESS_KEY="x"))
    assert done.returncode == 2 and "is no endpoint" in done.stderr, done


def test_a_check_that_keyassay_has_not_is_trouble():
    with Keyassayd(BINARY) as server:
        iot = server.client()
        iot.update_account_audit_configuration(roleArn="arn:aws:iam::000000000000:role/audit",
                                               auditCheckConfigurations={"LOGGING_DISABLED_CHECK": {"enabled": True}})
        done = audit(server, "--checks", "LOGGING_DISABLED_CHECK")
        assert done.returncode == 3 and "FAILED" in done.stdout, done


def test_an_interrupt_leaves_the_task_and_says_how_to_go_on():
    with Keyassayd(BINARY, "--audit-workers", "0") as server:  # nobody here carries it out
        process = subprocess.Popen([KEYASSAY, "audit", "--endpoint", server.url, "--progress"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=environment(server))
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            pass
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 3 and re.search(r"interrupted; the audit goes on: keyassay audit --task [0-9a-f]{32}", errors), errors
        done = audit(server, "--timeout", "0")
        assert done.returncode == 3 and "the time is over" in done.stderr, done


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
