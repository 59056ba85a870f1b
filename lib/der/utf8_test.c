/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: every scalar value there and back; what RFC 3629 forbids, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/der/asm_test.h"
#include "lib/der/utf8.h"

static void
every_scalar_value_comes_back(void **state)
{
	(void)state;
	for (uint32_t point = 0; point <= 0x10ffff; point++) {
		uint8_t bytes[4];
		uint32_t back = UINT32_MAX;
		if (!ka_utf8_is_scalar(point))
			continue;
		size_t len = ka_utf8_encode(bytes, point);
		size_t expected = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
		if (len != expected || ka_utf8_decode(&back, (struct ka_slice){ bytes, len }) != len || back != point)
			fail_msg("U+%04X", point);
		/* Cut off, it is no character. */
		for (size_t cut = 0; cut < len; cut++) {
			if (ka_utf8_decode(&back, (struct ka_slice){ bytes, cut }) != 0)
				fail_msg("U+%04X cut to %zu", point, cut);
		}
	}
}

static void
surrogates_and_large_numbers_are_no_scalars(void **state)
{
	(void)state;
	assert_true(ka_utf8_is_scalar(0xd7ff));
	assert_false(ka_utf8_is_scalar(0xd800));
	assert_false(ka_utf8_is_scalar(0xdfff));
	assert_true(ka_utf8_is_scalar(0xe000));
	assert_true(ka_utf8_is_scalar(0x10ffff));
	assert_false(ka_utf8_is_scalar(0x110000));
	assert_false(ka_utf8_is_scalar(UINT32_MAX));
}

static const struct {
	const char *why;
	const char *bytes;
} ill_formed[] = {
	{ "nothing", "" },
	{ "a continuation byte first", "80" },
	{ "the last continuation byte first", "bf" },
	{ "overlong NUL", "c080" },
	{ "overlong slash", "c0af" },
	{ "overlong: largest of the two-byte forms of ASCII", "c1bf" },
	{ "overlong in three bytes", "e08080" },
	{ "largest overlong in three bytes", "e09fbf" },
	{ "overlong in four bytes", "f0808080" },
	{ "largest overlong in four bytes", "f08fbfbf" },
	{ "first surrogate", "eda080" },
	{ "last surrogate", "edbfbf" },
	{ "first number above Unicode", "f4908080" },
	{ "f5 begins nothing", "f5808080" },
	{ "five bytes", "f888808080" },
	{ "six bytes", "fc8480808080" },
	{ "fe", "fe" },
	{ "ff", "ff" },
	{ "the second byte is no continuation", "c341" },
	{ "the third byte is no continuation", "e28241" },
	{ "the fourth byte is no continuation", "f09f9841" },
	{ "the second byte starts another character", "c3c3a9" },
};

static void
ill_formed_bytes_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ill_formed) / sizeof(ill_formed[0]); i++) {
		struct asm_bytes bytes = asm_make(ill_formed[i].bytes);
		uint32_t point = 42;
		if (ka_utf8_decode(&point, asm_slice(&bytes)) != 0 || point != 42)
			fail_msg("%s", ill_formed[i].why);
		asm_free(&bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scalar_value_comes_back),
		cmocka_unit_test(surrogates_and_large_numbers_are_no_scalars),
		cmocka_unit_test(ill_formed_bytes_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
