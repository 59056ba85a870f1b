/* SPDX-License-Identifier: Apache-2.0 */
/* scheduler.c - a thread that starts the tasks of schedules, and now and then deletes what is old. */
#include <stdio.h>
#include <stdlib.h>

#include "server/audit/config.h"
#include "server/audit/engine_internal.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/random.h"

#define SWEEP_EVERY_MS 3600000

struct fire {
	int64_t now;
	struct ka_arena arena;
	struct ka_task_row task;
	struct ka_schedule_row schedule;
};

static void
disable(struct ka_task_check_row *row)
{
	row->status = KA_RUN_FAILED;
	row->error_code = "AUDIT_CHECK_DISABLED";
	row->message = "This check is not enabled for the account: UpdateAccountAuditConfiguration enables it.";
}

/* The checks that the schedule names, with their configuration as it is now. A check that was disabled since fails,
 * and says so. */
static struct ka_task_check_row *
make_checks(size_t *out_num, struct ka_arena *arena, const char *names, const json_t *config)
{
	json_t *list = json_loads(names, 0, NULL), *name;
	size_t i, num = json_array_size(list);
	struct ka_task_check_row *rows = ka_arena_take(arena, num * sizeof(*rows));

	json_array_foreach(list, i, name)
	{
		const char *text = json_is_string(name) ? json_string_value(name) : "";
		const json_t *settings = json_object_get(json_object_get(config, text), "configuration");
		char *dumped = settings == NULL ? NULL : json_dumps(settings, JSON_COMPACT | JSON_SORT_KEYS);

		rows[i] = (struct ka_task_check_row){ .check_name = ka_arena_string(arena, text),
			.position = (int32_t)i,
			.status = KA_RUN_IN_PROGRESS,
			.config = ka_arena_string(arena, dumped) };
		free(dumped);
		if (!ka_audit_config_enabled(config, text))
			disable(&rows[i]);
	}
	json_decref(list);
	*out_num = num;
	return rows;
}

static enum ka_store_status
insert_task(struct ka_tx *tx, struct fire *fire, const struct ka_scope *scope)
{
	struct ka_task_row *task = &fire->task;
	struct ka_audit_config_row row;
	size_t num;
	enum ka_store_status status = ka_tx_audit_config_get(tx, &row, &fire->arena, scope);

	if (status != KA_STORE_OK && status != KA_STORE_NONE)
		return status;
	json_t *config = ka_audit_config_checks(status == KA_STORE_NONE ? NULL : &row);
	const struct ka_task_check_row *checks = make_checks(&num, &fire->arena, fire->schedule.checks, config);
	json_decref(config);
	*task = (struct ka_task_row){ .type = KA_TASK_SCHEDULED,
		.scheduled_name = fire->schedule.name,
		.status = KA_TASK_IN_PROGRESS,
		.started = fire->now };
	ka_random_hex(task->id, KA_TASK_ID_LEN);
	status = ka_tx_ca_last_seq(tx, &task->ca_last_seq);
	if (status == KA_STORE_OK)
		status = ka_tx_device_last_seq(tx, &task->device_last_seq);
	return status == KA_STORE_OK ? ka_tx_task_insert(tx, scope, task, checks, num) : status;
}

static enum ka_store_status
log_start(struct ka_tx *tx, struct fire *fire, const struct ka_scope *scope)
{
	char arn[192];

	(void)snprintf(arn, sizeof(arn), "arn:aws:iot:%s:%s:audittask/%s", scope->region, scope->account, fire->task.id);
	return ka_tx_log_append(tx,
	    &(struct ka_log_row){ .time = fire->now,
		.account = scope->account,
		.region = scope->region,
		.actor = ka_arena_format(&fire->arena, "keyassayd:schedule %s", fire->schedule.name),
		.action = "StartScheduledAuditTask",
		.resource = arn,
		.after = "{\"taskStatus\":\"IN_PROGRESS\"}" });
}

/* The task and the schedule's next time are one transaction: a run is neither lost nor done twice, by however many
 * nodes. Times that passed while no node ran give one task together. */
static enum ka_store_status
fire_one(struct ka_tx *tx, void *arg)
{
	struct fire *fire = arg;

	ka_arena_clear(&fire->arena);
	enum ka_store_status status = ka_tx_schedule_due(tx, &fire->schedule, &fire->arena, fire->now);
	if (status != KA_STORE_OK)
		return status;
	const struct ka_scope scope = { fire->schedule.account, fire->schedule.region };
	status = insert_task(tx, fire, &scope);
	if (status != KA_STORE_OK)
		return status;
	fire->schedule.next_run = ka_schedule_next(&fire->schedule, fire->now);
	status = ka_tx_schedule_update(tx, &scope, &fire->schedule);
	return status == KA_STORE_OK ? log_start(tx, fire, &scope) : status;
}

void
ka_scheduler_fire(struct ka_engine *engine)
{
	struct fire fire = { .now = ka_clock_now() };
	bool fired = false;

	while (!ka_wake_stops(&engine->wake) && ka_store_write(engine->server->store, fire_one, &fire) == KA_STORE_OK) {
		fired = true;
		ka_counter_add(engine->fired, 1);
		KA_LOG_FIELDS(KA_LOG_INFO, "schedule", KA_FIELD_TEXT("schedule", fire.schedule.name),
		    KA_FIELD_TEXT("account", fire.schedule.account), KA_FIELD_TEXT("region", fire.schedule.region),
		    KA_FIELD_TEXT("task", fire.task.id));
	}
	ka_arena_clear(&fire.arena);
	if (fired)
		ka_engine_wake(engine);
}

void *
ka_scheduler_main(void *arg)
{
	struct ka_engine *engine = arg;
	int64_t next_sweep = 0;

	while (!ka_wake_stops(&engine->wake)) {
		uint64_t seen = ka_wake_seen(&engine->wake);
		int64_t now = ka_clock_now();

		ka_scheduler_fire(engine);
		if (now >= next_sweep) {
			ka_sweep(engine);
			next_sweep = now + SWEEP_EVERY_MS;
		}
		ka_wake_wait(&engine->wake, seen, engine->options.poll_ms);
	}
	return NULL;
}
