/* SPDX-License-Identifier: Apache-2.0 */
/* object.h - what a key was found in: certificate, request, key file; and the functions that read one from DER. */
#ifndef KEYASSAY_OBJECT_H
#define KEYASSAY_OBJECT_H

#include <keyassay/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Larger DER objects are refused. 4 MiB: the largest field found in public certificates is a few 100 KiB of names. */
#define KA_OBJECT_MAX_BYTES ((size_t)4 << 20)

enum ka_object_kind {
	KA_OBJECT_NONE = 0,
	KA_OBJECT_CERTIFICATE, /* RFC 5280 */
	KA_OBJECT_CERTIFICATE_REQUEST, /* RFC 2986 */
	KA_OBJECT_PUBLIC_KEY, /* SubjectPublicKeyInfo or PKCS #1 RSAPublicKey */
	KA_OBJECT_PRIVATE_KEY, /* PKCS #8, PKCS #1, SEC 1, DSA: the public half */
	KA_OBJECT_SSH_KEY, /* RFC 4253 6.6 */
	KA_OBJECT_JWK, /* RFC 7517 */
	KA_OBJECT_MODULUS, /* a bare RSA modulus */
	KA_OBJECT_PGP_KEY /* RFC 4880 5.5.2: primary key or subkey */
};

/* Times are seconds since 1970-01-01T00:00:00Z without leap seconds, years 0000 to 9999. */
struct ka_object {
	enum ka_object_kind kind;
	bool has_validity; /* certificates: not_before and not_after are set */
	uint8_t version; /* certificates: 1, 2 or 3 */
	int64_t not_before;
	int64_t not_after;
	struct ka_slice der; /* the whole object as DER; empty for SSH keys, JWKs, moduli, OpenPGP keys */
	struct ka_slice tbs; /* certificates, requests: the signed part, tag included */
	struct ka_slice serial; /* certificates: contents of the INTEGER */
	struct ka_slice subject; /* certificates, requests: Name, tag included */
	struct ka_slice issuer; /* certificates */
	struct ka_slice signature_algorithm; /* certificates, requests: AlgorithmIdentifier, tag included */
	struct ka_slice extensions; /* certificates: Extensions (SEQUENCE OF Extension), tag included; else empty */
	struct ka_slice comment; /* SSH: comment; JWK: kid; else empty. Untrusted bytes */
	struct ka_key key;
};

/* The readers below take exactly one object and refuse bytes behind it. On failure *out_offset (if not NULL) is the offset
 * of the offending element in der, and *out is untouched. They read strictly as DER, X.690 section 10 and 11. */

/* ka_certificate_read reads a Certificate, RFC 5280 4.1. */
KA_API KA_MUST_CHECK enum ka_err ka_certificate_read(struct ka_object *out, size_t *out_offset, struct ka_slice der);

/* ka_certificate_request_read reads a CertificationRequest, RFC 2986 4. */
KA_API KA_MUST_CHECK enum ka_err ka_certificate_request_read(
	struct ka_object *out, size_t *out_offset, struct ka_slice der);

/* ka_public_key_read reads a SubjectPublicKeyInfo (RFC 5280 4.1) or an RSAPublicKey (RFC 8017 A.1.1). */
KA_API KA_MUST_CHECK enum ka_err ka_public_key_read(struct ka_object *out, size_t *out_offset, struct ka_slice der);

/* ka_private_key_read reads the public half of a PrivateKeyInfo / OneAsymmetricKey (RFC 5958), RSAPrivateKey (RFC 8017
 * A.1.2), ECPrivateKey (RFC 5915) or OpenSSL's DSAPrivateKey. KA_ERR_KEY_NO_PUBLIC when it is not in the file;
 * KA_ERR_PEM_ENCRYPTED for an EncryptedPrivateKeyInfo. */
KA_API KA_MUST_CHECK enum ka_err ka_private_key_read(struct ka_object *out, size_t *out_offset, struct ka_slice der);

/* ka_object_read recognises which of the four above der is, by its structure, and reads it. */
KA_API KA_MUST_CHECK enum ka_err ka_object_read(struct ka_object *out, size_t *out_offset, struct ka_slice der);

/* A walk over the certificates of a PKCS #7 / CMS SignedData (RFC 5652 5.1). Outer elements may use BER's indefinite
 * length, as many bundles do; each certificate is DER. */
struct ka_bundle {
	struct ka_slice der; /* the whole bundle */
	size_t next; /* offset in der of the next element */
	size_t end; /* offset behind the last */
};

/* ka_bundle_open finds the certificates. KA_ERR_X509_NO_CERTIFICATES when there are none. */
KA_API KA_MUST_CHECK enum ka_err ka_bundle_open(struct ka_bundle *out, size_t *out_offset, struct ka_slice der);

/* ka_bundle_next gives the next certificate's DER and true, or false at the end. Attribute certificates and other choices
 * are passed over. */
KA_API bool ka_bundle_next(struct ka_slice *out_der, struct ka_bundle *bundle);

/* ka_name_text writes a Name (tag included) as RFC 4514 text, most specific RDN last as openssl's "CN=..., O=..." order
 * in the certificate, UTF-8, control characters and invalid bytes escaped as \XX. Always NUL-terminated when max_len > 0,
 * cut at a character boundary when it does not fit; returns the length written without the NUL. */
KA_API size_t ka_name_text(char *out, size_t max_len, struct ka_slice name);

/* ka_object_kind_name returns "certificate", "certificate_request", "public_key", "private_key", "ssh_key", "jwk",
 * "modulus", "pgp_key" or "none". */
KA_API const char *ka_object_kind_name(enum ka_object_kind kind);

/* ka_time_text writes t as RFC 3339 ("2024-01-01T00:00:00Z") with NUL. */
#define KA_TIME_TEXT_SIZE 21
KA_API void ka_time_text(char out[KA_TIME_TEXT_SIZE], int64_t t);

/* ka_time_parse reads an RFC 3339 time (any offset; fractions of a second are dropped). KA_ERR_ARGUMENT otherwise. */
KA_API KA_MUST_CHECK enum ka_err ka_time_parse(int64_t *out_t, const char *text);

#ifdef __cplusplus
}
#endif

#endif
