/* SPDX-License-Identifier: Apache-2.0 */
/* out_text.c - a table for people, worst first, and a line of counts.
 *
 * A row travels as its fields, each ended by NUL: what, key, source, name. Rows wait in one spool per rank, since the worst may come
 * last; columns are as wide as what is in them, which is known only at the end. Compliant keys are listed up to a bound. */
#include <errno.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "common/terminal.h"

#define MAX_COMPLIANT 200u

enum column { COLUMN_WHAT, COLUMN_KEY, COLUMN_SOURCE, COLUMN_NAME, NUM_COLUMNS };

/* Widest that a column is padded to; longer fields push the rest of their own row. */
static const size_t max_widths[NUM_COLUMNS] = { 44, 14, 44, 0 };
static const char *const headings[NUM_COLUMNS] = { "FINDING", "KEY", "SOURCE", "SUBJECT" };

struct text {
	struct ka_spool spools[KA_NUM_RANKS];
	size_t widths[NUM_COLUMNS];
	uint64_t compliant_listed;
	struct ka_buf row;
	int failed;
};

static const char *const rank_words[KA_NUM_RANKS] = { "CRITICAL", "HIGH", "MEDIUM", "LOW", "ERROR", "UNDECIDED", "ok" };
static const char *const rank_colours[KA_NUM_RANKS] = { "1;31", "31", "33", "33", "35", "36", "32" };
#define WORD_WIDTH 9

static size_t
width_of(const char *text, size_t len)
{
	size_t width = 0;
	for (size_t i = 0; i < len; i++)
		width += ((uint8_t)text[i] & 0xc0) != 0x80;
	return width;
}

static void
put_what(struct ka_buf *buf, const struct ka_record *record)
{
	size_t start = buf->len;
	if (record->object == NULL) {
		struct ka_buf text = { 0 };
		ka_record_fault_text(&text, record);
		if (record->fault_has_offset)
			ka_buf_format(&text, ", at byte %llu%s", (unsigned long long)record->fault.offset,
			    record->fault.in_object ? " of the object" : "");
		ka_buf_clean(buf, text.data, text.len);
		ka_buf_clear(&text);
		return;
	}
	const struct ka_verdict *v = record->verdict;
	for (unsigned id = 0; id < KA_NUM_CHECKS; id++) {
		if ((v->failed & KA_CHECK_BIT(id)) == 0)
			continue;
		if (buf->len > start)
			ka_buf_puts(buf, "; ");
		ka_record_finding_text(buf, record, (enum ka_check_id)id);
	}
	for (unsigned id = 0; id < KA_NUM_CHECKS; id++) {
		if ((v->undecided & KA_CHECK_BIT(id)) == 0)
			continue;
		if (buf->len > start)
			ka_buf_puts(buf, "; ");
		ka_buf_puts(buf, ka_check_at(id)->name);
		if (v->failed != 0) {
			ka_buf_puts(buf, " undecided");
			continue;
		}
		ka_buf_puts(buf, ": ");
		ka_record_why(buf, record, (enum ka_check_id)id);
	}
	if (buf->len == start)
		ka_buf_putc(buf, '-');
}

static void
text_record(struct ka_lines *lines, const struct ka_record *record)
{
	struct ka_buf *buf = &lines->text;
	put_what(buf, record);
	ka_buf_putc(buf, '\0');
	if (record->object != NULL)
		ka_record_key_name(buf, &record->object->key);
	else
		ka_buf_putc(buf, '-');
	ka_buf_putc(buf, '\0');
	ka_buf_clean(buf, record->source, strlen(record->source));
	ka_lines_index(lines);
	ka_buf_putc(buf, '\0');
	if (record->object != NULL) {
		struct ka_buf name = { 0 };
		ka_record_name_text(&name, record->object->subject);
		if (name.len == 0)
			ka_buf_put(&name, record->object->comment.data, record->object->comment.len);
		ka_buf_clean(buf, name.data, name.len);
		ka_buf_clear(&name);
	}
	ka_buf_putc(buf, '\0');
}

static void
text_begin(struct ka_sink *sink)
{
	struct text *text = calloc(1, sizeof(*text));
	if (text == NULL) {
		ka_error("out of memory");
		exit(KA_EXIT_TROUBLE);
	}
	if (sink->quiet)
		atomic_store(&sink->skip_compliant, true);
	sink->state = text;
}

