/* SPDX-License-Identifier: Apache-2.0 */
/* verb_review.c - keyassay review: shows the device certificates of a CA that are in doubt, asks, has them revoked. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <keyassay/object.h>

#include "cli/cli.h"
#include "cli/review.h"
#include "common/args.h"

#define MAX_ROWS 250

enum option_id {
	OPT_ENDPOINT = 1,
	OPT_REGION,
	OPT_PROFILE,
	OPT_AFTER,
	OPT_BEFORE,
	OPT_DRY_RUN,
	OPT_YES,
	OPT_ROWS,
	OPT_REVOCATION,
	OPT_CANCEL,
	OPT_FORMAT,
	OPT_TIMEOUT,
	OPT_QUIET,
	OPT_PROGRESS,
	OPT_NO_PROGRESS
};

static const struct ka_option options[] = {
	{ "endpoint", "URL",
	    "keyassayd's address, as in http://127.0.0.1:8400; default: AWS_ENDPOINT_URL_IOT or\n"
	    "AWS_ENDPOINT_URL",
	    OPT_ENDPOINT },
	{ "endpoint-url", "URL", "the same, as the aws command calls it", OPT_ENDPOINT },
	{ "region", "REGION", "default: AWS_REGION or AWS_DEFAULT_REGION", OPT_REGION },
	{ "profile", "NAME",
	    "profile of the shared credentials file; default: the environment's credentials,\n"
	    "else AWS_PROFILE, else default",
	    OPT_PROFILE },
	{ "registered-after", "TIME",
	    "certificates registered from this time on (RFC 3339); default: the CA's first finding,\n"
	    "or its deactivation by a mitigation",
	    OPT_AFTER },
	{ "registered-before", "TIME", "and before this one; default: no end", OPT_BEFORE },
	{ "dry-run", NULL, "only shows what would be revoked", OPT_DRY_RUN },
	{ "yes", NULL, "revokes without a question, which is needed where there is no terminal", OPT_YES },
	{ "rows", "N", "rows of the table, newest first, 0 to 250; default: 20", OPT_ROWS },
	{ "revocation", "ID", "starts nothing: waits for this revocation and prints its result", OPT_REVOCATION },
	{ "cancel", NULL, "with --revocation: ends it first; what was revoked stays revoked", OPT_CANCEL },
	{ "format", "text|json", "words (default), or the service's last reply", OPT_FORMAT },
	{ "timeout", "SECONDS", "how long to wait for the end; default: 3600. The revocation goes on regardless",
	    OPT_TIMEOUT },
	{ "quiet", NULL, "prints no table, result, warnings and progress", OPT_QUIET },
	{ "progress", NULL, "shows progress on stderr even when it is no terminal", OPT_PROGRESS },
	{ "no-progress", NULL, "shows none", OPT_NO_PROGRESS },
	{ NULL, NULL, NULL, 0 },
};

struct wishes {
	const char *endpoint, *region, *profile, *revocation;
	bool dry_run, yes, cancel;
	struct ka_review review;
};

static volatile sig_atomic_t interrupted;

static void
on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

/* Waits until there is an answer to read, or a signal: false. One that comes between the question and the wait counts as
 * well, since the signals are let through by the wait only. */
static bool
wait_for_answer(const sigset_t *let_through)
{
	struct pollfd terminal = { .fd = STDIN_FILENO, .events = POLLIN };

	while (!interrupted && ppoll(&terminal, 1, NULL, let_through) < 0 && errno == EINTR)
		continue;
	return !interrupted;
}

