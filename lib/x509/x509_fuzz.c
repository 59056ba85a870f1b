/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of single DER objects: certificate, request, public and private keys. */
#include "fuzz/fuzz.h"
#include "lib/der/utf8.h"
#include "lib/x509/object.h"

#include <keyassay/keyassay.h>

#include <string.h>

#define MAX_SPKI_LEN ((size_t)5 * (KA_KEY_MAX_BYTES + 16))

typedef enum ka_err (*read_fn)(struct ka_object *out, size_t *out_offset, struct ka_slice der);

static const struct {
	read_fn read;
	enum ka_object_kind kind;
} readers[] = {
	{ ka_certificate_read, KA_OBJECT_CERTIFICATE },
	{ ka_certificate_request_read, KA_OBJECT_CERTIFICATE_REQUEST },
	{ ka_public_key_read, KA_OBJECT_PUBLIC_KEY },
	{ ka_private_key_read, KA_OBJECT_PRIVATE_KEY },
};
#define NUM_READERS (sizeof(readers) / sizeof(readers[0]))

#define SLICE(member) offsetof(struct ka_object, member)
static const size_t slices[] = { SLICE(der), SLICE(tbs), SLICE(serial), SLICE(subject), SLICE(issuer),
	SLICE(signature_algorithm), SLICE(extensions), SLICE(comment), SLICE(key.spki), SLICE(key.algorithm_oid),
	SLICE(key.curve_oid), SLICE(key.modulus), SLICE(key.exponent), SLICE(key.point), SLICE(key.dsa_p), SLICE(key.dsa_q),
	SLICE(key.dsa_g), SLICE(key.dsa_y) };
#define NUM_SLICES (sizeof(slices) / sizeof(slices[0]))

static struct ka_slice
slice_at(const struct ka_object *object, size_t index)
{
	struct ka_slice slice;

	memcpy(&slice, (const char *)object + slices[index], sizeof(slice));
	return slice;
}

static void
check_slices(const struct ka_object *object, struct ka_slice der)
{
	for (size_t i = 0; i < NUM_SLICES; i++) {
		struct ka_slice slice = slice_at(object, i);
		if (slice.len == 0)
			continue;
		FUZZ_CHECK(slice.data >= der.data && slice.data < der.data + der.len);
		FUZZ_CHECK(slice.len <= (size_t)(der.data + der.len - slice.data));
	}
}

static void
check_same(const struct ka_object *a, const struct ka_object *b)
{
	FUZZ_CHECK(a->kind == b->kind && a->version == b->version && a->has_validity == b->has_validity);
	FUZZ_CHECK(a->not_before == b->not_before && a->not_after == b->not_after);
	FUZZ_CHECK(a->key.algorithm == b->key.algorithm && a->key.curve == b->key.curve && a->key.bits == b->key.bits);
	for (size_t i = 0; i < NUM_SLICES; i++)
		FUZZ_CHECK(ka_slice_equal(slice_at(a, i), slice_at(b, i)));
}

static bool
is_number(struct ka_slice number)
{
	return number.len > 0 && number.data[0] != 0;
}

