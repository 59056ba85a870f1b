/* SPDX-License-Identifier: Apache-2.0 */
/* Device certificates and the endpoint: what each operation does, and each way in which it refuses. */

#include "server/api/world_test.h"
#include "server/pki/make_cert_test.h"
#include "server/pki/pki.h"

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

static void
assert_text(json_t *object, const char *name, const char *expected)
{
	assert_string_equal(json_string_value(json_object_get(object, name)), expected);
}

static const char *
ca_pem(const char *subject, const char *key)
{
	return make_cert_pem(&made, &(struct make_cert){ .key = key, .subject = subject, .constraints = "CA:TRUE" });
}

static const char *
device_pem(const char *issuer, const char *signer)
{
	return make_cert_pem(&made,
	    &(struct make_cert){ .key = "ec:P-256#device", .subject = "thing", .issuer = issuer, .signer = signer });
}

static const char *
register_ca(const char *pem, const char *query)
{
	assert_done(call(&world, "POST", "/cacertificate", query,
	    body_of(&world, "caCertificate", pem, "certificateMode", "SNI_ONLY", NULL)));
	return ka_arena_string(&made, text_at(&world, "certificateId"));
}

static const char *
register_device(const char *pem, const char *status)
{
	return call(&world, "POST", "/certificate/register", NULL,
	    status == NULL ? body_of(&world, "certificatePem", pem, NULL)
			   : body_of(&world, "certificatePem", pem, "status", status, NULL));
}

static const char *
register_alone(const char *pem, const char *status)
{
	return call(&world, "POST", "/certificate/register-no-ca", NULL,
	    status == NULL ? body_of(&world, "certificatePem", pem, NULL)
			   : body_of(&world, "certificatePem", pem, "status", status, NULL));
}

static const char *
id(void)
{
	return ka_arena_string(&made, text_at(&world, "certificateId"));
}

static const char *
path_of(const char *certificate)
{
	return ka_arena_format(&made, "/certificates/%s", certificate);
}

static json_t *
describe(const char *certificate)
{
	assert_done(call(&world, "GET", path_of(certificate), NULL, NULL));
	return json_object_get(world.json, "certificateDescription");
}

static void
register_and_describe(void **state)
{
	const char *ca = register_ca(ca_pem("CA", "rsa:2048"), "setAsActive=true");
	const char *pem = device_pem("CA", "rsa:2048");

	(void)state;
	assert_done(register_device(pem, "ACTIVE"));
	const char *device = id();
	const char *arn = ka_arena_format(&made, "arn:aws:iot:" TEST_REGION ":" TEST_ACCOUNT ":cert/%s", device);
	assert_string_equal(text_at(&world, "certificateArn"), arn);
	const struct ka_log_row *log = last_change(&world);
	assert_string_equal(log->action, "RegisterCertificate");
	assert_string_equal(log->resource, arn);
	assert_non_null(strstr(log->after, ca));
	json_t *description = describe(device);
	assert_text(description, "certificateArn", arn);
	assert_text(description, "certificateId", device);
	assert_text(description, "caCertificateId", ca);
	assert_text(description, "status", "ACTIVE");
	assert_text(description, "certificatePem", pem);
	assert_text(description, "ownedBy", TEST_ACCOUNT);
	assert_text(description, "certificateMode", "SNI_ONLY");
	assert_int_equal(json_integer_value(json_object_get(description, "customerVersion")), 1);
	assert_true(json_real_value(json_object_get(description, "creationDate")) == 1700000000.123);
	assert_int_equal(
	    json_integer_value(json_object_get(json_object_get(description, "validity"), "notAfter")), 2208988800);
	assert_null(json_object_get(description, "transferData"));
	assert_null(json_object_get(description, "previousOwnedBy"));
}

