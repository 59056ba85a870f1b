/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/world_test.h"

#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#include "server/sigv4/auth.h"

const struct ka_scope test_scope = { TEST_ACCOUNT, TEST_REGION };

/* --- the fake of sigv4/ --------------------------------------------------------------------------------------------------- */

static const char *
header(const struct ka_raw_request *raw, const char *name, const char *fallback)
{
	for (size_t i = 0; i < raw->num_headers; i++)
		if (strcmp(raw->headers[i].name, name) == 0)
			return raw->headers[i].value;
	return fallback;
}

enum ka_api_error
ka_auth_verify(struct ka_identity *out, const char **out_message, struct ka_arena *arena, struct ka_auth *auth,
    const struct ka_raw_request *raw, int64_t now)
{
	const char *role = header(raw, "role", "admin");

	(void)auth;
	(void)arena;
	(void)now;
	if (strcmp(role, "nobody") == 0) {
		*out_message = "who are you?";
		return KA_API_MISSING_AUTHENTICATION_TOKEN;
	}
	*out = (struct ka_identity){
		.role = strcmp(role, "reader") == 0      ? KA_ROLE_READER
		    : strcmp(role, "auditor") == 0 ? KA_ROLE_AUDITOR
						   : KA_ROLE_ADMIN,
		.access_key_id = "AKIATESTTESTTESTTEST",
		.region = TEST_REGION,
	};
	memcpy(out->account, header(raw, "account", TEST_ACCOUNT), KA_ACCOUNT_LEN);
	return KA_API_OK;
}

/* A sum stands for the MAC. */
static unsigned
sum(const char *context, struct ka_slice bytes)
{
	unsigned value = 5381;

	for (; *context != '\0'; context++)
		value = value * 33 + (unsigned char)*context;
	for (size_t i = 0; i < bytes.len; i++)
		value = value * 33 + bytes.data[i];
	return value;
}

const char *
ka_auth_token_seal(struct ka_arena *arena, struct ka_auth *auth, struct ka_slice bytes, const char *context)
{
	const char *token = ka_arena_format(arena, "%08x", sum(context, bytes));

	(void)auth;
	for (size_t i = 0; i < bytes.len; i++)
		token = ka_arena_format(arena, "%s%02x", token, bytes.data[i]);
	return token;
}

bool
ka_auth_token_open(struct ka_slice *out_bytes, struct ka_arena *arena, struct ka_auth *auth, const char *token, const char *context)
{
	size_t len = strlen(token);
	unsigned mac, byte;

	(void)auth;
	if (len < 8 || len % 2 != 0 || sscanf(token, "%8x", &mac) != 1)
		return false;
	uint8_t *bytes = ka_arena_take(arena, len);
	for (size_t i = 8; i < len; i += 2) {
		if (sscanf(token + i, "%2x", &byte) != 1)
			return false;
		bytes[(i - 8) / 2] = (uint8_t)byte;
	}
	*out_bytes = (struct ka_slice){ bytes, (len - 8) / 2 };
	return sum(context, *out_bytes) == mac;
}

/* --- set-up --------------------------------------------------------------------------------------------------------------- */

int
world_open(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	char message[KA_STORE_MESSAGE_LEN] = "", url[128];

	assert_non_null(world);
	strcpy(world->dir, "/tmp/keyassay-api-XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	(void)snprintf(url, sizeof(url), "sqlite:%s/keyassay.db", world->dir);
	world->server.store = ka_store_open(message, url, KA_STORE_CREATE);
	if (world->server.store == NULL)
		fail_msg("%s", message);
	ka_store_log_key(world->server.store, (const uint8_t[32]){ "a key for tests" });
	assert_true(ka_store_log_begin(world->server.store, message, false));
	*state = world;
	return 0;
}

static int
remove_entry(const char *path, const struct stat *stat, int type, struct FTW *ftw)
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

	json_decref(world->json);
	ka_store_close(world->server.store);
	ka_arena_clear(&world->arena);
	(void)nftw(world->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(world);
	return 0;
}

/* --- requests ------------------------------------------------------------------------------------------------------------- */

void
call(struct world *world, const char *method, const char *path, const char *query, const char *body)
{
	const struct ka_raw_header headers[] = {
		{ "role", world->role == NULL ? "admin" : world->role },
		{ "account", world->account == NULL ? TEST_ACCOUNT : world->account },
		{ "content-type", world->content_type == NULL ? "application/json" : world->content_type },
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

	ka_api_handle(&result, &world->server, &world->arena, &raw);
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
}

void
call_ok(struct world *world, const char *method, const char *path, const char *query, const char *body)
{
	call(world, method, path, query, body);
	if (world->error_type != NULL || world->status != 200)
		fail_msg("%s %s?%s %s: %u %s", method, path, query == NULL ? "" : query, body == NULL ? "" : body, world->status, world->text);
}

void
call_error(struct world *world, const char *method, const char *path, const char *query, const char *body, const char *error_type,
    const char *message_part)
{
	call(world, method, path, query, body);
	const char *message = text_at(world, "message");
	if (world->error_type == NULL || strcmp(world->error_type, error_type) != 0 || message == NULL ||
	    strstr(message, message_part) == NULL)
		fail_msg("%s %s?%s %s: wanted %s with \"%s\", got %u %s %s", method, path, query == NULL ? "" : query,
		    body == NULL ? "" : body, error_type, message_part, world->status, world->error_type, world->text);
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
		json = json_is_array(json) ? json_array_get(json, strtoul(name, NULL, 10)) : json_object_get(json, name);
		path += len + (path[len] == '.');
	}
	return json;
}

const char *
text_at(const struct world *world, const char *path)
{
	return json_string_value(at(world, path));
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
	struct ka_ca_row row = { .status = KA_CA_ACTIVE, .mode = KA_MODE_DEFAULT, .der = { der, 3 }, .customer_version = 1 };

	strcpy(row.id, cert_id(world, number));
	insert_row(world, (struct insertion){ .ca = &row });
}

void
add_device(struct world *world, unsigned number, unsigned ca_number)
{
	static const uint8_t der[] = "der";
	struct ka_device_row row = {
		.status = KA_DEVICE_ACTIVE, .mode = KA_MODE_DEFAULT, .der = { der, 3 }, .customer_version = 1, .created = 1000 + number
	};

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

struct counting {
	struct world *world;
	size_t num;
};

static enum ka_store_status
count_changes(struct ka_tx *tx, void *arg)
{
	struct counting *counting = arg;
	const struct ka_log_filter filter = { 0 };
	const struct ka_page all = { .ascending = true, .limit = 1000 };
	struct ka_log_row *rows;

	return ka_tx_log_list(tx, &rows, &counting->num, &counting->world->arena, &test_scope, &filter, &all);
}

size_t
num_changes(struct world *world)
{
	struct counting counting = { world, 0 };

	assert_int_equal(ka_store_read(world->server.store, count_changes, &counting), KA_STORE_OK);
	return counting.num;
}
