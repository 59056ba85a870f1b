/* SPDX-License-Identifier: Apache-2.0 */
/* CA certificates and the registration code: what each operation does, and each way in which it refuses. */

#include "server/api/world_test.h"
#include "server/pki/make_cert_test.h"

#define CA "critical,CA:TRUE"

static struct world world;
static struct ka_arena made; /* certificates */

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

static void
assert_refused(const char *error, const char *expected, const char *says)
{
	if (strcmp(error, expected) != 0 || strstr(text_at(&world, "message"), says) == NULL)
		fail_msg("%s: %s; expected %s: %s", error, text_at(&world, "message"), expected, says);
}

static void
assert_done(const char *error)
{
	if (error[0] != '\0')
		fail_msg("%s: %s", error, text_at(&world, "message"));
}

static const char *
get_code(void)
{
	assert_done(call(&world, "GET", "/registrationcode", NULL, NULL));
	return ka_arena_string(&made, text_at(&world, "registrationCode"));
}

static const char *
ca_pem(const char *subject, const char *key)
{
	return make_cert_pem(&made, &(struct make_cert){ .key = key, .subject = subject, .constraints = CA });
}

static const char *
proof_pem(const char *subject, const char *key)
{
	return make_cert_pem(&made,
	    &(struct make_cert){ .key = "ec:P-256#proof", .subject = get_code(), .issuer = subject, .signer = key });
}

static const char *
path_of(const char *id)
{
	return ka_arena_format(&made, "/cacertificate/%s", id);
}

/* Registers in SNI_ONLY mode and returns the id. */
static const char *
register_sni(const char *pem, const char *query)
{
	assert_done(call(&world, "POST", "/cacertificate", query,
	    body_of(&world, "caCertificate", pem, "certificateMode", "SNI_ONLY", NULL)));
	return ka_arena_string(&made, text_at(&world, "certificateId"));
}

static json_t *
describe(const char *id)
{
	assert_done(call(&world, "GET", path_of(id), NULL, NULL));
	return json_object_get(world.json, "certificateDescription");
}

static void
assert_text(json_t *object, const char *name, const char *expected)
{
	assert_string_equal(json_string_value(json_object_get(object, name)), expected);
}

static void
registration_codes(void **state)
{
	(void)state;
	assert_refused(call(&world, "DELETE", "/registrationcode", NULL, NULL), "ResourceNotFoundException",
	    "GetRegistrationCode");
	const char *first = get_code();
	assert_int_equal(strlen(first), 64);
	assert_int_equal(strspn(first, "0123456789abcdef"), 64);
	assert_string_equal(last_change(&world)->action, "GetRegistrationCode");
	assert_string_equal(last_change(&world)->after, ka_arena_format(&made, "{\"registrationCode\":\"%s\"}", first));
	assert_string_equal(get_code(), first);
	world.region = "us-east-1";
	assert_string_not_equal(get_code(), first);
	world.region = TEST_REGION;
	world.account = OTHER_ACCOUNT;
	assert_string_not_equal(get_code(), first);
	world.account = TEST_ACCOUNT;
	assert_string_equal(get_code(), first);
	assert_done(call(&world, "DELETE", "/registrationcode", NULL, NULL));
	assert_int_equal(json_object_size(world.json), 0);
	assert_string_equal(last_change(&world)->action, "DeleteRegistrationCode");
	assert_non_null(strstr(last_change(&world)->before, first));
	assert_string_not_equal(get_code(), first);
}

