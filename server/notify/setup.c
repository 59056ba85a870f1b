/* SPDX-License-Identifier: Apache-2.0 */
#include "server/notify/setup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SECRET_FILE 4096u

__attribute__((format(printf, 2, 3))) static bool
fail(char *out_message, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out_message, KA_TOPICS_MESSAGE_LEN, format, args);
	va_end(args);
	return false;
}

/* Reads the lines of a small file that are not empty. */
static bool
read_secrets(const char **out, size_t *out_num, size_t max, char *out_message, struct ka_arena *arena, const char *path)
{
	char text[MAX_SECRET_FILE + 1], *rest = text;
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return fail(out_message, "%.300s: %s", path, strerror(errno));
	size_t len = fread(text, 1, sizeof(text), file);
	bool good = ferror(file) == 0;
	if (!good)
		(void)fail(out_message, "%.300s: %s", path, strerror(errno));
	(void)fclose(file);
	if (good && (len > MAX_SECRET_FILE || memchr(text, '\0', len) != NULL))
		good = fail(out_message, "%.300s: longer than %u bytes, or not text", path, MAX_SECRET_FILE);
	text[len < sizeof(text) ? len : sizeof(text) - 1] = '\0';
	*out_num = 0;
	for (char *line; good && (line = strtok_r(rest, "\r\n", &rest)) != NULL;) {
		if (*out_num == max)
			good = fail(out_message, "%.300s: more than %zu lines", path, max);
		else
			out[(*out_num)++] = ka_arena_string(arena, line);
	}
	explicit_bzero(text, sizeof(text));
	if (good && *out_num == 0)
		good = fail(out_message, "%.300s: is empty", path);
	return good;
}

static bool
read_files(struct ka_binding *binding, char *out_message, struct ka_arena *arena)
{
	const struct ka_topic *topic = &binding->topic;
	size_t num;

	if (topic->secret_file != NULL) {
		if (!read_secrets(binding->secrets, &binding->num_secrets, KA_MAX_SECRETS, out_message, arena, topic->secret_file))
			return false;
		for (size_t i = 0; i < binding->num_secrets; i++)
			if (strlen(binding->secrets[i]) < KA_MIN_SECRET)
				return fail(out_message, "%.300s: a secret of less than %u characters; 'openssl rand -hex 32' makes one",
				    topic->secret_file, KA_MIN_SECRET);
	}
	return topic->password_file == NULL || read_secrets(&binding->password, &num, 1, out_message, arena, topic->password_file);
}

static bool
fill(struct ka_setup *setup, char *out_message, const struct ka_config *config)
{
	setup->sns_endpoint = ka_arena_string(&setup->arena, config->sns_endpoint);
	setup->timeout_ms = config->notify_timeout * 1000;
	setup->max_pause_ms = config->notify_max_pause * 1000;
	setup->give_up_ms = config->notify_give_up * 1000;
	setup->in_flight = (uint32_t)config->notify_in_flight;
	setup->bindings = ka_arena_take(&setup->arena, (config->topics.num + 1) * sizeof(*setup->bindings));
	for (; setup->num_bindings < config->topics.num; setup->num_bindings++) {
		struct ka_binding *binding = &setup->bindings[setup->num_bindings];

		if (!ka_topic_parse(&binding->topic, out_message, &setup->arena, config->topics.items[setup->num_bindings],
		        config->insecure_http) ||
		    !read_files(binding, out_message, &setup->arena))
			return false;
	}
	return true;
}

struct ka_setup *
ka_setup_new(char out_message[KA_TOPICS_MESSAGE_LEN], const struct ka_config *config)
{
	struct ka_setup *setup = calloc(1, sizeof(*setup));

	if (setup == NULL)
		ka_out_of_memory();
	atomic_store(&setup->references, 1);
	if (fill(setup, out_message, config))
		return setup;
	ka_setup_drop(setup);
	return NULL;
}

struct ka_setup *
ka_setup_take(struct ka_setup *setup)
{
	(void)atomic_fetch_add(&setup->references, 1);
	return setup;
}

static void
wipe(const char *secret)
{
	if (secret != NULL)
		explicit_bzero((char *)(uintptr_t)secret, strlen(secret));
}

void
ka_setup_drop(struct ka_setup *setup)
{
	if (setup == NULL || atomic_fetch_sub(&setup->references, 1) != 1)
		return;
	for (size_t i = 0; i < setup->num_bindings; i++) {
		for (size_t j = 0; j < setup->bindings[i].num_secrets; j++)
			wipe(setup->bindings[i].secrets[j]);
		wipe(setup->bindings[i].password);
	}
	ka_arena_clear(&setup->arena);
	free(setup);
}

const struct ka_binding *
ka_setup_binding(const struct ka_setup *setup, const char *arn)
{
	static const struct ka_binding sns = { .topic = { .arn = "*", .kind = KA_TOPIC_SNS } };
	const struct ka_binding *found = &sns;

	for (size_t i = 0; i < setup->num_bindings; i++) {
		if (strcmp(setup->bindings[i].topic.arn, arn) == 0)
			return &setup->bindings[i];
		if (strcmp(setup->bindings[i].topic.arn, "*") == 0)
			found = &setup->bindings[i];
	}
	return found;
}

/* Domains of AWS's partitions ("AWS service endpoints", General Reference). */
static const struct {
	const char *partition, *domain;
} partitions[] = {
	{ "aws", "amazonaws.com" },
	{ "aws-cn", "amazonaws.com.cn" },
	{ "aws-us-gov", "amazonaws.com" },
};

/* "arn:PARTITION:sns:REGION:ACCOUNT:NAME": false unless it is of this form, with a region that is safe in a host name. */
static bool
parse_arn(size_t *out_partition, char out_region[KA_REGION_LEN], const char *arn)
{
	size_t num = sizeof(partitions) / sizeof(partitions[0]);

	for (*out_partition = 0; *out_partition < num; (*out_partition)++) {
		char head[32];

		(void)snprintf(head, sizeof(head), "arn:%s:sns:", partitions[*out_partition].partition);
		if (strncmp(arn, head, strlen(head)) != 0)
			continue;
		const char *region = arn + strlen(head);
		size_t len = strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-");
		if (len == 0 || len >= KA_REGION_LEN || region[len] != ':')
			return false;
		memcpy(out_region, region, len);
		out_region[len] = '\0';
		return true;
	}
	return false;
}

bool
ka_setup_endpoint(struct ka_buf *out_url, char out_region[KA_REGION_LEN], const struct ka_setup *setup, const char *arn)
{
	size_t partition;

	if (!parse_arn(&partition, out_region, arn))
		return false;
	if (setup->sns_endpoint != NULL) {
		size_t len = strlen(setup->sns_endpoint);

		ka_buf_put(out_url, setup->sns_endpoint, len);
		ka_buf_puts(out_url, setup->sns_endpoint[len - 1] == '/' ? "" : "/");
	} else {
		ka_buf_format(out_url, "https://sns.%s.%s/", out_region, partitions[partition].domain);
	}
	ka_buf_putc(out_url, '\0');
	return true;
}
