#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes server/api/unicode_lzn.h: the characters of the Unicode categories L, Z and N, as the pattern of a tag's key has them.

Usage: gen-unicode-lzn.py >server/api/unicode_lzn.h
Source: the Unicode Character Database, as Python's unicodedata has it.
"""
import sys
import unicodedata


def ranges():
    first = None
    for point in range(0x110001):
        inside = point <= 0x10FFFF and unicodedata.category(chr(point))[0] in "LZN"
        if inside and first is None:
            first = point
        if not inside and first is not None:
            yield first, point - 1
            first = None


def main():
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print(f"/* Made by tools/gen-unicode-lzn.py from Unicode {unicodedata.unidata_version}: categories L, Z and N, in order. */")
    print("#ifndef KA_SERVER_API_UNICODE_LZN_H\n#define KA_SERVER_API_UNICODE_LZN_H\n\n#include <stdint.h>\n")
    print("static const struct {\n\tuint32_t first, last;\n} ka_unicode_lzn[] = {")
    items = [f"{{ {first:#x}, {last:#x} }}," for first, last in ranges()]
    line = ""
    for item in items:
        if len(line) + len(item) + 1 > 110:
            print("\t" + line)
            line = ""
        line += (" " if line else "") + item
    print("\t" + line + "\n};\n\n#endif")


if __name__ == "__main__":
    sys.exit(main())
