/* SPDX-License-Identifier: Apache-2.0 */
/* weakgen.h - the keys that Debian's OpenSSL 0.9.8c-1 to 0.9.8g-8 made (CVE-2008-0166).
 *
 * The vulnerable generator knew the machine it ran on, the state of its seed file and the process id; with the type
 * of the key and, rarely, the exponent these determine the key. Every function here is free of global state and may
 * be called from any thread. Pointers are not NULL unless said so. Outputs are written only on success. */
#ifndef KA_WEAKGEN_WEAKGEN_H
#define KA_WEAKGEN_WEAKGEN_H

#include <keyassay/batch.h>
#include <keyassay/debian.h>

#include <stdatomic.h>

/* What the generator sees of a machine: sizes of C's long and time_t and of struct stat, in bytes, and the byte
 * order. Other ports than the three of enum ka_debian_arch are a matter of filling this in. */
struct ka_weakgen_machine {
	uint32_t long_len; /* 4 or 8 */
	uint32_t time_len;
	uint32_t stat_len;
	bool big_endian;
};

/* ka_weakgen_machine_of returns the machine of an architecture, NULL for a number that is none. */
const struct ka_weakgen_machine *ka_weakgen_machine_of(enum ka_debian_arch architecture);

#define KA_WEAKGEN_TYPE_NAME_LEN 32u

/* Type and size of a key. */
struct ka_weakgen_type {
	enum ka_key_algorithm algorithm; /* KA_KEY_RSA or KA_KEY_EC */
	enum ka_curve curve;             /* EC only */
	uint32_t bits;                   /* RSA: 512 to 16384, even or odd; EC: of the field */
};

/* ka_weakgen_type_parse reads "rsa:2048" or "ec:secp256r1". KA_ERR_ARGUMENT for anything that cannot be made. */
KA_MUST_CHECK enum ka_err ka_weakgen_type_parse(struct ka_weakgen_type *out_type, const char *name);

/* ka_weakgen_type_name writes the name that ka_weakgen_type_parse reads. */
void ka_weakgen_type_name(char out_name[KA_WEAKGEN_TYPE_NAME_LEN], const struct ka_weakgen_type *type);

/* ka_weakgen_curve_name_at returns the names that may stand behind "ec:", NULL behind the last. */
const char *ka_weakgen_curve_name_at(size_t index);

#define KA_WEAKGEN_RSA_MIN_BITS 512u
#define KA_WEAKGEN_MAX_PRIME_LEN (KA_RSA_MAX_BITS / 16)
#define KA_WEAKGEN_MAX_EC_LEN 66u
#define KA_WEAKGEN_DEFAULT_EXPONENT 65537u

/* A key pair that the generator makes. All integers are big-endian. */
struct ka_weakgen_key {
	struct ka_weakgen_type type;
	/* RSA: without leading zero bytes; p > q. */
	size_t modulus_len, p_len, q_len;
	uint8_t modulus[KA_KEY_MAX_BYTES];
	uint8_t p[KA_WEAKGEN_MAX_PRIME_LEN], q[KA_WEAKGEN_MAX_PRIME_LEN];
	/* RSA: a prime was rejected because the exponent shares a factor with p - 1: with 3 the stream gives another
	 * key. */
	bool exponent_mattered;
	/* EC: private number and uncompressed point (04 x y), coordinates padded to the length of the field. */
	size_t secret_len, point_len;
	uint8_t secret[KA_WEAKGEN_MAX_EC_LEN];
	uint8_t point[1 + 2 * KA_WEAKGEN_MAX_EC_LEN];
};

/* A workshop for keys of one type: tables and scratch space. One thread at a time. */
struct ka_weakgen;

/* ka_weakgen_new makes a workshop; KA_ERR_ARGUMENT for a type that cannot be made, KA_ERR_NO_MEMORY. */
KA_MUST_CHECK enum ka_err ka_weakgen_new(struct ka_weakgen **out, const struct ka_weakgen_type *type);

