/* SPDX-License-Identifier: Apache-2.0 */
/* log_verify.h - is the log of state changes what keyassayd wrote? */
#ifndef KA_SERVER_STORE_LOG_VERIFY_H
#define KA_SERVER_STORE_LOG_VERIFY_H

#include "common/buf.h"
#include "server/store/log_chain.h"

enum ka_log_fault {
	KA_LOG_SOUND = 0,
	KA_LOG_REMOVED,      /* seq to other are not there, and a later entry is */
	KA_LOG_CUT,          /* seq to other are not there, and nothing is behind */
	KA_LOG_ALTERED,      /* seq: its content is not what its hash says */
	KA_LOG_FOREIGN,      /* seq: its hash was not made with the key: the entry was altered or replaced */
	KA_LOG_MOVED,        /* seq: there stands what was written as entry other */
	KA_LOG_INSERTED,     /* seq: an entry that was not made with the key, where none was or before the one whose place it is */
	KA_LOG_NOT_CHAINED,  /* seq: an entry without hash or MAC */
	KA_LOG_HEAD_MISSING, /* all entries are sound, but whether they are all is unknown */
	KA_LOG_HEAD_FALSE,   /* the same */
	KA_LOG_HEAD_OLD,     /* the head is that of seq, and sound entries go on to other */
	KA_LOG_HEAD_OTHER,   /* the head has another hash than the last entry, seq */
	KA_LOG_NOT_EXPECTED  /* entry seq has another hash than the one that was remembered, or is not there */
};

struct ka_log_verdict {
	enum ka_log_fault fault; /* the first one, in the order of the entries; the head comes last */
	int64_t seq, other;
	uint64_t num_entries; /* that are sound, from the first one */
	struct ka_log_link last; /* the last one of them; seq 0: none */
};

/* ka_log_verify reads the log from end to end, a chunk at a time, while others may append. expect: a link that was
 * remembered elsewhere, or NULL. progress is called now and then with the number of entries; or NULL. The store has its
 * key. OK whatever the verdict is; other statuses: it could not be read. */
enum ka_store_status ka_log_verify(struct ka_log_verdict *out, struct ka_store *store, const struct ka_log_link *expect,
    void (*progress)(void *arg, uint64_t num), void *arg);

/* ka_log_verdict_text appends a sentence about the fault. */
void ka_log_verdict_text(struct ka_buf *buf, const struct ka_log_verdict *verdict);

#endif
