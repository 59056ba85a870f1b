/* SPDX-License-Identifier: Apache-2.0 */
/* openssl_view.h - what OpenSSL makes of a certificate, in the shape of struct ka_object, so that the two can be compared. */
#ifndef KA_TESTS_OPENSSL_VIEW_H
#define KA_TESTS_OPENSSL_VIEW_H

#include <keyassay/keyassay.h>

#include <openssl/x509.h>

struct openssl_view {
	X509 *x509; /* NULL: d2i_X509 refused it, or left bytes over */
	EVP_PKEY *key; /* NULL: X509_get0_pubkey refused the key; belongs to x509 */
	char reason[128]; /* OpenSSL's first error of what it refused, "lib:reason" */
};

void openssl_view_make(struct openssl_view *out, struct ka_slice der);
void openssl_view_free(struct openssl_view *view);

/* openssl_view_differs returns the name of the first part that differs, or NULL. Only parts that OpenSSL accepts are compared. */
const char *openssl_view_differs(const struct openssl_view *view, const struct ka_object *object);

/* openssl_point_is_on_curve says whether OpenSSL takes the bytes as a point of a named curve. */
bool openssl_point_is_on_curve(const struct ka_key *key);

#endif
