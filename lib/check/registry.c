/* SPDX-License-Identifier: Apache-2.0 */
/* registry.c - the table of checks. A new check is a file beside this one, a number in enum ka_check_id and a line here. */
#include "lib/check/check.h"

#include <string.h>

static const struct ka_check *const checks[KA_NUM_CHECKS] = {
	[KA_CHECK_DEBIAN_WEAK] = &ka_check_debian_weak,
	[KA_CHECK_ROCA] = &ka_check_roca,
	[KA_CHECK_KEY_SIZE] = &ka_check_key_size,
	[KA_CHECK_VALIDITY] = &ka_check_validity,
};

const struct ka_check *
ka_check_at(size_t index)
{
	return index < KA_NUM_CHECKS ? checks[index] : NULL;
}

const struct ka_check *
ka_check_by_name(const char *name)
{
	for (size_t i = 0; i < KA_NUM_CHECKS; i++) {
		if (strcmp(name, checks[i]->name) == 0)
			return checks[i];
	}
	return NULL;
}

uint32_t
ka_profile_checks(enum ka_profile profile)
{
	uint32_t mask = 0;

	for (size_t i = 0; i < KA_NUM_CHECKS; i++) {
		if ((checks[i]->profiles & (uint32_t)profile) != 0)
			mask |= KA_CHECK_BIT(i);
	}
	return mask;
}
