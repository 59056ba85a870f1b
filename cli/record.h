/* SPDX-License-Identifier: Apache-2.0 */
/* record.h - what scan says of one key or one fault, before it takes a format's shape. */
#ifndef KA_CLI_RECORD_H
#define KA_CLI_RECORD_H

#include <keyassay/keyassay.h>

#include "common/buf.h"

/* What one record comes to. Worst first, as the table for people is sorted; the first four are noncompliant. */
enum ka_rank {
	KA_RANK_CRITICAL = 0,
	KA_RANK_HIGH,
	KA_RANK_MEDIUM,
	KA_RANK_LOW,
	KA_RANK_ERROR,
	KA_RANK_UNDECIDED,
	KA_RANK_COMPLIANT,
	KA_NUM_RANKS
};

/* ka_rank_outcome returns "noncompliant", "error", "undecided", "compliant". */
const char *ka_rank_outcome(enum ka_rank rank);

/* ka_rank_of returns a verdict's rank: any failed check, else any undecided, else compliant. */
enum ka_rank ka_rank_of(const struct ka_verdict *verdict);

static inline bool
ka_rank_is_noncompliant(enum ka_rank rank)
{
	return rank <= KA_RANK_LOW;
}

/* Counts of records by rank. */
struct ka_counts {
	uint64_t ranks[KA_NUM_RANKS];
};

uint64_t ka_counts_total(const struct ka_counts *counts);
uint64_t ka_counts_noncompliant(const struct ka_counts *counts);
void ka_counts_add(struct ka_counts *counts, const struct ka_counts *more);

#define KA_SHA256_LEN 32

struct ka_hasher; /* hash.c: an OpenSSL context kept for many digests */

struct ka_hasher *ka_hasher_new(void);
void ka_hasher_free(struct ka_hasher *hasher);

struct ka_record {
	const char *source; /* the path as given, or "-" */
	enum ka_rank rank;
	bool has_offset; /* offset is where the object starts in the input */
	uint64_t offset;
	/* A key: object and verdict are set. A fault: both NULL. */
	const struct ka_object *object;
	const struct ka_verdict *verdict;
	struct ka_fault fault;
	bool fault_has_offset;
	int sys_errno; /* why the system refused a file; 0 when it did not */
	uint32_t checks; /* mask of the checks that were asked for */
	struct ka_hasher *hasher;
};

/* ka_record_fingerprint sets out to the SHA-256 of the object's DER; false when it has none, or only with a secret in it. */
bool ka_record_fingerprint(uint8_t out[KA_SHA256_LEN], const struct ka_record *record);

/* ka_record_spki_fingerprint sets out to the SHA-256 of the SubjectPublicKeyInfo, which is made for keys that came without. */
bool ka_record_spki_fingerprint(uint8_t out[KA_SHA256_LEN], const struct ka_record *record);

/* Words that several formats use. ka_record_key_name: "RSA-2048", "EC secp256r1", "Ed25519".
 * ka_record_why: why a check is undecided, "no table for RSA-2222; use --deep".
 * ka_record_pass_text: what there is to say of a check that passed, "a weak key passes with a chance of 1.0e-09"; mostly nothing.
 * ka_record_fault_text: what went wrong, for people. ka_record_finding_text: the reason and its evidence in brief. */
void ka_record_key_name(struct ka_buf *buf, const struct ka_key *key);
void ka_record_why(struct ka_buf *buf, const struct ka_record *record, enum ka_check_id id);
void ka_record_pass_text(struct ka_buf *buf, const struct ka_record *record, enum ka_check_id id);
void ka_record_fault_text(struct ka_buf *buf, const struct ka_record *record);
void ka_record_finding_text(struct ka_buf *buf, const struct ka_record *record, enum ka_check_id id);

/* ka_record_name_text appends a Name as text; nothing when it is empty. */
void ka_record_name_text(struct ka_buf *buf, struct ka_slice name);

#endif
