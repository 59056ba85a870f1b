/* SPDX-License-Identifier: Apache-2.0 */
/* import.h - registers certificates from files and streams at the speed of the database.
 *
 *     inputs -> chunks -> workers: read, check, issuer -> rows, in input order -> transactions of some thousand rows
 *
 * What is registered already is not registered again and no error, so an import that was interrupted is run once
 * more. */
#ifndef KA_SERVER_IMPORT_IMPORT_H
#define KA_SERVER_IMPORT_IMPORT_H

#include "common/feed.h"
#include "common/progress.h"
#include "server/pki/pki.h"
#include "server/store/store.h"

enum ka_import_kind { KA_IMPORT_CA = 1, KA_IMPORT_DEVICE = 2 };

/* Whose signature a device certificate must have. */
enum ka_import_issuer {
	KA_ISSUER_AUTO = 0, /* a registered ACTIVE CA's; without one it is registered without CA */
	KA_ISSUER_REQUIRED, /* a registered ACTIVE CA's, or it is refused */
	KA_ISSUER_NONE      /* nobody asks: all are registered without CA */
};

struct ka_import {
	enum ka_import_kind kind;
	struct ka_scope scope;
	struct ka_store *store;
	const struct ka_ctx *ctx; /* keys that fail a CVE check are refused; NULL: nobody asks */
	int64_t now;
	enum ka_cert_mode ca_mode;
	enum ka_ca_status ca_status;
	bool auto_registration;
	enum ka_device_status device_status;
	enum ka_import_issuer issuer;
	unsigned jobs;
	uint32_t batch; /* rows of a transaction; 0: 4096 */
	struct ka_progress *progress;
};

/* A reason and how many were refused for it. */
struct ka_import_reason {
	const char *name; /* a literal: "validity", "pem.base64" */
	uint64_t num;
};

#define KA_IMPORT_MAX_REASONS 160u /* errors of the library and of pki/ are fewer */

struct ka_import_report {
	uint64_t registered, already, refused;
	struct ka_import_reason reasons[KA_IMPORT_MAX_REASONS];
	size_t num_reasons;
};

/* Certificates that a reply could not hold (the model's CertificatePem: 65536 characters) are refused: DER of this
 * length has more. */
#define KA_IMPORT_MAX_DER 48000u

/* ka_import_run imports everything that feed gives, and tells each refusal as a warning (common/message.h). Returns
 * KA_STORE_OK, or what stopped it: the report then says what was done until then. */
enum ka_store_status ka_import_run(struct ka_import_report *out, const struct ka_import *import, struct ka_feed *feed);

#endif
