/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/advice.h"

static const struct ka_advice advice[KA_NUM_CHECKS] = {
	[KA_CHECK_DEBIAN_WEAK] = {
		.tests = "Was the key made by the OpenSSL of Debian and its derivatives from September 2006 to May 2008 (CVE-2008-0166)? "
		         "Its generator knew nothing of the outside world but the process id, so there are only 294,912 keys for each "
		         "type and size.",
		.meaning = "The private key is public: everybody can make the same key with the program, the machine state and the "
		           "process id named here. keyassay has just done so and compared all of it. Whoever has it can "
		           "impersonate the holder and, if this is a CA, issue certificates for any device.",
	},
	[KA_CHECK_ROCA] = {
		.tests = "Was the RSA key made by Infineon's RSALib, found in smart cards, TPMs and security keys made until 2017 "
		         "(CVE-2017-15361, ROCA)? Its primes are powers of 65537 modulo a product of small primes, and so is the modulus.",
		.meaning = "Whoever factors the modulus has the private key, and its structure makes that far cheaper than it should be: "
		           "at worst about 2 core hours for 512 bits, 97 core days for 1024, 141 core years for 2048 (Nemec et al., "
		           "CCS 2017), in parallel on as many cores as one rents. For 3072 and 4096 bits no practical attack is "
		           "published; that is no reason to keep such a key.",
	},
	[KA_CHECK_KEY_SIZE] = {
		.tests = "Is the key long enough? RSA and DSA need 2048 bits, EC 256, as the curves P-256, P-384 and P-521 have.",
		.meaning = "The key is below what CAs, browsers and AWS IoT accept today. 1024-bit RSA is within the reach of a well "
		           "funded attacker, 512 bits within the reach of everybody.",
	},
	[KA_CHECK_VALIDITY] = {
		.tests = "Is the certificate within the time written in it?",
		.meaning = "Peers refuse the certificate, or will do so as soon as they look at the date.",
	},
};

const struct ka_advice *
ka_advice_at(enum ka_check_id id)
{
	return &advice[id];
}

const char *const ka_advice_weak_key[] = {
	"Make a new key pair with a current program, on a machine that you trust: openssl genpkey -algorithm EC -pkeyopt "
	"ec_paramgen_curve:P-256 -out new.key",
	"Have a new certificate issued for it; do not renew the old one with the same key.",
	"If this is a CA in AWS IoT: register the new CA (register-ca-certificate), then set the old one INACTIVE, so that it "
	"cannot register devices any more: aws iot update-ca-certificate --certificate-id ID --new-status INACTIVE. The audit "
	"mitigation action UPDATE_CA_CERTIFICATE with DEACTIVATE does the same.",
	"Review the devices whose certificates this CA signed (aws iot list-certificates-by-ca --ca-certificate-id ID), above all "
	"those registered since the key could have been known, and revoke what you do not know: aws iot update-certificate "
	"--certificate-id ID --new-status REVOKED.",
	"Issue new certificates to the devices, then delete the old CA. If the key was used for anything else (SSH, TLS, signing), "
	"replace it there too.",
	NULL,
};

const char *const ka_advice_validity[] = {
	"Renew the certificate, with a new key if the old one has been in use for long.",
	"If it should be valid by now, compare the clock of the machine that issued it with yours.",
	NULL,
};
