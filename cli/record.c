/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/record.h"

const char *
ka_rank_outcome(enum ka_rank rank)
{
	switch (rank) {
	case KA_RANK_CRITICAL:
	case KA_RANK_HIGH:
	case KA_RANK_MEDIUM:
	case KA_RANK_LOW:
		return "noncompliant";
	case KA_RANK_ERROR:
		return "error";
	case KA_RANK_UNDECIDED:
		return "undecided";
	case KA_RANK_COMPLIANT:
	case KA_NUM_RANKS:
		break;
	}
	return "compliant";
}

static enum ka_rank
rank_of_severity(enum ka_severity severity)
{
	switch (severity) {
	case KA_SEVERITY_CRITICAL:
		return KA_RANK_CRITICAL;
	case KA_SEVERITY_HIGH:
		return KA_RANK_HIGH;
	case KA_SEVERITY_MEDIUM:
		return KA_RANK_MEDIUM;
	case KA_SEVERITY_LOW:
		break;
	}
	return KA_RANK_LOW;
}

enum ka_rank
ka_rank_of(const struct ka_verdict *verdict)
{
	if (verdict->failed == 0)
		return verdict->undecided == 0 ? KA_RANK_COMPLIANT : KA_RANK_UNDECIDED;
	enum ka_rank worst = KA_RANK_LOW;
	for (unsigned id = 0; id < KA_NUM_CHECKS; id++) {
		if ((verdict->failed & KA_CHECK_BIT(id)) == 0)
			continue;
		enum ka_rank rank = rank_of_severity(ka_reason_severity((enum ka_reason)verdict->reasons[id]));
		if (rank < worst)
			worst = rank;
	}
	return worst;
}

uint64_t
ka_counts_total(const struct ka_counts *counts)
{
	uint64_t total = 0;
	for (unsigned i = 0; i < KA_NUM_RANKS; i++)
		total += counts->ranks[i];
	return total;
}

uint64_t
ka_counts_noncompliant(const struct ka_counts *counts)
{
	uint64_t total = 0;
	for (unsigned i = 0; ka_rank_is_noncompliant((enum ka_rank)i); i++)
		total += counts->ranks[i];
	return total;
}

void
ka_counts_add(struct ka_counts *counts, const struct ka_counts *more)
{
	for (unsigned i = 0; i < KA_NUM_RANKS; i++)
		counts->ranks[i] += more->ranks[i];
}

void
ka_record_key_name(struct ka_buf *buf, const struct ka_key *key)
{
	const char *name = ka_key_algorithm_name(key->algorithm);
	switch (key->algorithm) {
	case KA_KEY_RSA:
	case KA_KEY_RSA_PSS:
	case KA_KEY_DSA:
		ka_buf_format(buf, "%s-%u", name, key->bits);
		return;
	case KA_KEY_EC:
		ka_buf_format(buf, "%s ", name);
		if (key->curve == KA_CURVE_OTHER && key->curve_oid.len > 0)
			ka_buf_oid(buf, key->curve_oid);
		else
			ka_buf_puts(buf, ka_curve_name(key->curve));
		return;
	case KA_KEY_OTHER:
		ka_buf_oid(buf, key->algorithm_oid);
		return;
	case KA_KEY_ED25519:
	case KA_KEY_ED448:
	case KA_KEY_X25519:
	case KA_KEY_X448:
		ka_buf_puts(buf, name);
		return;
	}
}

void
ka_record_why(struct ka_buf *buf, const struct ka_record *record, enum ka_check_id id)
{
	enum ka_undecided why = (enum ka_undecided)record->verdict->whys[id];
	if (why == KA_UNDECIDED_NO_TABLE || why == KA_UNDECIDED_NO_GENERATOR) {
		ka_buf_puts(buf, "no table for ");
		ka_record_key_name(buf, &record->object->key);
		ka_buf_puts(buf, why == KA_UNDECIDED_NO_TABLE ? "; use --deep" : ", and such keys cannot be made again");
		return;
	}
	ka_buf_puts(buf, ka_undecided_text(why));
	if (why == KA_UNDECIDED_EXPONENT)
		ka_buf_puts(buf, "; use --deep");
}

void
ka_record_pass_text(struct ka_buf *buf, const struct ka_record *record, enum ka_check_id id)
{
	if (id == KA_CHECK_DEBIAN_WEAK && record->verdict->debian_miss > 0)
		ka_buf_format(buf, "a weak key passes with a chance of %.1e", record->verdict->debian_miss);
}

void
ka_record_fault_text(struct ka_buf *buf, const struct ka_record *record)
{
	ka_buf_puts(buf, ka_err_text(record->fault.err));
	if (record->sys_errno != 0)
		ka_buf_format(buf, ": %s", strerror(record->sys_errno));
}

void
ka_record_finding_text(struct ka_buf *buf, const struct ka_record *record, enum ka_check_id id)
{
	const struct ka_verdict *v = record->verdict;
	char first[KA_TIME_TEXT_SIZE];
	switch ((enum ka_reason)v->reasons[id]) {
	case KA_REASON_DEBIAN_WEAK:
		ka_buf_format(buf, "CVE-2008-0166 (%s, %s, pid %u)", ka_debian_arch_name(v->debian.id.architecture),
		    ka_debian_randfile_name(v->debian.id.randfile), v->debian.id.pid);
		return;
	case KA_REASON_ROCA:
		ka_buf_format(buf, "CVE-2017-15361 (ROCA, chance 2^%.0f)", v->roca.log2_chance);
		return;
	case KA_REASON_KEY_SIZE:
		ka_buf_format(buf, "key too short (%u bits, at least %u)", v->size.bits, v->size.minimum);
		return;
	case KA_REASON_EXPIRED:
		ka_time_text(first, v->validity.not_after);
		ka_buf_format(buf, "expired %.10s", first);
		return;
	case KA_REASON_NOT_YET_VALID:
		ka_time_text(first, v->validity.not_before);
		ka_buf_format(buf, "not valid before %.10s", first);
		return;
	case KA_REASON_NONE:
		break;
	}
	ka_buf_puts(buf, ka_reason_code((enum ka_reason)v->reasons[id]));
}

void
ka_record_name_text(struct ka_buf *buf, struct ka_slice name)
{
	if (name.len == 0)
		return;
	/* Escapes make a byte three; names of more than 16 KiB are cut. */
	size_t max = 3 * name.len + 64 < 16384 ? 3 * name.len + 64 : 16384;
	ka_buf_reserve(buf, max);
	buf->len += ka_name_text(buf->data + buf->len, max, name);
}
