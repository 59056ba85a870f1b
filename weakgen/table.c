/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layout of a table from its universe. An entry keeps at least 29 bits of the fingerprint beside the 16 or more that
 * its bucket says: a random key then meets an entry by chance less than once in 10^8. Buckets hold four to eight
 * entries.
 */
#define _POSIX_C_SOURCE 200809L

#include "weakgen/table.h"

#include "weakgen/bytes.h"
#include "weakgen/crc64.h"

#include <keyassay/table.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIN_TAG_BITS 29u
#define NUM_STATES (KA_DEBIAN_NUM_ARCHS * KA_DEBIAN_NUM_RANDFILES)

struct entry {
	uint64_t fingerprint;
	uint64_t value;
};

struct layout {
	uint32_t num_streams, num_extras, num_entries;
	uint32_t bucket_bits, id_bits, entry_len;
	size_t entries_offset, extras_offset, file_len;
};

static uint32_t
bit_length(uint32_t value)
{
	uint32_t bits = 0;

	for (; value != 0; value >>= 1) {
		bits++;
	}
	return bits;
}

static struct layout
plan(const struct ka_weakgen_table_job *job, const struct ka_weakgen_result *results)
{
	struct layout plan = { .num_streams = NUM_STATES * job->pid_count };

	for (uint32_t id = 0; id < plan.num_streams; id++) {
		plan.num_extras += results[id].has_other;
	}
	plan.num_entries = plan.num_streams + plan.num_extras;
	plan.id_bits = bit_length(plan.num_entries - 1);
	plan.bucket_bits = bit_length(plan.num_streams) - 3;
	if (plan.bucket_bits > KA_TABLE_MAX_BUCKET_BITS) {
		plan.bucket_bits = KA_TABLE_MAX_BUCKET_BITS;
	}
	plan.entry_len = (plan.id_bits + MIN_TAG_BITS + 7) / 8;
	plan.entries_offset = KA_TABLE_HEADER_LEN + 4 * (((size_t)1 << plan.bucket_bits) + 1);
	plan.extras_offset = plan.entries_offset + (size_t)plan.entry_len * plan.num_entries;
	plan.file_len = plan.extras_offset + (size_t)KA_TABLE_EXTRA_LEN * plan.num_extras;
	return plan;
}

static uint64_t
bucket_of(const struct layout *plan, uint64_t fingerprint)
{
	return fingerprint >> (64 - plan->bucket_bits);
}

static struct entry
make_entry(const struct layout *plan, uint64_t fingerprint, uint32_t id)
{
	uint64_t mask = UINT64_MAX >> (64 - (8 * plan->entry_len - plan->id_bits));

	return (struct entry){ .fingerprint = fingerprint, .value = (fingerprint & mask) << plan->id_bits | id };
}

