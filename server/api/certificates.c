/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/certificates.h"

#include "server/api/routes.h"
#include "server/random.h"

const char *
ka_ca_status_name(enum ka_ca_status status)
{
	/* The model's enum ends at INACTIVE; clients take other words as they come. */
	static const char *const names[] = {
		[KA_CA_ACTIVE] = "ACTIVE",
		[KA_CA_INACTIVE] = "INACTIVE",
		[KA_CA_PENDING_TRANSFER] = "PENDING_TRANSFER",
	};

	return names[status];
}

const char *
ka_cert_mode_name(enum ka_cert_mode mode)
{
	return mode == KA_MODE_SNI_ONLY ? "SNI_ONLY" : "DEFAULT";
}

struct ka_ca_row
ka_ca_row_new(const struct ka_pki_cert *cert, int64_t now)
{
	struct ka_ca_row row = {
		.der = cert->der,
		.not_before = cert->object.not_before * 1000,
		.not_after = cert->object.not_after * 1000,
		.created = now,
		.modified = now,
		.customer_version = 1,
	};

	memcpy(row.id, cert->id, sizeof(row.id));
	memcpy(row.subject_sha256, cert->subject_sha256, sizeof(row.subject_sha256));
	memcpy(row.spki_sha256, cert->spki_sha256, sizeof(row.spki_sha256));
	ka_random_uuid(row.generation_id);
	return row;
}

struct ka_device_row
ka_device_row_new(const struct ka_pki_cert *cert, int64_t now)
{
	struct ka_device_row row = {
		.der = cert->der,
		.not_before = cert->object.not_before * 1000,
		.not_after = cert->object.not_after * 1000,
		.created = now,
		.modified = now,
		.customer_version = 1,
	};

	memcpy(row.id, cert->id, sizeof(row.id));
	ka_random_uuid(row.generation_id);
	return row;
}

static const char *
finish(struct ka_arena *arena, struct ka_json *json)
{
	ka_json_close(json, '}');
	const char *text = ka_arena_text(arena, json->buf->data, json->buf->len);
	ka_buf_clear(json->buf);
	return text;
}

const char *
ka_ca_state(struct ka_arena *arena, const struct ka_ca_row *row)
{
	struct ka_buf buf = { 0 };
	struct ka_json json = { .buf = &buf };

	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "status", ka_ca_status_name(row->status));
	ka_json_string(&json, "certificateMode", ka_cert_mode_name(row->mode));
	ka_json_string(&json, "autoRegistrationStatus", row->auto_registration ? "ENABLE" : "DISABLE");
	ka_json_number(&json, "customerVersion", (uint64_t)row->customer_version);
	if (row->registration_config != NULL)
		ka_json_raw(&json, "registrationConfig", row->registration_config);
	if (row->transfer_to != NULL)
		ka_json_string(&json, "transferredTo", row->transfer_to);
	if (row->reject_reason != NULL)
		ka_json_string(&json, "rejectReason", row->reject_reason);
	if (row->deactivated_by != NULL)
		ka_json_string(&json, "deactivatedBy", row->deactivated_by);
	return finish(arena, &json);
}

const char *
ka_device_state(struct ka_arena *arena, const struct ka_device_row *row)
{
	struct ka_buf buf = { 0 };
	struct ka_json json = { .buf = &buf };

	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "status", ka_device_status_name(row->status));
	ka_json_string(&json, "certificateMode", ka_cert_mode_name(row->mode));
	if (row->ca_id[0] != '\0')
		ka_json_string(&json, "caCertificateId", row->ca_id);
	ka_json_number(&json, "customerVersion", (uint64_t)row->customer_version);
	if (row->transfer_to != NULL)
		ka_json_string(&json, "transferredTo", row->transfer_to);
	if (row->previous_owner != NULL)
		ka_json_string(&json, "previousOwnedBy", row->previous_owner);
	if (row->reject_reason != NULL)
		ka_json_string(&json, "rejectReason", row->reject_reason);
	if (row->deactivated_by != NULL)
		ka_json_string(&json, "deactivatedBy", row->deactivated_by);
	return finish(arena, &json);
}

const char *
ka_registration_code_state(struct ka_arena *arena, const char *code)
{
	return ka_arena_format(arena, "{\"registrationCode\":\"%s\"}", code);
}

void
ka_reply_pki(struct ka_reply *reply, const struct ka_request *request, enum ka_pki_fault fault,
    const char message[KA_PKI_MESSAGE_LEN])
{
	static const enum ka_api_error errors[] = {
		[KA_PKI_OK] = KA_API_INTERNAL_FAILURE,
		[KA_PKI_FORMAT] = KA_API_CERTIFICATE_VALIDATION,
		[KA_PKI_VALIDITY] = KA_API_CERTIFICATE_VALIDATION,
		[KA_PKI_KEY_SIZE] = KA_API_CERTIFICATE_VALIDATION,
		[KA_PKI_BASIC_CONSTRAINTS] = KA_API_CERTIFICATE_VALIDATION,
		[KA_PKI_SIGNATURE_ALGORITHM] = KA_API_CERTIFICATE_VALIDATION,
		[KA_PKI_SELF_SIGNATURE] = KA_API_CERTIFICATE_VALIDATION,
		[KA_PKI_WEAK_KEY] = KA_API_CERTIFICATE_VALIDATION,
		[KA_PKI_PROOF] = KA_API_CERTIFICATE_VALIDATION,
		[KA_PKI_CODE] = KA_API_REGISTRATION_CODE_VALIDATION,
		[KA_PKI_ISSUER] = KA_API_CERTIFICATE_VALIDATION,
		[KA_PKI_REQUEST] = KA_API_INVALID_REQUEST,
		[KA_PKI_FAILED] = KA_API_INTERNAL_FAILURE,
	};

	ka_reply_error(reply, request, errors[fault], "%s", message);
}

bool
ka_param_certificate(
    struct ka_pki_cert *out, struct ka_reply *reply, const struct ka_request *request, const char *name)
{
	char message[KA_PKI_MESSAGE_LEN];
	const char *pem = ka_param_text(request, name);
	enum ka_pki_fault fault = ka_pki_read(out, message, request->arena, pem, strlen(pem));

	if (fault != KA_PKI_OK)
		ka_reply_error(reply, request, KA_API_CERTIFICATE_VALIDATION, "%s: %s", name, message);
	return fault == KA_PKI_OK;
}

const struct ka_ctx *
ka_weak_ctx(const struct ka_request *request)
{
	return request->server->on_weak_key == KA_ON_WEAK_REFUSE ? request->server->ctx : NULL;
}

void
ka_reply_registered(struct ka_reply *reply, const char *arn, const char *id)
{
	struct ka_json json = { .buf = &reply->body };

	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "certificateArn", arn);
	ka_json_string(&json, "certificateId", id);
	ka_json_close(&json, '}');
}

void
ka_reply_no_ca(struct ka_reply *reply, const struct ka_request *request)
{
	ka_reply_error(reply, request, KA_API_RESOURCE_NOT_FOUND, "Account %s has no CA certificate %s in %s",
	    request->scope.account, ka_param_text(request, "certificateId"), request->scope.region);
}

void
ka_reply_no_device(struct ka_reply *reply, const struct ka_request *request)
{
	ka_reply_error(reply, request, KA_API_RESOURCE_NOT_FOUND, "Account %s has no certificate %s in %s",
	    request->scope.account, ka_param_text(request, "certificateId"), request->scope.region);
}
