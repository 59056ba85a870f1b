/* SPDX-License-Identifier: Apache-2.0 */
#include "common/args.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "common/message.h"

#define ID_HELP 1000
#define ID_VERSION 1001

static void
print_help(const struct ka_args *args)
{
	printf("Usage: %s %s %s\n\n%s\nOptions:\n", ka_program(), args->verb, args->synopsis, args->description);
	for (const struct ka_option *o = args->options; o->name != NULL; o++) {
		int width = printf("  --%s%s%s", o->name, o->argument == NULL ? "" : " ", o->argument == NULL ? "" : o->argument);
		if (width > 24)
			printf("\n%*s", 26, "");
		else
			printf("%*s", 26 - width, "");
		/* Help texts wrap by hand: a newline in the table starts a line under the same column. */
		for (const char *c = o->help; *c != '\0'; c++) {
			putchar(*c);
			if (*c == '\n')
				printf("%*s", 26, "");
		}
		putchar('\n');
	}
	printf("  --help                  this text\n  --version               name and version\n");
}

static int
explain_mistake(const struct ka_args *args, const struct option *known, size_t num, int what)
{
	const char *typed = args->argv[optind - 1];
	if (optopt != 0 && (optopt < ' ' || optopt > '~' || what == ':')) {
		/* A long option of the table: its argument is missing, or one was given that it does not take. */
		for (size_t i = 0; i < num; i++) {
			if (known[i].val == optopt) {
				ka_usage(args->verb, what == ':' ? "option --%s needs an argument" : "option --%s takes no argument",
				    known[i].name);
				return KA_ARGS_BAD;
			}
		}
	}
	if (optopt != 0) {
		ka_usage(args->verb, "unknown option -%c", optopt);
		return KA_ARGS_BAD;
	}
	const char *names[KA_ARGS_MAX_OPTIONS + 2];
	for (size_t i = 0; i < num; i++)
		names[i] = known[i].name;
	char stem[64];
	snprintf(stem, sizeof(stem), "%s", typed[0] == '-' && typed[1] == '-' ? typed + 2 : typed);
	stem[strcspn(stem, "=")] = '\0';
	const char *nearest = ka_nearest(stem, names, num);
	if (nearest != NULL)
		ka_usage(args->verb, "unknown or ambiguous option --%s; did you mean --%s?", stem, nearest);
	else
		ka_usage(args->verb, "unknown option --%s", stem);
	return KA_ARGS_BAD;
}

int
ka_args_next(const struct ka_args *args)
{
	struct option known[KA_ARGS_MAX_OPTIONS + 3] = { 0 };
	size_t num = 0;
	for (const struct ka_option *o = args->options; o->name != NULL && num < KA_ARGS_MAX_OPTIONS; o++) {
		known[num].name = o->name;
		known[num].has_arg = o->argument == NULL ? no_argument : required_argument;
		known[num++].val = o->id;
	}
	known[num++] = (struct option){ "help", no_argument, NULL, ID_HELP };
	known[num++] = (struct option){ "version", no_argument, NULL, ID_VERSION };

	opterr = 0;
	int id = getopt_long(args->argc, args->argv, ":h", known, NULL);
	switch (id) {
	case -1:
		return KA_ARGS_END;
	case 'h':
	case ID_HELP:
		print_help(args);
		return KA_ARGS_DONE;
	case ID_VERSION:
		ka_print_version();
		return KA_ARGS_DONE;
	case '?':
	case ':':
		return explain_mistake(args, known, num, id);
	default:
		return id;
	}
}
