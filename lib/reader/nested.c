/* SPDX-License-Identifier: Apache-2.0 */
/* Walks over objects that stand in one bundle. */
#include "lib/reader/format.h"

/* Offsets count from the bundle's start when it was decoded, from the input's when it stands there as it is. */
bool
ka_fault_in_nested(struct ka_fault *out, const struct ka_reader *reader, enum ka_err err, const uint8_t *start, size_t offset)
{
	const uint8_t *at = start + offset;

	if (reader->nested_in_input)
		return ka_fault_at(out, reader, err, (size_t)(at - reader->chunk.data));
	return ka_fault_in(out, err, (size_t)(at - reader->nested.data));
}

bool
ka_bundle_start(struct ka_fault *out_fault, struct ka_reader *reader, struct ka_slice der, bool in_input)
{
	size_t offset = 0;

	reader->nested = der;
	reader->nested_in_input = in_input;
	enum ka_err err = ka_bundle_open(&reader->bundle, &offset, der);
	if (err != KA_OK) {
		ka_fault_in_nested(out_fault, reader, err, der.data, offset);
		return false;
	}
	reader->nested_kind = KA_NESTED_BUNDLE;
	return true;
}

static bool
bundle_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader)
{
	struct ka_slice der;
	size_t offset = 0;

	if (!ka_bundle_next(&der, &reader->bundle))
		return false;
	enum ka_err err = ka_certificate_read(out, &offset, der);
	return err == KA_OK || ka_fault_in_nested(out_fault, reader, err, der.data, offset);
}

bool
ka_nested_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader)
{
	if (reader->nested_kind == KA_NESTED_BUNDLE)
		return bundle_next(out, out_fault, reader);
	if (reader->nested_kind == KA_NESTED_JWK)
		return ka_jwk_element_next(out, out_fault, reader);
	return reader->nested_kind == KA_NESTED_PGP && ka_pgp_packets_next(out, out_fault, reader);
}
