/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/ssh/ssh.h"

#include "lib/key/key.h"
#include "lib/ssh/wire.h"

/* What a key's type has in its blob, in order, behind the type itself:
 *
 *   e n p q g y  an mpint          c  a string: the curve's name       a  a string: the application of a security key
 *   P  a string: an EC point       2  a string: an Ed25519 key         8  a string: an Ed448 key                        */
struct type {
	const char *name;
	const char *fields;
	enum ka_key_algorithm algorithm;
	enum ka_curve curve;
	bool certificate;
};

#define CERT "-cert-v01@openssh.com"
static const struct type types[] = {
	{ "ssh-rsa", "en", KA_KEY_RSA, KA_CURVE_NONE, false },
	{ "ssh-ed25519", "2", KA_KEY_ED25519, KA_CURVE_NONE, false },
	{ "ecdsa-sha2-nistp256", "cP", KA_KEY_EC, KA_CURVE_SECP256R1, false },
	{ "ecdsa-sha2-nistp384", "cP", KA_KEY_EC, KA_CURVE_SECP384R1, false },
	{ "ecdsa-sha2-nistp521", "cP", KA_KEY_EC, KA_CURVE_SECP521R1, false },
	{ "ssh-dss", "pqgy", KA_KEY_DSA, KA_CURVE_NONE, false },
	{ "ssh-ed448", "8", KA_KEY_ED448, KA_CURVE_NONE, false },
	{ "sk-ssh-ed25519@openssh.com", "2a", KA_KEY_ED25519, KA_CURVE_NONE, false },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", "cPa", KA_KEY_EC, KA_CURVE_SECP256R1, false },
	{ "ssh-rsa" CERT, "en", KA_KEY_RSA, KA_CURVE_NONE, true },
	{ "ssh-ed25519" CERT, "2", KA_KEY_ED25519, KA_CURVE_NONE, true },
	{ "ecdsa-sha2-nistp256" CERT, "cP", KA_KEY_EC, KA_CURVE_SECP256R1, true },
	{ "ecdsa-sha2-nistp384" CERT, "cP", KA_KEY_EC, KA_CURVE_SECP384R1, true },
	{ "ecdsa-sha2-nistp521" CERT, "cP", KA_KEY_EC, KA_CURVE_SECP521R1, true },
	{ "ssh-dss" CERT, "pqgy", KA_KEY_DSA, KA_CURVE_NONE, true },
	{ "sk-ssh-ed25519" CERT, "2a", KA_KEY_ED25519, KA_CURVE_NONE, true },
	{ "sk-ecdsa-sha2-nistp256" CERT, "cPa", KA_KEY_EC, KA_CURVE_SECP256R1, true },
};

static bool
equals(struct ka_slice text, const char *word)
{
	return ka_slice_equal(text, (struct ka_slice){ (const uint8_t *)word, strlen(word) });
}

static const struct type *
find_type(struct ka_slice name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (equals(name, types[i].name))
			return &types[i];
	}
	return NULL;
}

/* RFC 5656 6.1: the curve's name inside is the end of the type's, "nistp256". */
static bool
is_curve(struct ka_slice name, enum ka_curve curve)
{
	return (curve == KA_CURVE_SECP256R1 && equals(name, "nistp256")) ||
	    (curve == KA_CURVE_SECP384R1 && equals(name, "nistp384")) ||
	    (curve == KA_CURVE_SECP521R1 && equals(name, "nistp521"));
}

/* The values of a blob's fields, by the letter that stands for them. */
struct values {
	struct ka_slice of[128];
};

static bool
fields_read(struct values *out, struct ka_wire *in, const struct type *type)
{
	for (const char *field = type->fields; *field != '\0'; field++) {
		struct ka_slice *value = &out->of[(unsigned char)*field];
		size_t start = in->at;
		if (strchr("enpqgy", *field) != NULL) {
			if (!ka_wire_mpint(in, value))
				return false;
			continue;
		}
		if (!ka_wire_string(in, value))
			return false;
		if (*field == 'c' && !is_curve(*value, type->curve))
			return ka_wire_fail(in, KA_ERR_SSH_TYPE, start);
	}
	return true;
}

