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

#include "lib/kernel/kernel.h"
#include "lib/table/crc64.h"
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

/* x^n modulo the polynomial, bits reversed. */
static uint64_t
power_of_x(unsigned n)
{
	uint64_t value = UINT64_C(1) << 63;

	for (; n > 0; n--)
		value = value >> 1 ^ ((value & 1) != 0 ? UINT64_C(0xc96c5795d7870f42) : 0);
	return value;
}

static void
folding_factors_are_what_they_say(void **state)
{
	(void)state;
	assert_int_equal(KA_CRC64_FOLD_512_FIRST, power_of_x(512 + 63));
	assert_int_equal(KA_CRC64_FOLD_512_SECOND, power_of_x(512 - 1));
	assert_int_equal(KA_CRC64_FOLD_128_FIRST, power_of_x(128 + 63));
	assert_int_equal(KA_CRC64_FOLD_128_SECOND, power_of_x(128 - 1));
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
		uint64_t want = by_definition(start, bytes + shift, len);
		assert_int_equal(ka_crc64(start, (struct ka_slice){ copy + 1, len }), want);
		for (size_t i = 0; i < 3; i++) {
			static const char *const levels[] = { "scalar", "avx2", "avx512" };
			const struct ka_kernels *kernels = ka_kernels_by_name(levels[i]);
			if (kernels != NULL)
				assert_int_equal(~kernels->crc64->update(~start, (struct ka_slice){ copy + 1, len }), want);
		}
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
		cmocka_unit_test(folding_factors_are_what_they_say),
		cmocka_unit_test(all_lengths_and_alignments),
		cmocka_unit_test(pieces_give_what_the_whole_gives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
