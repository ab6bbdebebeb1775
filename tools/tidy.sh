#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over the program's sources (not its tests), in parallel, with the flags of build/dev. A file that was
# clean is not looked at again until it, a header, .clang-tidy or the tool changes. Prints what is wrong, then
# "N passed, M failed" (files).
set -u
cd "$(dirname "$0")/.." || exit 2
tidy=clang-tidy-14
command -v $tidy > /dev/null || { echo "skipped, for want of: $tidy"; echo '0 passed, 0 failed, 1 skipped'; exit 0; }
[ -f build/dev/compile_commands.json ] || { echo 'build/dev is not built'; echo '0 passed, 1 failed'; exit 1; }
cache=build/tidy
mkdir -p $cache
mapfile -t sources < <(git ls-files -co --exclude-standard -- 'src/*.cc' 'tools/*.cc' | grep -v '_test\.cc$')
common=$({ $tidy --version; git ls-files -co --exclude-standard -- 'src/*.h' .clang-tidy cmake CMakePresets.json | xargs cat; } | sha256sum)
check() {
  local key out
  key=$({ cat "$1"; echo "$common"; } | sha256sum | cut -c 1-32)
  [ -e "$cache/$key" ] && { echo "ok $1"; return; }
  if out=$($tidy -p build/dev --quiet --extra-arg=-Wno-unknown-warning-option "$1" 2>&1); then touch "$cache/$key"; echo "ok $1"
  else printf 'FAIL %s\n%s\n' "$1" "$(grep -vE '^[0-9]+ warnings? (generated|treated)' <<< "$out" | head -n 30)"; fi
}
export -f check
export cache common tidy
printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -I{} bash -c 'check {}' > $cache/results
grep -v '^ok ' $cache/results
failed=$((${#sources[@]} - $(grep -c '^ok ' $cache/results)))
echo "$((${#sources[@]} - failed)) passed, $failed failed"
[ $failed = 0 ]
