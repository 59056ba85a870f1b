/* SPDX-License-Identifier: Apache-2.0 */
/* ca.h - the columns of a CA certificate, in the order in which they are written and read. */
#ifndef KA_SERVER_STORE_ROWS_CA_H
#define KA_SERVER_STORE_ROWS_CA_H

#include "server/store/sql.h"

/* What judging needs, and all but seq (which stands before) and der (which stands behind). */
#define KA_CA_SCAN_COLUMNS "id, status, not_before, not_after, created"
#define KA_CA_COLUMNS \
	KA_CA_SCAN_COLUMNS \
	", mode, subject_sha256, spki_sha256, modified, customer_version, auto_registration, generation_id," \
	" registration_config, template_name, transfer_to, transfer_message, transfer_date, status_before_transfer, " \
	"deactivated_by, deactivated"
/* der, and what a migration added behind it: an engine passes over der to get there, so lists go without. */
#define KA_CA_LAST_COLUMNS "previous_owner, reject_reason, accept_date, reject_date, der"

/* ka_ca_read reads "seq, KA_CA_COLUMNS" and, if wanted, "KA_CA_LAST_COLUMNS". */
void ka_ca_read(struct ka_sql *sql, struct ka_ca_row *out, struct ka_arena *arena, bool with_last);

#endif
