/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/vector_rows_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* The names of the command line live in libkeyassay, which weakgen does not link to. */
static const char *const architectures[] = { "le64", "le32", "be32" };
static const char *const randfiles[] = { "rnd", "nornd", "noreadrnd" };

static unsigned
index_of(const char *const names[3], const char *name)
{
	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(names[i], name) == 0) {
			return i;
		}
	}
	fail_msg("unknown name in the vectors: %s", name);
	return 0;
}

FILE *
vector_file(const char *name)
{
	const char *root = getenv("KEYASSAY_VECTORS");
	char path[4096], names[256];
	FILE *file;

	if (root == NULL || *root == '\0') {
		skip();
	}
	(void)snprintf(path, sizeof(path), "%s/debian-weak/%s", root, name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(names, sizeof(names), file));
	return file;
}

bool
vector_next(struct vector_row *out_row, FILE *file)
{
	char line[sizeof(out_row->hex) + 64];
	char *fields[4] = { line };

	if (fgets(line, sizeof(line), file) == NULL) {
		return false;
	}
	for (unsigned i = 1; i < 4; i++) {
		fields[i] = strchr(fields[i - 1], ',');
		assert_non_null(fields[i]);
		*fields[i]++ = '\0';
	}
	fields[3][strcspn(fields[3], "\r\n")] = '\0';
	out_row->architecture = (enum ka_debian_arch)index_of(architectures, fields[0]);
	out_row->randfile = (enum ka_debian_randfile)index_of(randfiles, fields[1]);
	out_row->pid = (uint32_t)strtoul(fields[2], NULL, 10);
	assert_true(strlen(fields[3]) < sizeof(out_row->hex));
	memcpy(out_row->hex, fields[3], strlen(fields[3]) + 1);
	return true;
}

static unsigned
digit(char c)
{
	const char *at = strchr("0123456789abcdef", c);

	assert_true(c != '\0' && at != NULL);
	return (unsigned)(at - "0123456789abcdef");
}

size_t
vector_bytes(uint8_t *out, const struct vector_row *row)
{
	size_t len = strlen(row->hex), num = 0, at = 0;

	if (len % 2 == 1) {
		out[num++] = (uint8_t)digit(row->hex[at++]);
	}
	for (; at < len; at += 2) {
		out[num++] = (uint8_t)(digit(row->hex[at]) << 4 | digit(row->hex[at + 1]));
	}
	return num;
}
