#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whether two builds give the same answers, byte by byte: for changes that only make unsnag faster or smaller.
# usage: bench/same.sh OLD NEW PATH...     OLD and NEW are unsnag binaries
# Every file below a PATH is asked about on its own and as a paste, every folder and archive as a whole, in the forms of
# output that FORMS names (default: json text md). Files in the form of tests/data/incidents (JSON with "lines") are asked about as the paste they stand for.
set -uo pipefail
old=$1 new=$2; shift 2
scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT
asked=0 different=0

# ask TARGET [STANDARD-INPUT]
ask() {
  local form
  for form in ${FORMS:-json text md}; do
    "$old" why -o $form "$1" < "${2:-/dev/null}" > "$scratch/old" 2>&1; echo "status $?" >> "$scratch/old"
    "$new" why -o $form "$1" < "${2:-/dev/null}" > "$scratch/new" 2>&1; echo "status $?" >> "$scratch/new"
    asked=$((asked + 1))
    cmp -s "$scratch/old" "$scratch/new" || { different=$((different + 1)); echo "different: -o $form $1 ${2:-}"; }
  done
}

while read -r path; do
  if [ -d "$path" ]; then ask "$path"; continue; fi
  ask "$path"
  ask - "$path"
  if [[ $path == *.json ]] && jq -re '.lines[].text // .lines[]' "$path" > "$scratch/paste" 2> /dev/null; then ask - "$scratch/paste"; fi
done < <(find "$@" \( -type d -o -type f \) | sort)
echo "$asked answers, $different different"
[ "$different" -eq 0 ]
