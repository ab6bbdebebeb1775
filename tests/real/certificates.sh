# SPDX-License-Identifier: Apache-2.0
# A CA that the programs trust, one that they don't, and the servers' certificates, below $certs: NAME.pem has the key
# and the chain, trusted.pem what SSL_CERT_FILE points to. `openssl ca` and not `openssl x509`: only it takes dates.

make_ca() {
  local folder=$certs/$1
  mkdir -p "$folder"
  : > "$folder/index"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/O=Shop/CN=$1" \
    -keyout "$folder/key.pem" -out "$folder/ca.pem" 2>> "$certs/log"
}

# make_certificate NAME CA FROM TO HOST...   (FROM and TO as `date -d` takes them)
make_certificate() {
  local name=$1 ca=$certs/$2 from=$3 to=$4 hosts
  shift 4
  hosts=$(printf 'DNS:%s,' "$@")
  cat > "$certs/$name.cnf" <<END
[ca]
default_ca = one
[one]
database = $ca/index
new_certs_dir = $ca
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
[extensions]
subjectAltName = ${hosts%,}
END
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$certs/$name.key" -out "$certs/$name.csr" 2>> "$certs/log" &&
  openssl ca -batch -notext -config "$certs/$name.cnf" -extensions extensions -keyfile "$ca/key.pem" -cert "$ca/ca.pem" -in "$certs/$name.csr" \
    -startdate "$(date -u -d "$from" +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d "$to" +%Y%m%d%H%M%SZ)" -out "$certs/$name.crt" 2>> "$certs/log" &&
  cat "$certs/$name.key" "$certs/$name.crt" "$ca/ca.pem" > "$certs/$name.pem"
}

make_certificates() {
  make_ca trusted && make_ca private &&
  make_certificate good trusted '-1 day' '+1 year' '*.shop.example' registry-1.docker.io &&
  make_certificate own-ca private '-1 day' '+1 year' '*.shop.example' &&
  make_certificate expired trusted '-90 days' '-2 days' '*.shop.example' &&
  make_certificate tomorrow trusted '+1 day' '+1 year' '*.shop.example' &&
  make_certificate other-name trusted '-1 day' '+1 year' registry.store.example &&
  cp "$certs/trusted/ca.pem" "$certs/trusted.pem"
}
