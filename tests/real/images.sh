# SPDX-License-Identifier: Apache-2.0
# Makes the images that the registries serve, below $images: manifests/TAG, manifests/sha256:HEX (media type, newline,
# manifest) and blobs/sha256:HEX, as fake_registry reads them.

docker_types=application/vnd.docker.distribution.manifest

# put_blob FILE: prints its digest
put_blob() {
  local digest
  digest=sha256:$(sha256sum < "$1" | cut -d' ' -f1)
  cp "$1" "$images/blobs/$digest"
  echo "$digest"
}

# put_manifest TAG TYPE FILE
put_manifest() {
  local digest
  digest=sha256:$(sha256sum < "$3" | cut -d' ' -f1)
  { echo "$2"; cat "$3"; } > "$images/manifests/$digest"
  cp "$images/manifests/$digest" "$images/manifests/$1"
}

declare -A packed   # tar file -> "digest diff_id"

# make_image TAG ARCHITECTURE LAYER_TYPE TAR...: TAR is a tar file, or anything else that a layer should not be
# $command is what its containers run.
command='["/bin/sh"]'
make_image() {
  local tag=$1 architecture=$2 type=$3 tar diffs='[]' layers='[]' digest
  shift 3
  for tar; do
    if [[ -z ${packed[$tar]:-} ]]; then
      gzip -1 -n < "$tar" > "$images/layer.gz"
      packed[$tar]="$(put_blob "$images/layer.gz") sha256:$(sha256sum < "$tar" | cut -d' ' -f1)"
    fi
    digest=${packed[$tar]% *}
    diffs=$(jq -c --arg d "${packed[$tar]#* }" '. + [$d]' <<< "$diffs")
    layers=$(jq -c --arg t "$type" --arg d "$digest" --argjson s "$(stat -c %s "$images/blobs/$digest")" '. + [{mediaType:$t, size:$s, digest:$d}]' <<< "$layers")
  done
  jq -nc --arg a "$architecture" --argjson d "$diffs" --argjson c "$command" '{architecture:$a, os:"linux", created:"2026-01-01T00:00:00Z",
    config:{Env:["PATH=/bin"], Cmd:$c}, rootfs:{type:"layers", diff_ids:$d}, history:[$d[] | {created:"2026-01-01T00:00:00Z", created_by:"ADD"}]}' > "$images/config.json"
  digest=$(put_blob "$images/config.json")
  jq -n --arg t "$docker_types.v2+json" --arg c "$digest" --argjson s "$(stat -c %s "$images/config.json")" --argjson l "$layers" \
    '{schemaVersion:2, mediaType:$t, config:{mediaType:"application/vnd.docker.container.image.v1+json", size:$s, digest:$c}, layers:$l}' > "$images/manifest.json"
  put_manifest "$tag" "$docker_types.v2+json" "$images/manifest.json"
}

