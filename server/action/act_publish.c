/* SPDX-License-Identifier: Apache-2.0 */
/* PUBLISH_FINDING_TO_SNS: the message goes into the outbox together with the execution that claims it; from there
 * it is delivered at least once, however long that takes. COMPLETED means that it cannot get lost any more. */
#include "server/action/acts.h"
#include "server/finding/finding_json.h"
#include "server/notify/message.h"

/* The first device certificates that a CA issued, as they are now: what DescribeAuditFinding shows. */
static enum ka_store_status
find_related(struct ka_notify_finding *what, const struct ka_act_call *call)
{
	const struct ka_device_filter filter = { .ca_id = call->finding->resource_id };
	const struct ka_page page = { .ascending = true, .limit = KA_MAX_RELATED_INLINE };
	struct ka_device_row *rows;

	if (call->finding->resource_type != KA_RESOURCE_CA)
		return KA_STORE_OK;
	enum ka_store_status status =
	    ka_tx_device_list(call->tx, &rows, &what->num_related, call->arena, call->scope, &filter, &page);
	if (status == KA_STORE_OK)
		what->related = rows;
	return status;
}

enum ka_store_status
ka_act_publish(struct ka_act_result *out, const struct ka_act_call *call)
{
	struct ka_notify_finding what = {
		.finding = call->finding,
		.task_id = call->task_id,
		.action_name = call->action_name,
	};
	enum ka_store_status status = find_related(&what, call);

	(void)out;
	if (status != KA_STORE_OK)
		return status;
	return ka_notify_finding(call->tx, call->crypto, call->scope, call->topic, &what, call->now);
}
