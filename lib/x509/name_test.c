/* SPDX-License-Identifier: Apache-2.0 */
/* Names as text: what a person sees must not be able to lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/der/utf8.h"
#include "lib/x509/parts_test.h"
#include "lib/x509/read_test.h"

#define CN(value) NAME_OF(ATTRIBUTE(OID_CN, value))
#define TYPE(oid) NAME_OF(ATTRIBUTE("06{" oid "}", "0c{'x'}"))

static const struct {
	const char *why;
	const char *name;
	const char *text;
} rows[] = {
	{ "no name", "", "" },
	{ "an empty name", "30{}", "" },
	{ "one attribute", CN("0c{'a'}"), "CN=a" },
	{ "an empty value", CN("0c{}"), "CN=" },
	{ "the order of the certificate", "30{31{" ATTRIBUTE("06{550406}", "13{'DE'}") "}31{" ATTRIBUTE(OID_CN, "0c{'a'}") "}}",
	    "C=DE, CN=a" },
	{ "two attributes in one RDN", NAME_OF(ATTRIBUTE("06{550406}", "13{'DE'}") ATTRIBUTE(OID_CN, "0c{'a'}")), "C=DE+CN=a" },
	{ "every string type", "30{31{" ATTRIBUTE(OID_CN, "0c{'a'}") "}31{" ATTRIBUTE(OID_CN, "12{'1'}") "}31{" ATTRIBUTE(OID_CN, "13{'b'}")
	    "}31{" ATTRIBUTE(OID_CN, "14{'c'}") "}31{" ATTRIBUTE(OID_CN, "16{'d'}") "}31{" ATTRIBUTE(OID_CN, "1a{'e'}")
	    "}31{" ATTRIBUTE(OID_CN, "1c{00000066}") "}31{" ATTRIBUTE(OID_CN, "1e{0067}") "}}",
	    "CN=a, CN=1, CN=b, CN=c, CN=d, CN=e, CN=f, CN=g" },
	{ "UTF-8 of two, three and four bytes", CN("0c{c3a9 e282ac f09f9880}"), "CN=\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
	{ "BMPString", CN("1e{00e9 20ac}"), "CN=\xc3\xa9\xe2\x82\xac" },
	{ "UniversalString", CN("1c{000000e9 0001f600}"), "CN=\xc3\xa9\xf0\x9f\x98\x80" },
	{ "T61String: Latin-1 in practice", CN("14{'caf' e9}"), "CN=caf\xc3\xa9" },
	{ "RFC 4514 2.4: escaped characters", CN("0c{'a\"+,;<>\\b'}"), "CN=a\\\"\\+\\,\\;\\<\\>\\\\b" },
	{ "a comma would start another attribute", CN("0c{'a, O=Bank'}"), "CN=a\\, O=Bank" },
	{ "# at the start only", CN("0c{'#a#'}"), "CN=\\#a#" },
	{ "blanks at the ends only", CN("0c{'  a b  '}"), "CN=\\  a b \\ " },
	{ "one blank is both ends", CN("0c{' '}"), "CN=\\ " },
	{ "a blank in front of an ill-formed byte is not last", CN("0c{'a ' ff}"), "CN=a \\FF" },
	{ "NUL does not end the text", CN("0c{'a' 00 'b'}"), "CN=a\\00b" },
	{ "newline", CN("0c{'a' 0a 'b' 0d}"), "CN=a\\0Ab\\0D" },
	{ "the escape that terminals obey", CN("0c{1b '[31m'}"), "CN=\\1B[31m" },
	{ "DEL", CN("0c{7f}"), "CN=\\7F" },
	{ "C1 controls: 9b is another escape", CN("0c{c29b 'm'}"), "CN=\\C2\\9Bm" },
	{ "C1 controls from Latin-1", CN("14{9b}"), "CN=\\C2\\9B" },
	{ "right-to-left override", CN("0c{'a' e280ae 'b'}"), "CN=a\\E2\\80\\AEb" },
	{ "the same from a BMPString", CN("1e{0061 202e 0062}"), "CN=a\\E2\\80\\AEb" },
	{ "isolates", CN("0c{e281a6 e281a9}"), "CN=\\E2\\81\\A6\\E2\\81\\A9" },
	{ "Arabic letter mark", CN("0c{d89c}"), "CN=\\D8\\9C" },
	{ "line and paragraph separators", CN("0c{e280a8 e280a9}"), "CN=\\E2\\80\\A8\\E2\\80\\A9" },
	{ "zero width space and joiners", CN("0c{e2808b e2808d}"), "CN=\\E2\\80\\8B\\E2\\80\\8D" },
	{ "byte order mark", CN("0c{efbbbf}"), "CN=\\EF\\BB\\BF" },
	{ "soft hyphen", CN("0c{c2ad}"), "CN=\\C2\\AD" },
	{ "tag characters, which no one sees", CN("0c{f3a08181}"), "CN=\\F3\\A0\\81\\81" },
	{ "neighbours of what is escaped are not", CN("0c{c2a0 c2ac c2ae e2808a e28090 e280af}"),
	    "CN=\xc2\xa0\xc2\xac\xc2\xae\xe2\x80\x8a\xe2\x80\x90\xe2\x80\xaf" },
	{ "overlong NUL", CN("0c{c080}"), "CN=\\C0\\80" },
	{ "UTF-8 cut off", CN("0c{'a' e282}"), "CN=a\\E2\\82" },
	{ "Latin-1 in a UTF8String", CN("0c{'caf' e9 ' x'}"), "CN=caf\\E9 x" },
	{ "an encoded surrogate", CN("0c{eda080}"), "CN=\\ED\\A0\\80" },
	{ "UTF-8 in a PrintableString, as some makers do", CN("13{c3a9}"), "CN=\xc3\xa9" },
	{ "a surrogate in a BMPString does not shift what follows", CN("1e{d83d de00 0061}"), "CN=\\D8\\3D\\DE\\00a" },
	{ "half a character at the end of a BMPString", CN("1e{0061 00}"), "CN=a\\00" },
	{ "above Unicode in a UniversalString", CN("1c{00110000 00000061}"), "CN=\\00\\11\\00\\00a" },
	{ "cut off in a UniversalString", CN("1c{00000061 000000}"), "CN=a\\00\\00\\00" },
	{ "NUL in a BMPString", CN("1e{0000}"), "CN=\\00" },
	{ "not a string: RFC 4514 2.4, the encoding in hex", CN("02{05}"), "CN=#020105" },
	{ "an empty SEQUENCE as a value", CN("30{}"), "CN=#3000" },
	{ "a long header belongs to the encoding", CN("04{aa*128}"),
	    "CN=#048180"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
	{ "emailAddress", TYPE("2a864886f70d010901"), "emailAddress=x" },
	{ "domainComponent", TYPE("0992268993f22c640119"), "DC=x" },
	{ "a type without name", TYPE("2a03"), "1.2.3=x" },
	{ "X.690 8.19.4: 0.39", TYPE("27"), "0.39=x" },
	{ "1.39", TYPE("4f"), "1.39=x" },
	{ "2.0", TYPE("50"), "2.0=x" },
	{ "X.690 8.19.5: 2.999", TYPE("8837"), "2.999=x" },
	{ "a sub-identifier of 63 bits", TYPE("2affffffffffffffff7f"), "1.2.9223372036854775807=x" },
	{ "one of 64 is not cut to a smaller one", TYPE("2a818080808080808080 03"), "#2A81808080808080808003=x" },
	{ "2.25 and 128 bits", TYPE("6983ffffffffffffffffffffffffffffffffff7f"), "#6983FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F=x" },
	{ "not a Name", "31{}", "" },
	{ "a Name that is cut off is written as far as it goes", "30{31{" ATTRIBUTE(OID_CN, "0c{'a'}") "}3105 30}", "CN=a" },
};

static void
names_are_written_as_the_rows_say(void **state)
{
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct asm_bytes name = asm_make(rows[i].name);
		size_t len = ka_name_text(text, sizeof(text), asm_slice(&name));
		if (strcmp(text, rows[i].text) != 0 || len != strlen(text))
			fail_msg("%s: %s", rows[i].why, text);
		asm_free(&name);
	}
}

/* At every size of the buffer: NUL-terminated, no longer than the buffer, a start of the whole text, valid UTF-8. */
static void
texts_are_cut_between_characters(void **state)
{
	char whole[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct asm_bytes name = asm_make(rows[i].name);
		size_t whole_len = ka_name_text(whole, sizeof(whole), asm_slice(&name)), last_len = 0;
		for (size_t max_len = 1; max_len <= whole_len + 2; max_len++) {
			char *text = malloc(max_len);
			assert_non_null(text);
			memset(text, 0x55, max_len);
			size_t len = ka_name_text(text, max_len, asm_slice(&name));
			if (len >= max_len || text[len] != '\0' || memcmp(text, whole, len) != 0 || len < last_len)
				fail_msg("%s: cut to %zu", rows[i].why, max_len);
			/* Not shorter than it need be: the longest unit is four escaped bytes, or a type. */
			if (max_len > whole_len && len != whole_len)
				fail_msg("%s: not whole at %zu", rows[i].why, max_len);
			for (size_t at = 0; at < len;) {
				uint32_t point;
				size_t used = ka_utf8_decode(&point, (struct ka_slice){ (const uint8_t *)text + at, len - at });
				if (used == 0 || point < 0x20 || point == 0x7f)
					fail_msg("%s: cut to %zu, byte %zu", rows[i].why, max_len, at);
				at += used;
			}
			last_len = len;
			free(text);
		}
		asm_free(&name);
	}
}

