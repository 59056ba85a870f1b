/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h - carries revocation jobs out: claims them with a lease and revokes a chunk of device certificates in each transaction.
 *
 * api/ writes jobs; the engine picks them up; neither calls the other, but for the wake-up below. A job's numbers: total is how many
 * certificates of the CA were registered in the job's time when it began; examined how many of them it has come to; of these it has
 * revoked some, found some already_revoked, and left those alone that are in_transfer to another account: revoking them would take them
 * from under the transfer, as UpdateCertificate does not do either. Certificates that are deleted before their turn are not examined. */
#ifndef KA_SERVER_REVIEW_ENGINE_H
#define KA_SERVER_REVIEW_ENGINE_H

#include "server/server.h"

struct ka_review_options {
	unsigned num_workers; /* 0: other nodes run the jobs */
	int64_t lease_ms;     /* 0: 30 seconds; renewed with every chunk */
	int64_t poll_ms;      /* 0: 1 second: how often other nodes' jobs and run-out leases are looked for */
	uint32_t chunk;       /* certificates of a transaction; 0: 1000 */
	/* No other process uses this database: leases that are left are those of the dead. */
	bool is_only;
};

/* ka_review_start starts the workers; NULL when a thread cannot be started. */
struct ka_review *ka_review_start(struct ka_server *server, const struct ka_review_options *options);

/* ka_review_wake makes the workers look for work now. Any thread; NULL is fine. */
void ka_review_wake(struct ka_review *review);

/* ka_review_stop lets the chunks under way end, gives leases back and joins the threads. NULL is fine. */
void ka_review_stop(struct ka_review *review);

#endif
