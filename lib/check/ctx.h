/* SPDX-License-Identifier: Apache-2.0 */
/* ctx.h - the context's inside, for the checks. */
#ifndef KA_LIB_CHECK_CTX_H
#define KA_LIB_CHECK_CTX_H

#include <keyassay/check.h>

/* ka_ctx_pick returns the table for this key's type and size or NULL, in the same time however many tables there are. */
const struct ka_table *ka_ctx_pick(const struct ka_ctx *ctx, const struct ka_key *key);

/* ka_ctx_prove asks the prover. ka_ctx_has_prover must hold. */
bool ka_ctx_has_prover(const struct ka_ctx *ctx);
enum ka_err ka_ctx_prove(const struct ka_ctx *ctx, bool *out_same, const struct ka_key *key, const struct ka_debian_id *id);

#endif
