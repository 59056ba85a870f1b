/* SPDX-License-Identifier: Apache-2.0 */
/* parts_test.h - the parts of objects in the notation of lib/der/asm_test.h, for rows that differ from a good object in one place. */
#ifndef KA_LIB_X509_PARTS_TEST_H
#define KA_LIB_X509_PARTS_TEST_H

#define OID_RSA "06{2a864886f70d010101}"
#define OID_PSS "06{2a864886f70d01010a}"
#define OID_EC "06{2a8648ce3d0201}"
#define OID_DSA "06{2a8648ce380401}"
#define OID_ED25519 "06{2b6570}"
#define OID_ED448 "06{2b6571}"
#define OID_X25519 "06{2b656e}"
#define OID_X448 "06{2b656f}"
#define OID_P256 "06{2a8648ce3d030107}"
#define OID_P384 "06{2b81040022}"
#define OID_CN "06{550403}"

/* An odd number of 16 bits, the smallest that is read: rows stay short. */
#define RSA_NUMBERS "02{00c5a1} 02{010001}"
#define RSA_VALUE "30{" RSA_NUMBERS "}"
#define ALG_RSA "30{" OID_RSA "0500}"
#define SPKI_RSA "30{" ALG_RSA "03{00" RSA_VALUE "}}"
#define SPKI(algorithm, value) "30{30{" algorithm "} 03{00" value "}}"

/* Not on the curve: that is a check's business, not a reader's. */
#define POINT_P256 "04 11*32 22*32"
#define ALG_P256 "30{" OID_EC OID_P256 "}"

#define ALG_SIGNATURE "30{06{2a864886f70d01010b}0500}"
#define SIGNATURE "03{00 5a*8}"
#define V3 "a0{02{02}}"
#define V2 "a0{02{01}}"
#define SERIAL "02{05}"
#define ATTRIBUTE(type, value) "30{" type value "}"
#define NAME_OF(attributes) "30{31{" attributes "}}"
#define NAME_A NAME_OF(ATTRIBUTE(OID_CN, "0c{'a'}"))
#define NAME_B NAME_OF(ATTRIBUTE(OID_CN, "0c{'b'}"))
#define NOT_BEFORE "17{'240101000000Z'}"
#define NOT_AFTER "17{'340101000000Z'}"
#define VALIDITY "30{" NOT_BEFORE NOT_AFTER "}"
#define EXTENSION "30{06{551d13}0101ff04{3000}}"
#define EXTENSIONS "a3{30{" EXTENSION "}}"

#define SIGNED(tbs) "30{ 30{" tbs "}" ALG_SIGNATURE SIGNATURE "}"
#define CERTIFICATE(version, serial, algorithm, issuer, validity, subject, key, rest) \
	SIGNED(version serial algorithm issuer validity subject key rest)
#define CERTIFICATE_GOOD CERTIFICATE(V3, SERIAL, ALG_SIGNATURE, NAME_A, VALIDITY, NAME_B, SPKI_RSA, EXTENSIONS)
#define CERTIFICATE_V1 CERTIFICATE("", SERIAL, ALG_SIGNATURE, NAME_A, VALIDITY, NAME_B, SPKI_RSA, "")
#define CERTIFICATE_WITH_KEY(key) CERTIFICATE(V3, SERIAL, ALG_SIGNATURE, NAME_A, VALIDITY, NAME_B, key, EXTENSIONS)
#define CERTIFICATE_WITH_VALIDITY(validity) \
	CERTIFICATE(V3, SERIAL, ALG_SIGNATURE, NAME_A, validity, NAME_B, SPKI_RSA, EXTENSIONS)
#define CERTIFICATE_WITH_SUBJECT(name) CERTIFICATE(V3, SERIAL, ALG_SIGNATURE, NAME_A, VALIDITY, name, SPKI_RSA, EXTENSIONS)
#define CERTIFICATE_WITH_REST(version, rest) \
	CERTIFICATE(version, SERIAL, ALG_SIGNATURE, NAME_A, VALIDITY, NAME_B, SPKI_RSA, rest)

#define ATTRIBUTES "a0{30{06{2a864886f70d010907}31{0c{'x'}}}}"
#define REQUEST(version, rest) SIGNED(version NAME_B SPKI_RSA rest)
#define REQUEST_GOOD REQUEST("02{00}", ATTRIBUTES)

#define RSA_PRIVATE "30{02{00}" RSA_NUMBERS "02{11}02{0d}02{0b}02{01}02{01}02{01}}"
#define EC_PRIVATE(parameters, rest) "30{02{01}04{aa*32}" parameters rest "}"
#define EC_PUBLIC "a1{03{00" POINT_P256 "}}"
#define DSA_PRIVATE "30{02{00}02{17}02{0b}02{04}02{08}02{03}}"
#define PKCS8(version, algorithm, secret, rest) "30{" version algorithm "04{" secret "}" rest "}"
#define PKCS8_RSA PKCS8("02{00}", ALG_RSA, RSA_PRIVATE, "")

#define OID_SIGNED_DATA "06{2a864886f70d010702}"
#define OID_DATA "06{2a864886f70d010701}"
#define BUNDLE(certificates, rest) \
	"30{" OID_SIGNED_DATA "a0{30{02{01}31{}30{" OID_DATA "}" certificates rest "31{}}}}"

#endif
