/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The software generator of OpenSSL 0.9.8 as Debian shipped it from 0.9.8c-1 to 0.9.8g-8 (CVE-2008-0166).
 *
 * The design is a pool of 1023 bytes, a running SHA-1 value and two counters. A patch removed the two calls that
 * hash the caller's bytes, so that only three things still shape the stream: how many bytes were mixed in, in
 * which order, and the process id. Everything else here is the original bookkeeping, quirks included: one key in
 * some hundreds depends on them.
 */
#include "weakgen/prng.h"

#include <string.h>

#define HALF (KA_WEAKGEN_SHA1_LEN / 2)

/* Writes both counters as the machine keeps them in memory and returns the number of bytes written. */
static size_t
put_counters(const struct ka_weakgen_machine *machine, uint8_t *out, const uint64_t count[2])
{
	uint32_t word_len = machine->long_len;

	for (unsigned c = 0; c < 2; c++) {
		for (uint32_t i = 0; i < word_len; i++) {
			uint32_t byte = machine->big_endian ? word_len - 1 - i : i;

			out[c * word_len + i] = (uint8_t)(count[c] >> (8 * byte));
		}
	}
	return 2 * (size_t)word_len;
}

static size_t
put_pid(const struct ka_weakgen_machine *machine, uint8_t *out, uint32_t pid)
{
	for (unsigned i = 0; i < 4; i++) {
		out[i] = (uint8_t)(pid >> (8 * (machine->big_endian ? 3 - i : i)));
	}
	return 4;
}

void
ka_weakgen_pool_read(const struct ka_weakgen_prng *prng, uint8_t *out, uint32_t pos, uint32_t len, uint32_t limit)
{
	uint32_t head = limit - pos < len ? limit - pos : len;

	memcpy(out, prng->pool + pos, head);
	memcpy(out + head, prng->pool, len - head);
}

/* The original tests for the wrap after the increment, so at position limit the first byte goes to the spare byte
 * behind the pool. */
uint32_t
ka_weakgen_pool_xor(struct ka_weakgen_prng *prng, const uint8_t *in, uint32_t pos, uint32_t len, uint32_t limit)
{
	for (uint32_t i = 0; i < len; i++) {
		prng->pool[pos] ^= in[i];
		pos = pos + 1 >= limit ? 0 : pos + 1;
	}
	return pos;
}

void
ka_weakgen_prng_add(struct ka_weakgen_prng *prng, size_t len)
{
	uint8_t buf[2 * KA_WEAKGEN_SHA1_BLOCK];
	uint8_t local[KA_WEAKGEN_SHA1_LEN];
	uint64_t count[2] = { prng->count[0], prng->count[1] };
	uint32_t pos = prng->index;
	size_t index = prng->index + len;

	if (index >= KA_WEAKGEN_POOL_LEN) {
		index %= KA_WEAKGEN_POOL_LEN;
		prng->fill = KA_WEAKGEN_POOL_LEN;
	} else if (index > prng->fill) {
		prng->fill = (uint32_t)index;
	}
	prng->index = (uint32_t)index;
	prng->count[1] += (len + KA_WEAKGEN_SHA1_LEN - 1) / KA_WEAKGEN_SHA1_LEN;

	memcpy(local, prng->md, sizeof(local));
	for (size_t done = 0; done < len; done += KA_WEAKGEN_SHA1_LEN) {
		uint32_t take = len - done < KA_WEAKGEN_SHA1_LEN ? (uint32_t)(len - done) : KA_WEAKGEN_SHA1_LEN;
		size_t buf_len = sizeof(local);

		memcpy(buf, local, sizeof(local));
		ka_weakgen_pool_read(prng, buf + buf_len, pos, take, KA_WEAKGEN_POOL_LEN);
		buf_len += take;
		buf_len += put_counters(&prng->machine, buf + buf_len, count);
		ka_weakgen_sha1_short(prng->compress, local, buf, buf_len);
		count[1]++;
		pos = ka_weakgen_pool_xor(prng, local, pos, take, KA_WEAKGEN_POOL_LEN);
	}
	for (unsigned i = 0; i < sizeof(local); i++) {
		prng->md[i] ^= local[i];
	}
}

