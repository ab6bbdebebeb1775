# SPDX-License-Identifier: Apache-2.0
# unsnag collect: on a node's root that was made up, and on what such a root must not do to it. As it is called, what it
# leaves behind, what the bundle says. Sourced by run.
# shellcheck source=/dev/null
. tests/collect/made_up_root.sh

collecting=$scratch/collecting
mkdir -p "$collecting/here"
made_up_root "$collecting/root" examples
bundle=$collecting/bundle.tar.zst
# in_bundle ARCHIVE FOLDER: unpacked.
in_bundle() { rm -rf "$2"; mkdir -p "$2" && tar -C "$2" --zstd -xf "$1"; }
# item PATH FILTER: of $index.
item() { jq -r --arg path "$1" ".items[] | select(.path == \$path) | $2" "$index" 2>&1; }
is() { if [ "$2" = "$3" ]; then ok "$1"; else bad "$1" "«$2» instead of «$3»"; fi; }
holds() { if grep -qE -- "$3" "$2" 2> /dev/null; then ok "$1"; else bad "$1" "not in $(basename "$2"): $3" "$(head -n 8 "$2" 2>&1)"; fi; }
lacks() { if grep -rqF -- "$3" "$2"; then bad "$1" "$(grep -rF -- "$3" "$2" | head -n 3)"; else ok "$1"; fi; }
clean() { local left; left=$(ls -A "$2"); if [ -z "$left" ]; then ok "$1"; else bad "$1" "$left"; fi; }
cause_of() { "$UNSNAG" why -o json "$@" 2> /dev/null < /dev/null | jq -r .verdict.cause; }
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

# How it is called
run collect --help;                                             expect "collect --help" 0 "--root /host -o -"
run collect --since=yesterday;                                  expect "collect: a --since that is none" 2 "--since is a span like 2h"
run collect --since=0h;                                         expect "collect: a span of nothing" 2 "--since is a span like 2h"
run collect --max-size=lots;                                    expect "collect: a size that is none" 2 "--max-size is a size like 500MB"
run collect --layout=sos;                                       expect "collect: a layout that is none" 2 "native, eks"
run collect --root "$collecting/root" -o json;                  expect "collect: a format is no file's name" 2 "looks like a format"
run collect somewhere;                                          expect "collect: a word too many" 2 "unsnag collect --help"
run collect --root "$collecting/none";                          expect "collect: a root that is not there" 2 "the node's root can't be read"
run collect --root "$collecting/root/etc/hostname";             expect "collect: a root that is a file" 2 "not a folder"

# Where it goes
run collect --root "$collecting/root" --since=all -o "$bundle"; expect "collect writes a bundle" 0 "It says: mirror-misconfigured"
cp "$out" "$collecting/screen"; cat "$err" >> "$collecting/screen"
is "a bundle is its owner's alone" "$(stat -c %a "$bundle")" 600
holds "the screen tells of secrets" "$collecting/screen" 'configuration .* [0-9]+ secrets redacted'
(cd "$collecting/here" && timeout 20 "$UNSNAG" collect --offline --root ../root > "$out" 2> "$err"); status=$?
expect "collect without -o writes here" 0 "unsnag-ip-10-0-1-23-"
is "… under the node's name and the time" "$(ls -A "$collecting/here" | sed -E 's/[0-9]{8}T[0-9]{4}Z/T/')" unsnag-ip-10-0-1-23-T.tar.zst
cp "$bundle" "$collecting/copy"
run collect --root "$collecting/root" -o "$bundle";             expect "collect replaces nothing" 2 "it is already there"
if cmp -s "$bundle" "$collecting/copy"; then ok "what is there stays as it is"; else bad "what is there stays as it is"; fi
run collect --root "$collecting/root" --since=all -o "$collecting/folder/";   expect "collect into a folder" 0 "folder"
run why "$collecting/folder";                                   expect "why reads a folder of collect" 1 "[mirror-misconfigured"
run collect --root "$collecting/root" -o "$collecting/folder/"; expect "collect into a folder that is there" 2 "it is already there"
run collect --root "$collecting/root" -o "$collecting/none/x.tar.zst"; expect "collect into a folder that is not there" 2 "No such file"
timeout 20 "$UNSNAG" collect --root "$collecting/root" --since=all -o - > "$collecting/piped" 2> "$err"; status=$?; : > "$out"
expect "collect -o -: words go to standard error" 0 "It says: mirror-misconfigured"
run why "$collecting/piped";                                    expect "collect -o -: the bundle goes to standard output" 1 "[mirror-misconfigured"
"$UNSNAG" collect --root "$collecting/root" --since=all -o - 2> /dev/null | "$UNSNAG" why > "$out" 2> "$err"; status=${PIPESTATUS[1]}
expect "collect -o - | why" 1 "[mirror-misconfigured"
"$UNSNAG" collect --root "$collecting/root" --since=all -o - 2> "$err" | :; status=${PIPESTATUS[0]}; : > "$out"
expect "a reader who goes away is told of" 2 "Broken pipe"
"$UNSNAG" collect --root "$collecting/root" -o - >&- 2> "$err"; status=$?
expect "collect -o - with standard output closed" 2 "could not be written"
if command -v script > /dev/null; then
  pty "'$UNSNAG' collect --root '$collecting/root' -o -";       expect "a bundle is nothing for a terminal" 2 "unsnag collect -o - >"
  pty "'$UNSNAG' collect --root '$collecting/root' -o '$collecting/seen.tar.zst'"; coloured "collect on a terminal is readable" no
  if tr -d '\r' < "$out" | grep '^  ' | awk 'length($0) > 90' | grep .; then bad "the lines of collect are short"; else ok "the lines of collect are short"; fi
