/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/jwk/jwk.h"

#include "lib/jwk/json.h"
#include "lib/key/key.h"
#include "lib/pem/base64.h"

/* The members that keyassay reads. All are strings. x5c, key_ops and what else there is are passed over. */
enum member { KTY, CRV, X, Y, N, E, KID, NUM_MEMBERS };
static const char *const member_names[NUM_MEMBERS] = { "kty", "crv", "x", "y", "n", "e", "kid" };

struct jwk {
	struct ka_slice value; /* the whole object */
	struct ka_slice members[NUM_MEMBERS]; /* between the quotes; data is NULL when absent */
	uint8_t *arena;
	size_t used;
	enum ka_err err;
	size_t err_offset;
};

static bool
fail(struct jwk *jwk, enum ka_err err, const uint8_t *at)
{
	jwk->err = err;
	jwk->err_offset = (size_t)(at - jwk->value.data);
	return false;
}

static bool
members_read(struct jwk *jwk)
{
	struct ka_slice name, value;
	size_t at = 0;

	if (jwk->value.data[0] != '{')
		return fail(jwk, KA_ERR_JWK_MEMBER, jwk->value.data);
	while (ka_json_member(&name, &value, jwk->value, &at)) {
		for (size_t i = 0; i < NUM_MEMBERS; i++) {
			if (!ka_json_equals(name, member_names[i]))
				continue;
			/* RFC 7517 4: names must be unique. Which of two a program takes differs: so neither is judged. */
			if (jwk->members[i].data != NULL)
				return fail(jwk, KA_ERR_JWK_MEMBER, name.data - 1);
			if (!ka_json_is_string(value))
				return fail(jwk, KA_ERR_JWK_MEMBER, value.data);
			jwk->members[i] = ka_json_string(value);
		}
	}
	return jwk->members[KTY].data != NULL || fail(jwk, KA_ERR_JWK_MEMBER, jwk->value.data);
}

/* Decodes a member that the key type requires. */
static bool
decode(struct jwk *jwk, struct ka_slice *out, enum member member)
{
	struct ka_slice text = jwk->members[member];
	size_t bad, len;

	if (text.data == NULL)
		return fail(jwk, KA_ERR_JWK_MEMBER, jwk->value.data);
	if (!ka_base64url_decode(jwk->arena + jwk->used, &len, &bad, text))
		return fail(jwk, KA_ERR_JWK_BASE64, text.data + bad);
	*out = (struct ka_slice){ jwk->arena + jwk->used, len };
	jwk->used += len;
	return true;
}

/* RFC 7518 6.3.1 */
static bool
rsa_read(struct ka_key *out_key, struct jwk *jwk)
{
	struct ka_slice modulus, exponent;

	if (!(decode(jwk, &modulus, N) && decode(jwk, &exponent, E)))
		return false;
	if (exponent.len == 0) /* an unknown exponent is not what an empty one means here */
		return fail(jwk, KA_ERR_KEY_EXPONENT, jwk->members[E].data);
	enum ka_err err = ka_key_set_rsa(out_key, modulus, exponent);
	return err == KA_OK || fail(jwk, err, jwk->members[N].data);
}

struct curve {
	const char *name;
	enum ka_curve curve;
};

static const struct curve curves[] = {
	{ "P-256", KA_CURVE_SECP256R1 },
	{ "P-384", KA_CURVE_SECP384R1 },
	{ "P-521", KA_CURVE_SECP521R1 },
	{ "secp256k1", KA_CURVE_SECP256K1 },
};

static enum ka_curve
find_curve(struct ka_slice name)
{
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (ka_json_equals(name, curves[i].name))
			return curves[i].curve;
	}
	return KA_CURVE_OTHER;
}

