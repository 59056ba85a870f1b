/* SPDX-License-Identifier: Apache-2.0 */
/* The checks, the context and the batch: who is judged by what, and with which of the four answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <keyassay/keyassay.h>

#include "lib/table/table_build_test.h"

#define ALL ((KA_CHECK_BIT(KA_NUM_CHECKS)) - 1)
#define PIDS 40u
#define NUM_KEYS (9 * PIDS)
#define AT 1700000000

static uint64_t fingerprints[NUM_KEYS];
static uint8_t *rsa_file, *ec_file;
static struct ka_table rsa_table, ec_table;

static uint8_t *
open_built(struct ka_table *out_table, const char *type, uint32_t exponent)
{
	const struct build build = { type, exponent, PIDS, 6, 5, 9, fingerprints, NUM_KEYS, NULL, 0 };
	size_t len;
	uint8_t *file = build_table(&len, &build);

	assert_int_equal(ka_table_open(out_table, (struct ka_slice){ file, len }), KA_OK);
	return file;
}

static int
set_up(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < NUM_KEYS; i++)
		fingerprints[i] = build_random(&seed);
	for (size_t i = 200; i < 204; i++)
		fingerprints[i] = fingerprints[200]; /* four candidates for one key */
	rsa_file = open_built(&rsa_table, "rsa:2048", 65537);
	ec_file = open_built(&ec_table, "ec:secp256r1", 0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	free(rsa_file);
	free(ec_file);
	return 0;
}

static void
make_modulus(uint8_t modulus[256], uint64_t fingerprint)
{
	memset(modulus, 0x81, 256);
	for (size_t i = 0; i < 8; i++)
		modulus[240 + i] = (uint8_t)(fingerprint >> (56 - 8 * i));
}

static struct ka_object
rsa_object(const uint8_t *modulus, size_t len)
{
	return (struct ka_object){ .kind = KA_OBJECT_MODULUS,
		.key = { .algorithm = KA_KEY_RSA, .bits = (uint32_t)len * 8, .modulus = { modulus, len } } };
}

/* Exactly one mask has each check that was asked for, none another; reasons only where they belong. */
static void
assert_consistent(const struct ka_verdict *verdict, uint32_t asked)
{
	assert_int_equal(verdict->passed | verdict->failed | verdict->not_applicable | verdict->undecided, asked);
	assert_int_equal(verdict->passed & verdict->failed, 0);
	assert_int_equal((verdict->passed | verdict->failed) & verdict->not_applicable, 0);
	assert_int_equal((verdict->passed | verdict->failed | verdict->not_applicable) & verdict->undecided, 0);
	for (unsigned i = 0; i < KA_NUM_CHECKS; i++) {
		assert_int_equal(verdict->reasons[i] != KA_REASON_NONE, (verdict->failed & KA_CHECK_BIT(i)) != 0);
		assert_int_equal(verdict->whys[i] != KA_UNDECIDED_NONE, (verdict->undecided & KA_CHECK_BIT(i)) != 0);
	}
}

static struct ka_verdict
judge(const struct ka_ctx *ctx, const struct ka_object *object, uint32_t checks)
{
	struct ka_verdict verdict;

	memset(&verdict, 0xa5, sizeof(verdict));
	ka_judge(&verdict, ctx, object, checks, AT);
	assert_consistent(&verdict, checks & ALL);
	return verdict;
}

static struct ka_ctx *
new_ctx(bool with_tables)
{
	struct ka_ctx *ctx = ka_ctx_new();

	assert_non_null(ctx);
	if (with_tables) {
		assert_int_equal(ka_ctx_add_table(ctx, &rsa_table), KA_OK);
		assert_int_equal(ka_ctx_add_table(ctx, &ec_table), KA_OK);
	}
	return ctx;
}

