/* SPDX-License-Identifier: Apache-2.0 */
/* Many clients at once: what a transaction must look at again, since it was true when the certificate was checked. */
#include <pthread.h>

#include "server/api/world_test.h"
#include "server/pki/make_cert_test.h"

#define NUM_CLIENTS 16u

static struct world world;
static struct ka_arena made;

struct client {
	struct world world; /* the server is shared */
	const char *method, *path, *query, *body;
	const char *error;
	pthread_t thread;
};

static struct client clients[NUM_CLIENTS];

static void *
run(void *arg)
{
	struct client *client = arg;

	client->error = call(&client->world, client->method, client->path, client->query, client->body);
	return NULL;
}

/* Runs all clients at once and returns how many ended with this error. */
static unsigned
run_all(const char *error)
{
	unsigned num = 0;

	for (unsigned i = 0; i < NUM_CLIENTS; i++) {
		clients[i].world = world;
		clients[i].world.arena = (struct ka_arena){ 0 };
		clients[i].world.json = NULL;
		assert_int_equal(pthread_create(&clients[i].thread, NULL, run, &clients[i]), 0);
	}
	for (unsigned i = 0; i < NUM_CLIENTS; i++) {
		assert_int_equal(pthread_join(clients[i].thread, NULL), 0);
		num += strcmp(clients[i].error, error) == 0;
		ka_arena_clear(&clients[i].world.arena);
		json_decref(clients[i].world.json);
	}
	return num;
}

static int
set_up(void **state)
{
	(void)state;
	world_init(&world);
	world.now = TEST_NOW;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_clear(&world);
	ka_arena_clear(&made);
	return 0;
}

static const char *
ca_body(const char *key)
{
	return ka_arena_string(&made,
	    body_of(&world, "caCertificate",
		make_cert_pem(&made, &(struct make_cert){ .key = key, .subject = "CA", .constraints = "CA:TRUE" }),
		"certificateMode", "SNI_ONLY", NULL));
}

static void
one_certificate_is_registered_once(void **state)
{
	const char *body = ca_body("ec:P-256");

	(void)state;
	for (unsigned i = 0; i < NUM_CLIENTS; i++)
		clients[i] = (struct client){
			.method = "POST", .path = "/cacertificate", .query = "setAsActive=true", .body = body
		};
	assert_int_equal(run_all(""), 1);
	const char *device = ka_arena_string(&made,
	    body_of(&world, "certificatePem",
		make_cert_pem(&made, &(struct make_cert){ .key = "rsa:2048", .issuer = "CA", .signer = "ec:P-256" }),
		NULL));
	for (unsigned i = 0; i < NUM_CLIENTS; i++)
		clients[i] = (struct client){ .method = "POST", .path = "/certificate/register", .body = device };
	assert_int_equal(run_all("ResourceAlreadyExistsException"), NUM_CLIENTS - 1);
}

static void
ten_of_a_subject_are_ten(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NUM_CLIENTS; i++)
		clients[i] = (struct client){ .method = "POST",
			.path = "/cacertificate",
			.body = ca_body(ka_arena_format(&made, "ec:P-256#%u", i)) };
	assert_int_equal(run_all("LimitExceededException"), NUM_CLIENTS - 10);
	assert_string_equal(call(&world, "GET", "/cacertificates", NULL, NULL), "");
	assert_int_equal(json_array_size(json_object_get(world.json, "certificates")), 10);
}

static void
one_code_for_all(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NUM_CLIENTS; i++)
		clients[i] = (struct client){ .method = "GET", .path = "/registrationcode" };
	assert_int_equal(run_all(""), NUM_CLIENTS);
	/* All have seen the same code, since each is what the next one sees. */
	assert_string_equal(call(&world, "GET", "/registrationcode", NULL, NULL), "");
	assert_int_equal(strlen(text_at(&world, "registrationCode")), 64);
}

