/* SPDX-License-Identifier: Apache-2.0 */
/* rows.h - what the store keeps, as C structs.
 *
 * Times are milliseconds since 1970-01-01T00:00:00Z; 0 means "not set" where a time is optional. Text is NUL-terminated
 * UTF-8; NULL means absent. Certificate ids are 64 lower-case hexadecimal digits (SHA-256 of the DER). JSON columns
 * hold one compact JSON value that the api room wrote; the store does not look into them. Enumerators are stored as
 * their numbers: never renumber, only add. */
#ifndef KA_SERVER_STORE_ROWS_H
#define KA_SERVER_STORE_ROWS_H

#include <keyassay/check.h>

#define KA_ACCOUNT_LEN 12u
#define KA_REGION_MAX_LEN 32u
#define KA_CERT_ID_LEN 64u
#define KA_TASK_ID_LEN 32u /* audit tasks: 32 lower-case hexadecimal digits */
#define KA_FINDING_ID_LEN 32u
#define KA_NAME_MAX_LEN 128u

/* All state but accounts and access keys belongs to one account in one region. Both strings outlive the call. */
struct ka_scope {
	const char *account; /* 12 digits */
	const char *region;  /* "us-east-1" */
};

enum ka_role { KA_ROLE_ADMIN = 1, KA_ROLE_AUDITOR = 2, KA_ROLE_READER = 3 };

struct ka_account_row {
	const char *account;
	const char *name; /* for people, or NULL */
	int64_t created;
};

struct ka_access_key_row {
	const char *access_key_id; /* "AKIA..." 20 characters */
	const char *account;
	enum ka_role role;
	struct ka_slice sealed_secret; /* encrypted with secret.key: a stolen database alone is not enough */
	const char *description;       /* or NULL */
	bool disabled;
	int64_t created;
};

enum ka_cert_mode { KA_MODE_DEFAULT = 1, KA_MODE_SNI_ONLY = 2 };

enum ka_ca_status { KA_CA_ACTIVE = 1, KA_CA_INACTIVE = 2, KA_CA_PENDING_TRANSFER = 3 };

struct ka_ca_row {
	int64_t seq; /* set by the store: order of registration within the database */
	char id[KA_CERT_ID_LEN + 1];
	enum ka_ca_status status;
	enum ka_cert_mode mode;
	bool auto_registration;
	struct ka_slice der;
	uint8_t subject_sha256[32]; /* of the subject's DER */
	uint8_t spki_sha256[32];
	int64_t not_before, not_after;
	int64_t created, modified;
	int32_t customer_version;
	char generation_id[37];          /* UUID */
	const char *registration_config; /* JSON object, or NULL */
	const char *template_name; /* of the registration configuration, or NULL: ListCACertificates filters by it */
	/* Transfer between accounts (status PENDING_TRANSFER): where to, when, and what comes back when it is
	 * refused. */
	const char *transfer_to; /* account, or NULL */
	const char *transfer_message;
	int64_t transfer_date;
	enum ka_ca_status status_before_transfer;
	const char *previous_owner; /* account, or NULL */
	const char *reject_reason;
	int64_t accept_date, reject_date;
	/* Why it is INACTIVE: the mitigation task that made it so, or NULL. */
	const char *deactivated_by;
	int64_t deactivated;
};

enum ka_device_status {
	KA_DEVICE_ACTIVE = 1,
	KA_DEVICE_INACTIVE = 2,
	KA_DEVICE_REVOKED = 3,
	KA_DEVICE_PENDING_TRANSFER = 4,
	KA_DEVICE_REGISTER_INACTIVE = 5,
	KA_DEVICE_PENDING_ACTIVATION = 6
};

struct ka_device_row {
	int64_t seq;
	char id[KA_CERT_ID_LEN + 1];
	char ca_id[KA_CERT_ID_LEN + 1]; /* "" when it was registered without a CA */
	enum ka_device_status status;
	enum ka_cert_mode mode;
	struct ka_slice der;
	int64_t not_before, not_after;
	int64_t created, modified;
	int32_t customer_version;
	char generation_id[37];
	const char *previous_owner; /* account, or NULL */
	const char *transfer_to;    /* account, or NULL */
	const char *transfer_message, *reject_reason;
	int64_t transfer_date, accept_date, reject_date;
	const char *deactivated_by; /* as in struct ka_ca_row */
	int64_t deactivated;
};

/* What decides whether a device certificate may be used. */
struct ka_authorize_row {
	enum ka_device_status status;
	int64_t not_before, not_after;
	char ca_id[KA_CERT_ID_LEN + 1];
	enum ka_ca_status ca_status;   /* 0: the account has no such CA */
	const char *ca_deactivated_by; /* the mitigation task that made the CA INACTIVE, or NULL */
};

struct ka_tag_row {
	const char *key, *value;
};

/* One row per account and region; JSON as UpdateAccountAuditConfiguration merges it. */
struct ka_audit_config_row {
	const char *role_arn;             /* or NULL */
	const char *notification_targets; /* JSON object {"SNS":{...}} or NULL */
	const char *checks;               /* JSON object {"NAME":{"enabled":true,...}} or NULL */
};

