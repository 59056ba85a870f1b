/* SPDX-License-Identifier: Apache-2.0 */
/* review.c - the requests of keyassay review. */
#include "cli/review.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <keyassay/object.h>

#include "cli/cli.h"

#define FIRST_POLL_MS 100
#define LAST_POLL_MS 2000
#define MAX_PAGE 250u
#define TOKEN_LEN 32u
#define TRIES 3

static bool
failed(const struct ka_review *review)
{
	ka_error("%s", ka_aws_error(review->aws));
	return false;
}

/* The body of a revocation without what is special to it. */
static json_t *
times(const struct ka_review *review)
{
	json_t *body = json_object();

	if (review->has_after)
		(void)json_object_set_new(body, "registeredAfter", json_integer(review->after));
	if (review->has_before)
		(void)json_object_set_new(body, "registeredBefore", json_integer(review->before));
	return body;
}

static json_t *
post(const struct ka_review *review, json_t *body)
{
	char path[160];
	json_t *reply;

	(void)snprintf(path, sizeof(path), "/keyassay/v1/cacertificate/%s/revoke", review->ca_id);
	reply = ka_aws_call(review->aws, path, body);
	json_decref(body);
	return reply;
}

static void
put_time(struct ka_buf *buf, const char *name, int64_t seconds)
{
	char text[KA_TIME_TEXT_SIZE];

	ka_time_text(text, seconds);
	ka_buf_format(buf, "&%s=", name);
	for (const char *at = text; *at != '\0'; at++)
		ka_buf_format(buf, *at == ':' ? "%%3A" : "%c", *at);
}

/* The newest ones; parameters in the order in which they are signed. NULL: ka_aws_error. */
static json_t *
list(const struct ka_review *review, unsigned num)
{
	struct ka_buf path = { 0 };
	json_t *reply, *devices = NULL;

	ka_buf_format(&path, "/keyassay/v1/cacertificate/%s/devices?pageSize=%u", review->ca_id, num);
	if (review->has_after)
		put_time(&path, "registeredAfter", review->after);
	if (review->has_before)
		put_time(&path, "registeredBefore", review->before);
	ka_buf_putc(&path, '\0');
	reply = ka_aws_call(review->aws, path.data, NULL);
	ka_buf_clear(&path);
	if (reply != NULL)
		devices = json_incref(json_object_get(reply, "devices"));
	if (reply != NULL && devices == NULL)
		devices = json_array();
	json_decref(reply);
	return devices;
}

static bool
print_look(const struct ka_review *review, const json_t *dry)
{
	unsigned num = review->max_rows < MAX_PAGE ? review->max_rows : MAX_PAGE;
	json_t *devices = num > 0 ? list(review, num) : json_array();
	struct ka_buf text = { 0 };

	if (devices == NULL)
		return failed(review);
	ka_review_put_head(&text, dry);
	ka_review_put_devices(&text, devices, ka_review_count(dry, "total"));
	ka_review_put_counts(&text, dry);
	json_decref(devices);
	return ka_review_put_out(&text);
}

bool
ka_review_look(json_t **out_dry, const struct ka_review *review)
{
	json_t *body = times(review), *dry;

	(void)json_object_set_new(body, "dryRun", json_true());
	dry = post(review, body);
	if (dry == NULL)
		return failed(review);
	if (!review->json && !review->quiet && !print_look(review, dry)) {
		json_decref(dry);
		return false;
	}
	*out_dry = dry;
	return true;
}

