/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "cli/cli.h"

static bool is_quiet;

void
ka_cli_quiet(bool quiet)
{
	is_quiet = quiet;
}

/* One write for the line, so that lines of several processes do not mix. */
__attribute__((format(printf, 1, 0))) static void
print_message(const char *format, va_list args)
{
	char text[2048];
	vsnprintf(text, sizeof(text), format, args);
	struct ka_buf line = { 0 };
	ka_buf_puts(&line, "keyassay: ");
	ka_buf_clean(&line, text, strlen(text));
	ka_buf_putc(&line, '\n');
	for (size_t at = 0; at < line.len;) {
		ssize_t len = write(STDERR_FILENO, line.data + at, line.len - at);
		if (len <= 0)
			break;
		at += (size_t)len;
	}
	ka_buf_clear(&line);
}

void
ka_cli_warn(const char *format, ...)
{
	if (is_quiet)
		return;
	va_list args;
	va_start(args, format);
	print_message(format, args);
	va_end(args);
}

void
ka_cli_error(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_message(format, args);
	va_end(args);
}

int
ka_cli_usage(const char *verb, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_message(format, args);
	va_end(args);
	ka_cli_error("'keyassay %s%s--help' shows what is possible", verb == NULL ? "" : verb, verb == NULL ? "" : " ");
	return KA_EXIT_USAGE;
}

int
ka_cli_version(void)
{
	printf("keyassay %s\nLicence: Apache-2.0\n", ka_version());
	return fflush(stdout) == 0 ? 0 : KA_EXIT_TROUBLE;
}

double
ka_cli_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void
ka_cli_table_refused(const char *path, const char *why)
{
	ka_cli_warn("%s: table not used: %s", path, why);
}
