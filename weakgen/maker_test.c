/* SPDX-License-Identifier: Apache-2.0 */
/* Tables survive: a run that is killed, stopped or out of space goes on where it was, and the table is the same to
 * the byte. */
#define _POSIX_C_SOURCE 200809L

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "weakgen/bytes.h"
#include "weakgen/crc64.h"
#include "weakgen/weakgen.h"

#define PID_COUNT 150u

/* A folder of its own for each test. */
struct place {
	char dir[64];
	char table[96], part[96], wanted[96];
};

static int
set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (place == NULL) {
		return -1;
	}
	(void)snprintf(place->dir, sizeof(place->dir), "maker_test-XXXXXX");
	if (mkdtemp(place->dir) == NULL) {
		free(place);
		return -1;
	}
	(void)snprintf(place->table, sizeof(place->table), "%s/table", place->dir);
	(void)snprintf(place->part, sizeof(place->part), "%s/table.part", place->dir);
	(void)snprintf(place->wanted, sizeof(place->wanted), "%s/wanted", place->dir);
	*state = place;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *place = *state;

	(void)unlink(place->table);
	(void)unlink(place->part);
	(void)unlink(place->wanted);
	(void)rmdir(place->dir);
	free(place);
	return 0;
}

static struct ka_weakgen_table_job
job_for(const char *path, const char *type)
{
	struct ka_weakgen_table_job job = {
		.path = path,
		.num_threads = 2,
		.pid_count = PID_COUNT,
		.flush_seconds = 0.01,
	};

	assert_int_equal(ka_weakgen_type_parse(&job.type, type), KA_OK);
	return job;
}

static void
assert_made(const struct ka_weakgen_table_job *job)
{
	char message[KA_WEAKGEN_MESSAGE_LEN] = "";

	if (ka_weakgen_table_make(message, job) != KA_WEAKGEN_TABLE_MADE) {
		fail_msg("not made: %s", message);
	}
}

static off_t
file_len(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_size : -1;
}

static uint8_t *
read_file(const char *path, size_t *out_len)
{
	off_t len = file_len(path);
	uint8_t *bytes;
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0 && len > 0);
	bytes = malloc((size_t)len);
	assert_non_null(bytes);
	assert_int_equal(ka_weakgen_read_all(fd, bytes, (size_t)len), (size_t)len);
	(void)close(fd);
	*out_len = (size_t)len;
	return bytes;
}

static void
assert_same_file(const char *a, const char *b)
{
	size_t a_len, b_len;
	uint8_t *a_bytes = read_file(a, &a_len), *b_bytes = read_file(b, &b_len);

	assert_int_equal(a_len, b_len);
	assert_memory_equal(a_bytes, b_bytes, a_len);
	free(a_bytes);
	free(b_bytes);
}

/* Runs the job in a child; kills it when the state file has grown beyond kill_at. True when it was killed. */
static bool
run_and_kill(const struct ka_weakgen_table_job *job, const char *part, off_t kill_at)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		char message[KA_WEAKGEN_MESSAGE_LEN];

		_exit(ka_weakgen_table_make(message, job) == KA_WEAKGEN_TABLE_MADE ? 0 : 1);
	}
	while (waitpid(child, &status, WNOHANG) == 0) {
		if (file_len(part) > kill_at) {
			(void)kill(child, SIGKILL);
			assert_int_equal(waitpid(child, &status, 0), child);
			break;
		}
		(void)nanosleep(&pause, NULL);
	}
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void
killed_run_resumes(void **state)
{
	struct place *place = *state;
	struct ka_weakgen_table_job job = job_for(place->wanted, "rsa:768");
	off_t before = 0;
	unsigned num_killed = 0;

	assert_made(&job);
	assert_int_equal(file_len(place->part), -1);
	job.path = place->table;
	for (unsigned i = 0; i < 5; i++) {
		num_killed += run_and_kill(&job, place->part, before + 2000);
		assert_int_equal(file_len(place->table), -1);
		assert_true(file_len(place->part) > before);
		before = file_len(place->part);
	}
	assert_int_equal(num_killed, 5);
	assert_made(&job);
	assert_same_file(place->table, place->wanted);
	assert_int_equal(file_len(place->part), -1);
}

static void
torn_record_is_cut_off(void **state)
{
	struct place *place = *state;
	struct ka_weakgen_table_job job = job_for(place->wanted, "rsa:512");

	assert_made(&job);
	job.path = place->table;
	/* What a power cut may leave: half a record, a record of zeros, half a header, an empty file. */
	for (unsigned i = 0; i < 4; i++) {
		static const uint8_t torn[] = { 'K', 'R', 'E', 'C', 9, 0, 0, 0, 1, 2, 3 };
		static const uint8_t zeros[4096] = { 0 };
		int fd;

		assert_true(run_and_kill(&job, place->part, 3000));
		fd = open(place->part, O_WRONLY | O_APPEND);
		assert_true(fd >= 0);
		if (i == 0) {
			assert_true(ka_weakgen_write_all(fd, torn, sizeof(torn)));
		} else if (i == 1) {
			assert_true(ka_weakgen_write_all(fd, zeros, sizeof(zeros)));
		} else {
			assert_int_equal(ftruncate(fd, i == 2 ? 17 : 0), 0);
		}
		(void)close(fd);
		assert_made(&job);
		assert_same_file(place->table, place->wanted);
		assert_int_equal(unlink(place->table), 0);
	}
}

