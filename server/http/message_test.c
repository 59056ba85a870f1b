/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "server/http/message.h"

static void
test_target(void **state)
{
	static const struct {
		const char *target, *path, *query;
	} rows[] = {
		{ "/a/b", "/a/b", "" },
		{ "/a?b=c?d", "/a", "b=c?d" },
		{ "/a?", "/a", "" },
		{ "/%2F?%3f", "/%2F", "%3f" },
		{ "/a#b", "/a#b", "" },
		{ "http://h/a?b", "/a", "b" },
		{ "https://h:1/a://b", "/a://b", "" },
		{ "http://h", "", "" },
		{ "http://h?q", "", "q" },
		{ "/x://y/z", "/x://y/z", "" },
		{ "*", "*", "" },
		{ "h:443", "h:443", "" },
		{ "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_raw_request raw = { 0 };
		char target[64];

		(void)snprintf(target, sizeof(target), "%s", rows[i].target);
		ka_message_target(&raw, target);
		assert_string_equal(raw.path, rows[i].path);
		assert_string_equal(raw.query, rows[i].query);
	}
}

static void
test_headers(void **state)
{
	static const struct {
		struct ka_raw_header headers[3];
		const struct ka_refusal *refusal;
	} rows[] = {
		{ { { "x-a", "b" }, { "!#$%&'*+-.^_`|~", "" } }, NULL },
		{ { { "x a", "b" } }, &ka_refuse_bad_request },
		{ { { "x:", "b" } }, &ka_refuse_bad_request },
		{ { { "\xc3\xa9", "b" } }, &ka_refuse_bad_request },
		{ { { "x\x7f", "b" } }, &ka_refuse_bad_request },
		{ { { "content-length", "0" } }, NULL },
		{ { { "content-length", "100" } }, NULL },
		{ { { "content-length", "00100" } }, NULL },
		{ { { "content-length", "101" } }, &ka_refuse_too_large },
		{ { { "content-length", "18446744073709551615" } }, &ka_refuse_too_large },
		{ { { "content-length", "18446744073709551616" } }, &ka_refuse_too_large },
		{ { { "content-length", "" } }, &ka_refuse_bad_request },
		{ { { "content-length", "-1" } }, &ka_refuse_bad_request },
		{ { { "content-length", "+1" } }, &ka_refuse_bad_request },
		{ { { "content-length", "1 " } }, &ka_refuse_bad_request },
		{ { { "content-length", "1, 1" } }, &ka_refuse_bad_request },
		{ { { "content-length", "1" }, { "content-length", "1" } }, &ka_refuse_length_twice },
		{ { { "transfer-encoding", "chunked" }, { "content-length", "1" } }, &ka_refuse_length_twice },
		{ { { "transfer-encoding", "chunked" }, { "x", "" }, { "transfer-encoding", "chunked" } }, &ka_refuse_length_twice },
		{ { { "transfer-encoding", "Chunked" } }, NULL },
		{ { { "transfer-encoding", "gzip, chunked" } }, &ka_refuse_transfer_coding },
		{ { { "transfer-encoding", "identity" } }, &ka_refuse_transfer_coding },
		{ { { "transfer-encoding", "" } }, &ka_refuse_transfer_coding },
		{ { { "host", "a" }, { "hosts", "a" } }, NULL },
		{ { { "host", "a" }, { "x", "" }, { "host", "a" } }, &ka_refuse_bad_request },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_raw_request raw = { .headers = rows[i].headers };

		while (raw.num_headers < 3 && rows[i].headers[raw.num_headers].name != NULL)
			raw.num_headers++;
		assert_ptr_equal(ka_message_check_headers(&raw, 100), rows[i].refusal);
	}
}

static void
test_line(void **state)
{
	static const struct {
		const char *method, *path;
		const struct ka_refusal *refusal;
	} rows[] = {
		{ "GET", "/a", NULL },
		{ "PATCH", "/a", NULL },
		{ "HEAD", "/a", &ka_refuse_method },
		{ "OPTIONS", "*", &ka_refuse_method },
		{ "get", "/a", &ka_refuse_unknown_method },
		{ "", "/a", &ka_refuse_unknown_method },
		{ "HEAD", "/metrics", NULL },
		{ "GET", "/healthz", NULL },
		{ "POST", "/healthz", &ka_refuse_read_only },
		{ "POST", "/healthz/", NULL },
		{ "GET", "", &ka_refuse_bad_request },
		{ "GET", "a", &ka_refuse_bad_request },
		{ "GET", "**", &ka_refuse_bad_request },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ka_raw_request raw = { .method = rows[i].method, .path = rows[i].path };

		assert_ptr_equal(ka_message_check_line(&raw), rows[i].refusal);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_target),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
