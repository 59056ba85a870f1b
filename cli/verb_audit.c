/* SPDX-License-Identifier: Apache-2.0 */
/* verb_audit.c - keyassay audit: starts an audit task of a keyassayd, or of AWS IoT itself, waits for its end, prints findings. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/audit.h"
#include "cli/cli.h"
#include "common/args.h"
#include "common/buf.h"

#define DEFAULT_CHECKS "CA_CERTIFICATE_KEY_QUALITY_CHECK"
#define FIRST_POLL_MS 100
#define LAST_POLL_MS 2000

enum option_id {
	OPT_ENDPOINT = 1,
	OPT_REGION,
	OPT_PROFILE,
	OPT_CHECKS,
	OPT_FORMAT,
	OPT_TASK,
	OPT_TIMEOUT,
	OPT_QUIET,
	OPT_PROGRESS,
	OPT_NO_PROGRESS
};

static const struct ka_option options[] = {
	{ "endpoint", "URL",
	    "keyassayd's address, as in http://127.0.0.1:8400; default: AWS_ENDPOINT_URL_IOT,\n"
	    "AWS_ENDPOINT_URL, else AWS IoT in the region",
	    OPT_ENDPOINT },
	{ "region", "REGION", "default: AWS_REGION or AWS_DEFAULT_REGION", OPT_REGION },
	{ "profile", "NAME",
	    "profile of the shared credentials file; default: the environment's credentials,\n"
	    "else AWS_PROFILE, else default",
	    OPT_PROFILE },
	{ "checks", "A,B", "audit checks to run; default: " DEFAULT_CHECKS, OPT_CHECKS },
	{ "task", "ID", "start nothing: wait for this task and print its findings", OPT_TASK },
	{ "format", "text|jsonl|json", "a table for people (default), one finding a line, or one document",
	    OPT_FORMAT },
	{ "timeout", "SECONDS", "how long to wait for the audit's end; default: 3600. The task goes on regardless",
	    OPT_TIMEOUT },
	{ "quiet", NULL, "prints no table, warnings and progress; exit status and JSON stay as they are", OPT_QUIET },
	{ "progress", NULL, "shows progress on stderr even when it is no terminal", OPT_PROGRESS },
	{ "no-progress", NULL, "shows none", OPT_NO_PROGRESS },
	{ NULL, NULL, NULL, 0 },
};

struct wishes {
	const char *endpoint, *region, *profile, *checks, *task;
	enum ka_audit_format format;
	double timeout;
	bool quiet;
	enum ka_progress_mode progress;
};

static volatile sig_atomic_t interrupted;

static void
on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

static int
failed(const struct ka_aws *aws)
{
	ka_error("%s", ka_aws_error(aws));
	return KA_EXIT_TROUBLE;
}

/* Starts the task; its id goes to out. Returns an exit status, 0 when it runs. */
static int
start_task(char out[KA_AUDIT_TASK_ID_LEN], struct ka_aws *aws, const char *checks)
{
	json_t *names = json_array(), *body = json_pack("{s:o}", "targetCheckNames", names), *reply;
	const char *id;

	while (*checks != '\0') {
		size_t len = strcspn(checks, ",");

		if (len > 0)
			(void)json_array_append_new(names, json_stringn(checks, len));
		checks += len + (checks[len] == ',');
	}
	reply = ka_aws_call(aws, "/audit/tasks", body);
	json_decref(body);
	if (reply == NULL)
		return failed(aws);
	id = json_string_value(json_object_get(reply, "taskId"));
	if (id == NULL || strlen(id) >= KA_AUDIT_TASK_ID_LEN) {
		json_decref(reply);
		ka_error("the reply to StartOnDemandAuditTask has no taskId");
		return KA_EXIT_TROUBLE;
	}
	memcpy(out, id, strlen(id) + 1);
	json_decref(reply);
	return 0;
}

static void
show(struct ka_progress *progress, const json_t *task)
{
	json_t *statistics = json_object_get(task, "taskStatistics"), *details = json_object_get(task, "auditDetails"),
	       *check;
	json_int_t total = json_integer_value(json_object_get(statistics, "totalChecks"));
	json_int_t open = json_integer_value(json_object_get(statistics, "inProgressChecks")) +
	    json_integer_value(json_object_get(statistics, "waitingForDataCollectionChecks"));
	json_int_t judged = 0;
	const char *name;

	json_object_foreach(details, name, check) judged +=
	    json_integer_value(json_object_get(check, "totalResourcesCount"));
	progress->total = total;
	ka_progress_update(progress, total > open ? (uint64_t)(total - open) : 0, judged > 0 ? (uint64_t)judged : 0);
}

/* Waits for the task's end; *out_task is what DescribeAuditTask says then. */
static int
wait_for_end(json_t **out_task, struct ka_aws *aws, const char *id, const struct wishes *wishes)
{
	char path[KA_AUDIT_TASK_ID_LEN + 16];
	double end = ka_cli_now() + wishes->timeout;
	long pause_ms = FIRST_POLL_MS;
	struct ka_progress progress;
	json_t *task = NULL;

	(void)snprintf(path, sizeof(path), "/audit/tasks/%s", id);
	ka_progress_begin(&progress, wishes->quiet ? KA_PROGRESS_OFF : wishes->progress, "certificates audited", -1);
	for (;;) {
		struct timespec pause = { .tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000L };

		json_decref(task);
		task = ka_aws_call(aws, path, NULL);
		if (task == NULL || !ka_audit_is_running(task))
			break;
		show(&progress, task);
		if (interrupted || ka_cli_now() >= end)
			break;
		(void)nanosleep(&pause, NULL);
		pause_ms = pause_ms * 3 / 2 < LAST_POLL_MS ? pause_ms * 3 / 2 : LAST_POLL_MS;
	}
	ka_progress_end(&progress);
	if (task == NULL)
		return failed(aws);
	if (ka_audit_is_running(task)) {
		ka_error("%s; the audit goes on: keyassay audit --task %s shows its findings later",
		    interrupted ? "interrupted" : "the time is over", id);
		json_decref(task);
		return KA_EXIT_TROUBLE;
	}
	*out_task = task;
	return 0;
}

