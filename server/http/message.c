/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/message.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

void
ka_message_target(struct ka_raw_request *raw, char *target)
{
	char *path = target;

	/* The absolute form, which proxies get. */
	if (path[0] != '/' && strstr(path, "://") != NULL) {
		path = strstr(path, "://") + 3;
		path += strcspn(path, "/?");
	}
	char *query = strchr(path, '?');
	if (query != NULL)
		*query++ = '\0';
	raw->path = path;
	raw->query = query == NULL ? "" : query;
}

bool
ka_message_is_plain(const char *path)
{
	return strcmp(path, "/healthz") == 0 || strcmp(path, "/metrics") == 0;
}

/* RFC 9110, 5.6.2: a token. */
static bool
is_token(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (!isalnum((unsigned char)*text) && strchr("!#$%&'*+-.^_`|~", *text) == NULL)
			return false;
	}
	return true;
}

const struct ka_refusal *
ka_message_check_headers(const struct ka_raw_request *raw, uint64_t max_body)
{
	const char *length = NULL, *coding = NULL;
	size_t num = 0, num_hosts = 0;

	for (size_t i = 0; i < raw->num_headers; i++) {
		const struct ka_raw_header *header = &raw->headers[i];

		if (!is_token(header->name))
			return &ka_refuse_bad_request;
		if (strcmp(header->name, "content-length") == 0) {
			length = header->value;
			num++;
		} else if (strcmp(header->name, "transfer-encoding") == 0) {
			coding = header->value;
			num++;
		} else if (strcmp(header->name, "host") == 0) {
			num_hosts++;
		}
	}
	/* RFC 9112, 3.2: two are two opinions of what was asked for. */
	if (num_hosts > 1)
		return &ka_refuse_bad_request;
	/* RFC 9112, 6.3: two lengths are how requests are smuggled past a proxy. */
	if (num > 1)
		return &ka_refuse_length_twice;
	if (coding != NULL && strcasecmp(coding, "chunked") != 0)
		return &ka_refuse_transfer_coding;
	if (length == NULL)
		return NULL;
	if (*length == '\0' || length[strspn(length, "0123456789")] != '\0')
		return &ka_refuse_bad_request;
	errno = 0;
	return strtoull(length, NULL, 10) > max_body || errno != 0 ? &ka_refuse_too_large : NULL;
}

const struct ka_refusal *
ka_message_check_line(const struct ka_raw_request *raw)
{
	static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
	bool reads = strcmp(raw->method, "GET") == 0 || strcmp(raw->method, "HEAD") == 0;

	if (raw->path[0] != '/' && strcmp(raw->path, "*") != 0)
		return &ka_refuse_bad_request;
	if (ka_message_is_plain(raw->path))
		return reads ? NULL : &ka_refuse_read_only;
	/* The routes decide which method fits a path. */
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(methods[i], raw->method) == 0)
			return NULL;
	}
	return reads || strcmp(raw->method, "OPTIONS") == 0 ? &ka_refuse_method : &ka_refuse_unknown_method;
}
