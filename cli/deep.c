/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/deep.h"

#include <stddef.h>
#include <stdlib.h>

#include "cli/cli.h"

struct ka_deep {
	struct ka_spool spool;
	struct ka_weakgen_deep *walk;
	struct ka_batch *batch; /* of the keys that no table decides */
	enum ka_progress_mode mode;
	struct ka_progress progress;
	struct ka_buf entry;
	int failed;
};

/* Number of a record that is not in the batch. */
#define NOT_WANTED SIZE_MAX

/* A kept record: this head, the source's name, for keys object, verdict and the bytes that object's slices point to. */
struct kept {
	uint64_t index;
	size_t number; /* in the batch */
	struct ka_record record;
	size_t source_len;
	bool has_key;
};

/* All slices of an object. The first, der, comes first: the others are usually inside it. */
static const size_t slice_offsets[] = {
	offsetof(struct ka_object, der),
	offsetof(struct ka_object, tbs),
	offsetof(struct ka_object, serial),
	offsetof(struct ka_object, subject),
	offsetof(struct ka_object, issuer),
	offsetof(struct ka_object, signature_algorithm),
	offsetof(struct ka_object, extensions),
	offsetof(struct ka_object, comment),
	offsetof(struct ka_object, key.spki),
	offsetof(struct ka_object, key.algorithm_oid),
	offsetof(struct ka_object, key.curve_oid),
	offsetof(struct ka_object, key.modulus),
	offsetof(struct ka_object, key.exponent),
	offsetof(struct ka_object, key.point),
	offsetof(struct ka_object, key.dsa_p),
	offsetof(struct ka_object, key.dsa_q),
	offsetof(struct ka_object, key.dsa_g),
	offsetof(struct ka_object, key.dsa_y),
};
#define NUM_SLICES (sizeof(slice_offsets) / sizeof(slice_offsets[0]))

static struct ka_slice *
slice_at(struct ka_object *object, size_t i)
{
	return (struct ka_slice *)(void *)((char *)object + slice_offsets[i]);
}

static void
show_progress(void *arg, const struct ka_weakgen_deep_progress *done)
{
	struct ka_progress *progress = arg;
	/* Streams of different types take different times: the part is of the time. */
	progress->total = 1000000;
	ka_progress_update(progress, (uint64_t)(done->part * 1e6), done->streams_done);
}

struct ka_deep *
ka_deep_new(const struct ka_scan *scan, const struct ka_ctx *ctx, enum ka_progress_mode mode, const atomic_bool *stop)
{
	struct ka_deep *deep = calloc(1, sizeof(*deep));
	if (deep == NULL) {
		ka_error("out of memory");
		exit(KA_EXIT_TROUBLE);
	}
	deep->mode = mode;
	const struct ka_weakgen_deep_options options = {
		.pid_count = scan->deep.pid_max + 1,
		.way = scan->deep.exact ? KA_WEAKGEN_DEEP_FIRST_PRIMES : KA_WEAKGEN_DEEP_CHEAPEST,
		.miss = scan->deep.miss,
		.cap = scan->deep.cap,
		.num_threads = scan->jobs,
		.stop = stop,
		.progress = show_progress,
		.progress_arg = &deep->progress,
	};
	enum ka_err err = ka_weakgen_deep_new(&deep->walk, &options);
	if (err == KA_OK)
		err = ka_batch_new(&deep->batch, ctx, KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK), 0, &ka_weakgen_walker, deep->walk);
	if (err != KA_OK) {
		ka_error("--deep: %s", ka_err_text(err));
		exit(KA_EXIT_TROUBLE);
	}
	return deep;
}

void
ka_deep_free(struct ka_deep *deep)
{
	if (deep == NULL)
		return;
	ka_spool_clear(&deep->spool);
	ka_batch_free(deep->batch);
	ka_weakgen_deep_free(deep->walk);
	ka_buf_clear(&deep->entry);
	free(deep);
}

void
ka_deep_keep(struct ka_buf *buf, const struct ka_record *record)
{
	struct kept kept = { .record = *record, .source_len = strlen(record->source), .has_key = record->object != NULL };
	ka_buf_put(buf, &kept, sizeof(kept));
	ka_buf_put(buf, record->source, kept.source_len + 1);
	if (!kept.has_key)
		return;
	struct ka_object object = *record->object;
	/* The secret half of a key file must not reach a temporary file: its DER is not needed any more. */
	if (object.kind == KA_OBJECT_PRIVATE_KEY)
		object.der = (struct ka_slice){ 0 };
	ka_buf_put(buf, record->verdict, sizeof(*record->verdict));
	ka_buf_put(buf, &object, sizeof(object));
	uintptr_t der = (uintptr_t)object.der.data, der_end = der + object.der.len;
	for (size_t i = 0; i < NUM_SLICES; i++) {
		const struct ka_slice *slice = slice_at(&object, i);
		uintptr_t data = (uintptr_t)slice->data;
		bool inside = i > 0 && slice->len > 0 && data >= der && data + slice->len <= der_end;
		uint64_t place = inside ? data - der + 1 : 0; /* 0: the bytes follow */
		ka_buf_put(buf, &place, sizeof(place));
		if (!inside)
			ka_buf_put(buf, slice->data, slice->len);
	}
}

static const uint8_t *
take_bytes(const uint8_t **at, void *out, size_t len)
{
	const uint8_t *from = *at;
	if (out != NULL)
		memcpy(out, from, len);
	*at += len;
	return from;
}

