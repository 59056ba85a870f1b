/* SPDX-License-Identifier: Apache-2.0 */
/* credentials.h - the AWS credentials that Publish is signed with, by the conventions of AWS's tools: the environment
 * (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), else the shared credentials file
 * (AWS_SHARED_CREDENTIALS_FILE, default ~/.aws/credentials) and in it the profile of AWS_PROFILE, default "default".
 *
 * The file is read again when it has changed, so rotated credentials need no restart. One thread at a time. */
#ifndef KA_SERVER_NOTIFY_CREDENTIALS_H
#define KA_SERVER_NOTIFY_CREDENTIALS_H

#include <sys/stat.h>

#include "server/arena.h"

#define KA_CREDENTIALS_MESSAGE_LEN 512u

/* Zeroed: not read yet. */
struct ka_credentials {
	const char *access_key_id, *secret, *token; /* token: NULL when there is none */
	/* Of the file that they came from. */
	bool loaded;
	struct stat stat;
	struct ka_arena arena;
};

/* ka_credentials_get brings them up to date. False: out_message says what is missing where. */
bool ka_credentials_get(struct ka_credentials *credentials, char out_message[KA_CREDENTIALS_MESSAGE_LEN]);

/* ka_credentials_parse reads a file's text. False when the profile is not there or lacks one of the two keys. */
bool ka_credentials_parse(
    struct ka_credentials *credentials, const char *text, size_t len, const char *profile);

/* ka_credentials_clear wipes and forgets. */
void ka_credentials_clear(struct ka_credentials *credentials);

#endif
