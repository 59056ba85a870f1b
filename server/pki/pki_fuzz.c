/* SPDX-License-Identifier: Apache-2.0 */
/* Text that claims to be a PEM certificate or request, through everything that registration does with it. */
#include <string.h>

#include "server/pki/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ka_arena arena = { 0 };
	char message[KA_PKI_MESSAGE_LEN];
	struct ka_pki_cert cert;
	struct ka_object request;
	const char *text = ka_arena_text(&arena, data, len);

	if (ka_pki_read(&cert, message, &arena, text, len) == KA_PKI_OK) {
		int64_t now = cert.object.not_before * 1000;
		(void)ka_pki_check_ca(message, &cert, now, NULL);
		(void)ka_pki_check_device(message, &cert, now, NULL);
		(void)ka_pki_check_proof(message, &cert, &cert, "code", now);
		(void)ka_pki_check_issuer(message, &cert, cert.der);
	}
	if (ka_pki_read_one(&request, message, &arena, text, len, KA_OBJECT_CERTIFICATE_REQUEST, "request") ==
	    KA_PKI_OK)
		(void)ka_pki_verify(&request, &request.key);
	ka_arena_clear(&arena);
	return 0;
}
