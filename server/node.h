/* SPDX-License-Identifier: Apache-2.0 */
/* node.h - one keyassayd with all its rooms, put together and taken apart in the right order. */
#ifndef KA_SERVER_NODE_H
#define KA_SERVER_NODE_H

#include "server/datadir.h"
#include "server/server.h"

struct ka_tables;

struct ka_node {
	struct ka_server server;
	struct ka_tables *tables;
	struct ka_ctx *ctx;
	int lock; /* or -1 */
	bool first_start; /* this call initialised the directory */
	struct ka_arena arena;
};

enum ka_node_flags {
	KA_NODE_LOCK = 1,    /* no other process with KA_NODE_LOCK may have the database: servers and what changes its schema */
	KA_NODE_INIT = 2,    /* an empty directory, or one whose initialisation was interrupted, is initialised; needs KA_NODE_LOCK */
	KA_NODE_MIGRATE = 4, /* an older schema is brought up to date; needs KA_NODE_LOCK */
	KA_NODE_JUDGE = 8,   /* tables, prover and internal CA are loaded: what requests need */
	KA_NODE_EXAMINE = 16 /* opened whatever became of the log of state changes, to look at it; nothing is written */
};

/* ka_node_open opens what config names. config outlives the node. On failure returns false with a sentence that says what to do; the node
 * then needs no closing. The engine is not started. */
#define KA_LOG_MARK "log.begun"

/* ka_node_mark_log makes DIR/log.begun: memory outside of the database that its log had a head. */
bool ka_node_mark_log(char out_message[KA_DATADIR_MESSAGE_LEN], struct ka_node *node);

bool ka_node_open(struct ka_node *out, char out_message[KA_DATADIR_MESSAGE_LEN], const struct ka_config *config, unsigned flags);
void ka_node_close(struct ka_node *node);

#endif
