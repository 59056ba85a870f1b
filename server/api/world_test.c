/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/world_test.h"

#include <ftw.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/pki/pki.h"
#include "server/sigv4/auth.h"

const struct ka_scope test_scope = { TEST_ACCOUNT, TEST_REGION };

struct ka_scope
world_scope(const struct world *world)
{
	return (struct ka_scope){ world->account, world->region };
}

/* --- in the place of others: the linker's --wrap (meson.build) ------------------------------------------------------------ */

enum ka_api_error __wrap_ka_auth_verify(struct ka_identity *out, const char **out_message, struct ka_arena *arena,
    struct ka_auth *auth, const struct ka_raw_request *raw, int64_t now);
int64_t __real_ka_clock_now(void);
int64_t __wrap_ka_clock_now(void);

static const char *
header(const struct ka_raw_request *raw, const char *name)
{
	for (size_t i = 0; i < raw->num_headers; i++)
		if (strcmp(raw->headers[i].name, name) == 0)
			return raw->headers[i].value;
	fail_msg("no header %s", name);
	return "";
}

/* Who asks is what the headers say. */
enum ka_api_error
__wrap_ka_auth_verify(struct ka_identity *out, const char **out_message, struct ka_arena *arena, struct ka_auth *auth,
    const struct ka_raw_request *raw, int64_t now)
{
	struct ka_identity identity = { 0 };

	(void)arena;
	(void)auth;
	(void)now;
	if (!ka_role_by_name(&identity.role, header(raw, "role"))) {
		*out_message = "who are you?";
		return KA_API_MISSING_AUTHENTICATION_TOKEN;
	}
	(void)snprintf(identity.account, sizeof(identity.account), "%s", header(raw, "account"));
	(void)snprintf(identity.region, sizeof(identity.region), "%s", header(raw, "region"));
	(void)snprintf(identity.access_key_id, sizeof(identity.access_key_id), "%s", header(raw, "key"));
	*out = identity;
	return KA_API_OK;
}

/* What the world's time is for the request that this thread makes; 0: the time as it is. */
static _Thread_local int64_t time_of_request;

int64_t
__wrap_ka_clock_now(void)
{
	return time_of_request != 0 ? time_of_request : __real_ka_clock_now();
}

/* --- set-up --------------------------------------------------------------------------------------------------------------- */