static void
no_buffer_is_no_harm(void **state)
{
	struct asm_bytes name = asm_make(CN("0c{'a'}"));
	char untouched = 'u';

	(void)state;
	assert_int_equal(ka_name_text(&untouched, 0, asm_slice(&name)), 0);
	assert_int_equal(untouched, 'u');
	assert_int_equal(ka_name_text(&untouched, 1, (struct ka_slice){ NULL, 0 }), 0);
	assert_int_equal(untouched, '\0');
	asm_free(&name);
}

static void
an_escape_is_never_cut(void **state)
{
	struct asm_bytes name = asm_make(CN("0c{e280ae}"));
	char text[32];

	(void)state;
	/* "CN=" and three escapes of one character: all or nothing. */
	for (size_t max_len = 4; max_len < 13; max_len++) {
		assert_int_equal(ka_name_text(text, max_len, asm_slice(&name)), 3);
		assert_string_equal(text, "CN=");
	}
	assert_int_equal(ka_name_text(text, 13, asm_slice(&name)), 12);
	assert_string_equal(text, "CN=\\E2\\80\\AE");
	asm_free(&name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_written_as_the_rows_say),
		cmocka_unit_test(texts_are_cut_between_characters),
		cmocka_unit_test(no_buffer_is_no_harm),
		cmocka_unit_test(an_escape_is_never_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
