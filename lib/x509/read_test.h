/* SPDX-License-Identifier: Apache-2.0 */
/* read_test.h - one way of running rows "this object, this error, because": for the tests of all readers. */
#ifndef KA_LIB_X509_READ_TEST_H
#define KA_LIB_X509_READ_TEST_H

#include "lib/der/asm_test.h"
#include "lib/x509/object.h"

typedef enum ka_err (*read_fn)(struct ka_object *out, size_t *out_offset, struct ka_slice der);

struct read_row {
	const char *why;
	enum ka_err err;
	const char *text; /* ^, when there is one, is where the fault must be */
};

/* read_rows reads every row and fails the test at one that goes otherwise. */
void read_rows(const struct read_row *rows, size_t num_rows, read_fn read);

/* read_cuts reads the object cut at every byte, each in a block of its own, and with bytes behind: none may be accepted, none may
 * touch the output, every offset lies inside. */
void read_cuts(struct ka_slice whole, read_fn read);

/* slices_inside fails the test when a slice of the object lies outside the bytes. */
void slices_inside(const struct ka_object *object, struct ka_slice bytes);

#endif
