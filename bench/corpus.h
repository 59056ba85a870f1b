/* SPDX-License-Identifier: Apache-2.0 */
/* corpus.h - certificates to measure with: one real RSA-2048 device certificate, in each copy another random modulus. The signatures
 * are wrong; nothing measured here looks at them. */
#ifndef KA_BENCH_CORPUS_H
#define KA_BENCH_CORPUS_H

#include <keyassay/base.h>

struct ka_bench_corpus {
	uint8_t *certificates; /* num certificates of len bytes, one behind the other */
	size_t len;
	size_t num;
	size_t modulus_at; /* where the 256 bytes of the modulus are */
};
#define KA_BENCH_MODULUS_LEN 256

/* Both return false when memory, OpenSSL or the file system fails. */
bool ka_bench_corpus_make(struct ka_bench_corpus *out, size_t num);
void ka_bench_corpus_clear(struct ka_bench_corpus *corpus);

/* ka_bench_corpus_write writes num PEM certificates, all with moduli of their own, to a file descriptor. */
bool ka_bench_corpus_write(const struct ka_bench_corpus *corpus, int fd, size_t num);

#endif
