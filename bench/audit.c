/* SPDX-License-Identifier: Apache-2.0 */
/* The audit's figures: all CA certificates of a registry, one worker, beside what its parts take alone in the same run:
 * reading the rows through the store, reading and judging the certificates from memory.
 *
 * Usage: bench-audit [DIR [ROWS]]; DIR is on the disk that is to be measured, with room for 3 KB per row; its files
 * are removed at the end. Processor time is told beside the clock's: what else runs on the machine should not count. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "common/buf.h"
#include "common/tables.h"
#include "server/audit/engine.h"
#include "server/audit/step.h"
#include "server/clock.h"
#include "server/random.h"
#include "weakgen/weakgen.h"

#define BATCH 1000u
#define MODULUS_LEN 256u
#define SAMPLE 20000u /* certificates that are judged from memory */

static const struct ka_scope scope = { "000000000000", "us-east-1" };
static char path[4096], url[4200];

static double
cpu_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double
now(void)
{
	return 1e-9 * (double)ka_clock_monotonic();
}

static _Noreturn void
die(const char *what)
{
	(void)fprintf(stderr, "bench-audit: %s\n", what);
	exit(1);
}

static struct ka_store *
open_store(unsigned flags)
{
	char message[KA_STORE_MESSAGE_LEN];
	struct ka_store *store = ka_store_open(message, url, flags);

	if (store == NULL)
		die(message);
	ka_store_log_key(store, (const uint8_t[32]){ "a key for benchmarks" });
	if (!ka_store_log_begin(store, message, KA_LOG_BEGIN))
		die(message);
	return store;
}

/* --- filling ------------------------------------------------------------------------------------------------------ */

/* One real certificate of a CA with an RSA-2048 key; in each row another random modulus stands in it. */
struct fill {
	uint8_t der[4096];
	size_t len, modulus_at;
	uint64_t num;
};

static bool
extend(X509 *x509, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, x509, x509, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	bool added = extension != NULL && X509_add_ext(x509, extension, -1) == 1;

	X509_EXTENSION_free(extension);
	return added;
}

static bool
add_name(X509_NAME *name, const char *type, const char *value)
{
	return X509_NAME_add_entry_by_txt(name, type, MBSTRING_ASC, (const unsigned char *)value, -1, -1, 0) == 1;
}

static void
make_certificate(struct fill *out)
{
	EVP_PKEY *key = EVP_RSA_gen(MODULUS_LEN * 8);
	X509 *x509 = X509_new();
	X509_NAME *name = X509_get_subject_name(x509);
	BIGNUM *n = NULL;
	uint8_t modulus[MODULUS_LEN], *der = NULL;
	bool made = key != NULL && X509_set_version(x509, 2) == 1 &&
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), 0x123456789abcdef0u) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(x509), 0) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(x509), 86400L * 3650) != NULL && add_name(name, "C", "DE") &&
	    add_name(name, "O", "Example Fleet Manufacturing Incorporated") &&
	    add_name(name, "OU", "Device Identity") &&
	    add_name(name, "CN", "Example Fleet Device Issuing CA 0123456789abcdef") &&
	    X509_set_issuer_name(x509, name) == 1 && X509_set_pubkey(x509, key) == 1 &&
	    extend(x509, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
	    extend(x509, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	    extend(x509, NID_subject_key_identifier, "hash") && extend(x509, NID_authority_key_identifier, "keyid") &&
	    extend(x509, NID_crl_distribution_points, "URI:http://crl.fleet.example/issuing/0123456789abcdef.crl") &&
	    extend(x509, NID_info_access, "OCSP;URI:http://ocsp.fleet.example/") &&
	    X509_sign(x509, key, EVP_sha256()) > 0 && EVP_PKEY_get_bn_param(key, "n", &n) == 1 &&
	    BN_bn2binpad(n, modulus, MODULUS_LEN) == (int)MODULUS_LEN;
	int len = made ? i2d_X509(x509, &der) : -1;
	if (len <= 0 || (size_t)len > sizeof(out->der))
		die("no certificate can be made");
	out->len = (size_t)len;
	memcpy(out->der, der, out->len);
	const uint8_t *at = memmem(out->der, out->len, modulus, MODULUS_LEN);
	if (at == NULL)
		die("the certificate has no modulus");
	out->modulus_at = (size_t)(at - out->der);
	OPENSSL_free(der);
	BN_free(n);
	X509_free(x509);
	EVP_PKEY_free(key);
}

/* Ids are as random as hashes; nothing here looks the certificate's own up. */
static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	struct fill *f = arg;
	enum ka_store_status status = KA_STORE_OK;

	for (uint64_t i = 0; i < f->num && status == KA_STORE_OK; i++) {
		struct ka_ca_row row = { .status = KA_CA_ACTIVE,
			.mode = KA_MODE_SNI_ONLY,
			.der = { f->der, f->len },
			.not_before = 1600000000000,
			.not_after = 4000000000000,
			.created = 1700000000000,
			.customer_version = 1,
			.generation_id = "00000000-0000-4000-8000-000000000000" };

		ka_random_hex(row.id, KA_CERT_ID_LEN);
		ka_random_bytes(row.subject_sha256, sizeof(row.subject_sha256));
		/* The first and the last byte stay: 2048 bits, odd. */
		ka_random_bytes(f->der + f->modulus_at + 1, MODULUS_LEN - 2);
		status = ka_tx_ca_insert(tx, NULL, &scope, &row);
	}
	return status;
}

