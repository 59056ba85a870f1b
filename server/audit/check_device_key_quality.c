/* SPDX-License-Identifier: Apache-2.0 */
/* DEVICE_CERTIFICATE_KEY_QUALITY_CHECK: the key of a device certificate in use is one of CVE-2008-0166 or
 * CVE-2017-15361. */
#include "server/audit/audit.h"

const struct ka_audit_judge ka_judge_device_key_quality = { .library_checks = KA_KEY_QUALITY_CHECKS,
	.judge = ka_audit_key_quality };
