/* SPDX-License-Identifier: Apache-2.0 */
#include "server/notify/notify.h"

#include <curl/curl.h>
#include <mosquitto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/notify/deliver.h"
#include "server/random.h"
#include "server/wake.h"

#define POLL_MS 1000 /* how soon a message of another thread or node is seen */

struct worker {
	struct ka_notify *notify;
	pthread_t thread;
	char name[160]; /* holds claims: host, process, random, number */
};

struct ka_notify {
	struct ka_server *server;
	struct ka_crypto *crypto;

	struct ka_wake wake;
	pthread_mutex_t lock; /* of setup */
	struct ka_setup *setup;
	atomic_int_fast64_t stop_deadline; /* monotonic nanoseconds; set before stop */

	unsigned num_workers;
	struct worker *workers;

	/* By kind of binding. */
	struct ka_counter *delivered[KA_NUM_TOPIC_KINDS], *failed[KA_NUM_TOPIC_KINDS];
	struct ka_histogram *seconds[KA_NUM_TOPIC_KINDS];
	struct ka_counter *died, *pending, *dead, *oldest;
};

static bool
stops(struct ka_notify *notify)
{
	return ka_wake_stops(&notify->wake);
}

/* --- metrics and log --- */

static void
make_metrics(struct ka_notify *notify)
{
	static const char messages[] = "keyassayd_outbox_messages", help[] = "Messages in the outbox, by state.";
	struct ka_metrics *m = notify->server->metrics;

	for (unsigned kind = 0; kind < KA_NUM_TOPIC_KINDS; kind++) {
		struct ka_buf label = { 0 };

		ka_metrics_label(&label, "transport", ka_transport_of((enum ka_topic_kind)kind)->name);
		ka_buf_putc(&label, '\0');
		notify->delivered[kind] = ka_metrics_counter(
		    m, "keyassayd_outbox_delivered_total", "Messages that their receiver has acknowledged.", label.data);
		notify->failed[kind] = ka_metrics_counter(
		    m, "keyassayd_outbox_failed_attempts_total", "Attempts to deliver a message that failed.", label.data);
		notify->seconds[kind] = ka_metrics_histogram(
		    m, "keyassayd_outbox_attempt_seconds", "How long attempts to deliver took.", label.data);
		ka_buf_clear(&label);
	}
	notify->died = ka_metrics_counter(
	    m, "keyassayd_outbox_dead_total", "Messages that were given up: refused, or undelivered for too long.", NULL);
	notify->pending = ka_metrics_gauge(m, messages, help, "state=\"pending\"");
	notify->dead = ka_metrics_gauge(m, messages, help, "state=\"dead\"");
	notify->oldest = ka_metrics_gauge(m, "keyassayd_outbox_oldest_pending_seconds",
	    "Age of the oldest message that is not delivered yet; 0: there is none.", NULL);
}

struct counts {
	struct ka_outbox_count pending, dead;
};

static enum ka_store_status
count(struct ka_tx *tx, void *arg)
{
	struct counts *counts = arg;
	enum ka_store_status status = ka_tx_outbox_count(tx, &counts->pending, KA_OUTBOX_PENDING);

	return status == KA_STORE_OK ? ka_tx_outbox_count(tx, &counts->dead, KA_OUTBOX_DEAD) : status;
}

static void
collect(void *arg)
{
	struct ka_notify *notify = arg;
	struct counts counts;
	int64_t now = ka_clock_now();

	if (ka_store_read(notify->server->store, count, &counts) != KA_STORE_OK)
		return;
	ka_counter_set(notify->pending, (int64_t)counts.pending.num);
	ka_counter_set(notify->dead, (int64_t)counts.dead.num);
	ka_counter_set(notify->oldest, counts.pending.num == 0 ? 0 : (now - counts.pending.oldest) / 1000);
}

static void
report_one(struct ka_notify *notify, const struct ka_outbox_row *row, const struct ka_delivery *delivery,
    enum ka_topic_kind kind, int64_t now)
{
	static const char *const names[] = {
		[KA_OUTBOX_PENDING] = "failed",
		[KA_OUTBOX_DELIVERED] = "delivered",
		[KA_OUTBOX_DEAD] = "dead",
	};
	bool is_delivered = row->state == KA_OUTBOX_DELIVERED, is_dead = row->state == KA_OUTBOX_DEAD;