fi
run collect --quiet --root "$collecting/root" -o "$collecting/quiet.tar.zst"
if [ "$status" = 0 ] && [ ! -s "$out" ] && [ ! -s "$err" ]; then ok "collect --quiet says nothing"; else bad "collect --quiet says nothing" "$(cat "$out" "$err")"; fi
run collect --quiet --root "$collecting/root" -o "$bundle";     expect "collect --quiet still says what went wrong" 2 "already there"

# A node that has no logs is not a healthy one
mkdir -p "$collecting/bare/etc"; echo bare > "$collecting/bare/etc/hostname"
run collect --root "$collecting/bare" --offline -o "$collecting/bare.tar.zst"; expect "a node without logs is told of" 0 "no log of kubelet or of a runtime"
holds "… and gets no all-clear" "$out" 'It says: (Nothing|There was nothing)|insufficient'
in_bundle "$collecting/bare.tar.zst" "$collecting/bare.in"
holds "its README names what is not there" "$collecting/bare.in/README.txt" '^  logs/kubelet.log.*no log of kubelet'
holds "… and the running node, in one line" "$collecting/bare.in/README.txt" "^  system/uname.txt \(the running node: .*isn't running"

# Nothing stays of what can't be written
mkdir "$collecting/target"
if [ -c /dev/full ]; then
  "$UNSNAG" collect --root "$collecting/root" -o - > /dev/full 2> "$err"; status=$?; : > "$out"
  expect "a full disk behind standard output is told of" 2 "No space left on device"
fi
if [ "$(id -u)" = 0 ] && unshare -m true 2> /dev/null; then
  head -c 3000000 /dev/urandom | base64 -w 100 > "$collecting/root/var/log/syslog"
  for form in small.tar.zst small/; do
    # shellcheck disable=SC2016
    unshare -m sh -c 'mount -t tmpfs -o size=300k none "$1" && "$0" collect --root "$2" --since=all -o "$1/$3"; code=$?; ls -A "$1"; exit $code' \
      "$UNSNAG" "$collecting/target" "$collecting/root" "$form" > "$out" 2> "$err"; status=$?
    expect "a full disk is told of ($form)" 2 "No space left on device"
    if grep -qE '^\.?small' "$out"; then bad "a full disk is left as it was ($form)" "$(tail -n 3 "$out")"; else ok "a full disk is left as it was ($form)"; fi
  done
  rm "$collecting/root/var/log/syslog"
