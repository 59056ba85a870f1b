/* SPDX-License-Identifier: Apache-2.0 */
/* ListCertificates: newest first, unless ascending. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

void
ka_op_list_certificates(struct ka_reply *reply, struct ka_request *request)
{
	ka_reply_devices(reply, request, &(struct ka_device_filter){ 0 }, "");
}