/* Asks on the terminal. Only a clear yes is one. */
static bool
confirm(const json_t *dry)
{
	const long long num = ka_review_count(dry, "toRevoke");
	char answer[16] = "";
	sigset_t signals, before;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	(void)pthread_sigmask(SIG_BLOCK, &signals, &before);
	(void)fprintf(stderr, "Revoke %lld device certificate%s? This cannot be undone. [yes/no] ", num, num == 1 ? "" : "s");
	(void)fflush(stderr);
	if (!wait_for_answer(&before) || fgets(answer, sizeof(answer), stdin) == NULL)
		answer[0] = '\0';
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	answer[strcspn(answer, "\r\n")] = '\0';
	if (strcasecmp(answer, "yes") == 0 || strcasecmp(answer, "y") == 0)
		return true;
	ka_error("%snothing was revoked", interrupted ? "interrupted; " : "");
	return false;
}

static void
warn(const json_t *dry)
{
	const char *status = json_string_value(json_object_get(dry, "caStatus"));

	if (status != NULL && strcmp(status, "ACTIVE") == 0)
		ka_warn("the CA is ACTIVE, so more devices can register with it; UpdateCACertificate deactivates it");
}

static int
look_and_revoke(const struct wishes *wishes)
{
	const struct ka_review *review = &wishes->review;
	char id[KA_REVIEW_ID_LEN];
	json_t *dry;
	int status = KA_EXIT_TROUBLE;

	if (!ka_review_look(&dry, review))
		return KA_EXIT_TROUBLE;
	json_int_t num = ka_review_count(dry, "toRevoke");
	warn(dry);
	if (wishes->dry_run || num == 0) {
		status = num > 0                                ? KA_EXIT_NONCOMPLIANT
		    : ka_review_count(dry, "inTransfer") > 0 ? KA_EXIT_TROUBLE
							     : KA_EXIT_COMPLIANT;
		if (review->json && !ka_review_put_json(dry))
			status = KA_EXIT_TROUBLE;
	} else if (!wishes->yes && !confirm(dry)) {
		status = KA_EXIT_NONCOMPLIANT;
	} else if (ka_review_start(id, review, dry)) {
		status = ka_review_wait(review, id, &interrupted);
	}
	json_decref(dry);
	return status;
}

static int
run(struct wishes *wishes, const struct ka_aws_settings *settings)
{
	int status;

	wishes->review.aws = ka_aws_new(settings);
	if (wishes->review.aws == NULL)
		ka_out_of_memory();
	if (wishes->revocation == NULL)
		status = look_and_revoke(wishes);
	else if (wishes->cancel && !ka_review_cancel(&wishes->review, wishes->revocation))
		status = KA_EXIT_TROUBLE;
	else
		status = ka_review_wait(&wishes->review, wishes->revocation, &interrupted);
	ka_aws_free(wishes->review.aws);
	return status;
}

/* --- the command line --- */

static int
take_time(bool *out_given, int64_t *out, const char *option)
{
	*out_given = true;
	if (ka_time_parse(out, optarg) == KA_OK && *out >= 0)
		return 0;
	return ka_usage("review", "--%s takes a time as in 2026-01-31T12:00:00Z, not '%s'", option, optarg);
}

static int
take_number(struct wishes *wishes, enum option_id id)
{
	char *end;
	double number = strtod(optarg, &end);
	bool good = end != optarg && *end == '\0';

	if (id == OPT_TIMEOUT) {
		wishes->review.timeout = number;
		return good && number >= 0 && number <= 1e9
		    ? 0
		    : ka_usage("review", "--timeout takes a number of seconds, not '%s'", optarg);
	}
	if (!good || !(number >= 0 && number <= MAX_ROWS))
		return ka_usage("review", "--rows takes a number from 0 to %d, not '%s'", MAX_ROWS, optarg);
	wishes->review.max_rows = (unsigned)number;
	return 0;
}

