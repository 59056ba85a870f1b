/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of algorithms and curves: names, sizes, object identifiers. */
#include "lib/key/key.h"

struct algorithm_row {
	const char *name;
	uint8_t oid[9];
	uint8_t oid_len;
};

static const struct algorithm_row algorithms[] = {
	[KA_KEY_OTHER] = { "other", { 0 }, 0 },
	[KA_KEY_RSA] = { "RSA", { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 }, 9 },
	[KA_KEY_RSA_PSS] = { "RSASSA-PSS", { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a }, 9 },
	[KA_KEY_EC] = { "EC", { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 }, 7 },
	[KA_KEY_DSA] = { "DSA", { 0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01 }, 7 },
	[KA_KEY_ED25519] = { "Ed25519", { 0x2b, 0x65, 0x70 }, 3 },
	[KA_KEY_ED448] = { "Ed448", { 0x2b, 0x65, 0x71 }, 3 },
	[KA_KEY_X25519] = { "X25519", { 0x2b, 0x65, 0x6e }, 3 },
	[KA_KEY_X448] = { "X448", { 0x2b, 0x65, 0x6f }, 3 },
};
#define NUM_ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

/* Other OIDs that OpenSSL, and so most TLS peers, take for RSA and DSA keys. A weak key is no better under an old name. */
static const struct {
	enum ka_key_algorithm algorithm;
	uint8_t oid[7];
	uint8_t oid_len;
} aliases[] = {
	{ KA_KEY_RSA, { 0x55, 0x08, 0x01, 0x01 }, 4 }, /* rsa, X.509 of 1988 */
	{ KA_KEY_DSA, { 0x2b, 0x0e, 0x03, 0x02, 0x0c }, 5 }, /* DSA of the OIW */
	{ KA_KEY_DSA, { 0x2b, 0x0e, 0x03, 0x02, 0x1b }, 5 }, /* the same with SHA-1 */
	{ KA_KEY_DSA, { 0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x03 }, 7 }, /* id-dsa-with-sha1 */
};
#define NUM_ALIASES (sizeof(aliases) / sizeof(aliases[0]))

struct curve_row {
	const char *name;
	const char *nist_name;
	uint32_t bits;
	uint8_t oid[9];
	uint8_t oid_len;
};

static const struct curve_row curves[] = {
	[KA_CURVE_NONE] = { "", NULL, 0, { 0 }, 0 },
	[KA_CURVE_OTHER] = { "other", NULL, 0, { 0 }, 0 },
	[KA_CURVE_EXPLICIT] = { "explicit", NULL, 0, { 0 }, 0 },
	[KA_CURVE_SECP224R1] = { "secp224r1", "P-224", 224, { 0x2b, 0x81, 0x04, 0x00, 0x21 }, 5 },
	[KA_CURVE_SECP256R1] = { "secp256r1", "P-256", 256, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 }, 8 },
	[KA_CURVE_SECP384R1] = { "secp384r1", "P-384", 384, { 0x2b, 0x81, 0x04, 0x00, 0x22 }, 5 },
	[KA_CURVE_SECP521R1] = { "secp521r1", "P-521", 521, { 0x2b, 0x81, 0x04, 0x00, 0x23 }, 5 },
	[KA_CURVE_SECP256K1] = { "secp256k1", NULL, 256, { 0x2b, 0x81, 0x04, 0x00, 0x0a }, 5 },
	[KA_CURVE_SECP192R1] = { "secp192r1", "P-192", 192, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x01 }, 8 },
	[KA_CURVE_BRAINPOOLP256R1] = { "brainpoolP256r1", NULL, 256,
	    { 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07 }, 9 },
	[KA_CURVE_BRAINPOOLP384R1] = { "brainpoolP384r1", NULL, 384,
	    { 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0b }, 9 },
	[KA_CURVE_BRAINPOOLP512R1] = { "brainpoolP512r1", NULL, 512,
	    { 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0d }, 9 },
	[KA_CURVE_SECP112R1] = { "secp112r1", NULL, 112, { 0x2b, 0x81, 0x04, 0x00, 0x06 }, 5 },
	[KA_CURVE_SECP112R2] = { "secp112r2", NULL, 112, { 0x2b, 0x81, 0x04, 0x00, 0x07 }, 5 },
	[KA_CURVE_SECP128R1] = { "secp128r1", NULL, 128, { 0x2b, 0x81, 0x04, 0x00, 0x1c }, 5 },
	[KA_CURVE_SECP128R2] = { "secp128r2", NULL, 128, { 0x2b, 0x81, 0x04, 0x00, 0x1d }, 5 },
	[KA_CURVE_SECP160K1] = { "secp160k1", NULL, 160, { 0x2b, 0x81, 0x04, 0x00, 0x09 }, 5 },
	[KA_CURVE_SECP160R1] = { "secp160r1", NULL, 160, { 0x2b, 0x81, 0x04, 0x00, 0x08 }, 5 },
	[KA_CURVE_SECP160R2] = { "secp160r2", NULL, 160, { 0x2b, 0x81, 0x04, 0x00, 0x1e }, 5 },
	[KA_CURVE_SECP192K1] = { "secp192k1", NULL, 192, { 0x2b, 0x81, 0x04, 0x00, 0x1f }, 5 },
	[KA_CURVE_PRIME192V2] = { "prime192v2", NULL, 192, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x02 }, 8 },
	[KA_CURVE_PRIME192V3] = { "prime192v3", NULL, 192, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x03 }, 8 },
	[KA_CURVE_SECP224K1] = { "secp224k1", NULL, 224, { 0x2b, 0x81, 0x04, 0x00, 0x20 }, 5 },
	[KA_CURVE_PRIME239V1] = { "prime239v1", NULL, 239, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x04 }, 8 },
	[KA_CURVE_PRIME239V2] = { "prime239v2", NULL, 239, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x05 }, 8 },
	[KA_CURVE_PRIME239V3] = { "prime239v3", NULL, 239, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x06 }, 8 },
	[KA_CURVE_WTLS8] = { "wap-wsg-idm-ecid-wtls8", NULL, 112, { 0x67, 0x2b, 0x01, 0x04, 0x08 }, 5 },
	[KA_CURVE_WTLS9] = { "wap-wsg-idm-ecid-wtls9", NULL, 160, { 0x67, 0x2b, 0x01, 0x04, 0x09 }, 5 },
};
#define NUM_CURVES (sizeof(curves) / sizeof(curves[0]))
#define FIRST_NAMED_CURVE KA_CURVE_SECP224R1

