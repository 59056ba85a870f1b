-- SPDX-License-Identifier: Apache-2.0
-- Jobs that revoke the device certificates of a CA (review of devices), and what must be refused.

CREATE TABLE revocation (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	id BLOB NOT NULL CHECK (length(id) = 16),
	ca_id BLOB NOT NULL CHECK (length(ca_id) = 32),
	registered_after INTEGER NOT NULL,
	registered_before INTEGER NOT NULL,
	since INTEGER NOT NULL,
	last_seq INTEGER NOT NULL,
	status INTEGER NOT NULL,
	cancel_requested INTEGER NOT NULL,
	started INTEGER NOT NULL,
	ended INTEGER NOT NULL,
	cursor INTEGER NOT NULL,
	total INTEGER NOT NULL,
	examined INTEGER NOT NULL,
	revoked INTEGER NOT NULL,
	already_revoked INTEGER NOT NULL,
	in_transfer INTEGER NOT NULL,
	actor TEXT NOT NULL,
	request TEXT,
	token TEXT,
	message TEXT,
	worker TEXT,
	lease_until INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX revocation_by_id ON revocation (id, account, region); -- revocation_get
CREATE UNIQUE INDEX revocation_by_token ON revocation (account, region, token); -- revocation_by_token
CREATE INDEX revocation_by_start ON revocation (account, region, started); -- revocation_list, revocation_count_running
CREATE INDEX revocation_to_claim ON revocation (seq, lease_until) WHERE status = 1; -- revocation_claim
CREATE INDEX revocation_by_end ON revocation (ended) WHERE ended > 0; -- revocation_purge

-- What a CA issued and must be refused, whatever the account: the list of revoked certificates of the internal CA.
CREATE INDEX device_refused ON device (ca_id) WHERE status <> 1; -- issued_refused
