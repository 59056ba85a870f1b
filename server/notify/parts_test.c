/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of sending that need no receiver: what answers mean, pauses, endpoints, credentials, secrets, the envelope. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "server/notify/deliver.h"

static void
test_answers(void **state)
{
	static const short refused[] = { 400, 405, 406, 410, 411, 413, 414, 415, 416, 417, 422, 431, 501, 505 };
	size_t next = 0, num = sizeof(refused) / sizeof(refused[0]);

	(void)state;
	for (long status = 0; status < 700; status++) {
		enum ka_outcome expected = status / 100 == 2 ? KA_SEND_DELIVERED : KA_SEND_RETRY;

		if (next < num && refused[next] == status) {
			expected = KA_SEND_REFUSED;
			next++;
		}
		if (ka_answer_outcome(status) != expected)
			fail_msg("%ld: %d", status, ka_answer_outcome(status));
	}
	assert_int_equal(next, num);
}

/* Full jitter: all of the range is used, and it doubles until it meets the limit. */
static void
test_backoff(void **state)
{
	(void)state;
	for (int32_t failures = 1; failures < 40; failures++) {
		int64_t limit = failures < 10 ? (int64_t)1000 << (failures - 1) : 300000, low = INT64_MAX, high = 0;

		if (limit > 300000)
			limit = 300000;
		for (unsigned i = 0; i < 400; i++) {
			int64_t pause = ka_backoff(failures, 300000);

			low = pause < low ? pause : low;
			high = pause > high ? pause : high;
		}
		/* A fourth of the range without any of 400 draws: once in 10^49 runs. */
		assert_true(low >= 1 && low < limit / 4 && high > limit - limit / 4 && high <= limit);
	}
	assert_true(ka_backoff(INT32_MAX, 5) <= 5);
}

static void
test_endpoints(void **state)
{
	static const struct {
		const char *arn, *url, *region;
	} cases[] = {
		{ "arn:aws:sns:us-east-1:000000000000:t", "https://sns.us-east-1.amazonaws.com/", "us-east-1" },
		{ "arn:aws-cn:sns:cn-north-1:1:t", "https://sns.cn-north-1.amazonaws.com.cn/", "cn-north-1" },
		{ "arn:aws-us-gov:sns:us-gov-west-1:1:t", "https://sns.us-gov-west-1.amazonaws.com/", "us-gov-west-1" },
		{ "arn:aws:sqs:us-east-1:1:t", NULL, NULL },
		{ "arn:aws:sns::1:t", NULL, NULL },
		{ "arn:aws:sns:evil.example/x:1:t", NULL, NULL },
		{ "arn:aws:sns:us-east-1", NULL, NULL },
		{ "arn:aws:sns:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:1:t", NULL, NULL },
		{ "topic", NULL, NULL },
	};
	struct ka_setup ours = { .sns_endpoint = "http://127.0.0.1:4566" }, aws = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ka_buf url = { 0 };
		char region[KA_REGION_LEN];

		assert_int_equal(ka_setup_endpoint(&url, region, &aws, cases[i].arn), cases[i].url != NULL);
		if (cases[i].url != NULL) {
			assert_string_equal(url.data, cases[i].url);
			assert_string_equal(region, cases[i].region);
			ka_buf_clear(&url);
			assert_true(ka_setup_endpoint(&url, region, &ours, cases[i].arn));
			assert_string_equal(url.data, "http://127.0.0.1:4566/");
			assert_string_equal(region, cases[i].region);
		}
		ka_buf_clear(&url);
	}
}

static void
test_bindings(void **state)
{
	struct ka_binding rows[] = { { .topic = { .arn = "*", .kind = KA_TOPIC_MQTT } },
		{ .topic = { .arn = "arn:a", .kind = KA_TOPIC_WEBHOOK } } };
	struct ka_setup setup = { .bindings = rows, .num_bindings = 2 };

	(void)state;
	assert_ptr_equal(ka_setup_binding(&setup, "arn:a"), &rows[1]);
	assert_ptr_equal(ka_setup_binding(&setup, "arn:ab"), &rows[0]);
	rows[0].topic.arn = "arn:b";
	assert_int_equal(ka_setup_binding(&setup, "arn:ab")->topic.kind, KA_TOPIC_SNS);
}

