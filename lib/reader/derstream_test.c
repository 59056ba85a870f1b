/* SPDX-License-Identifier: Apache-2.0 */
/* DER objects one behind the other. The key is 32 times 'k'; the bundles hold no certificate, which is a fault with an offset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/reader/trace_rows_test.h"

#define K32 "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
#define K128 K32 K32 K32 K32
#define ED "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00" K32 /* 44 bytes */
#define GOT_ED "public_key Ed25519 256\n"
/* 260 bytes that look like a certificate from the outside. */
#define LIKE_CERT "\x30\x82\x01\x00\x30\x82\x00\xfc" K128 K32 K32 K32 "kkkkkkkkkkkkkkkkkkkkkkkkkkkk"
#define SIGNED_DATA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"

#define DER(in, trace, why) ROW(KA_FORMAT_DER, in, trace, why)

static const struct trace_row rows[] = {
	DER("", "", "nothing gives nothing"),
	DER(ED, GOT_ED, "one key"),
	DER(ED ED ED, GOT_ED GOT_ED GOT_ED, "one behind the other"),

	DER("\x30", "fault der.truncated @0\n", "no length"),
	DER("\x30\x82\x01", "fault der.truncated @0\n", "half a length"),
	DER(ED "\x30\x2a\x30\x05", GOT_ED "fault der.truncated @44\n", "the last object is cut off"),
	DER(ED "\n", GOT_ED "fault der.tag @44\n", "a newline behind"),
	DER(ED "\0\0\0\0", GOT_ED "fault der.tag @44\n", "what does not begin like an object is one fault"),
	DER("\x31\x2a" ED, "fault der.tag @0\n", "and so is all behind it that does not look like a certificate"),
	DER("junk" LIKE_CERT ED, "fault der.tag @0\nfault der.length @8\n" GOT_ED, "reading goes on at what looks like one"),
	DER("\x30\x84\xff\xff\xff\xff" LIKE_CERT ED, "fault x509.too-large @0\nfault der.length @10\n" GOT_ED, "4 GiB"),
	DER("\x30\x83\x40\x00\x01" LIKE_CERT ED, "fault x509.too-large @0\nfault der.length @9\n" GOT_ED, "one over the limit"),
	DER("\x30\x85\x00\x00\x00\x00\x2a" ED, "fault der.length @0\n", "no object needs five bytes of length"),
	DER("\x30\x81\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00" K32 ED, "fault der.length @0\n" GOT_ED, "a length that is not the shortest"),
	DER("\x30\x00" ED, "fault x509.unrecognised @0\n" GOT_ED, "an empty SEQUENCE"),
	DER("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x09" K32 ED, "fault der.bit-string @9\n" GOT_ED, "offsets count from the start of the input"),
	DER(ED "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x09" K32, GOT_ED "fault der.bit-string @53\n", "also of the second object"),

	DER("\x30\x0b" SIGNED_DATA ED, "fault der.truncated @13\n" GOT_ED, "a bundle without contents"),
	DER("\x30\x05\x06\x03\x2a\x03\x04" ED, "fault x509.unrecognised @4\n" GOT_ED, "a ContentInfo of another kind"),
	DER(ED "\x30\x80" SIGNED_DATA "\x00\x00", GOT_ED "fault der.truncated @57\n", "BER's indefinite length"),
	DER("\x30\x80" SIGNED_DATA, "fault der.truncated @13\n", "which does not end"),
};

TRACE_ROWS_TESTS(rows)

int
main(void)
{
	const struct CMUnitTest tests[] = { TRACE_ROWS_UNIT_TESTS };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
