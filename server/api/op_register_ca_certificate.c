/* SPDX-License-Identifier: Apache-2.0 */
/* RegisterCACertificate. Reading, rules and signatures come before the transaction, which looks again at all that
 * another request may have changed in between: the registration code, the certificate itself, how many CAs have its
 * subject.
 *
 * In DEFAULT mode one account of a region may have a CA, in SNI_ONLY mode any number (reference 3.10). */
#include "server/api/certificates.h"
#include "server/api/ops.h"
#include "server/api/tags.h"

struct registration {
	struct ka_reply *reply;
	struct ka_request *request;
	struct ka_ca_row row;
	char code[KA_CERT_ID_LEN + 1]; /* that was proved with; "" in SNI_ONLY mode */
	const char *arn;
	struct ka_tags tags;
};

static enum ka_store_status
get_code(struct ka_tx *tx, void *arg)
{
	struct registration *registration = arg;
	enum ka_store_status status =
	    ka_tx_registration_code_get(tx, registration->code, &registration->request->scope);

	if (status != KA_STORE_NONE)
		return status;
	ka_reply_error(registration->reply, registration->request, KA_API_REGISTRATION_CODE_VALIDATION,
	    "This account has no registration code in this region yet: GetRegistrationCode makes one, which the "
	    "verification "
	    "certificate must have as its common name");
	return KA_STORE_ABORTED;
}

/* Proof of possession. */
static bool
prove(struct registration *registration, const struct ka_pki_cert *ca)
{
	struct ka_pki_cert proof;
	char message[KA_PKI_MESSAGE_LEN];

	if (!ka_param_certificate(&proof, registration->reply, registration->request, "verificationCertificate") ||
	    !ka_api_read(registration->reply, registration->request, get_code, registration))
		return false;
	enum ka_pki_fault fault =
	    ka_pki_check_proof(message, &proof, ca, registration->code, registration->request->now);
	if (fault != KA_PKI_OK)
		ka_reply_pki(registration->reply, registration->request, fault, message);
	return fault == KA_PKI_OK;
}

static enum ka_store_status
exists(struct registration *registration, const char *arn, const char *message)
{
	ka_reply_exists(registration->reply, registration->request, registration->row.id, arn, message);
	return KA_STORE_ABORTED;
}

/* What DEFAULT mode asks for beside the rest. */
static enum ka_store_status
check_default(struct ka_tx *tx, struct registration *registration)
{
	const struct ka_request *request = registration->request;
	char code[KA_CERT_ID_LEN + 1], owner[KA_ACCOUNT_LEN + 1];
	enum ka_store_status status = ka_tx_registration_code_get(tx, code, &request->scope);

	if (status == KA_STORE_NONE || (status == KA_STORE_OK && strcmp(code, registration->code) != 0)) {
		ka_reply_error(registration->reply, request, KA_API_REGISTRATION_CODE_VALIDATION,
		    "The registration code was deleted while the certificate was being checked: make a verification "
		    "certificate "
		    "with the new one");
		return KA_STORE_ABORTED;
	}
	if (status != KA_STORE_OK)
		return status;
	status = ka_tx_ca_default_owner(tx, owner, request->scope.region, registration->row.id);
	/* That it is our own, insert finds out. */
	if (status == KA_STORE_OK && strcmp(owner, request->scope.account) != 0)
		return exists(registration,
		    ka_arena_format(request->arena, "arn:aws:iot:%s:%s:cacert/%s", request->scope.region, owner,
			registration->row.id),
		    "Another account has registered this CA certificate in DEFAULT mode in this region, which one "
		    "account can: "
		    "register it in SNI_ONLY mode");
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}

/* With the row inserted. */
static enum ka_store_status
check_subject(struct ka_tx *tx, struct registration *registration)
{
	uint64_t count;
	enum ka_store_status status =
	    ka_tx_ca_count_subject(tx, &count, &registration->request->scope, registration->row.subject_sha256);

	if (status != KA_STORE_OK || count <= KA_MAX_CAS_PER_SUBJECT)
		return status;
	ka_reply_error(registration->reply, registration->request, KA_API_LIMIT_EXCEEDED,
	    "%u CA certificates with this subject are registered, the most that can be: delete one first",
	    KA_MAX_CAS_PER_SUBJECT);
	return KA_STORE_ABORTED;
}

static enum ka_store_status
insert(struct ka_tx *tx, void *arg)
{
	struct registration *registration = arg;
	struct ka_request *request = registration->request;
	enum ka_store_status status;

	if (registration->row.mode == KA_MODE_DEFAULT && (status = check_default(tx, registration)) != KA_STORE_OK)
		return status;
	status = ka_tx_ca_insert(tx, NULL, &request->scope, &registration->row);
	if (status == KA_STORE_EXISTS)
		return exists(registration, registration->arn, "The CA certificate is already registered");
	if (status != KA_STORE_OK || (status = check_subject(tx, registration)) != KA_STORE_OK ||
	    (registration->tags.num > 0 &&
		(status = ka_tags_put(tx, registration->reply, request, registration->arn, &registration->tags)) !=
		    KA_STORE_OK))
		return status;
	return ka_log_change(tx, request, registration->arn, NULL, ka_ca_state(request->arena, &registration->row));
}

/* The mode, and whether there is a verification certificate, which must fit. */
static bool
read_mode(enum ka_cert_mode *out, struct ka_reply *reply, struct ka_request *request)
{
	unsigned given = ka_param_enum(request, "certificateMode");
	bool has_proof = ka_param_given(request, "verificationCertificate");

	*out = given == 0 ? KA_MODE_DEFAULT : (enum ka_cert_mode)given;
	if (has_proof == (*out == KA_MODE_DEFAULT))
		return true;
	ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
	    has_proof
		? "certificateMode SNI_ONLY takes no verificationCertificate"
		: "certificateMode DEFAULT takes a verificationCertificate: a certificate signed by the CA's key whose "
		  "common name "
		  "is the code of GetRegistrationCode. Without the CA's key, register with certificateMode SNI_ONLY");
	return false;
}

void
ka_op_register_ca_certificate(struct ka_reply *reply, struct ka_request *request)
{
	struct registration registration = { .reply = reply, .request = request };
	char message[KA_PKI_MESSAGE_LEN];
	const char *config, *template_name;
	struct ka_pki_cert ca;
	enum ka_cert_mode mode;

	if (!read_mode(&mode, reply, request) || !ka_registration_config(&config, &template_name, reply, request) ||
	    !ka_tags_read(&registration.tags, reply, request) ||
	    !ka_param_certificate(&ca, reply, request, "caCertificate"))
		return;
	enum ka_pki_fault fault = ka_pki_check_ca(message, &ca, request->now, ka_weak_ctx(request));
	if (fault != KA_PKI_OK) {
		ka_reply_pki(reply, request, fault, message);
		return;
	}
	if (mode == KA_MODE_DEFAULT && !prove(&registration, &ca))
		return;
	registration.row = ka_ca_row_new(&ca, request->now);
	registration.row.mode = mode;
	registration.row.status = ka_param_bool(request, "setAsActive", false) ? KA_CA_ACTIVE : KA_CA_INACTIVE;
	registration.row.auto_registration = ka_param_bool(request, "allowAutoRegistration", false);
	registration.row.registration_config = config;
	registration.row.template_name = template_name;
	registration.arn = ka_arn(request, "cacert", registration.row.id);
	if (ka_api_write(reply, request, insert, &registration))
		ka_reply_registered(reply, registration.arn, registration.row.id);
}
