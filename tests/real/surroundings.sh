# SPDX-License-Identifier: Apache-2.0
# The world as the programs see it: names, addresses, a name server that knows nobody, mirrors, and two registries.
# Addresses are those of TEST-NET-3 on the loopback device, since Docker takes 127.0.0.0/8 for insecure by itself.

servers=(   # LISTEN arguments of fake_registry
  "tls:203.0.113.10:443:good.pem" "plain:203.0.113.11:5000" "tls:203.0.113.12:443:own-ca.pem" "tls:203.0.113.13:443:expired.pem"
  "tls:203.0.113.14:443:tomorrow.pem" "tls:203.0.113.15:443:other-name.pem" "mute:203.0.113.16:443" "dns:127.0.0.1:53"
)

make_surroundings() {
  local last
  ip link set lo up || return 1
  for last in 10 11 12 13 14 15 16 20; do ip address add "203.0.113.$last/32" dev lo || return 1; done
  mkdir -p "$work/etc/docker" "$work/hosts"
  cat > "$work/etc/hosts" <<END
127.0.0.1 localhost
203.0.113.10 registry.shop.example basic.shop.example bearer.shop.example tlsonly.shop.example blobs.shop.example mirror.shop.example
203.0.113.10 hub3.shop.example
203.0.113.11 plain.shop.example
203.0.113.12 own-ca.shop.example
203.0.113.13 expired.shop.example
203.0.113.14 tomorrow.shop.example
203.0.113.15 other-name.shop.example
203.0.113.16 mute.shop.example
203.0.113.20 real.shop.example
198.51.100.7 far.shop.example
END
  grep -q '^docker.io/' <(table | cut -f3) && echo 203.0.113.10 registry-1.docker.io >> "$work/etc/hosts"
  echo 'nameserver 127.0.0.1' > "$work/etc/resolv.conf"
  printf 'passwd: files\ngroup: files\nhosts: files dns\n' > "$work/etc/nsswitch.conf"
  grep -v docker.io "$work/etc/hosts" > "$work/etc/hosts.closed"
  for name in hosts resolv.conf nsswitch.conf; do mount --bind "$work/etc/$name" "/etc/$name" || return 1; done
  mkdir -p /etc/docker && mount --bind "$work/etc/docker" /etc/docker || return 1

  mirror tlsonly.shop.example:443 http://tlsonly.shop.example:443 http://tlsonly.shop.example:443
  mirror hub1.shop.example https://mirror.shop.example:5001 https://mirror.shop.example:5001
  mirror hub2.shop.example https://mirror.shop.example https://mirror.shop.example
  mirror hub4.shop.example https://mirror.shop.example https://mirror.shop.example
  mirror hub3.shop.example https://hub3.shop.example https://mirror.shop.example:5001
}

mirror() {   # mirror HOST SERVER MIRROR: a hosts.toml
  mkdir -p "$work/hosts/$1"
  printf 'server = "%s"\n\n[host."%s"]\n  capabilities = ["pull", "resolve"]\n' "$2" "$3" > "$work/hosts/$1/hosts.toml"
}

# table: the rows of `cases`, columns separated by tabs: name, tools, image, faults, options, causes
table() { sed -E '/^(#|$)/d; s/ {2,}/\t/g' "$here/cases"; }

# The faults file: a row's repository and its faults, and after a + another repository's. A row's image is made for it,
# and is served for whatever tag is asked; `tag=none` is not there.
make_faults() {
  local name tools image faults rest repository word
  while IFS=$'\t' read -r name tools image faults rest; do
    [[ $faults == - ]] && faults=
    [[ $faults == *tag=* ]] || faults="tag=$name $faults"
    repository=${image%:*} repository=${repository/#docker.io/registry-1.docker.io}
    printf %s "$repository"
    for word in $faults; do
      if [[ $word == +* ]]; then printf '\n%s' "${word#+}"; else printf ' %s' "$word"; fi
    done
    echo
  done < <(table)
}

start_registries() {
  make_faults > "$work/faults"
  (cd "$certs" && exec "$FAKE_REGISTRY" "$images" "$work/faults" "${servers[@]}") > "$work/registry.ports" 2> "$work/registry.log" &
  wait_for 10 grep -q ready "$work/registry.ports" || return 1
  mkdir -p "$work/real"
  cat > "$work/real/config.yml" <<END
version: 0.1
log: {level: debug}
storage: {filesystem: {rootdirectory: $work/real/data}, delete: {enabled: true}}
http: {addr: "203.0.113.20:443", tls: {certificate: $certs/good.pem, key: $certs/good.key}}
END
  docker-registry serve "$work/real/config.yml" > "$work/real/log" 2>&1 &
  wait_for 10 curl -sf --cacert "$certs/trusted.pem" https://real.shop.example/v2/ || return 1
  push_image 1 real.shop.example/shop/hello:1
}