	if (delivery->outcome == KA_SEND_STOPPED)
		return;
	ka_counter_add(is_delivered ? notify->delivered[kind] : notify->failed[kind], 1);
	ka_counter_add(notify->died, is_dead);
	ka_histogram_observe(notify->seconds[kind], delivery->duration);
	KA_LOG_FIELDS(is_delivered ? KA_LOG_INFO : is_dead ? KA_LOG_ERROR : KA_LOG_WARNING, "notify",
	    KA_FIELD_TEXT("message", row->id), KA_FIELD_TEXT("state", names[row->state]), KA_FIELD_TEXT("topic", row->topic),
	    KA_FIELD_TEXT("transport", ka_transport_of(kind)->name), KA_FIELD_NUMBER("attempts", row->attempts),
	    KA_FIELD_TEXT("error", row->last_error), KA_FIELD_TEXT("receipt", row->receipt),
	    KA_FIELD_NUMBER("again_ms", row->state == KA_OUTBOX_PENDING ? row->due - now : 0),
	    KA_FIELD_MICROS("duration", delivery->duration / 1000));
}

/* --- workers --- */

static int64_t
deadline(const struct ka_sender *sender)
{
	const struct ka_notify *notify = sender->arg;

	return atomic_load(&notify->stop_deadline);
}

/* Stores what became of a round; tries again while the store is out of reach, since a delivery that is not stored is made
 * again. When it fails for good the claim runs out by itself. */
static bool
store(struct ka_notify *notify, struct ka_round *round)
{
	enum ka_store_status status;

	/* What was stored after all is stored again without harm. */
	while (((status = ka_store_write(notify->server->store, ka_round_store, round)) == KA_STORE_UNAVAILABLE ||
		   status == KA_STORE_UNCERTAIN) &&
	    !stops(notify))
		ka_wake_wait(&notify->wake, ka_wake_seen(&notify->wake), POLL_MS);
	if (status != KA_STORE_OK)
		ka_log(KA_LOG_ERROR, "notify", "topic %s: what became of %zu messages cannot be stored; they may be sent twice",
		    round->topic.topic, round->num);
	return status == KA_STORE_OK;
}

/* Claims a topic and sends to it; false when none is due. */
static bool
work(struct worker *worker, struct ka_sender *sender, struct ka_arena *arena)
{
	struct ka_notify *notify = worker->notify;
	struct ka_round round = { .worker = worker->name, .setup = sender->setup, .arena = arena };

	if (ka_store_write(notify->server->store, ka_round_claim, &round) != KA_STORE_OK)
		return false;
	const struct ka_binding *binding = ka_setup_binding(sender->setup, round.topic.topic);
	round.deliveries = ka_arena_take(arena, (round.num + 1) * sizeof(*round.deliveries));
	for (size_t i = 0; i < round.num; i++)
		round.deliveries[i].row = &round.rows[i];
	if (round.num > 0)
		ka_transport_of(binding->topic.kind)->send(sender, binding, round.deliveries, round.num);
	int64_t now = ka_clock_now();
	ka_round_finish(&round, now);
	if (store(notify, &round)) {
		for (size_t i = 0; i < round.num; i++)
			report_one(notify, &round.rows[i], &round.deliveries[i], binding->topic.kind, now);
		ka_counter_add(notify->died, (int64_t)round.num_expired);
		if (round.num_expired > 0)
			ka_log(KA_LOG_ERROR, "notify", "topic %s: %llu messages are dead, undelivered for too long", round.topic.topic,
			    (unsigned long long)round.num_expired);
	}
	return true;
}

static enum ka_store_status
has_due(struct ka_tx *tx, void *arg)
{
	(void)arg;
	return ka_tx_outbox_has_due(tx, ka_clock_now());
}

