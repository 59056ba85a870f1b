/* SPDX-License-Identifier: Apache-2.0 */
/* transfer.h - what the operations share that move certificates between accounts of a region.
 *
 * A certificate in transfer lies PENDING_TRANSFER in the source's account: the source audits it and may cancel, the target sees it and
 * accepts or rejects it. Accepting moves the row. What ends in one account and begins in another is in the log of both. */
#ifndef KA_SERVER_API_TRANSFER_H
#define KA_SERVER_API_TRANSFER_H

#include "server/api/certificates.h"

/* The argument of the transactions of transfers. */
struct ka_transfer {
	struct ka_reply *reply;
	struct ka_request *request;
};

/* ka_request_at is the request as if it came from another account: for ARNs, scope and log of that account. Who asks stays. */
struct ka_request ka_request_at(const struct ka_request *request, const char *account);

/* ka_transfer_target checks the parameter targetAwsAccount: another account, which this server has. ABORTED: the reply is
 * INVALID_REQUEST. */
enum ka_store_status ka_transfer_target(struct ka_tx *tx, const struct ka_transfer *transfer);

/* ka_transfer_refuse sets an error about the certificate of the parameter certificateId, "Certificate ID " and why (a format),
 * and returns ABORTED. */
enum ka_store_status ka_transfer_refuse(const struct ka_transfer *transfer, enum ka_api_error error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ka_transfer_nothing refuses when nothing is under way to the account. own: whether the account has such a certificate itself (OK
 * or NONE; other statuses come back), accepted: from another account, which is TRANSFER_ALREADY_COMPLETED, else RESOURCE_NOT_FOUND. */
enum ka_store_status ka_transfer_nothing(const struct ka_transfer *transfer, enum ka_store_status own, bool accepted);

/* ka_transfer_incoming finds what is under way to the account that asks, or refuses by ka_transfer_nothing. */
enum ka_store_status ka_transfer_incoming(
    struct ka_tx *tx, struct ka_device_row *out, char out_source[KA_ACCOUNT_LEN + 1], const struct ka_transfer *transfer);
enum ka_store_status ka_transfer_incoming_ca(
    struct ka_tx *tx, struct ka_ca_row *out, char out_source[KA_ACCOUNT_LEN + 1], const struct ka_transfer *transfer);

/* ka_transfer_give_back ends a transfer where it began, in the account of at, and logs it there. after: before, with what else
 * changes. */
enum ka_store_status ka_transfer_give_back(
    struct ka_tx *tx, const struct ka_request *at, const struct ka_device_row *before, struct ka_device_row *after);
enum ka_store_status ka_transfer_give_back_ca(
    struct ka_tx *tx, const struct ka_request *at, const struct ka_ca_row *before, struct ka_ca_row *after);

/* ka_json_transfer writes transferData: what there is of a transfer, nothing when there never was one (transferred 0). */
struct ka_transfer_data {
	const char *message, *reject_reason; /* or NULL */
	int64_t transferred, accepted, rejected;
};
void ka_json_transfer(struct ka_json *json, const struct ka_transfer_data *data);

/* ka_reply_ca_moves answers a page of the CAs under way that a filter takes (outgoing, or transfer_to), as the list "member". */
void ka_reply_ca_moves(struct ka_reply *reply, struct ka_request *request, const struct ka_ca_filter *filter, const char *member);

#endif
