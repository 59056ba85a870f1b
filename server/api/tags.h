/* SPDX-License-Identifier: Apache-2.0 */
/* tags.h - tags of resources: what AWS's general rules for tags add to the model's shapes. */
#ifndef KA_SERVER_API_TAGS_H
#define KA_SERVER_API_TAGS_H

#include "server/api/api.h"

#define KA_MAX_TAGS 50u /* of one resource (AWS General Reference, "Tag naming limits and requirements") */

struct ka_tags {
	struct ka_tag_row *rows; /* in the arena; a missing value is "" */
	size_t num;
};

/* ka_tags_read reads the parameter "tags": no key twice, none that begins with "aws:". Absent: num is 0. False: the reply is
 * INVALID_REQUEST, or LIMIT_EXCEEDED for more than KA_MAX_TAGS where the operation has that error. */
bool ka_tags_read(struct ka_tags *out, struct ka_reply *reply, const struct ka_request *request);

/* ka_tags_put writes the tags of a resource and replaces those of the same key; ABORTED with LIMIT_EXCEEDED when there would be more than
 * KA_MAX_TAGS. */
enum ka_store_status ka_tags_put(
    struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request, const char *arn, const struct ka_tags *tags);

/* ka_tags_json returns the tags of a resource as a JSON object {"KEY":"VALUE"} in the arena, for the log of changes. */
enum ka_store_status ka_tags_json(const char **out, struct ka_tx *tx, const struct ka_request *request, const char *arn);

/* ka_taggable refuses ARNs that are none (INVALID_REQUEST), of a kind without tags (INVALID_REQUEST), or of nothing that this account
 * and region has (RESOURCE_NOT_FOUND), with ABORTED. */
enum ka_store_status ka_taggable(struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request, const char *arn);

#endif
