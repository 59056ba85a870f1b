/* SPDX-License-Identifier: Apache-2.0 */
/* scan.c - whole programs on one file, which is in the page cache. */
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"

extern char **environ;

/* Runs a program with its output thrown away; returns the processor time in user and kernel mode, in seconds, < 0 when it did not end
 * with status 0, 1 or 3. */
static double
time_program(const char *program, char *const *argv)
{
	posix_spawn_file_actions_t actions;
	if (posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	pid_t pid;
	int failed = posix_spawnp(&pid, program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	int status = 0;
	struct rusage used;
	if (failed != 0 || wait4(pid, &status, 0, &used) != pid)
		return -1;
	double seconds = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	    1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
	return WIFEXITED(status) && WEXITSTATUS(status) != 2 && WEXITSTATUS(status) < 4 ? seconds : -1;
}

double
ka_bench_scan_keyassay(struct ka_bench *bench)
{
	char name[] = "keyassay", verb[] = "scan", jobs[] = "--jobs=1", no_progress[] = "--no-progress";
	char only[] = "--only-noncompliant";
	char *argv[] = { name, verb, jobs, no_progress, only, bench->pem_path, NULL };
	double seconds = time_program(bench->program, argv);
	return seconds < 0 ? -1 : (double)bench->num_pem / seconds;
}

double
ka_bench_scan_wc(struct ka_bench *bench)
{
	char name[] = "wc", lines[] = "-l";
	char *argv[] = { name, lines, bench->pem_path, NULL };
	double seconds = time_program("wc", argv);
	return seconds < 0 ? -1 : (double)bench->num_pem / seconds;
}
