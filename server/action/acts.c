/* SPDX-License-Identifier: Apache-2.0 */
#include "server/action/acts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct ka_act acts[] = {
	{ KA_ACTION_UPDATE_DEVICE_CERTIFICATE, "UPDATE_DEVICE_CERTIFICATE", "updateDeviceCertificateParams",
	    ka_act_update_device },
	{ KA_ACTION_UPDATE_CA_CERTIFICATE, "UPDATE_CA_CERTIFICATE", "updateCACertificateParams", ka_act_update_ca },
	{ KA_ACTION_ADD_THINGS_TO_THING_GROUP, "ADD_THINGS_TO_THING_GROUP", "addThingsToThingGroupParams",
	    ka_act_unsupported },
	{ KA_ACTION_REPLACE_DEFAULT_POLICY_VERSION, "REPLACE_DEFAULT_POLICY_VERSION",
	    "replaceDefaultPolicyVersionParams", ka_act_unsupported },
	{ KA_ACTION_ENABLE_IOT_LOGGING, "ENABLE_IOT_LOGGING", "enableIoTLoggingParams", ka_act_unsupported },
	{ KA_ACTION_PUBLISH_FINDING_TO_SNS, "PUBLISH_FINDING_TO_SNS", "publishFindingToSnsParams", ka_act_publish },
	{ 0 },
};

const struct ka_act *
ka_acts(void)
{
	return acts;
}

const struct ka_act *
ka_act_of(enum ka_action_type type)
{
	return &acts[type - 1];
}

const struct ka_act *
ka_act_by_member(const char *member)
{
	for (const struct ka_act *act = acts; act->name != NULL; act++)
		if (strcmp(act->member, member) == 0)
			return act;
	return NULL;
}

/* --- what fits which check (developer guide, "Mitigation actions") ------------------------------------------------ */

#define BIT(type) (1u << KA_ACTION_##type)
#define ON_CA BIT(UPDATE_CA_CERTIFICATE)
#define ON_DEVICE (BIT(UPDATE_DEVICE_CERTIFICATE) | BIT(ADD_THINGS_TO_THING_GROUP))
#define ON_POLICY BIT(REPLACE_DEFAULT_POLICY_VERSION)

/* Findings of any check can be published; these have more. */
static const struct {
	const char *check_name;
	unsigned types;
} fits[] = {
	{ "CA_CERTIFICATE_EXPIRING_CHECK", ON_CA },
	{ "CA_CERTIFICATE_KEY_QUALITY_CHECK", ON_CA },
	{ "REVOKED_CA_CERTIFICATE_STILL_ACTIVE_CHECK", ON_CA },
	{ "DEVICE_CERTIFICATE_AGE_CHECK", ON_DEVICE },
	{ "DEVICE_CERTIFICATE_EXPIRING_CHECK", ON_DEVICE },
	{ "DEVICE_CERTIFICATE_KEY_QUALITY_CHECK", ON_DEVICE },
	{ "DEVICE_CERTIFICATE_SHARED_CHECK", ON_DEVICE },
	{ "INTERMEDIATE_CA_REVOKED_FOR_ACTIVE_DEVICE_CERTIFICATES_CHECK", ON_DEVICE },
	{ "REVOKED_DEVICE_CERTIFICATE_STILL_ACTIVE_CHECK", ON_DEVICE },
	{ "IOT_POLICY_OVERLY_PERMISSIVE_CHECK", ON_POLICY },
	{ "IOT_POLICY_POTENTIAL_MISCONFIGURATION_CHECK", ON_POLICY },
	{ "LOGGING_DISABLED_CHECK", BIT(ENABLE_IOT_LOGGING) },
};

bool
ka_act_fits(const struct ka_act *act, const char *check_name)
{
	unsigned types = BIT(PUBLISH_FINDING_TO_SNS);

	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++)
		if (strcmp(fits[i].check_name, check_name) == 0)
			types |= fits[i].types;
	return (types >> act->type & 1) != 0;
}

/* --- what the kinds share ----------------------------------------------------------------------------------------- */

void
ka_act_fail(struct ka_act_result *out, const struct ka_act_call *call, const char *code, const char *format, ...)
{
	char message[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	*out = (struct ka_act_result){ code, ka_arena_string(call->arena, message) };
}

enum ka_store_status
ka_act_log(const struct ka_act_call *call, const char *action, const char *kind, const char *id, const char *before,
    const char *after)
{
	const struct ka_log_row row = {
		.time = call->now,
		.account = call->scope->account,
		.region = call->scope->region,
		.actor = ka_arena_format(call->arena, "keyassayd:mitigation %s", call->task_id),
		.action = action,
		.resource = ka_arena_format(
		    call->arena, "arn:aws:iot:%s:%s:%s/%s", call->scope->region, call->scope->account, kind, id),
		.before = before,
		.after = after,
	};

	return ka_tx_log_append(call->tx, &row);
}

enum ka_store_status
ka_act_unsupported(struct ka_act_result *out, const struct ka_act_call *call)
{
	ka_act_fail(out, call, KA_ACT_UNSUPPORTED,
	    "keyassayd has neither things, policies nor a log of devices: action %s cannot be applied. "
	    "UPDATE_CA_CERTIFICATE, UPDATE_DEVICE_CERTIFICATE and PUBLISH_FINDING_TO_SNS can",
	    call->action_name);
	return KA_STORE_OK;
}
