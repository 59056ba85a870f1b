/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate and CertificationRequest. The structure is checked throughout; what extensions and attributes say is not read. */
#include "lib/key/key.h"
#include "lib/x509/object.h"

bool
ka_signature_algorithm_take(struct ka_der *in, struct ka_slice *out_whole)
{
	struct ka_der body;
	struct ka_slice oid;

	return ka_der_take_whole(in, KA_DER_SEQUENCE, &body, out_whole) &&
	    ka_der_oid(&body, &oid) &&
	    (ka_der_at_end(&body) || ka_der_skip(&body)) &&
	    ka_der_finish(&body);
}

bool
ka_signature_take(struct ka_der *in)
{
	struct ka_der bytes;

	return ka_der_bit_string(in, KA_DER_BIT_STRING, false, &bytes);
}

/*
 * Version ::= INTEGER { v1(0), v2(1), v3(2) }      -- version [0] EXPLICIT Version DEFAULT v1
 */
static bool
version_take(struct ka_object *out, struct ka_der *in)
{
	const uint8_t *start = in->at;
	struct ka_der body;
	unsigned version;

	out->version = 1;
	if (!ka_der_next_is(in, KA_DER_CONTEXT_CONSTRUCTED(0)))
		return true;
	if (!(ka_der_take(in, KA_DER_CONTEXT_CONSTRUCTED(0), &body) &&
	    ka_der_small(&body, &version, KA_ERR_X509_VERSION) &&
	    ka_der_finish(&body)))
		return false;
	if (version < 1 || version > 2)
		return ka_der_fail_at(in, start, KA_ERR_X509_VERSION);
	out->version = (uint8_t)(version + 1);
	return true;
}

/*
 * Validity ::= SEQUENCE { notBefore Time, notAfter Time }
 */
static bool
validity_take(struct ka_object *out, struct ka_der *in)
{
	struct ka_der body;

	if (!(ka_der_take(in, KA_DER_SEQUENCE, &body) &&
	    ka_der_time(&body, &out->not_before) &&
	    ka_der_time(&body, &out->not_after) &&
	    ka_der_finish(&body)))
		return false;
	out->has_validity = true;
	return true;
}

/* issuerUniqueID [1] IMPLICIT BIT STRING OPTIONAL, subjectUniqueID [2] likewise: v2 or v3. */
static bool
unique_ids_take(const struct ka_object *out, struct ka_der *in)
{
	for (unsigned number = 1; number <= 2; number++) {
		struct ka_der bytes;
		if (!ka_der_next_is(in, KA_DER_CONTEXT(number)))
			continue;
		if (out->version < 2)
			return ka_der_fail(in, KA_ERR_X509_UNIQUE_ID);
		if (!ka_der_bit_string(in, KA_DER_CONTEXT(number), false, &bytes))
			return false;
	}
	return true;
}

/*
 * Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
 *
 * A FALSE that is written out breaks DER (X.690 11.5), but many certificates in use have one, and it says nothing else.
 */
static bool
extension_take(struct ka_der *in)
{
	struct ka_der body, value;
	struct ka_slice oid;
	bool critical;

	return ka_der_take(in, KA_DER_SEQUENCE, &body) &&
	    ka_der_oid(&body, &oid) &&
	    (!ka_der_next_is(&body, KA_DER_BOOLEAN) || ka_der_boolean(&body, &critical)) &&
	    ka_der_take(&body, KA_DER_OCTET_STRING, &value) &&
	    ka_der_finish(&body);
}

/*
 * extensions [3] EXPLICIT SEQUENCE SIZE (1..MAX) OF Extension OPTIONAL      -- v3 only
 */
static bool
extensions_take(struct ka_object *out, struct ka_der *in)
{
	const uint8_t *start = in->at;
	struct ka_der explicit_body, body;

	if (!ka_der_next_is(in, KA_DER_CONTEXT_CONSTRUCTED(3)))
		return true;
	if (out->version != 3)
		return ka_der_fail(in, KA_ERR_X509_EXTENSIONS);
	if (!(ka_der_take(in, KA_DER_CONTEXT_CONSTRUCTED(3), &explicit_body) &&
	    ka_der_take_whole(&explicit_body, KA_DER_SEQUENCE, &body, &out->extensions) &&
	    ka_der_finish(&explicit_body)))
		return false;
	if (ka_der_at_end(&body))
		return ka_der_fail_at(in, start, KA_ERR_X509_EXTENSIONS);
	while (!ka_der_at_end(&body)) {
		if (!extension_take(&body))
			return false;
	}
	return true;
}

