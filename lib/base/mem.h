/* SPDX-License-Identifier: Apache-2.0 */
/* mem.h - the library's only allocations; tools/simple-mistakes.sh forbids malloc elsewhere in lib/. */
#ifndef KA_LIB_BASE_MEM_H
#define KA_LIB_BASE_MEM_H

#include <keyassay/base.h>

/* ka_mem_new returns len zeroed bytes or NULL. */
void *ka_mem_new(size_t len);

/* ka_mem_free releases them; NULL is fine. */
void ka_mem_free(void *mem);

#endif
