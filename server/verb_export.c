/* SPDX-License-Identifier: Apache-2.0 */
/* verb_export.c - keyassayd export: writes what brokers must refuse, once or whenever it changes, beside a running server. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/message.h"
#include "server/clock.h"
#include "server/export/export.h"
#include "server/sigv4/auth.h"
#include "server/verbs.h"

#define DAY_MS INT64_C(86400000)

enum own_option { OPT_LIST = 1, OPT_CRL, OPT_REGION, OPT_OUT, OPT_DAYS, OPT_WATCH };

static const struct ka_option own[] = {
	{ "list", NULL, "SHA-256 fingerprints of the account's certificates, one a\nline", OPT_LIST },
	{ "crl", NULL, "X.509 CRL of what the internal CA issued, all accounts'", OPT_CRL },
	{ "region", "REGION", "list: default: $AWS_REGION, $AWS_DEFAULT_REGION or us-east-1", OPT_REGION },
	{ "out", "FILE", "replace this file, at once and whole; default: standard\noutput", OPT_OUT },
	{ "days", "N", "crl: how long it holds, 1 to 365 days; default: 7", OPT_DAYS },
	{ "watch", "SECONDS", "look again and again, every so many seconds, and write\nwhat has changed; needs --out",
	    OPT_WATCH },
	{ 0 },
};

struct export {
	bool list, crl;
	const char *given_region, *path;
	unsigned days, watch;
	/* While it runs. */
	struct ka_node *node;
	struct ka_pki *pki;
	struct ka_scope scope;
	int64_t marker[KA_NUM_MARKERS]; /* of the database when it was exported last */
	int64_t last;                   /* when that was; 0: never */
	sigset_t signals;
};

static bool
take_number(const char *option, unsigned *out, const char *value, unsigned max)
{
	char *end;
	unsigned long number = strtoul(value, &end, 10);

	if (value[0] >= '0' && value[0] <= '9' && *end == '\0' && number >= 1 && number <= max) {
		*out = (unsigned)number;
		return true;
	}
	(void)ka_usage("export", "--%s takes a number from 1 to %u", option, max);
	return false;
}

static bool
take(void *arg, int id, const char *value)
{
	struct export *export = arg;

	switch ((enum own_option)id) {
	case OPT_LIST:
		export->list = true;
		return true;
	case OPT_CRL:
		export->crl = true;
		return true;
	case OPT_REGION:
		export->given_region = value;
		return true;
	case OPT_OUT:
		export->path = value;
		return true;
	case OPT_DAYS:
		return take_number("days", &export->days, value, 365);
	case OPT_WATCH:
		return take_number("watch", &export->watch, value, 86400);
	}
	return false;
}

static bool
fits(const struct export *export)
{
	const char *wrong = export->list == export->crl ? "either --list or --crl says what to write"
	    : export->crl && export->given_region != NULL ? "--crl is of all accounts and regions: the internal CA issues for all"
	    : export->list && export->days != 0           ? "--days is for --crl"
	    : export->watch != 0 && export->path == NULL  ? "--watch needs --out FILE"
							  : NULL;

	if (wrong != NULL)
		(void)ka_usage("export", "%s", wrong);
	return wrong == NULL;
}

/* One export; prints what is wrong. */
static int
write_once(struct export *export)
{
	char message[KA_EXPORT_MESSAGE_LEN];
	int64_t now = ka_clock_now(), until = now + (int64_t)(export->days == 0 ? 7 : export->days) * DAY_MS;
	struct ka_store *store = export->node->server.store;
	struct ka_outfile out;
	struct ka_buf said = { 0 };
	uint64_t num = 0;
	bool replaced = false;

	if (!ka_outfile_begin(&out, message, export->path, 0644)) {
		ka_error("%s", message);
		return KA_EXIT_FAILED;
	}
	if (!(export->list ? ka_export_list(&out, &num, message, store, &export->scope)
			   : ka_export_crl(&out, &num, message, store, export->pki, now, until))) {
		ka_error("%s; nothing was exported", message);
		ka_outfile_abandon(&out);
		return KA_EXIT_FAILED;
	}
	if (!ka_outfile_commit(&out, message, &replaced)) {
		ka_error("%s", message);
		return export->path == NULL ? KA_EXIT_TROUBLE : KA_EXIT_FAILED;
	}
	export->last = now;
	if (export->path == NULL || (export->watch != 0 && !replaced))
		return KA_EXIT_DONE;
	ka_buf_format(&said, "%s: %llu certificates%s\n", export->path, (unsigned long long)num,
	    replaced ? "" : ", as before");
	return ka_verb_output(&said);
}

