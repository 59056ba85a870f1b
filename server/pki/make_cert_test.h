/* SPDX-License-Identifier: Apache-2.0 */
/* make_cert_test.h - certificates and requests for tests, made by libcrypto as a test describes them. Failures end the
 * program. */
#ifndef KA_SERVER_PKI_MAKE_CERT_TEST_H
#define KA_SERVER_PKI_MAKE_CERT_TEST_H

#include "server/arena.h"

/* Keys are named "TYPE" or "TYPE#N" and made once a process: the same name is the same key. Types: "rsa:BITS",
 * "rsa-pss:BITS", "rsa-pss-sha256-32:BITS" (for SHA-256 and salts of 32 bytes or more only), "dsa:BITS", "ec:CURVE" (as
 * libcrypto names it), "ec-explicit:CURVE", "ed25519", "x25519". */

/* Zeroed members mean what is said in brackets. */
struct make_cert {
	const char *key;
	const char *subject;     /* common name ("Test CA"); "" is the empty name */
	size_t subject_len;      /* (strlen) */
	int subject_type;        /* string type of the common name, V_ASN1_... (UTF8String) */
	const char *also;        /* a second common name (none) */
	const char *issuer;      /* common name of the issuer (subject) */
	const char *signer;      /* key that signs (key) */
	const char *digest;      /* (SHA256); "" where the key's type allows none */
	bool pss;                /* RSASSA-PSS with an RSA key */
	int salt_len;            /* RSASSA-PSS (the digest's length) */
	const char *mask_digest; /* RSASSA-PSS (digest) */
	const char *constraints; /* basicConstraints as in x509v3_config(5) (none) */
	const char *constraints_again;
	int64_t not_before, not_after; /* seconds (2020 and 2040) */
	int version;                   /* 1 or 3 (3) */
};

/* The results are in the arena. ..._pem: NUL-terminated text; ..._der: the same certificate's bytes. */
struct ka_slice make_cert_der(struct ka_arena *arena, const struct make_cert *cert);
const char *make_cert_pem(struct ka_arena *arena, const struct make_cert *cert);
const char *make_der_pem(struct ka_arena *arena, const char *label, struct ka_slice der);

/* A certificate request: key, subject, signer, digest and pss count. */
const char *make_request_pem(struct ka_arena *arena, const struct make_cert *cert);

/* make_key_pem gives the private key as PEM. */
const char *make_key_pem(struct ka_arena *arena, const char *name);

#endif
