/* SPDX-License-Identifier: Apache-2.0 */
/* What registers devices by themselves is stored and told, and nothing here acts on it: devices connect elsewhere. */
#include "server/api/certificates.h"

static const char *
member(const json_t *config, const char *name)
{
	return json_string_value(json_object_get(config, name));
}

/* A template is JSON; what it says is for the service that runs it. */
static bool
is_json_object(const char *text)
{
	json_t *read = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	bool is = json_is_object(read);

	json_decref(read);
	return is;
}

bool
ka_registration_config(
    const char **out_text, const char **out_template_name, struct ka_reply *reply, const struct ka_request *request)
{
	const json_t *config = ka_param_json(request, "registrationConfig");
	const char *body = member(config, "templateBody"), *name = member(config, "templateName");
	const char *fault = NULL;

	*out_text = *out_template_name = NULL;
	if (config == NULL)
		return true;
	if ((body == NULL) == (name == NULL))
		fault = "give either templateName, or templateBody with roleArn";
	else if (body != NULL && member(config, "roleArn") == NULL)
		fault = "templateBody takes a roleArn beside it";
	else if (body != NULL && !is_json_object(body))
		fault = "templateBody is not a JSON object";
	if (fault != NULL) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "registrationConfig: %s", fault);
		return false;
	}
	*out_text = ka_json_text(request->arena, config);
	*out_template_name = ka_arena_string(request->arena, name);
	return true;
}