fi
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
  chmod 755 "$scratch" "$scratch/bin" "$UNSNAG" "$collecting"; chmod -R a+rX "$collecting/root"
  as_nobody "$UNSNAG" collect --root "$collecting/root" -o "$collecting/target/x.tar.zst" > "$out" 2> "$err"; status=$?
  expect "a folder that may not be written to" 2 "name a folder that you may write to"
fi
clean "nothing is left behind by what failed" "$collecting/target"

# Ended in the middle: while it measures what the disks do, which takes two seconds where the kernel is the node's.
ended() {   # ended SIGNAL FORM
  local name=$1 target=$collecting/target/ended pid
  [ "$2" = folder ] && target=$target/
  setsid --wait env --default-signal=INT,HUP,TERM "$UNSNAG" collect --offline --root "$collecting/live" -o "$target" > "$out" 2> "$err" &
  children+=("$!")
  for _ in {1..2000}; do [ -n "$(ls -A "$collecting/target")" ] && break; sleep 0.005; done
  pid=$(pgrep -f "^$UNSNAG collect .* $target\$")
  kill "-$name" "$pid"
  ( timeout 5 tail --pid="$pid" -f /dev/null || kill -KILL "$pid" ) 2> /dev/null
  wait "$!" 2> /dev/null; status=$?
  expect "SIG$name ends collect ($2)" 130 "nothing was left behind"
  clean "SIG$name leaves nothing behind ($2)" "$collecting/target"
}
cp -r "$collecting/root" "$collecting/live"; mkdir -p "$collecting/live/lib/modules/$(uname -r)"
ended INT file; ended TERM file; ended HUP folder
# A reader who stopped reading.
head -c 6000000 /dev/urandom | base64 -w 100 > "$collecting/live/var/log/syslog"
mkfifo "$collecting/pipe"; exec 8<> "$collecting/pipe"
"$UNSNAG" collect --offline --root "$collecting/live" --since=all -o - > "$collecting/pipe" 2> "$err" & pid=$!; children+=("$pid"); : > "$out"
for _ in {1..2000}; do [ "$(cat "/proc/$pid/task/"*/wchan 2> /dev/null | grep -c poll)" != 0 ] && break; sleep 0.005; done
kill -TERM "$pid"; ( timeout 5 tail --pid="$pid" -f /dev/null || kill -KILL "$pid" ) 2> /dev/null
wait "$pid" 2> /dev/null; status=$?; exec 8>&-
expect "a reader who stopped reading can't hold it" 130 "interrupted"
rm -r "$collecting/live"

# What is in it
in_bundle "$bundle" "$collecting/in"; index=$collecting/in/index.json
is "the index names every file" "$(cd "$collecting/in" && find . -type f ! -name index.json | sed 's,^\./,,' | sort)" \
  "$(jq -r '.items[] | select(.sha256) | .path' "$index" | sort)"
if (cd "$collecting/in" && jq -r '.items[] | select(.sha256) | "\(.sha256)  \(.path)"' index.json | sha256sum -c --quiet > "$out" 2>&1); then
  ok "every file is what the index says"; else bad "every file is what the index says" "$(cat "$out")"; fi
is "the index says whose it is" "$(jq -r '[.format, .version, .node, .layout, .privileges.root] | @tsv' "$index")" \
  "$(printf 'unsnag-bundle\t1\tip-10-0-1-23\tnative\t%s' "$collecting/root")"
for path in logs/var/log/{messages,kubelet.log,containerd.log} config/etc/containerd/config.toml config/etc/containerd/certs.d/docker.io/hosts.toml \
  config/var/lib/kubelet/config.yaml config/etc/default/kubelet config/units/kubelet.service config/units/containerd.service config/etc/resolv.conf \
  config/logins.txt verdict.txt verdict.json redaction.json; do
  if [ -s "$collecting/in/$path" ]; then ok "the bundle has $path"; else bad "the bundle has $path" "$(jq -r '.items[].path' "$index")"; fi
