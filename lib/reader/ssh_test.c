/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSH keys: lines, RFC 4716 blocks, private key files. The blobs below were put together field by field; Ed25519 keys are 32
 * times 'k', the EC point is the base point of P-256, the RSA modulus has 512 bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/reader/samples.h"
#include "lib/reader/trace_rows_test.h"

#define RSA \
	"AAAAB3NzaC1yc2EAAAADAQABAAAAQQDywlKePPWVHlTB0qZLesJ6w5j8+gOh1JT6K5hVqFb/OlYua6ARec4vsr0AkTTKB5ZAGY2s" \
	"lBX3ScuG381bdmqV"
#define RSA_NEGATIVE \
	"AAAAB3NzaC1yc2EAAAABgwAAAEEA8sJSnjz1lR5UwdKmS3rCesOY/PoDodSU+iuYVahW/zpWLmugEXnOL7K9AJE0ygeWQBmNrJQV" \
	"90nLht/NW3ZqlQ=="
#define RSA_LONG \
	"AAAAB3NzaC1yc2EAAAADAAADAAAAQQDywlKePPWVHlTB0qZLesJ6w5j8+gOh1JT6K5hVqFb/OlYua6ARec4vsr0AkTTKB5ZAGY2s" \
	"lBX3ScuG381bdmqV"
#define RSA_ZERO_PAD \
	"AAAAB3NzaC1yc2EAAAACAAMAAABBAPLCUp489ZUeVMHSpkt6wnrDmPz6A6HUlPormFWoVv86Vi5roBF5zi+yvQCRNMoHlkAZjayU" \
	"FfdJy4bfzVt2apU="
#define RSA_EVEN \
	"AAAAB3NzaC1yc2EAAAADAQABAAAAQQDywlKePPWVHlTB0qZLesJ6w5j8+gOh1JT6K5hVqFb/OlYua6ARec4vsr0AkTTKB5ZAGY2s" \
	"lBX3ScuG381bdmqU"
#define RSA_NO_N "AAAAB3NzaC1yc2EAAAADAQAB"
#define RSA_E0 \
	"AAAAB3NzaC1yc2EAAAAAAAAAQQDywlKePPWVHlTB0qZLesJ6w5j8+gOh1JT6K5hVqFb/OlYua6ARec4vsr0AkTTKB5ZAGY2slBX3" \
	"ScuG381bdmqV"
#define ED "AAAAC3NzaC1lZDI1NTE5AAAAIGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr"
#define ED_SHORT "AAAAC3NzaC1lZDI1NTE5AAAAH2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
#define ED_TRAILING "AAAAC3NzaC1lZDI1NTE5AAAAIGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2treA=="
#define ED_TRUNCATED "AAAAC3NzaC1lZDI1NTE5AAAAIGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
#define ED_HUGE "AAAAC3NzaC1lZDI1NTE5/////2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr"
#define SK_ED \
	"AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2trAAAABHNzaDo="
#define EC \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC" \
	"4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU="
#define EC_OTHER_CURVE \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAzODQAAABBBGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC" \
	"4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU="
#define EC_BAD_POINT \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABABGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC" \
	"4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UQ=="
#define SK_EC \
	"AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBGsX0fLhLEJH+Lzm5WOkQPJ3A32B" \
	"LeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfUAAAAEc3NoOg=="
#define DSA \
	"AAAAB3NzaC1kc3MAAABBAPLCUp489ZUeVMHSpkt6wnrDmPz6A6HUlPormFWoVv86Vi5roBF5zi+yvQCRNMoHlkAZjayUFfdJy4bf" \
	"zVt2apUAAAAVAP/////////////////////////RAAAAAQIAAAABAw=="
#define UNKNOWN "AAAAB3NzaC1mb28AAAABeA=="
#define NO_TYPE "AAAAAA=="
#define CERT \
	"AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAABW5vbmNlAAAAIGtra2tra2tra2tra2tra2tra2tra2tra2tr" \
	"a2tra2trAAAAAAAAAAAAAAABAAAAAmlkAAAABQAAAAFhAAAAAAAAAAD//////////wAAAAAAAAAAAAAAAAAAADMAAAALc3NoLWVk" \
	"MjU1MTkAAAAga2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2sAAAADc2ln"
#define CERT_TRUNCATED \
	"AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAABW5vbmNlAAAAIGtra2tra2tra2tra2tra2tra2tra2tra2tr" \
	"a2tra2trAAAAAAAAAAAAAAABAAAAAmlkAAAABQAAAAFhAAAAAAAAAAD//////////wAAAAAAAAAAAAAAAAAAADMAAAALc3NoLWVk" \
	"MjU1MTkAAAAga2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr"
#define PRIVATE \
	"b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAABG9wdHMAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQAAACBr" \
	"a2tra2tra2tra2tra2tra2tra2tra2tra2tra2trawAAAAZzZWNyZXQ="
