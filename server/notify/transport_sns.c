/* SPDX-License-Identifier: Apache-2.0 */
/* transport_sns.c - Publish of SNS (API reference, version 2010-03-31; AWS query protocol), signed with SigV4 by libcurl. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/notify/message.h"
#include "server/notify/transport.h"

/* Names of AWS errors with status 400 that get better with time. */
static const char *const passing[] = { "Throttling", "ThrottlingException", "ThrottledException", "Throttled", "TooManyRequests",
	"TooManyRequestsException", "RequestLimitExceeded", "RequestThrottled", "KMSThrottling", "KMSThrottlingException",
	"ServiceUnavailable", "ServiceUnavailableException", "InternalFailure", "InternalError", "RequestExpired", "RequestTimeout",
	"RequestTimeoutException", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "SignatureDoesNotMatch",
	"InvalidClientTokenId", "MissingAuthenticationToken", "OptInRequired" };

/* RFC 3986, section 2.3: everything else is encoded. */
static void
put_encoded(struct ka_buf *buf, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		if ((*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') || *c == '-' || *c == '_' ||
		    *c == '.' || *c == '~') {
			ka_buf_putc(buf, (char)*c);
			continue;
		}
		ka_buf_putc(buf, '%');
		ka_buf_putc(buf, digits[*c >> 4]);
		ka_buf_putc(buf, digits[*c & 15]);
	}
}

static struct ka_buf
make_body(const struct ka_outbox_row *row)
{
	struct ka_buf body = { 0 };

	ka_buf_puts(&body, "Action=Publish&Version=2010-03-31&TopicArn=");
	put_encoded(&body, row->topic);
	if (row->subject != NULL) {
		ka_buf_puts(&body, "&Subject=");
		put_encoded(&body, row->subject);
	}
	/* A FIFO topic wants to know what keeps its order (ours does not matter: one group), and drops what comes twice. */
	size_t len = strlen(row->topic);
	if (len > 5 && strcmp(row->topic + len - 5, ".fifo") == 0)
		ka_buf_format(&body, "&MessageGroupId=keyassay&MessageDeduplicationId=%s", row->id);
	ka_buf_puts(&body, "&Message=");
	put_encoded(&body, row->message);
	return body;
}

/* The text of an XML element, without looking at what is around it: enough for the two that are wanted. Empty when it is not
 * there or has characters that ids and names of errors do not have. */
static void
element(char *out, size_t size, const char *xml, const char *name)
{
	char tag[32];
	size_t len;

	(void)snprintf(tag, sizeof(tag), "<%s>", name);
	const char *start = strstr(xml, tag);
	out[0] = '\0';
	if (start == NULL)
		return;
	start += strlen(tag);
	len = strspn(start, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");
	if (start[len] != '<' || len >= size)
		return;
	memcpy(out, start, len);
	out[len] = '\0';
}

static bool
is_passing(const char *code)
{
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (strcmp(passing[i], code) == 0)
			return true;
	return false;
}

static void
judge(struct ka_delivery *delivery, const struct ka_http_answer *answer)
{
	char code[64];

	if (answer->error != NULL) {
		ka_delivery_fail(delivery, KA_SEND_RETRY, "%s", answer->error);
		return;
	}
	enum ka_outcome outcome = ka_answer_outcome(answer->status);
	if (outcome == KA_SEND_DELIVERED) {
		element(delivery->receipt, sizeof(delivery->receipt), answer->body.data, "MessageId");
		delivery->outcome = outcome;
		/* A proxy's login page is not a receipt. */
		if (delivery->receipt[0] == '\0')
			ka_delivery_fail(delivery, KA_SEND_RETRY, "HTTP %ld without a MessageId: this is not SNS", answer->status);
		return;
	}
	element(code, sizeof(code), answer->body.data, "Code");
	if (outcome == KA_SEND_REFUSED && is_passing(code))
		outcome = KA_SEND_RETRY;
	ka_delivery_fail(delivery, outcome, "HTTP %ld %s", answer->status, code);
}

static struct ka_exchange *
make_exchange(struct ka_sender *sender, const struct ka_topic *topic, const char *url, const char *region, struct ka_delivery *delivery)
{
	struct ka_buf body = make_body(delivery->row);
	struct ka_exchange *exchange = ka_exchange_new(sender, topic, url, &body, delivery);
	const struct ka_credentials *credentials = &sender->credentials;
	char sigv4[KA_REGION_LEN + 32];

	(void)snprintf(sigv4, sizeof(sigv4), "aws:amz:%s:sns", region);
	if (curl_easy_setopt(exchange->easy, CURLOPT_AWS_SIGV4, sigv4) != CURLE_OK)
		ka_out_of_memory();
	(void)curl_easy_setopt(exchange->easy, CURLOPT_USERNAME, credentials->access_key_id);
	(void)curl_easy_setopt(exchange->easy, CURLOPT_PASSWORD, credentials->secret);
	/* The convention of AWS's tools for endpoints whose certificate the system does not know. */
	const char *bundle = getenv("AWS_CA_BUNDLE");
	if (bundle != NULL && *bundle != '\0')
		(void)curl_easy_setopt(exchange->easy, CURLOPT_CAINFO, bundle);
	ka_exchange_header(exchange, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
	if (credentials->token != NULL)
		ka_exchange_header(exchange, "X-Amz-Security-Token", credentials->token);
	return exchange;
}

static void
send_all(struct ka_sender *sender, const struct ka_binding *binding, struct ka_delivery *deliveries, size_t num)
{
	char message[KA_CREDENTIALS_MESSAGE_LEN], region[KA_REGION_LEN];
	struct ka_buf url = { 0 };

	if (!ka_setup_endpoint(&url, region, sender->setup, deliveries[0].row->topic)) {
		ka_delivery_fail_all(deliveries, num, "the topic is not an ARN of SNS, and no line 'topic' says where it goes");
		return;
	}
	if (!ka_credentials_get(&sender->credentials, message)) {
		ka_delivery_fail_all(deliveries, num, message);
		ka_buf_clear(&url);
		return;
	}
	struct ka_exchange **exchanges = calloc(num, sizeof(struct ka_exchange *));
	if (exchanges == NULL)
		ka_out_of_memory();
	for (size_t i = 0; i < num; i++)
		exchanges[i] = make_exchange(sender, &binding->topic, url.data, region, &deliveries[i]);
	ka_exchange_all(sender, exchanges, num, judge);
	free(exchanges);
	ka_buf_clear(&url);
}

const struct ka_transport ka_transport_sns = { .name = "sns", .send = send_all };
