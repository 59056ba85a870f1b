/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/reader/trace_test.h"

#include <keyassay/keyassay.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Up to here a buffer grows by steps, so that all kinds of splits are seen. */
#define SMALL ((size_t)4 << 10)

/* A slice of an object must lie in the chunk or in the arena. */
struct ground {
	struct ka_slice chunk;
	struct ka_slice arena;
};

static bool
lies_in(struct ka_slice part, struct ka_slice whole)
{
	return part.data >= whole.data && part.data + part.len <= whole.data + whole.len;
}

static uint64_t
digest(uint64_t sum, const struct ground *ground, struct ka_slice bytes)
{
	if (bytes.len > 0 && !lies_in(bytes, ground->chunk) && !lies_in(bytes, ground->arena)) {
		fprintf(stderr, "a slice of %zu bytes lies outside of chunk and arena\n", bytes.len);
		abort();
	}
	sum = (sum ^ bytes.len) * 0x100000001b3u;
	for (size_t i = 0; i < bytes.len; i++)
		sum = (sum ^ bytes.data[i]) * 0x100000001b3u;
	return sum;
}

static uint64_t
digest_object(const struct ground *ground, const struct ka_object *object)
{
	const struct ka_key *key = &object->key;
	const struct ka_slice slices[] = { object->der, object->tbs, object->serial, object->subject, object->issuer,
		object->signature_algorithm, object->extensions, object->comment, key->spki, key->algorithm_oid, key->curve_oid,
		key->modulus, key->exponent, key->point, key->dsa_p, key->dsa_q, key->dsa_g, key->dsa_y };
	uint64_t sum = 0xcbf29ce484222325u;

	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++)
		sum = digest(sum, ground, slices[i]);
	return sum ^ (uint64_t)object->not_before ^ (uint64_t)object->not_after << 1 ^ object->version;
}

__attribute__((format(printf, 2, 3))) static void
put(struct trace *trace, const char *format, ...)
{
	va_list args;
	size_t room = sizeof(trace->text) - trace->len;

	va_start(args, format);
	int len = vsnprintf(trace->text + trace->len, room, format, args);
	va_end(args);
	/* A full trace stays as it is: two of them compare up to there. */
	trace->len += len >= 0 && (size_t)len < room ? (size_t)len : room - 1;
}

static void
put_comment(struct trace *trace, struct ka_slice comment)
{
	put(trace, " '");
	for (size_t i = 0; i < comment.len; i++)
		put(trace, comment.data[i] >= ' ' && comment.data[i] < 0x7f ? "%c" : "\\%02x", comment.data[i]);
	put(trace, "'");
}

static void
put_object(struct trace *trace, const struct ground *ground, const struct ka_object *object)
{
	uint64_t sum = digest_object(ground, object);

	put(trace, "%s %s", ka_object_kind_name(object->kind), ka_key_algorithm_name(object->key.algorithm));
	if (object->key.algorithm == KA_KEY_EC)
		put(trace, " %s", ka_curve_name(object->key.curve));
	else
		put(trace, " %" PRIu32, object->key.bits);
	if (object->comment.len > 0)
		put_comment(trace, object->comment);
	if (trace->with_digest)
		put(trace, " #%016" PRIx64, sum);
	put(trace, "\n");
}

static void
trace_chunk(struct trace *trace, const struct ka_kernels *kernels, enum ka_format format, struct ka_slice bytes,
	uint64_t base, bool last)
{
	/* One byte more, so that an empty chunk has an address; it is outside. */
	uint8_t *chunk = malloc(bytes.len + (bytes.len == 0)), *arena = malloc(bytes.len + (bytes.len == 0));
	struct ground ground = { { chunk, bytes.len }, { arena, bytes.len } };
	struct ka_reader reader;
	struct ka_object object;
	struct ka_fault fault;

	if (chunk == NULL || arena == NULL)
		abort();
	if (bytes.len > 0)
		memcpy(chunk, bytes.data, bytes.len);
	ka_reader_init(&reader, kernels, format, ground.chunk, base, last, arena, bytes.len);
	while (ka_reader_next(&object, &fault, &reader)) {
		trace->num_events++;
		if (fault.err == KA_OK)
			put_object(trace, &ground, &object);
		else
			put(trace, "fault %s %c%" PRIu64 "\n", ka_err_name(fault.err), fault.in_object ? '+' : '@', fault.offset);
	}
	free(chunk);
	free(arena);
}

void
trace_whole(struct trace *trace, const struct ka_kernels *kernels, enum ka_format format, struct ka_slice input)
{
	trace->len = 0;
	trace->num_events = 0;
	trace->text[0] = '\0';
	trace_chunk(trace, kernels, format, input, 0, true);
}

void
trace_chunked(struct trace *trace, const struct ka_kernels *kernels, enum ka_format format, struct ka_slice input,
	size_t first, size_t step)
{
	size_t at = 0, size = first;
	bool skipping = false;

	trace->len = 0;
	trace->num_events = 0;
	trace->text[0] = '\0';
	while (at < input.len) {
		size_t len = input.len - at < size ? input.len - at : size;
		struct ka_slice bytes = { input.data + at, len };
		bool last = at + len == input.len;
		if (skipping) {
			size_t next = ka_reader_resync(format, bytes);
			if (next > len || next == 0)
				abort();
			skipping = next == len;
			at += skipping && !last ? len - 1 : next;
			size = step > 1 ? step : 2;
			continue;
		}
		size_t cut = ka_reader_cut(format, bytes, last);
		if (cut > len)
			abort();
		if (cut == 0 && len >= ka_reader_limit(format)) {
			put(trace, "fault input.too-large @%zu\n", at);
			trace->num_events++;
			skipping = true;
			continue;
		}
		if (cut == 0) {
			size_t larger = size < SMALL ? size + step : 2 * size; /* doubled, else cutting is quadratic */
			size = larger < ka_reader_limit(format) ? larger : ka_reader_limit(format);
			continue;
		}
		trace_chunk(trace, kernels, format, (struct ka_slice){ bytes.data, cut }, at, last);
		at += cut;
		size = step;
	}
}
