/* SPDX-License-Identifier: Apache-2.0 */
/* UPDATE_DEVICE_CERTIFICATE: the device certificate becomes INACTIVE. One that is so already is what the action wants;
 * REVOKED is more than that and stays (AWS: INVALID_STATE_OF_RESOURCE). */
#include "server/action/acts.h"
#include "server/names.h"

static enum ka_store_status
deactivate(const struct ka_act_call *call, const struct ka_device_row *before)
{
	struct ka_device_row after = *before;

	after.status = KA_DEVICE_INACTIVE;
	after.customer_version++;
	after.modified = call->now;
	after.deactivated_by = call->task_id;
	after.deactivated = call->now;
	enum ka_store_status status = ka_tx_device_update(call->tx, call->scope, &after);
	if (status != KA_STORE_OK)
		return status;
	return ka_act_log(call, "UpdateCertificate", "cert", before->id,
	    ka_arena_format(call->arena, "{\"status\":\"%s\",\"customerVersion\":%d}",
		ka_device_status_name(before->status), before->customer_version),
	    ka_arena_format(call->arena, "{\"status\":\"INACTIVE\",\"customerVersion\":%d,\"deactivatedBy\":\"%s\"}",
		after.customer_version, call->task_id));
}

enum ka_store_status
ka_act_update_device(struct ka_act_result *out, const struct ka_act_call *call)
{
	const char *id = call->finding->resource_id;
	struct ka_device_row row;
	enum ka_store_status status = call->finding->resource_type == KA_RESOURCE_DEVICE
	    ? ka_tx_device_get(call->tx, &row, call->arena, call->scope, id)
	    : KA_STORE_NONE;

	if (status == KA_STORE_NONE) {
		ka_act_fail(out, call, KA_ACT_INVALID_STATE,
		    "Certificate %s is no longer registered in account %s: it was deleted, or it moved to another "
		    "account",
		    id, call->scope->account);
		return KA_STORE_OK;
	}
	if (status != KA_STORE_OK || row.status == KA_DEVICE_INACTIVE)
		return status;
	if (row.status == KA_DEVICE_REVOKED) {
		ka_act_fail(
		    out, call, KA_ACT_INVALID_STATE, "Certificate %s is REVOKED: a revocation cannot be undone", id);
		return KA_STORE_OK;
	}
	if (row.status == KA_DEVICE_PENDING_TRANSFER) {
		ka_act_fail(out, call, KA_ACT_INVALID_STATE,
		    "Certificate %s is being transferred to account %s: cancel the transfer, or let that account deal "
		    "with it",
		    id, row.transfer_to == NULL ? "?" : row.transfer_to);
		return KA_STORE_OK;
	}
	return deactivate(call, &row);
}
