/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/x509/read_test.h"

void
slices_inside(const struct ka_object *object, struct ka_slice bytes)
{
	const struct ka_slice slices[] = { object->der, object->tbs, object->serial, object->subject, object->issuer,
		object->signature_algorithm, object->extensions, object->comment, object->key.spki, object->key.algorithm_oid,
		object->key.curve_oid, object->key.modulus, object->key.exponent, object->key.point, object->key.dsa_p,
		object->key.dsa_q, object->key.dsa_g, object->key.dsa_y };

	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
		if (slices[i].len == 0)
			continue;
		assert_true(slices[i].data >= bytes.data);
		assert_true(slices[i].len <= bytes.len);
		assert_true((size_t)(slices[i].data - bytes.data) <= bytes.len - slices[i].len);
	}
}

void
read_rows(const struct read_row *rows, size_t num_rows, read_fn read)
{
	for (size_t i = 0; i < num_rows; i++) {
		struct asm_bytes bytes = asm_make(rows[i].text);
		struct ka_object object, untouched;
		size_t offset = SIZE_MAX;
		memset(&object, 0xa5, sizeof(object));
		memset(&untouched, 0xa5, sizeof(untouched));
		enum ka_err err = read(&object, &offset, asm_slice(&bytes));
		if (err != rows[i].err)
			fail_msg("%s: %s at %zu, not %s", rows[i].why, ka_err_name(err), offset, ka_err_name(rows[i].err));
		if (err == KA_OK) {
			slices_inside(&object, asm_slice(&bytes));
			assert_true(offset == SIZE_MAX);
		} else {
			if (memcmp(&object, &untouched, sizeof(object)) != 0)
				fail_msg("%s: written to in spite of the error", rows[i].why);
			if (offset > bytes.len || (bytes.mark != ASM_NO_MARK && offset != bytes.mark))
				fail_msg("%s: %s at %zu, not %zu", rows[i].why, ka_err_name(err), offset, bytes.mark);
			/* The offset may be left out. */
			assert_int_equal(read(&object, NULL, asm_slice(&bytes)), err);
		}
		asm_free(&bytes);
	}
}

void
read_cuts(struct ka_slice whole, read_fn read)
{
	struct ka_object object, untouched;

	assert_int_equal(read(&object, NULL, whole), KA_OK);
	slices_inside(&object, whole);
	memset(&object, 0xa5, sizeof(object));
	memset(&untouched, 0xa5, sizeof(untouched));
	for (size_t len = 0; len < whole.len; len++) {
		struct asm_bytes cut = asm_copy(whole.data, len);
		size_t offset = SIZE_MAX;
		enum ka_err err = read(&object, &offset, asm_slice(&cut));
		if (err != KA_ERR_DER_TRUNCATED || offset > len || memcmp(&object, &untouched, sizeof(object)) != 0)
			fail_msg("cut to %zu of %zu: %s at %zu", len, whole.len, ka_err_name(err), offset);
		asm_free(&cut);
	}
	/* One byte behind, whatever it is. */
	struct asm_bytes longer = asm_copy(whole.data, whole.len);
	longer.data = realloc(longer.data, whole.len + 1);
	assert_non_null(longer.data);
	longer.len = whole.len + 1;
	for (unsigned byte = 0; byte < 256; byte++) {
		size_t offset = SIZE_MAX;
		longer.data[whole.len] = (uint8_t)byte;
		enum ka_err err = read(&object, &offset, asm_slice(&longer));
		if (err != KA_ERR_DER_TRAILING || offset != whole.len)
			fail_msg("%02x behind: %s at %zu", byte, ka_err_name(err), offset);
	}
	asm_free(&longer);
}
