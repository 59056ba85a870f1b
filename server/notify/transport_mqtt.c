/* SPDX-License-Identifier: Apache-2.0 */
/* transport_mqtt.c - publishes the notification JSON to a topic of an MQTT broker, with QoS 1: what the broker has
 * acknowledged (PUBACK; MQTT 3.1.1, section 4.3.2) is delivered, everything else is published again, with the same MessageId.
 *
 * One connection for each batch, driven by a poll of our own: libmosquitto's loop uses select, which has no room for a
 * server's descriptors. */
#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/clock.h"
#include "server/notify/transport.h"
#include "server/random.h"

#define KEEP_ALIVE 60

struct talk {
	struct ka_sender *sender;
	struct mosquitto *client;
	struct ka_delivery *deliveries;
	int *ids; /* of the library for each delivery */
	size_t num, num_left;
	int64_t start;
	int64_t deadline;      /* of what is waited for now: first the connection, then acknowledgements */
	int64_t last_deadline; /* of everything */
	bool connected; /* the broker has accepted us */
	bool answered;  /* it accepted or refused */
	bool over;
	char error[KA_SEND_ERROR_LEN]; /* why it is over */
};

static void
end(struct talk *talk, const char *what, const char *why)
{
	if (!talk->over)
		(void)snprintf(talk->error, sizeof(talk->error), "%s: %s", what, why);
	talk->over = true;
}

static void
publish_all(struct talk *talk, const struct ka_topic *topic)
{
	for (size_t i = 0; i < talk->num && !talk->over; i++) {
		struct ka_buf body = { 0 };

		ka_envelope(&body, talk->deliveries[i].row);
		int code = mosquitto_publish(talk->client, &talk->ids[i], topic->mqtt_topic, (int)body.len, body.data, 1, false);
		ka_buf_clear(&body);
		if (code != MOSQ_ERR_SUCCESS)
			end(talk, "publish", mosquitto_strerror(code));
	}
}

static void
on_connect(struct mosquitto *client, void *arg, int code)
{
	struct talk *talk = arg;

	(void)client;
	talk->answered = true;
	talk->deadline = talk->last_deadline;
	if (code == 0)
		talk->connected = true;
	else
		end(talk, "the broker refuses the connection", mosquitto_connack_string(code));
}

static void
on_publish(struct mosquitto *client, void *arg, int id)
{
	struct talk *talk = arg;

	(void)client;
	for (size_t i = 0; i < talk->num; i++) {
		struct ka_delivery *delivery = &talk->deliveries[i];

		if (talk->ids[i] != id || delivery->outcome == KA_SEND_DELIVERED)
			continue;
		delivery->outcome = KA_SEND_DELIVERED;
		delivery->duration = ka_clock_monotonic() - talk->start;
		talk->num_left--;
		return;
	}
}

static void
on_disconnect(struct mosquitto *client, void *arg, int code)
{
	(void)client;
	end(arg, "the connection ended", code == 0 ? "by the broker" : mosquitto_strerror(code));
}

/* Sets everything up and begins to connect; from: an address to bind to, or NULL. */
static bool
begin(struct talk *talk, const struct ka_binding *binding, const char *from)
{
	const struct ka_topic *topic = &binding->topic;
	int code = MOSQ_ERR_SUCCESS;

	mosquitto_connect_callback_set(talk->client, on_connect);
	mosquitto_publish_callback_set(talk->client, on_publish);
	mosquitto_disconnect_callback_set(talk->client, on_disconnect);
	(void)mosquitto_max_inflight_messages_set(talk->client, 0); /* the batch is the bound */
	if (topic->tls && topic->ca_file == NULL)
		code = mosquitto_int_option(talk->client, MOSQ_OPT_TLS_USE_OS_CERTS, 1);
	if (code == MOSQ_ERR_SUCCESS && topic->tls && (topic->ca_file != NULL || topic->cert_file != NULL))
		code = mosquitto_tls_set(talk->client, topic->ca_file, topic->ca_file == NULL ? "/etc/ssl/certs" : NULL, topic->cert_file,
		    topic->key_file, NULL);
	if (code == MOSQ_ERR_SUCCESS && topic->tls)
		code = mosquitto_tls_opts_set(talk->client, 1, "tlsv1.2", NULL); /* that version or a newer one */
	if (code == MOSQ_ERR_SUCCESS && topic->username != NULL)
		code = mosquitto_username_pw_set(talk->client, topic->username, binding->password);
	if (code != MOSQ_ERR_SUCCESS) {
		end(talk, "TLS or user cannot be set up", mosquitto_strerror(code));
		return false;
	}
	code = mosquitto_connect_bind_async(talk->client, topic->host, topic->port, KEEP_ALIVE, from);
	if (code != MOSQ_ERR_SUCCESS) {
		end(talk, "the broker cannot be reached", code == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(code));
		return false;
	}
	return true;
}

