/* SPDX-License-Identifier: Apache-2.0 */
/* item.h - for the files of import/: what becomes of one object on its way from a chunk to a row. */
#ifndef KA_SERVER_IMPORT_ITEM_H
#define KA_SERVER_IMPORT_ITEM_H

#include "server/import/import.h"

struct ka_item {
	uint64_t index;      /* of the object in its source */
	const char *source;  /* name of the input; borrowed */
	const char *refused; /* reason, or NULL */
	const char *message; /* with refused */
	bool already;        /* set by the transaction */
	const char *after;   /* what the log of changes keeps */
	struct ka_ca_row ca; /* of one kind only one of the two */
	struct ka_device_row device;
};

/* A chunk with what its worker made of it. All memory of the items is the arena's or the chunk's. */
struct ka_import_job {
	struct ka_chunk chunk;
	struct ka_arena arena;
	struct ka_item *items;
	size_t num, cap;
};

/* The issuers of device certificates, shared by the workers. A registry may change while an import runs, so what was
 * looked up is believed for a few seconds, and a transaction looks again. */
struct ka_issuers;
struct ka_issuers *ka_issuers_new(const struct ka_import *import);
void ka_issuers_free(struct ka_issuers *issuers);

/* ka_issuers_find looks for the registered ACTIVE CA that signed: true with its id and mode; or false, where
 * *out_reason is "issuer" when there is none and "ambiguous-issuer" when several have the same subject and key, or
 * "database" when it cannot be told. */
bool ka_issuers_find(char out_id[KA_CERT_ID_LEN + 1], enum ka_cert_mode *out_mode, const char **out_reason,
    char out_message[KA_PKI_MESSAGE_LEN], struct ka_issuers *issuers, const struct ka_pki_cert *cert);

/* The worker: ka_import_worker_work fills the job's items from its chunk. */
struct ka_import_worker;
struct ka_import_worker *ka_import_worker_new(const struct ka_import *import, struct ka_issuers *issuers);
void ka_import_worker_work(struct ka_import_worker *worker, struct ka_import_job *job);
void ka_import_worker_free(struct ka_import_worker *worker);
void ka_import_job_clear(struct ka_import_job *job);

/* ka_import_store writes the items that are not refused in one transaction, and sets already and refused of those that
 * the registry has, or does not take. */
enum ka_store_status ka_import_store(const struct ka_import *import, struct ka_item *items, size_t num);

#endif