/* The opposite of ka_deep_keep; pointers lead into bytes. */
static void
unkeep(struct kept *kept, struct ka_object *object, struct ka_verdict *verdict, const uint8_t *bytes)
{
	take_bytes(&bytes, kept, sizeof(*kept));
	kept->record.source = (const char *)take_bytes(&bytes, NULL, kept->source_len + 1);
	if (!kept->has_key)
		return;
	take_bytes(&bytes, verdict, sizeof(*verdict));
	take_bytes(&bytes, object, sizeof(*object));
	kept->record.object = object;
	kept->record.verdict = verdict;
	for (size_t i = 0; i < NUM_SLICES; i++) {
		struct ka_slice *slice = slice_at(object, i);
		uint64_t place;
		take_bytes(&bytes, &place, sizeof(place));
		slice->data = place > 0 ? object->der.data + (place - 1) : take_bytes(&bytes, NULL, slice->len);
	}
}

static bool
is_wanted(const struct ka_verdict *verdict)
{
	uint8_t why = verdict->whys[KA_CHECK_DEBIAN_WEAK];
	return (verdict->undecided & KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK)) != 0 &&
	    (why == KA_UNDECIDED_NO_TABLE || why == KA_UNDECIDED_EXPONENT);
}

void
ka_deep_take(struct ka_deep *deep, const struct ka_lines *lines, uint64_t base)
{
	for (size_t i = 0; i < lines->num && deep->failed == 0; i++) {
		struct ka_slice bytes = ka_lines_record(lines, i);
		struct kept kept;
		struct ka_object object;
		struct ka_verdict verdict;
		unkeep(&kept, &object, &verdict, bytes.data);
		kept.index = base + lines->marks[i].index;
		kept.number = NOT_WANTED;
		if (kept.has_key && is_wanted(&verdict)) {
			enum ka_err err = ka_batch_add(deep->batch, &kept.number, &object);
			if (err != KA_OK) {
				ka_error("--deep: %s", ka_err_text(err));
				exit(KA_EXIT_TROUBLE);
			}
		}
		deep->entry.len = 0;
		ka_buf_put(&deep->entry, &kept, sizeof(kept));
		ka_buf_put(&deep->entry, bytes.data + sizeof(kept), bytes.len - sizeof(kept));
		ka_spool_put(&deep->spool, &deep->failed, deep->entry.data, deep->entry.len);
	}
}

/* Puts debian-weak into its final mask. */
static void
decide(const struct ka_deep *deep, struct ka_record *record, struct ka_verdict *verdict, size_t number)
{
	const uint32_t bit = KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK);
	struct ka_verdict final;
	if (ka_batch_verdict(&final, deep->batch, number) != KA_OK)
		return;
	verdict->passed = (verdict->passed & ~bit) | (final.passed & bit);
	verdict->failed = (verdict->failed & ~bit) | (final.failed & bit);
	verdict->undecided = (verdict->undecided & ~bit) | (final.undecided & bit);
	verdict->reasons[KA_CHECK_DEBIAN_WEAK] = final.reasons[KA_CHECK_DEBIAN_WEAK];
	verdict->whys[KA_CHECK_DEBIAN_WEAK] = final.whys[KA_CHECK_DEBIAN_WEAK];
	verdict->debian = final.debian;
	verdict->debian_miss = final.debian_miss;
	record->rank = ka_rank_of(verdict);
}

static void
walk(struct ka_deep *deep)
{
	if (ka_batch_waiting(deep->batch) > 0)
		ka_progress_begin(&deep->progress, deep->mode, "key streams recomputed", -1);
	enum ka_err err = ka_batch_finish(deep->batch);
	ka_progress_end(&deep->progress);
	if (err != KA_OK)
		ka_error("--deep: %s", ka_err_text(err));
}

void
ka_deep_finish(struct ka_deep *deep, struct ka_sink *sink, struct ka_summary *summary)
{
	walk(deep);
	summary->counts = (struct ka_counts){ 0 };
	struct ka_lines lines = { 0 };
	struct ka_hasher *hasher = ka_hasher_new();
	if (hasher == NULL)
		ka_out_of_memory();
	struct ka_slice bytes;
	while (deep->failed == 0 && sink->writer->failed == 0 &&
	    ka_spool_next(&deep->spool, &deep->failed, &bytes)) {
		struct kept kept;
		struct ka_object object;
		struct ka_verdict verdict;
		unkeep(&kept, &object, &verdict, bytes.data);
		kept.record.hasher = hasher;
		if (kept.number != NOT_WANTED)
			decide(deep, &kept.record, &verdict, kept.number);
		if (kept.has_key && (verdict.passed & KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK)) != 0 && verdict.debian_miss > summary->debian_miss)
			summary->debian_miss = verdict.debian_miss;
		summary->counts.ranks[kept.record.rank]++;
		if (!ka_sink_wants(sink, kept.record.rank))
			continue;
		ka_lines_reset(&lines);
		ka_lines_begin(&lines, kept.record.rank, 0);
		sink->output->record(&lines, &kept.record);
		ka_sink_take(sink, &lines, kept.index);
	}
	if (deep->failed != 0) {
		ka_error("the temporary file for --deep: %s (TMPDIR says where it lies)", strerror(deep->failed));
		summary->complete = false;
	}
	ka_lines_clear(&lines);
	ka_hasher_free(hasher);
}
