/* SPDX-License-Identifier: Apache-2.0 */
#include "common/message.h"

#include <string.h>

#define MAX_NAME 32

/* Edits (insert, delete, replace, swap neighbours) that lead from a to b: optimal string alignment distance. */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);
	if (a_len > MAX_NAME || b_len > MAX_NAME)
		return SIZE_MAX;
	size_t d[MAX_NAME + 1][MAX_NAME + 1];
	for (size_t i = 0; i <= a_len; i++) {
		for (size_t j = 0; j <= b_len; j++) {
			if (i == 0 || j == 0) {
				d[i][j] = i + j;
				continue;
			}
			size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[a_len][b_len];
}

const char *
ka_nearest(const char *typed, const char *const *names, size_t num)
{
	const char *best = NULL;
	size_t best_distance = 3;
	size_t typed_len = strlen(typed);
	for (size_t i = 0; i < num; i++) {
		if (typed_len >= 3 && strncmp(names[i], typed, typed_len) == 0)
			return names[i];
		size_t distance = edit_distance(typed, names[i]);
		if (distance < best_distance && distance < strlen(names[i])) {
			best = names[i];
			best_distance = distance;
		}
	}
	return best;
}
