/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <string.h>

#include "server/log.h"
#include "server/names.h"
#include "server/notify/message.h"

void
ka_notify_id(char out[KA_MESSAGE_ID_LEN + 1], const struct ka_crypto *crypto, const struct ka_scope *scope,
    const char *const *parts, size_t num_parts)
{
	static const char digits[] = "0123456789abcdef";
	struct ka_buf text = { 0 };
	uint8_t hash[KA_HASH_LEN];

	ka_buf_format(&text, "%s\n%s\n", scope->account, scope->region);
	for (size_t i = 0; i < num_parts; i++)
		ka_buf_format(&text, "%s\n", parts[i]);
	ka_crypto_sha256(hash, crypto, (struct ka_slice){ (const uint8_t *)text.data, text.len });
	ka_buf_clear(&text);
	hash[6] = (uint8_t)((hash[6] & 0x0f) | 0x80); /* version 8 */
	hash[8] = (uint8_t)((hash[8] & 0x3f) | 0x80); /* variant */
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = digits[hash[i] >> 4];
		*out++ = digits[hash[i] & 15];
	}
	*out = '\0';
}

/* Stores a message, which is cleared. */
static enum ka_store_status
enqueue(struct ka_tx *tx, const struct ka_scope *scope, struct ka_outbox_row *row, struct ka_buf *message)
{
	ka_notify_fit(message, KA_NOTIFY_MAX_MESSAGE);
	ka_buf_putc(message, '\0');
	row->message = message->data;
	enum ka_store_status status = ka_tx_outbox_insert(tx, scope, row);
	ka_buf_clear(message);
	return status == KA_STORE_EXISTS ? KA_STORE_OK : status;
}

enum ka_store_status
ka_notify_finding(struct ka_tx *tx, const struct ka_crypto *crypto, const struct ka_scope *scope, const char *topic,
    const struct ka_notify_finding *what, int64_t now)
{
	const struct ka_finding_row *finding = what->finding;
	const char *const cause[] = { "finding", what->task_id, what->action_name, finding->id };
	char subject[KA_NOTIFY_MAX_SUBJECT + 1];
	struct ka_outbox_row row = { .topic = topic, .subject = subject, .created = now };
	struct ka_buf message = { 0 };

	ka_notify_id(row.id, crypto, scope, cause, sizeof(cause) / sizeof(cause[0]));
	ka_notify_subject(subject, "keyassay: %s %s: %s certificate %.8s", ka_severity_name(finding->severity),
	    finding->reason_code, finding->resource_type == KA_RESOURCE_CA ? "CA" : "device", finding->resource_id);
	ka_notify_finding_message(&message, scope, what);
	return enqueue(tx, scope, &row, &message);
}

/* The topic of audit notifications, in the arena; NULL when there is none or it is not enabled. */
static const char *
audit_topic(struct ka_arena *arena, const struct ka_audit_config_row *config, const struct ka_scope *scope)
{
	if (config->notification_targets == NULL)
		return NULL;
	json_t *targets = json_loads(config->notification_targets, JSON_REJECT_DUPLICATES, NULL);
	json_t *sns = json_object_get(targets, "SNS");
	const char *topic = NULL;

	/* An audit that cannot end would be worse than one that nobody is told of. */
	if (targets == NULL)
		ka_log(KA_LOG_ERROR, "notify", "account %s in %s: the notification targets are damaged; nobody is told of its audits",
		    scope->account, scope->region);
	else if (json_is_true(json_object_get(sns, "enabled")))
		topic = ka_arena_string(arena, json_string_value(json_object_get(sns, "targetArn")));
	json_decref(targets);
	return topic;
}

static enum ka_store_status
enqueue_audit(struct ka_tx *tx, const struct ka_crypto *crypto, const struct ka_scope *scope, const char *topic,
    const struct ka_task_row *task, const struct ka_task_check_row *checks, size_t num_checks)
{
	const char *const cause[] = { "audit", task->id };
	char subject[KA_NOTIFY_MAX_SUBJECT + 1];
	struct ka_outbox_row row = { .topic = topic, .subject = subject, .created = task->ended };
	struct ka_buf message = { 0 };
	size_t noncompliant = 0;

	for (size_t i = 0; i < num_checks; i++)
		noncompliant += checks[i].status == KA_RUN_COMPLETED_NON_COMPLIANT;
	ka_notify_id(row.id, crypto, scope, cause, sizeof(cause) / sizeof(cause[0]));
	ka_notify_subject(subject, "keyassay: audit %s, %zu of %zu checks non-compliant", ka_task_status_name(task->status),
	    noncompliant, num_checks);
	ka_notify_audit_message(&message, scope, task, checks, num_checks);
	return enqueue(tx, scope, &row, &message);
}

enum ka_store_status
ka_notify_audit(struct ka_tx *tx, const struct ka_crypto *crypto, const struct ka_scope *scope,
    const struct ka_task_row *task, const struct ka_task_check_row *checks, size_t num_checks)
{
	struct ka_arena arena = { 0 };
	struct ka_audit_config_row config;
	enum ka_store_status status = ka_tx_audit_config_get(tx, &config, &arena, scope);
	const char *topic = status == KA_STORE_OK ? audit_topic(&arena, &config, scope) : NULL;

	if (topic != NULL)
		status = enqueue_audit(tx, crypto, scope, topic, task, checks, num_checks);
	ka_arena_clear(&arena);
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}
