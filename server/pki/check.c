/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - the rules of registration, each a row: the "basic sanity checks" of AWS IoT (reference 3.10). The cheap
 * ones come first. */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <keyassay/check.h>

#include "server/pki/internal.h"

struct subject {
	char *message;
	const struct ka_pki_cert *cert;
	int64_t now; /* milliseconds */
	const struct ka_ctx *ctx;
};

enum ka_pki_fault
ka_pki_check_validity(
    char out_message[KA_PKI_MESSAGE_LEN], const struct ka_object *object, int64_t now, const char *what)
{
	struct ka_verdict verdict = { 0 };
	char from[KA_TIME_TEXT_SIZE], until[KA_TIME_TEXT_SIZE], at[KA_TIME_TEXT_SIZE];

	ka_check_at(KA_CHECK_VALIDITY)->judge(&verdict, NULL, object, now / 1000);
	if ((verdict.failed & KA_CHECK_BIT(KA_CHECK_VALIDITY)) == 0)
		return KA_PKI_OK;
	ka_time_text(from, object->not_before);
	ka_time_text(until, object->not_after);
	ka_time_text(at, now / 1000);
	return ka_pki_say(out_message, KA_PKI_VALIDITY, "%s is %s: valid from %s to %s, and it is %s now", what,
	    verdict.reasons[KA_CHECK_VALIDITY] == KA_REASON_EXPIRED ? "expired" : "not yet valid", from, until, at);
}

enum ka_pki_fault
ka_pki_check_key(char out_message[KA_PKI_MESSAGE_LEN], const struct ka_object *object, enum ka_pki_fault fault)
{
	static const char accepted[] =
	    "RSA and DSA keys need at least 2048 bits, EC keys a named curve of at least 256 (P-256, P-384, P-521)";
	const uint32_t bit = KA_CHECK_BIT(KA_CHECK_KEY_SIZE);
	const struct ka_key *key = &object->key;
	struct ka_verdict verdict = { 0 };

	if (key->algorithm == KA_KEY_EC && (key->curve == KA_CURVE_EXPLICIT || key->curve == KA_CURVE_OTHER))
		return ka_pki_say(out_message, fault, "the key is on %s; %s",
		    key->curve == KA_CURVE_EXPLICIT ? "a curve given by its parameters, which RFC 5480 forbids"
						    : "an unknown curve",
		    accepted);
	ka_check_at(KA_CHECK_KEY_SIZE)->judge(&verdict, NULL, object, 0);
	if ((verdict.passed & bit) != 0)
		return KA_PKI_OK;
	if ((verdict.failed & bit) != 0)
		return ka_pki_say(out_message, fault, "the key is too short: %s %s%s%u bits; %s",
		    ka_key_algorithm_name(key->algorithm), ka_curve_name(key->curve),
		    key->curve == KA_CURVE_NONE ? "" : ", ", key->bits, accepted);
	return ka_pki_say(out_message, fault, "the key's algorithm is not accepted: %s%s; %s",
	    ka_key_algorithm_name(key->algorithm), key->algorithm == KA_KEY_DSA ? " without parameters" : "", accepted);
}

enum ka_pki_fault
ka_pki_check_weak(char out_message[KA_PKI_MESSAGE_LEN], const struct ka_object *object, const struct ka_ctx *ctx)
{
	static const enum ka_check_id checks[] = { KA_CHECK_DEBIAN_WEAK, KA_CHECK_ROCA };
	struct ka_verdict verdict;

	if (ctx == NULL)
		return KA_PKI_OK;
	ka_judge(&verdict, ctx, object, KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK) | KA_CHECK_BIT(KA_CHECK_ROCA), 0);
	/* Undecided is not weak: only a proof refuses a key. The audit tells of what it could not decide. */
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if ((verdict.failed & KA_CHECK_BIT(checks[i])) != 0) {
			enum ka_reason reason = (enum ka_reason)verdict.reasons[checks[i]];
			return ka_pki_say(
			    out_message, KA_PKI_WEAK_KEY, "%s: %s", ka_reason_code(reason), ka_reason_text(reason));
		}
	}
	return KA_PKI_OK;
}

static enum ka_pki_fault
check_algorithm(const struct subject *subject)
{
	struct ka_pki_algorithm algorithm;

	return ka_pki_algorithm_read(&algorithm, subject->message, &subject->cert->object);
}

