/* SPDX-License-Identifier: Apache-2.0 */
/* log.h - the server's log: one line for each event, logfmt or JSON, to stderr (journald) or a file.
 *
 * Any thread. A line is one write, so lines of threads do not mix. Values are untrusted and escaped. Never log secrets, tokens,
 * signatures or private keys. */
#ifndef KA_SERVER_LOG_H
#define KA_SERVER_LOG_H

#include <keyassay/base.h>

enum ka_log_level { KA_LOG_ERROR = 0, KA_LOG_WARNING = 1, KA_LOG_INFO = 2, KA_LOG_DEBUG = 3 };
enum ka_log_format { KA_LOG_LOGFMT = 0, KA_LOG_JSON = 1 };

/* ka_log writes ts, level, event and a message: ka_log(KA_LOG_WARNING, "store", "%s: %s", path, why). event is a literal that names
 * the room or what happened, for people who filter. */
void ka_log(enum ka_log_level level, const char *event, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Lines with fields: KA_LOG_FIELDS(KA_LOG_INFO, "request", KA_FIELD_TEXT("id", id), KA_FIELD_NUMBER("status", 200)). Names are
 * literals of letters, digits and '_'. A text that is NULL or empty is left out. */
enum ka_log_type { KA_LOG_TYPE_TEXT, KA_LOG_TYPE_NUMBER, KA_LOG_TYPE_MICROS };
struct ka_log_field {
	const char *name;
	enum ka_log_type type;
	const char *text;
	int64_t number;
};
#define KA_FIELD_TEXT(name, value) { name, KA_LOG_TYPE_TEXT, value, 0 }
#define KA_FIELD_NUMBER(name, value) { name, KA_LOG_TYPE_NUMBER, NULL, value }
/* Microseconds, shown as milliseconds with three decimals. */
#define KA_FIELD_MICROS(name, value) { name, KA_LOG_TYPE_MICROS, NULL, value }
void ka_log_fields(enum ka_log_level level, const char *event, const struct ka_log_field *fields, size_t num_fields);
#define KA_LOG_FIELDS(level, event, ...) \
	do { \
		const struct ka_log_field ka_fields_[] = { __VA_ARGS__ }; \
		ka_log_fields(level, event, ka_fields_, sizeof(ka_fields_) / sizeof(ka_fields_[0])); \
	} while (0)

/* ka_log_enabled tells whether lines of a level are written. */
bool ka_log_enabled(enum ka_log_level level);

/* ka_log_configure says what is written and how; before it is called warnings and errors go to stderr as logfmt. */
void ka_log_configure(enum ka_log_level level, enum ka_log_format format);

/* ka_log_open directs the log to a file (appended to, made with mode 0640) or with NULL to stderr; again with the same path after the file
 * was moved away. False: errno says why, and the log goes where it went. */
bool ka_log_open(const char *path);

#endif