static void
registry_is_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < KA_NUM_CHECKS; i++) {
		const struct ka_check *check = ka_check_at(i);
		assert_non_null(check);
		assert_int_equal(check->id, i);
		assert_non_null(check->judge);
		assert_true(strlen(check->name) > 0 && strlen(check->title) > 0);
		assert_int_not_equal(check->profiles & KA_PROFILE_FULL, 0);
		assert_ptr_equal(ka_check_by_name(check->name), check);
	}
	assert_null(ka_check_at(KA_NUM_CHECKS));
	assert_null(ka_check_at(SIZE_MAX));
	assert_null(ka_check_by_name(""));
	assert_null(ka_check_by_name("ROCA"));
	assert_int_equal(ka_profile_checks(KA_PROFILE_FULL), ALL);
	assert_int_equal(ka_profile_checks(KA_PROFILE_AUDIT), 0xf);
	assert_int_equal(ka_profile_checks((enum ka_profile)0), 0);
	assert_string_equal(ka_check_at(KA_CHECK_DEBIAN_WEAK)->name, "debian-weak");
	assert_string_equal(ka_check_at(KA_CHECK_ROCA)->name, "roca");
	assert_string_equal(ka_check_at(KA_CHECK_KEY_SIZE)->name, "key-size");
	assert_string_equal(ka_check_at(KA_CHECK_VALIDITY)->name, "validity");
}

