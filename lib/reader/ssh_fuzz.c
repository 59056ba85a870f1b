/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSH keys: as lines, and as decoded blobs and private key files, in which all slices must lie. */
#include "lib/reader/fuzz_test.h"
#include "lib/ssh/ssh.h"

static void
check_inside(struct ka_slice part, struct ka_slice whole)
{
	FUZZ_CHECK(part.len == 0 || (part.data >= whole.data && part.data + part.len <= whole.data + whole.len));
}

static void
check_key(enum ka_err err, const struct ka_key *key, size_t offset, struct ka_slice bytes)
{
	if (err != KA_OK) {
		FUZZ_CHECK(offset <= bytes.len);
		return;
	}
	FUZZ_CHECK(key->algorithm != KA_KEY_OTHER);
	check_inside(key->modulus, bytes);
	check_inside(key->exponent, bytes);
	check_inside(key->point, bytes);
	check_inside(key->dsa_p, bytes);
	check_inside(key->dsa_y, bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ka_slice bytes = { data, len };
	struct ka_key key = { .algorithm = KA_KEY_OTHER };
	size_t offset = 0;

	if (len > FUZZ_MAX_LEN)
		return 0;
	enum ka_err err = ka_ssh_blob_read(&key, &offset, (struct ka_slice){ NULL, 0 }, bytes);
	check_key(err, &key, offset, bytes);
	err = ka_ssh_private_read(&key, &offset, bytes);
	check_key(err, &key, offset, bytes);
	fuzz_reader(KA_FORMAT_SSH, bytes, len > 0 ? data[0] : 0, len / 3);
	return 0;
}