/* Where a file holds several objects, the source is followed by "#" and the place, counted from 0; for the first it is left out. */
static void
build_row(struct ka_buf *row, const struct ka_lines *lines, size_t i, uint64_t base)
{
	struct ka_slice in = ka_lines_record(lines, i);
	const struct ka_line_mark *mark = &lines->marks[i];
	size_t head = mark->index_at - mark->start;
	row->len = 0;
	ka_buf_put(row, in.data, head);
	if (base + mark->index > 0) {
		ka_buf_putc(row, '#');
		ka_buf_decimal(row, base + mark->index);
	}
	ka_buf_put(row, in.data + head, in.len - head);
}

static void
text_take(struct ka_sink *sink, const struct ka_lines *lines, uint64_t base)
{
	struct text *text = sink->state;
	for (size_t i = 0; i < lines->num && text->failed == 0; i++) {
		enum ka_rank rank = lines->marks[i].rank;
		if (sink->quiet || (rank == KA_RANK_COMPLIANT && text->compliant_listed == MAX_COMPLIANT))
			continue;
		build_row(&text->row, lines, i, base);
		const char *field = text->row.data;
		for (unsigned column = 0; column < NUM_COLUMNS; column++) {
			size_t len = strlen(field), width = width_of(field, len);
			if (width > text->widths[column])
				text->widths[column] = width < max_widths[column] ? width : max_widths[column];
			field += len + 1;
		}
		ka_spool_put(&text->spools[rank], &text->failed, text->row.data, text->row.len);
		if (rank == KA_RANK_COMPLIANT && ++text->compliant_listed == MAX_COMPLIANT)
			atomic_store(&sink->skip_compliant, true);
	}
}

static void
put_blanks(struct ka_writer *w, size_t num)
{
	while (num-- > 0)
		ka_writer_put(w, " ", 1);
}

/* Writes text in at most room columns; what does not fit is cut and ends in an ellipsis. room 0: no bound. */
static size_t
put_cut(struct ka_writer *w, const char *field, size_t len, size_t room)
{
	size_t width = width_of(field, len);
	if (room == 0 || width <= room) {
		ka_writer_put(w, field, len);
		return width;
	}
	size_t at = 0;
	for (size_t shown = 0; shown < room - 1; shown++) {
		at++;
		while (at < len && ((uint8_t)field[at] & 0xc0) == 0x80)
			at++;
	}
	ka_writer_put(w, field, at);
	ka_writer_puts(w, "\xe2\x80\xa6");
	return room;
}

static void
put_row(struct ka_writer *w, const struct text *text, const char *fields, size_t terminal_width)
{
	size_t used = WORD_WIDTH;
	for (unsigned column = 0; column < NUM_COLUMNS; column++) {
		size_t len = strlen(fields);
		if (column == COLUMN_NAME) {
			if (len > 0) {
				put_blanks(w, 2);
				size_t room = terminal_width > used + 2 + 8 ? terminal_width - used - 2 : terminal_width == 0 ? 0 : 8;
				put_cut(w, fields, len, room);
			}
			break;
		}
		put_blanks(w, 2);
		size_t width = put_cut(w, fields, len, 0);
		if (width < text->widths[column]) {
			put_blanks(w, text->widths[column] - width);
			width = text->widths[column];
		}
		used += 2 + width;
		fields += len + 1;
	}
	ka_writer_put(w, "\n", 1);
}

static void
put_word(struct ka_writer *w, enum ka_rank rank, bool colours)
{
	if (colours) {
		ka_writer_puts(w, "\033[");
		ka_writer_puts(w, rank_colours[rank]);
		ka_writer_put(w, "m", 1);
	}
	ka_writer_puts(w, rank_words[rank]);
	if (colours)
		ka_writer_puts(w, "\033[0m");
	put_blanks(w, WORD_WIDTH - strlen(rank_words[rank]));
}

