# SPDX-License-Identifier: Apache-2.0
# kubeadm with Debian's containerd 1.6 and kubelet 1.29: containerd's files and environment, a store that is mended, downloads
# that were left behind, a clock that nobody sets.

cases_of_kubeadm() {
  make_kubeadm worker-1 <<< $'version = 2\n\n[plugins."io.containerd.grpc.v1.cri"]\n  # ours\n  sandbox_image = "registry.k8s.io/pause:3.9"'
  mkdir -p "$root/etc/systemd/system/chrony.service.d"
  # Without the right to set the clock, which this node does not have, Debian's unit would not be started.
  printf '[Unit]\nConditionCapability=\n\n[Service]\nType=exec\nExecStart=\nUser=root\nExecStart=/usr/sbin/chronyd -d -x -u root\nPIDFile=\n' \
    > "$root/etc/systemd/system/chrony.service.d/10-container.conf"
  rm -f "$root/etc/systemd/system/multi-user.target.wants/chrony.service" "$root/etc/systemd/system/chronyd.service"
  make_registry || { echo 'FAILED kubeadm: no registry'; failed=$((failed + 1)); return; }
  boot_node containerd || { echo 'FAILED kubeadm: it does not boot'; failed=$((failed + 1)); return; }
  start_registry
  remember_tree
  cases_of_settings
  cases_of_registries
  cases_of_downloads
  cases_of_the_store
  cases_of_the_clock
}

cases_of_settings() {
  begin 'a containerd without the watchdog is told so'
  fix progress-deadline
  expect_status 3; expect '1.7'
  end

  begin "a proxy is in containerd's environment"
  fix proxy-misconfigured --https-proxy http://proxy.example:3128 --apply
  expect_status 0; has_variable containerd HTTPS_PROXY=http://proxy.example:3128
  undo
  ! on cat "/proc/$(main_pid containerd)/environ" | tr '\0' '\n' | grep -q PROXY || wrong 'it has a proxy after undoing'
  end

  begin "kubelet's queue and rate, one fix after the other"
  fix serialized-queue --parallel 5 --apply
  expect_status 0; in_file /var/lib/kubelet/config.yaml 'maxParallelImagePulls: 5'
  fix pull-qps-exceeded --apply
  expect_status 0; in_file /var/lib/kubelet/config.yaml 'registryPullQPS: 20'
  fix cri-deadline --timeout 15m --apply
  expect_status 0; in_file /var/lib/kubelet/config.yaml 'runtimeRequestTimeout: 15m'
  fix disk-pressure-gc --apply
  expect_status 0; in_file /var/lib/kubelet/config.yaml 'imageGCHighThresholdPercent: 75'
  end

  begin 'an older fix is not undone over a newer one'
  fix undo 2
  expect_status 2; expect 'changed since'
  end

  begin 'all undone, one after another, the node is as before'
  undo_all 4; is_active kubelet; is_active containerd
  in_file /var/lib/kubelet/config.yaml 'serializeImagePulls: true'
  fix undo
  expect_status 2; expect 'undone already'
  end

  begin 'a kubelet that systemd has given up, since it ended too often, is brought back by undoing'
  fix serialized-queue --parallel 5 --apply
  expect_status 0
  for _ in $(seq 6); do on systemctl restart kubelet 2> /dev/null; done
  [ "$(on systemctl is-active kubelet)" = failed ] || wrong 'systemd still restarts it'
  undo; is_active kubelet
  end

  begin "kubelet's queue in a folder of drop-ins, where it has one"
  mkdir -p "$root/etc/kubernetes/kubelet.conf.d"
  echo 'KUBELET_EXTRA_ARGS="--config-dir=/etc/kubernetes/kubelet.conf.d"' > "$root/etc/default/kubelet"
  on systemctl restart kubelet
  remember_tree
  fix serialized-queue --parallel 5 --apply
  expect_status 0; in_file /etc/kubernetes/kubelet.conf.d/90-unsnag.conf 'maxParallelImagePulls: 5'; runs_with --config-dir
  undo
  end

  begin "files that containerd may open"
  on sh -c 'echo 1024 > /run/instances; echo 100000 > /run/watches; mount --bind /run/instances /proc/sys/fs/inotify/max_user_instances
    mount --bind /run/watches /proc/sys/fs/inotify/max_user_watches'
  fix fd-or-process-limit --files 16384 --apply
  expect_status 0; has_limit containerd 'Max open files 16384 16384'
  undo
  end

  begin 'a containerd that refuses its new file has the old one back, and runs'
  # None of ours is refused, so the key leads to another file.
  printf '#!/bin/sh\ngrep -q max_concurrent_downloads /etc/containerd/config.toml && set -- -c /run/refused.toml\nexec /usr/bin/containerd "$@"\n' > "$root/usr/local/bin/containerd-picky"
  on sh -c 'printf "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"\n" > /run/refused.toml'
  chmod 755 "$root/usr/local/bin/containerd-picky"
  mkdir -p "$root/etc/systemd/system/containerd.service.d"
  printf '[Service]\nExecStart=\nExecStart=/usr/local/bin/containerd-picky\nRestartSec=1\n' > "$root/etc/systemd/system/containerd.service.d/10-picky.conf"
  on systemctl daemon-reload; on systemctl restart containerd
  remember_tree
  fix slow-disk --downloads 2 --apply
  expect_status 1; expect 'is undone'; expect 'containerd'; same_tree; is_active containerd; is_active kubelet
  end

  begin 'a containerd that runs without its CRI plugin after a change is not called healthy'
  on sh -c 'printf "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/etc/x\"\n[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.x]\nendpoint = [\"http://y\"]\n" > /run/refused.toml'
  fix slow-disk --downloads 2 --apply
  expect_status 1; expect 'is undone'; expect 'its CRI plugin did not start'; same_tree; is_active containerd
  rm -r "$root/etc/systemd/system/containerd.service.d"
  on systemctl daemon-reload; on systemctl restart containerd
  remember_tree
  end

  begin 'fewer layers at once: in the file, and containerd started with it'
  fix slow-disk --downloads 2 --apply
  expect_status 0; in_file /etc/containerd/config.toml 'max_concurrent_downloads = 2'; in_file /etc/containerd/config.toml '# ours'
  on containerd config dump | grep -q 'max_concurrent_downloads = 2' || wrong 'containerd reads another value'
  undo
  end
}

