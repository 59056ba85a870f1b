/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* timegm */
#include "tests/openssl_view.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

static void
reason_take(struct openssl_view *view)
{
	unsigned long err = ERR_peek_error();
	const char *lib = ERR_lib_error_string(err), *reason = ERR_reason_error_string(err);

	(void)snprintf(view->reason, sizeof(view->reason), "%s: %s", lib != NULL ? lib : "no library",
	    reason != NULL ? reason : "no reason");
	ERR_clear_error();
}

void
openssl_view_make(struct openssl_view *out, struct ka_slice der)
{
	const unsigned char *at = der.data;

	*out = (struct openssl_view){ .x509 = NULL };
	ERR_clear_error();
	out->x509 = d2i_X509(NULL, &at, (long)der.len);
	if (out->x509 == NULL) {
		reason_take(out);
		return;
	}
	if (at != der.data + der.len) {
		X509_free(out->x509);
		out->x509 = NULL;
		(void)snprintf(out->reason, sizeof(out->reason), "bytes behind the certificate");
		return;
	}
	ERR_clear_error();
	out->key = X509_get0_pubkey(out->x509);
	if (out->key == NULL)
		reason_take(out);
}

void
openssl_view_free(struct openssl_view *view)
{
	X509_free(view->x509);
	*view = (struct openssl_view){ .x509 = NULL };
}

static bool
same_bytes(struct ka_slice slice, const unsigned char *bytes, size_t len)
{
	return slice.len == len && (len == 0 || memcmp(slice.data, bytes, len) == 0);
}

static bool
same_number(struct ka_slice number, EVP_PKEY *key, const char *param)
{
	unsigned char bytes[KA_KEY_MAX_BYTES + 1];
	BIGNUM *n = NULL;
	bool same = EVP_PKEY_get_bn_param(key, param, &n) == 1 && BN_num_bytes(n) <= (int)sizeof(bytes) &&
	    same_bytes(number, bytes, (size_t)BN_bn2bin(n, bytes));

	BN_free(n);
	return same;
}

static bool
same_point(struct ka_slice point, EVP_PKEY *key)
{
	unsigned char bytes[KA_KEY_MAX_BYTES];
	size_t len = 0;

	return EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, bytes, sizeof(bytes), &len) == 1 &&
	    same_bytes(point, bytes, len);
}

static bool
same_curve(const struct ka_key *key, EVP_PKEY *openssl_key)
{
	char name[80];
	size_t len = 0;

	if (key->curve == KA_CURVE_EXPLICIT) {
		/* bits is that of the field; 0 where the field is not a prime's. */
		BIGNUM *p = NULL;
		bool same_field = key->bits == 0 || (EVP_PKEY_get_bn_param(openssl_key, OSSL_PKEY_PARAM_EC_P, &p) == 1 &&
		    key->bits == (uint32_t)BN_num_bits(p));
		BN_free(p);
		return same_field;
	}
	if (EVP_PKEY_get_utf8_string_param(openssl_key, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof(name), &len) != 1)
		return false;
	ASN1_OBJECT *object = OBJ_txt2obj(name, 0);
	bool same = object != NULL && same_bytes(key->curve_oid, OBJ_get0_data(object), OBJ_length(object));
	ASN1_OBJECT_free(object);
	return same;
}

