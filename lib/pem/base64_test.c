/* SPDX-License-Identifier: Apache-2.0 */
/* The scalar decoder against rows with a reason each; the vector decoders against the scalar one. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include <keyassay/keyassay.h>

#include "lib/kernel/kernel.h"
#include "lib/pem/base64.h"

struct row {
	const char *in;
	const char *out;
	size_t in_len;
	bool whole;
	const char *why;
};

static const struct row rows[] = {
	/* RFC 4648 10 */
	{ "", "", 0, true, "nothing is a whole number of quanta" },
	{ "Zg==", "f", 4, true, "one byte" },
	{ "Zm8=", "fo", 4, true, "two bytes" },
	{ "Zm9v", "foo", 4, true, "three bytes, no padding" },
	{ "Zm9vYg==", "foob", 8, true, "padding in the second quantum" },
	{ "Zm9vYmFy", "foobar", 8, true, "two quanta" },
	{ "Zm9v\nYmFy\n", "foobar", 10, true, "LF between lines" },
	{ "Zm9v\r\nYmFy\r\n", "foobar", 12, true, "CRLF between lines" },
	{ "Zm9v\rYmFy\r", "foobar", 10, true, "CR between lines (RFC 7468 3 allows it)" },
	{ " \tZm9v \t\nY mFy", "foobar", 14, true, "blanks anywhere" },
	{ "Zm\n8=\n", "fo", 6, true, "a line break inside a quantum" },
	{ "Zg=\n=\n", "f", 6, true, "a line break inside the padding" },
	{ "Zh==", "f", 4, true, "bits behind the last byte may be set" },
	{ "Zm9=", "fo", 4, true, "bits behind the last byte may be set" },
	{ "+/+/", "\xfb\xff\xbf", 4, true, "the last two characters of the alphabet" },
	{ "Zm9v-----END", "foo", 4, true, "an END line stops it" },
	{ "Zg==\n-----END", "f", 5, true, "an END line stops it behind padding" },
	{ "Zm9v\n=abcd", "foo", 5, true, "an OpenPGP checksum stops it" },
	{ "Zg==\n=abcd", "f", 5, true, "an OpenPGP checksum stops it behind padding" },
	{ "Zm9vY-", "foo", 5, false, "one character is no quantum" },
	{ "Zm9vYg\n", "foo", 7, false, "padding is missing" },
	{ "Zm9vYg=\n", "foo", 8, false, "half of the padding is missing" },
	{ "Zm9vYmE", "foo", 7, false, "padding is missing" },
	{ "Zm9vY===", "foo", 5, false, "one character cannot be padded" },
	{ "Zg===", "f", 4, true, "one padding character too many" },
	{ "Zm9v====", "foo", 4, true, "padding without a quantum" },
	{ "Zg==Zg==", "f", 4, true, "nothing follows padding" },
	{ "Zg=a", "", 3, false, "a character inside padding" },
	{ "Zm9v*mFy", "foo", 4, true, "a character outside the alphabet" },
	{ "Zm9vY*Fy", "foo", 5, false, "the same inside a quantum" },
	{ "Zm9v\x80mFy", "foo", 4, true, "bit 7 is not dropped" },
	{ "Zm9v\xdamFy", "foo", 4, true, "Z with bit 7" },
	{ "Zm9v\vYmFy", "foo", 4, true, "vertical tab is no white space here" },
	{ "Zm9v\fYmFy", "foo", 4, true, "form feed neither" },
	{ "Zm9v-_-_", "foo", 4, true, "base64url is another alphabet" },
	{ "=", "", 0, true, "padding of nothing" },
	{ "@[`{", "", 0, true, "the neighbours of the letters" },
	{ "A,", "", 1, false, "a neighbour of +" },
	{ "A.", "", 1, false, "a neighbour of /" },
	{ "A:", "", 1, false, "a neighbour of 9" },
};

static const char *const levels[] = { "scalar", "avx2", "avx512" };

