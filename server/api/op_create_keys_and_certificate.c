/* SPDX-License-Identifier: Apache-2.0 */
/* CreateKeysAndCertificate: the only time that the private key is told; it is not stored. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

void
ka_op_create_keys_and_certificate(struct ka_reply *reply, struct ka_request *request)
{
	char message[KA_PKI_MESSAGE_LEN];
	const char *public_pem, *private_pem;
	struct ka_json json = { .buf = &reply->body };
	struct ka_pki_cert cert;
	enum ka_pki_fault fault = ka_pki_make_pair(
	    &cert, &public_pem, &private_pem, message, request->arena, request->server->pki, request->now);

	if (fault != KA_PKI_OK) {
		ka_reply_pki(reply, request, fault, message);
		return;
	}
	if (ka_device_register_issued(reply, request, &cert)) {
		ka_json_open(&json, NULL, '{');
		ka_json_string(&json, "certificateArn", ka_arn(request, "cert", cert.id));
		ka_json_string(&json, "certificateId", cert.id);
		ka_json_pem(&json, "certificatePem", cert.der);
		ka_json_open(&json, "keyPair", '{');
		ka_json_string(&json, "PublicKey", public_pem);
		ka_json_string(&json, "PrivateKey", private_pem);
		ka_json_close(&json, '}');
		ka_json_close(&json, '}');
	}
	/* One copy less; the reply itself is the client's. */
	explicit_bzero((char *)(uintptr_t)private_pem, strlen(private_pem));
}
