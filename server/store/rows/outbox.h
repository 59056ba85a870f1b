/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.h - what the files of the outbox share. */
#ifndef KA_SERVER_STORE_ROWS_OUTBOX_H
#define KA_SERVER_STORE_ROWS_OUTBOX_H

#include "server/store/sql.h"

/* All columns but the message. */
#define KA_OUTBOX_COLUMNS \
	"seq, account, region, id, topic, state, created, since, due, ended, attempts, last_error, receipt, subject"

void ka_outbox_read(struct ka_sql *sql, struct ka_outbox_row *out, struct ka_arena *arena);

/* ka_outbox_topic_wants tells a topic that it has a message due at a time. It is not made to hurry while somebody works
 * on it (who will look again) or while it backs off, unless again is set. */
enum ka_store_status ka_outbox_topic_wants(
    struct ka_tx *tx, const struct ka_scope *scope, const char *topic, int64_t due, bool again);

#endif