done
is "a unit comes with its drop-in" "$(grep -c 'NO_PROXY=10.0.0.0/8' "$collecting/in/config/units/containerd.service")" 1
holds "the verdict is in it" "$collecting/in/verdict.txt" '\[mirror-misconfigured'
is "… and for programs" "$(jq -r .verdict.cause "$collecting/in/verdict.json")" mirror-misconfigured
is "why BUNDLE says what why says on the root" "$(cause_of "$bundle")" "$(cause_of "$collecting/root/var/log" "$collecting/root/etc")"
files_of_proof() { "$UNSNAG" why -o json "$@" | jq -r '.verdict.proof[]?.file | sub(".*/"; "")' | sort | tr '\n' ' '; }
is "… and proves it out of the same files" "$(files_of_proof "$bundle")" "$(files_of_proof "$collecting/root/var/log" "$collecting/root/etc")"
run collect --root "$collecting/root" --since=all --layout=eks -o "$collecting/eks.tar.gz"; expect "collect --layout eks" 0 "It says: mirror-misconfigured"
is "why says the same of the EKS layout" "$(cause_of "$collecting/eks.tar.gz")" mirror-misconfigured
if tar -tzf "$collecting/eks.tar.gz" | grep -qx ./var_log/messages; then ok "… which has its own names"; else bad "… which has its own names" "$(tar -tzf "$collecting/eks.tar.gz")"; fi

# Secrets
mkdir "$collecting/eks"; tar -C "$collecting/eks" -xzf "$collecting/eks.tar.gz"
is "no secret is in a bundle, in any form, nor on the screen" "$(secrets_in "$collecting/in" "$collecting/eks" "$collecting/folder" "$collecting/screen")" ""
is "… all of them were there" "$(secrets_in "$collecting/root" | wc -l)" "$(wc -l <<< "$made_up_secrets")"
holds "what is no secret stays" "$collecting/in/logs/var/log/messages" 'all is quiet'
holds "a proxy stays, without its login" "$collecting/in/config/units/containerd.service" 'proxy\.example:3128'
holds "a login is named by its registry" "$collecting/in/config/logins.txt" 'registry\.example'
is "the index counts them" "$(jq '[.items[].redacted // {} | .[]] | add >= 7' "$index")" true

