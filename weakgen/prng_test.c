/* SPDX-License-Identifier: Apache-2.0 */
/* The generator's bookkeeping, against a second model of it: written from the facts, byte by byte, as slowly as they
 * read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "weakgen/bn.h"

#define POOL 1023u

/* The model's message to be hashed grows byte by byte. */
struct message {
	uint8_t bytes[2 * KA_WEAKGEN_SHA1_BLOCK];
	size_t len;
};

static void
feed(struct message *message, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		message->bytes[message->len++] = bytes[i];
	}
}

static void
feed_number(struct message *message, uint64_t number, uint32_t len, bool big_endian)
{
	for (uint32_t i = 0; i < len; i++) {
		message->bytes[message->len++] = (uint8_t)(number >> (8 * (big_endian ? len - 1 - i : i)));
	}
}

/* What add() shall do, told with indexes modulo 1023 and a spare byte for the write at 1023. */
static void
model_add(struct ka_weakgen_prng *s, size_t len)
{
	uint8_t local[20];
	uint64_t c1 = s->count[1];
	uint32_t at = s->index;

	memcpy(local, s->md, 20);
	for (size_t left = len; left > 0;) {
		size_t take = left < 20 ? left : 20;
		struct message message = { .len = 0 };

		feed(&message, local, 20);
		for (size_t i = 0; i < take; i++) {
			feed(&message, &s->pool[(at + i) % POOL], 1);
		}
		feed_number(&message, s->count[0], s->machine.long_len, s->machine.big_endian);
		feed_number(&message, c1, s->machine.long_len, s->machine.big_endian);
		ka_weakgen_sha1_short(ka_weakgen_sha1_scalar, local, message.bytes, message.len);
		c1++;
		for (size_t i = 0; i < take; i++) {
			s->pool[at] ^= local[i];
			at++;
			if (at >= POOL) {
				at = 0;
			}
		}
		left -= take;
	}
	for (unsigned i = 0; i < 20; i++) {
		s->md[i] ^= local[i];
	}
	s->count[1] = c1;
	if (s->index + len >= POOL) {
		s->fill = POOL;
		s->index = (uint32_t)((s->index + len) % POOL);
		return;
	}
	s->index += (uint32_t)len;
	s->fill = s->index > s->fill ? s->index : s->fill;
}

/* What bytes() shall do once the pool is stirred, so that it is full. */
static void
model_bytes(struct ka_weakgen_prng *s, uint8_t *out, size_t len)
{
	uint8_t local[20];
	uint64_t c0 = s->count[0], c1 = s->count[1];
	uint32_t at = s->index;
	struct message last = { .len = 0 };

	memcpy(local, s->md, 20);
	for (size_t done = 0; done < len; done += 10) {
		struct message message = { .len = 0 };

		if (done == 0 && s->pid != 0) {
			feed_number(&message, s->pid, 4, s->machine.big_endian);
		}
		feed(&message, local, 20);
		feed_number(&message, c0, s->machine.long_len, s->machine.big_endian);
		feed_number(&message, c1, s->machine.long_len, s->machine.big_endian);
		for (uint32_t i = 0; i < 10; i++) {
			feed(&message, &s->pool[(at + i) % POOL], 1);
		}
		ka_weakgen_sha1_short(ka_weakgen_sha1_scalar, local, message.bytes, message.len);
		for (uint32_t i = 0; i < 10; i++) {
			s->pool[at] ^= local[i];
			at++;
			if (at >= POOL) {
				at = 0;
			}
			if (done + i < len) {
				out[done + i] = local[10 + i];
			}
		}
	}
	feed_number(&last, c0, s->machine.long_len, s->machine.big_endian);
	feed_number(&last, c1, s->machine.long_len, s->machine.big_endian);
	feed(&last, local, 20);
	feed(&last, s->md, 20);
	ka_weakgen_sha1_short(ka_weakgen_sha1_scalar, s->md, last.bytes, last.len);
	s->count[0]++;
	s->index += (uint32_t)((len + 9) / 10 * 10);
	if (s->index > s->fill) {
		s->index %= s->fill;
	}
}

static void
assert_same_state(const struct ka_weakgen_prng *a, const struct ka_weakgen_prng *b)
{
	assert_int_equal(a->index, b->index);
	assert_int_equal(a->fill, b->fill);
	assert_int_equal(a->count[0], b->count[0]);
	assert_int_equal(a->count[1], b->count[1]);
	assert_memory_equal(a->md, b->md, sizeof(a->md));
	/* The spare byte behind the pool is nobody's business. */
	assert_memory_equal(a->pool, b->pool, POOL);
}

static void
agrees_with_the_model(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 9; i++) {
		struct ka_weakgen_prng prng, model;

		ka_weakgen_prng_init(&prng, ka_weakgen_sha1_scalar, ka_weakgen_machine_of((enum ka_debian_arch)(i / 3)),
		    (enum ka_debian_randfile)(i % 3), 1000 * i);
		model = prng;
		for (size_t len = 1; len < 200; len += 7) {
			ka_weakgen_prng_add(&prng, len);
			model_add(&model, len);
			assert_same_state(&prng, &model);
		}
		/* The first call stirs; the model starts behind it. */
		uint8_t a[1100], b[1100];
		ka_weakgen_prng_bytes(&prng, a, 1);
		model = prng;
		for (size_t len = 1; len <= sizeof(a); len += 13) {
			ka_weakgen_prng_bytes(&prng, a, len);
			model_bytes(&model, b, len);
			assert_memory_equal(a, b, len);
			ka_weakgen_prng_add(&prng, len % 9 + 1);
			model_add(&model, len % 9 + 1);
			assert_same_state(&prng, &model);
		}
	}
}

