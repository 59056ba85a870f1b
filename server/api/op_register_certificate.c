/* SPDX-License-Identifier: Apache-2.0 */
/* RegisterCertificate: a device certificate that a registered ACTIVE CA really signed. Who signed is told by the
 * signature: CAs of the same subject with different keys are told apart. Only where several registered CAs share
 * subject and key must caCertificatePem name one. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

#define NAME_LEN 256u

struct search {
	struct ka_request *request;
	const struct ka_pki_cert *cert;
	const char *named; /* id of the CA that caCertificatePem is, or NULL */
	struct ka_ca_row *rows;
	size_t num;
};

static enum ka_store_status
find(struct ka_tx *tx, void *arg)
{
	struct search *search = arg;
	struct ka_request *request = search->request;

	search->num = 0;
	if (search->named == NULL)
		return ka_tx_ca_by_subject(
		    tx, &search->rows, &search->num, request->arena, &request->scope, search->cert->issuer_sha256);
	search->rows = ka_arena_take(request->arena, sizeof(*search->rows));
	enum ka_store_status status = ka_tx_ca_get(tx, search->rows, request->arena, &request->scope, search->named);
	search->num = status == KA_STORE_OK ? 1 : 0;
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}

static void
refuse(struct ka_reply *reply, const struct search *search, const char *message)
{
	char issuer[NAME_LEN];

	if (message[0] != '\0') {
		ka_reply_error(reply, search->request, KA_API_CERTIFICATE_VALIDATION, "%s", message);
	} else if (search->named != NULL) {
		ka_reply_error(reply, search->request, KA_API_CERTIFICATE_VALIDATION,
		    "The CA certificate in caCertificatePem (%s) is not registered: RegisterCACertificate registers it",
		    search->named);
	} else {
		(void)ka_name_text(issuer, sizeof(issuer), search->cert->object.issuer);
		ka_reply_error(reply, search->request, KA_API_CERTIFICATE_VALIDATION,
		    "No registered CA certificate has the subject that the certificate names as its issuer, %s: "
		    "RegisterCACertificate "
		    "registers it, or RegisterCertificateWithoutCA registers the certificate alone",
		    issuer[0] == '\0' ? "(empty)" : issuer);
	}
}

/* Returns the CA, or NULL: the reply is the error. */
static const struct ka_ca_row *
choose(struct ka_reply *reply, const struct search *search)
{
	char message[KA_PKI_MESSAGE_LEN] = "";
	const struct ka_ca_row *found = NULL, *inactive = NULL;

	for (size_t i = 0; i < search->num; i++) {
		const struct ka_ca_row *row = &search->rows[i];
		if (ka_pki_check_issuer(message, search->cert, row->der) != KA_PKI_OK)
			continue;
		if (row->status != KA_CA_ACTIVE) {
			inactive = row;
		} else if (found == NULL) {
			found = row;
		} else {
			ka_reply_error(reply, search->request, KA_API_CERTIFICATE_CONFLICT,
			    "Several registered CA certificates with the same subject and key could have signed it, %s "
			    "and %s among them: "
			    "give the one that did as caCertificatePem",
			    found->id, row->id);
			return NULL;
		}
	}
	if (found == NULL && inactive != NULL)
		ka_reply_error(reply, search->request, KA_API_CERTIFICATE_VALIDATION,
		    "The CA certificate that signed it, %s, is %s: UpdateCACertificate sets newStatus ACTIVE",
		    inactive->id, ka_ca_status_name(inactive->status));
	else if (found == NULL)
		refuse(reply, search, message);
	return found;
}

void
ka_op_register_certificate(struct ka_reply *reply, struct ka_request *request)
{
	char message[KA_PKI_MESSAGE_LEN];
	enum ka_device_status status;
	struct ka_pki_cert cert, named;
	struct search search = { .request = request, .cert = &cert };

	if (!ka_param_registration_status(&status, reply, request) ||
	    !ka_param_certificate(&cert, reply, request, "certificatePem"))
		return;
	enum ka_pki_fault fault = ka_pki_check_device(message, &cert, request->now, ka_weak_ctx(request));
	if (fault != KA_PKI_OK) {
		ka_reply_pki(reply, request, fault, message);
		return;
	}
	if (ka_param_given(request, "caCertificatePem")) {
		if (!ka_param_certificate(&named, reply, request, "caCertificatePem"))
			return;
		search.named = named.id;
	}
	if (!ka_api_read(reply, request, find, &search))
		return;
	const struct ka_ca_row *ca = choose(reply, &search);
	if (ca == NULL)
		return;
	struct ka_device_row row = ka_device_row_new(&cert, request->now);
	memcpy(row.ca_id, ca->id, sizeof(row.ca_id));
	row.status = status;
	row.mode = ca->mode;
	if (ka_device_register(reply, request, &row, row.ca_id))
		ka_reply_registered(reply, ka_arn(request, "cert", row.id), row.id);
}
