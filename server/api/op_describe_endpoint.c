/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeEndpoint: this server, for all of AWS's types of endpoints; there are no others here. */
#include "server/api/api.h"
#include "server/api/ops.h"

void
ka_op_describe_endpoint(struct ka_reply *reply, struct ka_request *request)
{
	static const char *const types[] = { "iot:Data", "iot:Data-ATS", "iot:CredentialProvider", "iot:Jobs" };
	const char *type = ka_param_text(request, "endpointType");
	struct ka_json json = { .buf = &reply->body };
	bool known = type == NULL;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && !known; i++)
		known = strcmp(types[i], type) == 0;
	if (!known) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
		    "endpointType: must be one of iot:Data, iot:Data-ATS, iot:CredentialProvider, iot:Jobs");
		return;
	}
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "endpointAddress", request->server->host);
	ka_json_close(&json, '}');
}