/* One key in some hundreds meets this: the index comes to stand on 1023, one behind the pool's last byte. Reading
 * goes on at byte 0, but the first xor goes to the spare byte and the second to byte 0. */
static void
index_may_stand_behind_the_pool(void **state)
{
	struct ka_weakgen_prng prng, model;
	uint8_t a[30], b[30];

	(void)state;
	ka_weakgen_prng_init(&prng, ka_weakgen_sha1_scalar, ka_weakgen_machine_of(KA_DEBIAN_LE64), KA_DEBIAN_RND, 77);
	ka_weakgen_prng_bytes(&prng, a, 1);
	ka_weakgen_prng_add(&prng, POOL - 10 - prng.index);
	assert_int_equal(prng.index, POOL - 10);
	ka_weakgen_prng_bytes(&prng, a, 10);
	assert_int_equal(prng.index, POOL);

	model = prng;
	uint8_t first = prng.pool[0];
	ka_weakgen_prng_bytes(&prng, a, sizeof(a));
	model_bytes(&model, b, sizeof(b));
	assert_memory_equal(a, b, sizeof(a));
	assert_same_state(&prng, &model);
	assert_int_equal(prng.index, 30);
	assert_true(prng.pool[0] != first);
	/* Bytes 0 to 28 were written: 29 is still what it was. */
	assert_true(prng.pool[29] == model.pool[29]);

	/* add() meets the same index. */
	ka_weakgen_prng_add(&prng, POOL - 10 - prng.index);
	ka_weakgen_prng_bytes(&prng, a, 10);
	assert_int_equal(prng.index, POOL);
	model = prng;
	ka_weakgen_prng_add(&prng, 45);
	model_add(&model, 45);
	assert_same_state(&prng, &model);
}

static void
poll_runs_once(void **state)
{
	const struct ka_weakgen_machine *machine = ka_weakgen_machine_of(KA_DEBIAN_LE32);
	struct ka_weakgen_prng prng;
	uint8_t byte;

	(void)state;
	/* Without a seed file the poll comes at once: 32 + 3 * 4 bytes in 2 + 3 blocks. */
	ka_weakgen_prng_init(&prng, ka_weakgen_sha1_scalar, machine, KA_DEBIAN_NORND, 1);
	assert_int_equal(prng.index, 44);
	assert_int_equal(prng.count[1], 5);
	ka_weakgen_prng_bytes(&prng, &byte, 1);
	assert_int_equal(prng.count[1], 5 + 52);
	/* With one it waits for the first output: 88 + 1024 bytes in 5 + 52 blocks before it. */
	ka_weakgen_prng_init(&prng, ka_weakgen_sha1_scalar, machine, KA_DEBIAN_RND, 1);
	assert_int_equal(prng.count[1], 57);
	assert_int_equal(prng.index, 1112 - 1023);
	ka_weakgen_prng_bytes(&prng, &byte, 1);
	assert_int_equal(prng.count[1], 57 + 5 + 52);
	assert_int_equal(prng.count[0], 1);
}

static void
draws_have_their_bits(void **state)
{
	struct ka_weakgen_prng prng;
	mpz_t number;

	(void)state;
	mpz_init(number);
	ka_weakgen_prng_init(
	    &prng, ka_weakgen_sha1_scalar, ka_weakgen_machine_of(KA_DEBIAN_BE32), KA_DEBIAN_NOREADRND, 4);
	for (uint32_t bits = 2; bits < 100; bits++) {
		ka_weakgen_bn_rand(number, &prng, bits, KA_WEAKGEN_TOP_TWO, true);
		assert_int_equal(mpz_sizeinbase(number, 2), bits);
		assert_true(mpz_tstbit(number, bits - 2));
		assert_true(mpz_odd_p(number));
		ka_weakgen_bn_rand(number, &prng, bits, KA_WEAKGEN_TOP_ONE, false);
		assert_int_equal(mpz_sizeinbase(number, 2), bits);
		ka_weakgen_bn_rand(number, &prng, bits, KA_WEAKGEN_TOP_ANY, false);
		assert_true(mpz_sizeinbase(number, 2) <= bits);
	}
	mpz_clear(number);
}

static void
ranges_are_kept(void **state)
{
	struct ka_weakgen_prng prng;
	mpz_t number, range;

	(void)state;
	mpz_inits(number, range, NULL);
	ka_weakgen_prng_init(&prng, ka_weakgen_sha1_scalar, ka_weakgen_machine_of(KA_DEBIAN_LE64), KA_DEBIAN_RND, 5);
	/* 2^80 + 1 takes the way of subtractions, 2^81 - 1 the other one. */
	for (unsigned i = 0; i < 400; i++) {
		mpz_set_ui(range, 0);
		mpz_setbit(range, i % 2 == 0 ? 80 : 81);
		if (i % 2 == 0) {
			mpz_add_ui(range, range, 1);
		} else {
			mpz_sub_ui(range, range, 1);
		}
		assert_int_equal(ka_weakgen_bn_rand_range(number, &prng, range), KA_OK);
		assert_true(mpz_cmp(number, range) < 0);
	}
	mpz_clears(number, range, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_model),
		cmocka_unit_test(index_may_stand_behind_the_pool),
		cmocka_unit_test(poll_runs_once),
		cmocka_unit_test(draws_have_their_bits),
		cmocka_unit_test(ranges_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
