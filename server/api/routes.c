/* SPDX-License-Identifier: Apache-2.0 */
/* The table of operations. GET is not the same as reading: what "writes" waits for a commit and may block.
 *
 * Roles: an auditor reads, audits and suppresses; what changes the registry, its tags or the accounts takes an admin. */
#include "server/api/ops.h"
#include "server/api/parameters.h"

#define ROUTE(model_name, method, path, role, writes, symbol) \
	{ model_name, KA_METHOD_##method, path, ka_params_##symbol, KA_ROLE_##role, writes, ka_op_##symbol }
#define READS false
#define WRITES true

static const struct ka_route routes[] = {
	{ 0 },
};

const struct ka_route *
ka_routes(void)
{
	return routes;
}
