/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-64/XZ against the definition, bit by bit, and against the catalogue's check value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <keyassay/keyassay.h>

#include "lib/table/crc64_const.h"
#include "lib/table/table_build_test.h"

static uint64_t
by_definition(uint64_t crc, const uint8_t *data, size_t len)
{
	crc = ~crc;
	for (size_t i = 0; i < len; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? UINT64_C(0xc96c5795d7870f42) : 0);
	}
	return ~crc;
}

static void
check_value(void **state)
{
	static const uint8_t digits[] = "123456789";

	(void)state;
	assert_int_equal(ka_crc64(0, (struct ka_slice){ digits, 9 }), UINT64_C(0x995dc9bbdf1939fa));
	assert_int_equal(ka_crc64(0, (struct ka_slice){ NULL, 0 }), 0);
}

static void
constants_are_what_they_say(void **state)
{
	(void)state;
	for (size_t k = 0; k < KA_CRC64_NUM_SLICES; k++) {
		for (size_t byte = 0; byte < 256; byte++) {
			uint64_t crc = byte;
			for (size_t bit = 0; bit < 8 * (k + 1); bit++)
				crc = crc >> 1 ^ ((crc & 1) != 0 ? UINT64_C(0xc96c5795d7870f42) : 0);
			assert_int_equal(ka_crc64_slices[k][byte], crc);
		}
	}
}

static void
all_lengths_and_alignments(void **state)
{
	uint8_t bytes[1100];
	uint64_t seed = 3;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)build_random(&seed);
	for (size_t len = 0; len <= 1024; len++) {
		size_t shift = len % 67;
		/* An exact copy, so that a sanitizer sees a byte read too many. */
		uint8_t *copy = malloc(len + 1);
		assert_non_null(copy);
		memcpy(copy + 1, bytes + shift, len);
		uint64_t start = build_random(&seed);
		assert_int_equal(ka_crc64(start, (struct ka_slice){ copy + 1, len }), by_definition(start, bytes + shift, len));
		free(copy);
	}
}

static void
pieces_give_what_the_whole_gives(void **state)
{
	uint8_t bytes[3000];
	uint64_t seed = 4;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)build_random(&seed);
	uint64_t whole = ka_crc64(0, (struct ka_slice){ bytes, sizeof(bytes) });
	assert_int_equal(whole, by_definition(0, bytes, sizeof(bytes)));
	for (size_t i = 0; i < 300; i++) {
		size_t cut = (size_t)(build_random(&seed) % sizeof(bytes));
		uint64_t first = ka_crc64(0, (struct ka_slice){ bytes, cut });
		assert_int_equal(ka_crc64(first, (struct ka_slice){ bytes + cut, sizeof(bytes) - cut }), whole);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_value),
		cmocka_unit_test(constants_are_what_they_say),
		cmocka_unit_test(all_lengths_and_alignments),
		cmocka_unit_test(pieces_give_what_the_whole_gives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
