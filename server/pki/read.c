/* SPDX-License-Identifier: Apache-2.0 */
/* read.c - from PEM or DER to what registration needs to know. */
#include <stdarg.h>
#include <stdio.h>

#include <openssl/sha.h>

#include <keyassay/check.h>
#include <keyassay/reader.h>

#include "server/pki/internal.h"

enum ka_pki_fault
ka_pki_say(char out_message[KA_PKI_MESSAGE_LEN], enum ka_pki_fault fault, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out_message, KA_PKI_MESSAGE_LEN, format, args);
	va_end(args);
	return fault;
}

static enum ka_pki_fault
say_fault(char *out_message, const struct ka_fault *fault, const char *what)
{
	return ka_pki_say(out_message, KA_PKI_FORMAT, "the %s cannot be read: %s (%s) at byte %llu of the %s", what,
	    ka_err_text(fault->err), ka_err_name(fault->err), (unsigned long long)fault->offset,
	    fault->in_object ? "decoded DER" : "PEM text");
}

enum ka_pki_fault
ka_pki_read_one(struct ka_object *out, char out_message[KA_PKI_MESSAGE_LEN], struct ka_arena *arena, const char *pem,
    size_t pem_len, enum ka_object_kind kind, const char *what)
{
	struct ka_reader reader;
	struct ka_object object;
	struct ka_fault fault;
	unsigned num = 0;

	ka_reader_init(&reader, ka_kernels_best(), KA_FORMAT_PEM, (struct ka_slice){ (const uint8_t *)pem, pem_len }, 0,
	    true, ka_arena_take(arena, pem_len + 1), pem_len);
	while (ka_reader_next(&object, &fault, &reader)) {
		if (fault.err != KA_OK)
			return say_fault(out_message, &fault, what);
		if (object.kind != kind)
			return ka_pki_say(out_message, KA_PKI_FORMAT,
			    "the PEM text holds a %s where exactly one %s is expected",
			    ka_object_kind_name(object.kind), what);
		if (num++ > 0)
			return ka_pki_say(
			    out_message, KA_PKI_FORMAT, "the PEM text holds more than one %s; give exactly one", what);
		*out = object;
	}
	if (num == 0)
		return ka_pki_say(out_message, KA_PKI_FORMAT, "the text holds no PEM %s (no BEGIN line)", what);
	return KA_PKI_OK;
}

static void
hash(uint8_t out[32], struct ka_slice bytes)
{
	(void)SHA256(bytes.data, bytes.len, out);
}

static void
id_of(char out[KA_CERT_ID_LEN + 1], struct ka_slice der)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t sum[32];

	hash(sum, der);
	for (size_t i = 0; i < sizeof(sum); i++) {
		out[2 * i] = digits[sum[i] >> 4];
		out[2 * i + 1] = digits[sum[i] & 15];
	}
	out[KA_CERT_ID_LEN] = '\0';
}

enum ka_pki_fault
ka_pki_take(struct ka_pki_cert *out, char out_message[KA_PKI_MESSAGE_LEN], const struct ka_object *object)
{
	char name[KA_PKI_NAME_LEN];

	if (ka_pki_name_has_nul(object->subject) || ka_pki_name_has_nul(object->issuer)) {
		bool in_subject = ka_pki_name_has_nul(object->subject);
		return ka_pki_say(out_message, KA_PKI_FORMAT, "the certificate's %s has a NUL character in it: %s",
		    in_subject ? "subject" : "issuer",
		    ka_pki_name_text(name, in_subject ? object->subject : object->issuer));
	}
	*out = (struct ka_pki_cert){ .der = object->der, .object = *object };
	id_of(out->id, object->der);
	hash(out->subject_sha256, object->subject);
	hash(out->issuer_sha256, object->issuer);
	hash(out->spki_sha256, object->key.spki);
	return KA_PKI_OK;
}

enum ka_pki_fault
ka_pki_read(struct ka_pki_cert *out, char out_message[KA_PKI_MESSAGE_LEN], struct ka_arena *arena, const char *pem,
    size_t pem_len)
{
	struct ka_object object;
	enum ka_pki_fault fault =
	    ka_pki_read_one(&object, out_message, arena, pem, pem_len, KA_OBJECT_CERTIFICATE, "certificate");

	return fault == KA_PKI_OK ? ka_pki_take(out, out_message, &object) : fault;
}

enum ka_pki_fault
ka_pki_read_der(
    struct ka_pki_cert *out, char out_message[KA_PKI_MESSAGE_LEN], struct ka_arena *arena, struct ka_slice der)
{
	struct ka_object object;
	struct ka_slice copy = ka_arena_slice(arena, der);
	size_t offset;
	enum ka_err err = ka_certificate_read(&object, &offset, copy);

	if (err != KA_OK)
		return say_fault(
		    out_message, &(struct ka_fault){ .err = err, .in_object = true, .offset = offset }, "certificate");
	return ka_pki_take(out, out_message, &object);
}
