# SPDX-License-Identifier: Apache-2.0
# One node: made out of the base, booted, asked and changed, and what a case is. For ./run, which sets $work, $scratch and $unsnag.

leader= nspawn= root= registry=
on() { nsenter -t "$leader" -m -u -i -n -p -C -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 LD_LIBRARY_PATH=/opt/unsnag "$@"; }
stop_node() {
  if [ -n "$registry" ]; then kill "$registry" 2> /dev/null; wait "$registry" 2> /dev/null; fi
  if [ -n "$leader" ]; then kill -RTMIN+4 "$leader" 2> /dev/null; fi  # systemd: power off
  if [ -n "$nspawn" ]; then for _ in $(seq 100); do kill -0 "$nspawn" 2> /dev/null || break; sleep 0.1; done; kill -KILL "$nspawn" 2> /dev/null; wait "$nspawn" 2> /dev/null; fi
  leader= nspawn= registry=
  if [ -n "$root" ]; then mountpoint -q "$root" && umount -l "$root"; fi
}

# make_node NAME: a fresh copy of the base under $root, with unsnag in it.
make_node() {
  stop_node
  root=$scratch/$1
  mkdir -p "$root" "$scratch/$1.upper" "$scratch/$1.work"
  mount -t overlay overlay -o "lowerdir=$PWD/$work/base,upperdir=$scratch/$1.upper,workdir=$scratch/$1.work" "$root" 2> /dev/null ||
    cp -a $work/base/. "$root/"
  mkdir -p "$root/opt/unsnag"
  cp "$unsnag" "$root/opt/unsnag/unsnag"
  # What the program links and the node lacks; the C library is the node's own.
  ldd "$unsnag" | grep -oE '/[^ ]+\.so[^ ]*' | grep -vE '/(ld-linux|libc\.so|libm\.so|libpthread|libdl|librt\.so|libresolv)' | xargs -I{} cp -L {} "$root/opt/unsnag/"
  echo "$1" > "$root/etc/hostname"
  # Nothing here needs these, and each has a start of its own.
  ln -sf /dev/null "$root/etc/systemd/system/systemd-logind.service"
  ln -sf /dev/null "$root/etc/systemd/system/apt-daily.timer"
}
pressure() { on sh -c "echo 'some avg10=$2 avg60=0.00 avg300=0.00 total=0' > /run/pressure/$1"; }
# boot_node UNIT...: and waits until kubelet and these run.
boot_node() {
  systemd-nspawn -D "$root" --machine="unsnag-$$" --hostname="$(basename "$root")" --boot --register=no --keep-unit --private-network --console=pipe \
    --tmpfs=/var/lib/containerd:mode=711 < /dev/null > "$scratch/console.log" 2>&1 &
  nspawn=$!
  local unit
  for _ in $(seq 300); do
    leader=$(pgrep -P $nspawn | head -n 1)
    if [ -n "$leader" ] && on test -S /run/systemd/private 2> /dev/null &&
      [ "$(on systemctl is-active kubelet "$@" 2> /dev/null | sort -u)" = active ]; then
      # This machine may be busy with other tests; the node's pressure is what a case wants it to be.
      on mkdir -p /run/pressure
      for kind in io memory cpu; do pressure $kind 0.00; on mount --bind /run/pressure/$kind /proc/pressure/$kind; done
      return 0
    fi
    sleep 0.1
  done
  for unit in kubelet "$@"; do echo "$unit: $(on systemctl is-active "$unit")"; done
  tail -n 5 "$scratch/console.log"
  return 1
}