/*
 * TBSCertificate ::= SEQUENCE {
 *     version [0] EXPLICIT Version DEFAULT v1, serialNumber INTEGER, signature AlgorithmIdentifier, issuer Name,
 *     validity Validity, subject Name, subjectPublicKeyInfo SubjectPublicKeyInfo,
 *     issuerUniqueID [1] IMPLICIT BIT STRING OPTIONAL, subjectUniqueID [2] IMPLICIT BIT STRING OPTIONAL,
 *     extensions [3] EXPLICIT Extensions OPTIONAL }
 */
static bool
tbs_certificate_take(struct ka_object *out, struct ka_der *in)
{
	struct ka_der body;
	struct ka_slice inner_algorithm;

	return ka_der_take_whole(in, KA_DER_SEQUENCE, &body, &out->tbs) &&
	    version_take(out, &body) &&
	    ka_der_integer(&body, &out->serial) &&
	    ka_signature_algorithm_take(&body, &inner_algorithm) &&
	    ka_name_take(&body, &out->issuer) &&
	    validity_take(out, &body) &&
	    ka_name_take(&body, &out->subject) &&
	    ka_spki_read(&out->key, &body) &&
	    unique_ids_take(out, &body) &&
	    extensions_take(out, &body) &&
	    ka_der_finish(&body);
}

/*
 * Certificate ::= SEQUENCE { tbsCertificate TBSCertificate, signatureAlgorithm AlgorithmIdentifier, signatureValue BIT STRING }
 */
bool
ka_certificate_take(struct ka_object *out, struct ka_der *in)
{
	struct ka_der body;

	out->kind = KA_OBJECT_CERTIFICATE;
	return ka_der_take_whole(in, KA_DER_SEQUENCE, &body, &out->der) &&
	    tbs_certificate_take(out, &body) &&
	    ka_signature_algorithm_take(&body, &out->signature_algorithm) &&
	    ka_signature_take(&body) &&
	    ka_der_finish(&body);
}

/*
 * Attribute ::= SEQUENCE { type OBJECT IDENTIFIER, values SET OF ANY }      -- attributes [0] IMPLICIT SET OF Attribute
 */
static bool
attributes_take(struct ka_der *in)
{
	struct ka_der attributes, attribute, values;
	struct ka_slice oid;

	/* Required by RFC 2986, left out by some old makers of requests. */
	if (ka_der_at_end(in))
		return true;
	if (!ka_der_take(in, KA_DER_CONTEXT_CONSTRUCTED(0), &attributes))
		return false;
	while (!ka_der_at_end(&attributes)) {
		if (!(ka_der_take(&attributes, KA_DER_SEQUENCE, &attribute) &&
		    ka_der_oid(&attribute, &oid) &&
		    ka_der_take(&attribute, KA_DER_SET, &values) &&
		    ka_der_finish(&attribute)))
			return false;
		while (!ka_der_at_end(&values)) {
			if (!ka_der_skip(&values))
				return false;
		}
	}
	return true;
}

/* Only v1 is defined, but makers of requests have written the version of the certificate that they wish for. */
static bool
request_version_take(struct ka_der *in)
{
	const uint8_t *start = in->at;
	unsigned version;

	return ka_der_small(in, &version, KA_ERR_X509_VERSION) &&
	    (version <= 2 || ka_der_fail_at(in, start, KA_ERR_X509_VERSION));
}

/*
 * CertificationRequestInfo ::= SEQUENCE {
 *     version INTEGER { v1(0) }, subject Name, subjectPKInfo SubjectPublicKeyInfo, attributes [0] IMPLICIT Attributes }
 */
static bool
request_info_take(struct ka_object *out, struct ka_der *in)
{
	struct ka_der body;

	return ka_der_take_whole(in, KA_DER_SEQUENCE, &body, &out->tbs) &&
	    request_version_take(&body) &&
	    ka_name_take(&body, &out->subject) &&
	    ka_spki_read(&out->key, &body) &&
	    attributes_take(&body) &&
	    ka_der_finish(&body);
}

/*
 * CertificationRequest ::= SEQUENCE { certificationRequestInfo CertificationRequestInfo, signatureAlgorithm AlgorithmIdentifier,
 *     signature BIT STRING }
 */
bool
ka_certificate_request_take(struct ka_object *out, struct ka_der *in)
{
	struct ka_der body;

	out->kind = KA_OBJECT_CERTIFICATE_REQUEST;
	return ka_der_take_whole(in, KA_DER_SEQUENCE, &body, &out->der) &&
	    request_info_take(out, &body) &&
	    ka_signature_algorithm_take(&body, &out->signature_algorithm) &&
	    ka_signature_take(&body) &&
	    ka_der_finish(&body);
}