static void
reasons_have_code_severity_and_text(void **state)
{
	static const struct {
		enum ka_reason reason;
		const char *code;
		const char *severity;
		const char *in_text;
	} rows[] = {
		{ KA_REASON_DEBIAN_WEAK, "CERTIFICATE_KEY_VULNERABILITY_CVE-2008-0166", "CRITICAL", "CVE-2008-0166" },
		{ KA_REASON_ROCA, "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361", "CRITICAL", "CVE-2017-15361" },
		{ KA_REASON_KEY_SIZE, "KEY_SIZE_BELOW_MINIMUM", "HIGH", "2048" },
		{ KA_REASON_EXPIRED, "CERTIFICATE_PAST_EXPIRATION", "MEDIUM", "ended" },
		{ KA_REASON_NOT_YET_VALID, "CERTIFICATE_NOT_YET_VALID", "MEDIUM", "not begun" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text = ka_reason_text(rows[i].reason);
		assert_string_equal(ka_reason_code(rows[i].reason), rows[i].code);
		assert_string_equal(ka_severity_name(ka_reason_severity(rows[i].reason)), rows[i].severity);
		assert_non_null(strstr(text, rows[i].in_text));
		assert_int_equal(text[strlen(text) - 1], '.');
	}
	assert_int_equal(ka_reason_severity(KA_REASON_NOT_YET_VALID + 1), KA_SEVERITY_LOW);
	assert_string_equal(ka_reason_code((enum ka_reason)99), "NONE");
	assert_string_equal(ka_severity_name((enum ka_severity)0), "UNKNOWN");
	for (int why = KA_UNDECIDED_NONE; why <= KA_UNDECIDED_WALK_FAILED; why++) {
		assert_true(strlen(ka_undecided_text((enum ka_undecided)why)) > 0);
		assert_string_not_equal(ka_undecided_text((enum ka_undecided)why), "unknown");
	}
	assert_string_equal(ka_undecided_text((enum ka_undecided)99), "unknown");
}

/* What the prover below says of a candidate, by pid of the candidate. */
struct answers {
	uint32_t same_pid; /* UINT32_MAX: none */
	uint32_t error_pid;
	unsigned num_calls;
};

static enum ka_err
prove(void *arg, bool *out_same, const struct ka_key *key, const struct ka_debian_id *id)
{
	struct answers *answers = arg;
	uint32_t number = ((uint32_t)id->architecture * 3 + (uint32_t)id->randfile) * PIDS + id->pid;

	assert_non_null(key);
	answers->num_calls++;
	if (number == answers->error_pid)
		return KA_ERR_INTERNAL;
	*out_same = number == answers->same_pid;
	return KA_OK;
}

static void
debian_weak_follows_the_prover(void **state)
{
	static const struct {
		size_t key;
		uint32_t same, error;
		char mask;
		enum ka_undecided why;
		unsigned num_calls;
		const char *reason;
	} rows[] = {
		{ 7, 7, UINT32_MAX, 'f', 0, 1, "proved" },
		{ 7, UINT32_MAX, UINT32_MAX, 'p', 0, 1, "a chance meeting of fingerprints" },
		{ 7, UINT32_MAX, 7, 'u', KA_UNDECIDED_PROVER_FAILED, 1, "the prover could not tell" },
		{ 200, 200, UINT32_MAX, 'f', 0, 1, "the first of four candidates" },
		{ 200, 203, UINT32_MAX, 'f', 0, 4, "the last of four candidates" },
		{ 200, UINT32_MAX, UINT32_MAX, 'p', 0, 4, "none of four candidates" },
		{ 200, 203, 201, 'f', 0, 4, "an error does not hide a proof" },
		{ 200, UINT32_MAX, 203, 'u', KA_UNDECIDED_PROVER_FAILED, 4, "an error in the last candidate" },
		{ 200, UINT32_MAX, 200, 'u', KA_UNDECIDED_PROVER_FAILED, 4, "an error in the first candidate" },
	};
	const uint32_t bit = KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK);
	struct ka_ctx *ctx = new_ctx(true);
	uint8_t modulus[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answers answers = { rows[i].same, rows[i].error, 0 };
		make_modulus(modulus, fingerprints[rows[i].key]);
		struct ka_object object = rsa_object(modulus, 256);
		ka_ctx_set_prover(ctx, prove, &answers);
		struct ka_verdict verdict = judge(ctx, &object, ALL);
		uint32_t mask = rows[i].mask == 'f' ? verdict.failed : rows[i].mask == 'p' ? verdict.passed : verdict.undecided;
		if ((mask & bit) == 0 || answers.num_calls != rows[i].num_calls)
			fail_msg("%s: %u calls", rows[i].reason, answers.num_calls);
		assert_int_equal(verdict.whys[KA_CHECK_DEBIAN_WEAK], rows[i].why);
		if (rows[i].mask == 'f') {
			assert_int_equal(verdict.reasons[KA_CHECK_DEBIAN_WEAK], KA_REASON_DEBIAN_WEAK);
			assert_int_equal(verdict.debian.id.pid, rows[i].same % PIDS);
			assert_int_equal((uint32_t)verdict.debian.id.architecture * 3 + (uint32_t)verdict.debian.id.randfile,
				rows[i].same / PIDS);
		}
	}

	struct answers never = { 0, 0, 0 };
	make_modulus(modulus, fingerprints[7] ^ 1);
	struct ka_object object = rsa_object(modulus, 256);
	ka_ctx_set_prover(ctx, prove, &never);
	assert_int_equal(judge(ctx, &object, ALL).passed & bit, bit);
	assert_int_equal(never.num_calls, 0);

	/* Without prover, the table's word is not enough; where the table has nothing, no prover is needed. */
	ka_ctx_set_prover(ctx, NULL, NULL);
	assert_int_equal(judge(ctx, &object, ALL).passed & bit, bit);
	make_modulus(modulus, fingerprints[7]);
	struct ka_verdict verdict = judge(ctx, &object, ALL);
	assert_int_equal(verdict.undecided, bit);
	assert_int_equal(verdict.whys[KA_CHECK_DEBIAN_WEAK], KA_UNDECIDED_NO_PROVER);
	ka_ctx_free(ctx);
}

