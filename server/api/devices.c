/* SPDX-License-Identifier: Apache-2.0 */
/* What the operations on device certificates share. */
#include "server/api/certificates.h"

struct list {
	struct ka_request *request;
	const struct ka_device_filter *filter;
	bool with_incoming;
	struct ka_page page;
	struct ka_device_row *rows;
	size_t num;
};

/* Puts more rows into the list, by seq; no more than a page is kept. */
static void
merge(struct list *list, const struct ka_device_row *more, size_t num_more)
{
	size_t num = 0, i = 0, j = 0;
	struct ka_device_row *rows = ka_arena_take(list->request->arena, (list->num + num_more) * sizeof(*rows));

	while (num < list->page.limit && (i < list->num || j < num_more)) {
		bool first = j == num_more ||
		    (i < list->num && (list->rows[i].seq < more[j].seq) == list->page.ascending);

		rows[num++] = first ? list->rows[i++] : more[j++];
	}
	list->rows = rows;
	list->num = num;
}

static enum ka_store_status
get(struct ka_tx *tx, void *arg)
{
	struct list *list = arg;
	struct ka_arena *arena = list->request->arena;
	const struct ka_scope *scope = &list->request->scope;
	struct ka_device_row *incoming;
	size_t num_incoming;
	enum ka_store_status status =
	    ka_tx_device_list(tx, &list->rows, &list->num, arena, scope, list->filter, &list->page);

	if (status != KA_STORE_OK || !list->with_incoming)
		return status;
	status = ka_tx_device_list(tx, &incoming, &num_incoming, arena, scope,
	    &(struct ka_device_filter){ .transfer_to = scope->account }, &list->page);
	if (status == KA_STORE_OK && num_incoming > 0)
		merge(list, incoming, num_incoming);
	return status;
}

static void
write_device(struct ka_json *json, const struct ka_request *request, const struct ka_device_row *row)
{
	ka_json_open(json, NULL, '{');
	ka_json_string(json, "certificateArn", ka_arn(request, "cert", row->id));
	ka_json_string(json, "certificateId", row->id);
	ka_json_string(json, "status", ka_device_status_name(row->status));
	ka_json_string(json, "certificateMode", ka_cert_mode_name(row->mode));
	ka_json_millis(json, "creationDate", row->created);
	ka_json_close(json, '}');
}

void
ka_reply_devices(
    struct ka_reply *reply, struct ka_request *request, const struct ka_device_filter *filter, bool with_incoming, const char *text)
{
	struct list list = { .request = request, .filter = filter, .with_incoming = with_incoming };
	struct ka_json json = { .buf = &reply->body };
	struct ka_cursor cursor;
	uint32_t limit;

	list.page.ascending = ka_param_bool(request, "ascendingOrder", false);
	text = ka_arena_format(request->arena, "%s %s", list.page.ascending ? "up" : "down", text);
	if (!ka_page_begin(reply, &limit, &cursor, request, "pageSize", "marker", text))
		return;
	list.page.after_seq = cursor.a;
	list.page.limit = limit + 1;
	if (!ka_api_read(reply, request, get, &list))
		return;
	bool more = list.num > limit;
	size_t num = more ? limit : list.num;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "certificates", '[');
	for (size_t i = 0; i < num; i++) {
		write_device(&json, request, &list.rows[i]);
		cursor.a = list.rows[i].seq;
	}
	ka_json_close(&json, ']');
	ka_page_end(&json, request, "nextMarker", text, &cursor, more);
	ka_json_close(&json, '}');
}

bool
ka_param_registration_status(enum ka_device_status *out, struct ka_reply *reply, const struct ka_request *request)
{
	unsigned given = ka_param_enum(request, "status");
	bool set_as_active = ka_param_bool(request, "setAsActive", false);
	enum ka_device_status status = given != 0 ? (enum ka_device_status)given
	    : set_as_active                       ? KA_DEVICE_ACTIVE
						  : KA_DEVICE_INACTIVE;

	if (status == KA_DEVICE_PENDING_ACTIVATION || status == KA_DEVICE_PENDING_TRANSFER) {
		ka_reply_error(reply, request, KA_API_CERTIFICATE_STATE,
		    "Not allowed to register certificate with %s status", ka_device_status_name(status));
		return false;
	}
	if (given != 0 && set_as_active && status != KA_DEVICE_ACTIVE) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
		    "setAsActive (which is deprecated) contradicts status %s", ka_device_status_name(status));
		return false;
	}
	/* The word of an old release for the same. */
	*out = status == KA_DEVICE_REGISTER_INACTIVE ? KA_DEVICE_INACTIVE : status;
	return true;
}

struct registration {
	struct ka_reply *reply;
	struct ka_request *request;
	const struct ka_device_row *row;
	const char *issuer;
	const char *arn;
};

static enum ka_store_status
check_issuer(struct ka_tx *tx, const struct registration *registration)
{
	struct ka_request *request = registration->request;
	struct ka_ca_row ca;
	enum ka_store_status status = ka_tx_ca_get(tx, &ca, request->arena, &request->scope, registration->issuer);

	if (status == KA_STORE_NONE || (status == KA_STORE_OK && ca.status != KA_CA_ACTIVE)) {
		ka_reply_error(registration->reply, request, KA_API_CERTIFICATE_VALIDATION,
		    "The CA certificate %s that signed it was %s while the certificate was being checked",
		    registration->issuer, status == KA_STORE_NONE ? "deleted" : "deactivated");
		return KA_STORE_ABORTED;
	}
	return status;
}

static enum ka_store_status
insert(struct ka_tx *tx, void *arg)
{
	const struct registration *registration = arg;
	struct ka_request *request = registration->request;
	enum ka_store_status status;

	if (registration->issuer != NULL && (status = check_issuer(tx, registration)) != KA_STORE_OK)
		return status;
	status = ka_tx_device_insert(tx, NULL, &request->scope, registration->row);
	if (status == KA_STORE_EXISTS) {
		ka_reply_exists(registration->reply, request, registration->row->id, registration->arn,
		    "The certificate is already provisioned or registered");
		return KA_STORE_ABORTED;
	}
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, registration->arn, NULL, ka_device_state(request->arena, registration->row));
}

bool
ka_device_register(
    struct ka_reply *reply, struct ka_request *request, const struct ka_device_row *row, const char *issuer)
{
	struct registration registration = { reply, request, row, issuer, ka_arn(request, "cert", row->id) };

	return ka_api_write(reply, request, insert, &registration);
}

bool
ka_device_register_issued(struct ka_reply *reply, struct ka_request *request, const struct ka_pki_cert *cert)
{
	struct ka_device_row row = ka_device_row_new(cert, request->now);

	memcpy(row.ca_id, ka_pki_id(request->server->pki), sizeof(row.ca_id));
	row.mode = KA_MODE_DEFAULT;
	row.status = ka_param_bool(request, "setAsActive", false) ? KA_DEVICE_ACTIVE : KA_DEVICE_INACTIVE;
	return ka_device_register(reply, request, &row, NULL);
}
