/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/mem.h"

#include <stdlib.h>

void *
ka_mem_new(size_t len)
{
	return calloc(1, len);
}

void
ka_mem_free(void *mem)
{
	free(mem);
}