static void
statuses_at_registration(void **state)
{
	static const struct {
		const char *status, *query, *becomes;
	} rows[] = {
		{ NULL, NULL, "INACTIVE" },
		{ NULL, "setAsActive=true", "ACTIVE" },
		{ NULL, "setAsActive=false", "INACTIVE" },
		{ "ACTIVE", NULL, "ACTIVE" },
		{ "ACTIVE", "setAsActive=false", "ACTIVE" },
		{ "INACTIVE", NULL, "INACTIVE" },
		{ "REVOKED", NULL, "REVOKED" },
		{ "REGISTER_INACTIVE", NULL, "INACTIVE" },
	};

	(void)state;
	(void)register_ca(ca_pem("CA", "ec:P-256"), "setAsActive=true");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *object =
		    json_pack("{s:s, s:s*}", "certificatePem", device_pem("CA", "ec:P-256"), "status", rows[i].status);
		char *body = json_dumps(object, 0);
		assert_done(call(&world, "POST", "/certificate/register", rows[i].query, body));
		assert_text(describe(id()), "status", rows[i].becomes);
		free(body);
		json_decref(object);
	}
	const char *pem = device_pem("CA", "ec:P-256");
	assert_refused(register_device(pem, "PENDING_ACTIVATION"), "CertificateStateException",
	    "Not allowed to register certificate with PENDING_ACTIVATION status");
	assert_refused(register_device(pem, "PENDING_TRANSFER"), "CertificateStateException", "PENDING_TRANSFER");
	assert_refused(register_device(pem, "BOGUS"), "InvalidRequestException", "status");
	assert_refused(call(&world, "POST", "/certificate/register", "setAsActive=true",
			   body_of(&world, "certificatePem", pem, "status", "REVOKED", NULL)),
	    "InvalidRequestException", "contradicts status REVOKED");
	assert_refused(register_alone(pem, "PENDING_ACTIVATION"), "CertificateStateException", "PENDING_ACTIVATION");
	assert_done(register_alone(pem, NULL));
	assert_text(describe(id()), "status", "INACTIVE");
}

static void
issuers_that_are_not(void **state)
{
	static const char validation[] = "CertificateValidationException";
	const char *inactive = register_ca(ca_pem("Inactive", "ec:P-256#1"), NULL);
	const char *unregistered = ca_pem("Unregistered", "ec:P-256#2");
	const char *good = ca_pem("Good", "ec:P-256");

	(void)state;
	(void)register_ca(good, "setAsActive=true");
	assert_refused(
	    register_device(device_pem("Nobody", "ec:P-256"), NULL), validation, "names as its issuer, CN=Nobody");
	assert_refused(register_device(device_pem("Good", "ec:P-256#2"), NULL), validation,
	    "not signed by the key of its issuer CN=Good");
	assert_refused(register_device(device_pem("Inactive", "ec:P-256#1"), NULL), validation,
	    ka_arena_format(&made, "%s, is INACTIVE", inactive));
	assert_refused(call(&world, "POST", "/certificate/register", NULL,
			   body_of(&world, "certificatePem", device_pem("Good", "ec:P-256"), "caCertificatePem",
			       unregistered, NULL)),
	    validation, "is not registered");
	assert_refused(
	    call(&world, "POST", "/certificate/register", NULL,
		body_of(&world, "certificatePem", device_pem("Nobody", "ec:P-256"), "caCertificatePem", good, NULL)),
	    validation, "names CN=Nobody as its issuer, but the CA is CN=Good");
	assert_refused(
	    call(&world, "POST", "/certificate/register", NULL,
		body_of(&world, "certificatePem", device_pem("Good", "ec:P-256"), "caCertificatePem", "junk", NULL)),
	    validation, "caCertificatePem: the text holds no PEM");
	/* Another account's CA is not ours. */
	world.account = OTHER_ACCOUNT;
	assert_refused(register_device(device_pem("Good", "ec:P-256"), NULL), validation, "No registered CA");
	world.account = TEST_ACCOUNT;
	assert_done(call(&world, "POST", "/certificate/register", NULL,
	    body_of(&world, "certificatePem", device_pem("Good", "ec:P-256"), "caCertificatePem", good, NULL)));
}

