/* SPDX-License-Identifier: Apache-2.0 */
#include "server/verbs.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/message.h"
#include "server/clock.h"

#define MAX_VERBS 32

static void
print_overview(FILE *to, const struct ka_verb_group *group)
{
	const char *name = group->name == NULL ? "" : group->name, *space = group->name == NULL ? "" : " ";

	fprintf(to, "Usage: keyassayd %s%sVERB [options] ...\n\n%s\n\nVerbs:\n", name, space, group->about);
	for (const struct ka_verb *v = group->verbs; v->name != NULL; v++)
		fprintf(to, "  %-11s%s\n", v->name, v->summary);
	fprintf(to, "\n'keyassayd %s%sVERB --help' shows a verb's options; keyassayd(8) has it all.\n", name, space);
	if (group->examples != NULL)
		fprintf(to, "\nExamples:\n%s", group->examples);
}

static int
unknown_verb(const struct ka_verb_group *group, const char *name)
{
	const char *names[MAX_VERBS];
	size_t num = 0;

	for (const struct ka_verb *v = group->verbs; v->name != NULL && num < MAX_VERBS; v++)
		names[num++] = v->name;
	const char *nearest = ka_nearest(name, names, num);
	if (name[0] == '-')
		return ka_usage(group->name, "unknown option %s; the verb comes first", name);
	if (nearest != NULL)
		return ka_usage(group->name, "unknown verb '%s'; did you mean '%s'?", name, nearest);
	return ka_usage(group->name, "unknown verb '%s'", name);
}

int
ka_verb_group_run(const struct ka_verb_group *group, int argc, char **argv)
{
	if (argc < 2) {
		print_overview(stderr, group);
		return KA_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		print_overview(stdout, group);
		return fflush(stdout) == 0 ? KA_EXIT_DONE : KA_EXIT_TROUBLE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return ka_print_version();
	for (const struct ka_verb *v = group->verbs; v->name != NULL; v++) {
		if (strcmp(v->name, argv[1]) == 0)
			return v->run(argc - 1, argv + 1);
	}
	return unknown_verb(group, argv[1]);
}

const char *
ka_verb_operator(void)
{
	static char actor[80];
	const struct passwd *user = getpwuid(getuid());

	if (user != NULL)
		(void)snprintf(actor, sizeof(actor), "operator:%.60s", user->pw_name);
	else
		(void)snprintf(actor, sizeof(actor), "operator:%ld", (long)getuid());
	return actor;
}

enum ka_store_status
ka_verb_log_change(
    struct ka_tx *tx, const char *account, const char *action, const char *resource, const char *before, const char *after)
{
	return ka_tx_log_append(tx,
	    &(struct ka_log_row){ .time = ka_clock_now(),
	        .account = account,
	        .region = KA_LOG_ANY_REGION,
	        .actor = ka_verb_operator(),
	        .action = action,
	        .resource = resource,
	        .before = before,
	        .after = after });
}

bool
ka_verb_open(struct ka_node *out, const struct ka_config *config, unsigned flags)
{
	char message[KA_DATADIR_MESSAGE_LEN];

	if (ka_node_open(out, message, config, flags))
		return true;
	ka_error("%s", message);
	return false;
}

int
ka_verb_store(enum ka_store_status status, const char *what)
{
	switch (status) {
	case KA_STORE_OK:
		return KA_EXIT_DONE;
	case KA_STORE_UNAVAILABLE:
		ka_error("%s: the database is locked, read-only, full or out of reach; nothing was written", what);
		break;
	case KA_STORE_UNCERTAIN:
		ka_error("%s: the disk failed while it was written: it was done or it was not; look before you try again", what);
		break;
	case KA_STORE_NONE:
	case KA_STORE_EXISTS:
	case KA_STORE_ABORTED:
	case KA_STORE_FAILED:
		ka_error("%s: the database failed; nothing was written", what);
		break;
	}
	return KA_EXIT_FAILED;
}

void
ka_verb_time(struct ka_buf *buf, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];

	(void)gmtime_r(&seconds, &tm);
	ka_buf_put(buf, text, strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm));
}

int
ka_verb_output(struct ka_buf *buf)
{
	bool good = (buf->len == 0 || fwrite(buf->data, 1, buf->len, stdout) == buf->len) && fflush(stdout) == 0;

	if (!good)
		ka_error("standard output: %s", strerror(errno));
	if (buf->data != NULL)
		explicit_bzero(buf->data, buf->len); /* it may have held a secret */
	ka_buf_clear(buf);
	return good ? KA_EXIT_DONE : KA_EXIT_TROUBLE;
}

bool
ka_verb_region(const char *verb, const char **out, const char *given)
{
	static const char *const variables[] = { "AWS_REGION", "AWS_DEFAULT_REGION" };
	const char *region = given;

	for (size_t i = 0; i < 2 && (region == NULL || region[0] == '\0'); i++)
		region = getenv(variables[i]);
	if (region == NULL || region[0] == '\0')
		region = "us-east-1";
	size_t len = strlen(region);
	if (len > KA_REGION_MAX_LEN || len != strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-")) {
		(void)ka_usage(verb, "region '%s' is not 1 to %u lower-case letters, digits and '-'", region,
		    KA_REGION_MAX_LEN);
		return false;
	}
	*out = region;
	return true;
}
