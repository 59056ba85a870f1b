/* SPDX-License-Identifier: Apache-2.0 */
/* scan.c - reads the next certificates, judges them in batches and keeps what the checks say. Nothing is allocated
 * for a certificate that complies. */
#include <string.h>

#include "server/audit/step.h"
#include "server/clock.h"
#include "server/finding/finding.h"

/* A step ends early when it has this many findings: they are stored in one transaction, which others wait for. */
#define MAX_FINDINGS 256u

struct ka_audit_sink {
	struct ka_audit_step *step;
	size_t check; /* index of the check that judges */
	const struct ka_audit_subject *subject;
	bool undecided;
};

struct scan {
	struct ka_audit_step *step;
	uint32_t library_checks;
	int64_t deadline;
	uint32_t num_rows;
	int64_t last_seq; /* of the last row that was taken */
	bool stopped;     /* before the end of the range */
};

/* --- what checks say ---------------------------------------------------------------------------------------------- */

struct ka_arena *
ka_audit_arena(struct ka_audit_sink *sink)
{
	return &sink->step->arena;
}

static struct ka_audit_step_finding *
add_finding(struct ka_audit_step *step)
{
	if (step->num_findings == step->max_findings) {
		size_t max = step->max_findings == 0 ? 64 : 2 * step->max_findings;
		struct ka_audit_step_finding *findings = ka_arena_take(&step->arena, max * sizeof(*findings));

		if (step->num_findings > 0)
			memcpy(findings, step->findings, step->num_findings * sizeof(*findings));
		step->findings = findings;
		step->max_findings = max;
	}
	return &step->findings[step->num_findings++];
}

void
ka_audit_report(struct ka_audit_sink *sink, const char *reason_code, const char *reason, const char *info)
{
	struct ka_audit_step *step = sink->step;
	const struct ka_audit_check *check = step->checks[sink->check].check;
	struct ka_audit_step_finding *finding = add_finding(step);
	struct ka_finding_row *row = &finding->row;

	finding->check = sink->check;
	*row = (struct ka_finding_row){ .check_name = check->name,
		.task_started = step->task.started,
		.found = ka_clock_now(),
		.severity = check->severity,
		.resource_type = sink->subject->type,
		.reason = reason,
		.reason_code = reason_code,
		.additional_info = info };
	memcpy(row->task_id, step->task.id, sizeof(row->task_id));
	memcpy(row->resource_id, sink->subject->id, sizeof(row->resource_id));
	ka_finding_id(
	    row->id, step->crypto, row->task_id, row->check_name, row->resource_type, row->resource_id, reason_code);
}

void
ka_audit_undecided(struct ka_audit_sink *sink, const char *why)
{
	sink->undecided = true;
	ka_undecided_add(&sink->step->checks[sink->check].undecided, why);
}

/* --- judging a batch ---------------------------------------------------------------------------------------------- */

/* Reads the certificates of the batch and has the library judge those that can be read, side by side. */
static void
judge_keys(struct ka_audit_step *step, uint32_t library_checks)
{
	struct ka_batch *batch = step->batch;
	struct ka_audit_subject *readable[KA_BATCH];
	size_t num = 0;

	for (size_t i = 0; i < batch->num; i++) {
		struct ka_audit_subject *subject = &batch->subjects[i];

		if (subject->err == KA_OK)
			subject->err = ka_certificate_read(&batch->objects[num], NULL, batch->ders[i]);
		if (subject->err == KA_OK)
			readable[num++] = subject;
	}
	ka_judge_batch(batch->verdicts, step->ctx, batch->objects, num, library_checks, step->task.started / 1000);
	for (size_t i = 0; i < num; i++) {
		readable[i]->object = &batch->objects[i];
		readable[i]->verdict = &batch->verdicts[i];
	}
}

static void
judge_batch(struct scan *scan)
{
	struct ka_audit_step *step = scan->step;
	struct ka_batch *batch = step->batch;

	if (scan->library_checks != 0)
		judge_keys(step, scan->library_checks);
	for (size_t i = 0; i < batch->num; i++) {
		for (size_t k = 0; k < step->num_checks; k++) {
			struct ka_audit_step_check *c = &step->checks[k];
			struct ka_audit_sink sink = { .step = step, .check = k, .subject = &batch->subjects[i] };

			if (!c->is_scanned)
				continue;
			c->check->judge->judge(&sink, &batch->subjects[i], c->parameter, step->task.started);
			c->row.total++;
			c->undecided.total += sink.undecided;
		}
	}
	step->num_judged += batch->num;
	batch->num = 0;
	batch->used = 0;
}

/* --- rows of the scan --------------------------------------------------------------------------------------------- */

/* Takes a certificate into the batch. False: enough for this step. */
static bool
take(struct scan *scan, const struct ka_audit_subject *subject, int64_t seq, struct ka_slice der)
{
	struct ka_audit_step *step = scan->step;
	struct ka_batch *batch = step->batch;
	bool is_too_large = der.len > KA_BATCH_BYTES;

	if (batch->num == KA_BATCH || (!is_too_large && KA_BATCH_BYTES - batch->used < der.len)) {
		judge_batch(scan);
		scan->stopped = step->num_findings >= MAX_FINDINGS || ka_clock_monotonic() > scan->deadline;
		if (scan->stopped)
			return false;
	}
	struct ka_audit_subject *place = &batch->subjects[batch->num];
	*place = *subject;
	place->id = memcpy(batch->ids[batch->num], subject->id, sizeof(batch->ids[0]));
	if (is_too_large) {
		place->err = KA_ERR_X509_TOO_LARGE;
	} else if (scan->library_checks != 0) {
		memcpy(batch->bytes + batch->used, der.data, der.len);
		batch->ders[batch->num] = (struct ka_slice){ batch->bytes + batch->used, der.len };
		batch->used += der.len;
	}
	batch->num++;
	scan->num_rows++;
	scan->last_seq = seq;
	return true;
}

