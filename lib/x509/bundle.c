/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates of a PKCS #7 / CMS SignedData, RFC 5652 5.1.
 *
 *     ContentInfo ::= SEQUENCE { contentType OBJECT IDENTIFIER, content [0] EXPLICIT ANY }
 *     SignedData ::= SEQUENCE { version INTEGER, digestAlgorithms SET, encapContentInfo SEQUENCE,
 *         certificates [0] IMPLICIT SET OF CertificateChoices OPTIONAL, crls [1] IMPLICIT SET OPTIONAL, signerInfos SET }
 *
 * The elements around the certificates are BER (X.690 8.1.3): they may have an indefinite length, ended by two zero bytes, or a length
 * longer than needed. So this file has a small reader of its own for headers; the certificates are read as DER. */
#include "lib/x509/object.h"

/* signedData, 1.2.840.113549.1.7.2 */
static const uint8_t signed_data_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 };

#define END_OF_CONTENTS_LEN 2

/* Reads a header; out_body spans the contents, or for an indefinite length all that is left. */
static bool
header_take(struct ka_der *in, unsigned *out_tag, struct ka_der *out_body, bool *out_indefinite)
{
	const uint8_t *at = in->at;
	size_t len = 0;

	if (in->end - at < 2)
		return ka_der_fail(in, KA_ERR_DER_TRUNCATED);
	unsigned tag = at[0], first = at[1], num_bytes = first & 0x7f;
	if ((tag & 0x1f) == 0x1f)
		return ka_der_fail(in, KA_ERR_DER_TAG_NUMBER);
	at += 2;
	*out_indefinite = first == 0x80;
	if (first < 0x80) {
		len = first;
	} else {
		if (num_bytes > (size_t)(in->end - at))
			return ka_der_fail(in, KA_ERR_DER_TRUNCATED);
		for (; num_bytes > 0; num_bytes--) {
			if (len > KA_OBJECT_MAX_BYTES)
				return ka_der_fail(in, KA_ERR_DER_TRUNCATED);
			len = len << 8 | *at++;
		}
	}
	if (*out_indefinite) {
		if (!(tag & 0x20)) /* X.690 8.1.3.2: constructed only */
			return ka_der_fail(in, KA_ERR_DER_INDEFINITE);
		len = (size_t)(in->end - at);
	} else if (len > (size_t)(in->end - at)) {
		return ka_der_fail(in, KA_ERR_DER_TRUNCATED);
	}
	*out_tag = tag;
	*out_body = (struct ka_der){ at, at + len, in->fault };
	return true;
}

/* Moves a cursor that stands in the contents of an indefinite length behind its end-of-contents. Counts levels, does not recurse. */
static bool
end_of_contents_find(struct ka_der *in)
{
	size_t depth = 1;

	while (depth > 0) {
		struct ka_der body;
		unsigned tag;
		bool indefinite;
		if (in->end - in->at >= END_OF_CONTENTS_LEN && in->at[0] == 0 && in->at[1] == 0) {
			in->at += END_OF_CONTENTS_LEN;
			depth--;
			continue;
		}
		if (!header_take(in, &tag, &body, &indefinite))
			return false;
		in->at = indefinite ? body.at : body.end;
		depth += indefinite;
	}
	return true;
}

static bool
ber_element(struct ka_der *in, unsigned *out_tag, struct ka_der *out_body)
{
	bool indefinite;

	if (!header_take(in, out_tag, out_body, &indefinite))
		return false;
	in->at = out_body->end;
	if (indefinite) {
		in->at = out_body->at;
		if (!end_of_contents_find(in))
			return false;
		out_body->end = in->at - END_OF_CONTENTS_LEN;
	}
	return true;
}

static bool
ber_take(struct ka_der *in, unsigned tag, struct ka_der *out_body)
{
	unsigned got;

	if (!ka_der_at_end(in) && *in->at != tag)
		return ka_der_fail(in, KA_ERR_DER_TAG);
	return ber_element(in, &got, out_body);
}

static bool
certificates_find(struct ka_der *in, struct ka_der *out_certificates)
{
	struct ka_der info, oid, content, data, ignored;

	if (!(ber_take(in, KA_DER_SEQUENCE, &info) &&
	    ka_der_finish(in) &&
	    ber_take(&info, KA_DER_OID, &oid)))
		return false;
	if (!ka_slice_equal(ka_der_rest(&oid), (struct ka_slice){ signed_data_oid, sizeof(signed_data_oid) }))
		return ka_der_fail(&oid, KA_ERR_X509_UNRECOGNISED);
	if (!(ber_take(&info, KA_DER_CONTEXT_CONSTRUCTED(0), &content) &&
	    ber_take(&content, KA_DER_SEQUENCE, &data) &&
	    ber_take(&data, KA_DER_INTEGER, &ignored) &&
	    ber_take(&data, KA_DER_SET, &ignored) &&
	    ber_take(&data, KA_DER_SEQUENCE, &ignored)))
		return false;
	if (!ka_der_next_is(&data, KA_DER_CONTEXT_CONSTRUCTED(0)))
		return ka_der_fail(&data, KA_ERR_X509_NO_CERTIFICATES);
	return ber_take(&data, KA_DER_CONTEXT_CONSTRUCTED(0), out_certificates);
}

/* Walks over the choices, so that ka_bundle_next need not fail. */
static bool
choices_check(struct ka_der in)
{
	struct ka_der body;
	unsigned tag;
	bool any = false;

	while (!ka_der_at_end(&in)) {
		if (!ber_element(&in, &tag, &body))
			return false;
		any |= tag == KA_DER_SEQUENCE;
	}
	return any || ka_der_fail(&in, KA_ERR_X509_NO_CERTIFICATES);
}

enum ka_err
ka_bundle_open(struct ka_bundle *out, size_t *out_offset, struct ka_slice der)
{
	struct ka_der_fault fault;
	struct ka_der in = ka_der_init(&fault, der), certificates;

	if (!(certificates_find(&in, &certificates) && choices_check(certificates))) {
		if (out_offset != NULL)
			*out_offset = fault.offset;
		return fault.err;
	}
	*out = (struct ka_bundle){ .der = der, .next = (size_t)(certificates.at - der.data),
		.end = (size_t)(certificates.end - der.data) };
	return KA_OK;
}

bool
ka_bundle_next(struct ka_slice *out_der, struct ka_bundle *bundle)
{
	struct ka_der_fault fault = { .start = bundle->der.data };
	struct ka_der in = { bundle->der.data + bundle->next, bundle->der.data + bundle->end, &fault }, body;
	unsigned tag;

	while (!ka_der_at_end(&in)) {
		const uint8_t *start = in.at;
		if (!ber_element(&in, &tag, &body))
			break;
		if (tag != KA_DER_SEQUENCE)
			continue;
		bundle->next = (size_t)(in.at - bundle->der.data);
		*out_der = ka_der_since(&in, start);
		return true;
	}
	bundle->next = bundle->end;
	return false;
}
