/* SPDX-License-Identifier: Apache-2.0 */
/* out_sarif.c - SARIF 2.1.0 (OASIS), for code scanning dashboards: a rule per check, a result per finding or undecided check, a
 * notification per fault. Compliant keys make no result; the run's properties count them. */
#include <stdlib.h>

#include "cli/cli.h"
#include "common/evidence.h"
#include "common/json.h"
#include "cli/output.h"

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

/* What a rule says to people; the order is that of enum ka_check_id. */
#define DEBIAN_HELP \
	"The key was made by the OpenSSL that Debian shipped from 2006 to 2008, which knew 32768 keys per machine and type. " \
	"Its private key is public. Make a new key, replace every certificate with this one, and revoke what it signed."
#define ROCA_HELP \
	"The key was made by an Infineon library whose primes have a structure that lets the modulus be factored. Make a new " \
	"key outside that chip or with fixed firmware, and replace every certificate with this one."

static const char *const rule_help[KA_NUM_CHECKS] = {
	[KA_CHECK_DEBIAN_WEAK] = DEBIAN_HELP,
	[KA_CHECK_ROCA] = ROCA_HELP,
	[KA_CHECK_KEY_SIZE] = "The key is shorter than what is accepted today: RSA and DSA need 2048 bits, EC 256.",
	[KA_CHECK_VALIDITY] = "The certificate is expired or not valid yet at the time of the judgement.",
};

static const char *const rule_uris[KA_NUM_CHECKS] = {
	[KA_CHECK_DEBIAN_WEAK] = "https://nvd.nist.gov/vuln/detail/CVE-2008-0166",
	[KA_CHECK_ROCA] = "https://nvd.nist.gov/vuln/detail/CVE-2017-15361",
	[KA_CHECK_VALIDITY] = "https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5",
};

struct sarif {
	struct ka_spool notifications;
	int failed;
};

static void
put_message(struct ka_json *json, const char *name, const char *text, size_t len)
{
	ka_json_open(json, name, '{');
	ka_json_bytes(json, "text", text, len);
	ka_json_close(json, '}');
}

static void
put_rule(struct ka_json *json, const struct ka_check *check)
{
	ka_json_open(json, NULL, '{');
	ka_json_string(json, "id", check->name);
	put_message(json, "shortDescription", check->title, strlen(check->title));
	put_message(json, "help", rule_help[check->id], strlen(rule_help[check->id]));
	if (rule_uris[check->id] != NULL)
		ka_json_string(json, "helpUri", rule_uris[check->id]);
	ka_json_close(json, '}');
}

static void
sarif_begin(struct ka_sink *sink)
{
	struct sarif *sarif = calloc(1, sizeof(*sarif));
	if (sarif == NULL) {
		ka_error("out of memory");
		exit(KA_EXIT_TROUBLE);
	}
	sink->state = sarif;
	struct ka_buf text = { 0 };
	struct ka_json json = { .buf = &text };
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "$schema", SCHEMA);
	ka_json_string(&json, "version", "2.1.0");
	ka_json_open(&json, "runs", '[');
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "tool", '{');
	ka_json_open(&json, "driver", '{');
	ka_json_string(&json, "name", "keyassay");
	ka_json_string(&json, "version", ka_version());
	ka_json_string(&json, "semanticVersion", ka_version());
	ka_json_open(&json, "rules", '[');
	for (size_t i = 0; i < KA_NUM_CHECKS; i++)
		put_rule(&json, ka_check_at(i));
	ka_json_close(&json, ']');
	ka_json_close(&json, '}');
	ka_json_close(&json, '}');
	ka_json_open(&json, "results", '[');
	ka_writer_put(sink->writer, text.data, text.len);
	ka_buf_clear(&text);
}

/* A path as a URI reference, RFC 3986: everything but unreserved characters and "/" is percent-encoded. */
static void
put_uri(struct ka_json *json, const char *path)
{
	static const char digits[] = "0123456789ABCDEF";
	ka_json_name(json, "uri");
	ka_buf_putc(json->buf, '"');
	if (strcmp(path, "-") == 0)
		path = "stdin";
	if (path[0] == '/')
		ka_buf_puts(json->buf, "file://");
	for (; *path != '\0'; path++) {
		uint8_t c = (uint8_t)*path;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    (c != '\0' && strchr("-._~/", c) != NULL);
		if (plain) {
			ka_buf_putc(json->buf, (char)c);
		} else {
			const char escape[3] = { '%', digits[c >> 4], digits[c & 15] };
			ka_buf_put(json->buf, escape, sizeof(escape));
		}
	}
	ka_buf_putc(json->buf, '"');
}

