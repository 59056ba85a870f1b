/* SPDX-License-Identifier: Apache-2.0 */
/* debian.h - identities of the keys of CVE-2008-0166, made by Debian's OpenSSL 0.9.8c-1 to 0.9.8g-8. */
#ifndef KEYASSAY_DEBIAN_H
#define KEYASSAY_DEBIAN_H

#include <keyassay/key.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ka_debian_arch { KA_DEBIAN_LE64 = 0, KA_DEBIAN_LE32 = 1, KA_DEBIAN_BE32 = 2 };
#define KA_DEBIAN_NUM_ARCHS 3u

/* State of the seed file ~/.rnd: present with 1024 bytes, absent, present with nothing readable. */
enum ka_debian_randfile { KA_DEBIAN_RND = 0, KA_DEBIAN_NORND = 1, KA_DEBIAN_NOREADRND = 2 };
#define KA_DEBIAN_NUM_RANDFILES 3u

/* Linux' default kernel.pid_max: PIDs 0 to 32767. */
#define KA_DEBIAN_PID_COUNT 32768u

/* The most that kernel.pid_max can be set to on 64-bit machines: PIDs 0 to 4194303. */
#define KA_DEBIAN_MAX_PID_COUNT 4194304u

/* What determines a weak key of a type and size, beside the exponent. */
struct ka_debian_id {
	enum ka_debian_arch architecture;
	enum ka_debian_randfile randfile;
	uint32_t pid;
};

/* ka_debian_arch_name returns "le64", "le32", "be32"; ka_debian_randfile_name "rnd", "nornd", "noreadrnd"; "unknown" for
 * other values. The _by_name functions return false when the name is unknown. */
KA_API const char *ka_debian_arch_name(enum ka_debian_arch architecture);
KA_API const char *ka_debian_randfile_name(enum ka_debian_randfile randfile);
KA_API bool ka_debian_arch_by_name(enum ka_debian_arch *out_architecture, const char *name);
KA_API bool ka_debian_randfile_by_name(enum ka_debian_randfile *out_randfile, const char *name);

/* A ka_debian_prove_fn regenerates the key of an identity and sets *out_same when it is exactly the key given. The
 * library only knows fingerprints; it reports a key as weak when a prover has confirmed it (weakgen has one), and as
 * undecided when it has none. Called from any thread; keeps no state. An error means that it could not be told. */
typedef enum ka_err (*ka_debian_prove_fn)(
	void *arg, bool *out_same, const struct ka_key *key, const struct ka_debian_id *id);

#ifdef __cplusplus
}
#endif

#endif
