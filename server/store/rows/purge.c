/* SPDX-License-Identifier: Apache-2.0 */
/* Retention: what is old goes away, a little at a time, so that nobody waits long for a commit. */
#include "server/store/sql.h"

static enum ka_store_status
purge_findings(struct ka_tx *tx, uint64_t *out_num, int64_t before, uint32_t limit)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "DELETE FROM finding WHERE seq IN (SELECT seq FROM finding WHERE found < ? ORDER BY found LIMIT ?)");
	ka_sql_put_int(&sql, before);
	ka_sql_put_int(&sql, limit);
	return ka_sql_count(&sql, out_num);
}

static enum ka_store_status
purge_tasks(struct ka_tx *tx, uint64_t *out_num, int64_t before, uint32_t limit)
{
	uint64_t num_checks;
	struct ka_sql sql;

	/* The checks first: they are found through their tasks. */
	ka_sql_begin(&sql, tx,
	    "DELETE FROM task_check WHERE (task_id, account, region) IN (SELECT id, account, region FROM task"
	    " WHERE ended > 0 AND ended < ? ORDER BY ended, seq LIMIT ?)");
	ka_sql_put_int(&sql, before);
	ka_sql_put_int(&sql, limit);
	enum ka_store_status status = ka_sql_count(&sql, &num_checks);
	if (status != KA_STORE_OK)
		return status;
	ka_sql_begin(&sql, tx,
	    "DELETE FROM task WHERE seq IN (SELECT seq FROM task WHERE ended > 0 AND ended < ? ORDER BY ended, seq "
	    "LIMIT ?)");
	ka_sql_put_int(&sql, before);
	ka_sql_put_int(&sql, limit);
	return ka_sql_count(&sql, out_num);
}

enum ka_store_status
ka_tx_purge(struct ka_tx *tx, uint64_t *out_num, int64_t before, uint32_t limit)
{
	uint64_t num_findings, num_tasks = 0;
	enum ka_store_status status = purge_findings(tx, &num_findings, before, limit);

	/* A task goes when its findings are gone: they are not younger than its end. */
	if (status == KA_STORE_OK && num_findings < limit)
		status = purge_tasks(tx, &num_tasks, before, limit - (uint32_t)num_findings);
	if (status == KA_STORE_OK)
		*out_num = num_findings + num_tasks;
	return status;
}
