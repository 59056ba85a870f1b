/* SPDX-License-Identifier: Apache-2.0 */
#include "server/action/action_world_test.h"

#include <ftw.h>
#include <time.h>
#include <unistd.h>

#include "server/clock.h"

const struct ka_scope test_scope = { "123456789012", "eu-west-1" };

#define DEFINITION(name, id, params) \
	"{\"name\":\"" name "\",\"id\":\"" id "\",\"roleArn\":\"arn:aws:iam::1:role/x\",\"actionParams\":{" params "}" \
	"}"
const char definitions[] =
    "[" DEFINITION("off-ca", "id-0", "\"updateCACertificateParams\":{\"action\":\"DEACTIVATE\"}") "," DEFINITION(
	"off-device", "id-1", "\"updateDeviceCertificateParams\":{\"action\":\"DEACTIVATE\"}") "," DEFINITION("tell",
	"id-2", "\"publishFindingToSnsParams\":{\"topicArn\":\"" TOPIC "\"}") "," DEFINITION("things", "id-3",
	"\"addThingsToThingGroupParams\":{\"thingGroupNames\":[\"g\"]}") "]";

/* --- the world ---------------------------------------------------------------------------------------------------- */

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

	assert_non_null(world);
	(void)snprintf(world->dir, sizeof(world->dir), "/tmp/keyassay-action-XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	(void)snprintf(world->clock, sizeof(world->clock), "%s/clock", world->dir);
	assert_int_equal(setenv("KEYASSAYD_TEST_CLOCK", world->clock, 1), 0);
	set_clock(world, START);
	(void)snprintf(world->url, sizeof(world->url), "sqlite:%s/keyassay.db", world->dir);
	world->server.store = ka_store_open(message, world->url, KA_STORE_CREATE);
	if (world->server.store == NULL)
		fail_msg("%s", message);
	ka_store_log_key(world->server.store, (const uint8_t[32]){ "a key for tests" });
	assert_true(ka_store_log_begin(world->server.store, message, KA_LOG_BEGIN));
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
	ka_crypto_free(world->crypto);
	ka_arena_clear(&world->arena);
	(void)nftw(world->dir, remove_file, 8, FTW_DEPTH | FTW_PHYS);
	free(world);
	return 0;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

const char *
cert_id(struct world *world, unsigned number)
{
	return ka_arena_format(&world->arena, "%064x", number + 1);
}

const char *
finding_id(struct world *world, unsigned number)
{
	/* Ids are hashes: their order is not that of finding. */
	return ka_arena_format(&world->arena, "%08x%024x", (number + 1) * 2654435761u, number);
}

/* All that a transaction of a test may take or give. */
struct job {
	struct world *world;
	const char *id, *other;
	const void *row;
	const char *deactivated_by;
	int64_t number;
	struct ka_ca_row ca;
	struct ka_device_row device;
	struct ka_mitigation_row task;
	struct ka_mitigation_check_row *counts;
	struct ka_execution_row *executions;
	struct ka_outbox_row *messages;
	struct ka_log_row *entries;
	size_t num;
};

static void
must(struct job *job, ka_tx_fn fn)
{
	assert_int_equal(ka_store_write(job->world->server.store, fn, job), KA_STORE_OK);
}

static enum ka_store_status
insert_ca(struct ka_tx *tx, void *arg)
{
	struct job *job = arg;

	return ka_tx_ca_insert(tx, NULL, &test_scope, &job->ca);
}

void
add_ca(struct world *world, unsigned number, enum ka_ca_status status, const char *deactivated_by)
{
	static const uint8_t der[] = "der";
	struct job job = { .world = world,
		.ca = { .status = status,
		    .mode = KA_MODE_SNI_ONLY,
		    .der = { der, 3 },
		    .created = START - 1000,
		    .modified = START - 1000,
		    .customer_version = 1,
		    .generation_id = "g",
		    .deactivated_by = deactivated_by,
		    .transfer_to = status == KA_CA_PENDING_TRANSFER ? "999999999999" : NULL } };

	strcpy(job.ca.id, cert_id(world, number));
	must(&job, insert_ca);
}

static enum ka_store_status
insert_device(struct ka_tx *tx, void *arg)
{
	struct job *job = arg;

	return ka_tx_device_insert(tx, NULL, &test_scope, &job->device);
}

void
add_device(struct world *world, unsigned number, enum ka_device_status status, unsigned ca)
{
	static const uint8_t der[] = "der";
	struct job job = { .world = world,
		.device = { .status = status,
		    .mode = KA_MODE_SNI_ONLY,
		    .der = { der, 3 },
		    .created = START - 1000,
		    .modified = START - 1000,
		    .customer_version = 1,
		    .generation_id = "g",
		    .transfer_to = status == KA_DEVICE_PENDING_TRANSFER ? "999999999999" : NULL } };

	strcpy(job.device.id, cert_id(world, number));
	strcpy(job.device.ca_id, cert_id(world, ca));
	must(&job, insert_device);
}

static enum ka_store_status
insert_finding(struct ka_tx *tx, void *arg)
{
	struct job *job = arg;

	return ka_tx_finding_insert(tx, &test_scope, job->row);
}

void
add_finding(struct world *world, unsigned number, const char *check_name, enum ka_resource_type type, unsigned resource,
    const char *reason_code, bool suppressed)
{
	struct ka_finding_row row = { .check_name = check_name,
		.task_started = START - 900,
		.found = START - 800 + number / 3,
		.severity = KA_SEVERITY_CRITICAL,
		.resource_type = type,
		.reason = "The key is weak.",
		.reason_code = reason_code,
		.additional_info = "{}",
		.suppressed = suppressed };
	struct job job = { .world = world, .row = &row };

	strcpy(row.id, finding_id(world, number));
	strcpy(row.task_id, AUDIT);
	strcpy(row.resource_id, cert_id(world, resource));
	must(&job, insert_finding);
}

static enum ka_store_status
insert_suppression(struct ka_tx *tx, void *arg)
{
	struct job *job = arg;

	return ka_tx_suppression_insert(tx, &test_scope, job->row);
}

void
suppress(struct world *world, const char *check_name, unsigned ca, int64_t expiration)
{
	const char *id = cert_id(world, ca);
	const struct ka_suppression_row row = { .check_name = check_name,
		.resource = ka_arena_format(&world->arena, "{\"caCertificateId\":\"%s\"}", id),
		.expiration = expiration,
		.indefinitely = expiration == 0,
		.token = id };
	struct job job = { .world = world, .row = &row };

	must(&job, insert_suppression);
}

static enum ka_store_status
remove_ca(struct ka_tx *tx, void *arg)
{
	struct job *job = arg;

	return ka_tx_ca_delete(tx, &test_scope, job->id);
}

void
delete_ca(struct world *world, unsigned number)
{
	struct job job = { .world = world, .id = cert_id(world, number) };

	must(&job, remove_ca);
}

/* Retention works by time: this one's time is over, and those of the numbers before. */
static enum ka_store_status
purge_findings(struct ka_tx *tx, void *arg)
{
	struct job *job = arg;
	uint64_t num;

	return ka_tx_purge(tx, &num, job->number, 100);
}

void
delete_finding(struct world *world, unsigned number)
{
	struct job job = { .world = world, .number = START - 800 + number / 3 + 1 };

	must(&job, purge_findings);
}

/* --- tasks -------------------------------------------------------------------------------------------------------- */

static enum ka_store_status
insert_task(struct ka_tx *tx, void *arg)
{
	static const struct ka_mitigation_check_row counts[] = { { CA_KEYS, 0, 0, 0, 0, 0 },
		{ CA_EXPIRING, 0, 0, 0, 0, 0 }, { DEVICE_KEYS, 0, 0, 0, 0, 0 } };
	struct job *job = arg;
	int64_t seq;

	return ka_tx_mitigation_insert(tx, &seq, &test_scope, &job->task, counts, 3);
}

void
start_task(
    struct world *world, const char *id, const char *mapping, const char *filter, const char *ids, const char *checks)
{
	struct job job = { .world = world,
		.task = { .id = id,
		    .token = id,
		    .status = KA_TASK_IN_PROGRESS,
		    .started = ka_clock_now(),
		    .audit_task = ids == NULL ? AUDIT : NULL,
		    .mapping = mapping,
		    .actions = definitions,
		    .listed_checks = checks } };

	job.task.target = ids != NULL ? ka_arena_format(&world->arena, "{\"findingIds\":%s}", ids)
	    : filter != NULL          ? ka_arena_format(&world->arena,
					    "{\"auditTaskId\":\"" AUDIT "\",\"auditCheckToReasonCodeFilter\":%s}", filter)
				      : "{\"auditTaskId\":\"" AUDIT "\"}";
	must(&job, insert_task);
}

static enum ka_store_status
cancel(struct ka_tx *tx, void *arg)
{
	struct job *job = arg;
	enum ka_store_status status = ka_tx_mitigation_get(tx, &job->task, &job->world->arena, &test_scope, job->id);

	job->task.cancel_requested = true;
	return status == KA_STORE_OK ? ka_tx_mitigation_update(tx, &job->task) : status;
}

void
cancel_task(struct world *world, const char *id)
{
	struct job job = { .world = world, .id = id };

	must(&job, cancel);
}

/* --- what the store has ------------------------------------------------------------------------------------------- */

static enum ka_store_status
read_ca(struct ka_tx *tx, void *arg)
{
	struct job *job = arg;

	return ka_tx_ca_get(tx, &job->ca, &job->world->arena, &test_scope, job->id);
}

struct ka_ca_row
get_ca(struct world *world, unsigned number)
{
	struct job job = { .world = world, .id = cert_id(world, number) };

	assert_int_equal(ka_store_read(world->server.store, read_ca, &job), KA_STORE_OK);
	return job.ca;
}

static enum ka_store_status
read_device(struct ka_tx *tx, void *arg)
{
	struct job *job = arg;

	return ka_tx_device_get(tx, &job->device, &job->world->arena, &test_scope, job->id);
}

struct ka_device_row
get_device(struct world *world, unsigned number)
{
	struct job job = { .world = world, .id = cert_id(world, number) };

	assert_int_equal(ka_store_read(world->server.store, read_device, &job), KA_STORE_OK);
	return job.device;
}

static enum ka_store_status
read_task(struct ka_tx *tx, void *arg)
{
	struct job *job = arg;
	struct ka_arena *arena = &job->world->arena;
	enum ka_store_status status = ka_tx_mitigation_get(tx, &job->task, arena, &test_scope, job->id);

	if (status == KA_STORE_OK && job->other != NULL)
		return ka_tx_execution_list(tx, &job->executions, &job->num, arena, job->task.seq, job->other);
	return status == KA_STORE_OK ? ka_tx_mitigation_checks(tx, &job->counts, &job->num, arena, job->task.seq)
				     : status;
}

struct ka_mitigation_row
get_task(struct world *world, const char *id)
{
	struct job job = { .world = world, .id = id };

	assert_int_equal(ka_store_read(world->server.store, read_task, &job), KA_STORE_OK);
	return job.task;
}

struct ka_mitigation_check_row
get_counts(struct world *world, const char *id, const char *check_name)
{
	struct job job = { .world = world, .id = id };

	assert_int_equal(ka_store_read(world->server.store, read_task, &job), KA_STORE_OK);
	for (size_t i = 0; i < job.num; i++)
		if (strcmp(job.counts[i].check_name, check_name) == 0)
			return job.counts[i];
	fail_msg("the task has no counts of %s", check_name);
	return job.counts[0];
}

struct ka_execution_row *
get_executions(struct world *world, size_t *out_num, const char *id, unsigned finding)
{
	struct job job = { .world = world, .id = id, .other = finding_id(world, finding) };

	assert_int_equal(ka_store_read(world->server.store, read_task, &job), KA_STORE_OK);
	*out_num = job.num;
	return job.executions;
}

const char *
executions_of(struct world *world, const char *id, unsigned finding)
{
	static const char *const names[] = { "", "IN_PROGRESS", "COMPLETED", "FAILED", "CANCELED", "SKIPPED",
		"PENDING" };
	const char *text = "";
	size_t num;
	struct ka_execution_row *rows = get_executions(world, &num, id, finding);

	for (size_t i = 0; i < num; i++) {
		assert_int_equal(rows[i].position, i);
		assert_true(rows[i].applied >= START);
		text = ka_arena_format(&world->arena, "%s%s%s", text, i == 0 ? "" : " ", names[rows[i].status]);
	}
	return text;
}

static enum ka_store_status
read_outbox(struct ka_tx *tx, void *arg)
{
	struct job *job = arg;
	const struct ka_outbox_filter all = { 0 };
	const struct ka_page page = { .ascending = true, .limit = 100000 };

	return ka_tx_outbox_list(tx, &job->messages, &job->num, &job->world->arena, &all, &page);
}

struct ka_outbox_row *
get_outbox(struct world *world, size_t *out_num)
{
	struct job job = { .world = world };

	assert_int_equal(ka_store_read(world->server.store, read_outbox, &job), KA_STORE_OK);
	*out_num = job.num;
	return job.messages;
}

static enum ka_store_status
read_log(struct ka_tx *tx, void *arg)
{
	struct job *job = arg;
	const struct ka_log_filter all = { 0 };
	const struct ka_page page = { .ascending = true, .limit = 100000 };

	return ka_tx_log_list(tx, &job->entries, &job->num, &job->world->arena, &test_scope, &all, &page);
}

struct ka_log_row *
get_log(struct world *world, size_t *out_num)
{
	struct job job = { .world = world };

	assert_int_equal(ka_store_read(world->server.store, read_log, &job), KA_STORE_OK);
	*out_num = job.num;
	return job.entries;
}

/* --- a worker by hand --------------------------------------------------------------------------------------------- */

struct ka_action_step
new_worker(struct world *world, const char *name, uint32_t chunk)
{
	return (struct ka_action_step){
		.crypto = world->crypto, .scope = test_scope, .worker = name, .lease_ms = 30000, .chunk = chunk
	};
}

static enum ka_store_status
claim(struct ka_tx *tx, void *arg)
{
	struct job *job = arg;

	return ka_tx_mitigation_claim(
	    tx, &job->task, &job->world->arena, job->id, ka_clock_now(), ka_clock_now() + 30000);
}

bool
take(struct world *world, struct ka_action_step *step)
{
	struct job job = { .world = world, .id = step->worker };
	enum ka_store_status status = ka_store_write(world->server.store, claim, &job);

	if (status == KA_STORE_OK)
		step->task_id = job.task.id;
	return status == KA_STORE_OK;
}

enum ka_action_outcome
do_step(struct world *world, struct ka_action_step *step)
{
	assert_int_equal(ka_store_write(world->server.store, ka_action_step, step), KA_STORE_OK);
	return step->outcome;
}

static enum ka_store_status
die(struct ka_tx *tx, void *arg)
{
	enum ka_store_status status = ka_action_step(tx, arg);

	return status == KA_STORE_OK ? KA_STORE_ABORTED : status;
}

void
do_step_and_die(struct world *world, struct ka_action_step *step)
{
	assert_int_equal(ka_store_write(world->server.store, die, step), KA_STORE_ABORTED);
}

void
finish(struct world *world, struct ka_action_step *step)
{
	while (do_step(world, step) == KA_ACTION_CONTINUES)
		;
	assert_int_equal(step->outcome, KA_ACTION_ENDED);
}

void
run_engine(struct world *world, const char *id, const struct ka_action_options *options)
{
	int64_t start = ka_clock_monotonic();
	struct ka_action_options with_worker = *options;

	if (options->num_workers == 0)
		with_worker.num_workers = 1;
	struct ka_action_engine *engine = ka_action_engine_start(&world->server, &with_worker);

	assert_non_null(engine);
	while (get_task(world, id).status == KA_TASK_IN_PROGRESS) {
		assert_true(ka_clock_monotonic() - start < 60000000000);
		(void)usleep(2000);
	}
	ka_action_engine_stop(engine);
}
