/* SPDX-License-Identifier: Apache-2.0 */
/* setup.h - the configuration of sending as it is in force: read once, shared by the workers, replaced as a whole by SIGHUP. */
#ifndef KA_SERVER_NOTIFY_SETUP_H
#define KA_SERVER_NOTIFY_SETUP_H

#include <stdatomic.h>

#include "server/config.h"
#include "server/topics.h"

/* A webhook's secrets: the lines of its file. Calls are signed with each, so that a secret can be exchanged: the new one is
 * added, the receiver changes over, the old one is removed. */
#define KA_MAX_SECRETS 4u
#define KA_MIN_SECRET 16u

struct ka_binding {
	struct ka_topic topic;
	const char *secrets[KA_MAX_SECRETS];
	size_t num_secrets;
	const char *password; /* MQTT, or NULL */
};

struct ka_setup {
	atomic_uint references;
	struct ka_binding *bindings;
	size_t num_bindings;
	const char *sns_endpoint; /* or NULL: AWS's */
	int64_t timeout_ms, max_pause_ms, give_up_ms;
	uint32_t in_flight;
	struct ka_arena arena;
};

/* ka_setup_new reads what config says, and the files with secrets. NULL: out_message says what is wrong. */
struct ka_setup *ka_setup_new(char out_message[KA_TOPICS_MESSAGE_LEN], const struct ka_config *config);
struct ka_setup *ka_setup_take(struct ka_setup *setup);
void ka_setup_drop(struct ka_setup *setup); /* NULL is fine */

/* ka_setup_binding returns where a topic's messages go: its own line, the line of "*", else SNS. */
const struct ka_binding *ka_setup_binding(const struct ka_setup *setup, const char *arn);

/* ka_setup_endpoint writes the URL at which messages for an SNS topic are published and the region to sign for. False: the
 * ARN is not one of an SNS topic. */
#define KA_REGION_LEN 64u
bool ka_setup_endpoint(
    struct ka_buf *out_url, char out_region[KA_REGION_LEN], const struct ka_setup *setup, const char *arn);

#endif
