/* SPDX-License-Identifier: Apache-2.0 */
/* review.h - what the operations share that list and revoke the device certificates of a CA by the time of their registration. None of
 * them is AWS's: they do step 2 of "How to fix it" of AWS's page on CA_CERTIFICATE_KEY_QUALITY_CHECK at once. */
#ifndef KA_SERVER_API_REVIEW_H
#define KA_SERVER_API_REVIEW_H

#include "server/api/api.h"
#include "server/store/revocation.h"

/* Which certificates are looked at. */
struct ka_review_range {
	const char *ca_id;
	enum ka_ca_status ca_status;   /* 0: the CA is registered no more, its devices are */
	int64_t after, before;         /* registered in [after, before); before 0: no end */
	enum ka_review_since since;    /* where after came from */
};

/* ka_review_range_read reads the parameters certificateId, registeredAfter and registeredBefore. Without registeredAfter it is the time
 * of the CA's first finding of CA_CERTIFICATE_KEY_QUALITY_CHECK that is still kept, or that of its deactivation by a mitigation,
 * whichever came first; with neither the request is refused. ABORTED with the reply: that, no such CA (and no device of it either), or
 * times that make no sense. */
enum ka_store_status ka_review_range_read(
    struct ka_review_range *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request);

/* ka_review_filter makes the filter of the store. */
struct ka_device_filter ka_review_filter(const struct ka_review_range *range);

/* ka_json_review_range writes caCertificateId, caStatus and the times as members of the open object. */
void ka_json_review_range(struct ka_json *json, const struct ka_review_range *range);

/* ka_json_revocation writes the members of a job into the open object. */
void ka_json_revocation(struct ka_json *json, const struct ka_revocation_row *job);

/* ka_revocation_get reads the job of the parameter revocationId; RESOURCE_NOT_FOUND with ABORTED. */
enum ka_store_status ka_revocation_get(
    struct ka_revocation_row *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request);

#endif
