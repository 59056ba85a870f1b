/* SPDX-License-Identifier: Apache-2.0 */
/* roca.c - CVE-2017-15361: RSA keys of Infineon's library. roca_log.c says what makes a key one of them and decides it.
 *
 * Nearly all moduli are sound and should cost next to nothing, so a filter comes first. Modulo 37, 11, 97 and 79 the powers
 * of 65537 are 3 of 36, 2 of 10, 6 of 96 and 13 of 78 residues: together 1 of 5760 random moduli passes, for one reduction
 * modulo 37 * 11 * 97 * 79 < 2^23. No other choice of primes rejects more with a product of that size. */
#include "lib/check/roca.h"

#include "lib/check/check.h"
#include "lib/check/roca_filter.h"
#include "lib/kernel/kernel.h"

_Static_assert(KA_ROCA_FILTER_PRODUCT < KA_FOLD_MAX_MODULUS, "the sum of a fold must stay below 2^64");
_Static_assert(KA_ROCA_NUM_WEIGHTS >= KA_KEY_MAX_BYTES / 4, "a weight for each word of the longest modulus");

/* Whether the residues allow a power of 65537. Without branches, as each single one would be taken unpredictably. */
static bool
passes_filter(const struct ka_roca_kernel *kernel, struct ka_slice n)
{
	uint64_t sum = kernel->fold(ka_roca_weights + KA_ROCA_NUM_WEIGHTS, n.data, n.len);
	uint32_t rest = (uint32_t)(sum % KA_ROCA_FILTER_PRODUCT);
	uint32_t member = 1;

	for (size_t i = 0; i < sizeof(ka_roca_filter) / sizeof(ka_roca_filter[0]); i++) {
		uint32_t residue = rest % ka_roca_filter[i].prime;
		member &= ka_roca_filter[i].members[residue / 32] >> residue % 32;
	}
	return (member & 1) != 0;
}

static void
judge(struct ka_verdict *out_verdict, const struct ka_ctx *ctx, const struct ka_object *object, int64_t at)
{
	const struct ka_key *key = &object->key;

	(void)at;
	if (key->algorithm != KA_KEY_RSA && key->algorithm != KA_KEY_RSA_PSS) {
		ka_verdict_not_applicable(out_verdict, KA_CHECK_ROCA);
		return;
	}
	/* No parser gives a longer modulus; one that a caller made is decided without the filter. */
	bool suspect = key->modulus.len > KA_KEY_MAX_BYTES || passes_filter(ka_ctx_kernels(ctx)->roca, key->modulus);
	if (!suspect || !ka_roca_log(&out_verdict->roca, key->modulus)) {
		ka_verdict_pass(out_verdict, KA_CHECK_ROCA);
		return;
	}
	ka_verdict_fail(out_verdict, KA_CHECK_ROCA, KA_REASON_ROCA);
}

const struct ka_check ka_check_roca = {
	.id = KA_CHECK_ROCA,
	.name = "roca",
	.title = "Key made by Infineon's library with guessable primes (ROCA, CVE-2017-15361)",
	.profiles = KA_PROFILE_AUDIT | KA_PROFILE_FULL,
	.judge = judge,
};
