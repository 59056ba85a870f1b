/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/review.h"

#include <string.h>

#include "server/api/certificates.h"
#include "server/names.h"

/* Findings that say that somebody else may have the CA's key. That it expires soon says nothing of the kind. */
#define CHECK "CA_CERTIFICATE_KEY_QUALITY_CHECK"

static enum ka_store_status
find_ca(struct ka_review_range *range, int64_t *out_deactivated, struct ka_tx *tx, struct ka_reply *reply,
    const struct ka_request *request)
{
	struct ka_device_row *devices;
	struct ka_ca_row ca;
	size_t num;
	enum ka_store_status status = ka_tx_ca_get(tx, &ca, request->arena, &request->scope, range->ca_id);

	*out_deactivated = 0;
	if (status == KA_STORE_OK) {
		range->ca_status = ca.status;
		*out_deactivated = ca.deactivated;
		return KA_STORE_OK;
	}
	if (status != KA_STORE_NONE)
		return status;
	status = ka_tx_device_list(tx, &devices, &num, request->arena, &request->scope,
	    &(struct ka_device_filter){ .ca_id = range->ca_id }, &(struct ka_page){ .limit = 1 });
	if (status != KA_STORE_OK || num > 0)
		return status;
	ka_reply_no_ca(reply, request);
	return KA_STORE_ABORTED;
}

static enum ka_store_status
find_start(struct ka_review_range *range, int64_t deactivated, struct ka_tx *tx, struct ka_reply *reply,
    const struct ka_request *request)
{
	const struct ka_finding_filter filter = { .check_name = CHECK,
		.resource_type = KA_RESOURCE_CA,
		.resource_id = range->ca_id };
	struct ka_finding_row *findings;
	size_t num;
	enum ka_store_status status = ka_tx_finding_list(tx, &findings, &num, request->arena, &request->scope, &filter,
	    &(struct ka_page){ .limit = 1, .ascending = true });

	if (status != KA_STORE_OK)
		return status;
	if (num > 0 && (deactivated == 0 || findings[0].found <= deactivated)) {
		range->after = findings[0].found;
		range->since = KA_SINCE_FIRST_FINDING;
		return KA_STORE_OK;
	}
	if (deactivated != 0) { /* the findings of then are kept no longer */
		range->after = deactivated;
		range->since = KA_SINCE_DEACTIVATION;
		return KA_STORE_OK;
	}
	ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
	    "registeredAfter: is needed, since CA certificate %s has no finding of " CHECK
	    " and no mitigation deactivated it; the time from which its device certificates are in doubt is yours to say",
	    range->ca_id);
	return KA_STORE_ABORTED;
}

enum ka_store_status
ka_review_range_read(
    struct ka_review_range *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request)
{
	struct ka_review_range range = { .ca_id = ka_param_text(request, "certificateId"), .since = KA_SINCE_REQUEST };
	bool given = ka_param_time(request, &range.after, "registeredAfter");
	int64_t deactivated;

	(void)ka_param_time(request, &range.before, "registeredBefore");
	enum ka_store_status status = find_ca(&range, &deactivated, tx, reply, request);
	if (status == KA_STORE_OK && !given)
		status = find_start(&range, deactivated, tx, reply, request);
	if (status != KA_STORE_OK)
		return status;
	if (ka_param_given(request, "registeredBefore") && range.before <= range.after) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "registeredBefore: is not after registeredAfter");
		return KA_STORE_ABORTED;
	}
	*out = range;
	return KA_STORE_OK;
}

struct ka_device_filter
ka_review_filter(const struct ka_review_range *range)
{
	return (struct ka_device_filter){
		.ca_id = range->ca_id, .registered_after = range->after, .registered_before = range->before
	};
}

static void
put_times(struct ka_json *json, int64_t after, int64_t before, enum ka_review_since since)
{
	static const char *const names[] = {
		[KA_SINCE_REQUEST] = "REQUEST",
		[KA_SINCE_FIRST_FINDING] = "FIRST_FINDING",
		[KA_SINCE_DEACTIVATION] = "DEACTIVATION",
	};

	ka_json_millis(json, "registeredAfter", after);
	ka_json_string(json, "registeredAfterSource", names[since]);
	if (before != 0)
		ka_json_millis(json, "registeredBefore", before);
}

void
ka_json_review_range(struct ka_json *json, const struct ka_review_range *range)
{
	ka_json_string(json, "caCertificateId", range->ca_id);
	if (range->ca_status != 0)
		ka_json_string(json, "caStatus", ka_ca_status_name(range->ca_status));
	put_times(json, range->after, range->before, range->since);
}

void
ka_json_revocation(struct ka_json *json, const struct ka_revocation_row *job)
{
	ka_json_string(json, "revocationId", job->id);
	ka_json_string(json, "caCertificateId", job->ca_id);
	ka_json_string(json, "status", ka_task_status_name(job->status));
	ka_json_bool(json, "cancelRequested", job->cancel_requested);
	put_times(json, job->registered_after, job->registered_before, job->since);
	ka_json_string(json, "requestedBy", job->actor);
	ka_json_millis(json, "startTime", job->started);
	if (job->ended != 0)
		ka_json_millis(json, "endTime", job->ended);
	ka_json_number(json, "total", (uint64_t)job->total);
	ka_json_number(json, "examined", (uint64_t)job->examined);
	ka_json_number(json, "revoked", (uint64_t)job->revoked);
	ka_json_number(json, "alreadyRevoked", (uint64_t)job->already_revoked);
	ka_json_number(json, "inTransfer", (uint64_t)job->in_transfer);
	if (job->message != NULL)
		ka_json_string(json, "message", job->message);
}

enum ka_store_status
ka_revocation_get(
    struct ka_revocation_row *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request)
{
	const char *id = ka_param_text(request, "revocationId");
	enum ka_store_status status = ka_tx_revocation_get(tx, out, request->arena, &request->scope, id);

	if (status != KA_STORE_NONE)
		return status;
	ka_reply_error(reply, request, KA_API_RESOURCE_NOT_FOUND, "revocationId: account %s in %s has no revocation %s",
	    request->scope.account, request->scope.region, id);
	return KA_STORE_ABORTED;
}
