/* SPDX-License-Identifier: Apache-2.0 */
/* base64_state.h - the scalar decoder as a state that the vector decoders hand the irregular parts to. */
#ifndef KA_LIB_PEM_BASE64_STATE_H
#define KA_LIB_PEM_BASE64_STATE_H

#include "lib/pem/base64.h"

struct ka_base64_state {
	struct ka_slice in;
	size_t at; /* offset of the next byte of in */
	uint8_t *out;
	size_t out_len;
	uint32_t bits; /* the quantum's characters so far, 6 bits each */
	unsigned num_chars; /* in the quantum: 0 to 3 */
	unsigned num_pads; /* in the quantum */
	bool padded; /* the last quantum was padded: the text is over */
};

/* ka_base64_run goes on to the first byte that does not continue the text, and gives false; or, with pause_at_lines, to
 * behind the next LF that does not cut a quantum, and gives true when more may follow. */
bool ka_base64_run(struct ka_base64_state *state, bool pause_at_lines);

/* ka_base64_finish says how the run ended. */
struct ka_base64_end ka_base64_finish(const struct ka_base64_state *state);

#endif
