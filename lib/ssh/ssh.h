/* SPDX-License-Identifier: Apache-2.0 */
/* ssh.h - OpenSSH's public keys: RFC 4253 6.6, RFC 5656 3.1, RFC 8709, and in OpenSSH's source PROTOCOL.certkeys, PROTOCOL.u2f,
 * PROTOCOL.key. */
#ifndef KA_LIB_SSH_SSH_H
#define KA_LIB_SSH_SSH_H

#include <keyassay/key.h>

/* A line of an authorized_keys, known_hosts or .pub file: [options or host names] type base64 [comment]. */
struct ka_ssh_line {
	struct ka_slice type;
	struct ka_slice base64;
	struct ka_slice comment;
};

/* ka_ssh_line_find finds the words of a line that look like a type and a key; false when there are none. The type may be one that
 * is not known. */
bool ka_ssh_line_find(struct ka_ssh_line *out, struct ka_slice line);

/* ka_ssh_blob_read reads a decoded key; of a certificate, the key that it certifies. type must be the type inside, or empty when
 * none was given. On failure *out_offset is where in blob. */
KA_MUST_CHECK enum ka_err ka_ssh_blob_read(
	struct ka_key *out_key, size_t *out_offset, struct ka_slice type, struct ka_slice blob);

/* ka_ssh_private_read reads the public half of a decoded "OPENSSH PRIVATE KEY", which is never encrypted. */
KA_MUST_CHECK enum ka_err ka_ssh_private_read(struct ka_key *out_key, size_t *out_offset, struct ka_slice file);

#endif
