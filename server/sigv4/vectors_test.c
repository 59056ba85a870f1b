/* SPDX-License-Identifier: Apache-2.0 */
/* vectors_test PYTHON SCRIPT - requests that botocore signs now are accepted, and more than 10,000 changes of them
 * are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "server/clock.h"
#include "server/sigv4/fake_store_test.h"
#include "server/sigv4/internal.h"

#define MAX_VECTORS 400u
#define MAX_HEADERS 24u

static const char *script[2]; /* interpreter, file */
static const uint8_t secret_key[KA_SECRET_KEY_LEN] = "0123456789abcdef0123456789abcde";

/* A request whose parts can be changed. */
struct vector {
	char *name, *method, *path, *query;
	char *names[MAX_HEADERS], *values[MAX_HEADERS];
	size_t num_headers;
	uint8_t *body;
	size_t body_len;
};

static struct vector vectors[MAX_VECTORS];
static size_t num_vectors;
static struct ka_store store;
static struct ka_auth *auth;
static struct ka_arena keep;

static enum ka_api_error
verify(struct ka_identity *out, const struct vector *v)
{
	struct ka_raw_header headers[MAX_HEADERS];
	struct ka_arena arena = { 0 };
	const char *message = NULL;

	for (size_t i = 0; i < v->num_headers; i++)
		headers[i] = (struct ka_raw_header){ v->names[i], v->values[i] };
	const struct ka_raw_request raw = { .method = v->method,
		.path = v->path,
		.query = v->query,
		.headers = headers,
		.num_headers = v->num_headers,
		.body = { v->body, v->body_len } };
	enum ka_api_error error = ka_auth_verify(out, &message, &arena, auth, &raw, ka_clock_now());
	assert_true(error == KA_API_OK || (message != NULL && message[0] != '\0'));
	ka_arena_clear(&arena);
	return error;
}

static char *
copy_text(const json_t *object, const char *name)
{
	return ka_arena_string(&keep, json_string_value(json_object_get(object, name)));
}

static void
read_vector(struct vector *out, const char *line)
{
	json_t *object = json_loads(line, 0, NULL), *header;
	size_t i;

	assert_non_null(object);
	out->name = copy_text(object, "name");
	out->method = copy_text(object, "method");
	out->path = copy_text(object, "path");
	out->query = copy_text(object, "query");
	const char *body = json_string_value(json_object_get(object, "body"));
	out->body_len = strlen(body) / 2;
	out->body = ka_arena_take(&keep, out->body_len + 1);
	for (size_t k = 0; k < out->body_len; k++) {
		unsigned byte;

		assert_int_equal(sscanf(body + 2 * k, "%2x", &byte), 1);
		out->body[k] = (uint8_t)byte;
	}
	json_array_foreach(json_object_get(object, "headers"), i, header)
	{
		assert_true(i < MAX_HEADERS);
		out->names[i] = ka_arena_string(&keep, json_string_value(json_array_get(header, 0)));
		out->values[i] = ka_arena_string(&keep, json_string_value(json_array_get(header, 1)));
		out->num_headers = i + 1;
	}
	json_decref(object);
}

/* botocore signs with the clock's time, so its requests are fresh. */
static int
load(void **state)
{
	struct ka_new_access_key key, session;
	const char *token;
	static char line[1u << 20];

	(void)state;
	auth = ka_auth_new(secret_key, &store);
	assert_int_equal(ka_auth_access_key_create(&key, auth, "000000000000", KA_ROLE_ADMIN, NULL, NULL), KA_STORE_OK);
	ka_auth_session_create(&session, &token, &keep, auth, "123456789012", KA_ROLE_READER, ka_clock_now() + 3600000);
	const char *command = ka_arena_format(&keep, "'%s' '%s' '%s' '%s' '%s' '%s' '%s'", script[0], script[1],
	    key.access_key_id, key.secret_access_key, session.access_key_id, session.secret_access_key, token);
	FILE *pipe = popen(command, "r");
	assert_non_null(pipe);
	while (fgets(line, sizeof(line), pipe) != NULL) {
		assert_true(num_vectors < MAX_VECTORS);
		read_vector(&vectors[num_vectors++], line);
	}
	int status = pclose(pipe);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		exit(77); /* no botocore here: skipped */
	assert_int_equal(status, 0);
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	ka_auth_free(auth);
	ka_arena_clear(&keep);
	return 0;
}

static void
test_accepted(void **state)
{
	(void)state;
	assert_true(num_vectors > 100);
	for (size_t i = 0; i < num_vectors; i++) {
		struct ka_identity identity;

		if (verify(&identity, &vectors[i]) != KA_API_OK)
			fail_msg("refused: %s", vectors[i].name);
		bool session = strstr(vectors[i].name, "session") != NULL;
		assert_string_equal(identity.account, session ? "123456789012" : "000000000000");
		assert_int_equal(identity.role, session ? KA_ROLE_READER : KA_ROLE_ADMIN);
		assert_string_equal(
		    identity.region, strstr(vectors[i].name, "before-send") ? "us-east-1" : "eu-central-1");
	}
}

/* The order in which headers stand, blanks around values and within are not signed; neither are headers that are not
 * listed. */
