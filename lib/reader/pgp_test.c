/* SPDX-License-Identifier: Apache-2.0 */
/* OpenPGP keys, binary and armored. The packets were put together field by field; keys are 32 times 'k'. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pgp/pgp.h"
#include "lib/reader/trace_rows_test.h"

#define TIME "TTTT"
#define K32 "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
#define OID_ED "\x09\x2b\x06\x01\x04\x01\xda\x47\x0f\x01"
#define OID_CV "\x0a\x2b\x06\x01\x04\x01\x97\x55\x01\x05\x01"
#define OID_P256 "\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define ED_BODY "\x04" TIME "\x16" OID_ED "\x01\x07\x40" K32 /* 51 bytes */
#define MPI_N "\x00\x14\x0f\x00\x01" /* 20 bits */
#define MPI_E "\x00\x02\x03"
#define RSA_BODY "\x04" TIME "\x01" MPI_N MPI_E /* 14 bytes */
#define ED "\x98\x33" ED_BODY
#define RSA "\x98\x0e" RSA_BODY
#define SUB_RSA "\xb8\x0e" RSA_BODY
#define UID "\xb4\x03" "a b"
#define JUNK "\xb0\x02" "zz" /* a trust packet */

#define GOT_RSA "pgp_key RSA 20\n"
#define GOT_ED "pgp_key Ed25519 256\n"
#define PGP(in, trace, why) ROW(KA_FORMAT_PGP, in, trace, why)

#define ARMOR_BODY "mDMEAAAAARYJKwYBBAHaRw8BAQdAa2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2u0A2EgYg==\n"
#define CRC "=8k4G\n"
#define BEGIN "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
#define END "-----END PGP PUBLIC KEY BLOCK-----\n"
#define GOT_ARMOR "pgp_key Ed25519 256 'a b'\n"
#define ARMOR(in, trace, why) ROW(KA_FORMAT_TEXT, in, trace, why)

