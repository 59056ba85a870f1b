/* SPDX-License-Identifier: Apache-2.0 */
/* err.h - why a call failed or an input was refused. A weak key is neither: see check.h. */
#ifndef KEYASSAY_ERR_H
#define KEYASSAY_ERR_H

#include <keyassay/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Every error there is: symbol, number, stable name, one sentence.
 * The number's high byte is the class. Names and numbers are never reused or renumbered: they are part of the
 * output contract ("error":{"code":...}). A new error goes to the end of its class. */
#define KA_ERR_LIST(X) \
	/* 0x01: the call itself */ \
	X(KA_ERR_ARGUMENT, 0x0101, "call.argument", "an argument is outside what the function documents") \
	X(KA_ERR_NO_MEMORY, 0x0102, "call.no-memory", "out of memory") \
	X(KA_ERR_SPACE, 0x0103, "call.space", "the caller's buffer is too small") \
	X(KA_ERR_INTERNAL, 0x0104, "call.internal", "an invariant of keyassay does not hold; please report this") \
	/* 0x02: DER (X.690) */ \
	X(KA_ERR_DER_TRUNCATED, 0x0201, "der.truncated", "the element is longer than the bytes that are left") \
	X(KA_ERR_DER_TAG, 0x0202, "der.tag", "another tag stands where the structure requires a certain one") \
	X(KA_ERR_DER_TAG_NUMBER, 0x0203, "der.tag-number", "a multi-byte tag number is not used by any structure read here") \
	X(KA_ERR_DER_LENGTH, 0x0204, "der.length", "the length is not in the shortest form") \
	X(KA_ERR_DER_INDEFINITE, 0x0205, "der.indefinite", "DER does not allow the indefinite length") \
	X(KA_ERR_DER_TRAILING, 0x0206, "der.trailing", "bytes follow where the element should end") \
	X(KA_ERR_DER_INTEGER, 0x0207, "der.integer", "the INTEGER is empty or not in the shortest form") \
	X(KA_ERR_DER_BOOLEAN, 0x0208, "der.boolean", "the BOOLEAN is not one byte of 00 or FF") \
	X(KA_ERR_DER_BIT_STRING, 0x0209, "der.bit-string", "the BIT STRING has no valid count of unused bits") \
	X(KA_ERR_DER_OID, 0x020a, "der.oid", "the OBJECT IDENTIFIER is empty, cut off or not in the shortest form") \
	X(KA_ERR_DER_TIME, 0x020b, "der.time", "the time is not a valid UTCTime or GeneralizedTime of RFC 5280 4.1.2.5") \
	X(KA_ERR_DER_NULL, 0x020c, "der.null", "the NULL is not empty") \
	X(KA_ERR_DER_DEPTH, 0x020d, "der.depth", "elements are nested deeper than any structure read here") \
	X(KA_ERR_DER_STRING, 0x020e, "der.string", "a string holds bytes that its type does not allow") \
	/* 0x03: PEM and base64 (RFC 7468, RFC 4648) */ \
	X(KA_ERR_PEM_NO_END, 0x0301, "pem.no-end", "the PEM block has no END line") \
	X(KA_ERR_PEM_LABEL, 0x0302, "pem.label", "the END line names another label than the BEGIN line") \
	X(KA_ERR_PEM_LABEL_UNKNOWN, 0x0303, "pem.label-unknown", "keyassay takes no keys from PEM blocks of this label") \
	X(KA_ERR_PEM_BASE64, 0x0304, "pem.base64", "a character that is not base64, or wrong padding") \
	X(KA_ERR_PEM_ENCRYPTED, 0x0305, "pem.encrypted", "the private key is encrypted; give its public key or certificate instead") \
	X(KA_ERR_PEM_EMPTY, 0x0306, "pem.empty", "the PEM block is empty") \
	X(KA_ERR_PEM_BEGIN, 0x0307, "pem.begin", "the BEGIN line is malformed") \
	/* 0x04: X.509 (RFC 5280), PKCS #10 (RFC 2986), PKCS #7 / CMS (RFC 5652) */ \
	X(KA_ERR_X509_VERSION, 0x0401, "x509.version", "the version is none of v1, v2, v3, or is encoded though it is the default") \
	X(KA_ERR_X509_SERIAL, 0x0402, "x509.serial", "the serial number is malformed") \
	X(KA_ERR_X509_NAME, 0x0403, "x509.name", "a name is malformed") \
	X(KA_ERR_X509_VALIDITY, 0x0404, "x509.validity", "the validity is malformed") \
	X(KA_ERR_X509_EXTENSIONS, 0x0405, "x509.extensions", "the extensions are malformed, or stand in a certificate that is not v3") \
	X(KA_ERR_X509_SIGNATURE, 0x0406, "x509.signature", "the signature algorithm or value is malformed") \
	X(KA_ERR_X509_UNIQUE_ID, 0x0407, "x509.unique-id", "a unique identifier is malformed, or stands in a v1 certificate") \
	X(KA_ERR_X509_SPKI, 0x0408, "x509.spki", "the SubjectPublicKeyInfo is malformed") \
	X(KA_ERR_X509_UNRECOGNISED, 0x0409, "x509.unrecognised", "the DER is well formed, but no certificate, request, key or bundle") \
	X(KA_ERR_X509_NO_CERTIFICATES, 0x040a, "x509.no-certificates", "the PKCS #7 bundle holds no certificate") \
	X(KA_ERR_X509_TOO_LARGE, 0x040b, "x509.too-large", "the object is larger than any certificate that keyassay reads") \
	/* 0x05: public keys */ \
	X(KA_ERR_KEY_ALGORITHM, 0x0501, "key.algorithm", "the parameters of the key's algorithm are malformed") \
	X(KA_ERR_KEY_MODULUS_NEGATIVE, 0x0502, "key.modulus-negative", "the RSA modulus is negative") \
	X(KA_ERR_KEY_MODULUS_ZERO, 0x0503, "key.modulus-zero", "the RSA modulus is zero") \
	X(KA_ERR_KEY_MODULUS_EVEN, 0x0504, "key.modulus-even", "the RSA modulus is even, so it is no product of two odd primes") \
	X(KA_ERR_KEY_EXPONENT_NEGATIVE, 0x0505, "key.exponent-negative", "the RSA exponent is negative") \
	X(KA_ERR_KEY_EXPONENT, 0x0506, "key.exponent", "the RSA exponent is 0 or 1: such a key encrypts nothing") \
	X(KA_ERR_KEY_TOO_LARGE, 0x0507, "key.too-large", "the key is larger than 16384 bits") \
	X(KA_ERR_KEY_CURVE, 0x0508, "key.curve", "the curve parameters are malformed") \
	X(KA_ERR_KEY_POINT, 0x0509, "key.point", "the public point is malformed, or has another length than its curve's points") \
	X(KA_ERR_KEY_DSA, 0x050a, "key.dsa", "a DSA parameter or value is zero, negative or missing") \
	X(KA_ERR_KEY_NO_PUBLIC, 0x050b, "key.no-public", "the private key file does not hold the public key") \
	X(KA_ERR_KEY_LENGTH, 0x050c, "key.length", "the public key has another length than its algorithm's keys") \
	X(KA_ERR_KEY_MODULUS_SMALL, 0x050d, "key.modulus-small", "the RSA modulus has fewer than 16 bits") \
	/* 0x06: OpenSSH keys (RFC 4253 6.6, RFC 5656 3.1, RFC 8709) */ \
	X(KA_ERR_SSH_LINE, 0x0601, "ssh.line", "the line is no OpenSSH public key") \
	X(KA_ERR_SSH_TRUNCATED, 0x0602, "ssh.truncated", "a field is longer than the bytes that are left") \
	X(KA_ERR_SSH_TYPE, 0x0603, "ssh.type", "the type inside the key differs from the type before it, or is unknown") \
	X(KA_ERR_SSH_MPINT, 0x0604, "ssh.mpint", "a number is negative or not in the shortest form (RFC 4251 5)") \
	X(KA_ERR_SSH_TRAILING, 0x0605, "ssh.trailing", "bytes follow behind the key") \
	X(KA_ERR_SSH_BASE64, 0x0606, "ssh.base64", "the key's text is not base64") \
	/* 0x07: JWK (RFC 7517, RFC 7518, RFC 8037) */ \
	X(KA_ERR_JWK_SYNTAX, 0x0701, "jwk.syntax", "the text is not valid JSON (RFC 8259)") \
	X(KA_ERR_JWK_DEPTH, 0x0702, "jwk.depth", "the JSON is nested too deeply") \
	X(KA_ERR_JWK_MEMBER, 0x0703, "jwk.member", "a member that the key type requires is missing, repeated or of the wrong type") \
	X(KA_ERR_JWK_BASE64, 0x0704, "jwk.base64", "a value is not base64url without padding (RFC 7515 2)") \
	X(KA_ERR_JWK_KTY, 0x0705, "jwk.kty", "the key type holds no public key that keyassay judges") \
	/* 0x08: OpenPGP (RFC 4880) */ \
	X(KA_ERR_PGP_PACKET, 0x0801, "pgp.packet", "a packet is malformed or cut off") \
	X(KA_ERR_PGP_VERSION, 0x0802, "pgp.version", "the key packet has an unknown version") \
	X(KA_ERR_PGP_NO_KEY, 0x0803, "pgp.no-key", "the block holds no key packet") \
	X(KA_ERR_PGP_ARMOR, 0x0804, "pgp.armor", "the armor's checksum is malformed or wrong") \
	/* 0x09: Debian weak-key tables, keyassay-table(5) */ \
	X(KA_ERR_TABLE_MAGIC, 0x0901, "table.magic", "the file is no keyassay table") \
	X(KA_ERR_TABLE_VERSION, 0x0902, "table.version", "the table has a format version that this keyassay does not read; make it again with 'keyassay debian table'") \
	X(KA_ERR_TABLE_TRUNCATED, 0x0903, "table.truncated", "the table is shorter or longer than its header says") \
	X(KA_ERR_TABLE_HEADER, 0x0904, "table.header", "the header's fields contradict one another") \
	X(KA_ERR_TABLE_CHECKSUM, 0x0905, "table.checksum", "the table is damaged: its checksum does not match") \
	X(KA_ERR_TABLE_TYPE, 0x0906, "table.type", "the table is for a key type that keyassay does not know") \
	X(KA_ERR_TABLE_ORDER, 0x0907, "table.order", "the table's buckets or entries are out of order") \
	X(KA_ERR_TABLE_DUPLICATE, 0x0908, "table.duplicate", "a table for this key type is loaded already") \
	X(KA_ERR_TABLE_ENTRY, 0x0909, "table.entry", "an entry of the table stands for a key stream that its header does not have") \
	/* 0x0a: input as a whole */ \
	X(KA_ERR_INPUT_EMPTY, 0x0a01, "input.empty", "the input is empty") \
	X(KA_ERR_INPUT_NO_KEY, 0x0a02, "input.no-key", "no key or certificate was recognised in the input") \
	X(KA_ERR_INPUT_TOO_LARGE, 0x0a03, "input.too-large", "one object or line is larger than keyassay reads") \
	X(KA_ERR_INPUT_UNREADABLE, 0x0a04, "input.unreadable", "the input could not be opened or read") \
	X(KA_ERR_INPUT_NOT_A_FILE, 0x0a05, "input.not-a-file", "neither a regular file, a directory nor a pipe") \
	X(KA_ERR_INPUT_HEX, 0x0a06, "input.hex", "the line is not a hexadecimal number") \
	X(KA_ERR_INPUT_BASE64, 0x0a07, "input.base64", "the line is not base64") \
	X(KA_ERR_INPUT_LOOP, 0x0a08, "input.loop", "directories are nested too deeply, or a link leads back to one above it")

enum ka_err {
	KA_OK = 0,
#define KA_ERR_ENUM(symbol, number, name, text) symbol = number,
	KA_ERR_LIST(KA_ERR_ENUM)
#undef KA_ERR_ENUM
};

/* ka_err_name returns the stable name ("der.truncated"), "ok" for KA_OK and "unknown" for a number not listed. */
KA_API const char *ka_err_name(enum ka_err err);

/* ka_err_text returns one sentence for people, without full stop; never NULL. */
KA_API const char *ka_err_text(enum ka_err err);

#ifdef __cplusplus
}
#endif

#endif
