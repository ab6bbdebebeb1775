# SPDX-License-Identifier: Apache-2.0
# How it is called: wrong arguments, unreadable input, exit statuses, pipes that close, disks that are full, terminals,
# Ctrl-C. Sourced by run.

# Exit statuses
run why examples/after-the-cure;                  expect "status 0: no pull failed" 0 "No image pull failed"
run why examples/describe-tag-missing.txt;        expect "status 1: a failure was explained" 1 "image-not-found"
run why examples/pods-backoff.txt;                expect "status 3: the evidence can't tell" 3 "insufficient-evidence"
run;                                              expect "alone it says what to do" 0 "kubectl describe pod POD | unsnag why"
run --version;                                    expect "--version" 0 "unsnag "

# Wrong use
run wyh;                                          expect "a command that is none" 2 "did you mean: unsnag why"
run why --outptu=json x;                          expect "an option that is none" 2 "did you mean --output?"
run why -o yaml examples/docker-pull.txt;         expect "a format that is none" 2 "one of text, json, md, events"
run why -o;                                       expect "an option without its value" 2 "unsnag why"
run examples/docker-pull.txt;                     expect "a file instead of a command" 2 "unsnag why examples/docker-pull.txt"
run explain no-such-cause;                        expect "a cause that is none" 2 "unsnag explain"
run completion tcsh;                              expect "a shell that is none" 2 "bash, zsh, fish"
for arguments in "wyh" "why -o yaml x" "why nothing-there"; do
  # shellcheck disable=SC2086
  run $arguments
  if [ "$status" != 2 ] || [ -s "$out" ]; then bad "wrong use leaves standard output empty: $arguments" "$(cat "$out")"; else ok "wrong use leaves standard output empty: $arguments"; fi
done

# Input that is not there, empty, or can't be read
run why nothing-there;                            expect "a file that is not there" 2 "nothing-there"
run why -o json nothing-there;                    expect "a file that is not there, for programs" 2 "check the path"
: > "$scratch/empty"
run why "$scratch/empty";                         expect "an empty file" 3 "nothing to read"
input=$scratch/empty run why -;                   expect "empty standard input" 3 "empty"
mkdir -p "$scratch/folder/sub"
run why "$scratch/folder";                        expect "a folder without files" 3 "nothing to read"
printf 'a grocery list\nmilk\n' > "$scratch/folder/sub/list.txt"
run why "$scratch/folder";                        expect "a folder without logs" 0 "tells of an image pull"
run why "$scratch/folder";                        expect "a folder without logs: what to bring instead" 0 "kubectl describe pod POD | unsnag why"
# A setting in a table that this version of the file does not have
mkdir -p "$scratch/odd"
printf 'version = 3\n[plugins."io.containerd.grpc.v1.cri"]\n  image_pull_progress_timeout = "30m"\n' > "$scratch/odd/config.toml"
printf '%s\n' 'time="2026-11-24T10:00:00Z" level=info msg="PullImage \"registry.example/app:1\""' \
  'time="2026-11-24T10:05:10Z" level=error msg="cancel pulling image registry.example/app:1 because of no progress in 5m0s"' > "$scratch/odd/containerd.log"
run why -o json "$scratch/odd";                   expect "a setting without effect is named" 1 "config.toml:3 sets 30m in a table"
cp examples/docker-pull.txt "$scratch/locked"; chmod 000 "$scratch/locked"
if [ "$(id -u)" != 0 ]; then
  run why "$scratch/locked";                      expect "a file that may not be read" 2 "ermission denied"
elif command -v setpriv > /dev/null; then
  # As root everything may be read: ask as nobody.
  chmod 755 "$scratch" "$scratch/bin" "$UNSNAG"
  setpriv --reuid=65534 --regid=65534 --clear-groups "$UNSNAG" why "$scratch/locked" > "$out" 2> "$err" < /dev/null; status=$?
  expect "a file that may not be read" 2 "ermission denied"
  mkdir -p "$scratch/half/closed"; cp examples/docker-pull.txt "$scratch/half/pull.txt"; cp examples/docker-pull.txt "$scratch/half/closed/"
  chmod 755 "$scratch/half"; chmod 644 "$scratch/half/pull.txt"; chmod 000 "$scratch/half/closed"
  setpriv --reuid=65534 --regid=65534 --clear-groups "$UNSNAG" why "$scratch/half" > "$out" 2> "$err" < /dev/null; status=$?
  expect "what may not be read in a folder is named, the rest explained" 1 "could not be read"
