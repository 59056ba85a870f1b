/* SPDX-License-Identifier: Apache-2.0 */
/* inputs.h - from paths on the command line to open files, one after another, in a fixed order.
 *
 * A path may be a file, a pipe, a character device or "-", standard input. Directories are walked: entries in byte order, symbolic
 * links followed, a link to a directory above is reported. In directories everything but files and directories is reported and not
 * opened: a named pipe there could block for ever. */
#ifndef KA_COMMON_INPUTS_H
#define KA_COMMON_INPUTS_H

#include <keyassay/err.h>

struct ka_inputs;

struct ka_input {
	char *name; /* the caller frees it */
	int fd; /* the caller closes it; -1 when err is set */
	enum ka_err err; /* KA_ERR_INPUT_*, or KA_OK */
	int sys_errno;
	int64_t size; /* bytes of a regular file, -1 when unknown */
};

/* ka_inputs_new starts a walk over paths, which are borrowed. */
struct ka_inputs *ka_inputs_new(char *const *paths, size_t num);
void ka_inputs_free(struct ka_inputs *inputs);

/* ka_inputs_next gives the next input and true, or false at the end. */
bool ka_inputs_next(struct ka_inputs *inputs, struct ka_input *out);

/* ka_inputs_measure walks the paths without opening files and returns the sum of the sizes, or -1 when one is unknown. */
int64_t ka_inputs_measure(char *const *paths, size_t num);

#endif
