/* SPDX-License-Identifier: Apache-2.0 */
/* out_csv.c - RFC 4180: a header, one line per record, CRLF. */
#include "cli/output.h"

static void
put_field(struct ka_buf *buf, const char *data, size_t len, bool last)
{
	bool quote = false;
	for (size_t i = 0; i < len && !quote; i++)
		quote = data[i] == ',' || data[i] == '"' || (uint8_t)data[i] < ' ';
	if (!quote) {
		ka_buf_put(buf, data, len);
	} else {
		ka_buf_putc(buf, '"');
		for (size_t i = 0; i < len; i++) {
			if (data[i] == '"')
				ka_buf_putc(buf, '"');
			ka_buf_putc(buf, data[i]);
		}
		ka_buf_putc(buf, '"');
	}
	if (last)
		ka_buf_puts(buf, "\r\n");
	else
		ka_buf_putc(buf, ',');
}

/* Appends what was collected in scratch as a field and empties it. Clean: names of files and comments may hold anything. */
static void
end_field(struct ka_lines *lines, struct ka_buf *scratch, bool last)
{
	struct ka_buf clean = { 0 };
	ka_buf_clean(&clean, scratch->data, scratch->len);
	put_field(&lines->text, clean.data, clean.len, last);
	ka_buf_clear(&clean);
	scratch->len = 0;
}

static const char header[] = "source,index,outcome,severity,object,algorithm,bits,curve,exponent,subject,issuer,not_before,"
                             "not_after,fingerprint_sha256,spki_sha256,reason_codes,details,undecided,error\r\n";

static void
put_list(struct ka_buf *buf, const char *item)
{
	if (buf->len > 0)
		ka_buf_puts(buf, "; ");
	ka_buf_puts(buf, item);
}

static void
put_key_fields(struct ka_lines *lines, struct ka_buf *s, const struct ka_record *record)
{
	const struct ka_object *object = record->object;
	const struct ka_key *key = &object->key;
	uint8_t digest[KA_SHA256_LEN];
	char time[KA_TIME_TEXT_SIZE];

	ka_buf_puts(s, ka_object_kind_name(object->kind));
	end_field(lines, s, false);
	ka_buf_puts(s, ka_key_algorithm_name(key->algorithm));
	end_field(lines, s, false);
	if (key->bits != 0)
		ka_buf_decimal(s, key->bits);
	end_field(lines, s, false);
	ka_buf_puts(s, ka_curve_name(key->curve));
	end_field(lines, s, false);
	if (key->exponent.len > 0)
		ka_buf_integer(s, key->exponent.data, key->exponent.len);
	end_field(lines, s, false);
	ka_record_name_text(s, object->subject);
	if (object->subject.len == 0)
		ka_buf_put(s, object->comment.data, object->comment.len);
	end_field(lines, s, false);
	ka_record_name_text(s, object->issuer);
	end_field(lines, s, false);
	for (int i = 0; i < 2; i++) {
		if (object->has_validity) {
			ka_time_text(time, i == 0 ? object->not_before : object->not_after);
			ka_buf_puts(s, time);
		}
		end_field(lines, s, false);
	}
	if (ka_record_fingerprint(digest, record))
		ka_buf_hex(s, digest, sizeof(digest));
	end_field(lines, s, false);
	if (ka_record_spki_fingerprint(digest, record))
		ka_buf_hex(s, digest, sizeof(digest));
	end_field(lines, s, false);
}

static void
put_verdict_fields(struct ka_lines *lines, struct ka_buf *s, const struct ka_record *record)
{
	const struct ka_verdict *v = record->verdict;
	for (unsigned id = 0; id < KA_NUM_CHECKS; id++) {
		if ((v->failed & KA_CHECK_BIT(id)) != 0)
			put_list(s, ka_reason_code((enum ka_reason)v->reasons[id]));
	}
	end_field(lines, s, false);
	for (unsigned id = 0; id < KA_NUM_CHECKS; id++) {
		if ((v->failed & KA_CHECK_BIT(id)) != 0) {
			put_list(s, "");
			ka_record_finding_text(s, record, (enum ka_check_id)id);
		}
		struct ka_buf text = { 0 };
		if ((v->passed & KA_CHECK_BIT(id)) != 0)
			ka_record_pass_text(&text, record, (enum ka_check_id)id);
		if (text.len > 0) {
			put_list(s, ka_check_at(id)->name);
			ka_buf_puts(s, ": ");
			ka_buf_put(s, text.data, text.len);
		}
		ka_buf_clear(&text);
	}
	end_field(lines, s, false);
	for (unsigned id = 0; id < KA_NUM_CHECKS; id++) {
		if ((v->undecided & KA_CHECK_BIT(id)) == 0)
			continue;
		put_list(s, ka_check_at(id)->name);
		ka_buf_puts(s, ": ");
		ka_record_why(s, record, (enum ka_check_id)id);
	}
	end_field(lines, s, false);
	end_field(lines, s, true);
}

static void
put_record(struct ka_lines *lines, const struct ka_record *record)
{
	struct ka_buf s = { 0 };
	ka_buf_puts(&s, record->source);
	end_field(lines, &s, false);
	ka_lines_index(lines);
	ka_buf_putc(&lines->text, ',');
	ka_buf_puts(&s, ka_rank_outcome(record->rank));
	end_field(lines, &s, false);
	if (ka_rank_is_noncompliant(record->rank))
		ka_buf_puts(&s, ka_severity_name((enum ka_severity)(KA_SEVERITY_CRITICAL - (int)record->rank)));
	end_field(lines, &s, false);
	if (record->object != NULL) {
		put_key_fields(lines, &s, record);
		put_verdict_fields(lines, &s, record);
	} else {
		ka_buf_puts(&lines->text, ",,,,,,,,,,,,,,");
		ka_buf_puts(&s, ka_err_name(record->fault.err));
		ka_buf_puts(&s, ": ");
		ka_record_fault_text(&s, record);
		end_field(lines, &s, true);
	}
	ka_buf_clear(&s);
}

static void
put_header(struct ka_sink *sink)
{
	ka_writer_puts(sink->writer, header);
}

const struct ka_output ka_output_csv = { .name = "csv", .begin = put_header, .record = put_record };
