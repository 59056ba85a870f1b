/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KA_COMMON_TERMINAL_H
#define KA_COMMON_TERMINAL_H

#include <keyassay/base.h>

/* ka_terminal_width returns the columns of COLUMNS or of the terminal; 0, no bound, when fd is neither. */
size_t ka_terminal_width(int fd);

/* ka_terminal_colours says whether to colour: on a terminal that can, unless NO_COLOR (no-color.org) is set. */
bool ka_terminal_colours(int fd);

#endif