/* RFC 7518 6.2.1: both coordinates, each of the field's full length. They become an uncompressed point. */
static bool
ec_read(struct ka_key *out_key, struct jwk *jwk)
{
	struct ka_slice x, y;

	if (jwk->members[CRV].data == NULL)
		return fail(jwk, KA_ERR_JWK_MEMBER, jwk->value.data);
	enum ka_curve curve = find_curve(jwk->members[CRV]);
	uint8_t *point = jwk->arena + jwk->used;
	point[0] = 0x04;
	jwk->used++;
	if (!(decode(jwk, &x, X) && decode(jwk, &y, Y)))
		return false;
	size_t coordinate_len = curve == KA_CURVE_OTHER ? x.len : (ka_curve_bits(curve) + 7) / 8;
	if (x.len != coordinate_len || y.len != coordinate_len || x.len == 0)
		return fail(jwk, KA_ERR_KEY_POINT, jwk->members[x.len != coordinate_len ? X : Y].data);
	enum ka_err err = ka_key_set_ec(out_key, curve, (struct ka_slice){ point, 1 + x.len + y.len });
	return err == KA_OK || fail(jwk, err, jwk->members[X].data);
}

struct okp {
	const char *name;
	enum ka_key_algorithm algorithm;
};

static const struct okp okps[] = {
	{ "Ed25519", KA_KEY_ED25519 },
	{ "Ed448", KA_KEY_ED448 },
	{ "X25519", KA_KEY_X25519 },
	{ "X448", KA_KEY_X448 },
};

/* RFC 8037 2 */
static bool
okp_read(struct ka_key *out_key, struct jwk *jwk)
{
	struct ka_slice x, name = jwk->members[CRV];

	if (name.data == NULL)
		return fail(jwk, KA_ERR_JWK_MEMBER, jwk->value.data);
	for (size_t i = 0; i < sizeof(okps) / sizeof(okps[0]); i++) {
		if (!ka_json_equals(name, okps[i].name))
			continue;
		if (!decode(jwk, &x, X))
			return false;
		enum ka_err err = ka_key_set_raw(out_key, okps[i].algorithm, x);
		return err == KA_OK || fail(jwk, err, jwk->members[X].data);
	}
	return fail(jwk, KA_ERR_JWK_KTY, name.data);
}

struct kty {
	const char *name;
	bool (*read)(struct ka_key *out_key, struct jwk *jwk);
};

static const struct kty ktys[] = {
	{ "RSA", rsa_read },
	{ "EC", ec_read },
	{ "OKP", okp_read },
};

static bool
key_read(struct ka_key *out_key, struct jwk *jwk)
{
	for (size_t i = 0; i < sizeof(ktys) / sizeof(ktys[0]); i++) {
		if (ka_json_equals(jwk->members[KTY], ktys[i].name))
			return ktys[i].read(out_key, jwk);
	}
	return fail(jwk, KA_ERR_JWK_KTY, jwk->members[KTY].data);
}

enum ka_err
ka_jwk_read(struct ka_object *out, size_t *out_used, size_t *out_offset, uint8_t *arena, struct ka_slice value)
{
	struct jwk jwk = { .value = value, .arena = arena };
	struct ka_object object = { .kind = KA_OBJECT_JWK };

	if (!(members_read(&jwk) && key_read(&object.key, &jwk))) {
		*out_offset = jwk.err_offset;
		return jwk.err;
	}
	if (jwk.members[KID].data != NULL)
		object.comment = jwk.members[KID];
	*out_used = jwk.used;
	*out = object;
	return KA_OK;
}

bool
ka_jwk_set(struct ka_slice *out_array, struct ka_slice value)
{
	struct ka_slice name, member;
	size_t at = 0;

	if (value.data[0] == '[') {
		*out_array = value;
		return true;
	}
	if (value.data[0] != '{')
		return false;
	while (ka_json_member(&name, &member, value, &at)) {
		if (ka_json_equals(name, "keys") && member.data[0] == '[') {
			*out_array = member;
			return true;
		}
	}
	return false;
}
