/* SPDX-License-Identifier: Apache-2.0 */
#include "server/review/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/names.h"
#include "server/random.h"
#include "server/review/step.h"
#include "server/wake.h"

/* Store trouble in a row after which a job is given up. */
#define MAX_FAILURES 5u

struct worker {
	struct ka_review *review;
	pthread_t thread;
	char name[160]; /* holds leases: host, process, random, number */
};

struct ka_review {
	struct ka_server *server;
	struct ka_review_options options; /* without zeros */
	struct ka_wake wake;
	unsigned num_workers; /* that run */
	struct worker *workers;
	struct ka_counter *jobs[KA_TASK_CANCELED + 1], *revoked; /* jobs: by status */
};

struct claim {
	struct worker *worker;
	struct ka_arena arena;
	struct ka_revocation_row job;
};

static enum ka_store_status
claim(struct ka_tx *tx, void *arg)
{
	struct claim *c = arg;
	int64_t now = ka_clock_now();

	ka_arena_clear(&c->arena);
	return ka_tx_revocation_claim(
	    tx, &c->job, &c->arena, c->worker->name, now, now + c->worker->review->options.lease_ms);
}

static enum ka_store_status
do_step(struct ka_review *review, struct ka_review_step *step)
{
	enum ka_store_status status = ka_store_read(review->server->store, ka_review_step_read, step);

	if (status == KA_STORE_OK)
		status = ka_store_write(review->server->store, ka_review_step_store, step);
	if (status == KA_STORE_OK)
		ka_counter_add(review->revoked, (int64_t)step->num_revoked);
	return status;
}

static void
say_end(struct ka_review *review, const struct ka_review_step *step)
{
	ka_counter_add(review->jobs[step->status], 1);
	KA_LOG_FIELDS(KA_LOG_INFO, "revocation", KA_FIELD_TEXT("revocation", step->id),
	    KA_FIELD_TEXT("account", step->scope.account), KA_FIELD_TEXT("region", step->scope.region),
	    KA_FIELD_TEXT("ca", step->job.ca_id), KA_FIELD_TEXT("status", ka_task_status_name(step->status)),
	    KA_FIELD_NUMBER("revoked", step->job.revoked + (int64_t)step->num_revoked));
}

/* Takes the job to its end, or until it is another's, the engine stops or the store fails for long. */
static void
run_job(struct worker *worker, const struct ka_revocation_row *job)
{
	struct ka_review *review = worker->review;
	struct ka_store *db = review->server->store;
	unsigned num_failures = 0;
	struct ka_review_step step = { .scope = { job->account, job->region },
		.id = job->id,
		.worker = worker->name,
		.lease_ms = review->options.lease_ms,
		.chunk = review->options.chunk,
		.outcome = KA_REVIEW_CONTINUES };

	while (step.outcome == KA_REVIEW_CONTINUES && !ka_wake_stops(&review->wake)) {
		enum ka_store_status status = do_step(review, &step);

		if (status == KA_STORE_NONE)
			step.outcome = KA_REVIEW_LOST;
		if (status == KA_STORE_OK || status == KA_STORE_NONE) {
			num_failures = 0;
			continue;
		}
		step.outcome = KA_REVIEW_CONTINUES;
		if (status == KA_STORE_FAILED && ++num_failures >= MAX_FAILURES) {
			ka_log(KA_LOG_ERROR, "revocation", "%s is given up: the database fails again and again", job->id);
			if (ka_store_write(db, ka_review_step_give_up, &step) != KA_STORE_OK)
				step.outcome = KA_REVIEW_LOST; /* until the lease has run out */
			continue;
		}
		ka_wake_wait(&review->wake, ka_wake_seen(&review->wake), review->options.poll_ms);
	}
	if (step.outcome == KA_REVIEW_ENDED)
		say_end(review, &step);
	else if (step.outcome == KA_REVIEW_CONTINUES)
		(void)ka_store_write(db, ka_review_step_release, &step);
	else
		ka_log(KA_LOG_WARNING, "revocation", "%s is no longer this worker's", job->id);
	ka_arena_clear(&step.arena);
}

