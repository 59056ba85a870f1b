/* SPDX-License-Identifier: Apache-2.0 */
#include "server/review/step.h"

#include <string.h>

#include "server/clock.h"
#include "server/names.h"

enum ka_store_status
ka_review_step_read(struct ka_tx *tx, void *arg)
{
	struct ka_review_step *step = arg;
	const struct ka_revocation_row *job = &step->job;

	/* The store may run this again from the start. */
	ka_arena_clear(&step->arena);
	step->devices = NULL;
	step->num_devices = 0;
	enum ka_store_status status = ka_tx_revocation_get(tx, &step->job, &step->arena, &step->scope, step->id);
	if (status != KA_STORE_OK || job->status != KA_TASK_IN_PROGRESS || job->cancel_requested)
		return status;
	const struct ka_device_filter filter = { .ca_id = job->ca_id,
		.registered_after = job->registered_after,
		.registered_before = job->registered_before };
	return ka_tx_device_list(tx, &step->devices, &step->num_devices, &step->arena, &step->scope, &filter,
	    &(struct ka_page){ .after_seq = job->cursor, .ascending = true, .limit = step->chunk });
}

/* --- storing ------------------------------------------------------------------------------------------------------ */

/* The job as it is now; NONE when it is not the worker's. */
static enum ka_store_status
load(struct ka_revocation_row *out, struct ka_arena *arena, const struct ka_review_step *step, struct ka_tx *tx)
{
	enum ka_store_status status = ka_tx_revocation_get(tx, out, arena, &step->scope, step->id);

	if (status != KA_STORE_OK)
		return status;
	if (out->status != KA_TASK_IN_PROGRESS || out->worker == NULL || strcmp(out->worker, step->worker) != 0)
		return KA_STORE_NONE;
	return KA_STORE_OK;
}

/* The entry says who asked, not that a worker did it. */
static enum ka_store_status
log_revocation(struct ka_tx *tx, struct ka_arena *arena, const struct ka_review_step *step,
    const struct ka_revocation_row *job, const struct ka_device_row *device, int64_t now)
{
	const struct ka_log_row row = {
		.time = now,
		.account = step->scope.account,
		.region = step->scope.region,
		.actor = job->actor,
		.request = job->request,
		.action = "RevokeDevices",
		.resource = ka_arena_format(
		    arena, "arn:aws:iot:%s:%s:cert/%s", step->scope.region, step->scope.account, device->id),
		.before = ka_arena_format(arena, "{\"status\":\"%s\",\"customerVersion\":%d}",
		    ka_device_status_name(device->status), (int)device->customer_version),
		.after = ka_arena_format(arena, "{\"status\":\"REVOKED\",\"customerVersion\":%d,\"revocationId\":\"%s\"}",
		    (int)device->customer_version + 1, job->id),
	};

	return ka_tx_log_append(tx, &row);
}

/* One certificate, as it was read. NONE: it is not like that any more. */
static enum ka_store_status
revoke(struct ka_tx *tx, struct ka_arena *arena, const struct ka_review_step *step, struct ka_revocation_row *job,
    const struct ka_device_row *device, int64_t now)
{
	enum ka_store_status status = KA_STORE_OK;

	if (device->status == KA_DEVICE_REVOKED) {
		job->already_revoked++;
	} else if (device->status == KA_DEVICE_PENDING_TRANSFER) {
		job->in_transfer++;
	} else {
		status = ka_tx_device_revoke(tx, &step->scope, device, now);
		if (status == KA_STORE_OK)
			status = log_revocation(tx, arena, step, job, device, now);
		job->revoked += status == KA_STORE_OK;
	}
	if (status == KA_STORE_OK) {
		job->examined++;
		job->cursor = device->seq;
	}
	return status;
}