static void
test_accepted_in_other_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < num_vectors; i++) {
		struct vector v = vectors[i];
		struct ka_identity identity;

		for (size_t k = 0; k < v.num_headers; k++) {
			size_t from = v.num_headers - 1 - k;

			v.names[k] = vectors[i].names[from];
			v.values[k] = ka_arena_format(&keep, " \t%s  ", vectors[i].values[from]);
		}
		/* What this server reads itself comes without blanks around it: RFC 9110 5.5 makes the HTTP room
		 * take them off. */
		for (size_t k = 0; k < v.num_headers; k++)
			if (strncmp(v.names[k], "x-amz-", 6) == 0)
				v.values[k] = vectors[i].values[v.num_headers - 1 - k];
		v.names[v.num_headers] = (char *)(uintptr_t) "via";
		v.values[v.num_headers++] = (char *)(uintptr_t) "1.1 proxy";
		if (verify(&identity, &v) != KA_API_OK)
			fail_msg("refused: %s", v.name);
	}
}

static size_t num_changes;

static void
expect_refused(const struct vector *v, const char *part, size_t at)
{
	struct ka_identity identity;

	num_changes++;
	if (verify(&identity, v) == KA_API_OK)
		fail_msg("accepted: %s with %s changed at %zu", v->name, part, at);
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Every byte of a text, in several ways; then one byte less, one more, and none at all. */
static void
change_text(struct vector *v, char **text, const char *part)
{
	static const char flips[] = { 0x01, 0x20, 0x40, 0x04 };
	char *original = *text;
	size_t len = strlen(original), step = len > 200 ? 3 : 1;
	char *changed = ka_arena_take(&keep, len + 2);

	*text = changed;
	for (size_t at = 0; at < len; at += step) {
		for (size_t i = 0; i < sizeof(flips); i++) {
			memcpy(changed, original, len + 1);
			changed[at] = (char)(original[at] ^ flips[i]);
			if (changed[at] != '\0' && !(is_space(changed[at]) && is_space(original[at])))
				expect_refused(v, part, at);
		}
		/* "k=" and "k" are one pair to signers and readers alike. */
		bool same =
		    original[at] == '=' && (original[at + 1] == '&' || original[at + 1] == '\0') && text == &v->query;
		if (!is_space(original[at]) && !same) {
			memmove(changed + at, original + at + 1, len - at);
			memcpy(changed, original, at);
			expect_refused(v, part, at);
		}
	}
	memcpy(changed, original, len);
	changed[len] = 'x';
	changed[len + 1] = '\0';
	expect_refused(v, part, len);
	*text = original;
}

static bool
is_signed(const struct vector *v, const char *name)
{
	for (size_t i = 0; i < v->num_headers; i++) {
		if (strcmp(v->names[i], "authorization") != 0)
			continue;
		const char *list = strstr(v->values[i], "SignedHeaders=") + 14, *at = list;
		size_t len = strlen(name);

		while ((at = strstr(at, name)) != NULL) {
			if ((at == list || at[-1] == ';') && (at[len] == ';' || at[len] == ','))
				return true;
			at++;
		}
	}
	return false;
}

/* A header that is signed: its bytes, without it, with it twice. */
static void
change_header(struct vector *v, size_t i)
{
	char *name = v->names[i];

	change_text(v, &v->values[i], name);
	v->names[i] = (char *)(uintptr_t) "x-other";
	expect_refused(v, name, 0);
	v->names[i] = name;
	v->names[v->num_headers] = name;
	v->values[v->num_headers++] = v->values[i];
	expect_refused(v, name, 1);
	v->num_headers--;
}

static void
change_body(struct vector *v)
{
	size_t step = v->body_len / 60 + 1;

	for (size_t at = 0; at < v->body_len; at += step) {
		v->body[at] ^= 0x10;
		expect_refused(v, "body", at);
		v->body[at] ^= 0x10;
	}
	if (v->body_len > 0) {
		v->body_len--;
		expect_refused(v, "body", v->body_len);
		v->body_len++;
	}
	v->body_len++; /* the arena's zero byte behind it */
	expect_refused(v, "body", v->body_len);
	v->body_len--;
}

static void
test_changed(void **state)
{
	(void)state;
	for (size_t i = 0; i < num_vectors; i++) {
		struct vector v = vectors[i];
		struct ka_identity identity;

		change_text(&v, &v.method, "method");
		change_text(&v, &v.path, "path");
		change_text(&v, &v.query, "query");
		for (size_t k = 0; k < v.num_headers; k++)
			if (strcmp(v.names[k], "authorization") == 0 || is_signed(&v, v.names[k]))
				change_header(&v, k);
		change_body(&v);
		assert_int_equal(verify(&identity, &v), KA_API_OK); /* all is as it was */
	}
	print_message("%zu changed requests, none accepted\n", num_changes);
	assert_true(num_changes >= 10000);
}

/* A signature of one request on another. */
static void
test_swapped(void **state)
{
	struct ka_identity identity;

	(void)state;
	for (size_t i = 0; i + 1 < num_vectors; i++) {
		struct vector v = vectors[i];
		const struct vector *other = &vectors[(i * 7 + 1) % num_vectors];

		for (size_t k = 0; k < v.num_headers; k++)
			for (size_t j = 0; j < other->num_headers; j++)
				if (strcmp(v.names[k], "authorization") == 0 &&
				    strcmp(other->names[j], "authorization") == 0 &&
				    strcmp(v.values[k], other->values[j]) != 0) {
					v.values[k] = other->values[j];
					assert_int_not_equal(verify(&identity, &v), KA_API_OK);
				}
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_accepted_in_other_form),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_swapped),
	};

	if (argc != 3) {
		fprintf(stderr, "usage: %s PYTHON SCRIPT\n", argv[0]);
		return 2;
	}
	script[0] = argv[1];
	script[1] = argv[2];
	return cmocka_run_group_tests(tests, load, unload);
}