fi

# Standard input, in its forms
for form in "" "-"; do
  # shellcheck disable=SC2086
  input=examples/describe-tag-missing.txt run why $form; expect "standard input, why ${form:-without a target}" 1 "[image-not-found"
done
run why <(cat examples/docker-pull.txt) 2> /dev/null;    expect "process substitution" 1 "dns-failure"
"$UNSNAG" why -o json examples/docker-pull.txt examples/pod-own-ca.yaml > "$out" 2> "$err"; status=$?
expect "two targets are read together" 1 "tls-untrusted"

# Text as Windows writes it
for form in UTF-16LE UTF-16BE UTF-8; do
  { printf '\xef\xbb\xbf'; sed 's/$/\r/' examples/describe-tag-missing.txt; } | iconv -f UTF-8 -t $form > "$scratch/windows.txt"
  run why -o json "$scratch/windows.txt"
  expect "$form with a byte order mark" 1 image-not-found
  if ! jq -e '[.. | .line? // empty | select(type == "number")] | max > 40' "$out" > /dev/null; then bad "line numbers of $form"; fi
done

# A journal that is longer than what is looked at whole
{ yes '__CURSOR=s=1
__REALTIME_TIMESTAMP=1764000000000000
_BOOT_ID=b
_HOSTNAME=node-1
MESSAGE=nothing of interest
' | head -n 1200000; cat examples/journal-proxy.export; } > "$scratch/long.export"
run why -o json examples/journal-proxy.export;    want=$(jq -c '[.verdict | .cause, .confidence, .node]' "$out")
run why -o json "$scratch/long.export"
if [ "$(jq -c '[.verdict | .cause, .confidence, .node]' "$out")" = "$want" ]; then ok "journalctl -o export of more than 16 MiB"; else bad "journalctl -o export of more than 16 MiB" "$want" "$(head -n 8 "$out")"; fi

# Where nobody reads, or nothing can be written
"$UNSNAG" why -o events examples/eks-2020 2> "$err" | head -c 1 > /dev/null; status=${PIPESTATUS[0]}
if [ "$status" = 0 ] && [ ! -s "$err" ]; then ok "a closed pipe is no failure (events)"; else bad "a closed pipe is no failure (events)" "status $status" "$(cat "$err")"; fi
"$UNSNAG" why examples/eks-2020 2> "$err" | :; status=${PIPESTATUS[0]}
if [ "$status" = 1 ] && [ ! -s "$err" ]; then ok "a closed pipe is no failure (text)"; else bad "a closed pipe is no failure (text)" "status $status" "$(cat "$err")"; fi
if [ -c /dev/full ]; then
  for format in text json md events; do
    "$UNSNAG" why -o $format examples/eks-2020 > /dev/full 2> "$err"; status=$?; : > "$out"
    expect "a full disk is status 2: $format" 2 "No space left on device"
  done
  "$UNSNAG" explain > /dev/full 2> "$err"; status=$?; expect "a full disk is status 2: explain" 2 "No space left on device"
fi
"$UNSNAG" why examples/eks-2020 >&- 2> "$err"; status=$?; : > "$out"
expect "a closed standard output is status 2" 2 "could not be written"

# Colour
escape=$'\x1b['
coloured() {   # coloured NAME yes|no: of $out
  if grep -qF "$escape" "$out"; then has=yes; else has=no; fi
  if [ "$has" = "$2" ] && [ -s "$out" ]; then ok "$1"; else bad "$1" "colour: $has"; fi
}
run why examples/docker-pull.txt;                              coloured "no colour into a file" no
run why --color=always examples/docker-pull.txt;               coloured "--color=always" yes
NO_COLOR=1 run why --color=always examples/docker-pull.txt;    coloured "--color=always beats NO_COLOR" yes
run why -o json --color=always examples/docker-pull.txt;       coloured "json has no colour" no
if command -v script > /dev/null; then
  pty() { timeout 20 script -qec "$1" /dev/null > "$out" 2> "$err" < /dev/null; status=$?; }
  pty "'$UNSNAG' why examples/docker-pull.txt";                    coloured "colour on a terminal" yes
  expect "on a terminal the status is the same" 1 "production.cloudflare.docker.com"
  pty "NO_COLOR=1 '$UNSNAG' why examples/docker-pull.txt";         coloured "NO_COLOR on a terminal" no
  pty "TERM=dumb '$UNSNAG' why examples/docker-pull.txt";          coloured "TERM=dumb" no
  pty "'$UNSNAG' why --color=never examples/docker-pull.txt";      coloured "--color=never on a terminal" no
  pty "stty cols 50; '$UNSNAG' why --color=never examples/docker-pull.txt"
  tr -d '\r' < "$out" | grep -v '^        ' | awk 'length($0) > 50' > "$scratch/long"      # commands to paste are never broken
  if [ -s "$scratch/long" ] || [ ! -s "$out" ]; then bad "lines fit a narrow terminal" "$(cat "$scratch/long")"; else ok "lines fit a narrow terminal"; fi
fi
LC_ALL=C run why examples/eks-2020
if [ ! -s "$out" ] || LC_ALL=C grep -q '[^ -~]' "$out"; then bad "a terminal without UTF-8 gets ASCII" "$(LC_ALL=C grep '[^ -~]' "$out" | head -n 5)"; else ok "a terminal without UTF-8 gets ASCII"; fi

# Ctrl-C. The writer below can end only when so much was read that its words are through: a pipe holds 64 KiB. So the
# signal comes after the evidence was read, without any waiting by the clock.
interrupt() {   # interrupt NAME FEED: FEED goes on (endless) or stands still (idle) after the evidence
  local name=$1 feed=$2 pipe=$scratch/pipe.$2 pid feeder state
  mkfifo "$pipe"
  "$UNSNAG" why - < "$pipe" > "$out" 2> "$err" &
  pid=$!; children+=("$pid")
  exec 7> "$pipe"
  { cat examples/describe-tag-missing.txt; head -c 400000 /dev/zero | tr '\0' 'x' | fold -w 100; } >&7
  feeder=
  if [ "$feed" = endless ]; then yes 'nothing of interest' >&7 2> /dev/null & feeder=$!; children+=("$feeder"); fi
  # Idle: the signal must meet it asleep in read(), where it is harder to notice.
  if [ "$feed" = idle ]; then
    for _ in {1..100000}; do read -r _ _ state _ 2> /dev/null < "/proc/$pid/stat" || break; [ "$state" = S ] && break; done
  fi
  kill -INT "$pid"
  # A watch that ends what does not end by itself; it costs time only where the case fails.
  ( exec 7>&-; timeout 2 tail --pid="$pid" -f /dev/null || kill -KILL "$pid" ) 2> /dev/null &
  wait "$pid" 2> /dev/null; status=$?
  exec 7>&-
  [ -n "$feeder" ] && { kill "$feeder" 2> /dev/null; wait "$feeder" 2> /dev/null; }
  expect "$name" 130 "image-not-found"
}
interrupt "Ctrl-C on an endless pipe tells what is known" endless
interrupt "Ctrl-C on a pipe that stands still tells what is known" idle

# Completion
for shell in bash zsh fish; do
  run completion $shell; cp "$out" "$scratch/completion"
  expect "completion $shell" 0 "unsnag"
  command -v $shell > /dev/null || continue
  if [ -s "$scratch/completion" ] && $shell -n "$scratch/completion" 2> "$err"; then ok "completion $shell parses"; else bad "completion $shell parses" "$(cat "$err")"; fi
done

# Causes
run explain; cp "$out" "$scratch/list"; expect "explain lists causes" 0 "progress-deadline"
for file in causes/*.toml; do
  cause=$(basename "$file" .toml)
  grep -qE "^$cause( |$)" "$scratch/list" || { bad "explain lists $cause"; continue; }
  run explain "$cause"
  if [ "$status" = 0 ] && [ "$(wc -l < "$out")" -gt 3 ]; then ok "explain $cause"; else bad "explain $cause" "status $status" "$(cat "$out")"; fi
done
run explain --markdown "$scratch/causes"; expect "explain --markdown" 0
if [ -n "$accept" ]; then rm -rf docs/causes; cp -r "$scratch/causes" docs/causes; fi
if diff -r "$scratch/causes" docs/causes > "$scratch/diff" 2>&1; then ok "docs/causes is current"; else bad "docs/causes is current" "unsnag explain --markdown docs/causes renews it" "$(head -n 10 "$scratch/diff")"; fi