static enum ka_err
key_make(struct ka_key *out_key, const struct type *type, const struct values *values)
{
	if (type->algorithm == KA_KEY_RSA && values->of['e'].len == 0) /* else it would mean: not known */
		return KA_ERR_KEY_EXPONENT;
	if (type->algorithm == KA_KEY_RSA)
		return ka_key_set_rsa(out_key, values->of['n'], values->of['e']);
	if (type->algorithm == KA_KEY_DSA)
		return ka_key_set_dsa(out_key, values->of['p'], values->of['q'], values->of['g'], values->of['y']);
	if (type->algorithm == KA_KEY_EC)
		return ka_key_set_ec(out_key, type->curve, values->of['P']);
	return ka_key_set_raw(out_key, type->algorithm, values->of[type->algorithm == KA_KEY_ED448 ? '8' : '2']);
}

/* PROTOCOL.certkeys: serial (8 bytes), type (4), key id, principals, validity (2 x 8), critical options, extensions, reserved,
 * signature key, signature. Nothing of it is judged, but what is not all there is not a certificate. */
static bool
certificate_rest_read(struct ka_wire *in)
{
	struct ka_slice ignored;

	return ka_wire_skip(in, 8 + 4) &&
	    ka_wire_string(in, &ignored) &&
	    ka_wire_string(in, &ignored) &&
	    ka_wire_skip(in, 8 + 8) &&
	    ka_wire_string(in, &ignored) &&
	    ka_wire_string(in, &ignored) &&
	    ka_wire_string(in, &ignored) &&
	    ka_wire_string(in, &ignored) &&
	    ka_wire_string(in, &ignored);
}

static bool
blob_read(struct ka_key *out_key, struct ka_wire *in, struct ka_slice type_before)
{
	struct values values = { 0 };
	struct ka_slice name, nonce;

	if (!ka_wire_string(in, &name))
		return false;
	const struct type *type = find_type(name);
	if (type == NULL || (type_before.len > 0 && !ka_slice_equal(name, type_before)))
		return ka_wire_fail(in, KA_ERR_SSH_TYPE, 0);
	if (type->certificate && !ka_wire_string(in, &nonce))
		return false;
	size_t start = in->at;
	if (!fields_read(&values, in, type))
		return false;
	enum ka_err err = key_make(out_key, type, &values);
	if (err != KA_OK)
		return ka_wire_fail(in, err, start);
	if (type->certificate && !certificate_rest_read(in))
		return false;
	return in->at == in->bytes.len || ka_wire_fail(in, KA_ERR_SSH_TRAILING, in->at);
}

enum ka_err
ka_ssh_blob_read(struct ka_key *out_key, size_t *out_offset, struct ka_slice type, struct ka_slice blob)
{
	struct ka_wire in = { .bytes = blob };
	struct ka_key key;

	if (!blob_read(&key, &in, type)) {
		*out_offset = in.err_offset;
		return in.err;
	}
	*out_key = key;
	return KA_OK;
}

/* PROTOCOL.key: "openssh-key-v1", NUL, cipher name, KDF name, KDF options, number of keys, public keys, private section. OpenSSH
 * writes and reads one key. */
enum ka_err
ka_ssh_private_read(struct ka_key *out_key, size_t *out_offset, struct ka_slice file)
{
	static const char magic[] = "openssh-key-v1"; /* with its NUL */
	struct ka_wire in = { .bytes = file };
	struct ka_slice ignored, blob;
	uint32_t num_keys;

	if (file.len < sizeof(magic) || memcmp(file.data, magic, sizeof(magic)) != 0) {
		*out_offset = 0;
		return KA_ERR_SSH_TYPE;
	}
	in.at = sizeof(magic);
	if (!(ka_wire_string(&in, &ignored) &&
	    ka_wire_string(&in, &ignored) &&
	    ka_wire_string(&in, &ignored) &&
	    ka_wire_uint32(&in, &num_keys) &&
	    ka_wire_string(&in, &blob) &&
	    ka_wire_string(&in, &ignored))) {
		*out_offset = in.err_offset;
		return in.err;
	}
	enum ka_err err = ka_ssh_blob_read(out_key, out_offset, (struct ka_slice){ NULL, 0 }, blob);
	if (err != KA_OK)
		*out_offset += (size_t)(blob.data - file.data);
	return err;
}
