/* SPDX-License-Identifier: Apache-2.0 */
/* engine_test EXAMPLES TABLES - whole audits over a real store: what is found, what is counted, what is said. */
#include <jansson.h>
#include <unistd.h>

#include "server/audit/audit_world_test.h"
#include "server/finding/finding.h"

#define NOW 1700000000000
#define DEBIAN_CODE "CERTIFICATE_KEY_VULNERABILITY_CVE-2008-0166"
#define ROCA_CODE "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361"

static const char *
audit(struct world *world, const char *const *checks)
{
	const char *id = add_task(world, NULL, checks);

	run_engine(world, id, &(struct ka_engine_options){ .poll_ms = 5 });
	return id;
}

static const struct ka_finding_row *
find(struct world *world, const char *task_id, const char *resource_id, const char *code)
{
	size_t num;
	const struct ka_finding_row *rows = get_findings(world, &num, task_id);

	for (size_t i = 0; i < num; i++)
		if (strcmp(rows[i].resource_id, resource_id) == 0 && strcmp(rows[i].reason_code, code) == 0)
			return &rows[i];
	return NULL;
}

/* A member of additionalInfo, which is an object of strings and nothing else. */
static const char *
info(struct world *world, const struct ka_finding_row *finding, const char *name)
{
	json_t *root = json_loads(finding->additional_info, 0, NULL), *value;
	const char *member;

	assert_true(json_is_object(root));
	json_object_foreach(root, member, value) assert_true(json_is_string(value));
	const char *text = ka_arena_string(&world->arena, json_string_value(json_object_get(root, name)));
	json_decref(root);
	return text == NULL ? "absent" : text;
}

static void
assert_counts(struct world *world, const char *task_id, const char *check, enum ka_run_status status, int64_t total,
    int64_t noncompliant, int64_t suppressed)
{
	struct ka_task_check_row row = get_check(world, task_id, check);

	assert_int_equal(row.status, status);
	assert_int_equal(row.total, total);
	assert_int_equal(row.noncompliant, noncompliant);
	assert_int_equal(row.suppressed, suppressed);
}

static void
test_nothing_registered(void **state)
{
	struct world *world = *state;
	const char *task = audit(world, (const char *[]){ CA_KEYS, DEVICE_KEYS, NULL });
	struct ka_task_row row = get_task(world, task);

	assert_int_equal(row.status, KA_TASK_COMPLETED);
	assert_true(row.ended >= row.started);
	assert_null(row.worker);
	assert_counts(world, task, CA_KEYS, KA_RUN_COMPLETED_COMPLIANT, 0, 0, 0);
	assert_counts(world, task, DEVICE_KEYS, KA_RUN_COMPLETED_COMPLIANT, 0, 0, 0);
	assert_null(get_check(world, task, CA_KEYS).message);
}

static void
test_weak_keys(void **state)
{
	struct world *world = *state;
	const char *sound = add_ca(world, example_cert(world, "sound"), NULL);
	const char *roca = add_ca(world, example_cert(world, "roca"), NULL);
	const char *debian = add_ca(world, debian_cert(world, "rsa:2048", 4711), NULL);
	const char *device = add_device(world, debian_cert(world, "rsa:1024", 1), NULL);
	const char *task = audit(world, (const char *[]){ CA_KEYS, DEVICE_KEYS, NULL });
	size_t num;

	assert_int_equal(get_task(world, task).status, KA_TASK_COMPLETED);
	assert_counts(world, task, CA_KEYS, KA_RUN_COMPLETED_NON_COMPLIANT, 3, 2, 0);
	assert_counts(world, task, DEVICE_KEYS, KA_RUN_COMPLETED_NON_COMPLIANT, 1, 1, 0);
	(void)get_findings(world, &num, task);
	assert_int_equal(num, 3);
	assert_null(find(world, task, sound, ROCA_CODE));

	const struct ka_finding_row *finding = find(world, task, roca, ROCA_CODE);
	assert_non_null(finding);
	assert_string_equal(finding->check_name, CA_KEYS);
	assert_int_equal(finding->severity, KA_SEVERITY_CRITICAL);
	assert_int_equal(finding->resource_type, KA_RESOURCE_CA);
	assert_int_equal(finding->task_started, get_task(world, task).started);
	assert_true(finding->found >= finding->task_started);
	assert_false(finding->suppressed);
	assert_non_null(strstr(finding->reason, "ROCA"));
	assert_string_equal(info(world, finding, "generator"), "65537");
	assert_string_equal(info(world, finding, "key_algorithm"), "RSA");
	assert_true(strtod(info(world, finding, "log2_chance"), NULL) < -90);
	assert_non_null(strstr(info(world, finding, "primorial"), "primes<="));
	assert_true(
	    strspn(info(world, finding, "logarithm"), "0123456789") == strlen(info(world, finding, "logarithm")));
	assert_non_null(strstr(info(world, finding, "reproduce"), "65537^logarithm"));

	finding = find(world, task, debian, DEBIAN_CODE);
	assert_non_null(finding);
	assert_string_equal(info(world, finding, "architecture"), "le64");
	assert_string_equal(info(world, finding, "randfile"), "rnd");
	assert_string_equal(info(world, finding, "pid"), "4711");
	assert_string_equal(info(world, finding, "key_bits"), "2048");
	assert_string_equal(info(world, finding, "reproduce"),
	    "keyassay debian key --type rsa:2048 --architecture le64 --randfile rnd --pid 4711");

	finding = find(world, task, device, DEBIAN_CODE);
	assert_non_null(finding);
	assert_int_equal(finding->resource_type, KA_RESOURCE_DEVICE);
	assert_string_equal(finding->check_name, DEVICE_KEYS);
}

