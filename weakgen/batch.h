/* SPDX-License-Identifier: Apache-2.0 */
/* batch.h - fingerprints of many streams, several at a time. */
#ifndef KA_WEAKGEN_BATCH_H
#define KA_WEAKGEN_BATCH_H

#include "weakgen/kernels.h"
#include "weakgen/weakgen.h"

/* What a table keeps of a stream. */
struct ka_weakgen_result {
	uint64_t fingerprint;
	uint64_t other_fingerprint; /* with exponent 3, if has_other */
	bool has_other;
};

/* Where streams come from and results go to. next returns false when there are no more (or when work shall stop:
 * streams under way are then dropped); stop is asked between the steps of a stream. */
struct ka_weakgen_feed {
	void *arg;
	bool (*next)(void *arg, struct ka_debian_id *out_id);
	void (*done)(void *arg, const struct ka_debian_id *id, const struct ka_weakgen_result *result);
	bool (*stop)(void *arg);
	/* If set, only primes are looked for (RSA): called with each prime as it is found in its stream, whatever the
	 * exponent would say of it. True: go on to the stream's next prime as if this one did not suit the exponent;
	 * false: the stream is done. done is then called with an empty result. A prime may have rounds to pass yet; should
	 * one of them refute it, the stream is gone through again before done is called, and all its primes come anew. */
	bool (*prime)(void *arg, const struct ka_debian_id *id, mpz_srcptr prime);
};

/* ka_weakgen_batch_run works off a feed with the default exponent; one thread. KA_OK when the feed is empty or has
 * said stop. */
KA_MUST_CHECK enum ka_err ka_weakgen_batch_run(
    const struct ka_weakgen_type *type, const struct ka_weakgen_kernels *kernels, const struct ka_weakgen_feed *feed);

#endif
