/* SPDX-License-Identifier: Apache-2.0 */
/* ca.h - the internal CA, for ca.c and issue.c. */
#ifndef KA_SERVER_PKI_CA_H
#define KA_SERVER_PKI_CA_H

#include <openssl/x509.h>

#include "server/pki/internal.h"

/* Read-only after loading: any number of threads sign with it. */
struct ka_pki {
	X509 *cert;
	EVP_PKEY *key;
	char id[KA_CERT_ID_LEN + 1];
};

/* ka_pki_fill sets what all our certificates have: version 3, a random serial number of 127 bits (RFC 5280 4.1.2.2
 * allows 159), the issuer's name, validity from two minutes before now (clocks differ) to 2049-12-31T23:59:59Z, the
 * last second that UTCTime can say. */
bool ka_pki_fill(X509 *cert, X509 *issuer, int64_t now);

/* ka_pki_extend adds an extension, its value as in x509v3_config(5). */
bool ka_pki_extend(X509 *cert, X509 *issuer, int nid, const char *value);

#endif