/* Milliseconds until the next look at the clock; 0: time is over. */
static int
patience(struct talk *talk)
{
	int64_t deadline = talk->deadline;
	bool stops = atomic_load(talk->sender->stop);

	if (stops && talk->sender->deadline(talk->sender) < deadline)
		deadline = talk->sender->deadline(talk->sender);
	int64_t left = (deadline - ka_clock_monotonic()) / 1000000;
	if (left <= 0) {
		end(talk, talk->connected ? "no acknowledgement" : "no connection", stops ? "keyassayd stopped" : "timeout");
		return 0;
	}
	return left < 200 ? (int)left : 200;
}

static void
check(struct talk *talk, int code)
{
	if (code != MOSQ_ERR_SUCCESS)
		end(talk, talk->connected ? "the connection ended" : "no connection",
		    code == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(code));
}

/* The library does not notice that a connection was not made, and would go on for ever. What came before the end is read:
 * it may be the broker's refusal, or acknowledgements. */
static void
hang_up(struct talk *talk, const struct pollfd *fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	(void)getsockopt(fd->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	for (unsigned i = 0; i < 16 && !talk->over && (fd->revents & POLLIN) != 0 && error == 0; i++)
		check(talk, mosquitto_loop_read(talk->client, 1));
	end(talk, talk->connected ? "the connection ended" : "no connection",
	    error != 0 ? strerror(error) : "refused, or closed by the broker");
}

/* One round of the event loop. The first write completes the connection, before the library wants to write anything. */
static void
turn(struct talk *talk, bool *is_first)
{
	struct pollfd fd = { .fd = mosquitto_socket(talk->client), .events = POLLIN };
	int wait = patience(talk);

	if (talk->over)
		return;
	if (fd.fd < 0) {
		end(talk, "no connection", "the socket is closed");
		return;
	}
	if (*is_first || mosquitto_want_write(talk->client))
		fd.events |= POLLOUT;
	if (poll(&fd, 1, wait) < 0 && errno != EINTR) {
		end(talk, "poll", strerror(errno));
		return;
	}
	if ((fd.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
		hang_up(talk, &fd);
		return;
	}
	if ((fd.revents & POLLOUT) != 0) {
		*is_first = false;
		check(talk, mosquitto_loop_write(talk->client, 1));
	}
	if (!talk->over && (fd.revents & POLLIN) != 0)
		check(talk, mosquitto_loop_read(talk->client, 1));
	if (!talk->over)
		check(talk, mosquitto_loop_misc(talk->client));
}

static void
talk_to(struct talk *talk, const struct ka_binding *binding, const char *from)
{
	bool is_first = true, is_published = false;

	if (!begin(talk, binding, from))
		return;
	while (!talk->over && talk->num_left > 0) {
		turn(talk, &is_first);
		if (talk->connected && !is_published) {
			publish_all(talk, &binding->topic);
			is_published = true;
		}
	}
	if (!talk->over) {
		(void)mosquitto_disconnect(talk->client);
		(void)mosquitto_loop_write(talk->client, 1);
	}
}

/* One connection and what it came to. */
static void
attempt(struct talk *talk, const struct ka_binding *binding, const char *from)
{
	char id[24] = "keyassayd-";

	/* MQTT 3.1.1, section 3.1.3.1: 23 letters and digits are what every broker must take; all take '-' too. */
	ka_random_hex(id + strlen(id), 12);
	talk->over = false;
	talk->client = mosquitto_new(id, true, talk);
	if (talk->client == NULL)
		ka_out_of_memory();
	talk_to(talk, binding, from);
	mosquitto_destroy(talk->client);
}

static void
send_all(struct ka_sender *sender, const struct ka_binding *binding, struct ka_delivery *deliveries, size_t num)
{
	int64_t now = ka_clock_monotonic(), timeout = sender->setup->timeout_ms * 1000000;
	struct talk talk = { .sender = sender,
		.deliveries = deliveries,
		.ids = calloc(num, sizeof(*talk.ids)),
		.num = num,
		.num_left = num,
		.start = now,
		.deadline = now + timeout / 2,
		.last_deadline = now + timeout };

	if (talk.ids == NULL)
		ka_out_of_memory();
	attempt(&talk, binding, NULL);
	/* The library tries one address of a name only, an IPv6 one first. */
	talk.deadline = talk.last_deadline;
	if (!talk.answered && !atomic_load(sender->stop)) {
		char first[KA_SEND_ERROR_LEN];

		memcpy(first, talk.error, sizeof(first));
		attempt(&talk, binding, "0.0.0.0");
		if (!talk.answered)
			memcpy(talk.error, first, sizeof(first));
	}
	for (size_t i = 0; i < num; i++) {
		if (deliveries[i].outcome == KA_SEND_DELIVERED)
			continue;
		ka_delivery_fail(&deliveries[i], atomic_load(sender->stop) ? KA_SEND_STOPPED : KA_SEND_RETRY, "%s", talk.error);
		deliveries[i].duration = ka_clock_monotonic() - now;
	}
	free(talk.ids);
}

const struct ka_transport ka_transport_mqtt = { .name = "mqtt", .send = send_all };