/* Random, so that a request whose answer was lost can be sent again. */
static bool
make_token(char out[TOKEN_LEN + 1])
{
	unsigned char bytes[TOKEN_LEN / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
		ka_error("the system has no random numbers: %s", strerror(errno));
		return false;
	}
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

bool
ka_review_start(char out_id[KA_REVIEW_ID_LEN], const struct ka_review *review, const json_t *dry)
{
	char token[TOKEN_LEN + 1];
	json_t *job = NULL;

	if (!make_token(token))
		return false;
	for (int i = 0; i < TRIES && job == NULL; i++) {
		json_t *body = times(review);

		(void)json_object_set(body, "registeredAfter", json_object_get(dry, "registeredAfter"));
		(void)json_object_set_new(body, "clientRequestToken", json_string(token));
		job = post(review, body);
		if (job == NULL && ka_aws_error_name(review->aws)[0] != '\0')
			break; /* that was an answer */
	}
	if (job == NULL)
		return failed(review);
	const char *id = json_string_value(json_object_get(job, "revocationId"));
	bool good = id != NULL && strlen(id) < KA_REVIEW_ID_LEN;
	if (good)
		memcpy(out_id, id, strlen(id) + 1);
	else
		ka_error("the reply to RevokeDevices has no revocationId");
	json_decref(job);
	return good;
}

bool
ka_review_cancel(const struct ka_review *review, const char *id)
{
	char path[KA_REVIEW_ID_LEN + 40];
	json_t *body = json_object(), *reply;

	(void)snprintf(path, sizeof(path), "/keyassay/v1/revocations/%s/cancel", id);
	reply = ka_aws_call(review->aws, path, body);
	json_decref(body);
	if (reply == NULL)
		return failed(review);
	json_decref(reply);
	return true;
}

static bool
is_running(const json_t *job)
{
	const char *status = json_string_value(json_object_get(job, "status"));

	return status != NULL && strcmp(status, "IN_PROGRESS") == 0;
}

/* Asks until the job has ended, the time is over or somebody interrupts. NULL: ka_aws_error. */
static json_t *
poll_job(const struct ka_review *review, const char *id, const volatile sig_atomic_t *interrupted)
{
	char path[KA_REVIEW_ID_LEN + 32];
	double end = ka_cli_now() + review->timeout;
	long pause_ms = FIRST_POLL_MS;
	struct ka_progress progress;
	json_t *job = NULL;

	(void)snprintf(path, sizeof(path), "/keyassay/v1/revocations/%s", id);
	ka_progress_begin(
	    &progress, review->quiet ? KA_PROGRESS_OFF : review->progress, "certificates examined", -1);
	for (;;) {
		struct timespec pause = { .tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000L };

		json_decref(job);
		job = ka_aws_call(review->aws, path, NULL);
		if (job == NULL || !is_running(job) || *interrupted || ka_cli_now() >= end)
			break;
		progress.total = ka_review_count(job, "total");
		ka_progress_update(&progress, (uint64_t)ka_review_count(job, "examined"),
		    (uint64_t)ka_review_count(job, "examined"));
		(void)nanosleep(&pause, NULL);
		pause_ms = pause_ms * 3 / 2 < LAST_POLL_MS ? pause_ms * 3 / 2 : LAST_POLL_MS;
	}
	ka_progress_end(&progress);
	return job;
}

int
ka_review_wait(const struct ka_review *review, const char *id, const volatile sig_atomic_t *interrupted)
{
	json_t *job = poll_job(review, id, interrupted);
	struct ka_buf text = { 0 };
	bool good = true;

	if (job == NULL) {
		(void)failed(review);
		ka_error("the revocation goes on regardless: keyassay review --revocation %s shows it", id);
		return KA_EXIT_TROUBLE;
	}
	if (is_running(job)) {
		ka_error("%s; the revocation goes on: keyassay review --revocation %s shows it, with --cancel ends it",
		    *interrupted ? "interrupted" : "the time is over", id);
		json_decref(job);
		return KA_EXIT_TROUBLE;
	}
	if (review->json) {
		good = ka_review_put_json(job);
	} else if (!review->quiet) {
		ka_review_put_result(&text, job);
		good = ka_review_put_out(&text);
	}
	const char *status = json_string_value(json_object_get(job, "status"));
	bool canceled = status != NULL && strcmp(status, "CANCELED") == 0;
	if (status == NULL || (!canceled && strcmp(status, "COMPLETED") != 0) || ka_review_count(job, "inTransfer") > 0)
		good = false;
	json_decref(job);
	return !good ? KA_EXIT_TROUBLE : canceled ? KA_EXIT_NONCOMPLIANT : KA_EXIT_COMPLIANT;
}
