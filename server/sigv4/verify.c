/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - is this request signed by somebody we know? A column of checks, the cheap ones first; the store is
 * asked only for requests that are well formed and fresh. */
#include <stdio.h>
#include <string.h>

#include <keyassay/object.h>

#include "server/sigv4/canonical.h"
#include "server/sigv4/internal.h"

#define MAX_SKEW_MS (15 * 60 * 1000)
#define DATE_HEADER "x-amz-date"
#define HASH_HEADER "x-amz-content-sha256"
#define TOKEN_HEADER "x-amz-security-token"
#define HEX_HASH_LEN (2 * KA_HASH_LEN)

/* What the checks work on. message is set by the check that fails. */
struct verification {
	struct ka_arena *arena;
	struct ka_auth *auth;
	const struct ka_raw_request *raw;
	int64_t now;
	struct ka_authorization authorization;
	const char *date;  /* YYYYMMDDTHHMMSSZ */
	const char *token; /* session token, or NULL */
	char payload_hash[HEX_HASH_LEN + 1];
	struct ka_credential credential;
	const char *message;
};

static enum ka_api_error
fail(struct verification *v, enum ka_api_error error, const char *message)
{
	v->message = message;
	return error;
}

static void
put_hex(char out[HEX_HASH_LEN + 1], const uint8_t hash[KA_HASH_LEN])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < KA_HASH_LEN; i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
	out[HEX_HASH_LEN] = '\0';
}

static bool
slice_is(struct ka_slice slice, const char *text)
{
	return slice.len == strlen(text) && memcmp(slice.data, text, slice.len) == 0;
}

/* --- the checks --------------------------------------------------------------------------------------------------- */

static enum ka_api_error
check_header(struct verification *v)
{
	size_t num;
	const char *header = ka_canonical_header(&num, v->raw, "authorization");

	if (num > 1)
		return fail(v, KA_API_INCOMPLETE_SIGNATURE, "The request has more than one Authorization header.");
	if (header == NULL && strstr(v->raw->query, "X-Amz-Signature=") != NULL)
		return fail(v, KA_API_MISSING_AUTHENTICATION_TOKEN,
		    "Presigned requests are not accepted: put the signature in the Authorization header, not in the "
		    "query.");
	if (header == NULL)
		return fail(v, KA_API_MISSING_AUTHENTICATION_TOKEN,
		    "Missing Authentication Token: sign the request with AWS Signature Version 4 in the Authorization "
		    "header.");
	const char *fault = ka_authorization_read(&v->authorization, header);
	return fault == NULL ? KA_API_OK : fail(v, KA_API_INCOMPLETE_SIGNATURE, fault);
}

static bool
is_signed(const struct verification *v, const char *name)
{
	for (size_t i = 0; i < v->authorization.num_signed_headers; i++)
		if (slice_is(v->authorization.signed_headers[i], name))
			return true;
	return false;
}

static bool
is_present(const struct verification *v, struct ka_slice name)
{
	for (size_t i = 0; i < v->raw->num_headers; i++)
		if (slice_is(name, v->raw->headers[i].name))
			return true;
	return false;
}

/* The host, and all x-amz-* that the request has, must be signed; all that is signed must be there. */
static enum ka_api_error
check_signed_headers(struct verification *v)
{
	if (!is_signed(v, "host"))
		return fail(v, KA_API_INCOMPLETE_SIGNATURE, "The host header is not among the SignedHeaders.");
	for (size_t i = 0; i < v->raw->num_headers; i++) {
		const char *name = v->raw->headers[i].name;

		if (strncmp(name, "x-amz-", 6) == 0 && !is_signed(v, name))
			return fail(v, KA_API_INCOMPLETE_SIGNATURE,
			    ka_arena_format(v->arena,
				"The request has the header %s, which is not among the SignedHeaders.", name));
	}
	for (size_t i = 0; i < v->authorization.num_signed_headers; i++) {
		struct ka_slice name = v->authorization.signed_headers[i];

		if (!is_present(v, name))
			return fail(v, KA_API_INCOMPLETE_SIGNATURE,
			    ka_arena_format(v->arena,
				"The header %.*s is among the SignedHeaders, but the request does not have it.",
				(int)name.len, (const char *)name.data));
	}
	return KA_API_OK;
}

static enum ka_api_error
check_scope(struct verification *v)
{
	struct ka_slice service = v->authorization.service;

	if (slice_is(service, "iot") || slice_is(service, "execute-api"))
		return KA_API_OK;
	return fail(v, KA_API_INVALID_SIGNATURE,
	    ka_arena_format(v->arena, "Credential should be scoped to service iot or execute-api, not %.*s.",
		(int)service.len, (const char *)service.data));
}

