/* SPDX-License-Identifier: Apache-2.0 */
/* advice.h - what keyassay explain says about each check: one row of texts per check. */
#ifndef KA_CLI_ADVICE_H
#define KA_CLI_ADVICE_H

#include <keyassay/check.h>

struct ka_advice {
	const char *tests; /* what the check looks for */
	const char *meaning; /* what it means when it fails */
};

/* ka_advice_at returns the texts of a check, never NULL. */
const struct ka_advice *ka_advice_at(enum ka_check_id id);

/* Steps to take, one string each, ended by NULL: ka_advice_weak_key for keys that others can compute or may have, short ones
 * included; ka_advice_validity for certificates out of their time. */
extern const char *const ka_advice_weak_key[];
extern const char *const ka_advice_validity[];

#endif
