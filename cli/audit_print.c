/* SPDX-License-Identifier: Apache-2.0 */
/* audit_print.c - findings as a table for people, worst first, or as JSON as they came. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/audit.h"
#include "cli/cli.h"
#include "common/buf.h"
#include "common/terminal.h"

/* What a reader sees is somebody else's text: it is cleaned before it goes to a terminal. */
#define SEVERITY_WIDTH 10
#define CODE_WIDTH 46

static const char *const severities[] = { "CRITICAL", "HIGH", "MEDIUM", "LOW" };
static const char *const colours[] = { "1;31", "31", "33", "33" };
/* Of seconds since 1970 with thousandths: as the service wrote them, not as the nearest double has them. */
#define TIME_DIGITS 15

#define NUM_SEVERITIES (sizeof(severities) / sizeof(severities[0]))

bool
ka_audit_format_by_name(enum ka_audit_format *out, const char *name)
{
	static const char *const names[] = { "text", "jsonl", "json" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0) {
			*out = (enum ka_audit_format)i;
			return true;
		}
	}
	return false;
}

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

bool
ka_audit_is_running(const json_t *task)
{
	return strcmp(text_of(task, "taskStatus"), "IN_PROGRESS") == 0;
}

static bool
is_suppressed(const json_t *finding)
{
	return json_is_true(json_object_get(finding, "isSuppressed"));
}

static size_t
severity_of(const json_t *finding)
{
	size_t i = 0;

	while (i < NUM_SEVERITIES && strcmp(text_of(finding, "severity"), severities[i]) != 0)
		i++;
	return i;
}

static void
put_clean(struct ka_buf *buf, const char *text, size_t width)
{
	size_t columns = ka_buf_clean(buf, text, strlen(text));

	while (columns++ < width)
		ka_buf_putc(buf, ' ');
}

/* The one member of a resourceIdentifier that is text, which is its identity; "-" for one that is a structure. */
static const char *
resource_of(const json_t *finding)
{
	json_t *identifier = json_object_get(json_object_get(finding, "nonCompliantResource"), "resourceIdentifier"),
	       *value;
	const char *name;

	json_object_foreach(identifier, name, value)
	{
		if (json_is_string(value))
			return json_string_value(value);
	}
	return "-";
}

static void
put_finding(struct ka_buf *buf, const json_t *finding, bool coloured)
{
	size_t severity = severity_of(finding);
	json_t *info = json_object_get(json_object_get(finding, "nonCompliantResource"), "additionalInfo"), *value;
	const char *name, *comma = "";

	if (coloured && severity < NUM_SEVERITIES)
		ka_buf_format(buf, "\033[%sm", colours[severity]);
	put_clean(buf, is_suppressed(finding) ? "suppr." : text_of(finding, "severity"), SEVERITY_WIDTH);
	if (coloured && severity < NUM_SEVERITIES)
		ka_buf_puts(buf, "\033[0m");
	put_clean(buf, text_of(finding, "reasonForNonComplianceCode"), CODE_WIDTH);
	ka_buf_putc(buf, ' ');
	put_clean(buf, resource_of(finding), 0);
	ka_buf_puts(buf, "\n          ");
	put_clean(buf, text_of(finding, "reasonForNonCompliance"), 0);
	if (json_object_size(info) > 0) {
		ka_buf_puts(buf, "\n          ");
		json_object_foreach(info, name, value)
		{
			ka_buf_puts(buf, comma);
			put_clean(buf, name, 0);
			ka_buf_putc(buf, '=');
			put_clean(buf, json_is_string(value) ? json_string_value(value) : "", 0);
			comma = " ";
		}
	}
	ka_buf_putc(buf, '\n');
}

struct sums {
	size_t open, suppressed;
	size_t checks_failed, undecided;
	json_int_t judged;
};

