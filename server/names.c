/* SPDX-License-Identifier: Apache-2.0 */
#include "server/names.h"

const char *
ka_device_status_name(enum ka_device_status status)
{
	static const char *const names[] = {
		[KA_DEVICE_ACTIVE] = "ACTIVE",
		[KA_DEVICE_INACTIVE] = "INACTIVE",
		[KA_DEVICE_REVOKED] = "REVOKED",
		[KA_DEVICE_PENDING_TRANSFER] = "PENDING_TRANSFER",
		[KA_DEVICE_REGISTER_INACTIVE] = "REGISTER_INACTIVE",
		[KA_DEVICE_PENDING_ACTIVATION] = "PENDING_ACTIVATION",
	};

	return names[status];
}

const char *
ka_task_status_name(enum ka_task_status status)
{
	static const char *const names[] = {
		[KA_TASK_IN_PROGRESS] = "IN_PROGRESS",
		[KA_TASK_COMPLETED] = "COMPLETED",
		[KA_TASK_FAILED] = "FAILED",
		[KA_TASK_CANCELED] = "CANCELED",
	};

	return names[status];
}

const char *
ka_task_type_name(enum ka_task_type type)
{
	return type == KA_TASK_SCHEDULED ? "SCHEDULED_AUDIT_TASK" : "ON_DEMAND_AUDIT_TASK";
}

const char *
ka_run_status_name(enum ka_run_status status)
{
	static const char *const names[] = {
		[KA_RUN_IN_PROGRESS] = "IN_PROGRESS",
		[KA_RUN_WAITING_FOR_DATA_COLLECTION] = "WAITING_FOR_DATA_COLLECTION",
		[KA_RUN_CANCELED] = "CANCELED",
		[KA_RUN_COMPLETED_COMPLIANT] = "COMPLETED_COMPLIANT",
		[KA_RUN_COMPLETED_NON_COMPLIANT] = "COMPLETED_NON_COMPLIANT",
		[KA_RUN_FAILED] = "FAILED",
	};

	return names[status];
}
