#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make-examples.sh BUILD-DIR - makes the example certificates again: the weak keys by keyassay's own tools, the others by openssl. The
# private keys are thrown away; the sound ones are new each time, so those files differ from run to run.
set -eu
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../examples"
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT

openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$keys/sound.pem"
"$build/cli/keyassay" debian key --type rsa:2048 --architecture le32 --randfile rnd --pid 4242 --format pem \
	>"$keys/debian-weak.pem"
"$build/tools/make-roca-key" 2048 "keyassay example" >"$keys/roca.pem"
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out "$keys/too-small.pem"
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$keys/expired.pem"

cat >"$keys/ca.cnf" <<CNF
[ca]
default_ca = example
[example]
dir = $keys
database = $keys/index.txt
new_certs_dir = $keys
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = extensions
unique_subject = no
[any]
organizationName = supplied
commonName = supplied
[extensions]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[req]
distinguished_name = name
[name]
CNF
: >"$keys/index.txt"

# ca NAME COMMON-NAME FROM TO
ca()
{
	openssl req -new -config "$keys/ca.cnf" -key "$keys/$1.pem" -subj "/O=keyassay examples/CN=$2" -out "$keys/$1.csr"
	openssl ca -batch -selfsign -notext -config "$keys/ca.cnf" -keyfile "$keys/$1.pem" -in "$keys/$1.csr" \
		-startdate "$3" -enddate "$4" -out "$1-ca.pem" 2>"$keys/log" || { cat "$keys/log" >&2; return 1; }
}

ca sound "Sound CA" 20240101000000Z 20991231235959Z
ca debian-weak "CA made on Debian in 2007" 20240101000000Z 20991231235959Z
ca roca "CA from an Infineon smart card" 20240101000000Z 20991231235959Z
ca too-small "CA with a 1024-bit key" 20240101000000Z 20991231235959Z
ca expired "CA of the last decade" 20100101000000Z 20191231235959Z
