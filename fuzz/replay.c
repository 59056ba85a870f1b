/* SPDX-License-Identifier: Apache-2.0 */
/* replay DIRECTORY - runs a fuzz target on every file of its corpus, on truncations of each, and on each with one byte changed:
 * a fuzz target as a normal test, without libFuzzer and the same on every run. */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <string.h>

/* Longer files are changed at evenly spread places, so that a corpus stays a matter of seconds under a sanitizer. */
#define MAX_PLACES 1500u
#define MAX_FILE_LEN ((size_t)1 << 20)

static const uint8_t changes[] = { 0x01, 0x80, 0xff, 0x20, 0x1f }; /* bits to flip: sign, length, tag's class and number */

static size_t num_runs;

/* The target gets a block of exactly the input's length, so that a sanitizer sees a read of one byte too many. */
static void
run(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	if (copy == NULL)
		abort();
	if (len > 0)
		memcpy(copy, data, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	num_runs++;
}

static void
run_file(uint8_t *data, size_t len)
{
	size_t step = len / MAX_PLACES + 1;

	run(data, len);
	for (size_t at = 0; at < len; at += step) {
		run(data, at);
		for (size_t i = 0; i < sizeof(changes); i++) {
			data[at] ^= changes[i];
			run(data, len);
			data[at] ^= changes[i];
		}
	}
}

static size_t
read_file(uint8_t *out, const char *directory, const char *name)
{
	char path[4096];
	int path_len = snprintf(path, sizeof(path), "%s/%s", directory, name);

	if (path_len < 0 || (size_t)path_len >= sizeof(path)) {
		fprintf(stderr, "path too long: %s\n", name);
		exit(1);
	}
	FILE *file = fopen(path, "rb");
	if (file == NULL) {
		perror(path);
		exit(1);
	}
	size_t len = fread(out, 1, MAX_FILE_LEN, file);
	if (ferror(file) || fgetc(file) != EOF) {
		fprintf(stderr, "%s: unreadable or larger than a corpus file should be\n", path);
		exit(1);
	}
	fclose(file);
	return len;
}

int
main(int argc, char **argv)
{
	static uint8_t data[MAX_FILE_LEN];
	size_t num_files = 0;
	struct dirent *entry;

	if (argc != 2) {
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 2;
	}
	DIR *directory = opendir(argv[1]);
	if (directory == NULL) {
		perror(argv[1]);
		return 1;
	}
	run(data, 0);
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		run_file(data, read_file(data, argv[1], entry->d_name));
		num_files++;
	}
	closedir(directory);
	printf("%zu files, %zu runs\n", num_files, num_runs);
	return num_files == 0; /* an empty corpus tests nothing */
}
