/* SPDX-License-Identifier: Apache-2.0 */
/* Judging. The input is a key: its first byte says of which kind, the rest are its modulus or point. The verdict is complete
 * and without contradiction, the same from a batch and with every variant of the kernels, and a logarithm in the evidence of
 * ROCA is one. */
#include "fuzz/fuzz.h"

#include <keyassay/keyassay.h>

#include <string.h>

#define ALL ((KA_CHECK_BIT(KA_NUM_CHECKS)) - 1)
#define AT 1700000000

/* 65537^log modulo p, with the logarithm as big-endian bytes. */
static uint32_t
power(const uint8_t *log, size_t log_len, uint32_t p)
{
	uint32_t result = 1;

	for (size_t i = 0; i < 8 * log_len; i++) {
		result = result * result % p;
		if ((log[i / 8] >> (7 - i % 8) & 1) != 0)
			result = result * (65537 % p) % p;
	}
	return result;
}

static bool
is_prime(uint32_t n)
{
	for (uint32_t d = 2; d * d <= n; d++) {
		if (n % d == 0)
			return false;
	}
	return true;
}

static void
check_roca(const struct ka_roca_evidence *evidence, struct ka_slice n)
{
	FUZZ_CHECK(evidence->generator == 65537 && evidence->log2_chance < -150);
	FUZZ_CHECK(evidence->log_len >= 1 && evidence->log_len <= KA_ROCA_LOG_MAX);
	for (uint32_t p = 2; p <= evidence->primorial_prime; p++) {
		uint32_t rest = 0;
		if (!is_prime(p))
			continue;
		for (size_t i = 0; i < n.len; i++)
			rest = (rest << 8 | n.data[i]) % p;
		FUZZ_CHECK(power(evidence->log, evidence->log_len, p) == rest);
	}
}

static void
check_verdict(const struct ka_verdict *verdict)
{
	FUZZ_CHECK((verdict->passed ^ verdict->failed ^ verdict->not_applicable ^ verdict->undecided) == ALL);
	FUZZ_CHECK((verdict->passed | verdict->failed | verdict->not_applicable | verdict->undecided) == ALL);
	FUZZ_CHECK((verdict->passed & verdict->failed & verdict->not_applicable) == 0);
	for (unsigned i = 0; i < KA_NUM_CHECKS; i++) {
		FUZZ_CHECK((verdict->reasons[i] != KA_REASON_NONE) == ((verdict->failed >> i & 1) != 0));
		FUZZ_CHECK((verdict->whys[i] != KA_UNDECIDED_NONE) == ((verdict->undecided >> i & 1) != 0));
	}
}

static bool
same_verdict(const struct ka_verdict *a, const struct ka_verdict *b)
{
	if (a->passed != b->passed || a->failed != b->failed || a->not_applicable != b->not_applicable ||
		a->undecided != b->undecided)
		return false;
	if ((a->failed & KA_CHECK_BIT(KA_CHECK_ROCA)) == 0)
		return true;
	return a->roca.primorial_prime == b->roca.primorial_prime && a->roca.log_len == b->roca.log_len &&
		memcmp(a->roca.log, b->roca.log, a->roca.log_len) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const levels[] = { "scalar", "avx2", "avx512" };
	struct ka_object object = { .has_validity = true, .not_before = AT, .not_after = AT };
	struct ka_verdict verdict, other;

	if (len == 0)
		return 0;
	struct ka_slice bytes = { data + 1, len - 1 };
	object.key.algorithm = (enum ka_key_algorithm)(data[0] % (KA_KEY_X448 + 1));
	object.key.curve = (enum ka_curve)(data[0] / 16 % KA_NUM_CURVES);
	object.key.point = bytes;
	object.key.modulus = bytes;
	object.key.bits = object.key.algorithm == KA_KEY_EC ? ka_curve_bits(object.key.curve) : (uint32_t)(8 * bytes.len);

	struct ka_ctx *ctx = ka_ctx_new();
	if (ctx == NULL)
		abort();
	ka_judge(&verdict, ctx, &object, ALL, AT);
	check_verdict(&verdict);
	if ((verdict.failed & KA_CHECK_BIT(KA_CHECK_ROCA)) != 0)
		check_roca(&verdict.roca, bytes);
	ka_judge_batch(&other, ctx, &object, 1, ALL, AT);
	FUZZ_CHECK(same_verdict(&verdict, &other));
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (ka_kernels_by_name(levels[i]) == NULL)
			continue;
		ka_ctx_set_kernels(ctx, ka_kernels_by_name(levels[i]));
		ka_judge(&other, ctx, &object, ALL, AT);
		FUZZ_CHECK(same_verdict(&verdict, &other));
	}
	ka_ctx_free(ctx);
	return 0;
}