static void
put_locations(struct ka_json *json, const char *source, bool has_offset, uint64_t offset)
{
	ka_json_open(json, "locations", '[');
	ka_json_open(json, NULL, '{');
	ka_json_open(json, "physicalLocation", '{');
	ka_json_open(json, "artifactLocation", '{');
	put_uri(json, source);
	ka_json_close(json, '}');
	if (has_offset) {
		ka_json_open(json, "region", '{');
		ka_json_number(json, "byteOffset", offset);
		ka_json_close(json, '}');
	}
	ka_json_close(json, '}');
	ka_json_close(json, '}');
	ka_json_close(json, ']');
}

static const char *
level_of(enum ka_severity severity)
{
	switch (severity) {
	case KA_SEVERITY_CRITICAL:
	case KA_SEVERITY_HIGH:
		return "error";
	case KA_SEVERITY_MEDIUM:
		return "warning";
	case KA_SEVERITY_LOW:
		break;
	}
	return "note";
}

static void
put_fingerprints(struct ka_json *json, const struct ka_record *record, const char *what)
{
	uint8_t digest[KA_SHA256_LEN];
	if (!ka_record_spki_fingerprint(digest, record))
		return;
	ka_json_open(json, "partialFingerprints", '{');
	ka_json_name(json, "keyassaySpkiAndReason/v1");
	ka_buf_putc(json->buf, '"');
	ka_buf_hex(json->buf, digest, sizeof(digest));
	ka_buf_format(json->buf, ":%s\"", what);
	ka_json_close(json, '}');
}

/* failed: the check failed, else it is undecided. */
static void
put_result(struct ka_lines *lines, struct ka_json *json, const struct ka_record *record, enum ka_check_id id, bool failed)
{
	enum ka_reason reason = failed ? (enum ka_reason)record->verdict->reasons[id] : KA_REASON_NONE;
	struct ka_buf text = { 0 };
	ka_record_key_name(&text, &record->object->key);
	if (record->object->subject.len > 0) {
		ka_buf_puts(&text, " of ");
		ka_record_name_text(&text, record->object->subject);
	}
	ka_buf_puts(&text, ": ");
	if (failed) {
		ka_record_finding_text(&text, record, id);
	} else {
		ka_buf_format(&text, "%s undecided: ", ka_check_at(id)->name);
		ka_record_why(&text, record, id);
	}
	ka_json_open(json, NULL, '{');
	ka_json_string(json, "ruleId", ka_check_at(id)->name);
	ka_json_number(json, "ruleIndex", id);
	ka_json_string(json, "kind", failed ? "fail" : "open");
	ka_json_string(json, "level", failed ? level_of(ka_reason_severity(reason)) : "none");
	put_message(json, "message", text.data, text.len);
	put_locations(json, record->source, record->has_offset, record->offset);
	put_fingerprints(json, record, failed ? ka_reason_code(reason) : "undecided");
	ka_json_open(json, "properties", '{');
	if (failed) {
		ka_json_string(json, "reasonCode", ka_reason_code(reason));
		ka_json_string(json, "severity", ka_severity_name(ka_reason_severity(reason)));
		ka_evidence_json(json, record->verdict, id);
	}
	ka_json_name(json, "index");
	ka_lines_index(lines);
	ka_json_close(json, '}');
	ka_json_close(json, '}');
	ka_buf_clear(&text);
}

static void
put_notification(struct ka_json *json, const struct ka_record *record)
{
	struct ka_buf text = { 0 };
	ka_buf_clean(&text, record->source, strlen(record->source));
	ka_buf_puts(&text, ": ");
	ka_record_fault_text(&text, record);
	ka_json_open(json, NULL, '{');
	ka_json_open(json, "descriptor", '{');
	ka_json_string(json, "id", ka_err_name(record->fault.err));
	ka_json_close(json, '}');
	ka_json_string(json, "level", "error");
	put_message(json, "message", text.data, text.len);
	put_locations(json, record->source, record->fault_has_offset && !record->fault.in_object, record->fault.offset);
	ka_json_close(json, '}');
	ka_buf_clear(&text);
}

