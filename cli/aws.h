/* SPDX-License-Identifier: Apache-2.0 */
/* aws.h - a small client of AWS IoT's REST-JSON protocol, for keyassayd and for AWS itself: signed requests by libcurl.
 *
 * Credentials, region and endpoint are found as the AWS tools find them (AWS CLI user guide, "Environment variables" and
 * "Configuration and credential file settings"). */
#ifndef KA_CLI_AWS_H
#define KA_CLI_AWS_H

#include <jansson.h>

#include <keyassay/base.h>

#define KA_AWS_TEXT_LEN 512u

struct ka_aws_settings {
	char endpoint[KA_AWS_TEXT_LEN]; /* "https://iot.us-east-1.amazonaws.com", without a slash at the end */
	char region[64];
	char access_key_id[130];
	char secret_access_key[130];
	char session_token[8192]; /* "" when there is none */
};

/* ka_aws_settings_find fills in what the options left NULL: endpoint from AWS_ENDPOINT_URL_IOT, AWS_ENDPOINT_URL, else AWS's for the
 * region; region from AWS_REGION, AWS_DEFAULT_REGION; credentials from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
 * AWS_SESSION_TOKEN, else from the profile (or AWS_PROFILE, or "default") of AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials.
 * False: a sentence on stderr said what is missing and where it was looked for. */
bool ka_aws_settings_find(struct ka_aws_settings *out, const char *endpoint, const char *region, const char *profile);

/* ka_aws_credentials_read reads one profile of a shared-credentials file's text into the three last members. False when the profile, or
 * one of its two keys, is not there. */
bool ka_aws_credentials_read(struct ka_aws_settings *out, const char *text, const char *profile);

struct ka_aws;

/* ka_aws_new keeps a copy of the settings; NULL when out of memory. free: NULL is fine. */
struct ka_aws *ka_aws_new(const struct ka_aws_settings *settings);
void ka_aws_free(struct ka_aws *aws);

/* ka_aws_call makes a request, POST with body or GET without, and returns the reply's JSON object, the caller's. Transport failures
 * and the statuses 429, 500 and 503 are tried again, three times in all. NULL: ka_aws_error says why. A body longer than 16 MiB is
 * refused. */
json_t *ka_aws_call(struct ka_aws *aws, const char *path, json_t *body);

/* Of the last call that failed: a sentence, and the service's name of the error ("" when it never came to that). */
const char *ka_aws_error(const struct ka_aws *aws);
const char *ka_aws_error_name(const struct ka_aws *aws);

#endif
