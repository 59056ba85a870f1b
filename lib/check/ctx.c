/* SPDX-License-Identifier: Apache-2.0 */
/* ctx.c - tables, prover and kernels that judging needs. */
#include "lib/check/ctx.h"

#include "lib/base/mem.h"

#include <string.h>

/* Tables lie in the order they were added; slots is a hash of them with open addressing: the number of a table plus one, 0
 * for an empty slot. There are at least twice as many slots as tables, so a probe is short and always ends. */
struct ka_ctx {
	const struct ka_kernels *kernels;
	ka_debian_prove_fn prove;
	void *prove_arg;
	struct ka_table *tables;
	uint32_t *slots;
	size_t num_tables;
	size_t max_tables; /* 0 or a power of two; there are 2 * max_tables slots */
};

#define FIRST_MAX_TABLES 8u

/* What tables are told apart by: RSA bits are below 2^15, curves are few. */
static uint32_t
type_number(enum ka_key_algorithm algorithm, enum ka_curve curve, uint32_t bits)
{
	return algorithm == KA_KEY_EC ? (uint32_t)1 << 16 | (uint32_t)curve : bits;
}

/* Fibonacci hashing: the high bits of a product with 2^32 / phi. */
static size_t
slot_of(uint32_t type, size_t num_slots)
{
	return (size_t)(type * UINT32_C(2654435769) >> 16) & (num_slots - 1);
}

static const struct ka_table *
find_type(const struct ka_ctx *ctx, uint32_t type)
{
	size_t num_slots = 2 * ctx->max_tables;

	if (num_slots == 0)
		return NULL;
	for (size_t at = slot_of(type, num_slots); ctx->slots[at] != 0; at = (at + 1) & (num_slots - 1)) {
		const struct ka_table *table = &ctx->tables[ctx->slots[at] - 1];
		if (type_number(table->algorithm, table->curve, table->bits) == type)
			return table;
	}
	return NULL;
}

static void
enter(struct ka_ctx *ctx, size_t index)
{
	const struct ka_table *table = &ctx->tables[index];
	size_t num_slots = 2 * ctx->max_tables;
	size_t at = slot_of(type_number(table->algorithm, table->curve, table->bits), num_slots);

	while (ctx->slots[at] != 0)
		at = (at + 1) & (num_slots - 1);
	ctx->slots[at] = (uint32_t)index + 1;
}

static enum ka_err
grow(struct ka_ctx *ctx)
{
	size_t max_tables = ctx->max_tables == 0 ? FIRST_MAX_TABLES : 2 * ctx->max_tables;
	struct ka_table *tables = ka_mem_new(max_tables * sizeof(*tables));
	uint32_t *slots = ka_mem_new(2 * max_tables * sizeof(*slots));

	if (tables == NULL || slots == NULL) {
		ka_mem_free(tables);
		ka_mem_free(slots);
		return KA_ERR_NO_MEMORY;
	}
	if (ctx->num_tables > 0)
		memcpy(tables, ctx->tables, ctx->num_tables * sizeof(*tables));
	ka_mem_free(ctx->tables);
	ka_mem_free(ctx->slots);
	ctx->tables = tables;
	ctx->slots = slots;
	ctx->max_tables = max_tables;
	for (size_t i = 0; i < ctx->num_tables; i++)
		enter(ctx, i);
	return KA_OK;
}

struct ka_ctx *
ka_ctx_new(void)
{
	struct ka_ctx *ctx = ka_mem_new(sizeof(*ctx));

	if (ctx != NULL)
		ctx->kernels = ka_kernels_best();
	return ctx;
}

void
ka_ctx_free(struct ka_ctx *ctx)
{
	if (ctx == NULL)
		return;
	ka_mem_free(ctx->tables);
	ka_mem_free(ctx->slots);
	ka_mem_free(ctx);
}

enum ka_err
ka_ctx_add_table(struct ka_ctx *ctx, const struct ka_table *table)
{
	if (find_type(ctx, type_number(table->algorithm, table->curve, table->bits)) != NULL)
		return KA_ERR_TABLE_DUPLICATE;
	if (ctx->num_tables == ctx->max_tables) {
		enum ka_err err = grow(ctx);
		if (err != KA_OK)
			return err;
	}
	ctx->tables[ctx->num_tables] = *table;
	enter(ctx, ctx->num_tables);
	ctx->num_tables++;
	return KA_OK;
}

const struct ka_table *
ka_ctx_table(const struct ka_ctx *ctx, size_t index)
{
	return index < ctx->num_tables ? &ctx->tables[index] : NULL;
}

const struct ka_table *
ka_ctx_pick(const struct ka_ctx *ctx, const struct ka_key *key)
{
	/* RSASSA-PSS keys are RSA keys that may be used in one way only. */
	enum ka_key_algorithm algorithm = key->algorithm == KA_KEY_RSA_PSS ? KA_KEY_RSA : key->algorithm;

	if (algorithm != KA_KEY_RSA && algorithm != KA_KEY_EC)
		return NULL;
	return find_type(ctx, type_number(algorithm, key->curve, key->bits));
}

void
ka_ctx_set_prover(struct ka_ctx *ctx, ka_debian_prove_fn prove, void *arg)
{
	ctx->prove = prove;
	ctx->prove_arg = arg;
}

bool
ka_ctx_has_prover(const struct ka_ctx *ctx)
{
	return ctx->prove != NULL;
}

enum ka_err
ka_ctx_prove(const struct ka_ctx *ctx, bool *out_same, const struct ka_key *key, const struct ka_debian_id *id)
{
	return ctx->prove(ctx->prove_arg, out_same, key, id);
}

void
ka_ctx_set_kernels(struct ka_ctx *ctx, const struct ka_kernels *kernels)
{
	ctx->kernels = kernels;
}

const struct ka_kernels *
ka_ctx_kernels(const struct ka_ctx *ctx)
{
	return ctx->kernels;
}
