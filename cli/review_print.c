/* SPDX-License-Identifier: Apache-2.0 */
/* review_print.c - what keyassay review shows. What comes from the service is somebody else's text: it is cleaned. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <keyassay/object.h>

#include "cli/review.h"
#include "common/message.h"

#define STATUS_WIDTH 20
#define TIME_WIDTH 22
/* Of seconds since 1970 with thousandths: as the service wrote them, not as the nearest double has them. */
#define TIME_DIGITS 15

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

json_int_t
ka_review_count(const json_t *reply, const char *name)
{
	return json_integer_value(json_object_get(reply, name));
}

static void
put_clean(struct ka_buf *buf, const char *text, size_t width)
{
	size_t columns = ka_buf_clean(buf, text, strlen(text));

	while (columns++ < width)
		ka_buf_putc(buf, ' ');
}

static void
put_time(struct ka_buf *buf, const json_t *object, const char *name, size_t width)
{
	double seconds = json_number_value(json_object_get(object, name));
	char text[KA_TIME_TEXT_SIZE];

	/* What is no time is shown as the first one: the service is not ours to trust. */
	ka_time_text(text, seconds >= 0 && seconds < 253402300800.0 ? (int64_t)seconds : 0);
	put_clean(buf, text, width);
}

void
ka_review_put_head(struct ka_buf *buf, const json_t *dry)
{
	static const struct {
		const char *source, *words;
	} sources[] = {
		{ "FIRST_FINDING", ", the time of the CA's first finding" },
		{ "DEACTIVATION", ", when a mitigation deactivated the CA" },
	};
	const char *status = text_of(dry, "caStatus"), *source = text_of(dry, "registeredAfterSource");

	ka_buf_puts(buf, "CA certificate ");
	put_clean(buf, text_of(dry, "caCertificateId"), 0);
	ka_buf_puts(buf, status[0] == '\0' ? " (no longer registered)" : " (");
	put_clean(buf, status, 0);
	ka_buf_puts(buf, status[0] == '\0' ? "\n" : ")\n");
	ka_buf_puts(buf, "Device certificates registered from ");
	put_time(buf, dry, "registeredAfter", 0);
	if (json_object_get(dry, "registeredBefore") != NULL) {
		ka_buf_puts(buf, " until before ");
		put_time(buf, dry, "registeredBefore", 0);
	}
	ka_buf_puts(buf, " on");
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (strcmp(source, sources[i].source) == 0)
			ka_buf_puts(buf, sources[i].words);
	ka_buf_puts(buf, "\n\n");
}

void
ka_review_put_devices(struct ka_buf *buf, const json_t *devices, json_int_t total)
{
	size_t num = json_array_size(devices);

	if (num > 0) {
		put_clean(buf, "REGISTERED", TIME_WIDTH);
		put_clean(buf, "STATUS", STATUS_WIDTH);
		put_clean(buf, "EXPIRES", TIME_WIDTH);
		ka_buf_puts(buf, "CERTIFICATE\n");
	}
	for (size_t i = 0; i < num; i++) {
		const json_t *device = json_array_get(devices, i);

		put_time(buf, device, "creationDate", TIME_WIDTH);
		put_clean(buf, text_of(device, "status"), STATUS_WIDTH);
		put_time(buf, json_object_get(device, "validity"), "notAfter", TIME_WIDTH);
		put_clean(buf, text_of(device, "certificateId"), 0);
		ka_buf_putc(buf, '\n');
	}
	if (total > (json_int_t)num)
		ka_buf_format(buf, "%s%lld %s\n", num > 0 ? "and " : "", (long long)total - (long long)num,
		    num > 0 ? "older ones" : "are not shown");
	if (total > 0)
		ka_buf_putc(buf, '\n');
}

void
ka_review_put_counts(struct ka_buf *buf, const json_t *dry)
{
	json_t *counts = json_object_get(dry, "byStatus"), *value;
	const char *name, *comma = "";
	const long long total = ka_review_count(dry, "total");

	ka_buf_format(buf, "%lld device certificate%s", total, total == 1 ? "" : "s");
	if (json_object_size(counts) > 0) {
		ka_buf_puts(buf, ": ");
		json_object_foreach(counts, name, value)
		{
			ka_buf_format(buf, "%s%lld ", comma, (long long)json_integer_value(value));
			put_clean(buf, name, 0);
			comma = ", ";
		}
	}
	ka_buf_format(buf, "\n%lld to revoke, %lld revoked already, %lld in transfer (left alone)\n",
	    (long long)ka_review_count(dry, "toRevoke"), (long long)ka_review_count(dry, "alreadyRevoked"),
	    (long long)ka_review_count(dry, "inTransfer"));
}

void
ka_review_put_result(struct ka_buf *buf, const json_t *job)
{
	const char *message = text_of(job, "message");

	ka_buf_format(buf, "%lld revoked, %lld revoked already, %lld in transfer (left alone); revocation ",
	    (long long)ka_review_count(job, "revoked"), (long long)ka_review_count(job, "alreadyRevoked"),
	    (long long)ka_review_count(job, "inTransfer"));
	put_clean(buf, text_of(job, "revocationId"), 0);
	ka_buf_putc(buf, ' ');
	put_clean(buf, text_of(job, "status"), 0);
	ka_buf_putc(buf, '\n');
	if (message[0] != '\0') {
		put_clean(buf, message, 0);
		ka_buf_putc(buf, '\n');
	}
}

bool
ka_review_put_out(struct ka_buf *buf)
{
	bool good = (buf->len == 0 || fwrite(buf->data, 1, buf->len, stdout) == buf->len) && fflush(stdout) == 0;

	ka_buf_clear(buf);
	if (!good)
		ka_error("standard output: %s", strerror(errno));
	return good;
}

bool
ka_review_put_json(const json_t *reply)
{
	char *text = json_dumps(reply, JSON_INDENT(2) | JSON_REAL_PRECISION(TIME_DIGITS));
	struct ka_buf buf = { 0 };

	if (text == NULL)
		ka_out_of_memory();
	ka_buf_format(&buf, "%s\n", text);
	free(text);
	return ka_review_put_out(&buf);
}