/* What key.h promises of each algorithm's members. */
static void
check_key(const struct ka_key *key)
{
	switch (key->algorithm) {
	case KA_KEY_RSA:
	case KA_KEY_RSA_PSS:
		FUZZ_CHECK(is_number(key->modulus) && is_number(key->exponent));
		FUZZ_CHECK(key->modulus.len <= KA_KEY_MAX_BYTES && key->exponent.len <= KA_KEY_MAX_BYTES);
		FUZZ_CHECK((key->modulus.data[key->modulus.len - 1] & 1) == 1);
		FUZZ_CHECK(key->bits >= KA_RSA_MIN_BITS && key->bits <= KA_RSA_MAX_BITS);
		FUZZ_CHECK((key->bits + 7) / 8 == key->modulus.len);
		FUZZ_CHECK(key->exponent.len > 1 || key->exponent.data[0] > 1);
		break;
	case KA_KEY_EC:
		FUZZ_CHECK(key->curve != KA_CURVE_NONE && key->point.len > 1);
		FUZZ_CHECK(key->curve == KA_CURVE_EXPLICIT || key->bits == ka_curve_bits(key->curve));
		break;
	case KA_KEY_DSA:
		FUZZ_CHECK(is_number(key->dsa_y));
		FUZZ_CHECK((key->dsa_p.len == 0) == (key->dsa_q.len == 0) && (key->dsa_p.len == 0) == (key->dsa_g.len == 0));
		break;
	case KA_KEY_ED25519:
	case KA_KEY_ED448:
	case KA_KEY_X25519:
	case KA_KEY_X448:
		FUZZ_CHECK((key->bits + 7) / 8 == key->point.len);
		break;
	case KA_KEY_OTHER:
		FUZZ_CHECK(key->algorithm_oid.len > 0);
		break;
	}
	FUZZ_CHECK(key->algorithm == KA_KEY_EC || key->curve == KA_CURVE_NONE);
}

/* Encoding gives back the very bytes when they were written as everybody writes them: parameters of PSS, and NULL where DSA's or RSA's
 * parameters are absent or the other way round, are not kept, and old names of algorithms are replaced. */
static void
check_spki(const struct ka_key *key)
{
	static uint8_t encoded[MAX_SPKI_LEN];
	struct ka_object again;
	size_t len, offset;
	bool encodes = key->algorithm != KA_KEY_OTHER && (key->algorithm != KA_KEY_EC || ka_curve_bits(key->curve) > 0);
	enum ka_err err = ka_key_spki(encoded, &len, sizeof(encoded), key);

	if (!encodes) {
		FUZZ_CHECK(err == KA_ERR_ARGUMENT);
		return;
	}
	FUZZ_CHECK(err == KA_OK);
	FUZZ_CHECK(ka_public_key_read(&again, &offset, (struct ka_slice){ encoded, len }) == KA_OK);
	FUZZ_CHECK(again.key.algorithm == key->algorithm && again.key.curve == key->curve && again.key.bits == key->bits);
	FUZZ_CHECK(ka_slice_equal(again.key.modulus, key->modulus) && ka_slice_equal(again.key.exponent, key->exponent));
	FUZZ_CHECK(ka_slice_equal(again.key.point, key->point) && ka_slice_equal(again.key.dsa_y, key->dsa_y));
	FUZZ_CHECK(ka_slice_equal(again.key.dsa_p, key->dsa_p) && ka_slice_equal(again.key.dsa_g, key->dsa_g));
	FUZZ_CHECK(ka_slice_equal(again.key.dsa_q, key->dsa_q));
	if (key->spki.len == len && ka_slice_equal(key->algorithm_oid, again.key.algorithm_oid))
		FUZZ_CHECK(memcmp(key->spki.data, encoded, len) == 0);
	else if (key->spki.len > 0)
		FUZZ_CHECK(key->algorithm == KA_KEY_RSA || key->algorithm == KA_KEY_RSA_PSS || key->algorithm == KA_KEY_DSA);
	/* One byte less does not fit, and says so. */
	size_t unused_len = len;
	FUZZ_CHECK(ka_key_spki(encoded, &unused_len, len - 1, key) == KA_ERR_SPACE && unused_len == len);
}

static void
check_time(int64_t t)
{
	char text[KA_TIME_TEXT_SIZE];
	int64_t again;

	ka_time_text(text, t);
	FUZZ_CHECK(ka_time_parse(&again, text) == KA_OK && again == t);
}

