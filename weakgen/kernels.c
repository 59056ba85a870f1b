/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/kernels.h"

const struct ka_weakgen_kernels ka_weakgen_kernels_scalar = {
	.name = "scalar",
	.sha1 = ka_weakgen_sha1_scalar,
	.residues = ka_weakgen_residues_scalar,
	.delta = ka_weakgen_delta_scalar,
};

const struct ka_weakgen_kernels *
ka_weakgen_kernels_best(void)
{
	return &ka_weakgen_kernels_scalar;
}
