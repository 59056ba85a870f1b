/* SPDX-License-Identifier: Apache-2.0 */
/* The table of transports, and what they share. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/json.h"
#include "server/notify/transport.h"

static const struct ka_transport *const transports[KA_NUM_TOPIC_KINDS] = {
	[KA_TOPIC_SNS] = &ka_transport_sns,
	[KA_TOPIC_WEBHOOK] = &ka_transport_webhook,
	[KA_TOPIC_MQTT] = &ka_transport_mqtt,
};

const struct ka_transport *
ka_transport_of(enum ka_topic_kind kind)
{
	return transports[kind];
}

void
ka_delivery_fail(struct ka_delivery *delivery, enum ka_outcome outcome, const char *format, ...)
{
	va_list args;

	delivery->outcome = outcome;
	va_start(args, format);
	(void)vsnprintf(delivery->error, sizeof(delivery->error), format, args);
	va_end(args);
}

void
ka_delivery_fail_all(struct ka_delivery *deliveries, size_t num, const char *why)
{
	for (size_t i = 0; i < num; i++)
		ka_delivery_fail(&deliveries[i], KA_SEND_RETRY, "%s", why);
}

void
ka_envelope(struct ka_buf *out, const struct ka_outbox_row *row)
{
	struct ka_json json = { .buf = out };
	time_t seconds = (time_t)(row->created / 1000);
	char text[32], timestamp[40];
	struct tm tm;

	(void)gmtime_r(&seconds, &tm);
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(timestamp, sizeof(timestamp), "%s.%03dZ", text, (int)(row->created % 1000));
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "Type", "Notification");
	ka_json_string(&json, "MessageId", row->id);
	ka_json_string(&json, "TopicArn", row->topic);
	if (row->subject != NULL)
		ka_json_string(&json, "Subject", row->subject);
	ka_json_string(&json, "Message", row->message);
	ka_json_string(&json, "Timestamp", timestamp);
	ka_json_close(&json, '}');
}
