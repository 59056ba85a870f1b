/* SPDX-License-Identifier: Apache-2.0 */
/* Limits, and the way back into a stream behind something that is over them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <keyassay/keyassay.h>

#include "lib/reader/samples.h"
#include "lib/reader/trace_test.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

static struct trace whole, chunked;

struct row {
	enum ka_format format;
	const char *in;
	size_t in_len;
	size_t next;
	const char *why;
};

#define ROW(format, in, next, why) { format, in, sizeof(in) - 1, next, why }

static const struct row rows[] = {
	ROW(KA_FORMAT_MODULI, "", 0, "nothing"),
	ROW(KA_FORMAT_MODULI, "ff\nff", 3, "the next line"),
	ROW(KA_FORMAT_MODULI, "ffff", 4, "no next line"),
	ROW(KA_FORMAT_MODULI, "ffff\n", 5, "a next line of which nothing is there"),
	ROW(KA_FORMAT_MODULI, "\nff", 1, "the newline that was kept"),
	ROW(KA_FORMAT_SSH, "x\ny\nz", 2, "the first next line"),
	ROW(KA_FORMAT_B64LINES, "x\r\ny", 3, "CRLF"),
	ROW(KA_FORMAT_PEM, "-----BEGIN A-----\nMIIB\n" ED_PUB, 23, "the next BEGIN, not the first"),
	ROW(KA_FORMAT_PEM, "-----BEGIN A-----\nMIIB\n-----END A-----\nx\n" ED_PUB, 41, "END lines are passed over"),
	ROW(KA_FORMAT_PEM, "-----BEGIN A-----\nMIIB\nx\n", 25, "none"),
	ROW(KA_FORMAT_PEM, "-----BEGIN A-----\nMIIB\n---", 23, "what could become one"),
	ROW(KA_FORMAT_PEM, "-----BEGIN A-----\nMIIB\n---x", 27, "what cannot"),
	ROW(KA_FORMAT_PEM, "MIIB\n  -----BEGIN A", 7, "a BEGIN that is cut off"),
	ROW(KA_FORMAT_TEXT, "MIIB -----BEGIN A-----\n", 23, "a BEGIN within a line is none"),
	ROW(KA_FORMAT_TEXT, "\n" ED_PUB, 1, "the newline that was kept"),
	ROW(KA_FORMAT_DER, "\x30\x82\x01\x00\x30\x82\x30\x82\x01\x00\x30\x82", 6, "what looks like a certificate"),
	ROW(KA_FORMAT_DER, "\x30\x82\x01\x00\x31\x82\x31\x82", 8, "none"),
	ROW(KA_FORMAT_DER, "\x31\x82\x01\x30\x82", 3, "what could become one"),
	ROW(KA_FORMAT_JWK, "{\n{\n", 4, "JSON has no way back"),
	ROW(KA_FORMAT_PGP, "\x99\x01\x99\x01", 4, "OpenPGP neither"),
};

static void
resync_finds_the_next_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t next = ka_reader_resync(rows[i].format, (struct ka_slice){ (const uint8_t *)rows[i].in, rows[i].in_len });
		if (next != rows[i].next)
			fail_msg("row %zu (%s): %zu, expected %zu", i, rows[i].why, next, rows[i].next);
	}
}

/* Reads before + filler * len + after in one piece and in chunks of 4 KiB, which must agree and give the trace. */
static void
check_large(enum ka_format format, const char *before, char filler, size_t len, const char *after, const char *trace)
{
	size_t before_len = strlen(before), after_len = strlen(after), in_len = before_len + len + after_len;
	uint8_t *in = malloc(in_len);

	assert_non_null(in);
	memcpy(in, before, before_len);
	memset(in + before_len, filler, len);
	memcpy(in + before_len + len, after, after_len);
	trace_whole(&whole, ka_kernels_best(), format, (struct ka_slice){ in, in_len });
	trace_chunked(&chunked, ka_kernels_best(), format, (struct ka_slice){ in, in_len }, 4 * KIB, 4 * KIB);
	free(in);
	assert_string_equal(chunked.text, trace);
	assert_string_equal(whole.text, trace);
}

