/* SPDX-License-Identifier: Apache-2.0 */
/* reasons.c - codes, severities and texts of the reasons. Codes are part of the output contract and never change. */
#include <keyassay/check.h>

#define REASON_LIST(X) \
	X(KA_REASON_DEBIAN_WEAK, "CERTIFICATE_KEY_VULNERABILITY_CVE-2008-0166", KA_SEVERITY_CRITICAL, \
		"The private key is one of the few that Debian's broken OpenSSL 0.9.8c-1 to 0.9.8g-8 could make " \
		"(CVE-2008-0166), so anybody can look it up and impersonate its owner.") \
	X(KA_REASON_ROCA, "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361", KA_SEVERITY_CRITICAL, \
		"The key was made by the Infineon library whose primes have too little randomness (ROCA, CVE-2017-15361), " \
		"so the private key can be computed from the public one at a practical cost.") \
	X(KA_REASON_KEY_SIZE, "KEY_SIZE_BELOW_MINIMUM", KA_SEVERITY_HIGH, \
		"The key is shorter than the minimum of 2048 bits for RSA and DSA or 256 bits for elliptic curves, so it " \
		"does not resist an attacker for as long as it is used.") \
	X(KA_REASON_EXPIRED, "CERTIFICATE_PAST_EXPIRATION", KA_SEVERITY_MEDIUM, \
		"The certificate's validity has ended, so peers that check the dates refuse it and its key is no longer " \
		"maintained by its issuer.") \
	X(KA_REASON_NOT_YET_VALID, "CERTIFICATE_NOT_YET_VALID", KA_SEVERITY_MEDIUM, \
		"The certificate's validity has not begun, so peers that check the dates refuse it.")

const char *
ka_reason_code(enum ka_reason reason)
{
	switch (reason) {
#define CODE(symbol, code, severity, text) \
	case symbol: \
		return code;
		REASON_LIST(CODE)
#undef CODE
	case KA_REASON_NONE:
		break;
	}
	return "NONE";
}

enum ka_severity
ka_reason_severity(enum ka_reason reason)
{
	switch (reason) {
#define SEVERITY(symbol, code, severity, text) \
	case symbol: \
		return severity;
		REASON_LIST(SEVERITY)
#undef SEVERITY
	case KA_REASON_NONE:
		break;
	}
	return KA_SEVERITY_LOW;
}

const char *
ka_reason_text(enum ka_reason reason)
{
	switch (reason) {
#define TEXT(symbol, code, severity, text) \
	case symbol: \
		return text;
		REASON_LIST(TEXT)
#undef TEXT
	case KA_REASON_NONE:
		break;
	}
	return "No weakness was found.";
}

const char *
ka_severity_name(enum ka_severity severity)
{
	switch (severity) {
	case KA_SEVERITY_LOW:
		return "LOW";
	case KA_SEVERITY_MEDIUM:
		return "MEDIUM";
	case KA_SEVERITY_HIGH:
		return "HIGH";
	case KA_SEVERITY_CRITICAL:
		return "CRITICAL";
	}
	return "UNKNOWN";
}

const char *
ka_undecided_text(enum ka_undecided why)
{
	switch (why) {
	case KA_UNDECIDED_NONE:
		return "decided";
	case KA_UNDECIDED_NO_TABLE:
		return "no table of weak keys for this key type and size is loaded";
	case KA_UNDECIDED_EXPONENT:
		return "not in the table of weak keys, but a few keys with an exponent of a prime factor above 17863 differ from the table's";
	case KA_UNDECIDED_NO_PROVER:
		return "the key's fingerprint is in a table of weak keys, but nothing is set up to confirm it";
	case KA_UNDECIDED_PROVER_FAILED:
		return "the key's fingerprint is in a table of weak keys, but confirming it failed";
	case KA_UNDECIDED_UNKNOWN_CURVE:
		return "the key's size is not known: its curve is unknown, or its parameters are not in the key";
	case KA_UNDECIDED_NO_GENERATOR:
		return "no table, and keys of this type and size cannot be made again";
	case KA_UNDECIDED_WALK_STOPPED:
		return "stopped before all weak keys of this type and size were made again";
	case KA_UNDECIDED_WALK_FAILED:
		return "making all weak keys of this type and size again failed";
	}
	return "unknown";
}