/* A flipped bit in a record is found; the results before it are kept, those behind it are made again. */
static void
damaged_record_is_made_again(void **state)
{
	struct place *place = *state;
	struct ka_weakgen_table_job job = job_for(place->wanted, "rsa:512");
	uint8_t byte;
	int fd;

	assert_made(&job);
	job.path = place->table;
	assert_true(run_and_kill(&job, place->part, 6000));
	fd = open(place->part, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, 64 + 8 + 10), 1);
	byte ^= 4;
	assert_int_equal(pwrite(fd, &byte, 1, 64 + 8 + 10), 1);
	(void)close(fd);
	assert_made(&job);
	assert_same_file(place->table, place->wanted);
}

static void
stopped_run_resumes(void **state)
{
	struct place *place = *state;
	struct ka_weakgen_table_job job = job_for(place->wanted, "rsa:512");
	char message[KA_WEAKGEN_MESSAGE_LEN] = "";
	atomic_bool stop = true;

	assert_made(&job);
	job.path = place->table;
	job.stop = &stop;
	assert_int_equal(ka_weakgen_table_make(message, &job), KA_WEAKGEN_TABLE_STOPPED);
	assert_int_equal(file_len(place->table), -1);
	assert_true(file_len(place->part) > 0);
	atomic_store(&stop, false);
	assert_made(&job);
	assert_same_file(place->table, place->wanted);
}

static void
number_of_threads_changes_nothing(void **state)
{
	struct place *place = *state;
	struct ka_weakgen_table_job job = job_for(place->wanted, "ec:secp256r1");

	job.num_threads = 1;
	assert_made(&job);
	job.path = place->table;
	job.num_threads = 7;
	assert_made(&job);
	assert_same_file(place->table, place->wanted);
}

static void
assert_refused(const struct ka_weakgen_table_job *job, const char *why)
{
	char message[KA_WEAKGEN_MESSAGE_LEN] = "";

	assert_int_equal(ka_weakgen_table_make(message, job), KA_WEAKGEN_TABLE_FAILED);
	if (strstr(message, why) == NULL) {
		fail_msg("'%s' does not say '%s'", message, why);
	}
	assert_int_equal(file_len(job->path), -1);
}