void
world_init(struct world *world)
{
	static const uint8_t key[KA_SECRET_KEY_LEN] = "a key for tests";
	char message[KA_STORE_MESSAGE_LEN] = "", url[128];

	*world = (struct world){ .account = TEST_ACCOUNT,
		.region = TEST_REGION,
		.key = TEST_KEY,
		.role = "admin",
		.content_type = "application/json" };
	strcpy(world->dir, "/tmp/keyassay-api-XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	(void)snprintf(url, sizeof(url), "sqlite:%s/keyassay.db", world->dir);
	world->server.store = ka_store_open(message, url, KA_STORE_CREATE);
	if (world->server.store == NULL)
		fail_msg("%s", message);
	ka_store_log_key(world->server.store, key);
	assert_true(ka_store_log_begin(world->server.store, message, KA_LOG_BEGIN));
	world->server.auth = ka_auth_new(key, world->server.store);
	assert_true(ka_pki_create(message, world->server.auth, world->dir));
	world->server.pki = ka_pki_load(message, world->server.auth, world->dir);
	assert_non_null(world->server.pki);
	world->ctx = ka_ctx_new();
	world->server.ctx = world->ctx;
	world->server.host = "127.0.0.1:8400";
	world->server.default_account = TEST_ACCOUNT;
}

static int
remove_entry(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
world_clear(struct world *world)
{
	json_decref(world->json);
	ka_pki_free(world->server.pki);
	ka_auth_free(world->server.auth);
	ka_store_close(world->server.store);
	ka_ctx_free(world->ctx);
	ka_arena_clear(&world->arena);
	assert_int_equal(nftw(world->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

int
world_open(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world_init(world);
	*state = world;
	return 0;
}

int
world_close(void **state)
{
	world_clear(*state);
	free(*state);
	return 0;
}

/* --- requests ------------------------------------------------------------------------------------------------------------- */

const char *
call(struct world *world, const char *method, const char *path, const char *query, const char *body)
{
	const struct ka_raw_header headers[] = {
		{ "role", world->role },
		{ "account", world->account },
		{ "region", world->region },
		{ "key", world->key },
		{ "content-type", world->content_type },
	};
	const struct ka_raw_request raw = {
		.method = method,
		.path = path,
		.query = query == NULL ? "" : query,
		.headers = headers,
		.num_headers = sizeof(headers) / sizeof(headers[0]),
		.body = { (const uint8_t *)body, body == NULL ? 0 : strlen(body) },
		.request_id = "test-request",
		.peer = "test",
	};
	struct ka_api_result result;

	time_of_request = world->now;
	ka_api_handle(&result, &world->server, &world->arena, &raw);
	time_of_request = 0;
	world->status = result.status;
	world->error_type = result.error_type;
	world->allow = result.allow;
	world->operation = result.operation;
	world->text = ka_arena_text(&world->arena, result.body.data, result.body.len);
	ka_buf_clear(&result.body);
	json_decref(world->json);
	world->json = json_loads(world->text, JSON_REJECT_DUPLICATES, NULL);
	if (world->json == NULL)
		fail_msg("%s %s: the reply is not JSON: %s", method, path, world->text);
	return world->error_type == NULL ? "" : world->error_type;
}

void
call_ok(struct world *world, const char *method, const char *path, const char *query, const char *body)
{
	if (call(world, method, path, query, body)[0] != '\0' || world->status != 200)
		fail_msg("%s %s?%s %s: %u %s", method, path, query == NULL ? "" : query, body == NULL ? "" : body,
		    world->status, world->text);
}

void
call_error(struct world *world, const char *method, const char *path, const char *query, const char *body,
    const char *error_type, const char *message_part)
{
	if (strcmp(call(world, method, path, query, body), error_type) != 0 ||
	    strstr(text_at(world, "message"), message_part) == NULL)
		fail_msg("%s %s?%s %s: wanted %s with \"%s\", got %u %s %s", method, path, query == NULL ? "" : query,
		    body == NULL ? "" : body, error_type, message_part, world->status, world->error_type, world->text);
}

const char *
body_of(struct world *world, const char *name, ...)
{
	json_t *object = json_object();
	va_list args;

	va_start(args, name);
	for (; name != NULL; name = va_arg(args, const char *))
		assert_int_equal(json_object_set_new(object, name, json_string(va_arg(args, const char *))), 0);
	va_end(args);
	const char *text = ka_json_text(&world->arena, object);
	json_decref(object);
	return text;
}

json_t *
at(const struct world *world, const char *path)
{
	json_t *json = world->json;

	while (json != NULL && *path != '\0') {
		char name[128];
		size_t len = strcspn(path, ".");

		assert_true(len < sizeof(name));
		memcpy(name, path, len);
		name[len] = '\0';
		json =
		    json_is_array(json) ? json_array_get(json, strtoul(name, NULL, 10)) : json_object_get(json, name);
		path += len + (path[len] == '.');
	}
	return json;
}

const char *
text_at(const struct world *world, const char *path)
{
	const char *text = json_string_value(at(world, path));

	return text == NULL ? "" : text;
}

json_int_t
int_at(const struct world *world, const char *path)
{
	json_t *json = at(world, path);

	if (!json_is_integer(json))
		fail_msg("no number at %s in %s", path, world->text);
	return json_integer_value(json);
}

/* --- rows ----------------------------------------------------------------------------------------------------------------- */

const char *
cert_id(struct world *world, unsigned number)
{
	return ka_arena_format(&world->arena, "%064x", number);
}

const char *
task_id(struct world *world, const char *name)
{
	return ka_arena_format(&world->arena, "%s%0*d", name, (int)(KA_TASK_ID_LEN - strlen(name)), 0);
}

struct insertion {
	const struct ka_ca_row *ca;
	const struct ka_device_row *device;
	const struct ka_finding_row *finding;
	const struct ka_task_row *task;
};

static enum ka_store_status
insert(struct ka_tx *tx, void *arg)
{
	const struct insertion *insertion = arg;
	const struct ka_task_check_row check = { .check_name = CA_CHECK, .status = KA_RUN_IN_PROGRESS };

	if (insertion->ca != NULL)
		return ka_tx_ca_insert(tx, NULL, &test_scope, insertion->ca);
	if (insertion->device != NULL)
		return ka_tx_device_insert(tx, NULL, &test_scope, insertion->device);
	if (insertion->finding != NULL)
		return ka_tx_finding_insert(tx, &test_scope, insertion->finding);
	return ka_tx_task_insert(tx, &test_scope, insertion->task, &check, 1);
}

static void
insert_row(struct world *world, struct insertion insertion)
{
	assert_int_equal(ka_store_write(world->server.store, insert, &insertion), KA_STORE_OK);
}

void
add_ca(struct world *world, unsigned number)
{
	static const uint8_t der[] = "der";
	struct ka_ca_row row = {
		.status = KA_CA_ACTIVE, .mode = KA_MODE_DEFAULT, .der = { der, 3 }, .customer_version = 1
	};

	strcpy(row.id, cert_id(world, number));
	insert_row(world, (struct insertion){ .ca = &row });
}

void
add_device(struct world *world, unsigned number, unsigned ca_number)
{
	static const uint8_t der[] = "der";
	struct ka_device_row row = { .status = KA_DEVICE_ACTIVE,
		.mode = KA_MODE_DEFAULT,
		.der = { der, 3 },
		.customer_version = 1,
		.created = 1000 + number };

	strcpy(row.id, cert_id(world, number));
	strcpy(row.ca_id, cert_id(world, ca_number));
	insert_row(world, (struct insertion){ .device = &row });
}

void
add_finding(struct world *world, unsigned number, const char *task, const char *check_name, enum ka_resource_type type,
    unsigned resource, int64_t found, bool suppressed)
{
	struct ka_finding_row row = {
		.check_name = check_name,
		.task_started = found - 1500,
		.found = found,
		.severity = KA_SEVERITY_CRITICAL,
		.resource_type = type,
		.reason = "The key is weak.",
		.reason_code = "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361",
		.additional_info = "{\"generator\":\"65537\"}",
		.suppressed = suppressed,
	};

	(void)snprintf(row.id, sizeof(row.id), "%032x", number);
	strcpy(row.task_id, task_id(world, task));
	strcpy(row.resource_id, cert_id(world, resource));
	insert_row(world, (struct insertion){ .finding = &row });
}

void
add_task(struct world *world, const char *id, enum ka_task_type type, enum ka_task_status status, int64_t started)
{
	struct ka_task_row row = { .type = type, .status = status, .started = started };

	strcpy(row.id, task_id(world, id));
	if (type == KA_TASK_SCHEDULED)
		row.scheduled_name = "nightly";
	insert_row(world, (struct insertion){ .task = &row });
}

/* --- the log -------------------------------------------------------------------------------------------------------------- */

struct log {
	struct world *world;
	struct ka_page page;
	struct ka_log_row *rows;
	size_t num;
};

static enum ka_store_status
list_log(struct ka_tx *tx, void *arg)
{
	struct log *log = arg;
	const struct ka_scope scope = world_scope(log->world);

	return ka_tx_log_list(
	    tx, &log->rows, &log->num, &log->world->arena, &scope, &(struct ka_log_filter){ 0 }, &log->page);
}

size_t
num_changes(struct world *world)
{
	struct log log = { .world = world, .page = { .limit = 1000 } };

	assert_int_equal(ka_store_read(world->server.store, list_log, &log), KA_STORE_OK);
	return log.num;
}

const struct ka_log_row *
last_change(struct world *world)
{
	struct log log = { .world = world, .page = { .limit = 1 } };

	assert_int_equal(ka_store_read(world->server.store, list_log, &log), KA_STORE_OK);
	assert_int_equal(log.num, 1);
	return log.rows;
}
