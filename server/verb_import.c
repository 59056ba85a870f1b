/* SPDX-License-Identifier: Apache-2.0 */
/* verb_import.c - keyassayd import: registers certificates from files and streams, beside a running server or without
 * one. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/message.h"
#include "server/clock.h"
#include "server/import/import.h"
#include "server/verbs.h"

#define MAX_JOBS 256u
#define MAX_BATCH 65536u

enum own_option {
	OPT_KIND = 1,
	OPT_REGION,
	OPT_STATUS,
	OPT_MODE,
	OPT_AUTO,
	OPT_ISSUER,
	OPT_FROM,
	OPT_JOBS,
	OPT_BATCH,
	OPT_QUIET
};

struct choices {
	const char *kind, *status, *mode, *issuer;
	const char *region;
	enum ka_format from;
	bool auto_registration, quiet;
	unsigned jobs, batch;
};

static const struct ka_option own[] = {
	{ "kind", "KIND", "ca (default) or device", OPT_KIND },
	{ "region", "REGION", "default: $AWS_REGION, $AWS_DEFAULT_REGION or us-east-1", OPT_REGION },
	{ "status", "STATUS", "ACTIVE (default) or INACTIVE; device: also REVOKED", OPT_STATUS },
	{ "mode", "MODE",
	    "ca: SNI_ONLY (default) or DEFAULT, which one account\nof a region can have; devices take their CA's",
	    OPT_MODE },
	{ "allow-auto-registration", NULL, "ca: devices may register themselves", OPT_AUTO },
	{ "issuer", "POLICY",
	    "device: auto (default): the registered ACTIVE CA that\nsigned it, else none; required: refuse it without; "
	    "none:\ndo not look",
	    OPT_ISSUER },
	{ "from", "FORMAT", "what the input is: auto (default), pem, der, b64lines", OPT_FROM },
	{ "jobs", "N", "threads that check; default: one for each processor", OPT_JOBS },
	{ "batch", "N", "certificates of one transaction; default: 4096", OPT_BATCH },
	{ "quiet", NULL, "no line for each refusal, no progress", OPT_QUIET },
	{ 0 },
};

static bool
one_of(const char *option, const char **out, const char *value, const char *const *names)
{
	struct ka_buf list = { 0 };
	size_t i = 0;

	while (names[i] != NULL && strcmp(names[i], value) != 0)
		i++;
	*out = names[i];
	if (*out != NULL)
		return true;
	for (i = 0; names[i] != NULL; i++)
		ka_buf_format(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
	(void)ka_usage("import", "--%s: '%s' is none of: %.*s", option, value, (int)list.len, list.data);
	ka_buf_clear(&list);
	return false;
}

static bool
take_number(const char *option, unsigned *out, const char *value, unsigned max)
{
	char *end;
	unsigned long number = strtoul(value, &end, 10);

	if (value[0] >= '0' && value[0] <= '9' && *end == '\0' && number >= 1 && number <= max) {
		*out = (unsigned)number;
		return true;
	}
	(void)ka_usage("import", "--%s takes a number from 1 to %u", option, max);
	return false;
}

static bool
take_from(enum ka_format *out, const char *value)
{
	static const char *const names[] = { "auto", "pem", "der", "b64lines", NULL };
	const char *name;

	return one_of("from", &name, value, names) && ka_format_by_name(out, name);
}

static bool
take(void *arg, int id, const char *value)
{
	static const char *const kinds[] = { "ca", "device", NULL };
	static const char *const statuses[] = { "ACTIVE", "INACTIVE", "REVOKED", NULL };
	static const char *const modes[] = { "SNI_ONLY", "DEFAULT", NULL };
	static const char *const issuers[] = { "auto", "required", "none", NULL };
	struct choices *choices = arg;

	switch ((enum own_option)id) {
	case OPT_KIND:
		return one_of("kind", &choices->kind, value, kinds);
	case OPT_REGION:
		choices->region = value;
		return true;
	case OPT_STATUS:
		return one_of("status", &choices->status, value, statuses);
	case OPT_MODE:
		return one_of("mode", &choices->mode, value, modes);
	case OPT_AUTO:
		choices->auto_registration = true;
		return true;
	case OPT_ISSUER:
		return one_of("issuer", &choices->issuer, value, issuers);
	case OPT_FROM:
		return take_from(&choices->from, value);
	case OPT_JOBS:
		return take_number("jobs", &choices->jobs, value, MAX_JOBS);
	case OPT_BATCH:
		return take_number("batch", &choices->batch, value, MAX_BATCH);
	case OPT_QUIET:
		choices->quiet = true;
		return true;
	}
	return false;
}

static bool
is(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

/* What the choices mean; options of the other kind are refused. */
static bool
fill_in(struct ka_import *import, const struct choices *choices)
{
	bool is_device = is(choices->kind, "device");
	const char *wrong = is_device && (choices->mode != NULL || choices->auto_registration)
	    ? "--mode and --allow-auto-registration are for CA certificates"
	    : !is_device && choices->issuer != NULL ? "--issuer is for device certificates (--kind device)"
	    : !is_device && is(choices->status, "REVOKED")
	    ? "--status REVOKED is for device certificates (--kind device)"
	    : NULL;

	if (wrong != NULL) {
		(void)ka_usage("import", "%s", wrong);
		return false;
	}
	import->kind = is_device ? KA_IMPORT_DEVICE : KA_IMPORT_CA;
	import->ca_mode = is(choices->mode, "DEFAULT") ? KA_MODE_DEFAULT : KA_MODE_SNI_ONLY;
	import->ca_status = is(choices->status, "INACTIVE") ? KA_CA_INACTIVE : KA_CA_ACTIVE;
	import->auto_registration = choices->auto_registration;
	import->device_status = is(choices->status, "REVOKED") ? KA_DEVICE_REVOKED
	    : is(choices->status, "INACTIVE")                  ? KA_DEVICE_INACTIVE
							       : KA_DEVICE_ACTIVE;
	import->issuer = is(choices->issuer, "required") ? KA_ISSUER_REQUIRED
	    : is(choices->issuer, "none")                ? KA_ISSUER_NONE
							 : KA_ISSUER_AUTO;
	import->jobs = choices->jobs;
	import->batch = choices->batch;
	return ka_verb_region("import", &import->scope.region, choices->region);
}