static void *
worker_main(void *arg)
{
	struct worker *worker = arg;
	struct ka_review *review = worker->review;
	struct claim c = { .worker = worker };

	while (!ka_wake_stops(&review->wake)) {
		uint64_t seen = ka_wake_seen(&review->wake);

		if (ka_store_write(review->server->store, claim, &c) == KA_STORE_OK)
			run_job(worker, &c.job);
		else
			ka_wake_wait(&review->wake, seen, review->options.poll_ms);
	}
	ka_arena_clear(&c.arena);
	return NULL;
}

static void
set_options(struct ka_review *review, const struct ka_review_options *options)
{
	struct ka_review_options *o = &review->options;

	*o = *options;
	if (o->lease_ms == 0)
		o->lease_ms = 30000;
	if (o->poll_ms == 0)
		o->poll_ms = 1000;
	if (o->chunk == 0)
		o->chunk = 1000;
}

static void
make_metrics(struct ka_review *review)
{
	static const char jobs[] = "keyassayd_revocations_total", help[] = "Revocation jobs that ended, by status.";
	struct ka_metrics *m = review->server->metrics;

	review->revoked = ka_metrics_counter(
	    m, "keyassayd_revoked_devices_total", "Device certificates that revocation jobs revoked.", NULL);
	review->jobs[KA_TASK_COMPLETED] = ka_metrics_counter(m, jobs, help, "status=\"COMPLETED\"");
	review->jobs[KA_TASK_FAILED] = ka_metrics_counter(m, jobs, help, "status=\"FAILED\"");
	review->jobs[KA_TASK_CANCELED] = ka_metrics_counter(m, jobs, help, "status=\"CANCELED\"");
}

static bool
start_workers(struct ka_review *review)
{
	char host[65] = "", nonce[17];

	(void)gethostname(host, sizeof(host) - 1);
	ka_random_hex(nonce, 16);
	review->workers = calloc(review->options.num_workers + 1, sizeof(*review->workers));
	if (review->workers == NULL)
		ka_out_of_memory();
	for (; review->num_workers < review->options.num_workers; review->num_workers++) {
		struct worker *worker = &review->workers[review->num_workers];

		worker->review = review;
		(void)snprintf(worker->name, sizeof(worker->name), "%s/%ld/%s/%u", host, (long)getpid(), nonce,
		    review->num_workers);
		if (pthread_create(&worker->thread, NULL, worker_main, worker) != 0)
			return false;
	}
	return true;
}

static enum ka_store_status
release_all(struct ka_tx *tx, void *arg)
{
	(void)arg;
	return ka_tx_revocation_release_all(tx);
}

struct ka_review *
ka_review_start(struct ka_server *server, const struct ka_review_options *options)
{
	struct ka_review *review = calloc(1, sizeof(*review));

	if (review == NULL)
		ka_out_of_memory();
	review->server = server;
	set_options(review, options);
	make_metrics(review);
	ka_wake_init(&review->wake);
	if (options->is_only && ka_store_write(server->store, release_all, NULL) != KA_STORE_OK)
		ka_log(KA_LOG_WARNING, "revocation", "leases of the process before this one stay until they run out");
	if (start_workers(review))
		return review;
	ka_review_stop(review);
	return NULL;
}

void
ka_review_wake(struct ka_review *review)
{
	if (review != NULL)
		ka_wake_up(&review->wake);
}

void
ka_review_stop(struct ka_review *review)
{
	if (review == NULL)
		return;
	ka_wake_stop(&review->wake);
	for (unsigned i = 0; i < review->num_workers; i++)
		(void)pthread_join(review->workers[i].thread, NULL);
	ka_wake_clear(&review->wake);
	free(review->workers);
	free(review);
}
