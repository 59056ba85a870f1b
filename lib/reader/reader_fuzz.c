/* SPDX-License-Identifier: Apache-2.0 */
/* Any format: the first byte picks it (also how long the first chunk is), the second the length of further chunks. */
#include "lib/reader/fuzz_test.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const enum ka_format formats[] = { KA_FORMAT_TEXT, KA_FORMAT_PEM, KA_FORMAT_DER, KA_FORMAT_B64LINES,
		KA_FORMAT_MODULI, KA_FORMAT_SSH, KA_FORMAT_JWK, KA_FORMAT_PGP };

	if (len < 2 || len > FUZZ_MAX_LEN)
		return 0;
	struct ka_slice input = { data + 2, len - 2 };
	fuzz_reader(formats[data[0] % 8], input, data[0] / 8, data[1]);
	/* What AUTO would take it for can be read as that. */
	fuzz_reader(ka_format_guess(input), input, data[1], data[0]);
	return 0;
}
