/* SPDX-License-Identifier: Apache-2.0 */
/* batch.c - judging. A look-up in a table is one or two cache misses, more than all else that judging a sound key does.
 * For many keys they are taken side by side: a group's look-ups are all started before the first one is waited for. */
#include "lib/check/check.h"

/* Large enough to keep as many misses in flight as a core can have (10 to 16 lines on common ones), small enough that the
 * fetched lines are still in the first-level cache when they are used. */
#define GROUP 32u

void
ka_judge(struct ka_verdict *out_verdict, const struct ka_ctx *ctx, const struct ka_object *object, uint32_t checks, int64_t at)
{
	ka_verdict_init(out_verdict);
	for (size_t i = 0; i < KA_NUM_CHECKS; i++) {
		if ((checks & KA_CHECK_BIT(i)) != 0)
			ka_check_at(i)->judge(out_verdict, ctx, object, at);
	}
}

static void
prefetch_group(const struct ka_ctx *ctx, const struct ka_object *objects, size_t num, uint32_t checks)
{
	for (size_t i = 0; i < KA_NUM_CHECKS; i++) {
		const struct ka_check *check = ka_check_at(i);
		if ((checks & KA_CHECK_BIT(i)) == 0 || check->prefetch == NULL)
			continue;
		for (size_t k = 0; k < num; k++)
			check->prefetch(ctx, &objects[k]);
	}
}

void
ka_judge_batch(struct ka_verdict *out_verdicts, const struct ka_ctx *ctx, const struct ka_object *objects, size_t num,
	uint32_t checks, int64_t at)
{
	while (num > 0) {
		size_t group = num < GROUP ? num : GROUP;
		prefetch_group(ctx, objects, group, checks);
		for (size_t i = 0; i < group; i++)
			ka_judge(&out_verdicts[i], ctx, &objects[i], checks, at);
		out_verdicts += group;
		objects += group;
		num -= group;
	}
}
