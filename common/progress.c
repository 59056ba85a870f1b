/* SPDX-License-Identifier: Apache-2.0 */
#include "common/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/terminal.h"

#define FIRST_AFTER 1.0
#define REDRAW_AFTER 0.2
#define LINE_AFTER 10.0

static double
now_seconds(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

bool
ka_progress_wanted(enum ka_progress_mode mode)
{
	return mode == KA_PROGRESS_ON || (mode == KA_PROGRESS_AUTO && isatty(STDERR_FILENO));
}

void
ka_progress_begin(struct ka_progress *progress, enum ka_progress_mode mode, const char *unit, int64_t total)
{
	*progress = (struct ka_progress){
		.enabled = ka_progress_wanted(mode),
		.terminal = isatty(STDERR_FILENO),
		.unit = unit,
		.started = now_seconds(),
		.total = total,
	};
}

static void
put_duration(struct ka_buf *buf, double seconds)
{
	unsigned long s = seconds > 0 ? (unsigned long)(seconds + 0.5) : 0;
	if (s >= 3600)
		ka_buf_format(buf, "%lu h %02lu min", s / 3600, s / 60 % 60);
	else if (s >= 60)
		ka_buf_format(buf, "%lu min %02lu s", s / 60, s % 60);
	else
		ka_buf_format(buf, "%lu s", s);
}

static void
draw(struct ka_progress *p, double now)
{
	struct ka_buf line = { 0 };
	double elapsed = now - p->started;
	if (p->terminal)
		ka_buf_puts(&line, "\r\033[K");
	if (p->total > 0) {
		double part = (double)p->done / (double)p->total;
		if (part > 1)
			part = 1;
		if (p->terminal && ka_terminal_width(STDERR_FILENO) >= 80) {
			ka_buf_putc(&line, '[');
			for (int i = 0; i < 20; i++)
				ka_buf_putc(&line, i < (int)(part * 20) ? '#' : '.');
			ka_buf_puts(&line, "] ");
		}
		ka_buf_format(&line, "%3.0f %%  ", part * 100);
	}
	ka_buf_format(&line, "%llu %s", (unsigned long long)p->keys, p->unit);
	if (elapsed > 0)
		ka_buf_format(&line, ", %.0f/s", (double)p->keys / elapsed);
	if (p->total > 0 && p->done > 0) {
		ka_buf_puts(&line, ", ");
		put_duration(&line, elapsed * ((double)p->total / (double)p->done - 1));
		ka_buf_puts(&line, " left");
	}
	if (!p->terminal)
		ka_buf_putc(&line, '\n');
	if (write(STDERR_FILENO, line.data, line.len) < 0)
		p->enabled = false; /* nobody watches */
	ka_buf_clear(&line);
	p->drawn = now;
	p->shown = true;
}

void
ka_progress_update(struct ka_progress *p, uint64_t done, uint64_t keys)
{
	if (!p->enabled)
		return;
	p->done = done;
	p->keys = keys;
	double now = now_seconds();
	double wait = !p->terminal ? LINE_AFTER : p->shown ? REDRAW_AFTER : FIRST_AFTER;
	if (now - (p->shown ? p->drawn : p->started) >= wait)
		draw(p, now);
}

void
ka_progress_clear(struct ka_progress *p)
{
	if (p->enabled && p->terminal && p->shown && write(STDERR_FILENO, "\r\033[K", 4) < 0)
		p->enabled = false;
}

void
ka_progress_end(struct ka_progress *p)
{
	if (!p->enabled)
		return;
	if (!p->terminal) {
		draw(p, now_seconds());
	} else if (p->shown && write(STDERR_FILENO, "\r\033[K", 4) < 0) {
		p->enabled = false;
	}
}
