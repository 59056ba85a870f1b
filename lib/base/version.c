/* SPDX-License-Identifier: Apache-2.0 */
#include <keyassay/keyassay.h>

const char *
ka_version(void)
{
	return KA_VERSION;
}