struct look {
	int64_t marker[KA_NUM_MARKERS];
};

static enum ka_store_status
look(struct ka_tx *tx, void *arg)
{
	struct look *found = arg;

	return ka_tx_markers(tx, found->marker);
}

/* Whether there can be something new, and a list of revoked certificates still has more than half of its life. A database that does not
 * answer has something to say for itself when it is read. */
static bool
is_due(struct export *export)
{
	struct look found;
	bool known = ka_store_read(export->node->server.store, look, &found) == KA_STORE_OK;
	bool changed = !known || memcmp(found.marker, export->marker, sizeof(found.marker)) != 0;
	int64_t life = (int64_t)(export->days == 0 ? 7 : export->days) * DAY_MS;

	if (known)
		memcpy(export->marker, found.marker, sizeof(found.marker));
	return changed || export->last == 0 || (export->crl && ka_clock_now() - export->last > life / 2);
}

/* Until a signal. What fails is said and tried again: the file of before stays. */
static int
watch(struct export *export)
{
	const struct timespec pause = { .tv_sec = export->watch };

	do {
		if (is_due(export) && write_once(export) != KA_EXIT_DONE)
			export->last = 0;
	} while (sigtimedwait(&export->signals, NULL, &pause) < 0);
	return KA_EXIT_DONE;
}

static int
run(struct export *export, struct ka_node *node)
{
	char message[KA_PKI_MESSAGE_LEN];
	int status;

	export->node = node;
	export->scope.account = node->server.default_account;
	if (export->crl && (export->pki = ka_pki_load(message, node->server.auth, node->server.config->data)) == NULL) {
		ka_error("%s", message);
		return KA_EXIT_FAILED;
	}
	status = export->watch != 0 ? watch(export) : write_once(export);
	ka_pki_free(export->pki);
	return status;
}

int
ka_verb_export(int argc, char **argv)
{
	struct export export = { 0 };
	const struct ka_verb_options options = {
		.verb = "export",
		.synopsis = "--list | --crl [options]",
		.description =
		    "Writes what brokers must refuse, beside a running server or without one. --list: the device\n"
		    "certificates that are not ACTIVE, CAs that a mitigation deactivated and what these issued. --crl:\n"
		    "what the internal CA issued and is REVOKED, or not ACTIVE (on hold); the keys of other CAs are not\n"
		    "here, so nobody here can sign theirs.\n",
		.scope = KA_CONFIG_STORE | KA_CONFIG_ACCOUNT,
		.own = own,
		.take = take,
		.arg = &export,
	};
	struct ka_config config;
	struct ka_node node;
	int status = ka_options_read(&config, &options, argc, argv);

	(void)sigemptyset(&export.signals);
	(void)sigaddset(&export.signals, SIGTERM);
	(void)sigaddset(&export.signals, SIGINT);
	if (status == KA_OPTIONS_READ) {
		status = KA_EXIT_USAGE;
		if (fits(&export) && ka_verb_region("export", &export.scope.region, export.given_region)) {
			if (export.watch != 0)
				(void)sigprocmask(SIG_BLOCK, &export.signals, NULL);
			status = KA_EXIT_FAILED;
			if (ka_verb_open(&node, &config, 0)) {
				status = run(&export, &node);
				ka_node_close(&node);
			}
		}
	}
	ka_config_clear(&config);
	return status;
}
