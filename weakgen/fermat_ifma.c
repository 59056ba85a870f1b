/* SPDX-License-Identifier: Apache-2.0 */
/* Eight exponentiations side by side with AVX-512 IFMA: Fermat tests to base 2, and powers of any base for Miller and
 * Rabin.
 *
 * Numbers are in radix 2^52, one number per 64-bit lane: vector i holds limb i of all eight. VPMADD52LUQ and
 * VPMADD52HUQ multiply 52-bit limbs and add the low or high 52 bits of the product to a 64-bit lane, so 2^12 products
 * can be added before a carry has to be moved: a multiplication is nothing but independent multiply-adds, and carries
 * are moved once at its end (Gueron, Krasnov: "Accelerating big integer arithmetic using Intel IFMA extensions",
 * ARITH 2016).
 *
 * The Fermat test's power is a left-to-right binary one: square, and double where the exponent has a bit.
 * Montgomery's residues stay below 4n: with R = 2^(52 L) >= 16 n, REDC(x^2) < 16 n^2 / R + n <= 2n, and a doubling
 * makes that less than 4n. So nothing is ever compared or subtracted on the way. Other powers take windows of four
 * bits; there a product of two residues below 2n comes out below 5n / 4.
 *
 * Both halves of a squaring, the product and the reduction, are rows of four limbs swept over a vector of limbs
 * (sweep4). Four rows at once: eight multiply-adds for each accumulator that is loaded and stored, which keeps the
 * multiplier busy every cycle. The square takes each block of four limbs against the blocks behind it, which completes
 * two blocks of the result: they are doubled at once, and the limbs' own squares are added. */
#include "weakgen/fermat_ifma.h"

#if KA_WEAKGEN_HAVE_IFMA

#include <immintrin.h>
#include <stdbool.h>

#define TARGET __attribute__((target("avx512f,avx512ifma,avx512dq")))
/* The kernels are made for some numbers of limbs apart (FIXED below): all that they call has to become part of them. */
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define ROWS 4
#define TAIL 2 /* rows that may be left over: numbers have an even number of limbs, at least four */
#define LIMB_BITS 52
#define WINDOW_BITS 4
#define WINDOW_SIZE (1 << WINDOW_BITS)
#define LIMB_MASK (((uint64_t)1 << LIMB_BITS) - 1)

/* One step of sweep4, after which t[j] is complete; old is what t[j + 3] held. */
#define STEP(old) \
	do { \
		const __m512i x = v[j]; \
		__m512i lo3 = (old); \
		__m512i hi4 = zero; \
		lo0 = _mm512_madd52lo_epu64(lo0, r0, x); \
		hi1 = _mm512_madd52hi_epu64(hi1, r0, x); \
		lo1 = _mm512_madd52lo_epu64(lo1, r1, x); \
		hi2 = _mm512_madd52hi_epu64(hi2, r1, x); \
		lo2 = _mm512_madd52lo_epu64(lo2, r2, x); \
		hi3 = _mm512_madd52hi_epu64(hi3, r2, x); \
		lo3 = _mm512_madd52lo_epu64(lo3, r3, x); \
		hi4 = _mm512_madd52hi_epu64(hi4, r3, x); \
		t[j] = _mm512_add_epi64(lo0, hi0); \
		lo0 = lo1; \
		lo1 = lo2; \
		lo2 = lo3; \
		hi0 = hi1; \
		hi1 = hi2; \
		hi2 = hi3; \
		hi3 = hi4; \
	} while (0)

/* t[j + r] += lo(rows[r] * v[j]), t[j + r + 1] += hi(rows[r] * v[j]) for r in 0..3, j in 0..num-1: t[0] to
 * t[num + 3], of which only the first num_old are added to; the others begin as zero. The accumulators in flight are
 * kept in registers: the low halves' apart from the high halves', so that no two multiply-adds of a step wait for each
 * other. */