/* Tables have the keys of exponents whose prime factors are at most 17863, and those of 65537. */
static void
debian_weak_says_which_exponents_it_knows(void **state)
{
	static const struct {
		uint64_t exponent; /* 0: a bare modulus */
		bool covered;
	} rows[] = { { 0, true }, { 2, true }, { 3, true }, { 17, true }, { 257, true }, { 17863, true }, { 17881, false },
		{ 65535, true }, { 65537, true }, { 65539, false }, { 3 * 65537, true }, { UINT64_C(65537) * 65537, true },
		{ UINT64_C(65537) * 65539, false }, { UINT64_C(17863) * 17863, true }, { UINT64_C(17863) * 17881, false },
		{ UINT64_C(17881) * 17881, false }, { 641 * UINT64_C(6700417), false }, { UINT64_C(1) << 63, true },
		{ 3 * UINT64_C(17863) * 17851 * 17839, true },
		{ UINT64_MAX, false } /* 3 * 5 * 17 * 257 * 641 * 65537 * 6700417 */ };
	const uint32_t bit = KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK);
	struct ka_ctx *ctx = new_ctx(true);
	struct answers answers = { UINT32_MAX, UINT32_MAX, 0 };
	uint8_t modulus[256], exponent[9] = { 0 };

	(void)state;
	ka_ctx_set_prover(ctx, prove, &answers);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool covered = rows[i].covered;
		size_t len = 0;
		for (unsigned shift = 64; shift > 0; shift -= 8) {
			uint8_t byte = (uint8_t)(rows[i].exponent >> (shift - 8));
			if (len > 0 || byte != 0)
				exponent[len++] = byte;
		}
		/* Neither a key that the table does not know nor one whose candidates are refuted. */
		for (unsigned candidate = 0; candidate < 2; candidate++) {
			make_modulus(modulus, fingerprints[7] ^ (1 - candidate));
			struct ka_object object = rsa_object(modulus, 256);
			object.key.exponent = (struct ka_slice){ exponent, len };
			struct ka_verdict verdict = judge(ctx, &object, bit);
			if (verdict.passed != (covered ? bit : 0))
				fail_msg("exponent %llu", (unsigned long long)rows[i].exponent);
			assert_int_equal(verdict.whys[KA_CHECK_DEBIAN_WEAK], covered ? 0 : KA_UNDECIDED_EXPONENT);
		}
	}
	/* 2^64 + 1 and longer ones are not looked into; a proof counts with any exponent. */
	memset(exponent, 0, sizeof(exponent));
	exponent[0] = exponent[8] = 1;
	make_modulus(modulus, fingerprints[7]);
	struct ka_object object = rsa_object(modulus, 256);
	object.key.exponent = (struct ka_slice){ exponent, 9 };
	assert_int_equal(judge(ctx, &object, bit).undecided, bit);
	answers.same_pid = 7;
	assert_int_equal(judge(ctx, &object, bit).failed, bit);
	ka_ctx_free(ctx);
}

