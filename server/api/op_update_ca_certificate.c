/* SPDX-License-Identifier: Apache-2.0 */
/* UpdateCACertificate. An update that changes nothing is no change: version and date stay. removeAutoRegistration drops
 * the registration configuration; whether devices may register themselves is newAutoRegistrationStatus. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

struct change {
	struct ka_reply *reply;
	struct ka_request *request;
	const char *config, *template_name;
};

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static struct ka_ca_row
changed(const struct ka_ca_row *before, const struct change *change)
{
	const struct ka_request *request = change->request;
	unsigned status = ka_param_enum(request, "newStatus"),
		 automatic = ka_param_enum(request, "newAutoRegistrationStatus");
	struct ka_ca_row row = *before;

	if (status != 0)
		row.status = (enum ka_ca_status)status;
	if (automatic != 0)
		row.auto_registration = automatic == 1;
	if (change->config != NULL || ka_param_bool(request, "removeAutoRegistration", false)) {
		row.registration_config = change->config;
		row.template_name = change->template_name;
	}
	if (row.status == KA_CA_ACTIVE) {
		row.deactivated_by = NULL;
		row.deactivated = 0;
	}
	return row;
}

static enum ka_store_status
update(struct ka_tx *tx, void *arg)
{
	struct change *change = arg;
	struct ka_request *request = change->request;
	const char *id = ka_param_text(request, "certificateId");
	struct ka_ca_row before;
	enum ka_store_status status = ka_tx_ca_get(tx, &before, request->arena, &request->scope, id);

	if (status == KA_STORE_NONE) {
		ka_reply_no_ca(change->reply, request);
		return KA_STORE_ABORTED;
	}
	if (status != KA_STORE_OK)
		return status;
	if (before.status == KA_CA_PENDING_TRANSFER) {
		ka_reply_error(change->reply, request, KA_API_INVALID_REQUEST,
		    "CA certificate %s is being transferred to account %s: that account accepts or rejects it, or you "
		    "cancel the transfer",
		    id, before.transfer_to == NULL ? "?" : before.transfer_to);
		return KA_STORE_ABORTED;
	}
	struct ka_ca_row after = changed(&before, change);
	if (after.status == before.status && after.auto_registration == before.auto_registration &&
	    same_text(after.registration_config, before.registration_config))
		return KA_STORE_OK;
	after.customer_version++;
	after.modified = request->now;
	if ((status = ka_tx_ca_update(tx, &request->scope, &after)) != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "cacert", id), ka_ca_state(request->arena, &before),
	    ka_ca_state(request->arena, &after));
}

void
ka_op_update_ca_certificate(struct ka_reply *reply, struct ka_request *request)
{
	struct change change = { .reply = reply, .request = request };

	if (!ka_registration_config(&change.config, &change.template_name, reply, request))
		return;
	if (change.config != NULL && ka_param_bool(request, "removeAutoRegistration", false)) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
		    "removeAutoRegistration removes the registrationConfig that is given beside it: give one of them");
		return;
	}
	(void)ka_api_write(reply, request, update, &change);
}
