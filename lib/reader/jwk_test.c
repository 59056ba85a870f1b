/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Web Keys. The values are those of RFC 7517 A, RFC 8037 A and a modulus of 512 bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/jwk/json.h"
#include "lib/reader/trace_rows_test.h"

#define N "\"n\":\"8sJSnjz1lR5UwdKmS3rCesOY_PoDodSU-iuYVahW_zpWLmugEXnOL7K9AJE0ygeWQBmNrJQV90nLht_NW3ZqlQ\""
#define RSA "{\"kty\":\"RSA\"," N ",\"e\":\"AQAB\"}"
#define X "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\""
#define Y "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\""
#define EC "{\"kty\":\"EC\",\"crv\":\"P-256\"," X "," Y "}"
#define ED "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"

#define GOT_RSA "jwk RSA 512\n"
#define GOT_EC "jwk EC secp256r1\n"
#define GOT_ED "jwk Ed25519 256\n"
#define JWK(in, trace, why) ROW(KA_FORMAT_JWK, in, trace, why)
#define TEN_OPEN "[[[[[[[[[["
#define TEN_CLOSE "]]]]]]]]]]"

static const struct trace_row rows[] = {
	JWK("", "", "nothing gives nothing"),
	JWK(" \n", "", "nothing but space"),
	JWK(RSA, GOT_RSA, "an RSA key"),
	JWK(EC "\n" ED, GOT_EC GOT_ED, "documents one behind the other"),
	JWK("\xef\xbb\xbf" RSA, GOT_RSA, "RFC 8259 8.1: a byte order mark may be ignored"),
	JWK("{\"keys\":[" RSA " , " EC ",\n" ED "]}", GOT_RSA GOT_EC GOT_ED, "a set"),
	JWK("[" RSA "," EC "]", GOT_RSA GOT_EC, "a bare array"),
	JWK("{\"x\":[],\"keys\":[]} " RSA, GOT_RSA, "an empty set"),
	JWK("[]", "", "an empty array"),
	JWK("{\"kid\":\"a \\u00e9\",\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		"jwk Ed25519 256 'a \\u00e9'\n", "kid is the comment, as it stands there"),
	JWK("{\"k\\u0074y\":\"\\u0052SA\"," N ",\"\\u0065\":\"AQAB\"}", GOT_RSA, "RFC 8259 8.3: names compare without escapes"),
	JWK("{\"kty\":\"RSA\"," N ",\"e\":\"AQAB\",\"d\":\"*\",\"x5c\":[\"a\",{\"n\":1}],\"use\":\"sig\",\"q\":1,\"use\":2}", GOT_RSA,
		"members that are not needed are not looked at"),
	JWK("{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}", "jwk X25519 255\n", "RFC 8037"),
	JWK("{\"kty\":\"EC\",\"crv\":\"P-192\",\"x\":\"AAAA\",\"y\":\"AAAA\"}", "jwk EC other\n", "a curve that is not known is no fault"),

	JWK("{\"kty\":\"oct\",\"k\":\"AAAA\"}" RSA, "fault jwk.kty @8\n" GOT_RSA, "a symmetric key"),
	JWK("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}," RSA "]}", "fault jwk.kty @17\n" GOT_RSA, "one key costs itself only"),
	JWK("{\"kty\":\"rsa\"," N ",\"e\":\"AQAB\"}", "fault jwk.kty @8\n", "RFC 7517 4.1: kty is case-sensitive"),
	JWK("{\"kty\":\"OKP\",\"crv\":\"Ed25520\",\"x\":\"AA\"}", "fault jwk.kty @20\n", "a curve that is not known"),
	JWK("{}", "fault jwk.member @0\n", "no kty"),
	JWK("{\"kty\":\"RSA\"," N "}", "fault jwk.member @0\n", "no e"),
	JWK("{\"kty\":\"RSA\",\"e\":\"AQAB\"}", "fault jwk.member @0\n", "no n"),
	JWK("{\"kty\":\"EC\",\"crv\":\"P-256\"," X "}", "fault jwk.member @0\n", "no y"),
	JWK("{\"kty\":\"EC\"," X "," Y "}", "fault jwk.member @0\n", "no crv"),
	JWK("{\"kty\":\"OKP\"}", "fault jwk.member @0\n", "no crv"),
	JWK("{\"kty\":\"RSA\",\"kty\":\"EC\"}", "fault jwk.member @13\n", "RFC 7517 4: names are unique"),
	JWK("{\"kty\":\"RSA\",\"k\\u0074y\":\"EC\"}", "fault jwk.member @13\n", "also when escaped"),
	JWK("{\"kty\":\"RSA\",\"e\":65537," N "}", "fault jwk.member @17\n", "a number is no string"),
	JWK("{\"kty\":null}", "fault jwk.member @7\n", "null is no string"),
	JWK("[1,\"kty\",null,[]," RSA "]", "fault jwk.member @1\nfault jwk.member @3\nfault jwk.member @9\nfault jwk.member @14\n" GOT_RSA,
		"elements that are no object"),
	JWK("1 2", "fault jwk.member @0\nfault jwk.member @2\n", "JSON, but no key"),
	JWK("{\"keys\":{}}", "fault jwk.member @0\n", "keys that is no array"),
	JWK("{\"kty\":\"RSA\"," N ",\"e\":\"AQ=B\"}", "fault jwk.base64 @113\n", "padding"),
	JWK("{\"kty\":\"RSA\"," N ",\"e\":\"AQABA\"}", "fault jwk.base64 @116\n", "a character is missing"),
	JWK("{\"kty\":\"RSA\"," N ",\"e\":\"\\u0041QAB\"}", "fault jwk.base64 @111\n", "an escape in base64url"),
	JWK("{\"kty\":\"RSA\"," N ",\"e\":\"\"}", "fault key.exponent @111\n", "an empty exponent"),
	JWK("{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}", "fault key.modulus-zero @18\n", "an empty modulus"),
	JWK("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\"," Y "}", "fault key.point @31\n", "RFC 7518 6.2.1.2: the full length"),
	JWK("{\"kty\":\"EC\",\"crv\":\"P-256\"," X ",\"y\":\"AAAA\"}", "fault key.point @81\n", "RFC 7518 6.2.1.3"),
	JWK("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}", "fault key.length @34\n", "three bytes"),

	JWK(RSA " x", GOT_RSA "fault jwk.syntax @118\n", "text behind the document"),
	JWK("{", "fault jwk.syntax @1\n", "cut off"),
	JWK("{\"kty\":\"RSA\",}", "fault jwk.syntax @13\n", "a comma too many"),
	JWK("[1,]", "fault jwk.syntax @3\n", "a comma too many"),
	JWK("[1 2]", "fault jwk.syntax @3\n", "no comma"),
	JWK("[,1]", "fault jwk.syntax @1\n", "nothing before the comma"),
	JWK("{\"a\" 1}", "fault jwk.syntax @5\n", "no colon"),
	JWK("{a:1}", "fault jwk.syntax @1\n", "a name without quotes"),
	JWK("{'a':1}", "fault jwk.syntax @1\n", "other quotes"),
	JWK("{1:1}", "fault jwk.syntax @1\n", "a name that is a number"),
	JWK("[1}", "fault jwk.syntax @2\n", "the other bracket"),
	JWK("[\"a", "fault jwk.syntax @3\n", "a string that does not end"),
	JWK("[\"a\nb\"]", "fault jwk.syntax @3\n", "a line break in a string"),
	JWK("[\"\\x\"]", "fault jwk.syntax @3\n", "an escape that JSON does not have"),
	JWK("[\"\\u12g4\"]", "fault jwk.syntax @6\n", "an escape without four digits"),
	JWK("[\"\\", "fault jwk.syntax @3\n", "cut off in an escape"),
	JWK("[\"\xc3\"]", "fault jwk.syntax @2\n", "RFC 8259 8.1: UTF-8"),
	JWK("[\"\xed\xa0\x80\"]", "fault jwk.syntax @2\n", "a surrogate in UTF-8"),
	JWK("[01]", "fault jwk.syntax @2\n", "a leading zero"),
	JWK("[+1]", "fault jwk.syntax @1\n", "a plus sign"),
	JWK("[1.]", "fault jwk.syntax @3\n", "no digit behind the point"),
	JWK("[1e]", "fault jwk.syntax @3\n", "no digit in the exponent"),
	JWK("[-]", "fault jwk.syntax @2\n", "a sign alone"),
	JWK("[NaN]", "fault jwk.syntax @1\n", "not a JSON number"),
	JWK("[truE]", "fault jwk.syntax @4\n", "not a JSON word"),
	JWK("[1]/**/", "fault jwk.member @1\nfault jwk.syntax @3\n", "no comments"),
	JWK("[\0]", "fault jwk.syntax @1\n", "NUL"),
	JWK(TEN_OPEN TEN_OPEN TEN_OPEN "[[" "]]" TEN_CLOSE TEN_CLOSE TEN_CLOSE, "fault jwk.member @1\n", "32 levels"),
	JWK(TEN_OPEN TEN_OPEN TEN_OPEN "[[[", "fault jwk.depth @32\n", "33 levels"),
	JWK("[0,-0,1.5e+3,-1E-2,true,false,null,\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\uABcd\",{\"\":{}},[]]" RSA,
		"fault jwk.member @1\nfault jwk.member @3\nfault jwk.member @6\nfault jwk.member @13\nfault jwk.member @19\nfault jwk.member @24\n"
		"fault jwk.member @30\nfault jwk.member @35\nfault jwk.member @60\nfault jwk.member @68\n" GOT_RSA,
		"all that JSON has"),
};

TRACE_ROWS_TESTS(rows)

int
main(void)
{
	const struct CMUnitTest tests[] = { TRACE_ROWS_UNIT_TESTS };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
