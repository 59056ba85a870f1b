/* SPDX-License-Identifier: Apache-2.0 */
/* Device certificates as a review sees them: how many of each status, and one revoked if it is still as it was seen. */
#include <assert.h>
#include <string.h>

#include "server/store/revocation.h"
#include "server/store/sql.h"

static_assert(KA_DEVICE_PENDING_ACTIVATION + 1 == KA_NUM_DEVICE_STATUSES, "the columns below");
static_assert(KA_DEVICE_REVOKED == 3, "the number in the text below");

enum ka_store_status
ka_tx_device_count(struct ka_tx *tx, uint64_t out_counts[KA_NUM_DEVICE_STATUSES], const struct ka_scope *scope,
    const struct ka_device_filter *filter)
{
	struct ka_sql sql;
	uint64_t counts[KA_NUM_DEVICE_STATUSES] = { 0 };

	/* GROUP BY would sort a million rows; counting them takes the index alone. */
	ka_sql_begin(&sql, tx,
	    "SELECT count(CASE WHEN status = 1 THEN 1 END), count(CASE WHEN status = 2 THEN 1 END),"
	    " count(CASE WHEN status = 3 THEN 1 END), count(CASE WHEN status = 4 THEN 1 END),"
	    " count(CASE WHEN status = 5 THEN 1 END), count(CASE WHEN status = 6 THEN 1 END)"
	    " FROM device WHERE account = ? AND region = ? AND ca_id = ? AND created >= ? AND created < ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, filter->ca_id);
	ka_sql_put_int(&sql, filter->registered_after);
	ka_sql_put_int(&sql, filter->registered_before == 0 ? INT64_MAX : filter->registered_before);
	if (ka_sql_step(&sql))
		for (unsigned i = KA_DEVICE_ACTIVE; i < KA_NUM_DEVICE_STATUSES; i++)
			counts[i] = (uint64_t)ka_sql_int(&sql);
	enum ka_store_status status = ka_sql_end(&sql);
	if (status == KA_STORE_OK)
		memcpy(out_counts, counts, sizeof(counts));
	return status;
}

enum ka_store_status
ka_tx_device_revoke(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_device_row *row, int64_t now)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "UPDATE device SET status = 3, modified = ?, customer_version = customer_version + 1"
	    " WHERE account = ? AND region = ? AND id = ? AND status = ? AND customer_version = ?");
	ka_sql_put_int(&sql, now);
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, row->id);
	ka_sql_put_int(&sql, row->status);
	ka_sql_put_int(&sql, row->customer_version);
	return ka_sql_change(&sql, KA_STORE_NONE);
}