static void
certificates_that_are_refused(void **state)
{
	static const char validation[] = "CertificateValidationException";
	const char *good = device_pem("CA", "ec:P-256");
	const struct {
		const char *pem, *error, *says;
	} rows[] = {
		{ "", "InvalidRequestException", "certificatePem" },
		{ "junk", validation, "certificatePem: the text holds no PEM" },
		{ ka_arena_format(&made, "%s%s", good, device_pem("CA", "ec:P-256")), validation,
		    "more than one certificate" },
		{ make_cert_pem(&made, &(struct make_cert){ .key = "rsa:1024", .issuer = "CA", .signer = "ec:P-256" }),
		    validation, "RSA 1024" },
		{ make_cert_pem(&made,
		      &(struct make_cert){
			  .key = "rsa:2048", .issuer = "CA", .signer = "ec:P-256", .not_after = 1699999999 }),
		    validation, "expired" },
		{ make_cert_pem(&made,
		      &(struct make_cert){
			  .key = "rsa:2048", .issuer = "CA", .signer = "rsa:2048#1", .digest = "SHA1" }),
		    validation, "sha1" },
		{ make_cert_pem(&made,
		      &(struct make_cert){ .key = "rsa:2048",
			  .subject = "a\0b",
			  .subject_len = 3,
			  .issuer = "CA",
			  .signer = "ec:P-256" }),
		    validation, "NUL" },
	};

	(void)state;
	(void)register_ca(ca_pem("CA", "ec:P-256"), "setAsActive=true");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_refused(register_device(rows[i].pem, NULL), rows[i].error, rows[i].says);
		assert_refused(register_alone(rows[i].pem, NULL), rows[i].error, rows[i].says);
	}
	assert_refused(
	    call(&world, "POST", "/certificate/register", NULL, "{}"), "InvalidRequestException", "certificatePem");
	assert_done(call(&world, "GET", "/certificates", NULL, NULL));
	assert_int_equal(json_array_size(json_object_get(world.json, "certificates")), 0);
}

static void
which_ca_signed(void **state)
{
	/* Two CAs with one subject and different keys: the signature tells. Two with one key as well: somebody must. */
	const char *first = ca_pem("Same", "ec:P-256#1"), *second = ca_pem("Same", "ec:P-256#2"),
		   *twin = ca_pem("Same", "ec:P-256#2");
	const char *first_id = register_ca(first, "setAsActive=true"),
		   *second_id = register_ca(second, "setAsActive=true");

	(void)state;
	assert_done(register_device(device_pem("Same", "ec:P-256#1"), NULL));
	assert_text(describe(id()), "caCertificateId", first_id);
	assert_done(register_device(device_pem("Same", "ec:P-256#2"), NULL));
	assert_text(describe(id()), "caCertificateId", second_id);
	const char *twin_id = register_ca(twin, NULL);
	assert_done(register_device(device_pem("Same", "ec:P-256#2"), NULL));
	assert_text(describe(id()), "caCertificateId", second_id);
	assert_done(
	    call(&world, "PUT", ka_arena_format(&made, "/cacertificate/%s", twin_id), "newStatus=ACTIVE", NULL));
	const char *pem = device_pem("Same", "ec:P-256#2");
	assert_refused(register_device(pem, NULL), "CertificateConflictException", twin_id);
	assert_done(call(&world, "POST", "/certificate/register", NULL,
	    body_of(&world, "certificatePem", pem, "caCertificatePem", twin, NULL)));
	assert_text(describe(id()), "caCertificateId", twin_id);
	assert_done(register_device(device_pem("Same", "ec:P-256#1"), NULL));
}

