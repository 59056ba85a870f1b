/* SPDX-License-Identifier: Apache-2.0 */
/* Text of names and times. The first byte says which: 0 a Name, 1 a DER time, others RFC 3339 text. */
#include "fuzz/fuzz.h"
#include "lib/der/utf8.h"
#include "lib/x509/object.h"

#include <keyassay/keyassay.h>

#include <string.h>

#define MAX_TEXT_LEN ((size_t)1 << 16)

/* Whatever the name holds, its text is UTF-8 without control characters: safe on a terminal and in JSON. */
static void
check_text(const char *text, size_t len)
{
	struct ka_slice rest = { (const uint8_t *)text, len };

	FUZZ_CHECK(text[len] == '\0' && strlen(text) == len);
	while (rest.len > 0) {
		uint32_t point;
		size_t used = ka_utf8_decode(&point, rest);
		FUZZ_CHECK(used > 0);
		FUZZ_CHECK(point >= 0x20 && (point < 0x7f || point >= 0xa0));
		rest.data += used;
		rest.len -= used;
	}
}

static void
fuzz_name(struct ka_slice name)
{
	static char full[MAX_TEXT_LEN], cut[MAX_TEXT_LEN];
	size_t full_len = ka_name_text(full, sizeof(full), name);

	FUZZ_CHECK(full_len < sizeof(full));
	check_text(full, full_len);
	FUZZ_CHECK(ka_name_text(NULL, 0, name) == 0);
	/* Less space gives the beginning of the same text, and not a byte behind the space is touched. */
	for (size_t max_len = 1; max_len <= full_len + 1 && max_len < 200; max_len++) {
		cut[max_len] = 0x55;
		size_t cut_len = ka_name_text(cut, max_len, name);
		FUZZ_CHECK(cut_len < max_len && cut[max_len] == 0x55);
		FUZZ_CHECK(memcmp(cut, full, cut_len) == 0);
		check_text(cut, cut_len);
		if (max_len == full_len + 1)
			FUZZ_CHECK(cut_len == full_len);
	}
}

static void
check_round_trip(int64_t t)
{
	char text[KA_TIME_TEXT_SIZE];
	int64_t again;

	ka_time_text(text, t);
	FUZZ_CHECK(text[KA_TIME_TEXT_SIZE - 1] == '\0' && strlen(text) == KA_TIME_TEXT_SIZE - 1);
	FUZZ_CHECK(ka_time_parse(&again, text) == KA_OK && again == t);
}

static void
fuzz_der_time(struct ka_slice der)
{
	struct ka_der_fault fault;
	struct ka_der in = ka_der_init(&fault, der);
	char text[KA_TIME_TEXT_SIZE];
	int64_t t;

	if (!ka_der_time(&in, &t)) {
		FUZZ_CHECK(fault.err != KA_OK && fault.offset <= der.len);
		return;
	}
	check_round_trip(t);
	/* The digits that stand in the DER are those of the text. */
	ka_time_text(text, t);
	const uint8_t *digits = der.data + (der.data[0] == KA_DER_UTC_TIME ? 2 : 4);
	FUZZ_CHECK(memcmp(text + 2, digits, 2) == 0 && memcmp(text + 5, digits + 2, 2) == 0);
	FUZZ_CHECK(memcmp(text + 8, digits + 4, 2) == 0 && memcmp(text + 17, digits + 10, 2) == 0);
}

static void
fuzz_text_time(struct ka_slice bytes)
{
	const int64_t first = INT64_C(-62167219200), last = INT64_C(253402300799); /* years 0000 and 9999 */
	char text[64];
	int64_t t = 12345;

	if (bytes.len >= sizeof(text))
		return;
	if (bytes.len > 0)
		memcpy(text, bytes.data, bytes.len);
	text[bytes.len] = '\0';
	enum ka_err err = ka_time_parse(&t, text);
	FUZZ_CHECK(err == KA_OK || (err == KA_ERR_ARGUMENT && t == 12345));
	if (err == KA_OK) {
		FUZZ_CHECK(t >= first && t <= last);
		check_round_trip(t);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len == 0)
		return 0;
	struct ka_slice rest = { data + 1, len - 1 };
	if (data[0] == 0 && rest.len <= MAX_TEXT_LEN / 16)
		fuzz_name(rest);
	else if (data[0] == 1)
		fuzz_der_time(rest);
	else
		fuzz_text_time(rest);
	return 0;
}