static void
rows_hold_at_every_level(void **state)
{
	(void)state;
	for (size_t l = 0; l < 3; l++) {
		const struct ka_kernels *kernels = ka_kernels_by_name(levels[l]);
		if (kernels == NULL)
			continue;
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			const struct row *row = &rows[i];
			uint8_t out[64];
			struct ka_base64_end end =
				kernels->base64->decode(out, (struct ka_slice){ (const uint8_t *)row->in, strlen(row->in) });
			if (end.in_len != row->in_len || end.whole != row->whole || end.out_len != strlen(row->out) ||
				memcmp(out, row->out, end.out_len) != 0)
				fail_msg("%s, row %zu \"%s\" (%s): stopped at %zu, %zu bytes, whole %d", levels[l], i, row->in, row->why,
					end.in_len, end.out_len, end.whole);
		}
	}
}

static void
a_nul_is_not_the_end_of_the_text(void **state)
{
	(void)state;
	static const uint8_t in[] = "Zm9v\0YmFy";
	uint8_t out[sizeof(in)];
	struct ka_base64_end end = ka_base64_scalar.decode(out, (struct ka_slice){ in, sizeof(in) - 1 });

	assert_int_equal(end.in_len, 4);
	assert_true(end.whole);
}

static uint64_t seed = 0x9e3779b97f4a7c15;

static uint32_t
next_random(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % below);
}

/* A text as files have it: lines of one length, an end of lines, padding; then damaged or not. */
static size_t
random_text(uint8_t *text, size_t max_len)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char *const breaks[] = { "\n", "\r\n", " \n", "\n\n", "\r", "", "\t" };
	static const size_t widths[] = { 64, 64, 64, 64, 76, 60, 65, 63, 4, 128, 72, 1000 };
	static const uint8_t odd[] = "=-\n\r \t\0\x80\xff*,.:@[`{_Az09+/\x0b\x0c";
	size_t width = widths[next_random(sizeof(widths) / sizeof(widths[0]))];
	const char *line_break = breaks[next_random(sizeof(breaks) / sizeof(breaks[0]))];
	size_t num_chars = next_random((uint32_t)max_len / 2) / 4 * 4, len = 0;

	for (size_t i = 0; i < num_chars && len + 8 < max_len; i++) {
		text[len++] = (uint8_t)alphabet[next_random(64)];
		if (i % width == width - 1) {
			memcpy(text + len, line_break, strlen(line_break));
			len += strlen(line_break);
		}
	}
	if (next_random(3) == 0 && len > 2)
		memset(text + len - 1 - next_random(2), '=', 1 + next_random(2));
	if (next_random(4) == 0 && len > 2)
		memcpy(text + len - 2, "==", 2);
	if (next_random(2) == 0)
		text[len++] = '\n';
	if (next_random(2) == 0)
		text[len++] = '-';
	for (uint32_t n = next_random(3); n > 0 && len > 0; n--)
		text[next_random((uint32_t)len)] = odd[next_random(sizeof(odd) - 1)];
	if (next_random(16) == 0) {
		for (size_t i = 0; i < len; i++)
			text[i] = (uint8_t)next_random(256);
	}
	return len;
}

struct guarded {
	uint8_t *start; /* of two readable pages between two that fault */
	size_t len;
};

