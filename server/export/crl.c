/* SPDX-License-Identifier: Apache-2.0 */
#include "server/export/export.h"

struct list {
	struct ka_pki_crl *crl;
	const char *ca_id;
	char message[KA_PKI_MESSAGE_LEN];
	bool good;
};

static bool
add(void *arg, const struct ka_device_row *row)
{
	struct list *list = arg;

	/* A revocation is the last change of a certificate. */
	list->good = ka_pki_crl_add(list->crl, list->message, row->der, row->modified, row->status != KA_DEVICE_REVOKED);
	return list->good;
}

static enum ka_store_status
read_all(struct ka_tx *tx, void *arg)
{
	struct list *list = arg;

	/* As in list.c: not a second time. */
	if (ka_pki_crl_num(list->crl) > 0)
		return KA_STORE_UNAVAILABLE;
	enum ka_store_status status = ka_tx_issued_refused(tx, list->ca_id, add, list);

	return status == KA_STORE_OK && !list->good ? KA_STORE_ABORTED : status;
}

static bool
put(void *arg, const void *bytes, size_t len)
{
	return ka_outfile_put(arg, bytes, len);
}

static bool
fail(char *out_message, const char *why)
{
	(void)snprintf(out_message, KA_EXPORT_MESSAGE_LEN, "%s", why);
	return false;
}

bool
ka_export_crl(struct ka_outfile *out, uint64_t *out_num, char out_message[KA_EXPORT_MESSAGE_LEN], struct ka_store *store,
    const struct ka_pki *pki, int64_t now, int64_t next_update)
{
	struct list list = { .ca_id = ka_pki_id(pki), .good = true };
	enum ka_store_status status;
	bool good;

	list.crl = ka_pki_crl_new(list.message, pki);
	if (list.crl == NULL)
		return fail(out_message, list.message);
	status = ka_store_read(store, read_all, &list);
	if (status == KA_STORE_OK) {
		good = ka_pki_crl_write(list.crl, list.message, now, next_update, put, out) || ferror(out->file) != 0 ||
		    fail(out_message, list.message); /* ka_outfile_commit says what is wrong with the file */
	} else {
		good = fail(out_message, status == KA_STORE_ABORTED ? list.message
			: status == KA_STORE_UNAVAILABLE            ? "the database is locked or out of reach"
								    : "the database failed");
	}
	*out_num = ka_pki_crl_num(list.crl);
	ka_pki_crl_free(list.crl);
	return good;
}
