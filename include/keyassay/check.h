/* SPDX-License-Identifier: Apache-2.0 */
/* check.h - checks, verdicts and the context that judges keys.
 *
 * Three outcomes never share a channel: the call failed (enum ka_err), the input is malformed (struct ka_fault), the key is
 * weak (struct ka_verdict). A weak key is a successful call. */
#ifndef KEYASSAY_CHECK_H
#define KEYASSAY_CHECK_H

#include <keyassay/object.h>
#include <keyassay/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One bit per check in the masks below: bit n is check n. Numbers are the order of the table of checks (ka_check_at). */
enum ka_check_id {
	KA_CHECK_DEBIAN_WEAK = 0, /* CVE-2008-0166 */
	KA_CHECK_ROCA, /* CVE-2017-15361 */
	KA_CHECK_KEY_SIZE,
	KA_CHECK_VALIDITY,
	KA_NUM_CHECKS
};
#define KA_CHECK_BIT(id) ((uint32_t)1 << (id))

enum ka_severity { KA_SEVERITY_LOW = 1, KA_SEVERITY_MEDIUM, KA_SEVERITY_HIGH, KA_SEVERITY_CRITICAL };

enum ka_profile { KA_PROFILE_AUDIT = 1, KA_PROFILE_FULL = 2 };

/* Why a check failed. */
enum ka_reason {
	KA_REASON_NONE = 0,
	KA_REASON_DEBIAN_WEAK, /* CERTIFICATE_KEY_VULNERABILITY_CVE-2008-0166 */
	KA_REASON_ROCA, /* CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361 */
	KA_REASON_KEY_SIZE, /* KEY_SIZE_BELOW_MINIMUM */
	KA_REASON_EXPIRED, /* CERTIFICATE_PAST_EXPIRATION */
	KA_REASON_NOT_YET_VALID /* CERTIFICATE_NOT_YET_VALID */
};

/* Why a check that applies could not be decided. */
enum ka_undecided {
	KA_UNDECIDED_NONE = 0,
	KA_UNDECIDED_NO_TABLE, /* debian-weak: no table for this type and size */
	KA_UNDECIDED_NO_PROVER, /* debian-weak: the table has the key, but the context has no prover to confirm it */
	KA_UNDECIDED_PROVER_FAILED, /* debian-weak: the prover returned an error */
	KA_UNDECIDED_UNKNOWN_CURVE, /* key-size: the curve is unknown here */
	KA_UNDECIDED_NO_GENERATOR, /* debian-weak: no table, and keys of this type and size cannot be made again */
	KA_UNDECIDED_WALK_STOPPED, /* debian-weak: the walk through the streams ended before it had decided the key */
	KA_UNDECIDED_WALK_FAILED, /* debian-weak: the walk returned an error */
	KA_UNDECIDED_EXPONENT /* debian-weak: not in the table, which does not cover the key's exponent: a prime factor above 17863 */
};

struct ka_debian_evidence {
	struct ka_debian_id id;
};

/* The discrete logarithm of the modulus to the base 65537, modulo the primorial of all primes <= primorial_prime. */
#define KA_ROCA_LOG_MAX 256
struct ka_roca_evidence {
	uint32_t generator; /* 65537 */
	uint32_t primorial_prime; /* 167, 353, 701 or 1427 */
	uint16_t log_len; /* bytes of log, big-endian, at least 1 */
	uint8_t log[KA_ROCA_LOG_MAX];
	double log2_chance; /* log2 of the chance that a random modulus passes: log2(ord(65537) / phi(primorial)), negative */
};

struct ka_size_evidence {
	uint32_t bits;
	uint32_t minimum;
};

struct ka_validity_evidence {
	int64_t not_before;
	int64_t not_after;
	int64_t at;
};

/* What the library says of one key. A value: copy it freely. Each check that was asked for is in exactly one of the four
 * masks. The evidence of a check is set only when the check is in failed. */
struct ka_verdict {
	uint32_t passed;
	uint32_t failed;
	uint32_t not_applicable;
	uint32_t undecided;
	uint8_t reasons[KA_NUM_CHECKS]; /* enum ka_reason, per failed check */
	uint8_t whys[KA_NUM_CHECKS]; /* enum ka_undecided, per undecided check */
	/* When debian-weak is in passed: the chance that a weak key passes, from a walk that does not go through all of
	 * each stream (keyassay/batch.h); 0 where there is none. */
	double debian_miss;
	struct ka_debian_evidence debian;
	struct ka_size_evidence size;
	struct ka_validity_evidence validity;
	struct ka_roca_evidence roca;
};

