/* SPDX-License-Identifier: Apache-2.0 */
/* deliver.h - one round of a worker: a topic is claimed with some of its messages, they are sent, and what became of them is
 * stored, in one transaction each. Nothing is remembered between rounds, so a crash anywhere costs at most a second delivery. */
#ifndef KA_SERVER_NOTIFY_DELIVER_H
#define KA_SERVER_NOTIFY_DELIVER_H

#include "server/notify/transport.h"

/* How many messages a failing topic gives up in one transaction; the rest in the next round. */
#define KA_EXPIRE_LIMIT 1000u

struct ka_round {
	/* Set by the worker. */
	const char *worker;
	const struct ka_setup *setup;
	struct ka_arena *arena;

	/* Set by ka_round_claim; in the arena. */
	struct ka_outbox_topic_row topic;
	struct ka_outbox_row *rows;
	size_t num;

	/* Set by the worker, one for each row. */
	struct ka_delivery *deliveries;

	/* Set by ka_round_store: messages that became dead because their time was over, without an attempt in this round; when the
	 * topic is tried again; and of each delivery's row the state that it has now. */
	uint64_t num_expired;
};

/* ka_round_claim and ka_round_store are for ka_store_write; arg is the round. claim returns NONE when no topic is due. A topic
 * that has failed is tried with one message only. */
enum ka_store_status ka_round_claim(struct ka_tx *tx, void *arg);
enum ka_store_status ka_round_store(struct ka_tx *tx, void *arg);

/* ka_round_finish turns outcomes into rows: states, pauses, errors; and topic.due and topic.failures. Once, before
 * ka_round_store, which may run several times. */
void ka_round_finish(struct ka_round *round, int64_t now);

/* ka_backoff returns the pause before attempt number failures + 1, in milliseconds: a random part of 1, 2, 4, ... seconds, at
 * most max ("full jitter": Brooker, "Exponential Backoff And Jitter", 2015), so that many senders do not come back together. */
int64_t ka_backoff(int32_t failures, int64_t max);

#endif
