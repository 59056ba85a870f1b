/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the table of verbs. */
#include <signal.h>

#include "common/message.h"
#include "server/verbs.h"

static const struct ka_verb verbs[] = {
	{ "serve", "run the server; an empty directory is initialised first", ka_verb_serve },
	{ "init", "initialise a directory: database, keys, internal CA, credentials", ka_verb_init },
	{ "import", "register certificates from files and streams", ka_verb_import },
	{ "export", "write what brokers must refuse: fingerprints or a CRL", ka_verb_export },
	{ "migrate", "bring the database to this program's schema", ka_verb_migrate },
	{ "accesskey", "create, list and delete access keys", ka_verb_accesskey },
	{ "log", "verify and list the log of state changes", ka_verb_log },
	{ "account", "create and list accounts", ka_verb_account },
	{ "outbox", "list, retry and drop messages to topics", ka_verb_outbox },
	{ "config", "check the configuration and show what it comes to", ka_verb_config },
	{ NULL, NULL, NULL },
};

static const struct ka_verb_group program = {
	.about = "Audits the keys of CA and device certificates; speaks the part of the AWS IoT API that does this.",
	.verbs = verbs,
	.examples = "  keyassayd serve --data ./data\n"
	            "  AWS_SHARED_CREDENTIALS_FILE=./data/credentials AWS_DEFAULT_REGION=us-east-1 \\\n"
	            "      aws iot --endpoint-url http://127.0.0.1:8400 list-ca-certificates\n",
};

int
main(int argc, char **argv)
{
	/* Clients that go away are met where they are written to. */
	(void)signal(SIGPIPE, SIG_IGN);
	/* A limit on the size of files is met like a full disk: by the write that fails. */
	(void)signal(SIGXFSZ, SIG_IGN);
	ka_program_set("keyassayd");
	return ka_verb_group_run(&program, argc, argv);
}