/* Keys that others made: KEYASSAY_VECTORS. */
static void
test_vectors(void **state)
{
	struct world *world = *state;
	const char *vectors = getenv("KEYASSAY_VECTORS");
	char line[4096];
	unsigned num_weak = 0, num_sound = 0;

	if (vectors == NULL)
		skip();
	FILE *file = fopen(ka_arena_format(&world->arena, "%s/roca/generated.csv", vectors), "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		unsigned bits;
		char class[16], hex[2100];

		if (sscanf(line, "%15[^,],%u,%2099[0-9a-f]", class, &bits, hex) != 3 || bits != 2048)
			continue;
		(void)add_ca(world, modulus_cert(world, hex), NULL);
		if (strcmp(class, "roca") == 0)
			num_weak++;
		else
			num_sound++;
	}
	(void)fclose(file);
	file = fopen(ka_arena_format(&world->arena, "%s/debian-weak/rsa-2048.csv", vectors), "r");
	assert_non_null(file);
	for (unsigned i = 0; i < 20 && fgets(line, sizeof(line), file) != NULL; i++) {
		char hex[2100];

		if (sscanf(line, "%*[^,],%*[^,],%*u,%2099[0-9a-f]", hex) != 1)
			continue;
		(void)add_ca(world, modulus_cert(world, hex), NULL);
		num_weak++;
	}
	(void)fclose(file);
	assert_true(num_weak >= 79 && num_sound >= 100);
	const char *task = audit(world, (const char *[]){ CA_KEYS, NULL });
	assert_counts(world, task, CA_KEYS, KA_RUN_COMPLETED_NON_COMPLIANT, num_weak + num_sound, num_weak, 0);
	assert_null(get_check(world, task, CA_KEYS).message);
}

/* Which certificates are looked at: those in use, of this account and region, registered before the task. */
static void
test_population(void **state)
{
	struct world *world = *state;
	struct ka_slice roca = example_cert(world, "roca");

	(void)add_ca(world, roca, &(struct options){ .scope = &other_scope });
	(void)add_ca(world, debian_cert(world, "rsa:1024", 1), &(struct options){ .status = KA_CA_INACTIVE });
	const char *moving =
	    add_ca(world, debian_cert(world, "rsa:1024", 2), &(struct options){ .status = KA_CA_PENDING_TRANSFER });
	for (int status = KA_DEVICE_ACTIVE; status <= KA_DEVICE_PENDING_ACTIVATION; status++)
		(void)add_device(world, debian_cert(world, "rsa:1024", 10 + (unsigned)status),
		    &(struct options){ .status = status });
	const char *task = add_task(world, NULL, (const char *[]){ CA_KEYS, DEVICE_KEYS, NULL });
	(void)add_ca(world, roca, NULL);
	(void)add_device(world, roca, NULL);
	run_engine(world, task, &(struct ka_engine_options){ .poll_ms = 5 });
	assert_counts(world, task, CA_KEYS, KA_RUN_COMPLETED_NON_COMPLIANT, 1, 1, 0);
	assert_non_null(find(world, task, moving, DEBIAN_CODE));
	assert_counts(world, task, DEVICE_KEYS, KA_RUN_COMPLETED_NON_COMPLIANT, 2, 2, 0);
}

