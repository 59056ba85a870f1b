/* SPDX-License-Identifier: Apache-2.0 */
/* systemd.h - tells the service manager how the server is: the datagrams of sd_notify(3), without its library. All of it does nothing when
 * NOTIFY_SOCKET is not set. */
#ifndef KA_SERVER_SYSTEMD_H
#define KA_SERVER_SYSTEMD_H

#include <keyassay/base.h>

/* ka_systemd_notify sends lines such as "READY=1\nSTATUS=...". */
void ka_systemd_notify(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ka_systemd_reloading sends RELOADING=1 with the time that Type=notify-reload wants. */
void ka_systemd_reloading(void);

/* ka_systemd_watchdog returns how often WATCHDOG=1 is due, in milliseconds: half of what sd_watchdog_enabled(3) says; 0: never. */
int64_t ka_systemd_watchdog(void);

#endif
