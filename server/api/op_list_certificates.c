/* SPDX-License-Identifier: Apache-2.0 */
/* ListCertificates: newest first, unless ascending. "To check for pending certificate transfers, call ListCertificates": those to
 * this account are listed too, until it accepts or rejects them. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

void
ka_op_list_certificates(struct ka_reply *reply, struct ka_request *request)
{
	ka_reply_devices(reply, request, &(struct ka_device_filter){ 0 }, true, "");
}
