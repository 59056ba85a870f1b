/* SPDX-License-Identifier: Apache-2.0 */
/* issuer.c - who signed: proof that a CA's key is at hand, and the issuer of a device certificate. */
#include "server/pki/internal.h"

/* Name and signature; what begins the message. */
static enum ka_pki_fault
check_issued(char *out_message, enum ka_pki_fault fault, const char *what, const struct ka_object *object,
    const struct ka_object *ca)
{
	char issuer[KA_PKI_NAME_LEN], subject[KA_PKI_NAME_LEN];
	struct ka_pki_algorithm algorithm;

	if (!ka_pki_same(object->issuer, ca->subject))
		return ka_pki_say(out_message, fault, "%s names %s as its issuer, but the CA is %s", what,
		    ka_pki_name_text(issuer, object->issuer), ka_pki_name_text(subject, ca->subject));
	enum ka_pki_fault algorithm_fault = ka_pki_algorithm_read(&algorithm, out_message, object);
	if (algorithm_fault != KA_PKI_OK)
		return algorithm_fault;
	if (!ka_pki_verify(object, &ca->key))
		return ka_pki_say(out_message, fault, "%s is not signed by the key of its issuer %s", what,
		    ka_pki_name_text(subject, ca->subject));
	return KA_PKI_OK;
}

enum ka_pki_fault
ka_pki_check_proof(char out_message[KA_PKI_MESSAGE_LEN], const struct ka_pki_cert *proof, const struct ka_pki_cert *ca,
    const char *code, int64_t now)
{
	struct ka_arena arena = { 0 };
	char name[KA_PKI_NAME_LEN];

	enum ka_pki_fault fault =
	    check_issued(out_message, KA_PKI_PROOF, "the verification certificate", &proof->object, &ca->object);
	if (fault == KA_PKI_OK)
		fault = ka_pki_check_validity(out_message, &proof->object, now, "the verification certificate");
	if (fault != KA_PKI_OK)
		return fault;
	const char *common_name = ka_pki_common_name(&arena, proof->object.subject);
	if (common_name == NULL || strcmp(common_name, code) != 0)
		fault = ka_pki_say(out_message, KA_PKI_CODE,
		    "the verification certificate's common name must be this account's registration code "
		    "(GetRegistrationCode); its subject is %s",
		    ka_pki_name_text(name, proof->object.subject));
	ka_arena_clear(&arena);
	return fault;
}

enum ka_pki_fault
ka_pki_check_issuer(char out_message[KA_PKI_MESSAGE_LEN], const struct ka_pki_cert *cert, struct ka_slice ca_der)
{
	struct ka_object ca;
	size_t offset;

	if (ka_certificate_read(&ca, &offset, ca_der) != KA_OK)
		return ka_pki_say(out_message, KA_PKI_ISSUER, "the CA certificate cannot be read");
	return check_issued(out_message, KA_PKI_ISSUER, "the certificate", &cert->object, &ca);
}
