/* SPDX-License-Identifier: Apache-2.0 */
#include "server/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/json.h"
#include "server/clock.h"

#define TIME_LEN 25

/* One log for the process, as stderr is one. The descriptor is never closed while it is in use: a new file takes its number. */
static atomic_int log_fd = STDERR_FILENO;
static atomic_int log_level = KA_LOG_WARNING;
static atomic_int log_format = KA_LOG_LOGFMT;
static atomic_bool to_journal;

static const char *const level_names[] = { "error", "warning", "info", "debug" };
static const char *const journal_marks[] = { "<3>", "<4>", "<6>", "<7>" }; /* sd-daemon(3) */

bool
ka_log_enabled(enum ka_log_level level)
{
	return (int)level <= atomic_load_explicit(&log_level, memory_order_relaxed);
}

/* systemd.exec(5): JOURNAL_STREAM is "device:inode" of the journal's end when stderr leads to it. */
static bool
leads_to_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
	    st.st_dev == device && st.st_ino == inode;
}

void
ka_log_configure(enum ka_log_level level, enum ka_log_format format)
{
	atomic_store(&log_level, (int)level);
	atomic_store(&log_format, (int)format);
	atomic_store(&to_journal, leads_to_journal());
}

bool
ka_log_open(const char *path)
{
	int old = atomic_load(&log_fd);

	if (path == NULL) {
		atomic_store(&log_fd, STDERR_FILENO);
		return true;
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);
	if (fd < 0)
		return false;
	if (old == STDERR_FILENO) {
		atomic_store(&log_fd, fd);
		return true;
	}
	/* Writers that have just read the number write to the new file. */
	bool good = dup3(fd, old, O_CLOEXEC) >= 0;
	int why = errno;
	(void)close(fd);
	errno = why;
	return good;
}

static void
write_time(char out[TIME_LEN])
{
	int64_t now = ka_clock_now();
	time_t seconds = (time_t)(now / 1000);
	struct tm tm;

	(void)gmtime_r(&seconds, &tm);
	size_t len = strftime(out, TIME_LEN, "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(out + len, TIME_LEN - len, ".%03uZ", (unsigned)(now % 1000));
}

/* logfmt: a bare word, or a text in quotes with JSON's escapes. */
static void
put_logfmt_text(struct ka_buf *buf, const char *text)
{
	bool bare = *text != '\0';

	for (const char *c = text; *c != '\0' && bare; c++)
		bare = *c > ' ' && *c < 0x7f && *c != '"' && *c != '=' && *c != '\\';
	if (bare) {
		ka_buf_puts(buf, text);
		return;
	}
	struct ka_json json = { .buf = buf };
	ka_json_string(&json, NULL, text);
}

static void
put_micros(struct ka_buf *buf, int64_t micros)
{
	ka_buf_format(buf, "%lld.%03u", (long long)(micros / 1000), (unsigned)(micros % 1000));
}

static void
put_field(struct ka_buf *buf, bool json, const struct ka_log_field *field)
{
	if (field->type == KA_LOG_TYPE_TEXT && (field->text == NULL || *field->text == '\0'))
		return;
	ka_buf_format(buf, json ? ",\"%s\":" : " %s=", field->name);
	if (field->type == KA_LOG_TYPE_NUMBER)
		ka_buf_format(buf, "%lld", (long long)field->number);
	else if (field->type == KA_LOG_TYPE_MICROS)
		put_micros(buf, field->number);
	else if (json)
		ka_json_string(&(struct ka_json){ .buf = buf }, NULL, field->text);
	else
		put_logfmt_text(buf, field->text);
}

void
ka_log_fields(enum ka_log_level level, const char *event, const struct ka_log_field *fields, size_t num_fields)
{
	if (!ka_log_enabled(level))
		return;
	bool json = atomic_load_explicit(&log_format, memory_order_relaxed) == KA_LOG_JSON;
	int fd = atomic_load(&log_fd);
	struct ka_buf line = { 0 };
	char time[TIME_LEN];

	write_time(time);
	ka_buf_reserve(&line, 512);
	if (fd == STDERR_FILENO && atomic_load_explicit(&to_journal, memory_order_relaxed))
		ka_buf_puts(&line, journal_marks[level]);
	ka_buf_format(&line, json ? "{\"ts\":\"%s\",\"level\":\"%s\",\"event\":\"%s\"" : "ts=%s level=%s event=%s", time,
	    level_names[level], event);
	for (size_t i = 0; i < num_fields; i++)
		put_field(&line, json, &fields[i]);
	ka_buf_puts(&line, json ? "}\n" : "\n");
	for (size_t at = 0; at < line.len;) {
		ssize_t len = write(fd, line.data + at, line.len - at);

		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			break; /* A full disk must not stop the server. */
		at += (size_t)len;
	}
	ka_buf_clear(&line);
}

void
ka_log(enum ka_log_level level, const char *event, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (!ka_log_enabled(level))
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	KA_LOG_FIELDS(level, event, KA_FIELD_TEXT("msg", text));
}
