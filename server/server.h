/* SPDX-License-Identifier: Apache-2.0 */
/* server.h - what the rooms of keyassayd share. Set up by main before any thread starts, read-only from then on (what changes
 * inside has its own locks). */
#ifndef KA_SERVER_SERVER_H
#define KA_SERVER_SERVER_H

#include <keyassay/check.h>

#include "server/store/store.h"

struct ka_config;  /* config.h */
struct ka_auth;    /* sigv4/auth.h: access keys, secrets, tokens */
struct ka_pki;     /* pki/pki.h: the internal CA */
struct ka_engine;  /* audit/engine.h: workers of audits and schedules */
struct ka_review;  /* review/engine.h: workers of revocations */
struct ka_action_engine; /* action/engine.h: workers of mitigation tasks */
struct ka_metrics; /* metrics.h */

enum ka_on_weak_key { KA_ON_WEAK_REGISTER = 0, KA_ON_WEAK_REFUSE = 1 };

struct ka_server {
	const struct ka_config *config;
	struct ka_store *store;
	struct ka_auth *auth;
	struct ka_pki *pki;
	struct ka_engine *engine;
	struct ka_review *review;
	struct ka_action_engine *actions;
	struct ka_metrics *metrics;
	const struct ka_ctx *ctx; /* judges keys: tables and prover are set */
	enum ka_on_weak_key on_weak_key;
	uint32_t retention_days;     /* how long audit tasks and findings are kept; 0: 90 */
	int64_t authorize_max_age;   /* seconds that a broker may keep AuthorizeCertificate's answer */
	const char *default_account; /* 12 digits */
	const char *host;            /* what DescribeEndpoint answers: host:port */
};

#endif
