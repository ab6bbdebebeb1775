# SPDX-License-Identifier: Apache-2.0
# Input that means harm: nothing may crash, hang, leave the evidence or write to the terminal. Sourced by run.

nasty=$scratch/nasty
mkdir -p "$nasty"

# survives NAME [TARGET...]: an ordinary status, in every format, and no byte that a terminal obeys.
survives() {
  local name=$1 format
  shift
  for format in text json md events; do
    run why -v -o $format "$@"
    case $status in 0|1|2|3) ;; *) bad "$name ($format)" "status $status" "$(head -n 3 "$err")"; return ;; esac
    # ESC, other C0 controls but tab and newline, DEL, C1 controls, and what turns the direction of writing
    if cat "$out" "$err" | LC_ALL=C grep -qaP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]'; then
      bad "$name ($format)" "a control character came through" "$(cat "$out" "$err" | LC_ALL=C grep -aP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]' | head -n 2 | cat -v)"
      return
    fi
    if [ $format = json ] && [ "$status" != 2 ] && ! jq -e . "$out" > /dev/null 2>&1; then bad "$name ($format)" "no JSON"; return; fi
  done
  ok "$name"
}

line='Failed to pull image "registry.example/app:1": rpc error: code = NotFound desc = failed to pull and unpack image "registry.example/app:1": failed to resolve image: registry.example/app:1: not found'

printf 'E1124 07:00:00.000000 1 x.go:1] %s \x1b]0;owned\x07\x1b[31mred\x1b[0m\n' "$line" > "$nasty/escape.log"
survives "escape sequences" "$nasty/escape.log"
printf 'Failed to pull image "registry.example/\xe2\x80\xaeppa\xe2\x80\xac:1": not found\n%s\n' "$line" > "$nasty/bidi.log"
survives "text that runs backwards" "$nasty/bidi.log"
cat > "$nasty/names.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: "w\e[31m\u202e", namespace: "d\a"}
spec:
  nodeName: "n\e[1m"
  containers: [{name: "c\u2066", image: "registry.example/a\e[31m\N:1"}]
status:
  containerStatuses:
  - {name: "c\u2066", image: "registry.example/a\e[31m\N:1", state: {waiting: {reason: ErrImagePull, message: "not found \e]0;x\a"}}}
YAML
survives "names that a terminal obeys" "$nasty/names.yaml"
printf '{"MESSAGE":"Failed to pull image \\"registry.example/a\\u001b[31m\\u202e:1\\": not found","_HOSTNAME":"n\\u001b[1m","SYSLOG_IDENTIFIER":"kubelet"}\n' > "$nasty/journal.json"
survives "escapes inside JSON" "$nasty/journal.json"
sed 's/w.e.31m.u202e/w; touch owned #/; s/d.a"/d$(id)"/; s/registry.example.a.e.31m.N/registry.example\/a`id`/' "$nasty/names.yaml" > "$nasty/shell.yaml"
for format in text json md; do
  run why -v -o $format "$nasty/shell.yaml"
  if ! grep -q 'kubectl describe pod POD' "$out" || grep -qE '(kubectl|crictl|docker|skopeo|curl) .*(touch owned|[$][(]id|`id`)' "$out"; then bad "a name that a shell obeys is in no command ($format)" "$(grep -nE 'touch owned|[$][(]id|`id`' "$out" | head -n 3)"
  else ok "a name that a shell obeys is in no command ($format)"; fi
done
printf '%s\0\0%s\n' "$line" "$line" > "$nasty/nul.log"
survives "NUL bytes" "$nasty/nul.log"
printf '%s \xff\xfe\xc0\xaf\xed\xa0\x80\n' "$line" > "$nasty/not-utf8.log"
survives "bytes that are no UTF-8" "$nasty/not-utf8.log"
{ printf '%s ' "$line"; head -c 1000000 /dev/zero | tr '\0' 'A'; echo; echo "$line"; } > "$nasty/long.log"
survives "a line of a megabyte" "$nasty/long.log"
head -c 3000000 /dev/urandom > "$nasty/noise.bin"
survives "noise" "$nasty/noise.bin"
head -c 200000 /dev/zero | tr '\0' '[' > "$nasty/deep.json"
survives "JSON that is all brackets" "$nasty/deep.json"
{ head -c 100000 /dev/zero | tr '\0' '{' | sed 's/{/{"a":/g'; } > "$nasty/deep2.json"
survives "JSON that is all objects" "$nasty/deep2.json"
{ echo 'a0: &a0 [x,x,x,x,x,x,x,x,x,x]'; for i in 1 2 3 4 5 6 7 8 9; do printf 'a%d: &a%d [' $i $i; printf "*a$((i - 1)),%.0s" 1 2 3 4 5 6 7 8 9; echo "*a$((i - 1))]"; done; } > "$nasty/laughs.yaml"
survives "YAML that laughs a billion times" "$nasty/laughs.yaml"
for i in $(seq 3000); do printf '%s\\"' 'failed to pull and unpack image '; done > "$nasty/frames.log"; echo >> "$nasty/frames.log"
survives "frames without end" "$nasty/frames.log"
yes '{"unsnag":1,"event":"note","fact":"cancelled","attributes":{"by":"containerd","limit":"99999999999999h"},"time":"9999999-99-99T99:99:99Z"}' | head -n 200 > "$nasty/forged.events"
survives "forged events" "$nasty/forged.events"
touch "$nasty/$(printf 'name\x1b[31m\nwith newline.log')" && printf '%s\n' "$line" > "$nasty/$(printf 'name\x1b[31m\nwith newline.log')"

# Archives
cp examples/oom-node.tar.gz "$scratch/whole.tar.gz"
head -c 4000 "$scratch/whole.tar.gz" > "$scratch/cut.tar.gz"
survives "an archive that was cut off" "$scratch/cut.tar.gz"
run why "$scratch/cut.tar.gz"
case $status in 2) expect "an archive that was cut off is told" 2 ;; *) expect "an archive that was cut off is told" "$status" "could not be read" ;; esac
{ head -c 3000 "$scratch/whole.tar.gz"; printf 'XXXXXXXXXXXXXXXX'; tail -c +3017 "$scratch/whole.tar.gz"; } > "$scratch/damaged.tar.gz"
survives "an archive that was damaged" "$scratch/damaged.tar.gz"
printf '\x1f\x8b\x08\x00garbage' > "$scratch/garbage.gz"
survives "a gzip that is none" "$scratch/garbage.gz"
( cd "$scratch" && mkdir -p t && printf '%s\n' "$line" > t/a.log && ln -sf /etc/passwd t/passwd.log && tar -cf dotdot.tar --transform='s,^t/,../../../../t/,' -P t/a.log t/passwd.log )
survives "an archive with ../ and a link" "$scratch/dotdot.tar"
run why -o events "$scratch/dotdot.tar"
if [ "$status" != 0 ] || ! grep -q '^{"unsnag":1,' "$out" || grep -q 'root:' "$out"; then bad "a link in an archive leads nowhere" "$(grep root: "$out" | head -n 1)"; else ok "a link in an archive leads nowhere"; fi

