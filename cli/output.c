/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include <stdlib.h>

#include "cli/cli.h"

static const struct ka_output *const outputs[] = {
	&ka_output_text,
	&ka_output_jsonl,
	&ka_output_json,
	&ka_output_csv,
	&ka_output_sarif,
};
#define NUM_OUTPUTS (sizeof(outputs) / sizeof(outputs[0]))

static const char *const output_names[NUM_OUTPUTS] = { "text", "jsonl", "json", "csv", "sarif" };

const struct ka_output *
ka_output_by_name(const char *name)
{
	for (size_t i = 0; i < NUM_OUTPUTS; i++) {
		if (strcmp(outputs[i]->name, name) == 0)
			return outputs[i];
	}
	return NULL;
}

size_t
ka_output_names(const char *const **out_names)
{
	*out_names = output_names;
	return NUM_OUTPUTS;
}

void
ka_lines_begin(struct ka_lines *lines, enum ka_rank rank, uint32_t index)
{
	if (lines->num == lines->cap) {
		size_t cap = lines->cap == 0 ? 64 : 2 * lines->cap;
		struct ka_line_mark *marks = realloc(lines->marks, cap * sizeof(*marks));
		if (marks == NULL) {
			ka_error("out of memory");
			exit(KA_EXIT_TROUBLE);
		}
		lines->marks = marks;
		lines->cap = cap;
	}
	lines->marks[lines->num++] =
	    (struct ka_line_mark){ .start = lines->text.len, .index_at = SIZE_MAX, .index = index, .rank = rank };
}

void
ka_lines_index(struct ka_lines *lines)
{
	lines->marks[lines->num - 1].index_at = lines->text.len;
}

void
ka_lines_reset(struct ka_lines *lines)
{
	lines->text.len = 0;
	lines->num = 0;
}

void
ka_lines_clear(struct ka_lines *lines)
{
	ka_buf_clear(&lines->text);
	free(lines->marks);
	*lines = (struct ka_lines){ 0 };
}

void
ka_sink_begin(struct ka_sink *sink)
{
	if (sink->output->omits_compliant || sink->only_noncompliant)
		atomic_store(&sink->skip_compliant, true);
	if (sink->output->begin != NULL)
		sink->output->begin(sink);
}

bool
ka_sink_wants(struct ka_sink *sink, enum ka_rank rank)
{
	if (rank == KA_RANK_COMPLIANT)
		return !atomic_load_explicit(&sink->skip_compliant, memory_order_relaxed);
	return !sink->only_noncompliant || ka_rank_is_noncompliant(rank);
}

void
ka_sink_take(struct ka_sink *sink, const struct ka_lines *lines, uint64_t base)
{
	if (sink->output->take != NULL)
		sink->output->take(sink, lines, base);
	else
		ka_sink_copy(sink, lines, base);
}

void
ka_sink_copy_one(struct ka_sink *sink, const struct ka_lines *lines, size_t i, uint64_t base)
{
	struct ka_slice text = ka_lines_record(lines, i);
	const struct ka_line_mark *mark = &lines->marks[i];
	size_t head = text.len;
	if (mark->index_at != SIZE_MAX)
		head = mark->index_at - mark->start;
	ka_writer_put(sink->writer, text.data, head);
	if (mark->index_at != SIZE_MAX)
		ka_writer_decimal(sink->writer, base + mark->index);
	ka_writer_put(sink->writer, text.data + head, text.len - head);
	sink->started = true;
}

void
ka_sink_copy(struct ka_sink *sink, const struct ka_lines *lines, uint64_t base)
{
	for (size_t i = 0; i < lines->num; i++)
		ka_sink_copy_one(sink, lines, i, base);
}

void
ka_sink_end(struct ka_sink *sink, const struct ka_summary *summary)
{
	if (sink->output->end != NULL)
		sink->output->end(sink, summary);
	ka_writer_flush(sink->writer);
}
