-- SPDX-License-Identifier: Apache-2.0
-- What brokers must refuse is found without looking at everything that they need not.

CREATE INDEX device_inactive ON device (account, region, id) WHERE status <> 1; -- refused_devices
CREATE INDEX ca_deactivated ON ca (account, region, id) WHERE deactivated_by IS NOT NULL; -- refused_cas
