/* SPDX-License-Identifier: Apache-2.0 */
#include "server/config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/message.h"
#include "server/store/rows.h"
#include "server/topics.h"

#define MAX_LINE 4096u
#define MAX_FILE_LEN ((size_t)1 << 20)

enum source { FROM_DEFAULT = 0, FROM_FILE = 1, FROM_COMMAND_LINE = 2 };

__attribute__((format(printf, 2, 3))) static bool
fail(char *out_message, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out_message, KA_CONFIG_MESSAGE_LEN, format, args);
	va_end(args);
	return false;
}

static void *
field(const struct ka_config *config, const struct ka_config_key *key)
{
	return (char *)(uintptr_t)config + key->offset;
}

static size_t
index_of(const struct ka_config_key *key)
{
	return (size_t)(key - ka_config_keys());
}

static bool
set_number(int64_t *out, char *out_message, const struct ka_config_key *key, const char *text)
{
	char *end;

	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || text[strspn(text, "0123456789")] != '\0')
		return fail(out_message, "%s: '%s' is not a whole number", key->name, text);
	if (errno != 0 || number < key->min || number > key->max)
		return fail(out_message, "%s: %s is not between %" PRId64 " and %" PRId64, key->name, text, key->min, key->max);
	*out = number;
	return true;
}

static bool
set_choice(int64_t *out, char *out_message, const struct ka_config_key *key, const char *text)
{
	char all[128] = "";

	for (int64_t i = 0; key->choices[i] != NULL; i++) {
		if (strcmp(key->choices[i], text) == 0) {
			*out = i;
			return true;
		}
		size_t len = strlen(all);
		(void)snprintf(all + len, sizeof(all) - len, "%s%s", i == 0 ? "" : ", ", key->choices[i]);
	}
	return fail(out_message, "%s: '%s' is none of: %s", key->name, text, all);
}

static bool
set_bool(bool *out, char *out_message, const struct ka_config_key *key, const char *text)
{
	*out = text == NULL || strcmp(text, "true") == 0;
	if (*out || strcmp(text, "false") == 0)
		return true;
	return fail(out_message, "%s: '%s' is neither true nor false", key->name, text);
}

static bool
set(struct ka_config *config, char *out_message, const struct ka_config_key *key, const char *text, enum source source)
{
	unsigned char *before = &config->source[index_of(key)];
	void *value = field(config, key);

	if (source < *before)
		return true;
	if (key->type != KA_CONFIG_BOOL && *text == '\0')
		return fail(out_message, "%s: the value is empty", key->name);
	bool first = source > *before || source == FROM_DEFAULT;
	*before = (unsigned char)source;
	switch (key->type) {
	case KA_CONFIG_TEXT:
		*(const char **)value = ka_arena_string(&config->arena, text);
		return true;
	case KA_CONFIG_LIST: {
		struct ka_config_list *list = value;

		if (first)
			list->num = 0;
		if (list->num == sizeof(list->items) / sizeof(list->items[0]))
			return fail(out_message, "%s: more than %zu values", key->name, list->num);
		list->items[list->num++] = ka_arena_string(&config->arena, text);
		return true;
	}
	case KA_CONFIG_BOOL:
		return set_bool(value, out_message, key, text);
	case KA_CONFIG_NUMBER:
		return set_number(value, out_message, key, text);
	case KA_CONFIG_CHOICE:
		return set_choice(value, out_message, key, text);
	}
	return fail(out_message, "%s: a type without a reader", key->name);
}

void
ka_config_init(struct ka_config *config)
{
	char message[KA_CONFIG_MESSAGE_LEN];

	*config = (struct ka_config){ 0 };
	for (const struct ka_config_key *key = ka_config_keys(); key->name != NULL; key++) {
		if (key->fallback != NULL && !set(config, message, key, key->fallback, FROM_DEFAULT)) {
			ka_error("%s", message); /* a mistake in the schema */
			abort();
		}
	}
}

void
ka_config_clear(struct ka_config *config)
{
	ka_arena_clear(&config->arena);
	*config = (struct ka_config){ 0 };
}

bool
ka_config_option(
    struct ka_config *config, char out_message[KA_CONFIG_MESSAGE_LEN], const struct ka_config_key *key, const char *text)
{
	char why[KA_CONFIG_MESSAGE_LEN - 2];

	if (set(config, why, key, text, FROM_COMMAND_LINE))
		return true;
	return fail(out_message, "--%s", why);
}

static const struct ka_config_key *
key_by_name(const char *name)
{
	for (const struct ka_config_key *key = ka_config_keys(); key->name != NULL; key++) {
		if (strcmp(key->name, name) == 0)
			return key;
	}
	return NULL;
}

