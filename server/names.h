/* SPDX-License-Identifier: Apache-2.0 */
/* names.h - enumerators as the service model spells them, for all rooms. */
#ifndef KA_SERVER_NAMES_H
#define KA_SERVER_NAMES_H

#include "server/store/rows.h"

const char *ka_device_status_name(enum ka_device_status status);
const char *ka_task_status_name(enum ka_task_status status);
const char *ka_task_type_name(enum ka_task_type type);
const char *ka_run_status_name(enum ka_run_status status);

#endif
