/* SPDX-License-Identifier: Apache-2.0 */
/* What brokers must refuse: rows as they come, however many there are. */
#include <assert.h>
#include <string.h>

#include "server/store/revocation.h"
#include "server/store/sql.h"

static_assert(KA_DEVICE_ACTIVE == 1 && KA_CA_ACTIVE == 1, "the numbers in the texts below");

static enum ka_store_status
see_ids(struct ka_sql *sql, ka_refused_fn fn, void *arg)
{
	char id[KA_CERT_ID_LEN + 1];

	while (ka_sql_step(sql)) {
		ka_sql_id(sql, id, sizeof(id));
		if (!fn(arg, id))
			break;
	}
	return ka_sql_end(sql);
}

enum ka_store_status
ka_tx_refused_cas(
    struct ka_tx *tx, const struct ka_scope *scope, const char *after, ka_refused_fn fn, void *arg)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT id FROM ca WHERE account = ? AND region = ? AND id > ? AND deactivated_by IS NOT NULL AND status <> 1"
	    " ORDER BY id");
	ka_sql_put_scope(&sql, scope);
	if (after[0] == '\0')
		ka_sql_put_blob(&sql, (struct ka_slice){ NULL, 0 });
	else
		ka_sql_put_id(&sql, after);
	return see_ids(&sql, fn, arg);
}

static bool
note(void *arg, const char *id)
{
	(void)id;
	*(bool *)arg = true;
	return false;
}

/* Those that are not ACTIVE have an index of their own. */
static enum ka_store_status
see_inactive(struct ka_tx *tx, const struct ka_scope *scope, ka_refused_fn fn, void *arg)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT id FROM device WHERE account = ? AND region = ? AND status <> 1 ORDER BY id");
	ka_sql_put_scope(&sql, scope);
	return see_ids(&sql, fn, arg);
}

/* Whose CA was deactivated is not in its row: all are looked at, in the order of the index of ids, past other accounts. So nothing is
 * sorted, and it does not matter how many there are. || '' keeps engines from the index of accounts, behind which they would have to
 * sort. */
static enum ka_store_status
see_all(struct ka_tx *tx, const struct ka_scope *scope, ka_refused_fn fn, void *arg)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT device.id FROM device LEFT JOIN ca"
	    " ON ca.id = device.ca_id AND ca.region = device.region AND ca.account = device.account"
	    " WHERE device.id > ? AND device.region || '' = ? AND device.account || '' = ?"
	    " AND (device.status <> 1 OR (ca.deactivated_by IS NOT NULL AND ca.status <> 1)) ORDER BY device.id");
	ka_sql_put_blob(&sql, (struct ka_slice){ NULL, 0 });
	ka_sql_put_text(&sql, scope->region);
	ka_sql_put_text(&sql, scope->account);
	return see_ids(&sql, fn, arg);
}

enum ka_store_status
ka_tx_refused_devices(struct ka_tx *tx, const struct ka_scope *scope, ka_refused_fn fn, void *arg)
{
	bool any = false;
	enum ka_store_status status = ka_tx_refused_cas(tx, scope, "", note, &any);

	if (status != KA_STORE_OK)
		return status;
	return any ? see_all(tx, scope, fn, arg) : see_inactive(tx, scope, fn, arg);
}

enum ka_store_status
ka_tx_issued_refused(struct ka_tx *tx, const char *ca_id, ka_device_fn fn, void *arg)
{
	struct ka_device_row row = { .seq = 0 };
	struct ka_sql sql;

	ka_sql_begin(
	    &sql, tx, "SELECT seq, id, status, modified, der FROM device WHERE ca_id = ? AND status <> 1 ORDER BY seq");
	ka_sql_put_id(&sql, ca_id);
	while (ka_sql_step(&sql)) {
		row.seq = ka_sql_int(&sql);
		ka_sql_id(&sql, row.id, sizeof(row.id));
		row.status = (enum ka_device_status)ka_sql_int(&sql);
		row.modified = ka_sql_int(&sql);
		row.der = ka_sql_peek(&sql);
		if (!fn(arg, &row))
			break;
	}
	return ka_sql_end(&sql);
}

enum ka_store_status
ka_tx_markers(struct ka_tx *tx, int64_t out[KA_NUM_MARKERS])
{
	int64_t markers[KA_NUM_MARKERS];
	struct ka_sql sql;

	/* Each change is in the log, but for what an import registers. */
	ka_sql_begin(&sql, tx, "SELECT max(seq) FROM log");
	enum ka_store_status status = ka_sql_number(&sql, &markers[0]);
	if (status == KA_STORE_OK)
		status = ka_tx_ca_last_seq(tx, &markers[1]);
	if (status == KA_STORE_OK)
		status = ka_tx_device_last_seq(tx, &markers[2]);
	if (status == KA_STORE_OK)
		memcpy(out, markers, sizeof(markers));
	return status;
}
