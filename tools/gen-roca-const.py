#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints lib/check/roca_const.h: the numbers of the ROCA check. roca_filter_test.c recomputes each of them.

Usage: tools/gen-roca-const.py > lib/check/roca_const.h
       tools/gen-roca-const.py filter > lib/check/roca_filter.h
"""
import sys
from math import gcd, log2

GENERATOR = 65537
# Primes whose subgroups are smallest for their size; their product is below 2^23, see roca.c.
FILTER = (37, 11, 97, 79)
LIMITS = (167, 353, 701, 1427)
NUM_WEIGHTS = 512


def primes(limit):
    return [n for n in range(2, limit + 1) if all(n % d for d in range(2, int(n**0.5) + 1))]


def subgroup(p):
    members = [1]
    while (member := members[-1] * GENERATOR % p) != 1:
        members.append(member)
    return members


def rows(items, per_row):
    for i in range(0, len(items), per_row):
        yield "\t" + ", ".join(items[i : i + per_row]) + ","


def head(name):
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print("/* Made by tools/gen-roca-const.py; roca_filter_test.c recomputes it. */")
    print("#ifndef KA_LIB_CHECK_%s_H" % name)
    print("#define KA_LIB_CHECK_%s_H\n" % name)
    print("#include <keyassay/base.h>\n")


def print_const():
    head("ROCA_CONST")
    print("/* All odd primes up to %d and the order of %d modulo each. */" % (LIMITS[-1], GENERATOR))
    odd = [p for p in primes(LIMITS[-1]) if p > 2]
    print("static const struct {\n\tuint16_t prime;\n\tuint16_t order;\n} ka_roca_primes[%d] = {" % len(odd))
    print("\n".join(rows(["{ %d, %d }" % (p, len(subgroup(p))) for p in odd], 8)))
    print("};\n")

    print("/* The published primorials: largest prime, how many of the odd primes, log2 of the chance that a random unit is a")
    print(" * power of %d: the order of %d over the number of odd residues prime to the primorial. */" % (GENERATOR, GENERATOR))
    print("static const struct {\n\tuint16_t largest_prime;\n\tuint16_t num_primes;\n\tdouble log2_chance;")
    print("} ka_roca_primorials[%d] = {" % len(LIMITS))
    for limit in LIMITS:
        order, chance, num = 1, 0.0, 0
        for p in odd:
            if p > limit:
                break
            num += 1
            size = len(subgroup(p))
            order = order * size // gcd(order, size)
            chance -= log2(p - 1)
        print("\t{ %d, %d, %.12f }," % (limit, num, chance + log2(order)))
    print("};\n\n#endif")


def print_filter():
    head("ROCA_FILTER")
    product = 1
    for p in FILTER:
        product *= p
    print("/* The primes of the filter; bit r %% 32 of members[r / 32] is set when r is a power of %d. */" % GENERATOR)
    print("#define KA_ROCA_FILTER_PRODUCT %du" % product)
    print("static const struct {\n\tuint32_t prime;\n\tuint32_t members[4];\n} ka_roca_filter[%d] = {" % len(FILTER))
    for p in FILTER:
        words = [0] * 4
        for member in subgroup(p):
            words[member // 32] |= 1 << member % 32
        print("\t{ %d, { %s } }," % (p, ", ".join("0x%08x" % w for w in words)))
    print("};\n")

    print("/* 2^(32 i) modulo that product for i from %d down to 0: the last weight belongs to the lowest word. */" % (NUM_WEIGHTS - 1))
    print("#define KA_ROCA_NUM_WEIGHTS %du" % NUM_WEIGHTS)
    print("static const uint32_t ka_roca_weights[KA_ROCA_NUM_WEIGHTS] = {")
    print("\n".join(rows(["%d" % pow(2, 32 * i, product) for i in reversed(range(NUM_WEIGHTS))], 12)))
    print("};\n\n#endif")


if sys.argv[1:] == ["filter"]:
    print_filter()
else:
    print_const()
