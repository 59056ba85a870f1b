/* SPDX-License-Identifier: Apache-2.0 */
/* Which schemas this program works on. How a migration is run is the engine's business. */
#include "server/store/backend.h"

#include <stdio.h>

unsigned
ka_migrations_newest(const struct ka_migration *migrations)
{
	unsigned newest = 0;

	for (; migrations->version != 0; migrations++)
		newest = migrations->version;
	return newest;
}

bool
ka_migrations_accept(char out_message[KA_STORE_MESSAGE_LEN], const struct ka_migration *migrations, unsigned version,
    unsigned flags, const char *name)
{
	unsigned newest = ka_migrations_newest(migrations);

	if (version > newest) {
		(void)snprintf(out_message, KA_STORE_MESSAGE_LEN,
		    "%.200s: its schema is version %u, and this keyassayd knows versions up to %u; use the newer "
		    "keyassayd that wrote it",
		    name, version, newest);
		return false;
	}
	if (version < newest && (flags & KA_STORE_MIGRATE) == 0) {
		(void)snprintf(out_message, KA_STORE_MESSAGE_LEN,
		    "%.200s: its schema is version %u, and this keyassayd needs version %u; back it up, then run: "
		    "keyassayd migrate",
		    name, version, newest);
		return false;
	}
	return true;
}