#define MODULUS "modulus RSA 512\n"

static void
lines_up_to_the_limit_are_read(void **state)
{
	(void)state;
	size_t limit = ka_reader_limit(KA_FORMAT_MODULI);

	assert_int_equal(limit, 64 * KIB);
	assert_int_equal(ka_reader_limit(KA_FORMAT_SSH), 64 * KIB);
	check_large(KA_FORMAT_MODULI, "", 'f', limit - 1, "\n" HEX "\n", "fault key.too-large @0\n" MODULUS);
	check_large(KA_FORMAT_MODULI, "", 'f', limit, "\n" HEX "\n", "fault input.too-large @0\n" MODULUS);
	check_large(KA_FORMAT_MODULI, "", 'f', limit + 1, "\n" HEX, "fault input.too-large @0\n" MODULUS);
	check_large(KA_FORMAT_MODULI, HEX "\n  ", 'f', 3 * limit, "\r\n" HEX "\n", MODULUS "fault input.too-large @129\n" MODULUS);
	check_large(KA_FORMAT_MODULI, "#", ' ', limit, "\n" HEX "\n", "fault input.too-large @0\n" MODULUS);
	check_large(KA_FORMAT_MODULI, "f2", 'f', limit, "", "fault input.too-large @0\n");
	check_large(KA_FORMAT_SSH, "ssh-rsa ", 'A', limit, "\nx\n", "fault input.too-large @0\nfault ssh.line @65545\n");
}

/* 4096 digits are 16384 bits. */
static void
moduli_up_to_the_largest_key_are_read(void **state)
{
	(void)state;
	check_large(KA_FORMAT_MODULI, "0x", 'f', 4096, "\n", "modulus RSA 16384\n");
	check_large(KA_FORMAT_MODULI, "0x0000", 'f', 4096, "\n", "modulus RSA 16384\n");
	check_large(KA_FORMAT_MODULI, "0x1", 'f', 4096, "\n", "fault key.too-large @0\n");
}

#define ED_KEY "public_key Ed25519 256\n"

static void
blocks_up_to_the_limit_are_read(void **state)
{
	(void)state;
	size_t limit = ka_reader_limit(KA_FORMAT_PEM);

	assert_int_equal(limit, 8 * MIB);
	check_large(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\n", '\n', 7 * MIB, ED_BODY "\n-----END PUBLIC KEY-----\n" ED_PUB,
		ED_KEY ED_KEY);
	check_large(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\n", 'A', 7 * MIB, "\n-----END PUBLIC KEY-----\n" ED_PUB,
		"fault x509.too-large +4194304\n" ED_KEY);
}

/* What is over the limit is the caller's to refuse: it costs one fault, and the next block is read. */
static void
a_stream_goes_on_behind_a_block_over_the_limit(void **state)
{
	(void)state;
	static const char begin[] = ED_PUB "-----BEGIN PUBLIC KEY-----\n", end[] = "\n-----END PUBLIC KEY-----\n" ED_PUB;
	size_t len = 9 * MIB, in_len = sizeof(begin) - 1 + len + sizeof(end) - 1;
	uint8_t *in = malloc(in_len);

	assert_non_null(in);
	memcpy(in, begin, sizeof(begin) - 1);
	memset(in + sizeof(begin) - 1, 'A', len);
	memcpy(in + sizeof(begin) - 1 + len, end, sizeof(end) - 1);
	for (size_t step = 64 * KIB - 3; step < 64 * KIB + 3; step++) {
		trace_chunked(&chunked, ka_kernels_best(), KA_FORMAT_TEXT, (struct ka_slice){ in, in_len }, step, step);
		assert_string_equal(chunked.text, ED_KEY "fault input.too-large @113\n" ED_KEY);
	}
	free(in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resync_finds_the_next_place),
		cmocka_unit_test(lines_up_to_the_limit_are_read),
		cmocka_unit_test(moduli_up_to_the_largest_key_are_read),
		cmocka_unit_test(blocks_up_to_the_limit_are_read),
		cmocka_unit_test(a_stream_goes_on_behind_a_block_over_the_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
