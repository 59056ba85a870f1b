/* SPDX-License-Identifier: Apache-2.0 */
/* resource.h - the parameter "resourceIdentifier" of findings and suppressions. */
#ifndef KA_SERVER_API_RESOURCE_H
#define KA_SERVER_API_RESOURCE_H

#include "server/audit/engine.h"
#include "server/api/api.h"

struct ka_resource {
	const char *json;           /* {"caCertificateId":"..."}, canonical: the identity of a suppression; NULL: absent */
	enum ka_resource_type type; /* of certificates; else 0: keyassay has no findings on such a resource */
	const char *id;             /* of certificates */
};

/* ka_resource_read reads the parameter. It has exactly one member, or it would name nothing or two things. The ARN of a device
 * certificate of this account and region stands for its id. False: the reply is INVALID_REQUEST. */
bool ka_resource_read(struct ka_resource *out, struct ka_reply *reply, const struct ka_request *request);

/* ka_resource_fits refuses a resource that a check never reports (INVALID_REQUEST): such a suppression would never do anything. */
bool ka_resource_fits(struct ka_reply *reply, const struct ka_request *request, const struct ka_resource *resource,
    const struct ka_audit_check *check);

#endif