static void
put_heading(struct ka_writer *w, struct text *text, size_t terminal_width)
{
	struct ka_buf row = { 0 };
	for (unsigned column = 0; column < NUM_COLUMNS; column++) {
		size_t len = strlen(headings[column]);
		if (column != COLUMN_NAME && text->widths[column] < len)
			text->widths[column] = len;
		ka_buf_put(&row, headings[column], len + 1);
	}
	ka_writer_puts(w, "SEVERITY ");
	put_row(w, text, row.data, terminal_width);
	ka_buf_clear(&row);
}

/* 1234567 as 1,234,567. */
static void
put_number(struct ka_writer *w, uint64_t number)
{
	char digits[32];
	size_t at = sizeof(digits);
	unsigned num = 0;
	do {
		if (num > 0 && num % 3 == 0)
			digits[--at] = ',';
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
		num++;
	} while (number != 0);
	ka_writer_put(w, digits + at, sizeof(digits) - at);
}

static void
put_summary(struct ka_writer *w, const struct ka_summary *summary)
{
	static const char *const words[KA_NUM_RANKS] = { "critical", "high", "medium", "low", "errors", "undecided",
		"compliant" };
	const struct ka_counts *c = &summary->counts;
	uint64_t keys = ka_counts_total(c) - c->ranks[KA_RANK_ERROR];
	put_number(w, keys);
	ka_writer_puts(w, keys == 1 ? " key:" : " keys:");
	const char *between = " ";
	for (unsigned rank = 0; rank < KA_NUM_RANKS; rank++) {
		if (c->ranks[rank] == 0 && rank != KA_RANK_COMPLIANT && rank != KA_RANK_CRITICAL)
			continue;
		ka_writer_puts(w, between);
		put_number(w, c->ranks[rank]);
		ka_writer_put(w, " ", 1);
		ka_writer_puts(w, rank == KA_RANK_ERROR && c->ranks[rank] == 1 ? "error" : words[rank]);
		between = ", ";
	}
	ka_writer_puts(w, summary->complete ? "\n" : " (stopped before the end)\n");
	if (summary->debian_miss > 0) {
		struct ka_buf line = { 0 };
		ka_buf_format(&line, "debian-weak by --deep: a weak key passes with a chance of at most %.1e\n", summary->debian_miss);
		ka_writer_put(w, line.data, line.len);
		ka_buf_clear(&line);
	}
}

static void
put_table(struct ka_sink *sink, struct text *text, uint64_t compliant)
{
	struct ka_writer *w = sink->writer;
	size_t width = ka_terminal_width(w->fd);
	bool colours = ka_terminal_colours(w->fd);
	bool any = false;
	for (unsigned rank = 0; rank < KA_NUM_RANKS; rank++)
		any = any || text->spools[rank].num > 0;
	if (any)
		put_heading(w, text, width);
	for (unsigned rank = 0; rank < KA_NUM_RANKS && text->failed == 0; rank++) {
		struct ka_slice row;
		while (ka_spool_next(&text->spools[rank], &text->failed, &row)) {
			put_word(w, (enum ka_rank)rank, colours);
			put_row(w, text, (const char *)row.data, width);
		}
	}
	if (compliant > text->compliant_listed && !sink->only_noncompliant) {
		ka_writer_puts(w, "... and ");
		put_number(w, compliant - text->compliant_listed);
		ka_writer_puts(w, " more compliant keys; --format csv or jsonl lists them all\n");
	}
	if (any)
		ka_writer_put(w, "\n", 1);
}

static void
text_end(struct ka_sink *sink, const struct ka_summary *summary)
{
	struct text *text = sink->state;
	if (!sink->quiet) {
		put_table(sink, text, summary->counts.ranks[KA_RANK_COMPLIANT]);
		put_summary(sink->writer, summary);
	}
	if (text->failed != 0 && sink->writer->failed == 0) {
		ka_error("the temporary file for the table: %s (TMPDIR says where it lies)", strerror(text->failed));
		sink->writer->failed = text->failed;
	}
	for (unsigned rank = 0; rank < KA_NUM_RANKS; rank++)
		ka_spool_clear(&text->spools[rank]);
	ka_buf_clear(&text->row);
	free(text);
	sink->state = NULL;
}

const struct ka_output ka_output_text = {
	.name = "text",
	.begin = text_begin,
	.record = text_record,
	.take = text_take,
	.end = text_end,
};