# Stand-ins
run collect --root "$collecting/root" --since=all --stand-ins -o "$collecting/other.tar.zst"; expect "collect --stand-ins" 0 "It says: mirror-misconfigured"
in_bundle "$collecting/other.tar.zst" "$collecting/other"
for name in ip-10-0-1-23 10.0.1.23 123456789012; do lacks "with stand-ins nothing tells of $name" "$collecting/other" "$name"; done
is "why says the same of the bundle with stand-ins" "$(cause_of "$collecting/other.tar.zst")" mirror-misconfigured
address=$(sed -n 's/.*--node-ip=\([^ ]*\).*/\1/p' "$collecting/other/config/etc/default/kubelet")
holds "an address has one stand-in everywhere" "$collecting/other/logs/var/log/messages" "from ${address:-none}\$"
node=$(jq -r .node "$collecting/other/index.json")
holds "the node has one stand-in everywhere" "$collecting/other/logs/var/log/messages" "06:57:03 $node app"
(cd "$collecting/here" && rm -f ./* && "$UNSNAG" collect --offline --stand-ins --root ../root > "$out" 2> "$err"); status=$?
is "with stand-ins the file's name does not tell the node's" "$(ls "$collecting/here" | grep -c 10-0-1-23)" 0
lacks "… nor does the screen" "$out" "10-0-1-23"

# Since when, and how much
minutes() { date -u -d "-$1 minutes" +%Y-%m-%dT%H:%M:%SZ; }
lines() { local i; for i in {1..400}; do echo "$1 node-1 app[1]: $2 $i"; done; }
cut=$collecting/cut; mkdir -p "$cut/var/log"
{ lines "$(minutes 300)" old; lines "$(minutes 30)" new; } > "$cut/var/log/messages"
lines "$(minutes 10000)" ancient > "$cut/var/log/syslog"; touch -d '-10000 minutes' "$cut/var/log/syslog"
lines "$(minutes 300)" rotated | gzip > "$cut/var/log/messages.2.gz"; touch -d '-200 minutes' "$cut/var/log/messages.2.gz"
lines "$(minutes 60)" rotated-late | gzip > "$cut/var/log/messages.1.gz"; touch -d '-40 minutes' "$cut/var/log/messages.1.gz"
run collect --root "$cut" --since=2h -o "$collecting/cut.tar.zst";  expect "collect --since" 0
in_bundle "$collecting/cut.tar.zst" "$collecting/in"
is "lines that are too old are cut" "$(grep -c old "$collecting/in/logs/var/log/messages"; grep -c new "$collecting/in/logs/var/log/messages")" "0
400"
is "… and the index says so" "$(item logs/var/log/messages '"\(.completeness) \(.note | contains("--since")) \(.dropped_bytes > 1000)"')" "cut true true"
is "a log that is too old is left out" "$(item logs/var/log/syslog '"\(.completeness) \(.note | contains("--since"))"')" "left-out true"
is "a rotated log that is too old is left out" "$(item logs/var/log/messages.2 .completeness)" "left-out"
is "a rotated log is unpacked" "$(grep -c rotated-late "$collecting/in/logs/var/log/messages.1")" 400
is "the index says since when" "$(jq -r .since "$index")" 2h
run collect --root "$cut" --since=all --max-size=20kB -o "$collecting/small.tar.zst"; expect "collect --max-size" 0
in_bundle "$collecting/small.tar.zst" "$collecting/in"
is "the newest lines stay" "$(tail -n 1 "$collecting/in/logs/var/log/messages")" "$(tail -n 1 "$cut/var/log/messages")"
is "… whole ones" "$(grep -cvE '^20.* app\[1\]: (old|new) [0-9]+$' "$collecting/in/logs/var/log/messages")" 0
is "the index says that room was short" "$(item logs/var/log/messages '"\(.completeness) \(.note | contains("--max-size"))"')" "cut true"
is "logs keep to the size" "$(jq '[.items[] | select(.kind == "log") | .bytes // 0] | add <= 20000' "$index")" true
is "nothing is left out in silence" "$(jq -r '.items[] | select(.path | startswith("logs/")) | .path' "$index" | sort | tr '\n' ' ')" \
  "logs/var/log/messages logs/var/log/messages.1 logs/var/log/messages.2 logs/var/log/syslog "
# logrotate at its work: the log is there still, beside its compressed copy.
gzip -dc "$cut/var/log/messages.1.gz" > "$cut/var/log/messages.1"
run collect --root "$cut" --since=all -o "$collecting/twice.tar.zst"; expect "a log beside its compressed copy" 0
in_bundle "$collecting/twice.tar.zst" "$collecting/in"
is "… both are there" "$(jq -r '.items[].path | select(contains("messages.1"))' "$index" | sort | tr '\n' ' ')" "logs/var/log/messages.1 logs/var/log/messages.1~2 "

# Roots that mean harm, and such as are broken
odd=$collecting/odd; mkdir -p "$odd"/{var/log/azure,etc/{containerd,docker},run/containerd} "$collecting/outside"
echo "canary-outside" > "$collecting/outside/canary"
printf 'weird\nname \033[31m"quoted"\n' > "$odd/etc/hostname"
ln -s ../../../outside/canary "$odd/var/log/kern.log"
ln -s "$collecting/outside/canary" "$odd/var/log/syslog"
ln -s ../../outside "$odd/etc/default"
ln -s loop "$odd/var/log/loop"; ln -s loop "$odd/var/log/docker.log"
mkfifo "$odd/var/log/messages" "$odd/etc/containerd/config.toml" "$odd/var/log/azure/pipe"
mkdir "$odd/etc/docker/daemon.json"
{ printf 'E1124 07:00:00.000000 1 x.go:1] a\0b\n'; head -c 3000000 /dev/zero | tr '\0' x; printf '\nlast \377\376 line without an end'; } > "$odd/var/log/kubelet.log"
seq 30000 | gzip | head -c -600 > "$odd/var/log/kubelet.log.1.gz"
echo fine > "$odd/var/log/azure/$(printf 'a\nb%%\377')"
[ "$(id -u)" = 0 ] && mknod "$odd/etc/resolv.conf" c 1 5 2> /dev/null
run collect --root "$odd" --since=all -o "$collecting/odd.tar.zst"; expect "a root that means harm" 0 "It says:"
in_bundle "$collecting/odd.tar.zst" "$collecting/in"
lacks "a link out of the root leads nowhere" "$collecting/in" "canary-outside"
is "a pipe in a log's place is listed" "$(item logs/var/log/messages '"\(.completeness) \(.note)"')" "missing not a regular file"
is "a pipe in a configuration's place is listed" "$(item config/etc/containerd/config.toml '"\(.completeness) \(.error)"')" "missing unsupported"
is "a ring of links is listed" "$(item logs/var/log/docker.log .error)" "malformed"
is "a line of megabytes is whole" "$(awk 'length($0) >= 3000000' "$collecting/in/logs/var/log/kubelet.log" | wc -l)" 1
is "NUL bytes and bytes that are no UTF-8 stay" "$(tail -n 1 "$collecting/in/logs/var/log/kubelet.log" | od -An -tx1 -j5 -N3 | tr -d ' '; tr -dc '\0' < "$collecting/in/logs/var/log/kubelet.log" | wc -c)" "fffe20
1"
is "a damaged log is listed with what is wrong" "$(item logs/var/log/kubelet.log.1 '"\(.completeness) \(.note != null)"')" "partial true"
is "odd names are written so that they can be read" "$(jq -r '.items[].path | select(contains("azure/a"))' "$index")" "logs/var/log/azure/a%0Ab%25%FF"
if LC_ALL=C grep -q "$(printf '\033')" "$out"; then bad "a node's name does nothing to the terminal" "$(head -n 2 "$out" | cat -v)"; else ok "a node's name does nothing to the terminal"; fi
run why "$collecting/odd.tar.zst"
if [ "$status" != 2 ] || grep -q 'messages' "$out" "$err"; then ok "why reads what such a root gave, and names what is missing"; else bad "why reads what such a root gave" "$status" "$(cat "$out" "$err")"; fi
(cd "$collecting/here" && rm -f ./* && "$UNSNAG" collect --offline --root "$odd" > "$out" 2> "$err")
is "an odd name of a node makes a plain file name" "$(ls "$collecting/here" | LC_ALL=C grep -cE '^unsnag-[A-Za-z0-9._-]+\.tar\.zst$')" 1
mkdir "$collecting/empty"
run collect --root "$collecting/empty" -o "$collecting/empty.tar.zst"; expect "an empty root gives a bundle" 0 "It says: "

# What may not be read
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
  closed=$collecting/closed; mkdir -p "$closed"; chmod 777 "$closed" "$collecting/target"
  made_up_root "$closed/root" examples; mkdir -p "$closed/root/var/log/journal" "$closed/root/run/log/journal"
  chmod -R a+rX "$closed/root"; chmod 700 "$closed/root/"{var/log/journal,run/log/journal}; chmod 600 "$closed/root/etc/containerd/config.toml" "$closed/root/var/log/messages"
  as_nobody "$UNSNAG" collect --root "$closed/root" --since=all -o "$closed/x.tar.zst" > "$out" 2> "$err"; status=$?
  expect "who may not read everything gets what he may" 0 "no permission (root only)"
  says "… and the verdict" "It says: "
  in_bundle "$closed/x.tar.zst" "$collecting/in"
  for path in config/etc/containerd/config.toml logs/var/log/messages logs/var/log/journal logs/run/log/journal; do
    is "what may not be read is listed: $path" "$(item "$path" '"\(.completeness) \(.error)"')" "missing permission denied"
  done
  is "… and who asked" "$(jq -r .privileges.uid "$index")" 65534
  run why "$closed/x.tar.zst"; says "why names what could not be read" "config/etc/containerd/config.toml"
fi

# Two at once
for i in 1 2; do "$UNSNAG" collect --quiet --root "$collecting/root" -o "$collecting/both.tar.zst" 2> "$scratch/both.$i" & pids[i]=$!; done
wait "${pids[1]}"; one=$?; wait "${pids[2]}"; two=$?
is "of two at once with one name one is the bundle" "$(printf '%s\n' $one $two | sort | tr '\n' ' ')" "0 2 "
run why "$collecting/both.tar.zst"; expect "… and it is whole" 1 "[mirror-misconfigured"
is "nothing half is left anywhere" "$(find "$collecting" -name '.*partial*' | wc -l)" 0
