/* SPDX-License-Identifier: Apache-2.0 */
/* aws.c - one signed request and its reply. libcurl makes the signature (CURLOPT_AWS_SIGV4), TLS and the connection. */
#include "cli/aws.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <curl/curl.h>

#include "common/buf.h"

#define MAX_REPLY_LEN ((size_t)16 << 20)
#define CONNECT_SECONDS 10L
#define CALL_SECONDS 60L
#define TRIES 3

struct ka_aws {
	struct ka_aws_settings settings;
	CURL *curl;
	struct ka_buf reply;
	char error_name[128]; /* "" when the last reply named none */
	char error[4 * KA_AWS_TEXT_LEN];
};

struct ka_aws *
ka_aws_new(const struct ka_aws_settings *settings)
{
	struct ka_aws *aws = calloc(1, sizeof(*aws));

	if (aws == NULL)
		return NULL;
	aws->settings = *settings;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (aws->curl = curl_easy_init()) == NULL) {
		free(aws);
		return NULL;
	}
	return aws;
}

void
ka_aws_free(struct ka_aws *aws)
{
	if (aws == NULL)
		return;
	curl_easy_cleanup(aws->curl);
	ka_buf_clear(&aws->reply);
	free(aws);
}

const char *
ka_aws_error(const struct ka_aws *aws)
{
	return aws->error;
}

const char *
ka_aws_error_name(const struct ka_aws *aws)
{
	return aws->error_name;
}

static size_t
take_reply(char *data, size_t size, size_t num, void *arg)
{
	struct ka_aws *aws = arg;

	(void)size; /* always 1 */
	if (num > MAX_REPLY_LEN - aws->reply.len)
		return 0; /* libcurl fails with CURLE_WRITE_ERROR */
	ka_buf_put(&aws->reply, data, num);
	return num;
}

/* The error's name stands in this header, maybe with a namespace before and a reason behind it. */
static size_t
take_header(char *data, size_t size, size_t num, void *arg)
{
	static const char name[] = "x-amzn-errortype:";
	struct ka_aws *aws = arg;
	size_t len = 0;

	(void)size;
	if (num < sizeof(name) || strncasecmp(data, name, sizeof(name) - 1) != 0)
		return num;
	for (size_t i = sizeof(name) - 1; i < num && data[i] != ':' && data[i] != '\r' && data[i] != '\n'; i++) {
		if (data[i] == '#')
			len = 0;
		else if (isalnum((unsigned char)data[i]) && len < sizeof(aws->error_name) - 1)
			aws->error_name[len++] = data[i];
	}
	aws->error_name[len] = '\0';
	return num;
}

static void
set_options(struct ka_aws *aws, const char *url, const char *body, struct curl_slist *headers)
{
	CURL *curl = aws->curl;
	char provider[sizeof(aws->settings.region) + 16];

	curl_easy_reset(curl);
	(void)snprintf(provider, sizeof(provider), "aws:amz:%s:iot", aws->settings.region);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, provider);
	curl_easy_setopt(curl, CURLOPT_USERNAME, aws->settings.access_key_id);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, aws->settings.secret_access_key);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_reply);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, aws);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, aws);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, CALL_SECONDS);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "keyassay/" KA_VERSION);
	/* A redirection would take the signature along to somebody else. */
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	if (body != NULL) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	}
}

/* Understands a reply. Returns the object, or NULL with the error set. */
static json_t *
understand(struct ka_aws *aws, long status)
{
	json_error_t where;
	json_t *reply = aws->reply.len == 0
	    ? json_object()
	    : json_loadb(aws->reply.data, aws->reply.len, JSON_REJECT_DUPLICATES, &where);

	if (status == 200 && json_is_object(reply))
		return reply;
	if (status == 200) {
		(void)snprintf(aws->error, sizeof(aws->error), "the reply is no JSON object; is %s the right endpoint?",
		    aws->settings.endpoint);
	} else {
		const char *message = json_string_value(json_object_get(reply, "message"));

		if (message == NULL)
			message = json_string_value(json_object_get(reply, "Message"));
		(void)snprintf(aws->error, sizeof(aws->error), "%s (HTTP %ld): %s",
		    aws->error_name[0] != '\0' ? aws->error_name : "the service refused", status,
		    message != NULL ? message : "no message");
	}
	json_decref(reply);
	return NULL;
}

/* One try. *out_again: another may succeed. */
static json_t *
attempt(struct ka_aws *aws, const char *url, const char *body, struct curl_slist *headers, bool *out_again)
{
	char detail[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURLcode code;

	aws->reply.len = 0;
	aws->error_name[0] = '\0';
	set_options(aws, url, body, headers);
	curl_easy_setopt(aws->curl, CURLOPT_ERRORBUFFER, detail);
	code = curl_easy_perform(aws->curl);
	curl_easy_setopt(aws->curl, CURLOPT_ERRORBUFFER, NULL);
	if (code != CURLE_OK) {
		(void)snprintf(aws->error, sizeof(aws->error), "%s: %s", aws->settings.endpoint,
		    detail[0] != '\0' ? detail : curl_easy_strerror(code));
		/* What may have been carried out is not sent again. */
		*out_again = code == CURLE_COULDNT_CONNECT || (body == NULL && code != CURLE_WRITE_ERROR);
		return NULL;
	}
	(void)curl_easy_getinfo(aws->curl, CURLINFO_RESPONSE_CODE, &status);
	*out_again =
	    status == 429 || status == 500 || status == 503 || strcmp(aws->error_name, "ThrottlingException") == 0;
	return understand(aws, status);
}

static struct curl_slist *
make_headers(const struct ka_aws *aws, bool has_body)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");

	if (has_body)
		headers = curl_slist_append(headers, "Content-Type: application/json");
	if (aws->settings.session_token[0] != '\0') {
		char header[sizeof(aws->settings.session_token) + 32];

		(void)snprintf(header, sizeof(header), "X-Amz-Security-Token: %s", aws->settings.session_token);
		headers = curl_slist_append(headers, header);
	}
	return headers;
}

json_t *
ka_aws_call(struct ka_aws *aws, const char *path, json_t *body)
{
	char url[2 * KA_AWS_TEXT_LEN];
	char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	struct curl_slist *headers = make_headers(aws, body != NULL);
	json_t *reply = NULL;
	bool again = true;

	if (body != NULL && text == NULL)
		ka_out_of_memory();
	if ((size_t)snprintf(url, sizeof(url), "%s%s", aws->settings.endpoint, path) >= sizeof(url))
		again = false;
	for (int i = 0; reply == NULL && again && i < TRIES; i++) {
		const struct timespec pause = { .tv_sec = i, .tv_nsec = 200000000L };

		if (i > 0)
			(void)nanosleep(&pause, NULL);
		reply = attempt(aws, url, text, headers, &again);
	}
	curl_slist_free_all(headers);
	free(text);
	return reply;
}
