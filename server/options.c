/* SPDX-License-Identifier: Apache-2.0 */
#include "server/options.h"

#include <getopt.h>

#include "common/message.h"

#define FIRST_KEY_ID 201
#define ID_CONFIG 200
#define MAX_OWN 16

/* The verb's options, --config, the keys of its scope. */
static void
build_options(struct ka_option out[KA_ARGS_MAX_OPTIONS + 1], const struct ka_verb_options *verb)
{
	size_t num = 0;

	for (const struct ka_option *o = verb->own; o != NULL && o->name != NULL && num < MAX_OWN; o++)
		out[num++] = *o;
	out[num++] = (struct ka_option){ "config", "FILE", "read options from a file of lines key = value", ID_CONFIG };
	const struct ka_config_key *keys = ka_config_keys();
	for (size_t i = 0; keys[i].name != NULL && num < KA_ARGS_MAX_OPTIONS; i++) {
		if ((keys[i].scope & verb->scope) != 0)
			out[num++] = (struct ka_option){ keys[i].name, keys[i].argument, keys[i].help, FIRST_KEY_ID + (int)i };
	}
	out[num] = (struct ka_option){ 0 };
}

static int
read_command_line(
    struct ka_config *config, const char **out_file, const struct ka_verb_options *verb, const struct ka_args *args)
{
	char message[KA_CONFIG_MESSAGE_LEN];

	for (;;) {
		int id = ka_args_next(args);

		if (id == KA_ARGS_END)
			break;
		if (id == KA_ARGS_DONE)
			return KA_EXIT_DONE;
		if (id == KA_ARGS_BAD)
			return KA_EXIT_USAGE;
		if (id == ID_CONFIG) {
			*out_file = optarg;
			continue;
		}
		if (id < ID_CONFIG) {
			if (!verb->take(verb->arg, id, optarg))
				return KA_EXIT_USAGE;
			continue;
		}
		if (!ka_config_option(config, message, &ka_config_keys()[id - FIRST_KEY_ID], optarg))
			return ka_usage(verb->verb, "%s", message);
	}
	if (args->argc - optind > (int)verb->num_operands && !verb->more_operands)
		return ka_usage(verb->verb, "unexpected argument '%s'", args->argv[optind + (int)verb->num_operands]);
	if (args->argc - optind < (int)verb->num_operands)
		return ka_usage(verb->verb, "an argument is missing: %s", verb->synopsis);
	return KA_OPTIONS_READ;
}

int
ka_options_read(struct ka_config *out, const struct ka_verb_options *verb, int argc, char **argv)
{
	struct ka_option options[KA_ARGS_MAX_OPTIONS + 1];
	char message[KA_CONFIG_MESSAGE_LEN];
	const char *file = NULL;

	build_options(options, verb);
	struct ka_args args = { verb->verb, verb->synopsis, verb->description, options, argc, argv };
	ka_config_init(out);
	optind = 0; /* from the start, also when this is a reload: getopt(3), NOTES */
	int status = read_command_line(out, &file, verb, &args);
	if (status != KA_OPTIONS_READ)
		return status;
	if (file != NULL && !ka_config_read(out, message, file)) {
		ka_error("%s", message);
		return KA_EXIT_USAGE;
	}
	if (!ka_config_finish(out, message)) {
		ka_error("%s", message);
		return KA_EXIT_USAGE;
	}
	return KA_OPTIONS_READ;
}
