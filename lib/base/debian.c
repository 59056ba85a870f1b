/* SPDX-License-Identifier: Apache-2.0 */
#include <keyassay/debian.h>

#include <string.h>

static const char *const arch_names[KA_DEBIAN_NUM_ARCHS] = { "le64", "le32", "be32" };
static const char *const randfile_names[KA_DEBIAN_NUM_RANDFILES] = { "rnd", "nornd", "noreadrnd" };

const char *
ka_debian_arch_name(enum ka_debian_arch architecture)
{
	return (unsigned)architecture < KA_DEBIAN_NUM_ARCHS ? arch_names[architecture] : "unknown";
}

const char *
ka_debian_randfile_name(enum ka_debian_randfile randfile)
{
	return (unsigned)randfile < KA_DEBIAN_NUM_RANDFILES ? randfile_names[randfile] : "unknown";
}

bool
ka_debian_arch_by_name(enum ka_debian_arch *out_architecture, const char *name)
{
	for (unsigned i = 0; i < KA_DEBIAN_NUM_ARCHS; i++) {
		if (strcmp(name, arch_names[i]) == 0) {
			*out_architecture = (enum ka_debian_arch)i;
			return true;
		}
	}
	return false;
}

bool
ka_debian_randfile_by_name(enum ka_debian_randfile *out_randfile, const char *name)
{
	for (unsigned i = 0; i < KA_DEBIAN_NUM_RANDFILES; i++) {
		if (strcmp(name, randfile_names[i]) == 0) {
			*out_randfile = (enum ka_debian_randfile)i;
			return true;
		}
	}
	return false;
}