# ---- cases ----
begin() { case_name=$1 bad=; : > "$scratch/out"; : > "$scratch/all"; }
end() {
  if [ -z "$bad" ]; then echo "ok $case_name"; passed=$((passed + 1)); else
    echo "FAILED $case_name:$bad"; sed 's/^/    /' "$scratch/all" | tail -n 80; failed=$((failed + 1)); fi
}
skip() { echo "skipped $1"; skipped=$((skipped + 1)); }
wrong() { bad="$bad $1;"; }
# fix ARGUMENT...: what runs here shows at once whether it does, so 1 s is enough; cases that are about waiting say how long.
fix() {
  local settle=()
  [[ " $* " =~ \ (--apply|undo)\  && " $* " != *" --settle "* ]] && settle=(--settle 1s)
  on /opt/unsnag/unsnag fix "$@" "${settle[@]}" > "$scratch/out" 2>&1; status=$?
  { echo "\$ unsnag fix $*"; cat "$scratch/out"; } >> "$scratch/all"
}
expect_status() { [ "$status" = "$1" ] || wrong "status $status instead of $1"; }
# However lines are broken.
says() { tr -d '[:space:]' < "$scratch/out" | grep -qF -- "${1//[[:space:]]/}"; }
expect() { says "$1" || wrong "no \"$1\" in the output"; }
expect_none() { ! says "$1" || wrong "\"$1\" in the output"; }
main_pid() { on systemctl show -p MainPID --value "$1"; }
command_line() { on cat "/proc/$(main_pid "$1")/cmdline" | tr '\0' ' '; }
runs_with() { command_line kubelet | grep -qF -- "$1" || wrong "kubelet runs without $1"; }
runs_without() { ! command_line kubelet | grep -qF -- "$1" || wrong "kubelet runs with $1"; }
# has_variable UNIT NAME=VALUE | has_limit UNIT TEXT: as the running process has it
has_variable() { on cat "/proc/$(main_pid "$1")/environ" | tr '\0' '\n' | grep -qxF -- "$2" || wrong "$1 runs without $2"; }
has_limit() { on cat "/proc/$(main_pid "$1")/limits" | tr -s ' ' | grep -qF -- "$2" || wrong "$1 has another limit than $2"; }
is_active() { on systemctl is-active "$1" | grep -qx active || wrong "$1 is not active"; }
in_file() { grep -qF -- "$2" "$root$1" || wrong "$1 has no $2"; }
tree() { (cd "$root/etc" && find . -type f -printf '%p %m %U %G ' -exec sha256sum {} \; ; find . -type d | sort) | grep -vE '/(resolv.conf|machine-id|mtab|hosts|docker/key.json)|\.updated|ld.so.cache' | sort; (cd "$root/var/lib/kubelet" 2> /dev/null && find . -type f -exec sha256sum {} \; | sort); }
remember_tree() { tree > "$scratch/tree.before"; }
same_tree() { tree > "$scratch/tree.now"; diff "$scratch/tree.before" "$scratch/tree.now" > "$scratch/tree.diff" || wrong "/etc differs: $(head -n 2 "$scratch/tree.diff" | tr '\n' ' ')"; }
# undo_all N: the newest N, after which the node is as it was
undo_all() { for _ in $(seq "$1"); do fix undo; expect_status 0; done; same_tree; }
# undo: the newest, after which the node is as it was
undo() { fix undo "$@"; expect_status 0; same_tree; }
# kill_when WORD FILE: the unsnag that writes FILE, as soon as it says WORD
kill_when() {
  for _ in $(seq 200); do grep -q -- "$1" "$2" && break; sleep 0.05; done
  on sh -c 'kill -KILL $(cat /run/fix.pid)'
}

# ---- the kubelet of a node ----
kubelet_unit() {   # VERSION FILE-OF-UNIT
  install -m 755 "$work/kubelet-$1" "$root/usr/bin/kubelet"
  mkdir -p "$root/etc/systemd/system/kubelet.service.d"
  cat > "$root/etc/systemd/system/kubelet.service"
  ln -sf /etc/systemd/system/kubelet.service "$root/etc/systemd/system/multi-user.target.wants/kubelet.service"
}

# An EKS node of 2020: kubelet 1.20, Docker; labels in a drop-in of the bootstrap script.
make_eks() {
  make_node ip-10-0-1-23
  mkdir -p "$root/etc/kubernetes/kubelet" "$root/etc/eks" "$root/etc/docker" "$root/var/lib/docker/tmp"
  echo '#!/bin/bash' > "$root/etc/eks/bootstrap.sh"
  printf '{\n  "bridge": "none",\n  "iptables": false,\n  "live-restore": true,\n  "storage-driver": "vfs"\n}\n' > "$root/etc/docker/daemon.json"
  cat > "$root/etc/kubernetes/kubelet/kubelet-config.json" << 'JSON'
{
  "kind": "KubeletConfiguration",
  "apiVersion": "kubelet.config.k8s.io/v1beta1",
  "clusterDNS": ["10.100.0.10"],
  "serializeImagePulls": true
}
JSON
  kubelet_unit 20 << 'UNIT'
[Unit]
Description=Kubernetes Kubelet

[Service]
ExecStart=/usr/bin/kubelet --cloud-provider aws \
    --config /etc/kubernetes/kubelet/kubelet-config.json \
    --container-runtime docker \
    --network-plugin cni $KUBELET_ARGS $KUBELET_EXTRA_ARGS
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
UNIT
  printf "[Service]\nEnvironment='KUBELET_ARGS=--node-ip=10.0.1.23'\n" > "$root/etc/systemd/system/kubelet.service.d/10-kubelet-args.conf"
  printf "[Service]\nEnvironment='KUBELET_EXTRA_ARGS=--node-labels=team=web,disk=slow --register-with-taints=a=b:NoSchedule'\n" \
    > "$root/etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf"
}

# make_kubeadm NAME: containerd as the base has it; kubelet 1.29. containerd's file comes from standard input.
make_kubeadm() {
  make_node "$1"
  mkdir -p "$root/var/lib/kubelet" "$root/etc/containerd"
  cat > "$root/etc/containerd/config.toml"
  printf 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n# slow disks here\nserializeImagePulls: true\n' > "$root/var/lib/kubelet/config.yaml"
  printf 'KUBELET_KUBEADM_ARGS="--container-runtime-endpoint=unix:///run/containerd/containerd.sock"\n' > "$root/var/lib/kubelet/kubeadm-flags.env"
  kubelet_unit 29 <<< $'[Service]\nExecStart=/usr/bin/kubelet\nRestart=always\nRestartSec=1\n\n[Install]\nWantedBy=multi-user.target'
  cat > "$root/etc/systemd/system/kubelet.service.d/10-kubeadm.conf" << 'UNIT'
[Service]
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
UNIT
}
