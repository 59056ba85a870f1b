/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/x509/object.h"
#include "lib/key/key.h"

/* An object in two parts, each of which compilers clear and copy with a few wide moves; the whole is long enough for them to call
 * on the slow start of a string instruction, twice a tenth of the time that reading a certificate takes. */
static void
object_copy(struct ka_object *out, const struct ka_object *from)
{
	memcpy(out, from, offsetof(struct ka_object, key));
	out->key = from->key;
}

enum ka_err
ka_object_run(struct ka_object *out, size_t *out_offset, struct ka_slice der, ka_object_fn read)
{
	struct ka_der_fault fault;
	struct ka_der in = ka_der_init(&fault, der);
	static const struct ka_object none = { .kind = KA_OBJECT_NONE };
	struct ka_object object;

	object_copy(&object, &none);
	if (der.len > KA_OBJECT_MAX_BYTES) {
		if (out_offset != NULL)
			*out_offset = KA_OBJECT_MAX_BYTES;
		return KA_ERR_X509_TOO_LARGE;
	}
	if (!(read(&object, &in) && ka_der_finish(&in))) {
		if (out_offset != NULL)
			*out_offset = fault.offset;
		return fault.err;
	}
	object_copy(out, &object);
	return KA_OK;
}

enum ka_err
ka_certificate_read(struct ka_object *out, size_t *out_offset, struct ka_slice der)
{
	return ka_object_run(out, out_offset, der, ka_certificate_take);
}

enum ka_err
ka_certificate_request_read(struct ka_object *out, size_t *out_offset, struct ka_slice der)
{
	return ka_object_run(out, out_offset, der, ka_certificate_request_take);
}

/* CertAux ::= SEQUENCE { trust, reject, alias, keyid, other }, all optional: OpenSSL's, judged by nobody. */
static bool
trusted_certificate_take(struct ka_object *out, struct ka_der *in)
{
	struct ka_der settings;

	return ka_certificate_take(out, in) &&
	    (ka_der_at_end(in) || ka_der_take(in, KA_DER_SEQUENCE, &settings));
}

enum ka_err
ka_trusted_certificate_read(struct ka_object *out, size_t *out_offset, struct ka_slice der)
{
	return ka_object_run(out, out_offset, der, trusted_certificate_take);
}

/* A SubjectPublicKeyInfo begins with a SEQUENCE, an RSAPublicKey with an INTEGER. */
static bool
public_key_take(struct ka_object *out, struct ka_der *in)
{
	const uint8_t *start = in->at;
	struct ka_der_fault fault = { .start = in->at };
	struct ka_der probe = { in->at, in->end, &fault };
	struct ka_der body;

	if (ka_der_take(&probe, KA_DER_SEQUENCE, &body) && ka_der_next_is(&body, KA_DER_INTEGER)) {
		if (!(ka_der_take(in, KA_DER_SEQUENCE, &body) &&
		    ka_rsa_numbers_read(&out->key, &body) &&
		    ka_der_finish(&body)))
			return false;
	} else if (!ka_spki_read(&out->key, in)) {
		return false;
	}
	out->kind = KA_OBJECT_PUBLIC_KEY;
	out->der = ka_der_since(in, start);
	return true;
}

enum ka_err
ka_public_key_read(struct ka_object *out, size_t *out_offset, struct ka_slice der)
{
	return ka_object_run(out, out_offset, der, public_key_take);
}

/* What the first elements say an object is:
 *
 *     SEQUENCE { SEQUENCE { [0] | INTEGER, SEQUENCE ...       Certificate: version, or serial number and signature algorithm
 *     SEQUENCE { SEQUENCE { INTEGER, SEQUENCE, SEQUENCE ...   CertificationRequest: version, name, key
 *     SEQUENCE { SEQUENCE { OID ... }, BIT STRING             SubjectPublicKeyInfo
 *     SEQUENCE { SEQUENCE { OID ... }, OCTET STRING           EncryptedPrivateKeyInfo
 *     SEQUENCE { INTEGER, INTEGER }                           RSAPublicKey
 *     SEQUENCE { INTEGER, ...                                 private keys
 */
typedef enum ka_err (*read_fn)(struct ka_object *out, size_t *out_offset, struct ka_slice der);

static read_fn
recognise_signed(struct ka_der *body)
{
	struct ka_der first, element;
	unsigned tag;

	if (!ka_der_take(body, KA_DER_SEQUENCE, &first))
		return NULL;
	if (ka_der_next_is(&first, KA_DER_OID))
		return ka_der_next_is(body, KA_DER_OCTET_STRING) ? ka_private_key_read : ka_public_key_read;
	if (ka_der_next_is(&first, KA_DER_CONTEXT_CONSTRUCTED(0)))
		return ka_certificate_read;
	if (!ka_der_next_is(&first, KA_DER_INTEGER) || !ka_der_skip(&first))
		return NULL;
	/* v1 certificates begin with serial, algorithm, issuer; requests with version, subject, key. The algorithm begins with an OID, a
	 * name with a SET or nothing. */
	if (!ka_der_element(&first, &tag, &element) || tag != KA_DER_SEQUENCE)
		return NULL;
	return ka_der_next_is(&element, KA_DER_OID) ? ka_certificate_read : ka_certificate_request_read;
}

static read_fn
recognise(struct ka_der *in)
{
	struct ka_der body;
	struct ka_slice number;

	if (!ka_der_take(in, KA_DER_SEQUENCE, &body))
		return NULL;
	if (ka_der_next_is(&body, KA_DER_SEQUENCE))
		return recognise_signed(&body);
	if (!ka_der_next_is(&body, KA_DER_INTEGER) || !ka_der_integer(&body, &number))
		return NULL;
	if (ka_der_next_is(&body, KA_DER_INTEGER) && ka_der_integer(&body, &number) && ka_der_at_end(&body))
		return ka_public_key_read;
	return ka_private_key_read;
}

enum ka_err
ka_object_read(struct ka_object *out, size_t *out_offset, struct ka_slice der)
{
	struct ka_der_fault fault;
	struct ka_der in = ka_der_init(&fault, der);
	read_fn read = recognise(&in);

	if (read != NULL)
		return read(out, out_offset, der);
	if (out_offset != NULL)
		*out_offset = fault.offset;
	/* A tag that does not suit is no reason to name a tag: the object is something else. */
	return fault.err == KA_OK || fault.err == KA_ERR_DER_TAG ? KA_ERR_X509_UNRECOGNISED : fault.err;
}

size_t
ka_der_element_len(struct ka_slice bytes)
{
	struct ka_der_fault fault;
	struct ka_der in = ka_der_init(&fault, bytes);

	return ka_der_skip(&in) ? (size_t)(in.at - bytes.data) : 0;
}

const char *
ka_object_kind_name(enum ka_object_kind kind)
{
	static const char *const names[] = {
		[KA_OBJECT_NONE] = "none",
		[KA_OBJECT_CERTIFICATE] = "certificate",
		[KA_OBJECT_CERTIFICATE_REQUEST] = "certificate_request",
		[KA_OBJECT_PUBLIC_KEY] = "public_key",
		[KA_OBJECT_PRIVATE_KEY] = "private_key",
		[KA_OBJECT_SSH_KEY] = "ssh_key",
		[KA_OBJECT_JWK] = "jwk",
		[KA_OBJECT_MODULUS] = "modulus",
		[KA_OBJECT_PGP_KEY] = "pgp_key",
	};

	return (size_t)kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "none";
}
