/* SPDX-License-Identifier: Apache-2.0 */
/* out_explain.c - each object in words: what it is, every check with its result and evidence, and what to do. */
#include "cli/advice.h"
#include "cli/output.h"

#define WIDTH 78u

/* Appends text in lines of at most WIDTH columns, each behind indent blanks; the first behind lead, which is as wide as indent or
 * wider. Text comes cleaned: a character is a column. */
static void
put_paragraph(struct ka_buf *buf, size_t indent, const char *lead, const char *text)
{
	ka_buf_puts(buf, lead);
	size_t column = strlen(lead);
	bool start = true;
	while (*text != '\0') {
		size_t len = strcspn(text, " "), width = 0;
		for (size_t i = 0; i < len; i++)
			width += ((uint8_t)text[i] & 0xc0) != 0x80;
		if (!start && column + 1 + width > WIDTH) {
			ka_buf_putc(buf, '\n');
			for (size_t i = 0; i < indent; i++)
				ka_buf_putc(buf, ' ');
			column = indent;
			start = true;
		}
		if (!start) {
			ka_buf_putc(buf, ' ');
			column++;
		}
		ka_buf_put(buf, text, len);
		column += width;
		start = false;
		text += len;
		while (*text == ' ')
			text++;
	}
	ka_buf_putc(buf, '\n');
}

static void
put_fact(struct ka_buf *buf, const char *name, const struct ka_buf *value)
{
	if (value->len == 0)
		return;
	struct ka_buf clean = { 0 };
	ka_buf_clean(&clean, value->data, value->len);
	ka_buf_putc(&clean, '\0');
	char lead[32];
	size_t len = strlen(name);
	memset(lead, ' ', 16);
	memcpy(lead + 2, name, len);
	lead[16] = '\0';
	put_paragraph(buf, 16, lead, clean.data);
	ka_buf_clear(&clean);
}

static void
put_facts(struct ka_buf *buf, const struct ka_record *record)
{
	const struct ka_object *object = record->object;
	struct ka_buf value = { 0 };
	uint8_t digest[KA_SHA256_LEN];

	ka_record_name_text(&value, object->subject);
	put_fact(buf, "subject", &value);
	value.len = 0;
	ka_record_name_text(&value, object->issuer);
	put_fact(buf, "issuer", &value);
	value.len = 0;
	ka_buf_hex(&value, object->serial.data, object->serial.len);
	put_fact(buf, "serial", &value);
	value.len = 0;
	ka_buf_put(&value, object->comment.data, object->comment.len);
	put_fact(buf, "comment", &value);
	value.len = 0;
	if (object->has_validity) {
		char first[KA_TIME_TEXT_SIZE], last[KA_TIME_TEXT_SIZE];
		ka_time_text(first, object->not_before);
		ka_time_text(last, object->not_after);
		ka_buf_format(&value, "from %s to %s", first, last);
		put_fact(buf, "valid", &value);
		value.len = 0;
	}
	ka_record_key_name(&value, &object->key);
	if (object->key.exponent.len > 0 && object->key.exponent.len <= 8) {
		ka_buf_puts(&value, ", exponent ");
		ka_buf_integer(&value, object->key.exponent.data, object->key.exponent.len);
	}
	put_fact(buf, "key", &value);
	value.len = 0;
	if (ka_record_fingerprint(digest, record)) {
		ka_buf_hex(&value, digest, sizeof(digest));
		put_fact(buf, "SHA-256", &value);
		value.len = 0;
	}
	if (ka_record_spki_fingerprint(digest, record)) {
		ka_buf_hex(&value, digest, sizeof(digest));
		put_fact(buf, "key SHA-256", &value);
	}
	ka_buf_clear(&value);
}

/* Whether keyassay debian key has to be told the exponent, and can be. */
static bool
has_other_exponent(const struct ka_key *key)
{
	static const uint8_t usual[] = { 0x01, 0x00, 0x01 };
	const struct ka_slice e = key->exponent;
	return e.len > 0 && e.len <= 8 && e.data[e.len - 1] % 2 == 1 && (e.len > 1 || e.data[0] >= 3) &&
	    (e.len != sizeof(usual) || memcmp(e.data, usual, sizeof(usual)) != 0);
}