static bool
unknown_key(char *out_message, const char *name)
{
	const char *names[KA_CONFIG_MAX_KEYS];
	size_t num = 0;

	for (const struct ka_config_key *key = ka_config_keys(); key->name != NULL; key++)
		names[num++] = key->name;
	const char *nearest = ka_nearest(name, names, num);
	if (nearest == NULL)
		return fail(out_message, "unknown key '%.64s'", name);
	return fail(out_message, "unknown key '%.64s'; did you mean '%s'?", name, nearest);
}

/* Cuts blanks off both ends. */
static char *
trim(char *text)
{
	text += strspn(text, " \t\r");
	size_t len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		len--;
	text[len] = '\0';
	return text;
}

static bool
parse_line(struct ka_config *config, char *out_message, char *line)
{
	char *name = trim(line);

	if (*name == '\0' || *name == '#')
		return true;
	char *equals = strchr(name, '=');
	if (equals == NULL)
		return fail(out_message, "'%.64s' is not of the form key = value", name);
	*equals = '\0';
	char *value = trim(equals + 1);
	name = trim(name);
	const struct ka_config_key *key = key_by_name(name);
	if (key == NULL)
		return unknown_key(out_message, name);
	if (*value == '\0')
		return fail(out_message, "%s: the value is empty", key->name);
	return set(config, out_message, key, value, FROM_FILE);
}

bool
ka_config_parse(
    struct ka_config *config, char out_message[KA_CONFIG_MESSAGE_LEN], const char *path, const char *text, size_t len)
{
	char line[MAX_LINE];
	char why[KA_CONFIG_MESSAGE_LEN / 2];
	unsigned number = 0;

	for (size_t at = 0; at < len;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t line_len = newline == NULL ? len - at : (size_t)(newline - text) - at;

		number++;
		if (line_len >= sizeof(line))
			return fail(out_message, "%.200s:%u: a line of more than %zu bytes", path, number, sizeof(line) - 1);
		if (memchr(text + at, '\0', line_len) != NULL)
			return fail(out_message, "%.200s:%u: a NUL byte; this is not a configuration file", path, number);
		memcpy(line, text + at, line_len);
		line[line_len] = '\0';
		char long_why[KA_CONFIG_MESSAGE_LEN];
		if (!parse_line(config, long_why, line)) {
			(void)snprintf(why, sizeof(why), "%.250s", long_why);
			return fail(out_message, "%.200s:%u: %s", path, number, why);
		}
		at += line_len + 1;
	}
	return true;
}

bool
ka_config_read(struct ka_config *config, char out_message[KA_CONFIG_MESSAGE_LEN], const char *path)
{
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return fail(out_message, "%.300s: %s", path, strerror(errno));
	char *text = malloc(MAX_FILE_LEN + 1);
	if (text == NULL)
		ka_out_of_memory();
	size_t len = fread(text, 1, MAX_FILE_LEN + 1, file);
	bool good = ferror(file) == 0;
	if (!good)
		(void)fail(out_message, "%.300s: %s", path, strerror(errno));
	else if (len > MAX_FILE_LEN)
		good = fail(out_message, "%.300s: larger than %zu bytes; this is not a configuration file", path, MAX_FILE_LEN);
	(void)fclose(file);
	good = good && ka_config_parse(config, out_message, path, text, len);
	free(text);
	config->file = ka_arena_string(&config->arena, path);
	return good;
}

static const char *
default_data(struct ka_arena *arena)
{
	const char *base = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	/* The XDG specification: a relative path is to be ignored. */
	if (base != NULL && base[0] == '/')
		return ka_arena_format(arena, "%s/keyassay", base);
	if (home != NULL && home[0] != '\0')
		return ka_arena_format(arena, "%s/.local/share/keyassay", home);
	return NULL;
}

static bool
check_account(char *out_message, const char *account)
{
	if (strlen(account) == KA_ACCOUNT_LEN && account[strspn(account, "0123456789")] == '\0')
		return true;
	return fail(out_message, "account: '%.64s' is not %u digits", account, KA_ACCOUNT_LEN);
}

/* Every line is read here, so that a mistake is found when the configuration is, and not by the first message. */
static bool
check_topics(struct ka_config *config, char *out_message)
{
	char why[KA_TOPICS_MESSAGE_LEN];
	struct ka_topic topics[sizeof(config->topics.items) / sizeof(config->topics.items[0])];

	if (config->sns_endpoint != NULL && !ka_topic_check_endpoint(why, config->sns_endpoint, config->insecure_http))
		return fail(out_message, "sns-endpoint: %.450s", why);
	for (size_t i = 0; i < config->topics.num; i++) {
		if (!ka_topic_parse(&topics[i], why, &config->arena, config->topics.items[i], config->insecure_http))
			return fail(out_message, "topic: %.450s", why);
		for (size_t j = 0; j < i; j++)
			if (strcmp(topics[i].arn, topics[j].arn) == 0)
				return fail(out_message, "topic: %.200s is bound twice", topics[i].arn);
	}
	return true;
}