static void
put_check(struct ka_buf *buf, struct sums *sums, const char *name, const json_t *check)
{
	const char *status = text_of(check, "checkRunStatus"), *message = text_of(check, "message");
	bool completed = strlen(status) > 10 && memcmp(status, "COMPLETED_", 10) == 0;

	sums->judged += json_integer_value(json_object_get(check, "totalResourcesCount"));
	sums->checks_failed += !completed;
	sums->undecided += completed && message[0] != '\0';
	put_clean(buf, name, CODE_WIDTH + SEVERITY_WIDTH);
	ka_buf_putc(buf, ' ');
	put_clean(buf, status, 0);
	ka_buf_format(buf, ", %lld judged, %lld noncompliant, %lld suppressed\n",
	    (long long)json_integer_value(json_object_get(check, "totalResourcesCount")),
	    (long long)json_integer_value(json_object_get(check, "nonCompliantResourcesCount")),
	    (long long)json_integer_value(json_object_get(check, "suppressedNonCompliantResourcesCount")));
	if (message[0] != '\0') {
		ka_buf_puts(buf, "          ");
		put_clean(buf, message, 0);
		ka_buf_putc(buf, '\n');
	}
}

static void
put_table(struct ka_buf *buf, struct sums *sums, const json_t *task, const json_t *findings)
{
	bool coloured = ka_terminal_colours(1);
	json_t *check;
	const char *name;

	/* Worst first; suppressed ones behind all others. */
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t severity = 0; severity <= NUM_SEVERITIES; severity++) {
			for (size_t i = 0; i < json_array_size(findings); i++) {
				const json_t *finding = json_array_get(findings, i);

				if (is_suppressed(finding) == (pass == 1) && severity_of(finding) == severity)
					put_finding(buf, finding, coloured);
			}
		}
	}
	if (buf->len > 0)
		ka_buf_putc(buf, '\n');
	json_object_foreach(json_object_get(task, "auditDetails"), name, check) put_check(buf, sums, name, check);
}

static bool
put_out(const struct ka_buf *buf)
{
	if (fwrite(buf->data, 1, buf->len, stdout) == buf->len && fflush(stdout) == 0)
		return true;
	ka_error("standard output: %s", strerror(errno));
	return false;
}

static void
put_json(struct ka_buf *buf, const char *id, const json_t *task, const json_t *findings, enum ka_audit_format format)
{
	if (format == KA_AUDIT_JSON) {
		json_t *all = json_pack("{s:s, s:O, s:O}", "taskId", id, "task", task, "findings", findings);
		char *text = json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(TIME_DIGITS));

		ka_buf_puts(buf, text != NULL ? text : "{}");
		ka_buf_putc(buf, '\n');
		free(text);
		json_decref(all);
		return;
	}
	for (size_t i = 0; i < json_array_size(findings); i++) {
		char *line = json_dumps(json_array_get(findings, i), JSON_COMPACT | JSON_REAL_PRECISION(TIME_DIGITS));

		if (line == NULL)
			ka_out_of_memory();
		ka_buf_puts(buf, line);
		ka_buf_putc(buf, '\n');
		free(line);
	}
}

int
ka_audit_print(const char *id, const json_t *task, const json_t *findings, enum ka_audit_format format, bool quiet)
{
	struct ka_buf table = { 0 }, json = { 0 };
	struct sums sums = { 0 };
	bool completed = strcmp(text_of(task, "taskStatus"), "COMPLETED") == 0, written = true;

	for (size_t i = 0; i < json_array_size(findings); i++) {
		if (is_suppressed(json_array_get(findings, i)))
			sums.suppressed++;
		else
			sums.open++;
	}
	put_table(&table, &sums, task, findings);
	ka_buf_format(&table, "\n%zu finding%s, %zu suppressed; audit task %s %s\n", sums.open,
	    sums.open == 1 ? "" : "s", sums.suppressed, id, text_of(task, "taskStatus"));
	if (format != KA_AUDIT_TEXT) {
		put_json(&json, id, task, findings, format);
		written = put_out(&json);
	} else if (!quiet) {
		written = put_out(&table);
	}
	ka_buf_clear(&table);
	ka_buf_clear(&json);
	if (sums.open > 0)
		return KA_EXIT_NONCOMPLIANT;
	return !completed || sums.checks_failed > 0 || sums.undecided > 0 || !written ? KA_EXIT_TROUBLE
										      : KA_EXIT_COMPLIANT;
}