static void
explain_debian(struct ka_buf *text, const struct ka_record *record)
{
	const struct ka_verdict *v = record->verdict;
	const struct ka_key *key = &record->object->key;
	static const char *const machines[] = { "a 64-bit little-endian machine (amd64)", "a 32-bit little-endian machine (i386, arm)",
		"a 32-bit big-endian machine (powerpc, sparc, mips)" };
	static const char *const seeds[] = { "a readable seed file ~/.rnd", "no seed file ~/.rnd",
		"a seed file ~/.rnd that could not be read" };
	const struct ka_debian_id *id = &v->debian.id;
	ka_buf_format(text, "Made by process %u on %s with %s.", id->pid, (unsigned)id->architecture < KA_DEBIAN_NUM_ARCHS ? machines[id->architecture] : "an unknown machine",
	    (unsigned)id->randfile < KA_DEBIAN_NUM_RANDFILES ? seeds[id->randfile] : "an unknown seed file");
	if (key->algorithm == KA_KEY_DSA)
		return; /* keyassay debian key makes no DSA keys: they hang on parameters from elsewhere */
	ka_buf_puts(text, " Check it yourself: keyassay debian key --type ");
	if (key->algorithm == KA_KEY_EC)
		ka_buf_format(text, "ec:%s", ka_curve_name(key->curve));
	else
		ka_buf_format(text, "rsa:%u", key->bits);
	ka_buf_format(text, " --architecture %s --randfile %s --pid %u", ka_debian_arch_name(id->architecture),
	    ka_debian_randfile_name(id->randfile), id->pid);
	if (has_other_exponent(key)) {
		ka_buf_puts(text, " --exponent ");
		ka_buf_integer(text, key->exponent.data, key->exponent.len);
	}
	ka_buf_puts(text, " prints this key with its private half.");
}

static void
explain_roca(struct ka_buf *text, const struct ka_record *record)
{
	const struct ka_verdict *v = record->verdict;
	ka_buf_format(text, "The modulus is %u^x modulo the product of all primes up to %u, with x = ", v->roca.generator,
	    v->roca.primorial_prime);
	struct ka_buf number = { 0 };
	ka_buf_integer(&number, v->roca.log, v->roca.log_len);
	/* In groups, so that it wraps. */
	for (size_t i = 0; i < number.len; i++) {
		if (i > 0 && (number.len - i) % 30 == 0)
			ka_buf_putc(text, ' ');
		ka_buf_putc(text, number.data[i]);
	}
	ka_buf_clear(&number);
	ka_buf_format(text, ". A random modulus has such an x with a chance of 2^%.1f: this is no accident.", v->roca.log2_chance);
}

static void
explain_size(struct ka_buf *text, const struct ka_record *record)
{
	const struct ka_verdict *v = record->verdict;
	ka_buf_format(text, "The key has %u bits; at least %u are needed.", v->size.bits, v->size.minimum);
}

static void
explain_validity(struct ka_buf *text, const struct ka_record *record)
{
	const struct ka_verdict *v = record->verdict;
	char first[KA_TIME_TEXT_SIZE], last[KA_TIME_TEXT_SIZE], at[KA_TIME_TEXT_SIZE];
	ka_time_text(first, v->validity.not_before);
	ka_time_text(last, v->validity.not_after);
	ka_time_text(at, v->validity.at);
	ka_buf_format(text, "It is valid from %s to %s, and was judged at %s.", first, last, at);
}

static void (*const explain_evidence[KA_NUM_CHECKS])(struct ka_buf *text, const struct ka_record *record) = {
	[KA_CHECK_DEBIAN_WEAK] = explain_debian,
	[KA_CHECK_ROCA] = explain_roca,
	[KA_CHECK_KEY_SIZE] = explain_size,
	[KA_CHECK_VALIDITY] = explain_validity,
};