static void
duplicates_and_modes(void **state)
{
	const char *pem = device_pem("CA", "ec:P-256");
	const char *code, *proof;

	(void)state;
	assert_done(call(&world, "GET", "/registrationcode", NULL, NULL));
	code = ka_arena_string(&made, text_at(&world, "registrationCode"));
	proof = make_cert_pem(
	    &made, &(struct make_cert){ .key = "rsa:2048", .subject = code, .issuer = "CA", .signer = "ec:P-256" });
	assert_done(call(&world, "POST", "/cacertificate", "setAsActive=true",
	    body_of(&world, "caCertificate", ca_pem("CA", "ec:P-256"), "verificationCertificate", proof, NULL)));
	assert_done(register_device(pem, NULL));
	const char *first = id(), *arn = ka_arena_string(&made, text_at(&world, "certificateArn"));
	assert_text(describe(first), "certificateMode", "DEFAULT");
	assert_refused(register_device(pem, NULL), "ResourceAlreadyExistsException",
	    "The certificate is already provisioned or registered");
	assert_string_equal(text_at(&world, "resourceId"), first);
	assert_string_equal(text_at(&world, "resourceArn"), arn);
	assert_refused(register_alone(pem, NULL), "ResourceAlreadyExistsException", "already");
	assert_done(register_alone(device_pem("CA", "ec:P-256"), "ACTIVE"));
	json_t *description = describe(id());
	assert_text(description, "certificateMode", "SNI_ONLY");
	assert_text(description, "status", "ACTIVE");
	assert_null(json_object_get(description, "caCertificateId"));
}

static void
updates(void **state)
{
	static const struct {
		const char *to, *error, *becomes;
		int version;
	} steps[] = {
		{ "ACTIVE", "", "ACTIVE", 2 },
		{ "ACTIVE", "", "ACTIVE", 2 },
		{ "INACTIVE", "", "INACTIVE", 3 },
		{ "PENDING_TRANSFER", "CertificateStateException", "INACTIVE", 3 },
		{ "PENDING_ACTIVATION", "CertificateStateException", "INACTIVE", 3 },
		{ "REGISTER_INACTIVE", "InvalidRequestException", "INACTIVE", 3 },
		{ "BOGUS", "InvalidRequestException", "INACTIVE", 3 },
		{ "active", "InvalidRequestException", "INACTIVE", 3 },
		{ "REVOKED", "", "REVOKED", 4 },
		{ "REVOKED", "", "REVOKED", 4 },
		{ "ACTIVE", "CertificateStateException", "REVOKED", 4 },
		{ "INACTIVE", "CertificateStateException", "REVOKED", 4 },
	};

	(void)state;
	assert_done(register_alone(device_pem("X", "ec:P-256"), NULL));
	const char *device = id();
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		world.now += 1000;
		assert_string_equal(
		    call(&world, "PUT", path_of(device), ka_arena_format(&made, "newStatus=%s", steps[i].to), NULL),
		    steps[i].error);
		json_t *description = describe(device);
		assert_text(description, "status", steps[i].becomes);
		assert_int_equal(json_integer_value(json_object_get(description, "customerVersion")), steps[i].version);
	}
	const struct ka_log_row *log = last_change(&world);
	assert_string_equal(log->action, "UpdateCertificate");
	assert_non_null(strstr(log->before, "\"INACTIVE\""));
	assert_non_null(strstr(log->after, "\"REVOKED\""));
	assert_true(json_real_value(json_object_get(describe(device), "lastModifiedDate")) == 1700000009.123);
	assert_refused(call(&world, "PUT", path_of(device), NULL, NULL), "InvalidRequestException", "newStatus");
	const char *none = ka_arena_format(&made, "%064x", 9);
	assert_refused(call(&world, "PUT", path_of(none), "newStatus=ACTIVE", NULL), "ResourceNotFoundException", none);
	assert_refused(call(&world, "GET", path_of(none), NULL, NULL), "ResourceNotFoundException", none);
}

static void
deletions(void **state)
{
	const char *pem = device_pem("X", "ec:P-256");

	(void)state;
	assert_done(register_alone(pem, "ACTIVE"));
	const char *device = id();
	assert_refused(call(&world, "DELETE", path_of(device), NULL, NULL), "CertificateStateException", "is ACTIVE");
	assert_refused(call(&world, "DELETE", path_of(device), "forceDelete=true", NULL), "CertificateStateException",
	    "is ACTIVE: UpdateCertificate");
	assert_done(call(&world, "PUT", path_of(device), "newStatus=INACTIVE", NULL));
	assert_done(call(&world, "DELETE", path_of(device), "forceDelete=false", NULL));
	assert_string_equal(last_change(&world)->action, "DeleteCertificate");
	assert_refused(call(&world, "DELETE", path_of(device), NULL, NULL), "ResourceNotFoundException", device);
	assert_done(register_alone(pem, "REVOKED"));
	assert_done(call(&world, "DELETE", path_of(device), NULL, NULL));
}

