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
run why examples/docker-pull.txt;                              coloured "no colour into a file" no
run why --color=always examples/docker-pull.txt;               coloured "--color=always" yes
NO_COLOR=1 run why --color=always examples/docker-pull.txt;    coloured "--color=always beats NO_COLOR" yes
run why -o json --color=always examples/docker-pull.txt;       coloured "json has no colour" no
if command -v script > /dev/null; then
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
  if grep -q "Interrupted system call" "$out"; then bad "$name, and calls it no defect" "$(tail -n 4 "$out")"; fi
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

# Nothing is skipped in silence
silent() { if grep -qF -- "$2" "$out" "$err"; then bad "$1" "says: $2" "$(head -n 20 "$out")"; else ok "$1"; fi; }
tick() { # tick NAME yes|no: of the last run
  case $(head -c 3 "$out") in ✓) has=yes ;; *) has=no ;; esac
  if [ "$has" = "$2" ]; then ok "$1"; else bad "$1" "tick: $has" "$(head -n 3 "$out")"; fi
}
packed=$scratch/packed
mkdir -p "$packed/b/var/log" "$packed/outer"
cp examples/describe-tag-missing.txt "$packed/b/var/log/kubelet.log.1"; echo nothing > "$packed/b/var/log/kubelet.log"
gzip "$packed/b/var/log/kubelet.log.1"
tar -C "$packed" -czf "$packed/withgz.tar.gz" b
tar -C "$packed" -cf "$packed/outer/nested.tar" withgz.tar.gz
for target in "$packed/withgz.tar.gz" "$packed/b" "$packed/outer/nested.tar" "$packed/outer"; do
  run why -o json "$target"; expect "a compressed log in ${target#"$packed/"}" 1 image-not-found
done
for file in withgz.tar.gz outer/nested.tar b/var/log/kubelet.log.1.gz; do
  input=$packed/$file run why; expect "$file on standard input" 1 image-not-found
  "$UNSNAG" why <(cat "$packed/$file") > "$out" 2> "$err" < /dev/null; status=$?
  expect "$file through a pipe" 1 image-not-found
done
yes 'E1124 07:00:00.000000 1 x.go:1] nothing of interest' | head -n 60000 > "$packed/long.log"; cat examples/describe-tag-missing.txt >> "$packed/long.log"
seq 3000 >> "$packed/long.log"; gzip "$packed/long.log"; head -c -600 "$packed/long.log.gz" > "$packed/cut.gz"
run why "$packed/cut.gz"; expect "what comes before a damaged place is read" 1 image-not-found; says "a damaged place is told" "breaks off"
{ head -n 20 examples/describe-tag-missing.txt; printf 'a\0b\n'; tail -n +21 examples/describe-tag-missing.txt; } > "$packed/nul.txt"
run why "$packed/nul.txt"; expect "a text with a NUL byte is a text" 1 image-not-found

# The journal's own files
mkdir -p "$packed/j/var/log/journal/abc"; { printf 'LPKSHHRH'; head -c 5000 /dev/zero; } > "$packed/j/var/log/journal/abc/system.journal"
run why "$packed/j"; expect "a damaged journal alone is nothing that can be read" 2 "the journal's header is damaged"
cp -r examples/after-the-cure "$packed/j/logs"
run why "$packed/j"; expect "a damaged journal beside logs is named" 0 "No image pull failed"; tick "no tick where a journal is damaged" no
for format in text json md; do run why -o $format "$packed/j"; says "a damaged journal is named in $format" "the journal's header is damaged"; done
mkdir -p "$packed/good/journal/0f6a"
for name in odd crashed; do xz -dc tests/data/journals/$name.journal.xz > "$packed/good/journal/0f6a/$name.journal"; done
run why "$packed/good"; expect "a folder of journals is read" 0 "No image pull failed in the"; says "and counted as one" "of 1 file"
tar -C "$packed" -czf "$packed/good.tar.gz" good
run why "$packed/good.tar.gz"; expect "journals in an archive are read" 0 "No image pull failed in the"
remote=/lib/systemd/systemd-journal-remote
if [ -x $remote ]; then
  verdict() { jq -S 'del(.read, .generated) | .. |= (if type == "object" then del(.file, .line, .text, .proof) else . end)' "$out"; }
  mkdir -p "$packed/binary/journal/0f6a"
  # The example, as journald would have kept it; and a log of kubelet's, each line an entry of its unit.
  $remote -o "$packed/binary/journal/0f6a/system.journal" - < examples/journal-proxy.export 2> /dev/null
  TZ=UTC journalctl --file "$packed/binary/journal/0f6a/system.journal" -o short-iso-precise > "$packed/proxy.log"
  run why -o json "$packed/proxy.log"; verdict > "$scratch/want.json"; want_status=$status
  run why -o json "$packed/binary"; expect "a binary journal's verdict has its text's status" "$want_status"; verdict > "$scratch/got.json"
  same "a binary journal's verdict is that of its text" "$scratch/want.json" "$scratch/got.json"
  tar -C "$packed" -cJf "$packed/binary.tar.xz" binary
  run why -o json "$packed/binary.tar.xz"; verdict > "$scratch/got.json"
  same "and in an archive" "$scratch/want.json" "$scratch/got.json"
  run why "$packed/binary"; says "its lines are named by the journal's path" "journal/0f6a/system.journal:"
