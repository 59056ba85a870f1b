/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the table of verbs. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static int run_help(int argc, char **argv);
static int run_version(int argc, char **argv);

static const struct ka_cli_verb verbs[] = {
	{ "scan", "judge the keys in files, directories or standard input", ka_cli_scan },
	{ "explain", "say in words what is in a file, what is wrong with it and how to fix it", ka_cli_explain },
	{ "audit", "audit the certificates registered with a keyassayd or with AWS IoT", ka_cli_audit },
	{ "review", "list and revoke the device certificates of a CA that is in doubt", ka_cli_review },
	{ "debian", "make the keys of CVE-2008-0166, and tables of them", ka_cli_debian },
	{ "bench", "measure this machine, each figure beside a reference", ka_cli_bench },
	{ "help", "show this text, or the help of a verb", run_help },
	{ "version", "show name and version", run_version },
	{ NULL, NULL, NULL },
};

const struct ka_cli_verb *
ka_cli_verbs(void)
{
	return verbs;
}

static const struct ka_cli_verb *
verb_by_name(const char *name)
{
	for (const struct ka_cli_verb *v = verbs; v->name != NULL; v++) {
		if (strcmp(v->name, name) == 0)
			return v;
	}
	return NULL;
}

static void
print_overview(FILE *to)
{
	fprintf(to, "Usage: keyassay VERB [options] ...\n\n"
	            "Judges the quality of the keys in certificates: are they weak, and why?\n\nVerbs:\n");
	for (const struct ka_cli_verb *v = verbs; v->name != NULL; v++)
		fprintf(to, "  %-10s%s\n", v->name, v->summary);
	fprintf(to, "\n'keyassay VERB --help' shows a verb's options; keyassay(1) has it all.\n\n"
	            "Examples:\n"
	            "  keyassay scan /etc/ssl/certs\n"
	            "  aws iot describe-ca-certificate --certificate-id ID --query certificateDescription.certificatePem \\\n"
	            "      --output text | keyassay scan\n"
	            "  keyassay explain ca.pem\n");
}

static int
unknown_verb(const char *name)
{
	const char *names[sizeof(verbs) / sizeof(verbs[0])];
	size_t num = 0;
	for (const struct ka_cli_verb *v = verbs; v->name != NULL; v++)
		names[num++] = v->name;
	const char *nearest = ka_nearest(name, names, num);
	if (nearest != NULL)
		return ka_usage(NULL, "unknown verb '%s'; did you mean '%s'?", name, nearest);
	return ka_usage(NULL, "unknown verb '%s'", name);
}

static int
run_help(int argc, char **argv)
{
	if (argc < 2) {
		print_overview(stdout);
		return 0;
	}
	const struct ka_cli_verb *verb = verb_by_name(argv[1]);
	if (verb == NULL)
		return unknown_verb(argv[1]);
	if (verb->run == run_help || verb->run == run_version) {
		print_overview(stdout);
		return 0;
	}
	char help[] = "--help";
	char *help_argv[] = { argv[1], help, NULL };
	return verb->run(2, help_argv);
}

static int
run_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return ka_print_version();
}

int
main(int argc, char **argv)
{
	if (!ka_standard_streams_hold())
		return KA_EXIT_TROUBLE;
	/* A reader that goes away is reported as a write error, with a message, not as a silent death. */
	signal(SIGPIPE, SIG_IGN);

	if (argc < 2) {
		print_overview(stderr);
		return KA_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_overview(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return ka_print_version();
	const struct ka_cli_verb *verb = verb_by_name(argv[1]);
	if (verb == NULL && argv[1][0] == '-')
		return ka_usage(NULL, "unknown option %s; the verb comes first, as in 'keyassay scan %s'", argv[1], argv[1]);
	if (verb == NULL)
		return unknown_verb(argv[1]);
	return verb->run(argc - 1, argv + 1);
}
