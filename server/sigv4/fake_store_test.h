/* SPDX-License-Identifier: Apache-2.0 */
/* A store that knows access keys only, in memory: what this room needs of the real one, and failures on demand. */
#ifndef KA_SERVER_SIGV4_FAKE_STORE_TEST_H
#define KA_SERVER_SIGV4_FAKE_STORE_TEST_H

#include <stdatomic.h>

#include "server/store/store.h"

struct ka_store {
	struct ka_access_key_row rows[8];
	size_t num_rows;
	uint8_t secrets[8][128];
	char texts[8][2][32];
	enum ka_store_status failure; /* what every transaction returns; OK: works */
	atomic_uint num_reads;
};

#endif
