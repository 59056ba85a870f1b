/* SPDX-License-Identifier: Apache-2.0 */
/* transport.h - how messages reach a receiver: one file and one const struct for each way, one row in transports.c. */
#ifndef KA_SERVER_NOTIFY_TRANSPORT_H
#define KA_SERVER_NOTIFY_TRANSPORT_H

#include <stdatomic.h>

#include "common/buf.h"
#include "server/crypto/crypto.h"
#include "server/notify/credentials.h"
#include "server/notify/setup.h"
#include "server/store/store.h"

enum ka_outcome {
	KA_SEND_RETRY = 0, /* not delivered, or nobody knows: later again */
	KA_SEND_DELIVERED, /* the receiver has it, and said so */
	KA_SEND_REFUSED,   /* the receiver will never take this message */
	KA_SEND_STOPPED    /* not tried to the end: keyassayd stops; not an attempt */
};

#define KA_SEND_ERROR_LEN 400u
#define KA_RECEIPT_LEN 100u

/* A message and what became of it. Zeroed but for row: RETRY, without a word. */
struct ka_delivery {
	const struct ka_outbox_row *row;
	enum ka_outcome outcome;
	char error[KA_SEND_ERROR_LEN];
	char receipt[KA_RECEIPT_LEN]; /* the id that the receiver gave it; "" */
	int64_t retry_after;          /* milliseconds that the receiver asks to wait; 0: it does not */
	int64_t duration;             /* nanoseconds */
};

/* What a worker sends with; its thread only. */
struct ka_sender {
	const struct ka_setup *setup; /* in force for this batch */
	const struct ka_crypto *crypto;
	void *multi; /* CURLM: connections that stay open between batches */
	struct ka_credentials credentials;
	const atomic_bool *stop;
	int64_t (*deadline)(const struct ka_sender *sender); /* monotonic nanoseconds by which a stop ends transfers */
	const void *arg;                                     /* deadline's */
};

struct ka_transport {
	const char *name; /* in metrics and the log */
	/* Sends all messages of a topic at once and waits until each has an outcome, at most setup->timeout_ms (names are
	 * looked up by the system's resolver, which has limits of its own). */
	void (*send)(struct ka_sender *sender, const struct ka_binding *binding, struct ka_delivery *deliveries, size_t num);
};

extern const struct ka_transport ka_transport_sns;
extern const struct ka_transport ka_transport_webhook;
extern const struct ka_transport ka_transport_mqtt;

/* ka_transport_of returns the one for a kind of binding. */
const struct ka_transport *ka_transport_of(enum ka_topic_kind kind);

/* ka_delivery_fail sets outcome and error. */
void ka_delivery_fail(struct ka_delivery *delivery, enum ka_outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* ka_delivery_fail_all does so for all, with RETRY: what concerns the topic and not a message. */
void ka_delivery_fail_all(struct ka_delivery *deliveries, size_t num, const char *why);

/* ka_envelope appends what SNS sends to HTTP(S) endpoints ("HTTP/HTTPS notification JSON format", developer guide), without
 * the members of SNS's own signature and subscription: Type, MessageId, TopicArn, Subject, Message, Timestamp. */
void ka_envelope(struct ka_buf *out, const struct ka_outbox_row *row);

/* --- HTTP (http_send.c) --- */

/* What is known when an exchange has ended. */
struct ka_http_answer {
	long status;       /* 0: there was none */
	const char *error; /* why the exchange failed, or NULL: the answer is complete */
	struct ka_buf body; /* its head */
};

/* One exchange of a batch. */
struct ka_exchange {
	void *easy; /* CURL, with everything set that is special to the transport */
	struct ka_buf body;   /* what is sent */
	void *headers;        /* curl_slist, or NULL */
	struct ka_delivery *delivery;
	struct ka_http_answer answer;
	char error[256]; /* CURL_ERROR_SIZE */
};

/* ka_exchange_new makes one that POSTs body (taken over) to a URL with common settings: timeouts, TLS, no redirects, bounded
 * answers. ca, cert and key are those of the topic. */
struct ka_exchange *ka_exchange_new(struct ka_sender *sender, const struct ka_topic *topic, const char *url,
    struct ka_buf *body, struct ka_delivery *delivery);
void ka_exchange_header(struct ka_exchange *exchange, const char *name, const char *value);

/* ka_exchange_all runs them at once, has judge set each delivery's outcome when it ended, and frees them. */
typedef void (*ka_judge_fn)(struct ka_delivery *delivery, const struct ka_http_answer *answer);
void ka_exchange_all(struct ka_sender *sender, struct ka_exchange **exchanges, size_t num, ka_judge_fn judge);

/* ka_answer_outcome is the table of HTTP statuses: what is retried, what will not get better. */
enum ka_outcome ka_answer_outcome(long status);

#endif
