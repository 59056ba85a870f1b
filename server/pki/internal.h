/* SPDX-License-Identifier: Apache-2.0 */
/* internal.h - what the files of pki/ share. libkeyassay alone reads certificates: it says where tbs, signature, key
 * and names are, and libcrypto is given those bytes. So there is no second parser that could read the same bytes as
 * another certificate. */
#ifndef KA_SERVER_PKI_INTERNAL_H
#define KA_SERVER_PKI_INTERNAL_H

#include <string.h>

#include <openssl/evp.h>

#include "server/pki/pki.h"

/* ka_pki_say writes the message and returns fault. */
enum ka_pki_fault ka_pki_say(char out_message[KA_PKI_MESSAGE_LEN], enum ka_pki_fault fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ka_pki_read_one reads the one PEM object that a text must hold; its der is in the arena. what: "certificate", for
 * messages. */
enum ka_pki_fault ka_pki_read_one(struct ka_object *out, char out_message[KA_PKI_MESSAGE_LEN], struct ka_arena *arena,
    const char *pem, size_t pem_len, enum ka_object_kind kind, const char *what);

/* An accepted signature algorithm (reference 3.10). */
struct ka_pki_algorithm {
	enum ka_key_algorithm key; /* RSA_PSS: RSASSA-PSS, by an RSA or an RSASSA-PSS key */
	const EVP_MD *digest;
	int salt_len; /* RSASSA-PSS */
};

/* ka_pki_algorithm_read takes the signature algorithm of a certificate or request apart. When it is none that is
 * accepted: SIGNATURE_ALGORITHM with the algorithm's name in the message. */
enum ka_pki_fault ka_pki_algorithm_read(
    struct ka_pki_algorithm *out, char out_message[KA_PKI_MESSAGE_LEN], const struct ka_object *object);

/* ka_pki_verify tells whether the signature of a certificate or request is by a key. Algorithms that are not accepted
 * verify nothing. */
bool ka_pki_verify(const struct ka_object *object, const struct ka_key *by);

/* ka_pki_check_key: the library's key-size check, and only keys that can be named (no explicit curve, no unknown
 * algorithm). fault is what to return. ka_pki_check_weak: the CVE checks, WEAK_KEY. */
enum ka_pki_fault ka_pki_check_key(
    char out_message[KA_PKI_MESSAGE_LEN], const struct ka_object *object, enum ka_pki_fault fault);
enum ka_pki_fault ka_pki_check_weak(
    char out_message[KA_PKI_MESSAGE_LEN], const struct ka_object *object, const struct ka_ctx *ctx);

/* ka_pki_check_validity: not_before <= now <= not_after, RFC 5280 4.1.2.5. what begins the message: "the
 * certificate". */
enum ka_pki_fault ka_pki_check_validity(
    char out_message[KA_PKI_MESSAGE_LEN], const struct ka_object *object, int64_t now, const char *what);

/* ka_pki_name_has_nul tells whether a string in a Name holds the character NUL: programs that end strings there would
 * read another name. */
bool ka_pki_name_has_nul(struct ka_slice name);

/* ka_pki_common_name gives the Name's only common name as UTF-8 text in the arena; NULL when there is none, several, or
 * an ill-formed one. */
const char *ka_pki_common_name(struct ka_arena *arena, struct ka_slice name);

/* A Name as text for messages, cut where it is long. */
#define KA_PKI_NAME_LEN 160u
const char *ka_pki_name_text(char out[KA_PKI_NAME_LEN], struct ka_slice name);

static inline bool
ka_pki_same(struct ka_slice a, struct ka_slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

#endif
