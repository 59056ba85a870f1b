/* SPDX-License-Identifier: Apache-2.0 */
/* sweep.c - retention: one sweeper for all that goes away by itself. Few rows a transaction, so that others write in
 * between; each has its entry in the log of state changes, which itself keeps everything. */
#include <stdio.h>

#include "server/audit/engine_internal.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/store/mitigation.h"
#include "server/store/revocation.h"
#include "server/store/store.h"

#define PURGE_LIMIT 500u

/* What is swept. A function deletes at most limit rows and says how many; nothing left: 0. */
static const struct {
	const char *name; /* in metrics and log */
	enum ka_store_status (*purge)(struct ka_tx *tx, uint64_t *out_num, int64_t before, uint32_t limit);
} kinds[KA_NUM_SWEPT] = {
	{ "audit", ka_tx_purge }, /* findings, then tasks with their checks */
	{ "mitigation", ka_tx_mitigation_purge }, /* executions, then tasks */
	{ "notification", ka_tx_outbox_purge }, /* delivered, given up or dropped */
	{ "revocation", ka_tx_revocation_purge },
};

void
ka_sweep_metrics(struct ka_engine *engine)
{
	for (size_t i = 0; i < KA_NUM_SWEPT; i++) {
		char label[64];

		(void)snprintf(label, sizeof(label), "kind=\"%s\"", kinds[i].name);
		engine->purged[i] = ka_metrics_counter(engine->server->metrics, "keyassayd_retention_deleted_total",
		    "Rows deleted at the end of their retention: findings and tasks, executions, messages, revocations.", label);
	}
	engine->swept = ka_metrics_gauge(engine->server->metrics, "keyassayd_retention_last_sweep_seconds",
	    "When the last sweep ended that came to its end, since 1970.", NULL);
}

struct purge {
	size_t kind;
	int64_t now, before;
	uint64_t num;
};

static enum ka_store_status
purge(struct ka_tx *tx, void *arg)
{
	struct purge *p = arg;
	char state[96];
	enum ka_store_status status = kinds[p->kind].purge(tx, &p->num, p->before, PURGE_LIMIT);

	if (status != KA_STORE_OK || p->num == 0)
		return status;
	(void)snprintf(state, sizeof(state), "{\"kind\":\"%s\",\"deleted\":%llu,\"olderThan\":%lld.%03d}",
	    kinds[p->kind].name, (unsigned long long)p->num, (long long)(p->before / 1000), (int)(p->before % 1000));
	return ka_tx_log_append(tx,
	    &(struct ka_log_row){ .time = p->now,
		.account = KA_LOG_ANY_REGION,
		.region = KA_LOG_ANY_REGION,
		.actor = "keyassayd:retention",
		.action = "DeleteOldRows",
		.resource = "retention",
		.before = state });
}

/* False: not to its end. */
static bool
sweep_kind(struct ka_engine *engine, struct purge *p, uint64_t *total)
{
	do {
		if (ka_wake_stops(&engine->wake) || ka_store_write(engine->server->store, purge, p) != KA_STORE_OK)
			return false;
		*total += p->num;
		ka_counter_add(engine->purged[p->kind], (int64_t)p->num);
	} while (p->num > 0);
	return true;
}

void
ka_sweep(struct ka_engine *engine)
{
	int64_t now = ka_clock_now();
	bool ended = true;

	for (size_t kind = 0; kind < KA_NUM_SWEPT; kind++) {
		struct purge p = { kind, now, now - (int64_t)engine->options.retention_days * 86400000, 0 };
		uint64_t total = 0;

		ended = sweep_kind(engine, &p, &total) && ended;
		if (total > 0)
			KA_LOG_FIELDS(KA_LOG_INFO, "retention", KA_FIELD_TEXT("kind", kinds[kind].name),
			    KA_FIELD_NUMBER("deleted", (int64_t)total),
			    KA_FIELD_NUMBER("days", (int64_t)engine->options.retention_days));
	}
	if (ended)
		ka_counter_set(engine->swept, now / 1000);
}
