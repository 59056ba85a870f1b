/* SPDX-License-Identifier: Apache-2.0 */
/* topics.h - where messages for a topic go: the lines "topic = ARN TARGET [NAME=VALUE...]" of the configuration.
 *
 *	topic = arn:aws:sns:us-east-1:000000000000:audits https://hooks.example/keyassay secret=/etc/keyassay/hook.secret
 *	topic = arn:aws:sns:us-east-1:000000000000:plant mqtts://broker.example/fleet/findings ca=/etc/keyassay/ca.pem
 *	topic = * sns
 *
 * ARN "*" stands for all topics that no other line names. Without any line that fits, a topic is SNS's. */
#ifndef KA_SERVER_TOPICS_H
#define KA_SERVER_TOPICS_H

#include "server/arena.h"

#define KA_TOPICS_MESSAGE_LEN 512u

enum ka_topic_kind { KA_TOPIC_SNS = 0, KA_TOPIC_WEBHOOK = 1, KA_TOPIC_MQTT = 2 };
#define KA_NUM_TOPIC_KINDS 3u

/* Strings live in the arena. */
struct ka_topic {
	const char *arn; /* or "*" */
	enum ka_topic_kind kind;
	const char *url;  /* of a webhook: as given */
	bool tls;         /* mqtts */
	const char *host; /* of a broker */
	int port;
	const char *mqtt_topic;
	/* Options; NULL when not given. */
	const char *secret_file; /* webhook: required */
	const char *ca_file;     /* certificates to trust instead of the system's */
	const char *cert_file, *key_file;
	const char *username, *password_file; /* MQTT */
};

/* ka_topic_parse reads one line's value. Plain http and mqtt are accepted for loopback only, unless insecure. False:
 * out_message says what is wrong and what would be right. */
bool ka_topic_parse(struct ka_topic *out, char out_message[KA_TOPICS_MESSAGE_LEN], struct ka_arena *arena,
    const char *text, bool insecure);

/* ka_topic_check_endpoint checks the URL of an SNS endpoint in the same way. */
bool ka_topic_check_endpoint(char out_message[KA_TOPICS_MESSAGE_LEN], const char *url, bool insecure);

#endif