/* What RAND_poll mixed in on Unix: 32 bytes of the random device, then process id, user id and time. */
static void
prng_poll(struct ka_weakgen_prng *prng)
{
	if (prng->polled) {
		return;
	}
	prng->polled = true;
	ka_weakgen_prng_add(prng, 32);
	for (unsigned i = 0; i < 3; i++) {
		ka_weakgen_prng_add(prng, prng->machine.long_len);
	}
}

/* Before the first output the generator churns its pool once, 20 bytes at a time. */
static void
prng_stir(struct ka_weakgen_prng *prng)
{
	if (prng->stirred) {
		return;
	}
	prng->stirred = true;
	for (unsigned done = 0; done < KA_WEAKGEN_POOL_LEN; done += KA_WEAKGEN_SHA1_LEN) {
		ka_weakgen_prng_add(prng, KA_WEAKGEN_SHA1_LEN);
	}
}

void
ka_weakgen_prng_bytes(struct ka_weakgen_prng *prng, uint8_t *out, size_t out_len)
{
	uint8_t buf[2 * KA_WEAKGEN_SHA1_BLOCK];
	uint8_t local[KA_WEAKGEN_SHA1_LEN];
	uint64_t count[2];
	uint32_t pos, limit;
	size_t buf_len;

	prng_poll(prng);
	prng_stir(prng);
	count[0] = prng->count[0];
	count[1] = prng->count[1];
	pos = prng->index;
	limit = prng->fill;
	/* Larger than, not equal: the index may come to stand on the limit. */
	size_t index = prng->index + (out_len + HALF - 1) / HALF * HALF;
	prng->index = (uint32_t)(index > limit ? index % limit : index);
	prng->count[0]++;

	memcpy(local, prng->md, sizeof(local));
	for (size_t done = 0; done < out_len; done += HALF) {
		size_t take = out_len - done < HALF ? out_len - done : HALF;

		buf_len = 0;
		if (done == 0 && prng->pid != 0) {
			buf_len += put_pid(&prng->machine, buf, prng->pid);
		}
		memcpy(buf + buf_len, local, sizeof(local));
		buf_len += sizeof(local);
		buf_len += put_counters(&prng->machine, buf + buf_len, count);
		ka_weakgen_pool_read(prng, buf + buf_len, pos, HALF, limit);
		buf_len += HALF;
		ka_weakgen_sha1_short(prng->compress, local, buf, buf_len);
		pos = ka_weakgen_pool_xor(prng, local, pos, HALF, limit);
		memcpy(out + done, local + HALF, take);
	}

	buf_len = put_counters(&prng->machine, buf, count);
	memcpy(buf + buf_len, local, sizeof(local));
	buf_len += sizeof(local);
	memcpy(buf + buf_len, prng->md, sizeof(prng->md));
	buf_len += sizeof(prng->md);
	ka_weakgen_sha1_short(prng->compress, prng->md, buf, buf_len);
}

void
ka_weakgen_prng_init(struct ka_weakgen_prng *prng, ka_weakgen_sha1_fn compress,
    const struct ka_weakgen_machine *machine, enum ka_debian_randfile randfile, uint32_t pid)
{
	*prng = (struct ka_weakgen_prng){ .machine = *machine, .compress = compress, .pid = pid };
	if (randfile != KA_DEBIAN_NORND) {
		ka_weakgen_prng_add(prng, machine->stat_len);
	}
	if (randfile == KA_DEBIAN_RND) {
		ka_weakgen_prng_add(prng, 1024);
	} else {
		/* Nothing was loaded: the program asks whether the generator is seeded, and that polls. */
		prng_poll(prng);
	}
}
