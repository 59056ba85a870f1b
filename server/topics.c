/* SPDX-License-Identifier: Apache-2.0 */
#include "server/topics.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIND(kind) (1u << (kind))
#define MAX_ARN 2048u /* the model's targetArn */

__attribute__((format(printf, 2, 3))) static bool
fail(char *out_message, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out_message, KA_TOPICS_MESSAGE_LEN, format, args);
	va_end(args);
	return false;
}

static const struct {
	const char *name;
	size_t offset;
	unsigned kinds;
} options[] = {
	{ "secret", offsetof(struct ka_topic, secret_file), KIND(KA_TOPIC_WEBHOOK) },
	{ "ca", offsetof(struct ka_topic, ca_file), KIND(KA_TOPIC_WEBHOOK) | KIND(KA_TOPIC_MQTT) },
	{ "cert", offsetof(struct ka_topic, cert_file), KIND(KA_TOPIC_WEBHOOK) | KIND(KA_TOPIC_MQTT) },
	{ "key", offsetof(struct ka_topic, key_file), KIND(KA_TOPIC_WEBHOOK) | KIND(KA_TOPIC_MQTT) },
	{ "username", offsetof(struct ka_topic, username), KIND(KA_TOPIC_MQTT) },
	{ "password", offsetof(struct ka_topic, password_file), KIND(KA_TOPIC_MQTT) },
};

static bool
parse_option(struct ka_topic *topic, char *out_message, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t len = equals == NULL ? 0 : (size_t)(equals - word);

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const char **value = (const char **)((char *)topic + options[i].offset);

		if (len != strlen(options[i].name) || memcmp(options[i].name, word, len) != 0)
			continue;
		if ((options[i].kinds & KIND(topic->kind)) == 0)
			return fail(out_message, "%.200s has no option %s", topic->arn, options[i].name);
		if (equals[1] == '\0' || *value != NULL)
			return fail(out_message, "%.200s: %s is %s", topic->arn, options[i].name,
			    *value == NULL ? "empty" : "given twice");
		*value = equals + 1;
		return true;
	}
	return fail(
	    out_message, "%.200s: '%.100s' is none of secret=, ca=, cert=, key=, username=, password=", topic->arn, word);
}

/* Is it a numeric loopback address, or the name that stands for them (RFC 6761, section 6.3)? */
static bool
is_loopback(const char *host, size_t len)
{
	return (len == 9 && memcmp(host, "localhost", 9) == 0) || (len == 5 && memcmp(host, "[::1]", 5) == 0) ||
	    (len > 4 && memcmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") >= len);
}

/* The parts of "scheme://host[:port][/path]". */
struct parts {
	const char *host;
	size_t host_len;
	int port;         /* 0: none */
	const char *path; /* behind the '/'; "" */
};

static bool
split(struct parts *out, char *out_message, const char *url)
{
	const char *host = strstr(url, "://") + 3;
	const char *end = host[0] == '[' ? strchr(host, ']') : host + strcspn(host, ":/?#");

	if (end != NULL && host[0] == '[')
		end++;
	if (end == NULL || end == host || memchr(host, '@', strcspn(host, "/")) != NULL)
		return fail(out_message, "%.200s: %s", url,
		    end == NULL || end == host ? "there is no host" : "user names do not belong into a URL");
	*out = (struct parts){ .host = host, .host_len = (size_t)(end - host), .path = "" };
	if (*end == ':') {
		char *behind;

		long port = strtol(end + 1, &behind, 10);
		if (behind == end + 1 || port < 1 || port > 65535 || (*behind != '\0' && *behind != '/' && *behind != '?'))
			return fail(out_message, "%.200s: the port is not between 1 and 65535", url);
		out->port = (int)port;
		end = behind;
	}
	if (*end == '/')
		out->path = end + 1;
	else if (*end != '\0' && *end != '?')
		return fail(out_message, "%.200s is not a URL", url);
	return true;
}

static bool
check_plain(char *out_message, const char *url, const struct parts *parts, bool insecure)
{
	if (insecure || is_loopback(parts->host, parts->host_len))
		return true;
	return fail(out_message, "%.200s: without TLS only loopback is accepted; use %s, or insecure-http", url,
	    strncmp(url, "http", 4) == 0 ? "https" : "mqtts");
}

static bool
parse_broker(struct ka_topic *out, char *out_message, struct ka_arena *arena, const char *url, const struct parts *parts)
{
	size_t brackets = parts->host[0] == '[' ? 1 : 0;

	out->host = ka_arena_text(arena, parts->host + brackets, parts->host_len - 2 * brackets);
	out->port = parts->port != 0 ? parts->port : out->tls ? 8883 : 1883;
	out->mqtt_topic = parts->path;
	/* MQTT 3.1.1, section 4.7: what one publishes to has no wildcards; '$' is the broker's own. */
	if (*parts->path == '\0' || *parts->path == '$' || strpbrk(parts->path, "+#") != NULL)
		return fail(out_message, "%.200s: the path must be the topic to publish to, without + and #", url);
	return true;
}

static const struct {
	const char *scheme;
	enum ka_topic_kind kind;
	bool tls;
} schemes[] = {
	{ "https://", KA_TOPIC_WEBHOOK, true },
	{ "http://", KA_TOPIC_WEBHOOK, false },
	{ "mqtts://", KA_TOPIC_MQTT, true },
	{ "mqtt://", KA_TOPIC_MQTT, false },
};

static bool
parse_target(struct ka_topic *out, char *out_message, struct ka_arena *arena, const char *target, bool insecure)
{
	struct parts parts;

	if (strcmp(target, "sns") == 0) {
		out->kind = KA_TOPIC_SNS;
		return true;
	}
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (strncmp(target, schemes[i].scheme, strlen(schemes[i].scheme)) != 0)
			continue;
		out->kind = schemes[i].kind;
		out->tls = schemes[i].tls;
		out->url = target;
		if (!split(&parts, out_message, target) || (!out->tls && !check_plain(out_message, target, &parts, insecure)))
			return false;
		return out->kind != KA_TOPIC_MQTT || parse_broker(out, out_message, arena, target, &parts);
	}
	return fail(out_message, "'%.200s' is neither sns nor a URL that begins with https:// or mqtts://", target);
}

