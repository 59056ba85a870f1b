/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: what was checked can be walked, and each part of it is JSON of its own. */
#include "lib/jwk/json.h"
#include "lib/reader/fuzz_test.h"

static void
check_value(struct ka_slice value, unsigned depth)
{
	struct ka_slice name, part;
	size_t at = 0, offset = 0, end = 0;

	FUZZ_CHECK(depth <= KA_JSON_MAX_DEPTH);
	FUZZ_CHECK(ka_json_check(value, &end, &offset) == KA_OK && end == value.len);
	/* Each level is checked again: deeper ones would make that quadratic. */
	if (depth > 4)
		return;
	if (value.data[0] == '{') {
		while (ka_json_member(&name, &part, value, &at)) {
			FUZZ_CHECK(name.data > value.data && name.data + name.len < part.data);
			FUZZ_CHECK(part.data + part.len < value.data + value.len);
			check_value(part, depth + 1);
		}
	} else if (value.data[0] == '[') {
		while (ka_json_element(&part, value, &at)) {
			FUZZ_CHECK(part.data > value.data && part.data + part.len < value.data + value.len);
			check_value(part, depth + 1);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ka_slice text = { data, len };
	size_t at = ka_json_space(text, 0), offset = 0;

	if (len > FUZZ_MAX_LEN)
		return 0;
	size_t start = at;
	if (ka_json_check(text, &at, &offset) == KA_OK)
		check_value((struct ka_slice){ data + start, at - start }, 0);
	else
		FUZZ_CHECK(offset <= len);
	fuzz_reader(KA_FORMAT_JWK, text, len, len);
	return 0;
}