TARGET static ALWAYS_INLINE void
sweep4(__m512i *t, size_t num_old, const __m512i rows[ROWS], const __m512i *v, size_t num)
{
	const __m512i r0 = rows[0], r1 = rows[1], r2 = rows[2], r3 = rows[3];
	const __m512i zero = _mm512_setzero_si512();
	__m512i lo0 = num_old > 0 ? t[0] : zero, lo1 = num_old > 1 ? t[1] : zero, lo2 = num_old > 2 ? t[2] : zero;
	__m512i hi0 = zero, hi1 = zero, hi2 = zero, hi3 = zero; /* of t[j] to t[j + 3] */
	size_t j = 0;

	for (; j + 3 < num_old && j < num; j++)
		STEP(t[j + 3]);
	for (; j < num; j++)
		STEP(zero);
	t[num] = _mm512_add_epi64(lo0, hi0);
	t[num + 1] = _mm512_add_epi64(lo1, hi1);
	t[num + 2] = _mm512_add_epi64(lo2, hi2);
	t[num + 3] = num_old > num + 3 ? _mm512_add_epi64(t[num + 3], hi3) : hi3;
}

/* The same with two rows, for what blocks of four leave over. */
TARGET static ALWAYS_INLINE void
sweep2(__m512i *t, const __m512i rows[TAIL], const __m512i *v, size_t num)
{
	const __m512i r0 = rows[0], r1 = rows[1];
	const __m512i zero = _mm512_setzero_si512();
	__m512i lo0 = t[0], hi0 = zero, hi1 = zero;

	for (size_t j = 0; j < num; j++) {
		const __m512i x = v[j];
		__m512i lo1 = t[j + 1];
		__m512i hi2 = zero;
		lo0 = _mm512_madd52lo_epu64(lo0, r0, x);
		hi1 = _mm512_madd52hi_epu64(hi1, r0, x);
		lo1 = _mm512_madd52lo_epu64(lo1, r1, x);
		hi2 = _mm512_madd52hi_epu64(hi2, r1, x);
		t[j] = _mm512_add_epi64(lo0, hi0);
		lo0 = lo1;
		hi0 = hi1;
		hi1 = hi2;
	}
	t[num] = _mm512_add_epi64(lo0, hi0);
	t[num + 1] = _mm512_add_epi64(t[num + 1], hi1);
}

/* t[0 .. 7] = 2 (t + products of two of the four limbs) + the limbs' squares. The lower or the upper four of t begin as
 * zero where they are not old. */
TARGET static ALWAYS_INLINE void
square4(__m512i *t, bool low_old, bool high_old, const __m512i x[ROWS])
{
	const __m512i zero = _mm512_setzero_si512();
	const __m512i x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
	__m512i t0 = low_old ? t[0] : zero, t1 = low_old ? t[1] : zero, t2 = low_old ? t[2] : zero;
	__m512i t3 = low_old ? t[3] : zero, t4 = high_old ? t[4] : zero, t5 = high_old ? t[5] : zero;
	__m512i t6 = high_old ? t[6] : zero, t7 = high_old ? t[7] : zero;

	t1 = _mm512_madd52lo_epu64(t1, x0, x1);
	t2 = _mm512_madd52hi_epu64(t2, x0, x1);
	t3 = _mm512_madd52hi_epu64(t3, x0, x2);
	t4 = _mm512_madd52hi_epu64(t4, x0, x3);
	t5 = _mm512_madd52hi_epu64(t5, x1, x3);
	t6 = _mm512_madd52hi_epu64(t6, x2, x3);
	t2 = _mm512_madd52lo_epu64(t2, x0, x2);
	t3 = _mm512_madd52lo_epu64(t3, x0, x3);
	t4 = _mm512_madd52lo_epu64(t4, x1, x3);
	t5 = _mm512_madd52lo_epu64(t5, x2, x3);
	t3 = _mm512_madd52lo_epu64(t3, x1, x2);
	t4 = _mm512_madd52hi_epu64(t4, x1, x2);
	t[0] = _mm512_madd52lo_epu64(_mm512_add_epi64(t0, t0), x0, x0);
	t[1] = _mm512_madd52hi_epu64(_mm512_add_epi64(t1, t1), x0, x0);
	t[2] = _mm512_madd52lo_epu64(_mm512_add_epi64(t2, t2), x1, x1);
	t[3] = _mm512_madd52hi_epu64(_mm512_add_epi64(t3, t3), x1, x1);
	t[4] = _mm512_madd52lo_epu64(_mm512_add_epi64(t4, t4), x2, x2);
	t[5] = _mm512_madd52hi_epu64(_mm512_add_epi64(t5, t5), x2, x2);
	t[6] = _mm512_madd52lo_epu64(_mm512_add_epi64(t6, t6), x3, x3);
	t[7] = _mm512_madd52hi_epu64(_mm512_add_epi64(t7, t7), x3, x3);
}

