/* SPDX-License-Identifier: Apache-2.0 */
/* object.h - readers of whole objects that only the library itself calls. */
#ifndef KA_LIB_X509_OBJECT_H
#define KA_LIB_X509_OBJECT_H

#include "lib/der/der.h"

#include <keyassay/object.h>

/* ka_trusted_certificate_read reads OpenSSL's TRUSTED CERTIFICATE: a Certificate, and behind it perhaps a SEQUENCE of trust settings. */
KA_MUST_CHECK enum ka_err ka_trusted_certificate_read(struct ka_object *out, size_t *out_offset, struct ka_slice der);

/* An object's reader: takes the object from a cursor. */
typedef bool (*ka_object_fn)(struct ka_object *out, struct ka_der *in);

/* ka_object_run runs a reader on the whole of der and refuses bytes behind the object. */
KA_MUST_CHECK enum ka_err ka_object_run(
    struct ka_object *out, size_t *out_offset, struct ka_slice der, ka_object_fn read);

bool ka_certificate_take(struct ka_object *out, struct ka_der *in);
bool ka_certificate_request_take(struct ka_object *out, struct ka_der *in);

/* ka_name_check takes a Name and looks that it is well formed. */
bool ka_name_take(struct ka_der *in, struct ka_slice *out_name);

/* ka_signature_algorithm_take takes an AlgorithmIdentifier of a signature. */
bool ka_signature_algorithm_take(struct ka_der *in, struct ka_slice *out_whole);

/* ka_signature_take takes the BIT STRING behind the signed part. */
bool ka_signature_take(struct ka_der *in);

/* ka_der_element_len returns the length of the first element of the bytes, header included, or 0 when it is not whole. */
size_t ka_der_element_len(struct ka_slice bytes);

#endif