static bool
check_options(const struct ka_topic *topic, char *out_message)
{
	if (topic->kind == KA_TOPIC_WEBHOOK && topic->secret_file == NULL)
		return fail(out_message, "%.200s: secret=FILE is missing: a webhook must be able to tell who calls it", topic->arn);
	if ((topic->cert_file == NULL) != (topic->key_file == NULL))
		return fail(out_message, "%.200s: cert and key belong together", topic->arn);
	if (topic->username == NULL && topic->password_file != NULL)
		return fail(out_message, "%.200s: password without username", topic->arn);
	if (!topic->tls && (topic->ca_file != NULL || topic->cert_file != NULL))
		return fail(out_message, "%.200s: ca, cert and key are for https and mqtts", topic->arn);
	return true;
}

bool
ka_topic_parse(struct ka_topic *out, char out_message[KA_TOPICS_MESSAGE_LEN], struct ka_arena *arena, const char *text,
    bool insecure)
{
	char *rest = ka_arena_string(arena, text), *word = strtok_r(rest, " \t", &rest);
	const char *target = strtok_r(NULL, " \t", &rest);

	*out = (struct ka_topic){ .arn = word };
	if (word == NULL || target == NULL)
		return fail(out_message, "'%.200s' is not of the form ARN TARGET [NAME=VALUE...]", text);
	if (strcmp(word, "*") != 0 && (strncmp(word, "arn:", 4) != 0 || strlen(word) > MAX_ARN))
		return fail(out_message, "'%.200s' is neither an ARN nor *", word);
	if (!parse_target(out, out_message, arena, target, insecure))
		return false;
	while ((word = strtok_r(NULL, " \t", &rest)) != NULL)
		if (!parse_option(out, out_message, word))
			return false;
	return check_options(out, out_message);
}

bool
ka_topic_check_endpoint(char out_message[KA_TOPICS_MESSAGE_LEN], const char *url, bool insecure)
{
	struct parts parts;
	bool plain = strncmp(url, "http://", 7) == 0;

	if (!plain && strncmp(url, "https://", 8) != 0)
		return fail(out_message, "'%.200s' does not begin with https://", url);
	if (!split(&parts, out_message, url))
		return false;
	/* What is signed is the path "/": a server behind another one would verify something else. */
	if (*parts.path != '\0' || strpbrk(url, "?#") != NULL)
		return fail(out_message, "'%.200s': an endpoint has no path", url);
	return !plain || check_plain(out_message, url, &parts, insecure);
}