/* ISO 8601's basic form, 20240101T000000Z, as seconds since 1970. */
static bool
read_date(int64_t *out, const char *text)
{
	static const char form[] = "dddddddd"
				   "T"
				   "dddddd"
				   "Z";
	char extended[KA_TIME_TEXT_SIZE];

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	(void)snprintf(extended, sizeof(extended), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text, text + 4, text + 6, text + 9,
	    text + 11, text + 13);
	return ka_time_parse(out, extended) == KA_OK;
}

static enum ka_api_error
check_date(struct verification *v)
{
	char clock[KA_TIME_TEXT_SIZE];
	size_t num;
	int64_t seconds;

	v->date = ka_canonical_header(&num, v->raw, DATE_HEADER);
	if (v->date == NULL)
		return fail(v, KA_API_INCOMPLETE_SIGNATURE,
		    num == 0 ? "The request has no x-amz-date header."
			     : "The request has more than one x-amz-date header.");
	if (!read_date(&seconds, v->date))
		return fail(v, KA_API_INCOMPLETE_SIGNATURE, "The x-amz-date header is not YYYYMMDDTHHMMSSZ.");
	if (memcmp(v->date, v->authorization.date.data, 8) != 0)
		return fail(v, KA_API_INVALID_SIGNATURE,
		    "The date in the credential scope is not that of the x-amz-date header.");
	int64_t age = v->now - seconds * 1000;
	if (age <= MAX_SKEW_MS && age >= -MAX_SKEW_MS)
		return KA_API_OK;
	ka_time_text(clock, v->now / 1000);
	return fail(v, KA_API_INVALID_SIGNATURE,
	    ka_arena_format(v->arena,
		age > 0 ? "Signature expired: it is of %s and it is %s here; 15 minutes are allowed. Check your clock."
			: "Signature not yet current: it is of %s and it is %s here; 15 minutes are allowed. Check "
			  "your clock.",
		v->date, clock));
}

