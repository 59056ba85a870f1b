/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/config.h"

#include "common/buf.h"
#include "server/log.h"

static const struct ka_config_key *
key(const char *name)
{
	for (const struct ka_config_key *k = ka_config_keys(); k->name != NULL; k++) {
		if (strcmp(k->name, name) == 0)
			return k;
	}
	fail_msg("no key %s", name);
	return NULL;
}

static void
test_schema(void **state)
{
	(void)state;
	for (const struct ka_config_key *k = ka_config_keys(); k->name != NULL; k++) {
		assert_int_equal(strspn(k->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(k->name));
		assert_ptr_equal(key(k->name), k); /* no name twice */
		assert_true((k->argument == NULL) == (k->type == KA_CONFIG_BOOL));
		assert_true((k->choices != NULL) == (k->type == KA_CONFIG_CHOICE));
		assert_true(k->type == KA_CONFIG_NUMBER ? k->min < k->max : k->max == 0);
		assert_non_null(k->help);
		assert_int_not_equal(k->scope, 0);
	}
}

static void
test_defaults(void **state)
{
	struct ka_config config;

	(void)state;
	ka_config_init(&config);
	assert_int_equal(config.listen.num, 1);
	assert_string_equal(config.listen.items[0], "127.0.0.1:8400");
	assert_int_equal(config.max_body, 1048576);
	assert_int_equal(config.max_headers, 32768);
	assert_int_equal(config.on_weak_key, 0);
	assert_int_equal(config.log_level, KA_LOG_INFO);
	assert_int_equal(config.retention_days, 90);
	assert_false(config.insecure_http);
	assert_null(config.tls_cert);
	ka_config_clear(&config);
}

struct bad {
	const char *text, *message;
};

static void
test_bad_files(void **state)
{
	static const struct bad rows[] = {
		{ "liste = x", "f.conf:1: unknown key 'liste'; did you mean 'listen'?" },
		{ "# c\n\n  nonsense = x\n", "f.conf:3: unknown key 'nonsense'" },
		{ "threads", "f.conf:1: 'threads' is not of the form key = value" },
		{ "threads =", "f.conf:1: threads: the value is empty" },
		{ "threads = 257", "f.conf:1: threads: 257 is not between 0 and 256" },
		{ "workers = 0", "f.conf:1: workers: 0 is not between 1 and 1024" },
		{ "workers = -1", "f.conf:1: workers: '-1' is not a whole number" },
		{ "workers = 1e2", "f.conf:1: workers: '1e2' is not a whole number" },
		{ "workers = 99999999999999999999", "f.conf:1: workers: 99999999999999999999 is not between 1 and 1024" },
		{ "on-weak-key = maybe", "f.conf:1: on-weak-key: 'maybe' is none of: register, refuse" },
		{ "insecure-http = yes", "f.conf:1: insecure-http: 'yes' is neither true nor false" },
		{ "= x", "f.conf:1: unknown key ''" },
		{ "data = a\ndata = b\nlog-level = loud", "f.conf:3: log-level: 'loud' is none of: error, warning, info, debug" },
	};
	char message[KA_CONFIG_MESSAGE_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_config config;

		ka_config_init(&config);
		assert_false(ka_config_parse(&config, message, "f.conf", rows[i].text, strlen(rows[i].text)));
		assert_string_equal(message, rows[i].message);
		ka_config_clear(&config);
	}
}

static void
test_odd_files(void **state)
{
	static const char crlf[] = "\t# comment = with equals\r\n threads\t=  7 \r\nsns-endpoint = http://h/?a=b#c";
	char long_line[5000], message[KA_CONFIG_MESSAGE_LEN];
	struct ka_config config;

	(void)state;
	ka_config_init(&config);
	assert_true(ka_config_parse(&config, message, "f", crlf, sizeof(crlf) - 1));
	assert_int_equal(config.threads, 7);
	assert_string_equal(config.sns_endpoint, "http://h/?a=b#c");
	assert_true(ka_config_parse(&config, message, "f", "", 0));
	assert_false(ka_config_parse(&config, message, "f", "threads = 1\0", 12));
	assert_string_equal(message, "f:1: a NUL byte; this is not a configuration file");
	memset(long_line, 'x', sizeof(long_line));
	assert_false(ka_config_parse(&config, message, "f", long_line, sizeof(long_line)));
	assert_string_equal(message, "f:1: a line of more than 4095 bytes");
	assert_false(ka_config_read(&config, message, "no/such/file"));
	assert_string_equal(message, "no/such/file: No such file or directory");
	assert_false(ka_config_read(&config, message, "/"));
	assert_string_equal(message, "/: Is a directory");
	ka_config_clear(&config);
}

static void
test_precedence(void **state)
{
	static const char text[] = "listen = 10.0.0.1:1\nlisten = 10.0.0.2:2\nthreads = 3\nworkers = 5\ninsecure-http = true\n";
	char message[KA_CONFIG_MESSAGE_LEN];
	struct ka_config config;

	(void)state;
	/* The order of reading does not matter: the command line is read first, since it names the file. */
	ka_config_init(&config);
	assert_true(ka_config_option(&config, message, key("workers"), "9"));
	assert_true(ka_config_parse(&config, message, "f", text, sizeof(text) - 1));
	assert_int_equal(config.threads, 3);
	assert_int_equal(config.workers, 9);
	assert_int_equal(config.listen.num, 2); /* the file's list instead of the default's */
	assert_string_equal(config.listen.items[1], "10.0.0.2:2");
	assert_true(config.insecure_http);
	assert_true(ka_config_option(&config, message, key("listen"), "[::1]:9"));
	assert_true(ka_config_option(&config, message, key("listen"), "[::1]:10"));
	assert_int_equal(config.listen.num, 2);
	assert_string_equal(config.listen.items[0], "[::1]:9");
	assert_true(ka_config_parse(&config, message, "f", text, sizeof(text) - 1));
	assert_string_equal(config.listen.items[0], "[::1]:9");
	assert_true(ka_config_option(&config, message, key("insecure-http"), NULL));
	assert_false(ka_config_option(&config, message, key("threads"), "x"));
	assert_string_equal(message, "--threads: 'x' is not a whole number");
	assert_false(ka_config_option(&config, message, key("data"), ""));
	for (int i = 2; i < 64; i++)
		assert_true(ka_config_option(&config, message, key("listen"), "[::1]:9"));
	assert_false(ka_config_option(&config, message, key("listen"), "[::1]:9"));
	assert_string_equal(message, "--listen: more than 64 values");
	ka_config_clear(&config);
}

/* Sets one or two keys and finishes. */
static const char *
finish(const char *text)
{
	static char message[KA_CONFIG_MESSAGE_LEN];
	struct ka_config config;

	ka_config_init(&config);
	assert_true(ka_config_parse(&config, message, "f", text, strlen(text)));
	if (ka_config_finish(&config, message))
		(void)snprintf(message, sizeof(message), "%s %s", config.data, config.db);
	ka_config_clear(&config);
	return message;
}

static void
test_finish(void **state)
{
	(void)state;
	assert_int_equal(setenv("XDG_DATA_HOME", "/x", 1), 0);
	assert_int_equal(setenv("HOME", "/h", 1), 0);
	assert_string_equal(finish(""), "/x/keyassay sqlite:/x/keyassay/keyassay.db");
	assert_int_equal(setenv("XDG_DATA_HOME", "relative", 1), 0);
	assert_string_equal(finish(""), "/h/.local/share/keyassay sqlite:/h/.local/share/keyassay/keyassay.db");
	assert_int_equal(unsetenv("HOME"), 0);
	assert_string_equal(finish(""), "data: not set, and there is neither XDG_DATA_HOME nor HOME to find it");
	assert_string_equal(finish("data = d"), "d sqlite:d/keyassay.db");
	assert_string_equal(finish("data = d\ndb = sqlite:e"), "d sqlite:e");
	assert_string_equal(finish("data = d\ndb = sqlite:"), "db: the path is missing, as in sqlite:/var/lib/keyassay/keyassay.db");
	assert_string_equal(finish("data = d\ntls-cert = c"), "tls-key: tls-cert is set, so this is needed too");
	assert_string_equal(finish("data = d\ntls-key = k"), "tls-cert: tls-key is set, so this is needed too");
	assert_string_equal(finish("data = d\ntls-cert = c\ntls-key = k\ninsecure-http = true"),
	    "insecure-http: there is a TLS certificate, so HTTP is not served");
	assert_string_equal(finish("data = d\naccount = 12345678901"), "account: '12345678901' is not 12 digits");
	assert_string_equal(finish("data = d\naccount = 12345678901x"), "account: '12345678901x' is not 12 digits");
	assert_string_equal(finish("data = d\naccount = 123456789012"), "d sqlite:d/keyassay.db");
}

/* What is written is read back as the same. */
static void
test_write(void **state)
{
	static const char text[] = "data = /d\nlisten = [::1]:1\nlisten = 127.0.0.1:2\ninsecure-http = true\non-weak-key = refuse\n"
	                           "threads = 2\nlog-format = json\naccount = 123456789012\n";
	char message[KA_CONFIG_MESSAGE_LEN];
	struct ka_config a, b;
	struct ka_buf written = { 0 };

	(void)state;
	ka_config_init(&a);
	ka_config_init(&b);
	assert_true(ka_config_parse(&a, message, "f", text, sizeof(text) - 1));
	assert_true(ka_config_finish(&a, message));
	ka_config_write(&written, &a);
	assert_false(ka_config_same(&a, &b, key("threads")));
	assert_false(ka_config_same(&a, &b, key("listen")));
	assert_true(ka_config_parse(&b, message, "written", written.data, written.len));
	assert_true(ka_config_finish(&b, message));
	for (const struct ka_config_key *k = ka_config_keys(); k->name != NULL; k++)
		assert_true(ka_config_same(&a, &b, k));
	/* Defaults are shown as comments. */
	ka_buf_putc(&written, '\0');
	assert_non_null(strstr(written.data, "\n#workers = 64\n"));
	assert_non_null(strstr(written.data, "\nthreads = 2\n"));
	assert_non_null(strstr(written.data, "\nlisten = [::1]:1\nlisten = 127.0.0.1:2\n"));
	ka_buf_clear(&written);
	ka_config_clear(&a);
	ka_config_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_odd_files),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
