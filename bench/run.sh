#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures how fast logs are read, beside `rg -c` with the same literals and `cat` as the floor, in the same run.
# usage: bench/run.sh BUILD [MEGABYTES [ROUNDS]]     BUILD holds unsnag and unsnag-catalogue; default 200 MB, 5 rounds
# The programs take turns, so that a busy machine is as unkind to one as to the other; the best round of each counts.
# Times are of the processor, user and system; ratios are what to look at. Inputs stay in BUILD/bench for the next run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${1:?usage: bench/run.sh BUILD [MEGABYTES [ROUNDS]]} megabytes=${2:-200} rounds=${3:-5}
inputs=$build/bench/$megabytes
unsnag=$build/unsnag
mkdir -p "$inputs"
"$build/unsnag-catalogue" anchors "$here/../catalogue" > "$inputs/literals"
[ -e "$inputs/unique.log" ] || python3 "$here/make_logs.py" "$unsnag" "$here/../tests/data/recorded.tar.xz" "$inputs" "$megabytes"

# timed LABEL FILE COMMAND…: one line "file label seconds kilobytes"
timed() {
  local label=$1 file=$2 took; shift 2
  took=$( { /usr/bin/time -o "$inputs/took" -f '%U %S %M' "$@" < "$file" > /dev/null 2>&1; } || true; tail -n 1 "$inputs/took")
  echo "$(basename "$file" .log) $label $took"
}

for file in "$inputs"/{plain,healthy,failing,unique}.log; do
  cat "$file" > /dev/null
  for ((round = 0; round < rounds; ++round)); do
    timed cat "$file" cat "$file"
    timed unsnag "$file" "$unsnag" why -o json "$file"
    timed rg "$file" rg -c -F -f "$inputs/literals" "$file"
  done | awk -v bytes="$(stat -c %s "$file")" '
    { took = $3 + $4; if (!($2 in best) || took < best[$2]) best[$2] = took; if ($5 > most[$2]) most[$2] = $5; name = $1 }
    END {
      for (l in best) if (best[l] <= 0) best[l] = 0.01
      printf "%-8s  unsnag %5.0f MB/s %4.0f MB held  |  rg -c %5.0f MB/s  |  cat %6.0f MB/s  |  unsnag takes %.2f of what rg takes\n",
             name, bytes / 1e6 / best["unsnag"], most["unsnag"] / 1024, bytes / 1e6 / best["rg"], bytes / 1e6 / best["cat"], best["unsnag"] / best["rg"]
    }'
done