/* A record may make several results; the index is known only to the writer and has one place in each, so each is a line of its own. */
static void
sarif_record(struct ka_lines *lines, const struct ka_record *record)
{
	struct ka_json json = { .buf = &lines->text };
	if (record->object == NULL) {
		put_notification(&json, record);
		return;
	}
	const struct ka_line_mark mark = lines->marks[lines->num - 1];
	bool first = true;
	for (unsigned id = 0; id < KA_NUM_CHECKS; id++) {
		bool failed = (record->verdict->failed & KA_CHECK_BIT(id)) != 0;
		if (!failed && (record->verdict->undecided & KA_CHECK_BIT(id)) == 0)
			continue;
		if (!first)
			ka_lines_begin(lines, mark.rank, mark.index);
		first = false;
		json.comma = false;
		put_result(lines, &json, record, (enum ka_check_id)id, failed);
	}
}

static void
sarif_take(struct ka_sink *sink, const struct ka_lines *lines, uint64_t base)
{
	struct sarif *sarif = sink->state;
	for (size_t i = 0; i < lines->num; i++) {
		struct ka_slice text = ka_lines_record(lines, i);
		if (lines->marks[i].rank == KA_RANK_ERROR) {
			if (sarif->failed == 0)
				ka_spool_put(&sarif->notifications, &sarif->failed, text.data, text.len);
			continue;
		}
		if (text.len == 0)
			continue;
		ka_writer_puts(sink->writer, sink->started ? ",\n" : "\n");
		ka_sink_copy_one(sink, lines, i, base);
	}
}

static void
sarif_end(struct ka_sink *sink, const struct ka_summary *summary)
{
	struct sarif *sarif = sink->state;
	struct ka_writer *w = sink->writer;
	const struct ka_counts *c = &summary->counts;
	struct ka_slice text;
	ka_writer_puts(w, "\n],\"invocations\":[{\"executionSuccessful\":");
	ka_writer_puts(w, c->ranks[KA_RANK_ERROR] == 0 && summary->complete ? "true" : "false");
	ka_writer_puts(w, ",\"toolExecutionNotifications\":[");
	bool first = true;
	while (sarif->failed == 0 && ka_spool_next(&sarif->notifications, &sarif->failed, &text)) {
		ka_writer_puts(w, first ? "\n" : ",\n");
		ka_writer_put(w, text.data, text.len);
		first = false;
	}
	if (sarif->failed != 0 && w->failed == 0) {
		ka_error("the temporary file for notifications: %s (TMPDIR says where it lies)", strerror(sarif->failed));
		w->failed = sarif->failed;
	}
	struct ka_buf tail = { 0 };
	ka_buf_format(&tail,
	    "]}],\"properties\":{\"keys\":%llu,\"compliant\":%llu,\"noncompliant\":%llu,\"undecided\":%llu,\"errors\":%llu",
	    (unsigned long long)(ka_counts_total(c) - c->ranks[KA_RANK_ERROR]), (unsigned long long)c->ranks[KA_RANK_COMPLIANT],
	    (unsigned long long)ka_counts_noncompliant(c), (unsigned long long)c->ranks[KA_RANK_UNDECIDED],
	    (unsigned long long)c->ranks[KA_RANK_ERROR]);
	if (summary->debian_miss > 0)
		ka_buf_format(&tail, ",\"missProbability\":%.3g", summary->debian_miss);
	ka_buf_puts(&tail, "}}]}\n");
	ka_writer_put(w, tail.data, tail.len);
	ka_buf_clear(&tail);
	ka_spool_clear(&sarif->notifications);
	free(sarif);
	sink->state = NULL;
}

const struct ka_output ka_output_sarif = {
	.name = "sarif",
	.omits_compliant = true,
	.begin = sarif_begin,
	.record = sarif_record,
	.take = sarif_take,
	.end = sarif_end,
};
