/* SPDX-License-Identifier: Apache-2.0 */
#include "server/audit/audit_world_test.h"

#include <ftw.h>
#include <time.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "common/tables.h"
#include "server/random.h"
#include "weakgen/weakgen.h"

const struct ka_scope test_scope = { TEST_ACCOUNT, TEST_REGION };
const struct ka_scope other_scope = { TEST_ACCOUNT, "us-east-1" };
const char *examples_dir, *tables_dir;

#define START 1700000000000 /* 2023-11-14T22:13:20Z */

/* --- the world ---------------------------------------------------------------------------------------------------- */

int64_t
days(int64_t num)
{
	return num * KA_MS_PER_DAY;
}

void
set_clock(struct world *world, int64_t ms)
{
	/* In one piece: an engine that read an empty file would live in another year for a moment. */
	const char *fresh = ka_arena_format(&world->arena, "%s.new", world->clock);
	FILE *file = fopen(fresh, "w");
	struct timespec now;

	assert_non_null(file);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)fprintf(file, "%lld\n", (long long)(ms - (int64_t)now.tv_sec * 1000 - now.tv_nsec / 1000000));
	assert_int_equal(fclose(file), 0);
	assert_int_equal(rename(fresh, world->clock), 0);
}

int
world_open(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	char message[KA_STORE_MESSAGE_LEN];
	unsigned refused = 0;

	assert_non_null(world);
	(void)snprintf(world->dir, sizeof(world->dir), "/tmp/keyassay-audit-XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	(void)snprintf(world->clock, sizeof(world->clock), "%s/clock", world->dir);
	assert_int_equal(setenv("KEYASSAYD_TEST_CLOCK", world->clock, 1), 0);
	assert_int_equal(setenv("KEYASSAY_TABLES", tables_dir, 1), 0);
	set_clock(world, START);
	(void)snprintf(world->url, sizeof(world->url), "sqlite:%s/keyassay.db", world->dir);
	world->server.store = ka_store_open(message, world->url, KA_STORE_CREATE);
	if (world->server.store == NULL)
		fail_msg("%s", message);
	ka_store_log_key(world->server.store, (const uint8_t[32]){ "a key for tests" });
	assert_true(ka_store_log_begin(world->server.store, message, KA_LOG_BEGIN));
	world->ctx = ka_ctx_new();
	assert_non_null(world->ctx);
	world->tables = ka_tables_load(world->ctx, 0, &refused, NULL);
	assert_int_equal(refused, 0);
	ka_ctx_set_prover(world->ctx, ka_weakgen_prove, NULL);
	world->server.ctx = world->ctx;
	world->crypto = ka_crypto_new();
	*state = world;
	return 0;
}

static int
remove_file(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

int
world_close(void **state)
{
	struct world *world = *state;

	ka_store_close(world->server.store);
	ka_ctx_free(world->ctx);
	ka_tables_free(world->tables);
	ka_crypto_free(world->crypto);
	ka_arena_clear(&world->arena);
	(void)nftw(world->dir, remove_file, 8, FTW_DEPTH | FTW_PHYS);
	free(world);
	return 0;
}

/* --- certificates ------------------------------------------------------------------------------------------------- */

static struct ka_slice
der_of(struct world *world, X509 *x509)
{
	uint8_t *der = NULL;
	int len = i2d_X509(x509, &der);

	assert_true(len > 0);
	struct ka_slice slice = ka_arena_slice(&world->arena, (struct ka_slice){ der, (size_t)len });
	OPENSSL_free(der);
	X509_free(x509);
	return slice;
}

struct ka_slice
example_cert(struct world *world, const char *name)
{
	FILE *file = fopen(ka_arena_format(&world->arena, "%s/%s-ca.pem", examples_dir, name), "r");

	assert_non_null(file);
	X509 *x509 = PEM_read_X509(file, NULL, NULL, NULL);
	assert_non_null(x509);
	(void)fclose(file);
	return der_of(world, x509);
}

static EVP_PKEY *
rsa_key(const BIGNUM *n)
{
	BIGNUM *e = BN_new();
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;

	assert_true(BN_set_word(e, 65537) == 1 && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	assert_true(EVP_PKEY_fromdata_init(ctx) == 1 && EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(ctx);
	BN_free(e);
	return key;
}

/* Signed by a key that is made once: audits look at the key inside only. */
static struct ka_slice
make_cert(struct world *world, EVP_PKEY *key)
{
	static EVP_PKEY *signer;
	X509 *x509 = X509_new();

	if (signer == NULL)
		signer = EVP_EC_gen("P-256");
	X509_NAME *name = X509_get_subject_name(x509);
	assert_true(X509_set_version(x509, 2) == 1 &&
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), ++world->num_certs) == 1 &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"Test", -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x509, name) == 1 && X509_set_pubkey(x509, key) == 1 &&
	    X509_time_adj_ex(X509_getm_notBefore(x509), 0, 0, NULL) != NULL &&
	    X509_time_adj_ex(X509_getm_notAfter(x509), 3650, 0, NULL) != NULL &&
	    X509_sign(x509, signer, EVP_sha256()) > 0);
	EVP_PKEY_free(key);
	return der_of(world, x509);
}

struct ka_slice
modulus_cert(struct world *world, const char *hex)
{
	BIGNUM *n = NULL;

	assert_true(BN_hex2bn(&n, hex) > 0);
	struct ka_slice der = make_cert(world, rsa_key(n));
	BN_free(n);
	return der;
}

struct ka_slice
debian_cert(struct world *world, const char *type, unsigned pid)
{
	static const uint8_t f4[] = { 1, 0, 1 };
	static struct ka_weakgen_key key;
	struct ka_weakgen_type parsed;
	struct ka_weakgen *weakgen;

	assert_int_equal(ka_weakgen_type_parse(&parsed, type), KA_OK);
	assert_int_equal(ka_weakgen_new(&weakgen, &parsed), KA_OK);
	assert_int_equal(ka_weakgen_make(&key, weakgen, ka_weakgen_machine_of(KA_DEBIAN_LE64), KA_DEBIAN_RND, pid,
			     (struct ka_slice){ f4, sizeof(f4) }),
	    KA_OK);
	ka_weakgen_free(weakgen);
	BIGNUM *n = BN_bin2bn(key.modulus, (int)key.modulus_len, NULL);
	struct ka_slice der = make_cert(world, rsa_key(n));
	BN_free(n);
	return der;
}

struct ka_slice
random_cert(struct world *world, unsigned bits)
{
	BIGNUM *n = BN_new();

	assert_int_equal(BN_rand(n, (int)bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD), 1);
	struct ka_slice der = make_cert(world, rsa_key(n));
	BN_free(n);
	return der;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

struct insert {
	const struct ka_scope *scope;
	const void *row;
	const void *rows; /* checks of a task */
	size_t num;
};

static enum ka_store_status
insert_ca(struct ka_tx *tx, void *arg)
{
	const struct insert *insert = arg;

	return ka_tx_ca_insert(tx, NULL, insert->scope, insert->row);
}

static enum ka_store_status
insert_device(struct ka_tx *tx, void *arg)
{
	const struct insert *insert = arg;

	return ka_tx_device_insert(tx, NULL, insert->scope, insert->row);
}

static enum ka_store_status
insert_suppression(struct ka_tx *tx, void *arg)
{
	const struct insert *insert = arg;

	return ka_tx_suppression_insert(tx, insert->scope, insert->row);
}

static enum ka_store_status
insert_task(struct ka_tx *tx, void *arg)
{
	const struct insert *insert = arg;
	struct ka_task_row task = *(const struct ka_task_row *)insert->row;
	enum ka_store_status status = ka_tx_ca_last_seq(tx, &task.ca_last_seq);

	if (status == KA_STORE_OK)
		status = ka_tx_device_last_seq(tx, &task.device_last_seq);
	return status == KA_STORE_OK ? ka_tx_task_insert(tx, insert->scope, &task, insert->rows, insert->num) : status;
}

static void
must_write(struct world *world, ka_tx_fn fn, const struct insert *insert)
{
	assert_int_equal(ka_store_write(world->server.store, fn, (void *)(uintptr_t)insert), KA_STORE_OK);
}

static void
put_id(char out[KA_CERT_ID_LEN + 1], const struct world *world, struct ka_slice der)
{
	uint8_t hash[KA_HASH_LEN];

	ka_crypto_sha256(hash, world->crypto, der);
	for (size_t i = 0; i < sizeof(hash); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

/* The options with everything filled in. */
static struct options
complete(const struct options *options)
{
	struct options o = options == NULL ? (struct options){ 0 } : *options;
	int64_t now = ka_clock_now();

	if (o.status == 0)
		o.status = 1; /* ACTIVE, of both kinds */
	if (o.not_before == 0)
		o.not_before = now - days(100);
	if (o.not_after == 0)
		o.not_after = now + days(3650);
	if (o.created == 0)
		o.created = now;
	if (o.scope == NULL)
		o.scope = &test_scope;
	return o;
}

const char *
add_ca(struct world *world, struct ka_slice der, const struct options *options)
{
	struct options o = complete(options);
	struct ka_ca_row row = { .status = (enum ka_ca_status)o.status,
		.mode = KA_MODE_SNI_ONLY,
		.der = der,
		.not_before = o.not_before,
		.not_after = o.not_after,
		.created = o.created,
		.customer_version = 1,
		.generation_id = "00000000-0000-4000-8000-000000000000" };

	put_id(row.id, world, der);
	must_write(world, insert_ca, &(struct insert){ .scope = o.scope, .row = &row });
	return ka_arena_string(&world->arena, row.id);
}

const char *
add_device(struct world *world, struct ka_slice der, const struct options *options)
{
	struct options o = complete(options);
	struct ka_device_row row = { .status = (enum ka_device_status)o.status,
		.mode = KA_MODE_SNI_ONLY,
		.der = der,
		.not_before = o.not_before,
		.not_after = o.not_after,
		.created = o.created,
		.customer_version = 1,
		.generation_id = "00000000-0000-4000-8000-000000000000" };

	put_id(row.id, world, der);
	must_write(world, insert_device, &(struct insert){ .scope = o.scope, .row = &row });
	return ka_arena_string(&world->arena, row.id);
}

void
suppress(struct world *world, const char *check, const char *member, const char *id, int64_t expiration)
{
	struct ka_suppression_row row = { .check_name = check,
		.resource = ka_arena_format(&world->arena, "{\"%s\":\"%s\"}", member, id),
		.expiration = expiration,
		.indefinitely = expiration == 0,
		.token = ka_arena_format(&world->arena, "token-%u", ++world->num_certs),
		.created = ka_clock_now() };

	must_write(world, insert_suppression, &(struct insert){ .scope = &test_scope, .row = &row });
}

const char *
add_task(struct world *world, const char *id, const char *const *checks)
{
	struct ka_task_row task = { .type = KA_TASK_ON_DEMAND,
		.status = KA_TASK_IN_PROGRESS,
		.started = world->task_start != 0 ? world->task_start : ka_clock_now() };
	struct ka_task_check_row rows[24] = { 0 };
	size_t num = 0;

	for (; checks[num] != NULL; num++) {
		const char *config = strchr(checks[num], '=');
		size_t len = config == NULL ? strlen(checks[num]) : (size_t)(config - checks[num]);

		rows[num] = (struct ka_task_check_row){ .check_name = ka_arena_text(&world->arena, checks[num], len),
			.position = (int32_t)num,
			.status = KA_RUN_IN_PROGRESS,
			.config = config == NULL ? NULL : config + 1 };
	}
	if (id != NULL)
		(void)snprintf(task.id, sizeof(task.id), "%s", id);
	else
		ka_random_hex(task.id, KA_TASK_ID_LEN);
	must_write(
	    world, insert_task, &(struct insert){ .scope = &test_scope, .row = &task, .rows = rows, .num = num });
	return ka_arena_string(&world->arena, task.id);
}

static enum ka_store_status
cancel(struct ka_tx *tx, void *arg)
{
	struct ka_arena arena = { 0 };
	struct ka_task_row task;
	enum ka_store_status status = ka_tx_task_get(tx, &task, &arena, &test_scope, arg);

	task.cancel_requested = true;
	if (status == KA_STORE_OK)
		status = ka_tx_task_update(tx, &test_scope, &task);
	ka_arena_clear(&arena);
	return status;
}

void
cancel_task(struct world *world, const char *id)
{
	assert_int_equal(ka_store_write(world->server.store, cancel, (void *)(uintptr_t)id), KA_STORE_OK);
}

void
run_engine(struct world *world, const char *task_id, const struct ka_engine_options *options)
{
	int64_t start = ka_clock_monotonic();
	struct ka_engine_options with_worker = *options;

	if (options->num_workers == 0)
		with_worker.num_workers = 1;
	struct ka_engine *engine = ka_engine_start(&world->server, &with_worker);

	assert_non_null(engine);
	while (get_task(world, task_id).status == KA_TASK_IN_PROGRESS) {
		assert_true(ka_clock_monotonic() - start < 60000000000);
		(void)usleep(2000);
	}
	ka_engine_stop(engine);
}

/* --- what the store has ------------------------------------------------------------------------------------------- */

struct query {
	struct world *world;
	const char *task_id;
	int64_t start, end;
	struct ka_task_row task, *tasks;
	struct ka_task_check_row *checks;
	struct ka_finding_row *findings;
	size_t num;
};

static enum ka_store_status
read_task(struct ka_tx *tx, void *arg)
{
	struct query *q = arg;
	enum ka_store_status status = ka_tx_task_get(tx, &q->task, &q->world->arena, &test_scope, q->task_id);

	return status == KA_STORE_OK
	    ? ka_tx_task_checks(tx, &q->checks, &q->num, &q->world->arena, &test_scope, q->task_id)
	    : status;
}

struct ka_task_row
get_task(struct world *world, const char *id)
{
	struct query q = { .world = world, .task_id = id };

	assert_int_equal(ka_store_read(world->server.store, read_task, &q), KA_STORE_OK);
	return q.task;
}

struct ka_task_check_row
get_check(struct world *world, const char *task_id, const char *name)
{
	struct query q = { .world = world, .task_id = task_id };

	assert_int_equal(ka_store_read(world->server.store, read_task, &q), KA_STORE_OK);
	for (size_t i = 0; i < q.num; i++)
		if (strcmp(q.checks[i].check_name, name) == 0)
			return q.checks[i];
	fail_msg("the task has no check %s", name);
	return q.checks[0];
}

static enum ka_store_status
read_findings(struct ka_tx *tx, void *arg)
{
	struct query *q = arg;
	const struct ka_finding_filter filter = { .task_id = q->task_id };
	const struct ka_page page = { .ascending = true, .limit = 100000 };

	return ka_tx_finding_list(tx, &q->findings, &q->num, &q->world->arena, &test_scope, &filter, &page);
}

struct ka_finding_row *
get_findings(struct world *world, size_t *out_num, const char *task_id)
{
	struct query q = { .world = world, .task_id = task_id };

	assert_int_equal(ka_store_read(world->server.store, read_findings, &q), KA_STORE_OK);
	*out_num = q.num;
	return q.findings;
}

static enum ka_store_status
read_tasks(struct ka_tx *tx, void *arg)
{
	struct query *q = arg;
	const struct ka_task_filter filter = { .start_time = q->start, .end_time = q->end };
	const struct ka_page page = { .ascending = true, .limit = 100000 };

	return ka_tx_task_list(tx, &q->tasks, &q->num, &q->world->arena, &test_scope, &filter, &page);
}

size_t
count_tasks(struct world *world, int64_t start, int64_t end, struct ka_task_row **out)
{
	struct query q = { .world = world, .start = start, .end = end };

	assert_int_equal(ka_store_read(world->server.store, read_tasks, &q), KA_STORE_OK);
	if (out != NULL)
		*out = q.tasks;
	return q.num;
}

/* --- a worker by hand --------------------------------------------------------------------------------------------- */

struct ka_audit_step *
new_worker(struct world *world, const char *name, uint32_t chunk)
{
	struct ka_audit_step *step = calloc(1, sizeof(*step));

	assert_non_null(step);
	step->ctx = world->ctx;
	step->crypto = world->crypto;
	step->worker = name;
	step->lease_ms = 30000;
	step->chunk = chunk;
	step->max_ns = 1000000000;
	step->batch = malloc(sizeof(*step->batch));
	assert_non_null(step->batch);
	return step;
}

struct claim {
	struct world *world;
	struct ka_audit_step *step;
	struct ka_task_row task;
};

static enum ka_store_status
claim(struct ka_tx *tx, void *arg)
{
	struct claim *c = arg;
	int64_t now = ka_clock_now();

	return ka_tx_task_claim(tx, &c->task, &c->world->arena, c->step->worker, now, now + c->step->lease_ms);
}

bool
worker_claims(struct world *world, struct ka_audit_step *step)
{
	struct claim c = { .world = world, .step = step };
	enum ka_store_status status = ka_store_write(world->server.store, claim, &c);

	if (status != KA_STORE_OK)
		return false;
	step->scope = (struct ka_scope){ c.task.account, c.task.region };
	step->task_id = ka_arena_string(&world->arena, c.task.id);
	return true;
}

enum ka_store_status
worker_judges(struct world *world, struct ka_audit_step *step)
{
	return ka_store_read(world->server.store, ka_audit_step_judge, step);
}

enum ka_audit_outcome
worker_stores(struct world *world, struct ka_audit_step *step)
{
	assert_int_equal(ka_store_write(world->server.store, ka_audit_step_store, step), KA_STORE_OK);
	return step->outcome;
}

void
free_worker(struct ka_audit_step *step)
{
	ka_arena_clear(&step->arena);
	free(step->batch);
	free(step);
}