/* t[0 .. 3] = 2 (t + the product of the two limbs) + the limbs' squares; t[2] and t[3] begin as zero. */
TARGET static ALWAYS_INLINE void
square2(__m512i *t, const __m512i x[TAIL])
{
	const __m512i zero = _mm512_setzero_si512();
	const __m512i x0 = x[0], x1 = x[1];
	const __m512i t1 = _mm512_madd52lo_epu64(t[1], x0, x1), t2 = _mm512_madd52hi_epu64(zero, x0, x1);

	t[0] = _mm512_madd52lo_epu64(_mm512_add_epi64(t[0], t[0]), x0, x0);
	t[1] = _mm512_madd52hi_epu64(_mm512_add_epi64(t1, t1), x0, x0);
	t[2] = _mm512_madd52lo_epu64(_mm512_add_epi64(t2, t2), x1, x1);
	t[3] = _mm512_madd52hi_epu64(zero, x1, x1);
}

/* t[0 .. 2 num] = x^2, limbs of up to 64 bits. Each sweep reaches four limbs further than the one before, and none
 * behind it touches the block that is closed. */
TARGET static ALWAYS_INLINE void
square(__m512i *t, const __m512i *x, size_t num)
{
	size_t i = ROWS;

	if (num == ROWS) {
		square4(t, false, false, x);
	} else {
		sweep4(t + ROWS, 0, x, x + ROWS, num - ROWS);
		square4(t, false, true, x);
		for (; i + ROWS < num; i += ROWS) {
			size_t left = num - i - ROWS;

			sweep4(t + 2 * i + ROWS, left, x + i, x + i + ROWS, left);
			square4(t + 2 * i, true, true, x + i);
		}
		if (i + ROWS == num)
			square4(t + 2 * i, true, false, x + i);
		else
			square2(t + 2 * i, x + i);
	}
	t[2 * num] = _mm512_setzero_si512();
}

/* t[0 .. 2 num] = a b. */
TARGET static ALWAYS_INLINE void
multiply(__m512i *t, const __m512i *a, const __m512i *b, size_t num)
{
	for (size_t i = 0; i <= 2 * num; i++)
		t[i] = _mm512_setzero_si512();
	for (size_t i = 0; i + ROWS <= num; i += ROWS)
		sweep4(t + i, num + ROWS, a + i, b, num);
	if (num % ROWS != 0)
		sweep2(t + num - TAIL, a + num - TAIL, b, num);
}

/* The four multiples q of n that make the limbs t[0 .. 3] vanish. Returns what they carry into t[4], without the
 * products that lie there: see add_block. Each q needs the one before, so this is a matter of latency. */
TARGET static ALWAYS_INLINE __m512i
find_multiples(__m512i q[ROWS], const __m512i *t, const __m512i *n, __m512i n0_inverse)
{
	const __m512i mask = _mm512_set1_epi64((long long)LIMB_MASK);
	const __m512i zero = _mm512_setzero_si512();
	const __m512i n0 = n[0], n1 = n[1], n2 = n[2], n3 = n[3];
	__m512i t0 = t[0], t1 = t[1], t2 = t[2], t3 = t[3];

	q[0] = _mm512_and_si512(_mm512_madd52lo_epu64(zero, t0, n0_inverse), mask);
	t0 = _mm512_madd52lo_epu64(t0, q[0], n0);
	t1 = _mm512_madd52lo_epu64(t1, q[0], n1);
	t1 = _mm512_madd52hi_epu64(t1, q[0], n0);
	t1 = _mm512_add_epi64(t1, _mm512_srli_epi64(t0, LIMB_BITS));
	t2 = _mm512_madd52lo_epu64(t2, q[0], n2);
	t3 = _mm512_madd52lo_epu64(t3, q[0], n3);
	q[1] = _mm512_and_si512(_mm512_madd52lo_epu64(zero, t1, n0_inverse), mask);
	t2 = _mm512_madd52hi_epu64(t2, q[0], n1);
	t3 = _mm512_madd52hi_epu64(t3, q[0], n2);
	t1 = _mm512_madd52lo_epu64(t1, q[1], n0);
	t2 = _mm512_madd52lo_epu64(t2, q[1], n1);
	t2 = _mm512_madd52hi_epu64(t2, q[1], n0);
	t2 = _mm512_add_epi64(t2, _mm512_srli_epi64(t1, LIMB_BITS));
	q[2] = _mm512_and_si512(_mm512_madd52lo_epu64(zero, t2, n0_inverse), mask);
	t3 = _mm512_madd52lo_epu64(t3, q[1], n2);
	t3 = _mm512_madd52hi_epu64(t3, q[1], n1);
	t2 = _mm512_madd52lo_epu64(t2, q[2], n0);
	t3 = _mm512_madd52lo_epu64(t3, q[2], n1);
	t3 = _mm512_madd52hi_epu64(t3, q[2], n0);
	t3 = _mm512_add_epi64(t3, _mm512_srli_epi64(t2, LIMB_BITS));
	q[3] = _mm512_and_si512(_mm512_madd52lo_epu64(zero, t3, n0_inverse), mask);
	t3 = _mm512_madd52lo_epu64(t3, q[3], n0);
	return _mm512_srli_epi64(t3, LIMB_BITS);
}

