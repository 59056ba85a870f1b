/* SPDX-License-Identifier: Apache-2.0 */
/* undecided.h - how many certificates of a check could not be decided, and why: kept with the check's row from chunk
 * to chunk, told in its message. Such a certificate counts as evaluated, and nobody can overlook it. */
#ifndef KA_SERVER_AUDIT_UNDECIDED_H
#define KA_SERVER_AUDIT_UNDECIDED_H

#include "server/arena.h"

#define KA_UNDECIDED_MAX_WHYS 8u  /* further ones are counted together */
#define KA_UNDECIDED_WHY_LEN 160u /* so that the message fits in the 2,048 characters of the model */

/* Zeroed: none. */
struct ka_undecided_tally {
	int64_t total; /* certificates */
	int64_t other; /* times that a reason beyond the first ones was given */
	size_t num_whys;
	struct {
		char why[KA_UNDECIDED_WHY_LEN];
		int64_t count;
	} whys[KA_UNDECIDED_MAX_WHYS];
};

/* ka_undecided_add counts a reason; the certificate itself is counted in total by the caller. */
void ka_undecided_add(struct ka_undecided_tally *tally, const char *why);

/* ka_undecided_read and _write turn it from and to the column's JSON, NULL when there are none. read returns false
 * for anything that write did not make. */
bool ka_undecided_read(struct ka_undecided_tally *out, const char *json);
const char *ka_undecided_write(struct ka_arena *arena, const struct ka_undecided_tally *tally);

/* ka_undecided_message returns sentences for people, NULL when there are none; evaluated is how many certificates
 * there were. */
const char *ka_undecided_message(struct ka_arena *arena, const struct ka_undecided_tally *tally, int64_t evaluated);

#endif
