#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures how long a bundle of 2 GB of logs takes, beside `tar | zstd -3` of the same files, in the same run.
# usage: bench/collect.sh BUILD [MEGABYTES [ROUNDS]]     BUILD holds unsnag; default 400 MB a log (five logs), 3 rounds
# The programs take turns, files in the page cache, each at the priority that unsnag gives itself. Inputs stay in BUILD/bench.
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
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# timed LABEL COMMAND…: one line "label elapsed processor kilobytes"
timed() {
  local label=$1; shift
  /usr/bin/time -o "$out/took" -f '%e %U %S %M' nice -n 19 "$@"
  echo "$label $(tail -n 1 "$out/took")"
  rm -f "$out"/*.zst
}
for ((round = 0; round < rounds; ++round)); do
  timed unsnag "$build/unsnag" collect -q --offline --root "$root" --since all --max-size all -o "$out/a.tar.zst"
  timed tar+zstd sh -c "tar -C '$root' -cf - var | zstd -3 -T1 -q -o '$out/b.tar.zst'"
done | sort -k1,1 -k2,2n | awk '
  { n[$1]++; e[$1, n[$1]] = $2; if (!($1 in cpu) || $3 + $4 < cpu[$1]) cpu[$1] = $3 + $4; if ($5 > kb[$1]) kb[$1] = $5 }
  END { for (l in n) printf "%-10s min %.1f s, median %.1f s, processor %.1f s, %d MB\n", l, e[l, 1], e[l, int((n[l] + 1) / 2)], cpu[l], kb[l] / 1000 }'