/* Adds carry and those products of q with n[0 .. 3] that lie in the four limbs above the vanished ones. */
TARGET static ALWAYS_INLINE void
add_block(__m512i u[ROWS], const __m512i q[ROWS], const __m512i *n, __m512i carry)
{
	const __m512i n0 = n[0], n1 = n[1], n2 = n[2], n3 = n[3];
	__m512i u0 = _mm512_add_epi64(u[0], carry), u1 = u[1], u2 = u[2];

	u0 = _mm512_madd52hi_epu64(u0, q[0], n3);
	u1 = _mm512_madd52hi_epu64(u1, q[1], n3);
	u2 = _mm512_madd52hi_epu64(u2, q[2], n3);
	u[3] = _mm512_madd52hi_epu64(u[3], q[3], n3);
	u0 = _mm512_madd52hi_epu64(u0, q[1], n2);
	u1 = _mm512_madd52hi_epu64(u1, q[2], n2);
	u2 = _mm512_madd52hi_epu64(u2, q[3], n2);
	u0 = _mm512_madd52hi_epu64(u0, q[2], n1);
	u1 = _mm512_madd52hi_epu64(u1, q[3], n1);
	u2 = _mm512_madd52lo_epu64(u2, q[3], n3);
	u0 = _mm512_madd52hi_epu64(u0, q[3], n0);
	u1 = _mm512_madd52lo_epu64(u1, q[2], n3);
	u0 = _mm512_madd52lo_epu64(u0, q[1], n3);
	u1 = _mm512_madd52lo_epu64(u1, q[3], n2);
	u0 = _mm512_madd52lo_epu64(u0, q[2], n2);
	u0 = _mm512_madd52lo_epu64(u0, q[3], n1);
	u[0] = u0;
	u[1] = u1;
	u[2] = u2;
}

/* The last two limbs, t[0] and t[1], vanish. */
TARGET static ALWAYS_INLINE void
reduce_tail(__m512i *t, const __m512i *n, __m512i n0_inverse, size_t num)
{
	const __m512i mask = _mm512_set1_epi64((long long)LIMB_MASK);
	const __m512i zero = _mm512_setzero_si512();
	const __m512i n0 = n[0], n1 = n[1];
	__m512i t0 = t[0], t1 = t[1], t2 = t[2], q[TAIL];

	q[0] = _mm512_and_si512(_mm512_madd52lo_epu64(zero, t0, n0_inverse), mask);
	t0 = _mm512_madd52lo_epu64(t0, q[0], n0);
	t1 = _mm512_madd52lo_epu64(t1, q[0], n1);
	t1 = _mm512_madd52hi_epu64(t1, q[0], n0);
	t1 = _mm512_add_epi64(t1, _mm512_srli_epi64(t0, LIMB_BITS));
	t2 = _mm512_madd52hi_epu64(t2, q[0], n1);
	q[1] = _mm512_and_si512(_mm512_madd52lo_epu64(zero, t1, n0_inverse), mask);
	t1 = _mm512_madd52lo_epu64(t1, q[1], n0);
	t2 = _mm512_madd52lo_epu64(t2, q[1], n1);
	t2 = _mm512_madd52hi_epu64(t2, q[1], n0);
	t[2] = _mm512_add_epi64(t2, _mm512_srli_epi64(t1, LIMB_BITS));
	t[3] = _mm512_madd52hi_epu64(t[3], q[1], n1);
	sweep2(t + TAIL, q, n + TAIL, num - TAIL);
}

