/* SPDX-License-Identifier: Apache-2.0 */
/* Files from the field: the folder roca/field of KEYASSAY_VECTORS, each read as AUTO does. Skipped when it is not set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <keyassay/keyassay.h>

#include "lib/reader/trace_test.h"

struct row {
	const char *name;
	const char *trace;
};

static const struct row rows[] = {
	{ "cert01.pem", "certificate RSA 2048\n" },
	{ "cert02.pem", "certificate RSA 2048\n" },
	{ "cert03.pem", "certificate RSA 2048\n" },
	{ "cert04.pem", "certificate RSA 2050\n" },
	{ "cert05.pem", "certificate RSA 2049\n" },
	{ "cert06.pem", "certificate RSA 2048\n" },
	{ "csr03.pem", "certificate_request RSA 2048\n" },
	{ "csr05.pem", "certificate_request RSA 2049\n" },
	{ "key01.pgp", "pgp_key RSA 2048 'dusan@enigmabridge.com'\n" },
	{ "key02.pgp",
		"pgp_key RSA 2048 'Dusan Klinec <dusan@enigmabridge.com>'\npgp_key RSA 2048 'Dusan Klinec <dusan@enigmabridge.com>'\n"
		"pgp_key RSA 2048 'Dusan Klinec <dusan@enigmabridge.com>'\n" },
	{ "key03.pgp",
		"pgp_key RSA 4096 'test test <test@test.com>'\npgp_key RSA 4096 'test test <test@test.com>'\n"
		"pgp_key RSA 4096 'test test <test@test.com>'\n" },
	{ "key04.pgp",
		"pgp_key RSA 4096 'test@test.com <test@test.com>'\npgp_key RSA 4032 'test@test.com <test@test.com>'\n"
		"pgp_key RSA 3968 'test@test.com <test@test.com>'\n" },
	{ "mod01.txt", "modulus RSA 512\n" },
	{ "mod02.txt", "modulus RSA 512\n" },
	{ "mod03.txt", "modulus RSA 2048\n" },
	{ "mod04.txt", "modulus RSA 2048\n" },
	{ "mod05.txt", "modulus RSA 2048\n" },
	{ "mod06.txt", "modulus RSA 2048\n" },
	{ "mod07.txt", "modulus RSA 2048\n" },
	{ "mod08.txt", "modulus RSA 1025\n" },
	{ "mod09.txt", "modulus RSA 4096\n" },
	{ "pkcs701.p7s", "certificate RSA 2048\n" },
	{ "privkey03.pem", "private_key RSA 2048\n" },
	{ "privkey04.pem", "private_key RSA 2048\n" },
	{ "privkey05.pem", "private_key RSA 2049\n" },
	{ "pubkey01.pem", "public_key RSA 2048\n" },
	{ "pubkey02.pem", "public_key RSA 2048\n" },
	{ "pubkey03.pem", "public_key RSA 2049\n" },
	{ "ssh01.pub", "ssh_key RSA 2048 'root@local'\n" },
	{ "ssh02.pub", "ssh_key RSA 2048 'root@local'\n" },
	{ "ssh03.pub", "ssh_key RSA 4096 'root@local'\n" },
	{ "ssh04.pub", "ssh_key RSA 8192 'root@local'\n" },
	{ "ssh05.pub", "ssh_key RSA 1024 'root@local'\n" },
	{ "ssh06.pub", "ssh_key RSA 2049\n" },
};

static void
every_file_is_read(void **state)
{
	(void)state;
	static struct trace trace;
	static uint8_t bytes[65536];
	const char *vectors = getenv("KEYASSAY_VECTORS");
	char path[4096];

	if (vectors == NULL)
		skip();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(path, sizeof(path), "%s/roca/field/%s", vectors, rows[i].name);
		FILE *file = fopen(path, "rb");
		if (file == NULL)
			fail_msg("%s: cannot be opened", path);
		struct ka_slice in = { bytes, fread(bytes, 1, sizeof(bytes), file) };
		fclose(file);
		trace_whole(&trace, ka_kernels_best(), ka_format_guess(in), in);
		if (strcmp(trace.text, rows[i].trace) != 0)
			fail_msg("%s:\n%s\nexpected:\n%s", rows[i].name, trace.text, rows[i].trace);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_file_is_read) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
