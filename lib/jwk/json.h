/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - a strict scanner of JSON (RFC 8259) that allocates nothing: text is checked once, then walked.
 *
 * A value is the slice of the text that it covers, so its address says where it stands. */
#ifndef KA_LIB_JWK_JSON_H
#define KA_LIB_JWK_JSON_H

#include <keyassay/err.h>

/* Deeper text is refused. A JWK set has three levels, x5c among them. */
#define KA_JSON_MAX_DEPTH 32u

/* ka_json_check checks the value at *at, which stands at its first byte, and moves *at behind it. KA_ERR_JWK_SYNTAX,
 * KA_ERR_JWK_DEPTH with *out_offset set to the offending byte. */
KA_MUST_CHECK enum ka_err ka_json_check(struct ka_slice text, size_t *at, size_t *out_offset);

/* ka_json_space returns the offset of the next byte that is no white space. */
size_t ka_json_space(struct ka_slice text, size_t at);

/* The functions below need checked text. They walk over the members of an object or the elements of an array: start with *at
 * = 0. False at the end. name and values of strings are without their quotes, escapes as they are. */
bool ka_json_member(struct ka_slice *out_name, struct ka_slice *out_value, struct ka_slice object, size_t *at);
bool ka_json_element(struct ka_slice *out_value, struct ka_slice array, size_t *at);

/* ka_json_is_string says whether a value is a string; ka_json_string gives what is between its quotes. */
static inline bool
ka_json_is_string(struct ka_slice value)
{
	return value.len >= 2 && value.data[0] == '"';
}

static inline struct ka_slice
ka_json_string(struct ka_slice value)
{
	return (struct ka_slice){ value.data + 1, value.len - 2 };
}

/* ka_json_equals compares what is between a string's quotes with ASCII text, escapes undone. */
bool ka_json_equals(struct ka_slice string, const char *text);

#endif
