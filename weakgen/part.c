/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* flock */

#include "weakgen/part.h"

#include "weakgen/bytes.h"
#include "weakgen/crc64.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define HEADER_LEN 64u
#define RESULT_LEN 24u
#define RECORD_LEN(n) (8 + (size_t)RESULT_LEN * (n) + 8)
#define VERSION 1u
#define FLAG_OTHER 1u

static const uint8_t file_magic[8] = { 'K', 'A', 'D', 'E', 'B', 'P', 'R', 'T' };
static const uint8_t record_magic[4] = { 'K', 'R', 'E', 'C' };

static bool
fail(char *out_message, const char *what, const char *path)
{
	(void)snprintf(out_message, KA_WEAKGEN_MESSAGE_LEN, "%s: %s: %s", path, what, strerror(errno));
	return false;
}

static bool
fail_plain(char *out_message, const char *what, const char *path)
{
	(void)snprintf(out_message, KA_WEAKGEN_MESSAGE_LEN, "%s: %s", path, what);
	return false;
}

static void
make_header(uint8_t out[HEADER_LEN], const struct ka_weakgen_table_job *job)
{
	char name[KA_WEAKGEN_TYPE_NAME_LEN] = { 0 };

	ka_weakgen_type_name(name, &job->type);
	memset(out, 0, HEADER_LEN);
	memcpy(out, file_magic, sizeof(file_magic));
	ka_weakgen_put_le(out + 8, VERSION, 4);
	ka_weakgen_put_le(out + 12, job->pid_count, 4);
	memcpy(out + 16, name, strlen(name));
	ka_weakgen_put_le(out + 48, job->type.algorithm == KA_KEY_RSA ? KA_WEAKGEN_DEFAULT_EXPONENT : 0, 4);
	ka_weakgen_put_le(out + 56, ka_weakgen_crc64(0, out, 56), 8);
}

static void
put_result(uint8_t *out, const struct ka_weakgen_part_result *result)
{
	ka_weakgen_put_le(out, result->id, 4);
	ka_weakgen_put_le(out + 4, result->result.has_other ? FLAG_OTHER : 0, 4);
	ka_weakgen_put_le(out + 8, result->result.fingerprint, 8);
	ka_weakgen_put_le(out + 16, result->result.other_fingerprint, 8);
}

static void
get_result(struct ka_weakgen_part_result *out, const uint8_t *bytes)
{
	out->id = (uint32_t)ka_weakgen_get_le(bytes, 4);
	out->result.has_other = (ka_weakgen_get_le(bytes + 4, 4) & FLAG_OTHER) != 0;
	out->result.fingerprint = ka_weakgen_get_le(bytes + 8, 8);
	out->result.other_fingerprint = ka_weakgen_get_le(bytes + 16, 8);
}

/* Reads whole records from the position on; sets part->end behind the last one. False on an error of the system. */
static bool
read_records(struct ka_weakgen_part *part, uint8_t *buf,
    void (*visit)(void *arg, const struct ka_weakgen_part_result *result), void *visit_arg)
{
	for (;;) {
		size_t got = ka_weakgen_read_all(part->fd, buf, 8);
		size_t num, len;

		if (got == (size_t)-1) {
			return false;
		}
		num = got == 8 ? (size_t)ka_weakgen_get_le(buf + 4, 4) : 0;
		if (num == 0 || num > KA_WEAKGEN_PART_MAX_RECORD ||
		    memcmp(buf, record_magic, sizeof(record_magic)) != 0) {
			return true;
		}
		len = RECORD_LEN(num);
		got = ka_weakgen_read_all(part->fd, buf + 8, len - 8);
		if (got == (size_t)-1) {
			return false;
		}
		if (got != len - 8 || ka_weakgen_crc64(0, buf, len - 8) != ka_weakgen_get_le(buf + len - 8, 8)) {
			return true;
		}
		for (size_t i = 0; i < num; i++) {
			struct ka_weakgen_part_result result;

			get_result(&result, buf + 8 + i * RESULT_LEN);
			visit(visit_arg, &result);
		}
		part->end += (off_t)len;
	}
}

