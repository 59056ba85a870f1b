/* SPDX-License-Identifier: Apache-2.0 */
/* progress.h - how far, how fast, how long still; on stderr, when the work takes longer than a second. */
#ifndef KA_COMMON_PROGRESS_H
#define KA_COMMON_PROGRESS_H

#include <keyassay/base.h>

struct ka_progress {
	bool enabled;
	bool terminal; /* one line that is drawn over; else a line every ten seconds */
	const char *unit; /* "keys" */
	double started, drawn;
	int64_t total; /* bytes, or whatever done counts; -1 unknown */
	uint64_t done, keys;
	bool shown;
};

enum ka_progress_mode { KA_PROGRESS_AUTO, KA_PROGRESS_ON, KA_PROGRESS_OFF };

/* ka_progress_wanted says whether progress will be shown, so that finding out the total is worth its time. */
bool ka_progress_wanted(enum ka_progress_mode mode);
void ka_progress_begin(struct ka_progress *progress, enum ka_progress_mode mode, const char *unit, int64_t total);

/* ka_progress_update draws when it is time to. done is compared with total, keys is shown with its rate. */
void ka_progress_update(struct ka_progress *progress, uint64_t done, uint64_t keys);

/* ka_progress_clear takes the bar off the terminal for a line that is to be printed in between. */
void ka_progress_clear(struct ka_progress *progress);

/* ka_progress_end takes the bar away, so that what follows starts on a clean line. */
void ka_progress_end(struct ka_progress *progress);

#endif
