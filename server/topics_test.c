/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of bindings: what they mean, and each mistake with a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/topics.h"

#define ARN "arn:aws:sns:us-east-1:000000000000:t"

static void
test_what_lines_mean(void **state)
{
	char message[KA_TOPICS_MESSAGE_LEN];
	struct ka_arena arena = { 0 };
	struct ka_topic topic;

	(void)state;
	assert_true(ka_topic_parse(&topic, message, &arena, "* sns", false));
	assert_string_equal(topic.arn, "*");
	assert_int_equal(topic.kind, KA_TOPIC_SNS);

	assert_true(ka_topic_parse(&topic, message, &arena,
	    "  " ARN " \t https://hooks.example:8443/a/b?c=d secret=/s ca=/ca cert=/c key=/k ", false));
	assert_string_equal(topic.arn, ARN);
	assert_int_equal(topic.kind, KA_TOPIC_WEBHOOK);
	assert_string_equal(topic.url, "https://hooks.example:8443/a/b?c=d");
	assert_string_equal(topic.secret_file, "/s");
	assert_string_equal(topic.ca_file, "/ca");
	assert_string_equal(topic.cert_file, "/c");
	assert_string_equal(topic.key_file, "/k");

	assert_true(ka_topic_parse(
	    &topic, message, &arena, ARN " mqtts://[2001:db8::1]/plant/a=b username=u password=/p", false));
	assert_int_equal(topic.kind, KA_TOPIC_MQTT);
	assert_true(topic.tls);
	assert_string_equal(topic.host, "2001:db8::1");
	assert_int_equal(topic.port, 8883);
	assert_string_equal(topic.mqtt_topic, "plant/a=b");
	assert_string_equal(topic.username, "u");
	assert_string_equal(topic.password_file, "/p");

	/* Without TLS: here, or where somebody else takes care of it. */
	static const char *const loopback[] = { "127.0.0.1", "127.9.9.9:1", "localhost:99", "[::1]:5", "[::1]" };
	for (size_t i = 0; i < sizeof(loopback) / sizeof(loopback[0]); i++) {
		char line[128];

		(void)snprintf(line, sizeof(line), ARN " http://%s/x secret=/s", loopback[i]);
		assert_true(ka_topic_parse(&topic, message, &arena, line, false));
		(void)snprintf(line, sizeof(line), ARN " mqtt://%s/x", loopback[i]);
		assert_true(ka_topic_parse(&topic, message, &arena, line, false));
		assert_false(topic.tls);
	}
	assert_int_equal(topic.port, 1883);
	assert_true(ka_topic_parse(&topic, message, &arena, ARN " http://hooks.example/ secret=/s", true));
	ka_arena_clear(&arena);
}

static void
test_mistakes(void **state)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{ "", "not of the form" },
		{ ARN, "not of the form" },
		{ "my-topic https://x/ secret=/s", "neither an ARN nor *" },
		{ ARN " smtp://x/", "neither sns nor a URL" },
		{ ARN " https:///path secret=/s", "there is no host" },
		{ ARN " https://[::1 secret=/s", "there is no host" },
		{ ARN " https://user:pass@x/ secret=/s", "user names do not belong" },
		{ ARN " https://x:0/ secret=/s", "port" },
		{ ARN " https://x:65536/ secret=/s", "port" },
		{ ARN " https://x:1z/ secret=/s", "port" },
		{ ARN " https://x#y secret=/s", "is not a URL" },
		{ ARN " https://x/", "secret=FILE is missing" },
		{ ARN " https://x/ secret=", "secret is empty" },
		{ ARN " https://x/ secret=/a secret=/b", "secret is given twice" },
		{ ARN " https://x/ secret=/a username=u", "has no option username" },
		{ ARN " https://x/ secret=/a /stray", "'/stray' is none of" },
		{ ARN " https://x/ secret=/a cert=/c", "cert and key belong together" },
		{ ARN " http://127.0.0.1/ secret=/a ca=/c", "are for https and mqtts" },
		{ ARN " http://127.0.0.1.example/ secret=/a", "only loopback" },
		{ ARN " http://localhost.example/ secret=/a", "only loopback" },
		{ ARN " http://10.0.0.1/ secret=/a", "only loopback" },
		{ ARN " mqtt://10.0.0.1/t", "use mqtts" },
		{ ARN " mqtts://x", "topic to publish to" },
		{ ARN " mqtts://x/", "topic to publish to" },
		{ ARN " mqtts://x/a/+/b", "without + and #" },
		{ ARN " mqtts://x/$SYS/x", "topic to publish to" },
		{ ARN " mqtts://x/t password=/p", "password without username" },
		{ ARN " mqtts://x/t secret=/s", "has no option secret" },
		{ ARN " sns secret=/s", "has no option secret" },
	};
	struct ka_arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char message[KA_TOPICS_MESSAGE_LEN] = "";
		struct ka_topic topic;

		if (ka_topic_parse(&topic, message, &arena, cases[i].line, false))
			fail_msg("accepted: %s", cases[i].line);
		if (strstr(message, cases[i].expected) == NULL)
			fail_msg("%s: said: %s", cases[i].line, message);
	}
	ka_arena_clear(&arena);
}

static void
test_endpoints(void **state)
{
	char message[KA_TOPICS_MESSAGE_LEN];

	(void)state;
	assert_true(ka_topic_check_endpoint(message, "https://sns.example", false));
	assert_true(ka_topic_check_endpoint(message, "https://sns.example:8443/", false));
	assert_true(ka_topic_check_endpoint(message, "http://127.0.0.1:4566", false));
	assert_true(ka_topic_check_endpoint(message, "http://localstack:4566", true));
	assert_false(ka_topic_check_endpoint(message, "http://localstack:4566", false));
	assert_non_null(strstr(message, "only loopback"));
	assert_false(ka_topic_check_endpoint(message, "https://sns.example/v1", false));
	assert_false(ka_topic_check_endpoint(message, "https://sns.example?x", false));
	assert_false(ka_topic_check_endpoint(message, "sns.example", false));
	assert_false(ka_topic_check_endpoint(message, "https://", false));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_lines_mean),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_endpoints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