static void
test_expiring(void **state)
{
	struct world *world = *state;
	struct row {
		int64_t not_after;
		const char *code; /* for 30 days */
	};
	const struct row rows[] = {
		{ NOW - days(1), "CERTIFICATE_PAST_EXPIRATION" },
		{ NOW - 1, "CERTIFICATE_PAST_EXPIRATION" },
		{ NOW, "CERTIFICATE_APPROACHING_EXPIRATION" }, /* RFC 5280 4.1.2.5: valid through notAfter */
		{ NOW + days(30), "CERTIFICATE_APPROACHING_EXPIRATION" },
		{ NOW + days(30) + 1, NULL },
		{ NOW + days(40), NULL },
	};
	const char *cas[6], *devices[6];

	for (size_t i = 0; i < 6; i++) {
		const struct options options = { .not_after = rows[i].not_after };

		cas[i] = add_ca(world, random_cert(world, 512), &options);
		devices[i] = add_device(world, random_cert(world, 512), &options);
	}
	world->task_start = NOW;
	const char *task = audit(world, (const char *[]){ CA_EXPIRING, DEVICE_EXPIRING, NULL });
	for (size_t i = 0; i < 6; i++) {
		if (rows[i].code == NULL)
			continue;
		const struct ka_finding_row *finding = find(world, task, cas[i], rows[i].code);
		assert_non_null(finding);
		assert_int_equal(finding->severity, KA_SEVERITY_MEDIUM);
		assert_int_equal(strtoll(info(world, finding, "EXPIRATION_TIME"), NULL, 10), rows[i].not_after);
		assert_non_null(find(world, task, devices[i], rows[i].code));
	}
	assert_counts(world, task, CA_EXPIRING, KA_RUN_COMPLETED_NON_COMPLIANT, 6, 4, 0);
	assert_counts(world, task, DEVICE_EXPIRING, KA_RUN_COMPLETED_NON_COMPLIANT, 6, 4, 0);
	/* The device check's threshold can be set. */
	task =
	    audit(world, (const char *[]){ DEVICE_EXPIRING "={\"CERT_EXPIRATION_THRESHOLD_IN_DAYS\":\"40\"}", NULL });
	assert_counts(world, task, DEVICE_EXPIRING, KA_RUN_COMPLETED_NON_COMPLIANT, 6, 6, 0);
}

static void
test_age(void **state)
{
	struct world *world = *state;

	(void)add_device(world, random_cert(world, 512), &(struct options){ .created = NOW - days(365) + 1 });
	const char *old = add_device(world, random_cert(world, 512), &(struct options){ .created = NOW - days(365) });
	world->task_start = NOW;
	const char *task = audit(world, (const char *[]){ DEVICE_AGE, NULL });
	assert_counts(world, task, DEVICE_AGE, KA_RUN_COMPLETED_NON_COMPLIANT, 2, 1, 0);
	const struct ka_finding_row *finding = find(world, task, old, "CERTIFICATE_PAST_AGE_THRESHOLD");
	assert_non_null(finding);
	assert_int_equal(finding->severity, KA_SEVERITY_LOW);
	assert_string_equal(info(world, finding, "AGE_IN_DAYS"), "365");
	task = audit(world, (const char *[]){ DEVICE_AGE "={\"CERT_AGE_THRESHOLD_IN_DAYS\":\"364\"}", NULL });
	assert_counts(world, task, DEVICE_AGE, KA_RUN_COMPLETED_NON_COMPLIANT, 2, 2, 0);
	task = audit(world, (const char *[]){ DEVICE_AGE "={\"CERT_AGE_THRESHOLD_IN_DAYS\":\"3652\"}", NULL });
	assert_counts(world, task, DEVICE_AGE, KA_RUN_COMPLETED_COMPLIANT, 2, 0, 0);
}

static void
test_configuration_refused(void **state)
{
	static const char *const bad[] = { "[]", "{", "{\"CERT_AGE_THRESHOLD_IN_DAYS\":365}",
		"{\"CERT_AGE_THRESHOLD_IN_DAYS\":\"29\"}", "{\"CERT_AGE_THRESHOLD_IN_DAYS\":\"3653\"}",
		"{\"CERT_AGE_THRESHOLD_IN_DAYS\":\"\"}", "{\"CERT_AGE_THRESHOLD_IN_DAYS\":\"40d\"}",
		"{\"CERT_AGE_THRESHOLD_IN_DAYS\":\"-40\"}",
		"{\"CERT_AGE_THRESHOLD_IN_DAYS\":\"99999999999999999999\"}" };
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		/* "[]" has no such member: the default. */
		bool is_default = i == 0;
		const char *check = ka_arena_format(&world->arena, DEVICE_AGE "=%s", bad[i]);
		const char *task = audit(world, (const char *[]){ check, NULL });
		struct ka_task_check_row row = get_check(world, task, DEVICE_AGE);

		assert_int_equal(row.status, is_default ? KA_RUN_COMPLETED_COMPLIANT : KA_RUN_FAILED);
		if (!is_default)
			assert_non_null(
			    strstr(row.message, "CERT_AGE_THRESHOLD_IN_DAYS as a number of days from 30 to 3652"));
	}
}