bool
ka_config_finish(struct ka_config *config, char out_message[KA_CONFIG_MESSAGE_LEN])
{
	if (config->data == NULL)
		config->data = default_data(&config->arena);
	if (config->data == NULL)
		return fail(out_message, "data: not set, and there is neither XDG_DATA_HOME nor HOME to find it");
	if (config->db == NULL)
		config->db = ka_arena_format(&config->arena, "sqlite:%s/keyassay.db", config->data);
	if (strcmp(config->db, "sqlite:") == 0)
		return fail(out_message, "db: the path is missing, as in sqlite:/var/lib/keyassay/keyassay.db");
	if (config->account != NULL && !check_account(out_message, config->account))
		return false;
	if ((config->tls_cert == NULL) != (config->tls_key == NULL))
		return fail(out_message, "%s: %s is set, so this is needed too", config->tls_cert == NULL ? "tls-cert" : "tls-key",
		    config->tls_cert == NULL ? "tls-key" : "tls-cert");
	if (config->tls_cert != NULL && config->insecure_http)
		return fail(out_message, "insecure-http: there is a TLS certificate, so HTTP is not served");
	return check_topics(config, out_message);
}

void
ka_config_value(struct ka_buf *buf, const struct ka_config *config, const struct ka_config_key *key, size_t item)
{
	const void *value = field(config, key);

	switch (key->type) {
	case KA_CONFIG_TEXT:
		if (*(const char *const *)value != NULL)
			ka_buf_puts(buf, *(const char *const *)value);
		return;
	case KA_CONFIG_LIST:
		ka_buf_puts(buf, ((const struct ka_config_list *)value)->items[item]);
		return;
	case KA_CONFIG_BOOL:
		ka_buf_puts(buf, *(const bool *)value ? "true" : "false");
		return;
	case KA_CONFIG_NUMBER:
		ka_buf_format(buf, "%" PRId64, *(const int64_t *)value);
		return;
	case KA_CONFIG_CHOICE:
		ka_buf_puts(buf, key->choices[*(const int64_t *)value]);
		return;
	}
}

static void
write_key(struct ka_buf *buf, const struct ka_config *config, const struct ka_config_key *key)
{
	size_t num = key->type == KA_CONFIG_LIST ? ((const struct ka_config_list *)field(config, key))->num : 1;

	ka_buf_puts(buf, "# ");
	for (const char *c = key->help; *c != '\0'; c++) {
		ka_buf_putc(buf, *c);
		if (*c == '\n')
			ka_buf_puts(buf, "# ");
	}
	ka_buf_putc(buf, '\n');
	for (size_t i = 0; i < num || i == 0; i++) {
		struct ka_buf value = { 0 };

		if (i < num)
			ka_config_value(&value, config, key, i);
		/* What is only a default is shown, but does not fix it. */
		ka_buf_puts(buf, config->source[index_of(key)] == FROM_DEFAULT ? "#" : "");
		ka_buf_puts(buf, key->name);
		ka_buf_puts(buf, value.len == 0 ? " =" : " = ");
		ka_buf_put(buf, value.data, value.len);
		ka_buf_putc(buf, '\n');
		ka_buf_clear(&value);
	}
}

void
ka_config_write(struct ka_buf *buf, const struct ka_config *config)
{
	for (const struct ka_config_key *key = ka_config_keys(); key->name != NULL; key++) {
		if (key != ka_config_keys())
			ka_buf_putc(buf, '\n');
		write_key(buf, config, key);
	}
}

bool
ka_config_same(const struct ka_config *a, const struct ka_config *b, const struct ka_config_key *key)
{
	struct ka_buf texts[2] = { { 0 } };
	const struct ka_config *configs[2] = { a, b };

	for (int i = 0; i < 2; i++) {
		size_t num = key->type == KA_CONFIG_LIST ? ((const struct ka_config_list *)field(configs[i], key))->num : 1;

		for (size_t j = 0; j < num; j++) {
			ka_config_value(&texts[i], configs[i], key, j);
			ka_buf_putc(&texts[i], '\n');
		}
	}
	/* An empty list has no text, and memcmp takes no NULL. */
	bool same = texts[0].len == texts[1].len &&
	    (texts[0].len == 0 || memcmp(texts[0].data, texts[1].data, texts[0].len) == 0);
	ka_buf_clear(&texts[0]);
	ka_buf_clear(&texts[1]);
	return same;
}
