-- SPDX-License-Identifier: Apache-2.0
-- Messages on their way to topics of SNS.

-- since is when the time for delivery began: when it was written, or when an operator had it tried again. due is the
-- next attempt. message stands last: it may be long, and lists do not want it.
CREATE TABLE outbox (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	id TEXT NOT NULL CHECK (length(id) = 36),
	topic TEXT NOT NULL,
	state INTEGER NOT NULL,
	created INTEGER NOT NULL,
	since INTEGER NOT NULL,
	due INTEGER NOT NULL,
	ended INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	last_error TEXT,
	receipt TEXT,
	subject TEXT,
	message TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX outbox_by_id ON outbox (id, region, account); -- outbox_insert, outbox_retry
CREATE INDEX outbox_by_topic ON outbox (topic); -- outbox_list
CREATE INDEX outbox_by_state ON outbox (state); -- outbox_list, outbox_count
CREATE INDEX outbox_to_send ON outbox (account, region, topic, due) WHERE state = 1; -- outbox_next
CREATE INDEX outbox_undelivered ON outbox (account, region, topic, since) WHERE state = 1; -- outbox_expire
CREATE INDEX outbox_by_end ON outbox (ended) WHERE ended > 0; -- outbox_purge

-- A topic that has messages to send: who does it, and when. Receivers fail as a whole, so back-off is the topic's.
CREATE TABLE outbox_topic (
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	topic TEXT NOT NULL,
	due INTEGER NOT NULL,
	failures INTEGER NOT NULL,
	worker TEXT,
	PRIMARY KEY (account, region, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_topic_due ON outbox_topic (due); -- outbox_claim
