/* SPDX-License-Identifier: Apache-2.0 */
/* access_key.c - makes access keys and seals their secrets. */
#include <stdio.h>
#include <string.h>

#include "server/clock.h"
#include "server/sigv4/internal.h"

#define SEALED_LEN (KA_SECRET_ACCESS_KEY_LEN + KA_GCM_NONCE_LEN + KA_GCM_TAG_LEN)

static const struct {
	const char *name;
	enum ka_role role;
} roles[] = { { "admin", KA_ROLE_ADMIN }, { "auditor", KA_ROLE_AUDITOR }, { "reader", KA_ROLE_READER } };

const char *
ka_role_name(enum ka_role role)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (roles[i].role == role)
			return roles[i].name;
	return "unknown";
}

bool
ka_role_by_name(enum ka_role *out_role, const char *name)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (strcmp(roles[i].name, name) == 0) {
			*out_role = roles[i].role;
			return true;
		}
	}
	return false;
}

/* What a secret is bound to: a row whose account or role was changed in the database does not open. */
static struct ka_slice
context_of(char out[256], const struct ka_access_key_row *row)
{
	int len = snprintf(out, 256, "%s %s %s", row->access_key_id, row->account, ka_role_name(row->role));

	return (struct ka_slice){ (const uint8_t *)out, len > 0 && len < 256 ? (size_t)len : 0 };
}

bool
ka_access_key_open(char out_secret[KA_SECRET_ACCESS_KEY_LEN], struct ka_auth *auth, const struct ka_access_key_row *row)
{
	char context[256];
	uint8_t plain[SEALED_LEN];
	size_t len;

	if (row->sealed_secret.len != SEALED_LEN ||
	    !ka_crypto_open(
		plain, &len, auth->crypto, auth->access_key_key, row->sealed_secret, context_of(context, row)))
		return false;
	memcpy(out_secret, plain, KA_SECRET_ACCESS_KEY_LEN);
	ka_crypto_wipe(plain, sizeof(plain));
	return true;
}

/* Ids: base32 of 80 random bits behind the prefix. Secrets: base64 of 240 random bits, which is 40 characters
 * without padding. */
void
ka_new_access_key_make(struct ka_new_access_key *out, const char *prefix)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint8_t random[KA_SECRET_ACCESS_KEY_LEN / 4 * 3];

	ka_crypto_random(random, 16);
	memcpy(out->access_key_id, prefix, 4);
	for (size_t i = 0; i < 16; i++)
		out->access_key_id[4 + i] = alphabet[random[i] & 31];
	out->access_key_id[KA_ACCESS_KEY_ID_LEN] = '\0';
	ka_crypto_random(random, sizeof(random));
	ka_crypto_base64(out->secret_access_key, (struct ka_slice){ random, sizeof(random) });
	ka_crypto_wipe(random, sizeof(random));
}

/* A row, and who makes it; NULL: nobody has a log yet. */
struct insert {
	const struct ka_access_key_row *row;
	const char *actor;
};

static enum ka_store_status
log_insert(struct ka_tx *tx, const struct insert *insert)
{
	const struct ka_access_key_row *row = insert->row;
	struct ka_buf after = { 0 };
	struct ka_json json = { .buf = &after };
	char arn[128];

	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "role", ka_role_name(row->role));
	if (row->description != NULL)
		ka_json_string(&json, "description", row->description);
	ka_json_close(&json, '}');
	ka_buf_putc(&after, '\0');
	(void)snprintf(arn, sizeof(arn), "arn:aws:iam::%s:access-key/%s", row->account, row->access_key_id);
	enum ka_store_status status = ka_tx_log_append(tx,
	    &(struct ka_log_row){ .time = row->created,
		.account = row->account,
		.region = KA_LOG_ANY_REGION,
		.actor = insert->actor,
		.action = "CreateAccessKey",
		.resource = arn,
		.after = after.data });
	ka_buf_clear(&after);
	return status;
}

static enum ka_store_status
insert(struct ka_tx *tx, void *arg)
{
	const struct insert *insert = arg;
	enum ka_store_status status = ka_tx_access_key_insert(tx, insert->row);

	return status == KA_STORE_OK && insert->actor != NULL ? log_insert(tx, insert) : status;
}

enum ka_store_status
ka_auth_access_key_create(struct ka_new_access_key *out, struct ka_auth *auth, const char *account, enum ka_role role,
    const char *description, const char *actor)
{
	char context[256];
	uint8_t sealed[SEALED_LEN];
	struct ka_new_access_key fresh;

	ka_new_access_key_make(&fresh, "AKIA");
	struct ka_access_key_row row = {
		.access_key_id = fresh.access_key_id,
		.account = account,
		.role = role,
		.sealed_secret = { sealed, sizeof(sealed) },
		.description = description,
		.created = ka_clock_now(),
	};
	ka_crypto_seal(sealed, auth->crypto, auth->access_key_key,
	    (struct ka_slice){ (const uint8_t *)fresh.secret_access_key, KA_SECRET_ACCESS_KEY_LEN },
	    context_of(context, &row));
	enum ka_store_status status = ka_store_write(auth->store, insert, &(struct insert){ &row, actor });
	if (status == KA_STORE_OK)
		*out = fresh;
	ka_crypto_wipe(&fresh, sizeof(fresh));
	return status;
}
