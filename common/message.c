/* SPDX-License-Identifier: Apache-2.0 */
#include "common/message.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <keyassay/keyassay.h>

#include "common/buf.h"

#define TROUBLE 3 /* as of ka_out_of_memory */

static const char *program = "keyassay";
static bool is_quiet;

void
ka_program_set(const char *name)
{
	program = name;
}

bool
ka_standard_streams_hold(void)
{
	/* The wrong direction makes each use the error that it is. */
	static const int wrong_ways[] = { O_WRONLY, O_RDONLY, O_RDONLY };
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", wrong_ways[fd]) != fd)
			return false;
	}
	return true;
}

const char *
ka_program(void)
{
	return program;
}

void
ka_quiet(bool quiet)
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
	ka_buf_puts(&line, program);
	ka_buf_puts(&line, ": ");
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
ka_warn(const char *format, ...)
{
	if (is_quiet)
		return;
	va_list args;
	va_start(args, format);
	print_message(format, args);
	va_end(args);
}

void
ka_error(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_message(format, args);
	va_end(args);
}

int
ka_usage(const char *verb, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_message(format, args);
	va_end(args);
	ka_error("'%s %s%s--help' shows what is possible", program, verb == NULL ? "" : verb, verb == NULL ? "" : " ");
	return KA_USAGE;
}

int
ka_print_version(void)
{
	printf("%s %s\nLicence: Apache-2.0\n", program, ka_version());
	return fflush(stdout) == 0 ? 0 : TROUBLE;
}