static void
test_credentials_file(void **state)
{
	static const char text[] = "# [default]\n aws_access_key_id = outside\n[default]\naws_access_key_id = ONE\r\n"
				   "aws_secret_access_key=s/e+c=ret==\n; aws_session_token = none\n"
				   "[profile other]\naws_access_key_id = WRONG\n[ plant ]\naws_access_key_id=TWO\nregion = x\n"
				   "aws_secret_access_key = two\naws_session_token = t=o/k+en==\n[half]\naws_access_key_id = THREE\n"
				   "[empty]\naws_access_key_id =\naws_secret_access_key =\nno equals sign\n[default";
	struct ka_credentials c = { 0 };

	(void)state;
	assert_true(ka_credentials_parse(&c, text, strlen(text), "default"));
	assert_string_equal(c.access_key_id, "ONE");
	assert_string_equal(c.secret, "s/e+c=ret==");
	assert_null(c.token);
	ka_credentials_clear(&c);
	assert_true(ka_credentials_parse(&c, text, strlen(text), "plant"));
	assert_string_equal(c.access_key_id, "TWO");
	assert_string_equal(c.token, "t=o/k+en==");
	ka_credentials_clear(&c);
	static const char *const bad[] = { "half", "empty", "none", "other", "" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(ka_credentials_parse(&c, text, strlen(text), bad[i]));
		ka_credentials_clear(&c);
	}
	assert_false(ka_credentials_parse(&c, "", 0, "default"));
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
test_credentials_environment(void **state)
{
	char message[KA_CREDENTIALS_MESSAGE_LEN], dir[] = "keyassay-credentials-XXXXXX", path[64];
	struct ka_credentials c = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	(void)unsetenv("AWS_PROFILE");
	(void)unsetenv("AWS_SESSION_TOKEN");
	(void)setenv("AWS_SHARED_CREDENTIALS_FILE", path, 1);
	(void)setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
	(void)setenv("AWS_SECRET_ACCESS_KEY", "", 1);
	/* Half of a pair is none. */
	assert_false(ka_credentials_get(&c, message));
	assert_non_null(strstr(message, path));
	write_file(path, "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n");
	assert_true(ka_credentials_get(&c, message));
	assert_string_equal(c.access_key_id, "FILE");
	/* The same file is not read twice, a changed one is. */
	const char *before = c.access_key_id;
	assert_true(ka_credentials_get(&c, message));
	assert_ptr_equal(c.access_key_id, before);
	write_file(path, "[default]\naws_access_key_id = OTHER1\naws_secret_access_key = s\n");
	assert_true(ka_credentials_get(&c, message));
	assert_string_equal(c.access_key_id, "OTHER1");
	(void)setenv("AWS_PROFILE", "plant", 1);
	write_file(path, "[default]\naws_access_key_id = OTHER\naws_secret_access_key = s\n\n");
	assert_false(ka_credentials_get(&c, message));
	assert_non_null(strstr(message, "'plant'"));
	assert_null(c.secret);
	(void)setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	assert_true(ka_credentials_get(&c, message));
	assert_string_equal(c.access_key_id, "ENV");
	ka_credentials_clear(&c);
	(void)unlink(path);
	(void)rmdir(dir);
}

static void
test_secrets(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "0123456789abcdef\n", NULL },
		{ "0123456789abcdef\r\n\n0123456789abcdeX", NULL },
		{ "", "is empty" },
		{ "\n\n", "is empty" },
		{ "0123456789abcde\n", "less than 16" },
		{ "0123456789abcdef\nshort\n", "less than 16" },
		{ "aaaaaaaaaaaaaaaa\nbbbbbbbbbbbbbbbb\ncccccccccccccccc\ndddddddddddddddd\neeeeeeeeeeeeeeee\n", "more than 4" },
	};
	char message[KA_TOPICS_MESSAGE_LEN], dir[] = "keyassay-secrets-XXXXXX", path[64], line[256];

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	(void)snprintf(line, sizeof(line), "* https://x/ secret=%s", path);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ka_config config;

		ka_config_init(&config);
		config.topics.items[config.topics.num++] = line;
		write_file(path, cases[i].text);
		struct ka_setup *setup = ka_setup_new(message, &config);
		if (cases[i].expected == NULL) {
			assert_non_null(setup);
			assert_int_equal(setup->bindings[0].num_secrets, i + 1);
			assert_string_equal(setup->bindings[0].secrets[0], "0123456789abcdef");
			assert_int_equal(setup->timeout_ms, 10000);
		} else {
			assert_null(setup);
			assert_non_null(strstr(message, cases[i].expected));
		}
		ka_setup_drop(setup);
		ka_config_clear(&config);
	}
	(void)unlink(path);
	(void)rmdir(dir);
}

static void
test_envelope(void **state)
{
	struct ka_outbox_row row = { .id = "00000000-0000-8000-8000-000000000000",
		.topic = "arn:t",
		.subject = "s",
		.message = "{\"a\":\"\xc3\xa4\"}",
		.created = 1700000000007 };
	struct ka_buf out = { 0 };

	(void)state;
	ka_envelope(&out, &row);
	ka_buf_putc(&out, '\0');
	assert_string_equal(out.data,
	    "{\"Type\":\"Notification\",\"MessageId\":\"00000000-0000-8000-8000-000000000000\",\"TopicArn\":\"arn:t\","
	    "\"Subject\":\"s\",\"Message\":\"{\\\"a\\\":\\\"\xc3\xa4\\\"}\",\"Timestamp\":\"2023-11-14T22:13:20.007Z\"}");
	ka_buf_clear(&out);
	row.subject = NULL;
	ka_envelope(&out, &row);
	ka_buf_putc(&out, '\0');
	assert_null(strstr(out.data, "Subject"));
	ka_buf_clear(&out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_endpoints),
		cmocka_unit_test(test_bindings),
		cmocka_unit_test(test_credentials_file),
		cmocka_unit_test(test_credentials_environment),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_envelope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
