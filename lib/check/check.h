/* SPDX-License-Identifier: Apache-2.0 */
/* check.h - what the files of the checks share: how a check puts itself into a mask of the verdict. */
#ifndef KA_LIB_CHECK_CHECK_H
#define KA_LIB_CHECK_CHECK_H

#include <keyassay/check.h>

/* The checks, one per file; registry.c is the table of them. */
extern const struct ka_check ka_check_debian_weak;
extern const struct ka_check ka_check_roca;
extern const struct ka_check ka_check_key_size;
extern const struct ka_check ka_check_validity;

/* ka_verdict_init empties the masks. Evidence stays as it is: it means something only for checks in failed, and clearing
 * it would cost more than the checks of a sound key. */
static inline void
ka_verdict_init(struct ka_verdict *out_verdict)
{
	out_verdict->passed = 0;
	out_verdict->failed = 0;
	out_verdict->not_applicable = 0;
	out_verdict->undecided = 0;
	out_verdict->debian_miss = 0;
	for (size_t i = 0; i < KA_NUM_CHECKS; i++) {
		out_verdict->reasons[i] = KA_REASON_NONE;
		out_verdict->whys[i] = KA_UNDECIDED_NONE;
	}
}

static inline void
ka_verdict_pass(struct ka_verdict *out_verdict, enum ka_check_id id)
{
	out_verdict->passed |= KA_CHECK_BIT(id);
}

static inline void
ka_verdict_not_applicable(struct ka_verdict *out_verdict, enum ka_check_id id)
{
	out_verdict->not_applicable |= KA_CHECK_BIT(id);
}

static inline void
ka_verdict_fail(struct ka_verdict *out_verdict, enum ka_check_id id, enum ka_reason reason)
{
	out_verdict->failed |= KA_CHECK_BIT(id);
	out_verdict->reasons[id] = (uint8_t)reason;
}

static inline void
ka_verdict_undecided(struct ka_verdict *out_verdict, enum ka_check_id id, enum ka_undecided why)
{
	out_verdict->undecided |= KA_CHECK_BIT(id);
	out_verdict->whys[id] = (uint8_t)why;
}

#endif
