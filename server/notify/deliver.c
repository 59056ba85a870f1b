/* SPDX-License-Identifier: Apache-2.0 */
#include "server/notify/deliver.h"

#include <string.h>

#include "server/clock.h"
#include "server/random.h"

#define FIRST_PAUSE 1000
#define MAX_RETRY_AFTER (24 * 3600 * (int64_t)1000) /* a receiver's wish is honoured up to a day */
#define LEASE_MARGIN 20000 /* beyond the timeout of sending: for names to be looked up and results to be stored */

int64_t
ka_backoff(int32_t failures, int64_t max)
{
	int64_t limit = FIRST_PAUSE;
	uint64_t random;

	for (int32_t i = 1; i < failures && limit < max; i++)
		limit *= 2;
	if (limit > max)
		limit = max;
	ka_random_bytes((uint8_t *)&random, sizeof(random));
	return 1 + (int64_t)(random % (uint64_t)limit);
}

enum ka_store_status
ka_round_claim(struct ka_tx *tx, void *arg)
{
	struct ka_round *round = arg;
	int64_t now = ka_clock_now();

	ka_arena_clear(round->arena);
	round->num = 0;
	round->num_expired = 0;
	enum ka_store_status status = ka_tx_outbox_claim(
	    tx, &round->topic, round->arena, round->worker, now, now + round->setup->timeout_ms + LEASE_MARGIN);
	if (status != KA_STORE_OK)
		return status;
	return ka_tx_outbox_next(tx, &round->rows, &round->num, round->arena, &round->topic, now,
	    round->topic.failures > 0 ? 1 : round->setup->in_flight);
}

/* What a failed attempt makes of a message. */
static void
put_back(struct ka_outbox_row *row, const struct ka_delivery *delivery, const struct ka_setup *setup, int64_t now)
{
	row->attempts++;
	row->last_error = delivery->error;
	row->due = now + ka_backoff(row->attempts, setup->max_pause_ms);
	if (row->due < now + delivery->retry_after)
		row->due = now + delivery->retry_after;
	if (delivery->outcome == KA_SEND_REFUSED || now - row->since >= setup->give_up_ms) {
		row->state = KA_OUTBOX_DEAD;
		row->ended = now;
	}
}

void
ka_round_finish(struct ka_round *round, int64_t now)
{
	bool has_answered = false, has_failed = false;
	int64_t retry_after = 0;

	for (size_t i = 0; i < round->num; i++) {
		struct ka_outbox_row *row = &round->rows[i];
		struct ka_delivery *delivery = &round->deliveries[i];

		if (delivery->outcome == KA_SEND_STOPPED)
			continue;
		if (delivery->retry_after > MAX_RETRY_AFTER)
			delivery->retry_after = MAX_RETRY_AFTER;
		if (delivery->outcome == KA_SEND_DELIVERED) {
			row->attempts++;
			row->state = KA_OUTBOX_DELIVERED;
			row->ended = now;
			row->last_error = NULL;
			row->receipt = delivery->receipt[0] == '\0' ? NULL : delivery->receipt;
		} else {
			put_back(row, delivery, round->setup, now);
		}
		/* Who refuses a message is there, and takes others. */
		has_answered = has_answered || delivery->outcome != KA_SEND_RETRY;
		has_failed = has_failed || delivery->outcome == KA_SEND_RETRY;
		if (delivery->outcome == KA_SEND_RETRY && delivery->retry_after > retry_after)
			retry_after = delivery->retry_after;
	}
	round->topic.due = now;
	if (has_answered)
		round->topic.failures = 0;
	else if (has_failed && round->topic.failures < INT16_MAX)
		round->topic.failures++;
	if (has_failed && !has_answered)
		round->topic.due = now + ka_backoff(round->topic.failures, round->setup->max_pause_ms);
	if (round->topic.due < now + retry_after)
		round->topic.due = now + retry_after;
}

/* Whether the topic is still ours: else another worker decides when it is tried again. */
static enum ka_store_status
check_claim(struct ka_tx *tx, const struct ka_round *round)
{
	const struct ka_scope scope = { round->topic.account, round->topic.region };
	struct ka_outbox_topic_row now;
	enum ka_store_status status = ka_tx_outbox_topic_get(tx, &now, round->arena, &scope, round->topic.topic);

	if (status == KA_STORE_OK && (now.worker == NULL || strcmp(now.worker, round->worker) != 0))
		return KA_STORE_NONE;
	return status;
}

enum ka_store_status
ka_round_store(struct ka_tx *tx, void *arg)
{
	struct ka_round *round = arg;
	enum ka_store_status claim = check_claim(tx, round), status = KA_STORE_OK;
	int64_t now = ka_clock_now();

	round->num_expired = 0;
	if (claim != KA_STORE_OK && claim != KA_STORE_NONE)
		return claim;
	for (size_t i = 0; i < round->num; i++) {
		/* A delivery is a fact, whoever made it; a failure is of interest to who has the topic. */
		if (round->deliveries[i].outcome == KA_SEND_STOPPED ||
		    (claim == KA_STORE_NONE && round->rows[i].state != KA_OUTBOX_DELIVERED))
			continue;
		status = ka_tx_outbox_update(tx, &round->rows[i]);
		if (status != KA_STORE_OK && status != KA_STORE_NONE)
			return status;
	}
	if (claim == KA_STORE_NONE)
		return KA_STORE_OK;
	/* While nothing gets through, attempts are few: time ends for messages that have had none, too. */
	if (round->topic.failures > 0) {
		status = ka_tx_outbox_expire(tx, &round->num_expired, &round->topic, now - round->setup->give_up_ms, now,
		    "the receiver of the topic failed all the time", KA_EXPIRE_LIMIT);
		if (status != KA_STORE_OK)
			return status;
	}
	return ka_tx_outbox_release(tx, &round->topic);
}
