#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the journals of this folder anew, with the real programs; as root, with systemd and systemd-journal-remote.
set -eu
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
remote=/lib/systemd/systemd-journal-remote

# ---- odd.journal: everything that journalctl treats in a way of its own ----
second=1795504328
entry() { # entry IDENTIFIER MESSAGE(printf) [FIELD=VALUE]...
  local identifier=$1 message=$2 field
  shift 2
  second=$((second + 1))
  printf '__REALTIME_TIMESTAMP=%d123456\n__MONOTONIC_TIMESTAMP=%d123456\n_BOOT_ID=0a1b2c3d4e5f60718293a4b5c6d7e8f9\n' $second $((second - 1795504000))
  printf '_MACHINE_ID=deadbeefdeadbeefdeadbeefdeadbeef\n_HOSTNAME=node-1\n'
  [ -z "$identifier" ] || printf 'SYSLOG_IDENTIFIER=%s\n' "$identifier"
  for field in "$@"; do printf '%s\n' "$field"; done
  if [ "$message" != none ]; then
    # shellcheck disable=SC2059
    printf "$message" > "$scratch/message"
    printf 'MESSAGE\n'
    perl -e 'print pack("Q<", -s $ARGV[0])' "$scratch/message"
    cat "$scratch/message"
    printf '\n'
  fi
  printf '\n'
}
{
  entry kubelet 'Pulling image "registry.example/app:1"' _PID=12 _COMM=kubelet _SYSTEMD_UNIT=kubelet.service _TRANSPORT=stdout
  entry containerd 'one\ntwo\n\nfour' _PID=7 _SYSTEMD_UNIT=containerd.service
  entry containerd 'ends with a newline\n' _PID=7 _SYSTEMD_UNIT=containerd.service
  entry containerd '\n' _PID=7 _SYSTEMD_UNIT=containerd.service
  entry containerd '' _PID=7 _SYSTEMD_UNIT=containerd.service
  entry docker-run '10%%\r20%%\rdone' _PID=8
  entry docker-run '\033[1;31mred\033[0m and\ta tab' _PID=8
  entry docker-run '\033]8;;http://x.example\007a link\033]8;;\007' _PID=8
  entry docker-run 'half a colour \033[1' _PID=8
  entry docker-run 'half a link \033]8;; \033[3Z \033' _PID=8
  entry latin 'caf\351' _PID=9
  entry nul 'a\0b' _PID=9
  entry utf8 'gr\303\274\303\237e \342\234\224 \360\237\230\200' _PID=9
  entry utf8 'no character: \357\277\277' _PID=9
  entry '' 'by its command' _COMM=dockerd SYSLOG_PID=44
  entry '' 'by nobody\nin two lines'
  entry none none _PID=9
  entry long "$(head -c 20000 /dev/zero | tr '\0' x)" _PID=9
  entry long "$(head -c 5379 /dev/zero | tr '\0' x)"'\001' _PID=9
  entry early 'received later than it was sent' _PID=9 _SOURCE_REALTIME_TIMESTAMP=1795504000000001
  entry "$(head -c 400 /dev/zero | tr '\0' i)" 'a name that is too long' _PID=9 _COMM=short
  entry systemd 'Started kubelet.service' _PID=1 _SYSTEMD_UNIT=init.scope UNIT=kubelet.service
  entry systemd-coredump 'Process 12 (kubelet) dumped core.' _PID=99 _UID=0 MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1 COREDUMP_UNIT=kubelet.service
  entry polkitd 'about kubelet' _PID=98 _UID=0 OBJECT_SYSTEMD_UNIT=kubelet.service
  entry liar 'not PID 1' _PID=97 UNIT=kubelet.service
  entry kernel 'Out of memory: Killed process 12 (kubelet)' _TRANSPORT=kernel
} > "$scratch/odd.export"
$remote -o "$scratch/odd.journal" - < "$scratch/odd.export"
SYSTEMD_JOURNAL_COMPACT=0 $remote -o "$scratch/not-compact.journal" - < "$scratch/odd.export"
SYSTEMD_JOURNAL_COMPACT=0 SYSTEMD_JOURNAL_KEYED_HASH=0 $remote -o "$scratch/not-keyed.journal" - < "$scratch/odd.export"
say() { TZ=UTC journalctl --file "$scratch/odd.journal" -o short-iso-precise "$@"; }
say > odd.txt
say -u kubelet.service > odd-kubelet.txt

# ---- crashed.journal: journald itself, killed while it wrote ----
cat > "$scratch/journald.sh" <<'SCRIPT'
hostname node-1
echo 0123456789abcdef0123456789abcdef > "$1/machine-id"; mount --bind "$1/machine-id" /etc/machine-id
mount -t tmpfs none /run; mount -t tmpfs none /var/log
mkdir -p /var/log/journal /run/systemd/journald.conf.d
printf '[Journal]\nReadKMsg=no\nAudit=no\n' > /run/systemd/journald.conf.d/quiet.conf
/lib/systemd/systemd-journald & journald=$!
until [ -S /run/systemd/journal/stdout ]; do sleep 0.1; done
for i in 1 2 3 4 5 6 7 8; do echo "Pulling image registry.example/app:$i" | systemd-cat -t kubelet; done
journalctl --flush 2> /dev/null || kill -USR1 $journald
until ls /var/log/journal/*/system.journal > /dev/null 2>&1; do sleep 0.1; done
echo 'the last words' | systemd-cat -t containerd
sleep 0.5
kill -9 $journald
TZ=UTC journalctl -D /var/log/journal -o short-iso-precise > "$1/crashed.txt"
cp /var/log/journal/*/system.journal "$1/crashed.journal"
SCRIPT
unshare --mount --uts --propagation private bash "$scratch/journald.sh" "$scratch"
cp "$scratch/crashed.txt" .
for name in odd not-compact not-keyed crashed; do xz -9e -c "$scratch/$name.journal" > $name.journal.xz; done
