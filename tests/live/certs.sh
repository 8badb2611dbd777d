#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# certs.sh DIR [HOST]: a private test CA and server certificates of all kinds, made on the spot with
# openssl(1). Each NAME.pem holds key, certificate and chain; ca.pem and other-ca.pem are the roots, hashed/ is
# ca.pem as a hashed directory. HOST (default imap.boxwood.test) is whom the good ones are for, with localhost
# and 127.0.0.1.
set -eu
dir=$1 host=${2:-imap.boxwood.test}
umask 077
mkdir -p "$dir/issued"
cd "$dir"
good="DNS:$host,DNS:localhost"

cat >ca.cnf <<EOF
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = issued
rand_serial = yes
policy = any
unique_subject = no
default_md = sha256
[any]
commonName = supplied
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
EOF
: >index.txt

ec_key() {
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null
}

# root NAME CN
root() {
	ec_key "$1"
	openssl req -config ca.cnf -x509 -new -key "$1.key" -subj "/CN=$2" -days 3650 -out "$1.crt" \
		-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
	cp "$1.crt" "$1.pem"
}

# leaf NAME CN SAN [ISSUER] [START] [END] [EXTRA-EXTENSION] [DIGEST]: signs NAME.key, made if missing
leaf() {
	[ -f "$1.key" ] || cp leaf.key "$1.key"
	{
		echo "${7:-basicConstraints=critical,CA:FALSE}"
		[ -z "$3" ] || echo "subjectAltName=$3"
	} >ext.cnf
	openssl req -config ca.cnf -new -key "$1.key" -subj "/CN=$2" -out leaf.csr
	openssl ca -batch -notext -config ca.cnf -cert "${4:-ca}.crt" -keyfile "${4:-ca}.key" -in leaf.csr -out "$1.crt" \
		-startdate "${5:-20200101000000Z}" -enddate "${6:-20991231235959Z}" -extfile ext.cnf -md "${8:-sha256}" \
		2>ca.log || {
		cat ca.log >&2
		exit 1
	}
	cat "$1.key" "$1.crt" >"$1.pem"
}

ec_key leaf
root ca "Boxwood Test CA"
root other-ca "Another Test CA"

leaf good "$host" "$good,IP:127.0.0.1,IP:::1"
leaf ip "127.0.0.1" "IP:127.0.0.1"
leaf name-only "127.0.0.1" "DNS:127.0.0.1,DNS:elsewhere.example"
leaf wrong evil.example DNS:evil.example
leaf cn-only "$host" ""
leaf cn-other "$host" DNS:other.example
leaf expired "$host" "$good" ca 20190101000000Z 20200101000000Z
leaf future "$host" "$good" ca 20980101000000Z 20991231235959Z
leaf other-chain "$host" "$good" other-ca

# Wildcards: one whole label is all that counts.
leaf wild "$host" "DNS:*.${host#*.}"
leaf wild-tld "$host" "DNS:*.${host##*.}"
leaf wild-part "$host" "DNS:i*.${host#*.}"
leaf wild-two "$host" "DNS:*.*.${host##*.}"

# The host's name, a NUL and a stranger's, as one dNSName.
name_hex=$(printf '%s\0.evil.example' "$host" | od -An -v -tx1 | tr -d ' \n')
name_len=$((${#name_hex} / 2))
leaf nul "$host" "$(printf 'DER:30%02x82%02x%s' $((name_len + 2)) "$name_len" "$name_hex")"

openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out short.key 2>/dev/null
leaf short "$host" "$good"
leaf sha1 "$host" "$good" ca "" "" "" sha1

ec_key self
openssl req -config ca.cnf -x509 -new -key self.key -subj "/CN=$host" -days 3650 -addext "subjectAltName=$good" \
	-out self.crt
cat self.key self.crt >self.pem
ec_key self2
openssl req -config ca.cnf -x509 -new -key self2.key -subj "/CN=$host" -days 3650 -addext "subjectAltName=$good" \
	-out self2.crt
cat self2.key self2.crt >self2.pem

# Chains: through an intermediate that is sound, expired, or no authority at all.
for kind in mid mid-expired no-ca; do
	ec_key "$kind-issuer"
	authority="basicConstraints=critical,CA:TRUE" end=20991231235959Z
	[ $kind != no-ca ] || authority="basicConstraints=critical,CA:FALSE"
	[ $kind != mid-expired ] || end=20210101000000Z
	leaf $kind-issuer "Test issuer $kind" "" ca 20200101000000Z $end "$authority"
	leaf $kind "$host" "$good" $kind-issuer
	cat $kind-issuer.crt >>$kind.pem
done

# Revocation: answers of OCSP are made by who needs them, the lists stand behind the root in one file.
leaf revoked "$host" "$good"
leaf must-staple "$host" "$good" ca "" "" tlsfeature=status_request
leaf responder "Test responder" "" ca "" "" extendedKeyUsage=OCSPSigning
leaf other-responder "Other responder" "" other-ca "" "" extendedKeyUsage=OCSPSigning
# list NAME [GENCRL-OPTION..]
list() {
	name=$1
	shift
	openssl ca -config ca.cnf -cert ca.crt -keyfile ca.key -md sha256 -gencrl "$@" -out "$name.crl" 2>/dev/null
	cat ca.crt "$name.crl" >"ca-$name.pem"
}
openssl ca -config ca.cnf -cert ca.crt -keyfile ca.key -revoke revoked.crt 2>/dev/null
list listed -crldays 3650
list listed-once -crl_lastupdate 20200101000000Z -crl_nextupdate 20200201000000Z
openssl ca -config ca.cnf -cert ca.crt -keyfile ca.key -revoke mid-issuer.crt 2>/dev/null
list issuer-listed -crldays 3650
cat other-ca.crt listed.crl >other-ca-listed.pem

# A stranger's certificate with good ones behind it.
cat wrong.key wrong.crt good.crt ca.crt >wrong-and-good.pem
cat self.key self.crt good.crt ca.crt >self-and-good.pem

mkdir -p hashed
cp ca.crt "hashed/$(openssl x509 -in ca.crt -noout -hash).0"
: >empty.pem
# The pins, as mailrc has them.
for name in good self self2; do
	openssl x509 -in $name.crt -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r |
		cut -d' ' -f1 >$name.pin
done
