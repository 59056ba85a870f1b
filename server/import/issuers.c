/* SPDX-License-Identifier: Apache-2.0 */
/* A table from issuers' names to the CAs that have them: most certificates of an import have one of a few issuers. */
#include "server/import/item.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/clock.h"

#define NUM_SLOTS 4096u /* one issuer each; a newcomer takes the place of the old one */
#define BELIEVED_NS (INT64_C(5) * 1000000000)

struct slot {
	struct ka_arena arena;
	uint8_t subject_sha256[32];
	int64_t looked_up; /* 0: free */
	struct ka_ca_row *rows;
	size_t num;
};

struct ka_issuers {
	const struct ka_import *import;
	pthread_mutex_t lock;
	struct slot slots[NUM_SLOTS];
};

struct ka_issuers *
ka_issuers_new(const struct ka_import *import)
{
	struct ka_issuers *issuers = calloc(1, sizeof(*issuers));

	if (issuers == NULL)
		ka_out_of_memory();
	issuers->import = import;
	(void)pthread_mutex_init(&issuers->lock, NULL);
	return issuers;
}

void
ka_issuers_free(struct ka_issuers *issuers)
{
	for (size_t i = 0; i < NUM_SLOTS; i++)
		ka_arena_clear(&issuers->slots[i].arena);
	(void)pthread_mutex_destroy(&issuers->lock);
	free(issuers);
}

struct lookup {
	const struct ka_import *import;
	struct slot *slot;
};

static enum ka_store_status
look_up(struct ka_tx *tx, void *arg)
{
	struct lookup *lookup = arg;

	return ka_tx_ca_by_subject(tx, &lookup->slot->rows, &lookup->slot->num, &lookup->slot->arena,
	    &lookup->import->scope, lookup->slot->subject_sha256);
}

/* The slot of an issuer, looked up; NULL when the database does not answer. With the lock held. */
static struct slot *
slot_of(struct ka_issuers *issuers, const uint8_t subject_sha256[32])
{
	struct slot *slot =
	    &issuers->slots[((unsigned)subject_sha256[0] | (unsigned)subject_sha256[1] << 8) % NUM_SLOTS];
	int64_t now = ka_clock_monotonic();

	if (slot->looked_up != 0 && memcmp(slot->subject_sha256, subject_sha256, 32) == 0 &&
	    now - slot->looked_up < BELIEVED_NS)
		return slot;
	ka_arena_clear(&slot->arena);
	memcpy(slot->subject_sha256, subject_sha256, 32);
	slot->looked_up = 0;
	if (ka_store_read(issuers->import->store, look_up, &(struct lookup){ issuers->import, slot }) != KA_STORE_OK)
		return NULL;
	slot->looked_up = now;
	return slot;
}

/* The ACTIVE CAs of a slot, copied, since another worker may look something else up. */
static size_t
copy_active(struct ka_ca_row **out, struct ka_arena *arena, const struct slot *slot)
{
	size_t num = 0;

	*out = ka_arena_take(arena, (slot->num + 1) * sizeof(**out));
	for (size_t i = 0; i < slot->num; i++) {
		if (slot->rows[i].status != KA_CA_ACTIVE)
			continue;
		(*out)[num] = slot->rows[i];
		(*out)[num++].der = ka_arena_slice(arena, slot->rows[i].der);
	}
	return num;
}

bool
ka_issuers_find(char out_id[KA_CERT_ID_LEN + 1], enum ka_cert_mode *out_mode, const char **out_reason,
    char out_message[KA_PKI_MESSAGE_LEN], struct ka_issuers *issuers, const struct ka_pki_cert *cert)
{
	struct ka_arena arena = { 0 };
	struct ka_ca_row *rows = NULL;
	size_t num = 0, num_signed = 0;

	(void)pthread_mutex_lock(&issuers->lock);
	const struct slot *slot = slot_of(issuers, cert->issuer_sha256);
	if (slot != NULL)
		num = copy_active(&rows, &arena, slot);
	(void)pthread_mutex_unlock(&issuers->lock);
	*out_reason = slot == NULL ? "database" : "issuer";
	(void)snprintf(out_message, KA_PKI_MESSAGE_LEN, "%s",
	    slot == NULL ? "the registered CA certificates cannot be read"
			 : "no registered ACTIVE CA certificate has the subject that it names as its issuer");
	for (size_t i = 0; i < num; i++) {
		if (ka_pki_check_issuer(out_message, cert, rows[i].der) != KA_PKI_OK)
			continue;
		if (num_signed++ == 0) {
			memcpy(out_id, rows[i].id, sizeof(rows[i].id));
			*out_mode = rows[i].mode;
			continue;
		}
		*out_reason = "ambiguous-issuer";
		(void)snprintf(out_message, KA_PKI_MESSAGE_LEN,
		    "several registered CA certificates with the same subject and key could have signed it, %s and %s "
		    "among them",
		    out_id, rows[i].id);
	}
	ka_arena_clear(&arena);
	return num_signed == 1;
}
