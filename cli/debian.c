/* SPDX-License-Identifier: Apache-2.0 */
/* debian.c - keyassay debian: the keys of CVE-2008-0166 and the tables of them. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <keyassay/table.h>

#include "common/buf.h"
#include "common/args.h"
#include "cli/cli.h"
#include "weakgen/weakgen.h"

#define DEFAULT_SAMPLE 64u
#define MAX_JOBS 1024u
#define MAX_EXPONENT_LEN 8u
#define MAX_PID (KA_DEBIAN_MAX_PID_COUNT - 1)

/* Reads a decimal number from min to max; false when the text is anything else. */
static bool
parse_number(uint64_t *out, const char *text, uint64_t min, uint64_t max)
{
	uint64_t value = 0;

	if (*text == '\0') {
		return false;
	}
	for (; *text != '\0'; text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (digit > 9 || value > (max - digit) / 10) {
			return false;
		}
		value = 10 * value + digit;
	}
	if (value < min) {
		return false;
	}
	*out = value;
	return true;
}

static int
bad_type(const char *verb, const char *text)
{
	struct ka_buf curves = { 0 };
	const char *name;

	for (size_t i = 0; (name = ka_weakgen_curve_name_at(i)) != NULL; i++) {
		ka_buf_format(&curves, "%s%s", i == 0 ? "" : ", ", name);
	}
	(void)ka_usage(verb, "unknown key type '%s': rsa:512 to rsa:16384, or ec: with %.*s", text, (int)curves.len, curves.data);
	ka_buf_clear(&curves);
	return KA_EXIT_USAGE;
}

/* Big-endian, without leading zeros. */
static struct ka_slice
exponent_bytes(uint8_t out[MAX_EXPONENT_LEN], uint64_t exponent)
{
	size_t len = 0;

	for (unsigned i = MAX_EXPONENT_LEN; i-- > 0;) {
		uint8_t byte = (uint8_t)(exponent >> (8 * i));

		if (len > 0 || byte != 0) {
			out[len++] = byte;
		}
	}
	return (struct ka_slice){ out, len };
}

/* keyassay debian key */

enum { KEY_TYPE = 1, KEY_ARCHITECTURE, KEY_RANDFILE, KEY_PID, KEY_EXPONENT, KEY_FORMAT };

static const struct ka_option key_options[] = {
	{ "type", "TYPE", "rsa:BITS (512 to 16384) or ec:CURVE (secp256r1, ...)", KEY_TYPE },
	{ "architecture", "ARCH", "le64, le32 or be32", KEY_ARCHITECTURE },
	{ "randfile", "STATE", "state of ~/.rnd: rnd, nornd (absent) or noreadrnd (unreadable)", KEY_RANDFILE },
	{ "pid", "N", "process id of openssl", KEY_PID },
	{ "exponent", "E", "RSA public exponent, odd, at least 3; default 65537", KEY_EXPONENT },
	{ "format", "FORMAT", "pem (private key) or modulus (hexadecimal; EC: the point); default pem", KEY_FORMAT },
	{ NULL, NULL, NULL, 0 },
};

struct key_request {
	struct ka_weakgen_type type;
	struct ka_debian_id id;
	uint64_t exponent;
	bool pem;
	bool has_type, has_architecture, has_randfile, has_pid;
};

static void
print_modulus(const struct ka_weakgen_key *key)
{
	bool is_rsa = key->type.algorithm == KA_KEY_RSA;
	const uint8_t *bytes = is_rsa ? key->modulus : key->point;
	size_t len = is_rsa ? key->modulus_len : key->point_len;

	for (size_t i = 0; i < len; i++) {
		/* A modulus has no leading zeros; a point's first byte is 04. */
		printf(i == 0 && is_rsa ? "%x" : "%02x", bytes[i]);
	}
	putchar('\n');
}

static void
print_pem(const char *label, const uint8_t *der, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	printf("-----BEGIN %s-----\n", label);
	for (size_t i = 0; i < len; i += 3) {
		uint32_t left = len - i < 3 ? (uint32_t)(len - i) : 3;
		uint32_t group = (uint32_t)der[i] << 16;

		group |= left > 1 ? (uint32_t)der[i + 1] << 8 : 0;
		group |= left > 2 ? der[i + 2] : 0;
		putchar(digits[group >> 18]);
		putchar(digits[group >> 12 & 63]);
		putchar(left > 1 ? digits[group >> 6 & 63] : '=');
		putchar(left > 2 ? digits[group & 63] : '=');
		/* 16 groups make a line of 64 characters. */
		if (i / 3 % 16 == 15 || i + 3 >= len) {
			putchar('\n');
		}
	}
	printf("-----END %s-----\n", label);
}