static void *
worker_main(void *arg)
{
	struct worker *worker = arg;
	struct ka_notify *notify = worker->notify;
	struct ka_arena arena = { 0 };
	struct ka_sender sender = {
		.crypto = notify->crypto, .multi = curl_multi_init(), .stop = &notify->wake.stop, .deadline = deadline, .arg = notify
	};

	if (sender.multi == NULL)
		ka_out_of_memory();
	while (!stops(notify)) {
		uint64_t seen = ka_wake_seen(&notify->wake);
		/* Idle workers only read. */
		bool is_due = ka_store_read(notify->server->store, has_due, NULL) == KA_STORE_OK;

		(void)pthread_mutex_lock(&notify->lock);
		struct ka_setup *setup = ka_setup_take(notify->setup);
		(void)pthread_mutex_unlock(&notify->lock);
		sender.setup = setup;
		if (!is_due || !work(worker, &sender, &arena))
			ka_wake_wait(&notify->wake, seen, POLL_MS);
		ka_setup_drop(setup);
		ka_arena_clear(&arena);
	}
	ka_credentials_clear(&sender.credentials);
	(void)curl_multi_cleanup(sender.multi);
	return NULL;
}

/* --- life --- */

static enum ka_store_status
release_all(struct ka_tx *tx, void *arg)
{
	(void)arg;
	return ka_tx_outbox_release_all(tx, ka_clock_now());
}

static bool
start_threads(struct ka_notify *notify, unsigned num)
{
	char host[65] = "", nonce[17];

	(void)gethostname(host, sizeof(host) - 1);
	ka_random_hex(nonce, 16);
	notify->workers = calloc(num + 1, sizeof(*notify->workers));
	if (notify->workers == NULL)
		ka_out_of_memory();
	for (; notify->num_workers < num; notify->num_workers++) {
		struct worker *worker = &notify->workers[notify->num_workers];

		worker->notify = notify;
		(void)snprintf(worker->name, sizeof(worker->name), "%s/%ld/%s/n%u", host, (long)getpid(), nonce, notify->num_workers);
		if (pthread_create(&worker->thread, NULL, worker_main, worker) != 0)
			return false;
	}
	return true;
}

struct ka_notify *
ka_notify_start(
    struct ka_server *server, char out_message[KA_TOPICS_MESSAGE_LEN], const struct ka_config *config, bool is_only)
{
	struct ka_setup *setup = ka_setup_new(out_message, config);
	struct ka_notify *notify = calloc(1, sizeof(*notify));

	if (notify == NULL)
		ka_out_of_memory();
	if (setup == NULL) {
		free(notify);
		return NULL;
	}
	/* Before any of our threads: neither library sets itself up under a lock. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || mosquitto_lib_init() != MOSQ_ERR_SUCCESS)
		ka_out_of_memory();
	notify->server = server;
	notify->crypto = ka_crypto_new();
	notify->setup = setup;
	(void)pthread_mutex_init(&notify->lock, NULL);
	ka_wake_init(&notify->wake);
	make_metrics(notify);
	if (is_only && ka_store_write(server->store, release_all, NULL) != KA_STORE_OK)
		ka_log(KA_LOG_WARNING, "notify", "claims of the process before this one stay until they run out");
	if (!start_threads(notify, (unsigned)config->notify_workers)) {
		(void)snprintf(out_message, KA_TOPICS_MESSAGE_LEN, "threads of the outbox cannot be started");
		ka_notify_stop(notify, 0);
		return NULL;
	}
	ka_metrics_collect(server->metrics, collect, notify);
	return notify;
}

bool
ka_notify_reload(struct ka_notify *notify, char out_message[KA_TOPICS_MESSAGE_LEN], const struct ka_config *config)
{
	struct ka_setup *fresh = ka_setup_new(out_message, config);

	if (fresh == NULL)
		return false;
	(void)pthread_mutex_lock(&notify->lock);
	struct ka_setup *old = notify->setup;
	notify->setup = fresh;
	(void)pthread_mutex_unlock(&notify->lock);
	ka_setup_drop(old);
	ka_wake_up(&notify->wake);
	return true;
}

void
ka_notify_stop(struct ka_notify *notify, int64_t seconds)
{
	if (notify == NULL)
		return;
	atomic_store(&notify->stop_deadline, ka_clock_monotonic() + seconds * 1000000000);
	ka_wake_stop(&notify->wake);
	for (unsigned i = 0; i < notify->num_workers; i++)
		(void)pthread_join(notify->workers[i].thread, NULL);
	ka_setup_drop(notify->setup);
	ka_crypto_free(notify->crypto);
	ka_wake_clear(&notify->wake);
	(void)pthread_mutex_destroy(&notify->lock);
	(void)mosquitto_lib_cleanup();
	curl_global_cleanup();
	free(notify->workers);
	free(notify);
}
