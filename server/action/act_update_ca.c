/* SPDX-License-Identifier: Apache-2.0 */
/* UPDATE_CA_CERTIFICATE: the CA becomes INACTIVE. Certificates that it issued stay as they are (review revokes them);
 * whoever asks keyassayd whether to let a device in is told that its CA was deactivated by mitigation.
 *
 * A CA that is INACTIVE already is what the action wants: COMPLETED. When it was made so by hand, the task is noted as
 * the reason all the same: an operator's pause can be ended without a thought, a weak key's cannot. */
#include "server/action/acts.h"

static const char *
state_of(const struct ka_act_call *call, const struct ka_ca_row *row)
{
	/* Task ids are letters, digits, '-' and '_': nothing needs an escape. */
	if (row->deactivated_by == NULL)
		return ka_arena_format(call->arena, "{\"status\":\"%s\",\"customerVersion\":%d}",
		    row->status == KA_CA_ACTIVE ? "ACTIVE" : "INACTIVE", row->customer_version);
	return ka_arena_format(call->arena, "{\"status\":\"%s\",\"customerVersion\":%d,\"deactivatedBy\":\"%s\"}",
	    row->status == KA_CA_ACTIVE ? "ACTIVE" : "INACTIVE", row->customer_version, row->deactivated_by);
}

static enum ka_store_status
deactivate(const struct ka_act_call *call, const struct ka_ca_row *before)
{
	struct ka_ca_row after = *before;

	/* What an operator sees of the certificate changes with its status only. */
	if (before->status == KA_CA_ACTIVE) {
		after.status = KA_CA_INACTIVE;
		after.customer_version++;
		after.modified = call->now;
	}
	after.deactivated_by = call->task_id;
	after.deactivated = call->now;
	enum ka_store_status status = ka_tx_ca_update(call->tx, call->scope, &after);
	return status == KA_STORE_OK ? ka_act_log(call, "UpdateCACertificate", "cacert", before->id,
					   state_of(call, before), state_of(call, &after))
				     : status;
}

enum ka_store_status
ka_act_update_ca(struct ka_act_result *out, const struct ka_act_call *call)
{
	const char *id = call->finding->resource_id;
	struct ka_ca_row row;
	enum ka_store_status status = call->finding->resource_type == KA_RESOURCE_CA
	    ? ka_tx_ca_get(call->tx, &row, call->arena, call->scope, id)
	    : KA_STORE_NONE;

	if (status == KA_STORE_NONE) {
		ka_act_fail(out, call, KA_ACT_INVALID_STATE,
		    "CA certificate %s is no longer registered in account %s: it was deleted, or it moved to another "
		    "account",
		    id, call->scope->account);
		return KA_STORE_OK;
	}
	if (status != KA_STORE_OK)
		return status;
	if (row.status == KA_CA_PENDING_TRANSFER) {
		ka_act_fail(out, call, KA_ACT_INVALID_STATE,
		    "CA certificate %s is being transferred to account %s: cancel the transfer, or let that account "
		    "deal with "
		    "it",
		    id, row.transfer_to == NULL ? "?" : row.transfer_to);
		return KA_STORE_OK;
	}
	if (row.status == KA_CA_INACTIVE && row.deactivated_by != NULL)
		return KA_STORE_OK;
	return deactivate(call, &row);
}