static void
debian_weak_applies_where_openssl_0_9_8_could_be(void **state)
{
	static const struct {
		enum ka_key_algorithm algorithm;
		enum ka_curve curve;
		uint32_t bits;
		char mask;
	} rows[] = {
		{ KA_KEY_RSA, 0, 2048, 'p' },
		{ KA_KEY_RSA_PSS, 0, 2048, 'p' },
		{ KA_KEY_RSA, 0, 2047, 'u' },
		{ KA_KEY_RSA, 0, 512, 'u' },
		{ KA_KEY_RSA, 0, 16, 'u' },
		{ KA_KEY_RSA, 0, 16384, 'u' },
		{ KA_KEY_EC, KA_CURVE_SECP256R1, 256, 'p' },
		{ KA_KEY_EC, KA_CURVE_SECP256K1, 256, 'u' },
		{ KA_KEY_EC, KA_CURVE_SECP224R1, 224, 'u' },
		{ KA_KEY_EC, KA_CURVE_SECP192R1, 192, 'u' },
		{ KA_KEY_EC, KA_CURVE_OTHER, 0, 'u' },
		{ KA_KEY_EC, KA_CURVE_EXPLICIT, 256, 'u' },
		{ KA_KEY_EC, KA_CURVE_NONE, 0, 'u' },
		{ KA_KEY_EC, KA_CURVE_BRAINPOOLP256R1, 256, 'n' },
		{ KA_KEY_EC, KA_CURVE_BRAINPOOLP384R1, 384, 'n' },
		{ KA_KEY_EC, KA_CURVE_BRAINPOOLP512R1, 512, 'n' },
		{ KA_KEY_DSA, 0, 2048, 'u' },
		{ KA_KEY_DSA, 0, 1024, 'u' },
		{ KA_KEY_ED25519, 0, 256, 'n' },
		{ KA_KEY_ED448, 0, 456, 'n' },
		{ KA_KEY_X25519, 0, 256, 'n' },
		{ KA_KEY_X448, 0, 448, 'n' },
		{ KA_KEY_OTHER, 0, 0, 'n' },
	};
	struct ka_ctx *ctx = new_ctx(true);
	struct ka_ctx *empty = new_ctx(false);
	uint8_t bytes[256];

	(void)state;
	make_modulus(bytes, 12345);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_object object = { .key = { .algorithm = rows[i].algorithm, .curve = rows[i].curve, .bits = rows[i].bits } };
		if (rows[i].algorithm == KA_KEY_RSA || rows[i].algorithm == KA_KEY_RSA_PSS)
			object.key.modulus = (struct ka_slice){ bytes, 256 };
		else
			object.key.point = (struct ka_slice){ bytes, 200 };
		struct ka_verdict verdict = judge(ctx, &object, KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK));
		uint32_t mask = rows[i].mask == 'p' ? verdict.passed :
			rows[i].mask == 'u'         ? verdict.undecided :
						      verdict.not_applicable;
		if (mask != KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK))
			fail_msg("row %zu is not %c", i, rows[i].mask);
		if (rows[i].mask == 'u')
			assert_int_equal(verdict.whys[KA_CHECK_DEBIAN_WEAK], KA_UNDECIDED_NO_TABLE);
		/* Nothing is compliant just because there are no tables. */
		verdict = judge(empty, &object, KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK));
		assert_int_equal(verdict.passed, 0);
		assert_int_equal(verdict.undecided != 0, rows[i].mask != 'n');
	}
	ka_ctx_free(empty);
	ka_ctx_free(ctx);
}

static void
key_size_has_one_minimum_per_kind(void **state)
{
	static const struct {
		enum ka_key_algorithm algorithm;
		enum ka_curve curve;
		uint32_t bits;
		char mask;
		uint32_t minimum;
	} rows[] = {
		{ KA_KEY_RSA, 0, 2048, 'p', 0 },
		{ KA_KEY_RSA, 0, 2047, 'f', 2048 },
		{ KA_KEY_RSA, 0, 16384, 'p', 0 },
		{ KA_KEY_RSA, 0, 16, 'f', 2048 },
		{ KA_KEY_RSA_PSS, 0, 2047, 'f', 2048 },
		{ KA_KEY_RSA_PSS, 0, 2048, 'p', 0 },
		{ KA_KEY_DSA, 0, 1024, 'f', 2048 },
		{ KA_KEY_DSA, 0, 2048, 'p', 0 },
		{ KA_KEY_DSA, 0, 0, 'u', 0 },
		{ KA_KEY_EC, KA_CURVE_SECP192R1, 192, 'f', 256 },
		{ KA_KEY_EC, KA_CURVE_SECP224R1, 224, 'f', 256 },
		{ KA_KEY_EC, KA_CURVE_SECP256R1, 256, 'p', 0 },
		{ KA_KEY_EC, KA_CURVE_SECP384R1, 384, 'p', 0 },
		{ KA_KEY_EC, KA_CURVE_SECP521R1, 521, 'p', 0 },
		{ KA_KEY_EC, KA_CURVE_SECP256K1, 256, 'p', 0 },
		{ KA_KEY_EC, KA_CURVE_BRAINPOOLP512R1, 512, 'p', 0 },
		{ KA_KEY_EC, KA_CURVE_OTHER, 0, 'u', 0 },
		{ KA_KEY_EC, KA_CURVE_EXPLICIT, 0, 'u', 0 },
		{ KA_KEY_EC, KA_CURVE_EXPLICIT, 255, 'f', 256 },
		{ KA_KEY_ED25519, 0, 256, 'p', 0 },
		{ KA_KEY_ED448, 0, 456, 'p', 0 },
		{ KA_KEY_X25519, 0, 256, 'n', 0 },
		{ KA_KEY_X448, 0, 448, 'n', 0 },
		{ KA_KEY_OTHER, 0, 0, 'n', 0 },
	};
	struct ka_ctx *ctx = new_ctx(false);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_object object = { .key = { .algorithm = rows[i].algorithm, .curve = rows[i].curve, .bits = rows[i].bits } };
		struct ka_verdict verdict = judge(ctx, &object, KA_CHECK_BIT(KA_CHECK_KEY_SIZE));
		uint32_t mask = rows[i].mask == 'p' ? verdict.passed :
			rows[i].mask == 'f'         ? verdict.failed :
			rows[i].mask == 'u'         ? verdict.undecided :
						      verdict.not_applicable;
		if (mask != KA_CHECK_BIT(KA_CHECK_KEY_SIZE))
			fail_msg("row %zu is not %c", i, rows[i].mask);
		if (rows[i].mask == 'f') {
			assert_int_equal(verdict.reasons[KA_CHECK_KEY_SIZE], KA_REASON_KEY_SIZE);
			assert_int_equal(verdict.size.bits, rows[i].bits);
			assert_int_equal(verdict.size.minimum, rows[i].minimum);
		}
		if (rows[i].mask == 'u')
			assert_int_equal(verdict.whys[KA_CHECK_KEY_SIZE], KA_UNDECIDED_UNKNOWN_CURVE);
	}
	ka_ctx_free(ctx);
}