static int
make_and_print(const struct key_request *request)
{
	static uint8_t der[KA_WEAKGEN_DER_MAX_LEN];
	static struct ka_weakgen_key key;
	uint8_t exponent_buf[MAX_EXPONENT_LEN];
	struct ka_slice exponent = exponent_bytes(exponent_buf, request->exponent);
	struct ka_weakgen *weakgen = NULL;
	size_t der_len = 0;
	enum ka_err err = ka_weakgen_new(&weakgen, &request->type);

	if (err == KA_OK) {
		err = ka_weakgen_make(&key, weakgen, ka_weakgen_machine_of(request->id.architecture),
		    request->id.randfile, request->id.pid, exponent);
	}
	ka_weakgen_free(weakgen);
	if (err == KA_OK && request->pem) {
		err = ka_weakgen_key_der(der, &der_len, sizeof(der), &key, exponent);
	}
	if (err != KA_OK) {
		ka_error("cannot make the key: %s", ka_err_text(err));
		return KA_EXIT_TROUBLE;
	}
	if (request->pem) {
		print_pem(request->type.algorithm == KA_KEY_RSA ? "RSA PRIVATE KEY" : "EC PRIVATE KEY", der, der_len);
	} else {
		print_modulus(&key);
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		ka_error("standard output: %s", strerror(errno));
		return KA_EXIT_TROUBLE;
	}
	return KA_EXIT_COMPLIANT;
}

/* Takes one option; returns 0 or an exit status. */
static int
take_key_option(struct key_request *request, const char *verb, int id)
{
	uint64_t number = 0;

	switch (id) {
	case KEY_TYPE:
		if (ka_weakgen_type_parse(&request->type, optarg) != KA_OK) {
			return bad_type(verb, optarg);
		}
		request->has_type = true;
		return 0;
	case KEY_ARCHITECTURE:
		if (!ka_debian_arch_by_name(&request->id.architecture, optarg)) {
			return ka_usage(verb, "unknown architecture '%s': le64, le32 or be32", optarg);
		}
		request->has_architecture = true;
		return 0;
	case KEY_RANDFILE:
		if (!ka_debian_randfile_by_name(&request->id.randfile, optarg)) {
			return ka_usage(verb, "unknown state '%s': rnd, nornd or noreadrnd", optarg);
		}
		request->has_randfile = true;
		return 0;
	case KEY_PID:
		if (!parse_number(&number, optarg, 0, MAX_PID)) {
			return ka_usage(verb, "'%s' is no process id: 0 to %u", optarg, MAX_PID);
		}
		request->id.pid = (uint32_t)number;
		request->has_pid = true;
		return 0;
	case KEY_EXPONENT:
		if (!parse_number(&request->exponent, optarg, 3, UINT64_MAX) || request->exponent % 2 == 0) {
			return ka_usage(verb, "'%s' is no RSA exponent: odd, at least 3, below 2^64", optarg);
		}
		return 0;
	case KEY_FORMAT:
		request->pem = strcmp(optarg, "pem") == 0;
		if (!request->pem && strcmp(optarg, "modulus") != 0) {
			return ka_usage(verb, "unknown format '%s': pem or modulus", optarg);
		}
		return 0;
	default:
		return KA_EXIT_USAGE;
	}
}

static int
run_key(int argc, char **argv)
{
	const struct ka_args args = {
		.verb = "debian key",
		.synopsis = "--type TYPE --architecture ARCH --randfile STATE --pid N [options]",
		.description = "Prints the key that Debian's OpenSSL 0.9.8c-1 to 0.9.8g-8 made (CVE-2008-0166).\n"
			       "Whoever uses it has no secret: it is for tests and for showing that a key is weak.\n",
		.options = key_options,
		.argc = argc,
		.argv = argv,
	};
	struct key_request request = { .exponent = KA_WEAKGEN_DEFAULT_EXPONENT, .pem = true };
	int id;

	while ((id = ka_args_next(&args)) != KA_ARGS_END) {
		int status;

		if (id < 0) {
			return id == KA_ARGS_DONE ? KA_EXIT_COMPLIANT : KA_EXIT_USAGE;
		}
		status = take_key_option(&request, args.verb, id);
		if (status != 0) {
			return status;
		}
	}
	if (optind < argc) {
		return ka_usage(args.verb, "unexpected argument '%s'", argv[optind]);
	}
	if (!request.has_type || !request.has_architecture || !request.has_randfile || !request.has_pid) {
		return ka_usage(args.verb, "--type, --architecture, --randfile and --pid are needed");
	}
	return make_and_print(&request);
}