static const struct trace_row rows[] = {
	PGP("", "", "nothing gives nothing"),
	PGP(RSA, GOT_RSA, "one key"),
	PGP(ED UID SUB_RSA RSA, "pgp_key Ed25519 256 'a b'\npgp_key RSA 20 'a b'\n" GOT_RSA,
		"the user id goes with the primary key and its subkeys"),
	PGP(JUNK ED JUNK "\xd1\x00" "\xb4\x01" "x" UID RSA, "pgp_key Ed25519 256 'x'\n" GOT_RSA, "the first user id; other packets are passed over"),
	PGP("\xc6\x0e" RSA_BODY "\xce\xff\x00\x00\x00\x0e" RSA_BODY, GOT_RSA GOT_RSA, "packets of the new format"),
	PGP("\x99\x00\x0e" RSA_BODY "\x9a\x00\x00\x00\x0e" RSA_BODY, GOT_RSA GOT_RSA, "lengths of two and four bytes"),
	PGP("\x98\x10\x03" TIME "\x00\x00\x01" MPI_N MPI_E "\x98\x10\x02" TIME "\x00\x00\x01" MPI_N MPI_E, GOT_RSA GOT_RSA, "versions 2 and 3"),
	PGP("\x98\x12\x06" TIME "\x01\x00\x00\x00\x08" MPI_N MPI_E, GOT_RSA, "version 6"),
	PGP("\x98\x2a\x06" TIME "\x1b\x00\x00\x00\x20" K32, GOT_ED, "RFC 9580's Ed25519"),
	PGP("\x94\x11" RSA_BODY "zzz" "\x9c\x11" RSA_BODY "zzz", GOT_RSA GOT_RSA, "the public half of secret keys"),
	PGP("\x98\x38\x04" TIME "\x12" OID_CV "\x01\x07\x40" K32 "\x03\x01\x08\x07", "pgp_key X25519 255\n", "RFC 6637's ECDH, with Curve25519"),
	PGP("\x98\x56\x04" TIME "\x12" OID_P256 "\x02\x03\x04" K32 K32 "\x03\x01\x08\x07", "pgp_key EC secp256r1\n", "RFC 6637's ECDH"),
	PGP("\x98\x50\x04" TIME "\x13" "\x06\x2b\x81\x04\x00\x00\x01" "\x02\x03\x04" K32 K32, "pgp_key EC other\n", "ECDSA with a curve that is not known"),
	PGP("\x98\x0f\x04" TIME "\x10" MPI_E MPI_E MPI_E, "pgp_key other 0\n", "Elgamal is a key, but none that is judged"),
	PGP("\x98\x09\x04" TIME "\x63" "???", "pgp_key other 0\n", "an algorithm that is not known is no fault"),
	PGP("\x98\x12\x04" TIME "\x11" MPI_E MPI_E MPI_E MPI_E, "pgp_key DSA 2\n", "DSA"),

	PGP(UID, "fault pgp.no-key @0\n", "no key"),
	PGP("\x00" RSA, "fault pgp.packet @0\n", "bit 7 of a packet's first byte is set"),
	PGP(RSA "\x00", GOT_RSA "fault pgp.packet @16\n", "a byte behind"),
	PGP("\x98", "fault pgp.packet @0\n", "no length"),
	PGP("\x98\x0f" RSA_BODY, "fault pgp.packet @0\n", "cut off"),
	PGP("\x9b" RSA_BODY, "fault pgp.packet @0\n", "the length is indeterminate"),
	PGP("\xc6\xe1" RSA_BODY, "fault pgp.packet @0\n", "the length is partial"),
	PGP("\xc6\xff\xff\xff\xff\xff" RSA_BODY, "fault pgp.packet @0\n", "4 GiB"),
	PGP("\x98\x00" RSA, "fault pgp.packet @2\n" GOT_RSA, "an empty key packet"),
	PGP("\x98\x0e\x01" TIME "\x01" MPI_N MPI_E RSA, "fault pgp.version @2\n" GOT_RSA, "version 1"),
	PGP("\x98\x0e\x07" TIME "\x01" MPI_N MPI_E RSA, "fault pgp.version @2\n" GOT_RSA, "version 7"),
	PGP("\x98\x0d\x04" TIME "\x01" MPI_N "\x00\x02" RSA, "fault pgp.packet @13\n" GOT_RSA, "a number is cut off"),
	PGP("\x98\x0f" RSA_BODY "z" RSA, "fault pgp.packet @16\n" GOT_RSA, "a byte too many in a public key"),
	PGP("\x98\x0d\x04" TIME "\x01" MPI_N "\x00\x00" RSA, "fault key.exponent @8\n" GOT_RSA, "an exponent of no bits"),
	PGP("\x98\x0e\x04" TIME "\x01" "\x00\x14\x0f\x00\x02" MPI_E RSA, "fault key.modulus-even @8\n" GOT_RSA, "an even modulus"),
	PGP("\x98\x32\x04" TIME "\x16" OID_ED "\x01\x07\x40" "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk" RSA, "fault pgp.packet @18\n" GOT_RSA, "the point's length says more than there is"),
	PGP("\x98\x32\x04" TIME "\x16" OID_ED "\x00\xff" K32 RSA, GOT_ED GOT_RSA, "a point without 0x40 in front, as some software writes"),
	PGP("\x98\x31\x04" TIME "\x16" OID_ED "\x00\xf7" "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk" RSA, "fault key.length @8\n" GOT_RSA, "a key of 31 bytes"),
	PGP("\x98\x07\x04" TIME "\x16\x00" RSA, "fault pgp.packet @8\n" GOT_RSA, "RFC 6637 9: an OID length of 0 is reserved"),
	PGP("\x98\x07\x04" TIME "\x16\xff" RSA, "fault pgp.packet @8\n" GOT_RSA, "RFC 6637 9: so is 255"),
	PGP("\x98\x29\x06" TIME "\x1b\x00\x00\x00\x1f" "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk" RSA, "fault pgp.packet @12\n" GOT_RSA, "31 bytes"),
	PGP("\x98\x34\x04" TIME "\x12" OID_CV "\x01\x07\x40" K32 RSA, "fault pgp.packet @54\n" GOT_RSA, "ECDH without its parameters"),

	ARMOR(BEGIN "\n" ARMOR_BODY CRC END, GOT_ARMOR, "an armor"),
	ARMOR(BEGIN "Version: x-y\nComment: a\n\n" ARMOR_BODY CRC END, GOT_ARMOR, "headers"),
	ARMOR(BEGIN "\r\n" ARMOR_BODY "=8k4G\r\n" END, GOT_ARMOR, "CRLF"),
	ARMOR(BEGIN "\n" ARMOR_BODY END, GOT_ARMOR, "RFC 9580 6.1: the checksum may be absent"),
	ARMOR(BEGIN "\n" ARMOR_BODY "=8k4H\n" END BEGIN "\n" ARMOR_BODY END, "fault pgp.armor @119\n" GOT_ARMOR, "a wrong checksum"),
	ARMOR(BEGIN "\n" ARMOR_BODY "=8k4\n" END, "fault pgp.armor @119\n", "a short checksum"),
	ARMOR(BEGIN "\n" ARMOR_BODY "=8k4G\n8k4G\n" END, "fault pem.base64 @125\n", "text behind the checksum"),
	ARMOR(BEGIN "\n" ARMOR_BODY CRC, "fault pem.no-end @0\n", "no END"),
	ARMOR(BEGIN "\n" CRC END, "fault pgp.armor @38\n", "a checksum of nothing that is wrong"),
	ARMOR(BEGIN "\n" END, "fault pem.empty @0\n", "nothing in it"),
	ARMOR(BEGIN "\ntANhIGI=\n" END, "fault pgp.no-key +0\n", "no key in it"),
	ARMOR(BEGIN "\nmDME\n" END, "fault pgp.packet +0\n", "a packet that is cut off"),
	ARMOR("-----BEGIN PGP MESSAGE-----\n\nmDME\n-----END PGP MESSAGE-----\n", "", "a message is no key"),
};

TRACE_ROWS_TESTS(rows)

/* RFC 9580 B.3 and the value that GnuPG computes for nothing. */
static void
crc24_is_the_checksum_of_the_rfc(void **state)
{
	(void)state;
	assert_int_equal(ka_pgp_crc24((struct ka_slice){ NULL, 0 }), 0xb704ce);
	assert_int_equal(ka_pgp_crc24((struct ka_slice){ (const uint8_t *)"123456789", 9 }), 0x21cf02);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TRACE_ROWS_UNIT_TESTS,
		cmocka_unit_test(crc24_is_the_checksum_of_the_rfc),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