static enum ka_store_status
begin_transfer(struct ka_tx *tx, void *arg)
{
	const struct ka_scope scope = { world.account, world.region };
	struct ka_device_row row;
	enum ka_store_status status = ka_tx_device_get(tx, &row, &made, &scope, arg);

	row.status = KA_DEVICE_PENDING_TRANSFER;
	row.previous_owner = "999988887777";
	row.transfer_to = OTHER_ACCOUNT;
	row.transfer_message = "take \"it\"";
	row.reject_reason = "not before";
	row.transfer_date = TEST_NOW + 1000;
	row.reject_date = TEST_NOW + 2000;
	return status == KA_STORE_OK ? ka_tx_device_update(tx, &scope, &row) : status;
}

static void
what_is_in_transfer_stays_as_it_is(void **state)
{
	(void)state;
	assert_done(register_alone(device_pem("X", "ec:P-256"), NULL));
	const char *device = id();
	assert_int_equal(ka_store_write(world.server.store, begin_transfer, (void *)(uintptr_t)device), KA_STORE_OK);
	json_t *description = describe(device), *transfer = json_object_get(description, "transferData");
	assert_text(description, "status", "PENDING_TRANSFER");
	assert_text(description, "previousOwnedBy", "999988887777");
	assert_int_equal(json_object_size(transfer), 4);
	assert_text(transfer, "transferMessage", "take \"it\"");
	assert_text(transfer, "rejectReason", "not before");
	assert_true(json_real_value(json_object_get(transfer, "transferDate")) == 1700000001.123);
	assert_true(json_real_value(json_object_get(transfer, "rejectDate")) == 1700000002.123);
	assert_refused(call(&world, "PUT", path_of(device), "newStatus=ACTIVE", NULL), "CertificateStateException",
	    "CancelCertificateTransfer");
	assert_refused(call(&world, "DELETE", path_of(device), NULL, NULL), "CertificateStateException",
	    "is PENDING_TRANSFER: CancelCertificateTransfer");
}

static void
certificates_of_our_own(void **state)
{
	struct ka_pki_cert cert;
	char message[KA_PKI_MESSAGE_LEN];

	(void)state;
	assert_done(call(&world, "POST", "/keys-and-certificate", "setAsActive=true", "{}"));
	json_t *pair = json_object_get(world.json, "keyPair");
	assert_int_equal(
	    strncmp(json_string_value(json_object_get(pair, "PublicKey")), "-----BEGIN PUBLIC KEY-----\n", 27), 0);
	assert_int_equal(
	    strncmp(json_string_value(json_object_get(pair, "PrivateKey")), "-----BEGIN RSA PRIVATE KEY-----\n", 32),
	    0);
	const char *pem = ka_arena_string(&made, text_at(&world, "certificatePem"));
	const char *device = id();
	assert_int_equal(ka_pki_read(&cert, message, &made, pem, strlen(pem)), KA_PKI_OK);
	assert_string_equal(cert.id, device);
	assert_int_equal(ka_pki_check_device(message, &cert, world.now, NULL), KA_PKI_OK);
	assert_int_equal(cert.object.not_after, INT64_C(2524607999));
	assert_int_equal(cert.object.key.bits, 2048);
	char name[64];
	(void)ka_name_text(name, sizeof(name), cert.object.subject);
	assert_string_equal(name, "CN=AWS IoT Certificate");
	assert_non_null(strstr(last_change(&world)->after, "ACTIVE"));
	assert_null(strstr(last_change(&world)->after, "KEY"));
	json_t *description = describe(device);
	assert_text(description, "status", "ACTIVE");
	assert_text(description, "certificateMode", "DEFAULT");
	assert_text(description, "certificatePem", pem);
	assert_text(description, "caCertificateId", ka_pki_id(world.server.pki));
	assert_done(call(
	    &world, "GET", ka_arena_format(&made, "/certificates-by-ca/%s", ka_pki_id(world.server.pki)), NULL, NULL));
	assert_int_equal(json_array_size(json_object_get(world.json, "certificates")), 1);
}

