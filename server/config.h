/* SPDX-License-Identifier: Apache-2.0 */
/* config.h - every option of keyassayd, from the command line, the configuration file or its default, in this order.
 *
 * One row of the schema makes the option, the line of the file, the text of --help and of keyassayd(8). */
#ifndef KA_SERVER_CONFIG_H
#define KA_SERVER_CONFIG_H

#include "common/buf.h"
#include "server/arena.h"

#define KA_CONFIG_MESSAGE_LEN 512u
#define KA_CONFIG_MAX_KEYS 64u

enum ka_config_type {
	KA_CONFIG_TEXT = 1, /* const char *; NULL when not set */
	KA_CONFIG_LIST,     /* struct ka_config_list: the option may be repeated */
	KA_CONFIG_BOOL,     /* bool; an option without argument, "true" or "false" in the file */
	KA_CONFIG_NUMBER,   /* int64_t from min to max */
	KA_CONFIG_CHOICE    /* int64_t: index in choices */
};

/* Which verbs have the option. */
enum ka_config_scope {
	KA_CONFIG_SERVE = 1,
	KA_CONFIG_STORE = 2, /* all verbs that open the database */
	KA_CONFIG_ACCOUNT = 4,
	KA_CONFIG_REGISTER = 8 /* what checks certificates at registration */
};

struct ka_config_key {
	const char *name; /* NULL ends the table */
	enum ka_config_type type;
	const char *argument; /* as --help calls it */
	const char *fallback; /* the default as it would be written; NULL: none */
	int64_t min, max;
	const char *const *choices; /* ended by NULL */
	size_t offset;              /* in struct ka_config */
	unsigned scope;
	bool reloads; /* SIGHUP applies a change; other keys need a restart */
	const char *help;
};

struct ka_config_list {
	const char *items[64];
	size_t num;
};

/* A value of ka_config_finish is complete: data and listen are never empty. */
struct ka_config {
	const char *data; /* directory */
	const char *db;   /* "sqlite:PATH" or "postgresql://..." */
	const char *account;
	struct ka_config_list listen;
	const char *tls_cert, *tls_key;
	bool insecure_http;
	const char *endpoint; /* what DescribeEndpoint answers, or NULL: the first address that is listened on */
	const char *sns_endpoint;
	struct ka_config_list topics; /* topics.h */
	int64_t notify_workers, notify_in_flight, notify_timeout, notify_max_pause, notify_give_up; /* the last three: seconds */
	int64_t on_weak_key; /* enum ka_on_weak_key */
	int64_t threads, workers, audit_workers, audit_chunk, revoke_workers, revoke_chunk, mitigation_workers, mitigation_chunk,
	    max_connections;
	int64_t max_body, max_headers; /* bytes */
	int64_t header_timeout, body_timeout, idle_timeout, drain_timeout; /* seconds */
	int64_t retention_days;
	int64_t authorize_max_age; /* seconds */
	int64_t log_level, log_format; /* log.h */
	const char *log_file;

	/* How it came about. */
	const char *file; /* path of the configuration file, or NULL */
	unsigned char source[KA_CONFIG_MAX_KEYS]; /* of each key: 0 default, 1 file, 2 command line */
	struct ka_arena arena;
};

/* ka_config_keys returns the schema. */
const struct ka_config_key *ka_config_keys(void);

/* ka_config_init gives every key its default; ka_config_clear frees. */
void ka_config_init(struct ka_config *config);
void ka_config_clear(struct ka_config *config);

/* ka_config_option sets a key from the command line; text is NULL for a bool. False: out_message says what is wrong. */
bool ka_config_option(struct ka_config *config, char out_message[KA_CONFIG_MESSAGE_LEN], const struct ka_config_key *key,
    const char *text);

/* ka_config_read reads a file: lines "key = value", empty lines and lines that begin with '#'. What the command line has set stays.
 * False: out_message names file, line, key and what is possible; config is then unfit for use. */
bool ka_config_read(struct ka_config *config, char out_message[KA_CONFIG_MESSAGE_LEN], const char *path);

/* ka_config_parse is ka_config_read of text; path is only for messages. */
bool ka_config_parse(
    struct ka_config *config, char out_message[KA_CONFIG_MESSAGE_LEN], const char *path, const char *text, size_t len);

/* ka_config_finish fills in what depends on other keys or the environment, and checks what concerns several keys. */
bool ka_config_finish(struct ka_config *config, char out_message[KA_CONFIG_MESSAGE_LEN]);

/* ka_config_value appends a key's value as a file would have it; nothing when it is not set. A list appends one item. */
void ka_config_value(struct ka_buf *buf, const struct ka_config *config, const struct ka_config_key *key, size_t item);

/* ka_config_write appends a configuration file that says the same, each key under its help. */
void ka_config_write(struct ka_buf *buf, const struct ka_config *config);

/* ka_config_same tells whether a key has the same value in both. */
bool ka_config_same(const struct ka_config *a, const struct ka_config *b, const struct ka_config_key *key);

#endif
