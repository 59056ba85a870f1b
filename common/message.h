/* SPDX-License-Identifier: Apache-2.0 */
/* message.h - what a program tells the person who started it, on stderr. */
#ifndef KA_COMMON_MESSAGE_H
#define KA_COMMON_MESSAGE_H

#include <keyassay/base.h>

/* The status of both programs for a command line that makes no sense. */
#define KA_USAGE 2

/* ka_program_set names the program ("keyassay", which is also the default, or "keyassayd"): a literal. Before anything else. */
void ka_program_set(const char *name);

/* ka_standard_streams_hold fills the places of standard streams that the caller closed, so that nothing opened later gets their numbers
 * and is taken for them; using such a stream is an error then (EBADF). Before anything is opened; false when it cannot be done. */
bool ka_standard_streams_hold(void);
const char *ka_program(void);

/* ka_quiet silences ka_warn; errors are still printed. */
void ka_quiet(bool quiet);

/* ka_warn, ka_error print "PROGRAM: ..." and a newline. Bytes that could steer a terminal are escaped. */
void ka_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ka_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ka_usage prints an error and where help is to be had; returns KA_USAGE. verb may be NULL. */
int ka_usage(const char *verb, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ka_print_version prints name, version and licence on stdout; returns 0, or 3 when stdout does not take it. */
int ka_print_version(void);

/* ka_nearest returns the name in names[0..num) that a mistyped one most likely meant, or NULL when none is near. */
const char *ka_nearest(const char *typed, const char *const *names, size_t num);

#endif
