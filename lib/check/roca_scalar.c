/* SPDX-License-Identifier: Apache-2.0 */
/* roca_scalar.c - the specification of the fold: n is the sum of word_i * 2^(32 i), so it is congruent to the sum of
 * word_i * (2^(32 i) mod m). One multiplication and addition per word, none waiting for another, and no carry: with at most
 * 512 words below 2^32 and weights below 2^23 the sum stays below 2^64. */
#include "lib/check/roca.h"

#include "lib/kernel/load.h"

_Static_assert(KA_KEY_MAX_BYTES / 4 <= 512, "the sum of a fold must stay below 2^64");

static uint64_t
ka_roca_fold_scalar(const uint32_t *weights_end, const uint8_t *n, size_t n_len)
{
	size_t num_words = n_len / 4;
	size_t head_len = n_len % 4;
	const uint32_t *weights = weights_end - num_words;
	const uint8_t *words = n + head_len;
	uint64_t sum = 0;

	for (size_t i = 0; i < num_words; i++)
		sum += (uint64_t)ka_load_be32(words + 4 * i) * weights[i];
	if (head_len > 0) {
		uint64_t head = 0;
		for (size_t i = 0; i < head_len; i++)
			head = head << 8 | n[i];
		sum += head * weights[-1];
	}
	return sum;
}

const struct ka_roca_kernel ka_roca_scalar = { .fold = ka_roca_fold_scalar };
