/* SPDX-License-Identifier: Apache-2.0 */
#include "common/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

size_t
ka_terminal_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	if (columns != NULL && columns[0] != '\0') {
		char *end;
		unsigned long width = strtoul(columns, &end, 10);
		if (*end == '\0' && width > 0 && width < 100000)
			return width;
	}
	if (!isatty(fd))
		return 0;
	struct winsize size;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

bool
ka_terminal_colours(int fd)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	if (no_color != NULL && no_color[0] != '\0')
		return false;
	return isatty(fd) && (term == NULL || strcmp(term, "dumb") != 0);
}