/* ka_weakgen_free frees a workshop; NULL is fine. */
void ka_weakgen_free(struct ka_weakgen *weakgen);

/* ka_weakgen_make makes the key of a machine, seed file and process id. exponent is big-endian, for RSA odd and at
 * least 3, and ignored for EC. */
KA_MUST_CHECK enum ka_err ka_weakgen_make(struct ka_weakgen_key *out_key, struct ka_weakgen *weakgen,
    const struct ka_weakgen_machine *machine, enum ka_debian_randfile randfile, uint32_t pid, struct ka_slice exponent);

/* ka_weakgen_fingerprint returns the 64 bits of the key that a table stores: see keyassay/table.h. */
uint64_t ka_weakgen_fingerprint(const struct ka_weakgen_key *key);

/* ka_weakgen_key_der writes the private key: RSAPrivateKey (RFC 8017 A.1.2) or ECPrivateKey (RFC 5915).
 * KA_ERR_ARGUMENT when the exponent has no inverse for this key, KA_ERR_SPACE when it does not fit;
 * KA_WEAKGEN_DER_MAX_LEN always fits. */
#define KA_WEAKGEN_DER_MAX_LEN (6 * (size_t)KA_KEY_MAX_BYTES)
KA_MUST_CHECK enum ka_err ka_weakgen_key_der(
    uint8_t *out, size_t *out_len, size_t max_len, const struct ka_weakgen_key *key, struct ka_slice exponent);

/* ka_weakgen_prove is a ka_debian_prove_fn: it makes the key of an identity and compares. Of an RSA key without
 * exponent (a bare modulus) it tries the exponents 65537 and 3. arg is not used. A key of another type than the
 * generator made is not the same. */
KA_MUST_CHECK enum ka_err ka_weakgen_prove(
    void *arg, bool *out_same, const struct ka_key *key, const struct ka_debian_id *id);

/* How far a table or a deep walk has got; keys count the streams of the universe. */
struct ka_weakgen_progress {
	uint64_t keys_done, keys_total;
	uint64_t keys_resumed; /* of keys_done: found in the part file of an earlier run */
	double seconds;        /* since the start of this run */
};

/* A table to be made. */
struct ka_weakgen_table_job {
	struct ka_weakgen_type type;
	const char
	    *path; /* FILE; FILE.part holds the state of an unfinished run, FILE.new the table while it is written */
	unsigned num_threads;
	/* PIDs 0 to this - 1: KA_DEBIAN_PID_COUNT, or up to KA_DEBIAN_MAX_PID_COUNT. A run takes about 100 bytes of memory for
	 * each of the nine streams of a PID. */
	uint32_t pid_count;
	double flush_seconds; /* how often results are made durable; 0: every five seconds */
	const atomic_bool
	    *stop; /* set it, from a signal handler too, to end the run so that it can be resumed; or NULL */
	void (*progress)(void *arg, const struct ka_weakgen_progress *progress); /* about once a second; or NULL */
	void *progress_arg;
};

enum ka_weakgen_table_status { KA_WEAKGEN_TABLE_MADE, KA_WEAKGEN_TABLE_STOPPED, KA_WEAKGEN_TABLE_FAILED };

#define KA_WEAKGEN_MESSAGE_LEN 512u

/* ka_weakgen_table_make makes a table (keyassay/table.h), going on from FILE.part if there is one. A killed run loses
 * the work of at most some seconds and of the keys under way. FAILED leaves a sentence for people in out_message and
 * FILE untouched. */
KA_MUST_CHECK enum ka_weakgen_table_status ka_weakgen_table_make(
    char out_message[KA_WEAKGEN_MESSAGE_LEN], const struct ka_weakgen_table_job *job);

