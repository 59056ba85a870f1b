/* SPDX-License-Identifier: Apache-2.0 */
/* The scalar base64 decoder: the specification of the vector ones. */
#include "lib/pem/base64_state.h"

enum { SPACE = 64, PAD = 65, LINE = 66, BAD = 67 };

/* Value of a character, or one of the classes above. Laid out as the ASCII table, 16 a row. */
static const uint8_t classes[256] = {
#define B BAD
	B, B, B, B, B, B, B, B, B, SPACE, LINE, B, B, SPACE, B, B, /* 00: tab, LF, CR */
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, /* 10 */
	SPACE, B, B, B, B, B, B, B, B, B, B, 62, B, B, B, 63, /* 20: space, + and / */
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, B, B, B, PAD, B, B, /* 30: 0 to 9, = */
	B, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, /* 40: A to O */
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, B, B, B, B, B, /* 50: P to Z */
	B, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, /* 60: a to o */
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, B, B, B, B, B, /* 70: p to z */
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, /* 80 */
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, /* a0 */
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, /* c0 */
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, /* e0 */
#undef B
};

static void
put_quantum(struct ka_base64_state *state, unsigned num_bytes)
{
	uint32_t bits = state->bits << 6 * (4 - state->num_chars);

	for (unsigned i = 0; i < num_bytes; i++)
		state->out[state->out_len++] = (uint8_t)(bits >> (16 - 8 * i));
	state->bits = 0;
	state->num_chars = 0;
}

/* Whole quanta without anything between them: almost all of a body. */
static void
run_quanta(struct ka_base64_state *state)
{
	const uint8_t *in = state->in.data + state->at;
	const uint8_t *end = state->in.data + state->in.len;
	uint8_t *out = state->out + state->out_len;

	while (end - in >= 4) {
		unsigned a = classes[in[0]], b = classes[in[1]], c = classes[in[2]], d = classes[in[3]];
		if ((a | b | c | d) >= 64)
			break;
		out[0] = (uint8_t)(a << 2 | b >> 4);
		out[1] = (uint8_t)(b << 4 | c >> 2);
		out[2] = (uint8_t)(c << 6 | d);
		in += 4;
		out += 3;
	}
	state->at = (size_t)(in - state->in.data);
	state->out_len = (size_t)(out - state->out);
}

bool
ka_base64_run(struct ka_base64_state *state, bool pause_at_lines)
{
	for (;;) {
		if (state->num_chars == 0 && !state->padded)
			run_quanta(state);
		if (state->at == state->in.len)
			return false;

		unsigned class = classes[state->in.data[state->at]];
		if (class < 64) {
			if (state->padded || state->num_pads > 0)
				return false;
			state->bits = state->bits << 6 | class;
			state->num_chars++;
			if (state->num_chars == 4)
				put_quantum(state, 3);
		} else if (class == PAD) {
			if (state->num_chars < 2)
				return false;
			state->num_pads++;
			if (state->num_chars + state->num_pads == 4) {
				put_quantum(state, 3 - state->num_pads);
				state->padded = true;
				state->num_pads = 0;
			}
		} else if (class == BAD) {
			return false;
		}
		state->at++;
		if (class == LINE && pause_at_lines && state->num_chars == 0 && !state->padded)
			return true;
	}
}

struct ka_base64_end
ka_base64_finish(const struct ka_base64_state *state)
{
	return (struct ka_base64_end){ state->at, state->out_len, state->num_chars == 0 };
}

static struct ka_base64_end
decode_scalar(uint8_t *out, struct ka_slice in)
{
	struct ka_base64_state state = { .in = in, .out = out };

	ka_base64_run(&state, false);
	return ka_base64_finish(&state);
}

const struct ka_base64_kernel ka_base64_scalar = { .decode = decode_scalar };

/* '-' and '_' stand for '+' and '/', which base64url does not have, nor white space or padding. */
static unsigned
url_class(uint8_t c)
{
	if (c == '-')
		return 62;
	if (c == '_')
		return 63;
	if (c == '+' || c == '/' || classes[c] >= 64)
		return BAD;
	return classes[c];
}

bool
ka_base64url_decode(uint8_t *out, size_t *out_len, size_t *out_bad_offset, struct ka_slice in)
{
	uint32_t bits = 0;
	size_t len = 0;

	for (size_t i = 0; i < in.len; i++) {
		unsigned value = url_class(in.data[i]);
		if (value == BAD) {
			*out_bad_offset = i;
			return false;
		}
		bits = bits << 6 | value;
		if (i % 4 != 0)
			out[len++] = (uint8_t)(bits >> (2 * (3 - i % 4)));
	}
	if (in.len % 4 == 1) { /* 6 bits are no byte */
		*out_bad_offset = in.len;
		return false;
	}
	*out_len = len;
	return true;
}