static void
register_default_mode_and_describe(void **state)
{
	const char *pem = ca_pem("My CA", "ec:P-256");

	(void)state;
	assert_done(call(&world, "POST", "/cacertificate", "setAsActive=true&allowAutoRegistration=true",
	    body_of(&world, "caCertificate", pem, "verificationCertificate", proof_pem("My CA", "ec:P-256"), NULL)));
	const char *id = ka_arena_string(&made, text_at(&world, "certificateId"));
	const char *arn = ka_arena_string(&made, text_at(&world, "certificateArn"));
	assert_int_equal(strlen(id), 64);
	assert_string_equal(arn, ka_arena_format(&made, "arn:aws:iot:" TEST_REGION ":" TEST_ACCOUNT ":cacert/%s", id));

	json_t *ca = describe(id);
	assert_null(json_object_get(world.json, "registrationConfig"));
	assert_text(ca, "certificateArn", arn);
	assert_text(ca, "certificateId", id);
	assert_text(ca, "status", "ACTIVE");
	assert_text(ca, "certificatePem", pem);
	assert_text(ca, "ownedBy", TEST_ACCOUNT);
	assert_text(ca, "autoRegistrationStatus", "ENABLE");
	assert_text(ca, "certificateMode", "DEFAULT");
	assert_int_equal(json_integer_value(json_object_get(ca, "customerVersion")), 1);
	assert_int_equal(strlen(json_string_value(json_object_get(ca, "generationId"))), 36);
	assert_true(json_real_value(json_object_get(ca, "creationDate")) == 1700000000.123);
	assert_true(json_real_value(json_object_get(ca, "lastModifiedDate")) == 1700000000.123);
	json_t *validity = json_object_get(ca, "validity");
	assert_int_equal(json_integer_value(json_object_get(validity, "notBefore")), 1577836800);
	assert_int_equal(json_integer_value(json_object_get(validity, "notAfter")), 2208988800);

	const struct ka_log_row *log = last_change(&world);
	assert_string_equal(log->action, "RegisterCACertificate");
	assert_string_equal(log->resource, arn);
	assert_string_equal(log->actor, TEST_KEY);
	assert_string_equal(log->request, "test-request");
	assert_null(log->before);
	assert_string_equal(log->after,
	    "{\"status\":\"ACTIVE\",\"certificateMode\":\"DEFAULT\",\"autoRegistrationStatus\":\"ENABLE\","
	    "\"customerVersion\":1}");

	/* Upper case and 0x are the same id. */
	char upper[67] = "0x";
	for (size_t i = 0; i < 64; i++)
		upper[2 + i] = (char)(id[i] >= 'a' ? id[i] - 'a' + 'A' : id[i]);
	assert_text(describe(upper), "certificateId", id);
}

static void
defaults_are_inactive(void **state)
{
	(void)state;
	json_t *ca = describe(register_sni(ca_pem("Quiet CA", "rsa:2048"), NULL));
	assert_text(ca, "status", "INACTIVE");
	assert_text(ca, "autoRegistrationStatus", "DISABLE");
	assert_text(ca, "certificateMode", "SNI_ONLY");
}