/* keyassay debian table */

enum { TABLE_TYPE = 1, TABLE_OUT, TABLE_JOBS, TABLE_PID_MAX };

static const struct ka_option table_options[] = {
	{ "type", "TYPE", "rsa:BITS or ec:CURVE", TABLE_TYPE },
	{ "out", "FILE", "the table; FILE.part holds the state of an unfinished run", TABLE_OUT },
	{ "pid-max", "N", "largest process id, 0 to 4194303; default 32767", TABLE_PID_MAX },
	{ "jobs", "N", "threads; default: all cores", TABLE_JOBS },
	{ NULL, NULL, NULL, 0 },
};

/* The signal handler's only variable. */
static atomic_bool interrupted;

static void
on_signal(int signal_number)
{
	(void)signal_number;
	atomic_store(&interrupted, true);
}

static void
catch_signals(void)
{
	/* A second signal ends the program at once. */
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
}

struct progress_line {
	bool terminal;
	double next; /* when to print again */
};

static void
print_left(double seconds)
{
	uint64_t left = (uint64_t)seconds;

	if (left >= 3600) {
		fprintf(stderr, "%llu h %02llu min left", (unsigned long long)(left / 3600),
		    (unsigned long long)(left / 60 % 60));
		return;
	}
	if (left >= 60) {
		fprintf(stderr, "%llu min left", (unsigned long long)(left / 60));
		return;
	}
	fprintf(stderr, "%llu s left", (unsigned long long)left);
}

static void
show_progress(void *arg, const struct ka_weakgen_progress *progress)
{
	struct progress_line *line = arg;
	double made = (double)(progress->keys_done - progress->keys_resumed);
	double rate = progress->seconds > 0 ? made / progress->seconds : 0;

	if (progress->seconds < line->next) {
		return;
	}
	line->next = progress->seconds + (line->terminal ? 1 : 60);
	fprintf(stderr, "%s%llu of %llu keys, %.1f %%, %.0f per second, ", line->terminal ? "\r\033[K" : "",
	    (unsigned long long)progress->keys_done, (unsigned long long)progress->keys_total,
	    100.0 * (double)progress->keys_done / (double)progress->keys_total, rate);
	if (rate > 0) {
		print_left((double)(progress->keys_total - progress->keys_done) / rate);
	} else {
		fprintf(stderr, "remaining time not known yet");
	}
	if (!line->terminal) {
		fprintf(stderr, "\n");
	}
}

static int
make_table(struct ka_weakgen_table_job *job)
{
	char message[KA_WEAKGEN_MESSAGE_LEN];
	struct progress_line line = { .terminal = isatty(STDERR_FILENO) == 1 };
	enum ka_weakgen_table_status status;

	line.next = line.terminal ? 0 : 60;
	job->stop = &interrupted;
	job->progress = show_progress;
	job->progress_arg = &line;
	catch_signals();
	status = ka_weakgen_table_make(message, job);
	if (line.terminal) {
		fprintf(stderr, "\r\033[K");
	}
	switch (status) {
	case KA_WEAKGEN_TABLE_MADE:
		return KA_EXIT_COMPLIANT;
	case KA_WEAKGEN_TABLE_STOPPED:
		ka_error("interrupted; the same command goes on from %s.part", job->path);
		return KA_EXIT_TROUBLE;
	case KA_WEAKGEN_TABLE_FAILED:
	default:
		ka_error("%s", message);
		return KA_EXIT_TROUBLE;
	}
}

static unsigned
num_cores(void)
{
	long num = sysconf(_SC_NPROCESSORS_ONLN);

	return num < 1 ? 1 : num > (long)MAX_JOBS ? MAX_JOBS : (unsigned)num;
}