/* WAP-261-WTLS gave OIDs of its own to curves of SEC 2. */
static const struct {
	enum ka_curve curve;
	uint8_t oid[5];
} curve_aliases[] = {
	{ KA_CURVE_SECP112R1, { 0x67, 0x2b, 0x01, 0x04, 0x06 } }, /* wap-wsg-idm-ecid-wtls6 */
	{ KA_CURVE_SECP160R2, { 0x67, 0x2b, 0x01, 0x04, 0x07 } },
	{ KA_CURVE_SECP224R1, { 0x67, 0x2b, 0x01, 0x04, 0x0c } },
};
#define NUM_CURVE_ALIASES (sizeof(curve_aliases) / sizeof(curve_aliases[0]))

const char *
ka_key_algorithm_name(enum ka_key_algorithm algorithm)
{
	return (size_t)algorithm < NUM_ALGORITHMS ? algorithms[algorithm].name : "other";
}

const char *
ka_curve_name(enum ka_curve curve)
{
	return (size_t)curve < NUM_CURVES ? curves[curve].name : "other";
}

uint32_t
ka_curve_bits(enum ka_curve curve)
{
	return (size_t)curve < NUM_CURVES ? curves[curve].bits : 0;
}

bool
ka_curve_by_name(enum ka_curve *out_curve, const char *name)
{
	for (size_t i = FIRST_NAMED_CURVE; i < NUM_CURVES; i++) {
		if (strcmp(name, curves[i].name) == 0 ||
		    (curves[i].nist_name != NULL && strcmp(name, curves[i].nist_name) == 0)) {
			*out_curve = (enum ka_curve)i;
			return true;
		}
	}
	return false;
}

struct ka_slice
ka_algorithm_oid_of(enum ka_key_algorithm algorithm)
{
	if ((size_t)algorithm >= NUM_ALGORITHMS)
		return (struct ka_slice){ NULL, 0 };
	return (struct ka_slice){ algorithms[algorithm].oid, algorithms[algorithm].oid_len };
}

enum ka_key_algorithm
ka_algorithm_of_oid(struct ka_slice oid)
{
	for (size_t i = KA_KEY_RSA; i < NUM_ALGORITHMS; i++) {
		if (ka_slice_equal(oid, (struct ka_slice){ algorithms[i].oid, algorithms[i].oid_len }))
			return (enum ka_key_algorithm)i;
	}
	for (size_t i = 0; i < NUM_ALIASES; i++) {
		if (ka_slice_equal(oid, (struct ka_slice){ aliases[i].oid, aliases[i].oid_len }))
			return aliases[i].algorithm;
	}
	return KA_KEY_OTHER;
}

struct ka_slice
ka_curve_oid_of(enum ka_curve curve)
{
	if ((size_t)curve >= NUM_CURVES)
		return (struct ka_slice){ NULL, 0 };
	return (struct ka_slice){ curves[curve].oid, curves[curve].oid_len };
}

enum ka_curve
ka_curve_of_oid(struct ka_slice oid)
{
	for (size_t i = FIRST_NAMED_CURVE; i < NUM_CURVES; i++) {
		if (ka_slice_equal(oid, (struct ka_slice){ curves[i].oid, curves[i].oid_len }))
			return (enum ka_curve)i;
	}
	for (size_t i = 0; i < NUM_CURVE_ALIASES; i++) {
		if (ka_slice_equal(oid, (struct ka_slice){ curve_aliases[i].oid, sizeof(curve_aliases[i].oid) }))
			return curve_aliases[i].curve;
	}
	return KA_CURVE_OTHER;
}
