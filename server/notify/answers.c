/* SPDX-License-Identifier: Apache-2.0 */
/* answers.c - what a receiver's HTTP status means for a message. keyassayd(8), NOTIFICATIONS, has the same table.
 *
 * Only what says "this message, never" is refused; it becomes dead at once. Everything that somebody can mend meanwhile
 * (permissions, a topic or path that is not there yet, a redirect, trouble of the server) is tried again. */
#include "server/notify/transport.h"

static const struct {
	short first, last;
	enum ka_outcome outcome;
} table[] = {
	{ 200, 299, KA_SEND_DELIVERED },
	{ 300, 399, KA_SEND_RETRY },   /* redirects are not followed: they would carry the message to somebody else */
	{ 400, 400, KA_SEND_REFUSED }, /* Bad Request */
	{ 401, 404, KA_SEND_RETRY },   /* Unauthorized, Payment Required, Forbidden, Not Found */
	{ 405, 406, KA_SEND_REFUSED }, /* Method Not Allowed, Not Acceptable */
	{ 407, 409, KA_SEND_RETRY },   /* Proxy Authentication Required, Request Timeout, Conflict */
	{ 410, 411, KA_SEND_REFUSED }, /* Gone, Length Required */
	{ 412, 412, KA_SEND_RETRY },   /* Precondition Failed */
	{ 413, 417, KA_SEND_REFUSED }, /* Content Too Large, URI Too Long, Unsupported Media Type, Range, Expectation */
	{ 422, 422, KA_SEND_REFUSED }, /* Unprocessable Content */
	{ 431, 431, KA_SEND_REFUSED }, /* Request Header Fields Too Large */
	{ 501, 501, KA_SEND_REFUSED }, /* Not Implemented */
	{ 505, 505, KA_SEND_REFUSED }, /* HTTP Version Not Supported */
};

enum ka_outcome
ka_answer_outcome(long status)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (status >= table[i].first && status <= table[i].last)
			return table[i].outcome;
	return KA_SEND_RETRY; /* 429, 500, 502, 503, 504 and whatever else there is */
}
