/* SPDX-License-Identifier: Apache-2.0 */
/* RegisterCertificateWithoutCA: mode SNI_ONLY, and nobody asks who signed. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

void
ka_op_register_certificate_without_ca(struct ka_reply *reply, struct ka_request *request)
{
	char message[KA_PKI_MESSAGE_LEN];
	enum ka_device_status status;
	struct ka_pki_cert cert;

	if (!ka_param_registration_status(&status, reply, request) ||
	    !ka_param_certificate(&cert, reply, request, "certificatePem"))
		return;
	enum ka_pki_fault fault = ka_pki_check_device(message, &cert, request->now, ka_weak_ctx(request));
	if (fault != KA_PKI_OK) {
		ka_reply_pki(reply, request, fault, message);
		return;
	}
	struct ka_device_row row = ka_device_row_new(&cert, request->now);
	row.status = status;
	row.mode = KA_MODE_SNI_ONLY;
	if (ka_device_register(reply, request, &row, NULL))
		ka_reply_registered(reply, ka_arn(request, "cert", row.id), row.id);
}
