/* SPDX-License-Identifier: Apache-2.0 */
/* notify.h - sends what is in the outbox: workers that claim topics, any number of nodes. Delivered at least once: a message
 * is DELIVERED when its receiver said so, and a crash between that and the commit sends it again, with the same id. */
#ifndef KA_SERVER_NOTIFY_NOTIFY_H
#define KA_SERVER_NOTIFY_NOTIFY_H

#include "server/config.h"
#include "server/server.h"
#include "server/topics.h"

struct ka_notify;

/* ka_notify_start reads the bindings' files and starts the workers, of config->notify_workers. is_only: no other node uses
 * the database, so claims are leftovers. NULL: out_message says why. */
struct ka_notify *ka_notify_start(
    struct ka_server *server, char out_message[KA_TOPICS_MESSAGE_LEN], const struct ka_config *config, bool is_only);

/* ka_notify_reload takes over topics, endpoint and limits of a configuration, and reads the files again. False: out_message
 * says why; what was there before stays in force. */
bool ka_notify_reload(struct ka_notify *notify, char out_message[KA_TOPICS_MESSAGE_LEN], const struct ka_config *config);

/* ka_notify_stop begins nothing new, gives messages under way as many seconds to end, stores what became of them and joins
 * the threads. NULL is fine. */
void ka_notify_stop(struct ka_notify *notify, int64_t seconds);

#endif
