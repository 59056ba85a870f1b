/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - a streaming JSON writer (RFC 8259): no tree, no allocation but the buffer it appends to.
 *
 * Names are literals of the program and written as they are; values are untrusted and escaped. Bytes that are not UTF-8
 * become U+FFFD, so the output is always valid JSON in valid UTF-8. */
#ifndef KA_COMMON_JSON_H
#define KA_COMMON_JSON_H

#include "common/buf.h"

/* Start with a zeroed comma. */
struct ka_json {
	struct ka_buf *buf;
	bool comma; /* a value precedes at this level */
};

/* name is NULL for elements of arrays and for the outermost value; open is '{' or '[', close '}' or ']'. */
void ka_json_open(struct ka_json *json, const char *name, char open);
void ka_json_close(struct ka_json *json, char close);

/* ka_json_name writes the comma and the name; the caller then appends the value to the buffer himself. */
void ka_json_name(struct ka_json *json, const char *name);

void ka_json_string(struct ka_json *json, const char *name, const char *text);
void ka_json_bytes(struct ka_json *json, const char *name, const char *data, size_t len);
void ka_json_number(struct ka_json *json, const char *name, uint64_t number);
void ka_json_double(struct ka_json *json, const char *name, double number);
void ka_json_bool(struct ka_json *json, const char *name, bool truth);
void ka_json_hex(struct ka_json *json, const char *name, const uint8_t *data, size_t len);
void ka_json_time(struct ka_json *json, const char *name, int64_t time);

/* ka_json_millis writes milliseconds since 1970 as seconds with up to three decimals: how AWS's APIs have times.
 * ka_json_raw writes text that is JSON already. */
void ka_json_millis(struct ka_json *json, const char *name, int64_t ms);
void ka_json_raw(struct ka_json *json, const char *name, const char *text);

#endif
