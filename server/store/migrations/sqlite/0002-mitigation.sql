-- SPDX-License-Identifier: Apache-2.0
-- Mitigation: actions, tasks that apply them to findings, and what each action did to each finding.

CREATE TABLE action (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	name TEXT NOT NULL,
	id TEXT NOT NULL,
	type INTEGER NOT NULL,
	role_arn TEXT NOT NULL,
	params TEXT NOT NULL,
	created INTEGER NOT NULL,
	modified INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX action_by_name ON action (account, region, name); -- action_get
CREATE INDEX action_by_scope ON action (account, region); -- action_list

CREATE TABLE mitigation (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	id TEXT NOT NULL,
	token TEXT NOT NULL,
	status INTEGER NOT NULL,
	cancel_requested INTEGER NOT NULL,
	started INTEGER NOT NULL,
	ended INTEGER NOT NULL,
	after_time INTEGER NOT NULL,
	after_seq INTEGER NOT NULL,
	worker TEXT,
	lease_until INTEGER NOT NULL,
	audit_task BLOB CHECK (length(audit_task) = 16),
	target TEXT NOT NULL,
	mapping TEXT NOT NULL,
	actions TEXT NOT NULL,
	listed_checks TEXT
) STRICT;
CREATE UNIQUE INDEX mitigation_by_id ON mitigation (account, region, id); -- mitigation_get
CREATE UNIQUE INDEX mitigation_by_token ON mitigation (account, region, token); -- mitigation_by_token
CREATE INDEX mitigation_by_start ON mitigation (account, region, started); -- mitigation_list
CREATE INDEX mitigation_running ON mitigation (account, region) WHERE status = 1; -- mitigation_count_running
CREATE INDEX mitigation_to_claim ON mitigation (lease_until) WHERE status = 1; -- mitigation_claim
CREATE INDEX mitigation_by_end ON mitigation (ended) WHERE ended > 0; -- mitigation_purge

-- task is the seq of a mitigation.
CREATE TABLE mitigation_check (
	task INTEGER NOT NULL,
	check_name TEXT NOT NULL,
	total INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	succeeded INTEGER NOT NULL,
	skipped INTEGER NOT NULL,
	canceled INTEGER NOT NULL,
	PRIMARY KEY (task, check_name)
) STRICT, WITHOUT ROWID;

-- There may be five for each of a million findings: what all have in common is in the task.
CREATE TABLE execution (
	task INTEGER NOT NULL,
	finding_id BLOB NOT NULL CHECK (length(finding_id) = 16),
	position INTEGER NOT NULL,
	action INTEGER NOT NULL,
	status INTEGER NOT NULL,
	applied INTEGER NOT NULL,
	error_code TEXT,
	message TEXT,
	PRIMARY KEY (task, finding_id, position)
) STRICT, WITHOUT ROWID;
