/* SPDX-License-Identifier: Apache-2.0 */
/* device.h - the columns of a device certificate, in the order in which they are written and read. */
#ifndef KA_SERVER_STORE_ROWS_DEVICE_H
#define KA_SERVER_STORE_ROWS_DEVICE_H

#include "server/store/sql.h"

/* What judging needs, and all but seq (which stands before) and der (which stands behind). */
#define KA_DEVICE_SCAN_COLUMNS "id, ca_id, status, not_before, not_after, created"
#define KA_DEVICE_COLUMNS \
	KA_DEVICE_SCAN_COLUMNS \
	", mode, modified, customer_version, generation_id, previous_owner, transfer_to, transfer_message, " \
	"reject_reason," \
	" transfer_date, accept_date, reject_date, deactivated_by, deactivated"

/* ka_device_read reads "seq, KA_DEVICE_COLUMNS" and, if wanted, "der". */
void ka_device_read(struct ka_sql *sql, struct ka_device_row *out, struct ka_arena *arena, bool with_der);

#endif
