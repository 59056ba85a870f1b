/* SPDX-License-Identifier: Apache-2.0 */
/* RevokeDevices (not of AWS): starts a job that revokes the device certificates of a CA that were registered in a time; the review's
 * workers pick it up. With dryRun it only counts them.
 *
 * Revoked is what UpdateCertificate could set to REVOKED: ACTIVE, INACTIVE, REGISTER_INACTIVE and PENDING_ACTIVATION certificates. One
 * that is PENDING_TRANSFER belongs to its transfer and is left alone, as UpdateCertificate leaves it; the job counts it. A
 * clientRequestToken that was used for the same request before gives the job of then. */
#include "server/api/ops.h"
#include "server/api/review.h"
#include "server/names.h"
#include "server/random.h"
#include "server/review/engine.h"

#define MAX_RUNNING 10u /* jobs in progress, as with AWS's tasks */

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_review_range range;
	uint64_t counts[KA_NUM_DEVICE_STATUSES];
	struct ka_revocation_row job;
};

static enum ka_store_status
count(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	enum ka_store_status status = ka_review_range_read(&work->range, tx, work->reply, work->request);

	if (status != KA_STORE_OK)
		return status;
	const struct ka_device_filter filter = ka_review_filter(&work->range);
	return ka_tx_device_count(tx, work->counts, &work->request->scope, &filter);
}

static uint64_t
total(const struct work *work)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < KA_NUM_DEVICE_STATUSES; i++)
		sum += work->counts[i];
	return sum;
}

static void
put_counts(struct ka_json *json, const struct work *work)
{
	const uint64_t *counts = work->counts;

	ka_json_bool(json, "dryRun", true);
	ka_json_review_range(json, &work->range);
	ka_json_number(json, "total", total(work));
	ka_json_number(
	    json, "toRevoke", total(work) - counts[KA_DEVICE_REVOKED] - counts[KA_DEVICE_PENDING_TRANSFER]);
	ka_json_number(json, "alreadyRevoked", counts[KA_DEVICE_REVOKED]);
	ka_json_number(json, "inTransfer", counts[KA_DEVICE_PENDING_TRANSFER]);
	ka_json_open(json, "byStatus", '{');
	for (unsigned i = KA_DEVICE_ACTIVE; i < KA_NUM_DEVICE_STATUSES; i++)
		if (counts[i] > 0)
			ka_json_number(json, ka_device_status_name((enum ka_device_status)i), counts[i]);
	ka_json_close(json, '}');
}

static void
make_job(struct work *work)
{
	const struct ka_request *request = work->request;
	struct ka_revocation_row *job = &work->job;

	*job = (struct ka_revocation_row){ .registered_after = work->range.after,
		.registered_before = work->range.before,
		.since = work->range.since,
		.status = KA_TASK_IN_PROGRESS,
		.started = request->now,
		.total = (int64_t)total(work),
		.actor = request->identity->access_key_id,
		.request = request->id,
		.token = ka_param_text(request, "clientRequestToken") };
	memcpy(job->ca_id, work->range.ca_id, KA_CERT_ID_LEN + 1);
	ka_random_hex(job->id, KA_REVOCATION_ID_LEN);
}

/* The token's job of before, which must have been asked for in the same way. */
static enum ka_store_status
find_earlier(struct ka_tx *tx, struct work *work)
{
	const struct ka_revocation_row *job = &work->job;
	struct ka_revocation_row old;
	enum ka_store_status status =
	    ka_tx_revocation_by_token(tx, &old, work->request->arena, &work->request->scope, job->token);

	if (status != KA_STORE_OK)
		return status;
	bool same_start = job->since == KA_SINCE_REQUEST
	    ? old.since == KA_SINCE_REQUEST && old.registered_after == job->registered_after
	    : old.since != KA_SINCE_REQUEST;
	if (strcmp(old.ca_id, job->ca_id) != 0 || old.registered_before != job->registered_before || !same_start) {
		ka_reply_error(work->reply, work->request, KA_API_TASK_ALREADY_EXISTS,
		    "clientRequestToken: was used for revocation %s, which is another one; each needs a token of its own",
		    old.id);
		return KA_STORE_ABORTED;
	}
	work->job = old;
	return KA_STORE_OK;
}

static enum ka_store_status
check_running(struct ka_tx *tx, const struct work *work)
{
	uint64_t running;
	enum ka_store_status status = ka_tx_revocation_count_running(tx, &running, &work->request->scope);

	if (status != KA_STORE_OK || running < MAX_RUNNING)
		return status;
	ka_reply_error(work->reply, work->request, KA_API_LIMIT_EXCEEDED,
	    "%llu revocations are in progress, at most %u may be; wait for one to end, or cancel one",
	    (unsigned long long)running, MAX_RUNNING);
	return KA_STORE_ABORTED;
}

static enum ka_store_status
start(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	const struct ka_request *request = work->request;
	enum ka_store_status status;

	make_job(work);
	if (work->job.token != NULL && (status = find_earlier(tx, work)) != KA_STORE_NONE)
		return status;
	status = check_running(tx, work);
	if (status == KA_STORE_OK)
		status = ka_tx_device_last_seq(tx, &work->job.last_seq);
	if (status == KA_STORE_OK)
		status = ka_tx_revocation_insert(tx, &request->scope, &work->job);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "revocation", work->job.id), NULL,
	    ka_arena_format(request->arena,
		"{\"caCertificateId\":\"%s\",\"registeredAfter\":%lld,\"registeredBefore\":%lld,\"total\":%lld}",
		work->job.ca_id, (long long)work->job.registered_after, (long long)work->job.registered_before,
		(long long)work->job.total));
}

void
ka_op_revoke_devices(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request };
	struct ka_json json = { .buf = &reply->body };
	bool dry_run = ka_param_bool(request, "dryRun", false);

	if (!ka_api_read(reply, request, count, &work) || (!dry_run && !ka_api_write(reply, request, start, &work)))
		return;
	ka_json_open(&json, NULL, '{');
	if (dry_run)
		put_counts(&json, &work);
	else
		ka_json_revocation(&json, &work.job);
	ka_json_close(&json, '}');
	if (!dry_run)
		ka_review_wake(request->server->review);
}