static int
compare_reasons(const void *a, const void *b)
{
	const struct ka_import_reason *left = a, *right = b;

	return left->num != right->num ? (left->num < right->num ? 1 : -1) : strcmp(left->name, right->name);
}

static int
print_report(struct ka_import_report *report, const struct ka_import *import)
{
	struct ka_buf text = { 0 };

	ka_buf_format(&text, "%s certificates of account %s, region %s\n",
	    import->kind == KA_IMPORT_CA ? "CA" : "device", import->scope.account, import->scope.region);
	ka_buf_format(&text, "%12llu registered\n%12llu registered already\n%12llu refused\n",
	    (unsigned long long)report->registered, (unsigned long long)report->already,
	    (unsigned long long)report->refused);
	qsort(report->reasons, report->num_reasons, sizeof(report->reasons[0]), compare_reasons);
	for (size_t i = 0; i < report->num_reasons; i++)
		ka_buf_format(
		    &text, "%16llu %s\n", (unsigned long long)report->reasons[i].num, report->reasons[i].name);
	return ka_verb_output(&text);
}

static int
import_paths(struct ka_import *import, const struct choices *choices, struct ka_node *node, char **paths, size_t num)
{
	enum ka_progress_mode mode = choices->quiet ? KA_PROGRESS_OFF : KA_PROGRESS_AUTO;
	struct ka_inputs *inputs = ka_inputs_new(paths, num);
	struct ka_feed *feed = ka_feed_new(inputs, choices->from, -1);
	struct ka_import_report report;
	struct ka_progress progress;

	import->scope.account = node->server.default_account;
	import->store = node->server.store;
	import->ctx = node->server.on_weak_key == KA_ON_WEAK_REFUSE ? node->server.ctx : NULL;
	import->now = ka_clock_now();
	import->progress = &progress;
	ka_quiet(choices->quiet);
	ka_progress_begin(
	    &progress, mode, "certificates", ka_progress_wanted(mode) ? ka_inputs_measure(paths, num) : -1);
	enum ka_store_status stored = ka_import_run(&report, import, feed);
	ka_progress_end(&progress);
	ka_feed_free(feed);
	ka_inputs_free(inputs);
	int status = print_report(&report, import);
	if (stored != KA_STORE_OK) {
		ka_error("the import stopped: the database %s; what is counted above is registered, and the same "
			 "command goes on",
		    stored == KA_STORE_UNAVAILABLE || stored == KA_STORE_UNCERTAIN
			? "is locked, read-only, full or out of reach"
			: "failed");
		return KA_EXIT_TROUBLE;
	}
	return status == KA_EXIT_DONE && report.refused > 0 ? KA_EXIT_FAILED : status;
}

int
ka_verb_import(int argc, char **argv)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct choices choices = { .from = KA_FORMAT_AUTO,
		.jobs = cores < 1            ? 1
		    : cores > (long)MAX_JOBS ? MAX_JOBS
					     : (unsigned)cores };
	const struct ka_verb_options options = {
		.verb = "import",
		.synopsis = "[options] PATH...",
		.description = "Registers every certificate in files, directories (with all below) or, with -, "
			       "standard input: PEM, DER,\n"
			       "PKCS #7 bundles, base64 lines. The rules are those of RegisterCACertificate (SNI_ONLY: "
			       "no proof of\n"
			       "possession) and RegisterCertificate. Certificates that are registered already are "
			       "counted and left as they\n"
			       "are, so an import that was interrupted is run again. Exit status: 0 all registered, 1 "
			       "some refused, 2 usage,\n"
			       "3 the database failed.\n",
		.scope = KA_CONFIG_STORE | KA_CONFIG_ACCOUNT | KA_CONFIG_REGISTER,
		.own = own,
		.take = take,
		.arg = &choices,
		.num_operands = 1,
		.more_operands = true,
	};
	struct ka_import import = { 0 };
	struct ka_config config;
	struct ka_node node;
	int status = ka_options_read(&config, &options, argc, argv);

	if (status == KA_OPTIONS_READ) {
		status = KA_EXIT_USAGE;
		if (fill_in(&import, &choices)) {
			status = KA_EXIT_FAILED;
			if (ka_verb_open(&node, &config, config.on_weak_key == KA_ON_WEAK_REFUSE ? KA_NODE_JUDGE : 0)) {
				status = import_paths(&import, &choices, &node, argv + optind, (size_t)(argc - optind));
				ka_node_close(&node);
			}
		}
	}
	ka_config_clear(&config);
	return status;
}
