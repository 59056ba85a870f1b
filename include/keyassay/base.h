/* SPDX-License-Identifier: Apache-2.0 */
/* base.h - slices, export marks and attributes that every keyassay header uses. */
#ifndef KEYASSAY_BASE_H
#define KEYASSAY_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define KA_API __attribute__((visibility("default")))
#define KA_MUST_CHECK __attribute__((warn_unused_result))
#else
#define KA_API
#define KA_MUST_CHECK
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A run of bytes that belongs to somebody else. An empty slice has len 0; its data may be NULL. */
struct ka_slice {
	const uint8_t *data;
	size_t len;
};

#ifdef __cplusplus
}
#endif

#endif
