/* SPDX-License-Identifier: Apache-2.0 */
/* Curves over prime fields that OpenSSL 0.9.8 knew and a certificate may name: SEC 2 version 2.0, sections 2.2 to
 * 2.6. */
#include "weakgen/ec.h"

#include <string.h>

static const struct ka_weakgen_curve curves[] = {
	{
	    .curve = KA_CURVE_SECP192R1,
	    .bits = 192,
	    .name = "secp192r1",
	    .p = "fffffffffffffffffffffffffffffffeffffffffffffffff",
	    .a = "fffffffffffffffffffffffffffffffefffffffffffffffc",
	    .b = "64210519e59c80e70fa7e9ab72243049feb8deecc146b9b1",
	    .gx = "188da80eb03090f67cbf20eb43a18800f4ff0afd82ff1012",
	    .gy = "7192b95ffc8da78631011ed6b24cdd573f977a11e794811",
	    .n = "ffffffffffffffffffffffff99def836146bc9b1b4d22831",
	    .oid = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x01 },
	    .oid_len = 8,
	},
	{
	    .curve = KA_CURVE_SECP224R1,
	    .bits = 224,
	    .name = "secp224r1",
	    .p = "ffffffffffffffffffffffffffffffff000000000000000000000001",
	    .a = "fffffffffffffffffffffffffffffffefffffffffffffffffffffffe",
	    .b = "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
	    .gx = "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
	    .gy = "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
	    .n = "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d",
	    .oid = { 0x2b, 0x81, 0x04, 0x00, 0x21 },
	    .oid_len = 5,
	},
	{
	    .curve = KA_CURVE_SECP256R1,
	    .bits = 256,
	    .name = "secp256r1",
	    .p = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
	    .a = "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
	    .b = "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
	    .gx = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
	    .gy = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
	    .n = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
	    .oid = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 },
	    .oid_len = 8,
	},
	{
	    .curve = KA_CURVE_SECP384R1,
	    .bits = 384,
	    .name = "secp384r1",
	    .p = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe"
		 "ffffffff0000000000000000ffffffff",
	    .a = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe"
		 "ffffffff0000000000000000fffffffc",
	    .b = "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a"
		 "c656398d8a2ed19d2a85c8edd3ec2aef",
	    .gx = "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38"
		  "5502f25dbf55296c3a545e3872760ab7",
	    .gy = "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0"
		  "0a60b1ce1d7e819d7a431d7c90ea0e5f",
	    .n = "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
		 "581a0db248b0a77aecec196accc52973",
	    .oid = { 0x2b, 0x81, 0x04, 0x00, 0x22 },
	    .oid_len = 5,
	},
	{
	    .curve = KA_CURVE_SECP521R1,
	    .bits = 521,
	    .name = "secp521r1",
	    .p = "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		 "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		 "fff",
	    .a = "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		 "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		 "ffc",
	    .b = "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109"
		 "e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f"
		 "00",
	    .gx = "c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3d"
		  "baa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd"
		  "66",
	    .gy = "11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e6"
		  "62c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16"
		  "650",
	    .n = "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		 "ffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386"
		 "409",
	    .oid = { 0x2b, 0x81, 0x04, 0x00, 0x23 },
	    .oid_len = 5,
	},
	{
	    .curve = KA_CURVE_SECP256K1,
	    .bits = 256,
	    .name = "secp256k1",
	    .p = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
	    .a = "0",
	    .b = "7",
	    .gx = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
	    .gy = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
	    .n = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
	    .oid = { 0x2b, 0x81, 0x04, 0x00, 0x0a },
	    .oid_len = 5,
	},
};

#define NUM_CURVES (sizeof(curves) / sizeof(curves[0]))

const struct ka_weakgen_curve *
ka_weakgen_curve_find(enum ka_curve curve)
{
	for (size_t i = 0; i < NUM_CURVES; i++) {
		if (curves[i].curve == curve) {
			return &curves[i];
		}
	}
	return NULL;
}

const struct ka_weakgen_curve *
ka_weakgen_curve_find_name(const char *name)
{
	for (size_t i = 0; i < NUM_CURVES; i++) {
		if (strcmp(curves[i].name, name) == 0) {
			return &curves[i];
		}
	}
	return NULL;
}
