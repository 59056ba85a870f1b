/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over the certificates of a PKCS #7 bundle, and its reader of BER headers. */
#include "fuzz/fuzz.h"

#include <keyassay/keyassay.h>

#include <string.h>

static void
check_walk(struct ka_bundle bundle, struct ka_slice der)
{
	const uint8_t *last_end = der.data;
	struct ka_slice certificate;
	size_t num = 0;

	while (ka_bundle_next(&certificate, &bundle)) {
		FUZZ_CHECK(certificate.len >= 2 && certificate.data[0] == 0x30);
		FUZZ_CHECK(certificate.data >= last_end && certificate.data < der.data + der.len);
		FUZZ_CHECK(certificate.len <= (size_t)(der.data + der.len - certificate.data));
		FUZZ_CHECK(bundle.next <= bundle.end && bundle.end <= der.len);
		last_end = certificate.data + certificate.len;
		struct ka_object object;
		size_t offset = 0;
		if (ka_certificate_read(&object, &offset, certificate) != KA_OK)
			FUZZ_CHECK(offset <= certificate.len);
		num++;
	}
	FUZZ_CHECK(num > 0);
	FUZZ_CHECK(!ka_bundle_next(&certificate, &bundle));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ka_slice der = { data, len };
	struct ka_bundle bundle, poison;
	struct ka_object object;
	size_t offset = SIZE_MAX;

	memset(&bundle, 0xa5, sizeof(bundle));
	poison = bundle;
	enum ka_err err = ka_bundle_open(&bundle, &offset, der);
	if (err != KA_OK) {
		FUZZ_CHECK(strcmp(ka_err_name(err), "unknown") != 0 && err >> 8 != KA_ERR_ARGUMENT >> 8);
		FUZZ_CHECK(offset <= len);
		FUZZ_CHECK(memcmp(&bundle, &poison, sizeof(bundle)) == 0);
		return 0;
	}
	check_walk(bundle, der);
	/* A bundle is nothing else, and nothing shorter is one. */
	FUZZ_CHECK(ka_object_read(&object, &offset, der) != KA_OK);
	FUZZ_CHECK(ka_bundle_open(&bundle, &offset, (struct ka_slice){ data, len - 1 }) != KA_OK);
	return 0;
}
