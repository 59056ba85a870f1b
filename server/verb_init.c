/* SPDX-License-Identifier: Apache-2.0 */
/* verb_init.c - keyassayd init: what the first start does, by hand. */
#include <stdio.h>

#include "server/verbs.h"

int
ka_verb_init(int argc, char **argv)
{
	static const struct ka_verb_options options = {
		.verb = "init",
		.synopsis = "[--data DIR] [--account ID] [options]",
		.description = "Initialises a directory: the database, DIR/secret.key, which protects the stored secrets, the internal\n"
		               "CA, an account, and an administrator's access key in DIR/credentials. Completes what was interrupted;\n"
		               "changes nothing in a directory that is ready.\n",
		.scope = KA_CONFIG_STORE | KA_CONFIG_ACCOUNT,
	};
	struct ka_config config;
	struct ka_node node;
	int status = ka_options_read(&config, &options, argc, argv);

	if (status == KA_OPTIONS_READ) {
		status = KA_EXIT_FAILED;
		if (ka_verb_open(&node, &config, KA_NODE_LOCK | KA_NODE_INIT)) {
			struct ka_buf text = { 0 };

			if (node.first_start)
				ka_buf_format(&text, "initialised %s for account %s; the administrator's access key is in %s/credentials\n",
				    config.data, node.server.default_account, config.data);
			else
				ka_buf_format(&text, "%s is initialised already; nothing was changed\n", config.data);
			status = ka_verb_output(&text);
			ka_node_close(&node);
		}
	}
	ka_config_clear(&config);
	return status;
}
