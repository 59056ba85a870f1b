/* SPDX-License-Identifier: Apache-2.0 */
/* pki.h - registration checks of certificates, requests, and the internal CA. libcrypto is used here (and in crypto/)
 * only; its types appear in no header. The key itself is judged by libkeyassay. */
#ifndef KA_SERVER_PKI_PKI_H
#define KA_SERVER_PKI_PKI_H

#include "server/arena.h"
#include "server/store/rows.h"

#include <keyassay/object.h>

#define KA_PKI_MESSAGE_LEN 512u

/* Which rule a certificate broke; the message says what was seen. */
enum ka_pki_fault {
	KA_PKI_OK = 0,
	KA_PKI_FORMAT,   /* not exactly one PEM certificate, or not readable: name and offset of libkeyassay's error */
	KA_PKI_VALIDITY, /* expired or not yet valid */
	KA_PKI_KEY_SIZE, /* below the minimum, or a curve or algorithm that is not accepted */
	KA_PKI_BASIC_CONSTRAINTS,   /* no basicConstraints with CA:TRUE */
	KA_PKI_SIGNATURE_ALGORITHM, /* not one of the accepted ones */
	KA_PKI_SELF_SIGNATURE,      /* subject and issuer agree, but the signature is not by its own key */
	KA_PKI_WEAK_KEY, /* fails a CVE check, and such keys are refused: the message starts with the reason code */
	KA_PKI_PROOF,    /* verification certificate: not signed by the CA's key */
	KA_PKI_CODE,     /* verification certificate: common name is not the registration code */
	KA_PKI_ISSUER,   /* not signed by the CA */
	KA_PKI_REQUEST,  /* a certificate request is malformed, not signed by its key, or its key is not accepted */
	KA_PKI_FAILED    /* nobody's fault but ours: libcrypto could not sign or make a key */
};

/* A certificate that was read: everything that registration needs. Slices and object point into der, which is in the
 * arena. */
struct ka_pki_cert {
	struct ka_slice der;
	struct ka_object object;
	char id[KA_CERT_ID_LEN + 1];
	uint8_t subject_sha256[32], issuer_sha256[32], spki_sha256[32];
};

/* ka_pki_read reads exactly one PEM certificate: text around it is passed over, a second block is refused, and so is a
 * name with a NUL character in it. Names are compared by their bytes, as those who issue certificates copy them. */
enum ka_pki_fault ka_pki_read(struct ka_pki_cert *out, char out_message[KA_PKI_MESSAGE_LEN], struct ka_arena *arena,
    const char *pem, size_t pem_len);

/* ka_pki_take does the same with an object that libkeyassay read already: bulk import. The slices stay where they are.
 * ka_pki_read_der reads DER, which it copies. */
enum ka_pki_fault ka_pki_take(
    struct ka_pki_cert *out, char out_message[KA_PKI_MESSAGE_LEN], const struct ka_object *certificate);

enum ka_pki_fault ka_pki_read_der(
    struct ka_pki_cert *out, char out_message[KA_PKI_MESSAGE_LEN], struct ka_arena *arena, struct ka_slice der);

/* ka_pki_check_ca: basicConstraints, validity at now (milliseconds), key size, signature algorithm, and where subject
 * and issuer agree its signature; with ctx not NULL also the CVE checks (a key that they cannot decide is not refused).
 * ka_pki_check_device: the same for a device certificate, without the CA's rules. */
enum ka_pki_fault ka_pki_check_ca(
    char out_message[KA_PKI_MESSAGE_LEN], const struct ka_pki_cert *cert, int64_t now, const struct ka_ctx *ctx);
enum ka_pki_fault ka_pki_check_device(
    char out_message[KA_PKI_MESSAGE_LEN], const struct ka_pki_cert *cert, int64_t now, const struct ka_ctx *ctx);

/* ka_pki_check_proof: the verification certificate is signed by the CA's key, valid at now, and its common name is the
 * code. */
enum ka_pki_fault ka_pki_check_proof(char out_message[KA_PKI_MESSAGE_LEN], const struct ka_pki_cert *proof,
    const struct ka_pki_cert *ca, const char *code, int64_t now);

/* ka_pki_check_issuer: cert's issuer is ca's subject and its signature verifies with ca's key (DER). */
enum ka_pki_fault ka_pki_check_issuer(
    char out_message[KA_PKI_MESSAGE_LEN], const struct ka_pki_cert *cert, struct ka_slice ca_der);

/* The internal CA, which signs what CreateKeysAndCertificate and CreateCertificateFromCsr make. Its certificate and its
 * sealed key are kept in the data directory (DIR/ca.pem, DIR/ca.key.sealed), made by init. */
struct ka_pki;
struct ka_auth;
bool ka_pki_create(char out_message[KA_PKI_MESSAGE_LEN], struct ka_auth *auth, const char *dir);
struct ka_pki *ka_pki_load(char out_message[KA_PKI_MESSAGE_LEN], struct ka_auth *auth, const char *dir);
void ka_pki_free(struct ka_pki *pki);

/* ka_pki_id returns the id of the internal CA's certificate: what it issues has it as its CA. */
const char *ka_pki_id(const struct ka_pki *pki);

/* ka_pki_issue signs a certificate for a request (PEM) until 2049-12-31T23:59:59Z, subject "CN=AWS IoT Certificate"
 * (reference 3.11), version 3, random serial. The request's key: RSA of at least 2048 bits or NIST P-256, P-384, P-521,
 * and none that fails a CVE check. */
enum ka_pki_fault ka_pki_issue(struct ka_pki_cert *out, char out_message[KA_PKI_MESSAGE_LEN], struct ka_arena *arena,
    struct ka_pki *pki, const char *csr_pem, size_t csr_len, int64_t now, const struct ka_ctx *ctx);

/* ka_pki_make_pair makes an RSA-2048 key pair, as AWS does, and a certificate for it. PEM texts are in the arena; the
 * private key is not kept. */
enum ka_pki_fault ka_pki_make_pair(struct ka_pki_cert *out, const char **out_public_pem, const char **out_private_pem,
    char out_message[KA_PKI_MESSAGE_LEN], struct ka_arena *arena, struct ka_pki *pki, int64_t now);

/* A list of revoked certificates of the internal CA (RFC 5280, section 5), in PEM, of any length in the same memory. */
struct ka_pki_crl;
typedef bool (*ka_pki_put_fn)(void *arg, const void *bytes, size_t len);

/* ka_pki_crl_new begins one; NULL with a message. pki outlives it. ka_pki_crl_add adds a certificate that the CA issued (DER), revoked
 * or on hold since a time in milliseconds. ka_pki_crl_write signs and writes it; its number is this_update. False: the message says
 * why; put returned false, or it could not be made. */
struct ka_pki_crl *ka_pki_crl_new(char out_message[KA_PKI_MESSAGE_LEN], const struct ka_pki *pki);
bool ka_pki_crl_add(
    struct ka_pki_crl *crl, char out_message[KA_PKI_MESSAGE_LEN], struct ka_slice der, int64_t since, bool hold);
uint64_t ka_pki_crl_num(const struct ka_pki_crl *crl);
bool ka_pki_crl_write(struct ka_pki_crl *crl, char out_message[KA_PKI_MESSAGE_LEN], int64_t this_update,
    int64_t next_update, ka_pki_put_fn put, void *arg);
void ka_pki_crl_free(struct ka_pki_crl *crl);

#endif