cases_of_registries() {
  begin "a mirror gets containerd's folder; containerd restarts with it, and pulls from there"
  cannot_pull docker.io/shop/web:1
  fix mirror-misconfigured --registry docker.io --mirror http://127.0.0.1:5000 --apply
  expect_status 0; is_active containerd; in_file /etc/containerd/config.toml 'config_path = "/etc/containerd/certs.d"'; in_file /etc/containerd/config.toml '# ours'
  can_pull docker.io/shop/web:1; asked_registry '127.0.0.1:5000/v2/shop/web/manifests/1 200'
  end

  begin 'where the folder is, the next registry needs no restart'
  before=$(main_pid containerd)
  cannot_pull registry.shop.example/shop/web:2
  on sh -c 'cat > /run/ca.pem' < "$scratch/registry/certs/private/ca.pem"
  fix tls-untrusted --registry registry.shop.example --ca /run/ca.pem --apply
  expect_status 0; expect_none 'restart containerd'
  can_pull registry.shop.example/shop/web:2
  [ "$before" = "$(main_pid containerd)" ] || wrong 'containerd was restarted'
  end

  begin 'undone, neither is there, nor are their folders'
  undo_all 2; cannot_pull registry.shop.example/shop/big:big
  end
}

cases_of_downloads() {
  begin 'a pull in flight, as containerd tells it, keeps it from being restarted'
  begin_pull 127.0.0.1:5000/shop/slow:big
  fix slow-disk --downloads 2 --apply
  expect_status 3; expect 'not steady'; expect "$(layer_of big)"; same_tree
  fix ref-locked
  expect_status 0; expect 'is being written, and left alone'; expect 'nothing to do'
  end

  begin 'a download that a pull left behind is dropped, and the next pull takes all of it'
  on systemctl kill --kill-who=main -s KILL containerd; end_pull; on systemctl restart containerd
  # As old as it has to be: containerd takes the later of the two.
  for ingest in "$(inside /var/lib/containerd/io.containerd.content.v1.content/ingest)"/*; do
    printf 2020-01-01T00:00:00Z > "$ingest/updatedat"; touch -d 2020-01-01 "$ingest/data"
  done
  fix ref-locked
  expect_status 0; expect "$(layer_of big)"; expect "can't be undone"
  fix ref-locked --apply
  expect_status 0; expect 'none of them is left'
  on ctr -n k8s.io content active | grep -q sha256 && wrong 'containerd still lists it'
  can_pull 127.0.0.1:5000/shop/web:big
  fix undo
  expect_status 2
  end
}

cases_of_the_store() {
  local layer
  layer=$(layer_of 1)
  begin 'an image that is whole is left as it is'
  can_pull 127.0.0.1:5000/shop/web:1
  fix corrupt-store --image 127.0.0.1:5000/shop/web:1 --apply
  expect_status 0; expect 'is whole'
  end

  begin 'a layer that is damaged on the disk is found, removed and pulled again'
  printf damaged | dd of="$(blob "$layer")" bs=1 seek=1000 conv=notrunc status=none
  fix corrupt-store --image 127.0.0.1:5000/shop/web:1
  expect_status 0; expect "$layer"; expect 'what is there digests to'
  fix corrupt-store --image 127.0.0.1:5000/shop/web:1 --apply
  expect_status 0; expect 'done, and checked'; expect 'read as their digests say'
  [ "$(sha256sum < "$(blob "$layer")" | cut -d' ' -f1)" = "$layer" ] || wrong 'it is damaged still'
  end

  begin 'a layer whose file is gone, and one that is cut off, too'
  rm "$(blob "$layer")"
  fix corrupt-store --image 127.0.0.1:5000/shop/web:1
  expect_status 0; expect 'its file is gone'
  fix corrupt-store --image 127.0.0.1:5000/shop/web:1 --apply
  expect_status 0
  truncate -s 1000 "$(blob "$layer")"
  fix corrupt-store --image 127.0.0.1:5000/shop/web:1 --apply
  expect_status 0
  [ "$(sha256sum < "$(blob "$layer")" | cut -d' ' -f1)" = "$layer" ] || wrong 'it is damaged still'
  end

  begin 'a damaged manifest, which CRI can not even list'
  manifest=$(tail -n +2 "$scratch/registry/images/manifests/1" | sha256sum | cut -d' ' -f1)
  printf '#' | dd of="$(blob "$manifest")" bs=1 seek=10 conv=notrunc status=none
  fix corrupt-store --image 127.0.0.1:5000/shop/web:1 --apply
  expect_status 0; expect "remove the manifest sha256:$manifest"
  can_pull 127.0.0.1:5000/shop/web:1
  end

  begin "an image that the registry has no more: the damaged content is gone, and its words are told"
  on ctr -n k8s.io images tag 127.0.0.1:5000/shop/web:1 127.0.0.1:5000/shop/web:gone > /dev/null 2>&1 || wrong 'it can not be tagged'
  printf damaged | dd of="$(blob "$layer")" bs=1 seek=1000 conv=notrunc status=none
  fix corrupt-store --image 127.0.0.1:5000/shop/web:gone --apply
  expect_status 1; expect 'not found'; expect 'The damaged content is gone'
  [ ! -e "$(blob "$layer")" ] || wrong 'the damaged layer is there still'
  can_pull 127.0.0.1:5000/shop/web:1
  end
}

cases_of_the_clock() {
  remember_tree
  begin 'a time service that is installed and does not run is enabled and started, and undone'
  fix clock-skew
  expect_status 0; expect 'chrony is installed and does not run'; expect 'does not start with the machine'
  fix clock-skew --apply
  expect_status 0; is_active chrony; expect 'chronyc tracking'
  [ "$(on systemctl is-enabled chrony)" = enabled ] || wrong 'it does not start with the machine'
  fix clock-skew
  expect_status 0; expect 'chrony runs as'; expect 'servers do not answer'
  undo
  [ "$(on systemctl is-active chrony)" = inactive ] || wrong 'it runs after undoing'
  end

  begin 'one whose conditions are not met is not called started'
  printf '[Unit]\nConditionCapability=CAP_SYS_TIME\n' > "$root/etc/systemd/system/chrony.service.d/20-condition.conf"
  on systemctl daemon-reload
  fix clock-skew --apply
  expect_status 1; expect 'chrony.service does not run'
  fix list
  expect 'failed half way'
  fix undo
  [ "$(on systemctl is-enabled chrony)" = disabled ] || wrong 'it starts with the machine after undoing'
  rm "$root/etc/systemd/system/chrony.service.d/20-condition.conf"
  on systemctl daemon-reload
  same_tree
  end

  begin 'one that is masked is left to whoever masked it'
  on systemctl mask chrony > /dev/null 2>&1
  fix clock-skew --apply
  expect_status 3; expect 'is masked'
  on systemctl unmask chrony > /dev/null 2>&1
  end
}
