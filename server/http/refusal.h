/* SPDX-License-Identifier: Apache-2.0 */
/* refusal.h - what HTTP itself answers, before or instead of an operation. */
#ifndef KA_SERVER_HTTP_REFUSAL_H
#define KA_SERVER_HTTP_REFUSAL_H

#include "server/api/api.h"

#define KA_API_METHODS "GET, POST, PUT, PATCH, DELETE"

struct ka_refusal {
	unsigned status;
	const char *type; /* x-amzn-ErrorType */
	const char *message;
	const char *allow; /* 405: the Allow header */
};

extern const struct ka_refusal ka_refuse_bad_request, ka_refuse_length_twice, ka_refuse_transfer_coding, ka_refuse_headers_too_large,
    ka_refuse_too_large, ka_refuse_method, ka_refuse_read_only, ka_refuse_unknown_method, ka_refuse_busy, ka_refuse_stopping;

/* ka_refuse fills result with a refusal. */
void ka_refuse(struct ka_api_result *result, const struct ka_refusal *refusal);

#endif
