/* SPDX-License-Identifier: Apache-2.0 */
/* authorization.h - reads the Authorization header of Signature Version 4 (AWS General Reference, "Add the signature
 * to the request"): AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=a;b,
 * Signature=HEX. */
#ifndef KA_SERVER_SIGV4_AUTHORIZATION_H
#define KA_SERVER_SIGV4_AUTHORIZATION_H

#include <keyassay/base.h>

#define KA_SIGV4_ALGORITHM "AWS4-HMAC-SHA256"
#define KA_ACCESS_KEY_ID_MIN_LEN 16u /* as IAM: 16 to 128 letters and digits */
#define KA_ACCESS_KEY_ID_MAX_LEN 128u
#define KA_MAX_SIGNED_HEADERS 64u

/* All slices point into the header. Lengths and characters are checked, not whether they mean anything. */
struct ka_authorization {
	struct ka_slice access_key_id; /* upper-case letters and digits */
	struct ka_slice scope;         /* DATE/REGION/SERVICE/aws4_request */
	struct ka_slice date;          /* eight digits */
	struct ka_slice region;        /* 1 to KA_REGION_MAX_LEN lower-case letters, digits, '-' */
	struct ka_slice service;       /* at least one lower-case letter, digit, '-' */
	struct ka_slice signed_list;   /* "host;x-amz-date" */
	struct ka_slice signed_headers[KA_MAX_SIGNED_HEADERS]; /* ascending, none twice */
	size_t num_signed_headers;
	struct ka_slice signature; /* 64 lower-case hexadecimal digits */
};

/* ka_authorization_read returns NULL, or a sentence that says what is wrong. The three members may come in any
 * order, separated by a comma with or without blanks; nothing may be missing, double or unknown. */
const char *ka_authorization_read(struct ka_authorization *out, const char *header);

#endif