static enum ka_pki_fault
check_validity(const struct subject *subject)
{
	return ka_pki_check_validity(subject->message, &subject->cert->object, subject->now, "the certificate");
}

static enum ka_pki_fault
check_key(const struct subject *subject)
{
	return ka_pki_check_key(subject->message, &subject->cert->object, KA_PKI_KEY_SIZE);
}

static enum ka_pki_fault
check_weak(const struct subject *subject)
{
	return ka_pki_check_weak(subject->message, &subject->cert->object, subject->ctx);
}

/*
 * BasicConstraints ::= SEQUENCE {                                       -- RFC 5280 4.2.1.9
 *     cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }
 *
 * Returns NULL for CA:TRUE, or what was seen instead.
 */
static const char *
basic_constraints_fault(struct ka_slice extensions)
{
	const unsigned char *at = extensions.data;
	const char *fault = NULL;
	int found = -1;

	if (extensions.len == 0)
		return "it has no extensions";
	STACK_OF(X509_EXTENSION) *read = d2i_X509_EXTENSIONS(NULL, &at, (long)extensions.len);
	BASIC_CONSTRAINTS *constraints =
	    read == NULL ? NULL : X509V3_get_d2i(read, NID_basic_constraints, &found, NULL);
	if (constraints == NULL)
		fault = found == -1 ? "it has no such extension"
		    : found == -2   ? "it has two such extensions"
				    : "its extension is malformed";
	else if (constraints->ca == 0)
		fault = "it says CA:FALSE";
	else if (constraints->pathlen != NULL && ASN1_STRING_type(constraints->pathlen) == V_ASN1_NEG_INTEGER)
		fault = "its path length is negative";
	BASIC_CONSTRAINTS_free(constraints);
	sk_X509_EXTENSION_pop_free(read, X509_EXTENSION_free);
	ERR_clear_error();
	return fault;
}

static enum ka_pki_fault
check_basic_constraints(const struct subject *subject)
{
	const char *fault = basic_constraints_fault(subject->cert->object.extensions);

	/* Up to the colon it is what AWS says. */
	return fault == NULL
	    ? KA_PKI_OK
	    : ka_pki_say(subject->message, KA_PKI_BASIC_CONSTRAINTS,
		  "The CA certificate does not have the basicConstraints extension as true: %s", fault);
}

static enum ka_pki_fault
check_self_signature(const struct subject *subject)
{
	const struct ka_object *object = &subject->cert->object;
	char name[KA_PKI_NAME_LEN];

	if (!ka_pki_same(object->subject, object->issuer) || ka_pki_verify(object, &object->key))
		return KA_PKI_OK;
	return ka_pki_say(subject->message, KA_PKI_SELF_SIGNATURE,
	    "subject and issuer are both %s, but the certificate's own key did not sign it",
	    ka_pki_name_text(name, object->subject));
}

typedef enum ka_pki_fault (*rule_fn)(const struct subject *subject);

static const rule_fn ca_rules[] = { check_basic_constraints, check_validity, check_key, check_algorithm, check_weak,
	check_self_signature };
static const rule_fn device_rules[] = { check_validity, check_key, check_algorithm, check_weak };

static enum ka_pki_fault
check(const rule_fn *rules, size_t num, const struct subject *subject)
{
	for (size_t i = 0; i < num; i++) {
		enum ka_pki_fault fault = rules[i](subject);
		if (fault != KA_PKI_OK)
			return fault;
	}
	return KA_PKI_OK;
}

enum ka_pki_fault
ka_pki_check_ca(
    char out_message[KA_PKI_MESSAGE_LEN], const struct ka_pki_cert *cert, int64_t now, const struct ka_ctx *ctx)
{
	return check(
	    ca_rules, sizeof(ca_rules) / sizeof(ca_rules[0]), &(struct subject){ out_message, cert, now, ctx });
}

enum ka_pki_fault
ka_pki_check_device(
    char out_message[KA_PKI_MESSAGE_LEN], const struct ka_pki_cert *cert, int64_t now, const struct ka_ctx *ctx)
{
	return check(device_rules, sizeof(device_rules) / sizeof(device_rules[0]),
	    &(struct subject){ out_message, cert, now, ctx });
}
