/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/transfer.h"

enum ka_store_status
ka_transfer_incoming_ca(
    struct ka_tx *tx, struct ka_ca_row *out, char out_source[KA_ACCOUNT_LEN + 1], const struct ka_transfer *transfer)
{
	struct ka_request *request = transfer->request;
	const char *id = ka_param_text(request, "certificateId");
	enum ka_store_status status = ka_tx_ca_incoming(tx, out, out_source, request->arena, &request->scope, id);
	struct ka_ca_row own = { 0 };

	if (status != KA_STORE_NONE)
		return status;
	status = ka_tx_ca_get(tx, &own, request->arena, &request->scope, id);
	return ka_transfer_nothing(transfer, status, own.accept_date != 0);
}

enum ka_store_status
ka_transfer_give_back_ca(
    struct ka_tx *tx, const struct ka_request *at, const struct ka_ca_row *before, struct ka_ca_row *after)
{
	after->status = before->status_before_transfer;
	after->transfer_to = NULL;
	after->customer_version++;
	after->modified = at->now;
	enum ka_store_status status = ka_tx_ca_update(tx, &at->scope, after);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(
	    tx, at, ka_arn(at, "cacert", after->id), ka_ca_state(at->arena, before), ka_ca_state(at->arena, after));
}

struct moves {
	struct ka_request *request;
	struct ka_ca_filter filter;
	struct ka_page page;
	struct ka_ca_row *rows;
	char (*sources)[KA_ACCOUNT_LEN + 1]; /* of incoming ones */
	size_t num;
};

static enum ka_store_status
get_cas(struct ka_tx *tx, void *arg)
{
	struct moves *moves = arg;
	const struct ka_request *request = moves->request;
	struct ka_arena *arena = request->arena;
	enum ka_store_status status =
	    ka_tx_ca_list(tx, &moves->rows, &moves->num, arena, &request->scope, &moves->filter, &moves->page);

	if (status != KA_STORE_OK || moves->filter.outgoing)
		return status;
	/* Where each comes from is not in its row. */
	moves->sources = ka_arena_take(arena, (moves->num + 1) * sizeof(*moves->sources));
	for (size_t i = 0; i < moves->num && status == KA_STORE_OK; i++) {
		struct ka_ca_row row;

		status = ka_tx_ca_incoming(tx, &row, moves->sources[i], arena, &request->scope, moves->rows[i].id);
	}
	return status;
}

static void
write_ca(struct ka_json *json, const struct moves *moves, size_t i)
{
	const struct ka_ca_row *row = &moves->rows[i];

	ka_json_open(json, NULL, '{');
	ka_json_string(json, "certificateArn", ka_arn(moves->request, "cacert", row->id));
	ka_json_string(json, "certificateId", row->id);
	if (moves->filter.outgoing)
		ka_json_string(json, "transferredTo", row->transfer_to);
	else
		ka_json_string(json, "transferredFrom", moves->sources[i]);
	ka_json_millis(json, "transferDate", row->transfer_date);
	if (row->transfer_message != NULL)
		ka_json_string(json, "transferMessage", row->transfer_message);
	ka_json_millis(json, "creationDate", row->created);
	ka_json_close(json, '}');
}

void
ka_reply_ca_moves(struct ka_reply *reply, struct ka_request *request, const struct ka_ca_filter *filter, const char *member)
{
	struct moves moves = { .request = request, .filter = *filter };
	struct ka_json json = { .buf = &reply->body };
	struct ka_cursor cursor;
	uint32_t limit;

	moves.page.ascending = ka_param_bool(request, "ascendingOrder", false);
	const char *order = moves.page.ascending ? "up" : "down";
	if (!ka_page_begin(reply, &limit, &cursor, request, "pageSize", "marker", order))
		return;
	moves.page.after_seq = cursor.a;
	moves.page.limit = limit + 1;
	if (!ka_api_read(reply, request, get_cas, &moves))
		return;
	bool more = moves.num > limit;
	size_t num = more ? limit : moves.num;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, member, '[');
	for (size_t i = 0; i < num; i++) {
		write_ca(&json, &moves, i);
		cursor.a = moves.rows[i].seq;
	}
	ka_json_close(&json, ']');
	ka_page_end(&json, request, "nextMarker", order, &cursor, more);
	ka_json_close(&json, '}');
}