static bool
take_ca(void *arg, const struct ka_ca_row *row)
{
	const struct ka_audit_subject subject = { .type = KA_RESOURCE_CA,
		.id = row->id,
		.not_before = row->not_before,
		.not_after = row->not_after,
		.created = row->created };

	return take(arg, &subject, row->seq, row->der);
}

static bool
take_device(void *arg, const struct ka_device_row *row)
{
	const struct ka_audit_subject subject = { .type = KA_RESOURCE_DEVICE,
		.id = row->id,
		.not_before = row->not_before,
		.not_after = row->not_after,
		.created = row->created };

	return take(arg, &subject, row->seq, row->der);
}

/* The certificates in use that were registered when the task started: of each kind. */
static enum ka_store_status
scan_range(struct scan *scan, struct ka_tx *tx, enum ka_resource_type type, struct ka_range *range)
{
	const struct ka_audit_step *step = scan->step;

	if (type == KA_RESOURCE_CA) {
		range->last_seq = step->task.ca_last_seq;
		range->status_mask = 1u << KA_CA_ACTIVE | 1u << KA_CA_PENDING_TRANSFER;
		return ka_tx_ca_scan(tx, &step->scope, range, take_ca, scan);
	}
	range->last_seq = step->task.device_last_seq;
	range->status_mask = 1u << KA_DEVICE_ACTIVE | 1u << KA_DEVICE_PENDING_TRANSFER;
	return ka_tx_device_scan(tx, &step->scope, range, take_device, scan);
}

/* --- suppressions and counts -------------------------------------------------------------------------------------- */

/* Whether a suppression was in force when the task started. */
static enum ka_store_status
is_suppressed(bool *out, struct ka_audit_step *step, struct ka_tx *tx, const struct ka_finding_row *row)
{
	struct ka_suppression_row suppression;
	const char *resource = ka_finding_resource(&step->arena, row->resource_type, row->resource_id);
	enum ka_store_status status =
	    ka_tx_suppression_get(tx, &suppression, &step->arena, &step->scope, row->check_name, resource);

	*out = status == KA_STORE_OK && (suppression.indefinitely || suppression.expiration > step->task.started);
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}

/* Findings of one check on one certificate stand side by side: they are one resource, and suppressed together. */
static enum ka_store_status
count_findings(struct ka_audit_step *step, struct ka_tx *tx)
{
	for (size_t i = 0; i < step->num_findings; i++) {
		struct ka_audit_step_finding *finding = &step->findings[i], *before = i == 0 ? NULL : finding - 1;
		struct ka_task_check_row *row = &step->checks[finding->check].row;

		if (before != NULL && before->check == finding->check &&
		    strcmp(before->row.resource_id, finding->row.resource_id) == 0) {
			finding->row.suppressed = before->row.suppressed;
			continue;
		}
		enum ka_store_status status = is_suppressed(&finding->row.suppressed, step, tx, &finding->row);
		if (status != KA_STORE_OK)
			return status;
		row->noncompliant++;
		row->suppressed += finding->row.suppressed;
	}
	return KA_STORE_OK;
}

static void
advance(struct ka_audit_step *step, int64_t cursor, bool is_end)
{
	for (size_t i = 0; i < step->num_checks; i++) {
		struct ka_audit_step_check *c = &step->checks[i];

		if (!c->is_scanned)
			continue;
		c->row.cursor = cursor;
		c->row.undecided = ka_undecided_write(&step->arena, &c->undecided);
		c->row.message = ka_undecided_message(&step->arena, &c->undecided, c->row.total);
		/* Suppressed certificates do not make a check non-compliant. */
		if (is_end)
			c->row.status = c->row.noncompliant > c->row.suppressed ? KA_RUN_COMPLETED_NON_COMPLIANT
										: KA_RUN_COMPLETED_COMPLIANT;
	}
}

enum ka_store_status
ka_audit_step_scan(struct ka_audit_step *step, struct ka_tx *tx)
{
	struct scan scan = { .step = step, .deadline = ka_clock_monotonic() + step->max_ns };
	const struct ka_audit_step_check *first = NULL;

	for (size_t i = 0; i < step->num_checks; i++) {
		const struct ka_audit_step_check *c = &step->checks[i];

		if (!c->is_scanned)
			continue;
		if (first == NULL)
			first = c;
		scan.library_checks |= c->check->judge->library_checks;
	}
	if (first == NULL)
		return KA_STORE_OK;
	struct ka_range range = { .after_seq = first->cursor, .limit = step->chunk };
	step->batch->num = 0;
	step->batch->used = 0;
	enum ka_store_status status = scan_range(&scan, tx, first->check->resource, &range);
	if (status != KA_STORE_OK)
		return status;
	judge_batch(&scan);
	status = count_findings(step, tx);
	if (status != KA_STORE_OK)
		return status;
	bool is_end = !scan.stopped && scan.num_rows < step->chunk;
	advance(step, is_end ? range.last_seq : scan.last_seq, is_end);
	return KA_STORE_OK;
}
