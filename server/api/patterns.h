/* SPDX-License-Identifier: Apache-2.0 */
/* patterns.h - the patterns of the service model that shapes.c uses, each as a function on a NUL-terminated UTF-8 string. All of the
 * text must match, as in the service. Classes in patterns are ASCII, but for the Unicode categories of a tag's key. */
#ifndef KA_SERVER_API_PATTERNS_H
#define KA_SERVER_API_PATTERNS_H

#include <stdbool.h>

bool ka_is_digits(const char *text);         /* [0-9]+ */
bool ka_is_hex_id(const char *text);         /* (0x)?[a-fA-F0-9]+ */
bool ka_is_hex_colons(const char *text);     /* [a-fA-F0-9:]+ */
bool ka_is_alnum_dash(const char *text);     /* [a-zA-Z0-9\-]+ */
bool ka_is_name(const char *text);           /* [a-zA-Z0-9_-]+ */
bool ka_is_name_colons(const char *text);    /* [a-zA-Z0-9:_-]+ */
bool ka_is_base64(const char *text);         /* [A-Za-z0-9+/]+={0,2} */
bool ka_is_printable(const char *text);      /* [\p{Graph}\x20]*, the empty text too */
bool ka_is_policy_name(const char *text);    /* [\w+=,.@-]+ */
bool ka_is_day_of_month(const char *text);   /* ^([1-9]|[12][0-9]|3[01])$|^LAST$ */
bool ka_is_tag_key(const char *text);        /* ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$ */

/* ka_normalise_certificate_id takes 0x off and makes letters small: the store knows ids in this form only. */
void ka_normalise_certificate_id(char *text);

#endif