static void
registrations_that_are_refused(void **state)
{
	static const char invalid[] = "InvalidRequestException", validation[] = "CertificateValidationException";
	const char *good = ca_pem("Good", "ec:P-256"), *other = ca_pem("Other", "ec:P-256");
	const char *both = ka_arena_format(&made, "%s%s", good, other);
	const char *leaf = make_cert_pem(&made, &(struct make_cert){ .key = "ec:P-256", .subject = "Leaf" });
	const char *short_key = ca_pem("Short", "rsa:1024");
	const char *expired =
	    make_cert_pem(&made, &(struct make_cert){ .key = "ec:P-256", .not_after = 1600000000, .constraints = CA });
	const char *future =
	    make_cert_pem(&made, &(struct make_cert){ .key = "ec:P-256", .not_before = 1800000000, .constraints = CA });
	const char *sha1 =
	    make_cert_pem(&made, &(struct make_cert){ .key = "rsa:2048", .digest = "SHA1", .constraints = CA });
	const char *forged =
	    make_cert_pem(&made, &(struct make_cert){ .key = "rsa:2048", .signer = "rsa:2048#2", .constraints = CA });
	const char *nul = make_cert_pem(
	    &made, &(struct make_cert){ .key = "ec:P-256", .subject = "a\0b", .subject_len = 3, .constraints = CA });
	const struct {
		const char *ca, *mode, *proof;
		const char *error, *says;
	} rows[] = {
		{ good, NULL, NULL, invalid, "takes a verificationCertificate" },
		{ good, "DEFAULT", NULL, invalid, "takes a verificationCertificate" },
		{ good, "SNI_ONLY", leaf, invalid, "takes no verificationCertificate" },
		{ good, "sni_only", NULL, invalid, "certificateMode" },
		{ "", "SNI_ONLY", NULL, invalid, "caCertificate" },
		{ "no PEM", "SNI_ONLY", NULL, validation, "caCertificate: the text holds no PEM certificate" },
		{ both, "SNI_ONLY", NULL, validation, "more than one certificate" },
		{ leaf, "SNI_ONLY", NULL, validation,
		    "The CA certificate does not have the basicConstraints extension as true" },
		{ short_key, "SNI_ONLY", NULL, validation, "RSA 1024 bits" },
		{ expired, "SNI_ONLY", NULL, validation, "expired" },
		{ future, "SNI_ONLY", NULL, validation, "not yet valid" },
		{ sha1, "SNI_ONLY", NULL, validation, "sha1WithRSAEncryption" },
		{ forged, "SNI_ONLY", NULL, validation, "did not sign it" },
		{ nul, "SNI_ONLY", NULL, validation, "NUL" },
		{ good, NULL, "no PEM", validation, "verificationCertificate: the text holds no PEM" },
		{ good, NULL, leaf, "RegistrationCodeValidationException", "no registration code" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *object = json_pack("{s:s, s:s*, s:s*}", "caCertificate", rows[i].ca, "certificateMode",
		    rows[i].mode, "verificationCertificate", rows[i].proof);
		char *body = json_dumps(object, 0);
		assert_refused(call(&world, "POST", "/cacertificate", NULL, body), rows[i].error, rows[i].says);
		free(body);
		json_decref(object);
	}
	assert_refused(call(&world, "POST", "/cacertificate", NULL, "{}"), invalid, "caCertificate");
	assert_done(call(&world, "GET", "/cacertificates", NULL, NULL));
	assert_int_equal(json_array_size(json_object_get(world.json, "certificates")), 0);
}

static void
proofs_that_are_refused(void **state)
{
	const char *good = ca_pem("Good", "ec:P-256");
	const char *code = get_code();
	const char *wrong_key =
	    make_cert_pem(&made, &(struct make_cert){ .key = "rsa:2048", .subject = code, .issuer = "Good" });
	const char *wrong_code = make_cert_pem(&made,
	    &(struct make_cert){ .key = "rsa:2048", .subject = "deadbeef", .issuer = "Good", .signer = "ec:P-256" });
	const char *right = proof_pem("Good", "ec:P-256");

	(void)state;
	assert_refused(call(&world, "POST", "/cacertificate", NULL,
			   body_of(&world, "caCertificate", good, "verificationCertificate", wrong_key, NULL)),
	    "CertificateValidationException", "not signed by the key");
	assert_refused(call(&world, "POST", "/cacertificate", NULL,
			   body_of(&world, "caCertificate", good, "verificationCertificate", wrong_code, NULL)),
	    "RegistrationCodeValidationException", "CN=deadbeef");
	/* Another account's code proves nothing here. */
	world.account = OTHER_ACCOUNT;
	(void)get_code();
	assert_refused(call(&world, "POST", "/cacertificate", NULL,
			   body_of(&world, "caCertificate", good, "verificationCertificate", right, NULL)),
	    "RegistrationCodeValidationException", code);
	world.account = TEST_ACCOUNT;
	assert_done(call(&world, "DELETE", "/registrationcode", NULL, NULL));
	(void)get_code();
	assert_refused(call(&world, "POST", "/cacertificate", NULL,
			   body_of(&world, "caCertificate", good, "verificationCertificate", right, NULL)),
	    "RegistrationCodeValidationException", code);
}

static void
duplicates(void **state)
{
	const char *pem = ca_pem("Twice", "ec:P-256");
	const char *with_proof = ka_arena_string(&made,
	    body_of(&world, "caCertificate", pem, "verificationCertificate", proof_pem("Twice", "ec:P-256"), NULL));

	(void)state;
	assert_done(call(&world, "POST", "/cacertificate", NULL, with_proof));
	const char *id = ka_arena_string(&made, text_at(&world, "certificateId"));
	const char *arn = ka_arena_string(&made, text_at(&world, "certificateArn"));
	const char *again[] = { with_proof,
		ka_arena_string(&made, body_of(&world, "caCertificate", pem, "certificateMode", "SNI_ONLY", NULL)) };
	for (size_t i = 0; i < 2; i++) {
		assert_refused(call(&world, "POST", "/cacertificate", NULL, again[i]), "ResourceAlreadyExistsException",
		    "already registered");
		assert_string_equal(text_at(&world, "resourceId"), id);
		assert_string_equal(text_at(&world, "resourceArn"), arn);
	}
	/* DEFAULT: one account a region. SNI_ONLY: many. Another region is another registry. */
	world.account = OTHER_ACCOUNT;
	assert_refused(call(&world, "POST", "/cacertificate", NULL,
			   ka_arena_string(&made,
			       body_of(&world, "caCertificate", pem, "verificationCertificate",
				   proof_pem("Twice", "ec:P-256"), NULL))),
	    "ResourceAlreadyExistsException", "Another account");
	assert_string_equal(text_at(&world, "resourceArn"), arn);
	assert_string_equal(register_sni(pem, NULL), id);
	world.region = "us-east-1";
	assert_done(call(&world, "POST", "/cacertificate", NULL,
	    body_of(&world, "caCertificate", pem, "verificationCertificate", proof_pem("Twice", "ec:P-256"), NULL)));
}

static void
ten_per_subject(void **state)
{
	const char *id = NULL;

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		id = register_sni(ca_pem("Same", ka_arena_format(&made, "ec:P-256#%u", i)), NULL);
	const char *eleventh = ca_pem("Same", "ec:P-256#10");
	const char *body =
	    ka_arena_string(&made, body_of(&world, "caCertificate", eleventh, "certificateMode", "SNI_ONLY", NULL));
	assert_refused(call(&world, "POST", "/cacertificate", NULL, body), "LimitExceededException", "10");
	(void)register_sni(ca_pem("Another", "ec:P-256#10"), NULL);
	assert_done(call(&world, "DELETE", path_of(id), NULL, NULL));
	assert_done(call(&world, "POST", "/cacertificate", NULL, body));
}

static void
updates(void **state)
{
	const char *id = register_sni(ca_pem("Changing", "ec:P-256"), NULL);

	(void)state;
	world.now += 5000;
	assert_done(call(&world, "PUT", path_of(id), "newStatus=ACTIVE&newAutoRegistrationStatus=ENABLE", NULL));
	assert_int_equal(json_object_size(world.json), 0);
	const struct ka_log_row *log = last_change(&world);
	assert_string_equal(log->before,
	    "{\"status\":\"INACTIVE\",\"certificateMode\":\"SNI_ONLY\",\"autoRegistrationStatus\":\"DISABLE\","
	    "\"customerVersion\":1}");
	assert_string_equal(log->after,
	    "{\"status\":\"ACTIVE\",\"certificateMode\":\"SNI_ONLY\",\"autoRegistrationStatus\":\"ENABLE\","
	    "\"customerVersion\":2}");
	json_t *ca = describe(id);
	assert_text(ca, "status", "ACTIVE");
	assert_text(ca, "autoRegistrationStatus", "ENABLE");
	assert_int_equal(json_integer_value(json_object_get(ca, "customerVersion")), 2);
	assert_true(json_real_value(json_object_get(ca, "creationDate")) == 1700000000.123);
	assert_true(json_real_value(json_object_get(ca, "lastModifiedDate")) == 1700000005.123);
	/* What is as asked already stays as it is. */
	world.now += 5000;
	assert_done(call(&world, "PUT", path_of(id), "newStatus=ACTIVE", NULL));
	assert_done(call(&world, "PUT", path_of(id), NULL, "{}"));
	assert_int_equal(json_integer_value(json_object_get(describe(id), "customerVersion")), 2);
	/* One thing at a time. */
	assert_done(call(&world, "PUT", path_of(id), "newStatus=INACTIVE", NULL));
	assert_text(describe(id), "autoRegistrationStatus", "ENABLE");
	assert_done(call(&world, "PUT", path_of(id), "newAutoRegistrationStatus=DISABLE", NULL));
	ca = describe(id);
	assert_text(ca, "status", "INACTIVE");
	assert_text(ca, "autoRegistrationStatus", "DISABLE");
	assert_int_equal(json_integer_value(json_object_get(ca, "customerVersion")), 4);

	assert_refused(
	    call(&world, "PUT", path_of(id), "newStatus=REVOKED", NULL), "InvalidRequestException", "newStatus");
	assert_refused(call(&world, "PUT", path_of(id), "newStatus=PENDING_TRANSFER", NULL), "InvalidRequestException",
	    "newStatus");
	assert_refused(call(&world, "PUT", path_of("00"), "newStatus=ACTIVE", NULL), "InvalidRequestException", "64");
	id = ka_arena_format(&made, "%064d", 7);
	assert_refused(call(&world, "PUT", path_of(id), "newStatus=ACTIVE", NULL), "ResourceNotFoundException", id);
	assert_refused(call(&world, "GET", path_of(id), NULL, NULL), "ResourceNotFoundException", id);
	assert_refused(call(&world, "DELETE", path_of(id), NULL, NULL), "ResourceNotFoundException", id);
}

static void
registration_configurations(void **state)
{
#define ROLE "\"roleArn\":\"arn:aws:iam::111122223333:role/jitp\""
	static const struct {
		const char *config, *says;
	} refused[] = {
		{ "{}", "either templateName" },
		{ "{" ROLE "}", "either templateName" },
		{ "{\"templateName\":\"t\",\"templateBody\":\"{}\"," ROLE "}", "either templateName" },
		{ "{\"templateBody\":\"{}\"}", "roleArn beside it" },
		{ "{\"templateBody\":\"[]\"," ROLE "}", "not a JSON object" },
		{ "{\"templateBody\":\"{\"," ROLE "}", "not a JSON object" },
		{ "{\"templateName\":\"a b\"}", "templateName" },
		{ "{\"templateName\":\"1234567890123456789012345678901234567\"}", "templateName" },
		{ "[]", "registrationConfig" },
	};
	const char *id = register_sni(ca_pem("Config", "ec:P-256"), NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_refused(call(&world, "PUT", path_of(id), NULL,
				   ka_arena_format(&made, "{\"registrationConfig\":%s}", refused[i].config)),
		    "InvalidRequestException", refused[i].says);
	assert_done(call(&world, "PUT", path_of(id), NULL,
	    "{\"registrationConfig\":{\"templateBody\":\"{\\\"Parameters\\\":{}}\"," ROLE ",\"unknown\":1}}"));
	(void)describe(id);
	json_t *config = json_object_get(world.json, "registrationConfig");
	assert_int_equal(json_object_size(config), 2);
	assert_text(config, "templateBody", "{\"Parameters\":{}}");
	assert_text(config, "roleArn", "arn:aws:iam::111122223333:role/jitp");
	assert_done(call(&world, "GET", "/cacertificates", "templateName=mine", NULL));
	assert_int_equal(json_array_size(json_object_get(world.json, "certificates")), 0);
	assert_done(call(&world, "PUT", path_of(id), NULL, "{\"registrationConfig\":{\"templateName\":\"mine\"}}"));
	assert_done(call(&world, "GET", "/cacertificates", "templateName=mine", NULL));
	assert_int_equal(json_array_size(json_object_get(world.json, "certificates")), 1);
	assert_refused(call(&world, "PUT", path_of(id), NULL,
			   "{\"registrationConfig\":{\"templateName\":\"mine\"},\"removeAutoRegistration\":true}"),
	    "InvalidRequestException", "give one of them");
	assert_done(call(&world, "PUT", path_of(id), NULL, "{\"removeAutoRegistration\":false}"));
	assert_done(call(&world, "PUT", path_of(id), "newStatus=ACTIVE", NULL));
	(void)describe(id);
	assert_non_null(json_object_get(world.json, "registrationConfig"));
	assert_done(call(&world, "PUT", path_of(id), NULL, "{\"removeAutoRegistration\":true}"));
	(void)describe(id);
	assert_null(json_object_get(world.json, "registrationConfig"));
	assert_done(call(&world, "GET", "/cacertificates", "templateName=mine", NULL));
	assert_int_equal(json_array_size(json_object_get(world.json, "certificates")), 0);
}

static void
deletions(void **state)
{
	const char *pem = ca_pem("Doomed", "ec:P-256");
	const char *id = register_sni(pem, "setAsActive=true");

	(void)state;
	assert_refused(
	    call(&world, "DELETE", path_of(id), NULL, NULL), "CertificateStateException", "is ACTIVE: only INACTIVE");
	assert_done(call(&world, "PUT", path_of(id), "newStatus=INACTIVE", NULL));
	assert_done(call(&world, "DELETE", path_of(id), NULL, NULL));
	const struct ka_log_row *log = last_change(&world);
	assert_string_equal(log->action, "DeleteCACertificate");
	assert_non_null(strstr(log->before, "INACTIVE"));
	assert_null(log->after);
	assert_refused(call(&world, "GET", path_of(id), NULL, NULL), "ResourceNotFoundException", id);
	assert_refused(call(&world, "DELETE", path_of(id), NULL, NULL), "ResourceNotFoundException", id);
	assert_string_equal(register_sni(pem, NULL), id);
}

static enum ka_store_status
begin_transfer(struct ka_tx *tx, void *arg)
{
	const struct ka_scope scope = { world.account, world.region };
	struct ka_ca_row row;
	enum ka_store_status status = ka_tx_ca_get(tx, &row, &made, &scope, arg);

	row.status_before_transfer = row.status;
	row.status = KA_CA_PENDING_TRANSFER;
	row.transfer_to = OTHER_ACCOUNT;
	row.deactivated_by = "mitigation-1";
	return status == KA_STORE_OK ? ka_tx_ca_update(tx, &scope, &row) : status;
}

static void
what_is_in_transfer_stays_as_it_is(void **state)
{
	const char *id = register_sni(ca_pem("Moving", "ec:P-256"), NULL);

	(void)state;
	assert_int_equal(ka_store_write(world.server.store, begin_transfer, (void *)(uintptr_t)id), KA_STORE_OK);
	assert_text(describe(id), "status", "PENDING_TRANSFER");
	assert_refused(call(&world, "PUT", path_of(id), "newStatus=INACTIVE", NULL), "InvalidRequestException",
	    "being transferred to account " OTHER_ACCOUNT);
	assert_refused(
	    call(&world, "DELETE", path_of(id), NULL, NULL), "CertificateStateException", "is PENDING_TRANSFER");
	assert_done(call(&world, "GET", "/cacertificates", NULL, NULL));
	assert_text(json_array_get(json_object_get(world.json, "certificates"), 0), "status", "PENDING_TRANSFER");
}

static enum ka_store_status
deactivate(struct ka_tx *tx, void *arg)
{
	const struct ka_scope scope = { world.account, world.region };
	struct ka_ca_row row;
	enum ka_store_status status = ka_tx_ca_get(tx, &row, &made, &scope, arg);

	row.status = KA_CA_INACTIVE;
	row.deactivated_by = "mitigation-1";
	row.deactivated = TEST_NOW;
	return status == KA_STORE_OK ? ka_tx_ca_update(tx, &scope, &row) : status;
}

static void
activating_forgets_who_deactivated(void **state)
{
	const char *id = register_sni(ca_pem("Back", "ec:P-256"), "setAsActive=true");

	(void)state;
	assert_int_equal(ka_store_write(world.server.store, deactivate, (void *)(uintptr_t)id), KA_STORE_OK);
	assert_done(call(&world, "PUT", path_of(id), "newAutoRegistrationStatus=ENABLE", NULL));
	assert_non_null(strstr(last_change(&world)->after, "\"deactivatedBy\":\"mitigation-1\""));
	assert_done(call(&world, "PUT", path_of(id), "newStatus=ACTIVE", NULL));
	assert_non_null(strstr(last_change(&world)->before, "mitigation-1"));
	assert_null(strstr(last_change(&world)->after, "mitigation-1"));
}

/* Walks the whole list in pages and compares the ids; between pages, something newer is registered. */
static void
assert_walk(const char *query, char ids[][65], unsigned num, bool up, bool insert)
{
	static unsigned fresh;
	const char *marker = "";
	unsigned at = 0;

	do {
		assert_done(call(
		    &world, "GET", "/cacertificates", ka_arena_format(&made, "pageSize=3&%s%s", query, marker), NULL));
		json_t *list = json_object_get(world.json, "certificates"), *entry;
		size_t i;
		assert_true(json_array_size(list) <= 3);
		json_array_foreach(list, i, entry)
		{
			if (at < num)
				assert_text(entry, "certificateId", ids[up ? at : num - 1 - at]);
			at++;
		}
		json_t *next = json_object_get(world.json, "nextMarker");
		assert_true(next == NULL || json_array_size(list) == 3);
		marker = next == NULL ? NULL : ka_arena_format(&made, "&marker=%s", json_string_value(next));
		if (insert && marker != NULL)
			(void)register_sni(
			    ca_pem("Newcomer", ka_arena_format(&made, "ec:P-256#%u", 100 + fresh++)), NULL);
	} while (marker != NULL);
	assert_true(up && insert ? at > num : at == num);
}

static char *
plus_encoded(const char *marker)
{
	/* In a query, '+' is a space for some: clients encode it. */
	struct ka_buf buf = { 0 };

	for (; *marker != '\0'; marker++)
		ka_buf_format(&buf,
		    *marker == '+'       ? "%%2B"
			: *marker == '/' ? "%%2F"
			: *marker == '=' ? "%%3D"
					 : "%c",
		    *marker);
	char *text = ka_arena_text(&made, buf.data, buf.len);
	ka_buf_clear(&buf);
	return text;
}

static void
lists_and_pages(void **state)
{
	char ids[8][65];

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		(void)snprintf(ids[i], 65, "%s",
		    register_sni(ca_pem(i < 4 ? "One" : "Two", ka_arena_format(&made, "ec:P-256#%u", i)),
			i % 2 == 0 ? "setAsActive=true" : ""));
		world.now += 1000;
	}
	assert_done(call(&world, "GET", "/cacertificates", "pageSize=8", NULL));
	assert_null(json_object_get(world.json, "nextMarker"));
	assert_walk("", ids, 8, false, false);
	assert_walk("isAscendingOrder=true", ids, 8, true, false);
	assert_walk("isAscendingOrder=false", ids, 8, false, true);
	assert_walk("isAscendingOrder=true", ids, 8, true, true);

	assert_done(call(&world, "GET", "/cacertificates", "templateName=x&pageSize=1", NULL));
	assert_int_equal(json_array_size(json_object_get(world.json, "certificates")), 0);
	assert_done(call(&world, "GET", "/cacertificates", "isAscendingOrder=true&pageSize=1", NULL));
	json_t *entry = json_array_get(json_object_get(world.json, "certificates"), 0);
	assert_int_equal(json_object_size(entry), 4);
	assert_text(entry, "status", "ACTIVE");
	assert_text(entry, "certificateArn",
	    ka_arena_format(&made, "arn:aws:iot:" TEST_REGION ":" TEST_ACCOUNT ":cacert/%s", ids[0]));
	assert_true(json_real_value(json_object_get(entry, "creationDate")) == 1700000000.123);

	/* A token is for one list, one order, one account and region, and nobody can write one. */
	char *marker = plus_encoded(json_string_value(json_object_get(world.json, "nextMarker")));
	const char *query = ka_arena_format(&made, "isAscendingOrder=true&marker=%s", marker);
	assert_done(call(&world, "GET", "/cacertificates", query, NULL));
	assert_refused(call(&world, "GET", "/cacertificates", ka_arena_format(&made, "marker=%s", marker), NULL),
	    "InvalidRequestException", "marker");
	assert_refused(call(&world, "GET", "/certificates", query, NULL), "InvalidRequestException", "marker");
	assert_refused(call(&world, "GET", "/cacertificates", ka_arena_format(&made, "%s&templateName=x", query), NULL),
	    "InvalidRequestException", "marker");
	world.account = OTHER_ACCOUNT;
	assert_refused(call(&world, "GET", "/cacertificates", query, NULL), "InvalidRequestException", "marker");
	world.account = TEST_ACCOUNT;
	marker[5] = marker[5] == 'A' ? 'B' : 'A';
	assert_refused(call(&world, "GET", "/cacertificates",
			   ka_arena_format(&made, "isAscendingOrder=true&marker=%s", marker), NULL),
	    "InvalidRequestException", "marker");
	assert_refused(
	    call(&world, "GET", "/cacertificates", "pageSize=0", NULL), "InvalidRequestException", "pageSize");
	assert_refused(
	    call(&world, "GET", "/cacertificates", "pageSize=251", NULL), "InvalidRequestException", "pageSize");
	assert_done(call(&world, "GET", "/cacertificates", "pageSize=250", NULL));
}

static void
tags(void **state)
{
	const char *pem = ka_arena_string(&made, ca_pem("Tagged", "ec:P-256"));
	json_t *object = json_pack("{s:s, s:s, s:[{s:s, s:s}, {s:s}]}", "caCertificate", pem, "certificateMode",
	    "SNI_ONLY", "tags", "Key", "site", "Value", "Köln 🏭", "Key", "bare");
	char *body = json_dumps(object, 0);

	(void)state;
	assert_done(call(&world, "POST", "/cacertificate", NULL, body));
	free(body);
	json_array_append_new(json_object_get(object, "tags"), json_pack("{s:s}", "Key", "bare"));
	body = json_dumps(object, 0);
	assert_refused(call(&world, "POST", "/cacertificate", NULL, body), "InvalidRequestException", "tags[2].Key");
	free(body);
	json_decref(object);
}

static void
weak_keys(void **state)
{
	char pem[8192] = "";
	FILE *file = fopen(*state, "r");

	assert_non_null(file);
	assert_true(fread(pem, 1, sizeof(pem) - 1, file) > 100);
	(void)fclose(file);
	const char *body =
	    ka_arena_string(&made, body_of(&world, "caCertificate", pem, "certificateMode", "SNI_ONLY", NULL));
	world.now = INT64_C(1800000000000);
	world.server.on_weak_key = KA_ON_WEAK_REFUSE;
	assert_refused(call(&world, "POST", "/cacertificate", NULL, body), "CertificateValidationException",
	    "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361");
	world.server.on_weak_key = KA_ON_WEAK_REGISTER;
	assert_done(call(&world, "POST", "/cacertificate", NULL, body));
}

int
main(int argc, char **argv)
{
	void *roca = (void *)(uintptr_t)(argc > 1 ? argv[1] : "examples/roca-ca.pem");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(registration_codes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(register_default_mode_and_describe, set_up, tear_down),
		cmocka_unit_test_setup_teardown(defaults_are_inactive, set_up, tear_down),
		cmocka_unit_test_setup_teardown(registrations_that_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(proofs_that_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(duplicates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ten_per_subject, set_up, tear_down),
		cmocka_unit_test_setup_teardown(updates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(registration_configurations, set_up, tear_down),
		cmocka_unit_test_setup_teardown(deletions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_in_transfer_stays_as_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(activating_forgets_who_deactivated, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lists_and_pages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tags, set_up, tear_down),
		cmocka_unit_test_prestate_setup_teardown(weak_keys, set_up, tear_down, roca),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
