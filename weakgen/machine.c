/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/weakgen.h"

/* sizeof(struct stat) is that of glibc 2.3 to 2.7 without large-file support on the 32-bit ports. PowerPC, SPARC and
 * HPPA agree in all four numbers. */
static const struct ka_weakgen_machine machines[KA_DEBIAN_NUM_ARCHS] = {
	[KA_DEBIAN_LE64] = { .long_len = 8, .time_len = 8, .stat_len = 144, .big_endian = false },
	[KA_DEBIAN_LE32] = { .long_len = 4, .time_len = 4, .stat_len = 88, .big_endian = false },
	[KA_DEBIAN_BE32] = { .long_len = 4, .time_len = 4, .stat_len = 88, .big_endian = true },
};

const struct ka_weakgen_machine *
ka_weakgen_machine_of(enum ka_debian_arch architecture)
{
	return (unsigned)architecture < KA_DEBIAN_NUM_ARCHS ? &machines[architecture] : NULL;
}
