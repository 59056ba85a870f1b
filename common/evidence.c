/* SPDX-License-Identifier: Apache-2.0 */
/* evidence.c - a finding and its evidence as JSON: one function and one row per check. */
#include "common/evidence.h"

static void
debian_evidence(struct ka_json *json, const struct ka_verdict *v)
{
	ka_json_string(json, "architecture", ka_debian_arch_name(v->debian.id.architecture));
	ka_json_string(json, "randfile", ka_debian_randfile_name(v->debian.id.randfile));
	ka_json_number(json, "pid", v->debian.id.pid);
}

static void
roca_evidence(struct ka_json *json, const struct ka_verdict *v)
{
	ka_json_number(json, "generator", v->roca.generator);
	ka_json_name(json, "primorial");
	ka_buf_format(json->buf, "\"primes<=%u\"", v->roca.primorial_prime);
	/* A number of up to 2048 bits: a string, since most JSON readers keep 53 bits. */
	ka_json_name(json, "logarithm");
	ka_buf_putc(json->buf, '"');
	ka_buf_integer(json->buf, v->roca.log, v->roca.log_len);
	ka_buf_putc(json->buf, '"');
	ka_json_double(json, "log2_chance", v->roca.log2_chance);
}

static void
size_evidence(struct ka_json *json, const struct ka_verdict *v)
{
	ka_json_number(json, "bits", v->size.bits);
	ka_json_number(json, "minimum", v->size.minimum);
}

static void
validity_evidence(struct ka_json *json, const struct ka_verdict *v)
{
	ka_json_time(json, "not_before", v->validity.not_before);
	ka_json_time(json, "not_after", v->validity.not_after);
	ka_json_time(json, "at", v->validity.at);
}

static void (*const evidence_of[KA_NUM_CHECKS])(struct ka_json *json, const struct ka_verdict *verdict) = {
	[KA_CHECK_DEBIAN_WEAK] = debian_evidence,
	[KA_CHECK_ROCA] = roca_evidence,
	[KA_CHECK_KEY_SIZE] = size_evidence,
	[KA_CHECK_VALIDITY] = validity_evidence,
};

void
ka_evidence_json(struct ka_json *json, const struct ka_verdict *verdict, enum ka_check_id id)
{
	ka_json_open(json, "evidence", '{');
	if (evidence_of[id] != NULL)
		evidence_of[id](json, verdict);
	ka_json_close(json, '}');
}