#define PRIVATE_BAD \
	"b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAABG9wdHMAAAABAAAAMgAAAAtzc2gtZWQyNTUxOQAAAB9r" \
	"a2tra2tra2tra2tra2tra2tra2tra2tra2tra2trAAAABnNlY3JldA=="
#define PRIVATE_MAGIC "b3BlbnNzaC1rZXktdjIAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAABG9wdHMAAAAB"
#define PRIVATE_TRUNCATED \
	"b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAABG9wdHMAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQAAACBr" \
	"a2tra2tra2tra2tra2tra2tra2tra2tra2tra2traw=="

#define GOT_RSA "ssh_key RSA 512\n"
#define GOT_ED "ssh_key Ed25519 256\n"
#define GOT_EC "ssh_key EC secp256r1\n"
#define BLOCK(body) "-----BEGIN OPENSSH PRIVATE KEY-----\n" body "\n-----END OPENSSH PRIVATE KEY-----\n"
#define RFC4716(body) "---- BEGIN SSH2 PUBLIC KEY ----\n" body "\n---- END SSH2 PUBLIC KEY ----\n"

static const struct trace_row rows[] = {
	ROW(KA_FORMAT_SSH, "", "", "nothing gives nothing"),
	ROW(KA_FORMAT_SSH, "ssh-rsa " RSA "\n", GOT_RSA, "a .pub file without comment"),
	ROW(KA_FORMAT_SSH, "ssh-ed25519 " ED " a b \r\n", "ssh_key Ed25519 256 'a b'\n", "the comment may have blanks"),
	ROW(KA_FORMAT_SSH, "ssh-ed25519\t" ED "\ta", "ssh_key Ed25519 256 'a'\n", "tabs, no newline"),
	ROW(KA_FORMAT_SSH, "# x\n\n  \nssh-ed25519 " ED "\n", GOT_ED, "comments and empty lines"),
	ROW(KA_FORMAT_SSH, "no-pty,command=\"echo \\\"a b\\\" ssh-rsa AAAA\" ssh-ed25519 " ED " c\n", "ssh_key Ed25519 256 'c'\n",
		"options with blanks and quotes in quotes"),
	ROW(KA_FORMAT_SSH, "host,192.0.2.1 ssh-ed25519 " ED "\n@revoked * ssh-rsa " RSA "\n|1|c2FsdA==|aGFzaA== ssh-rsa " RSA "\n",
		GOT_ED GOT_RSA GOT_RSA, "known_hosts"),
	ROW(KA_FORMAT_SSH, "ecdsa-sha2-nistp256 " EC "\nssh-dss " DSA "\n", GOT_EC "ssh_key DSA 512\n", "the other types"),
	ROW(KA_FORMAT_SSH, "sk-ssh-ed25519@openssh.com " SK_ED "\nsk-ecdsa-sha2-nistp256@openssh.com " SK_EC "\n", GOT_ED GOT_EC,
		"keys of security keys"),
	ROW(KA_FORMAT_SSH, "ssh-ed25519-cert-v01@openssh.com " CERT "\n", GOT_ED, "the key that a certificate certifies"),
	ROW(KA_FORMAT_SSH, "ssh-rsa " RSA_ZERO_PAD "\nssh-rsa " RSA "\n", "fault ssh.mpint +11\n" GOT_RSA,
		"RFC 4251 5: no leading zero byte that is not needed"),

	ROW(KA_FORMAT_SSH, "hello world\nssh-rsa " RSA "\n", "fault ssh.line @0\n" GOT_RSA, "no key"),
	ROW(KA_FORMAT_SSH, "ssh-rsa\n", "fault ssh.line @0\n", "a type alone"),
	ROW(KA_FORMAT_SSH, RSA "\n", "fault ssh.line @0\n", "a key alone"),
	ROW(KA_FORMAT_SSH, "ssh-rsa BBBB\n", "fault ssh.line @0\n", "no key begins so"),
	ROW(KA_FORMAT_SSH, "command=\"x ssh-rsa " RSA "\n", "fault ssh.line @0\n", "the quote is not closed"),
	ROW(KA_FORMAT_SSH, "1024 65537 12345 x\n", "fault ssh.line @0\n", "SSH protocol 1"),
	ROW(KA_FORMAT_SSH, "ssh-rsa AAAA*\nssh-ed25519 " ED, "fault ssh.base64 @12\n" GOT_ED, "not base64"),
	ROW(KA_FORMAT_SSH, "ssh-ed25519 AAAAC\n", "fault ssh.base64 @17\n", "cut off"),
	ROW(KA_FORMAT_SSH, "ssh-ed25519 " RSA "\n", "fault ssh.type +0\n", "another type inside"),
	ROW(KA_FORMAT_SSH, "ssh-ed25519-cert-v01@openssh.com " ED "\n", "fault ssh.type +0\n", "a key is no certificate"),
	ROW(KA_FORMAT_SSH, "ssh-foo " UNKNOWN "\nssh-foo " NO_TYPE "\n", "fault ssh.type +0\nfault ssh.type +0\n", "types that nobody knows"),
	ROW(KA_FORMAT_SSH, "ssh-ed25519 AAAA\n", "fault ssh.truncated +0\n", "not even a type"),
	ROW(KA_FORMAT_SSH, "ssh-ed25519 " ED_TRUNCATED "\n", "fault ssh.truncated +15\n", "the key is cut off"),
	ROW(KA_FORMAT_SSH, "ssh-ed25519 " ED_HUGE "\n", "fault ssh.truncated +15\n", "a length of 4 GiB"),
	ROW(KA_FORMAT_SSH, "ssh-ed25519 " ED_TRAILING "\n", "fault ssh.trailing +51\n", "a byte too many"),
	ROW(KA_FORMAT_SSH, "ssh-ed25519 " ED_SHORT "\n", "fault key.length +15\n", "a key of 31 bytes"),
	ROW(KA_FORMAT_SSH, "ssh-rsa " RSA_NEGATIVE "\n", "fault ssh.mpint +11\n", "a negative exponent"),
	ROW(KA_FORMAT_SSH, "ssh-rsa " RSA_LONG "\n", "fault ssh.mpint +11\n", "two leading zero bytes"),
	ROW(KA_FORMAT_SSH, "ssh-rsa " RSA_EVEN "\n", "fault key.modulus-even +11\n", "an even modulus"),
	ROW(KA_FORMAT_SSH, "ssh-rsa " RSA_E0 "\n", "fault key.exponent +11\n", "no exponent"),
	ROW(KA_FORMAT_SSH, "ssh-rsa " RSA_NO_N "\n", "fault ssh.truncated +18\n", "no modulus"),
	ROW(KA_FORMAT_SSH, "ecdsa-sha2-nistp256 " EC_OTHER_CURVE "\n", "fault ssh.type +23\n", "RFC 5656 3.1: the curve is part of the type"),
	ROW(KA_FORMAT_SSH, "ecdsa-sha2-nistp256 " EC_BAD_POINT "\n", "fault key.point +23\n", "a point that is too short"),
	ROW(KA_FORMAT_SSH, "ssh-ed25519-cert-v01@openssh.com " CERT_TRUNCATED "\n", "fault ssh.truncated +136\n", "a certificate that is cut off"),

	ROW(KA_FORMAT_TEXT, "hello ssh-rsa world\nssh-rsa " RSA "\n" ED_PUB "x\nssh-ed25519 " ED "\n",
		GOT_RSA "public_key Ed25519 256\n" GOT_ED, "lines between blocks; other text is passed over"),
	ROW(KA_FORMAT_TEXT, "ssh-ed25519 " ED_SHORT "\rssh-ed25519 " ED "\r", "fault key.length +15\n" GOT_ED, "CR alone"),
	ROW(KA_FORMAT_PEM, "ssh-rsa " RSA "\n" ED_PUB, "public_key Ed25519 256\n", "PEM means PEM"),
	ROW(KA_FORMAT_TEXT, BLOCK(PRIVATE), GOT_ED, "the public half of an encrypted key"),
	ROW(KA_FORMAT_TEXT, BLOCK(PRIVATE_BAD), "fault key.length +70\n", "a public half that is none"),
	ROW(KA_FORMAT_TEXT, BLOCK(PRIVATE_MAGIC) BLOCK(PRIVATE), "fault ssh.type +0\n" GOT_ED, "another version"),
	ROW(KA_FORMAT_TEXT, BLOCK(PRIVATE_TRUNCATED), "fault ssh.truncated +106\n", "the secret half is missing"),
	ROW(KA_FORMAT_TEXT, BLOCK("b3Bl"), "fault ssh.type +0\n", "cut off"),
	ROW(KA_FORMAT_TEXT, RFC4716("Comment: \"a b\"\n" ED), GOT_ED, "RFC 4716"),
	ROW(KA_FORMAT_TEXT, RFC4716("Comment: a\\\nb: c\\\nd\nx-y: z\n" ED), GOT_ED, "RFC 4716 3.3.1: headers go on behind a backslash"),
	ROW(KA_FORMAT_TEXT, RFC4716(ED_SHORT), "fault key.length +15\n", "RFC 4716 with a bad key"),
	ROW(KA_FORMAT_TEXT, "---- BEGIN SSH2 PUBLIC KEY ----\n" ED "\n" RFC4716(ED), "fault pem.no-end @0\n" GOT_ED, "no END"),
	ROW(KA_FORMAT_TEXT, "---- BEGIN SSH2 PUBLIC KEY\n" ED "\n", "fault pem.begin @0\n", "no dashes"),
};

TRACE_ROWS_TESTS(rows)

int
main(void)
{
	const struct CMUnitTest tests[] = { TRACE_ROWS_UNIT_TESTS };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
