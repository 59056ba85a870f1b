/* SPDX-License-Identifier: Apache-2.0 */
/* output.h - output formats: one row of outputs[] and one file each.
 *
 * A record is shaped by the worker that judged it, in parallel, into a struct ka_lines; lines are taken over by the one writer
 * in input order. A record's index in its source is known only there: the worker marks where the number goes.
 *
 *     worker: record() --> ka_lines --> writer: take() --> stdout      begin() before all, end() behind all */
#ifndef KA_CLI_OUTPUT_H
#define KA_CLI_OUTPUT_H

#include <stdatomic.h>

#include "cli/record.h"
#include "cli/writer.h"

/* One shaped record: text[start .. next mark's start). */
struct ka_line_mark {
	size_t start;
	size_t index_at; /* the index goes in front of this byte; SIZE_MAX: nowhere */
	uint32_t index; /* of the record in its chunk */
	enum ka_rank rank;
};

struct ka_lines {
	struct ka_buf text;
	struct ka_line_mark *marks;
	size_t num, cap;
};

void ka_lines_begin(struct ka_lines *lines, enum ka_rank rank, uint32_t index);
void ka_lines_index(struct ka_lines *lines); /* the index goes here */
void ka_lines_reset(struct ka_lines *lines);
void ka_lines_clear(struct ka_lines *lines);

/* ka_lines_record returns the i-th record's text. */
static inline struct ka_slice
ka_lines_record(const struct ka_lines *lines, size_t i)
{
	size_t end = i + 1 < lines->num ? lines->marks[i + 1].start : lines->text.len;
	return (struct ka_slice){ (const uint8_t *)lines->text.data + lines->marks[i].start, end - lines->marks[i].start };
}

/* What the end of a run has to say. */
struct ka_summary {
	struct ka_counts counts;
	uint64_t inputs;
	double debian_miss; /* the largest chance that debian-weak passes a weak key */
	bool complete; /* false: stopped by a signal or a write error */
};

struct ka_output;

/* Where lines go: one per run, used by the writing thread; workers read its constant members and the flag. */
struct ka_sink {
	const struct ka_output *output;
	struct ka_writer *writer;
	bool quiet;
	bool only_noncompliant;
	uint32_t checks;
	int64_t at;
	bool started; /* a first record was written */
	atomic_bool skip_compliant; /* no compliant record need be shaped any more */
	void *state; /* of the format */
};

struct ka_output {
	const char *name;
	/* Compliant and undecided records are not shown at all. */
	bool omits_compliant;
	void (*begin)(struct ka_sink *sink);
	/* Appends one record; runs in any thread. */
	void (*record)(struct ka_lines *lines, const struct ka_record *record);
	/* base: index in its source of the chunk's first record. NULL: ka_sink_copy. */
	void (*take)(struct ka_sink *sink, const struct ka_lines *lines, uint64_t base);
	void (*end)(struct ka_sink *sink, const struct ka_summary *summary);
};

extern const struct ka_output ka_output_text, ka_output_jsonl, ka_output_json, ka_output_csv, ka_output_sarif;
extern const struct ka_output ka_output_explain; /* of the verb explain; not in the table */

/* ka_output_by_name returns a row of outputs[] or NULL. ka_output_names lists them for messages. */
const struct ka_output *ka_output_by_name(const char *name);
size_t ka_output_names(const char *const **out_names);

/* ka_sink_begin, ka_sink_end call the format; ka_sink_take writes a chunk's lines. */
void ka_sink_begin(struct ka_sink *sink);
void ka_sink_take(struct ka_sink *sink, const struct ka_lines *lines, uint64_t base);
void ka_sink_end(struct ka_sink *sink, const struct ka_summary *summary);

/* ka_sink_copy writes each record with its index in place. */
void ka_sink_copy(struct ka_sink *sink, const struct ka_lines *lines, uint64_t base);

/* ka_sink_copy_one writes one of them. */
void ka_sink_copy_one(struct ka_sink *sink, const struct ka_lines *lines, size_t i, uint64_t base);

/* ka_sink_wants says whether a record of a rank is to be shaped. */
bool ka_sink_wants(struct ka_sink *sink, enum ka_rank rank);

#endif
