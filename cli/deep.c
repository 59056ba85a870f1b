/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/deep.h"

#include <stddef.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "weakgen/weakgen.h"

struct ka_deep {
	struct ka_spool spool;
	struct ka_weakgen_deep *walk;
	uint64_t num_wanted;
	struct ka_buf entry;
	int failed;
};

/* Handles of keys that are not asked for, and of those that cannot be. */
#define NOT_WANTED SIZE_MAX
#define IMPOSSIBLE (SIZE_MAX - 1)

/* A kept record: this head, the source's name, for keys object, verdict and the bytes that object's slices point to. */
struct kept {
	uint64_t index;
	size_t handle; /* of the walk */
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

struct ka_deep *
ka_deep_new(void)
{
	struct ka_deep *deep = calloc(1, sizeof(*deep));
	if (deep == NULL || (deep->walk = ka_weakgen_deep_new(KA_DEBIAN_PID_COUNT)) == NULL) {
		ka_error("out of memory");
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
	return (verdict->undecided & KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK)) != 0 &&
	    verdict->whys[KA_CHECK_DEBIAN_WEAK] == KA_UNDECIDED_NO_TABLE;
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
		kept.handle = NOT_WANTED;
		if (kept.has_key && is_wanted(&verdict)) {
			kept.handle = IMPOSSIBLE;
			if (ka_weakgen_deep_add(deep->walk, &kept.handle, &object.key) == KA_OK)
				deep->num_wanted++;
		}
		deep->entry.len = 0;
		ka_buf_put(&deep->entry, &kept, sizeof(kept));
		ka_buf_put(&deep->entry, bytes.data + sizeof(kept), bytes.len - sizeof(kept));
		ka_spool_put(&deep->spool, &deep->failed, deep->entry.data, deep->entry.len);
	}
}

/* Puts debian-weak into its final mask. */
static void
decide(struct ka_deep *deep, struct ka_record *record, struct ka_verdict *verdict, size_t handle)
{
	const uint32_t bit = KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK);
	if (handle == IMPOSSIBLE) {
		record->why_deep = "no table, and no way to recompute keys of this type and size";
		return;
	}
	struct ka_debian_id id;
	switch (ka_weakgen_deep_answer(deep->walk, handle, &id)) {
	case KA_WEAKGEN_WEAK:
		verdict->failed |= bit;
		verdict->reasons[KA_CHECK_DEBIAN_WEAK] = KA_REASON_DEBIAN_WEAK;
		verdict->debian.id = id;
		break;
	case KA_WEAKGEN_NOT_WEAK:
		verdict->passed |= bit;
		break;
	case KA_WEAKGEN_UNDECIDED:
		record->why_deep = "stopped before all keys of this type were recomputed";
		return;
	}
	verdict->undecided &= ~bit;
	record->rank = ka_rank_of(verdict);
}

static void
show_progress(void *arg, const struct ka_weakgen_progress *done)
{
	struct ka_progress *progress = arg;
	progress->total = (int64_t)done->keys_total;
	ka_progress_update(progress, done->keys_done, done->keys_done);
}

static void
walk(struct ka_deep *deep, unsigned jobs, enum ka_progress_mode mode, const atomic_bool *stop)
{
	if (deep->num_wanted == 0)
		return;
	struct ka_progress progress;
	ka_progress_begin(&progress, mode, "key streams recomputed", -1);
	enum ka_err err = ka_weakgen_deep_run(deep->walk, jobs, stop, show_progress, &progress);
	ka_progress_end(&progress);
	if (err != KA_OK)
		ka_error("--deep: %s", ka_err_text(err));
}

void
ka_deep_finish(struct ka_deep *deep, struct ka_sink *sink, struct ka_summary *summary, unsigned jobs,
    enum ka_progress_mode mode, const atomic_bool *stop)
{
	walk(deep, jobs, mode, stop);
	summary->counts = (struct ka_counts){ 0 };
	struct ka_lines lines = { 0 };
	struct ka_hasher *hasher = ka_hasher_new();
	struct ka_slice bytes;
	while (hasher != NULL && deep->failed == 0 && sink->writer->failed == 0 &&
	    ka_spool_next(&deep->spool, &deep->failed, &bytes)) {
		struct kept kept;
		struct ka_object object;
		struct ka_verdict verdict;
		unkeep(&kept, &object, &verdict, bytes.data);
		kept.record.hasher = hasher;
		if (kept.handle != NOT_WANTED)
			decide(deep, &kept.record, &verdict, kept.handle);
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
