/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <jansson.h>

#include "server/log.h"

static char folder[] = "/tmp/keyassay-log-XXXXXX";
static char path[64], old_path[64];

/* Everything in a file. */
static const char *
contents(const char *of)
{
	static char text[1 << 20];
	FILE *file = fopen(of, "r");

	assert_non_null(file);
	size_t len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	(void)fclose(file);
	return text;
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/log", folder);
	(void)snprintf(old_path, sizeof(old_path), "%s/log.1", folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(old_path);
	return rmdir(folder);
}

static int
begin(void **state)
{
	(void)state;
	(void)unlink(path);
	return ka_log_open(path) ? 0 : -1;
}

/* ts=2026-01-02T03:04:05.678Z, then the rest. */
static const char *
after_time(const char *line)
{
	static const char shape[] = "ts=dddd-dd-ddTdd:dd:dd.dddZ ";

	for (size_t i = 0; shape[i] != '\0'; i++) {
		if (shape[i] == 'd')
			assert_in_range(line[i], '0', '9');
		else
			assert_int_equal(line[i], shape[i]);
	}
	return line + sizeof(shape) - 1;
}

static void
test_logfmt(void **state)
{
	(void)state;
	ka_log_configure(KA_LOG_INFO, KA_LOG_LOGFMT);
	KA_LOG_FIELDS(KA_LOG_INFO, "request", KA_FIELD_TEXT("plain", "a-b/c:1"), KA_FIELD_TEXT("none", NULL), KA_FIELD_TEXT("empty", ""),
	    KA_FIELD_TEXT("quoted", "say \"x=1\"\n\x1b[31m\xff"), KA_FIELD_NUMBER("n", -5), KA_FIELD_MICROS("ms", 12034),
	    KA_FIELD_TEXT("equals", "a=b"), KA_FIELD_TEXT("back", "a\\b"), KA_FIELD_TEXT("blank", "a b"));
	assert_string_equal(after_time(contents(path)),
	    "level=info event=request plain=a-b/c:1 quoted=\"say \\\"x=1\\\"\\n\\u001b[31m\xef\xbf\xbd\" n=-5 ms=12.034 equals=\"a=b\" "
	    "back=\"a\\\\b\" blank=\"a b\"\n");
}

static void
test_json(void **state)
{
	json_error_t error;

	(void)state;
	ka_log_configure(KA_LOG_INFO, KA_LOG_JSON);
	KA_LOG_FIELDS(KA_LOG_WARNING, "x", KA_FIELD_TEXT("t", "\"\\\n\xc3\xa9\xff"), KA_FIELD_NUMBER("n", 7), KA_FIELD_MICROS("ms", 5));
	json_t *line = json_loads(contents(path), JSON_REJECT_DUPLICATES, &error);
	assert_non_null(line);
	assert_string_equal(json_string_value(json_object_get(line, "level")), "warning");
	assert_string_equal(json_string_value(json_object_get(line, "event")), "x");
	assert_string_equal(json_string_value(json_object_get(line, "t")), "\"\\\n\xc3\xa9\xef\xbf\xbd");
	assert_int_equal(json_integer_value(json_object_get(line, "n")), 7);
	assert_true(json_real_value(json_object_get(line, "ms")) == 0.005);
	assert_non_null(json_object_get(line, "ts"));
	json_decref(line);
}

static void
test_levels(void **state)
{
	(void)state;
	ka_log_configure(KA_LOG_WARNING, KA_LOG_LOGFMT);
	ka_log(KA_LOG_INFO, "e", "not shown");
	ka_log(KA_LOG_DEBUG, "e", "not shown");
	assert_string_equal(contents(path), "");
	ka_log(KA_LOG_ERROR, "e", "%d %s", 3, "words");
	assert_string_equal(after_time(contents(path)), "level=error event=e msg=\"3 words\"\n");
	assert_false(ka_log_enabled(KA_LOG_INFO));
	assert_true(ka_log_enabled(KA_LOG_WARNING));
}

static void
test_reopen(void **state)
{
	(void)state;
	ka_log_configure(KA_LOG_INFO, KA_LOG_LOGFMT);
	ka_log(KA_LOG_INFO, "e", "before");
	assert_int_equal(rename(path, old_path), 0);
	ka_log(KA_LOG_INFO, "e", "between");
	assert_true(ka_log_open(path));
	ka_log(KA_LOG_INFO, "e", "after");
	assert_string_equal(after_time(contents(path)), "level=info event=e msg=after\n");
	assert_non_null(strstr(contents(old_path), "between"));
	assert_null(strstr(contents(old_path), "after"));
	/* A file that cannot be opened changes nothing. */
	assert_false(ka_log_open("/no/such/folder/log"));
	ka_log(KA_LOG_INFO, "e", "still");
	assert_non_null(strstr(contents(path), "still"));
}

static void *
write_many(void *arg)
{
	char text[300];

	memset(text, *(char *)arg, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 300; i++)
		KA_LOG_FIELDS(KA_LOG_INFO, "e", KA_FIELD_TEXT("t", text));
	return NULL;
}

/* Lines of threads do not mix, also while the file is exchanged. */
static void
test_threads(void **state)
{
	static char letters[] = "abcd";
	pthread_t threads[4];
	unsigned lines = 0;

	(void)state;
	ka_log_configure(KA_LOG_INFO, KA_LOG_LOGFMT);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_many, &letters[i]), 0);
	for (int i = 0; i < 50; i++)
		assert_true(ka_log_open(path));
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	char *text = strdup(contents(path)), *rest = text;
	for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0'; lines++) {
		const char *value = strstr(after_time(line), " t=") + 3;
		char all[2] = { value[0], '\0' };

		assert_int_equal(strspn(value, all), 299);
		assert_int_equal(strlen(value), 299);
	}
	free(text);
	assert_int_equal(lines, 1200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_logfmt, begin),
		cmocka_unit_test_setup(test_json, begin),
		cmocka_unit_test_setup(test_levels, begin),
		cmocka_unit_test_setup(test_reopen, begin),
		cmocka_unit_test_setup(test_threads, begin),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
