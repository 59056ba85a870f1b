/* SPDX-License-Identifier: Apache-2.0 */
/* config_check.h - what the model does not say about an audit configuration in a request. */
#ifndef KA_SERVER_API_CONFIG_CHECK_H
#define KA_SERVER_API_CONFIG_CHECK_H

#include "server/api/api.h"

/* ka_config_check_checks: known names; settings that the check has, in their range. ka_config_check_targets: a target is the ARN of an
 * SNS topic. json may be NULL. False: the reply is INVALID_REQUEST. */
bool ka_config_check_checks(struct ka_reply *reply, const struct ka_request *request, json_t *json);
bool ka_config_check_targets(struct ka_reply *reply, const struct ka_request *request, json_t *json);

/* ka_is_topic_arn tells whether a text is the ARN of an SNS topic: arn:PARTITION:sns:REGION:ACCOUNT:TOPIC. */
bool ka_is_topic_arn(const char *arn);

#endif
