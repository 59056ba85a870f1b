/* SPDX-License-Identifier: Apache-2.0 */
/* message.h - what is published to topics of SNS, and how it enters the outbox: in the transaction of its cause, with an
 * id that is a hash of the cause. So a cause that is committed has its message, and one that is stored twice (a step
 * that runs again, another worker) has it once. */
#ifndef KA_SERVER_NOTIFY_MESSAGE_H
#define KA_SERVER_NOTIFY_MESSAGE_H

#include "common/buf.h"
#include "server/crypto/crypto.h"
#include "server/store/store.h"

/* SNS takes 256 KiB: the message, its subject and attributes together ("Publish", API reference). */
#define KA_NOTIFY_MAX_MESSAGE ((size_t)256 * 1024 - 1024)
#define KA_NOTIFY_MAX_SUBJECT 99u /* "less than 100 characters" */

/* A finding that a mitigation action publishes. */
struct ka_notify_finding {
	const struct ka_finding_row *finding;
	const struct ka_device_row *related; /* at most KA_MAX_RELATED_INLINE device certificates of the CA; or NULL */
	size_t num_related;
	const char *task_id;     /* of the audit mitigation actions task */
	const char *action_name; /* of the mitigation action */
};

/* ka_notify_finding_message appends the message of PUBLISH_FINDING_TO_SNS, a JSON object:
 *	{"accountId":"...","region":"...","mitigationActionsTaskId":"...","actionName":"...","finding":{AuditFinding}}
 * AWS documents none (reference, section 3.9); finding is what DescribeAuditFinding answers. */
void ka_notify_finding_message(
    struct ka_buf *out, const struct ka_scope *scope, const struct ka_notify_finding *what);

/* ka_notify_audit_message appends the notification of an audit that has ended (arn:aws:iot:::schema:auditnotification/1.0;
 * reference, section 3.9). */
void ka_notify_audit_message(struct ka_buf *out, const struct ka_scope *scope, const struct ka_task_row *task,
    const struct ka_task_check_row *checks, size_t num_checks);

/* ka_notify_fit shortens a JSON object that is longer than max bytes, at least 64, until it is not, and stays JSON:
 * strings are cut to n bytes (whole characters, then "..."), lists and objects inside it to their first n members, for
 * n = 4096, 2048, ... 0; "truncated":true is added. Shorter ones stay as they are, byte for byte. */
void ka_notify_fit(struct ka_buf *message, size_t max);

/* ka_notify_subject formats a subject as SNS takes it: printable ASCII (anything else becomes '?'), at most
 * KA_NOTIFY_MAX_SUBJECT characters, the first one no blank. */
void ka_notify_subject(char out[KA_NOTIFY_MAX_SUBJECT + 1], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ka_notify_id makes a message's id from its cause: the parts, a line each, and the scope. A UUID of version 8 (RFC 9562,
 * section 5.8) with the first bits of SHA-256. */
void ka_notify_id(char out[KA_MESSAGE_ID_LEN + 1], const struct ka_crypto *crypto, const struct ka_scope *scope,
    const char *const *parts, size_t num_parts);

/* ka_notify_finding and ka_notify_audit put the messages above into the outbox, within the transaction of their cause.
 * topic is an ARN. OK also when the message is there already. ka_notify_audit sends to the account's SNS target of audit
 * notifications; without one that is enabled it does nothing. */
enum ka_store_status ka_notify_finding(struct ka_tx *tx, const struct ka_crypto *crypto, const struct ka_scope *scope,
    const char *topic, const struct ka_notify_finding *what, int64_t now);
enum ka_store_status ka_notify_audit(struct ka_tx *tx, const struct ka_crypto *crypto, const struct ka_scope *scope,
    const struct ka_task_row *task, const struct ka_task_check_row *checks, size_t num_checks);

#endif
