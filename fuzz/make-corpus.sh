#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make-corpus.sh - makes the seeds of x509, bundle and name_time with the openssl command. The seeds are kept in fuzz/corpus;
# running this again gives other keys of the same kinds. All keys are made here and used nowhere.
set -eu
cd "$(dirname "$0")/corpus"
mkdir -p x509 bundle name_time
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
x=$PWD/x509

# key NAME OPTIONS...: a key in PKCS #8 and its public half.
key()
{
	name=$1
	shift
	openssl genpkey "$@" -out "$work/$name.pem" 2>/dev/null
	openssl pkcs8 -topk8 -nocrypt -in "$work/$name.pem" -outform DER -out "$x/pkcs8-$name.der"
	openssl pkey -in "$work/$name.pem" -pubout -outform DER -out "$x/spki-$name.der"
}
# certificate NAME OPTIONS...: self-signed, and a request.
certificate()
{
	name=$1
	shift
	openssl req -new -x509 -key "$work/$name.pem" -subj "/C=US/O=Example/CN=$name" -days 3650 -out "$work/$name.crt" "$@"
	openssl x509 -in "$work/$name.crt" -outform DER -out "$x/cert-$name.der"
	openssl req -new -key "$work/$name.pem" -subj "/CN=$name" -addext subjectAltName=DNS:a.example -outform DER \
		-out "$x/csr-$name.der"
}

key rsa512 -algorithm RSA -pkeyopt rsa_keygen_bits:512
key rsa1024e3 -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -pkeyopt rsa_keygen_pubexp:3
key pss -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:1024 -pkeyopt rsa_pss_keygen_md:sha256
for curve in secp224r1 prime256v1 secp384r1 secp521r1 secp256k1 prime192v1 brainpoolP256r1 sect233r1; do
	key "$curve" -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -pkeyopt ec_param_enc:named_curve
done
key explicit -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -pkeyopt ec_param_enc:explicit
openssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out "$work/dsa.par" 2>/dev/null
key dsa -paramfile "$work/dsa.par"
for curve in ed25519 ed448 x25519 x448; do
	key "$curve" -algorithm "$curve"
done

certificate rsa512 -md5
certificate rsa1024e3 -sha256 -addext subjectAltName=DNS:a.example,IP:10.0.0.1
certificate prime256v1 -sha256
certificate secp521r1 -sha512
certificate explicit -sha256
certificate dsa -sha256
certificate ed25519
certificate pss -sha256 -sigopt rsa_pss_saltlen:32

# Traditional private keys.
openssl rsa -in "$work/rsa512.pem" -traditional -outform DER -out "$x/pkcs1.der" 2>/dev/null
openssl rsa -in "$work/rsa512.pem" -RSAPublicKey_out -outform DER -out "$x/rsapublickey.der" 2>/dev/null
openssl ec -in "$work/prime256v1.pem" -outform DER -out "$x/sec1.der" 2>/dev/null
openssl ec -in "$work/prime256v1.pem" -no_public -outform DER -out "$x/sec1-nopublic.der" 2>/dev/null
openssl ec -in "$work/prime256v1.pem" -pubout -conv_form compressed -outform DER -out "$x/spki-compressed.der" 2>/dev/null
openssl ec -in "$work/prime256v1.pem" -pubout -conv_form hybrid -outform DER -out "$x/spki-hybrid.der" 2>/dev/null
openssl dsa -in "$work/dsa.pem" -outform DER -out "$x/dsaprivatekey.der" 2>/dev/null
openssl pkcs8 -topk8 -in "$work/prime256v1.pem" -passout pass:x -outform DER -out "$x/encrypted.der"

# A v1 certificate, a GeneralizedTime, an empty subject, unique names.
openssl req -new -key "$work/prime256v1.pem" -subj / -out "$work/empty.csr"
openssl x509 -req -in "$work/empty.csr" -signkey "$work/prime256v1.pem" -days 20000 -outform DER -out "$x/cert-v1.der" 2>/dev/null
openssl x509 -in "$work/prime256v1.crt" -trustout -addtrust serverAuth -setalias a -outform DER -out "$x/trusted.der"

# Bundles: degenerate, signed (DER), signed as a stream (BER), with a CRL, empty.
b=$PWD/bundle
openssl crl2pkcs7 -nocrl -certfile "$work/prime256v1.crt" -certfile "$work/ed25519.crt" -outform DER -out "$b/degenerate.p7b"
openssl crl2pkcs7 -nocrl -outform DER -out "$b/empty.p7b" -certfile /dev/null
echo hello >"$work/hello"
openssl cms -sign -in "$work/hello" -signer "$work/prime256v1.crt" -inkey "$work/prime256v1.pem" -certfile "$work/ed25519.crt" \
	-nodetach -outform DER -out "$b/signed.p7s"
openssl cms -sign -in "$work/hello" -signer "$work/prime256v1.crt" -inkey "$work/prime256v1.pem" -nodetach -stream -outform DER \
	-out "$b/stream.p7s"
openssl smime -sign -in "$work/hello" -signer "$work/prime256v1.crt" -inkey "$work/prime256v1.pem" -outform DER -out "$b/smime.p7s"

# Names (first byte 0), DER times (1), text times (others).
n=$PWD/name_time
number=0
for subject in '/' '/C=US/O=Example/CN=a' '/CN=a+UID=b/O=c' '/CN= a, "b" <c>;#\\ ' '/CN=zürich/emailAddress=a@example.org' \
	'/1.2.3.4.5=x/DC=example/serialNumber=1'; do
	for mask in utf8only default nombstr pkix; do
		number=$((number + 1))
		printf '[req]\ndistinguished_name=dn\nstring_mask=%s\n[dn]\n' "$mask" >"$work/req.cnf"
		openssl req -config "$work/req.cnf" -utf8 -multivalue-rdn -new -key "$work/ed25519.pem" -subj "$subject" -outform DER \
			-out "$work/name.csr" 2>/dev/null || continue
		at=$(openssl asn1parse -inform DER -in "$work/name.csr" | sed -n '4s/^ *\([0-9]*\):.*/\1/p')
		openssl asn1parse -inform DER -in "$work/name.csr" -strparse "$at" -noout -out "$work/name"
		{ printf '\000' && cat "$work/name"; } >"$n/name-$number"
	done
done
# ASN.1 says {type: string}: one attribute of each string type, CN.
for string in UTF8 PRINTABLE IA5 T61 BMP UNIV NUMERIC VISIBLE OCT; do
	printf 'asn1=SEQUENCE:name\n[name]\nrdn=SET:rdn\n[rdn]\nattribute=SEQUENCE:attribute\n[attribute]\ntype=OID:2.5.4.3\nvalue=%s:1 2\n' \
		"$string" >"$work/name.cnf"
	openssl asn1parse -genconf "$work/name.cnf" -noout -out "$work/name"
	{ printf '\000' && cat "$work/name"; } >"$n/string-$string"
done
printf '\001\027\r500101000000Z' >"$n/utc-1950"
printf '\001\027\r491231235959Z' >"$n/utc-2049"
printf '\001\030\01720500101000000Z' >"$n/generalized-2050"
printf '\001\030\01720000229120000Z' >"$n/generalized-leap"
printf '\0022024-01-01T00:00:00Z' >"$n/text-z"
printf '\0022024-02-29t23:59:60.123+05:30' >"$n/text-offset"
printf '\0020000-01-01T00:00:00+23:59' >"$n/text-before-0000"