static void
validity_includes_both_dates(void **state)
{
	static const struct {
		bool has;
		int64_t not_before, not_after;
		enum ka_reason reason; /* NONE: passes */
	} rows[] = {
		{ true, AT, AT, KA_REASON_NONE },
		{ true, AT - 1, AT + 1, KA_REASON_NONE },
		{ true, INT64_MIN, INT64_MAX, KA_REASON_NONE },
		{ true, AT - 10, AT - 1, KA_REASON_EXPIRED },
		{ true, AT + 1, AT + 10, KA_REASON_NOT_YET_VALID },
		{ true, AT + 1, AT - 1, KA_REASON_EXPIRED },
		{ true, INT64_MIN, INT64_MIN, KA_REASON_EXPIRED },
		{ true, INT64_MAX, INT64_MAX, KA_REASON_NOT_YET_VALID },
	};
	const uint32_t bit = KA_CHECK_BIT(KA_CHECK_VALIDITY);
	struct ka_ctx *ctx = new_ctx(false);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_object object = { .kind = KA_OBJECT_CERTIFICATE, .has_validity = rows[i].has,
			.not_before = rows[i].not_before, .not_after = rows[i].not_after };
		struct ka_verdict verdict = judge(ctx, &object, bit);
		assert_int_equal(verdict.failed != 0, rows[i].reason != KA_REASON_NONE);
		assert_int_equal(verdict.passed != 0, rows[i].reason == KA_REASON_NONE);
		assert_int_equal(verdict.reasons[KA_CHECK_VALIDITY], rows[i].reason);
		if (verdict.failed != 0) {
			assert_int_equal(verdict.validity.not_before, rows[i].not_before);
			assert_int_equal(verdict.validity.not_after, rows[i].not_after);
			assert_int_equal(verdict.validity.at, AT);
		}
	}
	struct ka_object request = { .kind = KA_OBJECT_CERTIFICATE_REQUEST };
	assert_int_equal(judge(ctx, &request, bit).not_applicable, bit);
	ka_ctx_free(ctx);
}

