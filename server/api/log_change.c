/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/api.h"
#include "server/api/routes.h"

enum ka_store_status
ka_log_change(
    struct ka_tx *tx, const struct ka_request *request, const char *resource_arn, const char *before, const char *after)
{
	const struct ka_log_row row = {
		.time = request->now,
		.account = request->scope.account,
		.region = request->scope.region,
		.actor = request->identity->access_key_id,
		.request = request->id,
		.action = request->route->name,
		.resource = resource_arn,
		.before = before,
		.after = after,
	};

	return ka_tx_log_append(tx, &row);
}
