/* SPDX-License-Identifier: Apache-2.0 */
/* transport_webhook.c - the notification that SNS sends to HTTPS endpoints, from us and authenticated by us:
 *
 *	X-Keyassay-Signature: t=1700000000,v1=HEX
 *
 * HEX is HMAC-SHA-256, with the secret as its key, of the decimal time t, a full stop and the body. A receiver computes it
 * over the bytes that came, compares in constant time, and refuses a t that is more than five minutes off, so that a recorded
 * call is of no use later. While a secret is exchanged there is a v1 for each. A retry has a new t and the same MessageId. */
#include <stdlib.h>

#include "server/clock.h"
#include "server/notify/transport.h"

static void
put_signature(struct ka_buf *out, const struct ka_sender *sender, const struct ka_binding *binding, const struct ka_buf *body)
{
	struct ka_buf head = { 0 };

	ka_buf_format(&head, "%lld.", (long long)(ka_clock_now() / 1000));
	ka_buf_format(out, "t=%.*s", (int)head.len - 1, head.data);
	for (size_t i = 0; i < binding->num_secrets; i++) {
		const struct ka_slice parts[] = { { (const uint8_t *)head.data, head.len }, { (const uint8_t *)body->data, body->len } };
		uint8_t mac[KA_HASH_LEN];

		ka_crypto_hmac(mac, sender->crypto, binding->secrets[i], strlen(binding->secrets[i]), parts, 2);
		ka_buf_puts(out, ",v1=");
		ka_buf_hex(out, mac, sizeof(mac));
	}
	ka_buf_clear(&head);
	ka_buf_putc(out, '\0');
}

static void
judge(struct ka_delivery *delivery, const struct ka_http_answer *answer)
{
	if (answer->error != NULL) {
		ka_delivery_fail(delivery, KA_SEND_RETRY, "%s", answer->error);
		return;
	}
	delivery->outcome = ka_answer_outcome(answer->status);
	if (delivery->outcome != KA_SEND_DELIVERED)
		ka_delivery_fail(delivery, delivery->outcome, "HTTP %ld", answer->status);
}

static struct ka_exchange *
make_exchange(struct ka_sender *sender, const struct ka_binding *binding, struct ka_delivery *delivery)
{
	struct ka_buf body = { 0 }, signature = { 0 };

	ka_envelope(&body, delivery->row);
	put_signature(&signature, sender, binding, &body);
	struct ka_exchange *exchange = ka_exchange_new(sender, &binding->topic, binding->topic.url, &body, delivery);
	/* As SNS has them. */
	ka_exchange_header(exchange, "Content-Type", "text/plain; charset=UTF-8");
	ka_exchange_header(exchange, "x-amz-sns-message-type", "Notification");
	ka_exchange_header(exchange, "x-amz-sns-message-id", delivery->row->id);
	ka_exchange_header(exchange, "x-amz-sns-topic-arn", delivery->row->topic);
	ka_exchange_header(exchange, "X-Keyassay-Signature", signature.data);
	ka_buf_clear(&signature);
	return exchange;
}

static void
send_all(struct ka_sender *sender, const struct ka_binding *binding, struct ka_delivery *deliveries, size_t num)
{
	struct ka_exchange **exchanges = calloc(num, sizeof(struct ka_exchange *));

	if (exchanges == NULL)
		ka_out_of_memory();
	for (size_t i = 0; i < num; i++)
		exchanges[i] = make_exchange(sender, binding, &deliveries[i]);
	ka_exchange_all(sender, exchanges, num, judge);
	free(exchanges);
}

const struct ka_transport ka_transport_webhook = { .name = "webhook", .send = send_all };