static struct guarded
guarded_new(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *mem = mmap(NULL, 4 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(mem != MAP_FAILED);
	assert_int_equal(mprotect(mem + page, 2 * page, PROT_READ | PROT_WRITE), 0);
	return (struct guarded){ mem + page, 2 * page };
}

static void
compare(const struct ka_kernels *kernels, uint8_t *out, const uint8_t *in, size_t len)
{
	static uint8_t expected[8192];
	struct ka_base64_end want = ka_base64_scalar.decode(expected, (struct ka_slice){ in, len });
	struct ka_base64_end got = kernels->base64->decode(out, (struct ka_slice){ in, len });

	assert_int_equal(got.in_len, want.in_len);
	assert_int_equal(got.out_len, want.out_len);
	assert_int_equal(got.whole, want.whole);
	assert_memory_equal(out, expected, want.out_len);
}

/* The input once flush with the page in front, once with the page behind, once anywhere; the output likewise. */
static void
compare_at_level(const char *level, uint32_t rounds)
{
	const struct ka_kernels *kernels = ka_kernels_by_name(level);
	static struct guarded in, out;

	if (kernels == NULL)
		skip();
	if (in.start == NULL) {
		in = guarded_new();
		out = guarded_new();
	}
	for (uint32_t round = 0; round < rounds; round++) {
		uint8_t text[1024];
		size_t len = random_text(text, sizeof(text));
		size_t slack = in.len - len;
		const size_t shifts[] = { 0, slack, next_random(64), slack - next_random(64) };
		for (size_t i = 0; i < 4; i++) {
			memcpy(in.start + shifts[i], text, len);
			compare(kernels, out.start + shifts[3 - i], in.start + shifts[i], len);
			compare(kernels, out.start + slack, in.start + shifts[i], len);
		}
	}
}

static void
avx2_is_scalar(void **state)
{
	(void)state;
	compare_at_level("avx2", 40000);
}

static void
avx512_is_scalar(void **state)
{
	(void)state;
	compare_at_level("avx512", 40000);
}

/* Every value of a byte at every place of a line: the classification has no hole. */
static void
every_byte_everywhere_is_scalar(void **state)
{
	(void)state;
	for (size_t l = 1; l < 3; l++) {
		const struct ka_kernels *kernels = ka_kernels_by_name(levels[l]);
		if (kernels == NULL)
			continue;
		for (size_t at = 0; at < 135; at++) {
			for (unsigned byte = 0; byte < 256; byte++) {
				uint8_t in[135], out[135];
				memset(in, 'q', sizeof(in));
				in[64] = '\n';
				in[at] = (uint8_t)byte;
				compare(kernels, out, in, sizeof(in));
			}
		}
	}
}

static const struct row url_rows[] = {
	{ "", "", 0, true, "nothing" },
	{ "Zg", "f", 0, true, "one byte without padding" },
	{ "Zm8", "fo", 0, true, "two bytes" },
	{ "Zm9vYmFy", "foobar", 0, true, "six bytes" },
	{ "-_-_", "\xfb\xff\xbf", 0, true, "the last two characters of the alphabet" },
	{ "Zg==", "", 2, false, "RFC 7515 2: no padding" },
	{ "+/+/", "", 0, false, "base64 is another alphabet" },
	{ "Zm/v", "", 2, false, "base64 is another alphabet" },
	{ "Zm9v Zg", "", 4, false, "no white space" },
	{ "Zm9v\nZg", "", 4, false, "no line breaks" },
	{ "Z", "", 1, false, "6 bits are no byte" },
	{ "Zm9vY", "", 5, false, "6 bits are no byte" },
	{ "Zm\xff", "", 2, false, "not ASCII" },
};

static void
url_rows_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(url_rows) / sizeof(url_rows[0]); i++) {
		const struct row *row = &url_rows[i];
		uint8_t out[64];
		size_t out_len = 0, bad = 0;
		bool ok = ka_base64url_decode(out, &out_len, &bad, (struct ka_slice){ (const uint8_t *)row->in, strlen(row->in) });
		if (ok != row->whole || bad != row->in_len || out_len != strlen(row->out) || memcmp(out, row->out, out_len) != 0)
			fail_msg("row %zu \"%s\" (%s): %d, %zu bytes, bad at %zu", i, row->in, row->why, ok, out_len, bad);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_hold_at_every_level),
		cmocka_unit_test(a_nul_is_not_the_end_of_the_text),
		cmocka_unit_test(avx2_is_scalar),
		cmocka_unit_test(avx512_is_scalar),
		cmocka_unit_test(every_byte_everywhere_is_scalar),
		cmocka_unit_test(url_rows_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