/* In a process of its own, so that its memory does not count. */
static void
fill_store(uint64_t rows)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		static struct fill f;
		struct ka_store *store = open_store(KA_STORE_CREATE);

		make_certificate(&f);
		(void)printf("%llu certificates of %zu bytes\n", (unsigned long long)rows, f.len);
		for (uint64_t done = 0; done < rows; done += BATCH) {
			f.num = rows - done < BATCH ? rows - done : BATCH;
			if (ka_store_write(store, fill, &f) != KA_STORE_OK)
				die("the database cannot be filled");
		}
		ka_store_close(store);
		exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		die("filling the database failed");
}

/* --- the audit ---------------------------------------------------------------------------------------------------- */

struct task {
	const char *const *names;
	struct ka_task_row row;
	struct ka_task_check_row *checks;
	size_t num;
	struct ka_arena arena;
};

static enum ka_store_status
start_task(struct ka_tx *tx, void *arg)
{
	struct task *task = arg;
	struct ka_task_check_row checks[4] = { 0 };
	size_t num = 0;
	enum ka_store_status status = ka_tx_ca_last_seq(tx, &task->row.ca_last_seq);

	for (; task->names[num] != NULL; num++)
		checks[num] = (struct ka_task_check_row){
			.check_name = task->names[num], .position = (int32_t)num, .status = KA_RUN_IN_PROGRESS
		};
	return status == KA_STORE_OK ? ka_tx_task_insert(tx, &scope, &task->row, checks, num) : status;
}

static enum ka_store_status
read_task(struct ka_tx *tx, void *arg)
{
	struct task *task = arg;
	const char *id = ka_arena_string(&task->arena, task->row.id);
	enum ka_store_status status = ka_tx_task_get(tx, &task->row, &task->arena, &scope, id);

	return status == KA_STORE_OK ? ka_tx_task_checks(tx, &task->checks, &task->num, &task->arena, &scope, id)
				     : status;
}

static void
report(const char *what, uint64_t rows, double seconds, double cpu)
{
	(void)printf(
	    "%-58s %8.2f s, %7.2f s of processor, %9.0f certificates/s\n", what, seconds, cpu, (double)rows / seconds);
}

static void
audit(struct ka_server *server, const char *what, const char *const *names, uint64_t rows)
{
	const struct ka_engine_options options = { .num_workers = 1 };
	struct task task = { .names = names,
		.row = { .type = KA_TASK_ON_DEMAND, .status = KA_TASK_IN_PROGRESS, .started = ka_clock_now() } };

	ka_random_hex(task.row.id, KA_TASK_ID_LEN);
	struct ka_engine *engine = ka_engine_start(server, &options);
	if (engine == NULL || ka_store_write(server->store, start_task, &task) != KA_STORE_OK)
		die("the task cannot be started");
	double start = now(), cpu = cpu_now();
	ka_engine_wake(engine);
	do {
		(void)usleep(10000);
		ka_arena_clear(&task.arena);
		if (ka_store_read(server->store, read_task, &task) != KA_STORE_OK)
			die("the task cannot be read");
	} while (task.row.status == KA_TASK_IN_PROGRESS);
	report(what, rows, now() - start, cpu_now() - cpu);
	ka_engine_stop(engine);
	for (size_t i = 0; i < task.num; i++)
		if (task.checks[i].total != (int64_t)rows || task.checks[i].noncompliant != 0 ||
		    task.checks[i].message != NULL)
			die("the audit did not find what it should");
	ka_arena_clear(&task.arena);
}

/* --- its parts alone ---------------------------------------------------------------------------------------------- */

struct scan {
	uint64_t num;
	int64_t last;
	uint8_t *copies; /* of the first certificates, or NULL */
	struct ka_slice *ders;
	size_t used;
};

static bool
take(void *arg, const struct ka_ca_row *row)
{
	struct scan *scan = arg;

	if (scan->ders != NULL && scan->num < SAMPLE) {
		memcpy(scan->copies + scan->used, row->der.data, row->der.len);
		scan->ders[scan->num] = (struct ka_slice){ scan->copies + scan->used, row->der.len };
		scan->used += row->der.len;
	}
	scan->num++;
	scan->last = row->seq;
	return true;
}

