/* SPDX-License-Identifier: Apache-2.0 */
/* keyassay and OpenSSL on the same damaged certificates.
 *
 * What both accept must be the same certificate: version, serial number, names, times, key. A verdict on another key than
 * the one that TLS peers would use is worse than none.
 *
 * What only OpenSSL accepts is counted and printed: OpenSSL reads BER, looks at times and extensions only when asked, and
 * takes keys that cannot exist (even moduli, exponent 1). keyassay is stricter on purpose, and says why by name.
 *
 * What only keyassay accepts must belong to a class of documented[] below: it is found by repair, that is, by putting a good
 * part in the place of the suspected one and asking OpenSSL again, not by OpenSSL's word for it. The justification of each:
 *
 * - Names. RFC 5280 4.1.2.4: the value of an attribute is ANY. keyassay checks names down to the header of the value and
 *   shows what cannot be decoded as hex; OpenSSL decodes the value (a wrong tag for a string, ill-formed UTF-8, half a
 *   BMPString character, the insides of a constructed value). A strange name does not make the key unknown.
 * - Signature algorithms. RFC 5280 4.1.1.2: the parameters are ANY. keyassay verifies no signature, so it checks their
 *   header only; OpenSSL decodes primitive types.
 * - Parameters of keys that keyassay does not judge by them: other algorithms, RSASSA-PSS, X.509's old name of RSA, fields
 *   and curves of explicit EC parameters. They are ANY as well. OpenSSL refuses them with the certificate, or with the key.
 * - Keys of other algorithms, and on other curves: OpenSSL reads the certificate but has no decoder for the key. keyassay
 *   says "other" and gives the OID, so that a scan can name it.
 * - Points that are not on their curve. OpenSSL computes that; here it is a check's business (a reader does no arithmetic),
 *   and such a key must be reported, not lost as unreadable.
 * - Explicit EC parameters that are no curve, or with a point that is not on it: the same.
 * - DSA with inherited parameters (RFC 3279 2.3.2), and with numbers that OpenSSL's decoder does not take.
 *
 * The mutations are the same on every run with the same bundle of certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/pem.h>

#include "lib/der/asm_test.h"
#include "lib/x509/parts_test.h"
#include "tests/mutate.h"
#include "tests/openssl_view.h"

#define BUNDLE_FILE "/etc/ssl/certs/ca-certificates.crt"
#define NUM_MUTATIONS 200000u
#define MAX_SEEDS 512u
#define MAX_CLASSES 128u

static struct asm_bytes seeds[MAX_SEEDS];
static size_t num_seeds, num_bundle_seeds;

/* Points that are on their curves: the base points. */
#define G_P256_X "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define G_P256_Y "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define G_P384 \
	"04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7" \
	"3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"
#define G_P256_EXPLICIT \
	"30{02{01}30{06{2a8648ce3d0101}02{00ffffffff00000001 00*12 ff*12}}" \
	"30{04{ffffffff00000001 00*12 ff*11 fc}04{5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b}}" \
	"04{04" G_P256_X G_P256_Y "}02{00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551}02{01}}"

