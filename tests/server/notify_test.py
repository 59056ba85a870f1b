#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Messages reach their receivers: SNS, webhook, MQTT; whatever the receiver does, and whatever happens to keyassayd.

Usage: notify_test.py KEYASSAYD [WORDS]; prints TAP.
"""
import contextlib
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import certs
from keyassayd import DidNotStart, Keyassayd, run_tests
from receiver import ACCESS_KEY, SECRET, TOKEN, Broker, Receiver, free_port

BINARY = sys.argv[1]
ACCOUNT = "000000000000"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:audits"
OTHER = f"arn:aws:sns:us-east-1:{ACCOUNT}:others"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/audit"
CHECK = "CA_CERTIFICATE_KEY_QUALITY_CHECK"
EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples")
WEBHOOK_SECRET = "0123456789abcdef0123456789abcdef"


def keyassayd(*options, env=None, **more):
    """A server that comes back to a failing receiver soon."""
    clean = {name: "" for name in os.environ if name.startswith("AWS_")}
    return Keyassayd(BINARY, "--notify-max-pause", "1", *options, env={**clean, "no_proxy": "*", **(env or {})}, **more)


def configure(server, topic=TOPIC, region="us-east-1", enabled=True):
    client = server.client(region=region)
    client.update_account_audit_configuration(
        roleArn=ROLE, auditNotificationTargetConfigurations={"SNS": {"targetArn": topic, "roleArn": ROLE, "enabled": enabled}},
        auditCheckConfigurations={CHECK: {"enabled": True}})
    return client


def audit(client, num=1):
    """Runs audits to their ends; returns their ids."""
    ids = []
    for _ in range(num):
        ids.append(client.start_on_demand_audit_task(targetCheckNames=[CHECK])["taskId"])
        wait_for(lambda: client.describe_audit_task(taskId=ids[-1])["taskStatus"] != "IN_PROGRESS", "the audit")
    return ids


def wait_for(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not come in {seconds} s"
        time.sleep(0.05)


def outbox(server, *words):
    done = server.command("outbox", *words)
    assert done.returncode == 0, done
    return done.stdout


def messages(server, *words):
    return [json.loads(line) for line in outbox(server, "list", "--format", "jsonl", *words).splitlines()]


def wait_states(server, *expected):
    wait_for(lambda: sorted(m["state"] for m in messages(server)) == sorted(expected), f"states {expected}")


def told(received):
    """The audits that messages tell of."""
    return [json.loads(message.text)["taskId"] for message in received]


# --- SNS ---

def test_audit_is_published():
    with Receiver() as receiver, keyassayd("--sns-endpoint", receiver.url, env=receiver.env) as server:
        client = configure(server)
        authority = certs.Authority("Plant <&> \u00e4 CA", kind="rsa")
        client.register_ca_certificate(caCertificate=authority.pem, certificateMode="SNI_ONLY", setAsActive=True)
        task, = audit(client)
        message, = receiver.wait(1)
        assert (message.kind, message.topic) == ("publish", TOPIC), message
        assert message.subject == "keyassay: audit COMPLETED, 0 of 1 checks non-compliant", message.subject
        described = client.describe_audit_task(taskId=task)
        note = json.loads(message.text)
        start = note.pop("taskStartTime")
        assert start == round(described["taskStartTime"].timestamp() * 1000), (start, described)
        assert note == {
            "accountId": ACCOUNT, "taskId": task, "taskStatus": "COMPLETED", "taskType": "ON_DEMAND_AUDIT_TASK",
            "failedChecksCount": 0, "canceledChecksCount": 0, "nonCompliantChecksCount": 0, "compliantChecksCount": 1,
            "totalChecksCount": 1,
            "auditDetails": [{"checkName": CHECK, "checkRunStatus": "COMPLETED_COMPLIANT", "nonCompliantResourcesCount": 0,
                              "suppressedNonCompliantResourcesCount": 0, "totalResourcesCount": 1}]}, note
        wait_states(server, "DELIVERED")
        stored, = messages(server)
        assert stored["receipt"] == message.id and stored["attempts"] == 1 and "lastError" not in stored, stored
        assert server.metric('keyassayd_outbox_delivered_total{transport="sns"}') == 1
        assert server.metric("keyassayd_outbox_oldest_pending_seconds") == 0
        assert receiver.requests == 1


def test_nothing_is_sent_when_the_target_is_disabled():
    with Receiver() as receiver, keyassayd("--sns-endpoint", receiver.url, env=receiver.env) as server:
        audit(configure(server, enabled=False))
        assert messages(server) == [] and receiver.requests == 0


def test_session_token_and_tls():
    """What is signed with a session token, over TLS that AWS_CA_BUNDLE trusts; in other regions and partitions."""
    with Receiver(tls=True, token=TOKEN) as receiver:
        env = dict(receiver.env, AWS_CA_BUNDLE=receiver.ca_path)
        with keyassayd("--sns-endpoint", receiver.url + "/", env=env) as server:
            topic = "arn:aws-cn:sns:cn-north-1:123456789012:audits-_~.fifo"
            task, = audit(configure(server, topic, region="eu-central-1"))
            message, = receiver.wait(1)
            assert told([message]) == [task] and message.topic == topic
            assert "/cn-north-1/sns/" in message.headers["authorization"], message.headers
            stored, = messages(server)
            assert f"&MessageGroupId=keyassay&MessageDeduplicationId={stored['messageId']}&".encode() in message.body, message.body


def test_untrusted_tls_is_refused():
    with Receiver(tls=True) as receiver, keyassayd("--sns-endpoint", receiver.url, env=receiver.env) as server:
        audit(configure(server))
        wait_for(lambda: "certificate" in messages(server)[0].get("lastError", ""), "the refusal")
        assert receiver.requests == 0


def test_every_failure_ends_with_exactly_the_message():
    """Whatever the receiver answers first, the message is acknowledged once in the end."""
    failures = [500, 502, 503, 504, 418, 403, 404, (429, {"Retry-After": "1"}), "garbage", "close", "close-early", "close-body", "huge",
                "wrong-receipt", "redirect", (400, {}, "<Error><Code>Throttling</Code></Error>")]
    with Receiver() as receiver, keyassayd("--sns-endpoint", receiver.url, env=receiver.env) as server:
        client = configure(server)
        for number, how in enumerate(failures, 1):
            receiver.behave(how)
            task, = audit(client)
            received = receiver.wait(number)
            assert told(received)[-1] == task, (how, received[-1])
            assert receiver.requests == 2 * number, (how, receiver.requests)
        wait_states(server, *["DELIVERED"] * len(failures))
        # When a connection that was open already is closed instead of an answer, libcurl asks again by itself.
        attempts = [m["attempts"] for m in messages(server)]
        assert attempts[failures.index("close")] in (1, 2) and attempts.count(2) >= len(failures) - 1, attempts
        assert server.metric('keyassayd_outbox_failed_attempts_total{transport="sns"}') == sum(attempts) - len(failures)


def test_retry_after_is_honoured():
    with Receiver() as receiver, keyassayd("--sns-endpoint", receiver.url, env=receiver.env) as server:
        receiver.behave((429, {"Retry-After": "4"}), (503, {"Retry-After": time.strftime("%a, %d %b %Y %H:%M:%S GMT",
                                                                                        time.gmtime(time.time() + 9))}))
        audit(configure(server))
        receiver.wait(1)
        first, second, third = receiver.times
        assert second - first >= 4, receiver.times
        assert third - second >= 1, receiver.times  # the date was made before the server started


def test_slow_receiver():
    """A receiver that does not answer in time has perhaps got the message: it gets it again."""
    with Receiver() as receiver, keyassayd("--sns-endpoint", receiver.url, "--notify-timeout", "1", env=receiver.env) as server:
        receiver.behave("slow")
        task, = audit(configure(server))
        receiver.wait_requests(2)
        assert told(receiver.wait(1))[0] == task
        wait_states(server, "DELIVERED")
        stored, = messages(server)
        assert stored["attempts"] == 2, stored


def test_receiver_that_is_down():
    """All that was written meanwhile arrives, each message once."""
    with Receiver() as receiver, keyassayd("--sns-endpoint", receiver.url, env=receiver.env) as server:
        receiver.down()
        tasks = audit(configure(server), 5)
        wait_for(lambda: messages(server)[0]["attempts"] > 1, "the second attempt")
        assert server.metric('keyassayd_outbox_messages{state="pending"}') == 5
        receiver.up()
        assert sorted(told(receiver.wait(5))) == sorted(tasks)
        wait_states(server, *["DELIVERED"] * 5)
        assert len(receiver.messages) == 5


def test_refused_message_is_dead_and_others_are_not():
    with Receiver() as receiver, keyassayd("--sns-endpoint", receiver.url, env=receiver.env) as server:
        client = configure(server)
        receiver.behave((400, {}, "<ErrorResponse><Error><Code>InvalidParameter</Code></Error></ErrorResponse>"))
        first, = audit(client)
        wait_states(server, "DEAD")
        second, = audit(client)
        assert told(receiver.wait(1)) == [second]
        wait_states(server, "DEAD", "DELIVERED")
        dead, = messages(server, "--state", "DEAD")
        assert dead["attempts"] == 1 and dead["lastError"] == "HTTP 400 InvalidParameter", dead
        assert server.metric('keyassayd_outbox_messages{state="dead"}') == 1
        assert server.metric("keyassayd_outbox_dead_total") == 1
        assert "state=dead" in server.log()
        # By hand it is tried again.
        outbox(server, "retry", dead["messageId"])
        assert told(receiver.wait(2)) == [second, first]
        wait_states(server, "DELIVERED", "DELIVERED")


def test_credentials_file():
    """AWS_SHARED_CREDENTIALS_FILE and AWS_PROFILE; keys that are not there yet, then come, then change."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "credentials")
        with Receiver(keys={"AKIAONE": "one/+=", "AKIATWO": "two"}) as receiver:
            with keyassayd("--sns-endpoint", receiver.url,
                           env={"AWS_SHARED_CREDENTIALS_FILE": path, "AWS_PROFILE": "plant"}) as server:
                client = configure(server)
                audit(client)
                wait_for(lambda: "no AWS credentials" in messages(server)[0].get("lastError", ""), "the error")
                write(path, "[default]\naws_access_key_id = AKIAWRONG\naws_secret_access_key = x\n"
                            "[plant]\n# comment\naws_access_key_id=AKIAONE\naws_secret_access_key = one/+=\n")
                assert "AKIAONE" in receiver.wait(1)[0].headers["authorization"]
                write(path, "[plant]\naws_access_key_id=AKIATWO\naws_secret_access_key = two\n")
                audit(client)
                assert "AKIATWO" in receiver.wait(2)[1].headers["authorization"]