/* x = t / R mod n, times 2 in the lanes where twice is 1; t has 2 num + 1 limbs and is used up. A sweep is cut behind
 * its first block, which is all that the next multiples need: they are found, slowly, while the rest of the sweep
 * keeps the multiplier busy. */
TARGET static ALWAYS_INLINE void
reduce(__m512i *x, __m512i *t, const __m512i *n, __m512i n0_inverse, __m512i twice, size_t num)
{
	const __m512i mask = _mm512_set1_epi64((long long)LIMB_MASK);
	__m512i q[ROWS], next[ROWS];
	__m512i carry = find_multiples(q, t, n, n0_inverse);

	for (size_t i = 0; i + ROWS <= num; i += ROWS) {
		__m512i *u = t + i + ROWS;
		bool last = i + 2 * ROWS > num;

		add_block(u, q, n, carry);
		if (num >= 2 * ROWS)
			sweep4(u, 2 * ROWS, q, n + ROWS, ROWS);
		else if (num > ROWS)
			sweep4(u, TAIL + ROWS, q, n + ROWS, TAIL);
		if (!last)
			carry = find_multiples(next, u, n, n0_inverse);
		if (num > 2 * ROWS)
			sweep4(u + ROWS, num - ROWS, q, n + 2 * ROWS, num - 2 * ROWS);
		for (size_t r = 0; r < ROWS && !last; r++)
			q[r] = next[r];
	}
	if (num % ROWS != 0)
		reduce_tail(t + num - TAIL, n, n0_inverse, num);
	carry = _mm512_setzero_si512();
	for (size_t i = 0; i < num; i++) {
		carry = _mm512_add_epi64(carry, _mm512_sllv_epi64(t[num + i], twice));
		x[i] = _mm512_and_si512(carry, mask);
		carry = _mm512_srli_epi64(carry, LIMB_BITS);
	}
}

/* Takes x out of Montgomery's form. What comes out is at most n, so it is 1 exactly when the power is. */
TARGET static void
leave_form(__m512i *x, __m512i *t, const __m512i *n, __m512i n0_inverse, size_t num)
{
	const __m512i zero = _mm512_setzero_si512();

	for (size_t i = 0; i < num; i++) {
		t[i] = x[i];
		t[num + i] = zero;
	}
	t[2 * num] = zero;
	reduce(x, t, n, n0_inverse, zero, num);
}

/* Limb i of a number, least significant first. */
static uint64_t
limb(mpz_srcptr number, size_t i)
{
	size_t bit = i * LIMB_BITS, word = bit / 64, shift = bit % 64;
	uint64_t value = mpz_getlimbn(number, (mp_size_t)word) >> shift;

	if (shift > 64 - LIMB_BITS)
		value |= (uint64_t)mpz_getlimbn(number, (mp_size_t)word + 1) << (64 - shift);
	return value & LIMB_MASK;
}

/* Vectors of limbs of numbers of up to bits bits, so many that R = 2^(52 num) is at least 16 times as large. */
static size_t
num_limbs(uint32_t bits)
{
	size_t num = (bits + 4 + LIMB_BITS - 1) / LIMB_BITS;

	return num <= ROWS ? ROWS : (num + TAIL - 1) / TAIL * TAIL;
}

size_t
ka_weakgen_fermat_ifma_scratch_len(uint32_t bits)
{
	/* n, x, and a product with its carries and the rows' overhang; for powers an exponent, a table and an entry
	 * picked from it. */
	return ((6 + WINDOW_SIZE) * num_limbs(bits) + ROWS + 1) * sizeof(__m512i);
}

/* -1 / n0 modulo 2^52. */
TARGET static ALWAYS_INLINE __m512i
negative_inverse(__m512i n0)
{
	/* Newton: an odd n is its own inverse modulo 8, and each step doubles the bits. */
	__m512i inverse = n0;
	for (int i = 0; i < 5; i++) {
		__m512i error = _mm512_sub_epi64(_mm512_set1_epi64(2), _mm512_mullo_epi64(n0, inverse));
		inverse = _mm512_mullo_epi64(inverse, error);
	}
	return _mm512_and_si512(
	    _mm512_sub_epi64(_mm512_setzero_si512(), inverse), _mm512_set1_epi64((long long)LIMB_MASK));
}

