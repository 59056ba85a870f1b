/* SPDX-License-Identifier: Apache-2.0 */
#include "server/audit/engine_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/log.h"
#include "server/random.h"

void
ka_engine_wake(struct ka_engine *engine)
{
	if (engine != NULL)
		ka_wake_up(&engine->wake);
}

static enum ka_store_status
release_all(struct ka_tx *tx, void *arg)
{
	(void)arg;
	return ka_tx_task_release_all(tx);
}

static void
set_options(struct ka_engine *engine, const struct ka_engine_options *options)
{
	struct ka_engine_options *o = &engine->options;

	*o = *options;
	if (o->lease_ms == 0)
		o->lease_ms = 30000;
	if (o->poll_ms == 0)
		o->poll_ms = 1000;
	if (o->chunk == 0)
		o->chunk = 4096;
	if (o->retention_days == 0)
		o->retention_days = 90;
}

static void
make_metrics(struct ka_engine *engine)
{
	struct ka_metrics *m = engine->server->metrics;
	static const char tasks[] = "keyassayd_audit_tasks_total", tasks_help[] = "Audit tasks that ended, by status.";

	engine->judged =
	    ka_metrics_counter(m, "keyassayd_audit_resources_total", "Certificates that audits evaluated.", NULL);
	engine->findings =
	    ka_metrics_counter(m, "keyassayd_audit_findings_total", "Findings that audits stored.", NULL);
	engine->completed = ka_metrics_counter(m, tasks, tasks_help, "status=\"COMPLETED\"");
	engine->failed = ka_metrics_counter(m, tasks, tasks_help, "status=\"FAILED\"");
	engine->canceled = ka_metrics_counter(m, tasks, tasks_help, "status=\"CANCELED\"");
	engine->fired =
	    ka_metrics_counter(m, "keyassayd_scheduled_audits_total", "Scheduled audits that were started.", NULL);
	ka_sweep_metrics(engine);
}

static bool
start_worker(struct ka_engine *engine, unsigned number, const char *host, const char *nonce)
{
	struct ka_worker *worker = &engine->workers[number];

	worker->engine = engine;
	(void)snprintf(worker->name, sizeof(worker->name), "%s/%ld/%s/%u", host, (long)getpid(), nonce, number);
	return pthread_create(&worker->thread, NULL, ka_worker_main, worker) == 0;
}

static bool
start_threads(struct ka_engine *engine)
{
	char host[65] = "", nonce[17];

	(void)gethostname(host, sizeof(host) - 1);
	ka_random_hex(nonce, 16);
	engine->workers = calloc(engine->options.num_workers + 1, sizeof(*engine->workers));
	if (engine->workers == NULL)
		ka_out_of_memory();
	while (
	    engine->num_workers < engine->options.num_workers && start_worker(engine, engine->num_workers, host, nonce))
		engine->num_workers++;
	engine->has_scheduler = pthread_create(&engine->scheduler, NULL, ka_scheduler_main, engine) == 0;
	return engine->num_workers == engine->options.num_workers && engine->has_scheduler;
}

struct ka_engine *
ka_engine_start(struct ka_server *server, const struct ka_engine_options *options)
{
	struct ka_engine *engine = calloc(1, sizeof(*engine));

	if (engine == NULL)
		ka_out_of_memory();
	engine->server = server;
	engine->crypto = ka_crypto_new();
	set_options(engine, options);
	make_metrics(engine);
	ka_wake_init(&engine->wake);
	if (options->is_only && ka_store_write(server->store, release_all, NULL) != KA_STORE_OK)
		ka_log(KA_LOG_WARNING, "audit", "leases of the process before this one stay until they run out");
	if (start_threads(engine))
		return engine;
	ka_engine_stop(engine);
	return NULL;
}

void
ka_engine_stop(struct ka_engine *engine)
{
	if (engine == NULL)
		return;
	ka_wake_stop(&engine->wake);
	for (unsigned i = 0; i < engine->num_workers; i++)
		(void)pthread_join(engine->workers[i].thread, NULL);
	if (engine->has_scheduler)
		(void)pthread_join(engine->scheduler, NULL);
	ka_wake_clear(&engine->wake);
	ka_crypto_free(engine->crypto);
	free(engine->workers);
	free(engine);
}