static void
requests_are_signed(void **state)
{
	static const struct {
		struct make_cert request;
		const char *error, *says;
	} rows[] = {
		{ { .key = "rsa:2048" }, "", "" },
		{ { .key = "rsa:2048", .pss = true }, "", "" },
		{ { .key = "ec:P-256" }, "", "" },
		{ { .key = "ec:P-384", .digest = "SHA384" }, "", "" },
		{ { .key = "ec:P-521", .subject = "Ünï" }, "", "" },
		{ { .key = "rsa:1024" }, "InvalidRequestException", "RSA 1024 bits" },
		{ { .key = "ec:P-224" }, "InvalidRequestException", "secp224r1" },
		{ { .key = "ec:secp256k1" }, "InvalidRequestException", "secp256k1" },
		{ { .key = "ec-explicit:P-256" }, "InvalidRequestException", "explicit" },
		{ { .key = "ed25519", .digest = "" }, "InvalidRequestException", "ED25519" },
		{ { .key = "rsa:2048", .digest = "SHA1" }, "InvalidRequestException", "sha1" },
		{ { .key = "rsa:2048", .signer = "rsa:2048#2" }, "InvalidRequestException",
		    "not signed by its own key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *body = ka_arena_string(&made,
		    body_of(&world, "certificateSigningRequest", make_request_pem(&made, &rows[i].request), NULL));
		const char *error = call(&world, "POST", "/certificates", i % 2 == 0 ? NULL : "setAsActive=true", body);
		assert_refused(error, rows[i].error, rows[i].says);
		if (rows[i].error[0] != '\0')
			continue;
		const char *first = id();
		assert_text(describe(first), "status", i % 2 == 0 ? "INACTIVE" : "ACTIVE");
		assert_done(call(&world, "POST", "/certificates", NULL, body));
		assert_string_not_equal(id(), first);
	}
	static const char *const junk[] = { "junk",
		"-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n" };
	for (size_t i = 0; i < 2; i++)
		assert_refused(call(&world, "POST", "/certificates", NULL,
				   body_of(&world, "certificateSigningRequest", junk[i], NULL)),
		    "InvalidRequestException", i == 0 ? "no PEM certificate request" : "der.truncated");
	assert_refused(call(&world, "POST", "/certificates", NULL,
			   body_of(&world, "certificateSigningRequest", device_pem("X", "ec:P-256"), NULL)),
	    "InvalidRequestException", "certificate where exactly one certificate request");
}

static unsigned
walk(const char *path, const char *query, const char *const ids[], unsigned num)
{
	const char *marker = "";
	unsigned at = 0;

	do {
		assert_done(call(&world, "GET", path, ka_arena_format(&made, "pageSize=2&%s%s", query, marker), NULL));
		json_t *list = json_object_get(world.json, "certificates"), *entry, *next;
		size_t i;
		json_array_foreach(list, i, entry)
		{
			assert_true(at < num);
			assert_text(entry, "certificateId", ids[at++]);
			assert_int_equal(json_object_size(entry), 5);
		}
		next = json_object_get(world.json, "nextMarker");
		marker = next == NULL ? NULL : ka_arena_format(&made, "&marker=%s", json_string_value(next));
	} while (marker != NULL);
	return at;
}

