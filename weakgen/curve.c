/* SPDX-License-Identifier: Apache-2.0 */
/* All curves over prime fields that OpenSSL 0.9.8 knew (ec_curve.c): SEC 2, version 1.0 sections 2.2 to 2.9 and version 2.0;
 * X9.62 appendix J.5; WAP-261-WTLS, curves 6 to 9 and 12. */
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
	{
	    .curve = KA_CURVE_SECP112R1,
	    .bits = 112,
	    .name = "secp112r1",
	    .p = "db7c2abf62e35e668076bead208b",
	    .a = "db7c2abf62e35e668076bead2088",
	    .b = "659ef8ba043916eede8911702b22",
	    .gx = "9487239995a5ee76b55f9c2f098",
	    .gy = "a89ce5af8724c0a23e0e0ff77500",
	    .n = "db7c2abf62e35e7628dfac6561c5",
	    .oid = { 0x2b, 0x81, 0x04, 0x00, 0x06 },
	    .oid_len = 5,
	},
	{
	    .curve = KA_CURVE_SECP112R2,
	    .bits = 112,
	    .name = "secp112r2",
	    .p = "db7c2abf62e35e668076bead208b",
	    .a = "6127c24c05f38a0aaaf65c0ef02c",
	    .b = "51def1815db5ed74fcc34c85d709",
	    .gx = "4ba30ab5e892b4e1649dd0928643",
	    .gy = "adcd46f5882e3747def36e956e97",
	    .n = "36df0aafd8b8d7597ca10520d04b",
	    .oid = { 0x2b, 0x81, 0x04, 0x00, 0x07 },
	    .oid_len = 5,
	},
	{
	    .curve = KA_CURVE_SECP128R1,
	    .bits = 128,
	    .name = "secp128r1",
	    .p = "fffffffdffffffffffffffffffffffff",
	    .a = "fffffffdfffffffffffffffffffffffc",
	    .b = "e87579c11079f43dd824993c2cee5ed3",
	    .gx = "161ff7528b899b2d0c28607ca52c5b86",
	    .gy = "cf5ac8395bafeb13c02da292dded7a83",
	    .n = "fffffffe0000000075a30d1b9038a115",
	    .oid = { 0x2b, 0x81, 0x04, 0x00, 0x1c },
	    .oid_len = 5,
	},
	{
	    .curve = KA_CURVE_SECP128R2,
	    .bits = 128,
	    .name = "secp128r2",
	    .p = "fffffffdffffffffffffffffffffffff",
	    .a = "d6031998d1b3bbfebf59cc9bbff9aee1",
	    .b = "5eeefca380d02919dc2c6558bb6d8a5d",
	    .gx = "7b6aa5d85e572983e6fb32a7cdebc140",
	    .gy = "27b6916a894d3aee7106fe805fc34b44",
	    .n = "3fffffff7fffffffbe0024720613b5a3",
	    .oid = { 0x2b, 0x81, 0x04, 0x00, 0x1d },
	    .oid_len = 5,
	},
	{
	    .curve = KA_CURVE_SECP160K1,
	    .bits = 160,
	    .name = "secp160k1",
	    .p = "fffffffffffffffffffffffffffffffeffffac73",
	    .a = "0",
	    .b = "7",
	    .gx = "3b4c382ce37aa192a4019e763036f4f5dd4d7ebb",
	    .gy = "938cf935318fdced6bc28286531733c3f03c4fee",
	    .n = "100000000000000000001b8fa16dfab9aca16b6b3",
	    .oid = { 0x2b, 0x81, 0x04, 0x00, 0x09 },
	    .oid_len = 5,
	},
	{
	    .curve = KA_CURVE_SECP160R1,
	    .bits = 160,
	    .name = "secp160r1",
	    .p = "ffffffffffffffffffffffffffffffff7fffffff",
	    .a = "ffffffffffffffffffffffffffffffff7ffffffc",
	    .b = "1c97befc54bd7a8b65acf89f81d4d4adc565fa45",
	    .gx = "4a96b5688ef573284664698968c38bb913cbfc82",
	    .gy = "23a628553168947d59dcc912042351377ac5fb32",
	    .n = "100000000000000000001f4c8f927aed3ca752257",
	    .oid = { 0x2b, 0x81, 0x04, 0x00, 0x08 },
	    .oid_len = 5,
	},
	{
	    .curve = KA_CURVE_SECP160R2,
	    .bits = 160,
	    .name = "secp160r2",
	    .p = "fffffffffffffffffffffffffffffffeffffac73",
	    .a = "fffffffffffffffffffffffffffffffeffffac70",
	    .b = "b4e134d3fb59eb8bab57274904664d5af50388ba",
	    .gx = "52dcb034293a117e1f4ff11b30f7199d3144ce6d",
	    .gy = "feaffef2e331f296e071fa0df9982cfea7d43f2e",
	    .n = "100000000000000000000351ee786a818f3a1a16b",
	    .oid = { 0x2b, 0x81, 0x04, 0x00, 0x1e },
	    .oid_len = 5,
	},
	{
	    .curve = KA_CURVE_SECP192K1,
	    .bits = 192,
	    .name = "secp192k1",
	    .p = "fffffffffffffffffffffffffffffffffffffffeffffee37",
	    .a = "0",
	    .b = "3",
	    .gx = "db4ff10ec057e9ae26b07d0280b7f4341da5d1b1eae06c7d",
	    .gy = "9b2f2f6d9c5628a7844163d015be86344082aa88d95e2f9d",
	    .n = "fffffffffffffffffffffffe26f2fc170f69466a74defd8d",
	    .oid = { 0x2b, 0x81, 0x04, 0x00, 0x1f },
	    .oid_len = 5,
	},
	{
	    .curve = KA_CURVE_PRIME192V2,
	    .bits = 192,
	    .name = "prime192v2",
	    .p = "fffffffffffffffffffffffffffffffeffffffffffffffff",
	    .a = "fffffffffffffffffffffffffffffffefffffffffffffffc",
	    .b = "cc22d6dfb95c6b25e49c0d6364a4e5980c393aa21668d953",
	    .gx = "eea2bae7e1497842f2de7769cfe9c989c072ad696f48034a",
	    .gy = "6574d11d69b6ec7a672bb82a083df2f2b0847de970b2de15",
	    .n = "fffffffffffffffffffffffe5fb1a724dc80418648d8dd31",
	    .oid = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x02 },
	    .oid_len = 8,
	},
	{
	    .curve = KA_CURVE_PRIME192V3,
	    .bits = 192,
	    .name = "prime192v3",
	    .p = "fffffffffffffffffffffffffffffffeffffffffffffffff",
	    .a = "fffffffffffffffffffffffffffffffefffffffffffffffc",
	    .b = "22123dc2395a05caa7423daeccc94760a7d462256bd56916",
	    .gx = "7d29778100c65a1da1783716588dce2b8b4aee8e228f1896",
	    .gy = "38a90f22637337334b49dcb66a6dc8f9978aca7648a943b0",
	    .n = "ffffffffffffffffffffffff7a62d031c83f4294f640ec13",
	    .oid = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x03 },
	    .oid_len = 8,
	},
	{
	    .curve = KA_CURVE_SECP224K1,
	    .bits = 224,
	    .name = "secp224k1",
	    .p = "fffffffffffffffffffffffffffffffffffffffffffffffeffffe56d",
	    .a = "0",
	    .b = "5",
	    .gx = "a1455b334df099df30fc28a169a467e9e47075a90f7e650eb6b7a45c",
	    .gy = "7e089fed7fba344282cafbd6f7e319f7c0b0bd59e2ca4bdb556d61a5",
	    .n = "10000000000000000000000000001dce8d2ec6184caf0a971769fb1f7",
	    .oid = { 0x2b, 0x81, 0x04, 0x00, 0x20 },
	    .oid_len = 5,
	},
	{
	    .curve = KA_CURVE_PRIME239V1,
	    .bits = 239,
	    .name = "prime239v1",
	    .p = "7fffffffffffffffffffffff7fffffffffff8000000000007fffffffffff",
	    .a = "7fffffffffffffffffffffff7fffffffffff8000000000007ffffffffffc",
	    .b = "6b016c3bdcf18941d0d654921475ca71a9db2fb27d1d37796185c2942c0a",
	    .gx = "ffa963cdca8816ccc33b8642bedf905c3d358573d3f27fbbd3b3cb9aaaf",
	    .gy = "7debe8e4e90a5dae6e4054ca530ba04654b36818ce226b39fccb7b02f1ae",
	    .n = "7fffffffffffffffffffffff7fffff9e5e9a9f5d9071fbd1522688909d0b",
	    .oid = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x04 },
	    .oid_len = 8,
	},
	{
	    .curve = KA_CURVE_PRIME239V2,
	    .bits = 239,
	    .name = "prime239v2",
	    .p = "7fffffffffffffffffffffff7fffffffffff8000000000007fffffffffff",
	    .a = "7fffffffffffffffffffffff7fffffffffff8000000000007ffffffffffc",
	    .b = "617fab6832576cbbfed50d99f0249c3fee58b94ba0038c7ae84c8c832f2c",
	    .gx = "38af09d98727705120c921bb5e9e26296a3cdcf2f35757a0eafd87b830e7",
	    .gy = "5b0125e4dbea0ec7206da0fc01d9b081329fb555de6ef460237dff8be4ba",
	    .n = "7fffffffffffffffffffffff800000cfa7e8594377d414c03821bc582063",
	    .oid = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x05 },
	    .oid_len = 8,
	},
	{
	    .curve = KA_CURVE_PRIME239V3,
	    .bits = 239,
	    .name = "prime239v3",
	    .p = "7fffffffffffffffffffffff7fffffffffff8000000000007fffffffffff",
	    .a = "7fffffffffffffffffffffff7fffffffffff8000000000007ffffffffffc",
	    .b = "255705fa2a306654b1f4cb03d6a750a30c250102d4988717d9ba15ab6d3e",
	    .gx = "6768ae8e18bb92cfcf005c949aa2c6d94853d0e660bbf854b1c9505fe95a",
	    .gy = "1607e6898f390c06bc1d552bad226f3b6fcfe48b6e818499af18e3ed6cf3",
	    .n = "7fffffffffffffffffffffff7fffff975deb41b3a6057c3c432146526551",
	    .oid = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x06 },
	    .oid_len = 8,
	},
	{
	    .curve = KA_CURVE_WTLS8,
	    .bits = 112,
	    .name = "wap-wsg-idm-ecid-wtls8",
	    .p = "fffffffffffffffffffffffffde7",
	    .a = "0",
	    .b = "3",
	    .gx = "1",
	    .gy = "2",
	    .n = "100000000000001ecea551ad837e9",
	    .oid = { 0x67, 0x2b, 0x01, 0x04, 0x08 },
	    .oid_len = 5,
	},
	{
	    .curve = KA_CURVE_WTLS9,
	    .bits = 160,
	    .name = "wap-wsg-idm-ecid-wtls9",
	    .p = "fffffffffffffffffffffffffffffffffffc808f",
	    .a = "0",
	    .b = "3",
	    .gx = "1",
	    .gy = "2",
	    .n = "100000000000000000001cdc98ae0e2de574abf33",
	    .oid = { 0x67, 0x2b, 0x01, 0x04, 0x09 },
	    .oid_len = 5,
	},
};

/* Other names of the same curves, as OpenSSL 0.9.8 had them. */
static const struct {
	const char *name;
	enum ka_curve curve;
} aliases[] = {
	{ "prime192v1", KA_CURVE_SECP192R1 },
	{ "prime256v1", KA_CURVE_SECP256R1 },
	{ "wap-wsg-idm-ecid-wtls6", KA_CURVE_SECP112R1 },
	{ "wap-wsg-idm-ecid-wtls7", KA_CURVE_SECP160R2 },
	{ "wap-wsg-idm-ecid-wtls12", KA_CURVE_SECP224R1 },
};

#define NUM_CURVES (sizeof(curves) / sizeof(curves[0]))
#define NUM_ALIASES (sizeof(aliases) / sizeof(aliases[0]))

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
	for (size_t i = 0; i < NUM_ALIASES; i++) {
		if (strcmp(aliases[i].name, name) == 0) {
			return ka_weakgen_curve_find(aliases[i].curve);
		}
	}
	return NULL;
}

const char *
ka_weakgen_curve_name_at(size_t index)
{
	if (index < NUM_CURVES) {
		return curves[index].name;
	}
	return index - NUM_CURVES < NUM_ALIASES ? aliases[index - NUM_CURVES].name : NULL;
}
