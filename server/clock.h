/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - the only place where the server asks for the time. */
#ifndef KA_SERVER_CLOCK_H
#define KA_SERVER_CLOCK_H

#include <stdint.h>

/* ka_clock_now returns milliseconds since 1970-01-01T00:00:00Z. For tests of schedules, leases and expiry the environment
 * variable KEYASSAYD_TEST_CLOCK names a file with a number of milliseconds that is added; it is read again at every call
 * (a missing file adds nothing). Without the variable it is the system's clock. */
int64_t ka_clock_now(void);

/* ka_clock_monotonic returns nanoseconds that only ever grow: for durations. */
int64_t ka_clock_monotonic(void);

#endif
