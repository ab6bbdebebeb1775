#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures how long a bundle of 2 GB of logs takes, beside `tar | zstd -3` of the same files, and beside what else collects
# from nodes, all in the same run.
# usage: bench/collect.sh BUILD [MEGABYTES [ROUNDS]]     BUILD holds unsnag; default 400 MB a log (five logs), 3 rounds
#   EKS_LOG_COLLECTOR=FILE   log-collector-script/linux/eks-log-collector.sh of github.com/awslabs/amazon-eks-ami; else left out
#   SOS_ROUNDS=N             sos (Debian: sosreport) packs gigabytes for minutes; default 1, 0 leaves it out
# The programs take turns, files in the page cache, each at the priority that unsnag gives itself. Inputs stay in BUILD/bench.
# With root's rights the made logs are this machine's /var/log, in a mount namespace of each program's own and with no network,
# which none of them waits for then; the journal is hidden by it. What each takes of the logs differs, so it is printed too:
# unsnag and tar take all; sos with --all-logs what syslog writes, and no kubelet.log; the EKS collector takes /var/log/syslog and the last 100 MB of messages,
# of containerd and kubelet the journal alone. sos packs with gzip here: its default, xz, takes several times as long.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: bench/collect.sh BUILD [MEGABYTES [ROUNDS]]}" && pwd) megabytes=${2:-400} rounds=${3:-3}
inputs=$build/bench/$megabytes root=$build/bench/root-$megabytes
mkdir -p "$inputs" "$root/var/log"
[ -e "$inputs/unique.log" ] || python3 "$here/make_logs.py" "$build/unsnag" "$here/../tests/data/recorded.tar.xz" "$inputs" "$megabytes"
ln -f "$inputs/unique.log" "$root/var/log/messages"
ln -f "$inputs/failing.log" "$root/var/log/syslog"
ln -f "$inputs/healthy.log" "$root/var/log/containerd.log"
ln -f "$inputs/plain.log" "$root/var/log/kubelet.log"
cp "$inputs/unique.log" "$root/var/log/messages-20261123"
cat "$root"/var/log/* > /dev/null
out=$(mktemp -d -p "$build/bench")
trap 'rm -rf "$out"; rm -f "$root"/var/log/eks_*.tar.gz' EXIT

# timed LABEL COMMAND…: one line "label elapsed processor processor kilobytes"
timed() {
  local label=$1; shift
  /usr/bin/time -o "$out/took" -f '%e %U %S %M' nice -n 19 "$@" > "$out/said" 2>&1 || true
  echo "$label $(tail -n 1 "$out/took")"
  held "$label" >> "$out/held"
  rm -rf "$out"/*.zst "$out"/sos* "$root"/var/log/eks_*.tar.gz
}
# held LABEL: "label megabytes-of-the-made-logs megabytes-of-the-bundle" of the first round
held() {
  local bundle
  grep -q "^$1 " "$out/held" 2> /dev/null && return 0
  bundle=$(find "$out" "$root/var/log" -name '*.tar.zst' -o -name 'eks_*.tar.gz' -o -name 'sosreport-*.tar.gz' | head -n 1)
  [ -n "$bundle" ] || { echo "$1 left no bundle: $(tail -n 1 "$out/said")" >&2; echo "$1 0 0"; return 0; }
  tar -tvf "$bundle" 2> /dev/null | awk -v label="$1" -v size="$(stat -c %s "$bundle")" '
    /(messages|syslog|containerd\.log|kubelet\.log)/ { sum += $3 } END { printf "%s %d %d\n", label, sum / 1e6, size / 1e6 }'
}
# node COMMAND…: with the made logs as /var/log. Written to what the bench may write to.
node() { unshare --mount --net --propagation private sh -c 'mount --bind "$0" /var/log && exec "$@"' "$root/var/log" "$@"; }

others=
if [ "$(id -u)" != 0 ]; then
  echo "not root: sos and the EKS collector are left out" >&2
else
  [ -n "${EKS_LOG_COLLECTOR:-}" ] && others+=" eks" || echo "no EKS_LOG_COLLECTOR: left out" >&2
  command -v sos > /dev/null && others+=" sos" || echo "no sos (apt-get install sosreport): left out" >&2
fi
export -f node
export root
for ((round = 0; round < rounds; ++round)); do
  timed unsnag "$build/unsnag" collect -q --offline --root "$root" --since all --max-size all -o "$out/a.tar.zst"
  timed tar+zstd sh -c "tar -C '$root' -cf - var | zstd -3 -T1 -q -o '$out/b.tar.zst'"
  [ -n "$others" ] && timed unsnag-on-node bash -c 'node "$@"' - "$build/unsnag" collect -q --offline --since all --max-size all -o "$out/c.tar.zst"
  case $others in *eks*) timed eks-collector bash -c 'node "$@"' - bash "$EKS_LOG_COLLECTOR" --eks_hybrid=true ;; esac
  case $others in *sos*) [ "$round" -ge "${SOS_ROUNDS:-1}" ] ||
    timed sos bash -c 'node "$@"' - sos report --batch --quiet --all-logs --log-size 0 -z gzip --tmp-dir "$out" ;; esac
done | sort -k1,1 -k2,2n | awk -v helds="$out/held" '
  { n[$1]++; e[$1, n[$1]] = $2; if (!($1 in cpu) || $3 + $4 < cpu[$1]) cpu[$1] = $3 + $4; if ($5 > kb[$1]) kb[$1] = $5 }
  END {
    while ((getline line < helds) > 0) { split(line, f, " "); logs[f[1]] = f[2]; size[f[1]] = f[3] }
    for (l in n) printf "%-15s min %.1f s, median %.1f s, processor %.1f s, %d MB held; %d MB of logs in %d MB\n",
      l, e[l, 1], e[l, int((n[l] + 1) / 2)], cpu[l], kb[l] / 1000, logs[l], size[l]
  }'
