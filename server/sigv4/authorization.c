/* SPDX-License-Identifier: Apache-2.0 */
#include "server/sigv4/authorization.h"

#include <string.h>

#include "server/store/rows.h"

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_key_character(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || is_digit(c);
}

static bool
is_scope_character(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
}

static bool
is_hex_digit(uint8_t c)
{
	return (c >= 'a' && c <= 'f') || is_digit(c);
}

/* A field name (RFC 9110 5.6.2) as signers write it: in lower case. */
static bool
is_name_character(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || is_digit(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
consists_of(struct ka_slice text, size_t min_len, size_t max_len, bool (*is_right)(uint8_t c))
{
	if (text.len < min_len || text.len > max_len)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!is_right(text.data[i]))
			return false;
	return true;
}

static bool
equals(struct ka_slice text, const char *other)
{
	return text.len == strlen(other) && memcmp(text.data, other, text.len) == 0;
}

/* Takes what is in front of the next separator off *rest; false when there is none: then it is all of it. */
static bool
split(struct ka_slice *out, struct ka_slice *rest, char separator)
{
	const uint8_t *at = rest->len > 0 ? memchr(rest->data, separator, rest->len) : NULL;

	*out = *rest;
	if (at == NULL) {
		*rest = (struct ka_slice){ 0 };
		return false;
	}
	out->len = (size_t)(at - rest->data);
	rest->data += out->len + 1;
	rest->len -= out->len + 1;
	return true;
}

static struct ka_slice
trim(struct ka_slice text)
{
	while (text.len > 0 && is_blank(text.data[0])) {
		text.data++;
		text.len--;
	}
	while (text.len > 0 && is_blank(text.data[text.len - 1]))
		text.len--;
	return text;
}

static const char *
read_credential(struct ka_authorization *out, struct ka_slice value)
{
	struct ka_slice terminator, rest = value;

	if (!split(&out->access_key_id, &rest, '/'))
		return "Credential in the Authorization header is not ACCESS-KEY-ID/DATE/REGION/SERVICE/aws4_request.";
	out->scope = rest;
	if (!split(&out->date, &rest, '/') || !split(&out->region, &rest, '/') || !split(&out->service, &rest, '/') ||
	    split(&terminator, &rest, '/') || !equals(terminator, "aws4_request"))
		return "Credential in the Authorization header is not ACCESS-KEY-ID/DATE/REGION/SERVICE/aws4_request.";
	if (!consists_of(out->access_key_id, KA_ACCESS_KEY_ID_MIN_LEN, KA_ACCESS_KEY_ID_MAX_LEN, is_key_character))
		return "The access key id in the Authorization header is not 16 to 128 upper-case letters and digits.";
	if (!consists_of(out->date, 8, 8, is_digit))
		return "The date in the credential scope is not YYYYMMDD.";
	if (!consists_of(out->region, 1, KA_REGION_MAX_LEN, is_scope_character))
		return "The region in the credential scope is not 1 to 32 lower-case letters, digits and '-'.";
	if (!consists_of(out->service, 1, 64, is_scope_character))
		return "The service in the credential scope is not lower-case letters, digits and '-'.";
	return NULL;
}

/* In code point order, as the signing rules want it: then no name can stand there twice. */
static bool
is_ascending(struct ka_slice a, struct ka_slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = memcmp(a.data, b.data, len);

	return order < 0 || (order == 0 && a.len < b.len);
}

static const char *
read_signed_headers(struct ka_authorization *out, struct ka_slice value)
{
	struct ka_slice name, rest = value;
	bool more = true;

	out->signed_list = value;
	out->num_signed_headers = 0;
	while (more) {
		more = split(&name, &rest, ';');
		if (!consists_of(name, 1, SIZE_MAX, is_name_character))
			return "SignedHeaders in the Authorization header is not names in lower case separated by ';'.";
		if (out->num_signed_headers == KA_MAX_SIGNED_HEADERS)
			return "SignedHeaders in the Authorization header has more than 64 names.";
		if (out->num_signed_headers > 0 &&
		    !is_ascending(out->signed_headers[out->num_signed_headers - 1], name))
			return "SignedHeaders in the Authorization header is not sorted, or has a name twice.";
		out->signed_headers[out->num_signed_headers++] = name;
	}
	return NULL;
}

static const char *
read_signature(struct ka_authorization *out, struct ka_slice value)
{
	out->signature = value;
	return consists_of(value, 64, 64, is_hex_digit)
	    ? NULL
	    : "Signature in the Authorization header is not 64 lower-case hexadecimal digits.";
}

/* The members: name, reader, and what to say when it is not there. */
static const struct member {
	const char *name;
	const char *(*read)(struct ka_authorization *out, struct ka_slice value);
	const char *missing;
} members[] = {
	{ "Credential", read_credential, "The Authorization header has no Credential." },
	{ "SignedHeaders", read_signed_headers, "The Authorization header has no SignedHeaders." },
	{ "Signature", read_signature, "The Authorization header has no Signature." },
};
#define NUM_MEMBERS (sizeof(members) / sizeof(members[0]))

static const char *
read_member(struct ka_authorization *out, bool seen[NUM_MEMBERS], struct ka_slice text)
{
	struct ka_slice name, value = text;

	if (!split(&name, &value, '='))
		return "A member of the Authorization header is not NAME=VALUE.";
	for (size_t i = 0; i < NUM_MEMBERS; i++) {
		if (!equals(name, members[i].name))
			continue;
		if (seen[i])
			return "The Authorization header has a member twice.";
		seen[i] = true;
		return members[i].read(out, value);
	}
	return "The Authorization header has a member other than Credential, SignedHeaders and Signature.";
}

const char *
ka_authorization_read(struct ka_authorization *out, const char *header)
{
	static const char algorithm[] = KA_SIGV4_ALGORITHM;
	struct ka_slice rest = trim((struct ka_slice){ (const uint8_t *)header, strlen(header) }), text;
	bool seen[NUM_MEMBERS] = { false }, more = true;

	if (rest.len < sizeof(algorithm) || memcmp(rest.data, algorithm, sizeof(algorithm) - 1) != 0 ||
	    !is_blank(rest.data[sizeof(algorithm) - 1]))
		return "The Authorization header does not start with AWS4-HMAC-SHA256, the only algorithm that is "
		       "accepted.";
	rest.data += sizeof(algorithm);
	rest.len -= sizeof(algorithm);
	while (more) {
		more = split(&text, &rest, ',');
		const char *fault = read_member(out, seen, trim(text));
		if (fault != NULL)
			return fault;
	}
	for (size_t i = 0; i < NUM_MEMBERS; i++)
		if (!seen[i])
			return members[i].missing;
	return NULL;
}
