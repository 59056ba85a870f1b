/* SPDX-License-Identifier: Apache-2.0 */
/* engine_double.c - stands in for the audit room until it is there, so that the other rooms can be tested from outside. Never installed. */
#include "server/audit/engine.h"

static int something;

struct ka_engine *
ka_engine_start(struct ka_server *server, const struct ka_engine_options *options)
{
	(void)server;
	(void)options;
	return (struct ka_engine *)&something;
}

void
ka_engine_wake(struct ka_engine *engine)
{
	(void)engine;
}

void
ka_engine_stop(struct ka_engine *engine)
{
	(void)engine;
}

const struct ka_audit_check *
ka_audit_checks(void)
{
	static const struct ka_audit_check none[1];

	return none;
}

const struct ka_audit_check *
ka_audit_check_by_name(const char *name)
{
	(void)name;
	return NULL;
}

int64_t
ka_schedule_next(const struct ka_schedule_row *schedule, int64_t after)
{
	(void)schedule;
	return after + 86400000;
}