/* By value; a stable pass over the buckets follows. */
static int
compare_values(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

/* Writes the bucket index and the entries, which come sorted by value. */
static void
put_entries(uint8_t *file, uint32_t *next, const struct layout *plan, const struct entry *entries)
{
	uint32_t num_buckets = (uint32_t)1 << plan->bucket_bits;
	uint32_t sum = 0;

	memset(next, 0, (size_t)num_buckets * sizeof(*next));
	for (uint32_t i = 0; i < plan->num_entries; i++) {
		next[bucket_of(plan, entries[i].fingerprint)]++;
	}
	for (uint32_t bucket = 0; bucket < num_buckets; bucket++) {
		uint32_t count = next[bucket];

		ka_weakgen_put_le(file + KA_TABLE_HEADER_LEN + 4 * (size_t)bucket, sum, 4);
		next[bucket] = sum;
		sum += count;
	}
	ka_weakgen_put_le(file + KA_TABLE_HEADER_LEN + 4 * (size_t)num_buckets, sum, 4);
	for (uint32_t i = 0; i < plan->num_entries; i++) {
		uint32_t place = next[bucket_of(plan, entries[i].fingerprint)]++;

		ka_weakgen_put_le(
		    file + plan->entries_offset + (size_t)plan->entry_len * place, entries[i].value, plan->entry_len);
	}
}

static void
put_header(uint8_t *file, const struct ka_weakgen_table_job *job, const struct layout *plan)
{
	char name[KA_WEAKGEN_TYPE_NAME_LEN] = { 0 };

	ka_weakgen_type_name(name, &job->type);
	memcpy(file, KA_TABLE_MAGIC, 8);
	ka_weakgen_put_le(file + 8, KA_TABLE_VERSION, 4);
	ka_weakgen_put_le(file + 12, KA_TABLE_HEADER_LEN, 4);
	memcpy(file + 16, name, strlen(name));
	ka_weakgen_put_le(file + 48, job->type.algorithm == KA_KEY_RSA ? KA_WEAKGEN_DEFAULT_EXPONENT : 0, 4);
	ka_weakgen_put_le(file + 52, job->pid_count, 4);
	ka_weakgen_put_le(file + 56, plan->num_entries, 8);
	ka_weakgen_put_le(file + 64, plan->bucket_bits, 4);
	ka_weakgen_put_le(file + 68, plan->entry_len, 4);
	ka_weakgen_put_le(file + 72, plan->id_bits, 4);
	ka_weakgen_put_le(file + 76, plan->num_extras, 4);
	ka_weakgen_put_le(file + 80, KA_TABLE_HEADER_LEN, 8);
	ka_weakgen_put_le(file + 88, plan->entries_offset, 8);
	ka_weakgen_put_le(file + 96, plan->extras_offset, 8);
	ka_weakgen_put_le(file + 104, plan->file_len, 8);
	ka_weakgen_put_le(file + 112, ka_weakgen_crc64(0, file, plan->file_len), 8);
}

/* Fills the zeroed file; false when out of memory. */
static bool
build(uint8_t *file, const struct ka_weakgen_table_job *job, const struct layout *plan,
    const struct ka_weakgen_result *results)
{
	struct entry *entries = malloc(plan->num_entries * sizeof(*entries));
	uint32_t *next = malloc(((size_t)1 << plan->bucket_bits) * sizeof(*next));
	uint32_t extra = 0;

	if (entries == NULL || next == NULL) {
		free(entries);
		free(next);
		return false;
	}
	for (uint32_t id = 0; id < plan->num_streams; id++) {
		entries[id] = make_entry(plan, results[id].fingerprint, id);
		if (results[id].has_other) {
			uint8_t *out = file + plan->extras_offset + (size_t)KA_TABLE_EXTRA_LEN * extra;

			ka_weakgen_put_le(out, id, 4);
			ka_weakgen_put_le(out + 4, KA_TABLE_EXTRA_OTHER_EXPONENT, 4);
			entries[plan->num_streams + extra] =
			    make_entry(plan, results[id].other_fingerprint, plan->num_streams + extra);
			extra++;
		}
	}
	qsort(entries, plan->num_entries, sizeof(*entries), compare_values);
	put_entries(file, next, plan, entries);
	put_header(file, job, plan);
	free(entries);
	free(next);
	return true;
}

/* Writes the bytes as path.new and renames it; on failure removes what it has written and leaves errno. */
static bool
replace_file(const char *path, const char *temporary, const uint8_t *bytes, size_t len)
{
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	bool ok;
	int saved;

	if (fd < 0) {
		return false;
	}
	ok = ka_weakgen_write_all(fd, bytes, len) && fsync(fd) == 0;
	saved = errno;
	if (close(fd) != 0 && ok) {
		ok = false;
		saved = errno;
	}
	if (ok && rename(temporary, path) == 0) {
		return ka_weakgen_sync_dir(path);
	}
	saved = ok ? errno : saved;
	(void)unlink(temporary);
	errno = saved;
	return false;
}

bool
ka_weakgen_table_write(char out_message[KA_WEAKGEN_MESSAGE_LEN], const struct ka_weakgen_table_job *job,
    const struct ka_weakgen_result *results)
{
	struct layout layout = plan(job, results);
	size_t temporary_len = strlen(job->path) + sizeof(".new");
	char *temporary = malloc(temporary_len);
	uint8_t *file = calloc(1, layout.file_len);
	bool ok = false;

	if (temporary == NULL || file == NULL || !build(file, job, &layout, results)) {
		(void)snprintf(out_message, KA_WEAKGEN_MESSAGE_LEN, "%s: out of memory", job->path);
		goto out;
	}
	(void)snprintf(temporary, temporary_len, "%s.new", job->path);
	ok = replace_file(job->path, temporary, file, layout.file_len);
	if (!ok) {
		(void)snprintf(
		    out_message, KA_WEAKGEN_MESSAGE_LEN, "%s: cannot be written: %s", job->path, strerror(errno));
	}
out:
	free(temporary);
	free(file);
	return ok;
}
