/* SPDX-License-Identifier: Apache-2.0 */
#include "server/action/engine_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/log.h"
#include "server/random.h"

static enum ka_store_status
release_all(struct ka_tx *tx, void *arg)
{
	(void)arg;
	return ka_tx_mitigation_release_all(tx);
}

static void
set_options(struct ka_action_engine *engine, const struct ka_action_options *options)
{
	struct ka_action_options *o = &engine->options;

	*o = *options;
	if (o->lease_ms == 0)
		o->lease_ms = 30000;
	if (o->poll_ms == 0)
		o->poll_ms = 1000;
	if (o->chunk == 0)
		o->chunk = 256;
	if (o->slice == 0)
		o->slice = 16;
}

static void
make_metrics(struct ka_action_engine *engine)
{
	struct ka_metrics *m = engine->server->metrics;
	static const char tasks[] = "keyassayd_mitigation_tasks_total", done[] = "keyassayd_mitigation_actions_total";
	static const char tasks_help[] = "Mitigation tasks that ended, by status.",
			  done_help[] = "Mitigation actions on findings, by status of the execution.";

	engine->tasks[KA_TASK_COMPLETED] = ka_metrics_counter(m, tasks, tasks_help, "status=\"COMPLETED\"");
	engine->tasks[KA_TASK_FAILED] = ka_metrics_counter(m, tasks, tasks_help, "status=\"FAILED\"");
	engine->tasks[KA_TASK_CANCELED] = ka_metrics_counter(m, tasks, tasks_help, "status=\"CANCELED\"");
	engine->executions[KA_EXECUTION_COMPLETED] = ka_metrics_counter(m, done, done_help, "status=\"COMPLETED\"");
	engine->executions[KA_EXECUTION_FAILED] = ka_metrics_counter(m, done, done_help, "status=\"FAILED\"");
	engine->executions[KA_EXECUTION_SKIPPED] = ka_metrics_counter(m, done, done_help, "status=\"SKIPPED\"");
}

static bool
start_threads(struct ka_action_engine *engine)
{
	char host[65] = "", nonce[17];

	(void)gethostname(host, sizeof(host) - 1);
	ka_random_hex(nonce, 16);
	engine->workers = calloc(engine->options.num_workers + 1, sizeof(*engine->workers));
	if (engine->workers == NULL)
		ka_out_of_memory();
	for (unsigned i = 0; i < engine->options.num_workers; i++) {
		struct ka_action_worker *worker = &engine->workers[i];

		worker->engine = engine;
		(void)snprintf(worker->name, sizeof(worker->name), "%s/%ld/%s/%u", host, (long)getpid(), nonce, i);
		if (pthread_create(&worker->thread, NULL, ka_action_worker_main, worker) != 0)
			return false;
		engine->num_workers++;
	}
	return true;
}

struct ka_action_engine *
ka_action_engine_start(struct ka_server *server, const struct ka_action_options *options)
{
	struct ka_action_engine *engine = calloc(1, sizeof(*engine));

	if (engine == NULL)
		ka_out_of_memory();
	engine->server = server;
	engine->crypto = ka_crypto_new();
	set_options(engine, options);
	make_metrics(engine);
	ka_wake_init(&engine->wake);
	if (options->is_only && ka_store_write(server->store, release_all, NULL) != KA_STORE_OK)
		ka_log(KA_LOG_WARNING, "mitigation", "leases of the process before this one stay until they run out");
	if (start_threads(engine))
		return engine;
	ka_action_engine_stop(engine);
	return NULL;
}

void
ka_action_engine_wake(struct ka_action_engine *engine)
{
	if (engine != NULL)
		ka_wake_up(&engine->wake);
}

void
ka_action_engine_stop(struct ka_action_engine *engine)
{
	if (engine == NULL)
		return;
	ka_wake_stop(&engine->wake);
	for (unsigned i = 0; i < engine->num_workers; i++)
		(void)pthread_join(engine->workers[i].thread, NULL);
	ka_wake_clear(&engine->wake);
	ka_crypto_free(engine->crypto);
	free(engine->workers);
	free(engine);
}
