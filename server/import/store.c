/* SPDX-License-Identifier: Apache-2.0 */
/* A batch of rows in one transaction. It may run again, so it sets everything that it says anew. */
#include "server/import/item.h"

#include <string.h>

#include "server/api/certificates.h"

struct batch {
	const struct ka_import *import;
	struct ka_item *items;
	size_t num;
	struct ka_arena arena;
	char issuer[KA_CERT_ID_LEN + 1]; /* was seen ACTIVE in this transaction */
};

static enum ka_store_status
append_log(struct ka_tx *tx, struct batch *batch, const struct ka_item *item)
{
	const struct ka_import *import = batch->import;
	bool is_ca = import->kind == KA_IMPORT_CA;
	const char *id = is_ca ? item->ca.id : item->device.id;
	char arn[160];
	const struct ka_log_row row = {
		.time = import->now,
		.account = import->scope.account,
		.region = import->scope.region,
		.actor = "keyassayd:import",
		.action = is_ca                     ? "RegisterCACertificate"
		    : item->device.ca_id[0] != '\0' ? "RegisterCertificate"
						    : "RegisterCertificateWithoutCA",
		.resource = arn,
		.after = item->after,
	};

	(void)snprintf(arn, sizeof(arn), "arn:aws:iot:%s:%s:%s/%s", import->scope.region, import->scope.account,
	    is_ca ? "cacert" : "cert", id);
	return ka_tx_log_append(tx, &row);
}

static enum ka_store_status
refuse(struct ka_item *item, const char *reason, const char *message)
{
	item->refused = reason;
	item->message = message;
	return KA_STORE_OK;
}

static enum ka_store_status
insert_ca(struct ka_tx *tx, struct batch *batch, struct ka_item *item)
{
	const struct ka_scope *scope = &batch->import->scope;
	char owner[KA_ACCOUNT_LEN + 1];
	enum ka_store_status status;
	uint64_t count;

	if (item->ca.mode == KA_MODE_DEFAULT) {
		status = ka_tx_ca_default_owner(tx, owner, scope->region, item->ca.id);
		if (status == KA_STORE_OK && strcmp(owner, scope->account) != 0)
			return refuse(item, "other-account",
			    "another account has it in DEFAULT mode in this region, which one account can");
		if (status != KA_STORE_OK && status != KA_STORE_NONE)
			return status;
	}
	status = ka_tx_ca_insert(tx, NULL, scope, &item->ca);
	if (status != KA_STORE_OK) {
		item->already = status == KA_STORE_EXISTS;
		return item->already ? KA_STORE_OK : status;
	}
	if ((status = ka_tx_ca_count_subject(tx, &count, scope, item->ca.subject_sha256)) != KA_STORE_OK)
		return status;
	if (count <= KA_MAX_CAS_PER_SUBJECT)
		return append_log(tx, batch, item);
	status = ka_tx_ca_delete(tx, scope, item->ca.id);
	return status != KA_STORE_OK ? status
				     : refuse(item, "subject-limit",
					   "10 CA certificates with this subject are registered, the most that can be");
}

/* The issuer is still registered and ACTIVE. Devices of one issuer come together, so the last one is remembered. */
static enum ka_store_status
check_issuer(struct ka_tx *tx, struct batch *batch, struct ka_item *item)
{
	struct ka_ca_row ca;

	if (item->device.ca_id[0] == '\0' || strcmp(batch->issuer, item->device.ca_id) == 0)
		return KA_STORE_OK;
	enum ka_store_status status = ka_tx_ca_get(tx, &ca, &batch->arena, &batch->import->scope, item->device.ca_id);
	if (status == KA_STORE_NONE || (status == KA_STORE_OK && ca.status != KA_CA_ACTIVE))
		return refuse(
		    item, "issuer-changed", "the CA certificate that signed it was deleted or deactivated just now");
	if (status == KA_STORE_OK)
		memcpy(batch->issuer, item->device.ca_id, sizeof(batch->issuer));
	return status;
}

static enum ka_store_status
insert_device(struct ka_tx *tx, struct batch *batch, struct ka_item *item)
{
	enum ka_store_status status = check_issuer(tx, batch, item);

	if (status != KA_STORE_OK || item->refused != NULL)
		return status;
	status = ka_tx_device_insert(tx, NULL, &batch->import->scope, &item->device);
	if (status == KA_STORE_OK)
		return append_log(tx, batch, item);
	item->already = status == KA_STORE_EXISTS;
	return item->already ? KA_STORE_OK : status;
}

static enum ka_store_status
insert_all(struct ka_tx *tx, void *arg)
{
	struct batch *batch = arg;

	ka_arena_clear(&batch->arena);
	batch->issuer[0] = '\0';
	for (size_t i = 0; i < batch->num; i++) {
		struct ka_item *item = &batch->items[i];
		item->already = false;
		item->refused = NULL;
		enum ka_store_status status =
		    batch->import->kind == KA_IMPORT_CA ? insert_ca(tx, batch, item) : insert_device(tx, batch, item);
		if (status != KA_STORE_OK)
			return status;
	}
	return KA_STORE_OK;
}

enum ka_store_status
ka_import_store(const struct ka_import *import, struct ka_item *items, size_t num)
{
	struct batch batch = { .import = import, .items = items, .num = num };
	enum ka_store_status status = num == 0 ? KA_STORE_OK : ka_store_write(import->store, insert_all, &batch);

	ka_arena_clear(&batch.arena);
	return status;
}