# Folders
ln -s /etc "$nasty/etc"; ln -s /etc/passwd "$nasty/passwd.log"; ln -s . "$nasty/loop"
mkfifo "$nasty/pipe.log"
survives "a folder of all that, with links, a loop and a pipe" "$nasty"
run why "$nasty"
expect "a pipe in a folder is named, not waited for" "$status" "neither a file nor a folder"
mkdir -p "$scratch/links"; ln -s "$PWD/examples/docker-pull.txt" "$scratch/links/out.log"
run why "$scratch/links"
expect "a link out of a folder is not followed" 3 ""
ln -s "$PWD/examples/docker-pull.txt" "$scratch/named-link.log"
run why "$scratch/named-link.log"; expect "a link that was named is followed" 1 "dns-failure"

# Secrets
cat > "$scratch/secret.log" <<'SECRET'
E1124 07:00:00.000000 1 x.go:1] Failed to pull image "registry.example/app:1": Get "https://user:hunter2secret@registry.example/v2/app/manifests/1": dial tcp 10.0.0.1:443: connect: connection refused
time="2026-11-24T07:00:00Z" level=info msg="fetch failed" url="https://b.s3.amazonaws.com/x?X-Amz-Signature=0123456789abcdef0123456789abcdef&X-Amz-Credential=AKIAEXAMPLE" error="dial tcp 10.0.0.2:443: i/o timeout"
Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2VjcmV0c2VjcmV0
SECRET
for format in text json md events; do
  run why -v -o $format "$scratch/secret.log"
  if grep -qE 'hunter2secret|0123456789abcdef0123|c2VjcmV0c2VjcmV0' "$out"; then bad "secrets stay out of $format" "$(grep -oE '.{40}(hunter2secret|0123456789abcdef0123|c2VjcmV0c2VjcmV0)' "$out" | head -n 3)"
  elif ! grep -qF '***' "$out"; then bad "secrets stay out of $format" "nothing was replaced"
  else ok "secrets stay out of $format"; fi
done
