/* SPDX-License-Identifier: Apache-2.0 */
/* certificates.h - what the operations on certificates share: names, rows, refusals. */
#ifndef KA_SERVER_API_CERTIFICATES_H
#define KA_SERVER_API_CERTIFICATES_H

#include "server/api/api.h"
#include "server/names.h"
#include "server/pki/pki.h"

/* "AWS: You can register up to 10 CA certificates with the same CA subject field per account." */
#define KA_MAX_CAS_PER_SUBJECT 10u

const char *ka_ca_status_name(enum ka_ca_status status);
const char *ka_cert_mode_name(enum ka_cert_mode mode);

/* ka_ca_row_new and ka_device_row_new make rows of a certificate: identity, bytes, validity, first version, a fresh
 * generation. The caller sets status, mode and the rest. Rows borrow the certificate's bytes. */
struct ka_ca_row ka_ca_row_new(const struct ka_pki_cert *cert, int64_t now);
struct ka_device_row ka_device_row_new(const struct ka_pki_cert *cert, int64_t now);

/* What the log of changes keeps of a row, as JSON in the arena. */
const char *ka_ca_state(struct ka_arena *arena, const struct ka_ca_row *row);
const char *ka_device_state(struct ka_arena *arena, const struct ka_device_row *row);
const char *ka_registration_code_state(struct ka_arena *arena, const char *code);

/* ka_reply_pki refuses a certificate: the error that belongs to the rule, and the rule's message. */
void ka_reply_pki(struct ka_reply *reply, const struct ka_request *request, enum ka_pki_fault fault,
    const char message[KA_PKI_MESSAGE_LEN]);

/* ka_param_certificate reads the certificate that a parameter holds as PEM. False: the reply is the error. */
bool ka_param_certificate(
    struct ka_pki_cert *out, struct ka_reply *reply, const struct ka_request *request, const char *name);

/* ka_weak_ctx returns what ka_pki_check_... are given: NULL unless weak keys are refused. */
const struct ka_ctx *ka_weak_ctx(const struct ka_request *request);

/* ka_registration_config checks the structure "registrationConfig" of the model and gives it as text, with its template
 * name or NULL; false: the reply is the error. Absent: both NULL. */
bool ka_registration_config(
    const char **out_text, const char **out_template_name, struct ka_reply *reply, const struct ka_request *request);

/* RESOURCE_NOT_FOUND for the parameter certificateId. */
void ka_reply_no_ca(struct ka_reply *reply, const struct ka_request *request);
void ka_reply_no_device(struct ka_reply *reply, const struct ka_request *request);

/* ka_reply_registered answers certificateArn and certificateId. */
void ka_reply_registered(struct ka_reply *reply, const char *arn, const char *id);

/* The status that RegisterCertificate and RegisterCertificateWithoutCA ask for. False: the reply is the error. */
bool ka_param_registration_status(enum ka_device_status *out, struct ka_reply *reply, const struct ka_request *request);

/* ka_device_register inserts a row with its log entry, or answers that it is there already. issuer: a CA that must
 * still be registered and ACTIVE, or NULL. True: the reply is still to be written. */
bool ka_device_register(
    struct ka_reply *reply, struct ka_request *request, const struct ka_device_row *row, const char *issuer);

/* ka_device_register_issued registers what the internal CA issued: DEFAULT mode, ACTIVE when the parameter setAsActive
 * says so. */
bool ka_device_register_issued(struct ka_reply *reply, struct ka_request *request, const struct ka_pki_cert *cert);

/* ka_reply_devices answers a page of the device certificates that a filter takes, and with_incoming of those that other accounts
 * transfer to this one; text names the filter for the page's token. */
void ka_reply_devices(struct ka_reply *reply, struct ka_request *request, const struct ka_device_filter *filter, bool with_incoming,
    const char *text);

#endif
