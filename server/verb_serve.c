/* SPDX-License-Identifier: Apache-2.0 */
/* verb_serve.c - keyassayd serve: puts the rooms together, waits for signals, takes them apart. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <keyassay/keyassay.h>

#include "common/message.h"
#include "server/action/engine.h"
#include "server/audit/engine.h"
#include "server/http/http.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/notify/notify.h"
#include "server/review/engine.h"
#include "server/systemd.h"
#include "server/verbs.h"

static const struct ka_verb_options serve_options = {
	.verb = "serve",
	.synopsis = "[--data DIR] [--listen ADDRESS:PORT] [options]",
	.description = "Runs the server until SIGTERM, which lets requests under way end. SIGHUP reads the configuration file and the\n"
	               "TLS certificate again. Every option is also a line of the configuration file, without the dashes.\n",
	.scope = KA_CONFIG_STORE | KA_CONFIG_ACCOUNT | KA_CONFIG_SERVE,
};

struct serve {
	int argc;
	char **argv;
	struct ka_config config;
	struct ka_node node;
	struct ka_http *http;
	struct ka_notify *notify;
	sigset_t signals;
};

static int
fail(const char *message)
{
	ka_error("%s", message);
	return KA_EXIT_FAILED;
}

static bool
start_log(const struct ka_config *config)
{
	ka_log_configure((enum ka_log_level)config->log_level, (enum ka_log_format)config->log_format);
	return ka_log_open(config->log_file);
}

/* The numbers that the store keeps itself. */
static void
collect_store(void *arg)
{
	struct serve *serve = arg;
	struct ka_metrics *metrics = serve->node.server.metrics;
	struct ka_store_stats stats;

	ka_store_stats(&stats, serve->node.server.store);
	ka_counter_set(ka_metrics_counter(metrics, "keyassayd_store_writes_total", "Write transactions.", NULL), (int64_t)stats.writes);
	ka_counter_set(ka_metrics_counter(metrics, "keyassayd_store_commits_total",
	                   "Commits to disk; fewer than writes when writes share them.", NULL), (int64_t)stats.commits);
	ka_counter_set(ka_metrics_counter(metrics, "keyassayd_store_reads_total", "Read transactions.", NULL), (int64_t)stats.reads);
	ka_counter_set(ka_metrics_counter(metrics, "keyassayd_store_retries_total", "Transactions that were run again.", NULL),
	    (int64_t)stats.retries);
	ka_counter_set(ka_metrics_counter(metrics, "keyassayd_store_failures_total", "Transactions that failed.", NULL),
	    (int64_t)stats.failures);
}

static void
make_metrics(struct serve *serve)
{
	struct ka_metrics *metrics = ka_metrics_new();
	struct ka_buf labels = { 0 };

	serve->node.server.metrics = metrics;
	ka_metrics_label(&labels, "version", ka_version());
	ka_buf_putc(&labels, '\0');
	ka_counter_set(ka_metrics_gauge(metrics, "keyassayd_build_info", "The version that runs; always 1.", labels.data), 1);
	ka_buf_clear(&labels);
	ka_counter_set(ka_metrics_gauge(metrics, "keyassayd_start_time_seconds", "When the server started, since 1970.", NULL),
	    (int64_t)time(NULL));
	ka_metrics_collect(metrics, collect_store, serve);
}

static void
say_ready(const struct serve *serve)
{
	const struct ka_server *server = &serve->node.server;
	const char *address;

	for (size_t i = 0; (address = ka_http_address(serve->http, i)) != NULL; i++)
		KA_LOG_FIELDS(KA_LOG_INFO, "listen", KA_FIELD_TEXT("address", address),
		    KA_FIELD_TEXT("protocol", serve->config.tls_cert == NULL ? "http" : "https"));
	KA_LOG_FIELDS(KA_LOG_INFO, "ready", KA_FIELD_TEXT("version", ka_version()), KA_FIELD_TEXT("data", serve->config.data),
	    KA_FIELD_NUMBER("schema", ka_store_schema_version(server->store)), KA_FIELD_TEXT("account", server->default_account));
	ka_systemd_notify("READY=1\nSTATUS=Listening on %s", ka_http_address(serve->http, 0));
}

/* --- SIGHUP --- */

static void
warn_of_restart(const struct ka_config *old, const struct ka_config *new)
{
	for (const struct ka_config_key *key = ka_config_keys(); key->name != NULL; key++) {
		if (!key->reloads && !ka_config_same(old, new, key))
			ka_log(KA_LOG_WARNING, "reload", "%s has changed; this takes effect with the next start", key->name);
	}
}

static void
reload(struct serve *serve)
{
	char message[KA_HTTP_MESSAGE_LEN];
	struct ka_config fresh;

	ka_systemd_reloading();
	if (ka_options_read(&fresh, &serve_options, serve->argc, serve->argv) != KA_OPTIONS_READ) {
		ka_log(KA_LOG_ERROR, "reload", "the configuration makes no sense and is not used; what was there before stays in force");
	} else {
		if (!start_log(&fresh))
			ka_log(KA_LOG_ERROR, "reload", "%s: %s; the log goes where it went", fresh.log_file, strerror(errno));
		warn_of_restart(&serve->config, &fresh);
		if (serve->config.tls_cert == NULL && fresh.tls_cert != NULL)
			ka_log(KA_LOG_WARNING, "reload", "tls-cert has changed; HTTPS begins with the next start");
		else if (serve->config.tls_cert != NULL && fresh.tls_cert == NULL)
			ka_log(KA_LOG_WARNING, "reload", "tls-cert is gone; HTTPS ends with the next start");
		else if (fresh.tls_cert != NULL && !ka_http_reload(serve->http, message, &fresh))
			ka_log(KA_LOG_ERROR, "reload", "%s; the old certificate stays in force", message);
		char why[KA_TOPICS_MESSAGE_LEN];
		if (!ka_notify_reload(serve->notify, why, &fresh))
			ka_log(KA_LOG_ERROR, "reload", "%s; topics stay as they were", why);
		ka_log(KA_LOG_INFO, "reload", "configuration and certificates were read again");
	}
	ka_config_clear(&fresh);
	ka_systemd_notify("READY=1");
}

