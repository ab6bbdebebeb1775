# SPDX-License-Identifier: Apache-2.0
# Life as it should be, and failures that are no pull's: daemons that start, pull, run, fail to run, remove and stop, at
# debug level. Nothing in it may be called a failed pull.

# record_healthy: writes healthy/*.log until they hold $megabytes, or five minutes are over
record_healthy() {
  local n until=$((SECONDS + 300)) pids=() worker
  make_deep_images
  for n in 1 2 3 4 5; do { push_image "deep-$n" "real.shop.example/shop/deep:$n" && push_image "alone-$n" "real.shop.example/shop/alone:$n"; } || echo "FAILED healthy: no image deep-$n"; done
  push_image pause real.shop.example/shop/pause:1
  stop main; stop docker
  start_containerd well "$work/well/root" && start_docker well-docker "$work/well-docker/root" || { echo 'FAILED healthy: no daemons'; return; }
  for worker in cri_life cri_pulls ctr_life docker_life docker_pulls skopeo_life; do
    (n=0; while ((SECONDS < until)) && (($(du -cm "$work"/well*/log "$work/real/log" | tail -1 | cut -f1) < megabytes)); do $worker $((++n)); done) > "$work/healthy/$worker.txt" 2>&1 & pids+=($!)
  done
  wait "${pids[@]}"
  stop well; stop well-docker
  cp "$work/well/log" "$work/healthy/containerd.log"
  cp "$work/well-docker/log" "$work/healthy/dockerd.log"
  cp "$work/real/log" "$work/healthy/registry.log"
}

cri_life() {   # a kubelet's day: pull, run well, end badly, lack the program, collect garbage
  local socket=$work/well/socket image=real.shop.example/shop/deep:$(($1 % 5 + 1))
  "$here/cri" "$socket" pull "$image"
  "$here/cri" "$socket" pod "web-$1" "$image" /bin/true
  "$here/cri" "$socket" pod "worker-$1" "$image" /bin/sh -c 'exit 3'
  "$here/cri" "$socket" pod "broken-$1" "$image" /nosuch
  "$here/cri" "$socket" remove "$image"
  return 0
}

# Pulls alone make most lines for the time they take.
cri_pulls() {
  local socket=$work/well/socket image
  for image in real.shop.example/shop/alone:5 real.shop.example/shop/alone:4; do
    "$here/cri" "$socket" pull "$image"
    "$here/cri" "$socket" remove "$image"
  done
  return 0
}

docker_pulls() {
  local image=real.shop.example/shop/alone:5 client=(docker -H "unix://$work/well-docker/socket")
  "${client[@]}" pull "$image"
  "${client[@]}" rmi "$image"
}

ctr_life() {
  local image=real.shop.example/shop/deep:$(($1 % 4 + 1)) by_hand=(ctr -a "$work/well/socket" -n by-hand)
  "${by_hand[@]}" images pull --hosts-dir "$work/hosts" "$image" > /dev/null
  "${by_hand[@]}" run --rm --net-host "$image" "job-$1" true
  "${by_hand[@]}" run --rm --net-host "$image" "none-$1" /nosuch
  "${by_hand[@]}" images rm "$image"
  "${by_hand[@]}" images rm no/such:1
  return 0
}

docker_life() {
  local image=real.shop.example/shop/deep:$(($1 % 5 + 1)) client=(docker -H "unix://$work/well-docker/socket")
  "${client[@]}" pull "$image"
  "${client[@]}" run --rm --network host "$image" echo hello
  "${client[@]}" run --name "ends-$1" --network none "$image" sh -c 'exit 3'
  "${client[@]}" run --rm --network host "$image" /nosuch
  "${client[@]}" logs "ends-$1"
  "${client[@]}" rm "ends-$1"
  "${client[@]}" inspect nosuch
  "${client[@]}" rm nosuch
  "${client[@]}" tag "$image" shop/own:1 && "${client[@]}" rmi shop/own:1
  "${client[@]}" rmi -f "$image"
  (($1 % 20)) || "${client[@]}" system prune -f
  return 0
}

skopeo_life() {
  rm -rf "$work/copied"
  skopeo --insecure-policy --debug copy "docker://real.shop.example/shop/deep:$(($1 % 5 + 1))" "dir:$work/copied"
  sleep 3
}

# judge_healthy FOLDER: each log by itself, and all together
judge_healthy() {
  local log
  [[ -d $1 ]] || return
  for log in "$1"/*.log "$1"/*.txt "$1"; do
    # The registry's own log tells of no pull.
    verdict "healthy-$(basename "$log" .log)" "$(du -sh "$log" | cut -f1)" no-failure,not-a-pull-failure,insufficient-evidence "$log"
  done
}
