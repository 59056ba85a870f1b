/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/ops.h"
#include "server/api/transfer.h"

void
ka_op_list_outgoing_ca_certificates(struct ka_reply *reply, struct ka_request *request)
{
	ka_reply_ca_moves(reply, request, &(struct ka_ca_filter){ .outgoing = true }, "outgoingCACertificates");
}
