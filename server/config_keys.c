/* SPDX-License-Identifier: Apache-2.0 */
/* config_keys.c - the schema. A row here is an option, a key of the file, a line of --help and an entry of keyassayd(8). */
#include "server/config.h"

#include "server/server.h"

#define AT(field) offsetof(struct ka_config, field)
#define MIB (1024 * 1024)

static const char *const weak_key_choices[] = { "register", "refuse", NULL }; /* enum ka_on_weak_key */
static const char *const level_choices[] = { "error", "warning", "info", "debug", NULL }; /* enum ka_log_level */
static const char *const format_choices[] = { "logfmt", "json", NULL }; /* enum ka_log_format */

_Static_assert(KA_ON_WEAK_REGISTER == 0 && KA_ON_WEAK_REFUSE == 1, "choices are indexed by the enumerators");

static const struct ka_config_key keys[] = {
	{ "data", KA_CONFIG_TEXT, "DIR", NULL, 0, 0, NULL, AT(data), KA_CONFIG_STORE, false,
	    "directory of database, keys and certificates\n(default: $XDG_DATA_HOME/keyassay or ~/.local/share/keyassay)" },
	{ "db", KA_CONFIG_TEXT, "URL", NULL, 0, 0, NULL, AT(db), KA_CONFIG_STORE, false,
	    "database: sqlite:PATH (default: DIR/keyassay.db)" },
	{ "account", KA_CONFIG_TEXT, "ID", NULL, 0, 0, NULL, AT(account), KA_CONFIG_ACCOUNT, false,
	    "account, 12 digits (default: the first one; a new\ndirectory: 000000000000)" },
	{ "listen", KA_CONFIG_LIST, "ADDRESS:PORT", "127.0.0.1:8400", 0, 0, NULL, AT(listen), KA_CONFIG_SERVE, false,
	    "where to listen, repeatable; IPv6 in brackets, as in\n[::1]:8400; port 0: any free one" },
	{ "tls-cert", KA_CONFIG_TEXT, "FILE", NULL, 0, 0, NULL, AT(tls_cert), KA_CONFIG_SERVE, true,
	    "certificate chain in PEM: serve HTTPS only" },
	{ "tls-key", KA_CONFIG_TEXT, "FILE", NULL, 0, 0, NULL, AT(tls_key), KA_CONFIG_SERVE, true, "its private key in PEM" },
	{ "insecure-http", KA_CONFIG_BOOL, NULL, "false", 0, 0, NULL, AT(insecure_http), KA_CONFIG_SERVE, false,
	    "serve HTTP without TLS on other addresses than loopback" },
	{ "endpoint", KA_CONFIG_TEXT, "HOST:PORT", NULL, 0, 0, NULL, AT(endpoint), KA_CONFIG_SERVE, false,
	    "what DescribeEndpoint answers (default: the first\naddress that is listened on)" },
	{ "sns-endpoint", KA_CONFIG_TEXT, "URL", NULL, 0, 0, NULL, AT(sns_endpoint), KA_CONFIG_SERVE, true,
	    "where SNS messages are published (default: AWS's for the\nregion of the topic)" },
	{ "topic", KA_CONFIG_LIST, "BINDING", NULL, 0, 0, NULL, AT(topics), KA_CONFIG_SERVE, true,
	    "where a topic's messages go instead, repeatable:\n\"ARN URL [NAME=VALUE...]\", see keyassayd(8)" },
	{ "notify-workers", KA_CONFIG_NUMBER, "N", "4", 0, 64, NULL, AT(notify_workers), KA_CONFIG_SERVE, false,
	    "topics that are sent to at the same time; 0: leave them\nto other nodes" },
	{ "notify-in-flight", KA_CONFIG_NUMBER, "N", "16", 1, 256, NULL, AT(notify_in_flight), KA_CONFIG_SERVE, true,
	    "messages of a topic that are under way at the same time" },
	{ "notify-timeout", KA_CONFIG_NUMBER, "SECONDS", "10", 1, 300, NULL, AT(notify_timeout), KA_CONFIG_SERVE, true,
	    "how long a receiver may take to accept a message" },
	{ "notify-max-pause", KA_CONFIG_NUMBER, "SECONDS", "300", 1, 86400, NULL, AT(notify_max_pause), KA_CONFIG_SERVE, true,
	    "longest pause between attempts, unless the receiver\nasks for more" },
	{ "notify-give-up", KA_CONFIG_NUMBER, "SECONDS", "259200", 1, 31536000, NULL, AT(notify_give_up), KA_CONFIG_SERVE, true,
	    "after how long an undelivered message becomes dead" },
	{ "on-weak-key", KA_CONFIG_CHOICE, "ACTION", "register", 0, 0, weak_key_choices, AT(on_weak_key), KA_CONFIG_SERVE | KA_CONFIG_REGISTER, false,
	    "what registration does with a key that fails a CVE\ncheck: register (the audit reports it) or refuse" },
	{ "threads", KA_CONFIG_NUMBER, "N", "0", 0, 256, NULL, AT(threads), KA_CONFIG_SERVE, false,
	    "threads that serve connections and reads; 0: one for\neach processor" },
	{ "workers", KA_CONFIG_NUMBER, "N", "64", 1, 1024, NULL, AT(workers), KA_CONFIG_SERVE, false,
	    "threads that wait for commits: writes that can share one" },
	{ "audit-workers", KA_CONFIG_NUMBER, "N", "1", 0, 64, NULL, AT(audit_workers), KA_CONFIG_SERVE, false,
	    "audits that run at the same time; 0: leave them to\nother nodes" },
	{ "audit-chunk", KA_CONFIG_NUMBER, "N", "4096", 1, 1000000, NULL, AT(audit_chunk), KA_CONFIG_SERVE, false,
	    "certificates that an audit judges between two commits:\nwhat a crash costs, and how long a writer may wait" },
	{ "revoke-workers", KA_CONFIG_NUMBER, "N", "1", 0, 64, NULL, AT(revoke_workers), KA_CONFIG_SERVE, false,
	    "revocations of a CA's devices that run at the same time;\n0: leave them to other nodes" },
	{ "revoke-chunk", KA_CONFIG_NUMBER, "N", "1000", 1, 100000, NULL, AT(revoke_chunk), KA_CONFIG_SERVE, false,
	    "certificates that a revocation revokes in one\ntransaction: how long a writer may wait" },
	{ "mitigation-workers", KA_CONFIG_NUMBER, "N", "1", 0, 64, NULL, AT(mitigation_workers), KA_CONFIG_SERVE, false,
	    "threads that apply mitigation actions to findings; 0:\nleave them to other nodes" },
	{ "mitigation-chunk", KA_CONFIG_NUMBER, "N", "256", 1, 100000, NULL, AT(mitigation_chunk), KA_CONFIG_SERVE, false,
	    "findings that a mitigation task is applied to in one\ntransaction: how long a writer may wait" },
	{ "max-connections", KA_CONFIG_NUMBER, "N", "16384", 1, 1000000, NULL, AT(max_connections), KA_CONFIG_SERVE, false,
	    "connections at the same time" },
	{ "max-body", KA_CONFIG_NUMBER, "BYTES", "1048576", 1024, 64 * MIB, NULL, AT(max_body), KA_CONFIG_SERVE, false,
	    "longest body of a request" },
	{ "max-headers", KA_CONFIG_NUMBER, "BYTES", "32768", 4096, MIB, NULL, AT(max_headers), KA_CONFIG_SERVE, false,
	    "longest header section of a request" },
	{ "header-timeout", KA_CONFIG_NUMBER, "SECONDS", "20", 1, 3600, NULL, AT(header_timeout), KA_CONFIG_SERVE, false,
	    "from a request's first byte to the end of its headers" },
	{ "body-timeout", KA_CONFIG_NUMBER, "SECONDS", "60", 1, 3600, NULL, AT(body_timeout), KA_CONFIG_SERVE, false,
	    "for a request's body, and for taking the reply" },
	{ "idle-timeout", KA_CONFIG_NUMBER, "SECONDS", "120", 1, 86400, NULL, AT(idle_timeout), KA_CONFIG_SERVE, false,
	    "until a connection on which nothing happens is closed" },
	{ "drain-timeout", KA_CONFIG_NUMBER, "SECONDS", "30", 0, 3600, NULL, AT(drain_timeout), KA_CONFIG_SERVE, false,
	    "how long requests under way may take after SIGTERM" },
	{ "retention-days", KA_CONFIG_NUMBER, "DAYS", "90", 1, 36500, NULL, AT(retention_days), KA_CONFIG_SERVE, false,
	    "how long findings, and tasks and messages that have\nended, are kept" },
	{ "authorize-max-age", KA_CONFIG_NUMBER, "SECONDS", "30", 0, 86400, NULL, AT(authorize_max_age), KA_CONFIG_SERVE, false,
	    "how long a broker may keep an answer of\nAuthorizeCertificate without asking again" },
	{ "log-level", KA_CONFIG_CHOICE, "LEVEL", "info", 0, 0, level_choices, AT(log_level), KA_CONFIG_SERVE, true,
	    "error, warning, info (a line for each request) or debug" },
	{ "log-format", KA_CONFIG_CHOICE, "FORMAT", "logfmt", 0, 0, format_choices, AT(log_format), KA_CONFIG_SERVE, true,
	    "logfmt or json" },
	{ "log-file", KA_CONFIG_TEXT, "FILE", NULL, 0, 0, NULL, AT(log_file), KA_CONFIG_SERVE, true,
	    "log to a file instead of stderr; SIGHUP opens it anew" },
	{ NULL, 0, NULL, NULL, 0, 0, NULL, 0, 0, false, NULL },
};

_Static_assert(sizeof(keys) / sizeof(keys[0]) <= KA_CONFIG_MAX_KEYS, "raise KA_CONFIG_MAX_KEYS");

const struct ka_config_key *
ka_config_keys(void)
{
	return keys;
}
