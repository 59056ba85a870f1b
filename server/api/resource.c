/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/resource.h"

#include <string.h>

/* The id in the ARN of a device certificate of this account and region, or NULL. */
static const char *
device_id(const struct ka_request *request, const char *arn)
{
	const char *kind, *name;

	if (!ka_arn_read(&kind, &name, request, arn) || strcmp(kind, "cert") != 0 || strlen(name) != KA_CERT_ID_LEN)
		return NULL;
	return name;
}

static bool
refuse(struct ka_reply *reply, const struct ka_request *request, const char *rule)
{
	ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "resourceIdentifier: %s", rule);
	return false;
}

bool
ka_resource_read(struct ka_resource *out, struct ka_reply *reply, const struct ka_request *request)
{
	json_t *json = ka_param_json(request, "resourceIdentifier");

	*out = (struct ka_resource){ 0 };
	if (json == NULL)
		return true;
	if (json_object_size(json) != 1)
		return refuse(reply, request, "must have exactly one member, such as caCertificateId or deviceCertificateId");
	const char *member = json_object_iter_key(json_object_iter(json));
	const char *value = json_string_value(json_object_get(json, member));
	if (strcmp(member, "deviceCertificateArn") == 0) {
		member = "deviceCertificateId";
		value = device_id(request, value);
		if (value == NULL)
			return refuse(reply, request, "deviceCertificateArn is not one of this account and region");
	}
	out->json = ka_json_text(request->arena, json);
	if (strcmp(member, "caCertificateId") == 0)
		out->type = KA_RESOURCE_CA;
	else if (strcmp(member, "deviceCertificateId") == 0)
		out->type = KA_RESOURCE_DEVICE;
	else
		return true;
	/* Ids are hexadecimal digits: nothing needs an escape. */
	out->id = ka_arena_string(request->arena, value);
	out->json = ka_arena_format(request->arena, "{\"%s\":\"%s\"}", member, out->id);
	return true;
}

bool
ka_resource_fits(struct ka_reply *reply, const struct ka_request *request, const struct ka_resource *resource,
    const struct ka_audit_check *check)
{
	if (check->resource == 0 || check->resource == resource->type)
		return true;
	ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "resourceIdentifier: %s is about resources with a %s", check->name,
	    check->resource == KA_RESOURCE_CA ? "caCertificateId" : "deviceCertificateId");
	return false;
}