static void
put_check(struct ka_buf *buf, const struct ka_record *record, enum ka_check_id id)
{
	const struct ka_verdict *v = record->verdict;
	const uint32_t bit = KA_CHECK_BIT(id);
	struct ka_buf text = { 0 };
	enum ka_reason reason = (enum ka_reason)v->reasons[id];
	if ((v->failed & bit) != 0)
		ka_buf_format(&text, "FAILED, %s (%s)", ka_severity_name(ka_reason_severity(reason)), ka_reason_code(reason));
	else if ((v->undecided & bit) != 0)
		ka_buf_puts(&text, "undecided");
	else
		ka_buf_puts(&text, (v->passed & bit) != 0 ? "passed" : "does not apply to this key");
	ka_buf_format(buf, "\n  %s: %.*s\n", ka_check_at(id)->name, (int)text.len, text.data);
	text.len = 0;
	put_paragraph(buf, 4, "    ", ka_advice_at(id)->tests);
	if ((v->failed & bit) != 0) {
		explain_evidence[id](&text, record);
		ka_buf_putc(&text, '\0');
		put_paragraph(buf, 4, "    ", text.data);
		put_paragraph(buf, 4, "    ", ka_advice_at(id)->meaning);
	} else if ((v->undecided & bit) != 0) {
		ka_record_why(&text, record, id);
		ka_buf_putc(&text, '\0');
		put_paragraph(buf, 4, "    Not known here: ", text.data);
	} else if ((v->passed & bit) != 0) {
		ka_record_pass_text(&text, record, id);
		if (text.len > 0) {
			ka_buf_putc(&text, '\0');
			put_paragraph(buf, 4, "    From --deep: ", text.data);
		}
	}
	ka_buf_clear(&text);
}

static void
put_steps(struct ka_buf *buf, const struct ka_verdict *v)
{
	bool only_validity = v->failed == KA_CHECK_BIT(KA_CHECK_VALIDITY);
	const char *const *steps = only_validity ? ka_advice_validity : ka_advice_weak_key;
	ka_buf_puts(buf, "\n  How to fix it\n");
	for (unsigned i = 0; steps[i] != NULL; i++) {
		char lead[] = "    1. ";
		lead[4] = (char)('1' + i);
		put_paragraph(buf, 7, lead, steps[i]);
	}
}

static void
explain_record(struct ka_lines *lines, const struct ka_record *record)
{
	struct ka_buf *buf = &lines->text;
	ka_buf_clean(buf, record->source, strlen(record->source));
	ka_buf_puts(buf, " #");
	ka_lines_index(lines);
	if (record->object == NULL) {
		struct ka_buf text = { 0 };
		ka_record_fault_text(&text, record);
		ka_buf_format(&text, " (%s)", ka_err_name(record->fault.err));
		if (record->fault_has_offset)
			ka_buf_format(&text, ", at byte %llu of the %s", (unsigned long long)record->fault.offset,
			    record->fault.in_object ? "decoded object" : "input");
		ka_buf_putc(&text, '\0');
		ka_buf_puts(buf, ": cannot be judged\n");
		put_paragraph(buf, 2, "  ", text.data);
		ka_buf_putc(buf, '\n');
		ka_buf_clear(&text);
		return;
	}
	char kind[32] = { 0 };
	strncpy(kind, ka_object_kind_name(record->object->kind), sizeof(kind) - 1);
	for (char *c = kind; *c != '\0'; c++)
		*c = *c == '_' ? ' ' : *c;
	ka_buf_format(buf, ": %s, %s\n", kind, ka_rank_outcome(record->rank));
	put_facts(buf, record);
	for (unsigned id = 0; id < KA_NUM_CHECKS; id++) {
		if ((record->checks & KA_CHECK_BIT(id)) != 0)
			put_check(buf, record, (enum ka_check_id)id);
	}
	if (record->verdict->failed != 0)
		put_steps(buf, record->verdict);
	ka_buf_putc(buf, '\n');
}

const struct ka_output ka_output_explain = { .name = "explain", .record = explain_record };