def write(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def test_weak_ca_is_published():
    """From a weak CA to the message about its finding: audit, mitigation task, Publish; and what the message says."""
    with open(os.path.join(EXAMPLES, "roca-ca.pem"), encoding="ascii") as file:
        weak = file.read()
    with Receiver() as receiver, keyassayd("--sns-endpoint", receiver.url, env=receiver.env) as server:
        client = configure(server)
        ca = client.register_ca_certificate(caCertificate=weak, certificateMode="SNI_ONLY", setAsActive=True)["certificateId"]
        task, = audit(client)
        finding, = client.list_audit_findings(taskId=task)["findings"]
        client.create_mitigation_action(actionName="tell", roleArn=ROLE, actionParams={"publishFindingToSnsParams": {"topicArn": OTHER}})
        client.start_audit_mitigation_actions_task(taskId="fix", target={"auditTaskId": task},
                                                   auditCheckToActionsMapping={CHECK: ["tell"]}, clientRequestToken="once")
        received = {m.topic: m for m in receiver.wait(2)}
        assert json.loads(received[TOPIC].text)["nonCompliantChecksCount"] == 1
        message = received[OTHER]
        assert message.subject == f"keyassay: CRITICAL CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361: CA certificate {ca[:8]}"
        note = json.loads(message.text)
        told_of = note.pop("finding")
        assert note == {"accountId": ACCOUNT, "region": "us-east-1", "mitigationActionsTaskId": "fix", "actionName": "tell"}, note
        for name, value in finding.items():
            if hasattr(value, "timestamp"):
                assert abs(told_of[name] - value.timestamp()) < 0.001, (name, told_of)
            else:
                assert told_of[name] == value, (name, told_of)
        assert receiver.requests == 2


# --- independence, death, operators ---

def test_dead_receiver_does_not_hold_up_others():
    """One worker, a topic whose receiver never answers and one that works."""
    with Receiver(secrets=[WEBHOOK_SECRET]) as good, Receiver(secrets=[WEBHOOK_SECRET]) as bad, tempfile.TemporaryDirectory() as folder:
        bad.behave_always("slow")
        secret = os.path.join(folder, "secret")
        write(secret, WEBHOOK_SECRET)
        with keyassayd("--topic", f"{TOPIC} {good.url}/a secret={secret}", "--topic", f"{OTHER} {bad.url}/b secret={secret}",
                       "--notify-workers", "1", "--notify-timeout", "1") as server:
            audit(configure(server, OTHER), 3)
            bad.wait_requests(1)
            tasks = audit(configure(server, TOPIC), 5)
            assert sorted(told(good.wait(5))) == sorted(tasks)
            assert all(m.kind == "notification" for m in good.messages)
            bad.release()


def test_undelivered_for_too_long_is_dead():
    port = free_port()
    with keyassayd("--sns-endpoint", f"http://127.0.0.1:{port}", "--notify-give-up", "3",
                   env={"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET}) as server:
        tasks = audit(configure(server), 3)
        wait_states(server, *["DEAD"] * 3)
        dead = messages(server)
        assert all("onnect" in m["lastError"] for m in dead), dead
        # One is dropped, all others are tried again when the receiver is there.
        outbox(server, "drop", dead[0]["messageId"])
        assert [m["messageId"] for m in messages(server, "--state", "DROPPED")] == [dead[0]["messageId"]]
        text = outbox(server, "list", "--state", "DEAD")
        assert dead[1]["messageId"] in text and dead[0]["messageId"] not in text, text
        with Receiver(port=port) as receiver:
            outbox(server, "retry", "--all", "--topic", TOPIC)
            assert sorted(told(receiver.wait(2))) == sorted(tasks[1:])
            wait_states(server, "DROPPED", "DELIVERED", "DELIVERED")
            assert len(receiver.messages) == 2


def test_outbox_verb():
    """Filters, formats, messages in full, and what makes no sense."""
    with keyassayd(env={"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}) as server:
        first = audit(configure(server, TOPIC), 2)
        audit(configure(server, OTHER))
        wait_for(lambda: all(m["attempts"] > 0 or m["topic"] for m in messages(server)), "an attempt")
        assert len(messages(server)) == 3 and len(messages(server, "--topic", TOPIC)) == 2
        assert len(messages(server, "--state", "PENDING", "--topic", OTHER)) == 1
        assert messages(server, "--state", "DELIVERED") == []
        whole = [json.loads(json.loads(line)["message"])["taskId"]
                 for line in outbox(server, "list", "--format", "jsonl", "--message", "--topic", TOPIC).splitlines()]
        assert whole == first, (whole, first)
        one = messages(server)[0]
        assert {"messageId", "accountId", "region", "topic", "subject", "state", "created", "due", "attempts"} <= set(one), one
        assert outbox(server, "list").splitlines()[0].split()[0] == one["messageId"]
        for words, status, expected in [
                (["retry"], 2, "--all"), (["drop"], 2, "--all"), (["drop", "--all", one["messageId"]], 2, "--all"),
                (["list", "--state", "LOST"], 2, "PENDING, DELIVERED, DEAD, DROPPED"),
                (["retry", "00000000-0000-8000-8000-000000000000"], 1, "there is no message"),
                (["drop", "no-such"], 1, "there is no message")]:
            done = server.command("outbox", *words)
            assert done.returncode == status and expected in done.stderr, (words, done)
        outbox(server, "drop", "--all", "--topic", OTHER, "--state", "PENDING")
        assert [m["topic"] for m in messages(server, "--state", "DROPPED")] == [OTHER]
        outbox(server, "drop", one["messageId"])
        done = server.command("outbox", "drop", one["messageId"])
        assert done.returncode == 1 and "DROPPED" in done.stderr, done
        outbox(server, "retry", one["messageId"])
        assert len(messages(server, "--state", "PENDING")) == 2
        # What the operator did is in the log of changes.
        with contextlib.closing(sqlite3.connect(f"file:{os.path.join(server.data, 'keyassay.db')}?mode=ro", uri=True)) as db:
            entries = db.execute("SELECT action, before, after FROM log WHERE actor = 'keyassayd:outbox' ORDER BY seq").fetchall()
        assert [(a, json.loads(b)["state"], json.loads(c)["state"]) for a, b, c in entries] == [
            ("DropMessage", "PENDING", "DROPPED"), ("DropMessage", "PENDING", "DROPPED"), ("RetryMessage", "DROPPED", "PENDING")], entries


# --- webhook and MQTT ---

def test_webhook_over_tls():
    with Receiver(tls=True, secrets=[WEBHOOK_SECRET]) as receiver, tempfile.TemporaryDirectory() as folder:
        secret = os.path.join(folder, "secret")
        write(secret, "an older secret of enough length\n" + WEBHOOK_SECRET + "\n")
        with keyassayd("--topic", f"* {receiver.url}/hook?x=1 secret={secret} ca={receiver.ca_path}") as server:
            task, = audit(configure(server))
            message, = receiver.wait(1)
            assert told([message]) == [task]
            assert set(json.loads(message.body)) == {"Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp"}
            assert message.headers["x-amz-sns-message-type"] == "Notification"
            assert message.headers["content-type"] == "text/plain; charset=UTF-8"
            assert message.headers["x-keyassay-signature"].count("v1=") == 2
            stored, = messages(server)
            assert stored["messageId"] == message.id
            # The secret is exchanged: SIGHUP reads it again.
            receiver.secrets = ["a newer secret of enough length"]
            write(secret, receiver.secrets[0])
            reloads = server.log().count("were read again")
            server.signal(signal.SIGHUP)
            wait_for(lambda: server.log().count("were read again") > reloads, "the reload")
            audit(server.client())
            receiver.wait(2)


def test_webhook_keeps_its_id_when_it_is_tried_again():
    with Receiver(secrets=[WEBHOOK_SECRET]) as receiver, tempfile.TemporaryDirectory() as folder:
        secret = os.path.join(folder, "secret")
        write(secret, WEBHOOK_SECRET)
        with keyassayd("--topic", f"{TOPIC} {receiver.url}/ secret={secret}", "--notify-timeout", "1") as server:
            receiver.behave("slow", "close-body", 500)
            task, = audit(configure(server))
            receiver.wait_requests(4)
            receiver.release()  # the first attempt gets its answer too late
            received = receiver.wait(2)
            assert len({m.id for m in received}) == 1 and set(told(received)) == {task}


def test_mqtt():
    with Broker() as broker:
        binding = (f"{TOPIC} mqtts://127.0.0.1:{broker.port}/plant/findings ca={broker.ca_path} username={broker.USER} "
                   f"password={broker.password_path}")
        with keyassayd("--topic", binding) as server:
            client = configure(server)
            tasks = audit(client, 2)
            got = broker.wait(2)
            assert [(topic, qos) for topic, qos, _ in got] == [("plant/findings", 1)] * 2, got
            assert sorted(json.loads(note["Message"])["taskId"] for _, _, note in got) == sorted(tasks)
            wait_states(server, "DELIVERED", "DELIVERED")
            broker.down()
            tasks += audit(client, 3)
            wait_for(lambda: messages(server, "--state", "PENDING")[0]["attempts"] > 1, "the second attempt")
            broker.up()
            got = broker.wait(5)
            assert sorted(json.loads(note["Message"])["taskId"] for _, _, note in got) == sorted(tasks)
            assert len({note["MessageId"] for _, _, note in got}) == 5
            wait_states(server, *["DELIVERED"] * 5)
            assert server.metric('keyassayd_outbox_delivered_total{transport="mqtt"}') == 5


def test_mqtt_refusals():
    """A wrong password and a broker whose certificate nobody trusts."""
    with Broker() as broker, tempfile.TemporaryDirectory() as folder:
        wrong = os.path.join(folder, "password")
        write(wrong, "wrong")
        base = f"{TOPIC} mqtts://localhost:{broker.port}/t "
        for options, expected in [(f"ca={broker.ca_path} username={broker.USER} password={wrong}", "refuse"), ("", "")]:
            with keyassayd("--topic", base + options) as server:
                audit(configure(server))
                wait_for(lambda: messages(server)[0].get("lastError"), "the error")
                stored, = messages(server)
                assert stored["state"] == "PENDING" and expected in stored["lastError"], stored
        assert broker.lines == []


# --- crashes, limits ---

def test_kill_between_enqueue_and_delivery_loses_nothing():
    with Receiver() as receiver, keyassayd("--sns-endpoint", receiver.url, env=receiver.env) as server:
        client = configure(server)
        receiver.down()
        tasks = audit(client, 3)
        server.kill()
        receiver.up()
        receiver.behave("slow", "slow", "slow")
        server.start()
        receiver.wait_requests(3)  # under way, not acknowledged
        server.kill()
        server.start()
        received = receiver.wait(3)
        assert set(told(received)) == set(tasks), (told(received), tasks)
        wait_states(server, *["DELIVERED"] * 3)
        receiver.release()


def test_kills_at_any_time_lose_nothing():
    """Audits end, messages are sent and the server is killed, again and again; in the end every audit is told of."""
    randomness = random.Random(int(os.environ.get("KEYASSAY_SEED", "7")))
    with Receiver() as receiver, keyassayd("--sns-endpoint", receiver.url, env=receiver.env) as server:
        configure(server)
        tasks = []
        for _ in range(int(os.environ.get("KEYASSAY_KILLS", "12"))):
            receiver.behave(*randomness.choices(["ok", 500, "close-body", "garbage"], k=3))
            client = server.client()
            for _ in range(2):
                tasks.append(client.start_on_demand_audit_task(targetCheckNames=[CHECK])["taskId"])
            time.sleep(randomness.random())
            server.kill()
            server.start()
        wait_for(lambda: set(told(receiver.messages)) == set(tasks), "a message for each audit")
        wait_states(server, *["DELIVERED"] * len(tasks))
        assert len({m["messageId"] for m in messages(server)}) == len(tasks)


def test_stop_lets_messages_under_way_end():
    with Receiver() as receiver, keyassayd("--sns-endpoint", receiver.url, "--notify-timeout", "60", env=receiver.env) as server:
        receiver.behave("slow")
        audit(configure(server))
        receiver.wait_requests(1)
        server.signal(signal.SIGTERM)
        wait_for(lambda: "event=stop" in server.log(), "the stop")
        receiver.release()
        assert server.wait() == 0
        assert [m["state"] for m in messages(server)] == ["DELIVERED"]
        assert receiver.requests == 1


def test_stop_does_not_wait_for_ever():
    with Receiver() as receiver, keyassayd("--sns-endpoint", receiver.url, "--notify-timeout", "300", "--drain-timeout", "1",
                                           env=receiver.env) as server:
        receiver.behave("slow")
        audit(configure(server))
        receiver.wait_requests(1)
        assert server.stop() == 0
        stored, = messages(server)
        assert stored["state"] == "PENDING" and stored["attempts"] == 0, stored
        server.start()
        receiver.wait(1)


def test_two_servers_do_not_send_twice():
    """Nodes share an outbox by claims; here one is stopped in the middle of a claim and another goes on after it."""
    with Receiver() as receiver, keyassayd("--sns-endpoint", receiver.url, "--notify-workers", "8", "--notify-in-flight", "2",
                                           env=receiver.env) as server:
        receiver.down()
        tasks = audit(configure(server), 12)
        receiver.up()
        assert sorted(told(receiver.wait(12))) == sorted(tasks)
        wait_states(server, *["DELIVERED"] * 12)
        assert len(receiver.messages) == 12


def test_what_makes_no_sense_is_said_at_the_start():
    with tempfile.TemporaryDirectory() as folder:
        secret, short = os.path.join(folder, "secret"), os.path.join(folder, "short")
        write(secret, WEBHOOK_SECRET)
        write(short, "hunter2")
        for options, expected in [
                (["--sns-endpoint", "http://sns.example"], "loopback"), (["--sns-endpoint", "ftp://x"], "https://"),
                (["--sns-endpoint", "https://x/path"], "no path"), (["--topic", TOPIC], "ARN TARGET"),
                (["--topic", f"{TOPIC} http://hooks.example/ secret={secret}"], "loopback"),
                (["--topic", f"{TOPIC} https://hooks.example/"], "secret=FILE"),
                (["--topic", f"{TOPIC} https://hooks.example/ secret={short}"], "less than 16"),
                (["--topic", f"{TOPIC} https://hooks.example/ secret={folder}/none"], "No such file"),
                (["--topic", f"{TOPIC} mqtts://b.example/a/#"], "without + and #"),
                (["--topic", f"{TOPIC} mqtt://b.example/a"], "loopback"),
                (["--topic", f"{TOPIC} https://h.example/ secret={secret} colour=red"], "none of secret="),
                (["--topic", f"{TOPIC} sns", "--topic", f"{TOPIC} sns"], "bound twice")]:
            try:
                with keyassayd(*options):
                    raise AssertionError(f"{options} was accepted")
            except DidNotStart as why:
                assert expected in str(why) and why.status in (1, 2), (options, why)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
