/* SPDX-License-Identifier: Apache-2.0 */
/* OpenPGP packets: read out of an armor they are the same as binary. */
#include "lib/pgp/pgp.h"
#include "lib/reader/fuzz_test.h"

#define BEGIN "-----BEGIN PGP PUBLIC KEY BLOCK-----\nVersion: x\n\n"
#define END "-----END PGP PUBLIC KEY BLOCK-----\n"

static size_t
put_base64(char *out, const uint8_t *in, size_t len)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t out_len = 0;

	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		uint32_t bits = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0);
		out[out_len++] = alphabet[bits >> 18];
		out[out_len++] = alphabet[bits >> 12 & 63];
		out[out_len++] = '=';
		out[out_len++] = '=';
		if (left > 1)
			out[out_len - 2] = alphabet[bits >> 6 & 63];
		if (left > 2)
			out[out_len - 1] = alphabet[bits & 63];
		if (i % 48 == 45)
			out[out_len++] = '\n';
	}
	return out_len;
}

static struct ka_slice
armor(const uint8_t *data, size_t len)
{
	static char text[2 * FUZZ_MAX_LEN + 256];
	uint32_t crc = ka_pgp_crc24((struct ka_slice){ data, len });
	const uint8_t crc_bytes[3] = { (uint8_t)(crc >> 16), (uint8_t)(crc >> 8), (uint8_t)crc };
	size_t at = sizeof(BEGIN) - 1;

	memcpy(text, BEGIN, at);
	at += put_base64(text + at, data, len);
	memcpy(text + at, "\n=", 2);
	at += 2;
	at += put_base64(text + at, crc_bytes, 3);
	memcpy(text + at, "\n" END, sizeof(END));
	at += sizeof(END);
	return (struct ka_slice){ (const uint8_t *)text, at };
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len == 0 || len > FUZZ_MAX_LEN)
		return 0;
	fuzz_reader(KA_FORMAT_PGP, (struct ka_slice){ data, len }, data[0], len / 2);
	trace_whole(&fuzz_other, ka_kernels_best(), KA_FORMAT_TEXT, armor(data, len));
	for (size_t i = 0; i < fuzz_whole.len; i++) { /* offsets count from the start of the armored packets */
		if (fuzz_whole.text[i] == '@' && fuzz_other.text[i] == '+')
			fuzz_whole.text[i] = '+';
	}
	FUZZ_CHECK(strcmp(fuzz_whole.text, fuzz_other.text) == 0);
	return 0;
}
