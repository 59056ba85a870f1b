/* SPDX-License-Identifier: Apache-2.0 */
/* base64.h - decoders of base64 (RFC 4648 4) as PEM bodies hold it, and of base64url (RFC 4648 5). */
#ifndef KA_LIB_PEM_BASE64_H
#define KA_LIB_PEM_BASE64_H

#include <keyassay/base.h>

/* How a decoder ended. in_len is the offset of the first byte that does not continue the text, or the length of the input.
 * whole says that no quantum of four characters was left unfinished; the caller decides whether the byte at in_len is one
 * that may stand there ('-' of an END line) or an error. */
struct ka_base64_end {
	size_t in_len;
	size_t out_len;
	bool whole;
};

/* Decodes base64 until a byte that does not continue it. Space, tab, CR and LF are passed over anywhere (RFC 7468 3,
 * "laxbase64text"). Padding must be complete; behind it only white space continues. Bits behind the last byte may have any
 * value: OpenSSL, NSS and Go take such certificates too, so refusing one would hide a key that is in use.
 *
 * out needs in.len bytes, all of which may be written, though only out_len of them mean something: vector code stores whole
 * registers. out and in must not overlap. */
struct ka_base64_kernel {
	struct ka_base64_end (*decode)(uint8_t *out, struct ka_slice in);
};

extern const struct ka_base64_kernel ka_base64_scalar; /* the specification */
#if defined(__x86_64__)
extern const struct ka_base64_kernel ka_base64_avx2;
extern const struct ka_base64_kernel ka_base64_avx512; /* needs VBMI */
#endif

/* ka_base64url_decode decodes base64url without padding (RFC 7515 2) and gives true; false with *out_bad_offset set to the
 * offset of the first offending byte (in.len when a character is missing at the end). out needs in.len * 3 / 4 bytes. */
bool ka_base64url_decode(uint8_t *out, size_t *out_len, size_t *out_bad_offset, struct ka_slice in);

#endif