/* What a person is shown of a name: UTF-8 without control characters, whole or cut. */
static void
check_name(struct ka_slice name)
{
	static const size_t sizes[] = { 1, 2, 7, 16, 33, 200, 4096 };
	char text[4096];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(text, 0x55, sizeof(text));
		size_t len = ka_name_text(text, sizes[i], name);
		FUZZ_CHECK(len < sizes[i] && text[len] == '\0' && strlen(text) == len);
		FUZZ_CHECK(sizes[i] == sizeof(text) || text[sizes[i]] == 0x55);
		for (size_t at = 0; at < len;) {
			uint32_t point;
			size_t used = ka_utf8_decode(&point, (struct ka_slice){ (const uint8_t *)text + at, len - at });
			FUZZ_CHECK(used > 0 && point >= 0x20 && (point < 0x7f || point >= 0xa0));
			at += used;
		}
	}
}

static void
check_accepted(const struct ka_object *object, enum ka_object_kind kind, struct ka_slice der)
{
	struct ka_object again;
	size_t offset;

	FUZZ_CHECK(object->kind == kind);
	FUZZ_CHECK(object->der.data == der.data && object->der.len == der.len);
	check_slices(object, der);
	check_key(&object->key);
	check_spki(&object->key);
	check_name(object->subject);
	check_name(object->issuer);
	if (kind == KA_OBJECT_CERTIFICATE) {
		FUZZ_CHECK(object->has_validity && object->version >= 1 && object->version <= 3);
		FUZZ_CHECK(object->serial.len > 0 && object->subject.len > 0 && object->issuer.len > 0);
		FUZZ_CHECK(object->extensions.len == 0 || object->version == 3);
		check_time(object->not_before);
		check_time(object->not_after);
	}
	/* Recognising it leads to the same reader and the same answer. */
	FUZZ_CHECK(ka_object_read(&again, &offset, der) == KA_OK);
	check_same(object, &again);
	/* The key's own bytes are a public key by themselves. */
	if (object->key.spki.len > 0) {
		FUZZ_CHECK(ka_public_key_read(&again, &offset, object->key.spki) == KA_OK);
		FUZZ_CHECK(again.key.algorithm == object->key.algorithm && again.key.modulus.data == object->key.modulus.data);
	}
	/* Nothing shorter is an object. */
	FUZZ_CHECK(ka_object_read(&again, &offset, (struct ka_slice){ der.data, der.len - 1 }) != KA_OK);
}

/* A failed call names an error, a place inside the input, and leaves the output alone. */
static void
check_refused(enum ka_err err, const struct ka_object *object, size_t offset, struct ka_slice der)
{
	struct ka_object poison;

	memset(&poison, 0xa5, sizeof(poison));
	FUZZ_CHECK(strcmp(ka_err_name(err), "unknown") != 0);
	FUZZ_CHECK(err >> 8 != KA_ERR_ARGUMENT >> 8);
	FUZZ_CHECK(offset <= der.len);
	FUZZ_CHECK(memcmp(object, &poison, sizeof(poison)) == 0);
}

static enum ka_err
read_checked(struct ka_object *out, read_fn read, struct ka_slice der)
{
	size_t offset = SIZE_MAX;

	memset(out, 0xa5, sizeof(*out));
	enum ka_err err = read(out, &offset, der);
	if (err != KA_OK)
		check_refused(err, out, offset, der);
	return err;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ka_slice der = { data, len };
	struct ka_object object;
	unsigned num_accepted = 0;

	for (size_t i = 0; i < NUM_READERS; i++) {
		if (read_checked(&object, readers[i].read, der) == KA_OK) {
			check_accepted(&object, readers[i].kind, der);
			num_accepted++;
		}
	}
	/* No bytes are two kinds of object, and whatever is recognised has a reader of its own. */
	FUZZ_CHECK(num_accepted <= 1);
	FUZZ_CHECK((read_checked(&object, ka_object_read, der) == KA_OK) == (num_accepted == 1));
	if (read_checked(&object, ka_trusted_certificate_read, der) == KA_OK) {
		struct ka_object certificate;
		FUZZ_CHECK(read_checked(&certificate, ka_certificate_read, object.der) == KA_OK);
		check_same(&object, &certificate);
	}
	return 0;
}
