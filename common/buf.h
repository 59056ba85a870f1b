/* SPDX-License-Identifier: Apache-2.0 */
/* buf.h - a growing run of bytes. Out of memory ends the program: there is nothing sensible left to report. */
#ifndef KA_COMMON_BUF_H
#define KA_COMMON_BUF_H

#include <string.h>

#include <keyassay/base.h>

/* ka_out_of_memory says so on stderr and ends the program with the status that both programs have for trouble, 3. */
_Noreturn void ka_out_of_memory(void);

/* A zeroed buffer is empty. */
struct ka_buf {
	char *data;
	size_t len;
	size_t cap;
};

/* ka_buf_grow makes room for extra bytes behind len. */
void ka_buf_grow(struct ka_buf *buf, size_t extra);
void ka_buf_clear(struct ka_buf *buf);

/* ka_buf_decimal, ka_buf_double (one digit behind the point), ka_buf_hex (lower case), ka_buf_format append. */
void ka_buf_decimal(struct ka_buf *buf, uint64_t number);
void ka_buf_double(struct ka_buf *buf, double number);
void ka_buf_hex(struct ka_buf *buf, const uint8_t *data, size_t len);
void ka_buf_format(struct ka_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ka_buf_integer appends a big-endian number in decimal. Quadratic in len, which is at most KA_KEY_MAX_BYTES. */
void ka_buf_integer(struct ka_buf *buf, const uint8_t *data, size_t len);

/* ka_buf_clean appends untrusted bytes as UTF-8 that a terminal shows and never obeys: control characters, invalid bytes
 * and characters that reorder or hide text become \xNN or \u{NNNN}. Returns the number of columns that it takes. */
size_t ka_buf_clean(struct ka_buf *buf, const char *data, size_t len);

/* ka_utf8_next returns the length of the character at the head of data (1 to 4) and sets *out_char, or 0 when the bytes
 * are not UTF-8 (RFC 3629). len is at least 1. */
size_t ka_utf8_next(uint32_t *out_char, const char *data, size_t len);

/* ka_buf_oid appends the contents of an OBJECT IDENTIFIER as dotted decimal; "?" when malformed. */
void ka_buf_oid(struct ka_buf *buf, struct ka_slice oid);

static inline void
ka_buf_reserve(struct ka_buf *buf, size_t extra)
{
	if (buf->cap - buf->len < extra)
		ka_buf_grow(buf, extra);
}

static inline void
ka_buf_put(struct ka_buf *buf, const void *data, size_t len)
{
	if (len == 0)
		return;
	ka_buf_reserve(buf, len);
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
}

static inline void
ka_buf_puts(struct ka_buf *buf, const char *text)
{
	ka_buf_put(buf, text, strlen(text));
}

static inline void
ka_buf_putc(struct ka_buf *buf, char c)
{
	ka_buf_reserve(buf, 1);
	buf->data[buf->len++] = c;
}

#endif