static void
foreign_state_is_refused(void **state)
{
	struct place *place = *state;
	struct ka_weakgen_table_job job = job_for(place->table, "rsa:512");
	struct ka_weakgen_table_job other = job_for(place->table, "rsa:513");
	off_t len;
	FILE *file;

	assert_true(run_and_kill(&job, place->part, 2000));
	len = file_len(place->part);
	assert_refused(&other, "not the state of an unfinished table");
	other = job;
	other.pid_count++;
	assert_refused(&other, "not the state of an unfinished table");
	/* Nothing was touched: the right run still goes on from it. */
	assert_int_equal(file_len(place->part), len);
	assert_made(&job);
	assert_int_equal(unlink(place->table), 0);

	file = fopen(place->part, "w");
	assert_non_null(file);
	assert_true(fputs("somebody's notes, longer or shorter than a header\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_refused(&job, "not the state of an unfinished table");
}

/* More process ids than Linux gives, none, or nobody to do the work. */
static void
impossible_jobs_are_refused(void **state)
{
	struct place *place = *state;
	struct ka_weakgen_table_job job = job_for(place->table, "rsa:512");

	job.pid_count = KA_DEBIAN_MAX_PID_COUNT + 1;
	assert_refused(&job, "out of range");
	job.pid_count = 0;
	assert_refused(&job, "out of range");
	job.pid_count = 1;
	job.num_threads = 0;
	assert_refused(&job, "out of range");
}

static void
unwritable_folder_is_reported(void **state)
{
	struct ka_weakgen_table_job job = job_for("no-such-folder/table", "ec:secp256r1");

	(void)state;
	assert_refused(&job, "no-such-folder/table.part: cannot be opened: No such file");
}

/* A limit on the size of files stands in for a full disk. */
static void
full_disk_is_reported(void **state)
{
	struct place *place = *state;
	struct ka_weakgen_table_job job = job_for(place->wanted, "rsa:512");
	pid_t child;
	int status;

	assert_made(&job);
	job.path = place->table;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char message[KA_WEAKGEN_MESSAGE_LEN] = "";
		struct rlimit limit = { .rlim_cur = 5000, .rlim_max = 5000 };

		(void)signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &limit) != 0 ||
		    ka_weakgen_table_make(message, &job) != KA_WEAKGEN_TABLE_FAILED) {
			_exit(1);
		}
		_exit(strstr(message, "table.part: cannot be written: File too large") != NULL ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(file_len(place->table), -1);
	assert_true(file_len(place->part) <= 5000);
	assert_made(&job);
	assert_same_file(place->table, place->wanted);
}

/* The state file is whole, but the disk has no room for the table itself: /dev/full takes its place. */
static void
full_disk_leaves_no_table(void **state)
{
	struct place *place = *state;
	struct ka_weakgen_table_job job = job_for(place->wanted, "rsa:512");
	char temporary[104], message[KA_WEAKGEN_MESSAGE_LEN] = "";

	assert_made(&job);
	job.path = place->table;
	(void)snprintf(temporary, sizeof(temporary), "%s.new", place->table);
	assert_int_equal(symlink("/dev/full", temporary), 0);
	assert_refused(&job, "table: cannot be written: No space left on device");
	/* Nothing is in the way of the next run, which has nothing left to make but the table. */
	assert_int_equal(file_len(temporary), -1);
	assert_true(file_len(place->part) > 9 * PID_COUNT * 24);
	assert_made(&job);
	assert_same_file(place->table, place->wanted);
	/* An older table stays as it is when its successor cannot be written. */
	job.path = place->wanted;
	(void)snprintf(temporary, sizeof(temporary), "%s.new", place->wanted);
	assert_int_equal(symlink("/dev/full", temporary), 0);
	assert_int_equal(ka_weakgen_table_make(message, &job), KA_WEAKGEN_TABLE_FAILED);
	assert_same_file(place->table, place->wanted);
	(void)snprintf(temporary, sizeof(temporary), "%s.part", place->wanted);
	assert_int_equal(unlink(temporary), 0);
}

/* The header's fields, the order of the entries and the checksum; the library's tests do the rest. */
static void
table_has_its_format(void **state)
{
	struct place *place = *state;
	struct ka_weakgen_table_job job = job_for(place->table, "rsa:512");
	uint8_t *file;
	uint64_t crc, num, last = 0;
	uint32_t bucket_bits, entry_len;
	size_t len;

	assert_made(&job);
	file = read_file(place->table, &len);
	assert_memory_equal(file, "KADEBTBL\1\0\0\0\200\0\0\0rsa:512\0", 24);
	assert_int_equal(ka_weakgen_get_le(file + 48, 4), 65537);
	assert_int_equal(ka_weakgen_get_le(file + 52, 4), PID_COUNT);
	assert_int_equal(ka_weakgen_get_le(file + 104, 8), len);
	num = ka_weakgen_get_le(file + 56, 8);
	assert_int_equal(num, 9 * PID_COUNT + ka_weakgen_get_le(file + 76, 4));
	bucket_bits = (uint32_t)ka_weakgen_get_le(file + 64, 4);
	entry_len = (uint32_t)ka_weakgen_get_le(file + 68, 4);
	assert_true(bucket_bits > 4 && bucket_bits < 12);
	for (uint32_t bucket = 0; bucket < 1u << bucket_bits; bucket++) {
		uint64_t first = ka_weakgen_get_le(file + 128 + 4 * (size_t)bucket, 4);
		uint64_t end = ka_weakgen_get_le(file + 128 + 4 * (size_t)(bucket + 1), 4);

		last = 0;
		assert_true(first <= end && end <= num);
		for (uint64_t i = first; i < end; i++) {
			uint64_t value =
			    ka_weakgen_get_le(file + ka_weakgen_get_le(file + 88, 8) + i * entry_len, entry_len);

			assert_true(value > last);
			last = value;
		}
	}
	crc = ka_weakgen_get_le(file + 112, 8);
	memset(file + 112, 0, 8);
	assert_true(crc == ka_weakgen_crc64(0, file, len));
	free(file);
}

static void
crc64_is_that_of_xz(void **state)
{
	(void)state;
	assert_true(ka_weakgen_crc64(0, (const uint8_t *)"123456789", 9) == UINT64_C(0x995dc9bbdf1939fa));
	assert_true(ka_weakgen_crc64(ka_weakgen_crc64(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789", 5) ==
	    UINT64_C(0x995dc9bbdf1939fa));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc64_is_that_of_xz),
		cmocka_unit_test_setup_teardown(table_has_its_format, set_up, tear_down),
		cmocka_unit_test_setup_teardown(killed_run_resumes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(torn_record_is_cut_off, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damaged_record_is_made_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stopped_run_resumes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(number_of_threads_changes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(foreign_state_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(impossible_jobs_are_refused, set_up, tear_down),
		cmocka_unit_test(unwritable_folder_is_reported),
		cmocka_unit_test_setup_teardown(full_disk_is_reported, set_up, tear_down),
		cmocka_unit_test_setup_teardown(full_disk_leaves_no_table, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