static void
lists(void **state)
{
	const char *ca[2], *up[6], *down[6], *of_first[3];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const char *subject = i == 0 ? "First" : "Second";
		ca[i] = register_ca(ca_pem(subject, "ec:P-256"), "setAsActive=true");
	}
	for (unsigned i = 0; i < 6; i++) {
		assert_done(register_device(device_pem(i % 2 == 0 ? "First" : "Second", "ec:P-256"), NULL));
		up[i] = down[5 - i] = id();
		if (i % 2 == 0)
			of_first[i / 2] = up[i];
	}
	assert_int_equal(walk("/certificates", "isAscendingOrder=true", up, 6), 6);
	assert_int_equal(walk("/certificates", "", down, 6), 6);
	assert_int_equal(
	    walk(ka_arena_format(&made, "/certificates-by-ca/%s", ca[0]), "isAscendingOrder=true", of_first, 3), 3);
	/* A page that ends with the list says so. */
	assert_done(call(&world, "GET", "/certificates", "pageSize=6", NULL));
	assert_null(json_object_get(world.json, "nextMarker"));
	const char *none[1] = { "" };
	assert_int_equal(walk(ka_arena_format(&made, "/certificates-by-ca/%064d", 1), "", none, 0), 0);
	/* A marker of one CA's list does not fit another's. */
	assert_done(call(&world, "GET", ka_arena_format(&made, "/certificates-by-ca/%s", ca[0]), "pageSize=1", NULL));
	const char *marker = ka_arena_string(&made, text_at(&world, "nextMarker"));
	assert_refused(call(&world, "GET", ka_arena_format(&made, "/certificates-by-ca/%s", ca[1]),
			   ka_arena_format(&made, "marker=%s", marker), NULL),
	    "InvalidRequestException", "marker");
	/* The devices of a CA that is gone are still listed. */
	assert_done(
	    call(&world, "PUT", ka_arena_format(&made, "/cacertificate/%s", ca[0]), "newStatus=INACTIVE", NULL));
	assert_done(call(&world, "DELETE", ka_arena_format(&made, "/cacertificate/%s", ca[0]), NULL, NULL));
	assert_int_equal(
	    walk(ka_arena_format(&made, "/certificates-by-ca/%s", ca[0]), "isAscendingOrder=true", of_first, 3), 3);
}

static void
endpoints(void **state)
{
	static const char *const types[] = { "iot:Data", "iot:Data-ATS", "iot%3ACredentialProvider", "iot:Jobs" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_done(
		    call(&world, "GET", "/endpoint", ka_arena_format(&made, "endpointType=%s", types[i]), NULL));
		assert_string_equal(text_at(&world, "endpointAddress"), "127.0.0.1:8400");
	}
	assert_done(call(&world, "GET", "/endpoint", NULL, NULL));
	assert_refused(
	    call(&world, "GET", "/endpoint", "endpointType=iot:Dat", NULL), "InvalidRequestException", "iot:Data-ATS");
}

static void
weak_keys(void **state)
{
	char pem[8192] = "";
	FILE *file = fopen(*state, "r");

	assert_non_null(file);
	assert_true(fread(pem, 1, sizeof(pem) - 1, file) > 100);
	(void)fclose(file);
	world.now = INT64_C(1800000000000);
	world.server.on_weak_key = KA_ON_WEAK_REFUSE;
	assert_refused(register_alone(pem, NULL), "CertificateValidationException",
	    "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361");
	world.server.on_weak_key = KA_ON_WEAK_REGISTER;
	assert_done(register_alone(pem, NULL));
}

int
main(int argc, char **argv)
{
	void *roca = (void *)(uintptr_t)(argc > 1 ? argv[1] : "examples/roca-ca.pem");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(register_and_describe, set_up, tear_down),
		cmocka_unit_test_setup_teardown(statuses_at_registration, set_up, tear_down),
		cmocka_unit_test_setup_teardown(issuers_that_are_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(certificates_that_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(which_ca_signed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(duplicates_and_modes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(updates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(deletions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_in_transfer_stays_as_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(certificates_of_our_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(requests_are_signed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lists, set_up, tear_down),
		cmocka_unit_test_setup_teardown(endpoints, set_up, tear_down),
		cmocka_unit_test_prestate_setup_teardown(weak_keys, set_up, tear_down, roca),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
