/* SPDX-License-Identifier: Apache-2.0 */
/* jwk.h - a JSON Web Key: RFC 7517, RFC 7518 6, RFC 8037 2, RFC 8812 3.1. */
#ifndef KA_LIB_JWK_JWK_H
#define KA_LIB_JWK_JWK_H

#include <keyassay/object.h>

/* ka_jwk_read reads one key from checked JSON (ka_json_check). Decoded numbers go to arena, which needs value.len bytes;
 * *out_used is how many of them the object holds. On failure *out_offset is where in value. */
KA_MUST_CHECK enum ka_err ka_jwk_read(
	struct ka_object *out, size_t *out_used, size_t *out_offset, uint8_t *arena, struct ka_slice value);

/* ka_jwk_set gives the array of keys when checked JSON is a JWK set (RFC 7517 5) or a bare array; false when it is none. */
bool ka_jwk_set(struct ka_slice *out_array, struct ka_slice value);

#endif