/* The power for numbers in n with x = R mod n; x becomes the power, below 4n. */
TARGET static ALWAYS_INLINE void
power_of_two_any(__m512i *x, __m512i *t, const __m512i *n, size_t num, uint32_t bits)
{
	const __m512i one = _mm512_set1_epi64(1);
	const __m512i zero = _mm512_setzero_si512();
	const __m512i n0_inverse = negative_inverse(n[0]);

	/* The exponent n - 1 is n without its lowest bit. Above a number's highest bit this squares 1. */
	for (uint32_t bit = bits; bit-- > 0;) {
		__m512i twice = zero;
		if (bit > 0)
			twice = _mm512_and_si512(_mm512_srli_epi64(n[bit / LIMB_BITS], bit % LIMB_BITS), one);
		square(t, x, num);
		reduce(x, t, n, n0_inverse, twice, num);
	}
}

/* Small numbers have short loops: with the number of limbs known to the compiler they are unrolled and take 6 to 15 %
 * less time. From about 1500 bits on it makes no difference. */
#define FIXED(num) \
	TARGET static void power_of_two_##num(__m512i *x, __m512i *t, const __m512i *n, uint32_t bits) \
	{ \
		power_of_two_any(x, t, n, num, bits); \
	}
FIXED(6)  /* keys of 512 bits */
FIXED(8)  /* 768 */
FIXED(10) /* 1024 */
FIXED(16) /* 1536 */
FIXED(20) /* 2048 */

static const struct {
	size_t num;
	void (*power_of_two)(__m512i *x, __m512i *t, const __m512i *n, uint32_t bits);
} fixed[] = {
	{ 6, power_of_two_6 },
	{ 8, power_of_two_8 },
	{ 10, power_of_two_10 },
	{ 16, power_of_two_16 },
	{ 20, power_of_two_20 },
};

TARGET static void
power_of_two(__m512i *x, __m512i *t, const __m512i *n, size_t num, uint32_t bits)
{
	size_t i = 0;

	while (i < sizeof(fixed) / sizeof(fixed[0]) && fixed[i].num != num)
		i++;
	if (i < sizeof(fixed) / sizeof(fixed[0]))
		fixed[i].power_of_two(x, t, n, bits);
	else
		power_of_two_any(x, t, n, num, bits);
	leave_form(x, t, n, negative_inverse(n[0]), num);
}

/* The table's entries that the lanes' digits ask for. */
TARGET static ALWAYS_INLINE void
pick(__m512i *out, const __m512i *table, __m512i digits, size_t num)
{
	const __m512i lanes = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
	__m512i index =
	    _mm512_add_epi64(_mm512_mullo_epi64(digits, _mm512_set1_epi64((long long)(num * KA_WEAKGEN_LANES))), lanes);

	for (size_t i = 0; i < num; i++) {
		out[i] = _mm512_i64gather_epi64(index, (const long long *)(const void *)(table + i), 8);
	}
}

/* x = base^exponent modulo n; table[0] is R mod n and table[num] R base mod n, exponents are in e. picked and t are
 * scratch. */
TARGET static void
power(__m512i *x, __m512i *t, __m512i *table, __m512i *picked, const __m512i *e, const __m512i *n, size_t num,
    uint32_t bits)
{
	const __m512i zero = _mm512_setzero_si512();
	const __m512i n0_inverse = negative_inverse(n[0]);

	for (size_t d = 2; d < WINDOW_SIZE; d++) {
		multiply(t, table + (d - 1) * num, table + num, num);
		reduce(table + d * num, t, n, n0_inverse, zero, num);
	}
	for (size_t i = 0; i < num; i++)
		x[i] = table[i];
	/* A limb of 52 bits is 13 windows. */
	for (uint32_t window = (bits + WINDOW_BITS - 1) / WINDOW_BITS; window-- > 0;) {
		uint32_t bit = window * WINDOW_BITS;
		__m512i digits = _mm512_and_si512(
		    _mm512_srli_epi64(e[bit / LIMB_BITS], bit % LIMB_BITS), _mm512_set1_epi64(WINDOW_SIZE - 1));

		for (unsigned i = 0; i < WINDOW_BITS; i++) {
			square(t, x, num);
			reduce(x, t, n, n0_inverse, zero, num);
		}
		pick(picked, table, digits, num);
		multiply(t, x, picked, num);
		reduce(x, t, n, n0_inverse, zero, num);
	}
	leave_form(x, t, n, n0_inverse, num);
}