make_images() {
  local layer=application/vnd.docker.image.rootfs.diff.tar.gzip root=$work/rootfs name rest
  mkdir -p "$images/manifests" "$images/blobs" "$root/base/bin" "$root/base/etc" "$root/data/srv" "$root/big/srv" "$root/many/srv"
  cp "$(command -v busybox)" "$root/base/bin/busybox"
  for name in sh ls cat echo sleep true false seq; do ln -s busybox "$root/base/bin/$name"; done
  echo root:x:0:0:root:/:/bin/sh > "$root/base/etc/passwd"
  head -c 300000 /dev/urandom > "$root/data/srv/data"
  head -c 40000000 /dev/urandom > "$root/big/srv/data"
  (cd "$root/many/srv" && seq 1 6000 | xargs touch)
  mkdir -p "$work/deep"
  for name in base data big many; do tar -C "$root/$name" --owner=0 --group=0 --numeric-owner -cf "$root/$name.tar" .; done
  head -c 100000 /dev/urandom > "$root/junk.tar"
  cp "$root/base.tar" "$work/deep/"

  make_image 1 amd64 $layer "$root/base.tar" "$root/data.tar"
  # Each row has a layer of its own, or its blobs would be in the store already.
  while IFS=$'\t' read -r name rest; do
    head -c 200000 /dev/urandom > "$root/data/srv/data"
    tar -C "$root/data" --owner=0 --group=0 --numeric-owner -cf "$root/$name.tar" .
    make_image "$name" amd64 $layer "$root/base.tar" "$root/$name.tar"
  done < <(table)
  command='["/bin/sleep", "100000"]' make_image pause amd64 $layer "$root/base.tar"
  make_image big amd64 $layer "$root/base.tar" "$root/big.tar"
  make_image many amd64 $layer "$root/base.tar" "$root/many.tar"
  make_image junk amd64 $layer "$root/base.tar" "$root/junk.tar"
  make_image sealed amd64 application/vnd.oci.image.layer.v1.tar+gzip+encrypted "$root/big.tar"

  make_image arm arm64 $layer "$root/base.tar"
  jq -n --arg t "$docker_types" --arg d "sha256:$(sha256sum < "$images/manifest.json" | cut -d' ' -f1)" --argjson s "$(stat -c %s "$images/manifest.json")" \
    '{schemaVersion:2, mediaType:($t + ".list.v2+json"), manifests:[{mediaType:($t + ".v2+json"), size:$s, digest:$d, platform:{architecture:"arm64", os:"linux"}}]}' > "$images/list.json"
  put_manifest arm $docker_types.list.v2+json "$images/list.json"

  # Schema 1 (2016) without its signature, as registries serve that convert by themselves.
  local digest
  gzip -1 -n < "$root/base.tar" > "$images/layer.gz"
  digest=$(put_blob "$images/layer.gz")
  jq -n --arg d "$digest" '{schemaVersion:1, name:"shop/old", tag:"1", architecture:"amd64", fsLayers:[{blobSum:$d}],
    history:[{v1Compatibility:"{\"id\":\"4d9e2f00a1b2c3d4e5f60718293a4b5c6d7e8f900112233445566778899aabbc\",\"os\":\"linux\",\"architecture\":\"amd64\",\"created\":\"2016-01-01T00:00:00Z\",\"config\":{}}"}]}' > "$images/schema1.json"
  put_manifest schema1 $docker_types.v1+json "$images/schema1.json"
  rm -r "$root" "$images"/*.json "$images/layer.gz"
}

# Images of many layers, as real ones are: deep-1 to deep-5. Their layers are small, since only lines are wanted of them.
make_deep_images() {
  local root=$work/deep n layer tars
  mkdir -p "$root/srv"
  tar -C "$root" -cf "$root/alone.tar" --files-from /dev/null
  for n in 1 2 3 4 5; do
    tars=("$root/base.tar")
    for layer in $(seq $((n * 8))); do
      head -c 3000 /dev/urandom > "$root/srv/$layer"
      tar -C "$root" --owner=0 --group=0 --numeric-owner -cf "$root/$n-$layer.tar" "srv/$layer"
      tars+=("$root/$n-$layer.tar")
    done
    make_image "deep-$n" amd64 application/vnd.docker.image.rootfs.diff.tar.gzip "${tars[@]}"
    make_image "alone-$n" amd64 application/vnd.docker.image.rootfs.diff.tar.gzip "${tars[@]:1}" "$root/alone.tar"   # no layer in common to begin with
  done
  rm -r "$root" "$images"/*.json "$images/layer.gz"
}

# push_image TAG HOST/REPOSITORY:TAG: to a real registry, by skopeo out of a folder that has the same blobs
push_image() {
  local folder=$work/push digest
  rm -rf "$folder"; mkdir -p "$folder"
  echo 'Directory Transport Version: 1.1' > "$folder/version"
  tail -n +2 "$images/manifests/$1" > "$folder/manifest.json"
  for digest in $(jq -r '.config.digest, .layers[].digest' "$folder/manifest.json"); do cp "$images/blobs/$digest" "$folder/${digest#sha256:}"; done
  skopeo --insecure-policy copy -q "dir:$folder" "docker://$2"
}