/* A name that AWS has and keyassay has not; a task fails when all its checks do. */
static void
test_missing_checks(void **state)
{
	struct world *world = *state;
	unsigned num = 0;

	for (const struct ka_audit_check *check = ka_audit_checks(); check->name != NULL; check++, num++) {
		assert_ptr_equal(ka_audit_check_by_name(check->name), check);
		const char *task = audit(world, (const char *[]){ check->name, NULL });
		struct ka_task_check_row row = get_check(world, task, check->name);

		assert_int_equal(row.status, check->judge == NULL ? KA_RUN_FAILED : KA_RUN_COMPLETED_COMPLIANT);
		assert_int_equal(
		    get_task(world, task).status, check->judge == NULL ? KA_TASK_FAILED : KA_TASK_COMPLETED);
		if (check->judge == NULL)
			assert_non_null(strstr(row.message, "does not have this check"));
	}
	assert_int_equal(num, 17);
	assert_null(ka_audit_check_by_name("NO_SUCH_CHECK"));
	const char *task = audit(world, (const char *[]){ "LOGGING_DISABLED_CHECK", CA_KEYS, NULL });
	assert_int_equal(get_task(world, task).status, KA_TASK_COMPLETED);
	assert_int_equal(get_check(world, task, "LOGGING_DISABLED_CHECK").status, KA_RUN_FAILED);
	assert_int_equal(get_check(world, task, CA_KEYS).status, KA_RUN_COMPLETED_COMPLIANT);
}

static void
test_suppressions(void **state)
{
	struct world *world = *state;
	const char *roca = add_ca(world, example_cert(world, "roca"), NULL);
	const char *debian = add_ca(world, debian_cert(world, "rsa:1024", 9), NULL);

	suppress(world, CA_KEYS, "caCertificateId", roca, 0);
	suppress(world, CA_EXPIRING, "caCertificateId", debian, 0);         /* another check */
	suppress(world, CA_KEYS, "deviceCertificateId", debian, 0);         /* another resource */
	suppress(world, CA_KEYS, "caCertificateId", debian, NOW - days(1)); /* over */
	const char *task = audit(world, (const char *[]){ CA_KEYS, NULL });
	assert_counts(world, task, CA_KEYS, KA_RUN_COMPLETED_NON_COMPLIANT, 2, 2, 1);
	assert_true(find(world, task, roca, ROCA_CODE)->suppressed);
	assert_false(find(world, task, debian, DEBIAN_CODE)->suppressed);
	/* All that is found is suppressed: compliant. */
	const char *other = add_device(world, debian_cert(world, "rsa:1024", 10), NULL);
	suppress(world, DEVICE_KEYS, "deviceCertificateId", other, ka_clock_now() + days(1));
	task = audit(world, (const char *[]){ DEVICE_KEYS, NULL });
	assert_counts(world, task, DEVICE_KEYS, KA_RUN_COMPLETED_COMPLIANT, 1, 1, 1);
	assert_true(find(world, task, other, DEBIAN_CODE)->suppressed);
	set_clock(world, ka_clock_now() + days(2));
	task = audit(world, (const char *[]){ DEVICE_KEYS, NULL });
	assert_counts(world, task, DEVICE_KEYS, KA_RUN_COMPLETED_NON_COMPLIANT, 1, 1, 0);
}

