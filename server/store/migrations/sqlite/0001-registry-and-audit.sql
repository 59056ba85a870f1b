-- SPDX-License-Identifier: Apache-2.0
-- The registry of certificates and the audit, as of keyassayd 0.1.
--
-- Times are milliseconds since 1970. Ids that are hexadecimal on the wire are kept as bytes. seq is the order of
-- registration: it is never used again (AUTOINCREMENT), since pages of lists and the cursors of audits name it. Each
-- index says which query it is for; an index of SQLite ends with seq by itself.

CREATE TABLE account (
	account TEXT NOT NULL PRIMARY KEY,
	name TEXT,
	created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE access_key (
	access_key_id TEXT NOT NULL PRIMARY KEY,
	account TEXT NOT NULL,
	role INTEGER NOT NULL,
	sealed_secret BLOB NOT NULL,
	description TEXT,
	disabled INTEGER NOT NULL,
	created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX access_key_by_account ON access_key (account); -- access_key_list

CREATE TABLE registration_code (
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	code BLOB NOT NULL CHECK (length(code) = 32),
	created INTEGER NOT NULL,
	PRIMARY KEY (account, region)
) STRICT, WITHOUT ROWID;

-- der stands last: a row is read up to the column that is wanted, and lists do not want it.
CREATE TABLE ca (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	id BLOB NOT NULL CHECK (length(id) = 32),
	status INTEGER NOT NULL,
	mode INTEGER NOT NULL,
	not_before INTEGER NOT NULL,
	not_after INTEGER NOT NULL,
	created INTEGER NOT NULL,
	modified INTEGER NOT NULL,
	customer_version INTEGER NOT NULL,
	auto_registration INTEGER NOT NULL,
	generation_id TEXT NOT NULL,
	subject_sha256 BLOB NOT NULL CHECK (length(subject_sha256) = 32),
	spki_sha256 BLOB NOT NULL CHECK (length(spki_sha256) = 32),
	registration_config TEXT,
	template_name TEXT,
	transfer_to TEXT,
	transfer_message TEXT,
	transfer_date INTEGER NOT NULL,
	status_before_transfer INTEGER NOT NULL,
	deactivated_by TEXT,
	deactivated INTEGER NOT NULL,
	der BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX ca_by_id ON ca (id, region, account); -- ca_get, ca_default_owner
CREATE INDEX ca_by_scope ON ca (account, region); -- ca_list, ca_scan
CREATE INDEX ca_by_subject ON ca (subject_sha256, account, region); -- ca_count_subject, ca_by_subject
CREATE INDEX ca_by_template ON ca (account, region, template_name) WHERE template_name IS NOT NULL; -- ca_list
CREATE INDEX ca_by_transfer ON ca (transfer_to, region) WHERE transfer_to IS NOT NULL; -- ca_list

CREATE TABLE device (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	id BLOB NOT NULL CHECK (length(id) = 32),
	ca_id BLOB CHECK (length(ca_id) = 32),
	status INTEGER NOT NULL,
	mode INTEGER NOT NULL,
	not_before INTEGER NOT NULL,
	not_after INTEGER NOT NULL,
	created INTEGER NOT NULL,
	modified INTEGER NOT NULL,
	customer_version INTEGER NOT NULL,
	generation_id TEXT NOT NULL,
	previous_owner TEXT,
	transfer_to TEXT,
	transfer_message TEXT,
	reject_reason TEXT,
	transfer_date INTEGER NOT NULL,
	accept_date INTEGER NOT NULL,
	reject_date INTEGER NOT NULL,
	deactivated_by TEXT,
	deactivated INTEGER NOT NULL,
	der BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX device_by_id ON device (id, region, account); -- device_get
CREATE INDEX device_by_scope ON device (account, region); -- device_list, device_scan
-- created and status are there so that devices of a CA are chosen without reading their rows.
CREATE INDEX device_by_ca ON device (account, region, ca_id, seq, created, status); -- device_list
CREATE INDEX device_outgoing ON device (account, region) WHERE status = 4; -- device_list
CREATE INDEX device_by_transfer ON device (transfer_to, region) WHERE status = 4; -- device_list

CREATE TABLE tag (
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	arn TEXT NOT NULL,
	key TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (arn, key, account, region)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_config (
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	role_arn TEXT,
	notification_targets TEXT,
	checks TEXT,
	PRIMARY KEY (account, region)
) STRICT, WITHOUT ROWID;

CREATE TABLE task (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	id BLOB NOT NULL CHECK (length(id) = 16),
	type INTEGER NOT NULL,
	scheduled_name TEXT,
	status INTEGER NOT NULL,
	cancel_requested INTEGER NOT NULL,
	started INTEGER NOT NULL,
	ended INTEGER NOT NULL,
	ca_last_seq INTEGER NOT NULL,
	device_last_seq INTEGER NOT NULL,
	worker TEXT,
	lease_until INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX task_by_id ON task (id, account, region); -- task_get
CREATE INDEX task_by_start ON task (account, region, started); -- task_list
CREATE INDEX task_running ON task (account, region, type) WHERE status = 1; -- task_count_running
CREATE INDEX task_to_claim ON task (seq, lease_until) WHERE status = 1; -- task_claim
CREATE INDEX task_by_end ON task (ended) WHERE ended > 0; -- purge

CREATE TABLE task_check (
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	task_id BLOB NOT NULL CHECK (length(task_id) = 16),
	position INTEGER NOT NULL,
	check_name TEXT NOT NULL,
	status INTEGER NOT NULL,
	cursor INTEGER NOT NULL,
	total INTEGER NOT NULL,
	noncompliant INTEGER NOT NULL,
	suppressed INTEGER NOT NULL,
	error_code TEXT,
	message TEXT,
	undecided TEXT,
	config TEXT,
	PRIMARY KEY (task_id, account, region, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	id BLOB NOT NULL CHECK (length(id) = 16),
	task_id BLOB NOT NULL CHECK (length(task_id) = 16),
	check_name TEXT NOT NULL,
	task_started INTEGER NOT NULL,
	found INTEGER NOT NULL,
	severity INTEGER NOT NULL,
	resource_type INTEGER NOT NULL,
	resource_id BLOB NOT NULL CHECK (length(resource_id) = 32),
	reason TEXT NOT NULL,
	reason_code TEXT NOT NULL,
	additional_info TEXT,
	suppressed INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX finding_by_id ON finding (id, account, region); -- finding_get
CREATE INDEX finding_by_task ON finding (task_id, account, region, found); -- finding_list
CREATE INDEX finding_by_resource ON finding (resource_id, account, region, found); -- finding_list
CREATE INDEX finding_by_time ON finding (account, region, found); -- finding_list
CREATE INDEX finding_by_age ON finding (found); -- purge

-- expires is expiration, or the largest number when suppressed indefinitely: lists are ordered by it.
CREATE TABLE suppression (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	check_name TEXT NOT NULL,
	resource TEXT NOT NULL,
	expires INTEGER NOT NULL,
	description TEXT,
	token TEXT,
	created INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX suppression_by_pair ON suppression (account, region, check_name, resource); -- suppression_get
CREATE UNIQUE INDEX suppression_by_token ON suppression (account, region, token); -- suppression_insert
CREATE INDEX suppression_by_expiration ON suppression (account, region, expires); -- suppression_list

CREATE TABLE schedule (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	name TEXT NOT NULL,
	frequency INTEGER NOT NULL,
	day_of_month TEXT,
	day_of_week TEXT,
	checks TEXT NOT NULL,
	next_run INTEGER NOT NULL,
	created INTEGER NOT NULL,
	modified INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX schedule_by_name ON schedule (account, region, name); -- schedule_get
CREATE INDEX schedule_by_scope ON schedule (account, region); -- schedule_list
CREATE INDEX schedule_by_run ON schedule (next_run); -- schedule_due

-- Who did what to which resource. Nothing in here changes or goes away.
CREATE TABLE log (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	time INTEGER NOT NULL,
	account TEXT NOT NULL,
	region TEXT NOT NULL,
	actor TEXT NOT NULL,
	request TEXT,
	action TEXT NOT NULL,
	resource TEXT NOT NULL,
	before TEXT,
	after TEXT
) STRICT;
CREATE INDEX log_by_time ON log (account, region, time); -- log_list
CREATE INDEX log_by_resource ON log (resource, account, region, time); -- log_list
-- INSERT OR REPLACE deletes without asking the trigger for that.
CREATE TRIGGER log_keeps_places BEFORE INSERT ON log WHEN EXISTS (SELECT 1 FROM log WHERE seq = NEW.seq) BEGIN
	SELECT RAISE(ABORT, 'the log of state changes is append-only');
END;
CREATE TRIGGER log_keeps_rows BEFORE UPDATE ON log BEGIN
	SELECT RAISE(ABORT, 'the log of state changes is append-only');
END;
CREATE TRIGGER log_keeps_all BEFORE DELETE ON log BEGIN
	SELECT RAISE(ABORT, 'the log of state changes is append-only');
END;
