/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz.h - what every fuzz target shares. A target states properties of its parser; a broken one aborts. */
#ifndef KA_FUZZ_FUZZ_H
#define KA_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* FUZZ_CHECK aborts with the property's text, so that libFuzzer keeps the input that broke it. */
#define FUZZ_CHECK(property) \
	do { \
		if (!(property)) { \
			fprintf(stderr, "%s:%d: broken property: %s\n", __FILE__, __LINE__, #property); \
			abort(); \
		} \
	} while (0)

#endif
