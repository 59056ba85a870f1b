/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of tests, made and compared field by field: a column that is forgotten or mixed up with its neighbour shows. */
#include "server/store/store_test.h"

void
make_id(char *out, size_t num_digits, unsigned number)
{
	for (size_t i = 0; i < num_digits; i += 8)
		(void)snprintf(out + i, 9, "%08x", (number + 1) * 2654435761u + (unsigned)i);
}

/* Text and bytes of a row have to live as long as it does; rows are few, so they come from rings. */
static const char *
text(const char *what, unsigned number)
{
	static char ring[4096][48];
	static unsigned next;
	char *out = ring[next++ % 4096];

	(void)snprintf(out, sizeof(ring[0]), "%s %u", what, number);
	return out;
}

static struct ka_slice
bytes(unsigned number)
{
	static uint8_t ring[1024][40];
	static unsigned next;
	uint8_t *out = ring[next++ % 1024];

	/* Zeros inside, and every length from 20 to 39. */
	memset(out, 0, 40);
	out[0] = 0x30;
	out[10] = (uint8_t)number;
	out[11] = (uint8_t)(number >> 8);
	return (struct ka_slice){ out, 20 + number % 20 };
}

struct ka_ca_row
make_ca(unsigned number)
{
	struct ka_ca_row row = {
		.status = (enum ka_ca_status)(1 + number % 3),
		.mode = (enum ka_cert_mode)(1 + number / 3 % 2),
		.auto_registration = number % 2 == 1,
		.der = bytes(number),
		.not_before = -5000000000 + number, /* before 1970 */
		.not_after = 253402300799000 + number,
		.created = 1000 + number,
		.modified = 2000 + number,
		.customer_version = 3 + (int32_t)number,
		.registration_config = text("{\"config\"}", number),
		.template_name = text("template", number),
		.transfer_to = text("to", number),
		.transfer_message = text("message \xc3\xa4", number),
		.transfer_date = 4000 + number,
		.status_before_transfer = KA_CA_INACTIVE,
		.previous_owner = text("owner", number),
		.reject_reason = text("reason", number),
		.accept_date = 6000 + number,
		.reject_date = 7000 + number,
		.deactivated_by = text("task", number),
		.deactivated = 5000 + number,
	};

	make_id(row.id, KA_CERT_ID_LEN, number);
	memset(row.subject_sha256, (int)(number % 250), sizeof(row.subject_sha256));
	memset(row.spki_sha256, (int)(number % 250) + 1, sizeof(row.spki_sha256));
	(void)snprintf(row.generation_id, sizeof(row.generation_id), "%08x-0000-4000-8000-000000000000", number);
	return row;
}

struct ka_device_row
make_device(unsigned number, const char *ca_id)
{
	struct ka_device_row row = {
		.status = (enum ka_device_status)(1 + number % 6),
		.mode = (enum ka_cert_mode)(1 + number / 6 % 2),
		.der = bytes(number),
		.not_before = 10 + number,
		.not_after = 20000000000000 + number,
		.created = 1000 + number,
		.modified = 2000 + number,
		.customer_version = 3 + (int32_t)number,
		.previous_owner = text("owner", number),
		.transfer_to = text("to", number),
		.transfer_message = text("message", number),
		.reject_reason = text("reason", number),
		.transfer_date = 4000 + number,
		.accept_date = 5000 + number,
		.reject_date = 6000 + number,
		.deactivated_by = text("task", number),
		.deactivated = 7000 + number,
	};

	make_id(row.id, KA_CERT_ID_LEN, 1000000 + number);
	(void)snprintf(row.ca_id, sizeof(row.ca_id), "%s", ca_id);
	(void)snprintf(row.generation_id, sizeof(row.generation_id), "%08x-0000-4000-8000-000000000001", number);
	return row;
}

struct ka_task_row
make_task(unsigned number)
{
	struct ka_task_row row = {
		.type = (enum ka_task_type)(1 + number % 2),
		.scheduled_name = number % 2 == 1 ? text("schedule", number) : NULL,
		.status = KA_TASK_IN_PROGRESS,
		.started = 1000 + number,
		.ca_last_seq = 30 + number,
		.device_last_seq = 40 + number,
	};

	make_id(row.id, KA_TASK_ID_LEN, number);
	return row;
}

