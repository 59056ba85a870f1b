/* SPDX-License-Identifier: Apache-2.0 */
/* wire.h - a cursor over SSH's data types, RFC 4251 5. Like lib/der: calls joined by &&, the first failure is noted. */
#ifndef KA_LIB_SSH_WIRE_H
#define KA_LIB_SSH_WIRE_H

#include <keyassay/err.h>

struct ka_wire {
	struct ka_slice bytes;
	size_t at;
	enum ka_err err; /* KA_OK while nothing has failed */
	size_t err_offset;
};

static inline bool
ka_wire_fail(struct ka_wire *in, enum ka_err err, size_t offset)
{
	in->err = err;
	in->err_offset = offset;
	return false;
}

/* ka_wire_skip passes over len bytes. */
static inline bool
ka_wire_skip(struct ka_wire *in, size_t len)
{
	if (in->bytes.len - in->at < len)
		return ka_wire_fail(in, KA_ERR_SSH_TRUNCATED, in->at);
	in->at += len;
	return true;
}

static inline bool
ka_wire_uint32(struct ka_wire *in, uint32_t *out)
{
	const uint8_t *at = in->bytes.data + in->at;

	if (!ka_wire_skip(in, 4))
		return false;
	*out = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	return true;
}

static inline bool
ka_wire_string(struct ka_wire *in, struct ka_slice *out)
{
	size_t start = in->at;
	uint32_t len;

	if (!ka_wire_uint32(in, &len))
		return false;
	if (!ka_wire_skip(in, len))
		return ka_wire_fail(in, KA_ERR_SSH_TRUNCATED, start);
	*out = (struct ka_slice){ in->bytes.data + start + 4, len };
	return true;
}

/* ka_wire_mpint takes a number that is not negative and gives it without leading zero byte. */
static inline bool
ka_wire_mpint(struct ka_wire *in, struct ka_slice *out)
{
	size_t start = in->at;
	struct ka_slice number;

	if (!ka_wire_string(in, &number))
		return false;
	if (number.len > 0 && number.data[0] & 0x80)
		return ka_wire_fail(in, KA_ERR_SSH_MPINT, start);
	if (number.len > 0 && number.data[0] == 0) {
		if (number.len == 1 || !(number.data[1] & 0x80))
			return ka_wire_fail(in, KA_ERR_SSH_MPINT, start);
		number = (struct ka_slice){ number.data + 1, number.len - 1 };
	}
	*out = number;
	return true;
}

#endif
