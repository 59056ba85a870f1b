/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "server/metrics.h"

static const char *
written(struct ka_metrics *metrics)
{
	static char text[1 << 18];
	struct ka_buf buf = { 0 };

	ka_metrics_write(&buf, metrics);
	assert_true(buf.len < sizeof(text));
	if (buf.len > 0)
		memcpy(text, buf.data, buf.len);
	text[buf.len] = '\0';
	ka_buf_clear(&buf);
	return text;
}

static void
test_text(void **state)
{
	struct ka_metrics *metrics = ka_metrics_new();

	(void)state;
	assert_string_equal(written(metrics), "");
	ka_counter_add(ka_metrics_counter(metrics, "a_total", "As.", "x=\"1\""), 2);
	ka_counter_set(ka_metrics_gauge(metrics, "g", "A gauge.", NULL), -7);
	ka_counter_add(ka_metrics_counter(metrics, "a_total", "As.", "x=\"2\""), 1);
	ka_counter_add(ka_metrics_counter(metrics, "a_total", "As.", "x=\"1\""), 40);
	/* Samples of a name stand together, under its help. */
	assert_string_equal(written(metrics), "# HELP a_total As.\n# TYPE a_total counter\na_total{x=\"1\"} 42\na_total{x=\"2\"} 1\n"
	                                      "# HELP g A gauge.\n# TYPE g gauge\ng -7\n");
	assert_ptr_equal(ka_metrics_counter(metrics, "a_total", "As.", "x=\"1\""), ka_metrics_counter(metrics, "a_total", "As.", "x=\"1\""));
	ka_metrics_free(metrics);
}

static void
test_histogram(void **state)
{
	struct ka_metrics *metrics = ka_metrics_new();
	struct ka_histogram *h = ka_metrics_histogram(metrics, "h_seconds", "H.", "op=\"x\"");

	(void)state;
	ka_histogram_observe(h, 100000);       /* exactly at a bound: inside */
	ka_histogram_observe(h, 100001);
	ka_histogram_observe(h, 2000000000);   /* 2 s */
	ka_histogram_observe(h, 60000000000);  /* above all bounds */
	const char *text = written(metrics);
	assert_non_null(strstr(text, "# TYPE h_seconds histogram\nh_seconds_bucket{op=\"x\",le=\"0.0001\"} 1\n"
	                             "h_seconds_bucket{op=\"x\",le=\"0.00025\"} 2\n"));
	assert_non_null(strstr(text, "h_seconds_bucket{op=\"x\",le=\"1\"} 2\nh_seconds_bucket{op=\"x\",le=\"2.5\"} 3\n"
	                             "h_seconds_bucket{op=\"x\",le=\"10\"} 3\nh_seconds_bucket{op=\"x\",le=\"+Inf\"} 4\n"
	                             "h_seconds_sum{op=\"x\"} 62.0002\nh_seconds_count{op=\"x\"} 4\n"));
	ka_metrics_free(metrics);
}

static void
test_label(void **state)
{
	struct ka_buf buf = { 0 };

	(void)state;
	ka_metrics_label(&buf, "a", "x\"y\\z\nw");
	ka_metrics_label(&buf, "b", "");
	ka_buf_putc(&buf, '\0');
	assert_string_equal(buf.data, "a=\"x\\\"y\\\\z\\nw\",b=\"\"");
	ka_buf_clear(&buf);
}

static void
test_null_counts_nothing(void **state)
{
	(void)state;
	assert_null(ka_metrics_counter(NULL, "a", "A.", NULL));
	ka_counter_add(NULL, 1);
	ka_counter_set(NULL, 1);
	ka_histogram_observe(ka_metrics_histogram(NULL, "h", "H.", NULL), 1);
	ka_metrics_collect(NULL, NULL, NULL);
	ka_metrics_free(NULL);
}

static void
collect(void *arg)
{
	struct ka_metrics *metrics = arg;

	ka_counter_add(ka_metrics_counter(metrics, "collected_total", "How often.", NULL), 1);
}

static void
test_collect(void **state)
{
	struct ka_metrics *metrics = ka_metrics_new();

	(void)state;
	ka_metrics_collect(metrics, collect, metrics);
	assert_non_null(strstr(written(metrics), "collected_total 1\n"));
	assert_non_null(strstr(written(metrics), "collected_total 2\n"));
	ka_metrics_free(metrics);
}

static void *
count_much(void *arg)
{
	char labels[32];

	for (int i = 0; i < 20000; i++) {
		(void)snprintf(labels, sizeof(labels), "i=\"%d\"", i % 500);
		ka_counter_add(ka_metrics_counter(arg, "t_total", "T.", labels), 1);
		if (i % 1000 == 0) {
			struct ka_buf buf = { 0 };

			ka_metrics_write(&buf, arg);
			ka_buf_clear(&buf);
		}
	}
	return NULL;
}

static void
test_threads(void **state)
{
	struct ka_metrics *metrics = ka_metrics_new();
	pthread_t threads[4];
	unsigned samples = 0;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_much, metrics), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	const char *text = written(metrics);
	/* Each label once, and each with 4 * 20000 / 500. */
	for (const char *at = text; (at = strstr(at, "\nt_total{")) != NULL; at++) {
		assert_memory_equal(strchr(at, '}'), "} 160\n", 6);
		samples++;
	}
	assert_int_equal(samples, 500);
	ka_metrics_free(metrics);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_histogram),
		cmocka_unit_test(test_label),
		cmocka_unit_test(test_null_counts_nothing),
		cmocka_unit_test(test_collect),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