static const char *
key_differs(const struct ka_key *key, EVP_PKEY *openssl_key)
{
	static const struct {
		const char *type;
		enum ka_key_algorithm algorithm;
	} types[] = {
		{ "RSA", KA_KEY_RSA }, { "RSA-PSS", KA_KEY_RSA_PSS }, { "EC", KA_KEY_EC }, { "DSA", KA_KEY_DSA },
		{ "ED25519", KA_KEY_ED25519 }, { "ED448", KA_KEY_ED448 }, { "X25519", KA_KEY_X25519 }, { "X448", KA_KEY_X448 },
	};
	enum ka_key_algorithm algorithm = KA_KEY_OTHER;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (EVP_PKEY_is_a(openssl_key, types[i].type))
			algorithm = types[i].algorithm;
	}
	if (algorithm != key->algorithm)
		return "key algorithm";
	switch (algorithm) {
	case KA_KEY_RSA:
	case KA_KEY_RSA_PSS:
		if (key->bits != (uint32_t)EVP_PKEY_get_bits(openssl_key))
			return "RSA bits";
		if (!same_number(key->modulus, openssl_key, OSSL_PKEY_PARAM_RSA_N))
			return "RSA modulus";
		return same_number(key->exponent, openssl_key, OSSL_PKEY_PARAM_RSA_E) ? NULL : "RSA exponent";
	case KA_KEY_EC:
		if (!same_curve(key, openssl_key))
			return "EC curve";
		return same_point(key->point, openssl_key) ? NULL : "EC point";
	case KA_KEY_DSA:
		if (!same_number(key->dsa_y, openssl_key, OSSL_PKEY_PARAM_PUB_KEY))
			return "DSA y";
		if (key->dsa_p.len == 0)
			return NULL;
		if (!same_number(key->dsa_p, openssl_key, OSSL_PKEY_PARAM_FFC_P) ||
		    !same_number(key->dsa_q, openssl_key, OSSL_PKEY_PARAM_FFC_Q) ||
		    !same_number(key->dsa_g, openssl_key, OSSL_PKEY_PARAM_FFC_G))
			return "DSA parameters";
		return NULL;
	case KA_KEY_ED25519:
	case KA_KEY_ED448:
	case KA_KEY_X25519:
	case KA_KEY_X448:
		return same_point(key->point, openssl_key) ? NULL : "raw key";
	case KA_KEY_OTHER:
		break;
	}
	return NULL;
}

static bool
same_name(struct ka_slice name, const X509_NAME *openssl_name)
{
	const unsigned char *bytes = NULL;
	size_t len = 0;

	return X509_NAME_get0_der(openssl_name, &bytes, &len) == 1 && same_bytes(name, bytes, len);
}

static bool
same_time(int64_t t, const ASN1_TIME *openssl_time)
{
	struct tm tm;

	return ASN1_TIME_to_tm(openssl_time, &tm) == 1 && timegm(&tm) == (time_t)t;
}

static bool
same_serial(struct ka_slice serial, const ASN1_INTEGER *openssl_serial)
{
	unsigned char *der = NULL;
	int len = i2d_ASN1_INTEGER(openssl_serial, &der);
	/* Behind the header, which is as long as the length says. */
	size_t header_len = len > 1 && der[1] & 0x80 ? 2u + (der[1] & 0x7fu) : 2u;
	bool same = len > 0 && same_bytes(serial, der + header_len, (size_t)len - header_len);

	OPENSSL_free(der);
	return same;
}

const char *
openssl_view_differs(const struct openssl_view *view, const struct ka_object *object)
{
	const unsigned char *value = NULL;
	int value_len = 0;

	if (object->version != X509_get_version(view->x509) + 1)
		return "version";
	if (!same_serial(object->serial, X509_get0_serialNumber(view->x509)))
		return "serial number";
	if (!same_name(object->subject, X509_get_subject_name(view->x509)))
		return "subject";
	if (!same_name(object->issuer, X509_get_issuer_name(view->x509)))
		return "issuer";
	if (!same_time(object->not_before, X509_get0_notBefore(view->x509)))
		return "not before";
	if (!same_time(object->not_after, X509_get0_notAfter(view->x509)))
		return "not after";
	/* The contents of subjectPublicKey are the end of ours, whatever the algorithm. */
	if (X509_PUBKEY_get0_param(NULL, &value, &value_len, NULL, X509_get_X509_PUBKEY(view->x509)) != 1 ||
	    object->key.spki.len < (size_t)value_len ||
	    memcmp(object->key.spki.data + object->key.spki.len - value_len, value, (size_t)value_len) != 0)
		return "subjectPublicKey";
	return view->key != NULL ? key_differs(&object->key, view->key) : NULL;
}

bool
openssl_point_is_on_curve(const struct ka_key *key)
{
	int nid = OBJ_sn2nid(key->curve == KA_CURVE_SECP256R1 ? "prime256v1" : ka_curve_name(key->curve));
	EC_GROUP *group = EC_GROUP_new_by_curve_name(nid != NID_undef ? nid : OBJ_ln2nid(ka_curve_name(key->curve)));
	EC_POINT *point = group != NULL ? EC_POINT_new(group) : NULL;
	bool on_curve = point != NULL && EC_POINT_oct2point(group, point, key->point.data, key->point.len, NULL) == 1;

	EC_POINT_free(point);
	EC_GROUP_free(group);
	ERR_clear_error();
	return on_curve;
}
