/* SPDX-License-Identifier: Apache-2.0 */
/* Text. Whatever stands in front of it, a good block at a line's start is read: damage costs the blocks that it is in. */
#include "lib/reader/fuzz_test.h"
#include "lib/reader/samples.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char good[] = "\n" ED_PUB;
	static const char read[] = "public_key Ed25519 256\n";
	static uint8_t text[FUZZ_MAX_LEN + sizeof(good)];

	if (len > FUZZ_MAX_LEN)
		return 0;
	if (len > 0)
		memcpy(text, data, len);
	memcpy(text + len, good, sizeof(good) - 1);
	struct ka_slice input = { text, len + sizeof(good) - 1 };
	size_t split = len > 0 ? data[0] : 0;
	fuzz_reader(KA_FORMAT_PEM, input, split, len);
	fuzz_reader(KA_FORMAT_TEXT, input, split * 3, split);

	fuzz_whole.with_digest = false;
	trace_whole(&fuzz_whole, ka_kernels_best(), KA_FORMAT_TEXT, input);
	FUZZ_CHECK(fuzz_whole.len >= sizeof(read) - 1);
	FUZZ_CHECK(strcmp(fuzz_whole.text + fuzz_whole.len - (sizeof(read) - 1), read) == 0);
	return 0;
}
