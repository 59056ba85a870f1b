#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints lib/table/crc64_const.h: the tables of CRC-64/XZ. crc64_test.c recomputes each entry.

Usage: tools/gen-crc64-const.py > lib/table/crc64_const.h
"""
POLYNOMIAL = 0xC96C5795D7870F42  # 0x42f0e1eba9ea3693, bits reversed
NUM_SLICES = 8
FOLDS = (512, 128)


def power_of_x(n):
    """x^n modulo the polynomial, bits reversed."""
    value = 1 << 63
    for _ in range(n):
        value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)
    return value


def main():
    tables = [[0] * 256 for _ in range(NUM_SLICES)]
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (POLYNOMIAL if crc & 1 else 0)
        tables[0][byte] = crc
    for k in range(1, NUM_SLICES):
        for byte in range(256):
            crc = tables[k - 1][byte]
            tables[k][byte] = crc >> 8 ^ tables[0][crc & 0xFF]

    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print("/* Made by tools/gen-crc64-const.py; crc64_test.c recomputes it. Row k: the CRC of a byte followed by k zero bytes. */")
    print("#ifndef KA_LIB_TABLE_CRC64_CONST_H")
    print("#define KA_LIB_TABLE_CRC64_CONST_H\n")
    print("#include <keyassay/base.h>\n")
    print("#define KA_CRC64_NUM_SLICES %d" % NUM_SLICES)
    print("static const uint64_t ka_crc64_slices[KA_CRC64_NUM_SLICES][256] = {")
    for table in tables:
        print("\t{")
        for i in range(0, 256, 5):
            print("\t\t" + ", ".join("0x%016x" % value for value in table[i : i + 5]) + ",")
        print("\t},")
    print("};\n")
    print("/* crc64_clmul.c: what moves 128 bits ahead by so many bits; first the factor for the earlier 64 of them. */")
    for bits in FOLDS:
        print("#define KA_CRC64_FOLD_%d_FIRST UINT64_C(0x%016x)" % (bits, power_of_x(bits + 63)))
        print("#define KA_CRC64_FOLD_%d_SECOND UINT64_C(0x%016x)" % (bits, power_of_x(bits - 1)))
    print("\n#endif")


main()