/* The hash of the body that arrived. A client that states one states this one. */
static enum ka_api_error
check_payload(struct verification *v)
{
	static const char of_nothing[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	uint8_t hash[KA_HASH_LEN];
	size_t num;
	const char *stated = ka_canonical_header(&num, v->raw, HASH_HEADER);

	if (num > 1)
		return fail(
		    v, KA_API_INCOMPLETE_SIGNATURE, "The request has more than one x-amz-content-sha256 header.");
	if (stated != NULL && (strcmp(stated, "UNSIGNED-PAYLOAD") == 0 || strncmp(stated, "STREAMING-", 10) == 0))
		return fail(v, KA_API_INVALID_SIGNATURE,
		    ka_arena_format(v->arena,
			"x-amz-content-sha256 is %s: the body must be signed; send the SHA-256 of it.", stated));
	if (v->raw->body.len == 0) {
		memcpy(v->payload_hash, of_nothing, sizeof(of_nothing));
	} else {
		ka_crypto_sha256(hash, v->auth->crypto, v->raw->body);
		put_hex(v->payload_hash, hash);
	}
	if (stated == NULL || strcmp(stated, v->payload_hash) == 0)
		return KA_API_OK;
	return fail(v, KA_API_INVALID_SIGNATURE,
	    ka_arena_format(v->arena,
		"x-amz-content-sha256 is not the SHA-256 of the body that arrived, %zu bytes with SHA-256 %s.",
		v->raw->body.len, v->payload_hash));
}

static enum ka_api_error
refuse_key(struct verification *v)
{
	return fail(v, KA_API_UNRECOGNIZED_CLIENT, "The security token included in the request is invalid.");
}

static enum ka_api_error
find_credential(struct verification *v)
{
	size_t num;

	v->token = ka_canonical_header(&num, v->raw, TOKEN_HEADER);
	if (num > 1)
		return fail(
		    v, KA_API_INCOMPLETE_SIGNATURE, "The request has more than one x-amz-security-token header.");
	if (v->token != NULL) {
		enum ka_api_error error =
		    ka_session_open(&v->credential, v->arena, v->auth, &v->authorization, v->token, v->now);

		if (error == KA_API_EXPIRED_TOKEN)
			return fail(v, error, "The security token included in the request is expired.");
		return error == KA_API_OK ? error : refuse_key(v);
	}
	switch (ka_key_cache_get(&v->credential, v->auth->cache, &v->authorization)) {
	case KA_STORE_OK:
		return KA_API_OK;
	case KA_STORE_NONE:
		return refuse_key(v);
	case KA_STORE_UNAVAILABLE:
		return fail(v, KA_API_SERVICE_UNAVAILABLE, "The access key cannot be looked up now. Try again later.");
	case KA_STORE_EXISTS:
	case KA_STORE_ABORTED:
	case KA_STORE_UNCERTAIN:
	case KA_STORE_FAILED:
		break;
	}
	return fail(v, KA_API_INTERNAL_FAILURE,
	    "The secret of the access key cannot be read: its row was changed, or secret.key is not the one that it "
	    "was sealed with.");
}

/* --- the signature ------------------------------------------------------------------------------------------------ */

void
ka_signing_key(uint8_t out[KA_HASH_LEN], const struct ka_crypto *crypto, const char secret[KA_SECRET_ACCESS_KEY_LEN],
    const struct ka_authorization *authorization)
{
	char start[4 + KA_SECRET_ACCESS_KEY_LEN];
	const struct ka_slice steps[] = { authorization->date, authorization->region, authorization->service,
		{ (const uint8_t *)"aws4_request", 12 } };

	memcpy(start, "AWS4", 4);
	memcpy(start + 4, secret, KA_SECRET_ACCESS_KEY_LEN);
	ka_crypto_hmac(out, crypto, start, sizeof(start), &steps[0], 1);
	for (size_t i = 1; i < sizeof(steps) / sizeof(steps[0]); i++)
		ka_crypto_hmac(out, crypto, out, KA_HASH_LEN, &steps[i], 1);
	ka_crypto_wipe(start, sizeof(start));
}

void
ka_string_to_sign(struct ka_buf *out, const struct ka_crypto *crypto, const char *date,
    const struct ka_authorization *authorization, const struct ka_buf *canonical)
{
	uint8_t hash[KA_HASH_LEN];
	char hex[HEX_HASH_LEN + 1];

	ka_crypto_sha256(hash, crypto, (struct ka_slice){ (const uint8_t *)canonical->data, canonical->len });
	put_hex(hex, hash);
	ka_buf_puts(out, KA_SIGV4_ALGORITHM "\n");
	ka_buf_puts(out, date);
	ka_buf_putc(out, '\n');
	ka_buf_put(out, authorization->scope.data, authorization->scope.len);
	ka_buf_putc(out, '\n');
	ka_buf_puts(out, hex);
}

/* What the client should have signed: it is made from his own request only, and without his session token. Never the
 * signature. */
static const char *
explain(const struct verification *v, const struct ka_buf *to_sign)
{
	struct ka_buf text = { 0 };

	ka_canonical_request(&text, v->arena, v->raw, &v->authorization, v->payload_hash, TOKEN_HEADER);
	ka_buf_putc(&text, '\0');
	const char *message = ka_arena_format(v->arena,
	    "The request signature we calculated does not match the signature you provided. Check your secret access "
	    "key and "
	    "signing method.\n\nThe canonical request should have been\n'%s'\n\nThe string to sign should have "
	    "been\n'%.*s'\n",
	    text.data, (int)to_sign->len, to_sign->data);
	ka_buf_clear(&text);
	return message;
}

static enum ka_api_error
check_signature(struct verification *v)
{
	struct ka_buf canonical = { 0 }, to_sign = { 0 };
	uint8_t signature[KA_HASH_LEN];
	char hex[HEX_HASH_LEN + 1];
	enum ka_api_error error = KA_API_OK;

	ka_canonical_request(&canonical, v->arena, v->raw, &v->authorization, v->payload_hash, NULL);
	ka_string_to_sign(&to_sign, v->auth->crypto, v->date, &v->authorization, &canonical);
	const struct ka_slice text = { (const uint8_t *)to_sign.data, to_sign.len };
	ka_crypto_hmac(signature, v->auth->crypto, v->credential.signing_key, KA_HASH_LEN, &text, 1);
	put_hex(hex, signature);
	if (!ka_crypto_equal(hex, v->authorization.signature.data, HEX_HASH_LEN))
		error = fail(v, KA_API_INVALID_SIGNATURE, explain(v, &to_sign));
	ka_crypto_wipe(signature, sizeof(signature));
	ka_crypto_wipe(hex, sizeof(hex));
	ka_buf_clear(&canonical);
	ka_buf_clear(&to_sign);
	return error;
}

static enum ka_api_error (*const checks[])(struct verification *v) = { check_header, check_signed_headers, check_scope,
	check_date, check_payload, find_credential, check_signature };

static void
fill_identity(struct ka_identity *out, const struct verification *v)
{
	const struct ka_authorization *a = &v->authorization;

	*out = (struct ka_identity){ .role = v->credential.role };
	memcpy(out->account, v->credential.account, sizeof(out->account));
	memcpy(out->region, a->region.data, a->region.len);
	memcpy(out->access_key_id, a->access_key_id.data, a->access_key_id.len);
}

enum ka_api_error
ka_auth_verify(struct ka_identity *out, const char **out_message, struct ka_arena *arena, struct ka_auth *auth,
    const struct ka_raw_request *raw, int64_t now)
{
	struct verification v;
	enum ka_api_error error = KA_API_OK;

	v.arena = arena;
	v.auth = auth;
	v.raw = raw;
	v.now = now;
	v.message = NULL;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && error == KA_API_OK; i++)
		error = checks[i](&v);
	if (error == KA_API_OK) {
		if (v.token == NULL)
			ka_key_cache_put(auth->cache, &v.authorization, &v.credential);
		fill_identity(out, &v);
	} else {
		*out_message = v.message;
	}
	ka_crypto_wipe(&v.credential, sizeof(v.credential));
	return error;
}
