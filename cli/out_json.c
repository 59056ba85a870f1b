/* SPDX-License-Identifier: Apache-2.0 */
/* out_json.c - a record as a JSON object, and all records as one JSON document. */
#include "cli/out_json.h"

#include "common/evidence.h"
#include "common/json.h"

static void
put_name(struct ka_json *json, const char *member, struct ka_slice name)
{
	if (name.len == 0)
		return;
	struct ka_buf text = { 0 };
	ka_record_name_text(&text, name);
	ka_json_bytes(json, member, text.data, text.len);
	ka_buf_clear(&text);
}

static void
put_key(struct ka_json *json, const struct ka_key *key)
{
	ka_json_open(json, "key", '{');
	ka_json_string(json, "algorithm", ka_key_algorithm_name(key->algorithm));
	if (key->algorithm == KA_KEY_OTHER && key->algorithm_oid.len > 0) {
		ka_json_name(json, "oid");
		ka_buf_putc(json->buf, '"');
		ka_buf_oid(json->buf, key->algorithm_oid);
		ka_buf_putc(json->buf, '"');
	}
	if (key->algorithm == KA_KEY_EC) {
		ka_json_string(json, "curve", ka_curve_name(key->curve));
		if (key->curve == KA_CURVE_OTHER && key->curve_oid.len > 0) {
			ka_json_name(json, "curve_oid");
			ka_buf_putc(json->buf, '"');
			ka_buf_oid(json->buf, key->curve_oid);
			ka_buf_putc(json->buf, '"');
		}
	}
	if (key->bits != 0)
		ka_json_number(json, "bits", key->bits);
	if (key->exponent.len != 0) {
		ka_json_name(json, "exponent");
		ka_buf_putc(json->buf, '"');
		ka_buf_integer(json->buf, key->exponent.data, key->exponent.len);
		ka_buf_putc(json->buf, '"');
	}
	ka_json_close(json, '}');
}

static void
put_object(struct ka_json *json, const struct ka_record *record)
{
	const struct ka_object *object = record->object;
	uint8_t digest[KA_SHA256_LEN];
	ka_json_string(json, "object", ka_object_kind_name(object->kind));
	if (record->has_offset)
		ka_json_number(json, "offset", record->offset);
	if (ka_record_fingerprint(digest, record))
		ka_json_hex(json, "fingerprint_sha256", digest, sizeof(digest));
	if (ka_record_spki_fingerprint(digest, record))
		ka_json_hex(json, "spki_sha256", digest, sizeof(digest));
	if (object->serial.len != 0)
		ka_json_hex(json, "serial", object->serial.data, object->serial.len);
	put_name(json, "subject", object->subject);
	put_name(json, "issuer", object->issuer);
	if (object->comment.len != 0)
		ka_json_bytes(json, "comment", (const char *)object->comment.data, object->comment.len);
	if (object->has_validity) {
		ka_json_time(json, "not_before", object->not_before);
		ka_json_time(json, "not_after", object->not_after);
	}
	put_key(json, &object->key);
}

static void
put_chance(struct ka_json *json, double chance)
{
	ka_json_name(json, "miss_probability");
	ka_buf_format(json->buf, "%.3g", chance);
}

static void
put_verdict(struct ka_json *json, const struct ka_record *record)
{
	const struct ka_verdict *v = record->verdict;
	ka_json_open(json, "findings", '[');
	for (unsigned id = 0; id < KA_NUM_CHECKS; id++) {
		if ((v->failed & KA_CHECK_BIT(id)) == 0)
			continue;
		enum ka_reason reason = (enum ka_reason)v->reasons[id];
		ka_json_open(json, NULL, '{');
		ka_json_string(json, "check", ka_check_at(id)->name);
		ka_json_string(json, "reason_code", ka_reason_code(reason));
		ka_json_string(json, "severity", ka_severity_name(ka_reason_severity(reason)));
		ka_json_string(json, "reason", ka_reason_text(reason));
		ka_evidence_json(json, record->verdict, (enum ka_check_id)id);
		ka_json_close(json, '}');
	}
	ka_json_close(json, ']');
	ka_json_open(json, "undecided", '[');
	for (unsigned id = 0; id < KA_NUM_CHECKS; id++) {
		if ((v->undecided & KA_CHECK_BIT(id)) == 0)
			continue;
		ka_json_open(json, NULL, '{');
		ka_json_string(json, "check", ka_check_at(id)->name);
		ka_json_name(json, "why");
		ka_buf_putc(json->buf, '"');
		ka_record_why(json->buf, record, (enum ka_check_id)id);
		ka_buf_putc(json->buf, '"');
		ka_json_close(json, '}');
	}
	ka_json_close(json, ']');
	/* Of a check that passed there is something to say only when it may be wrong. */
	if ((v->passed & KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK)) != 0 && v->debian_miss > 0) {
		ka_json_open(json, "deep", '{');
		ka_json_string(json, "check", ka_check_at(KA_CHECK_DEBIAN_WEAK)->name);
		put_chance(json, v->debian_miss);
		ka_json_close(json, '}');
	}
}

