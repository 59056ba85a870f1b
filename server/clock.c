/* SPDX-License-Identifier: Apache-2.0 */
#include "server/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* What tests add to the time. */
static int64_t
test_offset(void)
{
	const char *path = getenv("KEYASSAYD_TEST_CLOCK");
	long long offset = 0;

	if (path == NULL)
		return 0;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%lld", &offset) != 1)
		offset = 0;
	(void)fclose(file);
	return offset;
}

int64_t
ka_clock_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + test_offset();
}

int64_t
ka_clock_monotonic(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}
