/* SPDX-License-Identifier: Apache-2.0 */
/* init.h - the first start on a directory.
 *
 * While DIR/init.unfinished exists, initialisation is not complete, and nobody has been given anything that it made: every step may be
 * done again. It is made before anything else and removed at the end, so a crash leaves either an empty directory, one that the next
 * start completes, or a complete one. */
#ifndef KA_SERVER_INIT_H
#define KA_SERVER_INIT_H

#include "server/node.h"

enum ka_init_state {
	KA_INIT_COMPLETE = 0,
	KA_INIT_EMPTY,      /* nothing there: a first start */
	KA_INIT_UNFINISHED, /* a first start was interrupted */
	KA_INIT_DAMAGED     /* something is missing that cannot be made again */
};

/* ka_init_state looks at the directory. DAMAGED: out_message says what is missing and what to do. */
enum ka_init_state ka_init_state(char out_message[KA_DATADIR_MESSAGE_LEN], const struct ka_config *config);

/* The steps around opening the store: begin makes the mark and DIR/secret.key; finish the account, the internal CA, the
 * administrator's access key in DIR/credentials, and removes the mark. Both may be called again after a crash. */
bool ka_init_begin(char out_message[KA_DATADIR_MESSAGE_LEN], const struct ka_config *config);
bool ka_init_finish(char out_message[KA_DATADIR_MESSAGE_LEN], struct ka_node *node);

/* ka_init_credentials appends an access key in the AWS shared-credentials format. session_token may be NULL. */
void ka_init_credentials(struct ka_buf *buf, const char *access_key_id, const char *secret_access_key, const char *session_token);

#endif