/* A check: one const struct per file in lib/check, one row in the table of registry.c. */
struct ka_ctx;
struct ka_check {
	enum ka_check_id id;
	const char *name; /* "debian-weak" */
	const char *title; /* one line for people */
	uint32_t profiles; /* mask of enum ka_profile */
	/* Puts the check into one mask of out_verdict and sets its evidence. at: seconds since 1970, for validity. */
	void (*judge)(struct ka_verdict *out_verdict, const struct ka_ctx *ctx, const struct ka_object *object, int64_t at);
	/* Optional: touches the memory that judge will read, so that many keys' cache misses overlap. */
	void (*prefetch)(const struct ka_ctx *ctx, const struct ka_object *object);
};

/* ka_check_at returns the check of a number below KA_NUM_CHECKS, else NULL. */
KA_API const struct ka_check *ka_check_at(size_t index);

/* ka_check_by_name returns the check ("roca") or NULL. */
KA_API const struct ka_check *ka_check_by_name(const char *name);

/* ka_profile_checks returns the mask of the checks of a profile. */
KA_API uint32_t ka_profile_checks(enum ka_profile profile);

/* ka_reason_code returns the stable code ("KEY_SIZE_BELOW_MINIMUM"), ka_reason_severity its severity, ka_reason_text one
 * sentence for people; ka_severity_name "CRITICAL", "HIGH", "MEDIUM", "LOW"; ka_undecided_text one clause for people. */
KA_API const char *ka_reason_code(enum ka_reason reason);
KA_API enum ka_severity ka_reason_severity(enum ka_reason reason);
KA_API const char *ka_reason_text(enum ka_reason reason);
KA_API const char *ka_severity_name(enum ka_severity severity);
KA_API const char *ka_undecided_text(enum ka_undecided why);

/* CPU-specific variants of the hot loops. The scalar ones are the specification; all give the same answers. */
struct ka_kernels;

/* ka_kernels_best returns the fastest variants that this CPU runs; static, read-only. */
KA_API const struct ka_kernels *ka_kernels_best(void);

/* ka_kernels_by_name returns the variants of a level ("scalar", "avx2", "avx512"), or NULL when the name is unknown or this
 * CPU cannot run them: for tests and benchmarks. */
KA_API const struct ka_kernels *ka_kernels_by_name(const char *name);

/* ka_kernels_name returns the level's name. */
KA_API const char *ka_kernels_name(const struct ka_kernels *kernels);

/* A context holds what judging needs beside the key: tables, prover, kernels. It is set up once by one thread and then
 * only read, so any number of threads may judge with it. Setting up allocates; judging does not. */

/* ka_ctx_new returns a context without tables, with the best kernels, or NULL when out of memory. */
KA_API KA_MUST_CHECK struct ka_ctx *ka_ctx_new(void);

/* ka_ctx_free releases it; NULL is fine. Tables' bytes stay the caller's. */
KA_API void ka_ctx_free(struct ka_ctx *ctx);

/* ka_ctx_add_table adds an opened table, which is copied (its bytes are not). KA_ERR_TABLE_DUPLICATE when the context has
 * one for this type. */
KA_API KA_MUST_CHECK enum ka_err ka_ctx_add_table(struct ka_ctx *ctx, const struct ka_table *table);

/* ka_ctx_table returns the index-th table, in the order they were added, or NULL. */
KA_API const struct ka_table *ka_ctx_table(const struct ka_ctx *ctx, size_t index);

/* ka_ctx_set_prover sets what confirms table hits; arg is handed to it. */
KA_API void ka_ctx_set_prover(struct ka_ctx *ctx, ka_debian_prove_fn prove, void *arg);

/* ka_ctx_set_kernels overrides the choice of ka_ctx_new. */
KA_API void ka_ctx_set_kernels(struct ka_ctx *ctx, const struct ka_kernels *kernels);
KA_API const struct ka_kernels *ka_ctx_kernels(const struct ka_ctx *ctx);

/* ka_judge judges one key with the checks of a mask; at is the time for validity. Never fails. */
KA_API void ka_judge(struct ka_verdict *out_verdict, const struct ka_ctx *ctx, const struct ka_object *object,
	uint32_t checks, int64_t at);

/* ka_judge_batch judges num objects as ka_judge would, faster: memory is fetched ahead. out_verdicts has num elements. */
KA_API void ka_judge_batch(struct ka_verdict *out_verdicts, const struct ka_ctx *ctx, const struct ka_object *objects,
	size_t num, uint32_t checks, int64_t at);

#ifdef __cplusplus
}
#endif

#endif