enum ka_task_type { KA_TASK_ON_DEMAND = 1, KA_TASK_SCHEDULED = 2 };
enum ka_task_status { KA_TASK_IN_PROGRESS = 1, KA_TASK_COMPLETED = 2, KA_TASK_FAILED = 3, KA_TASK_CANCELED = 4 };

/* Of one check of a task. */
enum ka_run_status {
	KA_RUN_IN_PROGRESS = 1,
	KA_RUN_WAITING_FOR_DATA_COLLECTION = 2,
	KA_RUN_CANCELED = 3,
	KA_RUN_COMPLETED_COMPLIANT = 4,
	KA_RUN_COMPLETED_NON_COMPLIANT = 5,
	KA_RUN_FAILED = 6
};

struct ka_task_row {
	int64_t seq;
	const char *account, *region; /* set by ka_tx_task_claim and ka_tx_task_get */
	char id[41];
	enum ka_task_type type;
	const char *scheduled_name; /* scheduled audits, else NULL */
	enum ka_task_status status;
	bool cancel_requested;
	int64_t started, ended;
	/* What was registered when the task started: later certificates are not part of it. */
	int64_t ca_last_seq, device_last_seq;
	const char *worker; /* who holds the lease, or NULL */
	int64_t lease_until;
};

/* One check of a task. */
struct ka_task_check_row {
	const char *check_name;
	int32_t position; /* order in the request */
	enum ka_run_status status;
	int64_t cursor; /* seq of the last resource that was judged and whose findings are stored */
	int64_t total, noncompliant, suppressed;
	const char *error_code; /* or NULL */
	const char *message;    /* or NULL */
	const char *undecided; /* JSON object: what could not be decided so far, and why (audit/undecided.h), or NULL */
	const char *config;    /* JSON object: the check's configuration when the task started, or NULL */
};

enum ka_resource_type { KA_RESOURCE_CA = 1, KA_RESOURCE_DEVICE = 2 };

struct ka_finding_row {
	int64_t seq;
	char id[KA_FINDING_ID_LEN + 1]; /* deterministic: see finding/finding.h */
	char task_id[41];
	const char *check_name;
	int64_t task_started, found;
	enum ka_severity severity; /* keyassay/check.h */
	enum ka_resource_type resource_type;
	char resource_id[KA_CERT_ID_LEN + 1];
	const char *reason, *reason_code;
	const char *additional_info; /* JSON object of strings */
	bool suppressed;
};

struct ka_suppression_row {
	int64_t seq;
	const char *check_name;
	const char *resource; /* the resourceIdentifier as canonical JSON (sorted members): identity with check_name */
	int64_t expiration;   /* 0 when indefinite */
	bool indefinitely;
	const char *description; /* or NULL */
	const char *token;       /* clientRequestToken */
	int64_t created;
};

enum ka_frequency { KA_DAILY = 1, KA_WEEKLY = 2, KA_BIWEEKLY = 3, KA_MONTHLY = 4 };

struct ka_schedule_row {
	int64_t seq;
	const char *account, *region; /* set by ka_tx_schedule_due and ka_tx_schedule_get */
	const char *name;
	enum ka_frequency frequency;
	const char *day_of_month; /* "1".."31", "LAST", or NULL */
	const char *day_of_week;  /* "SUN".."SAT" or NULL */
	const char *checks;       /* JSON array of names */
	int64_t next_run;
	int64_t created, modified;
};

/* The region of what concerns an account as a whole, and the account too of what concerns all. */
#define KA_LOG_ANY_REGION ""

/* An entry of the append-only log of state changes: who did what to which resource, when, before and after. */
struct ka_log_row {
	int64_t seq;
	int64_t time;
	const char *account, *region;
	const char *actor;          /* access key id, or "keyassayd:audit", "keyassayd:mitigation TASK", ... */
	const char *request;        /* request id or NULL */
	const char *action;         /* the operation: "RegisterCACertificate" */
	const char *resource;       /* ARN */
	const char *before, *after; /* JSON objects of what changed, or NULL */
	uint8_t hash[32];           /* set by the store: of this entry and all before it (store/log_chain.h) */
};

enum ka_outbox_state { KA_OUTBOX_PENDING = 1, KA_OUTBOX_DELIVERED = 2, KA_OUTBOX_DEAD = 3, KA_OUTBOX_DROPPED = 4 };

#define KA_MESSAGE_ID_LEN 36u /* a UUID */

/* A message for a topic. Who inserts one sets id, topic, subject, message and created; the rest is delivery's. */
struct ka_outbox_row {
	int64_t seq;
	const char *account, *region;
	char id[KA_MESSAGE_ID_LEN + 1]; /* deterministic: ka_notify_id */
	const char *topic;              /* ARN */
	const char *subject;            /* or NULL */
	const char *message;
	enum ka_outbox_state state;
	int64_t created;
	int64_t since; /* when the time for delivery began: created, or the last retry by hand */
	int64_t due;   /* the next attempt */
	int64_t ended; /* when it was delivered, given up or dropped */
	int32_t attempts;
	const char *last_error; /* or NULL */
	const char *receipt;    /* the id that the receiver gave it, or NULL */
};

/* A topic that has messages to send. */
struct ka_outbox_topic_row {
	const char *account, *region, *topic;
	int64_t due;      /* when somebody may claim it */
	int32_t failures; /* attempts that failed since the last delivery */
	const char *worker;
};

#endif
