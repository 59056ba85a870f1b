/* SPDX-License-Identifier: Apache-2.0 */
/* conditional.h - replies that clients may keep and ask again for. */
#ifndef KA_SERVER_API_CONDITIONAL_H
#define KA_SERVER_API_CONDITIONAL_H

#include "server/api/api.h"

/* ka_etag_matches tells whether a request says with If-None-Match that it has the reply with this entity tag (quotes included). A
 * header that is malformed is no condition. */
bool ka_etag_matches(const struct ka_raw_request *raw, const char *etag);

/* ka_cache_control returns the Cache-Control header of a reply that may be kept so many seconds; 0 and less: only asked again for. */
const char *ka_cache_control(struct ka_arena *arena, int64_t max_age);

#endif
