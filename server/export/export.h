/* SPDX-License-Identifier: Apache-2.0 */
/* export.h - what brokers must refuse, as files that they read: however many certificates there are, in the same memory, from one
 * snapshot of the database. */
#ifndef KA_SERVER_EXPORT_EXPORT_H
#define KA_SERVER_EXPORT_EXPORT_H

#include "server/outfile.h"
#include "server/pki/pki.h"
#include "server/store/revocation.h"

#define KA_EXPORT_MESSAGE_LEN KA_DATADIR_MESSAGE_LEN

/* ka_export_list writes the SHA-256 fingerprints of a scope's certificates that must be refused, sorted, one a line, between comments:
 * device certificates that are not ACTIVE, those whose CA was deactivated by a mitigation, and these CAs. The same registry gives the
 * same bytes. False: out_message says why. */
bool ka_export_list(struct ka_outfile *out, uint64_t *out_num, char out_message[KA_EXPORT_MESSAGE_LEN], struct ka_store *store,
    const struct ka_scope *scope);

/* ka_export_crl writes the internal CA's list of revoked certificates in PEM (RFC 5280): of what it issued, for whatever account, REVOKED
 * certificates, without reason, and, as on hold, those that are not ACTIVE otherwise. It holds until next_update (milliseconds). */
bool ka_export_crl(struct ka_outfile *out, uint64_t *out_num, char out_message[KA_EXPORT_MESSAGE_LEN], struct ka_store *store,
    const struct ka_pki *pki, int64_t now, int64_t next_update);

#endif