struct newest {
	struct ka_log_row *rows;
	size_t num;
};

static enum ka_store_status
get_newest(struct ka_tx *tx, void *arg)
{
	struct newest *newest = arg;

	return ka_tx_log_list(tx, &newest->rows, &newest->num, &made,
	    &(struct ka_scope){ world.account, world.region }, &(struct ka_log_filter){ 0 },
	    &(struct ka_page){ .limit = NUM_CLIENTS });
}

/* One deactivates the CA, the others register devices that it signed: the log has none behind the deactivation. */
static void
a_deactivated_ca_signs_nothing(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 10; round++) {
		const char *key = ka_arena_format(&made, "ec:P-256#round%u", round);
		assert_string_equal(call(&world, "POST", "/cacertificate", "setAsActive=true", ca_body(key)), "");
		const char *path = ka_arena_format(&made, "/cacertificate/%s", text_at(&world, "certificateId"));
		for (unsigned i = 0; i < NUM_CLIENTS; i++) {
			const char *pem = make_cert_pem(
			    &made, &(struct make_cert){ .key = "rsa:2048", .issuer = "CA", .signer = key });
			clients[i] = i == NUM_CLIENTS / 2
			    ? (struct client){ .method = "PUT", .path = path, .query = "newStatus=INACTIVE" }
			    : (struct client){ .method = "POST",
				      .path = "/certificate/register",
				      .body = ka_arena_string(&made, body_of(&world, "certificatePem", pem, NULL)) };
		}
		unsigned done = run_all(""), refused = 0;
		for (unsigned i = 0; i < NUM_CLIENTS; i++)
			refused += strcmp(clients[i].error, "CertificateValidationException") == 0;
		assert_int_equal(done + refused, NUM_CLIENTS);
		assert_string_equal(clients[NUM_CLIENTS / 2].error, "");
		struct newest newest;
		assert_int_equal(ka_store_read(world.server.store, get_newest, &newest), KA_STORE_OK);
		assert_string_equal(newest.rows[0].action, "UpdateCACertificate");
	}
}

/* One deletes the registration code, the others register with proofs of it: none is registered behind the deletion. */
static void
a_deleted_code_proves_nothing(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 10; round++) {
		assert_string_equal(call(&world, "GET", "/registrationcode", NULL, NULL), "");
		const char *code = ka_arena_string(&made, text_at(&world, "registrationCode"));
		for (unsigned i = 0; i < NUM_CLIENTS; i++) {
			const char *subject = ka_arena_format(&made, "CA %u %u", round, i);
			const char *ca = make_cert_pem(&made,
			    &(struct make_cert){ .key = "ec:P-256", .subject = subject, .constraints = "CA:TRUE" });
			const char *proof = make_cert_pem(&made,
			    &(struct make_cert){
				.key = "rsa:2048", .subject = code, .issuer = subject, .signer = "ec:P-256" });
			clients[i] = i == NUM_CLIENTS / 2
			    ? (struct client){ .method = "DELETE", .path = "/registrationcode" }
			    : (struct client){ .method = "POST",
				      .path = "/cacertificate",
				      .body = ka_arena_string(&made,
					  body_of(
					      &world, "caCertificate", ca, "verificationCertificate", proof, NULL)) };
		}
		unsigned done = run_all(""), refused = 0;
		for (unsigned i = 0; i < NUM_CLIENTS; i++)
			refused += strcmp(clients[i].error, "RegistrationCodeValidationException") == 0;
		assert_int_equal(done + refused, NUM_CLIENTS);
		struct newest newest;
		assert_int_equal(ka_store_read(world.server.store, get_newest, &newest), KA_STORE_OK);
		assert_string_equal(newest.rows[0].action, "DeleteRegistrationCode");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_certificate_is_registered_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ten_of_a_subject_are_ten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_code_for_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_deactivated_ca_signs_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_deleted_code_proves_nothing, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
