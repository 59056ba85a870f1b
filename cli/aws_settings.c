/* SPDX-License-Identifier: Apache-2.0 */
/* aws_settings.c - endpoint, region and credentials, found as the AWS tools find them. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/aws.h"
#include "common/message.h"

#define MAX_FILE_LEN ((size_t)1 << 20)

/* Environment variables that are set to nothing count as not set, as for the AWS tools. */
static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value == NULL || value[0] == '\0' ? NULL : value;
}

static bool
put(char *out, size_t size, const char *value, size_t len)
{
	if (len >= size)
		return false;
	memcpy(out, value, len);
	out[len] = '\0';
	return true;
}

static void
trim(const char **text, size_t *len)
{
	while (*len > 0 && isspace((unsigned char)(*text)[0])) {
		(*text)++;
		(*len)--;
	}
	while (*len > 0 && isspace((unsigned char)(*text)[*len - 1]))
		(*len)--;
}

static bool
is(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

bool
ka_aws_credentials_read(struct ka_aws_settings *out, const char *text, const char *profile)
{
	struct ka_aws_settings found = *out;
	bool inside = false, has_id = false, has_secret = false;

	found.session_token[0] = '\0';
	while (*text != '\0') {
		size_t line_len = strcspn(text, "\n"), len = line_len;
		const char *line = text, *equals;

		text += line_len + (text[line_len] == '\n');
		trim(&line, &len);
		if (len == 0 || line[0] == '#' || line[0] == ';')
			continue;
		if (line[0] == '[') {
			const char *name = line + 1;
			size_t name_len = len - 1;

			if (name_len > 0 && name[name_len - 1] == ']')
				name_len--;
			trim(&name, &name_len);
			inside = is(name, name_len, profile);
			continue;
		}
		equals = memchr(line, '=', len);
		if (!inside || equals == NULL)
			continue;
		const char *value = equals + 1;
		size_t name_len = (size_t)(equals - line), value_len = len - name_len - 1;
		trim(&line, &name_len);
		trim(&value, &value_len);
		if (is(line, name_len, "aws_access_key_id"))
			has_id = put(found.access_key_id, sizeof(found.access_key_id), value, value_len);
		else if (is(line, name_len, "aws_secret_access_key"))
			has_secret = put(found.secret_access_key, sizeof(found.secret_access_key), value, value_len);
		else if (is(line, name_len, "aws_session_token") &&
		    !put(found.session_token, sizeof(found.session_token), value, value_len))
			return false;
	}
	if (!has_id || !has_secret)
		return false;
	*out = found;
	return true;
}

/* The whole file as a string, or NULL with errno. */
static char *
read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text;
	size_t len;

	if (file == NULL)
		return NULL;
	text = malloc(MAX_FILE_LEN + 1);
	len = text != NULL ? fread(text, 1, MAX_FILE_LEN, file) : 0;
	if (text != NULL && ferror(file) != 0) {
		free(text);
		text = NULL;
	}
	if (text != NULL)
		text[len] = '\0';
	(void)fclose(file);
	return text;
}

static bool
credentials_from_file(struct ka_aws_settings *out, const char *profile)
{
	const char *path = environment("AWS_SHARED_CREDENTIALS_FILE"), *home = environment("HOME");
	char usual[PATH_MAX];
	char *text;
	bool found;

	if (path == NULL) {
		if (home == NULL ||
		    (size_t)snprintf(usual, sizeof(usual), "%s/.aws/credentials", home) >= sizeof(usual)) {
			ka_error("no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
				 "AWS_SHARED_CREDENTIALS_FILE");
			return false;
		}
		path = usual;
	}
	text = read_file(path);
	if (text == NULL) {
		ka_error("no credentials: AWS_ACCESS_KEY_ID is not set, and %s: %s", path, strerror(errno));
		return false;
	}
	found = ka_aws_credentials_read(out, text, profile);
	free(text);
	if (!found)
		ka_error("%s has no profile [%s] with aws_access_key_id and aws_secret_access_key", path, profile);
	return found;
}

static bool
find_credentials(struct ka_aws_settings *out, const char *profile)
{
	const char *id = environment("AWS_ACCESS_KEY_ID"), *secret = environment("AWS_SECRET_ACCESS_KEY");
	const char *token = environment("AWS_SESSION_TOKEN");

	/* A profile that was asked for by name is meant. */
	if (profile != NULL || id == NULL) {
		const char *name = profile != NULL ? profile : environment("AWS_PROFILE");

		return credentials_from_file(out, name != NULL ? name : "default");
	}
	if (secret == NULL) {
		ka_error("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
		return false;
	}
	if (!put(out->access_key_id, sizeof(out->access_key_id), id, strlen(id)) ||
	    !put(out->secret_access_key, sizeof(out->secret_access_key), secret, strlen(secret)) ||
	    !put(out->session_token, sizeof(out->session_token), token != NULL ? token : "",
		token != NULL ? strlen(token) : 0)) {
		ka_error("the credentials in the environment are too long");
		return false;
	}
	return true;
}

/* A region goes into a host name and a signature: letters, digits and hyphens only. */
static bool
find_region(struct ka_aws_settings *out, const char *region)
{
	if (region == NULL)
		region = environment("AWS_REGION");
	if (region == NULL)
		region = environment("AWS_DEFAULT_REGION");
	if (region == NULL) {
		ka_error("no region: give --region or set AWS_REGION; keyassayd takes any, us-east-1 for instance");
		return false;
	}
	if (region[strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0' ||
	    !put(out->region, sizeof(out->region), region, strlen(region))) {
		ka_error("'%s' is no region: lower-case letters, digits and hyphens, as in us-east-1", region);
		return false;
	}
	return true;
}

static bool
find_endpoint(struct ka_aws_settings *out, const char *endpoint)
{
	size_t len;

	if (endpoint == NULL)
		endpoint = environment("AWS_ENDPOINT_URL_IOT");
	if (endpoint == NULL)
		endpoint = environment("AWS_ENDPOINT_URL");
	if (endpoint == NULL) {
		(void)snprintf(out->endpoint, sizeof(out->endpoint), "https://iot.%s.amazonaws.com", out->region);
		return true;
	}
	len = strlen(endpoint);
	while (len > 0 && endpoint[len - 1] == '/')
		len--;
	if ((strncmp(endpoint, "https://", 8) != 0 && strncmp(endpoint, "http://", 7) != 0) ||
	    strpbrk(endpoint, "?#") != NULL || !put(out->endpoint, sizeof(out->endpoint), endpoint, len)) {
		ka_error("'%s' is no endpoint: a URL as in http://127.0.0.1:8400", endpoint);
		return false;
	}
	return true;
}

bool
ka_aws_settings_find(struct ka_aws_settings *out, const char *endpoint, const char *region, const char *profile)
{
	struct ka_aws_settings settings = { .region = "" };

	if (!find_region(&settings, region) || !find_endpoint(&settings, endpoint) ||
	    !find_credentials(&settings, profile))
		return false;
	*out = settings;
	return true;
}