static void
only_what_was_asked_is_judged(void **state)
{
	struct ka_ctx *ctx = new_ctx(true);
	uint8_t modulus[256];

	(void)state;
	make_modulus(modulus, 1);
	struct ka_object object = rsa_object(modulus, 256);
	for (uint32_t checks = 0; checks <= ALL; checks++)
		judge(ctx, &object, checks);
	judge(ctx, &object, UINT32_MAX);
	/* A check that cannot decide does not hide another's finding. */
	struct ka_object small = rsa_object(modulus, 128);
	struct ka_verdict verdict = judge(ctx, &small, ALL);
	assert_int_equal(verdict.undecided, KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK));
	assert_int_equal(verdict.failed, KA_CHECK_BIT(KA_CHECK_KEY_SIZE));
	assert_int_equal(verdict.passed, KA_CHECK_BIT(KA_CHECK_ROCA));
	ka_ctx_free(ctx);
}

static void
context_holds_many_tables_and_no_type_twice(void **state)
{
	struct ka_ctx *ctx = new_ctx(true);
	const uint32_t bit = KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK);
	uint8_t modulus[256];

	(void)state;
	make_modulus(modulus, 1);
	assert_int_equal(ka_ctx_add_table(ctx, &rsa_table), KA_ERR_TABLE_DUPLICATE);
	assert_int_equal(ka_ctx_add_table(ctx, &ec_table), KA_ERR_TABLE_DUPLICATE);
	for (uint32_t i = 0; i < 300; i++) {
		struct ka_table table = rsa_table;
		table.bits = 3000 + i;
		assert_int_equal(ka_ctx_add_table(ctx, &table), KA_OK);
		assert_int_equal(ka_ctx_add_table(ctx, &table), KA_ERR_TABLE_DUPLICATE);
	}
	/* The first ones are still there after the context has grown. */
	assert_int_equal(ka_ctx_add_table(ctx, &rsa_table), KA_ERR_TABLE_DUPLICATE);
	assert_int_equal(ka_ctx_add_table(ctx, &ec_table), KA_ERR_TABLE_DUPLICATE);
	for (uint32_t bits = 2990; bits < 3310; bits++) {
		struct ka_object object = rsa_object(modulus, 256);
		object.key.bits = bits;
		struct ka_verdict verdict = judge(ctx, &object, bit);
		assert_int_equal(verdict.passed != 0, bits >= 3000 && bits < 3300);
	}
	assert_int_equal(ka_ctx_table(ctx, 0)->bits, 2048);
	assert_int_equal(ka_ctx_table(ctx, 1)->curve, KA_CURVE_SECP256R1);
	assert_int_equal(ka_ctx_table(ctx, 301)->bits, 3299);
	assert_null(ka_ctx_table(ctx, 302));
	assert_null(ka_ctx_table(ctx, SIZE_MAX));
	ka_ctx_free(ctx);
	ka_ctx_free(NULL);
}

static void
context_knows_its_kernels(void **state)
{
	struct ka_ctx *ctx = new_ctx(false);

	(void)state;
	assert_ptr_equal(ka_ctx_kernels(ctx), ka_kernels_best());
	ka_ctx_set_kernels(ctx, ka_kernels_by_name("scalar"));
	assert_string_equal(ka_kernels_name(ka_ctx_kernels(ctx)), "scalar");
	assert_null(ka_kernels_by_name("avx1024"));
	ka_ctx_free(ctx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registry_is_complete),
		cmocka_unit_test(reasons_have_code_severity_and_text),
		cmocka_unit_test(debian_weak_follows_the_prover),
		cmocka_unit_test(debian_weak_says_which_exponents_it_knows),
		cmocka_unit_test(debian_weak_applies_where_openssl_0_9_8_could_be),
		cmocka_unit_test(key_size_has_one_minimum_per_kind),
		cmocka_unit_test(validity_includes_both_dates),
		cmocka_unit_test(only_what_was_asked_is_judged),
		cmocka_unit_test(context_holds_many_tables_and_no_type_twice),
		cmocka_unit_test(context_knows_its_kernels),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
