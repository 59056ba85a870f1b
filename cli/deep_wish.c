/* SPDX-License-Identifier: Apache-2.0 */
/* deep_wish.c - the options that go with --deep. */
#include <errno.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/scan.h"
#include "weakgen/weakgen.h"

/* No stream is walked so far: the mean for the largest keys is 326 candidates. */
#define MAX_CAP 1000000000ull

/* A whole number is a number of candidates, one with a point or an exponent a chance. */
int
ka_deep_cap_parse(struct ka_deep_wish *wish, const char *verb, const char *text)
{
	char *end;
	wish->tuned = true;
	if (strcmp(text, "exact") == 0) {
		wish->exact = true;
		return 0;
	}
	wish->exact = false;
	wish->cap = 0;
	if (text[0] >= '0' && text[0] <= '9' && text[strspn(text, "0123456789")] == '\0') {
		errno = 0;
		unsigned long long cap = strtoull(text, &end, 10);
		if (errno == 0 && cap > 0 && cap <= MAX_CAP) {
			wish->cap = cap;
			return 0;
		}
	} else if (text[0] != '\0' && text[strspn(text, "0123456789.eE+-")] == '\0') {
		wish->miss = strtod(text, &end);
		if (*end == '\0' && wish->miss > 0 && wish->miss < 1)
			return 0;
	}
	return ka_usage(verb,
	    "--deep-cap takes a chance to miss a weak key, as in 1e-6 (above 0, below 1), a number of candidates, 1 to %llu, or exact",
	    MAX_CAP);
}

int
ka_deep_pid_max_parse(struct ka_deep_wish *wish, const char *verb, const char *text)
{
	char *end;
	unsigned long pid = strtoul(text, &end, 10);
	wish->tuned = true;
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || pid >= KA_WEAKGEN_MAX_PIDS)
		return ka_usage(verb, "--pid-max takes the largest process id, 0 to %u, not '%s'", KA_WEAKGEN_MAX_PIDS - 1, text);
	wish->pid_max = (uint32_t)pid;
	return 0;
}

int
ka_deep_wish_check(const struct ka_deep_wish *wish, const char *verb)
{
	if (wish->tuned && !wish->wanted)
		return ka_usage(verb, "--deep-cap and --pid-max go with --deep");
	return 0;
}
