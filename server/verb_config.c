/* SPDX-License-Identifier: Apache-2.0 */
/* verb_config.c - keyassayd config: what command line, file and defaults come to. */
#include "server/verbs.h"

int
ka_verb_config(int argc, char **argv)
{
	static const struct ka_verb_options options = {
		.verb = "config",
		.synopsis = "[--config FILE] [options]",
		.description = "Reads options and configuration file as serve does, and prints the outcome as a configuration file. Lines\n"
		               "that begin with '#' and a key are defaults. Exit status 2 when something makes no sense.\n",
		.scope = KA_CONFIG_STORE | KA_CONFIG_ACCOUNT | KA_CONFIG_SERVE,
	};
	struct ka_config config;
	struct ka_buf text = { 0 };
	int status = ka_options_read(&config, &options, argc, argv);

	if (status == KA_OPTIONS_READ) {
		ka_config_write(&text, &config);
		status = ka_verb_output(&text);
	}
	ka_config_clear(&config);
	return status;
}
