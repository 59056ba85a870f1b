/* SPDX-License-Identifier: Apache-2.0 */
/* key_info.c - the evidence of the CVE checks, one function and one row each. */
#include "common/json.h"
#include "server/finding/finding.h"

static void
put_number(struct ka_json *json, const char *name, uint64_t number)
{
	ka_json_name(json, name);
	ka_buf_format(json->buf, "\"%llu\"", (unsigned long long)number);
}

/* "rsa:2048", "ec:secp256r1": as keyassay debian key --type takes it. */
static void
put_type(struct ka_buf *buf, const struct ka_key *key)
{
	if (key->algorithm == KA_KEY_EC)
		ka_buf_format(buf, "ec:%s", ka_curve_name(key->curve));
	else
		ka_buf_format(buf, "rsa:%u", key->bits);
}

/* The generator's default exponent is 65537; another one has to be told, where the command takes it: odd, below
 * 2^64. */
static bool
has_other_exponent(const struct ka_key *key)
{
	static const uint8_t f4[] = { 1, 0, 1 };
	struct ka_slice e = key->exponent;

	if (key->algorithm == KA_KEY_EC || e.len == 0 || e.len > 8 || e.data[e.len - 1] % 2 == 0)
		return false;
	return e.len != sizeof(f4) || memcmp(e.data, f4, sizeof(f4)) != 0;
}

static void
debian_info(struct ka_json *json, const struct ka_verdict *verdict, const struct ka_key *key)
{
	const struct ka_debian_id *id = &verdict->debian.id;
	const char *architecture = ka_debian_arch_name(id->architecture);
	const char *randfile = ka_debian_randfile_name(id->randfile);

	ka_json_string(json, "architecture", architecture);
	ka_json_string(json, "randfile", randfile);
	put_number(json, "pid", id->pid);
	ka_json_name(json, "reproduce");
	ka_buf_puts(json->buf, "\"keyassay debian key --type ");
	put_type(json->buf, key);
	ka_buf_format(json->buf, " --architecture %s --randfile %s --pid %u", architecture, randfile, id->pid);
	if (has_other_exponent(key)) {
		ka_buf_puts(json->buf, " --exponent ");
		ka_buf_integer(json->buf, key->exponent.data, key->exponent.len);
	}
	ka_buf_putc(json->buf, '"');
}

static void
roca_info(struct ka_json *json, const struct ka_verdict *verdict, const struct ka_key *key)
{
	const struct ka_roca_evidence *roca = &verdict->roca;

	(void)key;
	put_number(json, "generator", roca->generator);
	ka_json_name(json, "primorial");
	ka_buf_format(json->buf, "\"primes<=%u\"", roca->primorial_prime);
	ka_json_name(json, "logarithm");
	ka_buf_putc(json->buf, '"');
	ka_buf_integer(json->buf, roca->log, roca->log_len);
	ka_buf_putc(json->buf, '"');
	ka_json_name(json, "log2_chance");
	ka_buf_putc(json->buf, '"');
	ka_buf_double(json->buf, roca->log2_chance);
	ka_buf_putc(json->buf, '"');
	ka_json_name(json, "reproduce");
	ka_buf_format(json->buf, "\"modulus mod M = %u^logarithm mod M, where M is the product of the primes <= %u\"",
	    roca->generator, roca->primorial_prime);
}

static void (*const info_of[KA_NUM_CHECKS])(
    struct ka_json *json, const struct ka_verdict *verdict, const struct ka_key *key) = {
	[KA_CHECK_DEBIAN_WEAK] = debian_info,
	[KA_CHECK_ROCA] = roca_info,
};

const char *
ka_finding_key_info(
    struct ka_arena *arena, const struct ka_verdict *verdict, enum ka_check_id id, const struct ka_key *key)
{
	struct ka_buf buf = { 0 };
	struct ka_json json = { .buf = &buf };

	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "key_algorithm", ka_key_algorithm_name(key->algorithm));
	put_number(&json, "key_bits", key->bits);
	if (key->algorithm == KA_KEY_EC)
		ka_json_string(&json, "key_curve", ka_curve_name(key->curve));
	if (info_of[id] != NULL)
		info_of[id](&json, verdict, key);
	ka_json_close(&json, '}');
	const char *text = ka_arena_text(arena, buf.data, buf.len);
	ka_buf_clear(&buf);
	return text;
}
