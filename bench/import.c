/* SPDX-License-Identifier: Apache-2.0 */
/* How fast keyassayd import registers certificates, beside what libcrypto alone takes to read and verify the same ones
 * on one core, in the same run. Usage: bench-import KEYASSAYD [DIR [NUMBER]]; DIR is on the disk that is to be
 * measured, with room for 10 KB for each of NUMBER certificates; what it makes there is removed at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <openssl/x509.h>

#include "server/pki/make_cert_test.h"

#define DEFAULT_NUM 20000u

static double
now(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

struct kind {
	const char *name, *option; /* of --kind */
	const char *key;
	bool device; /* signed by the CA "Issuing CA" with the same key */
};

static const struct kind kinds[] = {
	{ "CA, RSA-2048, self-signed", "ca", "rsa:2048", false },
	{ "CA, EC P-256, self-signed", "ca", "ec:P-256", false },
	{ "device, signed by RSA-2048", "device", "rsa:2048", true },
	{ "device, signed by EC P-256", "device", "ec:P-256", true },
};

static EVP_PKEY *
public_key(const char *name)
{
	struct ka_arena arena = { 0 };
	struct ka_slice der = make_cert_der(&arena, &(struct make_cert){ .key = name });
	const unsigned char *at = der.data;
	X509 *x509 = d2i_X509(NULL, &at, (long)der.len);
	EVP_PKEY *key = X509_get_pubkey(x509);

	X509_free(x509);
	ka_arena_clear(&arena);
	return key;
}

/* Writes NUM certificates to a file, and verifies them with libcrypto as they come; returns the seconds that the latter
 * took. */
static double
make(const char *path, const struct kind *kind, unsigned num)
{
	FILE *file = fopen(path, "w");
	double seconds = 0;
	char subject[64];
	EVP_PKEY *issuer = kind->device ? public_key(kind->key) : NULL;

	must(file != NULL, path);
	for (unsigned i = 0; i < num; i++) {
		struct ka_arena arena = { 0 };
		(void)snprintf(subject, sizeof(subject), "%s %s %u", kind->option, kind->key, i);
		struct make_cert cert = { .key = kind->key, .subject = subject, .constraints = "critical,CA:TRUE" };
		if (kind->device)
			cert = (struct make_cert){
				.key = "ec:P-256#device", .subject = subject, .issuer = kind->key, .signer = kind->key
			};
		struct ka_slice der = make_cert_der(&arena, &cert);
		must(fputs(make_der_pem(&arena, "CERTIFICATE", der), file) >= 0, path);

		const unsigned char *at = der.data;
		double start = now(CLOCK_THREAD_CPUTIME_ID);
		X509 *x509 = d2i_X509(NULL, &at, (long)der.len);
		must(X509_verify(x509, kind->device ? issuer : X509_get0_pubkey(x509)) == 1, "X509_verify");
		X509_free(x509);
		seconds += now(CLOCK_THREAD_CPUTIME_ID) - start;
		ka_arena_clear(&arena);
	}
	must(fclose(file) == 0, path);
	EVP_PKEY_free(issuer);
	return seconds;
}

/* Runs keyassayd; returns the seconds on the clock and, of processor time, through *out_cpu. */
static double
run(double *out_cpu, const char *const words[])
{
	double start = now(CLOCK_MONOTONIC);
	struct rusage usage;
	int status;

	(void)fflush(stdout); /* or the child has it too */
	pid_t child = fork();

	must(child >= 0, "fork");
	if (child == 0) {
		must(freopen("/dev/null", "w", stdout) != NULL, "stdout");
		(void)execv(words[0], (char *const *)(uintptr_t)words);
		perror(words[0]);
		_exit(127);
	}
	must(wait4(child, &status, 0, &usage) == child, "wait4");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		(void)fprintf(stderr, "%s %s failed\n", words[0], words[1]);
		exit(1);
	}
	*out_cpu = (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
	    1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
	return now(CLOCK_MONOTONIC) - start;
}

int
main(int argc, char **argv)
{
	const char *program = argc > 1 ? argv[1] : "keyassayd";
	unsigned num = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : DEFAULT_NUM;
	char dir[512], data[600], path[600], command[700];
	double cpu;

	(void)snprintf(dir, sizeof(dir), "%s/keyassay-bench-import.XXXXXX", argc > 2 ? argv[2] : ".");
	must(mkdtemp(dir) != NULL, dir);
	(void)snprintf(data, sizeof(data), "%s/data", dir);
	(void)snprintf(path, sizeof(path), "%s/certificates.pem", dir);
	(void)run(&cpu, (const char *const[]){ program, "init", "--data", data, NULL });
	(void)printf("%u certificates of each kind\n%-28s %12s %12s %16s %14s\n", num, "", "per second", "CPU us each",
	    "libcrypto us each", "again, per s");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		double alone = make(path, &kinds[i], num), again_cpu;
		/* The CA of the devices: the first row of its key made it by another name. */
		if (kinds[i].device) {
			struct ka_arena arena = { 0 };
			char ca_path[600];
			(void)snprintf(ca_path, sizeof(ca_path), "%s/ca.pem", dir);
			FILE *file = fopen(ca_path, "w");
			must(file != NULL, ca_path);
			(void)fputs(
			    make_cert_pem(&arena,
				&(struct make_cert){
				    .key = kinds[i].key, .subject = kinds[i].key, .constraints = "critical,CA:TRUE" }),
			    file);
			must(fclose(file) == 0, ca_path);
			(void)run(&cpu, (const char *const[]){ program, "import", "--data", data, ca_path, NULL });
			ka_arena_clear(&arena);
		}
		const char *const words[] = { program, "import", "--data", data, "--kind", kinds[i].option, "--issuer",
			"required", path, NULL };
		const char *const ca_words[] = { program, "import", "--data", data, path, NULL };
		const char *const *which = kinds[i].device ? words : ca_words;
		double seconds = run(&cpu, which), again = run(&again_cpu, which);
		(void)printf("%-28s %12.0f %12.1f %16.1f %14.0f\n", kinds[i].name, num / seconds, 1e6 * cpu / num,
		    1e6 * alone / num, num / again);
	}
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command) == 0 ? 0 : 1;
}
