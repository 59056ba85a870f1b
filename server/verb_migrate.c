/* SPDX-License-Identifier: Apache-2.0 */
/* verb_migrate.c - keyassayd migrate: the database's schema, brought up to date by hand. */
#include <stdio.h>

#include "server/verbs.h"

int
ka_verb_migrate(int argc, char **argv)
{
	static const struct ka_verb_options options = {
		.verb = "migrate",
		.synopsis = "[--data DIR] [--db URL] [options]",
		.description = "Brings the database to the schema of this program, one numbered step after the other, each in its own\n"
		               "transaction. There is no way back: make a backup first. Does nothing when there is nothing to do.\n",
		.scope = KA_CONFIG_STORE,
	};
	struct ka_config config;
	struct ka_node node;
	int status = ka_options_read(&config, &options, argc, argv);

	if (status == KA_OPTIONS_READ) {
		status = KA_EXIT_FAILED;
		if (ka_verb_open(&node, &config, KA_NODE_LOCK | KA_NODE_MIGRATE)) {
			struct ka_buf text = { 0 };

			ka_buf_format(&text, "%s has schema %u, which this program uses\n", config.db,
			    ka_store_schema_version(node.server.store));
			status = ka_verb_output(&text);
			ka_node_close(&node);
		}
	}
	ka_config_clear(&config);
	return status;
}
