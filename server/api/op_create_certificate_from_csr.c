/* SPDX-License-Identifier: Apache-2.0 */
/* CreateCertificateFromCsr: the same request gives another certificate each time. A key that fails a CVE check is never
 * signed, whatever --on-weak-key says: that is about certificates that others made (CA/Browser Forum BR 6.1.1.3). */
#include "server/api/certificates.h"
#include "server/api/ops.h"

void
ka_op_create_certificate_from_csr(struct ka_reply *reply, struct ka_request *request)
{
	char message[KA_PKI_MESSAGE_LEN];
	const char *csr = ka_param_text(request, "certificateSigningRequest");
	struct ka_json json = { .buf = &reply->body };
	struct ka_pki_cert cert;
	enum ka_pki_fault fault = ka_pki_issue(
	    &cert, message, request->arena, request->server->pki, csr, strlen(csr), request->now, request->server->ctx);

	if (fault == KA_PKI_WEAK_KEY) {
		/* The operation has no CertificateValidationException. */
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "%s", message);
		return;
	}
	if (fault != KA_PKI_OK) {
		ka_reply_pki(reply, request, fault, message);
		return;
	}
	if (!ka_device_register_issued(reply, request, &cert))
		return;
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "certificateArn", ka_arn(request, "cert", cert.id));
	ka_json_string(&json, "certificateId", cert.id);
	ka_json_pem(&json, "certificatePem", cert.der);
	ka_json_close(&json, '}');
}