/* Shapes that the system's bundle does not have. */
static const char *const shapes[] = {
	CERTIFICATE_GOOD,
	CERTIFICATE_V1,
	CERTIFICATE_WITH_REST(V2, "81{00aa}82{00bb}"),
	CERTIFICATE_WITH_KEY(SPKI(OID_PSS, "30{02{00 c5*256}02{03}}")),
	CERTIFICATE_WITH_KEY(SPKI(OID_RSA, "30{02{00 c5*128}02{03}}")),
	CERTIFICATE_WITH_KEY(SPKI(OID_EC OID_P256, "04" G_P256_X G_P256_Y)),
	CERTIFICATE_WITH_KEY(SPKI(OID_EC OID_P256, "03" G_P256_X)),
	CERTIFICATE_WITH_KEY(SPKI(OID_EC OID_P256, "07" G_P256_X G_P256_Y)),
	CERTIFICATE_WITH_KEY(SPKI(OID_EC OID_P384, G_P384)),
	CERTIFICATE_WITH_KEY(SPKI(OID_EC G_P256_EXPLICIT, "04" G_P256_X G_P256_Y)),
	CERTIFICATE_WITH_KEY(SPKI(OID_ED25519, "aa*32")),
	CERTIFICATE_WITH_KEY(SPKI(OID_ED448, "aa*57")),
	CERTIFICATE_WITH_KEY(SPKI(OID_X25519, "aa*32")),
	CERTIFICATE_WITH_KEY(SPKI(OID_X448, "aa*56")),
	CERTIFICATE_WITH_KEY(SPKI(OID_DSA "30{02{00 c5*128}02{00 a3*20}02{11*128}}", "02{22*128}")),
	CERTIFICATE_WITH_KEY(SPKI(OID_DSA, "02{22*128}")),
	CERTIFICATE_WITH_KEY(SPKI("06{2a0304}30{0500}", "aabb")),
	CERTIFICATE_WITH_KEY(SPKI("06{55080101}02{0400}", "30{02{00 c5*128}02{03}}")),
	CERTIFICATE_WITH_KEY(SPKI("06{2b0e03020c}30{02{00 c5*128}02{00 a3*20}02{11*128}}", "02{22*128}")),
	CERTIFICATE_WITH_VALIDITY("30{18{'20500101000000Z'}18{'99991231235959Z'}}"),
	CERTIFICATE_WITH_SUBJECT("30{31{" ATTRIBUTE(OID_CN, "1e{0061 20ac}") ATTRIBUTE("06{550406}", "13{'DE'}") "}31{"
	    ATTRIBUTE(OID_CN, "14{'caf' e9}") "}31{" ATTRIBUTE(OID_CN, "1c{0001f600}") "}}"),
};

/* A class of disagreements and how often it was met. */
struct class {
	char name[256];
	unsigned long num;
	unsigned long example; /* number of the first mutation of this class */
};

struct counts {
	struct class classes[MAX_CLASSES];
	size_t num;
};

static void
count(struct counts *counts, const char *name, unsigned long example)
{
	for (size_t i = 0; i < counts->num; i++) {
		if (strcmp(counts->classes[i].name, name) == 0) {
			counts->classes[i].num++;
			return;
		}
	}
	assert_true(counts->num < MAX_CLASSES);
	struct class *class = &counts->classes[counts->num++];
	(void)snprintf(class->name, sizeof(class->name), "%s", name);
	class->num = 1;
	class->example = example;
}

static void
print_counts(const char *title, const struct counts *counts)
{
	print_message("%s\n", title);
	for (size_t i = 0; i < counts->num; i++)
		print_message("  %8lu  %s (first: %lu)\n", counts->classes[i].num, counts->classes[i].name, counts->classes[i].example);
}

