/* SPDX-License-Identifier: Apache-2.0 */
/* list.c - fingerprints, sorted: those of devices as they come, those of CAs between them. */
#include <string.h>

#include "server/export/export.h"

#define NUM_CAS 256u

struct list {
	struct ka_outfile *out;
	const struct ka_scope *scope;
	struct ka_tx *tx;
	uint64_t num;
	bool written; /* as far as it came */
	/* CAs that come next; read a few at a time. */
	char cas[NUM_CAS][KA_CERT_ID_LEN + 1];
	size_t num_cas, next_ca;
	bool all_cas;
	enum ka_store_status status;
};

static bool
put_line(struct list *list, const char *id)
{
	char line[KA_CERT_ID_LEN + 1];

	memcpy(line, id, KA_CERT_ID_LEN);
	line[KA_CERT_ID_LEN] = '\n';
	list->num++;
	list->written = ka_outfile_put(list->out, line, sizeof(line));
	return list->written;
}

static bool
keep_ca(void *arg, const char *id)
{
	struct list *list = arg;

	memcpy(list->cas[list->num_cas++], id, KA_CERT_ID_LEN + 1);
	return list->num_cas < NUM_CAS;
}

/* The next CA's id, or NULL. */
static const char *
next_ca(struct list *list)
{
	char last[KA_CERT_ID_LEN + 1] = "";

	if (list->next_ca < list->num_cas)
		return list->cas[list->next_ca];
	if (list->all_cas)
		return NULL;
	if (list->num_cas > 0)
		memcpy(last, list->cas[list->num_cas - 1], sizeof(last));
	list->num_cas = list->next_ca = 0;
	list->status = ka_tx_refused_cas(list->tx, list->scope, last, keep_ca, list);
	list->all_cas = list->num_cas < NUM_CAS;
	return list->num_cas > 0 ? list->cas[0] : NULL;
}

/* CAs in front of an id; NULL: all that are left. One that is equal is the same certificate and stands there once. */
static bool
put_cas(struct list *list, const char *before)
{
	const char *ca;

	while ((ca = next_ca(list)) != NULL) {
		int order = before == NULL ? -1 : strcmp(ca, before);

		if (order > 0)
			break;
		list->next_ca++;
		if (order < 0 && !put_line(list, ca))
			return false;
	}
	return list->status == KA_STORE_OK;
}

static bool
put_device(void *arg, const char *id)
{
	struct list *list = arg;

	return put_cas(list, id) && put_line(list, id);
}

static bool
put_text(struct list *list, struct ka_buf *buf)
{
	list->written = ka_outfile_put(list->out, buf->data, buf->len);
	ka_buf_clear(buf);
	return list->written;
}

static enum ka_store_status
write_list(struct ka_tx *tx, void *arg)
{
	struct list *list = arg;
	struct ka_buf text = { 0 };

	/* What was written cannot be taken back: no engine reads a snapshot a second time, but if one did, this is not for it. */
	if (list->tx != NULL)
		return KA_STORE_UNAVAILABLE;
	list->tx = tx;
	ka_buf_format(&text,
	    "# Certificates to refuse: account %s, region %s, as keyassayd knows them.\n"
	    "# SHA-256 of the DER, sorted; device certificates that are not ACTIVE, CAs that a mitigation deactivated, and what these issued.\n",
	    list->scope->account, list->scope->region);
	if (!put_text(list, &text))
		return KA_STORE_ABORTED;
	enum ka_store_status status = ka_tx_refused_devices(tx, list->scope, put_device, list);
	if (status == KA_STORE_OK && list->written)
		(void)put_cas(list, NULL);
	if (status == KA_STORE_OK)
		status = list->status;
	if (status != KA_STORE_OK || !list->written)
		return status == KA_STORE_OK ? KA_STORE_ABORTED : status;
	ka_buf_format(&text, "# %llu certificates\n", (unsigned long long)list->num);
	return put_text(list, &text) ? KA_STORE_OK : KA_STORE_ABORTED;
}

bool
ka_export_list(struct ka_outfile *out, uint64_t *out_num, char out_message[KA_EXPORT_MESSAGE_LEN], struct ka_store *store,
    const struct ka_scope *scope)
{
	struct list list = { .out = out, .scope = scope, .written = true };
	enum ka_store_status status = ka_store_read(store, write_list, &list);

	*out_num = list.num;
	if (status == KA_STORE_OK || !list.written) /* then ka_outfile_commit says why */
		return true;
	(void)snprintf(out_message, KA_EXPORT_MESSAGE_LEN, "the database %s",
	    status == KA_STORE_UNAVAILABLE ? "is locked or out of reach" : "failed");
	return false;
}
