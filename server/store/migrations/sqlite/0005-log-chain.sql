-- SPDX-License-Identifier: Apache-2.0
-- The log of state changes becomes a chain of hashes with a head (store/log_chain.h), and CA certificates keep of their
-- transfers what device certificates keep.

-- Both NULL: an entry from before this migration, until the first start with secret.key chains it.
ALTER TABLE log ADD COLUMN hash BLOB CHECK (length(hash) = 32);
ALTER TABLE log ADD COLUMN mac BLOB CHECK (length(mac) = 32);
CREATE INDEX log_by_actor ON log (actor, account, region, time); -- log_list
CREATE INDEX log_by_action ON log (action, account, region, time); -- log_list

DROP TRIGGER log_keeps_places;
CREATE TRIGGER log_keeps_places BEFORE INSERT ON log
WHEN NEW.hash IS NULL OR NEW.mac IS NULL OR EXISTS (SELECT 1 FROM log WHERE seq = NEW.seq) BEGIN
	SELECT RAISE(ABORT, 'the log of state changes is append-only');
END;

-- Chaining an entry is the only update there is, and there is one for each.
DROP TRIGGER log_keeps_rows;
CREATE TRIGGER log_keeps_rows BEFORE UPDATE ON log
WHEN OLD.hash IS NOT NULL OR NEW.hash IS NULL OR NEW.mac IS NULL OR NEW.seq <> OLD.seq OR NEW.time <> OLD.time
	OR NEW.account <> OLD.account OR NEW.region <> OLD.region OR NEW.actor <> OLD.actor
	OR NEW.request IS NOT OLD.request OR NEW.action <> OLD.action OR NEW.resource <> OLD.resource
	OR NEW.before IS NOT OLD.before OR NEW.after IS NOT OLD.after BEGIN
	SELECT RAISE(ABORT, 'the log of state changes is append-only');
END;

CREATE TABLE log_head (
	id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
	seq INTEGER NOT NULL,
	hash BLOB NOT NULL CHECK (length(hash) = 32),
	mac BLOB NOT NULL CHECK (length(mac) = 32)
) STRICT;
CREATE TRIGGER log_head_stays BEFORE DELETE ON log_head BEGIN
	SELECT RAISE(ABORT, 'the log of state changes is append-only');
END;
CREATE TRIGGER log_head_goes_on BEFORE UPDATE ON log_head
WHEN NEW.id <> OLD.id OR (NEW.seq <> OLD.seq + 1 AND (OLD.seq <> 0 OR NEW.seq <> 0)) BEGIN
	SELECT RAISE(ABORT, 'the log of state changes is append-only');
END;

ALTER TABLE ca ADD COLUMN previous_owner TEXT;
ALTER TABLE ca ADD COLUMN reject_reason TEXT;
ALTER TABLE ca ADD COLUMN accept_date INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ca ADD COLUMN reject_date INTEGER NOT NULL DEFAULT 0;