/* A deep walk decides keys for which there is no table: it is fed keys and goes through all streams of their types
 * once, however many keys of a type wait. EC and DSA: all keys are made, which is exact. RSA, whichever is cheaper for
 * the size and number of moduli on this machine:
 *
 * - first primes: the first prime of each stream is found and divides the key's modulus or not. Exact, and the time
 *   does not depend on how many moduli wait.
 * - by division: the candidates for the first prime are listed up to a cap, prime or not, and the moduli divided by
 *   them. A weak key whose first prime lies beyond the cap is missed, with a chance that is stated.
 *
 * Where an exponent of a waiting key would have rejected a prime, the stream's next one is looked for as well. Half of all
 * sound RSA keys need no walk: the generator's trial division gives only moduli that are 1 modulo 3. */
struct ka_weakgen_deep;

/* How far a walk has got. */
struct ka_weakgen_deep_progress {
	uint64_t streams_done, streams_total; /* of all groups of keys together */
	uint64_t candidates; /* by division */
	double part;         /* of the whole time, from estimates of what each group's streams cost: 0 to 1 */
	double seconds;      /* since the start */
};

#define KA_WEAKGEN_DEEP_MISS 1e-9

enum ka_weakgen_deep_way { KA_WEAKGEN_DEEP_CHEAPEST, KA_WEAKGEN_DEEP_FIRST_PRIMES, KA_WEAKGEN_DEEP_BY_DIVISION };

struct ka_weakgen_deep_options {
	/* PIDs first_pid to first_pid + pid_count - 1, all below KA_WEAKGEN_MAX_PIDS. */
	uint32_t first_pid, pid_count;
	/* Or the pid_count PIDs of a list, which is borrowed; NULL: as above. */
	const uint32_t *pids;
	enum ka_weakgen_deep_way way; /* RSA */
	/* By division: the largest chance to miss a weak key, above 0 and below 1; or, if cap is not 0, the number of
	 * candidates of each stream. */
	double miss;
	uint64_t cap;
	unsigned num_threads;
	/* Ends the walk early; what is not decided by then is left undecided. May be set from a signal handler; or NULL */
	const atomic_bool *stop;
	/* Called about once a second by the thread that runs the walk; or NULL. */
	void (*progress)(void *arg, const struct ka_weakgen_deep_progress *progress);
	void *progress_arg;
};

/* Linux' largest kernel.pid_max. */
#define KA_WEAKGEN_MAX_PIDS KA_DEBIAN_MAX_PID_COUNT

/* ka_weakgen_deep_new makes an empty walk: KA_ERR_ARGUMENT for options that make no sense, KA_ERR_NO_MEMORY. free: NULL
 * is fine. */
KA_MUST_CHECK enum ka_err ka_weakgen_deep_new(
    struct ka_weakgen_deep **out, const struct ka_weakgen_deep_options *options);
void ka_weakgen_deep_free(struct ka_weakgen_deep *deep);

/* ka_weakgen_deep_add feeds a key, which is copied, and gives the handle to ask for it with. KA_ERR_ARGUMENT when the
 * generator cannot make keys of its type: RSA of 512 to 16384 bits, EC on the curves of ka_weakgen_type_parse, DSA
 * with parameters can be made. */
KA_MUST_CHECK enum ka_err ka_weakgen_deep_add(
    struct ka_weakgen_deep *deep, size_t *out_handle, const struct ka_key *key);

/* ka_weakgen_deep_run walks. Run once. */
KA_MUST_CHECK enum ka_err ka_weakgen_deep_run(struct ka_weakgen_deep *deep);

/* ka_weakgen_deep_result tells what a walk found: KA_WALK_WEAK when the key was made again, with the id; KA_WALK_NOT_WEAK
 * when no stream gives the key, with the chance that it does all the same; KA_WALK_UNDECIDED when the walk has not been
 * run, or not to its end. */
void ka_weakgen_deep_result(
    const struct ka_weakgen_deep *deep, size_t handle, struct ka_walk_result *out_result);

/* ka_weakgen_walker is the same for the library's batches (keyassay/batch.h); walk is the struct ka_weakgen_deep. */
extern const struct ka_walker ka_weakgen_walker;

#endif