static int
take_option(struct wishes *wishes, int id)
{
	struct ka_review *review = &wishes->review;

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
	case OPT_AFTER:
		return take_time(&review->has_after, &review->after, "registered-after");
	case OPT_BEFORE:
		return take_time(&review->has_before, &review->before, "registered-before");
	case OPT_DRY_RUN:
		wishes->dry_run = true;
		break;
	case OPT_YES:
		wishes->yes = true;
		break;
	case OPT_ROWS:
	case OPT_TIMEOUT:
		return take_number(wishes, (enum option_id)id);
	case OPT_REVOCATION:
		wishes->revocation = optarg;
		if (optarg[0] == '\0' || strlen(optarg) >= KA_REVIEW_ID_LEN ||
		    optarg[strspn(optarg, "abcdefABCDEF0123456789")] != '\0')
			return ka_usage("review", "'%s' is no id of a revocation", optarg);
		break;
	case OPT_CANCEL:
		wishes->cancel = true;
		break;
	case OPT_FORMAT:
		review->json = strcmp(optarg, "json") == 0;
		if (!review->json && strcmp(optarg, "text") != 0)
			return ka_usage("review", "unknown output format '%s'; there are text and json", optarg);
		break;
	case OPT_QUIET:
		review->quiet = true;
		break;
	case OPT_PROGRESS:
		review->progress = KA_PROGRESS_ON;
		break;
	case OPT_NO_PROGRESS:
		review->progress = KA_PROGRESS_OFF;
		break;
	}
	return 0;
}

/* What fits together; 0, or a usage error. */
static int
check(struct wishes *wishes, int num, char **rest)
{
	struct ka_review *review = &wishes->review;

	if (wishes->revocation != NULL && (num > 0 || review->has_after || review->has_before || wishes->dry_run))
		return ka_usage("review", "--revocation starts nothing: it takes neither a CA nor times nor --dry-run");
	if (wishes->cancel && wishes->revocation == NULL)
		return ka_usage("review", "--cancel needs --revocation ID");
	if (wishes->revocation != NULL)
		return 0;
	if (num != 1)
		return ka_usage("review", num == 0 ? "which CA? Give its id" : "one CA at a time");
	review->ca_id = rest[0];
	if (strlen(rest[0]) != 64 || rest[0][strspn(rest[0], "abcdefABCDEF0123456789")] != '\0')
		return ka_usage("review", "'%s' is no id of a CA certificate: 64 hexadecimal digits", rest[0]);
	if (review->has_after && review->has_before && review->before <= review->after)
		return ka_usage("review", "--registered-before is not after --registered-after");
	if (!wishes->yes && !wishes->dry_run && isatty(STDIN_FILENO) == 0)
		return ka_usage("review",
		    "standard input is no terminal that could be asked: --yes revokes without a question, --dry-run only "
		    "looks");
	return 0;
}

int
ka_cli_review(int argc, char **argv)
{
	const struct ka_args args = {
		.verb = "review",
		.synopsis = "[options] CA-ID",
		.description =
		    "Shows the device certificates that were registered with a CA since it is in doubt, asks, and has\n"
		    "keyassayd revoke them in one job, which goes on whatever happens here. Exit status: 0 nothing is\n"
		    "left to revoke, 1 there is and it was not revoked (--dry-run, the answer was no, or it was\n"
		    "canceled), 2 usage, 3 something went wrong, or certificates are in transfer.\n",
		.options = options,
		.argc = argc,
		.argv = argv,
	};
	struct wishes wishes = { .review = { .max_rows = 20, .timeout = 3600, .progress = KA_PROGRESS_AUTO } };
	struct sigaction action = { .sa_handler = on_signal }; /* without SA_RESTART: waits end */
	struct ka_aws_settings settings;
	int id;

	while ((id = ka_args_next(&args)) > 0) {
		if (take_option(&wishes, id) != 0)
			return KA_EXIT_USAGE;
	}
	if (id != KA_ARGS_END)
		return id == KA_ARGS_DONE ? 0 : KA_EXIT_USAGE;
	if (check(&wishes, argc - optind, argv + optind) != 0)
		return KA_EXIT_USAGE;
	ka_quiet(wishes.review.quiet);
	if (!ka_aws_settings_find(&settings, wishes.endpoint, wishes.region, wishes.profile))
		return KA_EXIT_USAGE;
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	return run(&wishes, &settings);
}