/* The chunk; *out_all tells whether there can be nothing behind it. */
static enum ka_store_status
revoke_chunk(bool *out_all, struct ka_tx *tx, struct ka_arena *arena, const struct ka_review_step *step,
    struct ka_revocation_row *job, int64_t now)
{
	*out_all = step->num_devices < step->chunk;
	for (size_t i = 0; i < step->num_devices; i++) {
		enum ka_store_status status;

		if (step->devices[i].seq > job->last_seq) { /* registered after the job began */
			*out_all = true;
			return KA_STORE_OK;
		}
		status = revoke(tx, arena, step, job, &step->devices[i], now);
		if (status == KA_STORE_NONE) {
			*out_all = false;
			return KA_STORE_OK;
		}
		if (status != KA_STORE_OK)
			return status;
	}
	return KA_STORE_OK;
}

static enum ka_store_status
keep(struct ka_tx *tx, struct ka_review_step *step, struct ka_revocation_row *job, enum ka_task_status how, int64_t now)
{
	job->status = how;
	if (how == KA_TASK_IN_PROGRESS) {
		job->lease_until = now + step->lease_ms;
	} else {
		job->ended = now;
		job->worker = NULL;
		job->lease_until = 0;
	}
	step->status = how;
	step->outcome = how == KA_TASK_IN_PROGRESS ? KA_REVIEW_CONTINUES : KA_REVIEW_ENDED;
	enum ka_store_status status = ka_tx_revocation_update(tx, &step->scope, job);
	if (status != KA_STORE_OK || how == KA_TASK_IN_PROGRESS)
		return status;
	return ka_tx_log_end(tx, &step->scope,
	    &(struct ka_log_end){ now, "keyassayd:review", "EndRevocation", "revocation", job->id, how });
}

static enum ka_store_status
store(struct ka_tx *tx, struct ka_arena *arena, struct ka_review_step *step)
{
	struct ka_revocation_row job;
	int64_t now = ka_clock_now();
	bool all;
	enum ka_store_status status = load(&job, arena, step, tx);

	if (status != KA_STORE_OK)
		return status;
	if (job.cancel_requested)
		return keep(tx, step, &job, KA_TASK_CANCELED, now);
	if (job.cursor != step->job.cursor)
		return KA_STORE_NONE;
	int64_t revoked = job.revoked;
	status = revoke_chunk(&all, tx, arena, step, &job, now);
	if (status != KA_STORE_OK)
		return status;
	step->num_revoked = (uint64_t)(job.revoked - revoked);
	return keep(tx, step, &job, all ? KA_TASK_COMPLETED : KA_TASK_IN_PROGRESS, now);
}

enum ka_store_status
ka_review_step_store(struct ka_tx *tx, void *arg)
{
	struct ka_review_step *step = arg;
	struct ka_arena arena = { 0 };

	step->outcome = KA_REVIEW_LOST;
	step->num_revoked = 0;
	enum ka_store_status status = store(tx, &arena, step);
	ka_arena_clear(&arena);
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}

enum ka_store_status
ka_review_step_give_up(struct ka_tx *tx, void *arg)
{
	struct ka_review_step *step = arg;
	struct ka_arena arena = { 0 };
	struct ka_revocation_row job;

	step->outcome = KA_REVIEW_LOST;
	enum ka_store_status status = load(&job, &arena, step, tx);
	if (status == KA_STORE_OK) {
		job.message = "The database failed again and again; the log of keyassayd says why. What was revoked until then is.";
		status = keep(tx, step, &job, KA_TASK_FAILED, ka_clock_now());
	}
	ka_arena_clear(&arena);
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}

enum ka_store_status
ka_review_step_release(struct ka_tx *tx, void *arg)
{
	const struct ka_review_step *step = arg;
	struct ka_arena arena = { 0 };
	struct ka_revocation_row job;
	enum ka_store_status status = load(&job, &arena, step, tx);

	if (status == KA_STORE_OK) {
		job.worker = NULL;
		job.lease_until = 0;
		status = ka_tx_revocation_update(tx, &step->scope, &job);
	}
	ka_arena_clear(&arena);
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}
