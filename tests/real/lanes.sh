# SPDX-License-Identifier: Apache-2.0
# Does what the rows of the table say, and records what the programs wrote: cases/NAME-TOOL/ has status, all/ (with
# debug lines) and info/ (without).

option() { [[ " $1 " =~ \ ($2)=([^ ]*) ]] && echo "${BASH_REMATCH[2]}"; }

# run_lane LANE: all rows for cri, for docker, or for the programs that have no daemon (ctr's only stores the bytes)
run_lane() {
  local lane=$1 tools=$1 name for image faults options causes tool
  [[ $lane == by-hand ]] && tools='ctr skopeo'
  while IFS=$'\t' read -r -u 3 name for image faults options causes; do
    for tool in $tools; do
      [[ ,$for, == *",$tool,"* && "$name-$tool" =~ $only ]] && run_case "$name" "$tool" "$image" "$options"
    done
  done 3< <(table)
}

run_case() {   # NAME TOOL IMAGE OPTIONS
  local name=$1 tool=$2 image=$3 options=$4 daemon=main folder=$work/cases/$1-$2 from user plain=- own=
  [[ $tool == docker ]] && daemon=docker
  mkdir -p "$folder/all" "$folder/info"
  user=$(option "$options" user)
  [[ $options == plain ]] && plain=plain
  if [[ $options == *store=* || $options == *daemon=* ]]; then
    own=yes
    [[ $options == *store=* ]] && daemon=$tool-${options#store=} || daemon=$tool-${options#daemon=}
    start_special "$daemon" "$tool" "$options" || { echo "FAILED $name-$tool: no daemon"; return; }
  fi
  [[ $tool == ctr || $tool == skopeo ]] && from= || from=$(stat -c %s "$work/$daemon/log")
  [[ $options == *store=* ]] && { watch_disk "$work/$daemon/root" "$folder/all" & echo $! > "$folder/watch"; }
  pull "$tool" "$daemon" "$image" "${user:--}" "$plain" > "$folder/all/pull.txt"
  echo $? > "$folder/status"
  [[ -f $folder/watch ]] && { kill "$(cat "$folder/watch")"; wait "$(cat "$folder/watch")"; rm "$folder/watch"; } 2> /dev/null
  if [[ -n $from ]]; then
    tail -c "+$((from + 1))" "$work/$daemon/log" > "$folder/all/daemon.log"
    bring_surroundings "$daemon" "$image" "$options" "$tool" "$folder/all"
    cp "$folder"/all/* "$folder/info/"
    grep -v ' level=debug ' "$folder/all/daemon.log" > "$folder/info/daemon.log"
    [[ -n $own ]] && stop "$daemon"
  fi
}

# The fullest moment is what counts: the runtime cleans up right after it failed.
watch_disk() {   # ROOT INTO
  local use most=-1 inodes most_inodes=-1
  while :; do
    use=$(df --output=pcent "$1" | tail -1) inodes=$(df --output=ipcent "$1" | tail -1)
    ((${use%\%} > most)) && most=${use%\%} && df "$1" > "$2/df.txt"
    ((${inodes%\%} > most_inodes)) && most_inodes=${inodes%\%} && df -i "$1" > "$2/df-i.txt"
  done
}

# What else of this node would be brought along: its kernel's log, the mirrors' configuration.
bring_surroundings() {   # DAEMON IMAGE OPTIONS TOOL INTO
  local hosts=$work/hosts/${2%%/*}/hosts.toml
  [[ $3 == *store=* ]] && dmesg | grep -F "$(basename "$(findmnt -no SOURCE "$work/$1/root")")" | tail -4 > "$5/dmesg.txt"
  [[ $4 == cri && -f $hosts ]] && cp "$hosts" "$5/"
  [[ -s $work/$1/daemon.json && $3 == *daemon=* ]] && cp "$work/$1/daemon.json" "$5/"
}

start_special() {   # DAEMON TOOL OPTIONS: a daemon of its own for this case
  local root=$work/$1/root
  mkdir -p "$work/$1"
  case $3 in
    store=small) make_disk "$root" 30 4000 || return 1 ;;
    store=few-inodes) make_disk "$root" 60 1500 || return 1 ;;
    store=read-only) make_disk "$root" 60 4000 || return 1 ;;
    daemon=mirror-refuses*) echo '{"registry-mirrors": ["https://mirror.shop.example:5001"]}' > "$work/$1/daemon.json" ;;
    daemon=mirror-html*) echo '{"registry-mirrors": ["https://mirror.shop.example"]}' > "$work/$1/daemon.json" ;;
  esac
  if [[ $2 == cri ]]; then start_containerd "$1" "$root"; else start_docker "$1" "$root"; fi || return 1
  # The kernel's own test switch does what an I/O error does: ext4 remounts itself read-only.
  [[ $3 != store=read-only ]] || echo fault > "/sys/fs/ext4/$(basename "$(findmnt -no SOURCE "$root")")/trigger_fs_error"
}