static int
seeds_make(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		seeds[num_seeds++] = asm_make(shapes[i]);
	FILE *file = fopen(BUNDLE_FILE, "r");
	if (file == NULL) {
		print_message("%s is not there: mutating this test's own certificates only\n", BUNDLE_FILE);
		return 0;
	}
	char *name, *header;
	unsigned char *der;
	long len;
	while (num_seeds < MAX_SEEDS && PEM_read(file, &name, &header, &der, &len) == 1) {
		if (strcmp(name, "CERTIFICATE") == 0 && len > 0 && (size_t)len <= MUTATE_MAX_LEN / 2) {
			seeds[num_seeds++] = asm_copy(der, (size_t)len);
			num_bundle_seeds++;
		}
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	fclose(file);
	return 0;
}

static int
seeds_free(void **state)
{
	(void)state;
	while (num_seeds > 0)
		asm_free(&seeds[--num_seeds]);
	return 0;
}

/* Undamaged: both read all of the bundle, and see the same. */
static void
seeds_are_read_alike(void **state)
{
	(void)state;
	for (size_t i = 0; i < num_seeds; i++) {
		struct openssl_view view;
		struct ka_object object;
		size_t offset = 0;
		openssl_view_make(&view, asm_slice(&seeds[i]));
		enum ka_err err = ka_certificate_read(&object, &offset, asm_slice(&seeds[i]));
		if (err != KA_OK)
			fail_msg("seed %zu: %s at %zu", i, ka_err_name(err), offset);
		if (view.x509 == NULL)
			fail_msg("seed %zu: OpenSSL: %s", i, view.reason);
		const char *part = openssl_view_differs(&view, &object);
		if (part != NULL)
			fail_msg("seed %zu: another %s", i, part);
		openssl_view_free(&view);
	}
	print_message("%zu certificates of %s, %zu of this test\n", num_bundle_seeds, BUNDLE_FILE, num_seeds - num_bundle_seeds);
	if (num_bundle_seeds == 0)
		skip();
}

/* The places whose insides keyassay does not read, or reads more tolerantly. */
enum { NAMES, SIGNATURE_ALGORITHMS, KEY, NUM_PLACES };

/* Puts good parts into the place, in m->data. */
static bool
repair(struct mutate *m, int place)
{
	static const char *const good[NUM_PLACES] = { NAME_A, ALG_SIGNATURE, SPKI_RSA };
	struct asm_bytes part = asm_make(good[place]);
	bool ok = true;

	for (int i = 0; i < 2 && ok; i++) {
		struct ka_object object;
		struct ka_slice element;
		ok = ka_certificate_read(&object, NULL, (struct ka_slice){ m->data, m->len }) == KA_OK;
		if (!ok)
			break;
		if (place == NAMES)
			element = i == 0 ? object.issuer : object.subject;
		else if (place == KEY)
			element = object.key.spki;
		else
			element = object.signature_algorithm;
		if (place == SIGNATURE_ALGORITHMS && i == 1) {
			/* The inner one stands behind the serial number; it is a short SEQUENCE. */
			element.data = object.serial.data + object.serial.len;
			element.len = element.data[1] < 0x80 ? (size_t)element.data[1] + 2 : 0;
		}
		ok = mutate_replace(m, (struct ka_slice){ m->data, m->len }, element, asm_slice(&part));
	}
	asm_free(&part);
	return ok;
}

/* Whether OpenSSL reads the certificate when the parts from first to last are good ones. */
static bool
reads_repaired(struct ka_slice der, int first, int last)
{
	static struct mutate repaired;
	struct openssl_view view;

	memcpy(repaired.data, der.data, der.len);
	repaired.len = der.len;
	for (int place = first; place <= last; place++) {
		if (!repair(&repaired, place))
			return false;
	}
	openssl_view_make(&view, (struct ka_slice){ repaired.data, repaired.len });
	bool accepted = view.x509 != NULL;
	openssl_view_free(&view);
	return accepted;
}

static bool
has_any_parameters(const struct ka_key *key)
{
	/* RSA's usual OID has nine bytes, X.509's old one four. */
	return key->algorithm == KA_KEY_OTHER || key->algorithm == KA_KEY_RSA_PSS || key->curve == KA_CURVE_EXPLICIT ||
	    (key->algorithm == KA_KEY_RSA && key->algorithm_oid.len == 4);
}

/* Classes of what only keyassay accepts; the head of this file justifies them. */
enum {
	IN_NAMES, IN_SIGNATURE_ALGORITHMS, IN_KEY_PARAMETERS, IN_SEVERAL, KEY_OTHER, CURVE_OTHER, CURVE_EXPLICIT, NOT_ON_CURVE,
	DSA_INHERITED, DSA_NUMBERS, PSS_PARAMETERS, NUM_DOCUMENTED
};
static const char *const documented[NUM_DOCUMENTED] = {
	"value of a name", "parameters of a signature algorithm", "parameters of a key that are not judged", "several of these",
	"key of another algorithm", "key on another curve", "key with explicit parameters", "point not on its curve",
	"DSA with inherited parameters", "DSA with other numbers", "parameters of RSASSA-PSS",
};

/* Why OpenSSL refused a certificate that keyassay reads: a class, or -1. */
static int
certificate_class(struct ka_slice der, const struct ka_object *object)
{
	bool any = has_any_parameters(&object->key);

	if (reads_repaired(der, NAMES, NAMES))
		return IN_NAMES;
	if (reads_repaired(der, SIGNATURE_ALGORITHMS, SIGNATURE_ALGORITHMS))
		return IN_SIGNATURE_ALGORITHMS;
	if (any && reads_repaired(der, KEY, KEY))
		return IN_KEY_PARAMETERS;
	return reads_repaired(der, NAMES, any ? KEY : SIGNATURE_ALGORITHMS) ? IN_SEVERAL : -1;
}

/* Whether OpenSSL takes the key as keyassay would write it: without RSASSA-PSS' parameters. */
static bool
reads_rewritten(const struct ka_key *key)
{
	uint8_t spki[3 * KA_KEY_MAX_BYTES];
	size_t len;

	if (ka_key_spki(spki, &len, sizeof(spki), key) != KA_OK)
		return false;
	const unsigned char *at = spki;
	EVP_PKEY *openssl_key = d2i_PUBKEY(NULL, &at, (long)len);
	bool reads = openssl_key != NULL;
	EVP_PKEY_free(openssl_key);
	return reads;
}

/* Why OpenSSL refused the key of a certificate that both read. */
static int
key_class(const struct ka_key *key)
{
	if (key->algorithm == KA_KEY_OTHER)
		return KEY_OTHER;
	if (key->algorithm == KA_KEY_DSA)
		return key->dsa_p.len == 0 ? DSA_INHERITED : DSA_NUMBERS;
	if (key->algorithm == KA_KEY_RSA_PSS && reads_rewritten(key))
		return PSS_PARAMETERS;
	if (key->algorithm != KA_KEY_EC)
		return -1;
	if (key->curve == KA_CURVE_OTHER)
		return CURVE_OTHER;
	if (key->curve == KA_CURVE_EXPLICIT)
		return CURVE_EXPLICIT;
	return openssl_point_is_on_curve(key) ? -1 : NOT_ON_CURVE;
}

/* Counts a certificate that only keyassay reads whole; false when the class is not documented. */
static bool
count_only_we(struct counts *counts, struct ka_slice der, const struct ka_object *object, const struct openssl_view *view,
    unsigned long n)
{
	char name[256];
	int class = view->x509 == NULL ? certificate_class(der, object) : key_class(&object->key);

	(void)snprintf(name, sizeof(name), "%s: %s", class >= 0 ? documented[class] : "NOT DOCUMENTED", view->reason);
	count(counts, name, n);
	return class >= 0;
}

static void
mutations_are_read_alike(void **state)
{
	static struct mutate mutate;
	static struct counts only_we, only_openssl;
	static struct ka_slice slices[MAX_SEEDS];
	unsigned long num_both = 0, num_neither = 0, num_different = 0, num_undocumented = 0;

	(void)state;
	for (size_t i = 0; i < num_seeds; i++)
		slices[i] = asm_slice(&seeds[i]);
	mutate = (struct mutate){ .state = 20081504, .seeds = slices, .num_seeds = num_seeds };
	for (unsigned long n = 0; n < NUM_MUTATIONS; n++) {
		mutate_next(&mutate);
		/* A block of exactly the length, for sanitizers. */
		struct asm_bytes bytes = asm_copy(mutate.data, mutate.len);
		struct openssl_view view;
		struct ka_object object;
		openssl_view_make(&view, asm_slice(&bytes));
		enum ka_err err = ka_certificate_read(&object, NULL, asm_slice(&bytes));
		if (err == KA_OK && view.key == NULL && !count_only_we(&only_we, asm_slice(&bytes), &object, &view, n))
			num_undocumented++;
		if (err != KA_OK && view.x509 != NULL)
			count(&only_openssl, ka_err_name(err), n);
		num_both += err == KA_OK && view.x509 != NULL;
		num_neither += err != KA_OK && view.x509 == NULL;
		const char *part = err == KA_OK && view.x509 != NULL ? openssl_view_differs(&view, &object) : NULL;
		if (part != NULL && num_different++ < 20)
			print_message("mutation %lu (%s): another %s\n", n, mutate.what, part);
		openssl_view_free(&view);
		asm_free(&bytes);
	}
	print_message("%u mutations: %lu accepted by both, %lu by neither\n", NUM_MUTATIONS, num_both, num_neither);
	print_counts("accepted by keyassay only, certificate or key, by class and OpenSSL's reason:", &only_we);
	print_counts("accepted by OpenSSL only, by keyassay's error:", &only_openssl);
	assert_int_equal(num_different, 0);
	assert_int_equal(num_undocumented, 0);
	/* Mutations that both refuse at once would test nothing. */
	assert_true(num_both > NUM_MUTATIONS / 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seeds_are_read_alike),
		cmocka_unit_test(mutations_are_read_alike),
	};
	return cmocka_run_group_tests(tests, seeds_make, seeds_free);
}