static enum ka_store_status
scan_chunk(struct ka_tx *tx, void *arg)
{
	struct scan *scan = arg;
	const struct ka_range range = {
		.after_seq = scan->last, .last_seq = INT64_MAX, .status_mask = 0xff, .limit = 4096
	};

	return ka_tx_ca_scan(tx, &scope, &range, take, scan);
}

static void
scan_all(struct ka_server *server, uint64_t rows)
{
	struct scan scan = { 0 };
	uint64_t before;
	double start = now(), cpu = cpu_now();

	do {
		before = scan.num;
		if (ka_store_read(server->store, scan_chunk, &scan) != KA_STORE_OK)
			die("the rows cannot be read");
	} while (scan.num > before);
	report("reading the rows through the store, nothing else", scan.num, now() - start, cpu_now() - cpu);
	if (scan.num != rows)
		die("rows are missing");
}

static void
judge_all(struct ka_server *server, uint64_t rows)
{
	static struct ka_object objects[KA_BATCH];
	static struct ka_verdict verdicts[KA_BATCH];
	struct scan scan = { .copies = malloc((size_t)SAMPLE * 4096),
		.ders = malloc(SAMPLE * sizeof(struct ka_slice)) };

	if (scan.copies == NULL || scan.ders == NULL)
		ka_out_of_memory();
	while (scan.num < SAMPLE && scan.num < rows)
		if (ka_store_read(server->store, scan_chunk, &scan) != KA_STORE_OK)
			die("the rows cannot be read");
	uint64_t num = (scan.num < SAMPLE ? scan.num : SAMPLE) / KA_BATCH * KA_BATCH, done = 0;
	double start = now(), cpu = cpu_now();
	while (num > 0 && done < rows)
		for (uint64_t i = 0; i < num; i += KA_BATCH, done += KA_BATCH) {
			for (size_t k = 0; k < KA_BATCH; k++)
				if (ka_certificate_read(&objects[k], NULL, scan.ders[i + k]) != KA_OK)
					die("a certificate cannot be read");
			ka_judge_batch(verdicts, server->ctx, objects, KA_BATCH, KA_KEY_QUALITY_CHECKS, 0);
		}
	report("reading and judging certificates from memory, nothing else", done, now() - start, cpu_now() - cpu);
	free(scan.copies);
	free(scan.ders);
}

static void
remove_files(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[4200];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)unlink(name);
	}
}

int
main(int argc, char **argv)
{
	uint64_t rows = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
	struct ka_server server = { 0 };
	struct rusage usage;
	unsigned refused;

	if (argc > 3 || rows == 0) {
		(void)fprintf(stderr, "usage: %s [DIR [ROWS]]\n", argv[0]);
		return 2;
	}
	(void)snprintf(path, sizeof(path), "%s/bench-audit.db", argc > 1 ? argv[1] : ".");
	(void)snprintf(url, sizeof(url), "sqlite:%s", path);
	remove_files();
	fill_store(rows);
	struct ka_ctx *ctx = ka_ctx_new();
	if (ctx == NULL)
		ka_out_of_memory();
	struct ka_tables *tables = ka_tables_load(ctx, 0, &refused, NULL);
	if (ka_ctx_table(ctx, 0) == NULL)
		die("no tables of weak keys were found: KEYASSAY_TABLES names their folder");
	ka_ctx_set_prover(ctx, ka_weakgen_prove, NULL);
	server.ctx = ctx;
	server.store = open_store(0);
	audit(&server, "audit, CA_CERTIFICATE_KEY_QUALITY_CHECK",
	    (const char *[]){ "CA_CERTIFICATE_KEY_QUALITY_CHECK", NULL }, rows);
	audit(&server, "the same with CA_CERTIFICATE_EXPIRING_CHECK",
	    (const char *[]){ "CA_CERTIFICATE_KEY_QUALITY_CHECK", "CA_CERTIFICATE_EXPIRING_CHECK", NULL }, rows);
	audit(&server, "audit, CA_CERTIFICATE_EXPIRING_CHECK alone",
	    (const char *[]){ "CA_CERTIFICATE_EXPIRING_CHECK", NULL }, rows);
	(void)getrusage(RUSAGE_SELF, &usage);
	(void)printf("%-58s %8.1f MB, of which the mapped tables are shared\n", "largest memory",
	    (double)usage.ru_maxrss / 1024);
	scan_all(&server, rows);
	judge_all(&server, rows);
	ka_store_close(server.store);
	ka_ctx_free(ctx);
	ka_tables_free(tables);
	remove_files();
	return 0;
}
