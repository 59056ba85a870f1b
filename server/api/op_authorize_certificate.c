/* SPDX-License-Identifier: Apache-2.0 */
/* AuthorizeCertificate (not of AWS): may a device use this certificate now? For brokers, at each connection.
 *
 * Allowed is a registered certificate that is ACTIVE and within its dates, unless its CA is registered in the same account and was
 * deactivated by a mitigation: then everything that the CA signed is in doubt. A CA that was deactivated by hand does not matter, as on
 * AWS, nor one that is not registered (the certificate was registered without CA, came from another account, or the CA was deleted):
 * then only the certificate itself counts. Whether the CA's own dates are over is the business of the broker's TLS. Everything else is
 * denied, with the first reason that holds. A decision is no error: the status is 200 in either case. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

struct decision {
	const char *reason; /* ACTIVE allows */
	const char *message;
	int64_t until; /* when it may change by itself: seconds since 1970; 0: it does not */
};

struct lookup {
	struct ka_request *request;
	struct ka_authorize_row row;
};

static enum ka_store_status
look_up(struct ka_tx *tx, void *arg)
{
	struct lookup *lookup = arg;
	const struct ka_request *request = lookup->request;

	return ka_tx_authorize(
	    tx, &lookup->row, request->arena, &request->scope, ka_param_text(request, "certificateId"));
}

static struct decision
decide(const struct ka_authorize_row *row, int64_t now)
{
	if (row->status != KA_DEVICE_ACTIVE)
		return (struct decision){ ka_device_status_name(row->status), "The certificate is not ACTIVE.", 0 };
	if (row->ca_deactivated_by != NULL && row->ca_status != KA_CA_ACTIVE)
		return (struct decision){ "CA_DEACTIVATED_BY_MITIGATION",
			"The CA that signed the certificate was deactivated because of an audit's finding.", 0 };
	if (now < row->not_before / 1000)
		return (struct decision){ "NOT_YET_VALID", "The certificate is not valid yet.", row->not_before / 1000 };
	/* notAfter is the last second that is valid (RFC 5280, 4.1.2.5). */
	if (now > row->not_after / 1000)
		return (struct decision){ "EXPIRED", "The certificate has expired.", 0 };
	return (struct decision){ "ACTIVE", "The certificate is registered and ACTIVE.", row->not_after / 1000 + 1 };
}

void
ka_op_authorize_certificate(struct ka_reply *reply, struct ka_request *request)
{
	struct lookup lookup = { .request = request };
	struct ka_json json = { .buf = &reply->body };
	struct decision decision = { "UNKNOWN", "No such certificate is registered.", 0 };
	int64_t now = request->now / 1000, max_age = request->server->authorize_max_age;
	enum ka_store_status status = ka_store_read(request->server->store, look_up, &lookup);

	if (status == KA_STORE_OK)
		decision = decide(&lookup.row, now);
	else if (status != KA_STORE_NONE && !ka_reply_store(reply, request, status))
		return;
	if (decision.until != 0 && decision.until - now < max_age)
		max_age = decision.until - now;
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "certificateId", ka_param_text(request, "certificateId"));
	ka_json_string(&json, "decision", strcmp(decision.reason, "ACTIVE") == 0 ? "allow" : "deny");
	ka_json_string(&json, "reason", decision.reason);
	ka_json_string(&json, "message", decision.message);
	if (lookup.row.ca_id[0] != '\0')
		ka_json_string(&json, "caCertificateId", lookup.row.ca_id);
	if (lookup.row.ca_deactivated_by != NULL)
		ka_json_string(&json, "caDeactivatedBy", lookup.row.ca_deactivated_by);
	ka_json_close(&json, '}');
	/* All that the body depends on; the certificate is in the URL. */
	reply->etag = ka_arena_format(request->arena, "\"%s.%s.%s\"", decision.reason, lookup.row.ca_id,
	    lookup.row.ca_deactivated_by == NULL ? "" : lookup.row.ca_deactivated_by);
	reply->max_age = max_age;
}
