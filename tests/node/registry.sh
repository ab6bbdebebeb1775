# SPDX-License-Identifier: Apache-2.0
# A registry in the node's network, and pulls from it. 127.0.0.1:5000 speaks plain HTTP, registry.shop.example TLS of an
# authority that nobody trusts. shop/web:1 and its like are whole; of what shop/slow serves, blobs stop in mid-stream.

. tests/real/certificates.sh
. tests/real/images.sh

# make_registry: the images and certificates, once for all nodes
make_registry() {
  local folder=$scratch/registry tag layer=application/vnd.docker.image.rootfs.diff.tar.gzip
  images=$folder/images certs=$folder/certs
  mkdir -p "$images/manifests" "$images/blobs" "$certs"
  make_ca private && make_certificate own-ca private '-1 day' '+1 year' '*.shop.example' || return 1
  for tag in 1 2 big; do
    mkdir -p "$folder/$tag/srv"
    head -c $([ $tag = big ] && echo 30000000 || echo 400000) /dev/urandom > "$folder/$tag/srv/data"
    tar -C "$folder/$tag" --owner=0 --group=0 --numeric-owner -cf "$folder/$tag.tar" .
    make_image "$tag" amd64 $layer "$folder/$tag.tar"
  done
  printf '%s\n' '127.0.0.1:5000/shop/slow blob=stall(4000000)' > "$folder/faults"
}

# start_registry: in the network of the node that runs
start_registry() {
  nsenter -t "$leader" -n "$fake_registry" "$scratch/registry/images" "$scratch/registry/faults" plain:127.0.0.1:5000 \
    "tls:127.0.0.1:443:$scratch/registry/certs/own-ca.pem" > "$scratch/registry.ready" 2> "$scratch/registry.log" &
  registry=$!
  for _ in $(seq 100); do grep -q ready "$scratch/registry.ready" && break; sleep 0.05; done
  echo '127.0.0.1 registry.shop.example' >> "$root/etc/hosts"
}
inside() { echo "/proc/$leader/root$1"; }
cri() { tests/real/cri "$(inside /run/containerd/containerd.sock)" "$@" > "$scratch/cri" 2>&1; }
can_pull() { cri pull "$1" || wrong "$1 is not pulled: $(head -c 300 "$scratch/cri")"; }
cannot_pull() { ! cri pull "$1" || wrong "$1 is pulled"; }
asked_registry() { grep -qF -- "$1" "$scratch/registry.log" || wrong "the registry was not asked for $1"; }

# The layer of an image of ours: the digest without its algorithm
layer_of() { tail -n +2 "$scratch/registry/images/manifests/$1" | jq -r '.layers[0].digest' | cut -d: -f2; }
blob() { inside "/var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/$1"; }
# begin_pull IMAGE: one that stays in flight until end_pull
begin_pull() {
  curl_of=$(mktemp -u "$scratch/pull-XXXX")
  tests/real/cri "$(inside /run/containerd/containerd.sock)" pull "$1" > "$curl_of" 2>&1 &
  puller=$!
  for _ in $(seq 100); do ls "$(inside /var/lib/containerd/io.containerd.content.v1.content/ingest)"/*/data > /dev/null 2>&1 && return; sleep 0.05; done
  wrong "no download of $1 was begun"
}
end_pull() { pkill -P "$puller"; wait "$puller" 2> /dev/null; }