/* Spreads numbers over vectors of limbs. */
TARGET static void
load(__m512i *out, const mpz_srcptr numbers[KA_WEAKGEN_LANES], size_t num)
{
	for (size_t i = 0; i < num; i++) {
		uint64_t lanes[KA_WEAKGEN_LANES];

		for (unsigned lane = 0; lane < KA_WEAKGEN_LANES; lane++)
			lanes[lane] = limb(numbers[lane], i);
		out[i] = _mm512_loadu_si512(lanes);
	}
}

TARGET unsigned
ka_weakgen_fermat_ifma(void *scratch, const mpz_srcptr numbers[KA_WEAKGEN_LANES], uint32_t bits)
{
	const __m512i zero = _mm512_setzero_si512();
	size_t num = num_limbs(bits);
	__m512i *n = scratch, *x = n + num, *t = x + num;
	mpz_t r, r_mod_n[KA_WEAKGEN_LANES];
	mpz_srcptr starts[KA_WEAKGEN_LANES];

	mpz_init(r);
	mpz_setbit(r, num * LIMB_BITS);
	for (unsigned lane = 0; lane < KA_WEAKGEN_LANES; lane++) {
		mpz_init(r_mod_n[lane]);
		mpz_mod(r_mod_n[lane], r, numbers[lane]);
		starts[lane] = r_mod_n[lane];
	}
	load(n, numbers, num);
	load(x, starts, num);
	for (size_t i = 0; i < 2 * num + ROWS + 1; i++)
		t[i] = zero;
	power_of_two(x, t, n, num, bits);

	__mmask8 passed = _mm512_cmpeq_epi64_mask(x[0], _mm512_set1_epi64(1));
	for (size_t i = 1; i < num; i++)
		passed &= _mm512_cmpeq_epi64_mask(x[i], zero);
	for (unsigned lane = 0; lane < KA_WEAKGEN_LANES; lane++)
		mpz_clear(r_mod_n[lane]);
	mpz_clear(r);
	return passed;
}

TARGET void
ka_weakgen_power_ifma(void *scratch, mpz_t out[KA_WEAKGEN_LANES], const mpz_srcptr bases[KA_WEAKGEN_LANES],
    const mpz_srcptr exponents[KA_WEAKGEN_LANES], const mpz_srcptr numbers[KA_WEAKGEN_LANES], uint32_t bits)
{
	size_t num = num_limbs(bits);
	__m512i *n = scratch, *x = n + num, *e = x + num, *picked = e + num, *table = picked + num;
	__m512i *t = table + (size_t)WINDOW_SIZE * num;
	mpz_srcptr in_form[KA_WEAKGEN_LANES];

	load(n, numbers, num);
	load(e, exponents, num);
	/* R and R base, modulo n; out serves as room. */
	for (unsigned entry = 0; entry < 2; entry++) {
		for (unsigned lane = 0; lane < KA_WEAKGEN_LANES; lane++) {
			if (entry == 0)
				mpz_set_ui(out[lane], 1);
			else
				mpz_set(out[lane], bases[lane]);
			mpz_mul_2exp(out[lane], out[lane], num * LIMB_BITS);
			mpz_mod(out[lane], out[lane], numbers[lane]);
			in_form[lane] = out[lane];
		}
		load(table + entry * num, in_form, num);
	}
	for (size_t i = 0; i < 2 * num + ROWS + 1; i++)
		t[i] = _mm512_setzero_si512();
	power(x, t, table, picked, e, n, num, bits);
	for (unsigned lane = 0; lane < KA_WEAKGEN_LANES; lane++) {
		/* The vectors' limbs of a lane, each with the upper twelve of its 64 bits unused, gathered in t. */
		uint64_t *limbs = (uint64_t *)(void *)t;

		for (size_t i = 0; i < num; i++)
			limbs[i] = ((const uint64_t *)(const void *)(x + i))[lane];
		mpz_import(out[lane], num, -1, sizeof(*limbs), 0, 64 - LIMB_BITS, limbs);
		/* At most n came out. */
		if (mpz_cmp(out[lane], numbers[lane]) >= 0)
			mpz_sub(out[lane], out[lane], numbers[lane]);
	}
}

#endif