static int
run_table(int argc, char **argv)
{
	const struct ka_args args = {
		.verb = "debian table",
		.synopsis = "--type TYPE --out FILE [--pid-max N] [--jobs N]",
		.description =
		    "Makes the table of all weak keys of a type: keyassay-table(5). Takes from seconds (EC) to\n"
		    "hours (RSA of 4096 bits). Interrupted or killed, the same command goes on where it was.\n",
		.options = table_options,
		.argc = argc,
		.argv = argv,
	};
	struct ka_weakgen_table_job job = { .pid_count = KA_DEBIAN_PID_COUNT, .num_threads = num_cores() };
	bool has_type = false;
	uint64_t number = 0;
	int id;

	while ((id = ka_args_next(&args)) != KA_ARGS_END) {
		if (id < 0) {
			return id == KA_ARGS_DONE ? KA_EXIT_COMPLIANT : KA_EXIT_USAGE;
		}
		if (id == TABLE_TYPE && ka_weakgen_type_parse(&job.type, optarg) != KA_OK) {
			return bad_type(args.verb, optarg);
		}
		has_type = has_type || id == TABLE_TYPE;
		if (id == TABLE_JOBS) {
			if (!parse_number(&number, optarg, 1, MAX_JOBS)) {
				return ka_usage(
				    args.verb, "'%s' is no number of threads: 1 to %u", optarg, MAX_JOBS);
			}
			job.num_threads = (unsigned)number;
		}
		if (id == TABLE_PID_MAX) {
			if (!parse_number(&number, optarg, 0, MAX_PID)) {
				return ka_usage(args.verb, "'%s' is no process id: 0 to %u", optarg, MAX_PID);
			}
			job.pid_count = (uint32_t)number + 1;
		}
		if (id == TABLE_OUT) {
			job.path = optarg;
		}
	}
	if (optind < argc) {
		return ka_usage(args.verb, "unexpected argument '%s'", argv[optind]);
	}
	if (!has_type || job.path == NULL || *job.path == '\0') {
		return ka_usage(args.verb, "--type and --out are needed");
	}
	return make_table(&job);
}

/* keyassay debian verify */

enum { VERIFY_SAMPLE = 1 };

static const struct ka_option verify_options[] = {
	{ "sample", "N", "number of entries to make again; default 64", VERIFY_SAMPLE },
	{ NULL, NULL, NULL, 0 },
};

/* Maps a file; false with a message printed. */
static bool
map_file(struct ka_slice *out, const char *path)
{
	struct stat status;
	void *bytes = MAP_FAILED;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status) != 0) {
		ka_error("%s: %s", path, strerror(errno));
		if (fd >= 0) {
			(void)close(fd);
		}
		return false;
	}
	if (!S_ISREG(status.st_mode) || status.st_size == 0) {
		ka_error("%s: %s", path, ka_err_text(KA_ERR_TABLE_MAGIC));
		(void)close(fd);
		return false;
	}
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED) {
		ka_error("%s: %s", path, strerror(errno));
		(void)close(fd);
		return false;
	}
	(void)close(fd);
	*out = (struct ka_slice){ bytes, (size_t)status.st_size };
	return true;
}

/* The key that the entry should have, as a fingerprint. */
static enum ka_err
regenerate(
    uint64_t *out_fingerprint, struct ka_weakgen *weakgen, const struct ka_table *table, const struct ka_table_hit *hit)
{
	static struct ka_weakgen_key key;
	uint8_t buf[MAX_EXPONENT_LEN];
	struct ka_slice exponent = exponent_bytes(buf, hit->other_exponent ? 3 : table->exponent);
	enum ka_err err = ka_weakgen_make(
	    &key, weakgen, ka_weakgen_machine_of(hit->id.architecture), hit->id.randfile, hit->id.pid, exponent);

	if (err == KA_OK) {
		*out_fingerprint = ka_weakgen_fingerprint(&key);
	}
	return err;
}

/* 1 when the entry is right, 0 when not, -1 when it could not be told. */
static int
check_entry(struct ka_weakgen *weakgen, const struct ka_table *table, uint64_t index)
{
	struct ka_table_hit hit;
	uint64_t stored, known, made;
	enum ka_err err = ka_table_entry(&hit, &stored, &known, table, index);

	if (err == KA_OK) {
		err = regenerate(&made, weakgen, table, &hit);
	}
	if (err != KA_OK) {
		ka_error("entry %llu: %s", (unsigned long long)index, ka_err_text(err));
		return -1;
	}
	if ((made & known) == (stored & known)) {
		return 1;
	}
	ka_error("entry %llu: %s, %s, pid %u: the generator makes another key", (unsigned long long)index,
	    ka_debian_arch_name(hit.id.architecture), ka_debian_randfile_name(hit.id.randfile), hit.id.pid);
	return 0;
}

