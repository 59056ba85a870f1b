/* SPDX-License-Identifier: Apache-2.0 */
/* The worker: objects of a chunk to rows or refusals. */
#include "server/import/item.h"

#include <stdlib.h>
#include <string.h>

#include "server/api/certificates.h"

struct ka_import_worker {
	const struct ka_import *import;
	struct ka_issuers *issuers;
};

struct ka_import_worker *
ka_import_worker_new(const struct ka_import *import, struct ka_issuers *issuers)
{
	struct ka_import_worker *worker = calloc(1, sizeof(*worker));

	if (worker == NULL)
		ka_out_of_memory();
	*worker = (struct ka_import_worker){ import, issuers };
	return worker;
}

void
ka_import_worker_free(struct ka_import_worker *worker)
{
	free(worker);
}

void
ka_import_job_clear(struct ka_import_job *job)
{
	ka_chunk_clear(&job->chunk);
	ka_arena_clear(&job->arena);
	free(job->items);
}

static struct ka_item *
add_item(struct ka_import_job *job)
{
	if (job->num == job->cap) {
		job->cap = job->cap == 0 ? 256 : 2 * job->cap;
		job->items = realloc(job->items, job->cap * sizeof(*job->items));
		if (job->items == NULL)
			ka_out_of_memory();
	}
	struct ka_item *item = &job->items[job->num];
	*item = (struct ka_item){ .index = job->num++ };
	return item;
}

static void
refuse(struct ka_import_job *job, struct ka_item *item, const char *reason, const char *message)
{
	item->refused = reason;
	item->message = ka_arena_string(&job->arena, message);
}

static const char *
reason_of(enum ka_pki_fault fault)
{
	static const char *const names[] = {
		[KA_PKI_OK] = "internal",
		[KA_PKI_FORMAT] = "format",
		[KA_PKI_VALIDITY] = "validity",
		[KA_PKI_KEY_SIZE] = "key-size",
		[KA_PKI_BASIC_CONSTRAINTS] = "basic-constraints",
		[KA_PKI_SIGNATURE_ALGORITHM] = "signature-algorithm",
		[KA_PKI_SELF_SIGNATURE] = "self-signature",
		[KA_PKI_WEAK_KEY] = "weak-key",
		[KA_PKI_PROOF] = "proof",
		[KA_PKI_CODE] = "registration-code",
		[KA_PKI_ISSUER] = "issuer",
		[KA_PKI_REQUEST] = "request",
		[KA_PKI_FAILED] = "internal",
	};

	return names[fault];
}

static void
fill_ca(const struct ka_import *import, struct ka_import_job *job, struct ka_item *item, const struct ka_pki_cert *cert)
{
	item->ca = ka_ca_row_new(cert, import->now);
	item->ca.mode = import->ca_mode;
	item->ca.status = import->ca_status;
	item->ca.auto_registration = import->auto_registration;
	item->after = ka_ca_state(&job->arena, &item->ca);
}

static void
fill_device(
    struct ka_import_worker *worker, struct ka_import_job *job, struct ka_item *item, const struct ka_pki_cert *cert)
{
	const struct ka_import *import = worker->import;
	char message[KA_PKI_MESSAGE_LEN];
	const char *reason;

	item->device = ka_device_row_new(cert, import->now);
	item->device.status = import->device_status;
	item->device.mode = KA_MODE_SNI_ONLY;
	if (import->issuer != KA_ISSUER_NONE &&
	    !ka_issuers_find(item->device.ca_id, &item->device.mode, &reason, message, worker->issuers, cert)) {
		/* Which of several signed is not for us to guess; that none did is what AUTO is for. */
		if (import->issuer == KA_ISSUER_REQUIRED || strcmp(reason, "issuer") != 0) {
			refuse(job, item, reason, message);
			return;
		}
		item->device.ca_id[0] = '\0';
		item->device.mode = KA_MODE_SNI_ONLY;
	}
	item->after = ka_device_state(&job->arena, &item->device);
}

static void
take_object(struct ka_import_worker *worker, struct ka_import_job *job, const struct ka_object *object)
{
	const struct ka_import *import = worker->import;
	struct ka_item *item = add_item(job);
	char message[KA_PKI_MESSAGE_LEN];
	struct ka_pki_cert cert;

	if (object->kind != KA_OBJECT_CERTIFICATE) {
		refuse(job, item, "not-a-certificate", ka_object_kind_name(object->kind));
		return;
	}
	if (object->der.len > KA_IMPORT_MAX_DER) {
		refuse(job, item, "too-large", "longer than the 65536 characters of PEM that a reply can hold");
		return;
	}
	enum ka_pki_fault fault = ka_pki_take(&cert, message, object);
	if (fault == KA_PKI_OK)
		fault = import->kind == KA_IMPORT_CA ? ka_pki_check_ca(message, &cert, import->now, import->ctx)
						     : ka_pki_check_device(message, &cert, import->now, import->ctx);
	if (fault != KA_PKI_OK)
		refuse(job, item, reason_of(fault), message);
	else if (import->kind == KA_IMPORT_CA)
		fill_ca(import, job, item, &cert);
	else
		fill_device(worker, job, item, &cert);
}

static void
take_fault(struct ka_import_job *job, const struct ka_fault *fault, bool has_offset, int sys_errno)
{
	const char *message = ka_err_text(fault->err);

	if (sys_errno != 0)
		message = ka_arena_format(&job->arena, "%s: %s", message, strerror(sys_errno));
	if (has_offset)
		message = ka_arena_format(&job->arena, "%s, at byte %llu of the %s", message,
		    (unsigned long long)fault->offset, fault->in_object ? "object" : "input");
	refuse(job, add_item(job), ka_err_name(fault->err), message);
}

void
ka_import_worker_work(struct ka_import_worker *worker, struct ka_import_job *job)
{
	const struct ka_chunk *chunk = &job->chunk;
	struct ka_reader reader;
	struct ka_object object;
	struct ka_fault fault;

	ka_arena_clear(&job->arena);
	job->num = 0;
	if (chunk->len > 0) {
		ka_reader_init(&reader, ka_kernels_best(), chunk->format, (struct ka_slice){ chunk->data, chunk->len },
		    chunk->base, chunk->last, ka_arena_take(&job->arena, chunk->len), chunk->len);
		while (ka_reader_next(&object, &fault, &reader)) {
			if (fault.err != KA_OK)
				take_fault(job, &fault, true, 0);
			else
				take_object(worker, job, &object);
		}
	}
	if (chunk->fault.err != KA_OK)
		take_fault(job, &chunk->fault, chunk->fault_has_offset, chunk->sys_errno);
}
