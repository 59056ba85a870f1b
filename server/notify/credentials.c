/* SPDX-License-Identifier: Apache-2.0 */
#include "server/notify/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"

#define MAX_FILE ((size_t)1 << 20)

__attribute__((format(printf, 2, 3))) static bool
fail(char *out_message, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out_message, KA_CREDENTIALS_MESSAGE_LEN, format, args);
	va_end(args);
	return false;
}

void
ka_credentials_clear(struct ka_credentials *credentials)
{
	if (credentials->secret != NULL)
		explicit_bzero((char *)(uintptr_t)credentials->secret, strlen(credentials->secret));
	if (credentials->token != NULL)
		explicit_bzero((char *)(uintptr_t)credentials->token, strlen(credentials->token));
	ka_arena_clear(&credentials->arena);
	*credentials = (struct ka_credentials){ 0 };
}

/* What a variable says; NULL when it is not set or empty. */
static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value == NULL || *value == '\0' ? NULL : value;
}

static struct ka_slice
trim(const char *text, size_t len)
{
	while (len > 0 && strchr(" \t\r", text[0]) != NULL) {
		text++;
		len--;
	}
	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		len--;
	return (struct ka_slice){ (const uint8_t *)text, len };
}

static bool
equals(struct ka_slice slice, const char *text)
{
	return slice.len == strlen(text) && memcmp(slice.data, text, slice.len) == 0;
}

static void
take(struct ka_credentials *credentials, struct ka_slice name, struct ka_slice value)
{
	const struct {
		const char *name;
		const char **value;
	} keys[] = {
		{ "aws_access_key_id", &credentials->access_key_id },
		{ "aws_secret_access_key", &credentials->secret },
		{ "aws_session_token", &credentials->token },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (equals(name, keys[i].name) && value.len > 0)
			*keys[i].value = ka_arena_text(&credentials->arena, value.data, value.len);
}

bool
ka_credentials_parse(struct ka_credentials *credentials, const char *text, size_t len, const char *profile)
{
	bool inside = false;

	for (size_t at = 0; at < len;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t line_len = newline == NULL ? len - at : (size_t)(newline - text) - at;
		struct ka_slice line = trim(text + at, line_len);
		const char *separator = line.len == 0 ? NULL : memchr(line.data, '=', line.len);

		at += line_len + 1;
		if (line.len == 0 || line.data[0] == '#' || line.data[0] == ';')
			continue;
		if (line.data[0] == '[' && line.data[line.len - 1] == ']') {
			inside = equals(trim((const char *)line.data + 1, line.len - 2), profile);
		} else if (inside && separator != NULL) {
			size_t name_len = (size_t)(separator - (const char *)line.data);

			take(credentials, trim((const char *)line.data, name_len),
			    trim(separator + 1, line.len - name_len - 1));
		}
	}
	return credentials->access_key_id != NULL && credentials->secret != NULL;
}

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Reads the file behind fd. */
static bool
load(struct ka_credentials *credentials, char *out_message, int fd, const char *path, const char *profile)
{
	char *text = malloc(MAX_FILE);
	size_t len = 0;
	ssize_t got;

	if (text == NULL)
		ka_out_of_memory();
	while (len < MAX_FILE && (got = read(fd, text + len, MAX_FILE - len)) > 0)
		len += (size_t)got;
	bool good = ka_credentials_parse(credentials, text, len, profile);
	explicit_bzero(text, len);
	free(text);
	return good || fail(out_message,
	    "%.200s: profile '%.64s' has no aws_access_key_id and aws_secret_access_key to publish to SNS with", path, profile);
}

static bool
get_from_file(struct ka_credentials *credentials, char *out_message, const char *path, const char *profile)
{
	struct stat stat;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &stat) != 0) {
		int why = errno;

		if (fd >= 0)
			(void)close(fd);
		ka_credentials_clear(credentials);
		return fail(out_message,
		    "no AWS credentials to publish to SNS with: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and "
		    "%.200s: %s",
		    path, strerror(why));
	}
	bool good = credentials->loaded && is_same_file(&credentials->stat, &stat);
	if (!good) {
		ka_credentials_clear(credentials);
		good = load(credentials, out_message, fd, path, profile);
		if (good) {
			credentials->loaded = true;
			credentials->stat = stat;
		} else {
			ka_credentials_clear(credentials);
		}
	}
	(void)close(fd);
	return good;
}

bool
ka_credentials_get(struct ka_credentials *credentials, char out_message[KA_CREDENTIALS_MESSAGE_LEN])
{
	const char *id = variable("AWS_ACCESS_KEY_ID"), *secret = variable("AWS_SECRET_ACCESS_KEY");
	const char *path = variable("AWS_SHARED_CREDENTIALS_FILE"), *home = variable("HOME");
	const char *profile = variable("AWS_PROFILE");
	char default_path[512];

	if (id != NULL && secret != NULL) {
		ka_credentials_clear(credentials);
		credentials->access_key_id = ka_arena_string(&credentials->arena, id);
		credentials->secret = ka_arena_string(&credentials->arena, secret);
		credentials->token = ka_arena_string(&credentials->arena, variable("AWS_SESSION_TOKEN"));
		return true;
	}
	if (path == NULL && home == NULL)
		return fail(out_message,
		    "no AWS credentials to publish to SNS with: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY nor "
		    "AWS_SHARED_CREDENTIALS_FILE are set");
	if (path == NULL) {
		(void)snprintf(default_path, sizeof(default_path), "%s/.aws/credentials", home);
		path = default_path;
	}
	return get_from_file(credentials, out_message, path, profile == NULL ? "default" : profile);
}
