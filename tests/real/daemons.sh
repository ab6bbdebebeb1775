# SPDX-License-Identifier: Apache-2.0
# Starts and stops the real programs, each in a folder of its own, and pulls with them. Everything runs in namespaces of
# the run (network, mounts, processes), so that what is forgotten here ends with it.

wait_for() {   # wait_for SECONDS COMMAND...
  local until=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    ((SECONDS < until)) || return 1
    sleep 0.1
  done
}

make_disk() {   # make_disk FOLDER MEGABYTES INODES
  truncate -s "$2M" "$1.img" && mkfs.ext4 -q -F -m 0 -N "$3" "$1.img" && mkdir -p "$1" && mount -o loop,errors=remount-ro "$1.img" "$1"
}

start_containerd() {   # start_containerd NAME ROOT
  local folder=$work/$1
  mkdir -p "$folder" "$2"
  cat > "$folder/config.toml" <<END
version = 2
root = "$2"
state = "$folder/state"
[grpc]
  address = "$folder/socket"
[debug]
  level = "debug"
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  sandbox_image = "real.shop.example/shop/pause:1"
[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "$work/hosts"
[plugins."io.containerd.internal.v1.opt"]
  path = "$folder/opt"
END
  containerd --config "$folder/config.toml" > "$folder/log" 2>&1 &
  echo $! > "$folder/pid"
  wait_for 20 ctr -a "$folder/socket" version
}

start_docker() {   # start_docker NAME ROOT; a name that ends in -closed: registry-1.docker.io does not resolve
  local folder=$work/$1 root=$2 hosts=/etc/hosts
  [[ $1 == *-closed ]] && hosts=$work/etc/hosts.closed
  mkdir -p "$folder" "$root"
  [[ -f $folder/daemon.json ]] || echo '{}' > "$folder/daemon.json"
  unshare --mount sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' "$hosts" \
    dockerd --config-file "$folder/daemon.json" --data-root "$root" --exec-root "$folder/exec" --pidfile "$folder/dockerd.pid" --host "unix://$folder/socket" --debug \
    --iptables=false --ip6tables=false --bridge=none --storage-driver overlay2 --max-download-attempts 1 > "$folder/log" 2>&1 &
  echo $! > "$folder/pid"
  wait_for 30 docker -H "unix://$folder/socket" version
}

stop() {   # stop NAME: by its own process id, and waits
  local pid
  pid=$(cat "$work/$1/pid") && kill "$pid" 2> /dev/null
  wait "$pid" 2> /dev/null
}

# pull TOOL DAEMON IMAGE USER PLAIN: one pull; what it prints goes to stdout, as a person would see it
pull() {
  local folder=$work/$2 image=$3 user=$4 plain=$5 options=()
  case $1 in
    cri)
      "$here/cri" "$folder/socket" pull "$image" "$user" 2>&1 ;;
    ctr)
      [[ $user == - ]] || options+=(--user "puller:$user")
      [[ $plain == - ]] || options+=(--plain-http)
      timeout 60 ctr -a "$folder/socket" -n by-hand images pull --hosts-dir "$work/hosts" "${options[@]}" "$image" 2>&1 ;;
    docker)
      mkdir -p "$work/docker-home-$user"
      [[ $user == - ]] || jq -n --arg h "${image%%/*}" --arg a "$(printf 'puller:%s' "$user" | base64)" '{auths:{($h):{auth:$a}}}' > "$work/docker-home-$user/config.json"
      timeout 60 docker --config "$work/docker-home-$user" -H "unix://$folder/socket" pull "$image" 2>&1 ;;
    skopeo)
      [[ $user == - ]] || options+=(--src-creds "puller:$user")
      rm -rf "$work/skopeo"
      timeout 60 skopeo --insecure-policy --tmpdir "$work" copy "${options[@]}" "docker://$image" "dir:$work/skopeo" 2>&1 ;;
  esac
}
