/* SPDX-License-Identifier: Apache-2.0 */
/* http_send.c - exchanges over HTTP(S), several at once. The only file that drives libcurl; transports set what is special
 * to them on a handle of it. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <keyassay/keyassay.h>

#include "server/clock.h"
#include "server/notify/transport.h"

#define MAX_KEPT ((size_t)16 * 1024)    /* of an answer's body: what is looked at */
#define MAX_ANSWER ((size_t)1024 * 1024) /* whoever sends more is cut off */

struct receiving {
	struct ka_exchange exchange;
	size_t num_received;
};

static size_t
receive(char *data, size_t size, size_t num, void *arg)
{
	struct receiving *r = arg;
	size_t len = size * num, room = MAX_KEPT - r->exchange.answer.body.len;

	r->num_received += len;
	ka_buf_put(&r->exchange.answer.body, data, len < room ? len : room);
	return r->num_received <= MAX_ANSWER ? len : 0;
}

static void
set_tls(CURL *easy, const struct ka_topic *topic)
{
	if (topic->ca_file != NULL)
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO, topic->ca_file);
	if (topic->cert_file != NULL) {
		(void)curl_easy_setopt(easy, CURLOPT_SSLCERT, topic->cert_file);
		(void)curl_easy_setopt(easy, CURLOPT_SSLKEY, topic->key_file);
	}
}

struct ka_exchange *
ka_exchange_new(struct ka_sender *sender, const struct ka_topic *topic, const char *url, struct ka_buf *body,
    struct ka_delivery *delivery)
{
	struct receiving *r = calloc(1, sizeof(*r));
	CURL *easy = curl_easy_init();
	char agent[64];

	if (r == NULL || easy == NULL)
		ka_out_of_memory();
	r->exchange.easy = easy;
	r->exchange.body = *body;
	r->exchange.delivery = delivery;
	*body = (struct ka_buf){ 0 };
	(void)snprintf(agent, sizeof(agent), "keyassayd/%s", ka_version());
	/* curl_easy_setopt fails for want of memory or for an option that this library was built without, which a test would
	 * see: SIGV4 is looked at where it is set. */
	(void)curl_easy_setopt(easy, CURLOPT_URL, url);
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->exchange.body.len);
	(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->exchange.body.data);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, agent);
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)sender->setup->timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)sender->setup->timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, r);
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, r->exchange.error);
	(void)curl_easy_setopt(easy, CURLOPT_PRIVATE, r);
	/* "Expect: 100-continue" comes with bodies of a megabyte, which ours are too short for; taking it away by an empty header
	 * would have libcurl 7.88 sign one that it does not send. */
	set_tls(easy, topic);
	return &r->exchange;
}

void
ka_exchange_header(struct ka_exchange *exchange, const char *name, const char *value)
{
	struct ka_buf line = { 0 };

	ka_buf_format(&line, "%s: ", name);
	/* What others chose, such as a topic's name, must not begin another header. */
	for (const char *c = value; *c != '\0'; c++)
		ka_buf_putc(&line, (*c >= 0x20 && *c < 0x7f) ? *c : '?');
	ka_buf_putc(&line, '\0');
	exchange->headers = curl_slist_append(exchange->headers, line.data);
	explicit_bzero(line.data, line.len);
	ka_buf_clear(&line);
	if (exchange->headers == NULL)
		ka_out_of_memory();
}

static void
finish(struct ka_exchange *exchange, CURLcode code, ka_judge_fn judge)
{
	struct ka_http_answer *answer = &exchange->answer;
	curl_off_t wait = 0, micros = 0;

	(void)curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &answer->status);
	(void)curl_easy_getinfo(exchange->easy, CURLINFO_RETRY_AFTER, &wait);
	(void)curl_easy_getinfo(exchange->easy, CURLINFO_TOTAL_TIME_T, &micros);
	if (code != CURLE_OK)
		answer->error = exchange->error[0] != '\0' ? exchange->error : curl_easy_strerror(code);
	exchange->delivery->retry_after = wait > 0 ? (int64_t)wait * 1000 : 0;
	exchange->delivery->duration = (int64_t)micros * 1000;
	ka_buf_putc(&answer->body, '\0');
	judge(exchange->delivery, answer);
}

static void
free_exchange(struct ka_exchange *exchange)
{
	curl_easy_cleanup(exchange->easy);
	curl_slist_free_all(exchange->headers);
	if (exchange->body.data != NULL)
		explicit_bzero(exchange->body.data, exchange->body.len);
	ka_buf_clear(&exchange->body);
	ka_buf_clear(&exchange->answer.body);
	free(exchange);
}

/* Takes what has ended; returns how many. */
static size_t
collect(CURLM *multi, ka_judge_fn judge)
{
	size_t num = 0;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi, &left)) != NULL) {
		struct ka_exchange *exchange;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&exchange);
		finish(exchange, message->data.result, judge);
		exchange->delivery = NULL;
		num++;
	}
	return num;
}

/* How long to wait for something to happen, in milliseconds; 0: no more, keyassayd stops. */
static int
patience(const struct ka_sender *sender)
{
	int64_t left;

	if (!atomic_load(sender->stop))
		return 200; /* how soon a stop is seen */
	left = (sender->deadline(sender) - ka_clock_monotonic()) / 1000000;
	return left <= 0 ? 0 : left < 200 ? (int)left : 200;
}

void
ka_exchange_all(struct ka_sender *sender, struct ka_exchange **exchanges, size_t num, ka_judge_fn judge)
{
	size_t left = num;
	int running, wait;

	for (size_t i = 0; i < num; i++) {
		(void)curl_easy_setopt(exchanges[i]->easy, CURLOPT_HTTPHEADER, exchanges[i]->headers);
		if (curl_multi_add_handle(sender->multi, exchanges[i]->easy) != CURLM_OK)
			ka_out_of_memory();
	}
	while (left > 0 && (wait = patience(sender)) > 0) {
		CURLMcode code = curl_multi_perform(sender->multi, &running);

		left -= collect(sender->multi, judge);
		if (left > 0 && (code != CURLM_OK || curl_multi_poll(sender->multi, NULL, 0, wait, NULL) != CURLM_OK))
			break;
	}
	for (size_t i = 0; i < num; i++) {
		(void)curl_multi_remove_handle(sender->multi, exchanges[i]->easy);
		if (exchanges[i]->delivery != NULL && atomic_load(sender->stop))
			ka_delivery_fail(exchanges[i]->delivery, KA_SEND_STOPPED, "keyassayd stopped");
		else if (exchanges[i]->delivery != NULL)
			ka_delivery_fail(exchanges[i]->delivery, KA_SEND_RETRY, "libcurl gave up");
		free_exchange(exchanges[i]);
	}
}