static void
put_fault(struct ka_json *json, const struct ka_record *record)
{
	struct ka_buf text = { 0 };
	ka_record_fault_text(&text, record);
	ka_json_open(json, "error", '{');
	ka_json_string(json, "code", ka_err_name(record->fault.err));
	ka_json_bytes(json, "message", text.data, text.len);
	if (record->fault_has_offset) {
		ka_json_number(json, "offset", record->fault.offset);
		ka_json_string(json, "offset_in", record->fault.in_object ? "object" : "input");
	}
	ka_json_close(json, '}');
	ka_buf_clear(&text);
}

void
ka_out_json_record(struct ka_lines *lines, const struct ka_record *record)
{
	struct ka_json json = { .buf = &lines->text };
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "source", record->source);
	ka_json_name(&json, "index");
	ka_lines_index(lines);
	if (record->object != NULL)
		put_object(&json, record);
	ka_json_string(&json, "outcome", ka_rank_outcome(record->rank));
	if (record->object != NULL)
		put_verdict(&json, record);
	else
		put_fault(&json, record);
	ka_json_close(&json, '}');
}

static void
document_begin(struct ka_sink *sink)
{
	ka_writer_puts(sink->writer, "{\"keyassay\":{\"version\":\"");
	ka_writer_puts(sink->writer, ka_version());
	ka_writer_puts(sink->writer, "\"},\n\"results\":[");
}

static void
document_take(struct ka_sink *sink, const struct ka_lines *lines, uint64_t base)
{
	for (size_t i = 0; i < lines->num; i++) {
		ka_writer_puts(sink->writer, sink->started ? ",\n" : "\n");
		ka_sink_copy_one(sink, lines, i, base);
	}
}

/* Behind the results, since the document is streamed and the counts are known only then. */
static void
document_end(struct ka_sink *sink, const struct ka_summary *summary)
{
	struct ka_buf text = { 0 };
	struct ka_json json = { .buf = &text, .comma = true };
	const struct ka_counts *c = &summary->counts;
	ka_json_open(&json, "summary", '{');
	ka_json_number(&json, "inputs", summary->inputs);
	ka_json_number(&json, "keys", ka_counts_total(c) - c->ranks[KA_RANK_ERROR]);
	ka_json_number(&json, "compliant", c->ranks[KA_RANK_COMPLIANT]);
	ka_json_number(&json, "noncompliant", ka_counts_noncompliant(c));
	ka_json_number(&json, "undecided", c->ranks[KA_RANK_UNDECIDED]);
	ka_json_number(&json, "errors", c->ranks[KA_RANK_ERROR]);
	ka_json_number(&json, "critical", c->ranks[KA_RANK_CRITICAL]);
	ka_json_number(&json, "high", c->ranks[KA_RANK_HIGH]);
	ka_json_number(&json, "medium", c->ranks[KA_RANK_MEDIUM]);
	ka_json_number(&json, "low", c->ranks[KA_RANK_LOW]);
	if (summary->debian_miss > 0)
		put_chance(&json, summary->debian_miss);
	ka_json_bool(&json, "complete", summary->complete);
	ka_json_close(&json, '}');
	ka_writer_puts(sink->writer, "\n]");
	ka_writer_put(sink->writer, text.data, text.len);
	ka_writer_puts(sink->writer, "}\n");
	ka_buf_clear(&text);
}

const struct ka_output ka_output_json = {
	.name = "json",
	.begin = document_begin,
	.record = ka_out_json_record,
	.take = document_take,
	.end = document_end,
};