else bad "a binary journal's verdict is that of its text" "systemd-journal-remote is not installed"; fi
printf '7z\xbc\xaf\x27\x1c rest' > "$packed/j/logs.7z"; run why "$packed/j"; says "an archive that is not read is named" "7z x"
run why examples/after-the-cure;                  tick "a tick where all was read" yes

# Where nothing is known nothing is green
echo hello > "$packed/hello"
input=$packed/hello run why;                      expect "a paste that tells of no pull" 0 "tells of an image pull"; tick "no tick over the unknown" no
says "it says what to bring" "kubectl describe pod POD | unsnag why"
input=$packed/hello run why -o json
if [ "$(jq -c '[.verdict.cause, .verdict.confidence, .read.understood]' "$out")" = '["no-failure","possible",0]' ]; then ok "a script can tell it from a good end"; else bad "a script can tell it from a good end" "$(head -n 8 "$out")"; fi
input=$packed/hello run why -v;                   says "one line is one line" "read: 1 file, 6 B, 1 line,"
input=examples/describe-tag-missing.txt run why -o json
if [ "$(jq .read.understood "$out")" -gt 3 ]; then ok "every row that told something is counted"; else bad "every row that told something is counted" "$(jq .read "$out")"; fi

# Several targets, one of them not there
run why nothing-there examples/describe-tag-missing.txt; expect "the targets that are there are read" 1 image-not-found; says "the missing target is named" "nothing-there: No such file"
run why examples/after-the-cure nothing-there;    expect "no pull failed in a part is not status 0" 2 "nothing-there"; tick "no tick where a target is missing" no
run why '';                                       expect "an empty name has its place" 2 '(an empty name)'
run why "$packed/outer/../j/logs.7z";             expect "an archive that is not read" 2 "7z x"; silent "root does not help there" "as root"

# Ctrl-C while a pipe has no writer yet: after the first pipe's writer is through, the reader has nothing left to sleep in
# but the second pipe's opening.
mkfifo "$scratch/pipe.first" "$scratch/pipe.second"
"$UNSNAG" why "$scratch/pipe.first" "$scratch/pipe.second" > "$out" 2> "$err" &
pid=$!; children+=("$pid")
{ cat examples/describe-tag-missing.txt; head -c 400000 /dev/zero | tr '\0' 'x' | fold -w 100; } > "$scratch/pipe.first"
for _ in {1..100000}; do
  read -r _ _ state _ 2> /dev/null < "/proc/$pid/stat" || break
  [ "$state" = S ] && [ "$(find "/proc/$pid/fd" -lname "$scratch/pipe.first" 2> /dev/null | wc -l)" = 0 ] && break
done
kill -INT "$pid"
( timeout 2 tail --pid="$pid" -f /dev/null || kill -KILL "$pid" ) 2> /dev/null &
wait "$pid" 2> /dev/null; status=$?
expect "Ctrl-C while a pipe has no writer tells what is known" 130 "image-not-found"
silent "an interrupt is no defect of the input" "Interrupted system call"

# README and --help tell the same
run why --help; tr -s ' \n' '  ' < "$out" > "$scratch/help"
sed -n 's/^| \([0-9]\{1,3\}\) | \(.*\) |$/\1 \2/p' README.md > "$scratch/statuses"
while read -r row; do
  if grep -qF -- "$row" "$scratch/help"; then ok "--help says: $row"; else bad "--help says: $row" "$(tail -n 12 "$out")"; fi
done < "$scratch/statuses"
