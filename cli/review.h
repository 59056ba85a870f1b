/* SPDX-License-Identifier: Apache-2.0 */
/* review.h - keyassay review: which device certificates of a CA are in doubt, and their revocation. */
#ifndef KA_CLI_REVIEW_H
#define KA_CLI_REVIEW_H

#include <signal.h>

#include "cli/aws.h"
#include "common/buf.h"
#include "common/progress.h"

#define KA_REVIEW_ID_LEN 41u

struct ka_review {
	struct ka_aws *aws;
	const char *ca_id;
	bool has_after, has_before;
	int64_t after, before; /* seconds since 1970 */
	unsigned max_rows;     /* of the table */
	bool json, quiet;
	enum ka_progress_mode progress;
	double timeout;
};

/* ka_review_look asks for the certificates that would be revoked and prints a table of the newest ones and how many there are. *out_dry
 * is the reply to the dry run, the caller's. False: the error was printed. */
bool ka_review_look(json_t **out_dry, const struct ka_review *review);

/* ka_review_start starts the revocation of what the dry run counted: its time is the one that was shown. False: the error was printed. */
bool ka_review_start(char out_id[KA_REVIEW_ID_LEN], const struct ka_review *review, const json_t *dry);

/* ka_review_cancel asks that a revocation be ended. */
bool ka_review_cancel(const struct ka_review *review, const char *id);

/* ka_review_wait waits for a revocation's end, prints its result and returns the exit status. *interrupted is looked at now and then. */
int ka_review_wait(const struct ka_review *review, const char *id, const volatile sig_atomic_t *interrupted);

/* ka_review_count returns a number of a reply, 0 when it has none. */
json_int_t ka_review_count(const json_t *reply, const char *name);

/* review_print.c: appends to buf, but for ka_review_put_json, which prints. */
void ka_review_put_head(struct ka_buf *buf, const json_t *dry);
void ka_review_put_devices(struct ka_buf *buf, const json_t *devices, json_int_t total);
void ka_review_put_counts(struct ka_buf *buf, const json_t *dry);
void ka_review_put_result(struct ka_buf *buf, const json_t *job);
bool ka_review_put_json(const json_t *reply);

/* ka_review_put_out prints a buffer on stdout and clears it; false: it was not taken, which was said. */
bool ka_review_put_out(struct ka_buf *buf);

#endif