/* Checks num_wanted entries, each set of that size as likely as any other (Knuth, TAOCP 2, 3.4.2, algorithm S). */
static int
check_sample(struct ka_weakgen *weakgen, const struct ka_table *table, uint64_t num_wanted)
{
	uint64_t wanted = num_wanted < table->key_count ? num_wanted : table->key_count;
	uint64_t checked = 0, wrong = 0;

	for (uint64_t index = 0; checked < wanted; index++) {
		uint64_t random;
		int result;

		if (getentropy(&random, sizeof(random)) != 0) {
			ka_error("no random numbers: %s", strerror(errno));
			return KA_EXIT_TROUBLE;
		}
		/* The bias of the remainder is below 2^-40. */
		if (random % (table->key_count - index) >= wanted - checked) {
			continue;
		}
		result = check_entry(weakgen, table, index);
		if (result < 0) {
			return KA_EXIT_TROUBLE;
		}
		checked++;
		wrong += result == 0;
	}
	printf("%s: %llu keys; made %llu again, %llu differ\n", table->type, (unsigned long long)table->key_count,
	    (unsigned long long)checked, (unsigned long long)wrong);
	return wrong == 0 ? KA_EXIT_COMPLIANT : KA_EXIT_NONCOMPLIANT;
}

static int
verify_table(const char *path, uint64_t num_wanted)
{
	struct ka_slice file;
	struct ka_table table;
	struct ka_weakgen_type type;
	struct ka_weakgen *weakgen = NULL;
	int status = KA_EXIT_TROUBLE;
	enum ka_err err;

	if (!map_file(&file, path)) {
		return KA_EXIT_TROUBLE;
	}
	err = ka_table_open(&table, file);
	if (err == KA_OK && ka_weakgen_type_parse(&type, table.type) != KA_OK) {
		err = KA_ERR_TABLE_TYPE;
	}
	if (err == KA_OK) {
		err = ka_weakgen_new(&weakgen, &type);
	}
	if (err != KA_OK) {
		ka_error("%s: %s", path, ka_err_text(err));
	} else {
		status = check_sample(weakgen, &table, num_wanted);
	}
	ka_weakgen_free(weakgen);
	(void)munmap((void *)(uintptr_t)file.data, file.len);
	return status;
}

static int
run_verify(int argc, char **argv)
{
	const struct ka_args args = {
		.verb = "debian verify",
		.synopsis = "FILE [--sample N]",
		.description = "Checks a table's structure and checksum, and makes some of its keys again.\n"
			       "Exit status: 0 right, 1 a key differs, 2 usage, 3 unreadable or damaged.\n",
		.options = verify_options,
		.argc = argc,
		.argv = argv,
	};
	uint64_t num_wanted = DEFAULT_SAMPLE;
	int id;

	while ((id = ka_args_next(&args)) != KA_ARGS_END) {
		if (id < 0) {
			return id == KA_ARGS_DONE ? KA_EXIT_COMPLIANT : KA_EXIT_USAGE;
		}
		if (!parse_number(&num_wanted, optarg, 1, UINT32_MAX)) {
			return ka_usage(args.verb, "'%s' is no number of entries: at least 1", optarg);
		}
	}
	if (optind + 1 != argc) {
		return ka_usage(args.verb, optind == argc ? "which table?" : "one table at a time");
	}
	return verify_table(argv[optind], num_wanted);
}

/* keyassay debian */

static const struct ka_cli_verb verbs[] = {
	{ "key", "the key that vulnerable OpenSSL makes", run_key },
	{ "table", "make the table of all weak keys of a type", run_table },
	{ "verify", "make some keys of a table again and compare", run_verify },
	{ NULL, NULL, NULL },
};

static void
print_verbs(FILE *to)
{
	fprintf(to,
	    "Usage: keyassay debian key|table|verify [options] ...\n\n"
	    "The keys of CVE-2008-0166, made by Debian's OpenSSL 0.9.8c-1 to 0.9.8g-8.\n\nVerbs:\n");
	for (const struct ka_cli_verb *verb = verbs; verb->name != NULL; verb++) {
		fprintf(to, "  %-10s%s\n", verb->name, verb->summary);
	}
	fprintf(to, "\n'keyassay debian VERB --help' shows a verb's options; keyassay(1) has it all.\n");
}

int
ka_cli_debian(int argc, char **argv)
{
	if (argc < 2) {
		print_verbs(stderr);
		return KA_EXIT_USAGE;
	}
	for (const struct ka_cli_verb *verb = verbs; verb->name != NULL; verb++) {
		if (strcmp(argv[1], verb->name) == 0) {
			optind = 1;
			return verb->run(argc - 1, argv + 1);
		}
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_verbs(stdout);
		return KA_EXIT_COMPLIANT;
	}
	if (strcmp(argv[1], "--version") == 0) {
		return ka_print_version();
	}
	return ka_usage("debian", "unknown verb '%s': key, table or verify", argv[1]);
}