struct ka_finding_row
make_finding(unsigned number)
{
	struct ka_finding_row row = {
		.check_name = number % 2 == 0 ? "CA_CERTIFICATE_KEY_QUALITY_CHECK" : "CA_CERTIFICATE_EXPIRING_CHECK",
		.task_started = 500 + number,
		.found = 1000 + number,
		.severity = (enum ka_severity)(1 + number % 3),
		.resource_type = (enum ka_resource_type)(1 + number % 2),
		.reason = text("The key is weak", number),
		.reason_code = number % 3 == 0 ? "CODE_A" : "CODE_B",
		.additional_info = text("{\"bits\":\"1024\"}", number),
		.suppressed = number % 4 == 3,
	};

	make_id(row.id, KA_FINDING_ID_LEN, number);
	make_id(row.task_id, KA_TASK_ID_LEN, 500 + number / 10);
	make_id(row.resource_id, KA_CERT_ID_LEN, number / 2);
	return row;
}

bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* A field that differs is named, or a test would say no more than that some field does. */
#define SAME(condition) \
	do { \
		if (!(condition)) { \
			(void)fprintf(stderr, "rows differ: %s\n", #condition); \
			return false; \
		} \
	} while (0)
#define SAME_NUMBER(field) SAME(a->field == b->field)
#define SAME_TEXT(field) SAME(same_text(a->field, b->field))
#define SAME_BYTES(field) \
	SAME(a->field.len == b->field.len && \
	    (a->field.len == 0 || memcmp(a->field.data, b->field.data, a->field.len) == 0))

bool
same_ca(const struct ka_ca_row *a, const struct ka_ca_row *b)
{
	SAME_TEXT(id);
	SAME_NUMBER(status);
	SAME_NUMBER(mode);
	SAME_NUMBER(auto_registration);
	SAME_BYTES(der);
	SAME(memcmp(a->subject_sha256, b->subject_sha256, 32) == 0);
	SAME(memcmp(a->spki_sha256, b->spki_sha256, 32) == 0);
	SAME_NUMBER(not_before);
	SAME_NUMBER(not_after);
	SAME_NUMBER(created);
	SAME_NUMBER(modified);
	SAME_NUMBER(customer_version);
	SAME_TEXT(generation_id);
	SAME_TEXT(registration_config);
	SAME_TEXT(template_name);
	SAME_TEXT(transfer_to);
	SAME_TEXT(transfer_message);
	SAME_NUMBER(transfer_date);
	SAME_NUMBER(status_before_transfer);
	SAME_TEXT(previous_owner);
	SAME_TEXT(reject_reason);
	SAME_NUMBER(accept_date);
	SAME_NUMBER(reject_date);
	SAME_TEXT(deactivated_by);
	SAME_NUMBER(deactivated);
	return true;
}

bool
same_device(const struct ka_device_row *a, const struct ka_device_row *b)
{
	SAME_TEXT(id);
	SAME_TEXT(ca_id);
	SAME_NUMBER(status);
	SAME_NUMBER(mode);
	SAME_BYTES(der);
	SAME_NUMBER(not_before);
	SAME_NUMBER(not_after);
	SAME_NUMBER(created);
	SAME_NUMBER(modified);
	SAME_NUMBER(customer_version);
	SAME_TEXT(generation_id);
	SAME_TEXT(previous_owner);
	SAME_TEXT(transfer_to);
	SAME_TEXT(transfer_message);
	SAME_TEXT(reject_reason);
	SAME_NUMBER(transfer_date);
	SAME_NUMBER(accept_date);
	SAME_NUMBER(reject_date);
	SAME_TEXT(deactivated_by);
	SAME_NUMBER(deactivated);
	return true;
}

bool
same_task(const struct ka_task_row *a, const struct ka_task_row *b)
{
	SAME_TEXT(id);
	SAME_NUMBER(type);
	SAME_TEXT(scheduled_name);
	SAME_NUMBER(status);
	SAME_NUMBER(cancel_requested);
	SAME_NUMBER(started);
	SAME_NUMBER(ended);
	SAME_NUMBER(ca_last_seq);
	SAME_NUMBER(device_last_seq);
	SAME_TEXT(worker);
	SAME_NUMBER(lease_until);
	return true;
}

bool
same_finding(const struct ka_finding_row *a, const struct ka_finding_row *b)
{
	SAME_TEXT(id);
	SAME_TEXT(task_id);
	SAME_TEXT(check_name);
	SAME_NUMBER(task_started);
	SAME_NUMBER(found);
	SAME_NUMBER(severity);
	SAME_NUMBER(resource_type);
	SAME_TEXT(resource_id);
	SAME_TEXT(reason);
	SAME_TEXT(reason_code);
	SAME_TEXT(additional_info);
	SAME_NUMBER(suppressed);
	return true;
}
