/* SPDX-License-Identifier: Apache-2.0 */
/* ListCertificatesByCA. A CA that is not registered has an empty list: the model has no error for it, and the CA may
 * have been deleted when its devices' certificates are still there. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

void
ka_op_list_certificates_by_ca(struct ka_reply *reply, struct ka_request *request)
{
	const char *id = ka_param_text(request, "caCertificateId");

	ka_reply_devices(reply, request, &(struct ka_device_filter){ .ca_id = id }, false, id);
}