/* --- running --- */

static enum ka_store_status
nothing(struct ka_tx *tx, void *arg)
{
	(void)tx;
	(void)arg;
	return KA_STORE_OK;
}

/* Waits for the signal to stop. The watchdog hears of us only while the database answers in time: a hung disk is a reason to restart,
 * an error is not. */
static int
wait_for_end(struct serve *serve)
{
	int64_t watchdog = ka_systemd_watchdog();
	struct timespec timeout = { .tv_sec = 3600 };

	if (watchdog > 0)
		timeout = (struct timespec){ .tv_sec = watchdog / 1000, .tv_nsec = watchdog % 1000 * 1000000 };
	for (;;) {
		int signal = sigtimedwait(&serve->signals, NULL, &timeout);

		if (signal == SIGHUP)
			reload(serve);
		else if (signal > 0)
			return signal;
		if (watchdog > 0) {
			(void)ka_store_read(serve->node.server.store, nothing, NULL);
			ka_systemd_notify("WATCHDOG=1");
		}
	}
}

static void
stop(struct serve *serve, int signal)
{
	ka_systemd_notify("STOPPING=1");
	ka_log(KA_LOG_INFO, "stop", "%s: requests under way may end", signal == SIGINT ? "SIGINT" : "SIGTERM");
	/* Who cannot wait sends it again. */
	(void)pthread_sigmask(SIG_UNBLOCK, &serve->signals, NULL);
	unsigned left = ka_http_drain(serve->http);
	if (left > 0)
		ka_log(KA_LOG_WARNING, "stop", "%u requests did not end within drain-timeout", left);
}

static int
run(struct serve *serve)
{
	struct ka_server *server = &serve->node.server;
	struct ka_engine_options engine = { .num_workers = (unsigned)serve->config.audit_workers,
		.chunk = (uint32_t)serve->config.audit_chunk,
		.is_only = true,
		.retention_days = (uint32_t)serve->config.retention_days };
	const struct ka_review_options review = { .num_workers = (unsigned)serve->config.revoke_workers,
		.chunk = (uint32_t)serve->config.revoke_chunk,
		.is_only = true };
	struct ka_action_options actions = {
		.num_workers = (unsigned)serve->config.mitigation_workers,
		.chunk = (uint32_t)serve->config.mitigation_chunk,
		.is_only = true,
	};
	char message[KA_HTTP_MESSAGE_LEN];

	server->host = serve->config.endpoint != NULL ? serve->config.endpoint : ka_http_address(serve->http, 0);
	make_metrics(serve);
	server->engine = ka_engine_start(server, &engine);
	if (server->engine == NULL)
		return fail("threads of the audit engine cannot be started");
	server->review = ka_review_start(server, &review);
	if (server->review == NULL)
		return fail("threads that revoke cannot be started");
	server->actions = ka_action_engine_start(server, &actions);
	if (server->actions == NULL)
		return fail("threads that apply mitigation actions cannot be started");
	char why[KA_TOPICS_MESSAGE_LEN];
	serve->notify = ka_notify_start(server, why, &serve->config, true);
	if (serve->notify == NULL)
		return fail(why);
	if (!ka_http_start(serve->http, message, server))
		return fail(message);
	if (serve->node.first_start)
		ka_log(KA_LOG_INFO, "init", "%s is initialised; the administrator's access key is in %s/credentials", serve->config.data,
		    serve->config.data);
	say_ready(serve);
	stop(serve, wait_for_end(serve));
	return KA_EXIT_DONE;
}

int
ka_verb_serve(int argc, char **argv)
{
	struct serve serve = { .argc = argc, .argv = argv, .node = { .lock = -1 } };
	char message[KA_HTTP_MESSAGE_LEN];
	int status = ka_options_read(&serve.config, &serve_options, argc, argv);

	/* Threads inherit this: signals come to wait_for_end only. */
	(void)sigemptyset(&serve.signals);
	(void)sigaddset(&serve.signals, SIGTERM);
	(void)sigaddset(&serve.signals, SIGINT);
	(void)sigaddset(&serve.signals, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &serve.signals, NULL);
	if (status == KA_OPTIONS_READ) {
		status = KA_EXIT_FAILED;
		if (!start_log(&serve.config))
			ka_error("%s: %s", serve.config.log_file, strerror(errno));
		else if ((serve.http = ka_http_new(message, &serve.config)) == NULL)
			ka_error("%s", message);
		else if (ka_verb_open(&serve.node, &serve.config, KA_NODE_LOCK | KA_NODE_INIT | KA_NODE_MIGRATE | KA_NODE_JUDGE))
			status = run(&serve);
	}
	struct ka_metrics *metrics = serve.node.server.metrics;
	ka_http_free(serve.http);
	ka_action_engine_stop(serve.node.server.actions);
	ka_engine_stop(serve.node.server.engine);
	ka_review_stop(serve.node.server.review);
	ka_notify_stop(serve.notify, status == KA_EXIT_DONE ? serve.config.drain_timeout : 0);
	ka_node_close(&serve.node);
	ka_metrics_free(metrics);
	if (status == KA_EXIT_DONE)
		ka_log(KA_LOG_INFO, "stopped", "everything is written and closed");
	ka_config_clear(&serve.config);
	return status;
}