/* Checks an existing header or writes a new one. */
static bool
open_header(struct ka_weakgen_part *part, char *out_message, const struct ka_weakgen_table_job *job)
{
	uint8_t wanted[HEADER_LEN], found[HEADER_LEN];
	size_t got = ka_weakgen_read_all(part->fd, found, HEADER_LEN);

	make_header(wanted, job);
	if (got == (size_t)-1) {
		return fail(out_message, "cannot be read", part->path);
	}
	if (got == HEADER_LEN && memcmp(found, wanted, HEADER_LEN) == 0) {
		part->end = HEADER_LEN;
		return true;
	}
	/* A run that died at once may have left a piece of the header. */
	if (memcmp(found, wanted, got) != 0) {
		return fail_plain(out_message,
		    "is not the state of an unfinished table of this type; remove it or choose another --out",
		    part->path);
	}
	if (ftruncate(part->fd, 0) != 0 || lseek(part->fd, 0, SEEK_SET) != 0 ||
	    !ka_weakgen_write_all(part->fd, wanted, HEADER_LEN) || fsync(part->fd) != 0 ||
	    !ka_weakgen_sync_dir(part->path)) {
		return fail(out_message, "cannot be written", part->path);
	}
	part->end = HEADER_LEN;
	return true;
}

static bool
open_file(struct ka_weakgen_part *part, char *out_message, const struct ka_weakgen_table_job *job,
    void (*visit)(void *arg, const struct ka_weakgen_part_result *result), void *visit_arg)
{
	uint8_t *buf;
	bool ok;

	part->fd = open(part->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (part->fd < 0) {
		return fail(out_message, "cannot be opened", part->path);
	}
	if (flock(part->fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK) {
			return fail_plain(out_message, "another run is making this table", part->path);
		}
		return fail(out_message, "cannot be locked", part->path);
	}
	if (!open_header(part, out_message, job)) {
		return false;
	}
	buf = malloc(RECORD_LEN(KA_WEAKGEN_PART_MAX_RECORD));
	if (buf == NULL) {
		return fail_plain(out_message, "out of memory", part->path);
	}
	ok = read_records(part, buf, visit, visit_arg);
	free(buf);
	if (!ok) {
		return fail(out_message, "cannot be read", part->path);
	}
	if (ftruncate(part->fd, part->end) != 0 || lseek(part->fd, part->end, SEEK_SET) != part->end) {
		return fail(out_message, "cannot be written", part->path);
	}
	return true;
}

bool
ka_weakgen_part_open(struct ka_weakgen_part *out_part, char out_message[KA_WEAKGEN_MESSAGE_LEN],
    const struct ka_weakgen_table_job *job, void (*visit)(void *arg, const struct ka_weakgen_part_result *result),
    void *visit_arg)
{
	struct ka_weakgen_part part = { .fd = -1 };
	size_t len = strlen(job->path) + sizeof(".part");

	part.path = malloc(len);
	if (part.path == NULL) {
		return fail_plain(out_message, "out of memory", job->path);
	}
	(void)snprintf(part.path, len, "%s.part", job->path);
	if (!open_file(&part, out_message, job, visit, visit_arg)) {
		ka_weakgen_part_close(&part, false);
		return false;
	}
	*out_part = part;
	return true;
}

bool
ka_weakgen_part_append(struct ka_weakgen_part *part, char out_message[KA_WEAKGEN_MESSAGE_LEN],
    const struct ka_weakgen_part_result *results, size_t num_results)
{
	while (num_results > 0) {
		size_t num = num_results < KA_WEAKGEN_PART_MAX_RECORD ? num_results : KA_WEAKGEN_PART_MAX_RECORD;
		size_t len = RECORD_LEN(num);
		uint8_t *buf = malloc(len);
		bool ok;

		if (buf == NULL) {
			return fail_plain(out_message, "out of memory", part->path);
		}
		memcpy(buf, record_magic, sizeof(record_magic));
		ka_weakgen_put_le(buf + 4, num, 4);
		for (size_t i = 0; i < num; i++) {
			put_result(buf + 8 + i * RESULT_LEN, &results[i]);
		}
		ka_weakgen_put_le(buf + len - 8, ka_weakgen_crc64(0, buf, len - 8), 8);
		ok = ka_weakgen_write_all(part->fd, buf, len) && fsync(part->fd) == 0;
		free(buf);
		if (!ok) {
			(void)fail(out_message, "cannot be written", part->path);
			/* If this fails too, the next run cuts the torn record off. */
			if (ftruncate(part->fd, part->end) == 0) {
				(void)lseek(part->fd, part->end, SEEK_SET);
			}
			return false;
		}
		part->end += (off_t)len;
		results += num;
		num_results -= num;
	}
	return true;
}

void
ka_weakgen_part_close(struct ka_weakgen_part *part, bool done)
{
	if (done) {
		(void)unlink(part->path);
	}
	if (part->fd >= 0) {
		(void)close(part->fd);
	}
	free(part->path);
	*part = (struct ka_weakgen_part){ .fd = -1 };
}