/* What could not be decided is never silently compliant. */
static void
test_undecided(void **state)
{
	struct world *world = *state;
	struct ka_slice cut = example_cert(world, "sound");

	for (unsigned i = 0; i < 5; i++)
		(void)add_ca(world, random_cert(world, 1530), NULL);
	(void)add_ca(world, random_cert(world, 2222), NULL);
	(void)add_ca(world, random_cert(world, 2048), NULL);
	cut.len -= 7;
	(void)add_ca(world, cut, NULL);
	(void)add_ca(world, (struct ka_slice){ (const uint8_t *)"", 0 }, NULL);
	(void)add_ca(world, (struct ka_slice){ (const uint8_t *)"no certificate", 14 }, NULL);
	const char *task = add_task(world, NULL, (const char *[]){ CA_KEYS, CA_EXPIRING, NULL });
	run_engine(world, task, &(struct ka_engine_options){ .poll_ms = 5, .chunk = 2 });
	assert_counts(world, task, CA_KEYS, KA_RUN_COMPLETED_COMPLIANT, 10, 0, 0);
	const char *message = get_check(world, task, CA_KEYS).message;
	assert_non_null(strstr(message, "9 of 10 certificates could not be decided"));
	assert_non_null(strstr(message, " 5: debian-weak: no table"));
	assert_non_null(strstr(message, "(RSA-1530)"));
	assert_non_null(strstr(message, " 1: debian-weak: no table"));
	assert_non_null(strstr(message, "(RSA-2222)"));
	assert_non_null(strstr(message, "cannot be read: der.t"));
	/* Its dates are in the row: this check decides all of them. */
	assert_counts(world, task, CA_EXPIRING, KA_RUN_COMPLETED_COMPLIANT, 10, 0, 0);
	assert_null(get_check(world, task, CA_EXPIRING).message);
}

/* A hit in a table that nothing can confirm is no finding, and not compliant in silence. */
static void
test_no_prover(void **state)
{
	struct world *world = *state;

	(void)add_ca(world, debian_cert(world, "rsa:1024", 77), NULL);
	ka_ctx_set_prover(world->ctx, NULL, NULL);
	const char *task = audit(world, (const char *[]){ CA_KEYS, NULL });
	assert_counts(world, task, CA_KEYS, KA_RUN_COMPLETED_COMPLIANT, 1, 0, 0);
	assert_non_null(strstr(get_check(world, task, CA_KEYS).message, "nothing is set up to confirm it (RSA-1024)"));
}

/* More findings than a step stores, more certificates than a chunk has. */
static void
test_many(void **state)
{
	struct world *world = *state;
	size_t num;

	for (unsigned i = 0; i < 700; i++)
		(void)add_device(world, random_cert(world, 512), &(struct options){ .not_after = NOW - days(1) });
	const char *task = add_task(world, NULL, (const char *[]){ DEVICE_EXPIRING, DEVICE_KEYS, NULL });
	run_engine(world, task, &(struct ka_engine_options){ .poll_ms = 5, .num_workers = 3, .chunk = 97 });
	assert_counts(world, task, DEVICE_EXPIRING, KA_RUN_COMPLETED_NON_COMPLIANT, 700, 700, 0);
	assert_int_equal(get_check(world, task, DEVICE_KEYS).total, 700);
	(void)get_findings(world, &num, task);
	assert_int_equal(num, 700);
	task = audit(world, (const char *[]){ DEVICE_EXPIRING, NULL });
	assert_counts(world, task, DEVICE_EXPIRING, KA_RUN_COMPLETED_NON_COMPLIANT, 700, 700, 0);
}

static void
test_finding_id(void **state)
{
	struct world *world = *state;
	char id[33], other[33];
	const char *task = "0123456789abcdef0123456789abcdef";

	/* printf '%s\n' TASK CHECK caCertificateId RESOURCE CODE | sha256sum | cut -c1-32 */
	ka_finding_id(id, world->crypto, task, CA_KEYS, KA_RESOURCE_CA, "r", ROCA_CODE);
	assert_string_equal(id, "263e27b3dfb67b847b9a60f3fa845269");
	ka_finding_id(other, world->crypto, task, CA_KEYS, KA_RESOURCE_DEVICE, "r", ROCA_CODE);
	assert_string_not_equal(id, other);
	ka_finding_id(other, world->crypto, task, CA_KEYS, KA_RESOURCE_CA, "s", ROCA_CODE);
	assert_string_not_equal(id, other);
	ka_finding_id(other, world->crypto, task, CA_KEYS, KA_RESOURCE_CA, "r", DEBIAN_CODE);
	assert_string_not_equal(id, other);
	ka_finding_id(other, world->crypto, task, CA_EXPIRING, KA_RESOURCE_CA, "r", ROCA_CODE);
	assert_string_not_equal(id, other);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing_registered, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_weak_keys, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_vectors, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_population, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_expiring, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_age, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_configuration_refused, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_missing_checks, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_suppressions, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_undecided, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_no_prover, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_many, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_finding_id, world_open, world_close),
	};

	if (argc != 3) {
		fprintf(stderr, "usage: %s EXAMPLES TABLES\n", argv[0]);
		return 2;
	}
	examples_dir = argv[1];
	tables_dir = argv[2];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