/* All pages of the task's findings, one array. NULL: the error was printed. */
static json_t *
list_findings(struct ka_aws *aws, const char *id)
{
	json_t *all = json_array(), *body = json_pack("{s:s, s:i}", "taskId", id, "maxResults", 250);

	for (;;) {
		json_t *page = ka_aws_call(aws, "/audit/findings", body), *token;

		if (page == NULL) {
			(void)failed(aws);
			json_decref(all);
			all = NULL;
			break;
		}
		(void)json_array_extend(all, json_object_get(page, "findings"));
		token = json_incref(json_object_get(page, "nextToken"));
		json_decref(page);
		if (!json_is_string(token)) {
			json_decref(token);
			break;
		}
		(void)json_object_set_new(body, "nextToken", token);
	}
	json_decref(body);
	return all;
}

static int
audit(const struct wishes *wishes, const struct ka_aws_settings *settings)
{
	struct ka_aws *aws = ka_aws_new(settings);
	char id[KA_AUDIT_TASK_ID_LEN];
	json_t *task = NULL, *findings = NULL;
	int status = 0;

	if (aws == NULL)
		ka_out_of_memory();
	if (wishes->task != NULL)
		(void)snprintf(id, sizeof(id), "%s", wishes->task);
	else
		status = start_task(id, aws, wishes->checks);
	if (status == 0)
		status = wait_for_end(&task, aws, id, wishes);
	if (status == 0) {
		findings = list_findings(aws, id);
		status = findings == NULL ? KA_EXIT_TROUBLE
					  : ka_audit_print(id, task, findings, wishes->format, wishes->quiet);
	}
	json_decref(findings);
	json_decref(task);
	ka_aws_free(aws);
	return status;
}

static int
take_option(struct wishes *wishes, int id)
{
	char *end;

	switch ((enum option_id)id) {
	case OPT_ENDPOINT:
		wishes->endpoint = optarg;
		break;
	case OPT_REGION:
		wishes->region = optarg;
		break;
	case OPT_PROFILE:
		wishes->profile = optarg;
		break;
	case OPT_CHECKS:
		wishes->checks = optarg;
		if (optarg[strspn(optarg, ",")] == '\0')
			return ka_usage("audit", "--checks names no check");
		break;
	case OPT_TASK:
		wishes->task = optarg;
		if (optarg[0] == '\0' || strlen(optarg) > 40 ||
		    optarg[strspn(optarg, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")] != '\0')
			return ka_usage("audit", "'%s' is no task id: 1 to 40 letters, digits and hyphens", optarg);
		break;
	case OPT_FORMAT:
		if (!ka_audit_format_by_name(&wishes->format, optarg))
			return ka_usage("audit", "unknown output format '%s'; there are text, jsonl and json", optarg);
		break;
	case OPT_TIMEOUT:
		wishes->timeout = strtod(optarg, &end);
		if (end == optarg || *end != '\0' || !(wishes->timeout >= 0 && wishes->timeout <= 1e9))
			return ka_usage("audit", "--timeout takes a number of seconds, not '%s'", optarg);
		break;
	case OPT_QUIET:
		wishes->quiet = true;
		break;
	case OPT_PROGRESS:
		wishes->progress = KA_PROGRESS_ON;
		break;
	case OPT_NO_PROGRESS:
		wishes->progress = KA_PROGRESS_OFF;
		break;
	}
	return 0;
}

int
ka_cli_audit(int argc, char **argv)
{
	const struct ka_args args = {
		.verb = "audit",
		.synopsis = "[--endpoint URL] [options]",
		.description =
		    "Starts an audit of the registered certificates, waits for its end and prints the findings. The\n"
		    "service is a keyassayd, or AWS IoT Device Defender itself: the protocol is the same. Exit\n"
		    "status as of scan; a suppressed finding is shown and does not count.\n",
		.options = options,
		.argc = argc,
		.argv = argv,
	};
	struct wishes wishes = {
		.checks = DEFAULT_CHECKS, .format = KA_AUDIT_TEXT, .timeout = 3600, .progress = KA_PROGRESS_AUTO
	};
	struct sigaction action = { .sa_handler = on_signal };
	struct ka_aws_settings settings;
	int id;

	while ((id = ka_args_next(&args)) > 0) {
		if (take_option(&wishes, id) != 0)
			return KA_EXIT_USAGE;
	}
	if (id != KA_ARGS_END)
		return id == KA_ARGS_DONE ? 0 : KA_EXIT_USAGE;
	if (optind != argc)
		return ka_usage("audit", "no argument is expected, but there is '%s'", argv[optind]);
	ka_quiet(wishes.quiet);
	if (!ka_aws_settings_find(&settings, wishes.endpoint, wishes.region, wishes.profile))
		return KA_EXIT_USAGE;
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	return audit(&wishes, &settings);
}
