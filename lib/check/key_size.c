/* SPDX-License-Identifier: Apache-2.0 */
/* key_size.c - keys that are too short. RSA and DSA: 2048 bits (NIST SP 800-131A, CA/Browser Forum BR 6.1.5, AWS IoT).
 * EC: the rule accepts P-256, P-384 and P-521. A finding of this check speaks of size, and secp256k1 and the Brainpool
 * curves are not short: so every curve of 256 bits or more passes, and whether a curve is a good choice is not said here.
 * Edwards curves have one size each, which passes; X25519 and X448 are for key agreement and are not judged. */
#include "lib/check/check.h"

#define MIN_BITS_FACTORING 2048u /* RSA, and DSA's p */
#define MIN_BITS_CURVE 256u

static void
judge_bits(struct ka_verdict *out_verdict, uint32_t bits, uint32_t minimum)
{
	if (bits == 0) {
		/* A curve that is not known here, or DSA parameters inherited from the issuer (RFC 3279 2.3.2). */
		ka_verdict_undecided(out_verdict, KA_CHECK_KEY_SIZE, KA_UNDECIDED_UNKNOWN_CURVE);
		return;
	}
	if (bits >= minimum) {
		ka_verdict_pass(out_verdict, KA_CHECK_KEY_SIZE);
		return;
	}
	ka_verdict_fail(out_verdict, KA_CHECK_KEY_SIZE, KA_REASON_KEY_SIZE);
	out_verdict->size.bits = bits;
	out_verdict->size.minimum = minimum;
}

static void
judge(struct ka_verdict *out_verdict, const struct ka_ctx *ctx, const struct ka_object *object, int64_t at)
{
	const struct ka_key *key = &object->key;

	(void)ctx;
	(void)at;
	switch (key->algorithm) {
	case KA_KEY_RSA:
	case KA_KEY_RSA_PSS:
	case KA_KEY_DSA:
		judge_bits(out_verdict, key->bits, MIN_BITS_FACTORING);
		return;
	case KA_KEY_EC:
		judge_bits(out_verdict, key->bits, MIN_BITS_CURVE);
		return;
	case KA_KEY_ED25519:
	case KA_KEY_ED448:
		ka_verdict_pass(out_verdict, KA_CHECK_KEY_SIZE);
		return;
	case KA_KEY_X25519:
	case KA_KEY_X448:
	case KA_KEY_OTHER:
		break;
	}
	ka_verdict_not_applicable(out_verdict, KA_CHECK_KEY_SIZE);
}

const struct ka_check ka_check_key_size = {
	.id = KA_CHECK_KEY_SIZE,
	.name = "key-size",
	.title = "Key shorter than 2048 bits (RSA, DSA) or 256 bits (EC)",
	.profiles = KA_PROFILE_AUDIT | KA_PROFILE_FULL,
	.judge = judge,
};
